"""Scenarios on a table: contributions add up, nothing depends on order, zero levers is baseline."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CodeError, CoverageError, ParameterError, TableError
from skillsfc.forecast.scenarios.attribution import (
    changed_levels,
    held_factor,
    split_difference,
)
from skillsfc.forecast.scenarios.compare import compare_scenarios
from skillsfc.forecast.scenarios.draws import draw_values
from skillsfc.forecast.scenarios.levers import lever_effects, match_levers
from skillsfc.params import Assumption
from skillsfc.scenario import Scenario, load_scenario

GREEN, DIGITAL = load_scenario("green"), load_scenario("digital")
KEYS = ["country", "sector", "occupation"]
ETD = Path(__file__).resolve().parents[2] / "shared" / "data" / "ggdc_etd_12_sectors"


def tidy(sectors=("F", "J"), occupations=("2", "4"), years=range(2020, 2024), **more):
    rows = pd.MultiIndex.from_product(
        [["XEX"], sectors, occupations, years], names=[*KEYS, "year"]
    ).to_frame(index=False)
    return rows.assign(persons=1000.0 + 100.0 * np.arange(len(rows)) % 700, unit="persons",
                       status="observed", source="made up").assign(**more)  # fmt: skip


def future(last=2033, **more):
    return tidy(years=range(2024, last + 1), **more).assign(status="projected")


def compare(scenarios, **more):
    return compare_scenarios(tidy(), scenarios, **{"horizon": 2033, "forecast": future(),
                                                   "draws": 50, **more})  # fmt: skip


def lever(name, value, target, **more):
    text = {"title": name, "unit": "log change per year", "source": "test", "quality": "red",
            "impact": "all", "low": -1.0, "high": 1.0, "role": "growth"}  # fmt: skip
    return Assumption(name=name, value=value, target=target, **{**text, "lever": name, **more})


def scenario(*entries, name="mine"):
    return Scenario(name, name, {entry.name: entry for entry in entries})


def adds_up(made):
    keys = [*[k for k in KEYS if k in made.baseline], "scenario", "year"]
    parts = made.contributions.groupby(keys)["contribution"].sum()
    whole = made.difference.drop_duplicates(keys).set_index(keys)["difference"]
    whole = whole[whole.index.isin(parts.index)]
    scale = made.baseline["persons"].max()
    return np.abs(parts.reindex(whole.index) - whole).max() <= 1e-11 * scale


def test_a_growth_lever_multiplies_by_the_exponential_of_its_years():
    made = compare(scenario(lever("push", 0.01, "sector:F")))
    last = made.difference[made.difference["year"] == 2033].set_index(["sector", "occupation"])
    ratio = last["persons"] / last["baseline"]
    assert ratio["F"].to_numpy() == pytest.approx(np.exp(0.1))
    assert ratio["J"].tolist() == [1.0, 1.0]


def test_saved_labour_and_the_answer_to_it_follow_the_formula_by_hand():
    made = compare(DIGITAL.without("digital_sectors"))
    row = made.difference[(made.difference["year"] == 2033) & (made.difference["sector"] == "F")]
    saved = np.log(1 - np.array([0.386, 0.536]) * 0.23 * 0.27)
    expected = row["baseline"] * np.exp(saved * (1 - 0.5))
    assert row["persons"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
    half = made.difference[(made.difference["year"] == 2028) & (made.difference["sector"] == "F")]
    ratio = half["persons"] / half["baseline"]
    assert ratio.to_numpy() == pytest.approx(np.exp(saved * 0.5 / 2))


def test_green_demand_is_its_slope_times_the_share():
    made = compare(GREEN.without("green_sectors"))
    row = made.difference[(made.difference["year"] == 2033) & (made.difference["sector"] == "F")]
    ratio = np.log(row["persons"] / row["baseline"]).to_numpy()
    assert ratio == pytest.approx(0.01 * 10 * np.array([0.0435, 0.0096]))


@pytest.mark.parametrize("rule", ["log_mean", "shapley"])
@pytest.mark.parametrize("total", ["free", "baseline"])
def test_contributions_add_up_in_every_cell_and_year(rule, total):
    made = compare([GREEN, DIGITAL, GREEN + DIGITAL], rule=rule, total=total)
    assert adds_up(made)
    sums = made.sum_contributions().groupby(["scenario", "year"])["contribution"].sum()
    whole = made.totals.set_index(["scenario", "year"])["difference"]
    assert sums.to_numpy() == pytest.approx(whole.reindex(sums.index).to_numpy(), abs=1e-6)


@given(
    st.lists(st.lists(st.floats(-2, 2), min_size=3, max_size=3), min_size=1, max_size=5),
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    st.sampled_from(["log_mean", "shapley"]),
    st.booleans(),
)
def test_any_difference_is_split_to_the_last_digit_by_either_rule(effects, persons, rule, held):
    baseline, logs = np.array(persons), np.array(effects)
    groups = np.array([0, 0, 1]) if held else None
    parts, _ = split_difference(baseline, logs, groups, rule)
    change = changed_levels(baseline, logs.sum(axis=0), groups) - baseline
    assert np.allclose(parts.sum(axis=0), change, rtol=1e-9, atol=1e-9 * (1 + baseline.max()))


@given(st.permutations(range(4)), st.sampled_from(["log_mean", "shapley"]))
def test_a_levers_contribution_does_not_depend_on_the_order_of_levers(order, rule):
    baseline = np.array([100.0, 7.0])
    logs = np.array([[0.1, 0.2], [-0.5, 0.3], [0.0, 0.0], [0.7, -0.1]])
    straight, _ = split_difference(baseline, logs, np.array([0, 0]), rule)
    mixed, _ = split_difference(baseline, logs[list(order)], np.array([0, 0]), rule)
    assert mixed[:4] == pytest.approx(straight[list(order)], abs=1e-10)


def test_two_levers_by_hand_under_both_rules():
    logs = np.log([[2.0], [3.0]])
    mean = 5 / np.log(6)
    by_mean, _ = split_difference(np.array([1.0]), logs, None, "log_mean")
    assert by_mean.ravel() == pytest.approx([mean * np.log(2), mean * np.log(3)])
    by_orders, _ = split_difference(np.array([1.0]), logs, None, "shapley")
    # 2 first: 1 then 4; 3 first: 2 then 3.
    assert by_orders.ravel() == pytest.approx([(1 + 3) / 2, (4 + 2) / 2])


def test_levers_that_cancel_leave_the_baseline_and_have_opposite_contributions():
    parts, _ = split_difference(np.array([50.0]), np.array([[0.2], [-0.2]]), None, "log_mean")
    assert parts.ravel() == pytest.approx([10.0, -10.0])


def test_holding_the_total_moves_the_structure_only():
    made = compare(GREEN + DIGITAL, total="baseline")
    assert made.totals["difference"].abs().max() < 1e-8
    assert made.difference["difference"].abs().max() > 1.0
    assert "total held" in set(made.contributions["lever"])
    factor = held_factor(np.array([30.0, 10.0, 0.0]), np.array([10.0, 10.0, 0.0]),
                         np.array([0, 0, 1]))  # fmt: skip
    assert factor.tolist() == [0.5, 0.5, 1.0]


def test_the_order_of_scenarios_does_not_matter():
    one = compare(["baseline", GREEN, DIGITAL])
    other = compare([DIGITAL, "baseline", GREEN])
    for name in ("table", "difference", "contributions", "totals"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_a_scenario_says_the_same_alone_and_in_company():
    alone = compare(GREEN).table
    together = compare([GREEN, DIGITAL]).table
    together = together[together["scenario"] == "green"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, together)


@pytest.mark.parametrize("total", ["free", "baseline"])
def test_a_scenario_without_levers_is_the_baseline_to_the_last_digit(total):
    made = compare(["baseline", GREEN.without().renamed("none")], total=total)
    for column in ("persons", "lower", "upper"):
        expected = made.table.merge(made.baseline, on=[*KEYS, "year"], suffixes=("", "_base"))
        assert (expected[column] == expected["persons_base"]).all()
    assert (made.difference[["difference", "lower", "upper"]] == 0).all(axis=None)
    assert made.contributions.empty


@pytest.mark.parametrize("total", ["free", "baseline"])
def test_all_levers_at_zero_are_the_baseline_exactly_with_intervals(total):
    growth = {k: 0 for k, entry in GREEN.assumptions.items() if entry.role == "growth"}
    off = (GREEN.with_(**growth, green_demand=0) + DIGITAL.with_(
        digital_growth_J=0, ai_adoption=0, ai_response=0)).renamed("off")  # fmt: skip
    made = compare(off, total=total)
    assert (made.difference[["difference", "lower", "upper"]] == 0).all(axis=None)
    assert (made.contributions["contribution"] == 0).all()


def test_contributions_of_a_composed_scenario_are_the_total_of_its_parts_levers():
    made = compare([GREEN, DIGITAL, GREEN + DIGITAL])
    last = made.sum_contributions().query("year == 2033").set_index(["scenario", "lever"])
    both = last.loc["digital + green", "contribution"]
    assert set(both.index) == {*GREEN.levers, *DIGITAL.levers}
    total = made.totals.set_index(["scenario", "year"]).loc[("digital + green", 2033), "difference"]
    assert both.sum() == pytest.approx(total)
    # In logs the parts are exactly additive; in persons they meet through the logarithmic mean.
    wide = made.difference.pivot_table(index=[*KEYS, "year"], columns="scenario", values="persons")
    base = made.baseline.set_index([*KEYS, "year"])["persons"]
    logs = np.log(wide.div(base, axis=0))
    assert logs["digital + green"].to_numpy() == pytest.approx(
        (logs["green"] + logs["digital"]).to_numpy(), abs=1e-12
    )


def test_intervals_hold_the_stated_value_and_widen_with_the_level():
    made = compare([GREEN, DIGITAL], levels=(0.5, 0.9))
    table = made.table
    assert (table["lower"] <= table["persons"]).all()
    assert (table["persons"] <= table["upper"]).all()
    width = table.assign(width=table["upper"] - table["lower"])
    width = width.pivot_table(index=[*KEYS, "scenario", "year"], columns="level", values="width")
    assert (width[0.9] >= width[0.5]).all()
    assert (width[0.9] > width[0.5]).any()


def test_an_interval_is_the_quantile_of_the_triangle_it_is_drawn_from():
    push = scenario(lever("push", 0.0, "sector:F", low=-0.02, high=0.02))
    made = compare(push, draws=20_000, levels=(0.8,))
    row = made.difference[(made.difference["year"] == 2033) & (made.difference["sector"] == "F")]
    end = 0.02 * (1 - np.sqrt(2 * 0.1))  # 90 % quantile of the symmetrical triangle
    expected = row["baseline"] * np.expm1(end * 10)
    assert row["upper"].to_numpy() == pytest.approx(expected.to_numpy(), rel=0.02)


def test_the_stream_of_an_assumption_depends_on_its_name_and_the_seed_only():
    alone, both = draw_values(DIGITAL, 20, 1), draw_values(GREEN + DIGITAL, 20, 1)
    assert alone["ai_adoption"].tolist() == both["ai_adoption"].tolist()
    assert alone["ai_adoption"].tolist() != draw_values(DIGITAL, 20, 2)["ai_adoption"].tolist()
    assert alone["ai_adoption"].tolist() != alone["ai_labour_saving"].tolist()


def test_a_value_decided_by_hand_is_certain_unless_it_comes_with_a_range():
    certain = draw_values(DIGITAL.with_(ai_adoption=0.5), 20, 1)["ai_adoption"]
    assert certain.tolist() == [0.5] * 20
    ranged = draw_values(DIGITAL.with_(ai_adoption=(0.5, 0.4, 0.6)), 20, 1)["ai_adoption"]
    assert ranged.std() > 0
    assert ranged.min() >= 0.4


def test_the_same_seed_gives_the_same_numbers():
    one, other = compare(DIGITAL, seed=3), compare(DIGITAL, seed=3)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert not one.table.equals(compare(DIGITAL, seed=4).table)


def test_the_nearest_code_above_a_cell_wins():
    push = scenario(lever("wide", 0.01, "sector:IND", lever="s"),
                    lever("near", 0.02, "sector:F", lever="s"))  # fmt: skip
    cells = pd.DataFrame({"sector": ["IND", "C", "F", "41", "4100", "G"]})
    values = {"wide": np.array([0.01]), "near": np.array([0.02])}
    found = lever_effects(match_levers(push, cells), values, 1.0)
    assert found[0, 0].tolist() == [0.01, 0.01, 0.02, 0.02, 0.02, 0.0]


def test_a_national_list_is_reached_by_its_own_codes_only():
    cells = pd.DataFrame({"sector": ["etd12:manufacturing", "etd12:construction"]})
    push = scenario(lever("push", 0.01, "sector:etd12:construction"))
    assert match_levers(push, cells)[0].reached.tolist() == [False, True]
    national = tidy(sectors=("etd12:F", "etd12:J"))
    with pytest.raises(ParameterError, match=r"sf\.convert_codes"):
        compare_scenarios(national, GREEN.without("green_occupations"), horizon=2033,
                          forecast=future(sectors=("etd12:F", "etd12:J")))  # fmt: skip


def test_a_lever_that_reaches_nothing_is_refused_or_kept_on_request():
    by_sector = [
        table.groupby(["country", "sector", "year", "unit", "status", "source"], as_index=False)[
            "persons"
        ].sum()
        for table in (tidy(), future())
    ]
    options = {"horizon": 2033, "forecast": by_sector[1], "draws": 20}
    with pytest.raises(ParameterError, match="needs 'occupation': give structure=") as refusal:
        compare_scenarios(by_sector[0], GREEN + DIGITAL, **options)
    assert len(refusal.value.problems) == 3
    made = compare_scenarios(by_sector[0], DIGITAL, unreached="keep", **options)
    assert any("ai_saving has nothing for 'any cell'" in note for note in made.notes)
    with_parts = compare_scenarios(by_sector[0], DIGITAL, structure=tidy(), **options)
    assert set(with_parts.baseline["occupation"]) == {"2", "4"}
    sums = with_parts.baseline.groupby(["country", "sector", "year"])["persons"].sum()
    expected = by_sector[1].set_index(["country", "sector", "year"])["persons"]
    assert sums.to_numpy() == pytest.approx(expected.reindex(sums.index).to_numpy())


def test_a_structure_may_be_a_forecast_of_shares_by_year_and_level():
    shares = (
        future()
        .drop(columns="persons")
        .assign(share=lambda t: np.where(t["occupation"] == "2", 0.25, 0.75), unit="share")
    )
    doubled = pd.concat([shares.assign(level=level, lower=0.0, upper=1.0) for level in (0.8, 0.95)])
    base = future().query("occupation == '2'").drop(columns="occupation")
    past = tidy().query("occupation == '2'").drop(columns="occupation")
    made = compare_scenarios(past, DIGITAL, horizon=2033, forecast=base, structure=doubled,
                             draws=5)  # fmt: skip
    parts = made.baseline.pivot_table(index=["sector", "year"], columns="occupation",
                                      values="persons")  # fmt: skip
    assert (parts["4"] / parts["2"]).to_numpy() == pytest.approx(3.0)
    wrong = shares.assign(share=0.9)
    with pytest.raises(TableError, match=r"add up to 1\.8"):
        compare_scenarios(past, DIGITAL, horizon=2033, forecast=base, structure=wrong)
    with pytest.raises(CoverageError, match="missing"):
        compare_scenarios(past, DIGITAL, horizon=2033, forecast=base,
                          structure=shares[shares["sector"] == "F"])  # fmt: skip


def test_a_start_later_than_history_keeps_the_baseline_until_then():
    made = compare(GREEN, start=2030)
    early = made.difference[made.difference["year"] <= 2030]
    assert (early["difference"] == 0).all()
    first = made.difference[made.difference["year"] == 2031]
    assert (first.loc[first["sector"] == "F", "difference"] > 0).all()


def test_the_table_is_tidy_and_says_what_it_is():
    made = compare([GREEN, DIGITAL])
    checked = sf.check(made.table)
    assert len(checked) == len(made.table)
    assert set(made.table["status"]) == {"projected"}
    assert any("error of the baseline forecast is not in them" in n for n in made.notes)
    assert any("9 of 19 assumptions" in note and "red" in note for note in made.notes)
    assert set(made.diagnostics["lever"]) == {*GREEN.levers, *DIGITAL.levers}
    assert set(made.provenance["inputs"]) == {"history", "forecast"}


def test_an_expert_override_is_in_notes_and_provenance():
    made = compare(DIGITAL.with_(ai_adoption=0.9, expert=("panel", "survey")))
    assert any("outside of its range) by panel: survey" in note for note in made.notes)
    ((name, log),) = made.provenance["changes"].items()
    assert log[0]["who"] == "panel"
    assert name == "digital, ai_adoption = 0.9"


def test_the_baseline_is_forecast_when_none_is_given():
    jobs = sf.example(seed=1).table("employment_by_sector").assign(status="observed")
    made = compare_scenarios(jobs, GREEN.without("green_occupations"), horizon=2026, draws=20)
    expected = sf.forecast_employment(jobs, horizon=2026, levels=(0.8,)).table
    assert made.baseline["persons"].to_numpy() == pytest.approx(expected["persons"].to_numpy())
    with_result = compare_scenarios(
        jobs,
        GREEN.without("green_occupations"),
        horizon=2026,
        forecast=sf.forecast_employment(jobs, horizon=2026),
        draws=20,
    )
    pd.testing.assert_frame_equal(made.table, with_result.table)


def test_a_table_without_keys_is_one_series():
    past = pd.DataFrame({"year": range(2000, 2024), "persons": 1e5, "unit": "persons",
                         "status": "observed", "source": "made up"})  # fmt: skip
    ahead = past.assign(year=past["year"] + 24, status="projected")
    made = compare_scenarios(past, "baseline", horizon=2026, forecast=ahead)
    assert made.table["year"].tolist() == [2024, 2025, 2026]
    assert made.totals["persons"].tolist() == made.table["persons"].tolist() == [1e5] * 3


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"total": "fixed"}, "total"),
        ({"rule": "shaply"}, "Did you mean 'shapley'"),
        ({"levels": (80,)}, "levels"),
        ({"draws": 0}, "draws"),
        ({"unreached": "drop"}, "unreached"),
        ({"horizon": 2020}, "a year after 2023"),
        ({"start": 2019}, "a year from 2023 to 2032"),
    ],
)
def test_wrong_arguments_are_refused_by_name(more, text):
    with pytest.raises(ParameterError, match=text):
        compare(GREEN, **more)


@pytest.mark.parametrize("scenarios", [[], [1], [GREEN, GREEN], "gren"])
def test_wrong_scenarios_are_refused(scenarios):
    with pytest.raises(ParameterError):
        compare(scenarios)


def test_shapley_with_too_many_levers_is_refused_with_a_way_out():
    many = scenario(*[lever(f"l{k}", 0.01, "sector:F") for k in range(11)])
    with pytest.raises(ParameterError, match="log_mean"):
        compare(many, rule="shapley")


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ([lever("a", 0.1, "sector:F", role="grow")], "'grow'"),
        ([lever("a", 0.1, "lever:b", role="response")], "no lever of saved labour"),
        ([lever("a", 0.1, "occupation:2", lever="x", role="share", low=0.0),
          lever("b", 0.1, "", lever="x", role="slope"),
          lever("c", 0.1, "", lever="x", role="slope")], "more than once"),
        ([lever("a", 0.1, "occupation:2", lever="x", role="share", low=-0.5),
          lever("b", 0.1, "", lever="x", role="slope")], "0 to 1"),
        ([lever("a", "big", "sector:F", low=None, high=None)], "a number"),
    ],
)  # fmt: skip
def test_levers_that_make_no_formula_are_refused(entries, text):
    with pytest.raises(ParameterError, match=text):
        compare(scenario(*entries))


def test_contributions_can_be_summed_by_key_and_unknown_keys_are_refused():
    made = compare(GREEN)
    by = made.sum_contributions(by="sector")
    assert by["contribution"].sum() == pytest.approx(made.contributions["contribution"].sum())
    with pytest.raises(ParameterError, match="region"):
        made.sum_contributions(by=["region"])


# The pathology catalogue, rows that reach these functions.


def test_row_06_conflicting_keys_in_a_forecast_are_refused():
    twice = pd.concat([future(), future().assign(persons=1.0)])
    with pytest.raises(TableError, match="duplicated rows"):
        compare(GREEN, forecast=twice)


def test_row_03_two_classifications_in_a_column_are_refused():
    mixed = future()
    mixed.loc[0, "sector"] = "etd12:manufacturing"
    with pytest.raises(TableError):
        compare(GREEN, forecast=mixed)


def test_row_04_totals_beside_parts_are_refused():
    both = pd.concat([future(), future(sectors=("IND",))])
    with pytest.raises(TableError, match="totals beside their parts"):
        compare(GREEN, forecast=both)


def test_row_07_zero_employment_stays_zero():
    made = compare(GREEN + DIGITAL, forecast=future(persons=0.0))
    assert (made.table[["persons", "lower", "upper"]] == 0).all(axis=None)
    assert adds_up(made)


def test_row_08_negative_employment_is_refused():
    with pytest.raises(TableError, match="below 0"):
        compare(GREEN, forecast=future(persons=-1.0))


def test_row_10_thousands_are_refused():
    with pytest.raises(TableError, match="thousands"):
        compare(GREEN, forecast=future(unit="thousands"))


def test_row_15_a_cell_with_a_missing_year_is_refused_not_zero():
    holed = future()
    holed.loc[3, "persons"] = np.nan
    with pytest.raises(CoverageError, match="1 of 4 cells"):
        compare(GREEN, forecast=holed)
    with pytest.raises(CoverageError, match="1 of 4 cells"):
        compare(GREEN, forecast=future().drop(index=3))


def test_row_17_projected_rows_are_no_history():
    past = pd.concat([tidy(), future(last=2026)])
    made = compare_scenarios(past, GREEN, horizon=2033, forecast=future(), draws=5)
    assert made.settings.start == 2023
    with pytest.raises(CoverageError, match="none is of the past"):
        compare_scenarios(future(), GREEN, horizon=2033, forecast=future())


def test_row_55_a_forecast_that_ends_too_early_or_too_late_is_refused():
    with pytest.raises(CoverageError, match="the horizon, 2033"):
        compare(GREEN, forecast=future(last=2030))
    with pytest.raises(CoverageError, match="years from 2024 to 2033"):
        compare(GREEN, forecast=tidy(years=range(2040, 2042), status="projected"))


def test_a_table_that_is_none_is_refused():
    for more in ({"forecast": 3}, {"structure": 3}):
        with pytest.raises((TableError, CodeError)):
            compare(GREEN, **more)


@pytest.mark.parametrize("scale", [1e-3, 7.3, 1e6])
def test_results_scale_with_the_table(scale):
    one = compare(GREEN + DIGITAL, draws=3).difference
    many = compare(GREEN + DIGITAL, draws=3, forecast=future().assign(
        persons=lambda t: t["persons"] * scale)).difference  # fmt: skip
    for column in ("difference", "lower", "upper"):
        expected = one[column].to_numpy() * scale
        assert many[column].to_numpy() == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale)


@pytest.mark.parametrize("groups", [None, np.array([0, 0, 1])])
def test_the_shapley_rule_is_the_mean_over_all_orders_worked_out_one_by_one(groups):
    rng = np.random.default_rng(4)
    baseline, logs = rng.uniform(1, 9, 3), rng.normal(0, 0.6, (4, 3))
    expected = np.zeros_like(logs)
    orders = list(itertools.permutations(range(4)))
    for order in orders:
        effect, before = np.zeros(3), baseline
        for at in order:
            effect = effect + logs[at]
            after = changed_levels(baseline, effect, groups)
            expected[at] += (after - before) / len(orders)
            before = after
    found, _ = split_difference(baseline, logs, groups, "shapley")
    assert found == pytest.approx(expected, rel=1e-12)


def test_levers_of_ones_own_reach_the_twelve_sectors_of_morocco():
    file = next(ETD.glob("*.csv*"), None) if ETD.is_dir() else None
    if file is None:
        pytest.skip("the twelve-sector extract is not beside the repository")
    raw = pd.read_csv(file, dtype={"iso3": "str"})
    raw = raw[(raw["iso3"] == "MAR") & (raw["var"] == "EMP") & (raw["sector"] != "Total")]
    jobs = pd.DataFrame({
        "country": "MAR", "year": raw["year"], "persons": raw["value"] * 1000,
        "sector": "etd12:" + raw["sector"].str.lower().str.replace(" ", "_"),
        "unit": "persons", "status": "observed", "source": "etd",
    })  # fmt: skip
    push = lever("building", 0.005, "sector:etd12:construction", low=0.0, high=0.01)
    made = compare_scenarios(jobs, [scenario(push)], horizon=2028, draws=50)
    last = made.difference[made.difference["year"] == 2028].set_index("sector")
    assert len(last) == 12
    row = last.loc["etd12:construction"]
    assert row["difference"] / row["baseline"] == pytest.approx(np.expm1(0.05))
    assert row["lower"] < row["difference"] < row["upper"]
    assert (last.drop(index="etd12:construction")["difference"] == 0).all()
    assert adds_up(made)
