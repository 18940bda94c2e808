"""Recompute the expected values by brute force; no library code is used.

Unlimited repetition: an absorbing Markov chain over grades, solved by powers of its matrix.
With a cap: single pupils' histories, every path followed year by year with its chance.
"""

import sys

P = [0.80, 0.85, 0.86, 0.85, 0.84, 0.82]
R = [0.15, 0.10, 0.09, 0.08, 0.08, 0.10]
N, ENTRANTS, YEARS = len(P), 1000.0, 400  # in 400 years the chance of still being there is < 1e-300


def run_chain(promotion, repetition):
    """Follow a cohort year by year through the matrix; return what each grade saw."""
    n = len(promotion)
    pupils = [1.0] + [0.0] * (n - 1)
    reached, spent, out = [1.0] + [0.0] * (n - 1), [0.0] * n, [0.0] * n
    for _ in range(YEARS):
        after = [0.0] * n
        for g in range(n):
            spent[g] += pupils[g]
            out[g] += pupils[g] * (1 - promotion[g] - repetition[g])
            after[g] += pupils[g] * repetition[g]
            if g + 1 < n:
                after[g + 1] += pupils[g] * promotion[g]
                reached[g + 1] += pupils[g] * promotion[g]
        pupils = after
    return reached, spent, out


def run_paths(promotion, repetition, most):
    """Follow pupils by grade, repetitions and years so far, with at most `most` repetitions."""
    n = len(promotion)
    alive = {(0, 0, 0): 1.0}
    reached, spent, out = [1.0] + [0.0] * (n - 1), [0.0] * n, [0.0] * n
    ended = {"graduate": {}, "dropout": {}}
    while alive:
        after = {}
        for (grade, used, years), chance in alive.items():
            spent[grade] += chance
            go, again = promotion[grade], repetition[grade]
            left = 1 - go - again
            if used < most:
                key = (grade, used + 1, years + 1)
                after[key] = after.get(key, 0.0) + chance * again
            else:  # nobody may repeat once more: who would have had to, leaves
                left += again
            out[grade] += chance * left
            ended["dropout"][years + 1] = ended["dropout"].get(years + 1, 0.0) + chance * left
            if grade + 1 < n:
                key = (grade + 1, used, years + 1)
                after[key] = after.get(key, 0.0) + chance * go
                reached[grade + 1] += chance * go
            else:
                ended["graduate"][years + 1] = ended["graduate"].get(years + 1, 0.0) + chance * go
        alive = after
    return reached, spent, out, ended


def mean_years(ended):
    return sum(years * chance for years, chance in ended.items()) / sum(ended.values())


def measures(reached, spent, promotion):
    graduates = ENTRANTS * spent[-1] * promotion[-1]
    total = ENTRANTS * sum(spent)
    yield f"survival_{len(promotion)}", reached[-1]
    yield "graduates", graduates
    yield "pupil_years", total
    yield "years_per_graduate", total / graduates
    yield "efficiency", len(promotion) * graduates / total
    yield "input_output_ratio", total / graduates / len(promotion)


def everything():
    reached, spent, out = run_chain(P, R)
    found = {("unlimited", name): value for name, value in measures(reached, spent, P)}
    found |= {("unlimited", f"dropouts_{g + 1}"): ENTRANTS * x for g, x in enumerate(out)}
    # So many repetitions that a cap no longer binds: gives the time that graduates took.
    *_, ended = run_paths(P, R, 60)
    found["unlimited", "duration_of_graduates"] = mean_years(ended["graduate"])
    found["unlimited", "duration_of_dropouts"] = mean_years(ended["dropout"])
    for most in range(5):
        reached, spent, out, ended = run_paths(P, R, most)
        case = f"cap_{most}"
        found |= {(case, name): value for name, value in measures(reached, spent, P)}
        found |= {(case, f"dropouts_{g + 1}"): ENTRANTS * x for g, x in enumerate(out)}
        found[case, "duration_of_graduates"] = mean_years(ended["graduate"])
        found[case, "duration_of_dropouts"] = mean_years(ended["dropout"])
    return found


if __name__ == "__main__":
    for (case, name), value in everything().items():
        sys.stdout.write(f"{case},{name},{value:.8f}\n")
