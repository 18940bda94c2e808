"""Effects of programmes by weighting: published numbers, R, hand cases, recovery, properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programme_cases import check, drawn, effect, estimate, lalonde, wanted

import skillsfc as sf
from skillsfc.transitions.programmes.fits import linear_fit, logistic_fit, standardised
from skillsfc.transitions.programmes.weighting import augmented_means, ratio, weighted_means

WAYS = [(method, target) for method in ("ipw", "aipw") for target in ("att", "ate")]


def both(table, **choice):
    """Estimates and errors of the four ways, under the names of the oracle."""
    found = {}
    for method, target in WAYS:
        row = effect(table, method=method, target=target, **choice).table.iloc[0]
        found[f"{method} {target}.estimate"] = row["estimate"]
        found[f"{method} {target}.error"] = row["standard_error"]
    return found


def test_lalonde_has_the_published_estimates_and_the_errors_of_stacked_equations():
    check("plain", both(lalonde()))


def test_the_naive_difference_stands_beside_the_estimate():
    check("naive", {"difference": effect(lalonde()).table["naive_difference"].iloc[0]})


def test_survey_weights_are_in_every_equation():
    check("weighted", both(lalonde(), weight="w"))


def test_clusters_are_summed_before_squares():
    check("clustered", both(lalonde(), cluster="school"))


def test_weights_and_clusters_go_together():
    check("weighted clustered", both(lalonde(), weight="w", cluster="school"))


def test_yes_or_no_has_a_logit_for_its_outcome():
    check("binary", both(lalonde(), outcome="worked"))


def test_a_known_score_would_have_another_error():
    """survey::svyglm takes the weights as given: same estimate, larger error."""
    made = effect(lalonde(), method="ipw").table.iloc[0]
    rows = {name: value for name, value, _ in wanted("svyglm")}
    assert made["estimate"] == pytest.approx(rows["ipw att.estimate"], abs=1e-4)
    assert made["standard_error"] < rows["ipw att.error known score"] - 20


@pytest.mark.parametrize("method", ["ipw", "aipw"])
def test_one_trait_of_two_values_is_a_mean_over_cells(method):
    cells = [
        *[(0, 1, y) for y in (3, 5)], *[(0, 0, y) for y in (1, 2, 3, 2, 2, 2)],
        *[(1, 1, y) for y in (8, 9, 10, 9)], *[(1, 0, y) for y in (5, 7)],
    ]  # fmt: skip
    table = pd.DataFrame(cells, columns=["x", "treated", "outcome"])
    found = {}
    for target in ("att", "ate"):
        row = estimate(table, covariates="x", method=method, target=target).table.iloc[0]
        found |= {target: row["estimate"], "naive": row["naive_difference"]}
    check("cells", found)


def test_without_covariates_it_is_the_plain_difference_and_says_so():
    for method in ("ipw", "aipw"):
        made = effect(lalonde(), covariates=None, method=method)
        row = made.table.iloc[0]
        assert row["estimate"] == pytest.approx(row["naive_difference"], rel=1e-9)
        assert any("only if chance alone decided" in note for note in made.notes)
    table = lalonde()
    arms = [table.loc[table["treat"] == d, "re78"] for d in (1, 0)]
    plain = np.sqrt(sum(arm.var(ddof=0) / len(arm) for arm in arms) * 614 / 613)
    assert row["standard_error"] == pytest.approx(plain, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "target"), [("ipw", "att"), ("aipw", "ate"), ("matching", "ate")]
)
def test_examplia_is_recovered_where_the_plain_difference_is_not(method, target):
    example = sf.example(seed=1)
    truth = example.truth["tracer"]["employed_effect"]["value"]
    made = sf.estimate_programme_effect(
        example.tracer, treatment="work_based_learning", outcome="employed",
        covariates="final_grade + parent_tertiary + sex + qualification",
        group="months_since_graduation", method=method, target=target,
    ).table  # fmt: skip
    true = made["months_since_graduation"].astype(str).map(truth)
    assert len(made) == 4
    assert ((made["estimate"] - true).abs() < 3 * made["standard_error"]).all()
    # In every wave the naive difference is more than two of its errors too high.
    assert (made["naive_difference"] - true > 2 * made["standard_error"]).all()


def _covered(target, binary, draws=120, size=300):
    """Share of intervals that hold the truth, from the kernels alone, and errors over spread."""
    rng = np.random.default_rng(7)
    gains, errors, truth = [], [], []
    for _ in range(draws):
        x = rng.normal(size=size)
        chance = 1 / (1 + np.exp(-0.8 * x))
        treated = rng.random(size) < chance
        both = [1 / (1 + np.exp(-x - 0.7 * d)) if binary else 2 * x + d * (1 + x) for d in (0, 1)]
        mean = np.where(treated, both[1], both[0])
        outcome = (rng.random(size) < mean) * 1.0 if binary else mean + rng.normal(size=size)
        ones = np.ones(size)
        matrix = standardised(np.column_stack([ones, x]), ones)
        score = logistic_fit(matrix, treated * 1.0, ones, ("intercept", "x"), "test")
        fit = linear_fit if not binary else lambda m, y, w: logistic_fit(m, y, w, ("i", "x"), "t")
        models = tuple(fit(matrix, outcome, ones * (treated == arm)) for arm in (True, False))
        means = augmented_means(treated, outcome, ones, target, score, models)
        gain = means[0] - means[1]
        gains.append(gain.value)
        errors.append(np.sqrt((gain.scores**2).sum()))
        truth.append((chance if target == "att" else ones) @ (both[1] - both[0]))
        truth[-1] /= chance.sum() if target == "att" else size
    # The truth of all persons, of whom each sample is drawn.
    value = np.mean(truth)
    covered = (np.abs(np.array(gains) - value) < 1.959964 * np.array(errors)).mean()
    return covered, np.mean(errors) / np.std(gains)


@pytest.mark.parametrize(("target", "binary"), [("ate", False), ("att", True)])
def test_intervals_hold_the_truth_as_often_as_they_say(target, binary):
    covered, ratio_of_errors = _covered(target, binary)
    assert 0.95 - 3 * np.sqrt(0.05 * 0.95 / 120) < covered <= 0.99
    assert 0.87 < ratio_of_errors < 1.15


def test_one_of_two_models_may_be_wrong():
    rng = np.random.default_rng(3)
    size = 20_000
    x = rng.normal(size=size)
    treated = rng.random(size) < 1 / (1 + np.exp(-x))
    table = pd.DataFrame({"x": x, "treated": treated})
    # The outcome is a curve that the linear model misses; the chance is right.
    curved = estimate(table.assign(outcome=np.exp(x) + treated), covariates="x", target="ate",
                      outcome_model="linear").table.iloc[0]  # fmt: skip
    assert abs(curved["estimate"] - 1) < 4 * curved["standard_error"] + 0.02
    # The chance is a curve that the logit misses; the outcome is right.
    bent = rng.random(size) < 1 / (1 + np.exp(1 - x**2))
    right = table.assign(treated=bent, outcome=3 * x + bent + rng.normal(size=size))
    row = estimate(right, covariates="x", target="ate").table.iloc[0]
    assert abs(row["estimate"] - 1) < 4 * row["standard_error"]


def test_a_ratio_without_models_has_the_scores_of_a_mean():
    values, weight = np.array([1.0, 4.0, 7.0]), np.array([1.0, 2.0, 1.0])
    made = ratio(values * weight, weight)
    assert made.value == 4.0
    assert made.scores.tolist() == [-0.75, 0.0, 0.75]


def test_influence_is_what_a_little_more_weight_of_a_row_does():
    """The scores beside refits with one row's weight moved."""
    table = drawn(2, 60)
    matrix = standardised(np.column_stack([np.ones(60), table["x"], table["z"]]), np.ones(60))
    treated, outcome = table["treated"].to_numpy(), table["outcome"].to_numpy()

    def value(weight, target, augmented):
        score = logistic_fit(matrix, treated * 1.0, weight, ("intercept", "x", "z"), "test")
        if not augmented:
            means = weighted_means(treated, outcome, weight, target, score)
        else:
            models = tuple(linear_fit(matrix, outcome, weight * (treated == a)) for a in (1, 0))
            means = augmented_means(treated, outcome, weight, target, score, models)
        return means[0] - means[1]

    for target, augmented in (("att", True), ("ate", True), ("ate", False)):
        scores = value(np.ones(60), target, augmented).scores
        for row in (0, 17, 41):
            up, down = np.ones(60), np.ones(60)
            up[row] += 1e-4
            down[row] -= 1e-4
            moved = value(up, target, augmented).value - value(down, target, augmented).value
            assert moved / 2e-4 == pytest.approx(scores[row], abs=1e-6)


