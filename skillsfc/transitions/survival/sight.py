"""The chance to be still in sight: censoring and late entry, estimated once for all spells.

A spell that ended with a competing move stays in the risk set of Fine and Gray's model, with the
chance that it would still be in sight: the weight at t is GH(t-) / GH(T-), with G the chance not
to be censored and H the chance to have come under observation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillsfc.errors import CoverageError, Problem
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.preparation import SUBJECT

Side = Literal["left", "right"]


@dataclass(frozen=True)
class Sight:
    """Product-limit curve of the chance not to be censored, of one stratum.

    Parameters
    ----------
    times : array of float
        Times of censoring, rising.
    hazard, at_risk : array of float
        Part of those at risk of it that were censored at each, and their weight.
    entries, entered : arrays of float
        Times of late entries, and the chance to have entered before the next of them.
    together : bool
        Moves at a time of censoring count as at risk of it.
    """

    times: Floats
    hazard: Floats
    at_risk: Floats
    entries: Floats
    entered: Floats
    together: bool = False

    def before(self, times: Floats) -> Floats:
        """Return the chance to be in sight just before each time."""
        curve = np.concatenate([[1.0], np.cumprod(1 - self.hazard)])
        found = curve[np.searchsorted(self.times, times, side="left")]
        if not len(self.entries):
            return found
        # H(t-): nobody enters from t on; entered[j] holds from entry j up to entry j + 1.
        place = np.searchsorted(self.entries, times, side="left") - 1
        return np.asarray(found * np.where(place >= 0, self.entered[np.maximum(place, 0)], 0.0))


def estimate_sight(
    entry: Floats, end: Floats, moved: Flags, weight: Floats, *, together: bool = False
) -> Sight:
    """Return the chance to be in sight.

    Parameters
    ----------
    entry, end, weight : arrays of float
        Spells.
    moved : array of bool
        Any move was seen at the end; the others are censored there.
    together : bool
        Count those who move at the very time of a censoring as at risk of being censored, as
        ``crr`` of R's cmprsk does. By default moves come first, as in all of survival analysis.

    Raises
    ------
    CoverageError
        If nobody is in sight just before somebody enters: then H cannot be estimated.
    """
    times, place = np.unique(end[~moved], return_inverse=True)
    lost = np.bincount(place, weight[~moved], len(times))
    at_risk = _above(end, times, weight) - _above(entry, times, weight)
    if not together:
        at_risk = at_risk - _at(end[moved], times, weight[moved])
    with np.errstate(all="ignore"):
        hazard = np.where(lost > 0, np.minimum(lost / at_risk, 1.0), 0.0)
    if not (entry > entry.min()).any():
        return Sight(times, hazard, at_risk, np.empty(0), np.empty(0), together)
    return Sight(times, hazard, at_risk, *_entered(entry, end, weight), together)


def _above(values: Floats, times: Floats, weight: Floats, side: Side = "left") -> Floats:
    """Return the weight of the values at or above each time (strictly above: side right)."""
    order = np.argsort(values, kind="stable")
    total = np.concatenate([np.cumsum(weight[order][::-1])[::-1], [0.0]])
    return np.asarray(total[np.searchsorted(values[order], times, side=side)])


def _at(values: Floats, times: Floats, weight: Floats) -> Floats:
    if not len(times):
        return np.zeros(0)
    place = np.minimum(np.searchsorted(times, values), len(times) - 1)
    same = times[place] == values
    return np.asarray(np.bincount(place[same], weight[same], len(times)), dtype=np.float64)


def _entered(entry: Floats, end: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return times of entry and the chance to have entered by then, in reversed time."""
    times, place = np.unique(entry, return_inverse=True)
    new = np.bincount(place, weight, len(times))
    # At risk at an entry time L, going back in time: entered by L, and not yet ended at L.
    in_sight = _above(end, times, weight, "right") - _above(entry, times, weight, "right")
    hazard = new / in_sight
    gap = np.flatnonzero(hazard[1:] > 1 - 1e-12)
    if len(gap):
        found = f"nobody is in sight just before {times[gap[0] + 1]:g}, when somebody enters"
        step = "Start the clock there, and leave out the spells that ended before."
        raise CoverageError(SUBJECT, [Problem("entry", found, "no such gap", next_step=step)])
    later = np.concatenate([np.cumprod((1 - hazard[1:])[::-1])[::-1], [1.0]])
    return times, later


def censoring_scores(
    sight: Sight, end: Floats, moved: Flags, weight: Floats, slope: Floats
) -> Floats:
    """Return what each spell adds to a score because the chance of censoring is estimated.

    Parameters
    ----------
    sight : Sight
        Of spells that were all in sight from the start.
    end, moved, weight : arrays
        As they were given to `estimate_sight`.
    slope : array [times of censoring, columns]
        Derivative of the score by the hazard of censoring at each time.
    """
    by_time = slope / sight.at_risk[:, None]
    found = np.zeros((len(end), slope.shape[1]))
    place = np.searchsorted(sight.times, end[~moved])
    found[~moved] = by_time[place]
    total = np.zeros((len(sight.times) + 1, slope.shape[1]))
    np.cumsum(by_time * sight.hazard[:, None], axis=0, out=total[1:])
    until = np.searchsorted(sight.times, end, side="right")
    if not sight.together:  # moves come first: those who move at a time are not at risk then
        until[moved] = np.searchsorted(sight.times, end[moved], side="left")
    return np.asarray(weight[:, None] * (found - total[until]))
