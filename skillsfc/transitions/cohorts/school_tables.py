"""Tables of pupils, repeaters and graduates that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, listing
from skillsfc.transitions.cohorts.issues import MOST_PLACES
from skillsfc.transitions.cohorts.tables import (
    choose_groups,
    group_keys,
    level_grades,
    read_persons,
)

EVERYBODY = ("country", "region", "area", "sex")  # keys that part all people, in every year


@dataclass(frozen=True)
class SchoolTables:
    """Checked tables and the keys of their groups.

    Parameters
    ----------
    enrolment, repeaters : DataFrame
        Pupils and repeaters.
    graduates : DataFrame or None
        Graduates.
    keys : list of str
        Keys that tell groups of pupils apart.
    by : list of str
        Those reported.
    """

    enrolment: pd.DataFrame
    repeaters: pd.DataFrame
    graduates: pd.DataFrame | None
    keys: list[str]
    by: list[str]

    def given(self) -> dict[str, pd.DataFrame]:
        """Return the tables that were given, by name."""
        tables = {"enrolment": self.enrolment, "repeaters": self.repeaters}
        return tables if self.graduates is None else {**tables, "graduates": self.graduates}

    def source(self) -> str:
        """Return the sources of all rows in one text."""
        found = [str(s) for t in self.given().values() for s in t["source"].unique()]
        return ", ".join(dict.fromkeys(found))


def read_school_tables(
    enrolment: object,
    repeaters: object,
    graduates: object,
    by: Any,
    excess: str,
    subject: str,
) -> SchoolTables:
    """Return the tables, checked, with the keys of their groups.

    Raises
    ------
    TableError
        If one is not valid, their keys do not agree, or a sum over sexes has only one.
    ParameterError
        If a group asked for is none.
    """
    pupils = read_persons(enrolment, "enrolment", ("year", "grade"))
    again = read_persons(repeaters, "repeaters", ("year", "grade"))
    done = None if graduates is None else read_persons(graduates, "graduates", ("year",))
    keys = group_keys(pupils)
    chosen = choose_groups(by, keys, subject)
    if set(group_keys(again)) != set(keys):
        found = f"groups by {listing(group_keys(again))}"
        problem = Problem("columns", found, f"those of enrolment: {listing(keys)}")
        raise TableError("repeaters table", [problem])
    if done is not None and not set(chosen) <= set(done.columns):
        absent = [key for key in chosen if key not in done]
        step = f"Or report without it: by={[key for key in chosen if key in done]}."
        problem = Problem("columns", f"missing: {listing(absent)}", listing(chosen), "", step)
        raise TableError("graduates table", [problem])
    if excess == "uis" and "sex" not in keys:
        step = "Give pupils of both sexes (by= may then sum them), or use excess='scale'."
        problem = Problem("excess", "'uis' without the column 'sex'", "both sexes", "", step)
        raise ParameterError(subject, [problem])
    if "sex" not in chosen or excess == "uis":
        for name, rows in (("enrolment", pupils), ("repeaters", again), ("graduates", done)):
            _refuse_one_sex(rows, keys, name)
    for name, rows in (("repeaters", again), ("graduates", done)):
        _refuse_outside(rows, pupils, name)
    if done is not None:
        _refuse_part_sums(done, keys if set(keys) <= set(done.columns) else chosen)
    return SchoolTables(pupils, again, done, keys, chosen)


def _refuse_outside(table: pd.DataFrame | None, pupils: pd.DataFrame, name: str) -> None:
    """Refuse persons in grades, or in nothing but years, in which there are no pupils at all."""
    if table is None:
        return
    rows, problems = table[table["persons"] > 0], []
    for key in [key for key in ("grade", "year") if key in rows]:
        out = rows[key][~rows[key].isin(pupils[key])]
        # Graduates of further years are left out; a grade without pupils is a slip.
        if len(out) and (key == "grade" or len(out) == len(rows)):
            found = f"{key} {listing(sorted(out.unique()))}, without pupils"
            known = f"those of enrolment: {listing(sorted(pupils[key].unique()), 30)}"
            step = "Leave those rows out, or give their pupils."
            problems.append(Problem(f"column {key!r}", found, known, next_step=step))
    if problems:
        raise TableError(f"{name} table", problems)


def _refuse_part_sums(graduates: pd.DataFrame, keys: list[str]) -> None:
    """Refuse to sum graduates over sexes or places where a year lacks one of them.

    A field or a programme may open or have nobody in a year; a sex or a region is always there.
    """
    rows = graduates[graduates["persons"].notna()]
    cells = [k for k in (*keys, "qualification", "grade") if k in rows]
    problems = []
    for key in [k for k in EVERYBODY if k in rows and k not in cells]:
        parts = rows[[*cells, "year", key]].drop_duplicates().groupby([*cells, "year"]).size()
        most = parts.groupby(cells).transform("max") if cells else parts.max()
        years = sorted(parts[parts < most].index.get_level_values("year").unique())
        if years:
            step = "A sum needs the same ones in every year; a row with 0 says that there are none."
            found = f"some only in {listing(years)}"
            problems.append(Problem(f"by {key!r}", found, "all in each year", next_step=step))
    if problems:
        raise TableError("graduates table", problems)


def _refuse_one_sex(table: pd.DataFrame | None, keys: list[str], name: str) -> None:
    """Refuse to sum over sexes, or to compare them, where only one is there.

    Parameters
    ----------
    keys : list of str
        Those of groups of pupils; a further one of graduates, such as their field, may have one.
    """
    if table is None or "sex" not in table:
        return
    rows = table[table["persons"].notna()]
    # Graduates of each level, too: women of one and men of another make no sum of either.
    parts = [key for key in ("grade", "qualification") if name == "graduates" and key in rows]
    rest = [key for key in keys if key != "sex" and key in rows] + parts
    sexes = rows.groupby(rest)["sex"].unique() if rest else pd.Series([rows["sex"].unique()])
    alone = sexes[sexes.map(set).map(lambda found: found in ({"F"}, {"M"}))]
    if len(alone):
        names = [_place_name(rest, key) for key in alone.index[:MOST_PLACES]] if rest else []
        more = f" and {len(alone) - MOST_PLACES} more" if len(alone) > MOST_PLACES else ""
        where = "; ".join(names) + more if rest else "the table"
        found = f"only {listing(alone.iloc[0])} in {where}"
        step = "A sum over sexes needs both (a row with 0 if nobody); or keep 'sex' in by=."
        raise TableError(f"{name} table", [Problem("column 'sex'", found, "F and M", "", step)])


def _place_name(keys: list[str], values: Any) -> str:
    """Return the values of some keys in words.

    Examples
    --------
    >>> _place_name(["region", "grade"], ("A", 9)), _place_name(["grade"], 9)
    ('region A, grade 9', 'grade 9')
    """
    every = values if isinstance(values, tuple) else (values,)
    return ", ".join(f"{key} {value}" for key, value in zip(keys, every, strict=True))


def read_levels(
    levels: object,
    graduates: pd.DataFrame | None,
    enrolment: pd.DataFrame,
    span: tuple[int, int] | None,
    subject: str,
) -> dict[str, int] | None:
    """Return the last grade of each level among the graduates, or None where none is named.

    Raises
    ------
    ParameterError
        If a level is unknown, or ends with a grade that has no pupils, or with another grade than
        its graduates are given at; or if nothing tells of which level graduates are.
    """
    if levels is None:
        return None
    known = None
    if graduates is not None and "qualification" in graduates:
        known = sorted(graduates["qualification"].unique())
    named = level_grades(levels, known, subject)
    grades = set(enrolment["grade"].tolist())
    problems = [
        Problem(
            f"levels[{name!r}]",
            f"grade {end}",
            f"grades with pupils: {listing(sorted(grades), 30)}",
        )
        for name, end in named.items()
        if end not in grades
    ]
    if known is not None and graduates is not None and "grade" in graduates:
        for name, end in named.items():
            given = graduates.loc[graduates["qualification"] == name, "grade"]
            other = sorted(set(given.tolist()) - {end})
            if other:
                found = f"grade {end}, but its graduates are at grade {listing(other)}"
                step = "Leave levels= out, or the column 'grade'."
                problems.append(Problem(f"levels[{name!r}]", found, "one grade", next_step=step))
    last = max(grades) if span is None else span[1]
    bare = graduates is not None and not {"grade", "qualification"} & set(graduates.columns)
    if bare and set(named.values()) != {last} and not problems:
        found = f"{listing(named)}, and graduates without a qualification or grade"
        step = f"Without one they are those of the last grade, {last}."
        problems.append(Problem("levels", found, "the column 'qualification'", next_step=step))
    if problems:
        raise ParameterError(subject, problems)
    return named
