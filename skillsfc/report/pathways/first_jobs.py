"""Quality of the first job: of which kind it is and how long it is kept."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import withhold_few
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    by_group,
    compare_large,
    doubtful,
    group_key,
    one_column,
)
from skillsfc.report.pathways.words import FLAGS, period, plain, say_time, sentences
from skillsfc.report.text import Facts, list_words

FIGURES, SHOWN = "first_jobs_in_figures", "first_jobs"
WITHOUT = "Too few persons are seen to start a job for its quality to be told."
ANY = "any"


def write_first_jobs(jobs: Any | None, *, name: str, since: str = "the start") -> Section:
    r"""Write of which kind first jobs are, and how long they are kept.

    Parameters
    ----------
    jobs : FirstJobs or None
        Outcome of `skillsfc.measure_first_jobs`; None where nobody is at risk.
    name : str
        Who the persons are.
    since : str
        What the clock counts from.

    Returns
    -------
    Section
        Table ``first_jobs`` and, in the files, ``first_jobs_in_figures``.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> spells = pd.DataFrame({"person": sorted(2 * list(range(80))), "start": [0, 4] * 80,
    ...     "end": [4, 40] * 80, "state": ["school", "casual", "school", "stable"] * 40})
    >>> jobs = sf.measure_first_jobs(spells, jobs=["casual", "stable"], kinds={"stable": "stable"})
    >>> section = write_first_jobs(jobs, name="Made up")
    >>> print(section.paragraphs[0].replace("\xa0", " "))
    Of the first jobs started within 24 months, 50.0% (39.3% to 60.7%) are stable.
    """
    facts = Facts("first_jobs")
    if jobs is None:
        return Section("first_jobs", (WITHOUT,), facts)
    by, settings = tuple(jobs.settings.group), jobs.settings
    whole = jobs.table[(jobs.table["quality"] == ANY) & (jobs.table["indicator"] == "chance")]
    shown = compare_large(whole, by)
    figures = shown.of(_told(jobs.table, by))
    if figures.empty:
        return Section("first_jobs", (WITHOUT,), facts)
    kept_for = figures["indicator"].str.extract(r"^kept_(.*)$", expand=False).astype("float64")
    figures = figures.assign(time=kept_for.fillna(float(settings.within)))
    rows, group = one_column(figures, by)
    within = f"{settings.within:g} {period(settings.unit, settings.within)}"
    named = [
        _quantity(quality, indicator, within, settings.unit)
        for quality, indicator in zip(rows["quality"], rows["indicator"], strict=True)
    ]
    base = rows["persons"].mask(rows["indicator"] == "share", rows["first_jobs"])
    rows = rows.assign(quantity=named, persons=base)
    texts = table_estimates(rows, rows="quantity", by=group, measure="value", counts=True)
    heads = {"value": "all", "quantity": "per cent", "persons": "persons it rests on"}
    notes = [plain(note) for note in jobs.notes if note.startswith(_names(jobs))]
    tables = (
        *shown.left_out(facts),
        TableToPublish(SHOWN, f"{name}: the first job and how good it is, since {since}", texts,
                       sentences([FLAGS, *notes]), labels=heads),
        TableToPublish(FIGURES, "First jobs", figures, show=False),
    )  # fmt: skip
    paragraphs = [*_qualities(figures, by, settings, facts), _lasting(figures, by, settings, facts)]
    kept = tuple(text for text in [*paragraphs, shown.say(facts)] if text) or (WITHOUT,)
    return Section("first_jobs", kept, facts, (), tables, kept[0])


def _told(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Return figures without parts of one to nine persons, in a quality or out of it.

    The chance of a first job of any quality is that of the curve, told with the times to a job.
    A share and a chance of the same quality are withheld together: one gives the other.
    """
    made = table[(table["quality"] != ANY) | (table["indicator"] != "chance")]
    lasting = made["indicator"].str.startswith("kept_")
    kept = (made["value"] * made["cases"]).where(lasting, made["cases"])
    rest = (made["cases"] - kept).where(lasting, made["first_jobs"] - kept)
    return withhold_few(made, [kept, rest], whole=["quality", *by, "indicator"],
                        columns=["first_jobs"])  # fmt: skip


def _names(jobs: Any) -> tuple[str, ...]:
    """Return how notes on missing answers begin."""
    return tuple(f"{name}: " for name in jobs.table["quality"].unique())


def _quantity(quality: str, indicator: str, within: str, unit: str) -> str:
    """Return what a row is, in words.

    Examples
    --------
    >>> _quantity("stable", "share", "24 months", "month")
    'of first jobs: stable'
    >>> _quantity("any", "kept_12", "24 months", "month")
    'of first jobs: still held after 12 months'
    >>> _quantity("stable", "chance", "24 months", "month")
    'of all: a first job within 24 months, stable'
    """
    said = "" if quality == ANY else f", {plain(quality)}"
    if indicator == "share":
        return f"of first jobs: {plain(quality)}"
    if indicator == "chance":
        return f"of all: a first job within {within}{said}"
    time = indicator.removeprefix("kept_")
    return f"of first jobs{said}: still held after {time} {period(unit, float(time))}"


def _qualities(
    figures: pd.DataFrame, by: tuple[str, ...], settings: Any, facts: Facts
) -> list[str]:
    """Say, for each quality, what part of the first jobs of each group has it."""
    said = []
    rows = figures[(figures["indicator"] == "share") & figures["value"].notna()]
    for quality, own in rows.groupby("quality", sort=False):
        parts = _parts(own, by, f"{quality}, share", facts)
        if parts:
            time = say_time(facts, "within", settings.within, settings.unit, table=FIGURES)
            start = f"Of the first jobs started within {time}"
            said.append(f"{start}, {list_words(parts)} are {plain(quality)}.")
    return said


def _lasting(figures: pd.DataFrame, by: tuple[str, ...], settings: Any, facts: Facts) -> str:
    """Say what part of the first jobs is kept for the longest time asked."""
    if not settings.kept:
        return ""
    longest = max(settings.kept)
    rows = figures[(figures["quality"] == ANY) & (figures["indicator"] == f"kept_{longest:g}")]
    parts = _parts(rows[rows["value"].notna()], by, f"kept {longest:g}", facts)
    if not parts:
        return ""
    time = say_time(facts, "kept", longest, settings.unit, table=FIGURES)
    return f"Of first jobs, {list_words(parts)} are still held, in the same state, after {time}."


def _parts(rows: pd.DataFrame, by: tuple[str, ...], what: str, facts: Facts) -> list[str]:
    """Return the share of each group's jobs with its interval, in words; none of many groups."""
    groups = list(by_group(rows, by)) if len(rows) else []
    if len(groups) > FEW_GROUPS:
        return []
    parts = []
    for who, keys, own in groups:
        row, name = own.iloc[0], f"{what}, {group_key(keys)}"
        text = facts.add(f"{name}value", row["value"], "percent", table=FIGURES)
        if pd.notna(row["lower"]):
            ends = [facts.add(f"{name}{end}", row[end], "percent", table=FIGURES)
                    for end in ("lower", "upper")]  # fmt: skip
            text += f" ({' to '.join(ends)})"
        parts.append(f"{text}{f' of those of {who}' if by else ''}{doubtful(row)}")
    return parts
