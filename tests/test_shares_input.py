"""Shares: what goes in. Each row of the catalogue of bad inputs that touches them, by number."""

import numpy as np
import pandas as pd
import pytest
from test_shares import FIRST, at, forecast, tidy

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.forecast.shares.forecast import forecast_shares
from skillsfc.forecast.shares.rounds import prepare_rounds


def rules(result):
    return set(result.issues["rule"])


def persons(cells, **settings):
    return tidy(cells, measure="persons", **settings)


# --- Rows 1-20 ------------------------------------------------------------------------------


def test_row_01_missing_years_are_not_filled_and_trends_are_per_year():
    uneven = tidy([(0.5, 0.5), (0.52, 0.48), (0.6, 0.4)], years=(2010, 2011, 2018))
    made = forecast(uneven, horizon=2020)
    slope, level = np.polyfit([-8, -7, 0], np.log([0.5 / 0.5, 0.52 / 0.48, 0.6 / 0.4]), 1)
    assert at(made)[0] == pytest.approx(1 / (1 + np.exp(-(level + 2 * slope))))
    assert "uneven_years" in rules(made)
    assert made.history["year"].unique().tolist() == [2010, 2011, 2018]


def test_row_02_rounds_before_a_known_break_of_a_source_are_left_out(monkeypatch):
    listed = pd.DataFrame(
        {
            "source": ["made up"],
            "country": ["MAR"],
            "first_year": ["2002"],
            "reason": ["new survey"],
        }
    )
    monkeypatch.setattr("skillsfc.forecast.shares.evidence.series_breaks", lambda: listed)
    made = forecast(tidy(FIRST, country="MAR"))
    assert made.history["year"].unique().tolist() == [2002, 2003]
    assert "break" in rules(made)


def test_row_03_two_versions_of_a_classification_are_refused():
    mixed = pd.concat(
        [
            tidy(FIRST, labels=["isco88:1", "isco88:2", "isco88:3"]),
            tidy(FIRST, years=range(2004, 2008), labels=["isco08:1", "isco08:2", "isco08:3"]),
        ]
    )
    with pytest.raises(TableError, match="isco"):
        forecast(mixed)


def test_row_03_one_prefix_of_a_national_list_is_taken():
    made = forecast(tidy(FIRST, labels=["soc2018:11", "soc2018:13", "soc2018:15"]), horizon=2008)
    assert at(made)[0] == pytest.approx(0.364379, abs=5e-7)


def test_row_04_totals_beside_their_parts_are_refused():
    with pytest.raises(TableError, match="totals beside their parts"):
        forecast(tidy(FIRST, labels=["1", "11", "2"]))


def test_row_06_duplicated_keys_are_refused():
    twice = pd.concat([tidy(FIRST), tidy(FIRST[:1])])
    with pytest.raises(TableError, match="duplicated"):
        forecast(twice)


def test_row_07_an_empty_cell_has_a_stated_treatment_and_is_counted():
    cells = np.array([(50, 50, 0), (52, 46, 2), (55, 42, 3)], float)
    made = forecast(persons(cells), horizon=2004)
    assert "zero_cell" in rules(made)
    assert int(made.issues.set_index("rule").loc["zero_cell", "affected"]) == 1
    assert any("1 empty cells in 1 wholes: 0.005 was added" in note for note in made.notes)
    smooth = (cells / cells.sum(axis=1, keepdims=True) + 0.005 / 3) / 1.005
    ratios = np.log(smooth / smooth[:, :1])
    slope, level = np.polyfit([-2, -1, 0], ratios, 1)
    weights = np.exp(level + 2 * slope)
    assert np.allclose(at(made), weights / weights.sum())


def test_row_07_a_category_empty_in_every_round_stays_empty_when_asked():
    cells = [(50, 50, 0), (52, 48, 0)]
    kept = forecast(persons(cells), zeros="structural", horizon=2004)
    assert at(kept)[2] == 0.0
    assert "structural_zero" in rules(kept)
    assert kept.simulate(5, np.random.default_rng(1))[..., 2].max() == 0.0
    assert at(forecast(persons(cells), zeros="add", horizon=2004))[2] > 0.0


def test_row_07_empty_cells_can_be_refused():
    with pytest.raises(TableError, match="zeros='refuse'"):
        forecast(persons([(50, 50, 0), (52, 48, 1)]), zeros="refuse")


def test_row_07_constant_shares_leave_an_empty_cell_empty():
    made = forecast(persons([(50, 47, 3), (52, 48, 0)]), method="constant")
    assert at(made).tolist() == [0.52, 0.48, 0.0]


