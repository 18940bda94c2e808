"""From the table given to the working table: columns, times on one clock, whole rows (S01-S05)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.records import Flags, Floats, as_codes
from skillsfc.transitions.spells.clock import (
    MONTHS_PER_UNIT,
    Clock,
    choose_clock,
    is_missing,
    read_moment,
    read_origin,
    without_month,
)
from skillsfc.transitions.spells.entry_parts import ENTRY, place_entry, read_entry
from skillsfc.transitions.spells.last_unit import after_last
from skillsfc.transitions.spells.months import PARTS, place_unknown, read_month
from skillsfc.transitions.spells.rules import Ledger
from skillsfc.transitions.spells.settings import SUBJECT, SpellCheckSettings

INNER = ("@person", "@birth", "@interview")  # columns of the working table only


def read_table(table: pd.DataFrame, settings: SpellCheckSettings) -> tuple[Ledger, Clock]:
    """Return the ledger after rules S01 to S05, and the clock that times were read on."""
    parts = {"start_year", "end_year"} <= set(table.columns) and "start" not in table.columns
    refuse_columns(table, parts)
    work = table.reset_index(drop=True)
    if parts:
        return _read_parts(work, settings)
    problems: list[Problem] = []
    clock = choose_clock(work, settings.unit, settings.origin, settings.days, problems)
    empty = np.column_stack([is_missing(work[name]) for name in ("start", "end")])
    read = {name: clock.read(work[name]) for name in ("start", "end", "entry") if name in work}
    bad = np.any([flags for _, flags in read.values()], axis=0)
    if "entry" in read:
        bad |= is_missing(work["entry"])
    given = [work[name] for name in read]
    times = {name: numbers for name, (numbers, _) in read.items()}
    if settings.end_included:
        times["end"] = after_last(work, clock, times)
    work = work.assign(**times)
    ledger = Ledger(_with_moments(work, settings, clock, problems), settings.unit, problems)
    # A row that lacks a time altogether is S01, one whose time cannot be read is S02.
    ledger.table["@bad"] = bad & ~empty.any(axis=1)
    _refuse_missing(ledger, empty, settings)
    step = (
        "Expected numbers, or dates such as 1993-07, 1993-07-15 or 1993Q3 in all columns of time."
    )
    if any(without_month(column).any() for column in given):
        step += " Where only the year is known (month 00 or 99), give start_year, start_month, "
        step += "end_year and end_month: bad_month then places it within the year."
    ledger.settle("S02", _taken(ledger, "@bad"), "refuse", step=step)
    ledger.settle("S03", _none(ledger), settings.bad_month)
    _whole_rows(ledger, settings)
    return ledger, clock


def refuse_columns(table: pd.DataFrame, parts: bool) -> None:
    """Raise if a column is missing that no spell can do without, or two have one name."""
    wanted = ("person", "state", *(() if parts else ("start", "end")))
    problems = [
        Problem(
            f"column '{name}'",
            "missing",
            "one of the columns",
            did_you_mean(name, [other for other in table.columns if other not in wanted]),
        )
        for name in wanted
        if name not in table.columns
    ]
    twice = table.columns[table.columns.duplicated()].unique()
    problems += [Problem(f"column '{name}'", "there twice", "once") for name in twice]
    if problems:
        raise TableError(SUBJECT, problems)


def _read_parts(work: pd.DataFrame, settings: SpellCheckSettings) -> tuple[Ledger, Clock]:
    """Read start and end from years and months."""
    if settings.unit not in MONTHS_PER_UNIT:
        found = f"{settings.unit!r} with years and months"
        problem = Problem("unit", found, f"one of {listing(MONTHS_PER_UNIT)}")
        raise ParameterError(SUBJECT, [problem])
    problems: list[Problem] = []
    sides = [read_month(work, side) for side in ("start", "end")]
    times = np.column_stack([side[0] for side in sides])
    unknown = np.column_stack([side[1] for side in sides])
    if settings.unit == "year" and not {"start_month", "end_month"} & set(work.columns):
        unknown[:] = False  # the year is the unit: no month is wanting
        times[:, 1] += 11 * settings.end_included
    times[:, 1] += settings.end_included & ~unknown[:, 1]  # the last month belongs to the spell
    empty = np.column_stack([is_missing(work[name]) for name in ("start_year", "end_year")])
    clock = Clock(settings.unit, _first_month(times, settings.origin, problems))
    entry = read_entry(work, settings)
    work = work.drop(columns=[name for name in (*PARTS, *ENTRY) if name in work])
    work = work.assign(start=times[:, 0], end=times[:, 1], **({} if entry is None else entry))
    ledger = Ledger(_with_moments(work, settings, clock, problems), settings.unit, problems)
    table = ledger.table
    moments = [name for name in ("start", "end", "entry") if name in table]
    bad = table[moments].isna().any(axis=1).to_numpy()
    table["@bad"] = bad & ~empty.any(axis=1)
    table["@start"], table["@end"] = unknown[:, 0], unknown[:, 1]
    _refuse_missing(ledger, empty, settings)
    step = (
        "Expected years from 1900 to 2150, and months from 1 to 12; a month not known is missing, "
    )
    step += "0, or from 97 to 99."
    ledger.settle("S02", _taken(ledger, "@bad"), "refuse", step=step)
    _settle_months(ledger, settings)
    _to_clock(ledger, clock)
    _whole_rows(ledger, settings)
    return ledger, clock


def _first_month(times: Floats, origin: object, problems: list[Problem]) -> pd.Timestamp:
    if origin is not None:
        return read_origin(origin, problems)
    known = times[:, 0][~np.isnan(times[:, 0])]
    year, month = divmod(int(known.min()), 12) if len(known) else (1970, 0)
    return pd.Timestamp(year, month + 1, 1)


def _settle_months(ledger: Ledger, settings: SpellCheckSettings) -> None:
    table = ledger.table
    unknown = table[["@start", "@end"]].to_numpy(dtype=bool)
    late = table["@entry"].to_numpy(dtype=bool) if "@entry" in table else unknown[:, 0] & False
    hits = unknown.any(axis=1) | late
    after = None
    if hits.any() and settings.bad_month != "refuse":
        person = pd.factorize(table["person"])[0]
        times = table[["start", "end"]].to_numpy(dtype="float64")
        rng = np.random.default_rng(settings.seed)
        placed = place_unknown(person, times, unknown, settings.bad_month, rng)
        after = table.assign(start=placed[:, 0], end=placed[:, 1])
        if late.any():
            known = table["entry"].to_numpy(dtype="float64")
            entry = place_entry(person, known, late, placed, settings.bad_month, rng)
            after = after.assign(entry=entry)
    ledger.settle("S03", hits, settings.bad_month, after)
    ledger.table = ledger.table.drop(columns=["@start", "@end", "@entry"], errors="ignore")


def _to_clock(ledger: Ledger, clock: Clock) -> None:
    """Turn months since year 0 into units since the origin, here and in the ledger so far."""
    assert clock.origin is not None  # noqa: S101 - told to the type checker
    origin = clock.origin.year * 12 + clock.origin.month - 1
    width = MONTHS_PER_UNIT[clock.unit]
    for name in ("start", "end", "entry"):
        if name in ledger.table:
            ledger.table[name] = (ledger.table[name] - origin) / width
    for row in ledger.found.values():
        for name in ("time_before", "time_after"):
            row[name] = float(row[name]) / width  # type: ignore[arg-type]


def _with_moments(
    work: pd.DataFrame, settings: SpellCheckSettings, clock: Clock, problems: list[Problem]
) -> pd.DataFrame:
    for name, given in (("birth", settings.birth), ("interview", settings.interview)):
        if given is not None:
            work[f"@{name}"] = read_moment(work, given, name, clock, problems)
    return work


def _taken(ledger: Ledger, name: str) -> Flags:
    flags = ledger.table[name].to_numpy(dtype=bool)
    ledger.table = ledger.table.drop(columns=name)
    return np.asarray(flags)


def _none(ledger: Ledger) -> Flags:
    return np.zeros(len(ledger.table), dtype=bool)


def _refuse_missing(ledger: Ledger, empty: Flags, settings: SpellCheckSettings) -> None:
    table = ledger.table
    hits = empty.any(axis=1) | is_missing(table["person"]) | is_missing(table["state"])
    after = None if settings.missing_values == "refuse" else table[~hits]
    ledger.settle("S01", hits, settings.missing_values, after, dropped=int(hits.sum()))


def _whole_rows(ledger: Ledger, settings: SpellCheckSettings) -> None:
    """Sort by person, start and end; settle repeated rows (S04, S05)."""
    ledger.table = sort_spells(ledger.table)
    table = ledger.table
    near = _repeated(table)
    hits = np.zeros(len(table), dtype=bool)
    if near.any():
        hits[near] = table[near].duplicated().to_numpy()
    ledger.settle("S04", hits, "drop", table[~hits], dropped=int(hits.sum()))
    table = ledger.table
    same, later = np.zeros((2, len(table)), dtype=bool)
    near = _repeated(table)
    if near.any():
        keys = ["@person", "start", "end", "state"]
        same[near] = table[near].duplicated(keys, keep=False).to_numpy()
        later[near] = table[near].duplicated(keys).to_numpy()
    if settings.conflict == "refuse":
        ledger.settle("S05", same, "refuse")
    else:
        ledger.settle("S05", same, "first", table[~later], dropped=int(later.sum()))


def _repeated(table: pd.DataFrame) -> Flags:
    """Return the rows of a sorted table that share person, start and end with another."""
    same = np.ones(max(len(table) - 1, 0), dtype=bool)
    for name in ("@person", "start", "end"):
        same &= np.diff(table[name].to_numpy()) == 0
    beside = np.append(same, False) | np.append(False, same)
    return np.asarray(beside[: len(table)], dtype=bool)


def sort_spells(table: pd.DataFrame) -> pd.DataFrame:
    """Return spells by person, start and end, with a running number of the person."""
    persons = table["person"]
    if pd.api.types.infer_dtype(persons, skipna=True).startswith("mixed"):
        persons = persons.astype("str")
    table = table.assign(person=persons, state=as_codes(table["state"]).str.strip())
    table["@person"] = pd.factorize(persons, sort=True)[0]
    keys = [table[name].to_numpy() for name in ("end", "start", "@person")]
    order = np.lexsort(keys)
    if (np.diff(order) == 1).all():
        return table.reset_index(drop=True)
    return table.take(order).reset_index(drop=True)
