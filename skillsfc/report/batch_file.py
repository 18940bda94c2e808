"""What a batch file asks for, read as words: YAML without its guesses.

YAML 1.1 takes ``NO`` for False, ``012`` for ten and ``12:30`` for 750. Here every scalar stays
the word that was written; the notebook's own declarations say what type it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skillsfc._paths import data_dir
from skillsfc.countries import GROUPS, list_countries
from skillsfc.errors import ParameterError, Problem, SourceError, did_you_mean, listing
from skillsfc.report.plan import TIMEOUT
from skillsfc.words_file import read_words

KEYS = ("notebook", "countries", "parameters", "timeout")
MOST_REPORTS = 2000  # a grid beyond this is a slip of the pen


@dataclass(frozen=True)
class Order:
    """What a batch file asks for: a notebook and one mapping of parameters for each report."""

    notebook: str
    runs: tuple[dict[str, str], ...]
    timeout: float


def find_batch_file(path: str | Path) -> Path:
    """Return the batch file; the default one is also shipped with an installed library."""
    given = Path(path)
    shipped = (data_dir() / "batch.yml", data_dir().parent / "reports" / "batch.yml")
    places: list[Path] = [given, *(shipped if given == Path("reports/batch.yml") else ())]
    for place in places:
        if place.is_file():
            return place
    raise SourceError("batch file", [Problem(str(path), "no such file", "a YAML file")])


def read_order(path: Path) -> Order:
    """Read a batch file and check everything in it but the parameters' values."""
    words = read_words(path)
    subject = f"batch file {path.name}"
    problems = [
        Problem(repr(key), "unknown", f"one of {listing(KEYS)}", did_you_mean(key, KEYS))
        for key in words
        if key not in KEYS
    ]
    grid = words.get("parameters") or {}
    if not isinstance(grid, Mapping):
        problems.append(Problem("parameters", repr(grid)[:80], "name: value lines"))
        grid = {}
    countries, wrong = _countries(words.get("countries"))
    problems += wrong
    timeout = words.get("timeout", str(TIMEOUT))
    try:
        seconds = float(str(timeout))
    except ValueError:
        seconds = TIMEOUT
        problems.append(Problem("timeout", repr(timeout), "seconds, such as 600"))
    if problems:
        raise ParameterError(subject, problems)
    axes = {name: value if isinstance(value, list) else [value] for name, value in grid.items()}
    if countries:
        axes = {"country": countries, **axes}
    runs = tuple(
        dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())
    )
    if not 0 < len(runs) <= MOST_REPORTS:
        found = Problem("parameters", f"{len(runs)} reports", f"1 to {MOST_REPORTS}")
        raise ParameterError(subject, [found])
    return Order(str(words.get("notebook", "90_country_brief")), runs, seconds)


def _countries(asked: object) -> tuple[list[str], list[Problem]]:
    """Return the codes that a group or a list stands for; None asks for no country."""
    if asked is None or asked == "":
        return [], []
    if isinstance(asked, str):
        if asked == "all" or asked in GROUPS:
            return list(list_countries(None if asked == "all" else asked)["country"]), []
        if len(asked) > 3:
            groups = ("all", *GROUPS)
            guess = did_you_mean(asked, groups)
            return [], [Problem("countries", repr(asked), f"a list, or {listing(groups)}", guess)]
        asked = [asked]
    if isinstance(asked, Sequence) and all(isinstance(code, str) for code in asked):
        return list(dict.fromkeys(asked)), []
    return [], [Problem("countries", repr(asked)[:80], "a list of codes")]
