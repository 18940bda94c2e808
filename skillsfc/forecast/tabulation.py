"""Arrays back to tidy tables: forecasts, history, issues and notes of an employment forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.calibration import Trials, band_widths
from skillsfc.forecast.models import COMBINED, MODELS
from skillsfc.forecast.panel import Panel
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.preparation import ISSUE_COLUMNS, SeriesMatrix


def forecast_tables(
    series: SeriesMatrix,
    panels: Panel,
    trials: Trials,
    chosen: Array,
    name: str,
    horizon: int,
    levels: tuple[float, ...],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the forecast table and the table of every candidate's forecasts."""
    end = len(trials.origins) - 1
    width = band_widths(trials, trials.scaled_errors(chosen), end, levels)
    centre = trials.transformed(chosen[:, end : end + 1])
    spread = width * trials.scale[:, end, None, None]
    alive = series.keep(series.counts > 0)
    parts, others = [], []
    for k in range(panels.own):
        years = np.arange(panels.last_year[k] + 1, horizon + 1)
        head = {key: alive.keys[key].iloc[k] for key in alive.keys}
        span = slice(0, len(years))
        for j, level in enumerate(levels):
            bounds = [
                trials.persons(centre + sign * spread[:, None, :, j])[k, 0, span]
                for sign in (-1.0, 1.0)
            ]
            parts.append(
                pd.DataFrame(
                    head
                    | {"year": years, "level": level, "persons": chosen[k, end, span]}
                    | {"lower": bounds[0], "upper": bounds[1], "model": name}
                    | {"unit": "persons", "status": "projected", "source": alive.source[k]},
                    index=years,
                )
            )
        for m, model in enumerate(trials.models):
            values = {"year": years, "model": model, "persons": trials.forecasts[m, k, end, span]}
            others.append(pd.DataFrame(head | values, index=years))
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values([*alive.keys, "year", "level"], kind="stable", ignore_index=True)
    return table, pd.concat(others, ignore_index=True).dropna(ignore_index=True)


def history_table(series: SeriesMatrix) -> pd.DataFrame:
    """Return the values used as a tidy table; missing years are absent, never 0."""
    rows, columns = np.nonzero(np.isfinite(series.persons))
    table = series.keys.iloc[rows].reset_index(drop=True)
    judged = series.scorable[rows, columns]
    return table.assign(
        year=series.years[columns],
        persons=series.persons[rows, columns],
        unit="persons",
        status=np.where(judged, series.status[rows], "imputed"),
        source=series.source[rows],
    )


def all_issues(series: SeriesMatrix, panels: Panel, trials: Trials, name: str) -> pd.DataFrame:
    """Return the issues of the preparation and those of the forecast itself."""
    names = [n for n, count in zip(series.names, series.counts, strict=True) if count]
    found = []
    for k in range(panels.own):
        if not panels.logarithmic[k] and name == "auto":
            text = "combined in levels; the band is cut at zero"
            found.append(("levels", names[k], 1, "note", text))
        if name in MODELS and not np.isfinite(
            trials.forecasts[trials.models.index(name)][k, -1, 0]
        ):
            text = f"{name} cannot be fitted to this series: last value instead"
            found.append(("fallback", names[k], 1, "warning", text))
    return pd.concat([series.issues, pd.DataFrame(found, columns=ISSUE_COLUMNS)], ignore_index=True)


def forecast_notes(
    series: SeriesMatrix, panels: Panel, name: str, population: pd.DataFrame | None
) -> tuple[str, ...]:
    """Return what a reader must know of this forecast, in plain sentences."""
    logs = panels.logarithmic[: panels.own]
    scale = "logs: the forecast is a median" if logs.all() else "logs, with zeros in levels"
    notes = [f"Series are modelled in {scale}. Trends are carried on; no scenario is assumed."]
    if name == "auto":
        used = [m for m in COMBINED if m != "employment_ratio" or population is not None]
        parts = ", ".join(MODELS[m].title for m in used)
        notes.append(f"Weighted average of {parts}; weights from errors at earlier origins.")
    else:
        notes.append(f"Model: {MODELS[name].title}.")
    others = len(panels.persons) - panels.own
    notes.append(
        f"Bands come from past errors of this series and of {len(panels.persons) - 1} others."
        if others or panels.own > 1
        else "Bands come from this series' own past errors alone, a random walk's if few."
    )
    if population is not None:
        notes.append(
            "The employment ratio uses a population interpolated log-linearly between published "
            "years. Its back-test knows later revisions of population, which a forecaster at the "
            "time did not; its past errors are therefore counted 10 % larger when models are "
            "weighted."
        )
    empty = [n for n, count in zip(series.names, series.counts, strict=True) if not count]
    if empty:
        notes.append(f"No data, so no forecast, for {listing(empty)}.")
    stale = series.issues[series.issues["rule"].isin(["conflict_gap", "unit_jump"])]
    notes += [f"{row.series}: {row.text}." for row in stale.head(5).itertuples()]
    return tuple(notes)
