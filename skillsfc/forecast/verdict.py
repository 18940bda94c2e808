"""Is the forecast better than naive? Measured on each series' own past, said in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skillsfc.forecast.calibration import Trials
from skillsfc.forecast.combination import combined_names
from skillsfc.forecast.models import MODELS
from skillsfc.forecast.panel import Panel
from skillsfc.forecast.pooling import Array, Mask
from skillsfc.forecast.preparation import SeriesMatrix

JUDGED_YEARS = 10  # horizons that count for the verdict
JUDGED_ORIGINS = 20  # the last so many: what a method did with data of the 1960s says little
LEAST_TESTS = 20  # (origin, horizon) pairs below which nothing is said
LEVEL = 0.8  # of the skill's interval
BETTER, NO_BETTER, UNTESTED = "better than naive", "no better than naive", "not testable"
WORSE = "worse than naive"  # its whole interval of skill lies below 0


def origin_errors(trials: Trials, forecasts: Array, tests: Mask) -> tuple[Array, Array]:
    """Return sums of errors in naive steps, and counts, by series and origin.

    Parameters
    ----------
    trials : Trials
        What came, and the scale of MASE at each origin.
    forecasts : ndarray (n_series, n_origins, n_horizons)
        Persons.
    tests : ndarray of bool
        Which of them are judged.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(forecasts - trials.actual) / trials.step[..., None]
    judged = tests & np.isfinite(ratio)
    return np.where(judged, ratio, 0.0).sum(axis=2), judged.sum(axis=2).astype(float)


def block_bootstrap(count: int, block: int, draws: int, seed: int) -> Array:
    """Return weights of origins (draws, count): circular blocks, for errors that overlap."""
    generator = np.random.default_rng(seed)
    blocks = -(-count // block)
    starts = generator.integers(0, count, size=(draws, blocks))
    picked = (starts[..., None] + np.arange(block)) % count
    picked = picked.reshape(draws, -1)[:, :count]
    weights = np.zeros((draws, count))
    np.add.at(weights, (np.arange(draws)[:, None], picked), 1.0)
    return weights


def choice_table(
    series: SeriesMatrix,
    panels: Panel,
    trials: Trials,
    chosen: Array,
    weights: Array,
    name: str,
    seed: int,
) -> pd.DataFrame:
    """Return one row a series: how the forecast fared against the best of the naive models.

    The rival is the naive model with the lowest mean error over the whole panel: choosing it by the
    series itself would give it the advantage of hindsight, which no forecaster has. MASE is the
    mean over origins and horizons 1-10 of the error divided by the mean absolute yearly change
    known at the origin. The skill against each naive model stands beside.
    """
    naive = [m for m in trials.models if MODELS[m].naive]
    blank = {f"skill_against_{m}": np.nan for m in naive}
    near = trials.horizons <= JUDGED_YEARS
    finite = np.isfinite(chosen) & np.isfinite(trials.actual) & near
    for m in naive:
        finite &= np.isfinite(trials.forecasts[trials.models.index(m)])
    seen = np.cumsum(np.isfinite(panels.persons), axis=1)[:, trials.origins]
    finite &= (seen >= 5)[..., None]
    finite[:, : max(0, len(trials.origins) - 1 - JUDGED_ORIGINS)] = False
    own, count = origin_errors(trials, chosen, finite)
    others = {
        m: origin_errors(trials, trials.forecasts[trials.models.index(m)], finite)[0] for m in naive
    }
    tests = count.sum(axis=1)
    # Where no series was ever tested all rates are 0, and every row below says "untested".
    rates = {m: np.sum(e.sum(axis=1)[tests > 0] / tests[tests > 0]) for m, e in others.items()}
    best = min(rates, key=lambda m: rates[m])
    alive = iter(range(panels.own))
    rows = []
    for k, size in enumerate(series.counts):
        head = {key: series.keys[key].iloc[k] for key in series.keys}
        if not size:
            rows.append(head | _untested(name, "no data") | blank)
            continue
        row = next(alive)
        mix = _weights_text(weights[:, row, -1], name, combined_names(trials))
        if count[row].sum() < LEAST_TESTS:
            reason = f"only {int(count[row].sum())} past forecasts could be checked"
            rows.append(head | _untested(name, reason) | {"weights": mix} | blank)
            continue
        rival = {m: error[row] for m, error in others.items()}
        rows.append(head | _judge(own[row], rival, best, count[row], name, seed) | {"weights": mix})
    return pd.DataFrame(rows)


def _untested(name: str, reason: str) -> dict[str, object]:
    missing = dict.fromkeys(("mase", "naive_mase", "skill", "skill_lower", "skill_upper"), np.nan)
    return {
        "model": name,
        "weights": "",
        "mase": missing.pop("mase"),
        "naive_model": "",
        **missing,
        "tests": 0,
        "verdict": UNTESTED,
        "reason": reason,
    }


def _judge(
    own: Array, rivals: dict[str, Array], rival: str, count: Array, name: str, seed: int
) -> dict[str, object]:
    used = np.flatnonzero(count)
    mase, naive = own.sum() / count.sum(), rivals[rival].sum() / count.sum()
    skill = _skill(own, rivals[rival])
    draws = block_bootstrap(len(used), min(5, len(used)), 500, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = 1.0 - (draws @ own[used]) / (draws @ rivals[rival][used])
    known = spread[np.isfinite(spread)]
    low, high = np.quantile(known, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2]) if len(known) else (0.0, 0.0)
    better = skill > 0 and low > 0
    return {
        "model": name,
        "weights": "",
        "mase": float(mase),
        "naive_model": rival,
        "naive_mase": float(naive),
        "skill": skill,
        "skill_lower": float(low),
        "skill_upper": float(high),
        "tests": int(count.sum()),
        "verdict": BETTER if better else WORSE if high < 0 else NO_BETTER,
        "reason": _reason(skill, float(low), rival, len(used)),
        **{f"skill_against_{m}": _skill(own, error) for m, error in rivals.items()},
    }


def _skill(own: Array, rival: Array) -> float:
    return float(1.0 - own.sum() / rival.sum()) if rival.sum() > 0 else 0.0


def _reason(skill: float, low: float, rival: str, origins: int) -> str:
    title = MODELS[rival].title
    if skill <= 0:
        size = f"{-100 * skill:.0f} % larger than" if skill < -0.005 else "as large as"
        return f"at {origins} past origins its error was {size} that of {title}"
    text = (
        f"at {origins} past origins its error was {100 * skill:.0f} % smaller than that of {title}"
    )
    return text if low > 0 else f"{text}, too little to tell from chance"


def _weights_text(weights: Array, name: str, names: Sequence[str]) -> str:
    if name != "auto":
        return f"{name} 1.00"
    with np.errstate(invalid="ignore"):
        mean = weights.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    return ", ".join(f"{names[i]} {mean[i]:.2f}" for i in order if mean[i] >= 0.005)
