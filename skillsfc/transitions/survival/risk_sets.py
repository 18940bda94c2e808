"""Who is at risk at each time of an event, held as two places a row; all sums are vectorised.

Row i is at risk at the times of events with places ``first[i] <= k < last[i]``. Sums over risk sets
are then reversed cumulative sums over places, and the sums over the times at which a row was at
risk are differences of one cumulative sum: no matrix of rows by times is ever made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.records import Flags, Floats, Whole


@dataclass(frozen=True)
class Tail:
    """Risk after the end: rows with a competing event stay at risk with a falling weight.

    Parameters
    ----------
    factor : array of float [rows]
        One over the chance to be still in sight at the row's end; 0 for all other rows.
    chance : array of float [times]
        Chance to be still in sight just before each time of an event.
    """

    factor: Floats
    chance: Floats


@dataclass(frozen=True)
class RiskSets:
    """Rows sorted by stratum and end, and the times of events of each stratum one after another.

    Parameters
    ----------
    design : array [rows, columns], Fortran order
        Covariates, less their mean in the stratum, divided by ``scale``.
    weight, event : arrays [rows]
        Weights (above 0) and whether the event was seen at the row's end.
    first, last : arrays of int [rows]
        Places of the times of events at which the row is at risk: from first to before last.
    stratum : array of int [rows]
        Number of the stratum.
    order : array of int [rows]
        Places of the rows in the input.
    times, deaths, death_weight : arrays [times]
        Times of events, and number and weight of the rows with an event at each.
    stop : array of int [strata + 1]
        Where the times of each stratum begin, and the end.
    centre, scale : arrays
        Means [strata, columns] and scales [columns] of the covariates.
    tail : Tail, optional
        Weights after a competing event.
    """

    design: Floats
    weight: Floats
    event: Flags
    first: Whole
    last: Whole
    stratum: Whole
    order: Whole
    times: Floats
    deaths: Whole
    death_weight: Floats
    stop: Whole
    centre: Floats
    scale: Floats
    tail: Tail | None = None

    @property
    def late(self) -> Whole:
        """Return the rows that come under observation after the first event of their stratum."""
        return np.flatnonzero((self.first > self.stop[self.stratum]) & (self.last > self.first))

    @property
    def tailed(self) -> Whole:
        """Return the rows that stay at risk after their end."""
        return np.flatnonzero(self.tail.factor > 0) if self.tail else np.empty(0, dtype=np.int64)

    def at_risk(self, values: Floats, late: Whole, tailed: Whole) -> Floats:
        """Return the sum of a value over the rows at risk at each time of an event.

        ``late`` and ``tailed`` are the rows of `late` and those with a `Tail`, found once.
        """
        size = len(self.times)
        if self.tail is None:
            bins = bin_sums(self.last - 1, values, size)
        else:  # rows that count only after their end have first == last
            within = np.where(self.last > self.first, values, 0.0)
            bins = bin_sums(np.maximum(self.last - 1, 0), within, size)
        if len(late):
            bins -= bin_sums(self.first[late] - 1, values[late], size)
        sums = _backward(bins, self.stop)
        if self.tail is not None and len(tailed):
            more = bin_sums(self.last[tailed], values[tailed] * self.tail.factor[tailed], size)
            sums += self.tail.chance * _forward(more, self.stop)
        return sums

    def while_at_risk(self, values: Floats) -> Floats:
        """Return, for each row, the sum of values [times] or [times, columns] while at risk."""
        total = _running(values)
        found: Floats = total[self.last] - total[self.first]
        if self.tail is None:
            return found
        chance, factor = self.tail.chance, self.tail.factor
        if values.ndim == 2:
            chance, factor = chance[:, None], factor[:, None]
        total = _running(values * chance)
        after: Floats = total[self.stop[self.stratum + 1]] - total[self.last]
        return found + factor * after


def bin_sums(places: Whole, values: Floats, size: int) -> Floats:
    """Return the sum of the values at each place 0..size - 1."""
    return np.asarray(np.bincount(places, values, size), dtype=np.float64)


def _running(values: Floats) -> Floats:
    total = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=total[1:])
    return total


def _backward(bins: Floats, stop: Whole) -> Floats:
    """Return cumulative sums from the last time to the first, by stratum."""
    sums = np.cumsum(bins[::-1])[::-1]
    if len(stop) == 2:
        return sums
    after = np.append(sums, 0.0)[stop[1:]]
    return np.asarray(sums - np.repeat(after, np.diff(stop)))


def _forward(bins: Floats, stop: Whole) -> Floats:
    sums = np.cumsum(bins)
    if len(stop) == 2:
        return sums
    before = np.concatenate([[0.0], sums])[stop[:-1]]
    return np.asarray(sums - np.repeat(before, np.diff(stop)))


def build_risk_sets(
    design: Floats,
    entry: Floats,
    end: Floats,
    event: Flags,
    weight: Floats,
    stratum: Whole,
    *,
    kept_after: Flags | None = None,
) -> RiskSets:
    """Return risk sets; rows of weight 0, or never at risk when an event was seen, are left out.

    Parameters
    ----------
    design : array [rows, columns]
        Covariates.
    entry, end, event, weight : arrays [rows]
        At risk after ``entry`` and up to ``end``.
    stratum : array of int [rows]
        Strata, 0.. without gaps.
    kept_after : array of bool, optional
        Rows that stay at risk after their end (their `Tail` is added by the caller).

    Notes
    -----
    There must be at least one event of positive weight.
    """
    order = np.lexsort((end, stratum))
    order = order[weight[order] > 0]
    times, stop = _event_times(end[order], stratum[order], event[order], int(stratum.max()) + 1)
    first = _places(entry[order], stratum[order], times, stop)
    last = _places(end[order], stratum[order], times, stop)
    used = last > first
    if kept_after is not None:
        used |= kept_after[order] & (last < stop[stratum[order] + 1])
    order, first, last = order[used], first[used], last[used]
    own = stratum[order]
    matrix, centre, scale = _standardised(design[order], own, len(stop) - 1)
    seen, size = event[order], len(times)
    place = last[seen] - 1
    return RiskSets(
        matrix,
        weight[order],
        seen,
        first,
        last,
        own,
        order,
        times,
        np.bincount(place, minlength=size),
        bin_sums(place, weight[order][seen], size),
        stop,
        centre,
        scale,
    )


def _event_times(end: Floats, stratum: Whole, event: Flags, strata: int) -> tuple[Floats, Whole]:
    times, groups = end[event], stratum[event]  # sorted by stratum and time already
    new = np.ones(len(times), dtype=bool)
    new[1:] = (times[1:] != times[:-1]) | (groups[1:] != groups[:-1])
    times, groups = times[new], groups[new]
    return times, np.searchsorted(groups, np.arange(strata + 1))


def _places(values: Floats, stratum: Whole, times: Floats, stop: Whole) -> Whole:
    """Return the number of times of events at or before each value, counted in its stratum."""
    if len(stop) == 2:
        return np.searchsorted(times, values, side="right")
    # One search for all strata: the rank of each time among all, then stratum and rank together.
    distinct, rank = np.unique(times, return_inverse=True)
    width = len(distinct) + 1
    keys = np.repeat(np.arange(len(stop) - 1), np.diff(stop)) * width + rank
    asked = stratum * width + np.searchsorted(distinct, values, side="right") - 1
    return np.maximum(np.searchsorted(keys, asked, side="right"), stop[stratum])


def _standardised(design: Floats, stratum: Whole, strata: int) -> tuple[Floats, Floats, Floats]:
    """Return the design less its means by stratum, in units of its standard deviations."""
    counts = np.maximum(np.bincount(stratum, minlength=strata), 1)
    matrix = np.array(design, dtype=np.float64, order="F")
    largest = np.abs(matrix).max(axis=0, initial=0.0)
    centre = np.zeros((strata, design.shape[1]))
    for at in range(design.shape[1]):
        centre[:, at] = np.bincount(stratum, matrix[:, at], strata) / counts
        matrix[:, at] -= centre[stratum, at] if strata > 1 else centre[0, at]
    scale = np.array([np.sqrt(column @ column / max(len(column), 1)) for column in matrix.T])
    flat = scale <= 1e-12 * np.maximum(largest, 1e-300)
    scale = np.where(flat, 0.0, scale)
    matrix /= np.where(flat, 1.0, scale)
    return matrix, centre, scale
