"""Many trajectories as few lines: neighbours joined until no line is one person's life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem, did_you_mean, listing
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import whole_problems
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import AFTER, Codes, Sequences, read_sequences
from skillsfc.transitions.sequences.preparation import check_choice
from skillsfc.transitions.text_codes import as_codes

FEWEST = 10  # persons in a line: the usual threshold of statistics offices
ORDERS = ("end", "start")
UNKNOWN = "not stated"


@dataclass(frozen=True)
class TrajectorySettings:
    """How trajectories were joined.

    Parameters
    ----------
    order : str
        What neighbours have in common.
    fewest, lines : int
        Least persons of a line; most lines of a group.
    group : str or None
        Column that keeps lines apart.
    """

    order: str
    fewest: int
    lines: int
    group: str | None


@dataclass(frozen=True, eq=False, repr=False)
class Trajectories(Result):
    """Lines of neighbouring trajectories.

    ``table`` has for each ``line`` (from below) and ``period`` the most frequent ``state`` of its
    persons, the ``share`` of them who are in it [0-1], and how many ``persons`` the line has.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = summarise_trajectories(sf.load_microdata("mvad"), lines=20)
    >>> int(made.table["persons"].min()) >= 10
    True
    """


def summarise_trajectories(
    sequences: object,
    *,
    group: str | Any = None,
    order: str | Any = "end",
    fewest: int = FEWEST,
    lines: int = 60,
) -> Trajectories:
    """Join neighbouring trajectories into lines of at least so many persons, for an index plot.

    An index plot draws a line for each person, which publishes every person's life. Here persons
    are put in order, cut into lines of equal size, and each line shows the state that most of its
    persons are in. With ``fewest=1`` and ``lines`` at the number of persons it is the ordinary
    index plot, which is for one's own desk only where the data are confidential.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        As `skillsfc.read_sequences` takes them.
    group : str or array, optional
        Column of the persons, or a label for each person in order, such as the type of
        `cluster_sequences` (its column is then called ``group``); a line never joins two groups.
    order : {"end", "start"} or array
        Persons in order of their states read backwards from the end, or forwards from the start;
        or a number for each person, such as the distance from a typical trajectory.
    fewest : int
        Least persons in a line [1 or more]; a group with fewer is left out, and a note says so.
    lines : int
        Most lines of a group [1 or more].

    Returns
    -------
    Trajectories
        ``table`` with ``group`` (if any), ``line, period, state, share, persons, weight``.

    Raises
    ------
    ParameterError
        On an unknown order or group, or numbers out of range.
    CoverageError
        If no group has enough persons.

    Notes
    -----
    A line's state is the most frequent by weight; ties go to the first state of the alphabet. The
    lines are a picture, not an estimate: the share says how far a line's persons agree.

    References
    ----------
    Fasang and Liao (2014), Visualizing sequences in the social sciences: relative frequency
    sequence plots, Sociological Methods & Research 43(4), 643-676; they show a real person's
    trajectory for each line, which is not done here.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = summarise_trajectories(sf.load_microdata("mvad"), group="sex", lines=10)
    >>> made.table.groupby("sex")["line"].nunique().to_dict()
    {'F': 10, 'M': 10}
    """
    known, group = _labelled(read_sequences(sequences, subject="summarise_trajectories"), group)
    _check(known, group, fewest, lines)
    rank = _rank(known, order)
    groups = [""] * known.size if group is None else as_codes(known.persons[group]).fillna(UNKNOWN)
    parts, left_out = [], []
    for code, members in pd.Series(range(known.size)).groupby(np.asarray(groups), sort=True):
        own = members.to_numpy()
        if len(own) < fewest:
            left_out.append(f"{code} ({'fewer than ' + str(fewest)})" if fewest > 1 else code)
            continue
        parts.append(_lines(known, own[np.argsort(rank[own], kind="stable")], fewest, lines, code))
    if not parts:
        found = f"no group has {fewest} persons"
        raise CoverageError("summarise_trajectories", [Problem("persons", found)])
    table = pd.concat(parts, ignore_index=True)
    table = table.rename(columns={"group": group}) if group else table.drop(columns="group")
    notes = [
        f"Each line joins {fewest} persons or more; its colour is what most of them do, paler "
        "where at most half do."
    ]
    notes += [f"Left out: {', '.join(map(str, left_out))}."] if left_out else []
    return Trajectories(
        table,
        TrajectorySettings(order if isinstance(order, str) else "given", fewest, lines, group),
        notes=(*notes, *known.notes),
        provenance={"version": __version__, "inputs": {"sequences": table_hash(known.table)}},
    )


def _labelled(known: Sequences, group: Any) -> tuple[Sequences, str | None]:
    """Return the sequences with the labels of their persons as a column, and its name."""
    if group is None or isinstance(group, str):
        return known, group
    labels = np.asarray(group)
    if labels.shape != (known.size,):
        raise ParameterError(
            "summarise_trajectories",
            [Problem("group", f"shape {labels.shape}", f"one label for each of {known.size}")],
        )
    return replace(known, persons=known.persons.assign(group=labels)), "group"


def _check(known: Sequences, group: str | None, fewest: int, lines: int) -> None:
    problems = whole_problems({"fewest": fewest, "lines": lines})
    if group is not None and group not in known.persons.columns:
        have = list(known.persons.columns)
        found = f"no column {group!r} that is the same throughout a person"
        problems.append(Problem("group", found, listing(have, 20), did_you_mean(group, have)))
    if problems:
        raise ParameterError("summarise_trajectories", problems)


def _rank(known: Sequences, order: Any) -> Whole | Floats:
    """Return a number for each person that puts like trajectories side by side."""
    if isinstance(order, str):
        check_choice("order", order, ORDERS, "summarise_trajectories")
        read = known.codes if order == "end" else known.codes[:, ::-1]
        places = np.empty(known.size, dtype=np.int64)
        places[np.lexsort(read.T)] = np.arange(known.size)
        return places
    try:
        given = np.asarray(order, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):  # text, or rows of unequal length
        given = np.array(np.nan)
    if given.shape != (known.size,) or not np.isfinite(given).all():
        found = f"shape {given.shape}" if given.size > 1 else repr(order)[:60]
        raise ParameterError(
            "summarise_trajectories",
            [Problem("order", found, f"one finite number for each of {known.size} persons")],
        )
    return given


def _lines(known: Sequences, members: Whole, fewest: int, lines: int, code: object) -> pd.DataFrame:
    count = min(lines, len(members) // fewest)
    line = np.arange(len(members)) * count // len(members)
    codes, weight = known.codes[members], known.weight[members]
    shares, total = _shares(codes, weight, line, count, len(known.states))
    modal = shares.argmax(axis=0)
    most = np.take_along_axis(shares, modal[None], axis=0)[0]
    names = np.array(known.states, dtype=object)
    seen = np.zeros_like(total)
    np.add.at(seen, line, (codes >= 0).astype(float))
    # Where fewer persons are still seen, the line would be theirs: nothing is shown.
    at_line, at_period = np.nonzero((total > 0) & (seen >= fewest))
    return pd.DataFrame(
        {
            "group": code,
            "line": at_line,
            "period": np.asarray(known.periods, dtype=object)[at_period],
            "state": names[modal[at_line, at_period]],
            "share": (most / np.where(total > 0, total, 1.0))[at_line, at_period],
            "persons": np.bincount(line, minlength=count)[at_line],
            "weight": np.bincount(line, weight, minlength=count)[at_line],
        }
    ).infer_objects()


def _shares(
    codes: Codes, weight: Floats, line: Whole, count: int, states: int
) -> tuple[Floats, Floats]:
    """Return the weight of each state, line and period, and of all whose sequence goes so far."""
    sums = np.zeros((states, count, codes.shape[1]))
    for state in range(states):
        np.add.at(sums[state], line, np.where(codes == state, weight[:, None], 0.0))
    reached = np.zeros((count, codes.shape[1]))
    np.add.at(reached, line, np.where(codes != AFTER, weight[:, None], 0.0))
    return sums, np.where(sums.sum(axis=0) > 0, reached, 0.0)
