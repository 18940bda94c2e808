"""How good forecasts have been: every back-test beside its best naive method, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_accuracy, plot_coverage
from skillsfc.report.text import Facts, format_number

ERRORS, OTHER = "scores", "scores_direction"
MODEL = "auto"
NARROW, WIDE = 0.7, 0.9  # coverage of a range of 80 per cent that a reader should be told of
OTHER_NOTE = (
    "Direction: was up or down right, and what would the same answer in every case have scored? It "
    "is worth something only above that. A good 80% range holds what came in 80 of 100 cases. "
    "Judged: forecasts, whose years overlap."
)
LEAST_HORIZONS = 3  # fewer make no line
NAIVE_WORDS = {
    "last_value": "no change",
    "drift": "mean growth carried on",
    "ols_trend": "a line through the last years",
    "last_share": "the last shares kept",
    "constant": "the last shares kept",
}
COLUMNS = ["what", "measure", "horizon", "error", "naive", "naive_error", "skill", "lower", "upper",
           "hit_rate", "base_rate", "coverage", "tests", "verdict"]  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """An error that a back-test reports: its name, skill, direction, and how it is read."""

    metric: str
    skill: str
    direction: str
    kind: str
    title: str


MEASURES = (
    Measure("growth_mae", "growth_mae_against_", "direction", "points",
            "error of yearly growth"),
    Measure("dissimilarity", "dissimilarity_against_", "share_direction", "percent",
            "part of workers in the wrong sector"),
    Measure("mase", "against_", "direction", "decimal",
            "error, in usual yearly changes,"),
    Measure("dissimilarity", "against_", "direction", "percent",
            "part of workers in the wrong occupation"),
)  # fmt: skip


def write_scores(records: Mapping[str, Any], *, horizon: int = 10) -> Section:
    """Write back-tests as one table of scores: model, best naive method, verdict.

    Use it to answer whether a forecast is better than doing nothing clever. The naive method is the
    best of those that the back-test ran, known only afterwards: a hard judge.

    Parameters
    ----------
    records : mapping of str to result
        Outcomes of `skillsfc.backtest`, `skillsfc.backtest_sectors` or `skillsfc.backtest_shares`
        with the model ``auto``, by what was forecast and where.
    horizon : int
        Years ahead to quote; the farthest that was tested if that is nearer [years].

    Returns
    -------
    Section
        Its table ``scores`` has one row a record and measure, with ``skill, lower, upper`` (part
        of the naive error saved; interval of 80 per cent) and a verdict by that interval.

    Raises
    ------
    CoverageError
        If there is no record.

    Examples
    --------
    >>> import skillsfc as sf
    >>> past = pd.DataFrame([(y, s, 0.3 + sign * 0.01 * (y - 2000)) for y in range(2000, 2012)
    ...     for s, sign in (("F", 1), ("M", -1))], columns=["year", "sex", "share"])
    >>> past["share"] += 0.2
    >>> past["share"] /= past.groupby("year")["share"].transform("sum")
    >>> past = past.assign(unit="share", status="observed", source="made up")
    >>> record = sf.backtest_shares(past, by="sex", methods="auto", horizon=3)
    >>> section = write_scores({"Women and men, made up": record}, horizon=3)
    >>> section.table("scores")["verdict"].tolist()
    ['better than naive']
    """
    if not records:
        raise CoverageError("write_scores", [Problem("records", "none", "at least one back-test")])
    rows = [row for what, record in records.items() for row in _rows(what, record, horizon)]
    scores = pd.DataFrame(rows, columns=COLUMNS)
    facts = Facts("scores")
    paragraphs = [_sentence(row, facts) for row in scores.to_dict("records")]
    better = int((scores["verdict"] == "better than naive").sum())
    worse = int((scores["verdict"] == "worse than naive").sum())
    message = (
        f"In {facts.add('better', better, 'count', table=ERRORS)} of "
        f"{facts.add('scores', len(scores), 'count', table=ERRORS)} comparisons the forecast was "
        f"better than the best naive method, in {facts.add('worse', worse, 'count', table=ERRORS)} "
        "it was worse, and in the others no difference can be told."
    )
    figures = [picture for place, (what, record) in enumerate(records.items(), start=1)
               for picture in _figures(what, record, place, horizon)]  # fmt: skip
    tables = (*_readable(scores), TableToPublish(ERRORS, "Scores, in numbers", scores, show=False))
    return Section("scores", (message, *paragraphs), facts, tuple(figures), tables, message)


def _measures(table: pd.DataFrame) -> list[Measure]:
    names = set(table.loc[table["model"] == MODEL, "metric"])
    return [
        one
        for one in MEASURES
        if one.metric in names and any(n.startswith(f"skill_{one.skill}") for n in names)
    ]


def _farthest(table: pd.DataFrame, horizon: int) -> int:
    known = table.loc[table["horizon"] > 0, "horizon"]
    near = known[known <= horizon]
    return int(near.max() if len(near) else known.min())


def _rows(what: str, record: Any, horizon: int) -> list[dict[str, Any]]:
    ahead = _farthest(record.table, horizon)
    table = record.table[record.table["horizon"] == ahead]
    values = table.set_index(["model", "metric"])["value"]
    tests = int(table.loc[table["model"] == MODEL, "n"].min())
    found = []
    for one in _measures(record.table):
        start = f"skill_{one.skill}"
        own = [name for _, name in values.index if name.startswith(start)]
        rivals = [name.removeprefix(start) for name in dict.fromkeys(own)]
        naive = min((n for n in rivals if n != MODEL), key=lambda n: values[n, one.metric])
        low, high = (values[MODEL, f"skill_{end}_{one.skill}{naive}"] for end in ("lower", "upper"))
        grows = values.get((MODEL, f"{one.direction}_always_grows"), np.nan)
        row = [
            what, one.title, ahead, values[MODEL, one.metric], naive, values[naive, one.metric],
            values[MODEL, f"{start}{naive}"], low, high,
            values.get((MODEL, f"{one.direction}_hit_rate"), np.nan), max(grows, 1 - grows),
            values.get((MODEL, "coverage_80"), np.nan), tests, _verdict(low, high),
        ]  # fmt: skip
        found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def _verdict(low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(high):
        return "too few tests to tell"
    if low > 0:
        return "better than naive"
    return "worse than naive" if high < 0 else "no better than naive"


def _kind(title: str) -> str:
    return next(one.kind for one in MEASURES if one.title == title)


def _sentence(row: dict[Any, Any], facts: Facts) -> str:
    def say(column: str, kind: str = "percent") -> str:
        return facts.add(f"{column}, {row['what']}", row[column], kind, table=ERRORS)

    kind, naive = _kind(row["measure"]), NAIVE_WORDS.get(row["naive"], row["naive"])
    text = (
        f"{row['what']}, {say('horizon', 'count')} years ahead: {row['verdict']}. The "
        f"{row['measure']} was {say('error', kind)}, with the best naive method ({naive}) "
        f"{say('naive_error', kind)}"
    )
    if np.isfinite(row["hit_rate"]):
        text += (
            f"; up or down was right in {say('hit_rate')} of cases, where always giving the more "
            f"frequent answer is right in {say('base_rate')}"
        )
    if np.isfinite(row["coverage"]):
        width = ", too narrow" if row["coverage"] < NARROW else ""
        width = ", too wide" if row["coverage"] > WIDE else width
        text += f". The 80% range held what came in {say('coverage')} of cases{width}"
    return f"{text}."


def _readable(scores: pd.DataFrame) -> tuple[TableToPublish, TableToPublish]:
    """Return the two tables for a reader: errors as text in their own unit, and the rest."""
    kinds = [_kind(title) for title in scores["measure"]]
    shown = scores[["what", "measure", "horizon", "naive", "skill", "verdict"]]
    shown = shown.replace({"naive": NAIVE_WORDS})
    for place, column in ((3, "error"), (5, "naive_error")):
        texts = [format_number(v, k).replace("percentage points", "points")
                 for v, k in zip(scores[column], kinds, strict=True)]  # fmt: skip
        shown.insert(place, column, texts)
    ends = [f"{100 * low:.0f} to {100 * high:.0f}%".replace("-", "\u2212")
            for low, high in zip(scores["lower"], scores["upper"], strict=True)]  # fmt: skip
    shown.insert(7, "range", ends)
    shown["measure"] = shown["measure"].str.rstrip(",")
    shown["verdict"] = shown["verdict"].str.replace(" than naive", "")
    heads = {"what": "forecast of", "horizon": "years ahead", "naive": "best naive method",
             "naive_error": "its error", "skill": "error saved", "hit_rate": "direction right",
             "base_rate": "same answer", "coverage": "in 80% range",
             "tests": "judged"}  # fmt: skip
    note = (
        "Error saved: the part of the naive error that the forecast avoids, below zero where it "
        "errs more; its range holds four chances in five, and decides the verdict. A usual yearly "
        "change is the mean change from one year to the next in the history before."
    )
    percent = dict.fromkeys(["skill", "hit_rate", "base_rate", "coverage"], ".1%")
    rest = scores.drop_duplicates("what")[["what", "horizon", "hit_rate", "base_rate", "coverage",
                                           "tests"]]  # fmt: skip
    missing = " Two dots: the back-test does not count it." if rest["hit_rate"].isna().any() else ""
    return (
        TableToPublish("scores_errors", "Error of the forecast and of the best naive method", shown,
                       note, formats=percent, labels=heads),
        TableToPublish(OTHER, "Direction, and how often the range held what came", rest,
                       OTHER_NOTE + missing,
                       formats=percent, labels=heads),
    )  # fmt: skip


def _figures(what: str, record: Any, place: int, horizon: int) -> list[FigureToPublish]:
    table = record.table[record.table["horizon"].between(1, horizon)]
    if table["horizon"].nunique() < LEAST_HORIZONS:
        return []
    one = _measures(record.table)[0]
    naive = _rows(what, record, horizon)[0]["naive"]
    shown = table[table["model"].isin([MODEL, *NAIVE_WORDS])]
    if one.kind != "decimal":
        shown = shown.assign(unit="share")  # drawn in per cent, also a share a year
    words = {MODEL: "This forecast", **NAIVE_WORDS, one.metric: one.title.rstrip(",").capitalize()}
    chart = plot_accuracy(shown, metric=one.metric, naive=naive, highlight=MODEL, labels=words,
                          source="")  # fmt: skip
    held = table[(table["model"] == MODEL) & (table["metric"] == "coverage_80")]
    made = [
        FigureToPublish(f"error_{place}", f"{what}: {one.title.rstrip(',')}, by years ahead", chart)
    ]
    if len(held):
        chart = plot_coverage(held.assign(level=0.8)[["horizon", "level", "value"]], source="")
        title = f"{what}: how often the 80% range held what came"
        made.append(FigureToPublish(f"held_{place}", title, chart))
    return made
