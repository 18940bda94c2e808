"""How distinct kinds of path are, and why there are so many of them, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from skillsfc.report.text import Facts

QUALITY, CHECKS = "quality", "kinds_checks"
CLOSE = 0.99  # agreement that is worth no word
STRENGTHS = ((0.7, "clear"), (0.5, "reasonable"), (0.25, "weak"))
FEW = "one would have fewer persons than may be shown"
NO_KINDS = f"There are no kinds of path to tell: of any two or more, {FEW}."
ALL_FEW = (
    "Every kind has fewer persons than may be shown, or would give one of them away: fewer kinds "
    "may be told."
)
ALL_ALIKE = "There are no kinds of path to tell: all persons compared have the same path."


def say_fit(clusters: Any, facts: Facts) -> str:
    """Return how distinct the kinds are, and why there are so many.

    Parameters
    ----------
    clusters : Clusters
        Outcome of `skillsfc.cluster_sequences`.
    facts : Facts
        Keeps the figures.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> told = pd.DataFrame([list("SSSS")] * 30 + [list("SEEE")] * 15 + [list("EEEE")] * 12
    ...                     + [list("EEES")] * 3 + [list("ESES")])
    >>> distances = sf.measure_distances(told, method="ham")
    >>> found = sf.cluster_sequences(distances, compare=[3, 4], smallest=10)
    >>> say_fit(found, Facts("kinds")).split(". ")[1]
    'With more kinds, one would have fewer persons than may be shown'
    """
    row = clusters.quality.set_index("k").loc[clusters.settings.k]
    width = float(row["silhouette_weighted"])
    if not np.isfinite(width):
        return ""
    strength = next((word for least, word in STRENGTHS if width > least), "hardly any")
    said = facts.add("silhouette", width, "decimal", table=QUALITY)
    text = (
        "The silhouette, one if every person is far nearer to the own kind than to the next and "
        f"zero if on the border, is {said}: {strength} structure by the usual reading."
    )
    if any("largest weighted silhouette" in note for note in clusters.notes):
        text += _why_so_many(clusters.settings)
    agreement = float(clusters.diagnostics["value"].iloc[0])
    if agreement < CLOSE:
        found = facts.add("agreement under ties", agreement, "decimal", table=CHECKS)
        text += (
            " Many paths are equally far from one another: where such ties are broken otherwise, "
            f"the kinds agree with these by {found} only (one would be the same, zero no more "
            "than by chance), so that their borders mean little."
        )
    return f"{text} Kinds are a way to sum up, not groups that exist by themselves."


def _why_so_many(told: Any) -> str:
    """Say that the number of kinds fits best, and whether one outside the range may fit better."""
    tried, k = told.compare, told.k
    text = " Of the numbers of kinds compared this one has the largest." if len(tried) > 1 else ""
    if k == max(tried) and any(number > k for number in told.left_out):
        return f"{text} With more kinds, {FEW}."
    if len(tried) > 1 and k in (max(tried), min(tried)) and k > 2:
        side = "largest" if k == max(tried) else "smallest"
        more = "more" if k == max(tried) else "fewer"
        text += f" It is the {side} number compared: with {more} kinds it may be larger still."
    return text
