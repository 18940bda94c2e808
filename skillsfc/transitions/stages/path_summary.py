"""Shares of paths, mean and median length of the transition of one group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.schema import code_list
from skillsfc.transitions.design import Floats, SurveyDesign
from skillsfc.transitions.ratios import estimate_ratio, measured, reliability
from skillsfc.transitions.stages.path_rules import CLASSES, NOT_KNOWN
from skillsfc.transitions.stages.quantiles import estimate_median


def summarise(
    persons: pd.DataFrame, design: SurveyDesign, inside: Any, level: float
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one group: indicator, value, unit, error, interval, persons.

    Parameters
    ----------
    persons : DataFrame
        One row a person: ``outcome, months, path, length_class``.
    design : SurveyDesign
        Of the same rows.
    inside : array of bool
        The persons of the group.
    level : float
        Nominal coverage of the intervals [0-1].
    """
    arrived = (persons["outcome"] == "transited").to_numpy() & inside
    left = persons["outcome"].isin(["transited", "not_yet"]).to_numpy() & inside
    known = arrived & (persons["length_class"] != NOT_KNOWN).to_numpy()
    months = persons["months"].fillna(0.0).to_numpy(dtype=float)
    yield _share("share_transited", design, arrived, left, level)
    yield _share("share_direct", design, arrived & (months == 0), arrived, level)
    for column, names in (
        ("length_class", CLASSES),
        ("path", tuple(code for code in code_list("swts_paths")["code"] if code != "direct")),
    ):
        for name in names:
            here = known & (persons[column] == name).to_numpy()
            yield _share(f"share_{name}", design, here, known, level)
    later = arrived & (months > 0)
    for suffix, members in (("", arrived), ("_without_direct", later)):
        yield _mean(f"mean_months{suffix}", design, months, members, level)
        yield _median(f"median_months{suffix}", design, months, members, level)


def _share(name: str, design: SurveyDesign, top: Any, below: Any, level: float) -> dict[str, Any]:
    found = estimate_ratio(design, top.astype(float), below.astype(float))
    return _row(name, "share", measured(found, "share", design, level))


def _mean(
    name: str, design: SurveyDesign, months: Floats, members: Any, level: float
) -> dict[str, Any]:
    found = estimate_ratio(design, months * members, members.astype(float))
    return _row(name, "months", measured(found, "mean", design, level))


def _row(name: str, unit: str, held: Mapping[str, Any]) -> dict[str, Any]:
    value = held["share"] if "share" in held else held["mean"]
    kept = ("standard_error", "lower", "upper", "level", "persons", "reliability")
    return {"indicator": name, "value": value, "unit": unit} | {key: held[key] for key in kept}


def _median(
    name: str, design: SurveyDesign, months: Floats, members: Any, level: float
) -> dict[str, Any]:
    value, error, lower, upper = estimate_median(design, months, members.astype(float), level)
    count = int((members & (design.weight > 0)).sum())
    # A median of 0 is a good estimate of 0: its error is set against one month at least.
    flag = reliability(count, max(value, 1.0) if count else np.nan, error)
    return {
        "indicator": name, "value": value, "unit": "months", "standard_error": error,
        "lower": lower, "upper": upper, "level": level, "persons": count, "reliability": flag,
    }  # fmt: skip
