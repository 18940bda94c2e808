"""`evaluate_occupations`: occupational projections beside what came and beside naive ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.accuracy import Array
from skillsfc.forecast.occupations.matching import Compared, checked_tables, match_occupations
from skillsfc.forecast.occupations.measures import (
    Row,
    growth_measures,
    part_measures,
    resampling_weights,
    rival_rows,
    size_measures,
    skill_rows,
)
from skillsfc.forecast.occupations.wording import accuracy_notes, verdict_of
from skillsfc.forecast.pooling import Index
from skillsfc.results import Result, table_hash

LEAST_CLUSTERS = 5  # fewer groups, drawn again and again, show no spread


@dataclass(frozen=True)
class OccupationAccuracySettings:
    """Arguments of `evaluate_occupations`."""

    base_year: int
    by: tuple[str, ...]
    parts: tuple[str, ...]
    level: float
    draws: int
    seed: int
    clusters: int
    against: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class OccupationAccuracy(Result):
    """Outcome of `evaluate_occupations`.

    Parameters
    ----------
    parts : DataFrame
        ``keys, year, model, occupation, metric, value, unit``: the signed error of every occupation
        [persons] and its parts, which add up to it.
    verdicts : DataFrame
        ``keys, year, model, verdict, reason``: better than naive or not, in plain words.
    """

    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    verdicts: pd.DataFrame = field(default_factory=pd.DataFrame)


def evaluate_occupations(
    actual: pd.DataFrame,
    projections: pd.DataFrame,
    *,
    base: pd.DataFrame,
    level: float = 0.8,
    draws: int = 1000,
    seed: int = 1,
    clusters: Mapping[str, str] | None = None,
    against: str | None = None,
) -> OccupationAccuracy:
    r"""Measure projections of employment by occupation against what came.

    Use it for official projections, your own and naive ones alike, once the target year is known.
    One target year is one history: that a method did well in it is a fact, not yet a rule.

    Parameters
    ----------
    actual : DataFrame
        Tidy table of what came: ``year, occupation, persons`` [persons], flags, optionally
        ``sector`` and other keys, such as ``country``.
    projections : DataFrame
        The same keys for the target years, with ``model`` if there are several.
    base : DataFrame
        The same keys in the base year.
    level : float
        Coverage of the interval of the skill [0-1].
    draws : int
        Bootstrap draws behind that interval.
    seed : int
        Of the bootstrap.
    clusters : mapping, optional
        Group of each occupation, such as its major group. Whole groups are drawn then: errors of
        one group go together, and the interval is wider and more honest.
    against : str, optional
        One of the models, such as the official projection, to compare all others with.

    Returns
    -------
    OccupationAccuracy
        ``.table``: other keys, ``year, model, metric, value, unit, n, level, lower, upper``; the
        last three for skill only. ``.parts``: signed errors. ``.verdicts``: plain words.
        ``.diagnostics``: ``occupations`` compared, ``left_out`` of all codes in any table,
        ``in_base, in_actual``, and the part of employment compared in the base year and the
        outcome [share].

    Raises
    ------
    TableError
        If a table is no valid table of persons, or the keys of the three differ.
    CoverageError
        If no occupation is complete in all of them.
    ParameterError
        If ``level`` or ``draws`` is out of range, ``clusters`` misses occupations, or ``against``
        is no model.

    Notes
    -----
    All measures are over the occupations that are complete in base year, outcome and every
    projection; "all jobs" is their sum. With :math:`s` for shares in all jobs, a for actual and f
    for projected:

    - ``wmape``: :math:`\sum|f-a| / \sum a`; ``dissimilarity``: :math:`\frac12\sum|s^f-s^a|`;
    - ``direction_*``: growth or fall from the base year; ``faster_*``: faster or slower than all
      jobs. Beside each hit rate stands what one constant answer scores, and Peirce's skill.
      ``faster_precision`` is the part of those projected to grow faster that did, which the BLS
      publishes, and ``faster_actual`` the part of all that did;
    - ``skill_no_change``, ``skill_constant_shares`` (base shares times the *same* projection's all
      jobs) and ``skill_dissimilarity``: 1 less error over naive error, with intervals from
      resampled occupations. They tell chance among occupations, not among histories;
    - ``skill_against_<model>`` and ``skill_against_<model>_structure``: the same beside
      ``against``;
    - ``wmape_part_*``: what the error of all jobs, of the industry mix and of staffing (or, without
      sectors, of structure) add to wMAPE, exactly; see
      `skillsfc.forecast.occupations.split.split_error`;
    - ``wmape_given_actual_*``: wMAPE had all jobs (or all industry totals) been known.

    References
    ----------
    US Bureau of Labor Statistics, Methods of projections evaluation (naive models, dissimilarity),
    https://www.bls.gov/emp/evaluations/methods.htm

    Stekler & Thomas (2005), Evaluating BLS labor force, employment, and occupation projections for
    2000, Monthly Labor Review, July 2005.

    Examples
    --------
    >>> import pandas as pd
    >>> def jobs(year, *persons):
    ...     return pd.DataFrame({"year": year, "occupation": ["1", "2", "3"], "persons": persons,
    ...         "unit": "persons", "status": "observed", "source": "made up"})
    >>> found = evaluate_occupations(
    ...     jobs(2020, 40.0, 50.0, 30.0), jobs(2020, 44.0, 50.0, 26.0), base=jobs(2010, 30, 50, 20))
    >>> found.table.set_index("metric")["value"].loc[["wmape", "dissimilarity"]].round(4).to_dict()
    {'wmape': 0.0667, 'dissimilarity': 0.0333}
    >>> found.verdicts["verdict"].item()
    'not testable'
    """
    _refuse_arguments(level, draws)
    came, said, known = checked_tables(actual, projections, base)
    _refuse_unknown_rival(against, said)
    found = list(match_occupations(came, said, known))
    rows: list[Row] = []
    parts: list[pd.DataFrame] = []
    verdicts: list[Row] = []
    for compared in found:
        numbers = _clusters(compared, clusters)
        weights = resampling_weights(numbers, draws, seed)
        for place, model in enumerate(compared.models):
            head: Row = compared.head | {"model": model}
            lines, signed = _measures(compared, place, weights, level, against)
            rows += [head | line for line in lines]
            verdicts.append(head | verdict_of(lines, len(compared.occupations)))
            parts += [_signed(head, compared.occupations, n, p) for n, p in signed.items()]
    inputs = {"actual": actual, "projections": projections, "base": base}
    table = pd.DataFrame(rows)
    signs = pd.concat(parts, ignore_index=True)
    return OccupationAccuracy(
        table=table,
        settings=OccupationAccuracySettings(
            int(known["year"].iloc[0]),
            tuple(k for k in found[0].head if k != "year"),
            tuple(name for name in signs["metric"].unique() if name != "error"),
            level,
            draws,
            seed,
            len(set(clusters.values())) if clusters is not None else 0,
            against,
        ),
        diagnostics=pd.DataFrame([compared.head | compared.coverage for compared in found]),
        notes=accuracy_notes(found, said, clusters is not None),
        provenance={
            "version": __version__,
            "inputs": {name: table_hash(t) for name, t in inputs.items()},
            "seed": seed,
        },
        parts=signs,
        verdicts=pd.DataFrame(verdicts),
    )


def _refuse_arguments(level: float, draws: int) -> None:
    problems = []
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0.0 < level < 1.0:
        step = "80 per cent is 0.8."
        problems.append(Problem("level", repr(level), "between 0 and 1", next_step=step))
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 100:
        problems.append(Problem("draws", repr(draws), "a whole number of at least 100"))
    if problems:
        raise ParameterError("evaluate_occupations", problems)


def _refuse_unknown_rival(against: str | None, said: pd.DataFrame) -> None:
    models = sorted(said["model"].unique()) if "model" in said else []
    if against is not None and against not in models:
        problem = Problem(
            "against",
            repr(against),
            f"one of the models {listing(models)}" if models else "a column 'model' with it",
            did_you_mean(against, models),
        )
        raise ParameterError("evaluate_occupations", [problem])


def _clusters(compared: Compared, clusters: Mapping[str, str] | None) -> Index:
    """Return the number of each occupation's cluster; without clusters each is its own."""
    if clusters is None:
        return np.arange(len(compared.occupations), dtype=np.int64)
    missing = [code for code in compared.occupations if code not in clusters]
    if missing:
        found = f"no group for {listing(missing)}"
        raise ParameterError(
            "evaluate_occupations", [Problem("clusters", found, "a group for every occupation")]
        )
    groups = [clusters[code] for code in compared.occupations]
    if len(set(groups)) < LEAST_CLUSTERS:
        found, wanted = f"{len(set(groups))} groups", f"at least {LEAST_CLUSTERS} to draw from"
        raise ParameterError("evaluate_occupations", [Problem("clusters", found, wanted)])
    return np.asarray(np.unique(groups, return_inverse=True)[1], dtype=np.int64)


def _measures(
    compared: Compared, place: int, weights: Array, level: float, against: str | None
) -> tuple[list[Row], dict[str, Array]]:
    cells = compared.projected[place]
    base, came, said = (x.sum(axis=0) for x in (compared.base, compared.actual, cells))
    lines = size_measures(base, came, said) + growth_measures(base, came, said)
    lines += skill_rows(base, came, said, weights, level)
    if against in compared.models and against != compared.models[place]:
        rival = compared.projected[compared.models.index(against)].sum(axis=0)
        lines += rival_rows(came, said, rival, f"skill_against_{against}", weights, level)
    rows, signed = part_measures(compared.actual, cells)
    return lines + rows, signed


def _signed(head: Row, occupations: tuple[str, ...], name: str, values: Array) -> pd.DataFrame:
    columns = {"occupation": list(occupations), "metric": name, "value": values}
    return pd.DataFrame(head | columns | {"unit": "persons"})
