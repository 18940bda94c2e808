"""Assumptions as data: a value with its unit, defensible range, source, quality and impact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from types import MappingProxyType

import pandas as pd

from skillsfc._paths import data_dir
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing

QUALITIES = ("green", "amber", "red")


@dataclass(frozen=True)
class Assumption:
    """One thing that a model takes as given.

    Parameters
    ----------
    name, title : str
        Identifier, and what is assumed in plain words.
    value : float or str
        The value used [``unit``].
    unit : str
        Its unit.
    low, high : float or None
        Range that is still defensible [``unit``]; None where a range has no meaning.
    source : str
        Where the value comes from.
    quality : {"green", "amber", "red"}
        How well founded it is.
    impact : str
        What it moves.
    lever, role, target : str
        For a scenario: the lever that the assumption is part of, what it is in it (``growth``,
        ``exposure``, ``adoption`` and so on) and whom it reaches, such as ``sector:F`` or
        ``occupation:2``. Empty for an assumption that is no lever.
    """

    name: str
    title: str
    value: float | str
    unit: str
    source: str
    quality: str
    impact: str
    low: float | None = None
    high: float | None = None
    lever: str = ""
    role: str = ""
    target: str = ""

    def __post_init__(self) -> None:
        """Refuse an unknown quality and a value outside its own range."""
        problems = []
        if self.quality not in QUALITIES:
            problems.append(
                Problem("quality", repr(self.quality), listing(QUALITIES),
                        did_you_mean(self.quality, QUALITIES))
            )  # fmt: skip
        ends = (self.low, self.high)
        if (self.low is None) != (self.high is None):
            problems.append(Problem("range", f"{self.low} to {self.high}", "both ends or none"))
        elif self.low is not None and self.high is not None:
            if not all(isinstance(number, int | float) for number in (self.value, *ends)):
                problems.append(
                    Problem("value", f"{self.value!r}", "a number, since it has a range")
                )
            elif not self.low <= float(self.value) <= self.high:
                problems.append(Problem("value", f"{self.value}", f"{self.low} to {self.high}"))
        if problems:
            raise ParameterError(f"assumption {self.name!r}", problems)


@cache
def load_assumptions(name: str = "baseline") -> Mapping[str, Assumption]:
    """Return a file of assumptions by name.

    Parameters
    ----------
    name : str
        A file of ``data/params/`` without its ending.

    Returns
    -------
    mapping of str to Assumption

    Raises
    ------
    ParameterError
        If there is no such file, a field is unknown or missing, or a value is out of its range.

    Examples
    --------
    >>> load_assumptions("baseline")["interval_level"].value
    0.8
    """
    import yaml

    path = data_dir() / "params" / f"{name}.yml"
    known = sorted(file.stem for file in path.parent.glob("*.yml"))
    if name not in known:
        raise ParameterError(
            "assumptions",
            [Problem("name", repr(name), f"one of {listing(known)}", did_you_mean(name, known))],
        )
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        where = str(error).replace("\n", " ")
        raise ParameterError(
            f"assumptions {name!r}", [Problem(str(path), f"not readable as YAML: {where}")]
        ) from None
    if not isinstance(entries, dict) or not all(isinstance(e, dict) for e in entries.values()):
        raise ParameterError(
            f"assumptions {name!r}",
            [Problem(str(path), "no list of assumptions", "name: {title, value, unit, ...}")],
        )
    allowed = {entry.name for entry in fields(Assumption)} - {"name"}
    unknown = [f"{key}.{field}" for key, given in entries.items() for field in set(given) - allowed]
    needed = {e.name for e in fields(Assumption) if e.default is MISSING} - {"name"}
    missing = [f"{key}.{field}" for key, given in entries.items() for field in needed - set(given)]
    if unknown or missing:
        raise ParameterError(
            f"assumptions {name!r}",
            [Problem("fields", f"unknown {listing(unknown)}, missing {listing(missing)}",
                     listing(sorted(allowed), 12))],
        )  # fmt: skip
    return MappingProxyType({key: Assumption(name=key, **given) for key, given in entries.items()})


def table_assumptions(name: str = "baseline") -> pd.DataFrame:
    """Return the assumptions as a table for a report: assumption, value, unit, range and source.

    Parameters
    ----------
    name : str
        A file of ``data/params/`` without its ending.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.table_assumptions().columns.tolist()[:4]
    ['assumption', 'used', 'range', 'unit']
    """
    return tabulate_assumptions(load_assumptions(name).values())


def tabulate_assumptions(entries: Iterable[Assumption]) -> pd.DataFrame:
    """Return assumptions as a table for a report, one row each, in the order given.

    Parameters
    ----------
    entries : iterable of Assumption
        Of a file or of a scenario.

    Returns
    -------
    DataFrame
        Text columns ``assumption, used, range, unit, quality, what it moves, where from``.

    Examples
    --------
    >>> tabulate_assumptions(load_assumptions("baseline").values())["range"].iloc[1]
    '5 to 20'
    """
    rows = []
    for entry in entries:
        span = "" if entry.low is None else f"{entry.low:g} to {entry.high:g}"
        used = entry.value
        rows.append(
            {
                "assumption": entry.title,
                "used": f"{used:g}" if isinstance(used, int | float) else str(used),
                "range": span,
                "unit": entry.unit,
                "quality": entry.quality,
                "what it moves": entry.impact,
                "where from": entry.source,
            }
        )
    return pd.DataFrame(rows)
