"""Gray's test of equal cumulative incidence in several groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.survival.counting import count_at_risk
from skillsfc.transitions.survival.log_rank import (
    ComparisonSettings,
    CurveComparison,
    check_comparison,
    group_risk,
    quadratic_form,
    upper_tail,
)
from skillsfc.transitions.survival.selection import Selection

SUBJECT = "compare"


@dataclass(frozen=True)
class _Times:
    """Numbers at each time of a move, by group: at risk, moves of the kind and others."""

    risk: Floats
    own: Floats
    other: Floats


def compare_incidence(chosen: Selection, *, strata: tuple[str, ...], rho: float) -> CurveComparison:
    """Return Gray's test for each kind of move shown.

    Raises
    ------
    ParameterError
        If there is one group, a column is unknown, spells enter late, or weights differ.
    """
    _, stratum = check_comparison(chosen, strata, rho)
    _refuse_unknown_cases(chosen)
    rows, observed = [], []
    count = len(chosen.groups)
    for kind in chosen.shown:
        place = chosen.kinds.index(kind)
        score, variance = np.zeros(count), np.zeros((count, count))
        for own in range(int(stratum.max()) + 1):
            part = _score(_times(chosen, np.flatnonzero(stratum == own), place), rho)
            score, variance = score + part[0], variance + part[1]
        statistic, freedom = quadratic_form(score, variance)
        rows.append({
            "to_state": kind, "statistic": statistic, "degrees_of_freedom": freedom,
            "p_value": upper_tail(statistic, freedom),
        })  # fmt: skip
        moves = np.bincount(chosen.group[chosen.cause == place], minlength=count)
        observed.append(
            chosen.groups.assign(to_state=kind, spells=np.bincount(chosen.group), events=moves)
        )
    return CurveComparison(
        pd.DataFrame(rows),
        ComparisonSettings(rho, strata, "gray"),
        provenance={"version": __version__},
        observed=pd.concat(observed, ignore_index=True),
    )


def _refuse_unknown_cases(chosen: Selection) -> None:
    problems = []
    late = int((chosen.entry > 0).sum())
    if late:
        found = f"{late} spells come late under observation"
        problems.append(Problem("entry", found, "all seen from time 0"))
    if np.ptp(chosen.weight) > 0:
        step = "Compare .at(times) with its clustered errors, or estimate with weight=None."
        problems.append(Problem("weight", "weights differ", "equal weights", next_step=step))
    if problems:
        raise ParameterError(f"{SUBJECT}: Gray's test is not known for this", problems)


def _times(chosen: Selection, at: Whole, kind: int) -> _Times:
    """Return the numbers of one stratum at the times at which somebody moves."""
    group, count = chosen.group[at], len(chosen.groups)
    cause = np.where(chosen.cause[at] < 0, -1, 2 * group + (chosen.cause[at] != kind))
    counts = count_at_risk(
        chosen.entry[at], chosen.end[at], cause, None, kinds=2 * count, places=True
    )
    moved = np.asarray(counts.moved.any(axis=1))
    risk = [
        group_risk(counts.first, counts.last, (group == g).astype(np.float64), len(moved))
        for g in range(count)
    ]
    moves = counts.moved[moved].astype(np.float64)
    return _Times(np.stack(risk, axis=1)[moved], moves[:, 0::2], moves[:, 1::2])


def _score(times: _Times, rho: float) -> tuple[Floats, Floats]:
    """Return the score of each group and its covariance (Gray 1988, section 3, ties included)."""
    risk, own, other = times.risk, times.own, times.other
    there = risk > 0
    safe = np.where(there, risk, 1.0)
    after = np.cumprod(1.0 - (own + other) / safe, axis=0)
    before = np.vstack([np.ones(risk.shape[1]), after[:-1]])
    chance = np.cumsum(before * own / safe, axis=0)
    chance_before = np.vstack([np.zeros(risk.shape[1]), chance[:-1]])
    reached = np.where(there, risk / np.where(there, before, 1.0), 0.0)  # as if nobody left sight
    still = reached * (1.0 - chance_before)
    total, moves = reached.sum(axis=1), own.sum(axis=1)
    pooled = np.cumsum(moves / total)
    pooled_before = np.append(0.0, pooled[:-1])
    emphasis = (1.0 - pooled_before) ** rho
    expected = moves[:, None] * still / still.sum(axis=1, keepdims=True)
    score = (emphasis[:, None] * (own - expected)).sum(axis=0)
    part = reached / total[:, None]
    step = -(emphasis[:, None] * reached)[:, :, None] * part[:, None, :]
    step += np.einsum("tg,gk->tgk", emphasis[:, None] * reached, np.eye(risk.shape[1]))
    gathered = np.cumsum(step * (moves / (total * (1.0 - pooled_before)))[:, None, None], axis=0)
    final = gathered[-1]
    # variance of moves of the kind, then of others
    left = np.where(after > 0, (1.0 - pooled)[:, None] / np.where(after > 0, after, 1.0), 0.0)
    ties = np.where(moves > 1, moves - 1.0, 0.0)[:, None]
    room = total[:, None] * before - 1.0
    spread = (1.0 - ties / np.where(room > 0, room, 1.0)) * before * (moves / total)[:, None]
    size = np.where(there, spread / safe, 0.0)
    effect = step + (1.0 - left)[:, None, :] * (final[None] - gathered)
    variance = np.einsum("tik,tjk,tk->ij", effect, effect, size)
    tied = np.where(other > 1, (other - 1.0) / np.where(risk > 1, risk - 1.0, 1.0), 0.0)
    size = np.where(there & (after > 0), (1.0 - tied) * before**2 * other / safe**2, 0.0)
    effect = left[:, None, :] * (final[None] - gathered)
    return score, variance + np.einsum("tik,tjk,tk->ij", effect, effect, size)
