"""`cluster_sequences`: types of trajectories, how many, and how distinct they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc import __version__
from skillsfc.results import Result
from skillsfc.transitions.records import Whole
from skillsfc.transitions.sequences.model import Sequences
from skillsfc.transitions.sequences.preparation import check_choice, check_level
from skillsfc.transitions.typologies.matrices import Grid, read_distances
from skillsfc.transitions.typologies.numbers_compared import large_enough, sizes_wanted
from skillsfc.transitions.typologies.partitions import (
    METHODS,
    bootstrap_stability,
    partitions,
    tie_agreement,
)
from skillsfc.transitions.typologies.points import Points, cluster_tables
from skillsfc.transitions.typologies.quality import (
    MEASURES,
    partition_quality,
    sorted_pairs,
)

SUBJECT = "cluster_sequences"
MOST_FOR_TIES = 2000  # different sequences; the check clusters three times more
CLOSE = 0.99  # agreement of trees below which ties are worth a note


@dataclass(frozen=True)
class ClusterSettings:
    """Arguments of `cluster_sequences`; ``k`` is the number of clusters made.

    ``compare`` are the numbers in ``.quality``, ``left_out`` those asked for that have a cluster of
    fewer than ``smallest`` persons.
    """

    k: int
    method: str
    weight: str | None
    compare: tuple[int, ...]
    stability: int
    seed: int
    level: float
    smallest: int = 1
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(Result):
    """Outcome of `cluster_sequences`; ``.table`` has a row for each person: it is micro data.

    Parameters
    ----------
    sizes : DataFrame
        One row a cluster, the largest first.
    quality : DataFrame
        One row for each number of clusters compared.
    medoids : array of int
        For each cluster the place in ``.table`` of the person nearest to all others of it.
    sequences : Sequences, optional
        The sequences, if the distances carried them.
    """

    shown: ClassVar[tuple[str, ...]] = ("sizes", "quality")

    sizes: pd.DataFrame = field(default_factory=pd.DataFrame)
    quality: pd.DataFrame = field(default_factory=pd.DataFrame)
    medoids: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sequences: Sequences | None = None


def cluster_sequences(
    distances: object,
    *,
    k: int | None = None,
    method: str = "ward",
    weight: str | npt.ArrayLike | None = "weight",
    compare: Iterable[int] | None = range(2, 11),
    smallest: int = 1,
    stability: int = 0,
    seed: int = 1,
    level: float = 0.95,
) -> Clusters:
    r"""Group persons whose trajectories are alike into k types.

    Use it to describe a cohort by a handful of typical paths. Clusters are a description, not
    groups out there: look at ``.quality`` over k and at ``stability`` before naming them, and
    prefer `explain_distances` when the question is whether women and men, or regions, differ.

    Parameters
    ----------
    distances : Distances, DataFrame or array
        From `measure_distances`, or a square of distances with a row for each person.
    k : int, optional
        Number of clusters; by default the one of ``compare`` with the largest weighted silhouette.
    method : {"ward", "pam", "average"}
        ``"ward"``: a tree of merges that raise the spread within clusters least. ``"pam"``: k
        real trajectories to which all are as near as can be. ``"average"``: a tree by mean
        distance, which tends to split off odd ones.
    weight : str, array or None
        ``"weight"`` takes the weights the distances carry (ones if none), another name a column of
        persons, an array one weight a person, None none.
    compare : iterable of int, optional
        Numbers of clusters to put into ``.quality``; None for only k.
    smallest : int
        Persons [1 or more] that each cluster must have for a number of ``compare`` to be compared,
        such as those that may be shown. Where all numbers have a smaller cluster, the largest
        number below them that has none is made, at worst 1. A k of your own is not bound by it.
    stability : int
        Bootstrap samples for the stability of each cluster; 0 for none.
    seed : int
        For the bootstrap and the check of ties.
    level : float
        Nominal coverage of the intervals of shares [0-1].

    Returns
    -------
    Clusters
        ``.table``, one row a person: ``person, cluster`` (1 the largest), ``silhouette`` [-1 to 1],
        ``distance`` to the medoid, ``weight``. ``.sizes``: ``cluster, persons, share`` [0-1,
        weighted], ``standard_error, level, lower, upper, silhouette, discrepancy`` (half the mean
        distance within), ``identical`` (persons with the medoid's very path), ``stability``.
        ``.quality``: ``k`` and the measures of
        `skillsfc.transitions.typologies.quality.partition_quality`, ``chosen``. ``.diagnostics``:
        agreement with trees that break ties otherwise.

    Raises
    ------
    TableError
        If distances or weights are not valid, or fewer than three different trajectories are there.
    ParameterError
        If k or another argument is out of range.

    Notes
    -----
    Persons with the same trajectory are one point with their weight in all, which gives the same
    clusters as one point for each. Ward's tree is ``ward.D2`` of R, ties broken in the order of
    persons as R does; with few distinct distances other orders can give other clusters, so a note
    says how far such trees agree. Weights are scaled to sum to the number of persons: their scale
    changes nothing. Persons of weight 0 have no say and go to the nearest medoid.

    References
    ----------
    Murtagh and Legendre (2014), Ward's hierarchical agglomerative clustering method, Journal of
    Classification 31(3), 274-295, doi 10.1007/s00357-014-9161-z. Schubert and Rousseeuw (2021),
    Fast and eager k-medoids clustering, Information Systems 101, 101804,
    doi 10.1016/j.is.2021.101804. Studer (2013), WeightedCluster library manual, LIVES Working
    Papers 24, doi 10.12682/lives.2296-1658.2013.24.

    Examples
    --------
    >>> at = np.array([0.0, 1, 2, 10, 11])
    >>> made = cluster_sequences(np.abs(np.subtract.outer(at, at)), k=2, compare=None)
    >>> made.table["cluster"].tolist(), made.sizes["share"].tolist()
    ([1, 1, 1, 2, 2], [0.6, 0.4])
    """
    check_choice("method", method, METHODS, SUBJECT)
    check_level(level, SUBJECT)
    grid = read_distances(distances, subject=SUBJECT, weight=weight)
    # A file of which one asks how many may be shown may have few paths that differ, or none.
    points = Points(grid, SUBJECT, least=3 if k is not None or smallest == 1 else 1)
    sizes = sizes_wanted(k, compare, stability, seed, smallest, len(points.rows))
    made = partitions(points.matrix, points.weight, sizes, method=method)
    if k is None:
        made = large_enough(points, made, smallest, method)
    quality = _quality(points, made)
    chosen = k if k is not None else _best(quality)
    labels, medoids = points.ordered(made[chosen])
    steady = np.full(chosen, np.nan)
    if stability:
        steady = bootstrap_stability(
            points.matrix, points.person_point, points.person_weight, labels, method=method,
            samples=stability, seed=seed,
        )  # fmt: skip
    agreement, notes = _ties(points, labels, method, seed)
    table, sizes_table = cluster_tables(grid, points, labels, medoids, steady, level)
    label = weight if isinstance(weight, str) or weight is None else "given"
    left_out = tuple(size for size in sizes if size not in made)
    return Clusters(
        table=table,
        settings=ClusterSettings(
            chosen, method, label, tuple(made), stability, seed, level, smallest, left_out
        ),
        diagnostics=pd.DataFrame([{"check": "agreement under ties", "value": agreement}]),
        notes=(*grid.notes, *notes, *_notes(grid, points, k, chosen, left_out, smallest)),
        provenance={"version": __version__, "seed": seed, "inputs": grid.inputs()},
        sizes=sizes_table,
        quality=quality.assign(chosen=quality["k"] == chosen),
        medoids=points.persons_of(medoids),
        sequences=grid.sequences,
    )


def _quality(points: Points, made: dict[int, Whole]) -> pd.DataFrame:
    pairs = sorted_pairs(points.matrix, points.weight)
    rows = [
        {"k": size}
        | partition_quality(points.matrix, points.weight, labels, counts=points.counts, pairs=pairs)
        for size, labels in made.items()
        if size > 1  # there is no quality of the whole
    ]
    return pd.DataFrame(rows, columns=["k", *MEASURES])


def _best(quality: pd.DataFrame) -> int:
    """Return the number of clusters with the largest silhouette; 1 where there is none."""
    if quality.empty:
        return 1
    return int(quality["k"].iloc[quality["silhouette_weighted"].to_numpy().argmax()])


def _ties(points: Points, labels: Whole, method: str, seed: int) -> tuple[float, tuple[str, ...]]:
    if method == "pam" or len(points.rows) > MOST_FOR_TIES:
        return float("nan"), ()
    agreement = tie_agreement(
        points.matrix, points.weight, labels, points.counts, method=method, seed=seed
    )
    if agreement >= CLOSE:
        return agreement, ()
    return agreement, (
        "Many distances are equal, and the tree depends on which pair of them merges first: trees "
        f"that differ only in that agree with this one by an adjusted Rand index of {agreement:.2f}"
        " or more (1 would be the same). method='pam' has no such order.",
    )


def _notes(
    grid: Grid, points: Points, asked: int | None, chosen: int, left_out: tuple[int, ...],
    smallest: int,
) -> list[str]:  # fmt: skip
    notes = ["The table has one row a person: micro data, not for publication."]
    silent = len(grid.index) - len(points.with_say)
    if silent:
        notes.append(f"{silent} persons of weight 0 went to the nearest medoid, without a say.")
    if left_out:
        gone = ", ".join(map(str, left_out))
        notes.append(f"Not compared: {gone} clusters, one of fewer than {smallest} persons.")
    if asked is None and chosen > 1:
        notes.append(f"{chosen} clusters have the largest weighted silhouette of those compared.")
    return notes
