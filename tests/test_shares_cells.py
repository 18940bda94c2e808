"""Shares: rounds, cells, sizes and change factors on their own."""

import numpy as np
import pandas as pd
import pytest
from test_shares import FIRST, forecast, tidy

from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.forecast.shares.cells import close_cells
from skillsfc.forecast.shares.models import METHODS
from skillsfc.forecast.shares.paths import PATHS, close_logs
from skillsfc.forecast.shares.rounds import prepare_rounds
from skillsfc.forecast.shares.samples import effective_respondents, read_factors


def rounds_of(cells, **settings):
    return prepare_rounds(tidy(cells, measure="persons", **settings), by="occupation")


def two_wholes(measure="persons"):
    parts = [
        tidy([(30, 10), (20, 20)], measure="persons", country="MAR", sector="A"),
        tidy([(50, 10), (30, 30)], measure="persons", country="MAR", sector="C"),
        tidy([(5, 5), (1, 1)], measure="persons", country="TUN", sector="A"),
    ]
    table = pd.concat(parts, ignore_index=True)
    if measure == "share":
        whole = table.groupby(["country", "sector", "year"])["persons"].transform("sum")
        table = table.assign(share=table["persons"] / whole, unit="share").drop(columns="persons")
    return close_cells(prepare_rounds(table, by="occupation"), constant=0.005)


def test_every_method_has_a_path():
    assert set(METHODS) == set(PATHS)


def test_rounds_until_a_year_hold_nothing_later_and_no_whole_without_that_round():
    table = pd.concat(
        [tidy(FIRST, country="MAR"), tidy(FIRST[:2], years=(2000, 2002), country="TUN")]
    )
    known = prepare_rounds(table, by="occupation").until(2001)
    assert known.years.tolist() == [2000, 2001]
    assert known.names == ["MAR"]


def test_rounds_on_other_categories_miss_what_they_have_not():
    moved = rounds_of([(5, 6, 7)]).on(["2", "9"])
    assert moved.labels == ["2", "9"]
    assert moved.values[0, 0].tolist()[0] == 6.0
    assert np.isnan(moved.values[0, 0, 1])
    assert moved.given.tolist() == [[True, False]]


def test_a_whole_of_one_category_has_the_share_1_in_every_method():
    for method in METHODS:
        made = forecast(tidy([(30,), (40,), (50,)], measure="persons"), method=method)
        assert made.table["share"].tolist() == [1.0] * len(made.table), method
        assert made.table["lower"].min() == 1.0


def test_the_constant_is_shared_out_so_that_many_categories_take_no_more_than_few():
    for count in (3, 200):
        cells = np.full((2, count), 10.0)
        cells[0, 0] = 0.0
        labels = [f"mine:{k:03d}" for k in range(count)]
        closed = close_cells(rounds_of(cells, labels=labels), constant=0.01)
        apart = np.abs(closed.smooth - closed.shares).sum(axis=2).max() / 2
        assert apart < 0.01
        assert closed.smooth[0, 0, 0] == pytest.approx(0.01 / count / 1.01)
        assert np.allclose(closed.smooth.sum(axis=2), 1.0)


def test_wholes_without_an_empty_cell_are_not_smoothed():
    closed = two_wholes()
    assert np.array_equal(closed.smooth, closed.shares)


def test_totals_are_those_of_the_rounds_and_unknown_in_a_table_of_shares():
    assert two_wholes().totals.tolist() == [[40.0, 40.0], [60.0, 60.0], [10.0, 2.0]]
    assert np.isnan(two_wholes("share").totals).all()


def test_no_usable_round_at_all_is_an_error():
    with pytest.raises(CoverageError, match="half of its categories"):
        close_cells(rounds_of([(0, 0), (0, 0)]), constant=0.005)


def test_a_filled_cell_lies_on_the_line_between_the_rounds_around_it():
    cells = np.array([(100, 50, 10), (200, 100, np.nan), (100, 50, 20)], float)
    closed = close_cells(rounds_of(cells), constant=0.005)
    expected = 200 * np.sqrt(10 / 100 * 20 / 100)
    assert closed.shares[0, 1, 2] == pytest.approx(expected / (300 + expected))
    assert closed.known[0, 1].tolist() == [True, True, False]


