"""Columns, units and table schemas: the one place that says what a valid table is.

``data/dictionary.csv`` defines every column (kind, type, unit, range, code list) and
``data/tables.csv`` every named table; ``data/codes/`` holds the code lists. `skillsfc.check`
compares a table with all three.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from skillsfc._paths import data_dir
from skillsfc.errors import CodeError, Problem, TableError, did_you_mean, listing


def read_codes_file(path: str) -> pd.DataFrame:
    """Read a csv below ``data/`` as text, so that '0110' and 'NA' stay what they are."""
    return pd.read_csv(data_dir() / path, dtype="str", keep_default_na=False, encoding="utf-8")


@cache
def dictionary() -> pd.DataFrame:
    """Return the data dictionary, indexed by column name."""
    return read_codes_file("dictionary.csv").set_index("name")


@cache
def tables() -> pd.DataFrame:
    """Return the list of named tables and their sources (``data/tables.csv``)."""
    return read_codes_file("tables.csv")


@cache
def known_lists() -> tuple[str, ...]:
    """Return the names of the code lists of ``data/codes/``."""
    return tuple(sorted(file.stem for file in (data_dir() / "codes").glob("*.csv")))


@cache
def code_list(name: str) -> pd.DataFrame:
    """Return one code list of ``data/codes/`` as text: code, parent, level and labels."""
    known = known_lists()
    if name not in known:  # compared, not opened: '../sources' is no code list
        raise CodeError(
            "code list",
            [
                Problem(
                    repr(name),
                    "no such list",
                    f"one of {listing(known, 30)}",
                    did_you_mean(name, known),
                )
            ],
        )
    return read_codes_file(f"codes/{name}.csv")


def nearest_code(word: object, listed: pd.DataFrame) -> str:
    """Return the code that a wrong word most likely means, in quotes, or an empty string.

    A label in any language means its code; only then is likeness of letters asked.

    Examples
    --------
    >>> nearest_code("maroc", code_list("countries")), nearest_code("", code_list("countries"))
    ("'MAR'", '')
    """
    folded = str(word).strip().casefold()
    if not folded:
        return ""
    for column in [name for name in listed.columns if name.startswith("label_")]:
        named = listed.loc[listed[column].str.casefold() == folded, "code"]
        if len(named):
            return repr(named.iloc[0])
    return did_you_mean(word, listed["code"])


def refuse_other_than_table(table: object, subject: str = "table") -> None:
    """Raise if something is not a DataFrame, before pandas does it in words of its own.

    Raises
    ------
    TableError
        If it is not.
    """
    if isinstance(table, pd.DataFrame):
        return
    step = "Is there such a table? sf.list_tables(country=...) tells." if table is None else ""
    raise TableError(
        subject,
        [Problem("input", type(table).__name__, "a pandas DataFrame", next_step=step)],
    )


@cache
def _names_of(kind: str) -> tuple[str, ...]:
    words = dictionary()
    return tuple(words.index[words["kind"] == kind])


def names_of(kind: str) -> list[str]:
    """Return the dictionary's column names of one kind: key, measure, interval or flag."""
    return list(_names_of(kind))


@cache
def dictionary_words() -> dict[str, dict[str, str]]:
    """Return the data dictionary by column and word: many times faster to look up in."""
    return {str(name): words for name, words in dictionary().to_dict("index").items()}


@cache
def codes_in(name: str) -> frozenset[str]:
    """Return the codes of a list, to look up in."""
    return frozenset(code_list(name)["code"].tolist())


@cache
def parents_in(name: str) -> dict[str, str]:
    """Return the parent of each code of a list, empty where the list has no parents."""
    listed = code_list(name)
    if "parent" not in listed.columns:
        return {}
    return dict(zip(listed["code"].tolist(), listed["parent"].tolist(), strict=True))


def key_columns(table: pd.DataFrame) -> list[str]:
    """Return the key columns of a table, in the dictionary's order."""
    return [name for name in names_of("key") if name in table.columns]