def test_row_07_what_is_added_to_empty_cells_moves_no_other_share_of_auto():
    cells = [(500, 400, 100, 0), (500, 400, 99, 1), (500, 400, 100, 0)]
    made = forecast(persons(cells), method="auto", horizon=2003)
    assert np.allclose(at(made)[:3], [0.5, 0.4, 0.1], atol=0.003)


def test_row_07_a_round_with_nobody_is_left_out_and_is_no_round_of_zero_shares():
    made = forecast(persons([(50, 50), (0, 0), (60, 40)]))
    assert "zero_total" in rules(made)
    assert made.history["year"].unique().tolist() == [2000, 2002]


def test_row_07_wholes_without_anybody_in_any_round_are_named():
    table = pd.concat([persons([(0, 0)], sector="A"), persons([(3, 4)], sector="C")])
    made = forecast(table)
    assert set(made.table["sector"]) == {"C"}
    assert "zero_total" in rules(made)


def test_row_08_negative_employment_is_refused():
    with pytest.raises(TableError, match="below 0"):
        forecast(persons([(50, -1), (60, 40)]))


def test_row_09_shares_that_do_not_sum_to_1_are_refused_with_the_round():
    with pytest.raises(TableError, match=r"2000.*sum to 0\.9"):
        forecast(tidy([(0.5, 0.4), (0.5, 0.5)]))


def test_row_09_shares_that_miss_1_by_rounding_are_closed_and_counted():
    made = forecast(tidy([(0.33, 0.33, 0.33), (0.34, 0.33, 0.33)]), method="constant")
    assert at(made).sum() == pytest.approx(1.0)
    assert "rounded" in rules(made)


def test_row_10_thousands_among_persons_are_told():
    made = forecast(persons([(50.0, 50.0), (52_000.0, 48_000.0)]))
    assert "unit_jump" in rules(made)


def test_row_10_mixed_units_are_refused():
    table = persons([(50, 50), (60, 40)])
    table.loc[0, "unit"] = "thousand persons"
    with pytest.raises(TableError, match="thousand persons"):
        forecast(table)


def test_row_11_percent_is_refused_with_the_hint_to_divide():
    with pytest.raises(TableError, match="Divide by 100"):
        forecast(tidy([(50.0, 30.0, 20.0), (48.0, 31.0, 21.0)]))


def test_row_11_percent_below_1_each_is_found_by_its_sum():
    many = [[0.5] * 200]
    table = tidy(many, labels=[f"mine:{k}" for k in range(200)])
    with pytest.raises(TableError, match=r"sum to 100.*Percent"):
        forecast(table)


def test_row_12_a_constant_series_has_a_band_nevertheless():
    made = forecast(tidy([FIRST[0]] * 5))
    assert (made.table["upper"] - made.table["lower"]).min() > 0.001


def test_row_13_one_round_gives_constant_shares_labelled_as_such():
    made = forecast(tidy(FIRST[:1]), method="alr")
    assert np.allclose(at(made), FIRST[0])
    assert set(made.table["model"]) == {"constant"}
    assert "one_round" in rules(made)
    assert any(note.startswith("One round only") for note in made.notes)
    assert (made.table["upper"] > made.table["share"]).all()


def test_row_13_peers_make_the_band_of_one_round():
    own = tidy(FIRST[:1], years=[2010], country="MAR")
    rng = np.random.default_rng(2)
    wild = np.exp(np.cumsum(rng.normal(0, 0.4, (8, 3)), axis=0))
    calm = np.exp(np.cumsum(rng.normal(0, 0.004, (8, 3)), axis=0))
    widths = [
        (made.table["upper"] - made.table["lower"]).mean()
        for cells in (wild, calm)
        for made in [
            forecast(
                own, draws=400,
                peers=tidy(cells / cells.sum(axis=1, keepdims=True), years=range(2003, 2011),
                           country="TUN"),
            )
        ]
    ]  # fmt: skip
    assert widths[0] > 1.5 * widths[1]


def test_row_14_two_rounds_make_a_line_through_both_and_say_so():
    made = forecast(tidy(FIRST[:2]), horizon=2002)
    weights = np.array(FIRST[1]) ** 2 / np.array(FIRST[0])
    assert np.allclose(at(made), weights / weights.sum())
    assert "two_rounds" in rules(made)


def test_row_15_all_missing_is_an_error_and_no_zero():
    table = tidy(FIRST)
    table["share"] = np.nan
    with pytest.raises(CoverageError, match="no value left of 12 rows"):
        forecast(table)


def test_row_15_a_whole_without_values_is_named_and_has_no_forecast():
    empty = tidy(FIRST, sector="A").assign(share=np.nan)
    made = forecast(pd.concat([empty, tidy(FIRST, sector="C")]))
    assert set(made.table["sector"]) == {"C"}
    assert "no_data" in rules(made)
    assert any("no forecast, for 'A'" in note for note in made.notes)


