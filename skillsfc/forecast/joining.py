"""A later level from another source beside a forecast: shown, and joined only by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.checks import check
from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.forecast.employment import EmploymentForecast
from skillsfc.results import Result, table_hash

RULES = ("show", "rescale")
LEAST_COUNTRIES = 8  # ratios below which their spread is not measured


@dataclass(frozen=True)
class JoiningSettings:
    """Arguments of `join_later_level`."""

    rule: str


@dataclass(frozen=True, eq=False, repr=False)
class JoinedForecast(Result):
    """Outcome of `join_later_level`.

    Parameters
    ----------
    discrepancy : DataFrame
        ``keys, year, persons_forecast, persons_later, ratio, typical_ratio, inside, level,
        source_forecast, source_later``: how far apart the two sources are.
    dispersion : DataFrame
        ``level, ratio, n``: factor by which the sources differ between countries, up and down.
    """

    discrepancy: pd.DataFrame = field(default_factory=pd.DataFrame)
    dispersion: pd.DataFrame = field(default_factory=pd.DataFrame)


def join_later_level(
    forecast: EmploymentForecast,
    later: pd.DataFrame,
    *,
    rule: str = "show",
    reference: EmploymentForecast | None = None,
) -> JoinedForecast:
    r"""Set a later level from another source beside a forecast, and join them by a named rule.

    Parameters
    ----------
    forecast : EmploymentForecast
        Made from the long series.
    later : DataFrame
        Tidy table with the same keys, ``year, persons, source``: levels of another source, for as
        many countries as possible.
    rule : {"show", "rescale"}
        ``"show"`` leaves the forecast as it is. ``"rescale"`` keeps its growth and moves its level
        to that of the other source in the year of that source; years before it are dropped.
    reference : EmploymentForecast, optional
        Forecast of all countries, to measure how far the sources differ. Default: ``forecast``.

    Returns
    -------
    JoinedForecast
        ``.table`` with the columns of ``forecast.table``; ``source`` names both when joined.

    Raises
    ------
    ParameterError
        If the rule is unknown.
    TableError
        If a table has several later values of a series in one year, or other keys.
    CoverageError
        If no series has a later level in a forecast year, or fewer than 8 countries to measure how
        far the sources differ.

    Notes
    -----
    With forecast f, later level y in year L and r = y / f(L), ``rescale`` gives r f(t), t >= L.
    Let q be the quantile, at the level of the band, of :math:`|\ln r - median \ln r|` over the
    countries of ``reference``, and w the half-width of the band in logs; the new half-width is
    :math:`\sqrt{w^2 + q^2}`: nothing is taken off for the years that have passed, since q mixes
    differences of definition with errors of the forecast.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> flags = {"unit": "persons", "status": "observed", "source": "made up"}
    >>> countries = ["ALB", "ARM", "AZE", "BIH", "BLR", "DZA", "EGY", "ETH", "GEO"]
    >>> past = pd.DataFrame([{"country": c, "year": y, "persons": 1e6 * 1.02 ** (y - 2000), **flags}
    ...                      for c in countries for y in range(2000, 2018)])
    >>> later = pd.DataFrame({"country": countries, "year": 2020, "persons": 1.2e6, **flags})
    >>> made = sf.forecast_employment(past, horizon=2022, levels=(0.8,))
    >>> joined = join_later_level(made, later, rule="rescale")
    >>> round(joined.table["persons"].iloc[0]), int(joined.table["year"].iloc[0])
    (1200000, 2020)
    """
    if rule not in RULES:
        expected = f"one of {listing(RULES)}"
        raise ParameterError(
            "join_later_level", [Problem("rule", repr(rule), expected, did_you_mean(rule, RULES))]
        )
    keys = list(forecast.settings.by)  # type: ignore[attr-defined]
    levels = _latest(later, keys)
    whole = reference if reference is not None else forecast
    ratios = _compare(whole.table, levels, keys)
    own = _compare(forecast.table, levels, keys)
    if own.empty:
        raise CoverageError(
            "join_later_level",
            [Problem("later", "no level in a forecast year of these series", "common keys, year")],
        )
    spread = _dispersion(ratios)
    typical = float(np.exp(np.log(ratios["ratio"]).median()))
    table = _rescaled(forecast.table, own, spread, keys) if rule == "rescale" else forecast.table
    inputs = {"forecast": table_hash(forecast.table), "later": table_hash(later)}
    return JoinedForecast(
        table=table.reset_index(drop=True),
        settings=JoiningSettings(rule),
        notes=_notes(rule, own, spread, typical, len(ratios.drop_duplicates(keys))),
        provenance={"version": __version__, "inputs": inputs | dict(forecast.provenance)},
        discrepancy=own.assign(typical_ratio=typical),
        dispersion=spread,
    )


def _latest(later: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    missing = [c for c in (*keys, "year", "persons") if c not in later]
    if missing:
        near = did_you_mean(missing[0], later.columns)
        raise TableError(
            "later table", [Problem("columns", f"missing: {listing(missing)}", "", near)]
        )
    rows = check(later).dropna(subset=["persons"])
    if rows.duplicated([*keys, "year"]).any():
        first = rows[rows.duplicated([*keys, "year"])].iloc[0]
        found = f"several values for {' '.join(str(first[k]) for k in [*keys, 'year'])}"
        raise TableError("later table", [Problem("keys", found, "one level a series and year")])
    return rows.sort_values("year").drop_duplicates(keys or ["unit"], keep="last")


def _compare(table: pd.DataFrame, levels: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return forecast and later level of the same series and year, one row a level of the band."""
    pairs = table.merge(
        levels[[*keys, "year", "persons", "source"]],
        on=[*keys, "year"],
        suffixes=("_forecast", "_later"),
    )
    pairs = pairs[(pairs["persons_forecast"] > 0) & (pairs["persons_later"] > 0)]
    pairs["ratio"] = pairs["persons_later"] / pairs["persons_forecast"]
    pairs["inside"] = pairs["persons_later"].between(pairs["lower"], pairs["upper"])
    columns = ["persons_forecast", "persons_later", "ratio", "level", "inside"]
    found: pd.DataFrame = pairs[[*keys, "year", *columns, "source_forecast", "source_later"]]
    return found.reset_index(drop=True)


