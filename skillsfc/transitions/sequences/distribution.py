"""`estimate_state_distribution`: who is where, period by period, and for how long in all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.results import Result
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.precision import mean_error, share_error, share_interval
from skillsfc.transitions.sequences.preparation import (
    FEW_PERSONS,
    Prepared,
    check_level,
    cluster_codes,
    group_names,
    groups_of,
    prepare_sequences,
)

SUBJECT = "estimate_state_distribution"


@dataclass(frozen=True)
class StateDistributionSettings:
    """Arguments of `estimate_state_distribution`."""

    states: tuple[str, ...]
    group: tuple[str, ...]
    weight: str | None
    cluster: str | None
    missing: str
    level: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class StateDistribution(Result):
    """Outcome of `estimate_state_distribution`.

    Parameters
    ----------
    entropy : DataFrame
        Group columns, ``period, entropy`` [0 all in one state - 1 evenly in all states],
        ``state`` (the most frequent), ``share`` of it [0-1], ``persons`` observed.
    time_in_state : DataFrame
        Group columns, ``state, duration`` (mean periods a person spent there, [unit of the
        sequences]), ``standard_error, level, lower, upper, persons`` (who were ever
        there), ``unit, status``.
    """

    entropy: pd.DataFrame = field(default_factory=pd.DataFrame)
    time_in_state: pd.DataFrame = field(default_factory=pd.DataFrame)


def estimate_state_distribution(
    sequences: object,
    *,
    weight: str | None = "weight",
    group: str | Iterable[str] | None = None,
    missing: str = "ignore",
    cluster: str | None = None,
    level: float = 0.95,
) -> StateDistribution:
    r"""Estimate the share of persons in each state in each period, its entropy, and mean times.

    Use it for the state distribution (chronogram) of a cohort: how many are in work, school or
    without either after one, two, three years. It shows the cohort, not persons: two steady halves
    and a churning whole can have the same shares. `estimate_transition_rates` tells them apart.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        As `read_sequences` takes them.
    weight : str, optional
        ``"weight"`` takes the weights the sequences carry (ones if none), another name a column of
        persons, None none.
    group : str or iterable of str, optional
        Columns of persons; one distribution for each group. A missing label is "not known".
    missing : {"ignore", "state", "refuse"}
        A period whose state is not known counts for nobody; or as the state "not known"; or is an
        error. Periods after a person's last one never count, so that later shares are of those
        still observed.
    cluster : str, optional
        Column of persons, such as the school; by default each person.
    level : float
        Nominal coverage of the interval [0-1].

    Returns
    -------
    StateDistribution
        ``.table``: group columns, ``period, state, share`` [0-1], ``standard_error, level, lower,
        upper, persons`` (in the state), ``at_risk`` (observed in the period; both unweighted),
        ``reliability`` ("u" with fewer than 30 observed), ``unit, status``. ``.entropy``: one row a
        period. ``.time_in_state``: mean time in each state.

    Raises
    ------
    TableError
        If sequences or weights are not valid, or unknown periods are refused.
    ParameterError
        If an argument is out of range or names no column.

    Notes
    -----
    :math:`p_{st} = \sum_i w_i 1[x_{it} = s] / \sum_i w_i 1[x_{it}\ \text{known}]`; entropy
    :math:`-\sum_s p_{st} \ln p_{st} / \ln |A|` with A the alphabet, also states nobody is in.
    Standard errors are Taylor's for a ratio, summed by cluster; intervals Wilson's.

    References
    ----------
    Billari (2001), The analysis of early life courses: complex descriptions of the transition to
    adulthood, Journal of Population Research 18(2), 119-142.

    Examples
    --------
    >>> made = estimate_state_distribution(pd.DataFrame([list("SSE"), list("SEE")]))
    >>> made.entropy["entropy"].round(3).tolist()
    [0.0, 1.0, 0.0]
    >>> made.time_in_state["duration"].tolist()
    [1.5, 1.5]
    """
    check_level(level, SUBJECT)
    prepared = prepare_sequences(sequences, subject=SUBJECT, weight=weight, missing=missing)
    names = group_names(group, prepared.persons, SUBJECT)
    clusters = cluster_codes(cluster, prepared.persons, SUBJECT)
    shares, entropies, times = [], [], []
    for labels, inside in groups_of(names, prepared.persons):
        made = _shares(prepared, inside, clusters[inside], level)
        shares.append(made.assign(**labels))
        entropies.append(_entropy(made, len(prepared.states)).assign(**labels))
        times.append(_times(prepared, inside, level).assign(**labels))
    table, entropy, duration = (
        _ordered(pd.concat(parts, ignore_index=True), names) for parts in (shares, entropies, times)
    )
    settings = StateDistributionSettings(
        prepared.states, tuple(names), weight, cluster, missing, level, prepared.sequences.unit
    )
    return StateDistribution(
        table=table,
        settings=settings,
        notes=(*prepared.notes, *_cautions(table, names)),
        provenance={"version": __version__, "seed": None, "inputs": prepared.inputs()},
        entropy=entropy,
        time_in_state=duration,
    )


def _shares(prepared: Prepared, inside: Flags, clusters: Whole, level: float) -> pd.DataFrame:
    codes, weight = prepared.codes[inside], prepared.weight[inside]
    size, periods = len(prepared.states), codes.shape[1]
    counts = state_counts(codes, np.ones(len(codes)), size).astype(np.int64)
    total = state_counts(codes, weight, size)
    base = total.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(base > 0, total / base, np.nan)
    _, group = np.unique(clusters, return_inverse=True)
    error = share_error(*_cluster_sums(codes, weight, group, size), share, base, group.max() + 1)
    squares = state_counts(codes, weight**2, size).sum(axis=1, keepdims=True)
    worth = np.divide(base**2, squares, out=np.zeros_like(base), where=squares > 0)
    lower, upper = share_interval(share, error, np.broadcast_to(worth, share.shape), level)
    observed = np.repeat(counts.sum(axis=1), size)
    return pd.DataFrame(
        {
            "period": np.repeat(np.asarray(prepared.sequences.periods, dtype=object), size),
            "state": np.tile(prepared.states, periods),
            "share": share.ravel(),
            "standard_error": error.ravel(),
            "level": level,
            "lower": lower.ravel(),
            "upper": upper.ravel(),
            "persons": counts.ravel(),
            "at_risk": observed,
            "reliability": np.where(observed < FEW_PERSONS, "u", ""),
            "unit": "share",
            "status": "estimated",
        }
    ).infer_objects()


def state_counts(codes: Codes, weight: Floats, size: int) -> Floats:
    """Return the weight in each state in each period [periods, states].

    Examples
    --------
    >>> state_counts(np.array([[0, 1], [0, -1]], dtype=np.int8), np.ones(2), 2).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    person, time = np.nonzero(codes >= 0)
    cell = time * size + codes[person, time]
    made = np.bincount(cell, weights=weight[person], minlength=codes.shape[1] * size)
    return np.asarray(made.reshape(codes.shape[1], size), dtype=np.float64)


