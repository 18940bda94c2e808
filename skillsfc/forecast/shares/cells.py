"""From rounds to closed shares: missing cells, empty cells and what was done about them, counted.

A missing cell is never zero. An empty cell (a zero that was counted) has no logarithm, so the
treatment of zeros is an argument, and its constant an assumption in ``data/params``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.forecast.pathology import Issue
from skillsfc.forecast.shares.rounds import Array, Rounds

Mask = NDArray[np.bool_]
ZEROS = ("add", "structural", "refuse")
ABSENT = ("missing", "zero")
LEAST_KNOWN = 0.5  # part of the categories that a round needs


@dataclass(frozen=True)
class Cells:
    """Closed shares of the rounds that can be used.

    Parameters
    ----------
    shares : ndarray (n_wholes, n_years, n_categories)
        Shares that sum to 1 over the categories of a whole; NaN where there is no round.
    smooth : ndarray of the same shape
        The same with empty cells treated: positive wherever a whole has a category.
    known : ndarray of bool of the same shape
        Cells that were given; the others of a round were filled in and teach no trend.
    inside : ndarray of bool (n_wholes, n_categories)
        Categories that are part of a whole; the others have the share 0.
    totals : ndarray (n_wholes, n_years)
        Persons of a round, NaN in a table of shares.
    rounds : Rounds
        What they were made of, wholes without a usable round left out; ``given`` tells which
        categories a whole lists: those inside, and those empty for ever.
    issues : tuple
        ``(rule, series, affected, severity, text)``.
    """

    shares: Array
    smooth: Array
    known: Mask
    inside: Mask
    totals: Array
    rounds: Rounds
    issues: tuple[Issue, ...]

    @property
    def seen(self) -> Mask:
        """Tell which wholes have a usable round in which year."""
        return np.asarray(np.isfinite(self.shares).any(axis=2))

    @property
    def last(self) -> NDArray[np.int64]:
        """Return the position of each whole's last round."""
        count = self.shares.shape[1]
        found: NDArray[np.int64] = count - 1 - np.argmax(self.seen[:, ::-1], axis=1)
        return found

    @property
    def base(self) -> Array:
        """Return the shares of each whole's last round."""
        found: Array = self.shares[np.arange(len(self.shares)), self.last]
        return found


def close_cells(
    rounds: Rounds, *, zeros: str = "add", absent: str = "missing", constant: float
) -> Cells:
    r"""Return closed shares with missing cells filled in and empty cells treated.

    Parameters
    ----------
    rounds : Rounds
        Cells as given.
    zeros : {"add", "structural", "refuse"}
        Treatment of empty cells where logarithms are needed: add a constant to every cell of the
        whole; the same, but a category that is empty in every round stays empty; or raise.
    absent : {"missing", "zero"}
        What it means that a table has no row of a category in a round.
    constant : float
        What ``"add"`` adds to a whole, in equal parts to its categories [share].

    Raises
    ------
    TableError
        If ``zeros="refuse"`` and a cell is empty.
    CoverageError
        If no round can be used.

    Notes
    -----
    A cell that is missing in one round is filled in from the log-ratio of its category to the
    geometric mean of the categories known in all rounds of the whole, interpolated linearly between
    rounds and carried at the ends. With :math:`\delta` the constant and :math:`K` categories, a
    whole with an empty cell becomes :math:`s' = (s + \delta / K) / (1 + \delta)` in all rounds.

    Examples
    --------
    >>> from skillsfc.forecast.shares.rounds import prepare_rounds
    >>> import pandas as pd
    >>> t = pd.DataFrame({"year": [2019, 2019], "sex": ["F", "M"], "persons": [0.0, 70],
    ...     "unit": "persons", "status": "observed", "source": "mine"})
    >>> close_cells(prepare_rounds(t, by="sex"), constant=0.01).smooth.round(3).tolist()
    [[[0.005, 0.995]]]
    """
    issues: list[Issue] = []
    values, inside = _meaning_of_absent(rounds, absent, issues)
    known = np.isfinite(values)
    values = _fill(values, inside, rounds, issues)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(inside[:, None], values, 0.0).sum(axis=2)
        shares = np.where(inside[:, None], values / total[..., None], 0.0)
    empty = rounds.seen & (total == 0.0)
    usable = np.isfinite(total) & (total > 0.0)
    _note_rounds(rounds, empty, rounds.seen & ~usable & ~empty, total, usable, issues)
    shares[~usable] = np.nan
    rows = usable.any(axis=1)
    if not rows.any():
        problem = Problem("rounds", "none with half of its categories known", "one of any whole")
        raise CoverageError("shares", [problem])
    listed = inside
    smooth, inside = _smooth(shares, inside, rounds, zeros, constant, issues)
    persons = rounds.measure == "persons"
    return Cells(
        shares[rows],
        smooth[rows],
        (known & usable[..., None])[rows],
        inside[rows],
        np.where(usable, total, np.nan)[rows] if persons else np.full(total[rows].shape, np.nan),
        replace(rounds.keep(rows), given=listed[rows]),
        (*rounds.issues, *issues),
    )


