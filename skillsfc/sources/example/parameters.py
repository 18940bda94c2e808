"""The stated truth behind Examplia, and what all its tables share: years, ages, streams, flags.

``data/example/truth.yml`` holds every parameter with its unit; no other file has a number of the
country. The parameters are the same for every seed, so the spread over seeds is sampling error.
"""

from __future__ import annotations

import copy
import zlib
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc._paths import data_dir
from skillsfc.schema import dictionary

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

COUNTRY = "XEX"
SOURCE = "examplia_synthetic"
SOURCE_TITLE = "Examplia, synthetic data of the project"  # SOURCE as a page prints it
NOTE = "synthetic: Examplia is not a real country"
FIRST_YEAR, LAST_YEAR = 2004, 2023
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
SEXES = ("F", "M")
QUALIFICATIONS = ("1", "2", "3", "6")
OCCUPATIONS = tuple("123456789")
AGE_GROUPS = (*(f"{a}-{a + 4}" for a in range(15, 65, 5)), "65+")
ACTIVITIES = ("employed", "unemployed", "outside")


@cache
def _stated() -> dict[str, Any]:
    import yaml

    text = (data_dir() / "example" / "truth.yml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stated: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  (both are safe loaders)
    return stated


def stated_truth() -> dict[str, Any]:
    """Return a copy of the stated parameters: topic, then name, then unit, meaning, value."""
    return copy.deepcopy(_stated())


def value(topic: str, name: str) -> Any:
    """Return the value of one stated parameter; treat it as read-only."""
    return _stated()[topic][name]["value"]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one table.

    The child of the seed is keyed by the name of the table, not by its turn: adding a table, or
    asking for tables in another order, changes no other table.
    """
    child = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),))
    return np.random.default_rng(child)


def array(mapping: dict[str, Any], keys: tuple[str, ...]) -> Floats:
    """Return the values of a mapping as floats, in the order of ``keys``."""
    return np.array([mapping[key] for key in keys], dtype=float)


def band_of(age: int, bands: list[str]) -> str:
    """Return the age band, such as '25-39' or '65+', that holds an age.

    Examples
    --------
    >>> band_of(40, ["15-24", "25-39", "40+"])
    '40+'
    """
    for band in bands:
        low, _, high = band.rstrip("+").partition("-")
        if int(low) <= age <= (int(high) if high else 200):
            return band
    raise AssertionError(f"age {age} is in no band of {bands}")


def by_age(mapping: dict[str, float], ages: range) -> Floats:
    """Spread a mapping of age bands over single ages."""
    bands = list(mapping)
    return np.array([mapping[band_of(age, bands)] for age in ages], dtype=float)


def group_ages(values: Any, first: int) -> Any:
    """Sum the last axis, single ages from ``first`` to 65 and over, to the eleven age groups."""
    working = values[..., 15 - first : 65 - first]
    five = working.reshape(*working.shape[:-1], 10, 5).sum(axis=-1)
    older = values[..., 65 - first :].sum(axis=-1, keepdims=True)
    return np.concatenate([five, older], axis=-1)


def round_to_total(values: Floats) -> Floats:
    """Round along the last axis so that every running sum stays within half a person.

    Rounding the running sum instead of the cells keeps the grand total, and every block of
    neighbouring cells, within one person of the unrounded one, without favouring small cells.

    Examples
    --------
    >>> round_to_total(np.array([0.4, 0.4, 0.4, 0.8])).tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    return np.diff(np.rint(np.cumsum(values, axis=-1)), axis=-1, prepend=0.0)


def long_table(values: Any, measure: str, keys: dict[str, Any]) -> pd.DataFrame:
    """Unfold an array into a tidy table, one key column for each axis, with all the flags."""
    shape = tuple(len(codes) for codes in keys.values())
    columns: dict[str, Any] = {"country": COUNTRY}
    for axis, (key, codes) in enumerate(keys.items()):
        index = np.arange(shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(shape))])
        spread = np.broadcast_to(index, shape).ravel()
        columns[key] = pick(codes, spread)
    columns[measure] = np.asarray(values, dtype=float).ravel()
    return with_flags(pd.DataFrame(columns), measure)


def pick(codes: Any, index: Any) -> Any:
    """Return codes[index] as whole numbers, or as text in pandas' own string type."""
    if isinstance(codes[0], str):
        return pd.Series(np.array(codes, dtype=object)[index], dtype="str")
    return np.asarray(codes, dtype=np.int64)[index]


def with_flags(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Add unit, status, source and note; put the columns and the rows in the usual order."""
    words = dictionary()
    flags = {
        "unit": words.loc[measure, "unit"],
        "status": "modelled",
        "source": SOURCE,
        "note": NOTE,
    }
    flagged = table.assign(**flags)
    ordered = [column for column in words.index if column in flagged.columns]
    return flagged[ordered]


def choose(rng: np.random.Generator, chances: Floats) -> Whole:
    """Draw one category for each row of a matrix of chances (rows sum to 1)."""
    edges = np.cumsum(chances, axis=-1)
    edges[..., -1] = 1.0  # rounding error must not leave a gap at the top
    draws: Whole = (rng.random(len(chances))[:, None] >= edges).sum(axis=1)
    return draws
