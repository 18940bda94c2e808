"""Notes and diagnostics of a panel model, in plain sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.transitions.multistate.hidden import HiddenPanel
from skillsfc.transitions.multistate.panel_fit import PanelFit, invert_information
from skillsfc.transitions.multistate.panel_rate_table import FEW_PERSONS
from skillsfc.transitions.multistate.panel_reading import seen_once
from skillsfc.transitions.multistate.panel_result import PanelMarkovSettings
from skillsfc.transitions.records import Floats

MANY_MOVES = 2.0  # moves within a median interval above which visits say little of rates


def table_of_moves(fit: PanelFit) -> pd.DataFrame:
    """Return what followed what at the next visit, unweighted; codes not known included."""
    visits = fit.visits
    size = len(visits.codes)
    cells = visits.code[visits.left] * size + visits.code[visits.left + 1]
    count = np.bincount(cells, minlength=size * size)
    words = np.array(visits.codes, dtype=object)
    seen = np.nonzero(count)[0]
    return pd.DataFrame(
        {"from_state": words[seen // size], "to_state": words[seen % size], "count": count[seen]}
    )


def diagnose(fit: PanelFit) -> pd.DataFrame:
    """Return what the fit says of itself, one row a check."""
    optimum, visits = fit.optimum, fit.visits
    active = optimum.ran_away == 0
    estimated = int(active.sum())
    least = invert_information(optimum.information, active)[3]
    rows = {
        "persons": len(visits.first),
        "persons seen once": int(seen_once(visits).sum()),
        "intervals": len(visits.left),
        "distinct intervals": len(fit.likelihood.groups.length),
        "parameters estimated": estimated,
        "parameters set aside": int((~active).sum()),
        "-2 log-likelihood": -2 * optimum.value,
        "AIC": -2 * optimum.value + 2 * estimated,
        "steps of the search": optimum.steps,
        "steepest slope left": float(np.abs(optimum.gradient[active]).max(initial=0.0)),
        "least curvature beside largest": least,
    }
    return pd.DataFrame({"check": list(rows), "value": [float(value) for value in rows.values()]})


def panel_notes(
    fit: PanelFit, settings: PanelMarkovSettings, table: pd.DataFrame
) -> tuple[str, ...]:
    """Return treatments and cautions."""
    visits = fit.visits
    notes = list(visits.notes)
    once = int(seen_once(visits).sum())
    if once:
        hidden = isinstance(fit.likelihood, HiddenPanel) and settings.initial != "observed"
        tells = "only of the first state" if hidden else "nothing of moves"
        notes.append(f"{once} persons were seen once: they are counted, and tell {tells}.")
    notes.append(
        "A Markov process: rates depend on the state now and on covariates, not on its duration, "
        "and visits are taken as made for reasons other than the state."
    )
    if fit.model.covariates:
        notes.append("Rates in the table are at the means of the covariates; rates(covariates) "
                     "gives those of one kind of person.")  # fmt: skip
    if settings.errors == "clusters":
        notes.append("Standard errors are robust, from sums of slopes by person or cluster.")
    notes += _runaways(fit)
    notes += _untold(fit)
    few = table.loc[table["persons"] < FEW_PERSONS, "from_state"].unique()
    if len(few):
        notes.append(f"Fewer than {FEW_PERSONS} persons were seen in {listing(few)}: unreliable.")
    notes += _too_fast(fit)
    return tuple(notes)


def _names(fit: PanelFit) -> list[str]:
    model, likelihood = fit.model, fit.likelihood
    names = model.names()
    if isinstance(likelihood, HiddenPanel):
        states = model.states
        confusion, first = likelihood.confusion, likelihood.first_state
        names += [f"chance that {states[a]} is seen as {states[b]}"
                  for a, b in zip(confusion.true, confusion.seen, strict=True)]  # fmt: skip
        names += [f"chance of first state {states[at]}" for at in first.free][: first.size]
    return names


def _runaways(fit: PanelFit) -> list[str]:
    away, names = fit.optimum.ran_away, _names(fit)
    rates = fit.model.size
    made = []
    low = [at for at in np.nonzero(away < 0)[0] if at >= rates or names[at].startswith("rate ")]
    zero = [names[at] for at in low]
    if zero:
        made.append(f"No sign of {listing(zero)}: ran to 0 and was set to it, without a standard "
                    "error; upper bounds are one-sided.")  # fmt: skip
    met = ~fit.unseen[fit.model.source]
    endless = [names[at] for at in np.unique(fit.model.slot[fit.endless & met, 0])]
    nowhere = [names[at] for at in np.unique(fit.model.slot[fit.endless & ~met, 0])]
    if nowhere:
        where = listing([fit.model.states[at] for at in np.nonzero(fit.unseen)[0]])
        made.append(f"Nobody was seen in {where}, and nothing is told of it; leave it out of "
                    "states=.")  # fmt: skip
    if endless:
        where = listing([fit.model.states[at] for at in
                         np.nonzero(fit.left_at_once & ~fit.unseen)[0]])  # fmt: skip
        made.append(f"No finite estimate of {listing(endless)}: the faster, the likelier. All who "
                    f"were seen in {where} may have left by the next visit, and visits are too far "
                    "apart to tell how soon. The lower bound of the rate is one-sided; chances and "
                    "times that rest on it have no limits.")  # fmt: skip
    others = [names[at] for at in np.nonzero(away)[0] if names[at] not in zero + endless + nowhere]
    if others:
        made.append(f"No finite estimate: {listing(others)} ran to the end of its range; it was "
                    "left there, without a standard error.")  # fmt: skip
    return made


def _untold(fit: PanelFit) -> list[str]:
    if not fit.untold.shape[1]:
        return []
    loads: Floats = np.abs(fit.untold).max(axis=1)
    names = _names(fit)
    apart = [names[at] for at in np.nonzero(loads > 0.1)[0]]
    return [
        f"Not identified: the data do not tell {listing(apart)} apart, and any of many values fits "
        "as well. Their errors are missing; allow fewer moves, or fix one with fixed=."
    ]


def _too_fast(fit: PanelFit) -> list[str]:
    lengths = fit.visits.length
    fastest = -np.diagonal(fit.generator(fit.parameters, fit.design(None))) * np.median(lengths)
    fast = [fit.model.states[at] for at in np.nonzero(fastest > MANY_MOVES)[0]]
    if not fast:
        return []
    return [f"Stays in {listing(fast)} are shorter than half the time between visits: most "
            "moves are not seen, and their rates rest on the model."]  # fmt: skip
