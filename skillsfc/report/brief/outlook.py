"""Employment outlook: the fan, jobs a year beside people a year, and how far to trust it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_entrants, plot_fan
from skillsfc.report.display import source_line
from skillsfc.report.text import Facts, readable

FORECAST, HEADLINE, FLOWS, LATER = (
    "employment_forecast", "outlook_headline", "people_and_jobs", "employment_later_source",
)  # fmt: skip
DRAWN_YEARS = 30  # history in the fan chart; longer series hide the projection


def write_outlook(
    forecast: Any | None,
    flows: pd.DataFrame | None,
    *,
    name: str,
    level: float = 0.8,
    later: pd.DataFrame | None = None,
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
        ``year, persons, source`` of a later level from another source; shown, never joined here.

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
    headline = _headline(forecast, level)
    used = tuple(forecast.history["source"].unique())
    paragraphs = [_level(headline, facts, name)]
    tables = [
        TableToPublish(
            "outlook_summary",
            f"{name}: employment now and ahead",
            readable(headline, ("value", "lower", "upper")).drop(columns="unit"),
        ),
        TableToPublish(HEADLINE, f"{name}: figures of this section", headline, show=False),
        TableToPublish(FORECAST, f"{name}: employment forecast", forecast.table, show=False),
        TableToPublish("employment_history", f"{name}: employment", forecast.history, show=False),
        TableToPublish("employment_model_choice", "Model and reason", forecast.choice, show=False),
    ]
    figures = [
        FigureToPublish(
            "employment_fan",
            f"{name}: people in work, history and projection",
            plot_fan(_recent(forecast.history), forecast.table, other=later, source=""),
            used,
        )
    ]
    if flows is not None:
        paragraphs.append(_flow_words(flows, facts))
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
        paragraphs.append(_later_words(forecast, later, facts))
        tables.append(TableToPublish(LATER, f"{name}: a later level from another source", later))
    return Section(
        "outlook", tuple(paragraphs), facts, tuple(figures), tuple(tables), paragraphs[0]
    )


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


def _headline(forecast: Any, level: float) -> pd.DataFrame:
    """Return the last observation and the end of the projection as one table."""
    history = forecast.history.dropna(subset=["persons"]).sort_values("year")
    at = forecast.table[np.isclose(forecast.table["level"], level)].sort_values("year")
    first, last, end = history.iloc[0], history.iloc[-1], at.iloc[-1]
    years = int(end["year"] - last["year"])
    back = history[history["year"] >= last["year"] - 10].iloc[0]
    rows = [
        ("people in work", last["year"], last["persons"], np.nan, np.nan, "persons"),
        ("people in work, projected", end["year"], end["persons"], end["lower"], end["upper"],
         "persons"),
        ("jobs added a year, past", last["year"],
         (last["persons"] - back["persons"]) / max(last["year"] - back["year"], 1), np.nan, np.nan,
         "persons per year"),
        ("jobs added a year, projected", end["year"],
         *((end[c] - last["persons"]) / years for c in ("persons", "lower", "upper")),
         "persons per year"),
        ("interval", end["year"], level, np.nan, np.nan, "share"),
        ("first year of the series", first["year"], first["year"], np.nan, np.nan, "year"),
    ]  # fmt: skip
    columns = ["figure", "year", "value", "lower", "upper", "unit"]
    return pd.DataFrame(rows, columns=columns).astype({"year": int})


def _level(headline: pd.DataFrame, facts: Facts, name: str) -> str:
    rows = headline.set_index("figure")

    def say(figure: str, column: str = "value") -> str:
        value = float(rows.loc[figure, column])
        return facts.add(f"{figure}, {column}", value, "persons", table=HEADLINE)

    now, end = "people in work", "people in work, projected"
    return (
        f"{name} had {say(now)} people in work in "
        f"{facts.year(rows.loc[now, 'year'], table=HEADLINE)}. If the series goes on as such "
        f"series have, {say(end)} will be in work in "
        f"{facts.year(rows.loc[end, 'year'], table=HEADLINE)}; four times in five it should lie "
        f"between {say(end, 'lower')} and {say(end, 'upper')}."
    )


def _flow_words(flows: pd.DataFrame, facts: Facts) -> str:
    ahead = flows[flows["status"] == "projected"]
    ahead = ahead[ahead["year"] == ahead["year"].max()].set_index("indicator")

    def say(indicator: str, column: str = "value") -> str:
        value = float(ahead.loc[indicator, column])
        return facts.add(f"{indicator} a year, {column}", value, "persons", table=FLOWS)

    jobs = ahead.loc["jobs"]
    added = "added" if jobs["value"] >= 0 else "lost"
    low, high = (_signed(say("jobs", side), jobs[side]) for side in ("lower", "upper"))
    return (
        f"That is {say('jobs')} jobs {added} a year ({low} to {high}), beside {say('entrants')} "
        f"people a year who reach age 15 and {say('leavers')} who reach 65. Posts that leavers "
        "vacate come on top of the jobs added; not everyone who comes of age looks for work."
    )


def _recent(history: pd.DataFrame) -> pd.DataFrame:
    """Return the years that the picture shows; the table has all of them."""
    return history[history["year"] >= history["year"].max() - DRAWN_YEARS]


def _persons(facts: Facts, name: str, value: float, table: str) -> str:
    return facts.add(name, value, "persons", table=table)


def _signed(text: str, value: float) -> str:
    return f"a loss of {text}" if value < 0 else text


def _later_words(forecast: Any, later: pd.DataFrame, facts: Facts) -> str:
    row = later.sort_values("year").iloc[-1]
    same = forecast.table[forecast.table["year"] == row["year"]]
    other = _persons(facts, "people in work, other source", row["persons"], LATER)
    text = (
        f"Another source, {source_line([row['source']])}, implies {other} people in work in "
        f"{facts.year(row['year'], table=LATER)} (labour force times one minus the unemployment "
        "rate). "
    )
    if same.empty:
        return text + "The two sources are shown side by side and not joined."
    inside = bool(((same["lower"] <= row["persons"]) & (row["persons"] <= same["upper"])).any())
    mid = _persons(facts, "projection in that year", same["persons"].iloc[0], FORECAST)
    where = "inside" if inside else "outside"
    return text + (
        f"The projection has {mid} for that year, so the other figure lies {where} its widest "
        "range. The two sources define work differently; they are shown side by side and not "
        "joined."
    )