def key_rows(keys: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return each row as a tuple; a row of no columns is an empty one.

    ``DataFrame.itertuples`` has no rows where there are no columns, before pandas 3: a table
    without keys is one series, not none.

    Examples
    --------
    >>> key_rows(pd.DataFrame({"sex": ["F"], "year": [2020]})), key_rows(pd.DataFrame(index=[0]))
    ([('F', 2020)], [()])
    """
    columns = [keys[name].tolist() for name in keys.columns]
    return list(zip(*columns, strict=True)) if columns else [()] * len(keys)


def measure_column(table: pd.DataFrame, subject: str = "table") -> str:
    """Return the one measure column of a table.

    Raises
    ------
    TableError
        If there is no measure column, or more than one.
    """
    found = [name for name in names_of("measure") if name in table.columns]
    if len(found) != 1:
        what = (
            "no measure column" if not found else f"{len(found)} measure columns: {listing(found)}"
        )
        near = "" if found else _nearest_measure(table)
        raise TableError(
            subject,
            [Problem("columns", what, f"exactly one of {listing(names_of('measure'), 20)}", near)],
        )
    return found[0]


def _nearest_measure(table: pd.DataFrame) -> str:
    guesses = {did_you_mean(column, names_of("measure")) for column in table.columns} - {""}
    return " or ".join(sorted(guesses))


def table_keys(name: str) -> list[str]:
    """Return the keys that a named table must have in every source."""
    listed = tables()
    entries = listed[listed["table"] == name]
    if entries.empty:
        known = sorted(listed["table"].unique())
        raise TableError(
            "table name",
            [
                Problem(
                    name, "no such table", f"one of {listing(known, 40)}", did_you_mean(name, known)
                )
            ],
        )
    shared: set[str] = set.intersection(*(set(keys.split()) for keys in entries["keys"]))
    return [key for key in names_of("key") if key in shared]


def table_measures(name: str) -> list[str]:
    """Return the measures that a named table may have: one a source."""
    listed = tables()
    return sorted(listed.loc[listed["table"] == name, "measure"].unique())


def is_typed(values: pd.Series, dtype: str) -> bool:
    """Return whether a column already is what its conversion would make of it."""
    if dtype == "string":
        return bool(values.dtype == "str")  # never so before pandas 3, which has objects
    if dtype == "int":
        return bool(values.dtype == "int64")
    return bool(values.dtype == "float64" and not np.isinf(values.to_numpy()).any())


def is_empty(values: pd.Series) -> pd.Series:
    """Return where a key is missing or blank; what is blank is asked of each code once."""
    if pd.api.types.is_numeric_dtype(values):
        return values.isna()
    blank = [word for word in values.dropna().unique().tolist() if not str(word).strip()]
    return values.isna() | values.isin(blank) if blank else values.isna()


def leaves(values: pd.Series, low: str, high: str) -> bool:
    """Return whether a value lies outside of bounds given as text; empty text is no bound."""
    below = bool(low) and bool((values < float(low)).any())
    return below or (bool(high) and bool((values > float(high)).any()))


PREFIX = r"^([a-z][a-z0-9_]*:)(?=\S)"


def classification(values: pd.Series, lists: str) -> tuple[str, list[str]]:
    """Return the one code list that holds every value, and the values that no such list holds.

    The list with the fewest strangers wins; ties go to the order in the dictionary. Lists that end
    in ``*`` are open, as regions are: a code that none of them knows is no stranger. Where the
    dictionary allows ``list:code``, codes with the name of their list in front (``noc2021:11100``)
    are of that list, returned as ``noc2021:``; another prefix beside it is a stranger.
    """
    if lists.endswith("|list:code"):
        present = pd.Series(values.dropna().unique(), dtype="str")
        prefixes = present.str.extract(PREFIX, expand=False)
        if prefixes.notna().any():
            name = str(prefixes.mode().iloc[0])
            return name, sorted(present[prefixes != name])
        lists = lists.removesuffix("|list:code")
    if lists.endswith("|*"):
        name, _ = classification(values, lists.removesuffix("|*"))
        return name, []
    present = values.dropna().unique().tolist()
    known = {name: codes_in(name) for name in lists.split("|") if name in known_lists()}
    strangers = {name: [c for c in present if c not in codes] for name, codes in known.items()}
    if not strangers:
        return "", []
    best = min(strangers, key=lambda name: len(strangers[name]))
    return best, strangers[best]
