"""A later level from another source: shown, joined by a stated rule, never silently."""

import numpy as np
import pandas as pd
import pytest
from test_forecast_employment import CODES, made_up

import skillsfc as sf
from skillsfc.forecast.joining import join_later_level
from skillsfc.forecast.later_level import estimate_employment_level


def levels(ratios, year=2020, source="other", forecast=None):
    made = forecast if forecast is not None else FORECAST
    rows = made.table[(made.table["year"] == year) & (made.table["level"] == 0.8)]
    rows = rows[rows["country"].isin(ratios)]
    persons = rows["persons"] * rows["country"].map(ratios)
    flags = {"unit": "persons", "status": "estimated", "source": source}
    return pd.DataFrame({"country": rows["country"], "year": year, "persons": persons, **flags})


FORECAST = sf.forecast_employment(made_up(), horizon=2025)
RATIOS = dict(zip(CODES, [0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3], strict=True))


def test_show_changes_nothing_and_reports_the_gap():
    made = join_later_level(FORECAST, levels(RATIOS))
    pd.testing.assert_frame_equal(made.table, FORECAST.table)
    gap = made.discrepancy[made.discrepancy["level"] == 0.8].set_index("country")
    np.testing.assert_allclose(gap["ratio"], pd.Series(RATIOS)[gap.index])
    columns = "country year persons_forecast persons_later ratio level inside"
    assert list(made.discrepancy) == [
        *columns.split(),
        "source_forecast",
        "source_later",
        "typical_ratio",
    ]
    assert made.notes[-1].endswith("not changed.")


def test_rescale_keeps_growth_moves_level_and_names_both_sources():
    made = join_later_level(FORECAST, levels(RATIOS), rule="rescale")
    assert made.table["year"].min() == 2020
    old = FORECAST.table[FORECAST.table["year"] >= 2020].reset_index(drop=True)
    factor = old["country"].map(RATIOS)
    np.testing.assert_allclose(made.table["persons"], old["persons"] * factor)
    assert set(made.table["source"]) == {"synthetic growth, other level"}
    assert list(made.table.columns) == list(FORECAST.table.columns)
    assert len(sf.check(made.table)) == len(made.table)


def test_rescale_widens_every_band_by_the_measured_dispersion():
    made = join_later_level(FORECAST, levels(RATIOS), rule="rescale")
    old = FORECAST.table[FORECAST.table["year"] >= 2020].reset_index(drop=True)
    before = np.log(old["upper"] / old["persons"])
    after = np.log(made.table["upper"] / made.table["persons"])
    factor = made.table["level"].map(made.dispersion.set_index("level")["ratio"])
    np.testing.assert_allclose(after, np.sqrt(before**2 + np.log(factor) ** 2))
    assert (after > before).all()
    assert (made.table["lower"] > 0).all()


def test_dispersion_is_the_spread_around_the_median_ratio():
    made = join_later_level(FORECAST, levels(RATIOS))
    logs = np.log(list(RATIOS.values()))
    gaps = np.abs(logs - np.median(logs))
    found = made.dispersion.set_index("level")["ratio"]
    assert found[0.8] == pytest.approx(np.exp(np.quantile(gaps, 0.8 * 9 / 8)))
    assert made.discrepancy["typical_ratio"].iloc[0] == pytest.approx(np.exp(np.median(logs)))


def test_a_common_difference_of_definition_is_not_dispersion():
    made = join_later_level(FORECAST, levels(dict.fromkeys(CODES, 0.7)), rule="rescale")
    np.testing.assert_allclose(made.dispersion["ratio"], 1.0)


def test_one_country_borrows_the_spread_from_a_reference():
    own = sf.forecast_employment(
        made_up()[made_up()["country"] == "MAR"], horizon=2025, panel=made_up()
    )
    with pytest.raises(sf.CoverageError, match="reference"):
        join_later_level(own, levels(RATIOS))
    made = join_later_level(own, levels(RATIOS), rule="rescale", reference=FORECAST)
    assert set(made.table["country"]) == {"MAR"}
    assert made.dispersion["n"].tolist() == [8, 8]


