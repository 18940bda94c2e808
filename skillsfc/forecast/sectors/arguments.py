"""The arguments of a sector forecast, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillsfc.errors import ParameterError, Problem
from skillsfc.forecast.sectors.holding import HOLDINGS
from skillsfc.forecast.sectors.models import COMBINED, check_sector_models
from skillsfc.forecast.sectors.panel import SectorPanel

FARTHEST = 60  # years ahead


def check_hold(hold: str) -> None:
    """Raise if there is no such way of holding sectors to a total.

    Raises
    ------
    ParameterError
        If it is not one of the ways.
    """
    if hold not in HOLDINGS:
        raise ParameterError("hold", [Problem(repr(hold), "no such way", " or ".join(HOLDINGS))])


def one_model(model: str | Sequence[str], *, has_output: bool) -> str:
    """Return the one model asked for.

    Raises
    ------
    ParameterError
        If it is unknown, not one, or needs output that is not given.
    """
    listed = check_sector_models(model, has_output=has_output, subject="forecast_sectors")
    if len(listed) != 1:
        hint = "sf.backtest_sectors compares several; 'auto' combines " + ", ".join(COMBINED)
        raise ParameterError(
            "forecast_sectors", [Problem("model", repr(model), "one name", next_step=hint + ".")]
        )
    return listed[0]


def check_levels(levels: Sequence[float], subject: str) -> tuple[float, ...]:
    """Return levels sorted, or raise if one is no number between 0 and 1.

    Raises
    ------
    ParameterError
        If there is none, or one is not between 0 and 1.
    """
    listed = list(levels) if isinstance(levels, Sequence | np.ndarray) else [levels]
    wrong = [x for x in listed if not isinstance(x, int | float) or not 0.0 < x < 1.0]
    if wrong or not listed:
        hint = "80 per cent is 0.8." if wrong else ""
        found = f"{wrong or 'none'}"
        expected = "numbers between 0 and 1"
        raise ParameterError(subject, [Problem("levels", found, expected, next_step=hint)])
    return tuple(sorted({float(x) for x in listed}))


def years_ahead(horizon: int, panel: SectorPanel) -> int:
    """Return the years from the earliest base year of an own economy to the horizon.

    Raises
    ------
    ParameterError
        If it is no year after the last base year, or too far ahead.
    """
    last = panel.last_year[: panel.own]
    problem = None
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer):
        problem = Problem("horizon", repr(horizon), "a calendar year, such as 2035")
    elif horizon <= last.max():
        text = "Give a later year, or cut the table first."
        problem = Problem("horizon", str(horizon), f"a year after {last.max()}", next_step=text)
    elif horizon - last.min() > FARTHEST:
        expected = f"at most {FARTHEST} years after {last.min()}"
        problem = Problem("horizon", str(horizon), expected)
    if problem is not None:
        raise ParameterError("forecast_sectors", [problem])
    return int(horizon - last.min())