def test_a_cell_missing_at_the_end_is_carried_at_its_ratio():
    cells = np.array([(100, 50, 10), (200, 100, np.nan)], float)
    closed = close_cells(rounds_of(cells), constant=0.005)
    assert closed.base[0] == pytest.approx(np.array([200, 100, 20]) / 320)


def test_logs_close_over_what_is_inside_only():
    found = close_logs(np.zeros((1, 1, 3)), np.array([[True, False, True]]))
    assert found.tolist() == [[[0.5, 0.0, 0.5]]]


# --- Sizes ----------------------------------------------------------------------------------


def test_a_number_of_respondents_is_one_survey_a_country_split_by_persons():
    found = effective_respondents(two_wholes(), 1000.0, 2.0)
    assert found.tolist() == [[200.0, 200.0], [300.0, 300.0], [500.0, 500.0]]


def test_a_number_of_respondents_is_that_of_each_whole_in_a_table_of_shares():
    assert np.allclose(effective_respondents(two_wholes("share"), 1000.0, 4.0), 250.0)


def test_sizes_by_country_and_year_meet_their_wholes():
    sizes = pd.DataFrame({"country": ["MAR", "MAR"], "year": [2000, 2001], "persons": [10.0, 20]})
    found = effective_respondents(two_wholes(), sizes, 1.0)
    assert found[:2].tolist() == [[10.0, 20.0], [10.0, 20.0]]
    assert np.isnan(found[2]).all()


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({"sex": ["F"], "persons": [1.0]}, "'sex'"),
        ({"persons": [1.0]}, "'none'"),
        ({"country": ["MAR"], "persons": [0.0]}, "above 0"),
    ],
)
def test_sizes_that_fit_no_whole_are_refused(sizes, words):
    with pytest.raises(TableError, match=words):
        effective_respondents(two_wholes(), pd.DataFrame(sizes), 1.0)


def test_where_no_size_is_known_no_sampling_is_drawn():
    assert effective_respondents(two_wholes(), None, 2.0) is None


# --- Change factors -------------------------------------------------------------------------


def test_change_factors_may_differ_between_wholes():
    cells = two_wholes()
    factors = pd.DataFrame(
        {
            "sector": ["A", "A", "C", "C"],
            "occupation": ["1", "2", "1", "2"],
            "index": [2.0, 1.0, 1.0, 3.0],
        }
    )
    last, years = np.full(3, 2001), np.array([2002, 2003])
    found = read_factors(factors, cells.rounds, last, years)
    assert np.allclose(found[1], [[2, 1], [1, 3], [2, 1]])
    assert np.allclose(found[0], np.sqrt(found[1]))


def test_change_factors_of_a_past_year_or_without_a_column_are_refused():
    cells = two_wholes()
    table = pd.DataFrame({"occupation": ["1", "2"], "index": [1.0, 1.0], "year": [1999, 2003]})
    for wrong, words in ((table, "after 2001"), (table.drop(columns="index"), "'index'")):
        with pytest.raises(ParameterError, match=words):
            read_factors(wrong, cells.rounds, np.full(3, 2001), np.array([2002]))


# --- Results --------------------------------------------------------------------------------


def test_a_result_can_be_saved_and_its_settings_are_frozen(tmp_path):
    made = forecast(tidy(FIRST))
    folder = made.save(tmp_path / "shares")
    assert (folder / "table.csv").is_file()
    with pytest.raises(AttributeError):
        made.settings.method = "linear"


def test_a_line_that_leaves_the_shares_is_cut_closed_and_told():
    falling = tidy([(0.30, 0.70), (0.20, 0.80), (0.10, 0.90)])
    made = forecast(falling, method="linear", horizon=2010)
    assert made.table.loc[made.table["year"] == 2010, "share"].min() == 0.0
    assert "cut_at_zero" in set(made.issues["rule"])
    assert any("left the shares below 0" in note for note in made.notes)
    inside = forecast(tidy(FIRST), method="linear", horizon=2008)
    assert "cut_at_zero" not in set(inside.issues["rule"])


def test_plain_lines_through_a_few_years_come_with_the_warning_that_they_lost():
    short, long = tidy(FIRST), tidy(FIRST, years=range(1990, 2030, 10))
    said = [any("worse than constant" in n for n in forecast(t).notes) for t in (short, long)]
    assert said == [True, False]
    assert not any("worse than constant" in n for n in forecast(short, method="auto").notes)