@settings(max_examples=5)
@given(st.floats(0.01, 1000), st.sampled_from(WAYS))
def test_scaling_weights_changes_nothing(factor, way):
    table = drawn(4, 120).assign(weight=1.0 + np.arange(120) % 3)
    first, second = (
        estimate(t, method=way[0], target=way[1]).table.iloc[0]
        for t in (table, table.assign(weight=table["weight"] * factor))
    )
    for name in ("estimate", "standard_error", "effective_controls"):
        assert second[name] == pytest.approx(first[name], rel=1e-6)


@pytest.mark.parametrize("method", ["ipw", "aipw", "matching"])
def test_a_weight_of_two_is_a_row_twice(method):
    table = drawn(5, 150).assign(weight=1 + np.arange(150) % 2)
    twice = table.loc[np.repeat(table.index, table["weight"])].drop(columns="weight")
    one, other = (estimate(t, method=method).table.iloc[0] for t in (table, twice))
    assert one["estimate"] == pytest.approx(other["estimate"], rel=1e-9)
    assert one["naive_difference"] == pytest.approx(other["naive_difference"], rel=1e-9)


@settings(max_examples=5)
@given(st.integers(0, 10_000), st.sampled_from(["ipw", "aipw", "matching"]))
def test_neither_the_order_of_rows_nor_the_unit_of_a_covariate_matters(seed, method):
    table = drawn(6, 100).assign(x=lambda t: t["x"].round(1))
    mixed = table.sample(frac=1, random_state=seed).assign(x=lambda t: 2000 + 12 * t["x"])
    one, other = (estimate(t, method=method).table.iloc[0] for t in (table, mixed))
    for name in ("estimate", "standard_error"):
        assert other[name] == pytest.approx(one[name], rel=1e-5)


