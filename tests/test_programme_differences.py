"""Difference in differences: R, hand cases, panels and samples of different persons."""

import numpy as np
import pandas as pd
import pytest
from programme_cases import check, lalonde_periods

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError

TRAITS = "age + educ + race + married + nodegree + re74"
ADJUSTMENTS = ("none", "ipw", "regression", "dr")


def did(table: pd.DataFrame, adjustment: str = "dr", **choice):
    given = {
        "treatment": "treat", "outcome": "y", "method": "did", "time": "after",
        "adjustment": adjustment, "covariates": None if adjustment == "none" else TRAITS, **choice,
    }  # fmt: skip
    return sf.estimate_programme_effect(table, **given)


def numbers(made) -> dict[str, float]:
    row = made.table.iloc[0]
    return {"estimate": row["estimate"], "error": row["standard_error"]}


def sections() -> pd.DataFrame:
    table = lalonde_periods()
    return table[(table["person"] + table["after"]) % 2 == 0]


@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
def test_the_same_persons_twice(adjustment):
    made = did(lalonde_periods(), adjustment)
    check(f"panel {adjustment}", numbers(made))
    assert made.settings.panel is True
    assert made.table[["treated", "controls"]].iloc[0].tolist() == [185, 429]


@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
def test_different_persons_in_each_period(adjustment):
    made = did(sections(), adjustment)
    check(f"sections {adjustment}", numbers(made))
    assert made.settings.panel is False


def test_clusters_and_weights():
    check("sections none school", numbers(did(sections(), "none", cluster="school")), names="error")
    check("sections dr school", numbers(did(sections(), cluster="school")))
    check("panel none weighted", numbers(did(lalonde_periods(), "none", weight="w")))


def test_four_means_by_hand():
    table = pd.DataFrame({
        "treat": [1, 1, 0, 0, 0] * 2, "after": [0] * 5 + [1] * 5,
        "y": [2.0, 4, 1, 1, 4, 9, 11, 3, 2, 4],
    })  # fmt: skip
    row = did(table, "none").table.iloc[0]
    assert row["estimate"] == pytest.approx((10 - 3) - (3 - 2))
    assert row["naive_difference"] == pytest.approx(10 - 3)
    assert row["with_programme"] == 10
    assert row["without_programme"] == pytest.approx(4)
    assert row["reliability"] == "w"


def test_panel_and_sections_agree_where_the_panel_is_read_as_sections():
    table = lalonde_periods()
    one, other = did(table, "none"), did(table, "none", panel=False)
    assert numbers(one)["estimate"] == pytest.approx(numbers(other)["estimate"])
    # Rows of a person are one unit, so the errors agree as well.
    assert numbers(one)["error"] == pytest.approx(numbers(other)["error"], rel=1e-6)
    assert any("repeat a person" in note for note in other.notes)


def test_something_that_never_changes_has_no_effect_whatever_its_level():
    table = lalonde_periods()
    level = table["treat"] * 5000 + table["re74"]
    row = did(table.assign(y=level + 100 * table["after"]), "none").table.iloc[0]
    assert row["estimate"] == pytest.approx(0, abs=1e-6)
    assert row["naive_difference"] > 1000


@pytest.mark.parametrize("adjustment", ["dr", "ipw", "regression"])
def test_a_trend_that_goes_with_a_trait_is_taken_out(adjustment):
    rng = np.random.default_rng(1)
    size = 3000
    x = rng.normal(size=size)
    treat = rng.random(size) < 1 / (1 + np.exp(-x))
    base = x + rng.normal(size=size)
    before = pd.DataFrame({"person": range(size), "x": x, "treat": treat, "after": 0, "y": base})
    later = before.assign(after=1, y=base + 2 * x + 1.0 * treat + rng.normal(size=size))
    both = pd.concat([before, later])
    row = did(both, adjustment, covariates="x").table.iloc[0]
    assert abs(row["estimate"] - 1) < 4 * row["standard_error"]
    assert did(both, "none").table["estimate"].iloc[0] > 1.5


def test_who_is_there_once_is_counted_by_arm():
    table = lalonde_periods()
    made = did(table.drop(index=table.index[(table["after"] == 1) & (table["person"] <= 20)]))
    assert made.table["treated"].iloc[0] == 165
    assert any("Only one period is known of 20 of 185 treated (11%)" in n for n in made.notes)


def test_a_missing_outcome_in_one_period_is_the_same_as_a_missing_row():
    table = lalonde_periods()
    away = (table["after"] == 1) & (table["person"] <= 20)
    one = did(table.assign(y=table["y"].mask(away)))
    assert numbers(one) == numbers(did(table[~away]))


def test_two_of_several_periods_are_named():
    table = lalonde_periods()
    three = pd.concat([table, table[table["after"] == 1].assign(after=2)])
    with pytest.raises(TableError, match=r"3 values.*periods=\(before, after\)"):
        did(three)
    made = did(three, periods=(0, 1))
    assert numbers(made) == pytest.approx(numbers(did(table)))
    assert any("614 rows of other periods are not used" in note for note in made.notes)
    with pytest.raises(ParameterError, match="not in the data: '7'"):
        did(three, periods=(0, 7))