def test_row_16_a_conflict_is_told():
    made = forecast(tidy(FIRST, years=range(2018, 2022), country="UKR"))
    assert "conflict_gap" in rules(made)


def test_row_17_modelled_and_projected_rows_are_left_out_of_the_fit():
    table = pd.concat([tidy(FIRST), tidy([(0.9, 0.05, 0.05)], years=[2004])])
    table.loc[table["year"] == 2004, "status"] = "modelled"
    future = tidy([(0.9, 0.05, 0.05)], years=[2030]).assign(status="projected")
    made = forecast(pd.concat([table, future]), horizon=2008)
    assert at(made)[0] == pytest.approx(0.364379, abs=5e-7)
    assert "not_evidence" in rules(made)


def test_row_17_a_table_of_nothing_but_model_output_is_used_and_says_so():
    made = forecast(tidy(FIRST).assign(status="modelled"), horizon=2008)
    assert at(made)[0] == pytest.approx(0.364379, abs=5e-7)
    assert any("Every row is modelled" in note for note in made.notes)


def test_row_17_projections_alone_are_no_evidence():
    with pytest.raises(CoverageError, match="12 projected"):
        forecast(tidy(FIRST).assign(status="projected"))


def test_row_19_suppressed_cells_are_missing_and_not_zero():
    table = persons([(50, 40, 10), (52, 38, 10), (54, 36, 10)])
    table["reliability"] = ""
    chosen = (table["year"] == 2001) & (table["occupation"] == "3")
    table.loc[chosen, "reliability"] = "S"
    table.loc[chosen, "persons"] = 0.0
    made = forecast(table)
    filled = made.history[(made.history["year"] == 2001) & (made.history["occupation"] == "3")]
    assert filled["status"].item() == "imputed"
    assert filled["share"].item() == pytest.approx(0.1, abs=0.001)
    assert {"suppressed", "filled_cell"} <= rules(made)


def test_row_19_a_cell_suppressed_in_every_round_is_not_part_of_the_whole():
    table = persons([(50, 40, 10), (52, 38, 10)])
    table.loc[table["occupation"] == "3", "persons"] = np.nan
    made = forecast(table)
    assert set(made.table["occupation"]) == {"1", "2"}
    assert "never_known" in rules(made)


def test_row_19_a_missing_cell_teaches_no_trend():
    """The category's line goes through its own rounds only, as if the fourth were not there."""
    cells = np.array([(50, 40, 10), (50, 40, 12), (50, 40, np.nan), (50, 40, 16)], float)
    table = persons(cells)
    made = forecast(table, horizon=2004)
    core = np.sqrt(50 * 40)
    slope, level = np.polyfit([-3, -2, 0], np.log(np.array([10, 12, 16]) / core), 1)
    weights = np.array([50, 40, core * np.exp(level + slope)])
    assert np.allclose(at(made), weights / weights.sum())


def test_row_19_unreliable_cells_are_used_and_listed():
    table = persons([(50, 50), (60, 40)]).assign(reliability="U")
    assert "unreliable" in rules(forecast(table))


def test_a_row_that_is_not_there_is_missing_unless_it_is_said_to_be_zero():
    table = persons([(50, 40, 10), (52, 38, 10), (54, 36, 10)])
    less = table[~((table["year"] == 2001) & (table["occupation"] == "3"))]
    assert "filled_cell" in rules(forecast(less))
    zero = forecast(less, absent="zero")
    assert {"absent_zero", "zero_cell"} <= rules(zero)
    history = zero.history[(zero.history["year"] == 2001) & (zero.history["occupation"] == "3")]
    assert history["share"].item() == 0.0


def test_a_round_in_which_most_categories_are_missing_is_left_out():
    table = persons([(50, 40, 10), (52, 38, 10), (54, 36, 10)])
    thin = (table["year"] == 2001) & (table["occupation"] != "1")
    made = forecast(table[~thin])
    assert "thin_round" in rules(made)
    assert made.history["year"].unique().tolist() == [2000, 2002]


# --- Rows 45-55 -----------------------------------------------------------------------------


def test_row_45_empty_keys_are_refused_not_dropped():
    table = tidy(FIRST)
    table.loc[0, "occupation"] = None
    with pytest.raises(TableError, match="empty in 1 rows"):
        forecast(table)


def test_row_46_48_unknown_countries_and_aggregates_are_refused():
    for code in ("KOS", "WLD"):
        with pytest.raises(TableError, match=code):
            forecast(tidy(FIRST, country=code))


def test_row_50_a_future_year_must_be_projected_and_a_text_year_is_refused():
    with pytest.raises(TableError, match="projected"):
        forecast_shares(tidy(FIRST, years=range(2090, 2094)), horizon=2100)
    with pytest.raises(TableError, match="2018-19"):
        forecast_shares(tidy(FIRST).assign(year="2018-19"), horizon=2030)


