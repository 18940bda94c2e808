"""`evaluate_forecast`: a forecast table beside what came, every measure in one tidy table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
    did_you_mean,
    listing,
)
from skillsfc.forecast import accuracy, scores
from skillsfc.results import Result, table_hash
from skillsfc.schema import key_columns, measure_column, refuse_other_than_table

NOT_MATCHED = ("level", "model", "horizon", "origin")  # keys that a forecast has and a fact has not


@dataclass(frozen=True)
class EvaluationSettings:
    """Arguments of `evaluate_forecast`."""

    by: tuple[str, ...]
    levels: tuple[float, ...]


def evaluate_forecast(
    actual: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    train: pd.DataFrame | None = None,
    by: Sequence[str] | None = None,
    levels: Sequence[float] | None = None,
) -> Result:
    """Measure a forecast against what came, by every common measure at once.

    Parameters
    ----------
    actual : DataFrame
        Tidy table of what came: ``year``, keys and one measure, such as ``persons``.
    forecast : DataFrame
        Tidy table with the same keys and measure; ``level, lower, upper`` for its intervals and
        ``model`` if there are several.
    train : DataFrame, optional
        What was known when the forecast was made; needed for MASE, RMSSE, Theil's U2 and direction.
    by : sequence of str, optional
        Columns of ``forecast`` to report separately. Default: ``model`` if there is one.
    levels : sequence of float, optional
        Which intervals to judge [0-1]. Default: all in the table.

    Returns
    -------
    Result
        ``.table``: columns of ``by``, ``metric, value, unit, n`` (pairs behind the value).

    Raises
    ------
    TableError
        If a table has no measure, or one the other has not.
    ParameterError
        If ``by`` is no column, or a level is not in the forecast.
    CoverageError
        If no row of the forecast has an actual value.

    Notes
    -----
    MASE and RMSSE are scaled series by series and averaged over series by their number of pairs.
    CRPS is approximated from the interval ends and the point forecast, taken as the median.

    Examples
    --------
    >>> import pandas as pd
    >>> came = pd.DataFrame({"country": "MAR", "year": [2020, 2021], "persons": [100.0, 110.0]})
    >>> said = pd.DataFrame({"country": "MAR", "year": [2020, 2021], "persons": [102.0, 107.0]})
    >>> evaluate_forecast(came, said).table.head(2)
      metric    value     unit  n
    0    mae  2.50000  persons  2
    1  wmape  0.02381    share  2
    """
    measure = _one_measure(actual, forecast, train)
    keys = [k for k in key_columns(actual) if k in forecast and k not in NOT_MATCHED]
    groups = _groups(by, forecast)
    wanted = _levels(levels, forecast)
    pairs = forecast.merge(actual[[*keys, measure]], on=keys, suffixes=("", "_actual"))
    pairs = pairs[pairs[f"{measure}_actual"].notna() & pairs[measure].notna()]
    if pairs.empty:
        raise CoverageError(
            "evaluate_forecast",
            [Problem("tables", "no forecast year has an actual value", f"common {listing(keys)}")],
        )
    series = [k for k in keys if k != "year"]
    pairs = pairs.rename(columns={f"{measure}_actual": "_actual", measure: "_forecast"})
    pairs = _with_training(pairs, train, series, measure)
    parts = pairs.groupby(groups, sort=True) if groups else [((), pairs)]
    rows = []
    for name, part in parts:
        head = dict(zip(groups, name if isinstance(name, tuple) else (name,), strict=True))
        rows += [head | row for row in _measures(part, measure, wanted)]
    inputs = {"actual": actual, "forecast": forecast, "train": train}
    return Result(
        table=pd.DataFrame(rows),
        settings=EvaluationSettings(tuple(groups), wanted),
        notes=_notes(train, wanted),
        provenance={
            "version": __version__,
            "inputs": {k: table_hash(v) for k, v in inputs.items() if v is not None},
        },
    )


def _one_measure(actual: pd.DataFrame, forecast: pd.DataFrame, train: pd.DataFrame | None) -> str:
    for name, table in (("actual table", actual), ("forecast table", forecast)):
        refuse_other_than_table(table, name)
    if train is not None:
        refuse_other_than_table(train, "train table")
    measure = measure_column(actual, "actual table")
    tables = {"actual": actual, "forecast": forecast} | ({} if train is None else {"train": train})
    problems = [
        Problem(f"{name} table", f"no column {column!r}", f"{measure} and year")
        for name, table in tables.items()
        for column in (measure, "year")
        if column not in table
    ]
    for name in ("actual", "train"):
        table = tables.get(name)
        if table is not None and not problems and table.duplicated(key_columns(table)).any():
            problems.append(Problem(f"{name} table", "duplicate keys", "one value a key"))
    if problems:
        raise TableError("evaluate_forecast", problems)
    return measure


def _groups(by: Sequence[str] | None, forecast: pd.DataFrame) -> list[str]:
    if by is None:
        return ["model"] if "model" in forecast else []
    names = [by] if isinstance(by, str) else list(by)
    problems = [
        Problem("by", repr(n), "a column of the forecast", did_you_mean(n, forecast.columns))
        for n in names
        if n not in forecast
    ]
    if problems:
        raise ParameterError("evaluate_forecast", problems)
    return names


def _levels(levels: Sequence[float] | None, forecast: pd.DataFrame) -> tuple[float, ...]:
    there = sorted(forecast["level"].unique()) if "level" in forecast else []
    if levels is None:
        return tuple(float(x) for x in there)
    missing = [x for x in levels if x not in there]
    if missing:
        raise ParameterError(
            "evaluate_forecast", [Problem("levels", listing(missing), f"one of {listing(there)}")]
        )
    return tuple(float(x) for x in levels)


def _with_training(
    pairs: pd.DataFrame, train: pd.DataFrame | None, series: list[str], measure: str
) -> pd.DataFrame:
    """Add each series' naive step, its square, and the last value known before the forecast."""
    if train is None:
        return pairs
    ordered = train.dropna(subset=[measure]).sort_values("year")
    if not series:
        ordered, pairs, series = ordered.assign(_all=0), pairs.assign(_all=0), ["_all"]
    change = ordered.groupby(series)[[measure, "year"]].diff()
    # A change over a gap counts for the years it spans.
    step = change[measure] / change["year"]
    ordered = ordered.assign(_step=step.abs(), _square=step**2)
    known = ordered.groupby(series).agg(
        _step=("_step", "mean"), _square=("_square", "mean"), _previous=(measure, "last")
    )
    return pairs.merge(known.reset_index(), on=series, how="left")


