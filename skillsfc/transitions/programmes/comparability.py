"""How alike treated and controls are, before and after, and how far they overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc.transitions.records import Flags, Floats

UNLIKE, ALIKE_VARIANCE = 0.1, 2.0  # standardised difference, and ratio of variances: flagged above
GIANT_SHARE, GIANT_EFFECT = 0.05, 3.0  # largest part of one weight, Kish's design effect
QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_INNER = tuple(f"p{round(100 * share):02d}" for share in QUANTILES[1:-1])
QUANTILE_NAMES = ("smallest", *_INNER, "largest")


def balance_rows(
    matrix: Floats,
    names: tuple[str, ...],
    treated: Flags,
    weight: Floats,
    own: Floats,
    target: str,
) -> pd.DataFrame:
    """Return one row a covariate: means, standardised differences, ratios of variances.

    ``weight`` are the survey's weights, ``own`` those of the comparison. Differences are in
    standard deviations of the treated (ATT), or of both arms (ATE), before the comparison.
    """
    before = [_moments(matrix[arm], weight[arm]) for arm in (treated, ~treated)]
    after = [_moments(matrix[arm], own[arm]) for arm in (treated, ~treated)]
    variance = before[0][1] if target == "att" else (before[0][1] + before[1][1]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(variance)
        found = {
            f"{what}_{when}": values
            for when, pair in (("before", before), ("after", after))
            for what, values in (
                ("mean_treated", pair[0][0]),
                ("mean_controls", pair[1][0]),
                ("difference", (pair[0][0] - pair[1][0]) / scale),
                ("variance_ratio", pair[0][1] / pair[1][1]),
            )
        }
    shown = [at for at, name in enumerate(names) if name != "intercept"]
    apart = ~(np.abs(found["difference_after"]) <= UNLIKE)
    ratio = found["variance_ratio_after"]
    spread = ~((ratio >= 1 / ALIKE_VARIANCE) & (ratio <= ALIKE_VARIANCE))
    notes = [_balance_note(apart[at], spread[at]) for at in shown]
    return pd.DataFrame({
        "term": pd.Series([names[at] for at in shown], dtype="str"),
        **{name: values[shown] for name, values in found.items()},
        "note": pd.Series(notes, dtype="str"),
    })  # fmt: skip


def _moments(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return weighted means and variances; of yes and no, p (1 - p)."""
    share = weight / weight.sum()
    mean = share @ values
    rest = 1 - float((share**2).sum())
    variance = share @ (values - mean) ** 2
    yes_no = np.isin(values, (0.0, 1.0)).all(axis=0)
    return mean, np.where(yes_no, variance, variance / rest if rest > 0 else np.nan)


def _balance_note(apart: bool, spread: bool) -> str:
    notes = []
    if apart:
        notes.append(f"still apart by more than {UNLIKE:g} standard deviations")
    if spread:
        notes.append("variances differ by more than a factor of 2")
    return "; ".join(notes)


def overlap_rows(
    score: Floats | None, treated: Flags, weight: Floats, own: Floats, target: str
) -> pd.DataFrame:
    """Return one row an arm: quantiles of the score, support, concentration of weights."""
    rows = []
    for name, arm in (("treated", treated), ("controls", ~treated)):
        outside = np.nan
        if score is not None:
            other = score[~arm]
            away = (score[arm] < other.min()) | (score[arm] > other.max())
            outside = float(weight[arm][away].sum() / weight[arm].sum())
        used = own[arm][own[arm] > 0]
        effect = len(used) * float((used**2).sum()) / float(used.sum()) ** 2
        quantiles = (
            np.quantile(score[arm], QUANTILES)
            if score is not None
            else np.full(len(QUANTILES), np.nan)
        )
        row = {
            "arm": name, "persons": int(arm.sum()),
            **dict(zip(QUANTILE_NAMES, quantiles.tolist(), strict=True)),
            "outside_support": outside, "used": len(used),
            "effective_persons": len(used) / effect, "design_effect": effect,
            "largest_weight_share": float(used.max() / used.sum()),
        }  # fmt: skip
        rows.append({**row, "note": _overlap_note(row, name, target)})
    return pd.DataFrame(rows)


def _overlap_note(row: dict[str, Any], arm: str, target: str) -> str:
    notes = []
    # Controls unlike any treated person do no harm where only the treated are asked about.
    if (arm == "treated" or target == "ate") and row["outside_support"] > GIANT_SHARE:
        notes.append(f"{row['outside_support']:.0%} of {arm} are unlike anybody of the other arm")
    if row["largest_weight_share"] > GIANT_SHARE and row["used"] > 2 / GIANT_SHARE:
        notes.append(f"one person holds {row['largest_weight_share']:.0%} of the weight of {arm}")
    if row["design_effect"] > GIANT_EFFECT:
        notes.append(
            f"weights of {arm} are very unequal: {row['used']} tell as much as "
            f"{row['effective_persons']:.0f} equal ones"
        )
    return "; ".join(notes)
