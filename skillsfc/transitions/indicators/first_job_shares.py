"""Share of first jobs with a quality, and the chance of one, from competing first jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.indicators.first_job_rows import NO, OPEN, YES
from skillsfc.transitions.ratios import Flags, reliability, wilson
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.competing_risks import Incidence, cumulative_incidence
from skillsfc.transitions.survival.influence import cluster_square
from skillsfc.transitions.survival.intervals import normal_quantile
from skillsfc.transitions.survival.selection import Selection

COLUMNS = ("value", "lower", "upper", "standard_error", "level", "lowest", "highest", "persons",
           "first_jobs", "cases", "reliability")  # fmt: skip
KINDS = (YES, NO, OPEN)
PLACES = range(len(KINDS))  # of the kinds in the curves


@dataclass(frozen=True)
class Estimate:
    """A share, its standard error, and what it would be if all open answers were no, or yes."""

    value: float
    error: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Chances:
    """Chances of first jobs by a time, with each person's influence on them.

    Parameters
    ----------
    yes, no, unknown : float
        Chance of a first job with the quality, without it, and of one of which it is not known.
    influence : array [persons, 3]
        Influence of each person on the three, times the weight.
    cluster : array of int [persons]
        Cluster of each person.
    """

    yes: float
    no: float
    unknown: float
    influence: Floats
    cluster: Whole

    @classmethod
    def by(cls, time: float, curve: Incidence, cluster: Whole) -> Chances:
        """Return the chances by a time; missing where nobody was seen for so long."""
        place = int(np.searchsorted(curve.counts.times, time, side="right")) - 1
        values, influence = np.zeros(len(KINDS)), np.zeros((len(cluster), len(KINDS)))
        if place >= 0:
            values = curve.chance[place]
            influence = np.stack([curve.influence[kind].at(place) for kind in PLACES], axis=1)
        if time > curve.counts.times[-1] and curve.survival[-1] > 0:
            values = np.full(len(KINDS), np.nan)
        yes, no, unknown = values.tolist()
        return cls(yes, no, unknown, influence, cluster)

    def share(self) -> Estimate:
        """Return the share of the first jobs that have the quality."""
        known, arrived = self.yes + self.no, self.yes + self.no + self.unknown
        if not arrived > 0:
            return Estimate(*[np.nan] * 4)
        low, high = self.yes / arrived, (self.yes + self.unknown) / arrived
        if known == 0:
            return Estimate(np.nan, np.nan, low, high)
        return Estimate(self.yes / known, self._error(self._of_share()), low, high)

    def chance(self) -> Estimate:
        """Return the chance of such a first job; where it is not known, taken as the others."""
        arrived = self.yes + self.no + self.unknown
        low, high = self.yes, self.yes + self.unknown
        if arrived == 0:
            return Estimate(0.0, 0.0, 0.0, 0.0)
        share = self.share().value
        if np.isnan(share):
            return Estimate(np.nan, np.nan, low, high)
        each = self._of_share() * arrived + share * self.influence.sum(axis=1)
        return Estimate(share * arrived, self._error(each), low, high)

    def _of_share(self) -> Floats:
        """Return the influence on the share among those of which it is known."""
        known = self.yes + self.no
        share = self.yes / known
        made = (self.influence[:, 0] * (1 - share) - self.influence[:, 1] * share) / known
        return np.asarray(made)

    def _error(self, each: Floats) -> float:
        return float(np.sqrt(cluster_square(each, self.cluster)))


def shares_of(chosen: Selection, answers: Whole, within: float, level: float) -> pd.DataFrame:
    """Return the share of first jobs with a quality and the chance of one, in each group.

    Parameters
    ----------
    chosen : Selection
        Persons at risk, with ``arrived`` and ``waited`` in their table.
    answers : array of int [persons]
        Quality of each first job.
    within : float
        Time by which it has started [unit].
    level : float
        Level of the intervals.
    """
    cause = np.select([answers == kind for kind in KINDS], list(PLACES), -1)
    seen = chosen.table["arrived"].to_numpy(dtype=bool) & (chosen.table["waited"] <= within)
    rows: list[dict[str, Any]] = []
    for keys, at in chosen.places():
        weight = chosen.weight[at]
        curve = cumulative_incidence(
            chosen.entry[at], chosen.end[at], cause[at], weight / weight.mean(),
            chosen.cluster[at], kinds=len(KINDS),
        )  # fmt: skip
        chances = Chances.by(within, curve, chosen.cluster[at])
        known = np.asarray(seen)[at] & np.isin(answers[at], (YES, NO))
        counts = {"persons": len(at), "first_jobs": int(known.sum()),
                  "cases": int((known & (answers[at] == YES)).sum())}  # fmt: skip
        everyone = np.ones(len(at), dtype=bool)
        for name, found, base in (
            ("share", chances.share(), known), ("chance", chances.chance(), everyone),
        ):  # fmt: skip
            told = _row(found, weight[base], level)
            rows.append({**keys, "indicator": name, **told, **counts, "level": level})
    return pd.DataFrame(rows)


def lasting_of(
    chosen: Selection, inside: Flags, within: float, kept: Sequence[float], level: float
) -> pd.DataFrame:
    """Return the part of the first jobs of a quality that is still kept after each time.

    Parameters
    ----------
    chosen : Selection
        Persons at risk, with ``arrived, waited, length, ended`` in their table.
    inside : array of bool [persons]
        Whose first job is of the quality.
    within : float
        Time by which it has started [unit].
    kept : sequence of float
        Times since its start [unit].
    level : float
        Level of the intervals.
    """
    table = chosen.table
    length = table["length"].to_numpy(dtype=np.float64)
    ended = table["ended"].to_numpy(dtype=bool)
    inside = inside & np.asarray(table["arrived"] & (table["waited"] <= within))
    inside &= np.isfinite(length)  # moves at the end of sight
    rows: list[dict[str, Any]] = []
    for keys, everyone in chosen.places():
        at = everyone[inside[everyone]]
        if not len(at):
            continue
        weight = chosen.weight[at]
        curve = cumulative_incidence(
            np.zeros(len(at)), length[at], np.where(ended[at], 0, -1), weight / weight.mean(),
            chosen.cluster[at], kinds=1,
        )  # fmt: skip
        times = curve.counts.times
        for time in kept:
            place = int(np.searchsorted(times, time, side="right")) - 1
            seen = time <= times[-1] or curve.survival[-1] == 0
            error = float(curve.error[place, 0]) if place >= 0 else 0.0
            value = float(curve.survival[place]) if place >= 0 else 1.0
            value, error = (value, error) if seen else (np.nan, np.nan)
            told = _row(Estimate(value, error, value, value), weight, level)
            counts = dict.fromkeys(("persons", "first_jobs", "cases"), len(at))
            rows.append({**keys, "indicator": f"kept_{time:g}", **told, **counts, "level": level})
    return pd.DataFrame(rows)


def _row(found: Estimate, weight: Floats, level: float) -> dict[str, Any]:
    """Return an estimate as columns, its interval as of a sample with the same error."""
    variance = found.error**2
    worth = float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0
    if variance > 0:
        worth = min(found.value * (1 - found.value) / variance, len(weight))
    known = np.isfinite(found.error)
    z = normal_quantile(level)
    lower, upper = wilson(found.value, worth, z) if known else (np.nan, np.nan)
    return {
        "value": found.value, "lower": lower, "upper": upper, "standard_error": found.error,
        "lowest": found.lowest, "highest": found.highest,
        "reliability": reliability(len(weight), found.value, found.error if known else 0.0),
    }  # fmt: skip
