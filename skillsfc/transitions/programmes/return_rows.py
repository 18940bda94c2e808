"""Rows of the results of a wage equation: coefficients with errors, and what they mean."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from skillsfc.transitions.programmes.earners import Earners, ReturnSettings
from skillsfc.transitions.programmes.fits import Fit
from skillsfc.transitions.programmes.selection import Wages
from skillsfc.transitions.programmes.standard_errors import standard_error
from skillsfc.transitions.records import Floats

FEW, TOO_FEW = 30, 10


def coefficient_rows(
    people: Earners,
    settings: ReturnSettings,
    wages: Wages,
    probit: tuple[Fit, Floats] | None,
    terms: tuple[str, ...],
) -> pd.DataFrame:
    """Return every coefficient of both equations with its error and interval."""
    model = settings.errors == "model"
    place = people.place if probit is not None else people.place[people.earns]
    if model:
        with np.errstate(invalid="ignore"):  # no error where the correlation is beyond 1
            own = np.sqrt(np.diag(wages.model_covariance))
    else:
        own = _robust(wages.scores, people, place)
        if probit is None:
            size = len(place)
            own = own * np.sqrt((size - 1) / (size - len(own)))
    tables = [_rows("earnings", wages.names, wages.coefficients, own, people, settings)]
    if probit is not None:
        choice, covariance = probit
        error = np.sqrt(np.diag(covariance)) if model else _robust(choice.influence, people, place)
        tables.append(_rows("participation", terms, choice.coefficients, error, people, settings))
    return pd.concat(tables, ignore_index=True)


def _robust(scores: Floats, people: Earners, place: np.ndarray) -> Floats:
    columns = scores.T
    return np.array([standard_error(column, people.design, place) for column in columns])


def _rows(
    equation: str,
    names: tuple[str, ...],
    values: Floats,
    error: Floats,
    people: Earners,
    settings: ReturnSettings,
) -> pd.DataFrame:
    from scipy.special import ndtr, stdtr

    quantile = people.design.quantile(settings.level)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = values / error
    far = -np.abs(z)
    tail = stdtr(people.design.freedom, far) if people.design.known else ndtr(far)
    return pd.DataFrame({
        "equation": equation, "term": pd.Series(names, dtype="str"), "estimate": values,
        "standard_error": error, "level": settings.level, "lower": values - quantile * error,
        "upper": values + quantile * error, "z": z, "p_value": 2 * tail,
    })  # fmt: skip


def returns_row(
    people: Earners,
    coefficients: pd.DataFrame,
    own: Collection[str],
    wages: Wages,
    settings: ReturnSettings,
) -> pd.DataFrame:
    """Return one row a term of schooling: the return, its limits and what it rests on."""
    mine = (coefficients["equation"] == "earnings") & coefficients["term"].isin(list(own))
    rows = coefficients.loc[mine].reset_index(drop=True)
    earners = int(people.earns.sum())
    return pd.DataFrame({
        "term": rows["term"],
        "method": "ols" if settings.selection is None else "heckman",
        "rate_of_return": np.expm1(rows["estimate"]),
        "return_lower": np.expm1(rows["lower"]), "return_upper": np.expm1(rows["upper"]),
        "estimate": rows["estimate"], "standard_error": rows["standard_error"],
        "level": rows["level"], "lower": rows["lower"], "upper": rows["upper"],
        "persons": len(people.earns), "earners": earners, "r_squared": wages.r_squared,
        "reliability": "w" if earners < TOO_FEW else "u" if earners < FEW else "",
        "note": "fewer than 30 persons with earnings" if earners < FEW else "",
    })  # fmt: skip