def _meaning_of_absent(rounds: Rounds, absent: str, issues: list[Issue]) -> tuple[Array, Mask]:
    """Return values and which categories are part of each whole."""
    values = rounds.values.copy()
    inside = np.asarray(np.isfinite(values).any(axis=1))
    if absent == "zero":
        added = ~np.isfinite(values) & rounds.seen[..., None] & inside[:, None]
        values[added] = 0.0
        for row in np.flatnonzero(added.any(axis=(1, 2))):
            text = "cells without a row taken as zero, as asked"
            count = int(added[row].sum())
            issues.append(("absent_zero", rounds.names[row], count, "warning", text))
        return values, inside
    for row in np.flatnonzero(rounds.given.any(axis=1)):
        lost = ~inside[row] & rounds.given[row]
        if lost.any() and inside[row].any():
            codes = [label for label, no in zip(rounds.labels, lost, strict=True) if no]
            text = f"no value in any round: {listing(codes)} not part of the whole, and not zero"
            issues.append(("never_known", rounds.names[row], len(codes), "warning", text))
    return values, inside


def _fill(values: Array, inside: Mask, rounds: Rounds, issues: list[Issue]) -> Array:
    """Fill cells missing in a round from their log-ratio in other rounds; leave thin rounds out."""
    filled = values.copy()
    for row, name in enumerate(rounds.names):
        seen, alive = rounds.seen[row], inside[row]
        holes = ~np.isfinite(values[row]) & seen[:, None] & alive
        if not holes.any():
            continue
        thin = seen & ((~holes & alive).sum(axis=1) < LEAST_KNOWN * alive.sum())
        part = values[row].copy()
        part[thin] = np.nan
        seen = seen & ~thin
        core = alive & (np.where(seen[:, None], part, 1.0) > 0.0).all(axis=0)
        if core.any() and seen.any():
            filled[row] = _from_ratio(part, seen, alive, core, rounds.years)
            count = int((holes & seen[:, None]).sum())
            text = (
                "cells missing in a round filled in from their ratio to the others in the rounds "
                "around; if the table leaves out empty cells say absent='zero'"
            )
            issues.append(("filled_cell", name, count, "warning", text))
        else:
            part[holes.any(axis=1)] = np.nan
            filled[row] = part
    return filled


def _from_ratio(
    part: Array, seen: Mask, alive: Mask, core: Mask, years: NDArray[np.int64]
) -> Array:
    level = np.exp(np.log(part[seen][:, core]).mean(axis=1))
    out, when = part.copy(), years[seen]
    for k in np.flatnonzero(alive & ~core):
        own = part[seen, k]
        have = np.isfinite(own)
        if not have.any():  # known only in a round too thin to use
            out[seen, k] = np.nan
            continue
        ratio = own[have] / level[have]
        if (ratio > 0.0).all():
            guess = np.exp(np.interp(when, when[have], np.log(ratio)))
        else:
            guess = np.interp(when, when[have], ratio)
        out[seen, k] = np.where(have, own, guess * level)
    return out


def _note_rounds(
    rounds: Rounds, empty: Mask, thin: Mask, total: Array, usable: Mask, issues: list[Issue]
) -> None:
    for row, name in enumerate(rounds.names):
        if empty[row].any():
            text = "rounds with nobody at all: shares of nothing, left out"
            issues.append(("zero_total", name, int(empty[row].sum()), "warning", text))
        if thin[row].any():
            text = "rounds in which too few categories are known, left out"
            issues.append(("thin_round", name, int(thin[row].sum()), "warning", text))
        off = np.abs(total[row][usable[row]] - 1.0) > 1e-6
        if rounds.measure == "share" and off.any():
            text = "shares that miss 1 by rounding or missing cells brought to 1"
            issues.append(("rounded", name, int(off.sum()), "note", text))
        count = int(usable[row].sum())
        if count == 1:
            text = "one round: constant shares, band from peers or from the assumed drift"
            issues.append(("one_round", name, 1, "warning", text))
        elif count == 2:
            text = "two rounds: a trend without any spare round to check it"
            issues.append(("two_rounds", name, 2, "warning", text))


def _smooth(
    shares: Array, inside: Mask, rounds: Rounds, zeros: str, constant: float, issues: list[Issue]
) -> tuple[Array, Mask]:
    """Treat empty cells: return positive shares, and the categories that are in each whole."""
    smooth, alive = shares.copy(), inside.copy()
    empty = (shares == 0.0) & inside[:, None]
    if zeros == "refuse" and empty.any():
        raise TableError(
            "shares",
            [
                Problem(
                    f"{int(empty.sum())} empty cells",
                    f"in {listing(np.array(rounds.names)[empty.any(axis=(1, 2))], 5)}",
                    "none, since zeros='refuse'",
                    next_step="Merge small categories, or say zeros='add' or 'structural'.",
                )
            ],
        )
    if zeros == "structural":
        alive &= np.nansum(shares, axis=1) > 0.0
    for row in np.flatnonzero(empty.any(axis=(1, 2))):
        name, cells = rounds.names[row], empty[row] & alive[row]
        never = int((inside[row] & ~alive[row]).sum())
        if never:
            text = "categories empty in every round stay empty (zeros='structural')"
            issues.append(("structural_zero", name, never, "note", text))
        if cells.any():
            text = (
                f"empty cells: {constant:g} added to the whole, in equal parts, before logarithms"
            )
            issues.append(("zero_cell", name, int(cells.sum()), "warning", text))
            raised = (shares[row] + constant / alive[row].sum()) / (1.0 + constant)
            smooth[row] = np.where(alive[row], raised, 0.0)
            smooth[row][~np.isfinite(shares[row]).any(axis=1)] = np.nan
    return smooth, alive
