"""Who earns what: rows for a wage equation, those without earnings kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.design import SurveyDesign, read_design
from skillsfc.transitions.programmes.answers import read_outcome, read_treatment
from skillsfc.transitions.ratios import domains, taken_names
from skillsfc.transitions.records import Flags, Floats
from skillsfc.transitions.survival.formula_parser import parse_formula

SUBJECT = "estimate_returns"
TAKEN = (
    *("term", "equation", "method", "estimate", "rate_of_return", "standard_error", "level"),
    *("lower", "upper", "return_lower", "return_upper", "persons", "earners", "r_squared"),
    *("reliability", "note"),
)


@dataclass(frozen=True)
class ReturnSettings:
    """Arguments of `estimate_returns` as used."""

    earnings: str
    logged: bool
    schooling: str
    covariates: str
    selection: str | None
    working: str | None
    group: tuple[str, ...]
    weight: str | None
    cluster: str | None
    stratum: str | None
    level: float
    errors: str
    missing: str
    zero: str

    @property
    def wage_formula(self) -> str:
        """Return the wage equation: schooling, then the covariates."""
        rest = f" + {self.covariates}" if self.covariates.strip() else ""
        return f"`{self.schooling}`{rest}"


@dataclass(frozen=True, eq=False, repr=False)
class Earners:
    """Rows of a wage equation; one entry a row in every array.

    Parameters
    ----------
    table : DataFrame
        The rows, those without earnings too.
    log_earnings : array of float
        Logarithm of earnings; NaN where there are none.
    earns : array of bool
        Has earnings.
    weight, place, design
        As in `People`.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    log_earnings: Floats
    earns: Flags
    weight: Floats
    place: np.ndarray
    design: SurveyDesign
    notes: tuple[str, ...] = ()

    def only(self, rows: Flags) -> Earners:
        """Return these rows alone, in the same design."""
        return Earners(
            self.table.loc[rows].reset_index(drop=True), self.log_earnings[rows],
            self.earns[rows], self.weight[rows], self.place[rows], self.design,
        )  # fmt: skip


def columns_of(formula: str) -> list[str]:
    """Return the columns that a formula names, each once."""
    products = parse_formula(formula, subject=SUBJECT).products
    return list(dict.fromkeys(factor.column for product in products for factor in product))


def read_earners(persons: object, settings: ReturnSettings) -> Earners:
    """Return the rows of a wage equation, or raise with every problem at once.

    Raises
    ------
    TableError, ParameterError
        As `estimate_returns` tells.
    """
    refuse_other_than_table(persons, SUBJECT)
    assert isinstance(persons, pd.DataFrame)  # noqa: S101 - told to the type checker
    wage_columns = columns_of(settings.wage_formula)
    needed = list(dict.fromkeys([*wage_columns, *columns_of(settings.selection or "")]))
    _refuse_columns(persons, settings, needed)
    table = persons.reset_index(drop=True)
    problems: list[Problem] = []
    logs, notes = _log_earnings(table[settings.earnings], settings, problems)
    works = _works(table, settings, logs, problems)
    if problems:
        raise TableError(SUBJECT, problems)
    design = read_design(
        table, weight=settings.weight, stratum=settings.stratum, cluster=settings.cluster,
        subject=SUBJECT,
    )  # fmt: skip
    notes += [note for note in design.notes if "Kish's approximation" not in note]
    earns = np.isfinite(logs)
    silent = works & ~earns
    if silent.any():
        notes.append(f"{int(silent.sum())} persons work but gave no earnings: they are left out.")
    kept = (design.weight > 0) & ~silent
    if settings.selection is None:
        away = kept & ~earns
        if away.any():
            notes.append(
                f"{int(away.sum())} of {int(kept.sum())} persons have no earnings and are left "
                "out: the return is that of those who earn. Where who earns goes with what they "
                "would earn, selection= gives a correction."
            )
        kept &= earns
        notes += _without_earners(table, settings, design.weight > 0, kept)
    kept, gaps = _complete(table, needed, kept, earns, wage_columns, settings)
    return Earners(
        table.loc[kept].reset_index(drop=True), logs[kept], earns[kept], design.weight[kept],
        np.flatnonzero(kept), design, (*notes, *gaps),
    )  # fmt: skip


def _without_earners(
    table: pd.DataFrame, settings: ReturnSettings, counted: Flags, kept: Flags
) -> list[str]:
    """Name the groups in which nobody earns: they have no row in the result."""
    names = [
        ", ".join(f"{name} {value}" for name, value in keys.items())
        for keys, rows in domains(table, settings.group)
        if (rows & counted).any() and not (rows & kept).any()
    ]
    return [f"Nobody earns in {listing(names)}: no return is estimated there."] if names else []


