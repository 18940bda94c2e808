"""Employment outlook: the fan, jobs a year beside people a year, and how far to trust it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.brief.flows import FLOWS, say_flows
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_entrants, plot_fan
from skillsfc.report.display import MISSING, short_source, source_line
from skillsfc.report.text import Facts, readable

FORECAST, HEADLINE, LATER, JOINED, GAP = (
    "employment_forecast",
    "outlook_headline",
    "employment_later_source",
    "employment_joined",
    "employment_sources_apart",
)
SERIES, AHEAD = "people in work, long series", "people in work, long series projected"
OTHER, MOVED = "people in work, later source", "people in work, later source projected"
FAN_NOTE = (
    "The fan is the longer series by itself; the figures of the text start from the level of the "
    "other source, the single mark."
)
DRAWN_YEARS = 30  # history in the fan chart; longer series hide the projection


def write_outlook(
    forecast: Any | None,
    flows: pd.DataFrame | None,
    *,
    name: str,
    level: float = 0.8,
    later: pd.DataFrame | None = None,
    joined: Any | None = None,
) -> Section:
    """Write the section on the employment outlook.

    Parameters
    ----------
    forecast : EmploymentForecast or None
        Outcome of `skillsfc.forecast_employment` for the country's total; None where no embedded
        series exists, and the section then says so.
    flows : DataFrame or None
        Outcome of `skillsfc.compare_entrants_with_jobs`.
    name : str
        The country's name, as printed.
    level : float
        Coverage of the interval that the text quotes [0-1].
    later : DataFrame, optional
        ``year, persons, source`` of a later level from another source.
    joined : JoinedForecast, optional
        Outcome of `skillsfc.join_later_level` with ``rule="rescale"``. The text then starts from
        the later level and keeps the forecast's growth; without it the two stand side by side.

    Returns
    -------
    Section
        Fan chart and flows with their tables; words only where there is no series.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.write_outlook(None, None, name="Kosovo").paragraphs[0]
    'No embedded source has a series of employment in Kosovo, so no outlook is computed.'
    """
    facts = Facts("outlook")
    if forecast is None:
        return _without(facts, name, later)
    headline = _headline(forecast, joined, level)
    used = tuple(forecast.history["source"].unique())
    if joined is None:
        paragraphs = [_level(headline, facts, name, str(forecast.history["source"].iloc[-1]))]
    else:
        source = str(joined.discrepancy["source_later"].iloc[-1])
        paragraphs = [_moved(headline, facts, name, source)]
    tables = [
        TableToPublish(
            "outlook_summary",
            f"{name}: employment now and ahead",
            _summary(headline),
            note=f"{MISSING} stands where a figure has no interval.",
            labels={"lower": f"lower end, {100 * level:.0f} %", "upper": "upper end"},
        ),
        TableToPublish(HEADLINE, f"{name}: figures of this section", headline, show=False),
        TableToPublish(FORECAST, f"{name}: employment forecast", forecast.table, show=False),
        TableToPublish("employment_history", f"{name}: employment", forecast.history, show=False),
        TableToPublish("employment_model_choice", "Model and reason", forecast.choice, show=False),
        TableToPublish("employment_issues", "Findings in the series", forecast.issues, show=False),
    ]
    figures = [
        FigureToPublish(
            "employment_fan",
            f"{name}: people in work, history and projection",
            plot_fan(_recent(forecast.history), forecast.table, other=_last(later), source=""),
            used if later is None else (*used, *later["source"].unique()),
            note=FAN_NOTE if joined is not None else "",
        )
    ]
    if flows is not None:
        paragraphs.append(say_flows(flows, facts))
        tables.append(TableToPublish(FLOWS, f"{name}: people and jobs a year", flows, show=False))
        figures.append(
            FigureToPublish(
                "jobs_and_entrants",
                f"{name}: people reaching working age and jobs added, a year",
                plot_entrants(flows, source=""),
                (*used, "wpp2024"),
            )
        )
    if later is not None and len(later):
        title = f"{name}: a later level from another source"
        tables.append(TableToPublish(LATER, title, later, show=joined is None))
    if joined is not None:
        paragraphs.append(_two_levels(forecast, joined, headline, facts))
        tables.append(TableToPublish(JOINED, f"{name}: moved forecast", joined.table, show=False))
        tables.append(
            TableToPublish(GAP, "How far the two sources are apart", joined.discrepancy, show=False)
        )
    elif later is not None and len(later):
        paragraphs.append(_side_by_side(forecast, later, facts))
    paragraphs += _treatments(forecast)
    message = paragraphs[0] + _conflict(forecast)
    return Section("outlook", tuple(paragraphs), facts, tuple(figures), tuple(tables), message)


def _conflict(forecast: Any) -> str:
    """Return the warning that a key message on a country at war cannot go without."""
    if "conflict_gap" not in set(forecast.issues["rule"]):
        return ""
    return (
        " No forecast here foresees the course of the armed conflict, and figures from before it "
        "may no longer hold."
    )


def _treatments(forecast: Any) -> list[str]:
    """Return the findings that changed the forecast, in the words of the issues table."""
    found = forecast.issues
    serious = found[found["severity"] == "warning"]
    return [f"On the series: {text[:1].lower()}{text[1:]}." for text in serious["text"].unique()]


def _last(later: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the latest of the other source's levels, the one that the text speaks of."""
    if later is None or later.empty:
        return None
    row = later.sort_values("year").tail(1)
    return row.assign(source=[short_source(source) for source in row["source"]])


