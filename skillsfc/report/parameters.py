"""Read the ``parameters`` cell of a notebook and hold given values to it, all at once.

The cell is the contract between a notebook and whoever runs it. Each line reads
``name: type = default  # unit or allowed values; help``, for example::

    country: str = "MAR"  # ISO alpha-3; the country of the brief
    horizon: int = 2035  # 2027..2050; last year projected
    language: str = "en"  # one of en|fr; language of the labels
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from skillsfc.countries import country_code
from skillsfc.errors import ParameterError, Problem, SkillsfcError, did_you_mean, listing
from skillsfc.report.parameter_values import (
    KINDS,
    Parameter,
    Value,
    convert,
    from_text,
    is_file,
    out_of_range,
)

_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)")
_CHOICES = re.compile(r"one of\s+(\S+)")


def read_parameters(notebook: str | Path) -> tuple[Parameter, ...]:
    """Return the parameters that a notebook declares in its cell tagged ``parameters``.

    Parameters
    ----------
    notebook : str or Path
        Local path of an ``.ipynb`` file.

    Returns
    -------
    tuple of Parameter
        In the order of the cell.

    Raises
    ------
    ParameterError
        If there is no such cell, more than one, or a line of it is not a declaration.
    """
    import nbformat

    path = Path(notebook)
    try:
        book = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat lets json, schema and decoding errors through
        raise ParameterError(
            f"notebook {path.name}",
            [
                Problem(
                    "file", f"not a readable notebook ({type(error).__name__})", "nbformat 4 JSON"
                )
            ],
        ) from error
    tagged = [
        cell.source
        for cell in book.cells
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]
    if len(tagged) != 1:
        raise ParameterError(
            f"notebook {path.name}",
            [
                Problem(
                    "parameters cell",
                    f"{len(tagged)} cells with the tag 'parameters'",
                    "exactly one",
                    next_step="Tag the cell that holds the parameters; without it a run would "
                    "silently use the notebook's own values.",
                )
            ],
        )
    return parse_parameters(tagged[0], subject=f"notebook {path.name}")


def parse_parameters(source: str, *, subject: str = "parameters cell") -> tuple[Parameter, ...]:
    """Return the parameters declared by the source text of a parameters cell.

    Examples
    --------
    >>> [p.name for p in parse_parameters("horizon: int = 2035  # 2027..2050; last year")]
    ['horizon']
    """
    try:
        body = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError, ValueError) as error:
        raise ParameterError(
            subject, [Problem("parameters cell", f"not Python: {error}", "name: type = default")]
        ) from error
    problems: list[Problem] = []
    found: list[Parameter] = []
    for statement in body:
        made = _declaration(statement, comments.get(statement.end_lineno or 0, ""))
        if isinstance(made, Problem):
            problems.append(made)
        else:
            found.append(made)
    names = [parameter.name for parameter in found]
    problems += [
        Problem(name, "declared twice", "once") for name in set(names) if names.count(name) > 1
    ]
    for parameter in found:
        if parameter.default is not None:
            problems += _default_problems(parameter)
    if problems:
        raise ParameterError(subject, problems)
    return tuple(found)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _declaration(statement: ast.stmt, comment: str) -> Parameter | Problem:
    """Return the parameter that one statement declares, or what is wrong with it."""
    where = f"parameters cell, line {statement.lineno}"
    kind = ""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        name, value = statement.target.id, statement.value
        kind = ast.unparse(statement.annotation)
    elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name, value = statement.targets[0].id, statement.value
    else:
        return Problem(where, "not a declaration", "name: type = default  # allowed values; help")
    try:
        default = ast.literal_eval(value) if value is not None else None
    except ValueError:
        return Problem(where, f"the default of {name!r} is an expression", "a literal value")
    kind = kind or type(default).__name__
    if kind not in KINDS or (value is not None and default is None):
        return Problem(where, f"{name!r} has type {kind}", f"one of {listing(KINDS)}")
    choices, low, high = _allowed(kind, comment)
    return Parameter(name, kind, default, choices, low, high, comment)


def _allowed(kind: str, comment: str) -> tuple[tuple[Value, ...], float | None, float | None]:
    rule = comment.partition(";")[0]
    if found := _CHOICES.search(rule):
        words = found.group(1).split("|")
        values = [from_text(Parameter("choice", kind), word) for word in words]
        return tuple(v for v in values if not isinstance(v, Problem)), None, None
    if kind in ("int", "float") and (found := _RANGE.search(rule)):
        return (), float(found.group(1)), float(found.group(2))
    return (), None, None


def _default_problems(parameter: Parameter) -> list[Problem]:
    value = convert(parameter, parameter.default)
    bad = value if isinstance(value, Problem) else out_of_range(parameter, value)
    return [bad] if bad else []


def check_parameters(
    notebook: str | Path, given: Mapping[str, Any], *, text: bool = False
) -> dict[str, Value]:
    """Return the complete set of values for a run, or raise with every problem at once.

    Parameters
    ----------
    notebook : str or Path
        Local path of the notebook.
    given : mapping
        Values by parameter name; numpy scalars are taken for what they hold.
    text : bool
        The values are words from a command line or a file, to be read as the declared type. A
        ``str`` parameter keeps its word untouched, so a code ``'0123'`` stays ``'0123'``.

    Returns
    -------
    dict
        Every declared parameter with the given value or the notebook's default. A country is
        its ISO alpha-3 code, whichever alias was given.

    Raises
    ------
    ParameterError
        Listing unknown, missing, ill-typed and out-of-range values together.
    """
    declared = {parameter.name: parameter for parameter in read_parameters(notebook)}
    return hold_to(declared, given, subject=f"notebook {Path(notebook).name}", text=text)


def hold_to(
    declared: Mapping[str, Parameter], given: Mapping[str, Any], *, subject: str, text: bool = False
) -> dict[str, Value]:
    """Compare given values with declared parameters; see `check_parameters`."""
    problems = [
        Problem(
            f"parameter {str(name)[:80]!r}",
            "unknown",
            f"one of {listing(declared, 20)}",
            did_you_mean(name, declared),
        )
        for name in given
        if name not in declared
    ]
    values: dict[str, Value] = {}
    for name, parameter in declared.items():
        if name not in given:
            if parameter.default is None:
                problems.append(Problem(f"parameter {name!r}", "missing", parameter.describe()))
            else:
                values[name] = parameter.default
            continue
        value = from_text(parameter, given[name]) if text else convert(parameter, given[name])
        bad = value if isinstance(value, Problem) else out_of_range(parameter, value)
        if bad:
            problems.append(bad)
        elif not isinstance(value, Problem):
            values[name] = value
    for name in values:
        canonical = CANONICAL.get(name, _local_file if is_file(name) and values[name] else None)
        if canonical is not None:
            try:
                values[name] = canonical(str(values[name]))
            except SkillsfcError as error:
                problems += [_renamed(problem, name) for problem in error.problems]
    if problems:
        raise ParameterError(subject, problems)
    return values


# Parameters that mean the same in every notebook are held to the code list as well.
CANONICAL: dict[str, Callable[[str], str]] = {"country": country_code}


def _local_file(text: str) -> str:
    """Return the full path of a file: the notebook runs in another folder than its caller."""
    path = Path(text).expanduser()
    if "://" in text or not path.is_file():
        found = "an address" if "://" in text else "no such file"
        raise ParameterError("file", [Problem(repr(text), found, "a local file")])
    return str(path.resolve())


def _renamed(problem: Problem | str, name: str) -> Problem:
    if isinstance(problem, str):
        return Problem(f"parameter {name!r}", problem)
    found = f"{problem.where}, {problem.found}"
    return Problem(f"parameter {name!r}", found, problem.expected, problem.guess, problem.next_step)
