"""`estimate_job_openings`: jobs that open because employment grows and because people leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.pooling import Array
from skillsfc.forecast.replacement.application import APPLIED, replacement_by_step
from skillsfc.forecast.replacement.employment_path import Path, build_path, read_path
from skillsfc.forecast.replacement.result import ReplacementDemand
from skillsfc.forecast.replacement.stocks import choose_keys
from skillsfc.results import Result, table_hash

SUBJECT = "estimate_job_openings"
DEFINITIONS = ("total", "floor")
MEASURES = ("employment_start", "employment_end", "expansion", "replacement", "openings")


@dataclass(frozen=True)
class JobOpeningsSettings:
    """Arguments of `estimate_job_openings`; ``applied`` is what the rates were applied to."""

    definition: str
    applied: str
    by: tuple[str, ...]
    base_year: int
    horizon: int
    replacement_method: str


@dataclass(frozen=True, eq=False, repr=False)
class JobOpenings(Result):
    """Outcome of `estimate_job_openings`.

    Parameters
    ----------
    yearly : DataFrame
        The columns of ``.table`` for each step between two years of the forecast.
    """

    yearly: pd.DataFrame = field(default_factory=pd.DataFrame)


def estimate_job_openings(
    forecast: Result | pd.DataFrame,
    replacement: ReplacementDemand | pd.DataFrame,
    *,
    definition: str = "total",
    by: Sequence[str] | None = None,
    base_year: int | None = None,
    horizon: int | None = None,
    applied: str | None = None,
) -> JobOpenings:
    r"""Estimate job openings: the change of employment plus the replacement of those who leave.

    Use it for the number of jobs that open in a period by occupation, qualification or sector.
    Openings are no vacancies: they count needs over years, not posts unfilled on a day.

    Parameters
    ----------
    forecast : Result or DataFrame
        Employment forecast with its history, or a tidy table ``year``, keys, ``persons`` [persons]
        that holds past and projected years.
    replacement : ReplacementDemand or DataFrame
        Result of `estimate_replacement_demand` or `estimate_ageing_exits`; or a table of yearly
        ``rate`` [per person-year] by keys of the forecast, with or without ``year``; or of
        ``persons`` replaced in each year [persons per year], with ``year``. Kinds told apart by
        ``indicator`` are added.
    definition : {"total", "floor"}
        ``"total"``: change of employment + replacement, also where employment falls. ``"floor"``:
        replacement + max(0, change), so that a decline takes no opening away.
    by : sequence of str, optional
        Keys of the result; default: all keys of the forecast. Replacement is counted in the finest
        cells, then summed.
    base_year, horizon : int, optional
        First and last year [year]. Default: the last year that is not projected (the first year if
        none is projected) and the last year.
    applied : {"path", "mean", "start", "end", "compound"}, optional
        What a rate is applied to: mean employment of each step; the mean of the first and the last
        year; employment of the first year throughout; employment at the end of each step; or the
        first year, compounding. Default: as the rate was defined; ``"path"`` for a table of rates.

    Returns
    -------
    JobOpenings
        ``.table``: keys, ``first_year, year, employment_start, employment_end, expansion,
        replacement, openings`` [persons over the period], ``openings_per_year`` [persons per
        year], ``unit, status, source``. ``.yearly``: the same for each step.

    Raises
    ------
    TableError
        If a table is not valid.
    CoverageError
        If there is one year only, or no rate fits a cell of the forecast.
    ParameterError
        If an argument is unknown, or does not fit the kind of replacement given.

    Notes
    -----
    With employment E, replacement :math:`R` and the rate r a year,

    .. math:: O = (E_T - E_0) + R, \qquad R = r \sum_t \tfrac12 (E_{t-1} + E_t)

    for ``"path"``. Where only first and last year are known that is
    :math:`R = r T (E_0 + E_T) / 2`, the rule of the US Bureau of Labor Statistics; its editions
    before 2016 used ``"floor"`` with the base year's employment. Under ``"total"`` expansion +
    replacement = openings in every cell, and openings of a sum are the sum of openings; a floor
    is taken in the cells reported, so that neither holds. Canada's projections
    apply ``"end"``. A cell without a rate has openings NaN, and so has every sum with it.

    References
    ----------
    US Bureau of Labor Statistics, Handbook of Methods, Employment Projections. Cörvers & Dupuy
    (2010), Estimating employment dynamics across occupations and sectors of industry, Journal of
    Policy Modeling 32, 17-27 (expansion demand).

    Examples
    --------
    >>> import pandas as pd
    >>> flags = {"unit": "persons", "status": ["observed", "projected"], "source": "BLS"}
    >>> path = pd.DataFrame({"occupation": "soc2018:11-3031", "year": [2024, 2034],
    ...                      "persons": [868600.0, 997400.0]} | flags)
    >>> rate = pd.DataFrame({"occupation": ["soc2018:11-3031"], "rate": [0.066],
    ...     "unit": "per person-year", "status": "projected", "source": "BLS"})
    >>> made = estimate_job_openings(path, rate)
    >>> made.table[["expansion", "replacement", "openings"]].round(-2).values.tolist()
    [[128800.0, 615800.0, 744600.0]]
    """
    _check_arguments(definition, applied)
    rows = read_path(forecast)
    path = build_path(rows, base_year=base_year, horizon=horizon)
    keys = choose_keys(by, list(path.keys.columns), SUBJECT)
    lost, used = replacement_by_step(path, replacement, applied, keys)
    cells, persons, counts = _by_cell(path, lost, keys)
    flags = _flags(path, keys, replacement)
    yearly = [
        _table(cells, persons, counts, (a, a + 1), path.years, definition, flags)
        for a in range(len(path.years) - 1)
    ]
    whole = (0, len(path.years) - 1)
    table = _table(cells, persons, counts, whole, path.years, definition, flags)
    method = getattr(getattr(replacement, "settings", None), "method", "table")
    ends = path.years[0], path.years[-1]
    given = {"forecast": forecast, "replacement": replacement}
    return JobOpenings(
        table=table,
        settings=JobOpeningsSettings(definition, used, tuple(keys), *ends, method),
        notes=_notes(table, definition, used, replacement),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {
                name: table_hash(value.table if isinstance(value, Result) else value)
                for name, value in given.items()
            },
        },
        yearly=pd.concat(yearly, ignore_index=True),
    )


def _check_arguments(definition: str, applied: str | None) -> None:
    problems = []
    for name, value, known in (
        ("definition", definition, DEFINITIONS),
        ("applied", applied, (None, *APPLIED)),
    ):
        if value not in known:
            words = [word for word in known if word is not None]
            guess = did_you_mean(value, words)
            problems.append(Problem(name, repr(value), f"one of {listing(words)}", guess))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _by_cell(path: Path, lost: Array, keys: list[str]) -> tuple[pd.DataFrame, Array, Array]:
    """Sum persons and replacement of the finest cells to the cells reported; NaN stays NaN."""
    cells, number = _cells(path, keys)
    persons = np.zeros((len(cells), path.persons.shape[1]))
    counts = np.zeros((len(cells), lost.shape[1]))
    np.add.at(persons, number, path.persons)
    np.add.at(counts, number, lost)
    return cells, persons, counts


def _cells(path: Path, keys: list[str]) -> tuple[pd.DataFrame, np.ndarray]:
    if not keys:
        return pd.DataFrame(index=[0]), np.zeros(len(path.keys), dtype=np.int64)
    number = path.keys.groupby(keys, sort=True).ngroup().to_numpy()
    cells = path.keys[keys].drop_duplicates().sort_values(keys).reset_index(drop=True)
    return cells, number


def _flags(
    path: Path, keys: list[str], replacement: ReplacementDemand | pd.DataFrame
) -> pd.DataFrame:
    """Return sources of each cell, and the worst status of each cell and year as a number."""
    cells, number = _cells(path, keys)
    ranks = {status: place for place, status in enumerate(STATUS_ORDER)}
    worst = np.zeros((len(cells), len(path.years)), dtype=int)
    np.maximum.at(worst, number, np.vectorize(ranks.__getitem__, otypes=[int])(path.status))
    other = replacement.table if isinstance(replacement, Result) else replacement
    floor = other["status"].map(ranks).max()
    sources = pd.Series(path.source).groupby(number).first().to_numpy()
    second = ", ".join(sorted(set(other["source"])))
    texts = [first if first == second else f"{first}; {second}" for first in sources]
    worst = np.maximum(np.maximum(worst, floor), ranks["estimated"])
    return pd.DataFrame(worst, columns=list(path.years)).assign(source=texts)


def _table(
    cells: pd.DataFrame,
    persons: Array,
    counts: Array,
    span: tuple[int, int],
    years: tuple[int, ...],
    definition: str,
    flags: pd.DataFrame,
) -> pd.DataFrame:
    first, last = span
    start, end = persons[:, first], persons[:, last]
    expansion = end - start
    replaced = counts[:, first:last].sum(axis=1)
    growth = expansion if definition == "total" else np.maximum(expansion, 0.0)
    rank = flags[[years[first], years[last]]].max(axis=1)
    return cells.assign(
        first_year=years[first],
        year=years[last],
        employment_start=start,
        employment_end=end,
        expansion=expansion,
        replacement=replaced,
        openings=growth + replaced,
        openings_per_year=(growth + replaced) / (years[last] - years[first]),
        unit="persons",
        status=rank.map(dict(enumerate(STATUS_ORDER))).to_numpy(),
        source=flags["source"].to_numpy(),
    )


def _notes(
    table: pd.DataFrame,
    definition: str,
    applied: str,
    replacement: ReplacementDemand | pd.DataFrame,
) -> tuple[str, ...]:
    said = {
        "path": "mean employment of each step of the path",
        "mean": "the mean of first and last year's employment",
        "start": "the first year's employment in every year",
        "end": "employment at the end of each step",
        "compound": "the first year's employment, compounding",
        "counts": "nothing: counts of persons were given",
    }
    notes = [f"Replacement rates applied to {said[applied]}."]
    if definition == "floor":
        notes.append(
            "A fall of employment takes no opening away: expansion + replacement is less "
            "than openings where employment falls, and sums of cells are not cells of sums."
        )
    notes.append("One value, no interval: sf.simulate_openings gives one.")
    lost = int(table["openings"].isna().sum())
    if lost:
        notes.append(f"{lost} of {len(table)} cells are missing: employment or rate is.")
    below = int((table["openings"] < 0).sum())
    if below:
        notes.append(f"{below} cells lose more jobs than people leave: openings are negative.")
    if isinstance(replacement, Result):
        notes.append(replacement.notes[0])
    return tuple(notes)
