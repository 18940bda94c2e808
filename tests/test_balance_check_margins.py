"""`check_margins`: the smallest change, as tables, and that it really is enough."""

import numpy as np
import pandas as pd
import pytest
from test_balance_tables import frame, jobs, sectors, table

import skillsfc as sf
from skillsfc.errors import ConvergenceError, TableError
from skillsfc.forecast.balancing import feasibility
from skillsfc.forecast.balancing.suggestions import check_margins

DIAGONAL = ((4.0, 0), (0, 4))


def test_margins_that_fit_need_nothing():
    made = check_margins(table(), [sectors(), jobs()])
    assert made.feasible
    assert made.openings.empty
    assert made.diagnostics["change"].tolist() == [0.0]
    assert any("Every table can be balanced" in note for note in made.notes)


def test_the_change_is_the_smallest_and_makes_it_balance():
    seed = table(DIAGONAL)
    made = check_margins(seed, [sectors(3.0, 7.0), jobs()])
    assert not made.feasible
    assert made.table["change"].abs().sum() == pytest.approx(4.0)
    again = sf.balance(seed, made.margins)
    assert again.diagnostics["converged"].all()
    moved = [made.margins[name] for name in made.table["margin"].unique()]
    assert all("modelled" in set(rows["status"]) for rows in moved)


def test_opening_the_zeros_named_makes_it_balance_too():
    seed, margins = table(DIAGONAL), [sectors(3.0, 7.0), jobs()]
    opened = check_margins(seed, margins).openings
    assert opened["least"].sum() == pytest.approx(2.0)
    wider = seed.merge(opened, how="left")
    wider["persons"] = wider["persons"].where(wider["least"].isna(), 1e-3)
    made = sf.balance(wider.drop(columns="least"), margins)
    value = made.table.merge(opened)
    assert (value["persons"] >= value["least"] - 1e-6).all()


def test_unequal_totals_and_a_row_of_zeros_are_mended_together():
    seed = table(((0.0, 0), (1, 1)))
    made = check_margins(seed, [sectors(2.0, 8.0), jobs(6.0, 6.0)])
    assert made.table["change"].abs().sum() == pytest.approx(2.0 + 4.0)
    assert sf.balance(seed, made.margins).diagnostics["converged"].all()


def test_the_grand_total_can_be_what_has_to_change():
    total = pd.DataFrame({"persons": [12.0], "unit": "persons", "status": "observed",
                          "source": "made up"})  # fmt: skip
    made = check_margins(table(), [sectors(), jobs(), total])
    assert made.table["margin"].tolist() == ["total"]
    assert made.table["change"].tolist() == [-2.0]
    assert sf.balance(table(), made.margins).diagnostics["converged"].all()


def test_only_the_country_that_fails_is_named():
    seed = pd.concat([table(country="MAR"), table(DIAGONAL, country="TUN")])
    margins = [
        pd.concat([make(country=country) for country in ("MAR", "TUN")]) for make in (sectors, jobs)
    ]
    made = check_margins(seed, margins)
    assert set(made.table["country"]) == {"TUN"}
    assert made.diagnostics.set_index("country")["feasible"].to_dict() == {
        "MAR": True,
        "TUN": False,
    }
    assert any("1 of 2 tables" in note and "TUN" in note for note in made.notes)
    assert sf.balance(seed, made.margins).diagnostics["converged"].all()


def test_signed_tables_are_judged_with_their_signs():
    rows = [("A", "6", 2.0), ("A", "8", 0.0), ("C", "6", 0.0), ("C", "8", -1.0)]
    seed = frame(rows, ("sector", "occupation"), "value")
    margins = [
        frame([("A", 3.0), ("C", -1.0)], ("sector",), "value"),
        frame([("6", 4.0), ("8", -2.0)], ("occupation",), "value"),
    ]
    made = check_margins(seed, margins, signed=True)
    assert made.table["change"].abs().sum() == pytest.approx(2.0)
    assert sf.balance(seed, made.margins, method="gras").diagnostics["converged"].all()
    with pytest.raises(TableError, match="below 0"):
        check_margins(seed, margins)


def test_random_patterns_agree_with_the_balancing_itself():
    rng = np.random.default_rng(11)
    for _ in range(8):
        cells = rng.lognormal(0, 1, (2, 2)) * (rng.random((2, 2)) > 0.4)
        seed = table(cells.tolist())
        parts = rng.integers(1, 9, 2)
        margins = [
            sectors(float(parts[0]), 10.0 - parts[0]),
            jobs(float(parts[1]), 10.0 - parts[1]),
        ]
        made = check_margins(seed, margins)
        try:
            sf.balance(seed, margins)
            balanced = True
        except ConvergenceError:
            balanced = False
        assert made.feasible == balanced
        assert sf.balance(seed, made.margins).diagnostics["converged"].all() or not cells.any()


def test_a_table_too_large_for_the_programme_is_said(monkeypatch):
    monkeypatch.setattr(feasibility, "TIME_LIMIT", 0.0)
    with pytest.raises(ConvergenceError, match="no answer in time"):
        check_margins(table(DIAGONAL), [sectors(), jobs()])