def _measures(
    part: pd.DataFrame, measure: str, levels: tuple[float, ...]
) -> list[dict[str, object]]:
    # One row a forecast: a table with two levels holds every point forecast twice.
    points = part[part["level"] == part["level"].min()] if "level" in part else part
    a, f = points["_actual"].to_numpy(float), points["_forecast"].to_numpy(float)
    unit = measure if measure != "value" else "mixed"
    found: list[tuple[str, float, str]] = [
        ("mae", accuracy.mae(a, f), unit),
        ("wmape", accuracy.wmape(a, f), "share"),
        ("theil_u1", accuracy.theil_u1(a, f), "share"),
    ]
    found += [(f"theil_{k}", v, "share") for k, v in accuracy.theil_split(a, f).items()]
    if "_step" in points:
        found += _scaled(points, a, f)
    for level in levels:
        rows = part[part["level"] == level]
        found += _interval_measures(rows, level, unit)
    if levels:
        found.append(("crps_quantiles", _crps(part, levels), unit))
    return [
        {"metric": name, "value": value, "unit": u, "n": len(points)} for name, value, u in found
    ]


def _scaled(points: pd.DataFrame, a: np.ndarray, f: np.ndarray) -> list[tuple[str, float, str]]:
    step, square = points["_step"].to_numpy(float), points["_square"].to_numpy(float)
    previous = points["_previous"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative, squared = np.abs(f - a) / step, (f - a) ** 2 / square
    hits = accuracy.direction_hits(a, f, previous)
    return [
        ("mase", accuracy.mean_of(relative[np.isfinite(relative)]), "ratio"),
        ("rmsse", accuracy.mean_of(squared[np.isfinite(squared)]) ** 0.5, "ratio"),
        ("theil_u2", accuracy.theil_u2(a, f, previous), "ratio"),
        ("direction_hit_rate", hits["hit_rate"], "share"),
        ("direction_always_grows", hits["always_grows"], "share"),
        ("direction_peirce", hits["peirce"], "share"),
    ]


def _interval_measures(rows: pd.DataFrame, level: float, unit: str) -> list[tuple[str, float, str]]:
    a, low, high = (rows[c].to_numpy(float) for c in ("_actual", "lower", "upper"))
    tail = (1.0 - level) / 2.0
    measures: list[tuple[str, Callable[[], float], str]] = [
        ("coverage", lambda: scores.coverage(a, low, high), "share"),
        ("interval_score", lambda: scores.interval_score(a, low, high, level), unit),
        ("pinball_lower", lambda: scores.pinball(a, low, tail), unit),
        ("pinball_upper", lambda: scores.pinball(a, high, 1.0 - tail), unit),
    ]
    return [(f"{name}_{100 * level:g}", function(), u) for name, function, u in measures]


def _crps(part: pd.DataFrame, levels: tuple[float, ...]) -> float:
    """Put the interval ends and the point forecast in order of probability."""
    blocks = {level: part[part["level"] == level] for level in levels}
    first = blocks[levels[0]]
    if any(len(block) != len(first) for block in blocks.values()):
        return float("nan")
    down, up = sorted(levels, reverse=True), sorted(levels)
    columns = [blocks[x]["lower"] for x in down]
    columns += [first["_forecast"], *(blocks[x]["upper"] for x in up)]
    places = [(1 - x) / 2 for x in down] + [0.5] + [(1 + x) / 2 for x in up]
    quantiles = np.stack([column.to_numpy(float) for column in columns], axis=1)
    return scores.crps_quantiles(first["_actual"].to_numpy(float), quantiles, places)


def _notes(train: pd.DataFrame | None, levels: tuple[float, ...]) -> tuple[str, ...]:
    notes = []
    if train is None:
        notes.append("No train table: MASE, RMSSE, Theil's U2 and direction are not measured.")
    if not levels:
        notes.append("No intervals in the forecast: coverage and scores are not measured.")
    else:
        notes.append("CRPS is approximated from the interval ends and the point forecast.")
    return tuple(notes)