def test_a_series_without_a_later_level_stays_as_it_is():
    nine = sf.forecast_employment(made_up([*CODES, "UZB"]), horizon=2025)
    made = join_later_level(nine, levels(RATIOS, forecast=nine), rule="rescale")
    left = made.table[made.table["country"] == "UZB"].reset_index(drop=True)
    old = nine.table[nine.table["country"] == "UZB"].reset_index(drop=True)
    pd.testing.assert_frame_equal(left, old)


@pytest.mark.parametrize(
    ("change", "arguments", "error", "words"),
    [
        (lambda x: x, {"rule": "splice"}, sf.ParameterError, "'show', 'rescale'"),
        (lambda x: x.drop(columns="persons"), {}, sf.TableError, "persons"),
        (lambda x: pd.concat([x, x]), {}, sf.TableError, "duplicated"),
        (lambda x: x.assign(year=2012), {}, sf.CoverageError, "later"),
    ],
)
def test_bad_input_is_refused(change, arguments, error, words):
    with pytest.raises(error, match=words):
        join_later_level(FORECAST, change(levels(RATIOS)), **arguments)


def factbook(rows, measure, **more):
    found = pd.DataFrame(rows, columns=["country", "year", measure])
    unit = {"persons": "persons", "share": "share"}[measure]
    return found.assign(unit=unit, status="estimated", source="made up", **more)


def test_level_is_labour_force_times_one_less_unemployment():
    force = factbook([("MAR", 2014, 1e7), ("MAR", 2024, 12e6), ("TUN", 2024, 4e6)], "persons")
    rates = factbook([("MAR", 2024, 0.1), ("MAR", 2023, 0.2), ("TUN", 2022, 0.15)], "share")
    made = estimate_employment_level(force, rates).set_index("country")
    assert made.loc["MAR", "persons"] == pytest.approx(10.8e6)
    assert made.loc["MAR", "note"] == ""
    assert made.loc["TUN", "persons"] == pytest.approx(3.4e6)
    assert "2022" in made.loc["TUN", "note"]
    assert set(made["status"]) == {"estimated"}


def test_level_takes_the_total_of_both_sexes_and_the_newest_vintage():
    force = pd.concat(
        [
            factbook([("MAR", 2024, 1e7)], "persons", vintage=2015),
            factbook([("MAR", 2024, 2e7)], "persons", vintage=2025),
        ]
    )
    rates = factbook([("MAR", 2024, 0.5), ("MAR", 2024, 0.9)], "share").assign(sex=["T", "F"])
    assert estimate_employment_level(force, rates)["persons"].tolist() == [1e7]


def test_level_leaves_out_countries_without_a_rate_near_enough():
    force = factbook([("MAR", 2024, 1e7), ("TUN", 2024, 1e6)], "persons")
    rates = factbook([("MAR", 2024, 0.1), ("TUN", 2015, 0.1)], "share")
    assert estimate_employment_level(force, rates)["country"].tolist() == ["MAR"]
    with pytest.raises(sf.CoverageError, match="within 2 years"):
        estimate_employment_level(force[1:], rates)


def test_real_sources_are_compared_for_most_partner_countries():
    table = sf.load_table("employment")
    table = table[table["country"].isin(sf.list_countries()["country"])]
    made = sf.forecast_employment(table, horizon=2030)
    later = estimate_employment_level(sf.load_table("labour_force"), sf.load_table("unemployment"))
    joined = join_later_level(made, later, rule="rescale")
    assert joined.discrepancy["country"].nunique() >= 28
    assert 0.6 < joined.discrepancy["typical_ratio"].iloc[0] < 1.4
    assert (joined.dispersion["ratio"] > 1.05).all()