def test_an_effect_of_a_shifted_outcome_is_the_same_and_of_a_scaled_one_scaled():
    table = drawn(7)
    for method in ("ipw", "aipw", "matching"):
        one = estimate(table, method=method).table.iloc[0]
        other = estimate(table.assign(outcome=1e6 + 10 * table["outcome"]), method=method)
        assert other.table["estimate"].iloc[0] == pytest.approx(10 * one["estimate"], rel=1e-6)
        assert other.table["standard_error"].iloc[0] == pytest.approx(
            10 * one["standard_error"], rel=1e-5
        )


def test_swapping_the_arms_turns_the_sign():
    table = drawn(8)
    for method in ("ipw", "aipw", "matching"):
        one, other = (
            estimate(t, method=method, target="ate").table.iloc[0]
            for t in (table, table.assign(treated=~table["treated"]))
        )
        assert other["estimate"] == pytest.approx(-one["estimate"], rel=1e-6)
        assert other["standard_error"] == pytest.approx(one["standard_error"], rel=1e-6)
        assert other["with_programme"] == pytest.approx(one["without_programme"], rel=1e-6)


def test_each_group_is_as_if_alone_and_a_gap_is_a_group():
    table = drawn(9).assign(place=lambda t: t["sex"].mask(t.index < 60))
    made = estimate(table, group="place")
    assert made.table["place"].tolist() == ["F", "M", "not stated"]
    alone = estimate(table[table["place"] == "M"]).table.iloc[0]
    row = made.table.iloc[1]
    for name in ("estimate", "standard_error", "naive_difference", "treated"):
        assert row[name] == pytest.approx(alone[name], rel=1e-9)
    assert made.balance()["place"].tolist() == ["F", "F", "M", "M"] + 2 * ["not stated"]
    assert len(made.overlap()) == 6
    assert len(made.diagnostics) == 3


