"""`describe_typology`: what each type of trajectory is, in words, and who is in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import (
    as_names,
    refuse_other_than_mappings,
    whole_problems,
)
from skillsfc.transitions.sequences.model import Sequences, read_sequences
from skillsfc.transitions.sequences.preparation import (
    Prepared,
    check_level,
    group_names,
    prepare_sequences,
)
from skillsfc.transitions.typologies.clusters import Clusters
from skillsfc.transitions.typologies.naming import Phase, name_type, plain, tell_apart
from skillsfc.transitions.typologies.typology_tables import (
    group_differences,
    mean_times,
    phase_table,
    phase_text,
    phases_of,
    representatives,
    type_shares,
    without_few,
)

SUBJECT = "describe_typology"
SHORTEST = 12  # a phase is at least this part (one in ...) of the time axis


@dataclass(frozen=True)
class TypologySettings:
    """Arguments of `describe_typology`."""

    k: int
    by: tuple[str, ...]
    threshold: int
    shortest: int
    missing: str
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class Typology(Result):
    """Outcome of `describe_typology`; no table has a row for a person.

    Parameters
    ----------
    groups : DataFrame
        Columns of ``by``, then ``cluster, name, share`` [0-1, of the group], ``standard_error,
        level, lower, upper, persons, reliability``.
    phases : DataFrame
        ``cluster, name, phase, state, first_period, last_period, periods, share`` of members there.
    time_in_state : DataFrame
        ``cluster, name, state, duration, standard_error, unit``.
    representatives : DataFrame
        ``cluster, name, kind`` (medoid | most frequent), ``identical`` (persons with that very
        path), ``share`` of the type, ``path``; below the threshold only that it is.
    """

    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    phases: pd.DataFrame = field(default_factory=pd.DataFrame)
    time_in_state: pd.DataFrame = field(default_factory=pd.DataFrame)
    representatives: pd.DataFrame = field(default_factory=pd.DataFrame)

    def compare_groups(self, one: object, other: object) -> pd.DataFrame:
        r"""Return how the shares of types differ between two groups, with limits.

        Parameters
        ----------
        one, other : object
            Two values of the column of ``by``.

        Returns
        -------
        DataFrame
            ``cluster, name, share, share_other, difference`` [share one less share other],
            ``standard_error, level, lower, upper``; missing where a cell is not shown. The groups
            count as independent, and the types as given: limits for one type each, not for all.

        Raises
        ------
        ParameterError
            If there is not one column of groups, or a group is not in it.

        Notes
        -----
        :math:`(p_1 - p_2) \pm z \sqrt{s_1^2 + s_2^2}`.
        """
        settings = cast("TypologySettings", self.settings)
        return group_differences(self.groups, settings.by, (one, other), settings.level)


def describe_typology(
    clusters: Clusters,
    *,
    sequences: object = None,
    by: str | Iterable[str] | None = None,
    words: Mapping[str, str] | None = None,
    positive: str | Iterable[str] = (),
    names: Mapping[int, str] | None = None,
    threshold: int = 10,
    shortest: int | None = None,
    missing: str = "ignore",
    level: float = 0.95,
) -> Typology:
    """Describe types of trajectories: plain names, phases, times, typical paths, and who they are.

    Use it after `cluster_sequences` to name the types and to see how they differ between women and
    men. Names are made from what is most frequent in each phase: read them beside the shares,
    and give better ones in ``names``.

    Parameters
    ----------
    clusters : Clusters
        From `cluster_sequences`.
    sequences : Sequences or DataFrame, optional
        The sequences, persons in the same order, if the clusters do not carry them.
    by : str or iterable of str, optional
        Columns of persons, such as ``"sex"``; ``.groups`` has the share of each type in each group.
    words : mapping of str to str, optional
        Plainer words for states in the names, such as ``{"FE": "education", "HE": "education"}``;
        by default the state, with blanks for ``_``.
    positive : str or iterable of str
        States that are a success: at the end of a path they are "stable", others "lasting".
    names : mapping of int to str, optional
        Your own names by number of the cluster.
    threshold : int
        Persons [1 or more] below whom a cell is not shown, nor others from which it could be had,
        and below whom a real path is not told.
    shortest : int, optional
        Shortest phase [periods]; by default a twelfth of the time axis.
    missing : {"ignore", "state", "refuse"}
        Treatment of periods whose state is not known.
    level : float
        Nominal coverage of intervals [0-1].

    Returns
    -------
    Typology
        ``.table``: ``cluster, name, share`` [0-1, weighted], ``standard_error, level, lower,
        upper, persons, reliability`` ("s" not shown, "w" neither, or the others would tell
        one, "u" below 30 persons), ``path``
        (the phases in words), ``unit, status``. ``.groups, .phases, .time_in_state,
        .representatives``: see `Typology`.

    Raises
    ------
    ParameterError
        If there are no sequences, a column or a state is unknown, or a number is out of range.
    TableError
        If the sequences are not those of the clusters.

    Notes
    -----
    A phase is a stretch in which one state is the most frequent among members, weighted; shorter
    stretches join a neighbour. A real person's path is told only if at least ``threshold``
    persons have the same; otherwise the phases, which are nobody's, stand for the type. Cells
    below the threshold are not shown, nor as many others as it takes that none of them can be had
    by subtraction from groups, types and totals of this result. Other tables of the same persons
    may still give a cell back, and a range for it can be had.

    Examples
    --------
    >>> from skillsfc.transitions.typologies.clusters import cluster_sequences
    >>> paths = pd.DataFrame([list("SSSE"), list("SSEE"), list("EEEE"), list("EEES")])
    >>> cells = paths.to_numpy()
    >>> apart = (cells[:, None] != cells).sum(axis=2)
    >>> made = describe_typology(cluster_sequences(apart, k=2, compare=None), sequences=paths,
    ...     words={"S": "school", "E": "work"}, threshold=1)
    >>> made.table["name"].tolist()
    ['school then work', 'steady work throughout']
    """
    check_level(level, SUBJECT)
    _refuse_no_clusters(clusters)
    own = _sequences(clusters, sequences)
    prepared = prepare_sequences(own, subject=SUBJECT, weight=None, missing=missing)
    by_names = group_names(by, own.persons, SUBJECT, "by")
    good = as_names(positive)
    refuse_other_than_mappings({"words": words, "names": names}, SUBJECT, "a mapping to names")
    if shortest is None:
        shortest = max(1, math.ceil(len(own.periods) / SHORTEST))
    _check(prepared, good, words, threshold, shortest)
    label = clusters.table["cluster"].to_numpy(dtype=np.int64) - 1
    weight = clusters.table["weight"].to_numpy(dtype=np.float64)
    size = int(label.max()) + 1
    phases = [phases_of(prepared, weight * (label == type_), shortest) for type_ in range(size)]
    times = mean_times(prepared, label, weight, size)
    titles = _titles(prepared, phases, times, dict(words or {}), good, dict(names or {}))
    key = pd.DataFrame({"cluster": np.arange(1, size + 1), "name": titles})
    everyone = type_shares(prepared, label, weight, key, [], level)
    of_groups = type_shares(prepared, label, weight, key, by_names, level) if by_names else None
    everyone, groups, more = without_few(everyone, of_groups, threshold)
    settings = TypologySettings(
        size, tuple(by_names), threshold, shortest, missing, level, own.unit
    )
    return Typology(
        table=everyone.assign(
            path=[phase_text(prepared, own_phases) for own_phases in phases],
            unit="share",
            status="estimated",
        ),
        settings=settings,
        notes=(*prepared.notes, *_notes(threshold, more)),
        provenance={
            "version": __version__, "seed": None,
            "inputs": {"sequences": table_hash(own.table), "clusters": table_hash(clusters.table)},
        },
        groups=groups,
        phases=phase_table(prepared, phases, key),
        time_in_state=times.merge(key, on="cluster")[
            ["cluster", "name", "state", "duration", "standard_error", "unit"]
        ],
        representatives=representatives(prepared, clusters.medoids, label, weight, key, threshold),
    )  # fmt: skip


def _refuse_no_clusters(clusters: object) -> None:
    if not isinstance(clusters, Clusters):
        problem = Problem("clusters", type(clusters).__name__, "outcome of sf.cluster_sequences")
        raise ParameterError(SUBJECT, [problem])


def _sequences(clusters: Clusters, sequences: object) -> Sequences:
    carried = clusters.sequences if sequences is None else None
    if carried is None and sequences is None:
        step = "Give sequences=, or cluster the Distances of sf.measure_distances."
        problem = Problem("sequences", "None, and the clusters carry none", "one of them", "", step)
        raise ParameterError(SUBJECT, [problem])
    made = carried if carried is not None else read_sequences(sequences, subject=SUBJECT)
    if made.size != len(clusters.table):
        found = f"{made.size} persons, {len(clusters.table)} in the clusters"
        raise TableError(SUBJECT, [Problem("sequences", found, "the same persons, in order")])
    here, there = (list(t["person"].astype("str")) for t in (made.persons, clusters.table))
    if here != there and set(here) == set(there):
        found = "the same persons in another order"
        raise TableError(SUBJECT, [Problem("sequences", found, "the order of the clusters")])
    return made


def _check(
    prepared: Prepared, positive: Sequence[str], words: Mapping[str, str] | None, threshold: int,
    shortest: int,
) -> None:  # fmt: skip
    problems = [
        Problem(where, f"no state {name!r}", f"of {', '.join(prepared.states)}")
        for where, given in (("positive", positive), ("words", words or {}))
        for name in given
        if name not in prepared.states
    ]
    problems += whole_problems({"threshold": threshold, "shortest": shortest})
    if problems:
        raise ParameterError(SUBJECT, problems)


def _titles(
    prepared: Prepared, phases: list[list[Phase]], times: pd.DataFrame, words: dict[str, str],
    positive: Sequence[str], names: dict[int, str],
) -> list[str]:  # fmt: skip
    unknown = [number for number in names if number not in range(1, len(phases) + 1)]
    if unknown:
        found = f"no cluster {', '.join(map(str, unknown))}"
        raise ParameterError(SUBJECT, [Problem("names", found, f"1 to {len(phases)}")])
    mean = times["duration"].to_numpy(dtype=np.float64).reshape(len(phases), -1)
    made = [name_type(own, prepared.states, words, positive) for own in phases]
    said = [plain(state, words) for state in prepared.states]
    made = tell_apart(made, phases, mean, said, prepared.sequences.unit)
    return [names.get(number, name) for number, name in enumerate(made, start=1)]


def _notes(threshold: int, more: int) -> list[str]:
    notes = [
        "Names say what is most frequent in each phase; not every member took that path.",
        f"Cells of fewer than {threshold} persons are not shown (reliability 's'), and a real path "
        f"is told only if {threshold} or more persons have it.",
    ]
    if more:
        are = "1 more cell is" if more == 1 else f"{more} more cells are"
        notes.append(
            f"{are} not shown (reliability 'w'), so that no cell of few can be had from "
            "the totals by subtraction."
        )
    return notes
