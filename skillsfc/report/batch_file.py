"""What a batch file asks for, read as words: YAML without its guesses.

YAML 1.1 takes ``NO`` for False, ``012`` for ten and ``12:30`` for 750. Here every scalar stays
the word that was written; the notebook's own declarations say what type it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skillsfc._paths import data_dir
from skillsfc.countries import GROUPS, list_countries
from skillsfc.errors import ParameterError, Problem, SourceError, did_you_mean, listing
from skillsfc.report.plan import TIMEOUT

KEYS = ("notebook", "countries", "parameters", "timeout")
MOST_REPORTS = 2000  # a grid beyond this is a slip of the pen
LARGEST_FILE = 1_000_000  # [bytes]; a batch file has a few lines


@dataclass(frozen=True)
class Order:
    """What a batch file asks for: a notebook and one mapping of parameters for each report."""

    notebook: str
    runs: tuple[dict[str, str], ...]
    timeout: float


class WordLoader(yaml.SafeLoader):
    """A safe YAML loader whose scalars are all text."""

    # Without resolvers no plain scalar gets any tag but that of text.
    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, refusing a key that is given twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is no word", key.start_mark
                )
            if key.value in seen:
                text = f"the key {key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, text, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=True)


def read_words(path: Path) -> dict[str, Any]:
    """Return a YAML file as nested dicts and lists of text.

    Parameters
    ----------
    path : Path
        Local file.

    Returns
    -------
    dict
        Whatever the file maps; ``NO``, ``0123`` and ``12:30`` are the words themselves.

    Raises
    ------
    SourceError
        If the file is not there, not UTF-8, too large, no valid YAML or no mapping.
    """
    subject = f"batch file {path.name}"
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SourceError(subject, [Problem(str(path), "too large", f"{LARGEST_FILE} bytes")])
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            subject, [Problem(str(path), f"not UTF-8: {error}", "UTF-8 text")]
        ) from error
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(subject, [Problem(str(path), str(error.strerror), "a file")]) from error
    try:
        words = yaml.load(text, Loader=WordLoader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        found = " ".join(str(error).split())
        raise SourceError(subject, [Problem(str(path), found, "valid YAML")]) from error
    if not isinstance(words, dict):
        found = type(words).__name__
        raise SourceError(subject, [Problem(str(path), found, "lines of the form name: value")])
    return words


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
