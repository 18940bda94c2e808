"""Tables of pupils, repeaters and graduates that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, listing
from skillsfc.transitions.cohorts.tables import choose_groups, group_keys, read_persons


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
    _refuse_one_sex(pupils, keys, chosen, excess, subject)
    return SchoolTables(pupils, again, done, keys, chosen)


def _refuse_one_sex(
    pupils: pd.DataFrame, keys: list[str], chosen: list[str], excess: str, subject: str
) -> None:
    """Refuse to sum over sexes, or to compare them, where only one is there."""
    if excess == "uis" and "sex" not in keys:
        step = "Give pupils of both sexes (by= may then sum them), or use excess='scale'."
        problem = Problem("excess", "'uis' without the column 'sex'", "both sexes", "", step)
        raise ParameterError(subject, [problem])
    if "sex" not in keys or ("sex" in chosen and excess != "uis"):
        return
    rest = [key for key in keys if key != "sex"]
    sexes = pupils.groupby(rest)["sex"].unique() if rest else pd.Series([pupils["sex"].unique()])
    alone = sexes[sexes.map(set).map(lambda found: found in ({"F"}, {"M"}))]
    if len(alone):
        where = listing(alone.index) if rest else "the table"
        found = f"only {listing(alone.iloc[0])} in {where}"
        step = "A sum over sexes needs both; or keep 'sex' in by=."
        raise TableError("enrolment table", [Problem("column 'sex'", found, "F and M", "", step)])
