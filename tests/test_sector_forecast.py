"""The sector forecast: its tables, what it recovers, what changes nothing, what it refuses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sectors_made_up import CODES, FLAGS, PARTNERS, SLOPES, made_up, one_economy, real_sectors

import skillsfc as sf
from skillsfc.forecast.sectors.models import COMBINED, SECTOR_MODELS

COLUMNS = ["country", "sector", "year", "level", "persons", "lower", "upper", "model"]
STEADY = {"A": [1000.0 * 0.99**k for k in range(16)], "C": [500.0 * 1.03**k for k in range(16)]}


@pytest.fixture(scope="module")
def tables():
    return made_up()


@pytest.fixture(scope="module")
def made(tables):
    return sf.forecast_sectors(tables[0], output=tables[1], horizon=2030)


def central(found):
    first = found.table["level"].min()
    rows = found.table[found.table["level"] == first]
    keys = [k for k in ("country", "sector", "year") if k in rows]
    return rows.set_index(keys)["persons"]


def test_table_has_one_row_a_series_year_and_level_and_passes_the_schema(made):
    table = made.table
    assert list(table.columns) == [*COLUMNS, "unit", "status", "source"]
    assert len(table) == len(CODES) * len(SLOPES) * 12 * 2
    assert set(table["status"]) == {"projected"}
    assert (table["year"].min(), table["year"].max()) == (2019, 2030)
    assert len(sf.check(table)) == len(table)


def test_bands_hold_the_forecast_are_nested_and_never_narrow(made):
    table = made.table
    assert (table["lower"] > 0).all()
    assert (table["lower"] <= table["persons"]).all()
    assert (table["persons"] <= table["upper"]).all()
    wide = table.assign(width=np.log(table["upper"] / table["lower"]))
    for _, part in wide.groupby(["country", "sector", "level"]):
        assert (np.diff(part["width"]) >= -1e-12).all()
    by_level = wide.pivot(index=["country", "sector", "year"], columns="level", values="width")
    assert (by_level[0.95] >= by_level[0.8]).all()


def test_history_is_the_input_and_nothing_else(made, tables):
    keys = ["country", "sector", "year", "persons"]
    expected = tables[0][keys].sort_values(keys[:3]).reset_index(drop=True)
    pd.testing.assert_frame_equal(made.history[keys], expected)


def test_alternatives_have_every_model_and_the_held_ones_add_up(made):
    rows = made.alternatives
    assert set(rows["model"]) <= set(SECTOR_MODELS)
    assert {"fading_trend", "pooled_trend", "elasticity", "last_share"} <= set(rows["model"])
    sums = rows.groupby(["model", "country", "year"])["persons"].sum()
    total = made.totals.set_index(["country", "year"])["persons"]
    for model in ("fading_trend", "pooled_trend", "elasticity", "last_share"):
        np.testing.assert_allclose(sums[model], total.loc[sums[model].index], rtol=1e-12)
    assert not np.allclose(sums["last_value"], total.loc[sums["last_value"].index], rtol=1e-3)


def test_last_share_keeps_every_share(tables):
    found = sf.forecast_sectors(tables[0], horizon=2025, model="last_share")
    shares = central(found) / central(found).groupby(["country", "year"]).transform("sum")
    last = tables[0][tables[0]["year"] == 2018].set_index(["country", "sector"])["persons"]
    known = last / last.groupby("country").transform("sum")
    for year in (2019, 2025):
        now = shares.xs(year, level="year")
        np.testing.assert_allclose(now, known.loc[now.index], rtol=1e-12)


def test_weights_add_up_and_name_the_combined_models(made):
    for text in made.choice["weights"]:
        parts = dict(part.split(" ") for part in text.split(", "))
        assert set(parts) <= set(COMBINED)
        assert sum(map(float, parts.values())) == pytest.approx(1.0, abs=0.03)


def test_choice_says_in_words_what_the_numbers_say(made):
    choice = made.choice
    assert len(choice) == len(CODES) * len(SLOPES)
    np.testing.assert_allclose(choice["skill"], 1 - choice["mase"] / choice["naive_mase"])
    better = choice["verdict"] == "better than naive"
    assert ((choice["skill"] > 0) & (choice["skill_lower"] > 0) == better).all()
    for row in choice.itertuples():
        assert ("larger" in row.reason) == (row.skill <= 0)
    assert choice["naive_model"].nunique() == 1


def test_elasticities_say_what_was_assumed_and_what_is_carried(made):
    table = made.elasticities
    assert len(table) == len(CODES) * len(SLOPES)
    assert (table["carried"] == (table["reason"] == "")).all()
    carried = table[table["carried"]]
    assert (carried["statistic"] < carried["critical"]).all()
    assert table["shrunken_elasticity"].mean() == pytest.approx(0.5, abs=0.1)
    own, drawn = (table[c].std() for c in ("elasticity", "shrunken_elasticity"))
    assert drawn < own
    assert sum("Error correction is carried by" in note for note in made.notes) == 1


def test_stated_growth_of_output_moves_the_elasticity_model_by_the_elasticity(tables):
    runs = {}
    for rate in (0.0, 0.06):
        growth = {"C": rate, "A": 0.0, "F": 0.0, "G": 0.0}
        runs[rate] = sf.forecast_sectors(
            tables[0], output=tables[1], output_growth=growth, model="elasticity", horizon=2028
        )
    assert "C 6 %" in " ".join(runs[0.06].notes)
    elasticity = runs[0.0].elasticities.set_index(["country", "sector"])["shrunken_elasticity"]
    low, high = (central(runs[rate]).xs(2028, level="year") for rate in (0.0, 0.06))
    for country in CODES:
        odds = np.log(high[country, "C"] / high[country, "A"])
        odds -= np.log(low[country, "C"] / low[country, "A"])
        assert odds == pytest.approx(elasticity[country, "C"] * np.log(1.06) * 10, rel=1e-6)


def test_sector_slopes_of_examplia_are_recovered():
    truth = pd.Series(sf.example(seed=1).truth["employment"]["sector_slope"]["value"])
    error = []
    for seed in (1, 2, 3):
        jobs = sf.example(seed=seed).employment_by_sector.assign(status="observed")
        last = int(jobs["year"].max())
        found = sf.forecast_sectors(jobs, horizon=last + 10, levels=(0.8,))
        start = jobs[jobs["year"] == last].set_index("sector")["persons"]
        growth = np.log(central(found).xs(("XEX", last + 10), level=("country", "year")) / start)
        error.append(growth / 10 - truth)
    error = pd.DataFrame(error)
    assert error.abs().max().max() < 0.010  # the stated slopes reach from -0.012 to 0.050
    assert error.abs().mean().mean() < 0.004


def test_teaching_economies_are_not_forecast_and_teach_a_new_sector():
    jobs, _ = made_up(noise=0.005)
    own = jobs[(jobs["country"] == "MAR") & (jobs["year"] >= 2015)]
    others = jobs[jobs["country"] != "MAR"]
    alone, taught = (
        sf.forecast_sectors(own, horizon=2028, panel=panel, model="pooled_trend")
        for panel in (None, others)
    )
    assert set(taught.table["country"]) == {"MAR"}
    assert "4 others only teach" in " ".join(taught.notes)
    truth = pd.Series(SLOPES) - np.average(list(SLOPES.values()), weights=[1, 2, 3, 4])

    def error(found):
        last = own[own["year"] == 2018].set_index("sector")["persons"]
        growth = np.log(central(found).xs((2028, "MAR"), level=("year", "country")) / last) / 10
        return (growth - growth.mean() - truth + truth.mean()).abs().mean()

    assert error(taught) < error(alone)


@settings(max_examples=5, deadline=None)
@given(st.sampled_from([1e-3, 0.5, 7.0, 1e4]), st.integers(0, 3))
def test_scale_changes_nothing_but_the_scale(factor, seed):
    jobs, goods = made_up(countries=CODES[:2], years=range(2000, 2016), seed=seed)
    scaled = jobs.assign(persons=jobs["persons"] * factor)
    first, second = (
        sf.forecast_sectors(t, output=goods, horizon=2020, levels=(0.8,)) for t in (jobs, scaled)
    )
    for column in ("persons", "lower", "upper"):
        ratio = second.table[column] / first.table[column]
        np.testing.assert_allclose(ratio, factor, rtol=1e-6)


@settings(max_examples=4, deadline=None)
@given(st.permutations(["A", "C", "F", "G"]))
def test_the_order_and_the_names_of_sectors_change_nothing(order):
    jobs, _ = made_up(countries=CODES[:2], years=range(2000, 2016))
    renamed = jobs.assign(sector=jobs["sector"].map(dict(zip("ACFG", order, strict=True))))
    renamed = renamed.sample(frac=1.0, random_state=1)
    first, second = (central(sf.forecast_sectors(t, horizon=2019)) for t in (jobs, renamed))
    back = dict(zip(order, "ACFG", strict=True))
    second = second.rename(index=back, level="sector").sort_index()
    np.testing.assert_allclose(second, first.sort_index(), rtol=1e-9)


def test_the_same_input_gives_the_same_output(tables, made):
    again = sf.forecast_sectors(tables[0], output=tables[1], horizon=2030)
    pd.testing.assert_frame_equal(again.table, made.table)
    assert again.provenance == made.provenance


def test_a_table_without_countries_is_one_economy():
    found = sf.forecast_sectors(one_economy(STEADY), horizon=2018)
    growth = central(found).xs(2018, level="year")
    assert growth["C"] / 500.0 / 1.03**15 == pytest.approx(1.03**3, rel=0.02)
    assert found.totals["year"].tolist() == [2016, 2017, 2018]


def test_series_of_men_and_women_are_economies_of_their_own():
    parts = [one_economy(STEADY).assign(sex=sex) for sex in "FM"]
    found = sf.forecast_sectors(pd.concat(parts), horizon=2017)
    assert len(found.totals) == 4
    assert found.totals["sex"].tolist() == ["F", "F", "M", "M"]


def test_codes_of_a_national_list_pass_with_their_prefix():
    jobs = one_economy(STEADY)
    jobs["sector"] = "etd12:" + jobs["sector"].map({"A": "agriculture", "C": "manufacturing"})
    found = sf.forecast_sectors(jobs, horizon=2018)
    assert set(found.table["sector"]) == {"etd12:agriculture", "etd12:manufacturing"}
    broad = sf.convert_codes(found.table[found.table["level"] == 0.8], "etd12", "isic4")
    assert set(broad["sector"]) == {"AGR", "IND"}


def test_the_real_extract_is_forecast_for_ten_countries_and_twelve_sectors():
    jobs, goods = real_sectors(), real_sectors("VA_Q15")
    own = jobs["country"].isin(PARTNERS)
    found = sf.forecast_sectors(jobs[own], output=goods, panel=jobs[~own], horizon=2030)
    assert found.table.groupby("year").size().eq(240).all()
    total = found.totals.set_index(["country", "year"])["persons"]
    sums = central(found).groupby(["country", "year"]).sum()
    np.testing.assert_allclose(sums, total.loc[sums.index], rtol=1e-12)
    issues = found.issues.set_index("rule")["series"]
    assert "SEN etd12:real_estate" in list(issues.loc[["zero"]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"horizon": 2010}, "a year after 2015"),
        ({"horizon": 2100}, "at most 60 years"),
        ({"horizon": "2030"}, "a calendar year"),
        ({"model": "poled_trend"}, "Did you mean 'pooled_trend'"),
        ({"model": "elasticity"}, "a table of value added"),
        ({"model": ["auto", "last_share"]}, "backtest_sectors compares several"),
        ({"levels": (80,)}, "80 per cent is 0.8"),
        ({"output_growth": 0.02}, "a table of value added"),
    ],
)
def test_impossible_arguments_are_refused_with_a_hint(arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.forecast_sectors(one_economy(STEADY), **({"horizon": 2018} | arguments))


@pytest.mark.parametrize(
    ("growth", "words"),
    [({"X": 0.02}, "no such sector"), (3.0, "3 per cent a year is 0.03"), ({"C": "2"}, "a share")],
)
def test_impossible_growth_of_output_is_refused(growth, words):
    jobs, goods = made_up(countries=["MAR"])
    with pytest.raises(sf.ParameterError, match=words):
        sf.forecast_sectors(jobs, output=goods, output_growth=growth, horizon=2020)


def test_output_of_another_kind_is_refused():
    jobs, goods = made_up(countries=["MAR"])
    with pytest.raises(sf.TableError, match="missing: 'value_added'"):
        sf.forecast_sectors(jobs, output=jobs, horizon=2020)
    with pytest.raises(sf.TableError, match="those of the employment"):
        sf.forecast_sectors(jobs, output=goods.drop(columns="country"), horizon=2020)
    with pytest.raises(sf.TableError, match="none of a series such as MAR A"):
        sf.forecast_sectors(jobs, output=goods.assign(country="TUN"), horizon=2020)


def test_output_of_zero_is_missing_and_a_sector_without_output_falls_back():
    jobs, goods = made_up(countries=["MAR", "TUN"])
    goods.loc[(goods["country"] == "MAR") & (goods["year"] == 2000), "value_added"] = 0.0
    goods = goods[~((goods["country"] == "TUN") & (goods["sector"] == "F"))]
    found = sf.forecast_sectors(jobs, output=goods, horizon=2022, model="elasticity")
    rules = found.issues.set_index("rule")["series"]
    assert set(rules.loc[["output_not_positive"]]) == {f"MAR {s}" for s in SLOPES}
    assert list(rules.loc[["no_output"]]) == ["TUN F"]
    assert list(rules.loc[["fallback"]]) == ["TUN F"]
    assert np.isfinite(found.table["persons"]).all()


def test_projected_output_is_no_evidence():
    jobs, goods = made_up(countries=["MAR"])
    late = goods["year"] > 2010
    bent = goods.assign(value_added=goods["value_added"].where(~late, 1.0))
    bent["status"] = np.where(late, "projected", "observed")
    short = goods[~late]
    first, second = (
        sf.forecast_sectors(jobs, output=t, horizon=2020).elasticities for t in (bent, short)
    )
    pd.testing.assert_frame_equal(first, second)


def test_flags_of_the_input_travel_with_the_forecast(made):
    assert set(made.table["source"]) == {FLAGS["source"]}
    assert set(made.history["status"]) == {"observed"}
