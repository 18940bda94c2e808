"""What a discrete-time model shows: its table of coefficients, facts and notes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import listing
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.discrete_fit import DiscreteMaximum
from skillsfc.transitions.survival.discrete_likelihood import DiscreteLikelihood
from skillsfc.transitions.survival.discrete_result import DiscreteSettings
from skillsfc.transitions.survival.intervals import normal_quantile
from skillsfc.transitions.survival.selection import FEW

SEPARATED, EMPTY = "no finite estimate: perfect separation", "nobody moves in these periods"


def coefficient_table(
    settings: DiscreteSettings,
    maximum: DiscreteMaximum,
    covariance: Floats,
    terms: tuple[str, ...],
    baseline: int,
) -> pd.DataFrame:
    """Return one row a coefficient, and its ratio with limits; endless ones are infinite."""
    kinds = settings.to if settings.link == "multinomial" else (", ".join(settings.to),)
    estimate = np.where(
        maximum.endless, np.copysign(np.inf, maximum.coefficients), maximum.coefficients
    )
    estimate = np.where(maximum.free, estimate, -np.inf)
    known = maximum.free & ~maximum.endless
    error = np.where(known, np.sqrt(np.diag(covariance)), np.nan)
    statistic = np.where(known, estimate / error, np.nan)
    z = normal_quantile(settings.level)
    limits = estimate - z * error, estimate + z * error
    parts = ["baseline"] * baseline + ["covariate"] * (len(terms) - baseline)
    note = np.where(maximum.free, np.where(maximum.endless, SEPARATED, ""), EMPTY)
    with np.errstate(over="ignore"):
        ratios = [np.exp(values) for values in (estimate, *limits)]
    return pd.DataFrame({
        "to_state": np.repeat(np.array(kinds, dtype=object), len(terms)),
        "term": list(terms) * len(kinds), "part": parts * len(kinds), "estimate": estimate,
        "standard_error": error, "ratio": ratios[0], "lower": ratios[1], "upper": ratios[2],
        "level": settings.level, "z": statistic, "p_value": _two_sided(statistic), "note": note,
    })  # fmt: skip


def _two_sided(statistic: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(2.0 * ndtr(-np.abs(statistic)))


def covariance_table(
    settings: DiscreteSettings, covariance: Floats, terms: tuple[str, ...]
) -> pd.DataFrame:
    """Return the covariance with names: the term, after the kind of move if there are several."""
    names = list(terms)
    if settings.link == "multinomial":
        names = [f"{kind}: {term}" for kind in settings.to for term in terms]
    return pd.DataFrame(covariance, index=names, columns=names)


def model_facts(
    likelihood: DiscreteLikelihood, maximum: DiscreteMaximum, cluster: Whole
) -> pd.DataFrame:
    """Return log-likelihood, AIC, and what the estimates rest on."""
    periods = likelihood.periods
    used = int((maximum.free & ~maximum.endless).sum())
    facts = {
        "log_likelihood": maximum.value,
        "coefficients": used,
        "aic": 2.0 * used - 2.0 * maximum.value,
        "spells": len(periods.last),
        "clusters": len(np.unique(cluster)),
        "person_periods": int((periods.last - periods.first + 1).sum()),
        "moves": int((periods.cause >= 0).sum()),
        "periods": periods.number,
        "patterns": len(periods.matrix),
        "steps": maximum.steps,
    }
    return pd.DataFrame({"fact": list(facts), "value": [float(value) for value in facts.values()]})


def discrete_notes(
    notes: tuple[str, ...],
    settings: DiscreteSettings,
    likelihood: DiscreteLikelihood,
    maximum: DiscreteMaximum,
    terms: tuple[str, ...],
) -> tuple[str, ...]:
    """Return what a reader should know of the fit."""
    said = [*notes, _on_errors(settings)]
    endless = maximum.endless.reshape(-1, len(terms))
    if endless.any():
        named = dict.fromkeys(terms[at] for at in np.nonzero(endless)[1])
        said.append(
            f"Perfect separation: the likelihood rises for ever with {listing(named)}, as where "
            "nobody, or everybody, of a group moves. Shown as infinite, without an error; the "
            "others hold. remedy='firth' (logit) or 'ridge' gives finite ones."
        )
    if settings.remedy == "ridge":
        said.append("A ridge draws the coefficients to 0: their errors leave that bias out.")
    if settings.remedy == "firth":
        said.append("Firth's penalty draws the coefficients a little to 0.")
    closed = np.flatnonzero(likelihood.closed.any(axis=1)) + 1
    if len(closed):
        said.append(
            f"Nobody moves in {len(closed)} of {likelihood.periods.number} periods (to some state; "
            f"first: {closed[0]}): their hazard is 0, and has no error."
        )
    few = np.flatnonzero(likelihood.periods.at_risk() < FEW)
    if len(few):
        said.append(
            f"Fewer than {FEW} spells are at risk in {len(few)} of {likelihood.periods.number} "
            f"periods (first: {few[0] + 1}): read their hazard with care."
        )
    return tuple(said)


def _on_errors(settings: DiscreteSettings) -> str:
    if settings.errors == "robust":
        return "Standard errors: sandwich, summed by cluster, times G / (G - 1) of G clusters."
    return "Standard errors: inverse information."
