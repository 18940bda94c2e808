"""Matching: MatchIt's pairs, loops over all pairs, ties, calipers, errors by simulation."""

import numpy as np
import pandas as pd
import pytest
from programme_cases import TRAITS, check, drawn, effect, estimate, lalonde

from skillsfc.errors import CoverageError, ParameterError
from skillsfc.transitions.programmes.neighbours import find_neighbours


def one_score_each() -> pd.DataFrame:
    """Return lalonde without controls who repeat another's traits, as the R script does."""
    table = lalonde()
    traits = TRAITS.split(" + ")
    kept = table[~(table.duplicated(traits) & (table["treat"] == 0))]
    assert len(kept) == 596
    return kept.copy()


MATCHIT = {
    "propensity 1": {}, "propensity 3": {"neighbours": 3}, "caliper": {"caliper": 0.1},
    "exact": {"exact": "race"}, "logit": {"distance": "logit"},
    "mahalanobis": {"distance": "mahalanobis"},
}  # fmt: skip


@pytest.mark.parametrize("case", MATCHIT)
def test_pairs_and_balance_are_those_of_matchit(case):
    table = one_score_each()
    if case == "mahalanobis":  # in all covariates one tie is left: a little age parts it
        table["age"] = table["age"] + table["row"] / 1000
    made = effect(table, method="matching", **MATCHIT[case])
    overlap, balance = made.overlap(), made.balance().set_index("term")
    found = {
        "matchit estimate": made.table["estimate"].iloc[0],
        "matchit treated": overlap["used"].iloc[0],
        "matchit controls": overlap["used"].iloc[1],
    }
    for when in ("before", "after"):
        found[f"variance ratio {when} age"] = balance.loc["age", f"variance_ratio_{when}"]
        for name in ("age", "married", "re74"):
            found[f"difference {when} {name}"] = balance.loc[name, f"difference_{when}"]
    check(case, found)


@pytest.mark.parametrize("count", [1, 3])
def test_estimates_and_errors_are_those_of_loops_over_all_pairs(count):
    found = {}
    for target in ("att", "ate"):
        row = effect(lalonde(), method="matching", distance="mahalanobis", neighbours=count,
                     target=target).table.iloc[0]  # fmt: skip
        found[f"{target}.estimate"] = row["estimate"]
        found[f"{target}.error known score"] = row["standard_error"]
    check(f"hand mahalanobis {count}", found)


@pytest.mark.parametrize("count", [1, 3])
def test_on_a_score_the_errors_know_that_it_is_estimated(count):
    """A caliper that nobody feels leaves the score as known: there the loops' errors are met."""
    known, found = {}, {}
    for target in ("att", "ate"):
        choice = {"method": "matching", "neighbours": count, "target": target}
        wide = effect(lalonde(), caliper=1e6, **choice)
        known[f"{target}.estimate"] = wide.table["estimate"].iloc[0]
        known[f"{target}.error known score"] = wide.table["standard_error"].iloc[0]
        assert "Errors take the estimated chance to be treated as known." in wide.notes
        found[target] = effect(lalonde(), **choice).table.iloc[0]
        assert found[target]["estimate"] == known[f"{target}.estimate"]
        assert found[target]["standard_error"] != known[f"{target}.error known score"]
    check(f"hand propensity {count}", known)
    # For all persons, estimating the score never makes the error larger.
    assert found["ate"]["standard_error"] < known["ate.error known score"]


def test_a_tie_is_shared_and_the_hand_case_met():
    line = [(0, 1, 10), (4, 1, 20), (9, 1, 10), (1, 0, 6), (-1, 0, 8), (5, 0, 15), (20, 0, 99)]
    table = pd.DataFrame(line, columns=["x", "treated", "outcome"])
    made = estimate(table, covariates="x", method="matching", distance="mahalanobis")
    check("line", {"att": made.table["estimate"].iloc[0]})


def test_neighbours_are_those_of_all_distances():
    rng = np.random.default_rng(5)
    targets = rng.integers(0, 4, (40, 2)) * 1.0  # coarse: many ties
    pool = rng.integers(0, 4, (60, 2)) * 1.0
    values = rng.normal(size=60)
    for count in (1, 3, 7, 100):
        made = find_neighbours(targets, pool, np.ones(60), count=count)
        distance = np.linalg.norm(targets[:, None] - pool[None], axis=2)
        edge = np.sort(distance, axis=1)[:, min(count, 60) - 1]
        near = distance <= edge[:, None] + 1e-9
        assert made.counts.tolist() == near.sum(axis=1).tolist()
        part = near / near.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(made.average(values), part @ values, atol=1e-12)
        weight = rng.random(40)
        np.testing.assert_allclose(made.used(weight), part.T @ weight, atol=1e-12)
        np.testing.assert_allclose(made.used_squared(weight), (part**2).T @ weight**2, atol=1e-12)


