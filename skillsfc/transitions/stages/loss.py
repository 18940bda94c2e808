"""What a survey with fewer questions loses of the stages, and flows between stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from skillsfc.transitions.design import Floats, read_design
from skillsfc.transitions.ratios import estimate_ratio, measured
from skillsfc.transitions.stages.bounds import estimate_range
from skillsfc.transitions.stages.rules import NOT_CLASSIFIED, UNKNOWN_STAGE

Table: TypeAlias = pd.DataFrame


def measure_loss(full: Table, proxy: Table, weight: str | None, level: float) -> Table:
    """Return the shares of persons whose stage and form are lost or wrong.

    Parameters
    ----------
    full, proxy : DataFrame
        The same persons classified with all questions and with fewer.
    weight : str, optional
        Column of the weight.
    level : float
        Nominal coverage of the intervals [0-1].

    Returns
    -------
    DataFrame
        ``measure`` (stage_lost, stage_wrong, form_lost, form_wrong), ``share`` of those whose stage
        or form is known with all questions, and its error. Lost: open now. Wrong: another one now.
    """
    design = read_design(full, weight=weight, subject="approximate_stages")
    inside = full["in_scope"].to_numpy(dtype=bool)
    rows: list[dict[str, Any]] = []
    for column, unknown in (("stage", UNKNOWN_STAGE), ("form", NOT_CLASSIFIED)):
        known = inside & (full[column] != unknown).to_numpy()
        still = (proxy[column] != unknown).to_numpy()
        differs = (proxy[column] != full[column]).to_numpy()
        for name, hit in (("lost", known & ~still), ("wrong", known & still & differs)):
            found = estimate_ratio(design, hit.astype(float), known.astype(float))
            row = measured(found, "share", design, level)
            kept = ("share", "standard_error", "lower", "upper", "level", "persons", "cases")
            rows.append({"measure": f"{column}_{name}"} | {key: row[key] for key in kept})
    return pd.DataFrame(rows)


def measure_confusion(full: Table, proxy: Table, weight: str | None) -> Table:
    """Return the share of persons in each pair of full and approximated stage."""
    inside = full["in_scope"].to_numpy(dtype=bool)
    weights = _weights(full, weight)[inside]
    pairs = pd.DataFrame(
        {
            "stage_full": full.loc[inside, "stage"].to_numpy(),
            "stage_approximated": proxy.loc[inside, "stage"].to_numpy(),
            "possible_stages": proxy.loc[inside, "possible_stages"].to_numpy(),
            "share": weights / weights.sum(),
            "persons": (weights > 0).astype("int64"),
        }
    )
    keys = ["stage_full", "stage_approximated", "possible_stages"]
    return pairs.groupby(keys, sort=True, as_index=False)[["share", "persons"]].sum()


def measure_bounds(
    full: Table | None, proxy: Table, stages: Sequence[str], weight: str | None, level: float
) -> Table:
    """Return each stage's share with all questions (if they are there) and its range without."""
    design = read_design(proxy, weight=weight, subject="approximate_stages")
    members = proxy["in_scope"].to_numpy(dtype=float)
    rows = []
    for stage in dict.fromkeys(stages):
        low, high = certain_and_possible(proxy, stage)
        found = estimate_range(design, low, high, members, level)
        kept = ("share", "share_high", "lower", "upper", "level", "persons")
        row = {"stage": stage} | {key: found[key] for key in kept}
        if full is not None:
            known = (full["stage"] == stage).to_numpy(dtype=float)
            row["share_full"] = estimate_ratio(design, known * members, members).value
        rows.append(row)
    return pd.DataFrame(rows)


def certain_and_possible(table: Table, stage: str) -> tuple[Floats, Floats]:
    """Return who is in a stage for certain, and who is or may be."""
    low = (table["stage"] == stage).to_numpy(dtype=float)
    words = f" {stage} "
    high = (" " + table["possible_stages"] + " ").str.contains(words, regex=False)
    return low, np.maximum(low, high.to_numpy(dtype=float))


def measure_stage_flows(
    table: Table, period: str, stages: Sequence[str], weight: str | None, level: float
) -> tuple[Table, Mapping[str, int]]:
    """Return the shares of matched persons who move between stages, and counts of the matching.

    A pair is a person seen in two neighbouring periods of the data. Shares are of all pairs, with
    the range that open stages leave and errors that know that pairs of one person belong together.
    Rows without a person or a period have no neighbour: they are left out and counted.
    """
    placed = table[[period, "person"]].notna().all(axis=1)
    lost = int((~placed).sum())
    table = table[placed]
    periods = pd.factorize(table[period], sort=True)[0]
    inside = table["in_scope"].to_numpy(dtype=bool)
    columns = ["person", "stage", "possible_stages"]
    frame = table.loc[inside, columns].assign(
        at=periods[inside], weight=_weights(table, weight)[inside]
    )
    later = frame.drop(columns="weight").assign(at=frame["at"] - 1)
    pairs = frame.merge(later, on=["person", "at"], suffixes=("", "_to"))
    last = periods.max(initial=-1)
    counts = {"seen": int((frame["at"] < last).sum()), "matched": len(pairs), "without": lost}
    kept = ("share", "share_high", "standard_error", "lower", "upper", "level", "persons", "cases")
    if pairs.empty:
        return pd.DataFrame(columns=["from_stage", "to_stage", *kept]), counts
    design = read_design(pairs, cluster="person", subject="approximate_stages")
    after = pairs[["stage_to", "possible_stages_to"]].rename(columns=lambda name: name[:-3])
    ones = np.ones(len(pairs))
    begin = {stage: certain_and_possible(pairs, stage) for stage in dict.fromkeys(stages)}
    end = {stage: certain_and_possible(after, stage) for stage in begin}
    rows = []
    for before in begin:
        for then in end:
            low, high = (begin[before][side] * end[then][side] for side in (0, 1))
            found = estimate_range(design, low, high, ones, level)
            row = {key: found[key] for key in kept}
            rows.append({"from_stage": before, "to_stage": then} | row)
    return pd.DataFrame(rows), counts


def _weights(table: Table, weight: str | None) -> Floats:
    if weight is None or weight not in table.columns:
        return np.ones(len(table))
    return np.asarray(table[weight].to_numpy(dtype=float))
