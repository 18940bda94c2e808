"""Rules on values: states (S18), weights (S19-S24) and ages (S25, S26)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import did_you_mean, listing
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.spells.clock import UNITS_PER_YEAR, is_missing
from skillsfc.transitions.spells.rules import Ledger
from skillsfc.transitions.spells.settings import SpellCheckSettings
from skillsfc.transitions.weights import GIANT_DESIGN_EFFECT, GIANT_SHARE

OLDEST = 120  # years


def settle_values(ledger: Ledger, settings: SpellCheckSettings) -> None:
    """Settle states, weights and ages."""
    _states(ledger, settings)
    _weights(ledger, settings.weight)
    _ages(ledger, settings)


def settle_varied_weights(ledger: Ledger, weight: str | None) -> None:
    """Flag persons with more than one weight (S24), while each spell still has its own."""
    values, person = _numbers(ledger.table, weight), ledger.table["@person"].to_numpy()
    before = np.concatenate([[np.nan], values[:-1]])[: len(values)]
    changes = (np.diff(person, prepend=-1) == 0) & (values != before) & np.isfinite(values)
    ledger.settle("S24", np.isin(person, person[changes]), "flag")


def _numbers(table: pd.DataFrame, weight: str | None) -> Floats:
    """Return the weights as numbers, missing where they are none; ones without a column."""
    if weight is None or weight not in table:
        return np.ones(len(table))
    numbers = pd.to_numeric(table[weight], errors="coerce")
    return np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))


def _states(ledger: Ledger, settings: SpellCheckSettings) -> None:
    table = ledger.table
    hits, step = np.zeros(len(table), dtype=bool), ""
    if settings.states is not None:
        named = {*settings.states, settings.unknown_state, "censored"}
        strange = ~table["state"].isin(named) | ~table["to_state"].isin(named)
        hits = strange.to_numpy()
        cells = table.loc[hits, ["state", "to_state"]].to_numpy().ravel()
        found = sorted({word for word in cells if word not in named})
        near = [did_you_mean(word, settings.states) for word in found]
        guess = ", ".join(dict.fromkeys(word for word in near if word))
        step = f"Found {listing(found)}; expected {listing(settings.states, 30)}."
        step += f" Did you mean {guess}?" if guess else ""
    ledger.settle("S18", hits, "refuse", step=step, aside=False)


def _weights(ledger: Ledger, weight: str | None) -> None:
    table = ledger.table
    values = _numbers(table, weight)
    missing, negative = ~np.isfinite(values), values < 0
    known = np.where(missing, 0.0, values)
    zeros = np.full(len(table), bool(len(table)) and not known.any() and not missing.any())
    step = "None is made up."
    ledger.settle("S19", missing, "refuse", step=step, aside=False)
    ledger.settle("S20", negative, "refuse", step="Expected 0 or more.", aside=False)
    ledger.settle("S21", zeros, "refuse", step="Their sum must be more than 0.", aside=False)
    ledger.settle("S22", (values == 0) & ~zeros, "flag")
    ledger.settle("S23", _giants(np.clip(known, 0, None)), "flag")


def _giants(values: Floats) -> Flags:
    """Return the rows that make weights very unequal: one of 5 % or more, or Kish's factor."""
    total, size = values.sum(), len(values)
    if total == 0:
        return np.zeros(size, dtype=bool)
    share = values / total
    large = (share > GIANT_SHARE) & (size > 2 / GIANT_SHARE)  # of few rows each is a large part
    if size * (share**2).sum() > GIANT_DESIGN_EFFECT:
        large |= share == share.max()
    return np.asarray(large)


def _ages(ledger: Ledger, settings: SpellCheckSettings) -> None:
    table = ledger.table
    hits = wrong = np.zeros(len(table), dtype=bool)
    numbers, step = None, ""
    if settings.age is not None and settings.age in table:
        numbers = pd.to_numeric(table[settings.age], errors="coerce")
    if numbers is not None and numbers.notna().any():  # groups such as 15-24 are no numbers
        given = ~is_missing(table[settings.age])
        hits = given & ~numbers.between(0, OLDEST).to_numpy(dtype=bool)
        odd = sorted(table.loc[hits, settings.age].astype("str").unique())
        months = " Are they months?" if numbers.median() > OLDEST else ""
        step = f"Found {listing(odd)}.{months} bad_age='missing' empties them."
    after = None
    if hits.any() and settings.bad_age == "missing" and numbers is not None:
        after = table.assign(**{str(settings.age): numbers.where(~hits)})
    ledger.settle("S25", hits, settings.bad_age, after, step=step, aside=False)
    table = ledger.table
    if numbers is not None and {"@birth", "@interview"} <= set(table):
        years = (table["@interview"] - table["@birth"]) / UNITS_PER_YEAR[settings.unit]
        valid = numbers.between(0, OLDEST)
        wrong = ((numbers - np.floor(years)).abs() > 1).to_numpy(dtype=bool, na_value=False)
        wrong = wrong & valid.to_numpy(dtype=bool, na_value=False)
    ledger.settle("S26", wrong, "flag")