def test_cells_and_calipers_leave_out_who_finds_nobody():
    targets, pool = np.array([[0.0], [5.0], [0.0]]), np.array([[0.5], [1.0]])
    cells = (np.array([0, 0, 7]), np.array([0, 0]))
    made = find_neighbours(targets, pool, np.ones(2), count=1, caliper=2.0, cells=cells)
    assert made.counts.tolist() == [1.0, 0.0, 0.0]
    assert made.used(np.array([2.0, 1.0, 1.0])).tolist() == [2.0, 0.0]


def test_perfect_twins_give_their_own_difference():
    table = pd.DataFrame({
        "x": [1, 2, 3, 1, 2, 3], "treated": [1, 1, 1, 0, 0, 0],
        "outcome": [5.0, 6, 9, 4, 4, 6],
    })  # fmt: skip
    for target in ("att", "ate"):
        made = estimate(table, covariates="x", method="matching", target=target,
                        distance="mahalanobis")  # fmt: skip
        assert made.table["estimate"].iloc[0] == pytest.approx(2.0)
        assert made.balance()["difference_after"].iloc[0] == pytest.approx(0.0, abs=1e-12)


def test_bias_adjustment_mends_a_straight_line_in_full():
    rng = np.random.default_rng(3)
    x = rng.normal(size=200)
    treated = rng.random(200) < 1 / (1 + np.exp(-2 * x))
    table = pd.DataFrame({"x": x, "treated": treated, "outcome": 5 * x + 2 * treated})
    choice = {"covariates": "x", "method": "matching", "target": "ate"}
    raw = estimate(table, **choice).table["estimate"].iloc[0]
    mended = estimate(table, bias_adjust=True, **choice).table["estimate"].iloc[0]
    assert abs(raw - 2) > 1e-3
    assert mended == pytest.approx(2.0, abs=1e-9)


def test_nobody_within_the_caliper_is_a_named_error():
    table = drawn(1, 60).assign(x=lambda t: t["x"] + 5 * t["treated"] * (t["z"] > 0))
    with pytest.raises(CoverageError, match=r"none of .* persons has a match"):
        estimate(table, method="matching", distance="mahalanobis", caliper=1e-9)


def test_who_finds_nobody_is_counted():
    made = effect(lalonde(), method="matching", caliper=0.01)
    unmatched = int(made.diagnostics["unmatched"].iloc[0])
    assert unmatched > 0
    assert any(f"{unmatched} persons found nobody" in note for note in made.notes)
    assert made.overlap()["used"].iloc[0] == 185 - unmatched


def test_a_score_that_is_extreme_is_matched_all_the_same():
    rng = np.random.default_rng(4)
    x = rng.normal(size=300)
    treated = rng.random(300) < 1 / (1 + np.exp(-6 * x))
    table = pd.DataFrame({"x": x, "treated": treated, "outcome": x})
    made = estimate(table, covariates="x", method="matching", distance="logit")
    assert np.isfinite(made.table[["estimate", "standard_error"]].to_numpy(dtype=float)).all()


def test_clusters_ask_for_bias_adjustment():
    table = drawn(5).assign(school=np.arange(400) % 40)
    made = estimate(table, method="matching", cluster="school")
    assert made.settings.bias_adjust is True
    assert any("With clusters or strata" in note for note in made.notes)
    with pytest.raises(ParameterError, match="bias_adjust"):
        estimate(table, method="matching", cluster="school", bias_adjust=False)
    alone = estimate(table.assign(row=range(400)), method="matching", cluster="row").table.iloc[0]
    plain = estimate(table, method="matching", bias_adjust=True).table.iloc[0]
    assert alone["estimate"] == plain["estimate"]
    # Every row its own cluster: the linear form beside Abadie and Imbens's.
    assert alone["standard_error"] == pytest.approx(plain["standard_error"], rel=0.2)


def test_intervals_of_matching_hold_the_truth():
    gains = np.array([
        estimate(drawn(seed, 250), method="matching", target="ate").table.iloc[0][
            ["estimate", "standard_error"]
        ].to_numpy(dtype=float)
        for seed in range(40)
    ])  # fmt: skip
    covered = (np.abs(gains[:, 0] - 1) < 1.96 * gains[:, 1]).mean()
    assert covered >= 0.95 - 3.5 * np.sqrt(0.05 * 0.95 / 40)
    assert 0.75 < gains[:, 1].mean() / gains[:, 0].std() < 1.3
