"""Waiting times to jobs, also to jobs that nobody holds: then everyone is still waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.records import CENSORED
from skillsfc.transitions.spells.check import SpellCheck
from skillsfc.transitions.spells.checked import checked_frame
from skillsfc.transitions.spells.moves import merge_stays
from skillsfc.transitions.spells.persons import OWN, other_columns
from skillsfc.transitions.spells.time_to import WAITING, measure_time_to
from skillsfc.transitions.spells.waiting import TimeToSettings, waiting_times


@dataclass(frozen=True)
class Waits:
    """Waiting times, one row a person, as `skillsfc.measure_time_to` gives them.

    Parameters
    ----------
    table, diagnostics : DataFrame
        The times, and how many persons ended how.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    diagnostics: pd.DataFrame
    notes: tuple[str, ...]

    def refuse_before_any(self, where: str, times: Sequence[float], subject: str) -> None:
        """Raise if a time lies before the one at which those who went there at once are counted.

        Raises
        ------
        ParameterError
            Naming the time.
        """
        direct = self.table.loc[self.table["direct"], "end"]
        least = float(direct.min()) if len(direct) else 0.0
        early = [time for time in times if time < least]
        if early:
            found = f"{', '.join(f'{time:g}' for time in early)}, before anybody arrives"
            expected = f"{least:g} or more: there those are counted who went there at once"
            step = "Shorter times need spells with finer dates, or a shorter unit."
            raise ParameterError(subject, [Problem(where, found, expected, "", step)])


def waits_to(
    checked: SpellCheck,
    states: Sequence[str],
    never: Sequence[str],
    *,
    since: str | None,
    min_length: float | None,
    unit: str,
    subject: str,
) -> Waits:
    """Return how long each person waits for some states, of which nobody may hold any.

    Parameters
    ----------
    checked : SpellCheck
        Checked spells.
    states, never : sequence of str
        States that are waited for, and those of them that nobody holds.
    since, min_length, unit
        As in `skillsfc.measure_time_to`.
    subject : str
        Name of the method in errors.

    Raises
    ------
    ParameterError
        If ``since`` is no state.
    TableError
        If nobody is at risk.
    """
    held = [state for state in states if state not in never]
    if held:
        made = measure_time_to(checked, to=held, since=since, min_length=min_length, unit=unit)
        return Waits(made.table, made.diagnostics, tuple(made.notes))
    table = merge_stays(checked_frame(checked, subject=subject, neighbours="merge"))
    present = sorted(set(table["state"]))
    if since is not None and since not in present:
        guess = did_you_mean(since, present)
        problem = Problem("since", repr(since), f"one of {listing(present, 30)}", guess)
        raise ParameterError(subject, [problem])
    return _everyone_waits(table, TimeToSettings(tuple(states), since, "last", min_length), subject)


def _everyone_waits(table: pd.DataFrame, settings: TimeToSettings, subject: str) -> Waits:
    """Return the times for which each person was seen without any move that counts."""
    clock, notes = waiting_times(table, settings)
    out = clock.loc[clock["reason"] != "", "reason"].value_counts().sort_index()
    clock = clock[clock["reason"] == ""]
    if clock.empty:
        reasons = "; ".join(f"{count} {reason}" for reason, count in out.items())
        raise TableError(subject, [Problem("persons", f"nobody is at risk: {reasons}")])
    made = pd.DataFrame(
        {
            "person": clock["person"], "state": WAITING, "start": 0.0, "end": clock["waited"],
            "event": False, "to_state": CENSORED, "clock_start": clock["clock_start"],
            "direct": False,
        }
    )  # fmt: skip
    if (clock["entry"] > 0).any():
        made.insert(6, "entry", clock["entry"])
    others = table[other_columns(table, (*OWN, *made.columns))]
    own = others.take(clock["row"].to_numpy()).set_axis(made.index)
    counts = {"censored": len(clock)} | {f"not at risk: {why}": int(n) for why, n in out.items()}
    said = [f"{count} persons are not at risk: {reason}." for reason, count in out.items()]
    if settings.since is not None:  # as `measure_time_to` says it
        said.append(f"The clock starts at the last end of {settings.since!r} that was observed.")
    return Waits(
        pd.concat([made, own], axis=1).reset_index(drop=True),
        pd.DataFrame({"outcome": list(counts), "persons": list(counts.values())}),
        (*notes, *said),
    )
