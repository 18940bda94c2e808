"""Arrays back to tidy tables: sector forecasts, totals, elasticities, issues and notes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.calibration import LEAST_ERRORS, band_widths
from skillsfc.forecast.pooling import Array, Index, shrink
from skillsfc.forecast.preparation import ISSUE_COLUMNS, SeriesMatrix
from skillsfc.forecast.sectors.elasticity import LEAST_YEARS, output_elasticities
from skillsfc.forecast.sectors.models import COMBINED, SECTOR_MODELS, SectorTrials
from skillsfc.forecast.sectors.panel import SectorPanel

TEACHING_VALUES = 6  # of a series before an origin whose errors teach the width of bands


def sector_tables(
    panel: SectorPanel,
    trials: SectorTrials,
    chosen: Array,
    name: str,
    horizon: int,
    levels: tuple[float, ...],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the forecast table and the table of every candidate's forecasts."""
    one, end = trials.trials, len(trials.trials.origins) - 1
    width = band_widths(one, teaching_errors(chosen, trials, panel), end, levels)
    spread = width * one.scale[:, end, None, None]
    centre = one.transformed(chosen[:, end : end + 1])[:, 0, :, None]
    lower, upper = (one.persons(centre + sign * spread) for sign in (-1.0, 1.0))
    last = panel.last_year[panel.economy]
    wanted = panel.own_rows[:, None] & (last[:, None] + one.horizons <= horizon)
    row, step = np.nonzero(wanted)
    number, cell = len(levels), np.repeat(np.arange(len(row)), len(levels))
    at, ahead = row[cell], step[cell]
    band = np.tile(np.arange(number), len(row))
    flags = {"model": name, "unit": "persons", "status": "projected", "source": panel.source[at]}
    table = _keys_of(panel, at).assign(
        year=last[at] + one.horizons[ahead],
        level=np.asarray(levels)[band],
        persons=chosen[at, end, ahead],
        lower=lower[at, ahead, band],
        upper=upper[at, ahead, band],
        **flags,
    )
    keys = [*panel.keys, "year", "level"]
    table = table.sort_values(keys, kind="stable", ignore_index=True)
    others = [
        _keys_of(panel, row).assign(
            year=last[row] + one.horizons[step], model=model, persons=run[row, end, step]
        )
        for model, run in zip(one.models, one.forecasts, strict=True)
    ]
    return table, pd.concat(others).dropna(ignore_index=True)


def _keys_of(panel: SectorPanel, rows: Index) -> pd.DataFrame:
    return panel.keys.iloc[rows].reset_index(drop=True)


def teaching_errors(chosen: Array, trials: SectorTrials, panel: SectorPanel) -> Array:
    """Return scaled errors of a forecast that teach its band (n_series, n_origins, n_horizons).

    A forecast made from fewer than 6 values says little of one made from many: its errors count
    only where there are no others.
    """
    one = trials.trials
    errors = one.scaled_errors(chosen)
    seen = np.cumsum(np.isfinite(panel.persons), axis=1)[:, one.origins]
    grown = np.where((seen >= TEACHING_VALUES)[..., None], errors, np.nan)
    return grown if np.isfinite(grown[..., 0]).sum() >= LEAST_ERRORS else errors


def sector_history(panel: SectorPanel) -> pd.DataFrame:
    """Return the values used as a tidy table; missing years are absent, never 0."""
    rows, columns = np.nonzero(np.isfinite(panel.persons) & panel.own_rows[:, None])
    last = panel.last_year[panel.economy[rows]]
    judged = panel.scorable[rows, columns]
    return _keys_of(panel, rows).assign(
        year=last - (panel.persons.shape[1] - 1 - columns),
        persons=panel.persons[rows, columns],
        unit="persons",
        status=np.where(judged, panel.status[rows], "imputed"),
        source=panel.source[rows],
    )


def totals_table(
    panel: SectorPanel, trials: SectorTrials, stated: Array | None, horizon: int
) -> pd.DataFrame:
    """Return the totals that sectors add up to: keys, ``year, persons, unit, status, note``."""
    parts = []
    economies = panel.keys.drop(columns="sector")
    for k in range(panel.own):
        row = int(np.flatnonzero(panel.economy == k)[0])
        years = np.arange(panel.last_year[k] + 1, horizon + 1)
        given = stated is not None and bool(np.isfinite(stated[k]).any())
        values = {"year": years, "persons": trials.total[k, -1, : len(years)], "unit": "persons"}
        values |= {"status": "projected", "note": "stated total" if given else "own forecast"}
        parts.append(pd.DataFrame(economies.iloc[row].to_dict() | values, index=years))
    return pd.concat(parts, ignore_index=True)


