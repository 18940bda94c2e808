"""The rates of each projected year: constant, by year, or on their way to a target."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import key_columns, refuse_other_than_table
from skillsfc.transitions.cohorts.excess import ROUNDING, excess_at
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.levels import Levels
from skillsfc.transitions.cohorts.matching import left_out, match_groups
from skillsfc.transitions.cohorts.rate_tables import SHARES, RateArrays
from skillsfc.transitions.cohorts.tables import series_name
from skillsfc.transitions.records import Floats, Whole


@dataclass(frozen=True)
class RatePath:
    """Rates by year, group and grade.

    Parameters
    ----------
    rates : Rates
        Arrays (years, groups, grades).
    first_grade : int
        Grade of the first place.
    notes : tuple of str
        Which years were held.
    """

    rates: Rates
    first_grade: int
    notes: tuple[str, ...] = ()


def lay_path(laid: RateArrays, groups: pd.DataFrame, years: Whole, subject: str) -> RatePath:
    """Give every group and year its rates; a year without its own has those of the year before.

    Raises
    ------
    TableError
        If a group's first or last grade is not the same in all years.
    """
    if "year" not in laid.groups:
        place = np.tile(match_groups(groups, laid.groups, "rates", subject), (len(years), 1))
        held: tuple[str, ...] = ("Rates are held constant.",)
    else:
        place, held = _by_year(laid, groups, years, subject)
    first, last = laid.rates.first[place], laid.rates.last[place]
    if (first != first[0]).any() or (last != last[0]).any():
        found = "a first or last grade that differs between years"
        raise TableError(subject, [Problem("rates", found, "the same grades in every year")])
    rates = Rates(
        laid.rates.promotion[place],
        laid.rates.repetition[place],
        laid.rates.completion[place],
        first[0],
        last[0],
    )
    return RatePath(rates, laid.first_grade, held)


def _by_year(
    laid: RateArrays, groups: pd.DataFrame, years: Whole, subject: str
) -> tuple[Whole, tuple[str, ...]]:
    rest = laid.groups.drop(columns="year")
    given = np.sort(laid.groups["year"].unique())
    every = rest.drop_duplicates().reset_index(drop=True)
    match = match_groups(groups, every, "rates", subject)
    # A year's rates are those of the latest year given up to it, or of the first one given.
    at = np.maximum(np.searchsorted(given, years, side="right") - 1, 0)
    wanted = [
        every.iloc[match].assign(year=year).reset_index(drop=True) for year in given[at].tolist()
    ]
    place = np.stack([match_groups(part, laid.groups, "rates", subject) for part in wanted])
    held = [year for year in years.tolist() if year not in given]
    note = f"Rates of {listing(held)} are those of the nearest year before (or the first) given."
    return place, (note,) if held else ()


def reach_targets(
    path: RatePath,
    targets: object,
    groups: pd.DataFrame,
    years: Whole,
    subject: str,
    *,
    levels: Levels | None = None,
) -> RatePath:
    """Bend rates in straight lines to the values that they shall have in a year, and hold them.

    Parameters
    ----------
    levels : Levels, optional
        Where levels end; a completion is a target there only.

    Raises
    ------
    TableError
        If it is no table of targets, or names a grade or group that there is not.
    ParameterError
        If promotion and repetition would then add up to more than 1, or a target changes nothing.
    """
    if targets is None:
        return path
    rows = _read_targets(targets, subject)
    late = rows["year"] <= years[0]
    if late.any():
        found = f"{listing(rows.loc[late, 'year'].unique())}"
        problem = Problem("targets, year", found, f"years after the base year {years[0]}")
        raise ParameterError(subject, [problem])
    _refuse_idle(rows, groups, path, levels, subject)
    promotion, repetition, completion = (
        _bend(getattr(path.rates, name), rows, name, groups, years, path, subject)
        for name in SHARES
    )
    made = replace(path.rates, promotion=promotion, repetition=repetition, completion=completion)
    _refuse_excess(made, path, groups, years, subject)
    notes = [note for note in path.notes if "constant" not in note]
    reached = listing(sorted(rows["year"].unique()))
    text = f"Rates move in straight lines to the targets given for {reached}, and stay there."
    return replace(path, rates=made, notes=(*notes, text))


def _read_targets(targets: object, subject: str) -> pd.DataFrame:
    refuse_other_than_table(targets, subject)
    assert isinstance(targets, pd.DataFrame)  # noqa: S101 - for mypy; refused above
    absent = [name for name in ("year", "grade") if name not in targets.columns]
    keys = key_columns(targets)
    foreign = [c for c in targets.columns if c not in keys and c not in SHARES]
    problems = [Problem("targets", f"no column {name!r}", "year, grade") for name in absent]
    problems += [
        Problem("targets", f"column {name!r}", listing(SHARES), did_you_mean(name, SHARES))
        for name in foreign
    ]
    if not any(name in targets.columns for name in SHARES):
        problems.append(Problem("targets", "no share", f"one or more of {listing(SHARES)}"))
    rows = targets.reset_index(drop=True).copy()
    for name in [n for n in (*SHARES, "year", "grade") if n in rows]:
        numbers = pd.to_numeric(rows[name], errors="coerce")
        bad = (numbers.isna() & rows[name].notna()) | (numbers < 0)
        bad |= (numbers > 1) if name in SHARES else (numbers.isna() | (numbers % 1 != 0))
        if bad.any():
            expected = "shares, 0 to 1" if name in SHARES else "whole numbers"
            shown = listing(rows[name][bad])
            problems.append(Problem(f"targets, {name}", shown, expected))
        rows[name] = numbers
    shares = [name for name in SHARES if name in rows]
    if not problems and not rows[shares].notna().to_numpy().any():
        problems.append(Problem("targets", "no value at all", "one or more rows with a share"))
    if not problems and rows.duplicated(keys).any():
        problems.append(Problem("targets", "rows repeat their keys", "each once"))
    if problems:
        raise TableError(subject, problems)
    return rows.astype({"year": int, "grade": int})


def _refuse_idle(
    rows: pd.DataFrame, groups: pd.DataFrame, path: RatePath, levels: Levels | None, subject: str
) -> None:
    """Refuse targets that would change nothing: of no group, or where nobody does such a thing."""
    lost = left_out(rows, groups)
    if lost:
        raise TableError(subject, [Problem("targets", f"{listing(lost)}: no such pupils")])
    _, final = path.rates.place()
    unknown = np.isnan(path.rates.completion[0]) & ~final
    named = levels is not None and bool(levels.names)
    endless = np.zeros_like(final) if not named or levels is None else (levels.ending < 0) & ~final
    idle = (
        ("promotion", final, "from which nobody goes on", "Use completion."),
        ("completion", endless, "with which no level ends", "levels= says where."),
        (
            "completion",
            unknown & ~endless,
            "which nobody is known to complete",
            "Give rates a completion of that grade.",
        ),
    )
    problems: list[Problem] = []
    for name, where, found, step in idle:
        given = rows.dropna(subset=[name]) if name in rows else rows.iloc[:0]
        for year, part in given.groupby("year"):
            goal = _at_grades(part, name, groups, path, subject)
            problems += [
                Problem(
                    f"targets, {series_name(groups.iloc[group].to_dict())}",
                    f"{name} of grade {path.first_grade + grade} in {year}, {found}",
                    "targets that change something",
                    next_step=step,
                )
                for group, grade in np.argwhere(np.isfinite(goal) & where)[:20]
            ]
    if problems:
        raise ParameterError(subject, problems)


def _bend(
    shares: Floats,
    rows: pd.DataFrame,
    name: str,
    groups: pd.DataFrame,
    years: Whole,
    path: RatePath,
    subject: str,
) -> Floats:
    if name not in rows:
        return shares
    bent = shares.copy()
    before, since = shares[0].copy(), np.full(shares.shape[1:], years[0])
    for year, part in rows.dropna(subset=[name]).groupby("year"):
        goal = _at_grades(part, name, groups, path, subject)
        there = np.isfinite(goal)
        for at, now in enumerate(years):
            way = np.clip((now - since) / np.maximum(int(year) - since, 1), 0.0, 1.0)
            line = before + way * (goal - before)
            bent[at] = np.where(there & (now > since), line, bent[at])
        before = np.where(there, goal, before)
        since = np.where(there, int(year), since)
    return bent


def _at_grades(
    rows: pd.DataFrame, name: str, groups: pd.DataFrame, path: RatePath, subject: str
) -> Floats:
    """Return one year's targets by group and grade; missing where there are none."""
    keys = [key for key in key_columns(rows) if key not in ("year", "grade")]
    foreign = [key for key in keys if key not in groups.columns]
    place = rows["grade"].to_numpy() - path.first_grade
    outside = (place < 0) | (place >= path.rates.promotion.shape[-1])
    problems = []
    if foreign:
        expected = f"keys of enrolment: {listing(groups.columns)}"
        problems.append(Problem("targets", f"by {listing(foreign)}", expected))
    if outside.any():
        found = f"grades {listing(rows['grade'][outside].unique())}"
        problems.append(Problem("targets", found, "grades that the rates have"))
    if problems:
        raise TableError(subject, problems)
    numbered = groups.assign(_group=np.arange(len(groups)))
    given = rows.assign(_place=place, _row=np.arange(len(rows)))[[*keys, "_place", "_row", name]]
    joined = given.merge(numbered, on=keys) if keys else given.merge(numbered, how="cross")
    inside, _ = path.rates.place()
    joined = joined[inside[joined["_group"].to_numpy(), joined["_place"].to_numpy()]]
    idle = given.loc[~given["_row"].isin(joined["_row"]), "_place"]
    if len(idle):
        found = f"grades {listing(path.first_grade + idle.unique())} of groups without them"
        raise TableError(subject, [Problem("targets", found, "grades that the rates have")])
    goal = np.full(path.rates.promotion.shape[1:], np.nan)
    goal[joined["_group"].to_numpy(), joined["_place"].to_numpy()] = joined[name].to_numpy()
    return goal


def _refuse_excess(
    made: Rates, path: RatePath, groups: pd.DataFrame, years: Whole, subject: str
) -> None:
    new = (excess_at(made) > ROUNDING) & (excess_at(path.rates) <= ROUNDING)
    if not new.any():
        return
    problems = []
    for year, group, grade in np.argwhere(new)[:5]:
        where = f"targets, {series_name(groups.iloc[group].to_dict())}"
        total = 1.0 + excess_at(made)[year, group, grade]
        found = f"grade {path.first_grade + grade} in {years[year]}: shares add up to {total:.4f}"
        step = "Lower repetition together with a higher promotion."
        problems.append(Problem(where, found, "at most 1", next_step=step))
    raise ParameterError(subject, problems)
