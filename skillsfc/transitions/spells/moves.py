"""Rules on moves: event codes (S06), contradictions (S07, S14, S15), neighbours (S16)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.transitions.records import CENSORED, Flags, as_codes
from skillsfc.transitions.spells.clock import is_missing
from skillsfc.transitions.spells.event_codes import read_events
from skillsfc.transitions.spells.overlaps import NEAR, UNKNOWN
from skillsfc.transitions.spells.rules import Ledger
from skillsfc.transitions.spells.settings import SpellCheckSettings


def read_moves(ledger: Ledger, settings: SpellCheckSettings) -> None:
    """Turn ``event`` into 1, 0 or not told, ``to_state`` into a state, censored or empty."""
    table = ledger.table
    told = np.full(len(table), "", dtype=object)
    if "to_state" in table:
        words = as_codes(table["to_state"]).str.strip().to_numpy(dtype=object)
        told = np.where(is_missing(table["to_state"]), "", words)
    event, named, strange = read_events(table, settings.event_codes, settings.states)
    told = np.where((told == "") & (named != ""), named, told)
    step = (
        "Where codes name kinds of events, say what each means: event_codes={1: 'employment', "
        f"2: 'training', 0: 'censored'}}. Found: {listing(_strangers(table, strange))}."
    )
    contradict = ((event == 1) & (told == CENSORED)) | (
        (event == 0) & (told != CENSORED) & (told != "")
    )
    event = np.where(event == UNKNOWN, np.where(told == CENSORED, 0, event), event)
    event = np.where((event == UNKNOWN) & (told != ""), 1, event).astype("int8")
    told = np.where(event == 0, CENSORED, told)
    ledger.table = table.assign(
        event=event, to_state=pd.Series(told, dtype="str"), **{"@contradict": contradict}
    )
    ledger.settle("S06", strange, "refuse", step=step)
    hits = ledger.table.pop("@contradict").to_numpy(dtype=bool)
    step = (
        "Expected a state in to_state exactly where event is true; one of the two columns will do."
    )
    ledger.settle("S07", hits, "refuse", step=step)


def _strangers(table: pd.DataFrame, strange: Flags) -> list[str]:
    return sorted(table["event"][strange].astype("str").unique()) if strange.any() else []


def settle_moves(ledger: Ledger, settings: SpellCheckSettings) -> None:
    """Complete moves from the next adjoining spell; settle what disagrees with it (S14-S16)."""
    table = ledger.table
    adjoins, following = next_spells(table)
    state, told = (table[name].to_numpy(dtype=object) for name in ("state", "to_state"))
    event = table["event"].to_numpy()
    stays = adjoins & (following == state)
    open_end = adjoins & ((event == UNKNOWN) | ((event == 1) & (told == "")))
    told = np.where(open_end, following, told)
    event = np.where(open_end, 1, event)
    apart = adjoins & (told != following) & ~(stays & (event == 0))
    after = table.assign(event=event, to_state=pd.Series(told, dtype="str"))
    ledger.table = after
    if settings.destination == "next" and apart.any():
        told, event = np.where(apart, following, told), np.where(apart, 1, event)
        after = table.assign(event=event, to_state=pd.Series(told, dtype="str"))
    ledger.settle("S14", apart, settings.destination, after, aside=False)
    event, told = (ledger.table[name].to_numpy() for name in ("event", "to_state"))
    lost = np.asarray((event == 1) & (told == ""))
    told = np.where(lost, settings.unknown_state, np.where(event == 1, told, CENSORED))
    ledger.table = ledger.table.assign(
        event=np.where(event == 1, 1, 0), to_state=pd.Series(told, dtype="str")
    )
    ledger.settle("S15", lost, "flag")
    _neighbours(ledger, settings.neighbours)


def next_spells(table: pd.DataFrame) -> tuple[Flags, Any]:
    """Return which spells another of the person adjoins, and the state of the next row."""
    who = "@person" if "@person" in table else "person"
    person, start, end = (table[name].to_numpy() for name in (who, "start", "end"))
    adjoins = np.zeros(len(table), dtype=bool)
    adjoins[:-1] = (person[1:] == person[:-1]) & (np.abs(start[1:] - end[:-1]) <= NEAR)
    state = table["state"].to_numpy(dtype=object)
    return adjoins, np.append(state[1:], "")[: len(table)]


def _neighbours(ledger: Ledger, choice: str) -> None:
    table = ledger.table
    stays = staying(table)
    hits = np.append(False, stays[:-1])[: len(table)]
    if choice != "merge" or not hits.any():
        ledger.settle("S16", hits, choice, aside=False)
        return
    ledger.settle("S16", hits, choice, merge_stays(table), dropped=int(hits.sum()))


def staying(table: pd.DataFrame) -> Flags:
    """Return which spells another of the person in the same state adjoins."""
    adjoins, following = next_spells(table)
    return np.asarray(adjoins & (following == table["state"].to_numpy(dtype=object)))


def merge_stays(table: pd.DataFrame) -> pd.DataFrame:
    """Return adjoining spells in one state as one, with the other columns of the first part."""
    stays = staying(table)
    if not stays.any():
        return table
    last = np.flatnonzero(~stays)
    merged = table[~np.append(False, stays[:-1])].assign(
        **{name: table[name].to_numpy()[last] for name in ("end", "event", "to_state")}
    )
    return merged.reset_index(drop=True)
