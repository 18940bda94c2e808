"""Who was found again at the next date, and who was not: counted beside the flows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.pathways.words import period, say_count
from skillsfc.report.text import Facts
from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, withhold

DESIGN = "interviews"


def design_of(flows: Any, interval: float, unit: str) -> pd.DataFrame:
    """Return what the estimate rests on: time between dates, interviews matched and not."""
    counts = flows.unmatched.groupby("kind")["count"].sum()
    matched, lost, new = (float(counts.get(kind, 0)) for kind in ("matched", "lost", "entered"))
    first = matched + lost
    told = np.nan if _few(lost) else lost
    rows = [
        ("time between dates", float(interval), period(unit)),
        ("interviews with a next date", first, "count"),
        ("not found at the next date", told, "count"),
        ("part not found", told / first if first else np.nan, "share"),
        ("found at a next date only", np.nan if _few(new) else new, "count"),
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "unit"])


def found_again(flows: Any) -> pd.DataFrame:
    """Return who was found at the next date, without cells of one to nine persons."""
    table = flows.unmatched
    small = table["count"].between(1, FEWEST - 1)
    flagged = table.assign(reliability=np.where(small, CONFIDENTIAL, ""))
    at = [name for name in table.columns if name in (*flows.settings.group, "time", "until")]
    wholes = [[*at, "state"], [*flows.settings.group, "kind"]]
    return withhold(flagged, whole=wholes, size="count", columns=["weight"])


def say_matched(unmatched: pd.DataFrame, facts: Facts) -> str:
    """Say how many could not be found again."""
    counts = unmatched.groupby("kind")["count"].sum()
    matched, lost, new = (int(counts.get(kind, 0)) for kind in ("matched", "lost", "entered"))
    first = say_count(facts, "interviews with a next date", matched + lost, "interview",
                      table=DESIGN)  # fmt: skip
    if not lost and not new:
        return f"All {first} were followed by one of the same person at the next date."
    gone, came = "fewer than ten", "fewer than ten"
    if not _few(lost):
        gone = facts.add("not found at the next date", lost, "count", table=DESIGN)
        part = facts.add("part not found", lost / (matched + lost), "percent", table=DESIGN)
        gone = f"{gone} (a count: {part})" if lost else gone
    if not _few(new):
        came = facts.add("found at a next date only", new, "count", table=DESIGN)
    return (
        f"Of {first}, {gone} were not followed by one of the "
        f"same person at the next date; {came} come from persons not "
        "seen at the date before. The moves are those of persons found at both."
    )


def _few(count: float) -> bool:
    return 0 < count < FEWEST