def test_periods_in_words_have_an_order_when_named():
    table = lalonde_periods()
    words = table.assign(after=table["after"].map({0: "then", 1: "now"}))
    assert numbers(did(words, periods=("then", "now"))) == pytest.approx(numbers(did(table)))


def test_treatment_that_starts_between_the_periods_is_understood_in_a_panel():
    table = lalonde_periods()
    starts = table.assign(treat=table["treat"] * table["after"])
    made = did(starts)
    assert numbers(made) == pytest.approx(numbers(did(table)))
    assert any("differs between the periods for 185 persons" in note for note in made.notes)


def test_treatment_that_starts_between_samples_cannot_be_told():
    table = sections()
    with pytest.raises(CoverageError, match=r"no 'treated before'.*must name the group"):
        did(table.assign(treat=table["treat"] * table["after"]))


def test_a_panel_needs_persons_who_stand_once_in_each_period():
    table = lalonde_periods()
    with pytest.raises(TableError, match="614 rows repeat a person of the same period"):
        did(pd.concat([table, table[table["after"] == 0]]))
    with pytest.raises(TableError, match="who is who in both periods"):
        did(table.drop(columns="person"), panel=True)
    with pytest.raises(TableError, match="nobody stands in both periods"):
        did(sections(), panel=True)


def test_arguments_of_did_are_checked_together():
    with pytest.raises(ParameterError) as caught:
        did(lalonde_periods(), "regresion", target="ate", time=None, periods=(1,), caliper=0.1)
    text = str(caught.value)
    for words in ("mean 'regression'", "'att' with method 'did'", "column of the two periods",
                  "two values of the column", "caliper: given"):  # fmt: skip
        assert words in text


def test_groups_have_their_own_difference():
    table = lalonde_periods().assign(
        young=lambda t: np.where(t["age"] < 25, "young", "older"), unused=1
    )
    made = did(table, "none", group="young").table
    for row in made.itertuples():
        own = did(table[table["young"] == row.young], "none").table.iloc[0]
        assert row.estimate == pytest.approx(own["estimate"])


def test_notes_speak_of_parallel_trends():
    text = " ".join(did(lalonde_periods()).notes)
    assert "parallel trends" in text
    assert "doubly robust" in text
    assert "no proof" in text


def two_periods(size=300, *, same, seed=4):
    """Return persons in two periods whose treated gain 2; the same persons, or others."""
    rng = np.random.default_rng(seed)
    parts = []
    for after in (0, 1):
        treated = rng.random(size) < 0.5 if not (same and parts) else parts[0]["d"].to_numpy()
        outcome = rng.normal(size=size) + treated + after * (1 + 2 * treated)
        parts.append(pd.DataFrame({"person": range(size), "d": treated, "t": after, "y": outcome}))
    return pd.concat(parts, ignore_index=True)


def gained(table, **options):
    return sf.estimate_programme_effect(
        table, treatment="d", outcome="y", time="t", method="did", **options
    )


@pytest.mark.parametrize("words", [("before", "after"), ("wave 9", "wave 10")])
def test_periods_in_words_are_asked_for_and_not_sorted_as_text(words):
    table = two_periods(same=True)
    number = gained(table).table["estimate"].iloc[0]
    named = table.assign(t=[words[k] for k in table["t"]])
    with pytest.raises(TableError, match="which is earlier"):
        gained(named)
    found = gained(named, periods=words)
    assert found.table["estimate"].iloc[0] == pytest.approx(number)
    assert any(f"Before is {words[0]}, after is {words[1]}." in note for note in found.notes)
    order = pd.Categorical(named["t"], categories=list(words), ordered=True)
    assert gained(named.assign(t=order)).table["estimate"].iloc[0] == pytest.approx(number)


def test_periods_as_numbers_in_text_or_dates_have_their_own_order():
    table = two_periods(same=True)
    number = gained(table).table["estimate"].iloc[0]
    for first, last in (("9", "10"), (pd.Timestamp("2019-12-01"), pd.Timestamp("2020-02-01"))):
        named = table.assign(t=[(first, last)[k] for k in table["t"]])
        assert gained(named).table["estimate"].iloc[0] == pytest.approx(number)


def test_names_that_begin_anew_in_each_sample_are_no_panel_and_are_asked_about():
    table = two_periods(same=False)
    with pytest.raises(TableError, match="panel=False if the names begin anew"):
        gained(table)
    found = gained(table, panel=False).table.iloc[0]
    assert found["lower"] < 2 < found["upper"]
    few = pd.concat([table[table["t"] == 0], table[table["t"] == 1].assign(
        person=lambda rows: rows["person"] + 295)])  # fmt: skip
    with pytest.raises(TableError, match="5 names stand in both periods"):
        gained(few)


def test_persons_without_a_name_cannot_be_followed():
    table = two_periods(same=True)
    table["person"] = table["person"].astype(float)
    table.loc[[0, 400], "person"] = np.nan
    with pytest.raises(TableError, match="missing in 2 rows"):
        gained(table)
