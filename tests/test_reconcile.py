"""`sf.reconcile`: tables of separate forecasts made to agree."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.coherence.levels import level_name, parse_levels

EXPECTED = pd.read_csv(Path(__file__).parent / "oracles" / "reconcile" / "expected.csv")
FLAGS = {"unit": "persons", "status": "projected", "source": "made up"}
TREE = ["total", "sector", "sector/occupation"]
CROSSED = ["total", "sector", "sex", "sector/sex"]


def tree(**columns):
    """Return the seven forecasts of the expected values as a table."""
    return pd.DataFrame({
        "sector": [None, "A", "C", "A", "A", "C", "C"],
        "occupation": [None, None, None, "1", "2", "1", "2"],
        "year": 2030,
        "persons": [100.0, 48, 45, 30, 22, 18, 24],
        **FLAGS, **columns,
    })  # fmt: skip


def crossed():
    return pd.DataFrame({
        "sector": ["total", "A", "C", "total", "total", "A", "A", "C", "C"],
        "sex": ["T", "T", "T", "F", "M", "F", "M", "F", "M"],
        "year": 2030,
        "persons": [110.0, 60, 42, 55, 50, 35, 22, 24, 15],
        **FLAGS,
    })  # fmt: skip


def expected(case):
    return EXPECTED[EXPECTED["case"] == case].sort_values("node")["value"].to_numpy()


def assert_coherent(made, levels):
    """Check that the bottom, grouped, gives every other level of the result."""
    bottom = made.bottom
    for level in levels:
        keys = [] if level == "total" else level.split("/")
        rows = made.aggregate(level)
        years = [key for key in ("country", "year", "scenario", "level", "model") if key in rows]
        sums = bottom.groupby([*years, *keys])["persons"].sum()
        found = rows.set_index([*years, *keys])["persons"]
        np.testing.assert_allclose(found, sums.reindex(found.index), rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("method", ["ols", "wls_struct"])
def test_expected_values_of_the_tree(method):
    made = sf.reconcile(tree(), spec=TREE, method=method)
    np.testing.assert_allclose(made.table["persons"], expected(f"tree {method}"), atol=5e-10)


@pytest.mark.parametrize("method", ["ols", "wls_struct"])
def test_expected_values_of_the_grouped_structure(method):
    made = sf.reconcile(crossed(), spec=CROSSED, method=method)
    table = made.table.set_index(["sector", "sex"])["persons"]
    order = crossed().set_index(["sector", "sex"]).index
    np.testing.assert_allclose(table[order], expected(f"crossed {method}"), atol=5e-10)


def test_expected_values_of_the_non_negative_case():
    base = pd.DataFrame({"sector": [None, "A", "C"], "persons": [1.0, 5, -1], **FLAGS})
    spec = ["total", "sector"]
    free = sf.reconcile(base, spec=spec, method="ols", nonnegative=False)
    np.testing.assert_allclose(free.table["persons"], [2, 4, -2], atol=1e-12)
    made = sf.reconcile(base, spec=spec, method="ols")
    np.testing.assert_allclose(made.table["persons"], [3, 3, 0], atol=1e-12)


def past(years=range(2000, 2008)):
    """Return the errors of the expected values, one row a node and year."""
    from test_reconcile_kernels import recompute

    keys = tree()[["sector", "occupation"]]
    rows = [keys.assign(year=year, error=recompute.ERRORS[:, k]) for k, year in enumerate(years)]
    return pd.concat(rows, ignore_index=True)


def test_expected_values_with_past_errors():
    made = sf.reconcile(tree(), spec=TREE, method="mint_shrink", residuals=past())
    np.testing.assert_allclose(made.table["persons"], expected("tree mint_shrink"), atol=5e-7)
    variances = sf.reconcile(tree(), spec=TREE, method="wls_var", residuals=past(), centre=False)
    np.testing.assert_allclose(variances.table["persons"], expected("tree wls_var"), atol=5e-7)


def test_levels_as_text_and_as_tuples_mean_the_same():
    tuples = [(), ("sector",), ("occupation", "sector")]
    first, second = (sf.reconcile(tree(), spec=spec) for spec in (TREE, tuples))
    keys = ["sector", "occupation"]
    second, first = (made.table.sort_values(keys, ignore_index=True) for made in (second, first))
    pd.testing.assert_frame_equal(first, second)
    assert parse_levels(tuples) == ((), ("sector",), ("occupation", "sector"))
    assert level_name(()) == "total"


def test_empty_cells_and_the_word_total_say_the_same():
    word = tree().fillna({"sector": "total", "occupation": "total"})
    first, second = (sf.reconcile(table, spec=TREE) for table in (tree(), word))
    np.testing.assert_array_equal(first.table["persons"], second.table["persons"])
    assert first.table["sector"].isna().sum() == 1
    assert (second.table["sector"] == "total").sum() == 1
    assert second.table["occupation"].tolist()[:3] == ["total"] * 3


def test_the_result_is_a_valid_table_at_every_level():
    made = sf.reconcile(crossed(), spec=CROSSED)
    for level in CROSSED:
        assert len(sf.check(made.aggregate(level))) == len(made.aggregate(level))
    assert len(sf.check(made.bottom)) == 4
    assert_coherent(made, CROSSED)
    assert made.aggregate(("sex", "sector")).equals(made.bottom)
    with pytest.raises(sf.ParameterError, match="Did you mean 'sector'"):
        made.aggregate("sectr")


def test_every_year_scenario_and_country_by_itself():
    parts = [
        tree(year=year, scenario=scenario, country=country).assign(
            persons=lambda t, k=k: t["persons"] * (1 + k)
        )
        for k, (country, year, scenario) in enumerate(
            product(["MAR", "TUN"], [2030, 2031], ["baseline", "green"])
        )
    ]
    made = sf.reconcile(pd.concat(parts), spec=TREE)
    assert_coherent(made, TREE)
    for k, (country, year, scenario) in enumerate(
        product(["MAR", "TUN"], [2030, 2031], ["baseline", "green"])
    ):
        t = made.table
        own = t[(t["country"] == country) & (t["year"] == year) & (t["scenario"] == scenario)]
        wanted = expected("tree wls_struct") * (1 + k)
        np.testing.assert_allclose(own["persons"], wanted, atol=1e-8)


def test_countries_may_have_other_cells():
    small = tree(country="XKX").iloc[[0, 1, 3, 4]]
    made = sf.reconcile(pd.concat([tree(country="MAR"), small]), spec=TREE)
    assert_coherent(made, TREE)
    assert made.table.groupby("country").size().to_dict() == {"MAR": 7, "XKX": 4}


def test_a_country_learns_from_its_own_errors():
    both = pd.concat([tree(country="MAR"), tree(country="TUN")])
    errors = pd.concat([past().assign(country="MAR"), past().assign(country="TUN")])
    errors.loc[(errors["country"] == "TUN") & errors["sector"].isna(), "error"] *= 100
    made = sf.reconcile(both, spec=TREE, method="wls_var", residuals=errors)
    change = made.adjustments[made.adjustments["sector"].isna()].set_index("country")["change"]
    assert abs(change["TUN"]) > abs(change["MAR"])  # its total was never to be trusted
    shared = sf.reconcile(both, spec=TREE, method="wls_var", residuals=past())
    totals = shared.adjustments.groupby("country")["change"].sum()
    assert totals["MAR"] == pytest.approx(totals["TUN"])


def test_what_was_done_is_listed():
    base = tree().sample(frac=1.0, random_state=3)
    made = sf.reconcile(base, spec=TREE, method="ols")
    done = made.adjustments
    np.testing.assert_allclose(done["after"] - done["before"], done["change"])
    np.testing.assert_array_equal(done["after"], made.table["persons"])
    assert sorted(done["before"]) == sorted(base["persons"])
    table = made.diagnostics.set_index("aggregation")
    assert table.loc["total", "gap_before"] == 6.0  # 100 - (30 + 22 + 18 + 24)
    assert table.loc["sector", "gap_before"] == 4.0
    assert table["gap_after"].max() < 1e-9
    assert made.settings.spec == ("total", "sector", "sector/occupation")
    assert made.provenance["inputs"]["forecasts"] == sf.reconcile(
        base, spec=TREE
    ).provenance["inputs"]["forecasts"]  # fmt: skip


def test_an_aggregate_without_forecast_gets_the_sum_and_is_named():
    base = tree().drop(index=2)  # sector C
    made = sf.reconcile(base, spec=TREE)
    assert_coherent(made, TREE)
    assert len(made.table) == 7
    assert any("sum of their cells: 'C'" in note for note in made.notes)
    row = made.adjustments[
        (made.adjustments["sector"] == "C") & made.adjustments["occupation"].isna()
    ]
    assert row["before"].isna().all()
    assert row["change"].isna().all()
    assert made.table["status"].eq("projected").all()


def test_a_total_observed_and_then_moved_is_no_longer_observed():
    base = tree()
    base.loc[0, "status"] = "observed"
    assert sf.reconcile(base, spec=TREE).table["status"].iloc[0] == "estimated"
    still = base.assign(persons=[94.0, 52, 42, 30, 22, 18, 24])
    assert sf.reconcile(still, spec=TREE).table["status"].iloc[0] == "observed"


def test_intervals_move_with_their_value_and_a_note_says_what_they_are_not():
    base = pd.concat([tree(level=x).assign(lower=lambda t, x=x: t["persons"] * (1 - x / 10),
                                           upper=lambda t, x=x: t["persons"] * (1 + x / 10))
                      for x in (0.8, 0.95)])  # fmt: skip
    made = sf.reconcile(base, spec=TREE)
    table = made.table
    np.testing.assert_allclose(table["upper"] / table["persons"], 1 + table["level"] / 10)
    np.testing.assert_allclose(table["lower"] / table["persons"], 1 - table["level"] / 10)
    wide = table.pivot_table(index=["sector", "occupation"], columns="level", values="persons")
    np.testing.assert_array_equal(wide[0.8], wide[0.95])
    assert any("Their ends do not add up" in note for note in made.notes)


def test_a_label_of_the_model_is_kept_and_several_models_are_kept_apart():
    labelled = tree(model=["ecm", "drift", "drift", *["auto"] * 4])
    made = sf.reconcile(labelled, spec=TREE)
    assert made.table["model"].tolist() == labelled["model"].tolist()
    two = pd.concat(
        [tree(model="drift"), tree(model="theta").assign(persons=lambda t: t["persons"] * 2)]
    )
    made = sf.reconcile(two, spec=TREE)
    sums = made.table[made.table["occupation"].notna()].groupby("model")["persons"].sum()
    np.testing.assert_allclose(sums, expected("tree wls_struct")[0] * np.array([1, 2]))


def test_national_codes_with_a_prefix_are_kept():
    base = tree()
    for key in ("sector", "occupation"):
        base[key] = base[key].map(lambda code: f"mine:{code}" if isinstance(code, str) else None)
    made = sf.reconcile(base, spec=TREE, method="ols")
    np.testing.assert_allclose(made.table["persons"], expected("tree ols"), atol=5e-10)
    assert set(made.bottom["sector"]) == {"mine:A", "mine:C"}


def test_wage_bills_add_up_too():
    base = tree(unit="national currency units").rename(columns={"persons": "wage_bill"})
    made = sf.reconcile(base, spec=TREE, method="ols")
    np.testing.assert_allclose(made.table["wage_bill"], expected("tree ols"), atol=5e-10)


def test_a_column_that_is_empty_throughout_is_left_out():
    made = sf.reconcile(tree(qualification=None), spec=TREE)
    assert "qualification" not in made.table


def test_forecasts_of_the_synthetic_country_agree_afterwards():
    """The way users will take: forecast each level by itself, put them together, reconcile."""
    employment = sf.example(seed=1).employment
    parts = []
    for by in ((), ("sector",), ("sex",), ("sector", "sex")):
        grouped = employment.groupby(["year", *by], as_index=False)["persons"].sum()
        history = grouped.assign(
            country="XEX", unit="persons", status="observed", source="synthetic"
        )
        parts.append(
            sf.forecast_employment(history, horizon=2030, model="drift", levels=(0.8,)).table
        )
    base = pd.concat(parts, ignore_index=True)
    made = sf.reconcile(base, spec=CROSSED)
    assert_coherent(made, CROSSED)
    before = made.diagnostics.set_index(["year", "aggregation"])["gap_before"]
    assert before.loc[2030].max() > 1.0  # they did not agree
    assert made.diagnostics["gap_after"].max() < 1e-6
    assert list(made.table["year"].unique()) == list(range(2024, 2031))


def test_errors_of_a_back_test_are_taken_as_they_come():
    employment = sf.example(seed=1).employment
    parts, errors = [], []
    for by in ((), ("sector",)):
        grouped = employment.groupby(["year", *by], as_index=False)["persons"].sum()
        history = grouped.assign(
            country="XEX", unit="persons", status="observed", source="synthetic"
        )
        parts.append(
            sf.forecast_employment(history, horizon=2025, model="drift", levels=(0.8,)).table
        )
        tested = sf.backtest(history, model="drift", horizon=1, levels=(0.8, 0.95)).errors
        errors.append(tested[tested["model"] == "drift"])
    base, known = pd.concat(parts), pd.concat(errors)
    made = sf.reconcile(base, spec=["total", "sector"], method="mint_shrink", residuals=known)
    assert_coherent(made, ["total", "sector"])
    assert 0 < made.diagnostics["shrinkage"].iloc[0] <= 1
    assert any("Shrinkage" in note for note in made.notes)
    one = known[known["level"] == 0.8]  # the second interval repeats the same errors
    same = sf.reconcile(base, spec=["total", "sector"], method="mint_shrink", residuals=one)
    np.testing.assert_array_equal(made.table["persons"], same.table["persons"])
