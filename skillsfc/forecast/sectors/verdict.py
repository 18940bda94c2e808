"""Is the sector forecast better than naive? Each series' own past, said in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.forecast.calibration import Trials
from skillsfc.forecast.pooling import Array, Mask
from skillsfc.forecast.preparation import SeriesMatrix
from skillsfc.forecast.sectors.models import COMBINED, NAIVE, SECTOR_MODELS, SectorTrials
from skillsfc.forecast.sectors.panel import SectorPanel
from skillsfc.forecast.verdict import (
    BETTER,
    JUDGED_ORIGINS,
    JUDGED_YEARS,
    LEAST_TESTS,
    LEVEL,
    NO_BETTER,
    UNTESTED,
    block_bootstrap,
    origin_errors,
)
from skillsfc.schema import key_rows

LEAST_VALUES = 5  # of a series before its first origin that counts
BLOCK, DRAWS = 5, 500  # years that are drawn together, for errors that overlap; and how often


def judged_cells(trials: Trials, panel: SectorPanel, runs: Sequence[Array]) -> Mask:
    """Mark the (series, origin, horizon) cells of own economies in which every run can be judged.

    Parameters
    ----------
    trials : Trials
        What came.
    panel : SectorPanel
        Sectors.
    runs : sequence of ndarray (n_series, n_origins, n_horizons)
        Forecasts to compare.
    """
    seen = np.cumsum(np.isfinite(panel.persons), axis=1)[:, trials.origins]
    found: Mask = np.isfinite(trials.actual) & (seen >= LEAST_VALUES)[..., None]
    found &= panel.own_rows[:, None, None]
    for run in runs:
        found &= np.isfinite(run)
    return found


def sector_choice(
    series: SeriesMatrix,
    panel: SectorPanel,
    trials: SectorTrials,
    chosen: Array,
    weights: Array,
    name: str,
    seed: int,
) -> pd.DataFrame:
    """Return one row a series: how the forecast fared against the best of the naive models.

    The rival is the naive model with the lowest mean error over all own series. MASE is the mean
    over origins and horizons 1-10 of the error divided by the mean absolute yearly change known at
    the origin. The skill against each naive model stands beside.
    """
    one = trials.trials
    cells = judged_cells(one, panel, [chosen, *(trials.run(m) for m in NAIVE)])
    cells &= (one.horizons <= JUDGED_YEARS) & (one.step > 0)[..., None]
    cells[:, : max(0, len(one.origins) - 1 - JUDGED_ORIGINS)] = False
    own, count = origin_errors(one, chosen, cells)
    rivals = {m: origin_errors(one, trials.run(m), cells)[0] for m in NAIVE}
    tests = count.sum(axis=1)
    rate = {m: np.sum(e.sum(axis=1)[tests > 0] / tests[tests > 0]) for m, e in rivals.items()}
    best = min(rate, key=lambda m: rate[m])
    place = {tuple(row): k for k, row in enumerate(key_rows(panel.keys))}
    rows = []
    for key in key_rows(series.keys):
        head: dict[str, object] = dict(zip(series.keys, key, strict=True)) | {"model": name}
        k = place.get(tuple(key))
        if k is None:
            rows.append(head | _untested("no data"))
            continue
        head["weights"] = _mix(weights[:, k, -1], name, one.models)
        if tests[k] < LEAST_TESTS:
            reason = f"only {int(tests[k])} past forecasts could be checked"
            rows.append(head | _untested(reason))
            continue
        against = {m: error[k] for m, error in rivals.items()}
        rows.append(head | _judge(own[k], against, best, count[k], seed))
    columns = ["model", "weights", "mase", "naive_model", "naive_mase", "skill", "skill_lower"]
    columns += ["skill_upper", "tests", "verdict", "reason", *(f"skill_against_{m}" for m in NAIVE)]
    return pd.DataFrame(rows).reindex(columns=[*series.keys, *columns]).fillna({"weights": ""})


def _untested(reason: str) -> dict[str, object]:
    return {"naive_model": "", "tests": 0, "verdict": UNTESTED, "reason": reason}


def _judge(
    own: Array, rivals: dict[str, Array], rival: str, count: Array, seed: int
) -> dict[str, object]:
    used = np.flatnonzero(count)
    draws = block_bootstrap(len(used), min(BLOCK, len(used)), DRAWS, seed)
    skill = skill_of(own.sum(), rivals[rival].sum())
    low, high = interval(draws @ own[used], draws @ rivals[rival][used])
    title = SECTOR_MODELS[rival].title
    size = f"{abs(100 * skill):.0f} % {'smaller' if skill > 0 else 'larger'} than"
    reason = f"at {len(used)} past origins its error was {size} that of: {title}"
    if skill > 0 >= low:
        reason += "; too little to tell from chance"
    return {
        "mase": float(own.sum() / count.sum()),
        "naive_model": rival,
        "naive_mase": float(rivals[rival].sum() / count.sum()),
        "skill": skill,
        "skill_lower": low,
        "skill_upper": high,
        "tests": int(count.sum()),
        "verdict": BETTER if skill > 0 and low > 0 else NO_BETTER,
        "reason": reason,
        **{f"skill_against_{m}": skill_of(own.sum(), e.sum()) for m, e in rivals.items()},
    }


def skill_of(own: float, rival: float) -> float:
    """Return 1 - error / naive error, 0 where the naive model made none.

    Examples
    --------
    >>> skill_of(3.0, 4.0)
    0.25
    """
    return float(1.0 - own / rival) if rival > 0 else 0.0


def interval(own: Array, rival: Array) -> tuple[float, float]:
    """Return the ends of the 80 per cent interval of the skill over bootstrap draws.

    Examples
    --------
    >>> interval(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    (0.5, 0.5)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = 1.0 - own / rival
    known = spread[np.isfinite(spread)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.quantile(known, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)


def _mix(weights: Array, name: str, models: Sequence[str]) -> str:
    """Return the mean weights over the horizons in words, largest first."""
    if name != "auto":
        return f"{name} 1.00"
    names = [m for m in COMBINED if m in models]
    mean = weights.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    return ", ".join(f"{names[i]} {mean[i]:.2f}" for i in order if mean[i] >= 0.005)
