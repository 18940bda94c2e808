"""`backtest_shares`: forecast shares from past rounds, the constant shares always beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem, did_you_mean, listing
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.forecast.shares.arguments import read_arguments
from skillsfc.forecast.shares.cells import close_cells
from skillsfc.forecast.shares.models import METHODS
from skillsfc.forecast.shares.origins import errors_at, known_at, sizes_at, taught_at
from skillsfc.forecast.shares.rounds import Rounds, prepare_rounds
from skillsfc.forecast.shares.samples import effective_respondents
from skillsfc.forecast.shares.skill import judge_models, score_table
from skillsfc.results import Result, table_hash

NAIVE = "constant"
DEFAULT = ("auto", "alr", "linear", "logistic")


@dataclass(frozen=True)
class ShareBacktestSettings:
    """Arguments of `backtest_shares`."""

    by: str
    within: tuple[str, ...]
    models: tuple[str, ...]
    origins: tuple[int, ...]
    horizon: int
    rounds: int
    last_rounds: int | None
    levels: tuple[float, ...]
    draws: int
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class ShareBacktest(Result):
    """Outcome of `backtest_shares`.

    Parameters
    ----------
    verdict : DataFrame
        One row a model: ``model, dissimilarity, naive_dissimilarity, skill, skill_lower,
        skill_upper`` (80 %), ``tests, clusters, verdict``.
    by_within : DataFrame
        The same for each whole: ``keys, model, dissimilarity, naive_dissimilarity, skill, tests,
        verdict``.
    errors : DataFrame
        ``keys, origin, year, horizon, model, dissimilarity, wmape, coverage_80, ..., persons``: one
        row a whole, origin and target.
    """

    verdict: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_within: pd.DataFrame = field(default_factory=pd.DataFrame)
    errors: pd.DataFrame = field(default_factory=pd.DataFrame)


def backtest_shares(
    table: pd.DataFrame,
    *,
    by: str = "occupation",
    within: str | Sequence[str] | None = None,
    methods: str | Sequence[str] = DEFAULT,
    origins: Sequence[int] | None = None,
    horizon: int = 10,
    rounds: int = 2,
    last_rounds: int | None = None,
    peers: pd.DataFrame | None = None,
    shrink: bool = True,
    zeros: str = "add",
    absent: str = "missing",
    anchor: str | None = None,
    damping: float | None = None,
    sample_size: float | pd.DataFrame | None = None,
    design_effect: float | None = None,
    drift: float | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    draws: int = 200,
    seed: int = 1,
) -> ShareBacktest:
    r"""Forecast shares from every past round and compare with what later rounds showed.

    Everything a forecast uses at an origin comes from rounds up to that year, the treatment of
    missing and empty cells included. Constant shares are always beside.

    Parameters
    ----------
    table : DataFrame
        As in `forecast_shares`, with three or more rounds in some whole.
    by, within, zeros, absent, anchor, damping, sample_size, design_effect, drift, shrink
        As in `forecast_shares`.
    methods : str or sequence of str
        Methods to judge, or ``"all"``.
    origins : sequence of int, optional
        Last years used [year]. Default: every year of a round that has a later one.
    horizon : int
        Farthest target [years].
    rounds : int
        Fewest rounds of a whole up to an origin; 1 also judges what one round can do.
    last_rounds : int, optional
        Use only so many rounds before each origin, as if there were no others.
    peers : DataFrame, optional
        As in `forecast_shares`; cut at each origin.
    levels : sequence of float
        Coverage of the intervals [0-1].
    draws, seed : int
        Draws behind the bands, and their seed.

    Returns
    -------
    ShareBacktest
        ``.table``: ``model, horizon, metric, value, unit, n``; metrics ``dissimilarity, wmape,
        coverage_80, ..., skill_against_constant``; horizon 0 is all of them together. Further
        tables: see the class.

    Raises
    ------
    ParameterError
        If a method, an origin or a number is impossible.
    CoverageError
        If no round has a later one.

    Notes
    -----
    Dissimilarity :math:`D = \frac12 \sum_o |p_o - a_o|` is the part of persons in the wrong
    category. Skill is :math:`1 - \sum D / \sum D_{constant}` over the same tests; its interval is
    from a bootstrap over countries, over wholes if there are fewer than three countries, and over
    origins if there are fewer than three wholes. wMAPE weighs wholes by their persons.

    References
    ----------
    Duncan & Duncan (1955), A Methodological Analysis of Segregation Indexes, American Sociological
    Review 20(2), 210-217.

    Examples
    --------
    >>> t = pd.DataFrame([{"year": 2000 + k, "sex": s, "share": 0.5 + sign * 0.01 * k}
    ...     for k in range(12) for s, sign in (("F", 1), ("M", -1))]).assign(
    ...     unit="share", status="observed", source="made up")
    >>> made = backtest_shares(t, by="sex", methods="linear", horizon=2, rounds=3)
    >>> made.verdict.set_index("model").loc["linear", "verdict"]
    'better than constant shares'
    """
    names = _methods(methods)
    asked = {
        name: read_arguments(name, anchor, damping, shrink, zeros, absent, levels, design_effect,
                             drift, draws, seed)
        for name in names
    }  # fmt: skip
    first = asked[names[0]]
    _refuse_numbers(horizon, rounds, last_rounds)
    history = prepare_rounds(table, by=by, within=within)
    others = None
    if peers is not None:
        others = prepare_rounds(peers, by=by, subject="table of peers").on(history.labels)
    years = _origins(origins, history)
    actual = close_cells(history, zeros="structural", absent=absent, constant=first.constant)
    parts = []
    for origin in years:
        known = known_at(history, origin, rounds, last_rounds)
        if known is None:
            continue
        cells = close_cells(known, zeros=zeros, absent=absent, constant=first.constant)
        people = effective_respondents(cells, sizes_at(sample_size, origin), first.design_effect)
        for name in names:
            taught = None if others is None else taught_at(others, cells, origin, asked[name])
            parts.append(errors_at(cells, actual, origin, horizon, asked[name], people, taught))
    errors = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if errors.empty:
        expected = f"wholes with {rounds} rounds before a later one"
        raise CoverageError("backtest_shares", [Problem("rounds", "nothing to judge", expected)])
    keys = list(history.keys.columns)
    verdict, by_within = judge_models(errors, keys, NAIVE, seed)
    used = tuple(int(year) for year in np.unique(errors["origin"]))
    inputs = {k: table_hash(v) for k, v in (("table", table), ("peers", peers)) if v is not None}
    return ShareBacktest(
        table=score_table(errors, keys, NAIVE, seed),
        settings=ShareBacktestSettings(
            by, tuple(keys), tuple(names), used, int(horizon), int(rounds), last_rounds,
            first.levels, int(draws), int(seed),
        ),
        diagnostics=pd.DataFrame(list(actual.issues), columns=ISSUE_COLUMNS),
        notes=_notes(errors, verdict, used),
        provenance={"version": __version__, "seed": int(seed), "inputs": inputs},
        verdict=verdict,
        by_within=by_within,
        errors=errors,
    )  # fmt: skip


def _methods(methods: str | Sequence[str]) -> list[str]:
    listed = list(METHODS) if methods == "all" else methods
    names = [listed] if isinstance(listed, str) else list(listed)
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise ParameterError(
            "backtest_shares",
            [
                Problem("methods", repr(n), f"some of {listing(METHODS)}", did_you_mean(n, METHODS))
                for n in unknown or [""]
            ],
        )
    return list(dict.fromkeys([*names, NAIVE]))


def _refuse_numbers(horizon: int, rounds: int, last_rounds: int | None) -> None:
    problems = []
    for what, value, most in (("horizon", horizon, 60), ("rounds", rounds, 1000)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            problems.append(Problem(what, repr(value), "a whole number, 1 or more"))
        elif value > most:
            hint = "A back-test counts years ahead, not a calendar year."
            problems.append(Problem(what, str(value), f"at most {most}", next_step=hint))
    if last_rounds is not None and (not isinstance(last_rounds, int) or last_rounds < rounds):
        problems.append(Problem("last_rounds", repr(last_rounds), f"{rounds} or more"))
    if problems:
        raise ParameterError("backtest_shares", problems)


def _origins(origins: Sequence[int] | None, history: Rounds) -> list[int]:
    known = [int(year) for year in history.years[:-1]]
    if origins is None:
        return known
    wrong = [year for year in origins if year not in known]
    if wrong or not len(origins):
        expected = f"years of rounds with a later one: {listing(known, 20)}"
        raise ParameterError(
            "backtest_shares", [Problem("origins", f"{wrong or 'none'}", expected)]
        )
    return sorted({int(year) for year in origins})


def _notes(errors: pd.DataFrame, verdict: pd.DataFrame, used: tuple[int, ...]) -> tuple[str, ...]:
    naive = errors[errors["model"] == NAIVE]
    notes = [
        f"{len(used)} origins from {used[0]} to {used[-1]}, {len(naive)} tests a model, each "
        "whole, origin and target with the same weight.",
        "The rounds are those published today: revisions are not undone.",
    ]
    for entry in verdict.itertuples():
        notes.append(
            f"{entry.model}: {entry.verdict} (skill {entry.skill:.2f}, 80 % interval "
            f"{entry.skill_lower:.2f} to {entry.skill_upper:.2f}, {entry.tests} tests)."
        )
    return tuple(notes)
