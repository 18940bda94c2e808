"""Dates, codes and weights of a panel as flows read them: running numbers, text, no weight."""

import datetime

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError

PATHS = ["EEUE", "UUEE", "EUUU", "EEEE", "UEEU"]


def panel_of(*columns, paths=PATHS):
    """Return interviews at four dates, with columns that each hold the value of a date."""
    made = pd.DataFrame({
        "person": np.repeat(np.arange(len(paths)), 4), "state": list("".join(paths)),
    })  # fmt: skip
    for name, values in columns:
        made[name] = list(values) * len(paths)
    return made


def counts(made):
    return made.table["count"].tolist()


EXPECTED = counts(sf.estimate_flows(panel_of(("quarter", [1, 2, 3, 4]))))
YEARS = ("year", [2020, 2020, 2021, 2021])


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        (("quarter", [3, 4, 1, 2]), ["2020Q3", "2020Q4", "2021Q1"]),
        (("month", [11, 12, 1, 2]), ["2020-11", "2020-12", "2021-01"]),
    ],
)
def test_the_year_beside_a_part_of_it_is_combined(column, labels):
    made = sf.estimate_flows(panel_of(column, YEARS))
    assert counts(made) == EXPECTED
    assert made.table["time"].unique().tolist() == labels
    assert any("combined into one running date" in note for note in made.notes)
    assert not any("apart" in note for note in made.notes)


def test_running_quarters_beside_a_year_stay_as_they_are():
    made = sf.estimate_flows(panel_of(("quarter", [7, 8, 9, 10]), YEARS))
    assert made.table["time"].unique().tolist() == [7, 8, 9]
    assert counts(made) == EXPECTED


def test_weeks_of_the_year_are_refused():
    with pytest.raises(TableError, match="week of the year"):
        sf.estimate_flows(panel_of(("week", [51, 52, 1, 2]), YEARS))


def test_margins_follow_the_combined_date():
    panel = panel_of(("quarter", [3, 4, 1, 2]), YEARS)
    dates = [(2020, 3), (2020, 4), (2021, 1), (2021, 2)]
    stocks = pd.DataFrame([
        {"year": y, "quarter": q, "state": s, "persons": n}
        for y, q in dates for s, n in (("E", 60.0), ("U", 40.0))
    ])  # fmt: skip
    made = sf.estimate_flows(panel, margins=stocks)
    text = [f"{y}Q{q}" for y, q in zip(stocks["year"], stocks["quarter"], strict=True)]
    named = stocks.drop(columns="year").assign(quarter=text)
    pd.testing.assert_frame_equal(made.table, sf.estimate_flows(panel, margins=named).table)
    totals = made.table.groupby(["time", "from_state"])["flow"].sum()
    assert totals.to_numpy() == pytest.approx([60.0, 40.0] * 3)
    with pytest.raises(TableError, match="no stock for '2021Q2 E'"):
        sf.estimate_flows(panel, margins=stocks[stocks["quarter"] != 2])


@pytest.mark.parametrize(
    "dates",
    [
        ["2020m9", "2020m10", "2020m11", "2020m12"],
        ["2020-9", "2020-10", "2020-11", "2020-12"],
        ["2019Q4", "2020Q1", "2020q2", "2020-Q3"],
        ["8", "9", "10", "11"],
        ["2020-01-15", "2020-02-15", "2020-03-15", "2020-04-15"],
        list(pd.date_range("2020-01-31", periods=4, freq="ME")),
        [datetime.date(2020, month, 1) for month in (9, 10, 11, 12)],
        list(pd.period_range("2020Q1", periods=4, freq="Q")),
    ],
)
def test_dates_in_text_follow_the_calendar(dates):
    made = sf.estimate_flows(panel_of(("period", dates)))
    assert made.table["time"].unique().tolist() == list(dates[:3])
    assert counts(made) == EXPECTED
    assert not any("apart" in note for note in made.notes)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (["wave a", "wave b", "wave c", "wave d"], "text without an order of its own: 'wave a'"),
        (["2020Q1", "2", "2020Q3", "2020Q4"], "text of more than one form"),
        (["2020-02-30", "2020-03-30", "2020-04-30", "2020-05-30"], "'2020-02-30'"),
    ],
)
def test_other_text_is_refused(dates, words):
    with pytest.raises(TableError) as caught:
        sf.estimate_flows(panel_of(("period", dates)))
    assert words in str(caught.value)
    assert "Number the dates" in str(caught.value)


