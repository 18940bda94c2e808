"""Rules on neighbours in time: overlaps (S12) and gaps (S13)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.spells.intake import sort_spells
from skillsfc.transitions.spells.rules import ORDER, Ledger
from skillsfc.transitions.spells.settings import SUBJECT, SpellCheckSettings

NEAR = 1e-9  # times nearer than this are one moment: fractions of months are not exact
UNKNOWN = -1  # code of an event that is still to be derived


def settle_neighbours(ledger: Ledger, settings: SpellCheckSettings) -> None:
    """Settle overlaps, then gaps."""
    _overlaps(ledger, settings.overlap)
    _gaps(ledger, settings)


def firsts(table: pd.DataFrame) -> Flags:
    """Return which rows are the first of their person."""
    person = table["@person"].to_numpy()
    return np.asarray(np.diff(person, prepend=-1) != 0)


def reached(table: pd.DataFrame) -> Floats:
    """Return the latest end among the earlier spells of the person (missing for the first)."""
    until = table.groupby("@person", sort=False)["end"].cummax().to_numpy(dtype="float64")
    return np.where(firsts(table), np.nan, np.concatenate([[np.nan], until[:-1]])[: len(table)])


def _overlaps(ledger: Ledger, choice: str | tuple[str, ...]) -> None:
    table = ledger.table
    until = reached(table)
    hits = table["start"].to_numpy() < until - NEAR
    if not isinstance(choice, str):
        _refuse_states(choice, table)
    if choice in ("refuse", "keep") or not hits.any():
        word = choice if isinstance(choice, str) else ORDER
        ledger.settle("S12", hits, word, aside=False)
    elif choice == "cut_earlier":
        after = _cut_earlier(table)
        ledger.settle("S12", hits, choice, after, dropped=len(table) - len(after))
    elif choice == "cut_later":
        start = np.fmax(table["start"], until)
        kept = start < table["end"].to_numpy() - NEAR
        after = sort_spells(table.assign(start=start)[kept])
        ledger.settle("S12", hits, choice, after, dropped=int((~kept).sum()))
    else:
        touched = np.isin(table["@person"], table["@person"].to_numpy()[hits])
        pieces, lost, more = by_priority(table[touched], choice)
        after = sort_spells(pd.concat([table[~touched], pieces]))
        ledger.settle("S12", hits, ORDER, after, dropped=lost, added=more)


def _refuse_states(order: Sequence[str], table: pd.DataFrame) -> None:
    known = table["state"].unique()
    strangers = [name for name in order if name not in known]
    if strangers:
        problem = Problem("overlap", f"no state of these spells: {listing(strangers)}",
                          f"'refuse', 'cut_earlier', 'cut_later', 'keep' or states among "
                          f"{listing(sorted(known), 20)}")  # fmt: skip
        raise ParameterError(SUBJECT, [problem])


def _cut_earlier(table: pd.DataFrame) -> pd.DataFrame:
    """End every spell where the next of the person starts, if that is earlier."""
    start, end = table["start"].to_numpy(), table["end"].to_numpy()
    later = np.append(start[1:], np.inf)
    later[np.append(firsts(table)[1:], True)] = np.inf
    cut = later < end - NEAR
    made = _undone(table.assign(end=np.where(cut, later, end)), cut)
    return made[(made["end"] > made["start"] + NEAR).to_numpy()]


def _undone(table: pd.DataFrame, cut: Flags) -> pd.DataFrame:
    """Forget the move at the end of spells that were cut: the next spell tells it."""
    return table.assign(
        event=table["event"].where(~cut, UNKNOWN).astype("int8"),
        to_state=table["to_state"].where(~cut, ""),
    )


def by_priority(table: pd.DataFrame, order: Sequence[str]) -> tuple[pd.DataFrame, int, int]:
    """Return spells without overlap: at any time the state named first in ``order`` holds.

    States not named come after all named; among equals the spell that began first holds. A spell
    may fall into pieces. Also returns how many spells vanished and how many pieces were added.
    """
    rank = table["state"].map({name: place for place, name in enumerate(order)})
    ranks = rank.fillna(len(order)).to_numpy(dtype=np.int64)
    moments, low, high = _grid(table)
    row = np.repeat(np.arange(len(table)), high - low)
    segment = low[row] + within(high - low)
    best = np.lexsort((row, ranks[row], segment))
    row, segment = row[best], segment[best]
    winner = np.diff(segment, prepend=-1) != 0
    row, segment = row[winner], segment[winner]
    new = (np.diff(row, prepend=-1) != 0) | (np.diff(segment, prepend=-2) != 1)
    last = np.append(new[1:], True)
    source, end = row[new], moments[segment[last] + 1]
    cut = end < table["end"].to_numpy()[source]
    pieces = table.take(source).assign(start=moments[segment[new]], end=end)
    seen = len(np.unique(source))
    return _undone(pieces, cut), len(table) - seen, len(source) - seen


def _grid(table: pd.DataFrame) -> tuple[Floats, Whole, Whole]:
    """Return all moments person by person, and the places of each start and end among them."""
    person = np.tile(table["@person"].to_numpy(), 2)
    time = np.concatenate([table["start"].to_numpy(), table["end"].to_numpy()])
    order = np.lexsort((time, person))
    steps = (np.diff(person[order], prepend=-1) != 0) | (np.diff(time[order], prepend=-1) != 0)
    places = np.empty(len(time), dtype=np.int64)
    places[order] = np.cumsum(steps) - 1
    return time[order][steps], places[: len(table)], places[len(table) :]


def within(counts: Whole) -> Whole:
    """Return 0, 1, ... counts-1 for each count, in one line."""
    total = int(counts.sum())
    return np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)


def _gaps(ledger: Ledger, settings: SpellCheckSettings) -> None:
    table = ledger.table
    until = reached(table)
    hits = table["start"].to_numpy() > until + NEAR
    after, added = None, 0
    if hits.any() and settings.gap == "close":
        places = np.flatnonzero(hits) - 1
        end = table["end"].to_numpy(dtype="float64", copy=True)
        end[places] = table["start"].to_numpy()[hits]
        after = _undone(table.assign(end=end), np.append(hits[1:], False))
    elif hits.any() and settings.gap == "fill":
        added = int(hits.sum())
        filled = _filling(table, hits, until, settings.unknown_state)
        after = sort_spells(pd.concat([table, filled], ignore_index=True))
    ledger.settle("S13", hits, settings.gap, after, added=added, aside=False)


def _filling(table: pd.DataFrame, hits: Flags, until: Floats, state: str) -> pd.DataFrame:
    """Return a spell for each gap; it keeps only what does not change within its person."""
    made = table[hits].assign(state=state, start=until[hits], end=table["start"][hits])
    made = made.assign(event=np.int8(UNKNOWN), to_state="")
    own = ("person", "state", "start", "end", "event", "to_state", "@person")
    others = [name for name in table.columns if name not in own]
    persons = table[table["@person"].isin(made["@person"])].groupby("@person")[others]
    varied = persons.nunique(dropna=False).gt(1).loc[made["@person"]]
    for name in others:
        made[name] = made[name].where(~varied[name].to_numpy())
    return made
