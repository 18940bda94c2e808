"""Time to the first job of each kind, with those who have not arrived."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import no_certainty, say_few, withhold_few
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    by_group,
    compare_large,
    doubtful,
    group_key,
    one_column,
)
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.words import FLAGS, period, plain, say_ends, say_time, sentences
from skillsfc.report.text import Facts, list_words
from skillsfc.report.withholding import WITHHELD

FIGURES, SHOWN = "job_times_in_figures", "job_times"
CERTAIN = "Part of nobody, or of everyone: no interval can be told"
WITHOUT = "Too few persons are seen for a time to a job to be told."


def write_job_times(times: Any | None, *, name: str, since: str = "the start") -> Section:
    r"""Write how long it takes to the first job of each kind: any job, a stable one.

    Parameters
    ----------
    times : JobTimes or None
        Outcome of `skillsfc.measure_job_times`; None where nobody is at risk.
    name : str
        Who the persons are.
    since : str
        What the clock counts from.

    Returns
    -------
    Section
        Table ``job_times`` and, in the files, ``job_times_in_figures``.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> spells = pd.DataFrame({"person": sorted(2 * list(range(40))), "start": [0, 4] * 40,
    ...                        "end": [4, 40] * 40, "state": ["school", "job"] * 40})
    >>> times = sf.measure_job_times(spells, jobs={"any_job": "job"}, at=[12])
    >>> print(write_job_times(times, name="Made up").paragraphs[0].replace("\xa0", " "))
    To any job, half of the young need 4 months (no interval can be told).
    """
    facts = Facts("job_times")
    if times is None:
        return Section("job_times", (WITHOUT,), facts)
    unit, by = str(times.settings.unit), tuple(times.settings.group)
    counts = times.table[times.table["indicator"] == "median"]
    shown = compare_large(counts[counts["job"] == counts["job"].iloc[0]], by)
    figures = shown.of(_told(times.table, by))
    rows, group = one_column(figures, by)
    rows = rows.assign(quantity=[_quantity(code, unit) for code in rows["indicator"]])
    names = {str(job): plain(job) for job in rows["job"].unique()}
    texts = table_estimates(rows, rows=["job", "quantity"], by=group, measure="value", names=names,
                            counts=True)  # fmt: skip
    texts = _with_open_ends(texts, rows, group)
    certain = (rows["unit"] == "share") & rows["value"].isin([0, 1])
    tables = (
        *shown.left_out(facts),
        TableToPublish(SHOWN, f"{name}: time to the first job of each kind, since {since}", texts,
                       sentences([FLAGS, CERTAIN if certain.any() else "",
                                  *say_few(plain_notes(times.notes, unit=unit))]),
                       labels={"value": "all"}),
        TableToPublish(FIGURES, "Time to jobs", figures, show=False),
    )  # fmt: skip
    paragraphs = [*_medians(figures, by, unit, facts), shown.say(facts)]
    kept = tuple(text for text in paragraphs if text) or (WITHOUT,)
    return Section("job_times", kept, facts, (), tables, kept[0])


def _told(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Return figures without parts of one to nine persons, arrived or not, by the curve."""
    share = table["value"].where(table["unit"] == "share")
    counts = (share * table["persons"], (1 - share) * table["persons"], table["at_risk"])
    told = withhold_few(table, counts, whole=["job", *by, "indicator"])
    return no_certainty(told.assign(_share=share), "_share").drop(columns="_share")


def _with_open_ends(texts: pd.DataFrame, rows: pd.DataFrame, group: str | None) -> pd.DataFrame:
    """Return the texts with intervals of which only the lower end is known, such as (35.0–..)."""
    made = texts.copy()
    codes = list(dict.fromkeys(rows[group].astype("str"))) if group else []
    lines = rows.groupby(["job", "quantity"], sort=False).ngroup()
    for at in np.flatnonzero(rows["lower"].notna() & rows["upper"].isna()):
        column = 2 + (codes.index(str(rows[group].iloc[at])) if group else 0)
        made.iloc[lines.iloc[at], column] += f" ({rows['lower'].iloc[at]:,.1f}–..)"
    return made


def _quantity(indicator: str, unit: str) -> str:
    """Return what an indicator is, in words.

    Examples
    --------
    >>> _quantity("share_by_12", "month"), _quantity("mean_wait_to_24", "month")
    ('arrived after 12 months, per cent', 'months waited within the first 24, mean')
    """
    head, _, time = indicator.rpartition("_")
    if head == "share_by":
        return f"arrived after {time} {period(unit, float(time))}, per cent"
    if head == "mean_wait_to":
        return f"{period(unit)} waited within the first {time}, mean"
    return f"{period(unit)} until half have arrived"


def _medians(figures: pd.DataFrame, by: tuple[str, ...], unit: str, facts: Facts) -> list[str]:
    """Say, for each kind of job, after what time half of each group have one."""
    said = []
    for job, own in figures[figures["indicator"] == "median"].groupby("job", sort=False):
        groups = list(by_group(own, by))
        if len(groups) > FEW_GROUPS:
            continue
        parts: list[str] = []
        never: list[str] = []
        for who, keys, rows in groups:
            row = rows.iloc[0]
            if row["reliability"] in WITHHELD:
                continue
            if pd.isna(row["value"]):
                never.append(who)
                continue
            what = f"{job}, {group_key(keys)}median"
            length = say_time(facts, what, row["value"], unit, table=FIGURES)
            verb = "" if parts else " need"
            ends = say_ends(facts, what, row, unit, table=FIGURES)
            parts.append(f"half of {who}{verb} {length}{doubtful(row)}{ends}")
        if parts:
            said.append(f"To {plain(job)}, {list_words(parts)}.")
        if never:
            said.append(f"Half of {list_words(never)} are not seen to reach {plain(job)}.")
    return said
