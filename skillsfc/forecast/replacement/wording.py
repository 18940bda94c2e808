"""What a replacement demand says of itself: hashes of its inputs and notes in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.forecast.replacement.result import ReplacementSettings
from skillsfc.results import Result, table_hash


def input_hashes(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of every table given, mappings and results opened."""
    found: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            found |= {f"{name} {key}": table_hash(part) for key, part in value.items()}
        elif isinstance(value, Result):
            found[name] = table_hash(value.table)
        elif isinstance(value, pd.DataFrame):
            found[name] = table_hash(value)
    return found


def replacement_notes(
    table: pd.DataFrame, settings: ReplacementSettings, issues: pd.DataFrame
) -> tuple[str, ...]:
    """Return what was measured, from which years, what is missing, and every issue found."""
    said = {
        "net": "Net replacement: losses of cohorts only. Leavers made good by hires of the same "
        "age are not in it, so it is below separations.",
        "stock_flow": "Stock-flow: past changes of cohorts applied to the age structure of the "
        "last count. Leavers made good by hires of the same age are not in it.",
        "separations": "Separations: rates times mean employment. Transfers leave one occupation "
        "for another, so a sum over occupations counts each move.",
    }
    years = ", ".join(f"{a}-{b}" for a, b in settings.pairs)
    notes = [said[settings.method], f"Years compared: {years}."]
    lost = int(table["replacement"].isna().sum())
    if lost:
        notes.append(f"{lost} of {len(table)} cells are missing, since a part of them is.")
    empty = int((table["persons"] == 0).sum())
    if empty:
        notes.append(f"{empty} cells have nobody at the start: they have no rate.")
    notes += [f"{row.affected} {row.text}." for row in issues.itertuples()]
    return tuple(notes)