def test_a_survey_s_clusters_without_anybody_of_the_group_still_count():
    table = drawn(10).assign(unit=np.arange(400) % 40)
    table["area"] = np.where(table["unit"] < 30, "here", "there")
    row = estimate(table, group="area", cluster="unit").table.iloc[0]
    alone = estimate(table[table["area"] == "here"], cluster="unit").table.iloc[0]
    assert row["estimate"] == pytest.approx(alone["estimate"], rel=1e-12)
    # 40 units in one, 30 in the other: the factors are 40/39 and 30/29.
    factor = np.sqrt((40 / 39) / (30 / 29))
    assert row["standard_error"] == pytest.approx(alone["standard_error"] * factor, rel=1e-9)


def test_trimming_leaves_out_the_sure_ones_and_says_whose_effect_it_is():
    table = lalonde()
    made = effect(table, trim=0.1, target="ate")
    row = made.table.iloc[0]
    assert row["treated"] + row["controls"] < len(table)
    assert any("outside 0.1 to 0.9" in note for note in made.notes)
    assert (
        made.diagnostics["design_effect"].iloc[0]
        < (effect(table, target="ate").diagnostics["design_effect"].iloc[0])
    )


def test_balance_is_perfect_for_cells_and_reported_before_and_after():
    table = drawn(11).assign(x=lambda t: (t["x"] > 0).astype(int))
    table["treated"] = np.random.default_rng(1).random(400) < np.where(table["x"] == 1, 0.7, 0.3)
    made = estimate(table, covariates="x", method="ipw")
    balance = made.balance().iloc[0]
    assert abs(balance["difference_before"]) > 0.5
    assert abs(balance["difference_after"]) < 1e-8
    assert balance["variance_ratio_after"] == pytest.approx(1)
    own = table.groupby("treated")["x"].mean()
    assert balance["mean_treated_before"] == pytest.approx(own[True])
    spread = np.sqrt(own[True] * (1 - own[True]))
    assert balance["difference_before"] == pytest.approx((own[True] - own[False]) / spread)


def test_poor_overlap_is_flagged_in_words():
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(1.4, 1, 150), rng.normal(-1.4, 1, 150)])
    table = pd.DataFrame({"x": x, "treated": np.arange(300) < 150, "outcome": x})
    made = estimate(table, covariates="x", target="ate", method="ipw")
    overlap = made.overlap()
    assert (overlap["outside_support"] > 0.05).all()
    assert (overlap["design_effect"] > 3).any()
    assert any("Overlap is poor" in note for note in made.notes)
    assert any("unlike anybody of the other arm" in note for note in overlap["note"])


def test_overlap_counts_are_those_of_the_weights():
    made = effect(lalonde(), method="ipw")
    row = made.overlap().iloc[1]
    table = made.table.iloc[0]
    assert row["effective_persons"] == pytest.approx(table["effective_controls"])
    assert row["effective_persons"] * row["design_effect"] == pytest.approx(row["used"])
    assert row["smallest"] <= row["p05"] <= row["p50"] <= row["p95"] <= row["largest"]


def test_notes_speak_of_the_effect_its_assumption_and_that_it_is_no_proof():
    made = effect(lalonde(), outcome="worked")
    text = " ".join(made.notes)
    for words in ("of those who took part", "plain difference", "Assumed, not shown", "no proof",
                  "The interval holds zero"):  # fmt: skip
        assert words in text
    assert "ATE" not in text
    assert made.provenance["inputs"]["persons"]
    assert "ProgrammeEffect: 1 row" in made.summary()


def test_a_result_is_frozen_and_its_tables_are_copies():
    made = estimate(drawn(12))
    with pytest.raises(AttributeError):
        made.balance_table = None
    copy = made.balance()
    copy["term"] = "changed"
    assert made.balance()["term"].tolist() == ["x", "z"]