def _refuse_columns(table: pd.DataFrame, settings: ReturnSettings, needed: Sequence[str]) -> None:
    optional = [settings.working, settings.cluster, settings.stratum]
    optional += [settings.weight] if settings.weight != "weight" else []
    named = [settings.earnings, *needed, *settings.group, *(n for n in optional if n is not None)]
    problems: list[Problem] = [
        Problem(f"column '{name}'", "missing", "one of the columns",
                did_you_mean(name, table.columns))
        for name in dict.fromkeys(named) if name not in table.columns
    ]  # fmt: skip
    twice = [str(name) for name in table.columns[table.columns.duplicated()]]
    if twice:
        problems.append(Problem("columns", f"twice: {listing(twice)}", "each once"))
    if table.empty:
        problems.append(Problem("rows", "none", "persons"))
    if problems:
        raise TableError(SUBJECT, problems)
    if settings.earnings in needed:
        found = f"the earnings '{settings.earnings}'"
        problems.append(Problem("covariates", found, "columns that explain them"))
    if settings.schooling in columns_of(settings.covariates):
        step = "A product or square of it makes the return differ by person: use group= instead."
        problems.append(Problem("covariates", f"the schooling '{settings.schooling}' again",
                                "other columns", next_step=step))  # fmt: skip
    problems += taken_names(settings.group, TAKEN, "group")
    if problems:
        raise ParameterError(SUBJECT, problems)


def _log_earnings(
    column: pd.Series, settings: ReturnSettings, problems: list[Problem]
) -> tuple[Floats, list[str]]:
    """Return logarithms of earnings, NaN where there are none."""
    values = read_outcome(column, problems)
    if settings.logged:
        return values, []
    notes = []
    where = f"earnings '{column.name}'"
    negative, zero = int((values < 0).sum()), int((values == 0).sum())
    if negative:
        step = "A loss has no logarithm: leave these rows out, or use another measure of earnings."
        found = f"negative in {negative} rows"
        problems.append(Problem(where, found, "earnings above 0", next_step=step))
    if zero and settings.zero == "refuse":
        step = "If 0 means without work, zero='not_working'; if unpaid work, leave the rows out."
        found = f"0 in {zero} rows"
        problems.append(Problem(where, found, "earnings above 0", next_step=step))
    elif zero:
        notes.append(f"{zero} persons with earnings of 0 are taken as not working.")
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    return np.where(values > 0, logs, np.nan), notes


def _works(
    table: pd.DataFrame, settings: ReturnSettings, logs: Floats, problems: list[Problem]
) -> Flags:
    """Return who works: as told, or who has earnings."""
    if settings.working is None:
        return np.isfinite(logs)
    found = read_treatment(table[settings.working], None, problems)
    gaps = int(np.isnan(found).sum())
    where = f"working '{settings.working}'"
    if gaps:
        problems.append(Problem(where, f"missing in {gaps} rows", "a value in every row"))
    apart = int(((found == 0) & np.isfinite(logs)).sum())
    if apart:
        problems.append(Problem(where, f"false in {apart} rows with earnings", "true there"))
    return np.asarray(found == 1)


def _complete(
    table: pd.DataFrame,
    needed: Sequence[str],
    kept: Flags,
    earns: Flags,
    wage_columns: Sequence[str],
    settings: ReturnSettings,
) -> tuple[Flags, list[str]]:
    """Refuse or count rows with gaps; those of the wage equation count for earners only."""
    chosen = columns_of(settings.selection or "")
    gaps = {
        name: table[name].isna().to_numpy(dtype=bool) & kept & (earns | (name in chosen))
        for name in dict.fromkeys([*needed, *wage_columns])
    }
    gaps = {name: gap for name, gap in gaps.items() if gap.any()}
    if gaps and settings.missing == "refuse":
        step = "missing='drop' leaves these rows out, and says so."
        raise TableError(SUBJECT, [
            Problem(f"column '{name}'", f"missing in {int(gap.sum())} of {int(kept.sum())} rows",
                    "a value in every row", next_step=step)
            for name, gap in gaps.items()
        ])  # fmt: skip
    lost = np.logical_or.reduce([*gaps.values(), np.zeros(len(table), dtype=bool)])
    if not lost.any():
        return kept, []
    counts = ", ".join(f"{name} in {int(gap.sum())}" for name, gap in gaps.items())
    return kept & ~lost, [f"{int(lost.sum())} rows left out: missing ({counts})."]
