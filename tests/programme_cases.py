"""Data and expected values of tests/oracles/programmes, and persons drawn with a known effect."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd

import skillsfc as sf

FOLDER = Path(__file__).parent / "oracles" / "programmes"
TRAITS = "age + educ + race + married + nodegree + re74 + re75"


@functools.cache
def expected() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "expected.csv")


def wanted(case: str) -> list[tuple[str, float, float]]:
    """Name, value and tolerance of every expected number of a case."""
    rows = expected()
    found = rows[rows["case"] == case]
    assert len(found), f"nothing is expected of {case}"
    return list(zip(found["name"], found["value"], found["tolerance"], strict=True))


def check(case: str, found: dict[str, float], *, names: str = "") -> None:
    """Compare every expected number of a case whose name starts so; each must be there."""
    rows = [row for row in wanted(case) if row[0].startswith(names)]
    assert rows, f"nothing of {case} starts with {names!r}"
    for name, value, tolerance in rows:
        assert abs(found[name] - value) <= tolerance, (case, name, found[name], value)


@functools.cache
def _lalonde() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "lalonde.csv.gz")
    row = np.arange(1, len(table) + 1)
    return table.assign(
        row=row, w=1.0 + row % 3, school=row % 40, worked=(table["re78"] > 5000).astype(int)
    )


def lalonde() -> pd.DataFrame:
    return _lalonde().copy()


def lalonde_periods() -> pd.DataFrame:
    """Earnings of 1975 and 1978 below one another."""
    table = lalonde().rename(columns={"row": "person"})
    return pd.concat(
        [table.assign(after=0, y=table["re75"]), table.assign(after=1, y=table["re78"])],
        ignore_index=True,
    )


def mroz() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "mroz.csv.gz")
    row = np.arange(1, len(table) + 1)
    return table.assign(w=1.0 + row % 3, county=row % 50, expersq=table["exper"] ** 2)


def effect(table: pd.DataFrame, **choice):
    """Effect of the training of lalonde on earnings in 1978."""
    given = {"treatment": "treat", "outcome": "re78", "covariates": TRAITS, **choice}
    return sf.estimate_programme_effect(table, **given)


def drawn(seed: int = 1, size: int = 400) -> pd.DataFrame:
    """Synthetic persons: the effect is 1 for everybody, x moves treatment and outcome."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, size))
    treated = rng.random(size) < 1 / (1 + np.exp(-x))
    outcome = 2 * x + z + treated + rng.normal(size=size)
    return pd.DataFrame({
        "x": x, "z": z, "treated": treated, "outcome": outcome,
        "sex": np.where(rng.random(size) < 0.5, "F", "M"),
    })  # fmt: skip


def estimate(table: pd.DataFrame, **choice):
    given = {"treatment": "treated", "outcome": "outcome", "covariates": "x + z", **choice}
    return sf.estimate_programme_effect(table, **given)
