"""`estimate_returns`: what a year of schooling adds to earnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import word_problems
from skillsfc.transitions.programmes.choices import (
    as_formula,
    check_columns,
    check_number,
    names_of,
)
from skillsfc.transitions.programmes.earners import (
    SUBJECT,
    Earners,
    ReturnSettings,
    columns_of,
    read_earners,
)
from skillsfc.transitions.programmes.return_rows import coefficient_rows, returns_row
from skillsfc.transitions.programmes.selection import plain_wages, probit_fit, selected_wages
from skillsfc.transitions.programmes.wording import returns_notes
from skillsfc.transitions.ratios import domains
from skillsfc.transitions.survival.formula import design_matrix

WORDS = {
    "errors": ("robust", "model"),
    "missing": ("refuse", "drop"),
    "zero": ("refuse", "not_working"),
}


@dataclass(frozen=True, eq=False, repr=False)
class ReturnEstimate(Result):
    """Outcome of `estimate_returns`.

    Parameters
    ----------
    coefficients : DataFrame
        Every term of the wage equation and of the choice to earn: group columns, ``equation``
        (earnings or participation), ``term, estimate, standard_error, level, lower, upper, z,
        p_value``.
    """

    coefficients: pd.DataFrame = field(default_factory=pd.DataFrame)


def estimate_returns(
    persons: pd.DataFrame,
    *,
    earnings: str,
    schooling: str,
    covariates: str | Sequence[str] | None = None,
    selection: str | Sequence[str] | None = None,
    working: str | None = None,
    logged: bool = False,
    group: str | Sequence[str] | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    stratum: str | None = None,
    level: float = 0.95,
    errors: str = "robust",
    missing: str = "refuse",
    zero: str = "refuse",
) -> ReturnEstimate:
    r"""Estimate the return to schooling: how much more those with a year more of it earn.

    Use it for a Mincer equation of a survey of earnings, with Heckman's correction where many have
    none. It describes; it is an effect of schooling only if ability and family, as far as they are
    not among the covariates, do not go with schooling.

    Parameters
    ----------
    persons : DataFrame
        One row a person; earnings missing where the person has none.
    earnings : str
        Column of earnings [any unit of money and time, above 0], or of logarithms (``logged``).
    schooling : str
        Column of years of schooling [years], or of levels in words (the first is the reference).
    covariates : str or list of str, optional
        Other terms of the wage equation, such as ``"experience + experience^2"``.
    selection : str or list of str, optional
        Terms of the choice to earn. It should hold something that moves the choice but not the
        wage, such as young children; without, the correction rests on the normal curve alone.
    working : str, optional
        Column of true and false: works. Persons who work but gave no earnings are then left out;
        without it, who has no earnings counts as not working.
    logged : bool
        Earnings are logarithms already.
    group : str or list of str, optional
        Columns; every combination is estimated on its own.
    weight, cluster, stratum : str, optional
        Columns of survey weights (the default is used only if there), sampling units and strata.
    level : float
        Level of the intervals [0-1].
    errors : {"robust", "model"}
        Errors from each row's influence (by cluster where named), or those that hold if the model
        does: one spread for all, with selection Heckman's.
    missing : {"refuse", "drop"}
        Refuse rows with missing covariates, or leave them out and say how many.
    zero : {"refuse", "not_working"}
        Earnings of 0: an error, or persons without work.

    Returns
    -------
    ReturnEstimate
        ``.table``: group columns, ``term, method`` (ols or heckman), ``rate_of_return`` (exp(b) - 1
        per year, or against the reference level) [share], ``return_lower, return_upper``,
        ``estimate`` (b) [log points], ``standard_error, level, lower, upper``, ``persons,
        earners, r_squared, reliability, note``. ``.coefficients``: all terms. ``.diagnostics``:
        log-likelihood of the probit, ``lambda``, ``rho``, ``sigma``.

    Raises
    ------
    ParameterError
        On unknown words, or schooling among the covariates.
    TableError
        On columns that are not there, earnings of 0 or less, missing or constant covariates,
        weights that cannot be meant, everybody earning where selection is asked for.
    ConvergenceError
        If a covariate settles who earns.

    Notes
    -----
    :math:`\log y = b S + x' c + u`, least squares; robust errors with the factor n / (n - k), by
    cluster G / (G - 1) times (n - 1) / (n - k). With selection, :math:`P(earns) = \Phi(z' g)`, and
    :math:`\lambda = \phi(z' g) / \Phi(z' g)` is one more term; robust errors come from both
    steps' stacked equations.

    References
    ----------
    Mincer (1974), Schooling, Experience, and Earnings, NBER. Heckman (1979), Sample selection bias
    as a specification error, Econometrica 47, 153-161.

    Examples
    --------
    >>> import pandas as pd
    >>> import skillsfc as sf
    >>> persons = pd.DataFrame({"years": [8, 9, 10, 12, 12, 14, 16],
    ...                         "wage": [300, 310, 330, 450, 400, 520, 650]})
    >>> made = sf.estimate_returns(persons, earnings="wage", schooling="years")
    >>> made.table[["rate_of_return", "standard_error", "earners"]].round(4).values.tolist()
    [[0.1064, 0.0058, 7.0]]
    """
    settings = _settings({
        "earnings": earnings, "logged": logged, "schooling": schooling, "covariates": covariates,
        "selection": selection, "working": working, "group": group, "weight": weight,
        "cluster": cluster, "stratum": stratum, "level": level, "errors": errors,
        "missing": missing, "zero": zero,
    })  # fmt: skip
    people = read_earners(persons, settings)
    _refuse_model_errors(people, settings)
    tables: dict[str, list[pd.DataFrame]] = {"table": [], "coefficients": [], "diagnostics": []}
    for keys, inside in domains(people.table, settings.group):
        for name, made in _one(people.only(inside), settings, keys).items():
            front = pd.DataFrame({key: [value] * len(made) for key, value in keys.items()})
            tables[name].append(pd.concat([front, made], axis=1))
    found = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}
    return ReturnEstimate(
        found["table"],
        settings,
        found["diagnostics"],
        (*returns_notes(settings, found["table"], found["diagnostics"]), *people.notes),
        {"version": __version__, "inputs": {"persons": table_hash(persons)}},
        coefficients=found["coefficients"],
    )


def _settings(given: dict[str, Any]) -> ReturnSettings:
    problems = word_problems(given, WORDS)
    for name in ("earnings", "schooling"):
        if not isinstance(given[name], str):
            problems.append(Problem(name, repr(given[name]), "the name of a column"))
    check_columns(given, problems)
    if not isinstance(given["logged"], bool):
        problems.append(Problem("logged", repr(given["logged"]), "True or False"))
    check_number(given["level"], "level", 0, 1, problems)
    chosen = given["selection"]
    made = {
        "covariates": as_formula(given["covariates"], problems),
        "selection": None if chosen is None else as_formula(chosen, problems),
        "group": names_of(given["group"], "group", problems),
    }
    if made["selection"] == "":
        problems.append(Problem("selection", "no covariates", "terms of the choice to earn"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return ReturnSettings(**{**given, **made})


def _refuse_model_errors(people: Earners, settings: ReturnSettings) -> None:
    unequal = len(people.weight) and bool((people.weight != people.weight[0]).any())
    if settings.errors == "model" and (people.design.known or unequal):
        found = "'model' with weights, strata or clusters"
        raise ParameterError(SUBJECT, [Problem("errors", found, "'robust'")])


def _one(people: Earners, settings: ReturnSettings, keys: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of one group."""
    label = ", ".join(f"{name} {value}" for name, value in keys.items())
    subject = f"{SUBJECT} ({label})" if label else SUBJECT
    earns = people.earns
    if not earns.any():
        raise TableError(subject, [Problem("earnings", "nobody has any", "persons who earn")])
    wages_design = design_matrix(
        people.table.loc[earns], settings.wage_formula, intercept=True, subject=subject
    )
    matrix, names, logs = wages_design.matrix, wages_design.names, people.log_earnings[earns]
    if len(logs) <= matrix.shape[1]:
        found = f"{len(logs)} earners for {matrix.shape[1]} terms"
        raise TableError(subject, [Problem("rows", found, "more persons than terms")])
    probit, terms = None, tuple[str, ...]()
    if settings.selection is None:
        wages = plain_wages(matrix, names, logs, people.weight[earns])
    else:
        if earns.all():
            step = "Leave selection= out."
            found = f"all of {len(earns)} persons have them"
            raise TableError(subject, [Problem("earnings", found, "some without", next_step=step)])
        design = design_matrix(people.table, settings.selection, intercept=True, subject=subject)
        probit = probit_fit(design.matrix, earns, people.weight, design.names, subject)
        terms = design.names
        wages = selected_wages(matrix, names, logs, earns, people.weight, probit, subject)
    coefficients = coefficient_rows(people, settings, wages, probit, terms)
    own = {
        name
        for term in wages_design.terms
        for name in names[term.start : term.stop]
        if [factor.column for factor in term.product] == [settings.schooling]
    }
    return {
        "table": returns_row(people, coefficients, own, wages, settings),
        "coefficients": coefficients,
        "diagnostics": pd.DataFrame([{
            "probit_log_likelihood": np.nan if probit is None else probit[0].log_likelihood,
            "lambda": wages.coefficients[-1] if probit else np.nan,
            "rho": wages.rho, "sigma": wages.sigma, "r_squared": wages.r_squared,
            "excluded": len(set(columns_of(settings.selection or ""))
                            - set(columns_of(settings.wage_formula))),
        }]),
    }  # fmt: skip
