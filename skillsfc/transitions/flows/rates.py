"""`to_continuous_rates`: what happens between two interviews, by the logarithm of a matrix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.flows.embedding import (
    EMBEDDABLE,
    Embedding,
    examine,
    nearest_generator,
    principal_logarithm,
)
from skillsfc.transitions.flows.errors_by_delta import roots, slopes
from skillsfc.transitions.flows.matrices import NamedMatrix, provenance_of, read_matrices
from skillsfc.transitions.flows.rates_result import (
    SUBJECT,
    ContinuousRates,
    RateSettings,
    check_interval,
)
from skillsfc.transitions.survival.intervals import normal_quantile
from skillsfc.transitions.survival.selection import check_words

NEAREST = (False, True, "diagonal", "weighted", "fit")
FROM_LOGARITHM, FROM_NEAREST, NONE = "logarithm", "nearest", "none"


def to_continuous_rates(
    matrix: object,
    *,
    interval: float = 1.0,
    states: Iterable[str] | None = None,
    nearest: bool | str = False,
    level: float = 0.95,
) -> ContinuousRates:
    r"""Turn transition probabilities over an interval into rates in continuous time.

    Use it to undo time aggregation: who is unemployed at two quarterly interviews may have worked
    between them, and who moves twice counts once. It also brings matrices of different intervals to
    one unit. Not every matrix has such rates; the result then says so and why, and gives none
    unless ``nearest`` asks for the nearest valid ones.

    Parameters
    ----------
    matrix : Flows, DataFrame or array
        Result of `estimate_flows` (its average matrices, with their errors); a square table with
        states before in rows; a long one with ``from_state, to_state, probability``; or an array.
    interval : float
        Time between the two dates [units wanted: 3 for a quarterly matrix and monthly rates].
    states : list of str, optional
        Names and order of the states.
    nearest : bool or {"diagonal", "weighted", "fit"}
        What to do where there is no valid generator. True means ``"weighted"``.
    level : float
        Level of the limits [0-1].

    Returns
    -------
    ContinuousRates
        ``.table``: ``from_state, to_state, hazard`` [per unit], ``standard_error, lower, upper,
        level, probability`` [0-1], ``method``. ``.embeddable``, ``.diagnostics`` (verdict, reasons,
        eigenvalues, distance), ``.probabilities(interval)``.

    Raises
    ------
    ParameterError, TableError
        If it is no matrix of transition probabilities, or an argument is out of range.

    Notes
    -----
    :math:`Q = V \log(D) V^{-1} / interval` with the eigenvalues D and eigenvectors V. With real,
    distinct and positive eigenvalues that is the only real logarithm, and it is valid if nothing
    off the diagonal is negative. With complex eigenvalues the principal logarithm is taken if it
    is valid, else the others that could be are tried. Only equal eigenvalues can leave the verdict
    "undecided". Where a necessary condition fails (a determinant above the product of the diagonal;
    a chance of 0 where a chain of moves leads), the reasons name it.
    Standard errors by the delta method; none for nearest generators, which sit on a border.

    References
    ----------
    Shimer (2012), Reassessing the ins and outs of unemployment, Review of Economic Dynamics 15,
    127-148. Israel, Rosenthal & Wei (2001), Mathematical Finance 11, 245-265.

    Examples
    --------
    >>> monthly = pd.DataFrame([[0.96, 0.015, 0.025], [0.27, 0.5, 0.23], [0.045, 0.025, 0.93]],
    ...     index=["E", "U", "I"], columns=["E", "U", "I"])
    >>> made = to_continuous_rates(monthly)
    >>> made.embeddable, made.table["hazard"].round(6).tolist()[:2]
    (True, [0.020896, 0.023702])
    >>> to_continuous_rates([[0.4, 0.6], [0.6, 0.4]], states=["E", "U"]).diagnostics["verdict"][0]
    'not embeddable'
    """
    check_interval(interval, SUBJECT)
    check_words(SUBJECT, level, {"nearest": (nearest, NEAREST)})  # type: ignore[dict-item]
    method = "weighted" if nearest is True else nearest or "none"
    matrices = read_matrices(matrix, states=states, subject=SUBJECT, generators=False)
    settings = RateSettings(matrices[0].states, float(interval), str(method), level)
    rows, checks, generators, notes = [], [], [], []
    for one in matrices:
        found = examine(one.entries, one.states)
        generator = _generator(one, found, settings)
        rows.append(_rows(one, found, generator, settings))
        checks.append(_check(one, found, generator, settings))
        if generator is not None:
            generators.append(generator)
        notes += [*one.notes, _note(one, found, settings)]
    return ContinuousRates(
        pd.concat(rows, ignore_index=True),
        settings,
        pd.DataFrame(checks),
        tuple(dict.fromkeys(notes)),
        provenance_of(matrix),
        generators=tuple(generators),
    )


def _generator(one: NamedMatrix, found: Embedding, settings: RateSettings) -> NamedMatrix | None:
    length = settings.interval
    if found.verdict == EMBEDDABLE and found.logarithm is not None:
        covariance = None
        if one.covariance is not None and found.principal:
            size = len(one.states)
            slope = slopes(
                lambda x: principal_logarithm(x.reshape(size, size)).ravel() / length,
                one.entries.ravel(),
                1.0,
            )
            covariance = slope @ one.covariance @ slope.T
        return replace(one, entries=found.logarithm / length, covariance=covariance)
    if settings.nearest == "none":
        return None
    start = found.logarithm
    if start is None:  # a state is left at once: begin with moves at the rate of their chances
        start = one.entries - np.eye(len(one.states))
    made = nearest_generator(start, settings.nearest, one.entries)
    return replace(one, entries=made / length, covariance=None)


def _rows(
    one: NamedMatrix, found: Embedding, generator: NamedMatrix | None, settings: RateSettings
) -> pd.DataFrame:
    size = len(one.states)
    off = ~np.eye(size, dtype=bool).ravel()
    hazard, error = np.full(size * size, np.nan), np.full(size * size, np.nan)
    if generator is not None:
        hazard = generator.entries.ravel()
        if generator.covariance is not None:
            error = roots(generator.covariance)
    # A move that nobody makes has no error of its own: how rare it is at most stays unknown.
    reach = normal_quantile(settings.level) * np.where(hazard > 0, error, np.nan)
    kind = FROM_LOGARITHM if found.verdict == EMBEDDABLE else FROM_NEAREST
    table = pd.DataFrame(
        {
            **{name: [value] * (size * size) for name, value in one.keys.items()},
            "from_state": np.repeat(one.states, size),
            "to_state": np.tile(one.states, size),
            "hazard": hazard,
            "standard_error": error,
            "lower": np.maximum(hazard - reach, 0.0),
            "upper": hazard + reach,
            "level": settings.level,
            "probability": -np.expm1(-hazard),
            "method": NONE if generator is None else kind,
        }
    )
    return table[off].reset_index(drop=True)


def _check(
    one: NamedMatrix, found: Embedding, generator: NamedMatrix | None, settings: RateSettings
) -> dict[str, Any]:
    from scipy.linalg import expm

    distance = np.nan
    if generator is not None:
        made = expm(generator.entries * settings.interval)
        distance = float(np.abs(made - one.entries).max())
    values = [f"{v.real:.6g}" if abs(v.imag) < 1e-12 else f"{v:.6g}" for v in found.eigenvalues]
    return {
        **one.keys,
        "verdict": found.verdict,
        "reasons": "; ".join(found.reasons),
        "eigenvalues": ", ".join(values),
        "distance": distance,
    }


def _note(one: NamedMatrix, found: Embedding, settings: RateSettings) -> str:
    where = ", ".join(f"{key} {value}" for key, value in one.keys.items())
    text = f"{where + ': ' if where else ''}{found.verdict}: {'; '.join(found.reasons)}."
    if found.verdict != EMBEDDABLE and settings.nearest != "none":
        text += f" Rates are the nearest valid ones ({settings.nearest}), without errors."
    return text
