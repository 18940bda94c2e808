"""Persons and their first jobs: when it began, which state, how long it was kept, its traits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.transitions.indicators.people import yes_or_no
from skillsfc.transitions.records import Floats
from skillsfc.transitions.spells.moves import merge_stays
from skillsfc.transitions.spells.overlaps import NEAR

ANY = "any"
OF_JOBS = ("waited", "arrived", "job", "length", "ended")  # columns beside those of the waits
YES, NO, OPEN, NONE = 1, 0, 2, -1  # quality of the first job: has it, has not, not known; no job


@dataclass(frozen=True)
class Trait:
    """A quality of jobs: some of their states, a column of yes and no, or any job at all.

    Parameters
    ----------
    name : str
        Name in the result.
    states : tuple of str
        States that have it.
    column : str
        Column that tells.
    """

    name: str
    states: tuple[str, ...] = ()
    column: str = ""

    def answers(self, persons: pd.DataFrame, subject: str = "") -> npt.NDArray[np.int64]:
        """Return for each person whether the first job has it: `YES`, `NO`, `OPEN` or `NONE`."""
        arrived = persons["arrived"].to_numpy(dtype=bool)
        if self.column:
            told = yes_or_no(persons[self.column].where(persons["arrived"]), self.column, subject)
            found = np.where(np.isnan(told), OPEN, told)
        elif self.states:
            found = np.where(persons["job"].isin(self.states), YES, NO)
        else:
            found = np.full(len(persons), YES)
        return np.where(arrived, found, NONE).astype(np.int64)


def first_jobs(
    checked: pd.DataFrame, waits: pd.DataFrame, jobs: Sequence[str], traits: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the waiting times with each person's first job beside them.

    Parameters
    ----------
    checked : DataFrame
        Checked spells.
    waits : DataFrame
        Waiting times to those states, a row a person.
    jobs : sequence of str
        States that are jobs.
    traits : sequence of str
        Columns taken from the job, not from the spell in which the clock started.

    Returns
    -------
    DataFrame
        ``waits`` with ``waited`` [unit], ``arrived``, ``job`` (state), ``length`` [unit] of the
        stay in it, ``ended`` (seen to be left), and the traits.
    """
    arrived = waits["event"].to_numpy(dtype=bool)
    waited: Floats = np.where(waits["direct"], 0.0, waits["end"]).astype(np.float64)
    made = waits.drop(columns=[name for name in traits if name in waits])
    # A move into a job at the end of sight has no spell: its state is known, no more.
    job = waits["to_state"].where(waits["event"])
    made = made.assign(waited=waited, arrived=arrived, job=job)
    stays = merge_stays(checked)
    stays = stays[stays["state"].isin(list(jobs))]
    begun = pd.Series(waits["clock_start"].to_numpy() + waited, index=waits["person"])[arrived]
    due = stays["person"].map(begun)
    own = stays[(np.abs(stays["start"] - due) <= NEAR).to_numpy()].drop_duplicates("person")
    told = pd.DataFrame({"length": own["end"] - own["start"], "ended": own["event"].astype(bool)})
    told = told.assign(**{name: own[name] for name in traits})
    joined = told.set_axis(own["person"]).reindex(waits["person"])
    joined["ended"] = joined["ended"].eq(True)
    return pd.concat([made, joined.set_axis(made.index)], axis=1)
