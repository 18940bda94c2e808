"""What a reader must know of a comparison of scenarios, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.forecast.scenarios.baseline import Baseline
from skillsfc.forecast.scenarios.evaluation import Outcome
from skillsfc.forecast.scenarios.levers import Lever

if TYPE_CHECKING:
    from skillsfc.forecast.scenarios.compare import ScenarioComparisonSettings

RULE_TEXT = {
    "log_mean": "Differences are split by the logarithmic mean: each lever's log change in a cell, "
    "turned into persons. Contributions add up to the difference.",
    "shapley": "Differences are split by the Shapley rule: the mean of what a lever adds over all "
    "orders of switching levers on. Contributions add up to the difference.",
}
TOTAL_TEXT = {
    "free": "Levers move total employment; nothing holds it to the labour force that is there.",
    "baseline": "Totals are held at the baseline: the scenario moves the structure only.",
}


def lever_table(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return one row a scenario and lever: cells reached, assumptions, how many are red.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Scenarios worked out.

    Returns
    -------
    DataFrame
        ``scenario, lever, kind, cells_reached, cells, assumptions, red``.
    """
    rows = []
    for done in outcomes:
        for lever in done.levers:
            own = [e for e in done.scenario.assumptions.values() if e.lever == lever.name]
            red = sum(entry.quality == "red" for entry in own)
            rows.append((done.scenario.name, lever.name, lever.kind, int(lever.reached.sum()),
                         len(lever.reached), len(own), red))  # fmt: skip
    columns = ["scenario", "lever", "kind", "cells_reached", "cells", "assumptions", "red"]
    return pd.DataFrame(rows, columns=columns)


def comparison_notes(
    base: Baseline, outcomes: Sequence[Outcome], settings: ScenarioComparisonSettings
) -> tuple[str, ...]:
    """Return the notes of a comparison: start, intervals, rule, total, quality, reach, changes.

    Parameters
    ----------
    base : Baseline
        What is compared with.
    outcomes : sequence of Outcome
        Scenarios worked out.
    settings : ScenarioComparisonSettings
        Arguments.
    """
    notes = [
        f"Scenarios equal the baseline up to {base.start}. They say what follows from assumptions, "
        "not how likely these are.",
        f"Intervals come from the ranges of the assumptions alone ({settings.draws} draws, "
        f"triangular, seed {settings.seed}); a value changed by hand counts as certain. The error "
        "of the baseline forecast is not in them: it is about as large in every scenario.",
        RULE_TEXT[settings.rule],
        TOTAL_TEXT[settings.total],
    ]
    for done in outcomes:
        notes += _scenario_notes(done, base)
    return (*notes, *base.notes)


def lever_keys(lever: Lever, done: Outcome) -> list[str]:
    """Return the keys by which a lever names whom it reaches, or those of the one it answers."""
    entries = [entry for entry in done.scenario.assumptions.values()
               if entry.lever == (lever.answers or lever.name) and entry.target]  # fmt: skip
    return sorted({entry.target.split(":")[0] for entry in entries})


def _missed(lever: Lever, done: Outcome, base: Baseline) -> list[str]:
    """Return the codes of a lever's keys that it does not reach; a response misses as its lever."""
    if lever.answers or lever.reached.all():
        return []
    keys = [key for key in lever_keys(lever, done) if key in base.cells]
    if not keys:
        return ["any cell"]
    cells = base.cells[keys].astype("str").agg(" ".join, axis=1)
    return sorted(set(cells[~lever.reached]) - set(cells[np.flatnonzero(lever.reached)]))


def _scenario_notes(done: Outcome, base: Baseline) -> list[str]:
    own = [entry for entry in done.scenario.assumptions.values() if entry.lever]
    name = done.scenario.name
    if not own:
        return [f"{name}: no lever; it is the baseline."]
    red = sum(entry.quality == "red" for entry in own)
    notes = [f"{name}: {red} of {len(own)} assumptions are choices that no source measures (red)."]
    for lever in done.levers:
        missed = _missed(lever, done, base)
        if missed:
            notes.append(
                f"{name}: lever {lever.name} has nothing for {listing(missed)}; "
                "there it changes nothing."
            )
        if lever.kind == "slope":
            notes.append(
                f"{name}: lever {lever.name} uses one measure of green jobs. Another ranks "
                "occupations differently: compare sf.measure_exposure with two."
            )
    for change in done.scenario.changes:
        if change.who:
            where = "outside of its range" if change.outside else "inside its range"
            notes.append(f"{name}: {change.name} set to {change.after:g} ({where}) by "
                         f"{change.who}: {change.why}." if not isinstance(change.after, str) else
                         f"{name}: {change.name} set by {change.who}: {change.why}.")  # fmt: skip
    return notes
