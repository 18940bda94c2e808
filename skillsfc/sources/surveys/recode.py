"""A mapping applied: their codes become our words, typed, and whatever no rule covers is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, did_you_mean, listing
from skillsfc.schema import code_list, known_lists
from skillsfc.sources.raw_rows import plain_number
from skillsfc.sources.surveys.formats import RawFile
from skillsfc.sources.surveys.mapping import ColumnRule, composed, person_columns
from skillsfc.sources.surveys.mapping_hint import entry_hint
from skillsfc.sources.surveys.plain_words import quarters_of, sexes_of
from skillsfc.sources.surveys.written_dates import sortable_dates

TRUE, FALSE = {"true", "1", "yes", "1.0"}, {"false", "0", "no", "0.0"}
MOST_CODES = 8
LARGEST_WHOLE = 2.0**53  # beyond it a float no longer tells neighbours apart
DECIMAL_ZERO = re.compile(r"(-?[0-9]+)\.0+")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")

Plain = Callable[[str], str | None]  # what `plain_number` returns


@dataclass(frozen=True)
class Recoded:
    """One of our columns, and what was done to make it.

    Parameters
    ----------
    column : Series
        The column.
    recoded, missing : int
        Cells that a rule changed; cells without an answer.
    declared : int
        Cells without an answer only because the file declares their codes to mean none.
    declared_codes : tuple of str
        Those codes.
    """

    column: pd.Series
    recoded: int
    missing: int
    declared: int = 0
    declared_codes: tuple[str, ...] = ()


def recode(raw: RawFile, rule: ColumnRule, *, decimal: str, problems: list[Problem]) -> Recoded:
    """Return one of our columns from the file's; problems are added to the list.

    A rule's codes may be the file's codes or their labels; a word that is a code of the column is
    that code, whatever the labels say. A code that the rule does not name is a problem: it is
    neither guessed nor dropped.
    """
    text = _without_zeros(_joined(raw.table, rule), {*rule.meanings, *rule.missing})
    labels = {
        code: composed(word) for code, word in raw.code_labels.get(rule.columns[0], {}).items()
    }
    codes = {*text.unique(), *labels}
    meanings = {**_by_label(labels, rule.meanings, codes), **rule.meanings}
    no_answer = {*rule.missing, *_by_label(labels, dict.fromkeys(rule.missing, ""), codes), ""}
    absent = text.isin(no_answer)
    declared = _declared(raw, rule) & ~absent & ~text.isin(meanings)
    absent |= declared
    if rule.meanings:
        strangers = Counter(text[~absent & ~text.isin(meanings)])
        if strangers:
            problems.append(_stranger(rule, strangers, labels))
        made = text.map(meanings).where(~absent)
    else:
        made = text.where(~absent)
        made = sexes_of(made) if rule.name == "sex" else made
    # A number is a number in the mapping's words too, whatever sign the file's text has.
    first = raw.numbers.get(rule.columns[0], frozenset())
    numbers = frozenset(rule.meanings.values()) if rule.meanings else first
    typed = _typed(made, rule, plain_number(decimal, numbers), problems)
    changed = int((made.notna() & (made != text)).sum())
    return Recoded(
        typed, changed, int(absent.sum()),
        int(declared.sum()), tuple(sorted(text[declared].unique())),
    )  # fmt: skip


def _declared(raw: RawFile, rule: ColumnRule) -> pd.Series:
    """Return where one of a rule's columns has a code that the file declares to mean no answer."""
    hits = pd.Series(False, index=raw.table.index)
    for column in rule.columns:
        hits |= raw.table[column].isin(raw.declared.get(column, ()))
    return hits


def _joined(table: pd.DataFrame, rule: ColumnRule) -> pd.Series:
    parts = [_composed(table[column]) for column in rule.columns]
    if len(parts) == 1:
        return parts[0]
    joined = parts[0].str.cat(parts[1:], sep="-")
    empty = pd.concat([part == "" for part in parts], axis=1).any(axis=1)
    return joined.where(~empty, "")


def _without_zeros(text: pd.Series, named: set[str]) -> pd.Series:
    """Return codes such as 1.0 as the code 1 that the mapping names.

    Files in which a code was once missing tell whole numbers so.
    """
    found = {word: DECIMAL_ZERO.fullmatch(word) for word in text.unique() if word not in named}
    whole = {word: hit[1] for word, hit in found.items() if hit and hit[1] in named}
    return text.map(lambda word: whole.get(word, word)) if whole else text


def _composed(column: pd.Series) -> pd.Series:
    """Return composed text; a column has far fewer distinct answers than rows."""
    return column.map({word: composed(word) for word in column.unique()})


def _by_label(labels: dict[str, str], meanings: dict[str, str], codes: set[str]) -> dict[str, str]:
    """Return the meanings of codes that are named by their label; codes win over labels."""
    return {
        code: meanings[word]
        for code, word in labels.items()
        if word in meanings and word not in codes
    }


def _stranger(rule: ColumnRule, strangers: Counter[str], labels: dict[str, str]) -> Problem:
    shown = [
        f"{code}{f' ({labels[code]})' if code in labels else ''}: {count} rows"
        for code, count in strangers.most_common(MOST_CODES)
    ]
    codes = entry_hint(rule, strangers, _allowed(rule.name))
    step = f"Name each under values ({codes}), or under missing if it means no answer."
    found = f"the mapping says nothing of {listing(shown, MOST_CODES)}"
    return Problem(f"column '{rule.name}'", found, "a meaning for every code", next_step=step)


