"""`estimate_state_probabilities`: who is where, by the Aalen-Johansen estimator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem
from skillsfc.results import table_hash
from skillsfc.transitions.column_names import is_number, refuse_names, switch_problems
from skillsfc.transitions.multistate.curve import StateSettings
from skillsfc.transitions.multistate.curve_tables import tabulate, time_table
from skillsfc.transitions.multistate.estimation import (
    count_transitions,
    cut_groups,
    describe,
    estimate_curve,
)
from skillsfc.transitions.multistate.reading import (
    SUBJECT,
    Histories,
    read_distribution,
    read_histories,
    read_place,
)
from skillsfc.transitions.multistate.result import StateProbabilities
from skillsfc.transitions.multistate.wording import state_notes
from skillsfc.transitions.records import Floats, spell_frame
from skillsfc.transitions.survival.curve_reading import read_times
from skillsfc.transitions.survival.selection import Names, as_names, check_words

INTERVALS = ("plain", "log", "log-log")


def estimate_state_probabilities(
    spells: object,
    *,
    start: float = 0.0,
    until: float | None = None,
    states: Iterable[str] | None = None,
    group: Names = None,
    from_state: str | None = None,
    landmark: bool = False,
    initial: Mapping[str, float] | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    interval: str = "plain",
    times: Any = None,
    standard_errors: bool = True,
    unit: str = "month",
) -> StateProbabilities:
    r"""Estimate the share of people in each state by time, with any moves, also back and forth.

    Use it where people move between several states, such as school, jobs and unemployment, and are
    seen for different lengths of time. For one kind of move out of one state `estimate_survival`
    and `estimate_cumulative_incidence` say the same with less. Where people are only seen at some
    dates, and moves between them are unknown, use `fit_panel_markov`.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        ``person, state, start, end`` [unit of time since a common origin, such as the end of
        school], ``to_state`` and/or ``event``; optionally ``entry`` and what the arguments name.
    start, until : float
        Window [unit of the spells]. Moves at ``start`` itself are past. Default: to the last end.
    states : list of str, optional
        The states in their order. Default: those found, sorted.
    group : str or list of str, optional
        Columns; an estimate for each combination of their values. A combination without anybody
        seen at ``start`` is left out with a note.
    from_state : str, optional
        Probabilities for people who are in this state at ``start``.
    landmark : bool
        With ``from_state``: use only persons seen in that state at ``start`` (landmark
        Aalen-Johansen). Right also where the past matters, for the price of fewer persons.
    initial : mapping, optional
        Distribution at ``start`` [share by state]. Default: the weighted one of those seen then.
    weight : str, optional
        Column of weights; the default is used if it is there. None: unweighted.
    cluster : str, optional
        Column of the cluster for standard errors. Default: the person.
    level : float
        Level of the limits [0-1].
    interval : {"plain", "log", "log-log"}
        Scale of the limits.
    times : list of float, optional
        Times of ``.table`` [unit of the spells]. Default: ``start`` and every time of a move; of
        more than 2,000 (or where errors would take minutes) some hundred, evenly chosen.
    standard_errors : bool
        False saves most of the time on millions of spells.
    unit : str
        Name of the unit of time.

    Returns
    -------
    StateProbabilities
        ``.table``: group columns, ``state, time`` [unit], ``probability, standard_error, lower,
        upper`` [0-1], ``level``, ``at_risk`` [spells seen in the state at that time, moves at that
        time made; not weighted], ``effective_persons`` (see Notes), ``reliability`` ("u": fewer
        than 30 of them, or nobody is seen in the state), ``note``. Error and limits are missing
        where the estimate is 0 or 1, unless that is given. ``.time_in_state``: expected time in
        each state [unit] with errors. ``.transition_counts``: moves, exposure, hazards.
        ``.transitions``: matrices P(start, t). ``.at(times)``: rows at any time.
        ``.diagnostics``: counts by group.

    Raises
    ------
    TableError
        If spells are not valid, or a person is in two states at a time.
    ParameterError
        If an argument names nothing that is there, or two contradict one another.
    CoverageError
        If nobody is seen at ``start`` in any group.

    Notes
    -----
    With risk set :math:`Y_i(u) = \sum_r w_r 1(state_r = i, entry_r < u \le end_r)` and moves
    :math:`dN_{ij}(u)`, all at one time in one matrix,

    .. math:: P(s,t) = \prod_{s < u \le t} (I + dA(u)), \quad dA_{ij} = dN_{ij} / Y_i, \quad
        p(t) = p(s) P(s,t)

    Standard errors: infinitesimal jackknife, the root of the sum over clusters of squared
    :math:`\sum_{r \in c} w_r \partial p(t) / \partial w_r`; the distribution at the start counts as
    estimated unless it is given. They equal those of R's ``survfit`` with ``influence = TRUE``;
    without it, R 4.2's survival 3.5-3 leaves out the error of the start, and ``cluster``.

    In ``benchmarks/coverage_transitions_multistate.py`` 95 % limits hold the truth in 0.95 of cases
    with 500 persons, and in 0.89 (plain) or 0.91 (log) with 100: too narrow where few are at risk.

    Shares rest on everybody who was at risk so far, in whatever state, not on those who are now in
    a state: people who have all just come into a job are as well known as before. Hence
    ``effective_persons``, the smallest value up to t of :math:`\sum_i p_i / \sum_i (p_i^2 / Y_i)`
    (spells not weighted): where all are followed throughout it is their number, and it falls where
    few stand for a large share, as after censoring or from a rare ``from_state``.

    Hazards depend on the state and the time, not on how long or how a person came there. Shares of
    states remain right without that Markov property; P(s, t) for a start in one state does not,
    unless ``landmark`` is set. Censoring and late entry must not depend on what comes next.

    References
    ----------
    Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based
    on censored observations, Scandinavian Journal of Statistics 5, 141-150. Putter & Spitoni
    (2018), Non-parametric estimation of transition probabilities in non-Markov multi-state models:
    the landmark Aalen-Johansen estimator, Statistical Methods in Medical Research 27, 2081-2092.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({"person": [1, 1, 2, 3], "state": ["U", "E", "U", "U"],
    ...     "start": [0, 2, 0, 0], "end": [2, 6, 4, 6], "to_state": ["E", "U", "E", ""]})
    >>> made = estimate_state_probabilities(spells)
    >>> made.at([1, 3, 6]).pivot(index="time", columns="state", values="probability").round(4)
    state       E       U
    time
    1.0    0.0000  1.0000
    3.0    0.3333  0.6667
    6.0    0.0000  1.0000
    >>> made.time_in_state[["state", "expected_time"]].round(4).values.tolist()
    [['E', 2.0], ['U', 4.0]]
    """
    single = {"weight": weight, "cluster": cluster}
    refuse_names(SUBJECT, {"group": group}, single, empty=True)
    _check_arguments(start, until, from_state, landmark, standard_errors, initial, level, interval)
    wanted = None if times is None else read_times(times, SUBJECT)
    histories = read_histories(
        spells, states=states, by=as_names(group), weight=weight, cluster=cluster
    )
    place = None if from_state is None else read_place(from_state, histories.states, "from_state")
    given = None if initial is None else read_distribution(initial, histories.states)
    settings = StateSettings(
        histories.states,
        float(start),
        float(histories.stays.end.max()) if until is None else float(until),
        as_names(group),
        from_state,
        landmark,
        "from_state" if place is not None else "observed" if given is None else "given",
        interval,
        level,
        unit,
    )
    _check_window(histories, settings, wanted)
    groups, left_out = cut_groups(histories, settings, place, given)
    curves = tuple(estimate_curve(part, settings, wanted, standard_errors) for part in groups)
    counts = [describe(*pair, settings.start) for pair in zip(groups, curves, strict=True)]
    return StateProbabilities(
        tabulate(curves, wanted, settings),
        settings,
        pd.DataFrame(counts),
        (
            *left_out,
            *state_notes(histories, settings, groups, curves, wanted is None, standard_errors),
        ),
        {"version": __version__, "inputs": {"spells": table_hash(spell_frame(spells))}},
        time_in_state=time_table(curves, settings, {name: name for name in histories.states}),
        transition_counts=pd.concat(
            [count_transitions(part, histories.states) for part in groups], ignore_index=True
        ),
        curves=curves,
    )


def _check_arguments(
    start: object,
    until: object,
    from_state: str | None,
    landmark: bool,
    standard_errors: bool,
    initial: object,
    level: float,
    interval: str,
) -> None:
    check_words(SUBJECT, level, {"interval": (interval, INTERVALS)})
    problems = [
        Problem(name, repr(value)[:60], "a finite number")
        for name, value in (("start", start), ("until", start if until is None else until))
        if not is_number(value)
    ]
    problems += switch_problems({"landmark": landmark, "standard_errors": standard_errors})
    if problems:
        raise ParameterError(SUBJECT, problems)
    if landmark and from_state is None:
        step = "Name the state that the landmark is about."
        problems.append(Problem("landmark", "True without from_state", "both", next_step=step))
    if from_state is not None and initial is not None:
        problems.append(Problem("initial", "given with from_state", "one of the two"))
    if problems:
        raise ParameterError(SUBJECT, problems)


def _check_window(histories: Histories, settings: StateSettings, times: Floats | None) -> None:
    """Refuse a window without spells, and times before it."""
    last = float(histories.stays.end.max())
    problems = []
    if settings.start >= last:
        found = f"{settings.start:g}, and the last spell ends at {last:g}"
        problems.append(Problem("start", found, "a time before that"))
    if settings.until <= settings.start:
        found = f"{settings.until:g}, not after start {settings.start:g}"
        problems.append(Problem("until", found, "a later time"))
    if times is not None and times[0] < settings.start:
        found = f"{times[0]:g} is before start {settings.start:g}"
        problems.append(Problem("times", found, "times from start on"))
    if times is not None and times[-1] > settings.until:
        found = f"{times[-1]:g} is after the end of the window, {settings.until:g}"
        problems.append(Problem("times", found, "times up to there"))
    if problems:
        raise ParameterError(SUBJECT, problems)
