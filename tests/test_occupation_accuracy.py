"""Occupational projections against what came: hand values, identities, bad input."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast.occupation_accuracy import evaluate_occupations
from skillsfc.forecast.occupations.split import split_error, with_actual_totals
from skillsfc.forecast.verdict import BETTER, NO_BETTER, UNTESTED

ORACLE = Path(__file__).parent / "oracles" / "occupation_accuracy"
EXPECTED = pd.read_csv(ORACLE / "expected.csv").set_index(["case", "metric"])
CODES = [f"x:{n:03d}" for n in range(12)]


def jobs(year, persons, *, sectors=None, **more):
    """Return a tidy table; two-dimensional persons are sectors by occupations."""
    persons = np.atleast_2d(np.asarray(persons, float))
    names = sectors or [f"s:{n}" for n in range(len(persons))]
    rows = [
        {"year": year, "sector": s, "occupation": c, "persons": p}
        for s, line in zip(names, persons, strict=True)
        for c, p in zip(CODES, line, strict=False)
    ]
    table = pd.DataFrame(rows).assign(unit="persons", status="observed", source="made up", **more)
    return table if len(persons) > 1 or sectors else table.drop(columns="sector")


def values(found, model="projection", **keys):
    rows = found.table[found.table["model"] == model]
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    return rows.set_index("metric")["value"]


def evaluated(base, actual, projected, **more):
    return evaluate_occupations(
        jobs(2020, actual), jobs(2020, projected), base=jobs(2010, base), draws=100, **more
    )


def recompute():
    spec = importlib.util.spec_from_file_location("recompute", ORACLE / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("metric", list(EXPECTED.loc["hand"].index))
def test_values_calculated_by_hand(metric):
    found = values(evaluated([30, 50, 20], [40, 50, 30], [44, 50, 26]))
    row = EXPECTED.loc[("hand", metric)]
    assert found[metric] == pytest.approx(row["value"], abs=0.5 * 10.0 ** -row["decimals"])


@pytest.mark.parametrize("metric", list(EXPECTED.loc["sectors"].index))
def test_the_split_agrees_with_swapping_values_in_by_fractions(metric):
    module = recompute()
    actual, projected = (np.array(list(x.values())) for x in (module.ACTUAL, module.PROJECTED))
    found = values(evaluated(actual, actual, projected))
    assert module.main()[metric] == pytest.approx(
        EXPECTED.loc[("sectors", metric), "value"], abs=6e-8
    )
    assert found[metric] == pytest.approx(module.main()[metric], abs=1e-12)


def test_a_perfect_projection_has_no_error_and_beats_every_naive_one():
    came = [[40.0, 20, 30, 60, 5, 7, 9, 11, 13, 15, 2, 4]]
    found = evaluated(np.arange(10.0, 22), came, came)
    row = values(found)
    for metric in ("mae", "wmape", "dissimilarity", "wmape_part_all_jobs", "wmape_part_structure"):
        assert row[metric] == pytest.approx(0.0, abs=1e-12)
    for metric in ("skill_constant_shares", "skill_no_change", "skill_dissimilarity"):
        assert row[metric] == pytest.approx(1.0)
    assert row["direction_hit_rate"] == row["faster_hit_rate"] == 1.0
    assert row["growth_spearman"] == pytest.approx(1.0)
    assert found.verdicts["verdict"].tolist() == [BETTER]


def test_the_naive_ones_are_as_good_as_themselves_and_say_so():
    base = np.arange(10.0, 22)
    came = base * np.linspace(0.8, 1.5, 12)
    said = pd.concat(
        [jobs(2020, base, model="no_change"), jobs(2020, base * 1.2, model="constant_shares")]
    )
    found = evaluate_occupations(jobs(2020, came), said, base=jobs(2010, base))
    assert values(found, "no_change")["skill_no_change"] == pytest.approx(0.0, abs=1e-12)
    row = values(found, "constant_shares")
    assert row["skill_dissimilarity"] == pytest.approx(0.0, abs=1e-12)
    assert row["wmape"] == pytest.approx(row["wmape_constant_shares"])
    assert np.isnan(row["growth_spearman"])  # every occupation grows alike: there is no order
    assert row["faster_peirce"] == 0.0
    assert set(found.verdicts["verdict"]) == {NO_BETTER}
    assert found.verdicts["reason"].str.contains("as large as that of constant shares").all()


def test_worse_than_no_change_is_no_better_than_naive_however_good_the_structure():
    base = np.arange(10.0, 22)
    came = base * np.linspace(0.9, 1.1, 12)
    found = evaluated(base, came, came * 2.0)
    assert values(found)["skill_dissimilarity"] == pytest.approx(1.0)
    assert found.verdicts["verdict"].item() == NO_BETTER
    assert "larger than that of no change" in found.verdicts["reason"].item()


def test_few_occupations_are_not_testable():
    found = evaluated([30, 50, 20], [40, 50, 30], [44, 50, 26])
    assert found.verdicts["verdict"].item() == UNTESTED
    assert "only 3 occupations" in found.verdicts["reason"].item()


def test_hit_rates_stand_beside_what_one_answer_scores():
    base = np.full(4, 100.0)
    found = values(evaluated(base, [150, 120, 110, 60], [130, 90, 120, 80]))
    assert found["direction_hit_rate"] == 0.75
    assert found["direction_always_grows"] == 0.75
    assert found["direction_peirce"] == pytest.approx(2 / 3)
    # All jobs grow 10 % and are projected to grow 5 %: 110 is neither faster nor slower.
    assert found["faster_hit_rate"] == 0.5
    assert found["faster_always_slower"] == 0.25
    assert found["faster_precision"] == 0.5  # 130 and 120 were to be faster; 150 was, 110 not
    assert found["faster_actual"] == 0.5


def test_an_occupation_empty_in_the_base_year_has_no_growth():
    found = evaluated([0.0, 50, 50], [10.0, 60, 40], [5.0, 60, 40])
    rows = found.table.set_index("metric")
    assert rows.loc["growth_spearman", "n"] == 2
    assert rows.loc["wmape", "n"] == 3
    assert np.isfinite(rows.loc["mean_growth_actual", "value"])


persons = st.floats(1.0, 1e6)
tables = st.integers(1, 3).flatmap(
    lambda s: st.integers(2, 5).flatmap(
        lambda o: st.tuples(
            *[
                st.lists(st.lists(persons, min_size=o, max_size=o), min_size=s, max_size=s)
                for _ in range(2)
            ]
        )
    )
)


@settings(max_examples=50, deadline=None)
@given(tables)
def test_parts_add_up_to_the_error_of_every_occupation(pair):
    projected, actual = (np.array(x) for x in pair)
    parts = split_error(projected, actual)
    error = projected.sum(axis=0) - actual.sum(axis=0)
    size = projected.sum() + actual.sum()
    np.testing.assert_allclose(sum(parts.values()), error, atol=1e-12 * size)
    structure = sum(part for name, part in parts.items() if name != "all_jobs")
    assert structure.sum() == pytest.approx(0.0, abs=1e-12 * size)
    assert parts["all_jobs"].sum() == pytest.approx(error.sum(), abs=1e-12 * size)


@settings(max_examples=15, deadline=None)
@given(tables)
def test_parts_of_wmape_add_up_and_are_mirrored_when_sides_are_exchanged(pair):
    projected, actual = (np.array(x) for x in pair)
    there, back = split_error(projected, actual), split_error(actual, projected)
    for name, part in there.items():
        np.testing.assert_allclose(part, -back[name], atol=1e-9 * (projected.sum() + actual.sum()))
    found = values(evaluated(actual, actual, projected))
    names = [f"wmape_part_{name}" for name in there]
    assert found[names].sum() == pytest.approx(found["wmape"], abs=1e-10)


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(5)), st.floats(0.01, 1000.0))
def test_order_and_scale_change_nothing_but_persons(order, scale):
    base, came, said = (
        np.array(x, float) for x in ([9, 5, 3, 7, 2], [8, 6, 5, 7, 1], [9, 7, 4, 8, 2])
    )
    first = evaluated(base, came, said)
    order = list(order)
    shuffled = evaluate_occupations(
        jobs(2020, came).iloc[order], jobs(2020, said).iloc[order[::-1]],
        base=jobs(2010, base).iloc[order], draws=100,
    )  # fmt: skip
    pd.testing.assert_frame_equal(first.table, shuffled.table)
    scaled = evaluated(base * scale, came * scale, said * scale)
    expected = values(first).copy()
    expected["mae"] *= scale
    pd.testing.assert_series_equal(values(scaled), expected, rtol=1e-9)


def test_a_sector_that_emptied_counts_as_industry_not_as_staffing():
    projected = np.array([[10.0, 30.0], [20.0, 20.0]])
    actual = np.array([[0.0, 0.0], [20.0, 20.0]])
    parts = split_error(projected, actual)
    np.testing.assert_allclose(parts["staffing"], 0.0, atol=1e-12)
    np.testing.assert_allclose(parts["all_jobs"] + parts["industry_mix"], [10.0, 30.0])
    np.testing.assert_allclose(with_actual_totals(projected, actual), [20.0, 20.0])


def test_with_actual_industry_totals_only_staffing_errs():
    actual = np.array([[40.0, 10, 10], [10.0, 10, 80]])
    right_staffing = actual * np.array([[1.5], [0.7]])
    found = values(evaluated(actual, actual, right_staffing))
    assert found["wmape_given_actual_industries"] == pytest.approx(0.0, abs=1e-12)
    assert found["wmape_part_staffing"] == pytest.approx(0.0, abs=1e-12)
    assert found["wmape_part_industry_totals"] == pytest.approx(found["wmape"])


def test_the_table_of_parts_is_signed_and_tidy():
    found = evaluated([30, 50, 20], [40, 50, 30], [44, 50, 26])
    wide = found.parts.pivot_table(index="occupation", columns="metric", values="value")
    assert wide["error"].tolist() == [4.0, 0.0, -4.0]
    np.testing.assert_allclose(wide["all_jobs"] + wide["structure"], wide["error"], atol=1e-12)
    assert set(found.parts["unit"]) == {"persons"}
    assert found.settings.parts == ("all_jobs", "structure")


def test_another_model_can_be_the_rival():
    base = np.arange(10.0, 22)
    came = base * np.linspace(0.8, 1.5, 12)
    said = pd.concat([jobs(2020, base, model="a"), jobs(2020, (base + came) / 2, model="b")])
    found = evaluate_occupations(jobs(2020, came), said, base=jobs(2010, base), against="a")
    assert values(found, "b")["skill_against_a"] == pytest.approx(0.5)
    assert "skill_against_a" not in values(found, "a")
    rows = found.table[found.table["metric"] == "skill_against_a_structure"]
    assert (rows["lower"] <= rows["value"]).all()
    assert (rows["value"] <= rows["upper"]).all()


def test_drawing_whole_groups_widens_the_interval_where_groups_err_together():
    base = np.full(12, 100.0)
    group = np.repeat(np.arange(6), 2)
    came = base * (1 + 0.1 * group)
    said = base * (1 + 0.1 * group * np.where(group % 2, 0.9, 0.1))
    clusters = {code: f"g{n}" for code, n in zip(CODES, group, strict=True)}

    def width(**more):
        rows = evaluated(base, came, said, **more).table.set_index("metric")
        return rows.loc["skill_no_change", "upper"] - rows.loc["skill_no_change", "lower"]

    assert width(clusters=clusters) > width()


def test_countries_and_years_are_judged_apart():
    def both(year, first, second):
        one, two = jobs(year, first), jobs(year, second)
        return pd.concat([one.assign(country="MAR"), two.assign(country="TUN")])

    came, said = both(2020, [40, 60], [10, 20]), both(2020, [40, 60], [20, 20])
    found = evaluate_occupations(came, said, base=both(2010, [30, 70], [10, 20]))
    assert values(found, country="MAR")["wmape"] == 0.0
    assert values(found, country="TUN")["wmape"] == pytest.approx(1 / 3)
    assert found.settings.by == ("country",)
    assert len(found.diagnostics) == 2


def test_rows_of_several_interval_levels_are_one_projection():
    said = pd.concat(
        [jobs(2020, [44, 50, 26], level=x, lower=1.0, upper=99.0) for x in (0.8, 0.95)]
    )
    found = evaluate_occupations(jobs(2020, [40, 50, 30]), said, base=jobs(2010, [30, 50, 20]))
    assert values(found)["mae"] == pytest.approx(8 / 3)


def test_a_sum_with_a_missing_part_is_missing_and_counted():
    came = jobs(2020, [[10, 20, 30], [5, 5, 5]])
    came.loc[0, "persons"] = np.nan
    said = jobs(2020, [[10, 25, 30], [5, 5, 6]])
    found = evaluate_occupations(came, said, base=jobs(2010, [[9, 9, 9], [9, 9, 9]]))
    row = found.diagnostics.iloc[0]
    assert (row["occupations"], row["left_out"]) == (2, 1)
    assert row["base_share"] == pytest.approx(2 / 3)
    assert row["actual_share"] == pytest.approx(60 / 65)
    assert any("1 occupations are missing on one side" in note for note in found.notes)
    assert values(found)["wmape"] == pytest.approx(6 / 60)


def test_an_occupation_without_outcome_is_left_out_of_every_model():
    said = pd.concat([jobs(2020, [1, 2, 3], model="a"), jobs(2020, [1, 2], model="b")])
    found = evaluate_occupations(jobs(2020, [1, 2, 3, 4]), said, base=jobs(2010, [1, 2, 3, 4]))
    assert found.diagnostics["occupations"].item() == 2
    assert set(found.table.loc[found.table["metric"] == "wmape", "n"]) == {2}


def test_years_without_an_outcome_and_the_pandemic_are_named():
    said = pd.concat([jobs(2020, [1, 2]), jobs(2030, [1, 2])])
    found = evaluate_occupations(jobs(2020, [1, 3]), said, base=jobs(2010, [1, 2]))
    assert any("1 of 2 projected years" in note for note in found.notes)
    assert any("COVID-19" in note for note in found.notes)


def test_row_03_two_classifications_match_nothing_and_the_error_shows_both():
    other = jobs(2020, [1, 2]).replace({"occupation": {CODES[0]: "y:1", CODES[1]: "y:2"}})
    with pytest.raises(sf.CoverageError, match=r"none is complete in all.*'y:1'.*'x:000'"):
        evaluate_occupations(other, jobs(2020, [1, 2]), base=jobs(2010, [1, 2]))


def test_row_06_duplicate_keys_are_refused():
    twice = pd.concat([jobs(2020, [1, 2]), jobs(2020, [1, 2])])
    with pytest.raises(sf.TableError, match=r"actual table, keys year, occupation: 4 duplicated"):
        evaluate_occupations(twice, jobs(2020, [1, 2]), base=jobs(2010, [1, 2]))


def test_row_08_negative_employment_is_refused():
    with pytest.raises(sf.TableError, match=r"projections table, column 'persons'.*below 0"):
        evaluated([1, 2], [1, 2], [-1, 2])


def test_row_55_no_common_year_says_which_years_there_are():
    with pytest.raises(sf.CoverageError, match=r"year: actual has years '2020'; expected.*'2025'"):
        evaluate_occupations(jobs(2020, [1, 2]), jobs(2025, [1, 2]), base=jobs(2010, [1, 2]))


def test_all_problems_of_the_three_tables_are_told_at_once():
    with pytest.raises(sf.TableError) as caught:
        evaluate_occupations(
            jobs(2020, [1, 2]).drop(columns="unit"),
            jobs(2020, [1, 2]).assign(unit="thousands"),
            base=jobs(2010, [1, 2]).drop(columns="source"),
        )
    text = str(caught.value)
    for part in (
        "actual table, columns",
        "projections table, column 'unit'",
        "base table, columns",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda b: b.assign(country="MAR"),
            r"keys: actual: year, occupation;.*base: country, year",
        ),
        (lambda b: pd.concat([b, b.assign(year=2011)]), "base table: years '2010', '2011'"),
        (lambda b: b.assign(year=2020), "after the base year 2020"),
        (lambda b: b.drop(columns="occupation"), "base table: no column 'occupation'"),
    ],
)
def test_tables_that_do_not_go_together_are_refused(change, message):
    with pytest.raises(sf.TableError, match=message):
        evaluate_occupations(
            jobs(2020, [1, 2]), jobs(2020, [1, 2]), base=change(jobs(2010, [1, 2]))
        )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"level": 80}, "80 per cent is 0.8"),
        ({"draws": 3}, "at least 100"),
        ({"against": "bls"}, "a column 'model' with it"),
        ({"clusters": {CODES[0]: "a"}}, "no group for"),
        ({"clusters": dict.fromkeys(CODES, "a")}, "1 groups; expected at least 5"),
    ],
)
def test_wrong_arguments_are_named(more, message):
    table = {"actual": jobs(2020, [1, 2, 3]), "projections": jobs(2020, [1, 2, 4])}
    with pytest.raises(sf.ParameterError, match=message):
        evaluate_occupations(**table, base=jobs(2010, [1, 2, 3]), **more)


def test_what_is_no_table_is_refused():
    with pytest.raises(sf.TableError, match="a pandas DataFrame"):
        evaluate_occupations(None, jobs(2020, [1, 2]), base=jobs(2010, [1, 2]))


def test_the_same_seed_gives_the_same_result_and_inputs_are_hashed():
    first, second = (evaluated([30, 50, 20], [40, 50, 30], [44, 50, 26]) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table)
    assert first.provenance["seed"] == 1
    assert set(first.provenance["inputs"]) == {"actual", "projections", "base"}


def test_examplia_splits_by_industry_and_adds_up():
    rows = sf.example(seed=1).employment_by_occupation
    rows = rows.drop(columns=[c for c in ("note",) if c in rows])
    start, came = rows[rows["year"] == 2013], rows[rows["year"] == 2023]
    said = start.assign(year=2023, persons=start["persons"] * 1.1, model="ten per cent more")
    found = evaluate_occupations(came, said, base=start)
    row = values(found, "ten per cent more")
    parts = ["wmape_part_all_jobs", "wmape_part_industry_mix", "wmape_part_staffing"]
    assert row[parts].sum() == pytest.approx(row["wmape"])
    assert found.diagnostics["left_out"].item() == 0