def _without(facts: Facts, name: str, later: pd.DataFrame | None) -> Section:
    text = f"No embedded source has a series of employment in {name}, so no outlook is computed."
    tables: tuple[TableToPublish, ...] = ()
    paragraphs = [text]
    if later is not None and len(later):
        row = later.sort_values("year").iloc[-1]
        paragraphs.append(
            f"One level is known: {_persons(facts, 'people in work', row['persons'], LATER)} "
            f"people in work in {facts.year(row['year'], table=LATER)} "
            f"({source_line([row['source']])}); one value makes no forecast."
        )
        tables = (TableToPublish(LATER, f"{name}: people in work", later),)
    return Section("outlook", tuple(paragraphs), facts, (), tables, text)


def _headline(forecast: Any, joined: Any | None, level: float) -> pd.DataFrame:
    """Return where employment stands and where it leads, by the long series and by the join."""
    history = forecast.history.dropna(subset=["persons"]).sort_values("year")
    first, last = history.iloc[0], history.iloc[-1]
    back = history[history["year"] >= last["year"] - 10].iloc[0]
    past = (last["persons"] - back["persons"]) / max(last["year"] - back["year"], 1)
    nan = np.nan
    rows = [
        (SERIES, last["year"], last["persons"], nan, nan, "persons"),
        (AHEAD, *_end(forecast.table, level), "persons"),
        ("jobs added a year, past", last["year"], past, nan, nan, "persons per year"),
        ("coverage of the interval", _end(forecast.table, level)[0], level, nan, nan, "share"),
        ("first year of the series", first["year"], first["year"], nan, nan, "year"),
    ]
    if joined is not None:
        start = joined.table.sort_values("year").iloc[0]
        rows.insert(2, (OTHER, start["year"], start["persons"], nan, nan, "persons"))
        rows.insert(3, (MOVED, *_end(joined.table, level), "persons"))
    columns = ["figure", "year", "value", "lower", "upper", "unit"]
    return pd.DataFrame(rows, columns=columns).astype({"year": int})


def _end(table: pd.DataFrame, level: float) -> tuple[float, float, float, float]:
    """Return year, value and interval of the last year."""
    row = table[np.isclose(table["level"], level)].sort_values("year").iloc[-1]
    return row["year"], row["persons"], row["lower"], row["upper"]


def _say(headline: pd.DataFrame, facts: Facts, figure: str, column: str = "value") -> str:
    value = float(headline.set_index("figure").loc[figure, column])
    if column == "year":
        return facts.year(value, table=HEADLINE)
    return facts.add(f"{figure}, {column}", value, "persons", table=HEADLINE)


def _summary(headline: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that count people or jobs, written for reading."""
    counted = headline[headline["unit"].isin(["persons", "persons per year"])]
    return readable(counted, ("value", "lower", "upper")).drop(columns="unit")


def _moved(headline: pd.DataFrame, facts: Facts, name: str, source: str) -> str:
    return (
        f"{name} had about {_say(headline, facts, OTHER)} people in work in "
        f"{_say(headline, facts, OTHER, 'year')} ({short_source(source)}: labour force less the "
        f"unemployed). If employment goes on as its past suggests, {_say(headline, facts, MOVED)} "
        f"would be in work in {_say(headline, facts, MOVED, 'year')}; four times in five it should "
        f"lie between {_say(headline, facts, MOVED, 'lower')} and "
        f"{_say(headline, facts, MOVED, 'upper')}."
    )


def _level(headline: pd.DataFrame, facts: Facts, name: str, source: str) -> str:
    return (
        f"{name} had {_say(headline, facts, SERIES)} people in work in "
        f"{_say(headline, facts, SERIES, 'year')} ({short_source(source)}). If employment goes "
        f"on as its past suggests, {_say(headline, facts, AHEAD)} would be in work in "
        f"{_say(headline, facts, AHEAD, 'year')}; four times in five it should lie between "
        f"{_say(headline, facts, AHEAD, 'lower')} and {_say(headline, facts, AHEAD, 'upper')}."
    )


def _recent(history: pd.DataFrame) -> pd.DataFrame:
    """Return the years that the picture shows; the table has all of them."""
    return history[history["year"] >= history["year"].max() - DRAWN_YEARS]


def _persons(facts: Facts, name: str, value: float, table: str) -> str:
    return facts.add(name, value, "persons", table=table)


def _two_levels(forecast: Any, joined: Any, headline: pd.DataFrame, facts: Facts) -> str:
    """Say how the two sources differ and by which rule they were joined."""
    gap = joined.discrepancy.sort_values(["year", "level"]).iloc[-1]
    ratio = facts.add("other source to series", gap["ratio"], "decimal", table=GAP)
    typical = facts.add("typical ratio", gap["typical_ratio"], "decimal", table=GAP)
    return (
        f"The growth comes from a longer series ({source_line([gap['source_forecast']])}) with "
        f"{_say(headline, facts, SERIES)} people in work in "
        f"{_say(headline, facts, SERIES, 'year')}, which by itself would lead to "
        f"{_say(headline, facts, AHEAD)}. The other source ({source_line([gap['source_later']])}) "
        f"stands at {ratio} times what that series leads to in "
        f"{facts.year(gap['year'], table=GAP)}; the median of the countries with both is "
        f"{typical}. The rule of the join: the growth is kept, the level is the other source's, "
        "and the interval is widened by how far the two sources differ between countries. Neither "
        "level is known to be the right one."
    )


def _side_by_side(forecast: Any, later: pd.DataFrame, facts: Facts) -> str:
    row = later.sort_values("year").iloc[-1]
    other = _persons(facts, "people in work, other source", row["persons"], LATER)
    return (
        f"Another source ({source_line([row['source']])}) implies {other} people in work in "
        f"{facts.year(row['year'], table=LATER)} (labour force times one minus the unemployment "
        "rate). The two are shown side by side and not joined."
    )
