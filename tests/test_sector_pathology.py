"""Sector series as they come: each row of the pathology catalogue that touches them."""

import numpy as np
import pandas as pd
import pytest
from sectors_made_up import made_up, one_economy

import skillsfc as sf
from skillsfc.forecast.pathology import series_breaks

YEARS = 16


def growing(start, rate, years=YEARS):
    return [start * (1.0 + rate) ** k for k in range(years)]


def steady(**more):
    return one_economy({"A": growing(1e5, -0.01), "C": growing(5e4, 0.03), **more})


def rules(found):
    return found.issues.groupby("rule")["series"].agg(list).to_dict()


def final(found, year=2018):
    rows = found.table[(found.table["level"] == 0.8) & (found.table["year"] == year)]
    return rows.set_index("sector")["persons"]


def test_row_01_missing_years_are_spanned_and_listed_and_not_filled():
    whole = steady()
    gappy = whole[~whole["year"].isin([2004, 2005, 2009])]
    full, found = (sf.forecast_sectors(t, horizon=2018) for t in (whole, gappy))
    assert sorted(rules(found)["missing_years"]) == ["A", "C"]
    assert len(found.history) == len(gappy)
    np.testing.assert_allclose(final(found), final(full), rtol=0.02)


def test_row_02_values_before_a_known_break_are_left_out():
    known = series_breaks().iloc[0]
    first = int(known["first_year"])
    jobs = steady().assign(country=known["country"], source=known["source"])
    jobs["year"] += first - 4 - jobs["year"].min()  # four years before the break
    found = sf.forecast_sectors(jobs, horizon=first + 20)
    assert sorted(rules(found)["break"]) == [f"{known['country']} {s}" for s in "AC"]
    assert found.history["year"].min() == first


def test_row_04_a_total_beside_its_parts_is_refused():
    jobs = steady(C=growing(5e4, 0.03), IND=growing(5e4, 0.03))
    with pytest.raises(sf.TableError, match="totals beside their parts"):
        sf.forecast_sectors(jobs, horizon=2018)


def test_row_06_two_values_of_one_sector_and_year_are_refused():
    jobs = steady()
    with pytest.raises(sf.TableError):
        sf.forecast_sectors(pd.concat([jobs, jobs.iloc[:1]]), horizon=2018)


def test_row_07_a_sector_with_zeros_is_modelled_in_levels_and_stays_finite():
    late = [0.0] * 6 + growing(100.0, 0.1, YEARS - 6)
    found = sf.forecast_sectors(steady(L=late), horizon=2020)
    assert {"zero", "levels"} <= set(rules(found))
    table = found.table[found.table["sector"] == "L"]
    assert np.isfinite(table[["persons", "lower", "upper"]]).all().all()
    assert (table["lower"] >= 0.0).all()
    assert final(found)["L"] > late[-1]


def test_row_07_a_sector_that_never_had_anybody_stays_at_zero():
    found = sf.forecast_sectors(steady(B=[0.0] * YEARS), horizon=2018)
    assert final(found)["B"] == 0.0
    sums = found.table[found.table["level"] == 0.8].groupby("year")["persons"].sum()
    np.testing.assert_allclose(sums, found.totals["persons"], rtol=1e-12)


def test_row_08_negative_employment_is_refused():
    with pytest.raises(sf.TableError, match="below 0"):
        sf.forecast_sectors(steady(F=[-5.0] * YEARS), horizon=2018)


def test_row_10_thousands_among_persons_are_flagged():
    row = growing(5e4, 0.03)
    row[8] /= 1000.0
    found = sf.forecast_sectors(steady(C=row), horizon=2018)
    assert "C" in rules(found)["unit_jump"]
    assert any("thousands among persons" in note for note in found.notes)


def test_row_12_a_constant_sector_is_flagged_and_has_a_band():
    found = sf.forecast_sectors(steady(O=[2e4] * YEARS), horizon=2018)
    assert rules(found)["constant"] == ["O"]
    table = found.table[found.table["sector"] == "O"]
    assert (table["upper"] > table["lower"] * 1.001).all()


def test_row_13_one_value_and_nobody_to_learn_from_is_refused():
    jobs = steady()
    with pytest.raises(sf.CoverageError, match="Give panel="):
        sf.forecast_sectors(jobs[jobs["year"] == 2010], horizon=2018)


def test_row_13_one_value_with_a_panel_takes_the_growth_of_sectors_elsewhere():
    jobs, _ = made_up(noise=0.003)
    own = jobs[(jobs["country"] == "MAR") & (jobs["year"] == 2018)]
    found = sf.forecast_sectors(own, panel=jobs[jobs["country"] != "MAR"], horizon=2023)
    assert len(rules(found)["one_value"]) == 4
    last = own.set_index("sector")["persons"]
    growth = final(found, 2023) / last
    assert growth.idxmin() == "A"
    assert growth.idxmax() in ("F", "G")
    assert set(found.choice["verdict"]) == {"not testable"}


