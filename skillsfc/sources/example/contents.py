"""What is in Examplia: its tables, their columns, and a flat reading of its truth."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from skillsfc.schema import dictionary, read_codes_file

FLAGS = ("unit", "status", "source", "note")


@cache
def listed() -> pd.DataFrame:
    """Return the tables of Examplia: kind, measure, keys and title."""
    return read_codes_file("example/tables.csv").set_index("table", drop=False)


def leaves(known: Any, key: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    """Return every number of a nested value with the path to it."""
    if isinstance(known, dict):
        return [leaf for code, inner in known.items() for leaf in leaves(inner, (*key, str(code)))]
    if isinstance(known, list):
        return [leaf for i, inner in enumerate(known, 1) for leaf in leaves(inner, (*key, str(i)))]
    return [("|".join(key), known)]


@cache
def described() -> pd.DataFrame:
    """Return the meaning, unit and codes of every column of every table."""
    words = dictionary()
    micro = read_codes_file("example/columns.csv")
    parts = []
    for entry in listed().itertuples():
        if entry.kind == "aggregate":
            has = {*str(entry.keys).split(), entry.measure, *FLAGS}
            known = words.loc[
                [name for name in words.index if name in has], ["definition", "unit", "codes"]
            ].reset_index()
            known.columns = pd.Index(["column", "meaning", "unit", "codes"])
            known.insert(0, "table", entry.table)
            parts.append(known)
        else:
            parts.append(micro[micro["table"] == entry.table])
            flags = words.loc[list(FLAGS[2:]), "definition"].reset_index()
            flags.columns = pd.Index(["column", "meaning"])
            parts.append(flags.assign(table=entry.table, unit="", codes=""))
    return pd.concat(parts, ignore_index=True)[["table", "column", "meaning", "unit", "codes"]]
