"""Yearly series beside statsmodels: agreement first, then seconds of CPU on the same data.

usage: python benchmarks/series.py [SERIES]     (default 1,428 synthetic series of 33 years)

Each kernel runs on all series at once; the peer runs in a loop on the first 20 and is scaled up,
which the output says. Times are process CPU seconds, the median of three runs.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from skillsfc.forecast.kernels import drift, theta
from skillsfc.forecast.smoothing import fit_damped_trend

YEARS, PEERS, HORIZONS = 33, 20, np.arange(1, 11)


def synthetic(count: int) -> np.ndarray:
    """Return logs of random walks with drift (synthetic, seed 1)."""
    rng = np.random.default_rng(1)
    return 12.0 + np.cumsum(rng.normal(0.01, 0.03, size=(count, YEARS)), axis=1)


def seconds(work) -> float:
    """Return the median CPU time of three runs."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def damped(values: np.ndarray) -> tuple[float, float, str]:
    """Time the damped trend with its full zoom; check the sums of squares first."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    last = np.array([values.shape[1] - 1])

    def peer() -> list[float]:
        found = []
        for row in values[:PEERS]:
            model = ETSModel(row, error="add", trend="add", damped_trend=True)
            found.append(float((model.fit(disp=0).resid ** 2).sum()))
        return found

    ratio = fit_damped_trend(values[:PEERS], last).sse[:, 0] / np.array(peer())
    assert (ratio < 1.001).all(), f"worse than the peer: {ratio.max()}"
    ours = seconds(lambda: fit_damped_trend(values, last))
    return ours, seconds(peer), f"sum of squares / peer's: {ratio.min():.4f} to {ratio.max():.4f}"


def damped_backtest(values: np.ndarray) -> tuple[float, float, str]:
    """Time eight origins, as a back-test needs them, with three rounds of zoom."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    origins = np.arange(values.shape[1] - 9, values.shape[1] - 1)

    def peer() -> None:
        for row in values[: PEERS // 4]:
            for origin in origins:
                cut = row[: origin + 1]
                ETSModel(cut, error="add", trend="add", damped_trend=True).fit(disp=0)

    full = fit_damped_trend(values[:200], origins).forecast(HORIZONS)
    near = fit_damped_trend(values[:200], origins, zooms=3).forecast(HORIZONS)
    gap = np.abs(np.exp(near - full) - 1)
    assert np.median(gap) < 1e-3, np.median(gap)
    ours = seconds(lambda: fit_damped_trend(values, origins, zooms=3).forecast(HORIZONS))
    note = f"3 rounds of zoom instead of 14 move a forecast by {np.median(gap):.1e} (median)"
    return ours, 4 * seconds(peer), note


def theta_model(values: np.ndarray) -> tuple[float, float, str]:
    """Time theta; compare forecasts where both found the same smoothing parameter."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    last = np.array([values.shape[1] - 1])

    def peer() -> np.ndarray:
        rows = values[:PEERS]
        fits = [ThetaModel(row, deseasonalize=False).fit() for row in rows]
        return np.stack([np.asarray(fit.forecast(10, theta=2)) for fit in fits])

    gap = np.abs(theta(values[:PEERS], last, HORIZONS)[:, 0] - peer())
    assert np.median(gap) < 1e-3, np.median(gap)
    ours = seconds(lambda: theta(values, last, HORIZONS))
    return ours, seconds(peer), f"median difference of forecasts {np.median(gap):.1e} in logs"


def drift_model(values: np.ndarray) -> tuple[float, float, str]:
    """Time drift at one origin beside the plain loop that a user would write."""
    last = np.array([values.shape[1] - 1])

    def peer() -> np.ndarray:
        rows = values[:PEERS]
        return np.stack([row[-1] + HORIZONS * (row[-1] - row[0]) / (len(row) - 1) for row in rows])

    gap = np.abs(drift(values[:PEERS], last, HORIZONS)[:, 0] - peer()).max()
    assert gap < 1e-9, gap
    ours = seconds(lambda: [drift(values, last, HORIZONS) for _ in range(50)]) / 50
    theirs = seconds(lambda: [peer() for _ in range(50)]) / 50
    return ours, theirs, f"largest difference {gap:.1e}; the peer is a Python loop"


def main(count: int) -> None:
    """Print one line a kernel."""
    warnings.simplefilter("ignore")
    values = synthetic(count)
    print(f"{count} synthetic series of {YEARS} years; peer measured on {PEERS} and scaled up")
    print(f"{'work':24}{'own s':>10}{'peer s':>10}{'ratio':>8}  agreement")
    works = {
        "drift": drift_model,
        "theta": theta_model,
        "damped trend": damped,
        "damped trend, 8 origins": damped_backtest,
    }
    for name, work in works.items():
        own, peer, note = work(values)
        scaled = peer * count / PEERS
        print(f"{name:24}{own:10.4f}{scaled:10.2f}{scaled / own:8.0f}  {note}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1428)
