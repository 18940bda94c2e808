"""Persons, their treatment and their outcome: read once, refused with every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.design import SurveyDesign, read_design
from skillsfc.transitions.programmes.answers import (
    attrition,
    read_outcome,
    read_treatment,
    refuse_one_arm,
)
from skillsfc.transitions.programmes.choices import SUBJECT, ProgrammeSettings
from skillsfc.transitions.ratios import taken_names
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.formula_parser import parse_formula

TAKEN = (
    *("outcome", "method", "target", "estimate", "standard_error", "level", "lower", "upper"),
    *("naive_difference", "with_programme", "without_programme", "treated", "controls"),
    *("effective_treated", "effective_controls", "reliability", "note", "term", "arm"),
)
FEW_CLUSTERS = 30


@dataclass(frozen=True, eq=False, repr=False)
class People:
    """Rows used in an evaluation; one entry a row in every array.

    Parameters
    ----------
    table : DataFrame
        The rows with their columns, index 0..n-1.
    treated : array of bool
        Took part in the programme.
    outcome : array of float
        What the programme is to change [unit of the column].
    weight : array of float
        Survey weights, all above 0.
    place : array of int
        Place of each row in the design.
    design : SurveyDesign
        Strata, clusters and weights of the whole table.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    treated: Flags
    outcome: Floats
    weight: Floats
    place: np.ndarray
    design: SurveyDesign
    notes: tuple[str, ...] = ()

    @property
    def binary(self) -> bool:
        """Return whether the outcome is yes or no."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())

    def only(self, rows: Flags) -> People:
        """Return these rows alone, in the same design."""
        return People(
            self.table.loc[rows].reset_index(drop=True),
            self.treated[rows],
            self.outcome[rows],
            self.weight[rows],
            self.place[rows],
            self.design,
        )


def read_people(persons: object, settings: ProgrammeSettings, *, repeated: bool = False) -> People:
    """Return the rows that an evaluation uses.

    Parameters
    ----------
    persons : DataFrame
        One row a person, or a person and period.
    settings : ProgrammeSettings
        What to read.
    repeated : bool
        Persons may stand in several rows.

    Raises
    ------
    TableError, ParameterError
        On columns that are not there, a treatment that is not yes or no, weights that cannot be
        meant, persons in several rows.
    """
    refuse_other_than_table(persons, SUBJECT)
    assert isinstance(persons, pd.DataFrame)  # noqa: S101 - told to the type checker
    covariates = _covariates(settings)
    _refuse_columns(persons, settings, covariates)
    table = persons.reset_index(drop=True)
    problems: list[Problem] = []
    treated = read_treatment(table[settings.treatment], settings.treated, problems)
    outcome = read_outcome(table[settings.outcome], problems)
    several = _several(table, settings) if not repeated else []
    problems += several
    if problems:
        raise TableError(SUBJECT, problems)
    design, notes = _design(table, settings, repeated)
    needed = [*covariates, *settings.exact, *([settings.time] if settings.time else [])]
    kept, gaps = _complete(table, treated, needed, design.weight, settings)
    answered = np.isfinite(outcome)
    if not repeated:
        notes += attrition(treated[kept] == 1, answered[kept])
    used = kept & answered
    found = People(
        table.loc[used].reset_index(drop=True), treated[used] == 1, outcome[used],
        design.weight[used], np.flatnonzero(used), design, (*gaps, *notes),
    )  # fmt: skip
    if (treated[used] == outcome[used]).all() and used.any():
        raise TableError(SUBJECT, [same_columns(settings)])
    refuse_one_arm(found.treated, SUBJECT)
    return found


def same_columns(settings: ProgrammeSettings) -> Problem:
    """Return the problem of an outcome that is the treatment itself."""
    where = f"columns '{settings.treatment}' and '{settings.outcome}'"
    return Problem(where, "the same in every row", "an outcome that is not the treatment")


def _covariates(settings: ProgrammeSettings) -> list[str]:
    products = parse_formula(settings.covariates, subject=SUBJECT).products
    return list(dict.fromkeys(factor.column for product in products for factor in product))


def _refuse_columns(
    table: pd.DataFrame, settings: ProgrammeSettings, covariates: Sequence[str]
) -> None:
    """Refuse names that are not there, or that stand for two things."""
    optional = [settings.time, settings.cluster, settings.stratum]
    optional += [settings.weight] if settings.weight != "weight" else []
    named = [settings.treatment, settings.outcome, *covariates, *settings.group, *settings.exact]
    named += [name for name in optional if name is not None]
    problems: list[Problem] = [
        Problem(f"column '{name}'", "missing", "one of the columns",
                did_you_mean(name, table.columns))
        for name in dict.fromkeys(named) if name not in table.columns
    ]  # fmt: skip
    twice = [str(name) for name in table.columns[table.columns.duplicated()]]
    if twice:
        problems.append(Problem("columns", f"twice: {listing(twice)}", "each once"))
    if table.empty:
        problems.append(Problem("rows", "none", "treated persons and controls"))
    if problems:
        raise TableError(SUBJECT, problems)
    if settings.treatment == settings.outcome:
        problems.append(Problem("outcome", f"the treatment '{settings.outcome}'", "another column"))
    problems += [
        Problem("covariates", f"'{name}', which is the {what}", "traits from before the programme")
        for what in ("treatment", "outcome", "time")
        if (name := getattr(settings, what)) in [*covariates, *settings.exact]
    ]
    problems += taken_names(settings.group, TAKEN, "group")
    if problems:
        raise ParameterError(SUBJECT, problems)


def _several(table: pd.DataFrame, settings: ProgrammeSettings) -> list[Problem]:
    """Return a problem where a person stands in several rows of one estimate."""
    if "person" not in table.columns or settings.cluster is not None:
        return []
    keys = ["person", *settings.group]
    again = table[keys].duplicated() & table["person"].notna()
    if not again.any():
        return []
    found = f"{int(again.sum())} of {len(table)} rows repeat a person"
    step = (
        "Keep one round, or give its column as a group; cluster='person' keeps all rows and lets "
        "errors know; method='did' with time= uses two rounds."
    )
    return [Problem("column 'person'", found, "one row a person", next_step=step)]


def _design(
    table: pd.DataFrame, settings: ProgrammeSettings, repeated: bool
) -> tuple[SurveyDesign, list[str]]:
    alone = table if repeated or "person" not in table.columns else table.drop(columns="person")
    if settings.cluster == "person":
        alone = table
    design = read_design(
        alone, weight=settings.weight, stratum=settings.stratum, cluster=settings.cluster,
        subject=SUBJECT,
    )  # fmt: skip
    # Its note on Kish's approximation is about shares; here errors come from the rows themselves.
    notes = [note for note in design.notes if "Kish's approximation" not in note]
    if design.known and design.freedom < FEW_CLUSTERS:
        notes.append(
            f"Errors rest on {design.freedom} degrees of freedom between clusters: below about "
            f"{FEW_CLUSTERS} they are rather too small."
        )
    return design, notes


def _complete(
    table: pd.DataFrame,
    treated: Floats,
    needed: Sequence[str],
    weight: Floats,
    settings: ProgrammeSettings,
) -> tuple[Flags, list[str]]:
    """Return which rows have a weight, a treatment and all covariates; refuse or count gaps."""
    counted = weight > 0
    missing = {settings.treatment: np.isnan(treated)}
    missing |= {name: table[name].isna().to_numpy(dtype=bool) for name in dict.fromkeys(needed)}
    missing = {name: gap & counted for name, gap in missing.items() if (gap & counted).any()}
    if missing and settings.missing == "refuse":
        step = "missing='drop' leaves these rows out, and says so."
        raise TableError(SUBJECT, [
            Problem(f"column '{name}'", f"missing in {int(gap.sum())} of {len(table)} rows",
                    "a value in every row", next_step=step)
            for name, gap in missing.items()
        ])  # fmt: skip
    lost = np.logical_or.reduce([*missing.values(), np.zeros(len(table), dtype=bool)])
    notes = []
    if lost.any():
        counts = ", ".join(f"{name} in {int(gap.sum())}" for name, gap in missing.items())
        notes.append(f"{int(lost.sum())} of {len(table)} rows left out: missing ({counts}).")
    return counted & ~lost, notes
