"""`explain_distances`: how much of the variety of trajectories goes with sex, grades, region."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError
from skillsfc.results import Result
from skillsfc.transitions.column_names import whole_problems
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.sequences.preparation import FEW_PERSONS, prepare_sequences
from skillsfc.transitions.typologies.factors import Factor, read_factors
from skillsfc.transitions.typologies.matrices import Grid, read_distances
from skillsfc.transitions.typologies.over_time import distances_to_centres, explain_over_time
from skillsfc.transitions.typologies.permutations import (
    Explained,
    levene,
    p_value,
    permuted_sums,
    rank_of,
)

SUBJECT = "explain_distances"


@dataclass(frozen=True)
class ExplainedDistanceSettings:
    """Arguments of `explain_distances`."""

    by: tuple[str, ...]
    weight: str | None
    permutations: int
    seed: int
    window: int | None
    missing: str


@dataclass(frozen=True, eq=False, repr=False)
class ExplainedDistances(Result):
    """Outcome of `explain_distances`.

    Parameters
    ----------
    groups : DataFrame
        ``factor, group, persons, share`` [0-1, weighted], ``discrepancy`` (half the mean distance
        within), ``reliability`` ("u" with fewer than 30 persons).
    homogeneity : DataFrame
        ``factor, levene, p_value``: whether groups differ in how varied they are; ``pseudo_f_bf``,
        the F that allows for it.
    over_time : DataFrame
        ``factor, period, last_period, r2, pseudo_f, discrepancy, persons`` for each window.
    """

    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    homogeneity: pd.DataFrame = field(default_factory=pd.DataFrame)
    over_time: pd.DataFrame = field(default_factory=pd.DataFrame)


def explain_distances(
    distances: object,
    *,
    by: object,
    weight: str | npt.ArrayLike | None = "weight",
    permutations: int = 999,
    seed: int = 1,
    window: int | None = None,
    missing: str = "ignore",
) -> ExplainedDistances:
    r"""Explain differences between trajectories by characteristics of persons, as in an ANOVA.

    Use it to ask whether, and how much, paths differ by sex, grades or region, without making
    clusters first. R2 is small as a rule (a tenth is a lot): it says how much of the variety goes
    with the factor, not how the paths differ; draw the state distribution by group for that.

    Parameters
    ----------
    distances : Distances, DataFrame or array
        From `measure_distances`, or a square of distances with a row for each person.
    by : str, iterable of str, DataFrame, Series or mapping
        Columns of persons that the distances' sequences carry, or the columns themselves with a
        row for each person, in order or matched by a column ``person``. Text and true/false are
        factors; numbers enter as they are,
        one slope each.
    weight : str, array or None
        ``"weight"`` takes the weights the distances carry (ones if none), another name a column of
        persons, an array one weight a person, None none.
    permutations : int
        Random orders of persons for the p-values; 0 for none.
    seed : int
        Of the random orders.
    window : int, optional
        Periods in each window of ``.over_time``; None for none. It needs distances that carry
        their sequences, and looks at states period by period, whatever the distance.
    missing : {"ignore", "state", "refuse"}
        Treatment of unknown states in ``.over_time``.

    Returns
    -------
    ExplainedDistances
        ``.table``: a row for each ``factor`` (given the others), then ``all factors`` (if
        several), ``residual, total``: ``sum_of_squares, df, pseudo_f, r2`` [0-1], ``p_value,
        persons``. ``.groups, .homogeneity, .over_time``: see `ExplainedDistances`.

    Raises
    ------
    TableError
        If distances or weights are not valid, or a factor is the same for all or follows from the
        others.
    ParameterError
        If a column is not there, or an argument is out of range.

    Notes
    -----
    :math:`SS = \sum_{ij} w_i w_j d_{ij} / 2W`, discrepancy SS/W, :math:`F = (SS_{exp}/p) /
    (SS_{res}/(W-m))` with p columns of the factor and m of all, the constant included;
    :math:`R^2 = SS_{exp}/SS_{tot}`. With several factors each is what is lost without it. The
    p-value is (1 + permutations with an F as large) / (1 + permutations); distances and weights
    stay with the persons, the factor is put in random order. Weights are scaled to sum to the
    number of persons: their scale changes nothing. Persons who lack a factor are left out.

    References
    ----------
    Studer, Ritschard, Gabadinho and Müller (2011), Discrepancy analysis of state sequences,
    Sociological Methods & Research 40(3), 471-510, doi 10.1177/0049124111415372. McArdle and
    Anderson (2001), Fitting multivariate models to community data, Ecology 82(1), 290-297.

    Examples
    --------
    >>> at = np.array([0.0, 1, 0, 9, 8, 9])
    >>> made = explain_distances(np.abs(np.subtract.outer(at, at)), by={"sex": list("FFFMMM")})
    >>> made.table[["factor", "df", "r2"]].round(3).values.tolist()
    [['sex', 1, 0.899], ['residual', 4, 0.101], ['total', 5, 1.0]]
    """
    _check(permutations, window, seed)
    grid = read_distances(distances, subject=SUBJECT, weight=weight)
    factors, inside, notes = read_factors(by, grid.persons, grid.weight, subject=SUBJECT)
    own = grid.weight[inside] * inside.sum() / grid.weight[inside].sum()
    explained = Explained(grid.matrix, grid.index[inside], own)
    if explained.total <= 0:
        raise TableError(SUBJECT, [Problem("distances", "all 0", "trajectories that differ")])
    named = [factor for factor in factors if factor.levels]
    label = weight if isinstance(weight, str) or weight is None else "given"
    names = tuple(factor.name for factor in factors)
    return ExplainedDistances(
        table=_table(explained, factors, permutations, seed),
        settings=ExplainedDistanceSettings(names, label, permutations, seed, window, missing),
        notes=(*grid.notes, *notes, *_cautions(named)),
        provenance={"version": __version__, "seed": seed, "inputs": grid.inputs()},
        groups=_groups(explained, named),
        homogeneity=_homogeneity(explained, named, permutations, seed),
        over_time=_over_time(grid, named, inside, own, window, missing),
    )


def _check(permutations: int, window: int | None, seed: int) -> None:
    problems = whole_problems({"permutations": permutations, "seed": seed}, 0)
    problems += whole_problems({} if window is None else {"window": window})
    if problems:
        raise ParameterError(SUBJECT, problems)


def _table(
    explained: Explained, factors: list[Factor], permutations: int, seed: int
) -> pd.DataFrame:
    every = np.hstack([factor.columns for factor in factors])
    weight, count = explained.weight, len(explained.weight)
    size = rank_of(every, weight)
    if size + 1 >= count:
        found = f"{size} independent columns for {count} persons"
        raise TableError(SUBJECT, [Problem("by", found, "fewer levels than persons")])
    whole = explained.of(every)
    rest, free = explained.total - whole, count - size - 1
    rows, problems = [], []
    for place, factor in enumerate(factors):
        others = [f.columns for f in factors if f is not factor]
        fixed = np.hstack(others) if others else np.zeros((count, 0))
        own = size - rank_of(fixed, weight)
        if own == 0:
            problems.append(Problem(f"column {factor.name!r}", "follows from the others", "news"))
            continue
        base = explained.of(fixed)
        drawn = permuted_sums(explained, factor.columns, fixed, permutations, seed + place)
        rows.append(_row(factor.name, whole, base, own, free, explained.total, drawn))
    if problems:
        raise TableError(SUBJECT, problems)
    if len(factors) > 1:
        drawn = permuted_sums(explained, every, every[:, :0], permutations, seed + len(factors))
        rows.append(_row("all factors", whole, 0.0, size, free, explained.total, drawn))
    nothing = {"pseudo_f": np.nan, "p_value": np.nan}
    rows += [
        {"factor": "residual", "sum_of_squares": rest, "df": free, "r2": rest / explained.total},
        {"factor": "total", "sum_of_squares": explained.total, "df": count - 1, "r2": 1.0},
    ]
    return pd.DataFrame([nothing | row for row in rows])[
        ["factor", "sum_of_squares", "df", "pseudo_f", "r2", "p_value"]
    ].assign(persons=count)


def _row(
    name: str, whole: float, base: float, own: int, free: int, total: float, drawn: Floats
) -> dict[str, object]:
    def ratio(sums: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(((sums - base) / own) / (np.maximum(total - sums, 0.0) / free))

    observed = float(ratio(np.array([whole]))[0])
    return {
        "factor": name,
        "sum_of_squares": whole - base,
        "df": own,
        "pseudo_f": observed,
        "r2": (whole - base) / total,
        "p_value": p_value(observed, ratio(drawn)),
    }


def _groups(explained: Explained, factors: list[Factor]) -> pd.DataFrame:
    parts = []
    for factor in factors:
        _, spread = distances_to_centres(
            explained.matrix, explained.index, explained.weight, factor.codes
        )
        counts = np.bincount(factor.codes)
        share = np.bincount(factor.codes, weights=explained.weight) / explained.weight.sum()
        few = np.where(counts < FEW_PERSONS, "u", "")
        columns = {"factor": factor.name, "group": factor.levels, "persons": counts}
        more = {"share": share, "discrepancy": spread, "reliability": few}
        parts.append(pd.DataFrame(columns | more))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _homogeneity(
    explained: Explained, factors: list[Factor], permutations: int, seed: int
) -> pd.DataFrame:
    rows = []
    weight, total = explained.weight, explained.weight.sum()
    for place, factor in enumerate(factors):
        rng = np.random.default_rng([seed, place])
        orders: list[Whole] = [rng.permutation(len(weight)) for _ in range(permutations)]
        apart, spread = distances_to_centres(
            explained.matrix, explained.index, weight, factor.codes
        )
        observed, drawn = levene(apart, weight, factor.codes, orders)
        share = np.bincount(factor.codes, weights=weight) / total
        gained = explained.total - float((spread * share).sum()) * total
        row = {"factor": factor.name, "levene": observed, "p_value": p_value(observed, drawn)}
        rows.append(row | {"pseudo_f_bf": gained / float(((1 - share) * spread).sum())})
    return pd.DataFrame(rows)


def _over_time(
    grid: Grid, factors: list[Factor], inside: Flags, weight: Floats, window: int | None,
    missing: str,
) -> pd.DataFrame:  # fmt: skip
    if window is None or not factors:
        return pd.DataFrame()
    if grid.sequences is None:
        step = "Give the Distances of sf.measure_distances rather than a plain square."
        problem = Problem("window", "the distances carry no sequences", "both", next_step=step)
        raise ParameterError(SUBJECT, [problem])
    prepared = prepare_sequences(grid.sequences, subject=SUBJECT, weight=None, missing=missing)
    codes, periods = prepared.codes[inside], prepared.sequences.periods
    if window > len(periods):
        found = f"{window} of {len(periods)} periods"
        raise ParameterError(SUBJECT, [Problem("window", found, f"1 to {len(periods)}")])
    parts = [
        explain_over_time(
            codes, weight, factor, periods, states=len(prepared.states), window=window
        )
        for factor in factors
    ]
    return pd.concat(parts, ignore_index=True)


def _cautions(factors: list[Factor]) -> list[str]:
    notes = []
    for factor in factors:
        few = int((np.bincount(factor.codes) < FEW_PERSONS).sum())
        if few:
            notes.append(f"{few} groups of {factor.name!r} have fewer than {FEW_PERSONS} persons.")
    return notes