def test_ordered_categories_have_their_order():
    waves = ["first", "second", "third", "fourth"]
    panel = panel_of(("period", waves))
    panel["period"] = pd.Categorical(panel["period"], waves, ordered=True)
    made = sf.estimate_flows(panel)
    assert made.table["time"].astype("str").unique().tolist() == waves[:3]


def test_a_missing_date_is_noted_for_text_too():
    made = sf.estimate_flows(panel_of(("quarter", ["2020Q1", "2020Q2", "2020Q4", "2021Q1"])))
    assert any("those 1 apart, without '2020Q2 to 2020Q4'" in note for note in made.notes)
    assert made.average["pairs"].unique().tolist() == [2]


def test_quarters_of_90_to_92_days_are_one_length():
    days = [0, 90, 181, 273]
    made = sf.estimate_flows(panel_of(("period", days)))
    assert made.settings.left_out == ()
    assert counts(made) == EXPECTED


def test_two_spellings_of_a_date_are_one():
    panel = panel_of(("quarter", ["2020Q1", "2020Q2", "2020Q3", "2020Q4"]))
    panel.loc[panel.index[4], "quarter"] = "2020q1"
    assert counts(sf.estimate_flows(panel)) == EXPECTED


def test_codes_of_states_survive_a_missing_one():
    panel = panel_of(("quarter", [1, 2, 3, 4]))
    panel["state"] = panel["state"].map({"E": 1, "U": 2})
    whole = sf.estimate_flows(panel, states=[1, 2])
    assert counts(whole) == EXPECTED
    panel.loc[0, "state"] = np.nan
    made = sf.estimate_flows(panel, states=[1, 2])
    assert made.table["from_state"].unique().tolist() == ["1", "2"]
    errors = pd.DataFrame(np.eye(2), index=[1, 2], columns=[1, 2])
    undone = sf.estimate_flows(panel, misclassification=errors)
    pd.testing.assert_series_equal(undone.table["flow"], made.table["flow"])


@pytest.mark.parametrize(("states", "words"), [(["E", "U", "E"], "named twice: 'E'"), (5, "5")])
def test_states_named_wrongly_are_refused(states, words):
    with pytest.raises(ParameterError, match=words):
        sf.estimate_flows(panel_of(("quarter", [1, 2, 3, 4])), states=states)


@pytest.mark.parametrize("weight_date", ["first", "second", "mean"])
def test_rows_of_weight_0_are_in_no_count(weight_date):
    panel = panel_of(("quarter", [1, 2, 3, 4])).assign(weight=2.0)
    more = pd.concat([
        panel, panel.assign(person=panel["person"] + 10, weight=0.0),
        panel.iloc[:1].assign(person=99, weight=0.0),
    ])  # fmt: skip
    made = sf.estimate_flows(more, weight_date=weight_date)
    alone = sf.estimate_flows(panel, weight_date=weight_date)
    for name in ("table", "average", "unmatched", "diagnostics"):
        pd.testing.assert_frame_equal(getattr(made, name), getattr(alone, name))
    assert "21 interviews have weight 0: they are left out of every count." in made.notes


@pytest.mark.parametrize(
    ("group", "words"),
    [("state", "'state' is a column of the result"), (["sex", "sex"], "named twice: 'sex'")],
)
def test_groups_that_clash_are_named(group, words):
    panel = panel_of(("quarter", [1, 2, 3, 4])).assign(sex="F")
    with pytest.raises(ParameterError, match=words):
        sf.estimate_flows(panel, group=group)


@pytest.mark.parametrize(
    ("column", "months"),
    [
        (("quarter", [20203, 20204, 20211, 20212]), 3),
        (("quarter", ["20203", "20204", "20211", "20212"]), 3),
        (("month", [202011, 202012, 202101, 202102]), 1),
        (("quarter", [7, 8, 9, 10]), 3),
        (("year", [2010, 2012, 2014, 2016]), 24),
        (("period", ["2020Q1", "2020Q3", "2021Q1", "2021Q3"]), 6),
        (("period", ["2020-01-15", "2020-04-01", "2020-07-30", "2020-10-02"]), 3),
    ],
)
def test_the_time_between_dates_in_months(column, months):
    made = sf.estimate_flows(panel_of(column))
    assert made.settings.months == months
    assert made.settings.left_out == ()
    assert counts(made) == EXPECTED
    assert made.table["time"].unique().tolist() == list(column[1][:3])


@pytest.mark.parametrize(
    "column", [("period", [1, 2, 3, 4]), ("wave", [20203, 20204, 20205, 20206])]
)
def test_numbers_without_a_unit_say_no_months(column):
    settings = sf.estimate_flows(panel_of(column), time=column[0]).settings
    assert np.isnan(settings.months)
    assert settings.apart == 1
