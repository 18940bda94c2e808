"""Forecasts of many yearly series beside statsforecast, statsmodels and pandas, on the same data.

    python -m benchmarks.forecasting [NAME ...] [--json]

Logs of random walks with drift (synthetic, seed 1): 1,428 series of 33 years. Smoothing is judged
by its sum of squared errors: free fits differ between packages, since the likelihood is flat. A
slow peer runs on a part of the series; its seconds are then scaled up, which the output says.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

# One thread each: threads that wait for one another would count as CPU seconds.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

from benchmarks.compare import compare
from skillsfc.forecast.kernels import drift, theta
from skillsfc.forecast.smoothing import fit_damped_trend

SERIES, YEARS, PART, QUARTER = 1428, 33, 40, 357
FITS = 200  # of statsmodels' ETS: on 40 a single series is 2.5 %, more than the goal allows
HORIZONS, LAST = np.arange(1, 11), np.array([YEARS - 1])
ENOUGH = 4  # rounds of refinement: the fewest that fit as well as the peers in 98 % of the series
ORIGINS = np.arange(YEARS - 9, YEARS - 1)  # eight, each with a year after it
HERE = importlib.util.find_spec("statsforecast") is not None
MISSING = {} if HERE else {"statsforecast": "not installed: pip install statsforecast"}


def synthetic() -> np.ndarray:
    """Return logs of random walks with drift (synthetic)."""
    rng = np.random.default_rng(1)
    return 12.0 + np.cumsum(rng.normal(0.01, 0.03, size=(SERIES, YEARS)), axis=1)


VALUES = synthetic()


def long_table(values: np.ndarray) -> pd.DataFrame:
    """Return the long table that statsforecast takes."""
    count = len(values)
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(count), YEARS),
            "ds": np.tile(np.arange(YEARS), count),
            "y": values.ravel(),
        }
    )


def statsforecast(model: object, values: np.ndarray) -> Callable[[], np.ndarray]:
    """Return a call of its forecast of ten years, table to table."""
    from statsforecast import StatsForecast

    table = long_table(values)

    def work() -> np.ndarray:
        made = StatsForecast(models=[model], freq=1, n_jobs=1).forecast(df=table, h=10)
        return made[str(model)].to_numpy().reshape(len(values), 10)

    return work


def crossed(model: object, values: np.ndarray, ahead: int) -> Callable[[], np.ndarray]:
    """Return a call of its cross-validation over the eight origins: (series, origin, horizon)."""
    from statsforecast import StatsForecast

    # Its windows end where the data end: the last one needs the years ahead, and no more.
    table = long_table(values)
    table = table[table["ds"] <= ORIGINS[-1] + ahead]

    def work() -> np.ndarray:
        made = StatsForecast(models=[model], freq=1, n_jobs=1).cross_validation(
            df=table, h=ahead, n_windows=len(ORIGINS), step_size=1, refit=True
        )
        found = made.sort_values(["unique_id", "cutoff", "ds"])[str(model)].to_numpy()
        return found.reshape(len(values), len(ORIGINS), ahead)

    return work


def farthest(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours[: len(theirs)] - theirs).max())


def median_gap(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.median(np.abs(ours[: len(theirs)] - theirs)))


def worse_share(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the part of series in which our sum of squares is more than 0.1 % above theirs."""
    return float((ours[: len(theirs)] > 1.001 * theirs).mean())


def fc_drift(name: str) -> None:
    def by_pandas() -> np.ndarray:
        ends = table.groupby("unique_id")["y"].agg(["first", "last", "size"])
        slope = (ends["last"] - ends["first"]) / (ends["size"] - 1)
        return ends["last"].to_numpy()[:, None] + slope.to_numpy()[:, None] * HORIZONS

    table = long_table(VALUES)
    peers: dict[str, Callable[[], np.ndarray]] = {"pandas": by_pandas}
    if HERE:
        from statsforecast.models import RandomWalkWithDrift

        model = RandomWalkWithDrift(alias="peer")
        peers["statsforecast"] = statsforecast(model, VALUES)
        peers["statsforecast, arrays"] = lambda: np.stack(
            [RandomWalkWithDrift().forecast(row, 10)["mean"] for row in VALUES]
        )
    compare(
        name,
        size=f"{SERIES} series of {YEARS} years",
        ours=lambda: drift(VALUES, LAST, HORIZONS)[:, 0],
        peers=peers,
        difference=farthest,
        tolerance=1e-9,
        goal=">= 100x",
        absent=MISSING,
        note="ours and 'arrays' start from a matrix, pandas and statsforecast from a long table",
    )


