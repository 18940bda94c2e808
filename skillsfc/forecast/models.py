"""The candidate models by name, and the one way to run any of them on persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.kernels import (
    damped_trend,
    drift,
    employment_ratio,
    last_value,
    ols_trend,
    shrunken_trend,
    theta,
)

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Kernel = Callable[[Array, Index, Index, Array | None], Array]


@dataclass(frozen=True)
class Model:
    """A candidate: its kernel and what a reader should know of it.

    Parameters
    ----------
    title : str
        Name in words.
    kernel : callable
        ``(values, origins, horizons, population) -> (n_series, n_origins, n_horizons)``.
    least : int
        Fewest values that it needs.
    naive : bool
        Whether it is a benchmark rather than a model to be proud of.
    scale : {"log", "level"}
        Where the model is linear; ``"log"`` turns to levels for a series with a zero.
    note : str
        Caution that travels with every number it makes.
    handicap : float
        Factor on its past errors before they become weights: what its back-test flatters.
    """

    title: str
    kernel: Kernel
    least: int
    naive: bool = False
    scale: str = "log"
    note: str = ""
    handicap: float = 1.0


MODELS: dict[str, Model] = {
    "last_value": Model("last value", last_value, 1, naive=True, scale="level"),
    "drift": Model("drift (mean growth of the whole history)", drift, 2, naive=True),
    "ols_trend": Model("straight line through 10 years", ols_trend, 3, naive=True, scale="level"),
    "damped_trend": Model("damped-trend exponential smoothing", damped_trend, 5),
    "theta": Model("theta", theta, 4),
    "shrunken_trend": Model("growth of 5 years, shrunk towards the panel", shrunken_trend, 3),
    "employment_ratio": Model(
        "employment ratio times population 15-64",
        employment_ratio,
        3,
        note="uses population known later",
        # With the population edition known at the time its errors were up to 11 % larger
        # (benchmarks/population_vintages.py).
        handicap=1.1,
    ),
}
COMBINED = (
    "shrunken_trend",
    "drift",
    "damped_trend",
    "theta",
    "last_value",
    "employment_ratio",  # only where a population is given
)


def check_models(names: str | Sequence[str]) -> tuple[str, ...]:
    """Return model names as a tuple, or raise with the nearest known name.

    Raises
    ------
    ParameterError
        If a model is unknown.

    Examples
    --------
    >>> check_models("theta")
    ('theta',)
    """
    # Anything that is no list of names is one wrong name, such as None.
    listed = tuple(names) if isinstance(names, list | tuple) else (names,)
    known = ["auto", *MODELS]
    unknown = [name for name in listed if name not in known]
    if unknown or not listed:
        raise ParameterError(
            "model",
            [
                Problem(
                    repr(n), "no such model", f"one of {listing(known)}", did_you_mean(n, known)
                )
                for n in unknown or [""]
            ],
        )
    return listed


def run_model(
    name: str,
    values: Array,
    logarithmic: NDArray[np.bool_],
    origins: Index,
    horizons: Index,
    population: Array | None = None,
) -> Array:
    """Run one model on persons: logs where a series has no zero, levels where it has.

    Returns
    -------
    ndarray (n_series, n_origins, n_horizons)
        Forecasts [persons], none below 0.
    """
    model = MODELS[name]
    enough = np.cumsum(np.isfinite(values), axis=1)[:, origins] >= model.least
    if model.scale == "level":
        found = model.kernel(values, origins, horizons, population)
    else:
        found = np.full((len(values), len(origins), len(horizons)), np.nan)
        people = None if population is None else np.log(population)
        for rows, forward, back in ((logarithmic, np.log, np.exp), (~logarithmic, _same, _same)):
            if rows.any() and not (name == "employment_ratio" and forward is _same):
                own = None if people is None else people[rows]
                found[rows] = back(model.kernel(forward(values[rows]), origins, horizons, own))
    result: Array = np.where(enough[..., None], np.maximum(found, 0.0), np.nan)
    return result


def _same(values: Array) -> Array:
    return values
