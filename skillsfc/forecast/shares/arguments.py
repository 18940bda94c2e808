"""Arguments of the share functions: checked all at once, defaults taken from the assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.shares.cells import ABSENT, ZEROS, Cells
from skillsfc.forecast.shares.models import METHODS, Choices
from skillsfc.forecast.shares.trends import ANCHORS
from skillsfc.params import load_assumptions

FARTHEST = 60  # years ahead
MOST_DRAWS = 100_000
LEAST_DRAWS = 50  # below, a quantile of 95 % is one draw


@dataclass(frozen=True)
class Asked:
    """Checked arguments.

    Parameters
    ----------
    choices : Choices
        Method and assumptions of the model.
    zeros, absent : str
        Treatments of empty and absent cells.
    levels : tuple of float
        Coverage of the intervals [0-1].
    constant : float
        Share added to cells of a whole with an empty one [share].
    design_effect : float
        Variance over that of a simple random sample [ratio].
    draws, seed : int
        Draws behind the bands, and their seed.
    """

    choices: Choices
    zeros: str
    absent: str
    levels: tuple[float, ...]
    constant: float
    design_effect: float
    draws: int
    seed: int

    def reference(self, name: str | None, cells: Cells) -> str:
        """Return the reference category: the one named, or the largest.

        Raises
        ------
        ParameterError
            If the name is no category of the table.
        """
        labels = cells.rounds.labels
        if name is None:
            return labels[int(np.argmax(cells.base.mean(axis=0)))]
        if name not in labels:
            near = did_you_mean(name, labels)
            problem = Problem("reference", repr(name), f"one of {listing(labels)}", near)
            raise ParameterError("shares", [problem])
        return name


def read_arguments(
    method: str,
    anchor: str | None,
    damping: float | None,
    shrink: Any,
    zeros: str,
    absent: str,
    levels: Sequence[float],
    design_effect: float | None,
    drift: float | None,
    draws: int,
    seed: int,
) -> Asked:
    """Return the arguments with defaults filled in, or raise with every problem.

    Raises
    ------
    ParameterError
        If one is unknown or out of range.

    Examples
    --------
    >>> asked = read_arguments("auto", None, None, True, "add", "missing", (0.8,), None, None,
    ...                        100, 1)
    >>> asked.choices.anchor, asked.choices.damping
    ('last', 1.0)
    """
    problems = [
        Problem(what, repr(value), f"one of {listing(known)}", did_you_mean(value, known))
        for what, value, known in (
            ("method", method, tuple(METHODS)),
            ("anchor", anchor, (*ANCHORS, None)),
            ("zeros", zeros, ZEROS),
            ("absent", absent, ABSENT),
        )
        if value not in known
    ]
    assumed = load_assumptions("baseline")
    auto = method == "auto"
    faded = damping if damping is not None else _number("share_trend_damping") if auto else 1.0
    walk = _number("occupation_share_drift") if drift is None else drift
    wanted = list(levels) if isinstance(levels, Sequence | np.ndarray) else [levels]
    off = [x for x in wanted if not _is_number(x) or not 0.0 < x < 1.0]
    if off or not wanted:
        problems.append(
            Problem("levels", str(off or "none"), "between 0 and 1", next_step="80 % is 0.8.")
        )
    for what, value, low, high in (("damping", faded, 0.0, 1.0), ("drift", walk, 0.0, 2.0)):
        if not _is_number(value) or not low < value <= high:
            problems.append(Problem(what, repr(value), f"above {low:g}, at most {high:g}"))
    if not _is_whole(draws) or not LEAST_DRAWS <= draws <= MOST_DRAWS:
        problems.append(Problem("draws", repr(draws), f"{LEAST_DRAWS} to {MOST_DRAWS}"))
    if not _is_whole(seed) or seed < 0:
        problems.append(Problem("seed", repr(seed), "a whole number, 0 or more"))
    if not isinstance(shrink, bool):
        problems.append(Problem("shrink", repr(shrink), "True or False"))
    if problems:
        raise ParameterError("shares", problems)
    choices = Choices(
        method=method,
        anchor=anchor or ("last" if auto else "line"),
        damping=float(faded),
        shrink=shrink,
        drift=float(walk),
        trend=_number("occupation_share_trend"),
    )
    ratio = _number("survey_design_effect") if design_effect is None else design_effect
    return Asked(
        choices, zeros, absent, tuple(sorted({float(x) for x in wanted})),
        float(assumed["share_zero_constant"].value), float(ratio), int(draws), int(seed),
    )  # fmt: skip


def _number(name: str) -> float:
    return float(load_assumptions("baseline")[name].value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def read_years(horizon: int, cells: Cells) -> NDArray[np.int64]:
    """Return the years to forecast, from the year after the last round of any whole.

    Raises
    ------
    ParameterError
        If the horizon is no year, not after the last round, or more than 60 years ahead.
    """
    last = cells.rounds.years[cells.last]
    problem = None
    if not _is_whole(horizon):
        problem = Problem("horizon", repr(horizon), "a calendar year, such as 2035")
    elif horizon <= last.max():
        text = "Give a later year, or cut the table first."
        problem = Problem("horizon", str(horizon), f"a year after {last.max()}", next_step=text)
    elif horizon - last.min() > FARTHEST:
        problem = Problem("horizon", str(horizon), f"at most {FARTHEST} years after {last.min()}")
    if problem is not None:
        raise ParameterError("shares", [problem])
    return np.arange(int(last.max()) + 1, int(horizon) + 1)