def fc_ets(name: str) -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    def by_statsmodels() -> np.ndarray:
        found = []
        for row in VALUES[:FITS]:
            made = ETSModel(row, error="add", trend="add", damped_trend=True).fit(disp=0)
            found.append(float((made.resid**2).sum()))
        return np.array(found)

    peers = {
        "statsmodels": by_statsmodels,
        "ours, 14 rounds": lambda: fit_damped_trend(VALUES, LAST).sse[:, 0],
    }
    if HERE:
        from statsforecast.models import AutoETS

        def by_statsforecast() -> np.ndarray:
            found = []
            for row in VALUES:
                model = AutoETS(model="AAN", damped=True).fit(row)
                found.append(float((model.model_["residuals"] ** 2).sum()))
            return np.array(found)

        peers["statsforecast, arrays"] = by_statsforecast
    compare(
        name,
        size=f"{SERIES} series of {YEARS} years, ETS(A,Ad,N), {ENOUGH} rounds",
        ours=lambda: fit_damped_trend(VALUES, LAST, zooms=ENOUGH).sse[:, 0],
        peers=peers,
        difference=worse_share,
        tolerance=0.02,
        goal=">= 5x statsforecast, >= 100x statsmodels; no worse fit in >= 98 %",
        scale={"statsmodels": SERIES / FITS},
        absent=MISSING,
        note="difference: part of the series whose sum of squares is over 1.001 times the peer's",
    )


def fc_theta(name: str) -> None:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    def by_statsmodels() -> np.ndarray:
        fits = [ThetaModel(row, deseasonalize=False).fit() for row in VALUES[:PART]]
        return np.stack([np.asarray(fit.forecast(10, theta=2)) for fit in fits])

    def ours() -> np.ndarray:
        return theta(VALUES, LAST, HORIZONS)[:, 0]

    peers, absent = {"statsmodels": by_statsmodels}, dict(MISSING)
    if HERE:
        from statsforecast.models import Theta

        work = statsforecast(Theta(season_length=1, alias="peer"), VALUES)
        apart = median_gap(ours(), work())
        if apart < 2e-3:
            peers["statsforecast"] = work
        else:  # nobody is timed on another answer
            absent["statsforecast"] = (
                f"another way to fit it: median difference {apart:.2g} in logs"
            )
    compare(
        name,
        size=f"{SERIES} series of {YEARS} years",
        ours=ours,
        peers=peers,
        difference=median_gap,
        tolerance=2e-3,
        goal="none stated",
        scale={"statsmodels": SERIES / PART},
        absent=absent,
        note="difference: median, in logs; each package finds its own smoothing parameter",
    )


def backtest_drift(name: str) -> None:
    peers = {}
    if HERE:
        from statsforecast.models import RandomWalkWithDrift

        peers["statsforecast"] = crossed(RandomWalkWithDrift(alias="peer"), VALUES[:QUARTER], 1)
    compare(
        name,
        size=f"{SERIES} series, {len(ORIGINS)} origins, one year ahead",
        ours=lambda: drift(VALUES, ORIGINS, HORIZONS[:1]),
        peers=peers,
        difference=farthest,
        tolerance=1e-9,
        goal=">= 500x",
        scale={"statsforecast": SERIES / QUARTER},
        absent=MISSING,
    )


def backtest_ets(name: str) -> None:
    peers = {}
    if HERE:
        from statsforecast.models import AutoETS

        model = AutoETS(model="AAN", damped=True, alias="peer")
        peers["statsforecast"] = crossed(model, VALUES[:QUARTER], 1)
    compare(
        name,
        size=f"{SERIES} series, {len(ORIGINS)} origins, one year ahead, ETS(A,Ad,N)",
        ours=lambda: fit_damped_trend(VALUES, ORIGINS, zooms=3).forecast(HORIZONS[:1]),
        peers=peers,
        difference=median_gap,
        tolerance=5e-3,
        goal=">= 10x",
        scale={"statsforecast": SERIES / QUARTER},
        absent=MISSING,
        note="difference: median, in logs; three rounds of refinement, as in sf.backtest",
    )


WORKS: dict[str, Callable[[str], None]] = {
    "fc-drift": fc_drift,
    "fc-theta": fc_theta,
    "fc-ets-1428": fc_ets,
    "fc-backtest8-1428-drift": backtest_drift,
    "fc-backtest8-1428": backtest_ets,
}


def main() -> None:
    warnings.simplefilter("ignore")
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(WORKS)
    for name in wanted:
        WORKS[name](name)


if __name__ == "__main__":
    main()
