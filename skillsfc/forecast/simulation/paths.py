"""Random paths of employment totals that have, year by year, the bands that a forecast states."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, Problem

Array = NDArray[np.float64]
LEAST = 1e-3  # of the centre


@dataclass(frozen=True, eq=False)
class Totals:
    """Employment of every series in every year, and how wrong it may be.

    Parameters
    ----------
    keys : DataFrame
        Key columns, one row a series.
    years : ndarray (n_years,)
        Base year to horizon, none left out.
    central : ndarray (n_series, n_years)
        Persons; the base year first.
    knots : ndarray (n_levels,)
        Standard normal quantiles at which the bands are known.
    below, above : ndarray (n_series, n_years, n_levels)
        Distance of the bands from the centre in logs, 0 or more.
    """

    keys: pd.DataFrame
    years: NDArray[np.int64]
    central: Array
    knots: Array
    below: Array
    above: Array

    def simulate(self, draws: int, rng: np.random.Generator, *, correlation: float) -> Array:
        r"""Draw paths (draws, n_series, n_years) [persons].

        Notes
        -----
        With :math:`s_t` the half-width of the innermost band t years after the base, the error is
        :math:`g_t z + W_t`: one standard normal for what stays wrong, the level and the trend, and
        a random walk for what each year adds, with :math:`g_t^2 = s_t^2 - t v`. The yearly variance
        v is :math:`s_1^2` where the base year was seen; where the base is itself forecast, it is
        the median square of the yearly widening. So the spread of a year is the band's, and a
        change from one year to the next is not made of the whole doubt about the level. The
        standardised error is mapped through the stated bands by straight lines; their quantiles
        come out again. Errors of two series correlate with ``correlation``.
        """
        spread = np.maximum.accumulate((self.below + self.above)[:, :, 0] / 2, axis=1)
        # What was seen is certain: a series walks from the last year that has no band.
        first = (spread == 0.0).sum(axis=1, keepdims=True) - 1
        since = np.maximum(np.arange(len(self.years)) - np.maximum(first, 0), 0)
        widening = np.median(np.diff(spread, axis=1) ** 2, axis=1, keepdims=True)
        ahead = np.take_along_axis(spread, np.minimum(first + 1, spread.shape[1] - 1), axis=1)
        yearly = np.where(first >= 0, ahead**2, widening)
        walk = np.minimum(spread**2 - spread[:, :1] ** 2, yearly * since)
        lasting = np.sqrt(spread**2 - walk) * self._normals(draws, 1, rng, correlation)
        steps = np.sqrt(np.diff(walk, axis=1, prepend=0.0))
        shocks = steps * self._normals(draws, len(self.years), rng, correlation)
        error = lasting + np.cumsum(shocks, axis=2)
        normal = np.divide(error, spread, out=np.zeros_like(error), where=spread > 0)
        paths: Array = self.central * np.exp(self._through_bands(normal))
        return paths

    def _normals(
        self, draws: int, columns: int, rng: np.random.Generator, correlation: float
    ) -> Array:
        common = rng.standard_normal((draws, 1, columns))
        own = rng.standard_normal((draws, len(self.central), columns))
        mixed: Array = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
        return mixed

    def _through_bands(self, normal: Array) -> Array:
        """Map standard normals to log errors through the knots, the last slope going on."""
        size = np.abs(normal)
        sides = np.where(normal[..., None] < 0, self.below, self.above)
        at = np.concatenate([[0.0], self.knots])
        values = np.concatenate([np.zeros_like(sides[..., :1]), sides], axis=-1)
        slopes = np.diff(values, axis=-1) / np.diff(at)
        inside = np.clip(size[..., None] - at[:-1], 0.0, np.append(np.diff(at)[:-1], np.inf))
        mapped: Array = np.sign(normal) * (slopes * inside).sum(axis=-1)
        return mapped


def read_totals(
    table: pd.DataFrame,
    history: pd.DataFrame | None,
    *,
    keys: list[str],
    base_year: int | None,
    horizon: int | None,
) -> Totals:
    """Return the totals of a forecast table, from the base year to the horizon.

    Parameters
    ----------
    table : DataFrame
        ``keys, year, level, persons, lower, upper`` [persons].
    history : DataFrame, optional
        ``keys, year, persons`` [persons]: what was seen; certain.
    keys : list of str
        Keys that tell series apart.
    base_year, horizon : int, optional
        Default: the last year that every history has, or the first of the table; its last year.

    Raises
    ------
    CoverageError
        If a series has no value in a year of the span, or a lower end is not above 0.
    """
    levels = np.sort(table["level"].unique())
    ahead = table.sort_values([*keys, "year", "level"], kind="stable")
    names = (
        ahead[keys].drop_duplicates().reset_index(drop=True) if keys else pd.DataFrame(index=[0])
    )
    first = _base(ahead, history, keys, base_year)
    last = int(ahead["year"].max()) if horizon is None else int(horizon)
    years = np.arange(first, last + 1)
    if len(years) < 2:
        raise CoverageError(
            "totals", [Problem("horizon", f"{last}", f"a year after the base year {first}")]
        )
    shape = (len(names), len(years), len(levels))
    values = {name: np.full(shape, np.nan) for name in ("persons", "lower", "upper")}
    index = pd.MultiIndex.from_product([range(len(names)), years, levels])
    where = _series_number(ahead, names, keys)
    placed = ahead.assign(_series=where).set_index(["_series", "year", "level"])
    for name, cube in values.items():
        cube[...] = placed[name].reindex(index).to_numpy(float).reshape(shape)
    if history is not None and len(history):
        _fill_history(values, history, names, keys, years)
    _refuse_gaps(values, names, years)
    centre = values["persons"]
    knots = np.array([NormalDist().inv_cdf(0.5 + level / 2) for level in levels])
    with np.errstate(divide="ignore", invalid="ignore"):
        # A band that reaches 0 has no logarithm; a thousandth of the centre is as good as nobody.
        floor = np.maximum(values["lower"], LEAST * centre)
        below = np.nan_to_num(np.log(centre / floor), nan=0.0)
        above = np.nan_to_num(np.log(values["upper"] / centre), nan=0.0, posinf=0.0)
    widened = [
        np.maximum.accumulate(np.maximum(_smooth(side), 0.0), axis=2) for side in (below, above)
    ]
    return Totals(names, years, centre[:, :, 0], knots, *widened)


def _smooth(widths: Array) -> Array:
    """Return band widths smoothed over up to five years, first and last as they are.

    Bands come from past errors, one horizon at a time, so they widen by fits and starts. A change
    from one year to the next would take each fit for news.
    """
    last = widths.shape[1] - 1
    smooth = widths.copy()
    for row, own in enumerate(widths):
        seen = int((own[:, 0] == 0.0).sum())  # years without a band stay without one
        for year in range(max(seen, 1) + 1, last):
            reach = min(2, year - max(seen, 1), last - year)
            smooth[row, year] = own[year - reach : year + reach + 1].mean(axis=0)
    return smooth


def _series_number(rows: pd.DataFrame, names: pd.DataFrame, keys: list[str]) -> NDArray[np.int64]:
    if not keys:
        return np.zeros(len(rows), np.int64)
    found = rows[keys].merge(names.assign(_n=range(len(names))), on=keys, how="left")["_n"]
    numbers: NDArray[np.int64] = found.fillna(-1).to_numpy(np.int64)
    return numbers


def _base(
    table: pd.DataFrame, history: pd.DataFrame | None, keys: list[str], base_year: int | None
) -> int:
    if base_year is not None:
        return int(base_year)
    if history is None or history.empty:
        return int(table["year"].min())
    seen = history.dropna(subset=["persons"])
    last = seen.groupby(keys)["year"].max() if keys else seen["year"]
    return int(last.min() if keys else last.max())


def _fill_history(
    values: dict[str, Array],
    history: pd.DataFrame,
    names: pd.DataFrame,
    keys: list[str],
    years: NDArray[np.int64],
) -> None:
    """Put what was seen where the forecast says nothing; its interval is a point."""
    seen = history.dropna(subset=["persons"])
    seen = seen[seen["year"].between(years[0], years[-1])]
    rows = _series_number(seen, names, keys)
    kept = rows >= 0
    at = rows[kept], seen["year"].to_numpy()[kept] - years[0]
    known = seen["persons"].to_numpy(float)[kept]
    for cube in values.values():
        old = cube[at]
        cube[at] = np.where(np.isfinite(old), old, known[:, None])


def years_text(years: NDArray[np.int64]) -> str:
    """Return the first years as text."""
    return ", ".join(map(str, years[:6])) + (", ..." if len(years) > 6 else "")


def _refuse_gaps(values: dict[str, Array], names: pd.DataFrame, years: NDArray[np.int64]) -> None:
    problems = []
    for row in range(len(names)):
        absent = years[~np.isfinite(values["persons"][row]).all(axis=1)]
        who = " ".join(map(str, names.iloc[row])) or "total"
        if len(absent):
            problems.append(
                Problem(who, f"no value in {years_text(absent)}", f"{years[0]} to {years[-1]}",
                        next_step="Give base_year= and horizon= that the forecast covers.")
            )  # fmt: skip
        elif (values["persons"][row] <= 0).any():
            problems.append(
                Problem(who, "0 persons", "more than 0", next_step="Leave the empty series out.")
            )
    if problems:
        raise CoverageError("totals", problems)
