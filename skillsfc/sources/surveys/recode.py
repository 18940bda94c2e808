"""A mapping applied: their codes become our words, typed, and whatever no rule covers is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, did_you_mean, listing
from skillsfc.schema import code_list, known_lists
from skillsfc.sources.raw_rows import plain_number
from skillsfc.sources.surveys.formats import RawFile
from skillsfc.sources.surveys.mapping import ColumnRule, composed, person_columns

TRUE, FALSE = {"true", "1", "yes", "1.0"}, {"false", "0", "no", "0.0"}
MOST_CODES = 8


@dataclass(frozen=True)
class Recoded:
    """One of our columns, and what was done to make it.

    Parameters
    ----------
    column : Series
        The column.
    recoded, missing : int
        Cells that a rule changed; cells without an answer.
    """

    column: pd.Series
    recoded: int
    missing: int


def recode(raw: RawFile, rule: ColumnRule, *, decimal: str, problems: list[Problem]) -> Recoded:
    """Return one of our columns from the file's; problems are added to the list.

    A rule's codes may be the file's codes or their labels. A code that the rule does not name is
    a problem: it is neither guessed nor dropped.
    """
    text = _joined(raw.table, rule)
    labels = {
        code: composed(word) for code, word in raw.code_labels.get(rule.columns[0], {}).items()
    }
    meanings = {**_by_label(labels, rule.meanings), **rule.meanings}
    no_answer = {*rule.missing, *_by_label(labels, dict.fromkeys(rule.missing, "")), ""}
    absent = text.isin(no_answer)
    if rule.meanings:
        strangers = Counter(text[~absent & ~text.isin(meanings)])
        if strangers:
            problems.append(_stranger(rule, strangers, labels))
        made = text.map(meanings).where(~absent)
    else:
        made = text.where(~absent)
    typed = _typed(made, rule, decimal, problems)
    changed = int((made.notna() & (made != text)).sum())
    return Recoded(typed, changed, int(absent.sum()))


def _joined(table: pd.DataFrame, rule: ColumnRule) -> pd.Series:
    parts = [_composed(table[column]) for column in rule.columns]
    if len(parts) == 1:
        return parts[0]
    joined = parts[0].str.cat(parts[1:], sep="-")
    empty = pd.concat([part == "" for part in parts], axis=1).any(axis=1)
    return joined.where(~empty, "")


def _composed(column: pd.Series) -> pd.Series:
    """Return composed text; a column has far fewer distinct answers than rows."""
    return column.map({word: composed(word) for word in column.unique()})


def _by_label(labels: dict[str, str], meanings: dict[str, str]) -> dict[str, str]:
    return {code: meanings[word] for code, word in labels.items() if word in meanings}


def _stranger(rule: ColumnRule, strangers: Counter[str], labels: dict[str, str]) -> Problem:
    shown = [
        f"{code}{f' ({labels[code]})' if code in labels else ''}: {count} rows"
        for code, count in strangers.most_common(MOST_CODES)
    ]
    step = "Name each under values, or under missing if it means no answer."
    found = f"the mapping says nothing of {listing(shown, MOST_CODES)}"
    return Problem(f"column '{rule.name}'", found, "a meaning for every code", next_step=step)


def _typed(made: pd.Series, rule: ColumnRule, decimal: str, problems: list[Problem]) -> pd.Series:
    """Give a column the type that it has in the library; columns of the user's own stay text."""
    known = person_columns()
    if rule.name not in known.index:
        return made.astype("str").where(made.notna(), None)
    kind, codes = known.loc[rule.name, "dtype"], str(known.loc[rule.name, "codes"])
    if kind in ("int", "float"):
        return _number(made, rule, kind, decimal, problems)
    if kind == "bool":
        return _flag(made, rule, problems)
    text = made.astype("str").where(made.notna(), None)
    allowed = _allowed(codes)
    bad = sorted(set(text.dropna()) - allowed) if allowed else []
    if bad:
        found = f"values {listing(bad)}"
        step = "Give their meaning under values in the mapping."
        problems.append(
            Problem(
                f"column '{rule.name}'", found, listing(sorted(allowed), 12),
                did_you_mean(bad[0], allowed), step,
            )
        )  # fmt: skip
    return text


def _allowed(codes: str) -> set[str]:
    if not codes:
        return set()
    return set(code_list(codes)["code"]) if codes in known_lists() else set(codes.split())


def _number(
    made: pd.Series, rule: ColumnRule, kind: str, decimal: str, problems: list[Problem]
) -> pd.Series:
    plain = made.map(plain_number(decimal), na_action="ignore")
    numbers = pd.to_numeric(plain, errors="coerce")
    bad = made.notna() & numbers.isna()
    if bad.any():
        found = f"no number in {int(bad.sum())} rows: {listing(made[bad].unique())}"
        step = "A code for no answer goes under missing; a decimal comma needs decimal=','."
        problems.append(Problem(f"column '{rule.name}'", found, "numbers", next_step=step))
        return numbers
    if kind == "float":
        return numbers.astype("float64")
    broken = numbers.notna() & (numbers != np.floor(numbers))
    if broken.any():
        found = f"not whole in {int(broken.sum())} rows: {listing(made[broken].unique())}"
        problems.append(Problem(f"column '{rule.name}'", found, "whole numbers"))
        return numbers
    return numbers.astype("Int64") if numbers.isna().any() else numbers.astype("int64")


def _flag(made: pd.Series, rule: ColumnRule, problems: list[Problem]) -> pd.Series:
    words = made.str.lower()
    bad = made.notna() & ~words.isin(TRUE | FALSE)
    if bad.any():
        found = f"values {listing(sorted(set(made[bad])))}"
        step = "Give their meaning under values in the mapping: code: true or false."
        problems.append(Problem(f"column '{rule.name}'", found, "true or false", next_step=step))
    return words.isin(TRUE).astype("boolean").where(made.notna(), pd.NA)
