"""`estimate_transition_rates`: from which state to which, a period later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem
from skillsfc.results import Result
from skillsfc.transitions.column_names import switch_problems, whole_problems
from skillsfc.transitions.records import Flags, Whole
from skillsfc.transitions.sequences.pair_counts import count_pairs
from skillsfc.transitions.sequences.precision import share_interval
from skillsfc.transitions.sequences.preparation import (
    FEW_PERSONS,
    Prepared,
    check_level,
    cluster_codes,
    group_names,
    groups_of,
    prepare_sequences,
)

SUBJECT = "estimate_transition_rates"


@dataclass(frozen=True)
class TransitionRateSettings:
    """Arguments of `estimate_transition_rates`."""

    states: tuple[str, ...]
    lag: int
    time_varying: bool
    group: tuple[str, ...]
    weight: str | None
    cluster: str | None
    missing: str
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class TransitionRates(Result):
    """Outcome of `estimate_transition_rates`; ``.table`` has a row for each pair of states."""

    def to_matrix(self, *, empty: float = float("nan"), **where: object) -> pd.DataFrame:
        """Return shares as a matrix, from in rows and to in columns.

        Parameters
        ----------
        empty : float
            Value of a row whose state nobody left or stayed in; 0 is what cost matrices want.
        **where
            Which rows of the table, such as ``sex="F"`` or ``period=12``, if there are several
            matrices.

        Raises
        ------
        ParameterError
            If the table holds several matrices and ``where`` does not tell which.
        """
        chosen = self.table
        for name, value in where.items():
            if name not in chosen.columns:
                raise ParameterError("to_matrix", [Problem(name, "no column of the table")])
            chosen = chosen[chosen[name] == value]
        if chosen.empty or chosen.duplicated(["from_state", "to_state"]).any():
            found = "no matrix" if chosen.empty else "several matrices"
            step = "Name one, such as to_matrix(sex='F') or to_matrix(period=12)."
            raise ParameterError("to_matrix", [Problem("where", found, "one matrix", "", step)])
        wide = chosen.pivot(index="from_state", columns="to_state", values="share")  # noqa: PD010
        order = list(chosen["from_state"].unique())
        return wide.loc[order, order].fillna(empty)


def estimate_transition_rates(
    sequences: object,
    *,
    weight: str | None = "weight",
    time_varying: bool = False,
    group: str | Iterable[str] | None = None,
    lag: int = 1,
    missing: str = "ignore",
    cluster: str | None = None,
    level: float = 0.95,
) -> TransitionRates:
    r"""Estimate the share of persons in one state who are in another a period later.

    Use it to see where young people move to from training or joblessness, and to make
    substitution costs. It pools periods unless ``time_varying``; it does not look at how long a
    person has been in the state (`fit_hazard` does), nor at moves within a period.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        As `read_sequences` takes them.
    weight : str, optional
        ``"weight"`` takes the weights the sequences carry (ones if none), another name a column of
        persons, None none.
    time_varying : bool
        One matrix for each period of origin rather than one for all.
    group : str or iterable of str, optional
        Columns of persons; one matrix for each group. A missing label is the group "not known".
    lag : int
        Periods between origin and destination [periods, 1 or more].
    missing : {"ignore", "state", "refuse"}
        Periods whose state is not known: a pair with one is no pair; or they are a state of their
        own, "not known"; or an error. Periods after a person's last one never count.
    cluster : str, optional
        Column of persons, such as the school or the household; by default each person.
    level : float
        Nominal coverage of the interval [0-1].

    Returns
    -------
    TransitionRates
        ``.table``: group columns, ``period`` (of origin, if time-varying), ``from_state,
        to_state, share`` [0-1], ``standard_error, level, lower, upper``, ``transitions`` (pairs
        seen), ``at_risk`` (pairs that start in the state), ``persons`` (who make these),
        ``persons_in_pair`` (who make the pairs seen; all four unweighted), ``reliability`` ("u"
        with fewer than 30 persons), ``unit, status``. The share is missing where nobody was seen in
        the state with a period after it. ``to_matrix()`` is the square of shares.

    Raises
    ------
    TableError
        If sequences or weights are not valid, or unknown periods are refused.
    ParameterError
        If an argument is out of range or names no column.

    Notes
    -----
    :math:`p_{ab} = \sum_i w_i n_{i,ab} / \sum_i w_i n_{i,a}` with :math:`n_{i,ab}` the pairs of
    person i from a to b, staying included, and :math:`n_{i,a}` those from a to any known state.
    A person gives many pairs, which are not independent, so that the standard error is the Taylor
    one of a ratio, summed by cluster; the interval is Wilson's on the persons that error is worth.

    References
    ----------
    Gabadinho, Ritschard, Müller and Studer (2011), Analyzing and visualizing state sequences in R
    with TraMineR, Journal of Statistical Software 40(4), doi 10.18637/jss.v040.i04.

    Examples
    --------
    >>> made = estimate_transition_rates(pd.DataFrame([list("SSE"), list("SEE")]))
    >>> made.to_matrix(empty=0.0).round(3).values.tolist()
    [[1.0, 0.0], [0.667, 0.333]]
    """
    check_level(level, SUBJECT)
    prepared = prepare_sequences(sequences, subject=SUBJECT, weight=weight, missing=missing)
    _check(lag, time_varying, prepared.codes.shape[1])
    names = group_names(group, prepared.persons, SUBJECT)
    clusters = cluster_codes(cluster, prepared.persons, SUBJECT)
    parts = []
    for labels, inside in groups_of(names, prepared.persons):
        made = _of_group(prepared, inside, clusters[inside], lag, time_varying)
        parts.append(made.assign(**labels))
    table = _finished(pd.concat(parts, ignore_index=True), names, time_varying, level)
    settings = TransitionRateSettings(
        prepared.states, lag, time_varying, tuple(names), weight, cluster, missing, level,
        prepared.sequences.unit,
    )  # fmt: skip
    return TransitionRates(
        table=table,
        settings=settings,
        notes=(*prepared.notes, *_cautions(table)),
        provenance={"version": __version__, "seed": None, "inputs": prepared.inputs()},
    )


def _check(lag: int, time_varying: bool, periods: int) -> None:
    problems = switch_problems({"time_varying": time_varying})
    if whole_problems({"lag": lag}) or lag >= periods:
        expected = f"a whole number from 1 to {periods - 1}"
        problems.append(Problem("lag", repr(lag)[:60], expected))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _of_group(
    prepared: Prepared, inside: Flags, clusters: Whole, lag: int, time_varying: bool
) -> pd.DataFrame:
    codes, weight = prepared.codes[inside], prepared.weight[inside]
    states, periods = prepared.states, prepared.sequences.periods
    if not time_varying:
        return count_pairs(codes[:, :-lag], codes[:, lag:], weight, clusters, states)
    parts = [
        count_pairs(codes[:, [t]], codes[:, [t + lag]], weight, clusters, states).assign(
            period=periods[t]
        )
        for t in range(codes.shape[1] - lag)
    ]
    return pd.concat(parts, ignore_index=True)


def _finished(
    table: pd.DataFrame, names: list[str], time_varying: bool, level: float
) -> pd.DataFrame:
    lower, upper = share_interval(table["share"], table["standard_error"], table["worth"], level)
    made = table.assign(
        level=level,
        lower=lower,
        upper=upper,
        reliability=np.where(table["persons"] < FEW_PERSONS, "u", ""),
        unit="share",
        status="estimated",
    )
    keys = [*names, *(["period"] if time_varying else []), "from_state", "to_state"]
    measures = ["share", "standard_error", "level", "lower", "upper"]
    counts = ["transitions", "at_risk", "persons", "persons_in_pair"]
    return made[[*keys, *measures, *counts, "reliability", "unit", "status"]]


def _cautions(table: pd.DataFrame) -> list[str]:
    few = int(((table["persons"] < FEW_PERSONS) & (table["at_risk"] > 0)).sum())
    empty = int((table["at_risk"] == 0).sum())
    notes = []
    if few:
        notes.append(f"{few} shares rest on fewer than {FEW_PERSONS} persons (reliability 'u').")
    if empty:
        notes.append(f"{empty} shares are missing: nobody was seen leaving or staying there.")
    return notes
