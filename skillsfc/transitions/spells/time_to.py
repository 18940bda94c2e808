"""`measure_time_to`: how long from a clock's start to the first spell of a kind, a row a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import Problem, TableError
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import as_names, read_since
from skillsfc.transitions.records import CENSORED, spell_frame
from skillsfc.transitions.spells.checked import checked_with_notes
from skillsfc.transitions.spells.moves import merge_stays
from skillsfc.transitions.spells.overlaps import NEAR
from skillsfc.transitions.spells.persons import other_columns
from skillsfc.transitions.spells.waiting import (
    SUBJECT,
    TimeToSettings,
    refuse_arguments,
    waiting_times,
)

HALF = 0.5
WAITING = "waiting"


@dataclass(frozen=True, eq=False, repr=False)
class TimeTo(Result):
    """Waiting times, one row a person, as survival estimators take them.

    Parameters
    ----------
    not_at_risk : DataFrame
        ``person, reason`` of those who never were at risk.
    direct : DataFrame
        Rows of those who went there at once, where ``zero="separate"`` keeps them apart.
    """

    shown: ClassVar[tuple[str, ...]] = ("diagnostics",)

    not_at_risk: pd.DataFrame = field(default_factory=pd.DataFrame)
    direct: pd.DataFrame = field(default_factory=pd.DataFrame)


def measure_time_to(
    spells: object,
    *,
    to: str | Iterable[str],
    since: str | None = None,
    which: str = "last",
    min_length: float | None = None,
    competing: str | Iterable[str] = (),
    zero: str = "half",
    gap: str = "censor",
    unit: str = "month",
) -> TimeTo:
    """Measure the time from a clock's start to the first spell in a state, one row a person.

    Use it for time to the first job, the first stable job, or the first job of three months after
    education. Give ``.table`` to `estimate_survival`, `estimate_cumulative_incidence` (with
    ``competing``) or `fit_hazard`: means over those who arrived leave out who did not, and are
    too short.

    Parameters
    ----------
    spells : SpellCheck or DataFrame
        Spells; a DataFrame is checked first, as `check_spells` does.
    to : str or iterable of str
        States that count as arrival.
    since : str, optional
        State whose end starts the clock, such as ``"education"``; default: the start of the
        person's first spell. Where more than half of the persons begin at the earliest start of
        all, that is the clock's start for everyone: who is first seen late (``entry`` after it,
        and the first spell begins there) may have arrived before, is left out and counted. Else
        starts are dates of their own: the clock starts with each record, nobody is late, and a
        note says so.
    which : {"last", "first"}
        The last time the person left ``since`` within the observation (as in school-to-work
        surveys; who returned later is then dated by the return), or the first.
    min_length : float, optional
        Only spells of at least this length count as arrival [unit of the spells]. Adjoining spells
        in one state, such as two jobs, are one stay, also where `check_spells` kept them apart.
    competing : str or iterable of str
        States that end the waiting in another way.
    zero : {"half", "separate"}
        Who arrived at once, in time 0, gets half a unit (half of the shortest wait above 0 where
        that is less than a unit, so that who waited comes later), or goes to ``.direct``.
    gap : {"censor", "ignore"}
        Waiting ends unseen at the first gap in a person's spells, or the gap counts as waiting.
        Time before the ``entry`` of a later spell is a gap, too.
    unit : str
        Name of the unit of time, for the notes.

    Returns
    -------
    TimeTo
        ``.table``: ``person, state`` ("waiting"), ``start`` (0), ``end`` [unit since the clock's
        start], ``event, to_state``, ``entry`` where the spell that follows the clock's start was
        seen only later,
        ``clock_start`` [unit of the spells], ``direct`` [arrived in time 0], and the other columns
        of the spell in which the clock started. ``.not_at_risk``: ``person, reason``.
        ``.diagnostics``: ``outcome, persons``.

    Raises
    ------
    TableError
        If the spells are not valid, or nobody is at risk.
    ParameterError
        If a state or word is unknown, or states are both arrival and competing.

    Notes
    -----
    With ``min_length`` m an arrival at s can be recognised only if the person is seen until s + m.
    Everyone's observation therefore ends m earlier, also for those who did not arrive, and moves
    into competing states after that are not counted. Censoring only who had just arrived would
    bias the time upward.

    Examples
    --------
    >>> told = pd.DataFrame({"person": [1, 1, 1, 2, 2, 3],
    ...     "state": ["school", "home", "job", "school", "job", "school"],
    ...     "start": [0, 5, 9, 0, 7, 0], "end": [5, 9, 20, 7, 20, 20]})
    >>> made = measure_time_to(told, to="job", since="school")
    >>> made.table[["person", "end", "event", "to_state", "clock_start", "direct"]]
       person  end  event to_state  clock_start  direct
    0       1  4.0   True      job            5   False
    1       2  0.5   True      job            7    True
    >>> made.not_at_risk
       person                           reason
    0       3  in 'school' until the last seen
    """
    problems: list[Problem] = []
    settings = TimeToSettings(
        as_names(to),
        read_since(since, problems),
        which,
        min_length,
        as_names(competing),
        zero,
        gap,
        unit,
    )
    given = spell_frame(spells, SUBJECT)
    checked, found = checked_with_notes(spells, subject=SUBJECT, neighbours="merge")
    table = merge_stays(checked)
    refuse_arguments(settings, table, problems)
    clock, said = waiting_times(table, settings)
    at_risk = clock["reason"] == ""
    if not at_risk.any():
        reasons = "; ".join(f"{n} {reason}" for reason, n in clock["reason"].value_counts().items())
        raise TableError(SUBJECT, [Problem("persons", f"nobody is at risk: {reasons}")])
    out = clock.loc[~at_risk, ["person", "reason"]].reset_index(drop=True)
    rows = _rows(clock[at_risk], table)
    apart = rows["direct"] & (settings.zero == "separate")
    half = _half(rows)
    rows["end"] = rows["end"].where(~rows["direct"], half)
    kept = rows[~apart].reset_index(drop=True)
    return TimeTo(
        kept,
        settings,
        _outcomes(rows, apart, out),
        notes=(*found, *said, *_notes(kept, rows, out, settings, half)),
        provenance={"version": __version__, "inputs": {"spells": table_hash(given)}},
        not_at_risk=out,
        direct=rows[apart].reset_index(drop=True),
    )


def _half(rows: pd.DataFrame) -> float:
    """Return the time of those who arrived at once: before anybody who waited.

    Examples
    --------
    >>> _half(pd.DataFrame({"end": [0.0, 4.0]})), _half(pd.DataFrame({"end": [0.0, 0.25]}))
    (0.5, 0.125)
    """
    waited = rows.loc[rows["end"] > NEAR, "end"]
    return HALF * min(1.0, float(waited.min())) if len(waited) else HALF


def _rows(clock: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a person at risk, with the columns of the spell that starts the clock."""
    event = clock["to_state"] != CENSORED
    made = pd.DataFrame(
        {
            "person": clock["person"],
            "state": WAITING,
            "start": 0.0,
            "end": clock["waited"],
            "event": event,
            "to_state": clock["to_state"],
            "clock_start": clock["clock_start"],
            "direct": event & (clock["waited"] <= NEAR),
        }
    )
    if (clock["entry"] > 0).any():
        made.insert(6, "entry", clock["entry"])
    others = table[other_columns(table, (*_own(table), *made.columns))]
    own = others.take(clock["row"].to_numpy()).set_axis(made.index)
    return pd.concat([made, own], axis=1).reset_index(drop=True)


