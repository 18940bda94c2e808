"""The embedded person histories of a country, or a user's own file, ready for the notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from skillsfc.countries import country_code
from skillsfc.errors import CoverageError, ParameterError, Problem, SourceError, listing
from skillsfc.schema import code_list, read_codes_file
from skillsfc.sources.catalog import sources
from skillsfc.sources.example.country import WARNING
from skillsfc.sources.microdata import load_microdata
from skillsfc.sources.surveys.read import read_survey

TIMES = ("period", "month", "quarter", "year")


@dataclass(frozen=True)
class Pathways:
    """Histories of persons, and what their states mean.

    Parameters
    ----------
    country, name : str
        Code of the country; who the persons are.
    spells : DataFrame or None
        One row a spell: ``person, state, start, end`` and more.
    periods : DataFrame or None
        One row a person and period: ``person, month`` (or another period) and ``state``.
    unit : str
        Unit of time, in the plural.
    start : str
        What the clock counts from.
    learning, working, idle : tuple of str
        States by kind: in school or training, at work, neither.
    source : str
        Who made the data, for the foot of a page.
    warning : str
        Words that must stand on every page, or empty.
    note : str
        For whom the persons stand, and for whom not.
    """

    country: str
    name: str
    spells: pd.DataFrame | None
    periods: pd.DataFrame | None
    unit: str
    start: str
    learning: tuple[str, ...]
    working: tuple[str, ...]
    idle: tuple[str, ...]
    source: str
    warning: str = ""
    note: str = ""

    def __repr__(self) -> str:
        table = self.periods if self.spells is None else self.spells
        count = 0 if table is None else int(table["person"].nunique())
        return f"{self.name}: {count} persons, {self.unit} since {self.start}"

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states in the order learning, working, idle."""
        return (*self.learning, *self.working, *self.idle)


def load_pathways(
    country: str = "GBR",
    *,
    file: str | Path = "",
    mapping: str | Path = "",
    learning: str = "",
    working: str = "",
    idle: str = "",
    unit: str = "months",
) -> Pathways:
    """Return the embedded person histories of a country, or those of a user's own file.

    Parameters
    ----------
    country : str
        ISO alpha-3 code or alias: GBR, USA and XEX have embedded histories.
    file : str or Path
        Own file with a row a spell (``person, state, start, end``) or a row a person and period
        (``person, state`` and ``month``, ``quarter`` or ``year``); empty for the embedded ones.
    mapping : str or Path
        Mapping of its columns and codes, as `skillsfc.read_survey` takes it.
    learning, working, idle : str
        States of the own file by kind, with blanks between them; each state is of one kind.
    unit : str
        Unit of time of the own file, in the plural.

    Returns
    -------
    Pathways
        With ``spells`` or ``periods``, and the states by kind.

    Raises
    ------
    CoverageError
        If nothing is embedded for the country.
    SourceError, TableError
        If the file cannot be read.
    ParameterError
        If the states named are not those of the file.

    Examples
    --------
    >>> load_pathways("GBR")
    Northern Ireland, school leavers of 1993: 712 persons, months since July 1993, the end of ...
    """
    code = country_code(country)
    if str(file):
        kinds = {"learning": learning, "working": working, "idle": idle}
        return _own(
            code, Path(file), mapping, {k: tuple(v.split()) for k, v in kinds.items()}, unit
        )
    listed = read_codes_file("pathways.csv").set_index("country")
    if code not in listed.index:
        step = "Give a file of your own: a row a spell, or a row a person and month."
        raise CoverageError(
            "load_pathways",
            [Problem("country", f"no person histories of {code} are embedded",
                     f"one of {listing(listed.index)}", next_step=step)],
        )  # fmt: skip
    row = listed.loc[code].to_dict()
    spells = periods = None
    if row["dataset"] == "examplia":
        from skillsfc.sources.example import example

        spells = example(seed=1).spells
    else:
        periods = load_microdata(row["dataset"])
        periods = periods.drop(columns=[c for c in ("date",) if c in periods.columns])
    return Pathways(
        code,
        row["name"],
        spells,
        periods,
        row["unit"],
        row["start"],
        tuple(row["learning"].split()),
        tuple(row["working"].split()),
        tuple(row["idle"].split()),
        _citation(row["source"]),
        WARNING if code == "XEX" else "",
        row["note"],
    )


def _citation(source: str) -> str:
    log = sources()
    known = log[log["source"] == source]
    return source if known.empty else f"{known['producer'].iloc[0]}, {known['title'].iloc[0]}"


def _own(
    code: str, file: Path, mapping: str | Path, kinds: dict[str, tuple[str, ...]], unit: str
) -> Pathways:
    table = read_survey(file, mapping=mapping or None).table
    have = set(table.columns)
    is_spells = {"person", "state", "start", "end"} <= have
    if not is_spells and not ({"person", "state"} <= have and have & set(TIMES)):
        raise SourceError(
            f"file {file.name}",
            [Problem("columns", listing(sorted(have), 20), "person, state, start, end; or person, "
                     f"state and one of {listing(TIMES)}",
                     next_step="Name them in a mapping.")],
        )  # fmt: skip
    found = sorted(set(table["state"].dropna()))
    named = [state for states in kinds.values() for state in states]
    problems = [
        Problem("learning, working, idle", f"no state {state!r} in the file", listing(found, 20))
        for state in named
        if state not in found
    ]
    twice = sorted({state for state in named if named.count(state) > 1})
    if twice:
        problems.append(Problem("learning, working, idle", f"named twice: {listing(twice)}"))
    rest = [state for state in found if state not in named]
    if rest:
        problems.append(
            Problem("learning, working, idle", f"of no kind: {listing(rest)}",
                    "each state of the file named once")
        )  # fmt: skip
    if problems:
        raise ParameterError("load_pathways", problems)
    return Pathways(
        code, _name(code), table if is_spells else None, None if is_spells else table,
        unit, "the start of observation", kinds["learning"], kinds["working"], kinds["idle"],
        file.name,
    )  # fmt: skip


def _name(code: str) -> str:
    listed = code_list("countries").set_index("code")["label_en"]
    return str(listed.get(code, code))