def _dispersion(ratios: pd.DataFrame) -> pd.DataFrame:
    """Return, by level, the factor within which the countries' ratios lie around their median."""
    rows = []
    for level, part in ratios.groupby("level"):
        logs = np.log(part["ratio"].to_numpy(float))
        if len(logs) < LEAST_COUNTRIES:
            raise CoverageError(
                "join_later_level",
                [
                    Problem(
                        "reference",
                        f"{len(logs)} series with both sources",
                        f"at least {LEAST_COUNTRIES}, to measure how far the sources differ",
                        next_step="Give reference=, a forecast of all countries, and their levels.",
                    )
                ],
            )
        gaps = np.abs(logs - np.median(logs))
        width = np.quantile(gaps, min(1.0, float(level) * (1.0 + 1.0 / len(logs))))
        rows.append({"level": float(level), "ratio": float(np.exp(width)), "n": len(logs)})
    return pd.DataFrame(rows)


def _rescaled(
    table: pd.DataFrame, own: pd.DataFrame, spread: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    known = own.rename(columns={"year": "_year"})[
        [*keys, "_year", "level", "ratio", "source_later"]
    ]
    rows = table.merge(known, on=[*keys, "level"], how="left").merge(
        spread[["level", "ratio"]].rename(columns={"ratio": "_spread"}), on="level"
    )
    joined = rows["ratio"].notna()
    rows = rows[~joined | (rows["year"] >= rows["_year"])].copy()
    joined = rows["ratio"].notna()
    with np.errstate(divide="ignore"):
        extra = np.log(rows["_spread"]) ** 2
        down = np.sqrt(np.log(rows["persons"] / rows["lower"]) ** 2 + extra)
        up = np.sqrt(np.log(rows["upper"] / rows["persons"]) ** 2 + extra)
    moved = rows["persons"] * rows["ratio"]
    rows["lower"] = rows["lower"].mask(joined, moved * np.exp(-down))
    rows["upper"] = rows["upper"].mask(joined, moved * np.exp(up))
    rows["persons"] = rows["persons"].mask(joined, moved)
    both = rows["source"] + " growth, " + rows["source_later"] + " level"
    rows["source"] = rows["source"].mask(joined, both)
    rows = rows[list(table.columns)]
    return rows.sort_values([*keys, "year", "level"], kind="stable", ignore_index=True)


def _notes(
    rule: str, own: pd.DataFrame, spread: pd.DataFrame, typical: float, countries: int
) -> tuple[str, ...]:
    wide = ", ".join(f"{r.ratio:.2f} at {100 * r.level:.0f} %" for r in spread.itertuples())
    notes = [
        f"Over {countries} series the later level is typically {typical:.2f} times the forecast; "
        f"around that, they lie within a factor of {wide}.",
    ]
    if rule == "show":
        notes.append("The two sources are shown beside one another; the forecast is not changed.")
    else:
        notes.append(
            "The growth of the forecast is kept and its level moved to that of the other source, "
            "with a band widened by how far the sources differ between countries."
        )
    return tuple(notes)