def _own(table: pd.DataFrame) -> list[str]:
    return [name for name in ("person", "state", "start", "end", "event", "to_state", "entry")
            if name in table]  # fmt: skip


def _outcomes(rows: pd.DataFrame, apart: Any, out: pd.DataFrame) -> pd.DataFrame:
    """Return how many persons ended how."""
    counts: dict[str, int] = {
        f"moved to {state}": int(n)
        for state, n in rows.loc[rows["event"], "to_state"].value_counts().sort_index().items()
    }
    counts["censored"] = int((~rows["event"]).sum())
    counts["of these direct, in time 0"] = int(rows["direct"].sum())
    counts["of these kept apart"] = int(apart.sum())
    for reason, count in out["reason"].value_counts().sort_index().items():
        counts[f"not at risk: {reason}"] = int(count)
    return pd.DataFrame({"outcome": list(counts), "persons": list(counts.values())})


def _notes(
    kept: pd.DataFrame,
    rows: pd.DataFrame,
    out: pd.DataFrame,
    settings: TimeToSettings,
    half: float,
) -> list[str]:
    notes = []
    for reason, part in out.groupby("reason"):
        notes.append(f"{len(part)} persons are not at risk: {reason}.")
    direct = int(rows["direct"].sum())
    if direct:
        where = (
            "are in .direct" if settings.zero == "separate" else f"have {half:.3g} {settings.unit}"
        )
        notes.append(
            f"{direct} of {len(rows)} persons{_by_weight(rows)} went there at once, in time 0: "
            f"they {where}."
        )
    if settings.min_length:
        plural = "" if settings.min_length == 1 else "s"
        notes.append(
            f"An arrival lasts {settings.min_length:g} {settings.unit}{plural} or more; everyone's "
            "observation ends as much earlier, so that it can be told who arrived."
        )
    if settings.since is not None and settings.which == "last":
        notes.append(f"The clock starts at the last end of {settings.since!r} that was observed.")
    if not len(kept):
        notes.append("All arrived at once: no waiting time is left to estimate.")
    return notes


def _by_weight(rows: pd.DataFrame) -> str:
    """Return the part of those who went at once, where weights make it another than the count's."""
    if "weight" not in rows or rows["weight"].nunique() < 2:
        return ""
    part = rows.loc[rows["direct"], "weight"].sum() / rows["weight"].sum()
    return f" ({part:.1%} by weight)"
