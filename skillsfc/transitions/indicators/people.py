"""Person files as indicators need them: yes, no and not known, levels of education, ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import CodeError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import code_list

Floats = npt.NDArray[np.float64]

SUBJECT = "measure_transition_indicators"
ACTIVITIES = ("employed", "unemployed", "outside")
BROAD = {"LTB": 0, "BAS": 1, "INT": 2, "ADV": 3}
LEVELS = {"0": "LTB", "1": "BAS", "2": "BAS", "3": "INT", "4": "INT",
          **dict.fromkeys("5678", "ADV")}  # fmt: skip
TERTIARY = ("ADV", "5", "6", "7", "8")
MEDIUM = ("INT", "3", "4")
LOWEST_AGE, HIGHEST_AGE = 0, 120


@dataclass(frozen=True)
class People:
    """Persons of a survey with the answers that indicators ask for.

    Parameters
    ----------
    table : DataFrame
        One row a person, with the user's columns renamed to ours.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Return whether the survey asked."""
        return column in self.table.columns

    def answer(self, column: str) -> Floats:
        """Return a yes-or-no answer as 1, 0 and NaN."""
        if not self.has(column):
            return np.full(len(self.table), np.nan)
        values = self.table[column]
        words = values.astype("str").str.strip().str.lower()
        found = words.map({"true": 1.0, "yes": 1.0, "1": 1.0, "1.0": 1.0,
                           "false": 0.0, "no": 0.0, "0": 0.0, "0.0": 0.0})  # fmt: skip
        strange = sorted(set(words[found.isna() & values.notna() & (words != "")]))
        if strange:
            found_words = f"values {listing(strange)}"
            raise TableError(
                SUBJECT, [Problem(f"column '{column}'", found_words, "true and false")]
            )
        return np.asarray(found, dtype=np.float64)

    def text(self, column: str) -> pd.Series:
        """Return a column of codes as text, missing where empty."""
        values = self.table[column]
        words = values.astype("str").str.strip()
        return words.where(values.notna() & (words != "") & (words != "nan"))

    def number(self, column: str) -> Floats:
        """Return a column of numbers; negative ones are codes of no answer, and missing."""
        numbers = pd.to_numeric(self.table[column], errors="coerce")
        values = np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
        return np.where(values < 0, np.nan, values)

    def is_in(self, column: str, codes: tuple[str, ...]) -> Floats:
        """Return 1 where a code is one of these, 0 where another, NaN where missing."""
        text = self.text(column)
        return np.where(text.isna(), np.nan, text.isin(codes).astype(float))

    @property
    def age(self) -> Floats:
        """Return the ages in completed years."""
        return self.number("age")


def read_people(persons: object, columns: Mapping[str, str] | None = None) -> People:
    """Return the persons of a survey, checked.

    Parameters
    ----------
    persons : DataFrame or PersonFile
        One row a person, with ``age`` and ``activity`` at least.
    columns : mapping of str, optional
        Our name and the file's name of columns that are named otherwise.

    Raises
    ------
    TableError
        On missing columns, ages that are none, activities that are no known words, levels of
        education outside ISCED 2011.
    """
    table = getattr(persons, "table", persons)
    if not isinstance(table, pd.DataFrame):
        raise TableError(SUBJECT, [Problem("persons", type(table).__name__, "a pandas DataFrame")])
    problems = [
        Problem(
            f"columns: {ours}", f"no column {theirs!r}", "", did_you_mean(theirs, table.columns)
        )
        for ours, theirs in (columns or {}).items()
        if theirs not in table.columns
    ]
    if not problems:
        table = table.rename(columns={theirs: ours for ours, theirs in (columns or {}).items()})
        problems += [
            Problem(f"column '{name}'", "missing", "one of the columns",
                    did_you_mean(name, table.columns))
            for name in ("age", "activity")
            if name not in table.columns
        ]  # fmt: skip
    if not problems and table.empty:
        problems.append(Problem("rows", "none", "at least one person"))
    if problems:
        raise TableError(SUBJECT, problems)
    notes = _check(table, problems)
    if problems:
        raise TableError(SUBJECT, problems)
    return People(table.reset_index(drop=True), tuple(notes))


def _check(table: pd.DataFrame, problems: list[Problem]) -> list[str]:
    notes = []
    ages = pd.to_numeric(table["age"], errors="coerce")
    strange = table.loc[~ages.between(LOWEST_AGE, HIGHEST_AGE) & table["age"].notna(), "age"]
    if len(strange):
        found = f"{listing(strange.unique())} in {len(strange)} rows"
        step = "Make codes of no answer missing before; ages are in completed years, not months."
        problems.append(
            Problem("column 'age'", found, f"{LOWEST_AGE} to {HIGHEST_AGE} years", next_step=step)
        )
    missing = int(table["age"].isna().sum())
    if missing:
        notes.append(f"{missing} persons without an age are in no indicator.")
    words = set(table["activity"].dropna().astype("str")) - {"", *ACTIVITIES}
    if words:
        found = f"values {listing(sorted(words))}"
        problems.append(Problem("column 'activity'", found, listing(ACTIVITIES)))
    if "qualification" in table.columns:
        levels = set(table["qualification"].dropna().astype("str")) - {""}
        bad = sorted(levels - set(code_list("isced11")["code"]))
        if bad:
            step = "sf.convert_codes or the mapping of sf.read_survey turns national lists into it."
            problems.append(
                Problem("column 'qualification'", f"{listing(bad)}", "ISCED 2011", next_step=step)
            )
    return notes


def broad_level(levels: pd.Series) -> Floats:
    """Return levels of education as 0 (less than basic) to 3 (advanced), NaN where missing.

    Examples
    --------
    >>> broad_level(pd.Series(["1", "INT", "6", None])).tolist()
    [1.0, 2.0, 3.0, nan]
    """
    broad = levels.map(lambda code: LEVELS.get(str(code), code), na_action="ignore")
    return np.asarray(broad.map(BROAD), dtype=np.float64)


def require_isco(occupations: pd.Series) -> None:
    """Raise unless the occupations are ISCO-08 codes.

    Raises
    ------
    CodeError
        If they are not.
    """
    known = set(code_list("isco08")["code"])
    bad = sorted(set(occupations.dropna()) - known)
    if bad:
        step = "Convert them, or leave the indicators of job match out with indicators=[...]."
        problem = Problem("column 'occupation'", f"{listing(bad)}", "ISCO-08 codes", next_step=step)
        raise CodeError(SUBJECT, [problem])
