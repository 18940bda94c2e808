"""What a sector back-test says: skills that matter, and sentences for a reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.forecast.sectors.models import NAIVE, REFERENCE, SECTOR_MODELS
from skillsfc.forecast.sectors.scores import Judged
from skillsfc.forecast.verdict import BETTER, NO_BETTER

ASKED = (  # what a sector forecast must beat, in which measure
    ("dissimilarity", "last_share", "Shares of sectors"),
    ("growth_mae", "last_share", "Growth of sectors"),
    ("growth_mae", "ols_trend", "Growth of sectors"),
    ("growth_mae", "last_value", "Growth of sectors"),
)


def sector_verdicts(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the skill of every model that is not naive, in the measures that matter."""
    values = table.set_index(["model", "horizon", "metric"])["value"]
    rows = []
    for name in [n for n in names if n not in NAIVE]:
        for measure, rival, _ in ASKED:
            for h in sorted(table["horizon"].unique()):
                skill, low, high = (
                    float(values[name, h, f"skill{end}_{measure}_against_{rival}"])
                    for end in ("", "_lower", "_upper")
                )
                better = BETTER if skill > 0 and low > 0 else NO_BETTER
                rows.append((name, measure, rival, int(h), skill, low, high, better))
    columns = ["model", "measure", "naive_model", "horizon", "skill", "lower", "upper", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def backtest_notes(judged: Judged, verdict: pd.DataFrame, years: Sequence[int]) -> tuple[str, ...]:
    """Return what was judged and how it came out, in plain sentences."""
    cells = judged.cells
    notes = [
        f"{len(years)} origins from {years[0]} to {years[-1]}, {int(cells.sum())} forecasts a "
        f"model, {int(cells.any(axis=(1, 2)).sum())} sectors, {judged.panel.own} "
        f"econom{'y' if judged.panel.own == 1 else 'ies'}.",
        "The history is the one published today: revisions are not undone.",
    ]
    first = next((n for n in judged.runs if n not in NAIVE), None)
    for measure, rival, title in ASKED:
        rows = verdict[(verdict["measure"] == measure) & (verdict["naive_model"] == rival)]
        rows = rows[rows["model"] == first]
        if first is not None and len(rows):
            notes.append(f"{title}, {first} against {_sentence(rows, rival)}")
    if "error_correction" in judged.runs:
        notes.append(_carried(judged))
    return tuple(notes)


def _sentence(rows: pd.DataFrame, rival: str) -> str:
    """Say at which horizons a model is better than a naive one, and by how much."""
    good = rows[rows["verdict"] == BETTER]
    if good.empty:
        return f"{SECTOR_MODELS[rival].title}: {NO_BETTER} at every horizon."
    near, far = good.iloc[0], good.iloc[-1]
    text = f"{SECTOR_MODELS[rival].title}: {BETTER} at {len(good)} of {len(rows)} horizons, error "
    text += f"{100 * near['skill']:.0f} % smaller {near['horizon']} year ahead"
    if len(good) > 1:
        text += f", {100 * far['skill']:.0f} % smaller {far['horizon']} years ahead"
    return text + "."


def _carried(judged: Judged) -> str:
    own = np.isfinite(judged.trials.run("error_correction")) & judged.cells
    tests, carried = judged.cells.any(axis=2), own.any(axis=2)
    text = f"Error correction was carried in {int(carried.sum())} of {int(tests.sum())} cases"
    if not carried.any():
        return text + "; the pooled trend stood in."
    errors = {
        name: judged.growth_error(judged.trials.run(name))[own]
        for name in ("error_correction", REFERENCE)
    }
    mean = {name: 100 * float(np.nanmean(values)) for name, values in errors.items()}
    return (
        f"{text}. There its mean error of growth was {mean['error_correction']:.1f} points a year, "
        f"that of the pooled trend {mean[REFERENCE]:.1f}; elsewhere the pooled trend stood in."
    )