def elasticity_table(panel: SectorPanel, trials: SectorTrials) -> pd.DataFrame:
    """Return one row a series: its elasticity, and whether it carries error correction.

    Columns: ``keys, elasticity, standard_error, shrunken_elasticity, output_growth, statistic,
    critical, long_run_elasticity, adjustment, carried, reason``; empty without output.
    """
    model = trials.correction
    if model is None:
        return pd.DataFrame()
    last = np.array([panel.persons.shape[1] - 1])
    own, error = output_elasticities(panel.logs(), panel.output, last)
    found = panel.keys.assign(
        elasticity=own[:, 0],
        standard_error=np.sqrt(error[:, 0]),
        shrunken_elasticity=shrink(own, error)[:, 0],
        output_growth=trials.growth[:, -1],
        statistic=model.statistic,
        critical=model.critical,
        long_run_elasticity=model.elasticity,
        adjustment=model.adjustment,
        carried=model.carried,
    )
    with np.errstate(invalid="ignore"):
        rejected = model.statistic < model.critical
    short = np.isnan(model.statistic)
    reasons = np.select(
        [model.carried, short, ~rejected],
        ["", f"fewer than {LEAST_YEARS} years without a gap", "no cointegration at 5 %"],
        "does not return to a path that rises with output",
    )
    return found.assign(reason=reasons)[panel.own_rows].reset_index(drop=True)


def sector_issues(
    series: SeriesMatrix, panel: SectorPanel, trials: SectorTrials, name: str
) -> pd.DataFrame:
    """Return the issues of the preparation and those of the forecast itself."""
    found = []
    runs = trials.run(name) if name in trials.trials.models else None
    for k in np.flatnonzero(panel.own_rows):
        if not trials.trials.logarithmic[k]:
            text = "combined in levels; the band is cut at zero"
            found.append(("levels", panel.names[k], 1, "note", text))
        if runs is not None and not np.isfinite(runs[k, -1, 0]):
            text = f"{name} cannot be fitted to this series: pooled trend instead"
            found.append(("fallback", panel.names[k], 1, "warning", text))
    table = pd.DataFrame(found, columns=ISSUE_COLUMNS)
    return pd.concat([series.issues, table], ignore_index=True)


def sector_notes(
    series: SeriesMatrix,
    panel: SectorPanel,
    trials: SectorTrials,
    name: str,
    *,
    total: str,
    growth: str,
) -> tuple[str, ...]:
    """Return what a reader must know of this forecast, in plain sentences."""
    notes = ["Trends are carried on; no scenario is assumed."]
    if name == "auto":
        used = [m for m in COMBINED if m in trials.trials.models]
        parts = ", ".join(SECTOR_MODELS[m].title for m in used)
        notes.append(f"Weighted average of: {parts}; weights from errors at earlier origins.")
    else:
        notes.append(f"Model: {SECTOR_MODELS[name].title}.")
    how = "in proportion to size" if trials.hold == "proportional" else "by squared spread"
    notes += [total, f"What is needed for that is taken from or given to sectors {how}."]
    others = len(panel.economies) - panel.own
    taught = f"; {others} others only teach" if others else ""
    own = "1 economy" if panel.own == 1 else f"{panel.own} economies"
    notes.append(f"{own}{taught}. Bands come from past errors of all their sectors.")
    if trials.correction is not None:
        assumed = (
            growth or "Output is assumed to grow at its own mean of 15 years, drawn to others'."
        )
        rows = panel.own_rows
        notes += [
            assumed,
            f"Error correction is carried by {int(trials.correction.carried[rows].sum())} of "
            f"{int(rows.sum())} series; 5 in 100 would pass its test by chance.",
        ]
    empty = [n for n, count in zip(series.names, series.counts, strict=True) if not count]
    if empty:
        notes.append(f"No data, so no forecast and no part in the sum, for {listing(empty)}.")
    grave = series.issues[series.issues["rule"].isin(["conflict_gap", "unit_jump", "stale"])]
    notes += [
        f"{_some(rows['series'])}: {str(text).rstrip('.')}."
        for text, rows in list(grave.groupby("text", sort=False))[:5]
    ]
    return tuple(notes)


def _some(names: pd.Series) -> str:
    shown = ", ".join(names.iloc[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")
