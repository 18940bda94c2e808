"""The embedded person histories of a country, or a user's own file, ready for the notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from skillsfc.countries import country_code
from skillsfc.errors import CoverageError, Problem, listing
from skillsfc.schema import code_list, read_codes_file
from skillsfc.sources.catalog import sources
from skillsfc.sources.example.country import WARNING
from skillsfc.sources.example.parameters import SOURCE, SOURCE_TITLE
from skillsfc.sources.microdata import load_microdata
from skillsfc.sources.own_histories import (
    from_zero,
    kind_of_rows,
    refuse_states,
    spells_from_zero,
    states_of,
    unit_of,
)
from skillsfc.sources.surveys.read import read_survey


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
    stable, unemployed : tuple of str
        Working states that are stable jobs, and idle states that are unemployment, where known.
    persons : DataFrame or None
        A survey of the same country: one row a person with ``age, activity`` and more.
    panel : DataFrame or None
        Interviews of the same persons: ``person``, a time and ``activity``.
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
    stable: tuple[str, ...] = ()
    unemployed: tuple[str, ...] = ()
    persons: pd.DataFrame | None = None
    panel: pd.DataFrame | None = None

    def __repr__(self) -> str:
        kinds = (self.spells, self.periods, self.persons, self.panel)
        table = next(table for table in kinds if table is not None)
        count = int(table["person"].nunique()) if "person" in table.columns else len(table)
        return f"{self.name}: {count} persons, {self.unit} since {self.start}"

    @property
    def shortest(self) -> int:
        """Return how long every stay lasts by the form of the records: 1 for a row a period."""
        return 0 if self.periods is None else 1

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states in the order learning, working, idle."""
        return (*self.learning, *self.working, *self.idle)

    @property
    def kinds(self) -> dict[str, str]:
        """Return the kind of each state: learning, working or idle."""
        named = {"learning": self.learning, "working": self.working, "idle": self.idle}
        return {state: kind for kind, states in named.items() for state in states}

    @property
    def roles(self) -> dict[str, str]:
        """Return the role of each state for `skillsfc.classify_transitions`.

        Where no state is known to be a stable job, every working state ends the transition.
        """
        ends = self.stable or self.working
        return {
            **dict.fromkeys(self.learning, "education"),
            **dict.fromkeys(self.working, "temporary"),
            **dict.fromkeys(ends, "stable"),
            **dict.fromkeys(self.idle, "inactive"),
            **dict.fromkeys(self.unemployed, "unemployed"),
        }

    @property
    def answers(self) -> dict[str, dict[str, object]]:
        """Return what each state says of school and work, for `skillsfc.approximate_stages`.

        A main activity leaves open whether a student works and what a job is like.
        """
        jobless = ("unemployed", "outside")
        return {
            **{state: {"in_education": "yes"} for state in self.learning},
            **{state: {"in_education": "no", "activity": "employed"} for state in self.working},
            **{state: {"in_education": "no", "activity": jobless} for state in self.idle},
        }


def load_pathways(
    country: str = "GBR",
    *,
    file: str | Path = "",
    mapping: str | Path = "",
    learning: str = "",
    working: str = "",
    idle: str = "",
    stable: str = "",
    unemployed: str = "",
    unit: str = "",
    decimal: str = ".",
) -> Pathways:
    """Return the embedded person histories of a country, or those of a user's own file.

    Parameters
    ----------
    country : str
        ISO alpha-3 code or alias: GBR, USA and XEX have embedded histories.
    file : str or Path
        Own file with a row a spell (``person, state`` and ``start, end`` or ``start_year,
        start_month, end_year, end_month``), a row a person and period
        (``person, state`` or ``activity``, and ``month``, ``quarter`` or ``year``), or a row a
        person (``age, activity``); empty for the embedded ones.
    mapping : str or Path
        Mapping of its columns and codes, as `skillsfc.read_survey` takes it.
    learning, working, idle, stable, unemployed : str
        States of the own file by kind, with blanks between them, or with commas where a state's
        name holds blanks: ``"part time job, full time job"``, or ``"part time job,"`` for one.
        Each state is learning, working or idle. Not needed for a file of activities.
    unit : str
        Unit of time of the own file: months, years, quarters, weeks or days. Empty: what its
        column ``year, quarter`` or ``month`` says; years where spells begin and end in whole
        numbers from 1900 to 2150; else months.
    decimal : {".", ","}
        Decimal sign of numbers in the own file's text.

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
        If the states named are not those of the file, or the unit is not its column's.

    Examples
    --------
    >>> load_pathways("GBR")
    Northern Ireland, school leavers of 1993: 712 persons, months since July 1993, the end of ...
    """
    code = country_code(country)
    if str(file):
        named = {
            "learning": learning,
            "working": working,
            "idle": idle,
            "stable": stable,
            "unemployed": unemployed,
        }
        kinds = {kind: states_of(words) for kind, words in named.items()}
        return _own(code, Path(file), mapping, kinds, unit, decimal)
    listed = read_codes_file("pathways.csv").set_index("country")
    if code not in listed.index:
        step = "Give a file of your own: a row a spell, or a row a person and month."
        raise CoverageError(
            "load_pathways",
            [Problem("country", f"no person histories of {code} are embedded",
                     f"one of {listing(listed.index)}", next_step=step)],
        )  # fmt: skip
    row = listed.loc[code].to_dict()
    spells = periods = persons = panel = None
    if row["dataset"] == "examplia":
        from skillsfc.sources.example import example

        made = example(seed=1)
        spells, persons, panel = made.spells, made.labour_force_survey, made.labour_force_panel
    else:
        periods = from_zero(load_microdata(row["dataset"]).drop(columns="date", errors="ignore"))
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
        tuple(row["stable"].split()),
        tuple(row["unemployed"].split()),
        persons,
        panel,
    )


def _citation(source: str) -> str:
    if source == SOURCE:
        return SOURCE_TITLE
    log = sources()
    known = log[log["source"] == source]
    return source if known.empty else f"{known['producer'].iloc[0]}, {known['title'].iloc[0]}"


def _own(
    code: str,
    file: Path,
    mapping: str | Path,
    kinds: dict[str, tuple[str, ...]],
    unit: str,
    decimal: str,
) -> Pathways:
    table = read_survey(file, mapping=mapping or None, decimal=decimal).table
    kind = kind_of_rows(set(table.columns), file)
    if kind in ("spells", "periods"):
        refuse_states(sorted(set(table["state"].dropna())), kinds)
    return Pathways(
        code,
        _name(code),
        spells_from_zero(table) if kind == "spells" else None,
        from_zero(table) if kind == "periods" else None,
        unit_of(table, kind, unit),
        "the start of observation",
        kinds["learning"],
        kinds["working"],
        kinds["idle"],
        file.name,
        stable=kinds["stable"],
        unemployed=kinds["unemployed"],
        persons=table if kind == "persons" else None,
        panel=table if kind == "panel" else None,
    )


def _name(code: str) -> str:
    listed = code_list("countries").set_index("code")["label_en"]
    return str(listed.get(code, code))
