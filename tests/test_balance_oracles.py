"""Balanced tables against published and recomputed values, as arrays and as tidy tables."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf

FOLDER = Path(__file__).parent / "oracles" / "balance"
KEYS = ("sector", "occupation", "sex")
CASES = (
    "two_by_two",
    "shared_margin",
    "shared_margin_round",
    "four_by_four",
    "signed",
    "soft",
)
RELIABILITY = [2.0, 0.5]


def inputs():
    spec = importlib.util.spec_from_file_location("recompute_balance", FOLDER / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


def expected(case):
    with (FOLDER / "expected.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["case"] == case]
    return {
        tuple(map(int, row["cell"].split())): (float(row["value"]), float(row["tolerance"]))
        for row in rows
    }


def as_array(cells):
    made = np.zeros(
        [1 + max(cell[axis] for cell in cells) for axis in range(len(next(iter(cells))))]
    )
    for cell, value in cells.items():
        made[cell] = value
    return made


def code(key, number):
    return "FM"[number] if key == "sex" else f"made:{number}"


def tidy(array, keys=KEYS, measure="persons", **more):
    """Return an array as a tidy table with made-up codes, a row for each cell."""
    array = np.asarray(array, dtype=float)
    rows = [
        {key: code(key, number) for key, number in zip(keys, cell, strict=False)}
        | more
        | {measure: value, "unit": "mixed" if measure == "value" else measure,
           "status": "observed", "source": "made up"}
        for cell, value in np.ndenumerate(array)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def cube(table, like, measure="persons", keys=KEYS):
    """Return a tidy table as an array again."""
    made = np.zeros(np.shape(like))
    own = [key for key in keys if key in table]
    for row in table.to_dict("records"):
        cell = tuple("FM".index(row[k]) if k == "sex" else int(row[k].split(":")[1]) for k in own)
        made[cell] = row[measure]
    return made


def method(case):
    return {"signed": "gras", "soft": "soft"}.get(case, "ipf")


def options(case):
    named = dict(zip(("sector", "occupation"), RELIABILITY, strict=True))
    return {"reliability": named} if case == "soft" else {}


def assert_expected(made, case):
    for cell, (value, tolerance) in expected(case).items():
        assert made[cell] == pytest.approx(value, abs=tolerance), (case, cell)


def test_every_case_has_values_and_inputs():
    assert set(inputs()) == set(CASES)
    for case, (seed, _) in inputs().items():
        assert set(expected(case)) == set(seed)


@pytest.mark.parametrize("case", CASES)
def test_tidy_tables_reach_the_expected_values(case):
    seed, margins = inputs()[case]
    measure = "value" if case == "signed" else "persons"
    array = as_array(seed)
    given = [
        tidy(as_array(target), [KEYS[axis] for axis in axes], measure) for axes, target in margins
    ]
    made = sf.balance(tidy(array, KEYS, measure), given, method=method(case), **options(case))
    assert_expected(cube(made.table, array, measure), case)
    assert len(made.table) == array.size  # zero cells that have a row keep it


@pytest.mark.parametrize("case", CASES)
def test_arrays_reach_the_expected_values(case):
    seed, margins = inputs()[case]
    array = as_array(seed)
    more = {"reliability": RELIABILITY} if case == "soft" else {}
    pairs = [(axes, as_array(target)) for axes, target in margins]
    made = sf.balance_arrays(array, pairs, method=method(case), **more)
    assert bool(np.all(made.converged))
    assert_expected(made.table, case)


def test_soft_solution_obeys_its_first_order_condition():
    seed, margins = inputs()["soft"]
    array = as_array(seed)
    given = [tidy(as_array(target), [KEYS[axes[0]]]) for axes, target in margins]
    made = sf.balance(tidy(array), given, method="soft", **options("soft"))
    table = cube(made.table, array)
    force = np.zeros(array.shape)
    for (axes, target), weight in zip(margins, RELIABILITY, strict=True):
        wanted = as_array(target)
        pull = weight * (1.0 - table.sum(axis=1 - axes[0]) / wanted)
        force += pull.reshape((-1, 1) if axes[0] == 0 else (1, -1))
    np.testing.assert_allclose(np.log(table / array), force, atol=1e-7)
