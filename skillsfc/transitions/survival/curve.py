"""`estimate_survival`: the chance to be still in a state, by the time spent in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem
from skillsfc.results import table_hash
from skillsfc.transitions.records import Floats, Whole, spell_frame
from skillsfc.transitions.survival.curve_notes import curve_notes
from skillsfc.transitions.survival.curve_reading import read_times
from skillsfc.transitions.survival.intervals import INTERVALS, confidence_limits
from skillsfc.transitions.survival.product_limit import ProductLimit, product_limit
from skillsfc.transitions.survival.selection import (
    CLOCKS,
    FEW,
    Names,
    Selection,
    as_names,
    check_words,
    count_distinct,
    count_groups,
    select_spells,
)
from skillsfc.transitions.survival.survival_curve import (
    SUBJECT,
    SurvivalCurve,
    SurvivalSettings,
)

ESTIMATORS = ("kaplan_meier", "nelson_aalen", "life_table")
ERRORS = ("auto", "greenwood", "robust")


def estimate_survival(
    spells: object,
    *,
    group: Names = None,
    state: str | None = None,
    to: Names = None,
    clock: str = "spell",
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    interval: str = "log",
    times: Any = None,
    estimator: str = "kaplan_meier",
    errors: str = "auto",
    unit: str = "month",
) -> SurvivalCurve:
    r"""Estimate the chance to be still in a state after a time: Kaplan-Meier, with honest errors.

    Use it for one kind of move, or for leaving a state whatever the way out. Where there are
    several kinds of moves and the question is how many have made one of them, use
    `estimate_cumulative_incidence`: a survival curve that takes the other moves as censored
    answers for a world without them.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        ``start, end`` [unit of time], ``event`` or ``to_state``; optionally ``person, state,
        entry`` and what the other arguments name. A plain file of durations has start 0.
    group : str or list of str, optional
        Columns; a curve for each combination of their values.
    state : str, optional
        Only spells in this state. Needed if there are several, unless ``group`` has ``"state"``.
    to : str or list of str, optional
        Moves that count; others are censored. Default: every move.
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
    estimator : {"kaplan_meier", "nelson_aalen", "life_table"}
        Product of 1 - h, or exp of minus the sum of h. Life table (actuarial): for times grouped in
        whole periods, such as years, where ``end`` 3 is "in the third"; who is lost in a period was
        at risk for half of it.
    errors : {"auto", "greenwood", "robust"}
        Robust: infinitesimal jackknife by cluster. Auto: robust where weights differ, a cluster is
        named, or a person has more than one spell; else Greenwood's. Under ``"greenwood"`` weights
        are taken as numbers of equal persons.
    unit : str
        Name of the unit of time.

    Returns
    -------
    SurvivalCurve
        ``.table``: group columns, ``time`` [unit], ``at_risk, events, censored`` [spells, not
        weighted], ``probability, standard_error, lower, upper`` [0-1], ``hazard`` [per step],
        ``cumulative_hazard, cumulative_hazard_error``, ``level``, ``reliability`` ("u": fewer
        than 30 at risk). ``.median``, ``.quantiles()``, ``.at(times)``, ``.restricted_mean()``,
        ``.compare()`` read the curves; ``.diagnostics`` counts spells and persons.

    Raises
    ------
    TableError
        If spells are not valid (end before start, weights missing or negative, ...).
    ParameterError
        If an argument names nothing that is there.
    CoverageError
        If no spell is left.

    Notes
    -----
    With risk set :math:`Y(t) = \sum_i w_i 1(entry_i < t \le end_i)` and moves :math:`dN(t)`,

    .. math:: S(t) = \prod_{u \le t} (1 - h_u), \quad h_u = dN(u) / Y(u)

    In a life table :math:`Y(t)` is less half of those censored at t, and the curve is known at the
    ends of periods only. Greenwood: :math:`S^2 \sum d / (n (n - d))`. Robust: the sum over clusters
    of squared sums of :math:`w_i \partial S / \partial w_i`. Where the curve is 0 there is no
    interval.

    References
    ----------
    Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481.
    Cutler & Ederer (1958), Maximum utilization of the life table method in analyzing survival,
    Journal of Chronic Diseases 8, 699-712.
    Therneau & Grambsch (2000), Modeling Survival Data, Springer.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({"start": 0, "end": [1, 2, 2, 3], "event": [1, 1, 0, 1]})
    >>> made = estimate_survival(spells)
    >>> made.table[["time", "at_risk", "events", "probability"]].values.tolist()
    [[1.0, 4.0, 1.0, 0.75], [2.0, 3.0, 1.0, 0.5], [3.0, 1.0, 1.0, 0.0]]
    >>> made.median[["time", "lower"]].values.tolist()
    [[2.5, 1.0]]
    """
    check_words(SUBJECT, level, {
        "clock": (clock, CLOCKS), "interval": (interval, INTERVALS),
        "estimator": (estimator, ESTIMATORS), "errors": (errors, ERRORS),
    })  # fmt: skip
    wanted = None if times is None else read_times(times, SUBJECT)
    chosen = select_spells(
        spells, subject=SUBJECT, group=group, state=state, to=to, clock=clock, weight=weight,
        cluster=cluster,
    )  # fmt: skip
    if estimator == "life_table":
        _refuse_parts_of_periods(chosen)
    used = errors if errors != "auto" else choose_errors(chosen, named=cluster is not None)
    counted = errors == "greenwood"  # asked for: weights are numbers of equal persons
    curves = tuple(_curve(chosen, at, used, estimator, counted) for _, at in chosen.places())
    settings = SurvivalSettings(
        state, chosen.shown, as_names(group), clock, estimator, used, interval, level, unit
    )
    steps = pd.concat(
        [
            _steps(keys, curve, level, interval)
            for (keys, _), curve in zip(chosen.places(), curves, strict=True)
        ],
        ignore_index=True,
    )
    made = SurvivalCurve(
        steps,
        settings,
        count_groups(chosen),
        (*curve_notes(chosen, curves, settings), *_on_weights(chosen, errors, used)),
        {"version": __version__, "inputs": {"spells": table_hash(spell_frame(spells))}},
        steps=steps,
        curves=curves,
        selection=chosen,
    )
    if wanted is None:
        return made
    return SurvivalCurve(
        made.at(wanted), settings, made.diagnostics, made.notes, made.provenance,
        steps=steps, curves=curves, selection=chosen,
    )  # fmt: skip


def _refuse_parts_of_periods(chosen: Selection) -> None:
    parts = (chosen.end != np.floor(chosen.end)) | (chosen.entry != np.floor(chosen.entry))
    if not parts.any():
        return
    found = f"{int(parts.sum())} spells that enter or end within a period"
    step = "np.ceil of the ends groups them in periods; for exact times take 'kaplan_meier'."
    problem = Problem("estimator", f"'life_table' with {found}", "whole periods", next_step=step)
    raise ParameterError(SUBJECT, [problem])


def choose_errors(chosen: Selection, *, named: bool) -> str:
    """Return "robust" where weights differ or rows are not independent, else "greenwood"."""
    shared = named or count_distinct(chosen.cluster) < len(chosen.cluster)
    return "robust" if shared or np.ptp(chosen.weight) > 0 else "greenwood"


def scaled_weights(weight: Floats, errors: str) -> Floats | None:
    """Return weights of mean 1, or None where all are the same; counts of persons stay counts."""
    if errors == "greenwood":
        return None if (weight == 1).all() else weight
    return None if np.ptp(weight) == 0 else np.asarray(weight / weight.mean())


def _on_weights(chosen: Selection, errors: str, used: str) -> tuple[str, ...]:
    first = float(chosen.weight[0])
    if errors != "auto" or used != "greenwood" or first == 1:
        return ()
    return (
        f"All weights are {first:g} and are taken as 1, so that the errors rest on the spells "
        "themselves; errors='greenwood' takes weights as numbers of equal persons.",
    )


def _curve(
    chosen: Selection, at: Whole, errors: str, estimator: str, persons: bool
) -> ProductLimit:
    counted = [chosen.kinds.index(kind) for kind in chosen.shown]
    event = np.isin(chosen.cause[at], counted)
    weight = scaled_weights(chosen.weight[at], "greenwood" if persons else "robust")
    cluster = chosen.cluster[at] if errors == "robust" else None
    return product_limit(
        chosen.entry[at], chosen.end[at], event, weight, cluster, estimator=estimator
    )


def _steps(keys: dict[str, Any], curve: ProductLimit, level: float, interval: str) -> pd.DataFrame:
    counts = curve.counts
    lower, upper = confidence_limits(
        curve.survival, curve.survival_error, level=level, interval=interval
    )
    columns = {
        "time": counts.times, "at_risk": counts.number, "events": counts.moved[:, 0],
        "censored": counts.lost, "probability": curve.survival,
        "standard_error": curve.survival_error, "lower": lower, "upper": upper, "level": level,
        "hazard": curve.hazard, "cumulative_hazard": curve.cumulative,
        "cumulative_hazard_error": curve.cumulative_error,
        "reliability": np.where(counts.number < FEW, "u", ""),
    }  # fmt: skip
    table = pd.DataFrame(columns)
    for at, (name, value) in enumerate(keys.items()):
        table.insert(at, name, value)
    return table
