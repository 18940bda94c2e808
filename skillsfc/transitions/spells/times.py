"""Rules on the times of one spell: S08 to S11 and S17."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.records import CENSORED, Flags
from skillsfc.transitions.spells.intake import sort_spells
from skillsfc.transitions.spells.rules import Ledger
from skillsfc.transitions.spells.settings import SpellCheckSettings

HALF = 0.5


def settle_times(ledger: Ledger, settings: SpellCheckSettings) -> None:
    """Settle ends before starts, birth, interview and zero lengths, in this order."""
    _reversed(ledger, settings.end_before_start)
    _before_birth(ledger, settings.before_birth)
    _after_interview(ledger, settings.after_interview)
    _zero_length(ledger, settings.zero_length)


def settle_entry(ledger: Ledger, choice: str) -> None:
    """Settle spells that were over before the person came under observation (S17)."""
    table = ledger.table
    hits = np.zeros(len(table), dtype=bool)
    if "entry" in table:
        hits = (table["entry"] >= table["end"]).to_numpy()
    ledger.settle("S17", hits, choice, _left(table, hits, choice), dropped=_lost(hits, choice))


def _left(table: pd.DataFrame, hits: Flags, choice: str) -> pd.DataFrame | None:
    return None if choice == "refuse" else table[~hits]


def _lost(hits: Flags, choice: str) -> int:
    return 0 if choice == "refuse" else int(hits.sum())


def _reversed(ledger: Ledger, choice: str) -> None:
    table = ledger.table
    hits = (table["end"] < table["start"]).to_numpy()
    if choice == "swap" and hits.any():
        swapped = table.copy()
        swapped.loc[hits, ["start", "end"]] = table.loc[hits, ["end", "start"]].to_numpy()
        ledger.settle("S08", hits, choice, sort_spells(swapped))
    else:
        ledger.settle("S08", hits, choice, _left(table, hits, choice), dropped=_lost(hits, choice))


def _before_birth(ledger: Ledger, choice: str) -> None:
    table = ledger.table
    hits, gone = np.zeros((2, len(table)), dtype=bool)
    if "@birth" in table:
        hits = (table["start"] < table["@birth"]).to_numpy()
        gone = hits & (table["end"] <= table["@birth"]).to_numpy()
    after = None
    if choice == "clip" and hits.any():
        after = table.assign(start=table["start"].where(~hits, table["@birth"]))[~gone]
    ledger.settle("S09", hits, choice, after, dropped=_lost(gone, choice))


def _after_interview(ledger: Ledger, choice: str) -> None:
    table = ledger.table
    hits, gone = np.zeros((2, len(table)), dtype=bool)
    if "@interview" in table:
        hits = (table["end"] > table["@interview"]).to_numpy()
        gone = hits & (table["start"] >= table["@interview"]).to_numpy()
    after = None
    if choice == "clip" and hits.any():
        after = table.assign(
            end=table["end"].where(~hits, table["@interview"]),
            event=table["event"].where(~hits, 0).astype("int8"),
            to_state=table["to_state"].where(~hits, CENSORED),
        )[~gone]
    ledger.settle("S10", hits, choice, after, dropped=_lost(gone, choice))


def _zero_length(ledger: Ledger, choice: str) -> None:
    table = ledger.table
    hits = (table["end"] == table["start"]).to_numpy()
    if choice == "half" and hits.any():
        ledger.settle("S11", hits, choice, sort_spells(_half_units(table, hits)))
    else:
        ledger.settle("S11", hits, choice, _left(table, hits, choice), dropped=_lost(hits, choice))


def _half_units(table: pd.DataFrame, hits: Flags) -> pd.DataFrame:
    """Give half a unit to each spell without length, one after the other at the same time.

    The spell that starts at that time begins as much later, if it is long enough for that.
    """
    groups = [table["@person"].to_numpy(), table["start"].to_numpy()]
    zeros = pd.Series(hits.astype(np.int64), index=table.index)
    before = (zeros.groupby(groups).cumsum() - zeros).to_numpy()
    moved = table["start"].to_numpy() + HALF * before
    fits = hits | (moved < table["end"].to_numpy())
    start = np.where(fits, moved, table["start"])
    return table.assign(start=start, end=np.where(hits, start + HALF, table["end"]))