def _cluster_sums(
    codes: Codes, weight: Floats, group: Whole, size: int
) -> tuple[Floats, Floats, Floats]:
    """Return sums over clusters of state weight squared, times the whole, and whole squared."""
    periods, clusters = codes.shape[1], int(group.max()) + 1
    both, cross, whole = np.zeros((periods, size)), np.zeros((periods, size)), np.zeros(periods)
    for time in range(periods):
        known = codes[:, time] >= 0
        place = group[known] * size + codes[known, time]
        part = np.bincount(place, weights=weight[known], minlength=clusters * size)
        part = part.reshape(clusters, size)
        all_states = part.sum(axis=1)
        both[time] = (part**2).sum(axis=0)
        cross[time] = all_states @ part
        whole[time] = all_states @ all_states
    return both, cross, whole[:, None]


def _entropy(shares: pd.DataFrame, size: int) -> pd.DataFrame:
    values = shares["share"].to_numpy(dtype=float).reshape(-1, size)
    first = shares.iloc[::size].reset_index(drop=True)
    made = entropy_of(values) / (np.log(size) if size > 1 else 1.0)
    known = ~np.isnan(values).any(axis=1)
    top = np.where(known, np.nan_to_num(values).argmax(axis=1), 0)
    state = np.asarray(shares["state"].iloc[:size], dtype=object)[top]
    return pd.DataFrame(
        {
            "period": first["period"],
            "entropy": made,
            "state": pd.Series(state).where(known),
            "share": np.where(known, values[np.arange(len(values)), top], np.nan),
            "persons": first["at_risk"],
        }
    )


def entropy_of(shares: Floats) -> Floats:
    """Return the entropy of each row of shares [natural logarithm], missing where they are.

    Examples
    --------
    >>> entropy_of(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4).tolist()
    [0.6931, 0.0]
    """
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(np.abs((shares * logs).sum(axis=-1)))


def _times(prepared: Prepared, inside: Flags, level: float) -> pd.DataFrame:
    codes, weight = prepared.codes[inside], prepared.weight[inside]
    spent = np.stack([(codes == s).sum(axis=1) for s in range(len(prepared.states))], axis=1)
    if weight.sum() > 0:
        mean, error = mean_error(spent.astype(np.float64), weight)
    else:
        mean = error = np.full(spent.shape[1], np.nan)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    return pd.DataFrame(
        {
            "state": prepared.states,
            "duration": mean,
            "standard_error": error,
            "level": level,
            "lower": np.maximum(mean - z * error, 0.0),
            "upper": mean + z * error,
            "persons": (spent > 0).sum(axis=0),
            "unit": prepared.sequences.unit,
            "status": "estimated",
        }
    )


def _ordered(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return table[[*names, *(name for name in table.columns if name not in names)]]


def _cautions(table: pd.DataFrame, names: list[str]) -> list[str]:
    observed = table.drop_duplicates([*names, "period"]).groupby("period")["at_risk"].sum()
    most, least = int(observed.max()), int(observed.min())
    notes = []
    if least < most:
        notes.append(
            f"Between {least} and {most} persons are observed in a period: shares are of those "
            "observed, who are not the same throughout."
        )
    few = int((table["reliability"] == "u").sum())
    if few:
        notes.append(f"{few} shares rest on fewer than {FEW_PERSONS} persons (reliability 'u').")
    return notes
