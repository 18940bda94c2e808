"""Answers of a survey as sets of possible values: known, missing, or one of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, did_you_mean, listing
from skillsfc.transitions.records import as_codes
from skillsfc.transitions.stages.rules import VALUES, Bits, Flags, bits, everything
from skillsfc.transitions.text_codes import factorized

QUESTIONS = (
    "in_education",
    "activity",
    "employment_status",
    "contract",
    "wants_other_job",
    "intends_to_work",
)
OPTIONAL = ("contract_months", "potential_labour_force", "available")
#: Codes of "refused", "not known" and "no answer" in common use; blank is always missing.
MISSING = (-9, -8, -7, -6, -5, -4, -3, -2, -1, 97, 98, 99, 997, 998, 999, 9997, 9998, 9999)
EMPLOYEE, SELF_EMPLOYED, UNCLEAR = ("1",), ("2", "3", "4", "5"), ("6",)
_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")
_ALL_JOBS = everything("job")
Said = TypeVar("Said")


def coded_keys(mapping: Mapping[Any, Said]) -> dict[str, Said]:
    """Return a mapping of codes with its codes as text, as they stand in the spells.

    Examples
    --------
    >>> coded_keys({1: "education", 2.0: "stable", "home": "inactive"})
    {'1': 'education', '2': 'stable', 'home': 'inactive'}
    """
    codes = as_codes(pd.Series(list(mapping), dtype="object"))
    return dict(zip(codes, mapping.values(), strict=True))


def listed_codes(codes: object) -> tuple[object, ...]:
    """Return codes of no answer, one or several, as a tuple.

    Examples
    --------
    >>> listed_codes(7), listed_codes(["dk", 9])
    ((7,), ('dk', 9))
    """
    several = isinstance(codes, Iterable) and not isinstance(codes, str)
    return tuple(codes) if several else (codes,)  # type: ignore[arg-type]


def texts(column: pd.Series, missing: Iterable[object] = ()) -> pd.Series:
    """Return a column as lower-case words; blanks and codes of no answer as missing.

    Examples
    --------
    >>> texts(pd.Series([1.0, True, " Yes ", -8, None])).tolist()
    ['1', 'true', 'yes', nan, nan]
    """
    words = column.astype("str").where(column.notna(), "").str.strip().str.lower()
    words = words.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    gone = {"", "nan", "none", "<na>", *(str(code) for code in MISSING)}
    gone |= {str(code).strip().lower() for code in missing}
    return words.mask(words.isin(gone))


def coded(
    column: pd.Series,
    meaning: Mapping[str, int],
    unknown: int,
    problems: list[Problem],
    missing: Iterable[object],
) -> Bits:
    """Return a column of words as bits; words without a meaning are added to the problems."""
    place, distinct = factorized(column)  # missing values have the place -1, the last of below
    words = texts(pd.Series([*distinct, None], dtype="object"), missing)
    strangers = sorted({str(word) for word in words.dropna()} - set(meaning))
    if strangers:
        step = (
            "Recode the column, or name codes of no answer in missing_codes=(...)."
            if set(strangers) <= {str(number) for number in range(10)}
            else ""
        )
        problems.append(
            Problem(
                f"column '{column.name}'",
                f"values {listing(strangers)}",
                listing(meaning, 12),
                did_you_mean(strangers[0], meaning),
                step,
            )
        )
    means = [meaning.get(str(word), unknown) for word in words]
    found: Bits = np.asarray(means, dtype=np.uint8)[place]
    return found


def yes_or_no(column: pd.Series, problems: list[Problem], missing: Iterable[object]) -> Bits:
    """Return answers of true and false as bits."""
    meaning = {word: bits("in_education", ("yes",)) for word in _YES}
    meaning |= {word: bits("in_education", ("no",)) for word in _NO}
    return coded(column, meaning, everything("in_education"), problems, missing)


def activities(column: pd.Series, problems: list[Problem], missing: Iterable[object]) -> Bits:
    """Return the labour force status as bits."""
    meaning = {word: bits("activity", (word,)) for word in VALUES["activity"]}
    return coded(column, meaning, everything("activity"), problems, missing)


def jobs(
    table: pd.DataFrame,
    stable_months: float,
    problems: list[Problem],
    missing: Iterable[object],
) -> tuple[Bits, list[str]]:
    """Return the kind of job as bits, from status, contract and its length, and notes.

    A contract decides among employees only. Who answers the question on the contract without a
    status is an employee. A temporary contract is stable from ``stable_months`` on; where the
    length is asked but not answered, both stay possible. A length of ``stable_months`` or more is
    a stable job of an employee whatever the contract.
    """
    size = len(table)
    stable, temporary, own = (bits("job", (word,)) for word in VALUES["job"])
    paid = np.full(size, stable | temporary, dtype=np.uint8)
    answered = np.zeros(size, dtype=bool)
    notes = []
    length = _by_length(table, stable_months, problems, missing)
    if "contract" in table.columns:
        meaning = {"permanent": stable, "temporary": temporary}
        contract = coded(table["contract"], meaning, stable | temporary, problems, missing)
        answered = contract != (stable | temporary)
        paid = np.where(contract == temporary, length, contract)
        if "contract_months" not in table.columns:
            notes.append(
                f"The length of contracts is not in the data: 'temporary' is read as under "
                f"{stable_months:g} months."
            )
    paid = np.where((paid == (stable | temporary)) & (length == stable), stable, paid)
    if "employment_status" not in table.columns:
        return np.where(answered, paid, _ALL_JOBS).astype(np.uint8), notes
    meaning = dict.fromkeys(EMPLOYEE, 1) | dict.fromkeys(SELF_EMPLOYED, 2)
    meaning |= dict.fromkeys(UNCLEAR, 3) | {"employee": 1, "self_employed": 2}
    status = coded(table["employment_status"], meaning, 3, problems, missing)
    torn = int(((status == 2) & answered).sum())
    if torn:
        notes.append(f"{torn} self-employed persons have a contract: the status decides.")
    unclear = np.where(answered, paid, _ALL_JOBS)
    kind = np.where(status == 1, paid, np.where(status == 2, own, unclear))
    return kind.astype(np.uint8), notes


def _by_length(
    table: pd.DataFrame, stable_months: float, problems: list[Problem], missing: Iterable[object]
) -> Bits:
    """Return stable, temporary or both for temporary contracts, by their months."""
    stable, temporary, _ = (bits("job", (word,)) for word in VALUES["job"])
    if "contract_months" not in table.columns:
        return np.full(len(table), temporary, dtype=np.uint8)
    words = texts(table["contract_months"], missing)
    months = pd.to_numeric(words, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    strangers = sorted(set(words[np.isnan(months)].dropna()))
    if strangers:
        step = "Write the number alone, or name codes of no answer in missing_codes=(...)."
        found = f"the words {listing(strangers)}"
        problems.append(Problem("column 'contract_months'", found, "months", next_step=step))
    known = np.where(months >= stable_months, stable, temporary)
    return np.where(np.isfinite(months) & (months >= 0), known, stable | temporary).astype(np.uint8)


def read_answers(
    table: pd.DataFrame,
    version: str,
    stable_months: float,
    problems: list[Problem],
    missing: Iterable[object] = (),
) -> tuple[dict[str, Bits], list[str]]:
    """Return the possible values of every answer, with notes on questions that were not asked.

    A question without a column is not known for anybody. Of the two optional ones, potential
    labour force (ilostat) and availability (w4y), an absent column means "no", with a note.
    """
    missing = tuple(missing)
    job, notes = jobs(table, stable_months, problems, missing)
    held: dict[str, Bits] = {"job": job}
    for name in VALUES:
        if name == "job":
            continue
        if name in table.columns:
            read = activities if name == "activity" else yes_or_no
            held[name] = read(table[name], problems, missing)
        else:
            value = bits(name, ("no",)) if name in OPTIONAL else everything(name)
            held[name] = np.full(len(table), value, dtype=np.uint8)
    optional = {"ilostat": "potential_labour_force", "w4y": "available"}[version]
    if optional not in table.columns:
        notes.append(_ABSENT[version])
    return held, notes


_ABSENT = {
    "ilostat": "Nobody is taken as in the potential labour force (no such column): form f rests on "
    "the aim to work alone, and some of h may belong to it.",
    "w4y": "Unemployment is not relaxed (no column 'available'): some of f, g and h may belong "
    "to d.",
}


def read_ages(
    table: pd.DataFrame,
    age: tuple[int, int] | None,
    problems: list[Problem],
    missing: Iterable[object] = (),
) -> tuple[Flags, dict[str, int]]:
    """Return who is of the ages asked for, and counts of the others.

    Codes of no answer, negative ages and ages over 120 are not known; nobody is classified whose
    age is not known. Other words, such as 20 years, are added to the problems.
    """
    size = len(table)
    if age is None:
        return np.ones(size, dtype=bool), {}
    if "age" not in table.columns:
        step = "Give age=None if all persons are of the ages asked for."
        near = did_you_mean("age", table.columns)
        problems.append(Problem("column 'age'", "missing", "age in years", near, step))
        return np.zeros(size, dtype=bool), {}
    numbers: Any = pd.to_numeric(table["age"], errors="coerce")
    years = np.floor(numbers.to_numpy(dtype="float64", na_value=np.nan))
    odd = ~np.isfinite(years) | (years < 0) | (years > 120)
    strangers = sorted(set(texts(table["age"][np.isnan(years)], missing).dropna()))
    if strangers:
        step = "Write completed years alone, or name codes of no answer in missing_codes=(...)."
        found = f"the words {listing(strangers)}"
        problems.append(Problem("column 'age'", found, "completed years", next_step=step))
    over = (years > 120) & ~np.isin(years, MISSING)
    if size and over.sum() > size / 2:
        found = f"over 120 in {int(over.sum())} of {size} rows"
        step = "Are these months, or years of birth?"
        problems.append(Problem("column 'age'", found, "completed years", next_step=step))
    inside = ~odd & (years >= age[0]) & (years <= age[1])
    return inside, {"age_outside": int((~odd & ~inside).sum()), "age_unknown": int(odd.sum())}
