"""Field of study beside the job, by a table of fields and the occupations that they lead to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.transitions.indicators.people import (
    SUBJECT,
    Floats,
    People,
    code_texts,
    require_isco,
)

COLUMNS = ("field", "occupation")
ISCED_F = r"(?:0[0-9]|10)[0-9]{0,2}"  # broad, narrow or detailed field
Pairs = frozenset[tuple[str, str]]
NO_FIELD = r"99+"  # ISCED-F 2013 for a field that is not known


@dataclass(frozen=True)
class FieldTable:
    """Which occupations match which fields, every code at any level of its list.

    Parameters
    ----------
    pairs : frozenset of (str, str)
        Field and occupation of each row.
    short_fields, short_jobs, short_both : frozenset of (str, str)
        The same with the field, the occupation or both cut short: too coarse to decide.
    fields : frozenset of str
        The fields of the table.
    """

    pairs: Pairs
    short_fields: Pairs
    short_jobs: Pairs
    short_both: Pairs
    fields: frozenset[str]

    def matches(self, field: str, occupation: str) -> float:
        """Return 1 for a match, 0 for none, NaN where codes are too coarse or the field is not in.

        Examples
        --------
        >>> table = read_field_table(pd.DataFrame({"field": ["061"], "occupation": ["25"]}))
        >>> [table.matches("0613", "251"), table.matches("061", "41"), table.matches("06", "25")]
        [1.0, 0.0, nan]
        """
        fields, jobs = _beginnings(field), _beginnings(occupation)
        if any((one, other) in self.pairs for one in fields for other in jobs):
            return 1.0
        if (
            any((field, other) in self.short_fields for other in jobs)
            or any((one, occupation) in self.short_jobs for one in fields)
            or (field, occupation) in self.short_both
        ):
            return np.nan
        return 0.0 if any(one in self.fields for one in fields) else np.nan

    def names(self, field: str) -> float:
        """Return 1 if the table says something of a field, 0 if not, NaN where it is too coarse."""
        if any(one in self.fields for one in _beginnings(field)):
            return 1.0
        return np.nan if any(one.startswith(field) for one in self.fields) else 0.0


def read_field_table(table: object) -> FieldTable:
    """Return the table that a user gives, checked.

    Parameters
    ----------
    table : DataFrame
        ``field`` (ISCED-F 2013) and ``occupation`` (ISCO-08), a row for each pair that matches.

    Raises
    ------
    TableError
        If a column is missing or has gaps, or fields are not ISCED-F codes.
    CodeError
        If occupations are not ISCO-08.
    """
    if not isinstance(table, pd.DataFrame):
        found = Problem("field_occupations", type(table).__name__, "a pandas DataFrame")
        raise TableError(SUBJECT, [found])
    problems = [
        Problem(f"field_occupations: column '{name}'", "missing", "one of the columns",
                did_you_mean(name, table.columns))
        for name in COLUMNS
        if name not in table.columns
    ]  # fmt: skip
    if not problems:
        codes = pd.DataFrame({name: code_texts(table[name]) for name in COLUMNS})
        gaps = int(codes.isna().any(axis=1).sum())
        if gaps or codes.empty:
            found_gaps = f"no code in {gaps} rows" if gaps else "no rows"
            problems.append(Problem("field_occupations", found_gaps, "a field and an occupation"))
        problems += _no_fields(codes["field"], "field_occupations: column 'field'")
    if problems:
        raise TableError(SUBJECT, problems)
    require_isco(codes["occupation"])
    pairs = list(codes.itertuples(index=False, name=None))
    return FieldTable(
        frozenset(pairs),
        frozenset((one, job) for field, job in pairs for one in _beginnings(field)),
        frozenset((field, one) for field, job in pairs for one in _beginnings(job)),
        frozenset((a, b) for field, job in pairs for a in _beginnings(field)
                  for b in _beginnings(job)),
        frozenset(field for field, _ in pairs),
    )  # fmt: skip


def _beginnings(code: str) -> list[str]:
    return [code[:end] for end in range(1, len(code) + 1)]


def _no_fields(fields: pd.Series, where: str) -> list[Problem]:
    bad = sorted(set(fields.dropna()[~fields.dropna().str.fullmatch(f"{ISCED_F}|{NO_FIELD}")]))
    if not bad:
        return []
    step = "Write them as text of two to four digits: the zero of '07' is a part of the code."
    return [Problem(where, f"values {listing(bad)}", "ISCED-F 2013 codes", next_step=step)]


def field_match_of(people: People, table: FieldTable) -> tuple[Floats, Floats, str]:
    """Return whether each worker's job matches the field of study, who is in, and a note.

    Returns
    -------
    array of float, array of float, str
        1 or 0, NaN where field or occupation is missing or too coarse for the table; and 1 for
        workers whose field the table names, 0 for all others, NaN where that is not known.

    Raises
    ------
    TableError
        If fields are not ISCED-F codes.
    CodeError
        If occupations are not ISCO-08.
    """
    employed = people.is_in("activity", ("employed",))
    fields = people.text("field")
    problems = _no_fields(fields, "column 'field'")
    if problems:
        raise TableError(SUBJECT, problems)
    fields = fields.mask(fields.str.fullmatch(NO_FIELD).fillna(False).astype(bool))
    jobs = people.text("occupation").where(employed == 1)
    require_isco(jobs)
    named = {field: table.names(field) for field in fields.dropna().unique()}
    inside = np.asarray(fields.map(named), dtype=np.float64)
    both = (fields.notna() & jobs.notna()).to_numpy(dtype=bool)
    pairs = list(zip(fields[both], jobs[both], strict=True))
    known = {pair: table.matches(*pair) for pair in set(pairs)}
    found = np.full(len(fields), np.nan)
    found[both] = [known[pair] for pair in pairs]
    strangers = sorted({field for field, _ in pairs if named[field] == 0})
    note = f"Not in the table of fields: {listing(strangers, 12)}; their workers are left out."
    return (
        found,
        np.where(employed == 0, 0.0, np.where(inside == 0, 0.0, inside * employed)),
        note if strangers else "",
    )
