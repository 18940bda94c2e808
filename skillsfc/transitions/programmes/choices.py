"""Arguments of `estimate_programme_effect`: words checked, and which method each belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from skillsfc.errors import ParameterError, Problem, listing
from skillsfc.transitions.column_names import word_problems

SUBJECT = "estimate_programme_effect"

WORDS: Mapping[str, tuple[str, ...]] = {
    "method": ("aipw", "ipw", "matching", "did"),
    "target": ("att", "ate"),
    "missing": ("refuse", "drop"),
    "outcome_model": ("auto", "linear", "logit"),
    "distance": ("propensity", "logit", "mahalanobis"),
    "adjustment": ("dr", "regression", "ipw", "none"),
}
# Arguments that only some methods have, their default there, and the methods.
BELONG: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "outcome_model": ("auto", ("aipw",)),
    "trim": (None, ("ipw", "aipw", "matching")),
    "distance": ("propensity", ("matching",)),
    "neighbours": (1, ("matching",)),
    "caliper": (None, ("matching",)),
    "exact": (None, ("matching",)),
    "bias_adjust": (False, ("matching",)),
    "adjustment": ("dr", ("did",)),
    "time": (None, ("did",)),
    "periods": (None, ("did",)),
    "panel": (None, ("did",)),
}


@dataclass(frozen=True)
class ProgrammeSettings:
    """Arguments of `estimate_programme_effect` as used; None where one is not of the method."""

    treatment: str
    treated: str | None
    outcome: str
    covariates: str
    method: str
    target: str
    group: tuple[str, ...]
    weight: str | None
    cluster: str | None
    stratum: str | None
    level: float
    missing: str
    outcome_model: str | None
    trim: float | None
    distance: str | None
    neighbours: int | None
    caliper: float | None
    exact: tuple[str, ...]
    bias_adjust: bool | None
    adjustment: str | None
    time: str | None
    periods: tuple[Any, Any] | None
    panel: bool | None


def names_of(value: object, argument: str, problems: list[Problem]) -> tuple[str, ...]:
    """Return one or several names of columns as a tuple."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(name, str) for name in value):
        return tuple(dict.fromkeys(value))
    problems.append(Problem(argument, repr(value), "a column or a list of columns"))
    return ()


def as_formula(covariates: object, problems: list[Problem]) -> str:
    """Return covariates as a formula: a text is one already, names are joined by plus signs."""
    if isinstance(covariates, str):
        return covariates
    return " + ".join(f"`{name}`" for name in names_of(covariates, "covariates", problems))


def check_words(given: Mapping[str, Any], problems: list[Problem]) -> None:
    """Add a problem for each argument that is none of its words."""
    for name, known in WORDS.items():
        value = given.get(name)
        absent = value is None and name not in BELONG
        if absent or value is not None:
            problems += word_problems({name: value}, {name: known})


def check_columns(given: Mapping[str, Any], problems: list[Problem]) -> None:
    """Add a problem for each optional column that is not named by a text."""
    for name in ("weight", "cluster", "stratum", "working", "time"):
        value = given.get(name)
        if value is not None and not isinstance(value, str):
            problems.append(Problem(name, repr(value), "the name of a column"))


def check_number(
    value: object,
    argument: str,
    low: float,
    high: float,
    problems: list[Problem],
    *,
    whole: bool = False,
) -> None:
    """Add a problem if a number is not strictly between two others."""
    kinds = Integral if whole else Real
    if isinstance(value, bool) or not isinstance(value, kinds) or not low < float(value) < high:
        kind = "a whole number" if whole else "a number"
        above = f" and below {high:g}" if high < 1e9 else ""
        problems.append(Problem(argument, repr(value), f"{kind} above {low:g}{above}"))


def resolve(given: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Return the arguments that belong to some methods only, with the defaults of this one."""
    method, found = given["method"], dict[str, Any]()
    for name, (default, methods) in BELONG.items():
        value = given[name]
        if method not in methods:
            if value is not None and method in WORDS["method"]:
                step = f"It belongs to {listing(methods)}."
                problems.append(
                    Problem(name, "given", f"nothing with method {method!r}", next_step=step)
                )
            found[name] = None
        else:
            found[name] = default if value is None else value
    return found


def read_choices(given: Mapping[str, Any]) -> ProgrammeSettings:
    """Return the settings, or raise with every wrong argument at once.

    Raises
    ------
    ParameterError
        On unknown words, numbers out of range, and arguments of another method.
    """
    problems: list[Problem] = []
    check_words(given, problems)
    given = {**given, "method": given["method"] if isinstance(given["method"], str) else ""}
    for name in ("treatment", "outcome"):
        if not isinstance(given[name], str):
            problems.append(Problem(name, repr(given[name]), "the name of a column"))
    check_columns(given, problems)
    own = resolve(given, problems)
    _check_numbers(given["level"], own, problems)
    _check_design(given, own, problems)
    formula = as_formula(given["covariates"], problems)
    group = names_of(given["group"], "group", problems)
    exact = names_of(own["exact"], "exact", problems)
    if given["method"] == "matching":
        _check_matching(given, own, formula, problems)
    if problems:
        raise ParameterError(SUBJECT, problems)
    treated = given["treated"]
    periods = own["periods"]
    return ProgrammeSettings(
        **{
            **{name: given[name] for name in ("treatment", "outcome", "method", "target", "weight",
                                              "cluster", "stratum", "level", "missing")},
            **own,
            "treated": None if treated is None else str(treated),
            "covariates": formula,
            "group": group,
            "exact": exact,
            "periods": None if periods is None else tuple(periods),
        }
    )  # fmt: skip


def _check_numbers(level: object, own: Mapping[str, Any], problems: list[Problem]) -> None:
    check_number(level, "level", 0, 1, problems)
    if own["trim"] is not None:
        check_number(own["trim"], "trim", 0, 0.5, problems)
    if own["neighbours"] is not None:
        check_number(own["neighbours"], "neighbours", 0, 1000, problems, whole=True)
    if own["caliper"] is not None:
        check_number(own["caliper"], "caliper", 0, 1e9, problems)


def _check_matching(
    given: Mapping[str, Any], own: dict[str, Any], formula: str, problems: list[Problem]
) -> None:
    """Ask for covariates; with clusters or strata, adjust for what matching leaves apart."""
    if not formula.strip():
        problems.append(Problem("covariates", "none", "covariates to match on"))
    if given["cluster"] is None and given["stratum"] is None:
        return
    if given["bias_adjust"] is False:
        step = "Without it no errors by cluster are known for matching; method='aipw' has them."
        problems.append(
            Problem("bias_adjust", "False with cluster or stratum", "True", next_step=step)
        )
    own["bias_adjust"] = True


def _check_design(
    given: Mapping[str, Any], own: Mapping[str, Any], problems: list[Problem]
) -> None:
    """Check what goes together: the method, the target and the two periods."""
    for name in ("bias_adjust", "panel"):
        if own[name] is not None and not isinstance(own[name], bool):
            problems.append(Problem(name, repr(own[name]), "True or False"))
    if given["method"] != "did":
        return
    if own["time"] is None:
        problems.append(Problem("time", "not given", "the column of the two periods"))
    if given["target"] == "ate":
        step = "Two groups and two periods tell nothing of those who were never to take part."
        problems.append(Problem("target", "'ate'", "'att' with method 'did'", next_step=step))
    periods = own["periods"]
    if periods is not None and not (
        isinstance(periods, Sequence) and not isinstance(periods, str) and len(periods) == 2
    ):
        problems.append(Problem("periods", repr(periods), "two values of the column of time"))
