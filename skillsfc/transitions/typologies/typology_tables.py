"""The tables of a typology: shares, phases, times, typical paths; no row for a person."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.sequences.distribution import state_counts
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.precision import mean_error, share_interval
from skillsfc.transitions.sequences.preparation import FEW_PERSONS, Prepared, first_of, groups_of
from skillsfc.transitions.typologies.naming import Phase, find_phases, list_stays, path_text
from skillsfc.transitions.typologies.withholding import withhold


def phases_of(prepared: Prepared, weight: Floats, shortest: int) -> list[Phase]:
    """Return the phases of the type whose members carry the weight."""
    counts = state_counts(prepared.codes, weight, len(prepared.states))
    base = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, base, out=np.full(counts.shape, np.nan), where=base > 0)
    return find_phases(shares, shortest)


def mean_times(prepared: Prepared, label: Whole, weight: Floats, size: int) -> pd.DataFrame:
    """Return the mean time of each type in each state."""
    states = prepared.states
    spent = np.stack([(prepared.codes == s).sum(axis=1) for s in range(len(states))], axis=1)
    parts = []
    for type_ in range(size):
        inside = label == type_
        mean, error = mean_error(spent[inside].astype(np.float64), weight[inside])
        columns = {"cluster": type_ + 1, "state": states, "duration": mean}
        more = {"standard_error": error, "unit": prepared.sequences.unit}
        parts.append(pd.DataFrame(columns | more))
    return pd.concat(parts, ignore_index=True)


def type_shares(
    prepared: Prepared, label: Whole, weight: Floats, key: pd.DataFrame, by: list[str],
    level: float,
) -> pd.DataFrame:  # fmt: skip
    """Return the share of each type in each group, group by group."""
    parts = []
    for labels, inside in groups_of(by, prepared.persons):
        own, part = weight[inside], label[inside]
        share, error = mean_error(np.eye(len(key))[part], own)
        worth = own.sum() ** 2 / (own**2).sum() if own.sum() > 0 else 0.0
        lower, upper = share_interval(share, error, np.full(len(key), worth), level)
        persons = np.bincount(part, minlength=len(key))
        columns = {"share": share, "standard_error": error, "level": level, "lower": lower}
        made = key.assign(**labels, **columns, upper=upper, persons=persons)
        parts.append(made[[*by, *(name for name in made.columns if name not in by)]])
    return pd.concat(parts, ignore_index=True)


def without_few(
    everyone: pd.DataFrame, groups: pd.DataFrame | None, threshold: int
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return both tables without cells below the threshold, nor those they could be had from.

    The last number is how many of the latter there are.
    """
    types = len(everyone)
    tables = [everyone] if groups is None else [groups, everyone]
    persons = np.concatenate([table["persons"].to_numpy(dtype=np.int64) for table in tables])
    hidden = withhold(persons.reshape(-1, types), threshold).ravel()
    few = (persons > 0) & (persons < threshold)
    made = [
        _hidden(table, part, threshold)
        for table, part in zip(tables, np.split(hidden, [len(hidden) - types][: len(tables) - 1]),
                               strict=True)
    ]  # fmt: skip
    own = pd.DataFrame() if groups is None else made[0]
    return made[-1], own, int((hidden & ~few).sum())


def _hidden(table: pd.DataFrame, hidden: Flags, threshold: int) -> pd.DataFrame:
    persons = table["persons"]
    few = np.where(persons < FEW_PERSONS, "u", "")
    gone = np.where((persons > 0) & (persons < threshold), "s", "w")
    shown = ["share", "standard_error", "lower", "upper", "persons"]
    made = table.assign(**{name: table[name].astype("float64").mask(hidden) for name in shown})
    return made.assign(reliability=np.where(hidden, gone, few))


def phase_text(prepared: Prepared, phases: list[Phase]) -> str:
    """Return the phases in words."""
    stays = [(prepared.states[p.state], p.last - p.first + 1) for p in phases]
    return list_stays(stays, prepared.sequences.unit)


def phase_table(prepared: Prepared, phases: list[list[Phase]], key: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each phase of each type."""
    periods = prepared.sequences.periods
    rows = [
        {
            "cluster": number,
            "phase": turn,
            "state": prepared.states[phase.state],
            "first_period": periods[phase.first],
            "last_period": periods[phase.last],
            "periods": phase.last - phase.first + 1,
            "share": phase.share,
        }
        for number, own in enumerate(phases, start=1)
        for turn, phase in enumerate(own, start=1)
    ]
    made = pd.DataFrame(rows).merge(key, on="cluster")
    return made[["cluster", "name", *(n for n in made.columns if n not in ("cluster", "name"))]]


def representatives(
    prepared: Prepared, medoids: Whole, label: Whole, weight: Floats, key: pd.DataFrame,
    threshold: int,
) -> pd.DataFrame:  # fmt: skip
    """Return the medoid and the most frequent path of each type, told only if many have it."""
    _, same = first_of(np.ascontiguousarray(prepared.sequences.codes))
    rows = []
    for type_, title in enumerate(key["name"]):
        inside = np.flatnonzero(label == type_)
        sums = np.bincount(same[inside], weights=weight[inside])
        frequent = inside[(same[inside] == sums.argmax()).argmax()]
        for kind, person in (("medoid", int(medoids[type_])), ("most frequent", int(frequent))):
            alike = inside[same[inside] == same[person]]
            told = len(alike) >= threshold
            rows.append(
                {
                    "cluster": type_ + 1,
                    "name": title,
                    "kind": kind,
                    "identical": str(len(alike)) if told else f"fewer than {threshold}",
                    "share": weight[alike].sum() / weight[inside].sum() if told else np.nan,
                    "path": _told(prepared.codes[person], prepared) if told else "",
                }
            )
    return pd.DataFrame(rows)


def _told(codes: Codes, prepared: Prepared) -> str:
    return path_text(codes, prepared.states, prepared.sequences.unit)


def group_differences(
    groups: pd.DataFrame, by: tuple[str, ...], pair: tuple[object, object], level: float
) -> pd.DataFrame:
    """Return the differences of the shares of types between two groups; see `Typology`."""
    problems = []
    if len(by) != 1:
        problems.append(Problem("by", listing(by) or "none", "one column of groups"))
    else:
        have = list(groups[by[0]].unique())
        problems = [
            Problem(by[0], repr(value), listing(have), did_you_mean(value, have))
            for value in pair
            if value not in have
        ]
    if problems:
        raise ParameterError("compare_groups", problems)
    key = ["cluster", "name"]
    one, other = (
        groups.loc[groups[by[0]] == value, [*key, "share", "standard_error"]] for value in pair
    )
    made = one.merge(other, on=key, suffixes=("", "_other"))
    gap = made["share"] - made["share_other"]
    error = np.sqrt(made.pop("standard_error") ** 2 + made.pop("standard_error_other") ** 2)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * error
    columns = {"difference": gap, "standard_error": error, "level": level}
    return made.assign(**columns, lower=gap - reach, upper=gap + reach)
