"""`estimate_cumulative_incidence`: how many have made which move by when, moves competing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, Problem
from skillsfc.results import table_hash
from skillsfc.transitions.records import Floats, Whole, spell_frame
from skillsfc.transitions.survival.competing_risks import Incidence, cumulative_incidence
from skillsfc.transitions.survival.cumulative_incidence import (
    SUBJECT,
    CumulativeIncidence,
    IncidenceSettings,
)
from skillsfc.transitions.survival.curve_notes import curve_notes
from skillsfc.transitions.survival.curve_reading import read_times
from skillsfc.transitions.survival.intervals import INTERVALS, confidence_limits
from skillsfc.transitions.survival.selection import (
    CLOCKS,
    FEW,
    Names,
    Selection,
    as_names,
    check_words,
    count_groups,
    select_spells,
)

ERRORS = ("robust", "none")


def estimate_cumulative_incidence(
    spells: object,
    *,
    to: Names = None,
    group: Names = None,
    state: str | None = None,
    clock: str = "spell",
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    interval: str = "log",
    times: Any = None,
    errors: str = "robust",
    unit: str = "month",
) -> CumulativeIncidence:
    r"""Estimate the share that has made each kind of move by each time, moves competing.

    Use it for "how many of the unemployed have found a job after a year", where others leave the
    labour force or return to school: nobody who has made another move is taken as still waiting.
    Spells cut off by the end of sight are handled; those seen from later on count from then.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        ``start, end`` [unit of time], ``to_state`` (empty or "censored" where no move was seen);
        optionally ``person, state, entry`` and what the other arguments name.
    to : str or list of str, optional
        Moves shown; all others still compete. Default: every move seen.
    group : str or list of str, optional
        Columns; curves for each combination of their values.
    state : str, optional
        Only spells in this state. Needed if there are several, unless ``group`` has ``"state"``.
    clock : {"spell", "study"}
        Time since the spell's own start, or time as given.
    weight : str, optional
        Column of weights; the default is used if it is there. None: unweighted.
    cluster : str, optional
        Column of the cluster. Default: the person.
    level : float
        Level of the limits [0-1].
    interval : {"log", "log-log", "plain", "logit"}
        Scale of the limits.
    times : list of float, optional
        Times of ``.table`` [unit of the spells]. Default: every time at which a spell ends.
    errors : {"robust", "none"}
        Infinitesimal jackknife by cluster, or no standard errors (quicker).
    unit : str
        Name of the unit of time.

    Returns
    -------
    CumulativeIncidence
        ``.table``: group columns, ``to_state, time`` [unit], ``at_risk, events, censored`` [spells,
        not weighted; events of this kind], ``probability, standard_error, lower, upper`` [0-1],
        ``level, hazard`` [per step], ``stayed`` (share without any move [0-1]), ``reliability``
        ("u": fewer than 30 at risk). ``.at(times)``, ``.quantiles()``, ``.mean_time()``,
        ``.compare()`` read the curves.

    Raises
    ------
    TableError
        If spells are not valid.
    ParameterError
        If an argument names nothing that is there.
    CoverageError
        If no spell is left, or no move was seen at all.

    Notes
    -----
    With :math:`h_k(u) = dN_k(u) / Y(u)`, all moves at one time in one step (ties are exact),

    .. math:: F_k(t) = \sum_{u \le t} S(u-) h_k(u), \quad S(t) = \prod_{u \le t} (1 - \sum_k h_k(u))

    so that S and all F sum to 1 at every time. Standard error: the sum over clusters of squared
    sums of :math:`w_i \partial F_k / \partial w_i`.

    References
    ----------
    Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based
    on censored observations, Scandinavian Journal of Statistics 5, 141-150.

    Examples
    --------
    >>> spells = pd.DataFrame({"start": 0, "end": [1, 2, 2, 3], "to_state": ["E", "I", "", "E"]})
    >>> made = estimate_cumulative_incidence(spells)
    >>> made.table[["to_state", "time", "probability"]].values.tolist()[:3]
    [['E', 1.0, 0.25], ['E', 2.0, 0.25], ['E', 3.0, 0.75]]
    """
    check_words(SUBJECT, level, {
        "clock": (clock, CLOCKS), "interval": (interval, INTERVALS), "errors": (errors, ERRORS),
    })  # fmt: skip
    wanted = None if times is None else read_times(times, SUBJECT)
    chosen = select_spells(
        spells, subject=SUBJECT, group=group, state=state, to=to, clock=clock, weight=weight,
        cluster=cluster,
    )  # fmt: skip
    _refuse_no_move(chosen)
    curves = tuple(_curve(chosen, at, errors) for _, at in chosen.places())
    settings = IncidenceSettings(
        state, chosen.shown, as_names(group), clock, errors, interval, level, unit
    )
    steps = pd.concat(
        [
            _steps({**keys, "to_state": kind}, curve, chosen.kinds.index(kind), level, interval)
            for (keys, _), curve in zip(chosen.places(), curves, strict=True)
            for kind in chosen.shown
        ],
        ignore_index=True,
    )
    notes = curve_notes(chosen, curves, settings, competing=True)
    provenance = {"version": __version__, "inputs": {"spells": table_hash(spell_frame(spells))}}
    counted = count_groups(chosen)
    made = CumulativeIncidence(
        steps, settings, counted, notes, provenance, steps=steps, curves=curves, selection=chosen
    )
    if wanted is None:
        return made
    return CumulativeIncidence(
        made.at(wanted), settings, counted, notes, provenance,
        steps=steps, curves=curves, selection=chosen,
    )  # fmt: skip


def _refuse_no_move(chosen: Selection) -> None:
    if chosen.kinds:
        return
    found = f"none was seen in {len(chosen.end)} spells"
    step = "sf.estimate_survival gives the curve of staying, whose median is then not reached."
    problem = Problem("moves", found, "at least one", next_step=step)
    raise CoverageError(SUBJECT, [problem])


def _curve(chosen: Selection, at: Whole, errors: str) -> Incidence:
    weight = chosen.weight[at]
    scaled = None if np.ptp(weight) == 0 else weight / weight.mean()
    wanted = tuple(chosen.kinds.index(kind) for kind in chosen.shown)
    cluster = None if errors == "none" else chosen.cluster[at]
    return cumulative_incidence(
        chosen.entry[at], chosen.end[at], chosen.cause[at], scaled, cluster,
        kinds=len(chosen.kinds), wanted=wanted,
    )  # fmt: skip


def _steps(
    keys: dict[str, Any], curve: Incidence, kind: int, level: float, interval: str
) -> pd.DataFrame:
    counts = curve.counts
    chance: Floats = curve.chance[:, kind]
    error: Floats = curve.error[:, kind]
    lower, upper = confidence_limits(chance, error, level=level, interval=interval)
    nothing = (chance == 0) & np.isfinite(error)  # no move yet: nothing seen, as before the start
    columns = {
        "time": counts.times, "at_risk": counts.number, "events": counts.moved[:, kind],
        "censored": counts.lost, "probability": chance, "standard_error": error,
        "lower": np.where(nothing, 0.0, lower), "upper": np.where(nothing, 0.0, upper),
        "level": level, "hazard": curve.hazard[:, kind], "stayed": curve.survival,
        "reliability": np.where(counts.number < FEW, "u", ""),
    }  # fmt: skip
    table = pd.DataFrame(columns)
    for at, (name, value) in enumerate(keys.items()):
        table.insert(at, name, value)
    return table