def _say_meanings(rule: ColumnRule, made: pd.Series, allowed: set[str]) -> str:
    codes = [] if rule.meanings else sorted(made.dropna().unique())
    entry = entry_hint(rule, codes, allowed)
    return f"Say in the mapping what each means; if it is this, under columns: {entry}"


def _typed(made: pd.Series, rule: ColumnRule, plain: Plain, problems: list[Problem]) -> pd.Series:
    """Give a column the type that it has in the library; columns of the user's own stay text."""
    known = person_columns()
    if rule.name not in known.index:
        return made.astype("str").where(made.notna(), None)
    kind = known.loc[rule.name, "dtype"]
    if rule.name == "quarter" and (quarters := quarters_of(made)) is not None:
        return quarters
    if kind in ("int", "float"):
        return _number(made, rule, kind, plain, problems)
    if kind == "time":
        return _time(made, rule, plain, problems)
    if kind == "bool":
        return _flag(made, rule, problems)
    text = made.astype("str").where(made.notna(), None)
    allowed = _allowed(rule.name)
    bad = sorted(set(text.dropna()) - allowed) if allowed else []
    if bad:
        found = f"values {listing(bad)}"
        step = _say_meanings(rule, made, allowed)
        problems.append(
            Problem(
                f"column '{rule.name}'", found, listing(sorted(allowed), 12),
                did_you_mean(bad[0], allowed), step,
            )
        )  # fmt: skip
    return text


def _allowed(name: str) -> set[str]:
    """Return the words that one of our columns may hold; nothing where any will do."""
    known = person_columns()
    if name not in known.index:
        return set()
    if known.loc[name, "dtype"] == "bool":
        return {"true", "false"}
    codes = str(known.loc[name, "codes"])
    if not codes:
        return set()
    return set(code_list(codes)["code"]) if codes in known_lists() else set(codes.split())


def _number(
    made: pd.Series, rule: ColumnRule, kind: str, plain: Plain, problems: list[Problem]
) -> pd.Series:
    numbers = pd.to_numeric(made.map(plain, na_action="ignore"), errors="coerce")
    bad = made.notna() & ~np.isfinite(numbers.astype("float64"))
    if kind == "int":
        bad |= numbers.astype("float64").abs() > LARGEST_WHOLE
    if bad.any():
        found = f"no number in {int(bad.sum())} rows: {listing(made[bad].unique())}"
        step = "A code for no answer goes under missing; a decimal comma needs decimal=','; "
        step += "a sign between thousands has to go."
        if plain("1.5") is None:
            step = "A code for no answer goes under missing; decimal=',' allows no point."
        expected = "numbers"
        if person_columns().loc[rule.name, "dtype"] == "time":
            expected = "numbers, or dates such as 1993Q3, 1993-07, 1993-07-15 or 15.07.1993"
        problems.append(Problem(f"column '{rule.name}'", found, expected, next_step=step))
        return numbers
    if kind == "float":
        return numbers.astype("float64")
    broken = numbers.notna() & (numbers != np.floor(numbers))
    if broken.any():
        found = f"not whole in {int(broken.sum())} rows: {listing(made[broken].unique())}"
        problems.append(Problem(f"column '{rule.name}'", found, "whole numbers"))
        return numbers
    return numbers.astype("Int64") if numbers.isna().any() else numbers.astype("int64")


def _time(made: pd.Series, rule: ColumnRule, plain: Plain, problems: list[Problem]) -> pd.Series:
    """Return times as numbers, or as the text of dates if all of them are dates."""
    quarters = quarters_of(made)
    if quarters is not None:
        return quarters
    made, ordered = sortable_dates(made, rule.dates)
    if not ordered:
        found = f"dates such as {made.dropna().iloc[0]}: is that the day or the month first?"
        expected = "dates: day first, or dates: month first"
        step = f"Write it under '{rule.name}' in the mapping."
        problems.append(Problem(f"column '{rule.name}'", found, expected, next_step=step))
        return made
    dated = made.map(lambda text: DATE.fullmatch(text) is not None, na_action="ignore")
    dated = dated.eq(True)
    if not dated.any():
        return _number(made, rule, "float", plain, problems)
    other = made.notna() & ~dated
    if other.any():
        found = (
            f"dates in {int(dated.sum())} rows, something else in {int(other.sum())}: "
            f"{listing(made[other].unique())}"
        )
        expected = "all numbers, all quarters such as 1993Q3, or all dates such as 1993-07, "
        expected += "1993-07-15 or 15.07.1993"
        problems.append(Problem(f"column '{rule.name}'", found, expected))
    return made.astype("str").where(made.notna(), None)


def _flag(made: pd.Series, rule: ColumnRule, problems: list[Problem]) -> pd.Series:
    words = made.str.lower()
    bad = made.notna() & ~words.isin(TRUE | FALSE)
    if bad.any():
        found = f"values {listing(sorted(set(made[bad])))}"
        step = _say_meanings(rule, made, _allowed(rule.name))
        problems.append(Problem(f"column '{rule.name}'", found, "true or false", next_step=step))
    return words.isin(TRUE).astype("boolean").where(made.notna(), pd.NA)
