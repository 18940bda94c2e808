"""Person files as indicators need them: yes, no and not known, levels of education, ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import CodeError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import code_list
from skillsfc.transitions.indicators.numbers import (
    NUMBERS,
    clean_numbers,
    note_on_ages,
    note_on_numbers,
)
from skillsfc.transitions.records import as_codes
from skillsfc.transitions.stages.answers import EMPLOYEE, SELF_EMPLOYED, UNCLEAR, texts
from skillsfc.transitions.weights import read_weights

Floats = npt.NDArray[np.float64]

SUBJECT = "measure_transition_indicators"
ACTIVITIES = ("employed", "unemployed", "outside")
EMPLOYEES = (*EMPLOYEE, "employee")
SOME_SELF_EMPLOYED = "self_employed"  # one of own-account, employer, family: not known which
#: Questions answered in words, whatever their case, and the words that `classify_stages` knows.
WORDS = {
    "activity": ACTIVITIES,
    "employment_status": (*EMPLOYEES, *SELF_EMPLOYED, *UNCLEAR, SOME_SELF_EMPLOYED),
    "contract": ("permanent", "temporary"),
}
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
    weight : array of float
        Weight of each row, ones where there is none.
    notes : tuple of str
        What was treated.
    """

    table: pd.DataFrame
    weight: Floats
    notes: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Return whether the survey asked."""
        return column in self.table.columns

    def answer(self, column: str) -> Floats:
        """Return a yes-or-no answer as 1, 0 and NaN."""
        if not self.has(column):
            return np.full(len(self.table), np.nan)
        return yes_or_no(self.table[column], column, SUBJECT)

    def text(self, column: str) -> pd.Series:
        """Return a column of codes as text, missing where empty; words in lower case."""
        return texts(self.table[column]) if column in WORDS else code_texts(self.table[column])

    def number(self, column: str) -> Floats:
        """Return a column of numbers; missing where they are codes of no answer."""
        values = self._told(column)
        if column == "age":
            return np.where(values < 0, np.nan, values)
        return clean_numbers(column, values, self.age)

    def said_of(self, column: str) -> str:
        """Return how many numbers of a column cannot be meant; empty if there is none."""
        return note_on_numbers(column, self._told(column), self.number(column), self.weight > 0)

    def answered(self, column: str) -> bool:
        """Return whether the survey asked and at least one answer came."""
        if not self.has(column):
            return False
        if column in NUMBERS:
            return bool(np.isfinite(self.number(column)).any())
        return bool(self.text(column).notna().any())

    def _told(self, column: str) -> Floats:
        told = self.table[column]
        numbers = pd.to_numeric(told, errors="coerce")
        words = numbers.isna() & told.notna()
        strange = sorted(set(code_texts(told[words]).dropna())) if words.any() else []
        if strange:
            found = f"the words {listing(strange)}"
            raise TableError(SUBJECT, [Problem(f"column '{column}'", found, "numbers")])
        return np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))

    def is_in(self, column: str, codes: tuple[str, ...]) -> Floats:
        """Return 1 where a code is one of these, 0 where another, NaN where missing."""
        text = self.text(column)
        return np.where(text.isna(), np.nan, text.isin(codes).astype(float))

    @property
    def age(self) -> Floats:
        """Return the ages in completed years."""
        return self.number("age")


def yes_or_no(values: pd.Series, name: str, subject: str) -> Floats:
    """Return answers of yes and no as 1, 0 and, where there is none, NaN.

    Raises
    ------
    TableError
        On other words, naming the column.

    Examples
    --------
    >>> yes_or_no(pd.Series(["yes", "No", None]), "formal", "survey").tolist()
    [1.0, 0.0, nan]
    """
    words = values.astype("str").str.strip().str.lower()
    found = words.map({"true": 1.0, "yes": 1.0, "1": 1.0, "1.0": 1.0,
                       "false": 0.0, "no": 0.0, "0": 0.0, "0.0": 0.0})  # fmt: skip
    strange = sorted(set(words[found.isna() & values.notna() & (words != "")]))
    if strange:
        problem = Problem(f"column '{name}'", f"values {listing(strange)}", "true and false")
        raise TableError(subject, [problem])
    return np.asarray(found, dtype=np.float64)


def code_texts(column: pd.Series) -> pd.Series:
    """Return a column of codes as text, missing where empty; 3, 3.0 and "3.0" are "3".

    Examples
    --------
    >>> code_texts(pd.Series([3.0, None, " INT "], dtype="object")).tolist()
    ['3', nan, 'INT']
    """
    words = as_codes(column).str.strip().str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    return words.where(column.notna() & ~words.isin(["", "nan"]))


def read_people(
    persons: object, columns: Mapping[str, str] | None = None, weight: str | None = "weight"
) -> People:
    """Return the persons of a survey, checked.

    Parameters
    ----------
    persons : DataFrame or PersonFile
        One row a person, with ``age`` and ``activity`` at least.
    columns : mapping of str, optional
        Our name and the file's name of columns that are named otherwise.
    weight : str, optional
        Column of the weight; the default is used only if there.

    Raises
    ------
    TableError
        On missing columns and names that stand for two of them, ages that are none, activities,
        contracts and kinds of employment that are no known words, levels of education outside
        ISCED 2011, weights that cannot be meant.
    """
    table = getattr(persons, "table", persons)
    if not isinstance(table, pd.DataFrame):
        raise TableError(SUBJECT, [Problem("persons", type(table).__name__, "a pandas DataFrame")])
    problems = _wrong_names(table, columns or {})
    if not problems:
        table = table.rename(columns={theirs: ours for ours, theirs in (columns or {}).items()})
        needed = ("age", "activity", *([weight] if weight not in (None, "weight") else []))
        problems += [
            Problem(f"column '{name}'", "missing", "one of the columns",
                    did_you_mean(name, table.columns))
            for name in needed
            if name not in table.columns
        ]  # fmt: skip
    if not problems and table.empty:
        problems.append(Problem("rows", "none", "at least one person"))
    if problems:
        raise TableError(SUBJECT, problems)
    notes = _check(table, problems)
    weights = np.ones(len(table))
    if weight is not None and weight in table.columns:
        weights, _ = read_weights(table[weight], problems)  # the estimates say what is odd in them
    if problems:
        raise TableError(SUBJECT, problems)
    return People(table.reset_index(drop=True), weights, tuple(notes))


def _wrong_names(table: pd.DataFrame, columns: Mapping[str, str]) -> list[Problem]:
    """Return mapped columns that are not there, and names that would stand for two columns."""
    problems = [
        Problem(
            f"columns: {ours}", f"no column {theirs!r}", "", did_you_mean(theirs, table.columns)
        )
        for ours, theirs in columns.items()
        if theirs not in table.columns
    ]
    theirs_all = list(columns.values())
    problems += [
        Problem(
            f"columns: {ours}",
            f"the table has a column {ours!r} beside {theirs!r}",
            "one column for each name",
            next_step=f"Drop or rename the column that is not meant to be {ours!r}.",
        )
        for ours, theirs in columns.items()
        if ours != theirs and ours in table.columns and ours not in theirs_all
    ]
    twice = [*table.columns[table.columns.duplicated()].unique()]
    twice += [name for name in dict.fromkeys(theirs_all) if theirs_all.count(name) > 1]
    if twice:
        found = f"{listing(twice)} named more than once"
        problems.append(Problem("columns", found, "one column for each name"))
    return problems


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
    notes += note_on_ages(ages)
    for name, known in WORDS.items():
        words = set(texts(table[name]).dropna()) - set(known) if name in table.columns else set()
        if words:
            found, strange = f"values {listing(sorted(words))}", sorted(words)[0]
            near = did_you_mean(strange, known)
            problems.append(Problem(f"column '{name}'", found, listing(known, 12), near))
    if "qualification" in table.columns:
        levels = set(code_texts(table["qualification"]).dropna())
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
