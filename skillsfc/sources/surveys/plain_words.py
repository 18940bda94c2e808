"""Words of a file that mean one thing only: sexes by name, quarters with their year."""

from __future__ import annotations

import re

import pandas as pd

SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "t": "T", "total": "T"}
QUARTER = re.compile(r"([0-9]{4})[\s-]*[qQ]([1-4])")


def sexes_of(made: pd.Series) -> pd.Series:
    """Return F, M and T where all words of a column are these or their English names.

    One word that is none of them leaves the column as it is, to be refused by name.

    Examples
    --------
    >>> sexes_of(pd.Series(["female", "Male", "f", None])).tolist()
    ['F', 'M', 'F', None]
    >>> sexes_of(pd.Series(["f", "h"])).tolist()
    ['f', 'h']
    """
    words = {word: SEXES.get(str(word).strip().lower()) for word in made.dropna().unique()}
    if not words or None in words.values():
        return made
    return made.map(words).astype("object").where(made.notna(), None)


def quarters_of(made: pd.Series) -> pd.Series | None:
    """Return quarters with their year in one spelling; None where any answer is none.

    Examples
    --------
    >>> quarters_of(pd.Series(["2015Q1", "2015-q2", None])).tolist()
    ['2015Q1', '2015Q2', None]
    >>> quarters_of(pd.Series(["2015Q1", "5"])) is None
    True
    """
    found = {word: QUARTER.fullmatch(str(word).strip()) for word in made.dropna().unique()}
    if not found or None in found.values():
        return None
    words = {word: f"{hit[1]}Q{hit[2]}" for word, hit in found.items() if hit}
    return made.map(words).astype("object").where(made.notna(), None)


def running_quarters(quarters: pd.Series) -> pd.Series:
    """Return quarters with their year as one running count of quarters.

    Examples
    --------
    >>> running_quarters(pd.Series(["2015Q4", "2016Q1"])).diff().iloc[1]
    np.float64(1.0)
    """
    parts = quarters.astype("str").str.extract(QUARTER).astype("float64")
    running = parts[0] * 4 + parts[1] - 1
    return running.astype("Int64") if running.isna().any() else running.astype("int64")
