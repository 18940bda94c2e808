"""`classify_stages`: where each young person stands between school and work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.column_names import refuse_renaming, word_problems
from skillsfc.transitions.stages.answers import (
    OPTIONAL,
    QUESTIONS,
    listed_codes,
    read_ages,
    read_answers,
)
from skillsfc.transitions.stages.result import (
    ADDED,
    STABLE_MONTHS,
    SUBJECT,
    StageClassification,
    StageSettings,
    from_answers,
    version_note,
)
from skillsfc.transitions.stages.rules import read_rules, refuse_version

TREATMENTS = ("bounds", "refuse", "not_classified")


def classify_stages(
    persons: object,
    *,
    version: str = "ilostat",
    missing: str = "bounds",
    age: tuple[int, int] | None = (15, 29),
    columns: Mapping[str, str] | None = None,
    stable_months: float = STABLE_MONTHS,
    missing_codes: Iterable[object] = (),
) -> StageClassification:
    """Classify young people by form and stage of their transition from school to work.

    Use it on a school-to-work transition survey, or a labour force survey that asks for contract,
    wish for another job and aim to work. Where a question was not asked at all, use
    `approximate_stages`, which says what is lost.

    Parameters
    ----------
    persons : DataFrame or PersonFile
        One row a person: ``age`` [years], ``in_education`` [true or false], ``activity``
        [employed, unemployed, outside], ``employment_status`` [ICSE-93: 1 employee, 2-5
        self-employed, 6 unclear], ``contract`` [permanent, temporary; of employees],
        ``wants_other_job`` [of the employed] and ``intends_to_work`` [of those outside the labour
        force]; optionally ``contract_months``, ``potential_labour_force`` (ilostat) and
        ``available`` (w4y: makes unemployment relaxed). Blank, missing and the common negative
        and 9-codes are "no answer".
    version : {"ilostat", "w4y"}
        Whose rules: ILOSTAT's, or those of the Work4Youth reports. A working student is in
        transition (c) in the first and, in a stable or satisfactory job, transited in the second.
    missing : {"bounds", "refuse", "not_classified"}
        Answers missing that the form hangs on: keep the forms that remain possible, raise, or
        form 9 without bounds.
    age : pair of int, optional
        First and last age classified [years]; None classifies everybody.
    columns : mapping of str to str, optional
        Name above to name in the data, such as ``{"contract": "q17"}``.
    stable_months : float
        A temporary contract of so many months or more is stable [months].
    missing_codes : iterable, optional
        Further codes of "no answer".

    Returns
    -------
    StageClassification
        ``.table``: all rows and columns of ``persons`` with ``in_scope`` (of the ages asked for;
        the others have empty form and stage, and stay because a survey's errors need them),
        ``form`` (a to h, or 9 where several are possible), ``stage`` (transited, in_transition,
        not_started, not_classified; known wherever all possible forms agree), ``form_code`` and
        ``stage_code`` (ILOSTAT's; empty under w4y, which they do not describe),
        ``possible_forms`` and ``possible_stages`` (words apart by a blank).

    Raises
    ------
    TableError
        On missing columns, answers without a meaning, ages that are none, and missing answers
        under ``"refuse"``.
    CoverageError
        If nobody is of the ages asked for.
    ParameterError
        If an argument is no known word or out of range.

    Notes
    -----
    The rules are the table ``sf.codes("swts_forms")`` and nothing else; every combination of
    answers meets exactly one form. Contributing family workers count with the self-employed, as in
    ICSE-93. Definitions of stages and forms were read in copies of the producers' pages; that a
    stable contract is one of 12 months or more is recalled from the national reports, and so an
    argument. The spelling of the codes ``TRA_FORMS_1`` and so on was seen in copies of the
    database only.

    References
    ----------
    ILO, Youth labour market statistics: concepts and definitions, ilostat.ilo.org. ILO (2013),
    International comparison of youth school-to-work transition (Work4Youth), WCMS 212439.

    Examples
    --------
    >>> persons = pd.DataFrame({"age": [19, 24, 27, 22],
    ...     "in_education": [True, False, False, False],
    ...     "activity": ["employed", "employed", "employed", "outside"],
    ...     "employment_status": ["1", "3", "1", ""], "contract": ["permanent", "", "", ""],
    ...     "wants_other_job": [False, True, False, None],
    ...     "intends_to_work": [None, None, None, False]})
    >>> made = classify_stages(persons)
    >>> made.table[["form", "stage", "possible_forms"]].values.tolist()
    [['c', 'in_transition', 'c'], ['e', 'in_transition', 'e'], ['9', 'transited', 'a b'],
     ['h', 'not_started', 'h']]
    >>> classify_stages(persons, version="w4y").table["stage"].tolist()[0]
    'transited'
    """
    given: pd.DataFrame = getattr(persons, "table", persons)
    refuse_other_than_table(given, SUBJECT)
    refuse_renaming(columns, SUBJECT)
    settings = StageSettings(version, missing, age, dict(columns or {}), stable_months)
    refuse_settings(settings, SUBJECT)
    table = named(given, settings.columns, SUBJECT)
    problems = _absent(table)
    if problems:
        raise TableError(SUBJECT, problems)
    return classified(table, given, settings, listed_codes(missing_codes))


def classified(
    table: pd.DataFrame,
    persons: pd.DataFrame,
    settings: StageSettings,
    missing_codes: Iterable[object] = (),
) -> StageClassification:
    """Classify a table with the names of `classify_stages`, in which questions may be absent."""
    rules = read_rules(settings.version)
    problems: list[Problem] = []
    inside, counts = read_ages(table, settings.age, problems, missing_codes)
    held, notes = read_answers(
        table, settings.version, settings.stable_months, problems, missing_codes
    )
    if problems:
        raise TableError(SUBJECT, problems)
    return from_answers(held, inside, persons, settings, counts, [version_note(rules), *notes])


def named(persons: pd.DataFrame, columns: Mapping[str, str], subject: str) -> pd.DataFrame:
    """Return the table under the names of `classify_stages`.

    Raises
    ------
    TableError
        If a mapping names a column that is not there or a question that is none, or the table has
        a column of the question's own name besides, or one that stands twice.
    """
    questions = ("age", *QUESTIONS, *OPTIONAL)
    problems = _own_names(persons)
    problems += [
        Problem(
            "columns",
            f"no question '{name}'",
            listing(questions, 12),
            did_you_mean(name, questions),
        )
        for name in columns
        if name not in questions
    ]
    problems += [
        Problem(
            f"column '{column}'",
            "missing",
            f"answers to {name}",
            did_you_mean(column, persons.columns),
        )
        for name, column in columns.items()
        if column not in persons.columns
    ]
    problems += [
        Problem(
            f"columns: {name}",
            f"the table has a column '{name}' beside '{column}'",
            "one column for each question",
            next_step=f"Drop or rename the column that is not meant to be '{name}'.",
        )
        for name, column in columns.items()
        if column != name and name in persons.columns and name not in columns.values()
    ]
    used = {columns.get(name, name) for name in questions}
    twice = sorted({str(name) for name in persons.columns[persons.columns.duplicated()]} & used)
    problems += [Problem(f"column '{name}'", "there twice", "once") for name in twice]
    if problems:
        raise TableError(subject, problems)
    if persons.empty:
        raise TableError(subject, [Problem("rows", "none", "at least one person")])
    return persons.assign(**{name: persons[column] for name, column in columns.items()})


def _own_names(persons: pd.DataFrame) -> list[Problem]:
    """Return a problem for each column of the user's own that the result would write over.

    Who has been classified before, so that all of them are there, may be so again.
    """
    taken = [name for name in ADDED if name in persons.columns]
    if len(taken) == len(ADDED):
        return []
    step = "Rename it: the classification adds a column of this name."
    return [Problem(f"column '{name}'", "taken", "another name", next_step=step) for name in taken]


def refuse_settings(settings: StageSettings, subject: str) -> None:
    """Raise if an argument is no known word or out of range.

    Raises
    ------
    ParameterError
        Listing every such argument.
    """
    refuse_version(settings.version, subject)
    problems = word_problems({"missing": settings.missing}, {"missing": TREATMENTS})
    age = settings.age
    if age is not None and not _is_span(age):
        problems.append(Problem("age", repr(age), "first and last age, such as (15, 29), or None"))
    months: object = settings.stable_months
    if isinstance(months, bool) or not isinstance(months, Real) or not float(months) > 0:
        problems.append(Problem("stable_months", repr(months), "months above 0"))
    if problems:
        raise ParameterError(subject, problems)


def _is_span(age: object) -> bool:
    """Return whether an argument is a first and a last age."""
    if not isinstance(age, Sequence | np.ndarray) or len(age) != 2:
        return False
    first, last = age
    return isinstance(first, Real) and isinstance(last, Real) and 0 <= first <= last  # type: ignore[operator]


def _absent(table: pd.DataFrame) -> list[Problem]:
    step = "Map another name with columns={...}, or use sf.approximate_stages(...), which says "
    return [
        Problem(
            f"column '{name}'",
            "missing",
            "answers of persons",
            did_you_mean(name, table.columns),
            step + "what is lost without it.",
        )
        for name in QUESTIONS
        if name not in table.columns
    ]