def test_row_14_two_values_are_flagged_as_few():
    jobs = steady()
    found = sf.forecast_sectors(jobs[jobs["year"].isin([2010, 2015])], horizon=2018)
    assert sorted(rules(found)["few_values"]) == ["A", "C"]
    assert np.isfinite(found.table["persons"]).all()


def test_row_15_a_sector_without_any_value_is_listed_and_is_not_zero():
    found = sf.forecast_sectors(steady(K=[np.nan] * YEARS), horizon=2018)
    assert rules(found)["no_data"] == ["K"]
    assert "K" not in set(found.table["sector"])
    choice = found.choice.set_index("sector")
    assert choice.loc["K", "reason"] == "no data"
    assert any("No data" in note and "K" in note for note in found.notes)


def test_row_15_no_value_at_all_is_refused():
    with pytest.raises(sf.CoverageError, match="no value at all"):
        sf.forecast_sectors(one_economy({"A": [np.nan] * 5, "C": [np.nan] * 5}), horizon=2018)


def test_row_16_years_of_conflict_are_named_and_not_filled():
    jobs = steady().assign(country="UKR")
    jobs["year"] += 6  # 2006 to 2021
    found = sf.forecast_sectors(jobs, horizon=2025)
    assert len(rules(found)["conflict_gap"]) == 2
    assert sum("conflict" in note for note in found.notes) == 1


def test_row_17_projected_rows_are_no_evidence():
    jobs = steady()
    wild = jobs[jobs["year"] > 2012].assign(persons=9e9, status="projected")
    both = pd.concat([jobs[jobs["year"] <= 2012], wild])
    found = sf.forecast_sectors(both, horizon=2018)
    alone = sf.forecast_sectors(jobs[jobs["year"] <= 2012], horizon=2018)
    assert "not_evidence" in rules(found)
    np.testing.assert_allclose(final(found), final(alone), rtol=1e-9)


def test_row_19_suppressed_values_are_missing():
    jobs = steady()
    jobs["reliability"] = np.where(jobs["year"].eq(2007) & jobs["sector"].eq("C"), "S", "")
    found = sf.forecast_sectors(jobs, horizon=2018)
    assert rules(found)["suppressed"] == ["C"]
    assert len(found.history) == len(jobs) - 1


def test_row_50_years_that_are_no_years_are_refused():
    jobs = steady()
    jobs["year"] = jobs["year"].astype(str) + "-01"
    with pytest.raises(sf.TableError, match="year"):
        sf.forecast_sectors(jobs, horizon=2018)


def test_row_53_fast_growth_is_flagged():
    row = growing(5e4, 0.03)
    row[10:] = [x * 1.6 for x in row[10:]]
    assert "C" in rules(sf.forecast_sectors(steady(C=row), horizon=2018))["fast_growth"]


def test_row_55_an_empty_table_is_refused():
    with pytest.raises(sf.TableError, match="none"):
        sf.forecast_sectors(steady().iloc[:0], horizon=2018)


def test_a_table_without_sectors_is_refused_with_the_right_function():
    jobs = steady().drop(columns="sector").drop_duplicates("year")
    with pytest.raises(sf.TableError, match=r"sf\.forecast_employment"):
        sf.forecast_sectors(jobs, horizon=2018)


@pytest.mark.parametrize("wrong", [None, 3, "table.csv", [1, 2]])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(sf.TableError, match="a pandas DataFrame"):
        sf.forecast_sectors(wrong, horizon=2018)


def test_sectors_that_end_in_different_years_share_the_last_common_one():
    jobs = steady()
    short = jobs[~((jobs["sector"] == "C") & (jobs["year"] > 2013))]
    found = sf.forecast_sectors(short, horizon=2018)
    assert rules(found)["ragged_end"] == ["A"]
    assert found.table["year"].min() == 2014
    assert found.history["year"].max() == 2013


def test_a_sector_that_stopped_long_ago_does_not_end_the_others():
    jobs = steady(B=growing(1e3, 0.0))
    short = jobs[~((jobs["sector"] == "B") & (jobs["year"] > 2005))]
    found = sf.forecast_sectors(short, horizon=2018)
    assert rules(found)["stale"] == ["B"]
    assert set(found.table["sector"]) == {"A", "C"}
    assert found.table["year"].min() == 2016


def test_sectors_without_a_common_year_are_refused_by_name():
    jobs = steady()
    odd = (jobs["year"] % 2 == 1) == (jobs["sector"] == "A")
    with pytest.raises(sf.CoverageError, match="no year with all 2 sectors"):
        sf.forecast_sectors(jobs[odd], horizon=2018)