def test_row_55_empty_after_a_filter_is_an_error():
    table = tidy(FIRST)
    with pytest.raises(TableError, match="Check the filter"):
        forecast_shares(table[table["year"] > 2100], horizon=2110)


# --- Arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"method": "arl"}, "Did you mean 'alr'"),
        ({"zeros": "drop"}, "structural"),
        ({"absent": "nan"}, "missing"),
        ({"anchor": "first"}, "line"),
        ({"by": "ocupation"}, "Did you mean 'occupation'"),
        ({"within": "sector"}, "within"),
        ({"within": "occupation"}, "another key"),
        ({"reference": "77"}, "reference"),
        ({"levels": (80,)}, "80 % is 0.8"),
        ({"levels": ()}, "none"),
        ({"horizon": 2003}, "after 2003"),
        ({"horizon": 2003.5}, "calendar year"),
        ({"horizon": 2099}, "at most 60"),
        ({"damping": 0.0}, "damping"),
        ({"drift": -1.0}, "drift"),
        ({"design_effect": 0.5}, "1 or more"),
        ({"sample_size": -5}, "above 0"),
        ({"sample_size": "many"}, "a number or a table"),
        ({"draws": 3}, "draws"),
        ({"seed": -1}, "seed"),
        ({"shrink": "yes"}, "shrink"),
        ({"method": "change_factor", "change_factors": {"1": 1.0}}, "no change factor"),
        ({"method": "change_factor", "change_factors": {"1": 1, "2": 1, "9": 1}}, "codes"),
        ({"method": "change_factor", "change_factors": {"1": 1, "2": 0, "3": 1}}, "above 0"),
        ({"method": "change_factor", "change_factors": [1, 2, 3]}, "a table or a mapping"),
    ],
)
def test_a_wrong_argument_is_named_with_what_was_expected(wrong, words):
    with pytest.raises(ParameterError, match=words):
        forecast(tidy(FIRST), **({"horizon": 2010} | wrong))


def test_several_wrong_arguments_are_listed_at_once():
    with pytest.raises(ParameterError) as refusal:
        forecast(tidy(FIRST), method="arl", zeros="x", levels=(2,), draws=1)
    assert len(refusal.value.problems) == 4


def test_something_else_than_a_table_is_refused_in_plain_words():
    with pytest.raises(TableError, match="a pandas DataFrame"):
        forecast_shares(None)
    with pytest.raises(TableError, match="missing: 'year'"):
        forecast_shares(tidy(FIRST).drop(columns="year"))


def test_another_measure_is_refused():
    table = tidy(FIRST).rename(columns={"share": "rate"}).assign(unit="per person-year")
    with pytest.raises(TableError, match="persons"):
        forecast(table)


def test_every_other_key_tells_wholes_apart():
    table = pd.concat([tidy(FIRST, country="MAR", sex=sex) for sex in ("F", "M")])
    made = forecast(table)
    assert made.within_labels == [("MAR", "F"), ("MAR", "M")]


def test_sizes_may_come_as_a_table_by_year_or_by_whole():
    table = pd.concat([persons(np.array(FIRST) * 1e5, sector=s) for s in ("A", "C")])
    sizes = pd.DataFrame({"sector": ["A", "C"], "persons": [200.0, 20_000.0]})
    made = forecast(table, sample_size=sizes, draws=500, method="constant", horizon=2004)
    width = made.table.assign(width=made.table["upper"] - made.table["lower"])
    mean = width.groupby("sector")["width"].mean()
    assert mean["A"] > 1.5 * mean["C"]
    with pytest.raises(TableError, match="no column 'persons'"):
        forecast(table, sample_size=sizes.rename(columns={"persons": "people"}))
    with pytest.raises(TableError, match="keys given twice"):
        forecast(table, sample_size=pd.concat([sizes, sizes]))


def test_rounds_of_wholes_with_different_years_are_kept_apart():
    table = pd.concat(
        [tidy(FIRST, country="MAR"), tidy(FIRST[:2], years=(1995, 1999), country="TUN")]
    )
    rounds = prepare_rounds(table, by="occupation")
    assert rounds.seen.sum(axis=1).tolist() == [4, 2]
    made = forecast(table, horizon=2005)
    assert "older_round" in rules(made)
    assert made.years.tolist() == [2004, 2005]


def test_the_embedded_table_of_morocco_has_one_round_and_a_band():
    table = sf.load_table("employment_by_occupation", country="MAR")
    made = forecast_shares(table, horizon=2020, draws=50)
    assert set(made.table["model"]) == {"constant"}
    sums = made.table.groupby(["area", "sex", "year", "level"])["share"].sum()
    assert np.allclose(sums, 1.0)
