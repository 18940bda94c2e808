"""Tables of curves: state probabilities at any times, and expected times in states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.multistate.curve import Curve, StateSettings
from skillsfc.transitions.records import Floats
from skillsfc.transitions.survival.intervals import confidence_limits, normal_quantile
from skillsfc.transitions.survival.selection import FEW

BEYOND, STUCK = "beyond the last time seen", "nobody at risk: cannot be left"
UNFOLLOWED = "no spell in this state: taken as never left"
ROUNDING = 1e-12  # a share this near to one is all


def time_table(
    curves: Sequence[Curve], settings: StateSettings, kinds: Mapping[str, str]
) -> pd.DataFrame:
    """Return the expected times in states, those of a kind together.

    Where nobody is ever there, or all are always, nothing is seen of how that may vary: no error.
    """
    names = list(dict.fromkeys(kinds[state] for state in settings.states))
    member = np.array([[kinds[state] == name for state in settings.states] for name in names])
    parts = []
    for curve in curves:
        whole = curve.last - settings.start
        spent = member @ curve.spent
        error = np.sqrt(np.diagonal(member @ curve.spent_covariance @ member.T).clip(min=0.0))
        error[(spent <= 0) | (spent >= whole * (1 - ROUNDING))] = np.nan
        reach = normal_quantile(settings.level) * error
        table = pd.DataFrame(
            {
                "state": names,
                "until": curve.last,
                "expected_time": spent,
                "standard_error": error,
                "lower": np.maximum(spent - reach, 0.0),
                "upper": np.minimum(spent + reach, whole),
                "level": settings.level,
                "unit": settings.unit,
            }
        )
        parts.append(with_keys(table, curve.keys))
    return pd.concat(parts, ignore_index=True)


def with_keys(table: pd.DataFrame, keys: dict[str, Any]) -> pd.DataFrame:
    """Put the group's columns before the others."""
    for place, (name, value) in enumerate(keys.items()):
        table.insert(place, name, value)
    return table


def tabulate(curves: tuple[Curve, ...], times: Any, settings: StateSettings) -> pd.DataFrame:
    """Return the tidy table of curves at given times, or at each curve's own (``times`` None)."""
    parts = []
    for curve in curves:
        own = own_times(curve, settings.start) if times is None else times
        parts.append(with_keys(_rows(curve, own, settings), curve.keys))
    return pd.concat(parts, ignore_index=True)


def own_times(curve: Curve, start: float) -> Floats:
    """Return the start and the event times at which the curve has standard errors."""
    return np.concatenate([[start], curve.steps.times])[curve.reported]


def _rows(curve: Curve, times: Floats, settings: StateSettings) -> pd.DataFrame:
    found = curve.read(times, start=settings.start)
    chance, errors = found["probability"].T.ravel(), found["standard_error"].T.ravel()
    at_risk = found["at_risk"]
    # Where nobody or everybody is, nothing is seen of how that may vary, but for a start given.
    given = (times == settings.start) & (settings.initial != "observed")
    edge = ((chance <= 0) | (chance >= 1 - ROUNDING)) & ~np.tile(given, len(settings.states))
    errors = np.where(edge, np.nan, errors)
    lower, upper = confidence_limits(
        chance, errors, level=settings.level, interval=settings.interval
    )
    held = (np.nan_to_num(found["probability"]) > 0) & found["known"][:, None]
    empty = held & (at_risk == 0)
    note = np.where(empty, np.where(curve.followed, STUCK, UNFOLLOWED), "")
    note[~found["known"]] = BEYOND
    few = (found["worth"] < FEW)[:, None] | (note == STUCK) | (note == BEYOND)
    return pd.DataFrame(
        {
            "state": np.repeat(settings.states, len(times)),
            "time": np.tile(times, len(settings.states)),
            "probability": chance,
            "standard_error": errors,
            "lower": lower,
            "upper": upper,
            "level": settings.level,
            "at_risk": at_risk.T.ravel(),
            "effective_persons": np.tile(found["worth"], len(settings.states)),
            "reliability": np.where(few.T.ravel(), "u", ""),
            "note": note.T.ravel(),
        }
    )
