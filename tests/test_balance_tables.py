"""Tidy tables: keys and years, what the rows say of themselves, notes and diagnostics."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.conversion import add_up
from skillsfc.errors import ConvergenceError, ParameterError, TableError


def frame(rows, keys, measure="persons", **columns):
    made = pd.DataFrame(rows, columns=[*keys, measure])
    unit = "mixed" if measure == "value" else measure
    return made.assign(**{"unit": unit, "status": "observed", "source": "made up", **columns})


def table(cells=((4.0, 1), (1, 4)), **columns):
    rows = [(s, o, cells[i][j]) for i, s in enumerate("AC") for j, o in enumerate("68")]
    return frame(rows, ("sector", "occupation"), **columns)


def sectors(a=4.0, c=6.0, **columns):
    return frame([("A", a), ("C", c)], ("sector",), **columns)


def jobs(six=5.0, eight=5.0, **columns):
    return frame([("6", six), ("8", eight)], ("occupation",), **columns)


@cache
def examplia():
    return sf.example(seed=1)


def test_examplia_of_2004_comes_near_2023_from_its_margins_alone():
    whole = examplia().employment_by_occupation
    seed, now = whole[whole["year"] == 2004], whole[whole["year"] == 2023]
    margins = [add_up(now, ["country", "year", key]) for key in ("sector", "occupation")]
    made = sf.balance(seed, margins)
    both = now.merge(made.table, on=["country", "year", "sector", "occupation"])
    apart = (both["persons_x"] - both["persons_y"]).abs().sum() / both["persons_x"].sum()
    unfitted = seed.assign(persons=seed["persons"] * now["persons"].sum() / seed["persons"].sum())
    far = unfitted.merge(now, on=["sector", "occupation"])
    assert apart < 0.01
    assert apart < 0.05 * (far["persons_x"] - far["persons_y"]).abs().sum() / now["persons"].sum()
    assert (made.table["year"] == 2023).all()
    assert any("seed of year 2004 was used for year 2023" in note for note in made.notes)
    assert made.table["note"].str.contains("synthetic").all()
    sf.check(made.table)


def test_all_years_of_examplia_are_balanced_together():
    whole = examplia().employment_by_occupation
    margins = [add_up(whole, ["country", "year", key]) for key in ("sector", "occupation")]
    made = sf.balance(whole[whole["year"] == 2004], margins)
    assert len(made.diagnostics) == 2 * whole["year"].nunique()
    assert made.diagnostics["converged"].all()
    first = made.diagnostics.query("year == 2004")
    assert (first["iterations"] == 0).all()
    for margin, key in zip(margins, ("sector", "occupation"), strict=True):
        both = (
            made.table.groupby(["year", key])["persons"]
            .sum()
            .reset_index()
            .merge(margin, on=["year", key])
        )
        np.testing.assert_allclose(both["persons_x"], both["persons_y"], rtol=1.1e-8)


def test_margins_of_two_keys_work_with_those_of_one():
    whole = examplia().employment_by_age
    seed, now = (whole[whole["year"] == year] for year in (2010, 2023))
    margins = {
        "jobs": add_up(now, ["country", "year", "occupation"]),
        "people": add_up(now, ["country", "year", "sex", "age"]),
    }
    made = sf.balance(seed, margins)
    assert made.diagnostics["margin"].tolist() == ["jobs", "people"]
    assert made.diagnostics["converged"].all()
    assert made.diagnostics["relative_miss"].max() <= 1.000001e-8


def test_a_seed_that_fits_is_returned_unchanged_with_its_status():
    seed = table(status="estimated")
    made = sf.balance(seed, [sectors(5.0, 5.0), jobs()])
    pd.testing.assert_series_equal(made.table["persons"], seed["persons"])
    assert set(made.table["status"]) == {"estimated"}


@pytest.mark.parametrize(
    ("seed", "margin", "result"),
    [
        ("observed", "observed", "modelled"),
        ("imputed", "estimated", "modelled"),
        ("observed", "projected", "projected"),
        ("projected", "observed", "projected"),
    ],
)
def test_the_status_is_the_worst_of_the_inputs_at_best_modelled(seed, margin, result):
    made = sf.balance(table(status=seed), [sectors(status=margin), jobs()])
    assert set(made.table["status"]) == {result}


def test_sources_are_joined_once_each():
    made = sf.balance(table(source="census"), [sectors(source="lfs"), jobs(source="census")])
    assert set(made.table["source"]) == {"census; lfs"}


def test_the_measure_is_that_of_the_margins():
    shares = table(((0.4, 0.1), (0.1, 0.4)), unit="share").rename(columns={"persons": "share"})
    made = sf.balance(shares, [sectors(), jobs()])
    np.testing.assert_allclose(
        made.table["persons"], sf.balance(table(), [sectors(), jobs()]).table["persons"]
    )
    assert "share" not in made.table
    assert any("only its proportions were used" in note for note in made.notes)


def test_combinations_without_a_row_stay_empty_and_are_counted():
    made = sf.balance(table()[:3], [sectors(7.0, 2.0), jobs(6.0, 3.0)])
    assert made.table["persons"].round(6).tolist() == [4.0, 3.0, 2.0]
    assert any("without a row in the seed: 1." in note for note in made.notes)


def test_a_key_without_margin_is_named():
    both = pd.concat([table().assign(sex="F"), table(((1.0, 1), (1, 1))).assign(sex="M")])
    made = sf.balance(both, [sectors(), jobs()])
    assert any("No margin speaks of sex" in note for note in made.notes)
    wide = made.table.pivot_table("persons", ["sector", "occupation"], "sex")
    np.testing.assert_allclose(wide["F"] / wide["M"], [4, 1, 1, 4])


def test_intervals_of_the_seed_are_dropped_and_said():
    made = sf.balance(table(lower=0.0, upper=9.0), [sectors(), jobs()])
    assert not {"lower", "upper"} & set(made.table)
    assert any("Intervals of the seed" in note for note in made.notes)


@pytest.mark.parametrize(
    ("totals", "total"),
    [("first", 10.0), ("mean", 10.5), ("occupation", 11.0), ("sector", 10.0)],
)
def test_totals_are_scaled_to_the_one_named_and_the_factors_are_noted(totals, total):
    made = sf.balance(table(), [sectors(), jobs(5.0, 6.0)], totals=totals)
    assert made.table["persons"].sum() == pytest.approx(total, rel=1e-9)
    assert any("was scaled to" in note and "as asked" in note for note in made.notes)
    assert made.settings.totals == totals


def test_totals_that_are_equal_are_not_said_to_be_scaled():
    made = sf.balance(table(), [sectors(), jobs()], totals="mean")
    assert not any("scaled" in note for note in made.notes)


def test_an_unknown_choice_of_totals_gets_a_guess():
    with pytest.raises(ParameterError, match="Did you mean 'sector'"):
        sf.balance(table(), [sectors(), jobs()], totals="sectors")


def test_countries_that_cannot_be_balanced_are_left_out_on_request_and_named():
    seed = pd.concat(
        [table(country="MAR"), table(((4.0, 0), (0, 4)), country="TUN"), table(country="EGY")]
    )
    margins = [
        pd.concat([make(country=country) for country in ("MAR", "TUN", "EGY")])
        for make in (sectors, jobs)
    ]
    with pytest.raises(ConvergenceError, match="TUN"):
        sf.balance(seed, margins)
    made = sf.balance(seed, margins, failures="leave_out")
    assert sorted(made.table["country"].unique()) == ["EGY", "MAR"]
    assert any("Left out" in note and "'TUN'" in note for note in made.notes)
    assert made.diagnostics.set_index(["country", "margin"])["converged"]["TUN"].eq(False).all()
    assert "TUN" in str(made.problems[0])


def test_if_nothing_is_left_the_reason_is_raised():
    with pytest.raises(ConvergenceError, match="no table with its zeros"):
        sf.balance(table(((4.0, 0), (0, 4))), [sectors(), jobs()], failures="leave_out")


def test_by_makes_any_shared_key_a_key_of_tables():
    both = pd.concat([table().assign(sex="F"), table(((1.0, 2), (3, 1))).assign(sex="M")])
    margins = [
        pd.concat([make(sex="F"), make(sex="M")], ignore_index=True) for make in (sectors, jobs)
    ]
    one, other = sf.balance(both, margins), sf.balance(both, margins, by=["sex"])
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-7)
    assert len(one.diagnostics) == 2
    assert len(other.diagnostics) == 4


def test_one_structure_serves_both_sexes_only_if_asked():
    margins = [
        pd.concat([make(sex="F"), make(sex="M")], ignore_index=True) for make in (sectors, jobs)
    ]
    with pytest.raises(TableError, match="say by='sex'"):
        sf.balance(table(), margins)
    made = sf.balance(table(), margins, by="sex")
    assert len(made.table) == 8
    assert any("The seed has no sex" in note for note in made.notes)


def test_scenarios_of_margins_share_one_seed():
    margins = [
        pd.concat([make(scenario="baseline", year=2030), make(scenario="green", year=2030)])
        for make in (sectors, jobs)
    ]
    made = sf.balance(table(year=2024), margins)
    assert sorted(made.table["scenario"].unique()) == ["baseline", "green"]
    assert len(made.table) == 8


def test_years_of_the_seed_without_margins_are_left_out_and_said():
    seed = pd.concat([table(year=2023), table(((1.0, 1), (1, 1)), year=2024)])
    made = sf.balance(seed, [sectors(year=2024), jobs(year=2024)])
    assert made.table["persons"].round(6).tolist() == [2.0, 2.0, 3.0, 3.0]
    assert any("Rows of the seed without margins were left out: year 2023" in n for n in made.notes)


def test_a_target_of_zero_for_an_unknown_code_is_left_out_and_said():
    more = frame([("A", 4.0), ("C", 6.0), ("B", 0.0)], ("sector",))
    made = sf.balance(table(), [more, jobs()])
    assert any("targets of 0" in note and "(1)" in note for note in made.notes)
    with pytest.raises(TableError, match="1 code that the seed has not: 'B'"):
        sf.balance(table(), [more.assign(persons=[4.0, 5.0, 1.0]), jobs()])


def test_a_missing_combination_of_a_margin_of_two_keys_is_named():
    seed = pd.concat([table().assign(sex="F"), table().assign(sex="M")])
    pairs = add_up(seed, ["sector", "sex"])
    with pytest.raises(TableError, match=r"no target in 1 place .*sex M, sector C"):
        sf.balance(seed, [pairs[:-1] if pairs["sex"].iloc[-1] == "M" else pairs, jobs(10.0, 10.0)])


def test_the_diagnostics_name_the_largest_miss():
    made = sf.balance(table(), [sectors(), jobs()], tolerance=1e-2)
    assert list(made.diagnostics.columns) == [
        "margin",
        "targets",
        "total",
        "largest_miss",
        "at",
        "relative_miss",
        "iterations",
        "converged",
    ]
    sums = made.table.groupby("sector")["persons"].sum()
    row = made.diagnostics.set_index("margin").loc["sector"]
    assert row["largest_miss"] == pytest.approx(abs(sums[row["at"]] - {"A": 4, "C": 6}[row["at"]]))


def test_the_margins_cover_a_table_too_large_to_hold(monkeypatch):
    from skillsfc.forecast.balancing import arrangement

    monkeypatch.setattr(arrangement, "LARGEST", 3)
    with pytest.raises(ParameterError, match="1 tables of 2 sector x 2 occupation"):
        sf.balance(table(), [sectors(), jobs()])


def test_names_of_margins_are_used_in_problems():
    with pytest.raises(ConvergenceError, match="margin 'accounts' and margin 'survey'"):
        sf.balance(table(), {"accounts": sectors(), "survey": jobs(5.0, 6.0)})


def test_thousands_in_one_margin_are_suspected():
    with pytest.raises(ConvergenceError, match="in thousands"):
        sf.balance(table(), [sectors(4000.0, 6000.0), jobs()])


def test_provenance_names_every_input():
    made = sf.balance(table(), [sectors(), jobs()])
    assert set(made.provenance["inputs"]) == {"seed_table", "margin sector", "margin occupation"}
    assert made.settings.by == ()
    assert "Iterative proportional fitting" in made.summary()
