"""Shares, ratios and means of a survey, against R's survey package and plain loops."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.transitions.design import read_design
from skillsfc.transitions.ratios import estimate_ratio, reliability, wilson
from skillsfc.transitions.stages.quantiles import estimate_median, weighted_quantile
from skillsfc.transitions.survey_design import estimate_ratios

FOLDER = Path(__file__).parent / "oracles" / "survey_design"
EXPECTED = pd.read_csv(FOLDER / "expected.csv")
DESIGNS = {
    "adjust": {"stratum": "stratum", "cluster": "cluster"},
    "remove": {"stratum": "stratum", "cluster": "cluster", "lonely": "remove"},
    "clusters only": {"cluster": "unit"},
    "strata only": {"stratum": "stratum"},
    "weight zero": {"stratum": "stratum", "cluster": "cluster", "weight": "weight0"},
}


def survey():
    table = pd.read_csv(FOLDER / "survey.csv")
    empty = (table["stratum"] == "west") | (table["stratum"].eq("north") & (table["cluster"] <= 2))
    return table.assign(
        unit=table["stratum"] + table["cluster"].astype(str),
        weight0=table["weight"].where(~empty, 0.0),
    )


def recompute():
    spec = importlib.util.spec_from_file_location("recompute_survey", FOLDER / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def one(table, *arguments, **keywords):
    return estimate_ratios(table, *arguments, **keywords).iloc[0]


def ours(case, name):
    """Return our value of one row of the oracle."""
    table, design = survey(), DESIGNS[case]
    what, _, kind = name.rpartition(".")
    if what == "total hours":
        found = read_design(table, **design)
        total = float((found.weight * table["hours"]).sum())
        return total if kind == "value" else found.variance(found.weight * table["hours"]) ** 0.5
    top, _, below = what.replace("/", "|").partition("|")
    if below in ("F", "M"):
        rows = estimate_ratios(table, top, group="sex", **design).set_index("sex")
        row = rows.loc[below]
    else:
        row = one(table, top, below or None, **design)
    column = "share" if "share" in row.index else "mean"
    return row[column] if kind == "value" else row["standard_error"]


@pytest.mark.parametrize("case", DESIGNS)
def test_values_and_errors_are_those_of_the_r_package_survey(case):
    rows = EXPECTED[(EXPECTED["case"] == case) & EXPECTED["name"].str.contains(r"\.(?:value|se)$")]
    assert len(rows) == 16
    for row in rows.itertuples():
        assert ours(case, row.name) == pytest.approx(row.value, rel=1e-9), row.name


@pytest.mark.parametrize("case", DESIGNS)
def test_degrees_of_freedom_are_those_of_the_r_package_survey(case):
    expected = EXPECTED.set_index(["case", "name"]).loc[(case, "df"), "value"]
    assert read_design(survey(), **DESIGNS[case]).freedom == expected


def test_plain_loops_give_the_same_as_r():
    listed = EXPECTED[~EXPECTED["name"].isin(["df", "months.median"])]
    found = recompute().all_values()
    for row in listed.itertuples():
        tolerance = 1e-3 if row.case == "jackknife" else 1e-9
        assert found[row.case, row.name] == pytest.approx(row.value, rel=tolerance), row.name


def test_the_jackknife_agrees_to_first_order():
    mainland = survey().query("stratum != 'island'")
    for name in ("employed|young", "hours/months"):
        jack = EXPECTED.set_index(["case", "name"]).loc[("jackknife", f"{name}.se"), "value"]
        top, below = name.replace("/", "|").split("|")
        error = one(mainland, top, below, stratum="stratum", cluster="cluster")["standard_error"]
        assert error == pytest.approx(jack, rel=0.05)
        assert error != jack


def test_the_median_is_that_of_r():
    table = survey()
    expected = EXPECTED.set_index(["case", "name"]).loc[("clusters only", "months.median"), "value"]
    design = read_design(table, cluster="unit")
    months = table["months"].to_numpy(float)
    value, error, lower, upper = estimate_median(design, months, np.ones(len(table)), 0.95)
    assert value == expected
    assert lower < value < upper
    assert error > 0


def test_statsmodels_gives_the_same_mean_with_clustered_errors():
    sm = pytest.importorskip("statsmodels.api")
    table = survey()
    fit = sm.WLS(table["hours"], np.ones(len(table)), weights=table["weight"]).fit(
        cov_type="cluster",
        cov_kwds={"groups": pd.factorize(table["unit"])[0], "use_correction": False},
    )
    units = table["unit"].nunique()
    found = one(table, "hours", cluster="unit")
    assert found["mean"] == pytest.approx(fit.params.iloc[0])
    expected = fit.bse.iloc[0] * (units / (units - 1)) ** 0.5
    assert found["standard_error"] == pytest.approx(expected, rel=1e-9)


def test_wilson_without_weights_is_that_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    table = pd.DataFrame({"neet": [1] * 7 + [0] * 43})
    row = one(table, "neet")
    low, high = proportion.proportion_confint(7, 50, method="wilson")
    assert (row["lower"], row["upper"]) == (pytest.approx(low), pytest.approx(high))
    assert row["standard_error"] == pytest.approx((0.14 * 0.86 / 50) ** 0.5)


def test_a_share_of_nobody_and_of_all_has_an_interval_of_positive_length():
    for answer, ends in ((0, (0.0, 0.0)), (1, (1.0, 1.0))):
        row = one(survey().assign(all=answer), "all", cluster="unit")
        assert row["standard_error"] == 0
        assert (row["lower"], row["upper"])[answer] == ends[0]
        assert 0 < row["upper"] - row["lower"] < 0.05


def test_kish_is_used_and_said_without_a_design():
    row = one(survey(), "employed")
    weight = survey()["weight"]
    effective = weight.sum() ** 2 / (weight**2).sum()
    assert row["effective_persons"] == pytest.approx(effective)
    assert row["design_effect"] == pytest.approx(len(weight) / effective)
    assert "Kish" in row["note"]
    assert "Kish" not in one(survey(), "employed", cluster="unit")["note"]


def test_a_domain_keeps_the_sampling_units_without_its_members():
    table = survey().assign(
        rare=lambda made: made["unit"].isin(["north1", "north2", "south2"]).astype(int)
    )
    whole = one(table, "employed", "rare", stratum="stratum", cluster="cluster")
    alone = one(table[table["rare"] == 1], "employed", stratum="stratum", cluster="cluster")
    assert whole["share"] == pytest.approx(alone["share"], rel=1e-12)
    assert whole["standard_error"] > 0
    assert whole["standard_error"] != pytest.approx(alone["standard_error"])


def test_a_domain_of_true_and_false_bounds_the_numerator():
    row = one(survey(), "employed", "young", cluster="unit")
    assert 0 < row["share"] < 1
    assert row["cases"] == int((survey()["employed"] * survey()["young"]).sum())
    assert row["persons"] == int(survey()["young"].sum())


@given(scale=st.floats(1e-3, 1e6), seed=st.integers(0, 100))
def test_scaling_weights_and_shuffling_rows_change_nothing(scale, seed):
    table = survey()
    other = table.assign(weight=table["weight"] * scale).sample(frac=1, random_state=seed)
    keywords = {"group": "sex", "stratum": "stratum", "cluster": "cluster"}
    columns = ["share", "standard_error", "lower", "upper", "persons", "design_effect"]
    first = estimate_ratios(table, "employed", "young", **keywords)[columns]
    second = estimate_ratios(other, "employed", "young", **keywords)[columns]
    np.testing.assert_allclose(first, second, rtol=1e-7)


@given(st.integers(0, 50))
def test_weight_two_is_a_row_twice_within_its_cluster(at):
    table = survey()
    heavy = table.assign(weight=table["weight"].mask(table.index == at, table["weight"] * 2))
    twice = pd.concat([table, table.loc[[at]]], ignore_index=True)
    columns = ["share", "standard_error"]
    keywords = {"stratum": "stratum", "cluster": "cluster"}
    first = one(heavy, "employed", **keywords)[columns].astype(float)
    second = one(twice, "employed", **keywords)[columns].astype(float)
    np.testing.assert_allclose(first, second, rtol=1e-9)


@given(share=st.floats(0, 1), size=st.floats(0.5, 1e5))
def test_wilson_holds_the_share_and_stays_within_0_and_1(share, size):
    low, high = wilson(share, size, 1.96)
    assert 0 <= low <= share <= high <= 1


def test_reliability_flags():
    assert reliability(9, 0.5, 0.01) == "w"
    assert reliability(29, 0.5, 0.01) == "u"
    assert reliability(30, 0.5, 0.125) == ""
    assert reliability(300, 0.5, 0.126) == "u"
    assert reliability(300, 0.01, 0.0051) == "w"
    assert reliability(0, float("nan"), float("nan")) == "w"


def test_coverage_of_95_percent_intervals_in_a_clustered_survey():
    draw = np.random.default_rng(5)
    hits, runs, truth = 0, 500, 0.2
    unit = np.repeat(np.arange(40), 10)
    table = pd.DataFrame({"stratum": unit // 10, "cluster": unit, "weight": 1.0})
    for _ in range(runs):
        # Shares of clusters are drawn around the truth: persons of a cluster are alike.
        chance = draw.beta(truth * 9, (1 - truth) * 9, 40)[unit]
        design = read_design(table, stratum="stratum", cluster="cluster")
        answer = (draw.random(400) < chance).astype(float)
        found = estimate_ratio(design, answer, np.ones(400))
        low, high = wilson(found.value, found.effective, design.quantile(0.95))
        hits += low <= truth <= high
    assert hits / runs == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / runs) ** 0.5)


def test_examplia_employment_is_recovered_with_its_design():
    country = sf.example(seed=1)
    table = country.labour_force_survey.assign(
        employed=lambda made: (made["activity"] == "employed").astype(int)
    )
    found = estimate_ratios(table, "employed", group="sex", stratum="stratum", cluster="cluster")
    people = country.population_by_activity
    people = people[people["year"].between(2020, 2023) & (people["age"] != "0-14")]
    total = people.groupby("sex")["persons"].sum()
    truth = people[people["activity"] == "employed"].groupby("sex")["persons"].sum() / total
    for row in found.itertuples():
        assert abs(row.share - truth[row.sex]) < 3.5 * row.standard_error


# Bad input


@pytest.mark.parametrize(
    ("weights", "word"),
    [([1.0, None, 1, 1], "1 rows"), ([1.0, -1, 1, 1], "negative"), ([0.0] * 4, "all zero")],
    ids=["21", "23", "24"],
)
def test_row_21_23_24_weights_that_cannot_be_meant_are_refused(weights, word):
    table = pd.DataFrame({"a": [1, 0, 1, 0], "weight": weights})
    with pytest.raises(TableError, match=word):
        estimate_ratios(table, "a")


def test_row_22_weight_zero_counts_for_nothing_and_is_said():
    table = pd.DataFrame({"a": [1, 0, 1, 0], "weight": [1.0, 1, 0, 0]})
    row = one(table, "a")
    assert (row["persons"], row["share"]) == (2, 0.5)
    assert "2 rows have weight 0 and are in no count" in row["note"]


def test_row_25_one_giant_weight_is_said():
    table = pd.DataFrame({"a": [1, 0] * 30, "weight": [1000.0] + [1.0] * 59})
    assert "design effect" in one(table, "a")["note"]


def test_row_35_small_cells_are_flagged():
    table = pd.DataFrame({"a": [1, 0] * 60, "g": ["x"] * 5 + ["y"] * 20 + ["z"] * 95})
    flags = estimate_ratios(table, "a", group="g").set_index("g")["reliability"]
    assert flags.to_dict() == {"x": "w", "y": "u", "z": ""}


def test_row_45_missing_group_keys_are_a_group_of_their_own():
    table = pd.DataFrame({"a": [1, 0, 1, 0], "g": ["x", None, "x", "y"]})
    found = estimate_ratios(table, "a", group="g")
    assert list(found["g"]) == ["not stated", "x", "y"]
    assert found["persons"].sum() == 4


def test_missing_answers_leave_the_ratio_and_are_counted():
    row = one(pd.DataFrame({"a": [1, 0, None, 0]}), "a")
    assert row["persons"] == 3
    assert row["share"] == pytest.approx(1 / 3)
    assert "1 rows without an answer" in row["note"]


def test_lonely_strata_are_counted_adjusted_removed_or_refused():
    table, keywords = survey(), {"stratum": "stratum", "cluster": "cluster"}
    errors = {
        word: one(table, "employed", lonely=word, **keywords)["standard_error"]
        for word in ("adjust", "remove")
    }
    assert errors["adjust"] > errors["remove"]
    assert "1 of 5 strata" in one(table, "employed", **keywords)["note"]
    with pytest.raises(TableError, match="1 of 5 strata have a single sampling unit"):
        estimate_ratios(table, "employed", lonely="refuse", **keywords)


def test_cluster_numbers_used_in_several_strata_are_different_clusters():
    table, keywords = survey(), {"stratum": "stratum"}
    first = one(table, "employed", cluster="cluster", **keywords)
    second = one(table, "employed", cluster="unit", **keywords)
    assert first["standard_error"] == second["standard_error"]
    assert "stand in several strata" in first["note"]
    assert "stand in several strata" not in second["note"]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"numerator": "employd"}, TableError, "Did you mean 'employed'"),
        ({"denominator": "yuong"}, TableError, "Did you mean 'young'"),
        ({"group": "sexe"}, TableError, "Did you mean 'sex'"),
        ({"weight": "wieght"}, TableError, "Did you mean 'weight'"),
        ({"cluster": "clusters"}, TableError, "Did you mean 'cluster'"),
        ({"stratum": "strata"}, TableError, "column 'strata': missing"),
        ({"level": 95}, ParameterError, "level: 95"),
        ({"lonely": "ajust"}, ParameterError, "Did you mean 'adjust'"),
        ({"numerator": "sex"}, TableError, "the words 'F', 'M'"),
    ],
)
def test_wrong_arguments_are_named_with_a_guess(change, error, words):
    arguments = {"numerator": "employed", "denominator": None} | change
    with pytest.raises(error, match=words):
        estimate_ratios(survey(), arguments.pop("numerator"), **arguments)


def test_gaps_in_the_design_and_empty_tables_are_refused():
    with pytest.raises(TableError, match="missing in 1 rows"):
        estimate_ratios(
            survey().assign(unit=lambda t: t["unit"].mask(t.index == 3)), "employed", cluster="unit"
        )
    with pytest.raises(TableError, match="at least one person"):
        estimate_ratios(survey().iloc[:0], "employed")
    with pytest.raises(TableError, match="DataFrame"):
        estimate_ratios([1, 2], "employed")


def test_weighted_quantile_by_hand():
    values, weight = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0])
    assert [weighted_quantile(values, weight, q) for q in (0.25, 0.5, 0.51, 1.0)] == [1, 2, 3, 3]


@pytest.mark.parametrize("name", ["level", "persons", "share", "mean", "note", "reliability"])
def test_groups_called_like_a_column_of_the_result_are_refused(name):
    table = pd.DataFrame({"y": [1, 0, 1, 0], name: list("aabb")})
    with pytest.raises(TableError, match=f"group: column '{name}'.*Rename it first"):
        estimate_ratios(table, "y", group=name)
    renamed = table.rename(columns={name: f"{name}_group"})
    assert estimate_ratios(renamed, "y", group=f"{name}_group")["share"].tolist() == [0.5, 0.5]


def test_a_number_beside_gaps_keeps_its_name_as_a_group():
    table = pd.DataFrame({"y": [1, 0, 1], "area": [1.0, 2.0, np.nan]})
    assert estimate_ratios(table, "y", group="area")["area"].tolist() == ["1", "2", "not stated"]


def test_row_22_an_answer_missing_at_weight_zero_is_missed_by_nobody():
    table = pd.DataFrame({"y": [1.0, 0.0, np.nan], "weight": [1.0, 1.0, 0.0]})
    row = estimate_ratios(table, "y").iloc[0]
    assert row["persons"] == 2
    assert "without an answer" not in row["note"]
