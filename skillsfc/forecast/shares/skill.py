"""Is a share model better than constant shares? Skill with its interval, in plain words."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from skillsfc.forecast.shares.rounds import Array

LEVEL = 0.8  # of the skill's interval
DRAWS = 500
LEAST_CLUSTERS = 3
LEAST_TESTS = 10  # below which nothing is said
BETTER = "better than constant shares"
NO_BETTER = "no better than constant shares for these cells"
UNTESTED = "not testable"


def judge_models(
    errors: pd.DataFrame, keys: list[str], naive: str, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the verdict on each model over all tests, and on each whole.

    Parameters
    ----------
    errors : DataFrame
        ``keys, origin, year, model, dissimilarity``.
    keys : list of str
        Keys of the wholes.
    naive : str
        The model to beat.
    seed : int
        For the bootstrap.
    """
    wide = _side_by_side(errors, keys)
    rows, single = [], []
    for model in wide.columns.drop(naive):
        rows.append({"model": model} | _judged(wide, model, naive, keys, seed))
        wholes: list[tuple[Hashable, pd.DataFrame]] = (
            list(wide.groupby(keys, sort=True)) if keys else [((), wide)]
        )
        for name, part in wholes:
            values = name if isinstance(name, tuple) else (name,)
            judged = _judged(part, model, naive, keys, seed)
            head = dict(zip(keys, values, strict=True))
            single.append(head | {"model": model} | judged)
    by_within = pd.DataFrame(single).drop(columns="clusters", errors="ignore")
    return pd.DataFrame(rows, columns=_COLUMNS), by_within


_COLUMNS = [
    "model", "dissimilarity", "naive_dissimilarity", "skill", "skill_lower", "skill_upper",
    "tests", "clusters", "verdict",
]  # fmt: skip


def _side_by_side(errors: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return dissimilarity with one column a model, one row a test that all of them took."""
    index = [*keys, "origin", "year"]
    wide = errors.pivot_table(index=index, columns="model", values="dissimilarity")
    return wide.dropna()


def _judged(
    wide: pd.DataFrame, model: str, naive: str, keys: list[str], seed: int
) -> dict[str, object]:
    own, rival = wide[model].to_numpy(), wide[naive].to_numpy()
    clusters = _clusters(wide, keys)
    low, high = _interval(own, rival, clusters, seed)
    skill = 1.0 - own.sum() / rival.sum() if rival.sum() > 0 else 0.0
    verdict = BETTER if skill > 0 and low > 0 else NO_BETTER
    if len(wide) < LEAST_TESTS:
        verdict = UNTESTED
    return {
        "dissimilarity": float(own.mean()),
        "naive_dissimilarity": float(rival.mean()),
        "skill": float(skill),
        "skill_lower": low,
        "skill_upper": high,
        "tests": len(wide),
        "clusters": int(clusters.max()) + 1,
        "verdict": verdict,
    }


def _clusters(wide: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Return each test's cluster: country, else whole, else origin, so that three are there."""
    index = wide.index.to_frame(index=False)
    for by in (["country"] if "country" in keys else [], keys):
        if by and index.groupby(by).ngroups >= LEAST_CLUSTERS:
            return np.asarray(index.groupby(by).ngroup())
    return np.asarray(index.groupby("origin").ngroup())


def _interval(own: Array, rival: Array, clusters: np.ndarray, seed: int) -> tuple[float, float]:
    count = int(clusters.max()) + 1
    sums = np.array([np.bincount(clusters, x, minlength=count) for x in (own, rival)])
    picked = np.random.default_rng(seed).integers(0, count, size=(DRAWS, count))
    mine, naive = sums[:, picked].sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        skill = 1.0 - mine / naive
    skill = skill[np.isfinite(skill)]
    if not len(skill):
        return 0.0, 0.0
    low, high = np.quantile(skill, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)


def score_table(errors: pd.DataFrame, keys: list[str], naive: str, seed: int) -> pd.DataFrame:
    """Return every measure by model and horizon; horizon 0 is all horizons together."""
    covered = [name for name in errors if str(name).startswith("coverage_")]
    rows: list[tuple[object, ...]] = []
    for horizon in [*sorted(errors["horizon"].unique()), 0]:
        part = errors if horizon == 0 else errors[errors["horizon"] == horizon]
        wide = _side_by_side(part, keys)
        for model, own in part.groupby("model", sort=False):
            size = len(own)
            weight = own["persons"].fillna(1.0).to_numpy(dtype=float)
            wmape = float(np.average(own["wmape"], weights=weight))
            rows.append((model, horizon, "dissimilarity", own["dissimilarity"].mean(), size))
            rows.append((model, horizon, "wmape", wmape, size))
            for name in covered:
                mean = float(np.average(own[name], weights=own["cells"]))
                rows.append((model, horizon, name, mean, int(own["cells"].sum())))
            if model != naive and len(wide):
                found = _judged(wide, str(model), naive, keys, seed)
                for name in ("skill", "skill_lower", "skill_upper"):
                    metric = f"{name}_against_{naive}"
                    rows.append((model, horizon, metric, found[name], size))
    table = pd.DataFrame(rows, columns=["model", "horizon", "metric", "value", "n"])
    table.insert(4, "unit", "share")
    return table.astype({"horizon": "int64"})
