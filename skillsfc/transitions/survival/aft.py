"""Accelerated failure time: parametric models of log time, with delayed entry and weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skillsfc.errors import ConvergenceError, Problem, TableError
from skillsfc.transitions.records import Flags, Floats, Whole
from skillsfc.transitions.survival.accelerated import DISTRIBUTIONS, Distribution
from skillsfc.transitions.survival.fitted import (
    ONE_CLUSTER,
    Fitted,
    endless_notes,
    sum_by,
    thin_times,
)
from skillsfc.transitions.survival.preparation import SUBJECT, HazardData

MOST_STEPS, STEP_ENOUGH = 100, 1e-9
ENDLESS_GAIN, ENDLESS_STEP, ENDLESS_VARIANCE = 1e-6, 1e-3, 1e3
SLOPE_LEFT = 1e-3  # score beside the number of events; more of it is no maximum
LOG_SCALE = "log_scale"


@dataclass(frozen=True)
class LogTimes:
    """The data of the likelihood.

    Parameters
    ----------
    design : array [rows, columns]
        Standardised covariates and the constant.
    log_end, log_entry : arrays [rows], [late rows]
        Logarithms of end and of late entry.
    late : array of int
        Rows with late entry.
    """

    design: Floats
    log_end: Floats
    log_entry: Floats
    late: Whole
    event: Flags
    weight: Floats
    distribution: Distribution

    def parts(self, at: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        """Return the log-likelihood of each row and its derivatives by xb and by the log scale."""
        linear, log_scale = self.design @ at[:-1], at[-1]
        scale = np.exp(log_scale)
        z = (self.log_end - linear) / scale
        both = zip(self.distribution.density(z), self.distribution.survival(z), strict=True)
        value, slope, bend = (np.where(self.event, seen, lost) for seen, lost in both)
        value = value - self.event * (log_scale + self.log_end)
        found = (value, *_by_parameters(z, slope, bend, scale))
        found[2][self.event] -= 1.0
        if len(self.late):
            early = (self.log_entry - linear[self.late]) / scale
            before, slope, bend = self.distribution.survival(early)
            for part, own in zip(found, (before, *_by_parameters(early, slope, bend, scale)),
                                 strict=True):  # fmt: skip
                part[self.late] -= own
        return found

    def value(self, at: Floats) -> float:
        """Return the log-likelihood."""
        with np.errstate(all="ignore"):
            return float(self.weight @ self.parts(at)[0])

    def derivatives(self, at: Floats) -> tuple[Floats, Floats]:
        """Return the rows' scores [rows, parameters] and minus the second derivatives."""
        _, first, scale_first, second, mixed, scale_second = self.parts(at)
        weighted = self.weight[:, None]
        scores = weighted * np.column_stack([self.design * first[:, None], scale_first])
        inner = self.design.T @ (self.design * (weighted * second[:, None]))
        cross = self.design.T @ (self.weight * mixed)
        corner = self.weight @ scale_second
        bends = np.block([[inner, cross[:, None]], [cross[None, :], np.array([[corner]])]])
        if not self.distribution.scaled:
            scores[:, -1] = 0.0
            bends[-1, :] = bends[:, -1] = 0.0
        return scores, -bends


def _by_parameters(
    z: Floats, slope: Floats, bend: Floats, scale: float
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return derivatives by xb, log scale, twice xb, both, and twice log scale."""
    return (
        -slope / scale,
        -slope * z,
        bend / scale**2,
        (bend * z + slope) / scale,
        bend * z * z + slope * z,
    )


@dataclass(frozen=True, eq=False, repr=False)
class AftFit(Fitted):
    """A maximum of the likelihood; the last coefficient is the logarithm of the scale."""

    distribution: str
    ends: Floats

    def default_times(self) -> Floats:
        """Return the times at which an event was seen."""
        return thin_times(self.ends)

    def curves(self, matrix: Floats, stratum: Whole, times: Floats) -> tuple[Floats, Floats]:
        """Return cumulative hazards [rows, times] and the standard errors of their logarithms."""
        columns = matrix.shape[1]
        log_scale = self.coefficients[-1] if len(self.coefficients) > columns else 0.0
        scale = np.exp(log_scale)
        with np.errstate(all="ignore"):
            log_times = np.log(np.maximum(times, 0.0))
            z = (log_times[None, :] - (matrix @ self.coefficients[:columns])[:, None]) / scale
        log_survival, slope, _ = DISTRIBUTIONS[self.distribution].survival(
            np.where(np.isfinite(z), z, -700.0)
        )
        hazard = np.where(np.isfinite(z), -log_survival, 0.0)
        with np.errstate(all="ignore"):
            by_z = np.where(hazard > 0, -slope / hazard, 0.0)
        gradient = -np.repeat(matrix[:, None, :] / scale, len(times), axis=1)
        if len(self.coefficients) > columns:
            gradient = np.concatenate([gradient, np.where(np.isfinite(z), -z, 0)[..., None]], 2)
        variance = np.einsum("rtp,pq,rtq->rt", gradient, self.covariance, gradient)
        return hazard, np.where(hazard > 0, np.abs(by_z) * np.sqrt(variance), 0.0)


def fit_aft(data: HazardData, *, distribution: str = "weibull") -> AftFit:
    """Return the accelerated failure time model of the spells.

    Parameters
    ----------
    data : HazardData
        Spells; the design holds the constant.
    distribution : {"weibull", "exponential", "lognormal", "loglogistic"}
        Distribution of time.
    """
    _refuse_times(data)
    matrix = data.design.matrix
    constant = data.design.constant
    centre = matrix.mean(axis=0) * constant
    scale = np.sqrt(((matrix - centre) ** 2).mean(axis=0))
    if constant:
        centre[0], scale[0] = 0.0, 1.0
    times = _log_times(data, (matrix - centre) / scale, distribution)
    at, endless, variance = _maximise(times)
    back = _back(centre, scale, constant)
    covariance, notes = variance, tuple[str, ...]()
    if data.robust:
        scores, _ = times.derivatives(at)
        influence = sum_by(data.cluster, scores, int(data.cluster.max()) + 1) @ variance
        covariance = influence.T @ influence
        if len(influence) == 1:
            covariance, notes = np.full_like(variance, np.nan), (ONE_CLUSTER,)
    names = (*data.design.names, LOG_SCALE)
    kept = len(names) if times.distribution.scaled else len(names) - 1
    runaway = tuple(names[place] for place in endless)
    return AftFit(
        names[:kept],
        (back @ at)[:kept],
        (back @ covariance @ back.T)[:kept, :kept],
        times.value(at),
        _null(data, times),
        runaway,
        (*endless_notes(runaway), *notes),
        distribution,
        data.end[data.event],
    )


def _refuse_times(data: HazardData) -> None:
    early = int((data.end <= 0).sum())
    if early:
        step = "clock='spell' counts from the start of each spell."
        raise TableError(SUBJECT, [
            Problem("column 'end'", f"at or before 0 in {early} rows on the clock of the study",
                    "times above 0 for kind 'aft'", next_step=step)
        ])  # fmt: skip


def _log_times(data: HazardData, design: Floats, distribution: str) -> LogTimes:
    late = np.flatnonzero(data.entry > 0)
    return LogTimes(
        design,
        np.log(data.end),
        np.log(data.entry[late]),
        late,
        data.event,
        data.weight,
        DISTRIBUTIONS[distribution],
    )


def _back(centre: Floats, scale: Floats, constant: bool) -> Floats:
    """Return the matrix from standardised coefficients to those of the covariates."""
    back = np.diag(np.append(1 / scale, 1.0))
    if constant:
        back[0, 1:-1] = -centre[1:] / scale[1:]
    return back


def _null(data: HazardData, times: LogTimes) -> float:
    alone = replace(times, design=np.ones((len(times.log_end), 1)))
    return alone.value(_maximise(alone)[0])


def _start(times: LogTimes) -> Floats:
    """Return coefficients of time without covariates: events per time at risk."""
    exposure = times.weight @ np.exp(times.log_end)
    exposure -= times.weight[times.late] @ np.exp(times.log_entry)
    level = np.log(exposure / (times.weight @ times.event))
    fit = np.linalg.lstsq(times.design, np.full(len(times.design), level), rcond=None)[0]
    return np.append(fit, 0.0)


def _maximise(times: LogTimes) -> tuple[Floats, Whole, Floats]:
    """Return coefficients, those that run away, and the variance of the model."""
    at = _start(times)
    value, start = times.value(at), np.zeros(0)
    for _ in range(MOST_STEPS):
        scores, bends = times.derivatives(at)
        variance = _positive_inverse(bends)
        step = variance @ scores.sum(axis=0)
        gain = float(scores.sum(axis=0) @ step)
        start = np.diag(variance) if not len(start) else start
        far = (np.abs(step) > ENDLESS_STEP * np.abs(at)) & (gain < ENDLESS_GAIN)
        endless = np.flatnonzero(far & (np.diag(variance) > ENDLESS_VARIANCE * start))
        if float(np.abs(step).max()) < STEP_ENOUGH or len(endless):
            _refuse_slope(times, scores.sum(axis=0), endless)
            return at, endless, variance
        at, moved = _ahead(times, at, step, value)
        if moved == value and gain < 1e-10:
            _refuse_slope(times, scores.sum(axis=0), endless)
            return at, endless, variance
        value = moved
    raise ConvergenceError(SUBJECT, [
        Problem("likelihood", f"no maximum after {MOST_STEPS} steps", "one maximum",
                next_step="Take out covariates that few spells vary in, or try 'exponential'.")
    ])  # fmt: skip


def _refuse_slope(times: LogTimes, score: Floats, endless: Whole) -> None:
    """Refuse a point without a step that is no maximum: the likelihood still rises."""
    steep = np.abs(score) > SLOPE_LEFT * float(times.weight @ times.event)
    if len(endless) or not steep.any():
        return
    found = "it rises for ever: the covariates tell the times in full, as where all are equal"
    raise ConvergenceError(SUBJECT, [
        Problem("likelihood", found, "times that vary", next_step="Try 'exponential'.")
    ])  # fmt: skip


def _ahead(times: LogTimes, at: Floats, step: Floats, value: float) -> tuple[Floats, float]:
    for _ in range(40):
        there = times.value(at + step)
        if np.isfinite(there) and there >= value - 1e-10 * (1 + abs(value)):
            return at + step, there
        step = step / 2
    return at, value


def _positive_inverse(bends: Floats) -> Floats:
    """Return the inverse; where the likelihood is not concave, with its curvature turned round."""
    values, vectors = np.linalg.eigh(bends)
    size = np.abs(values)
    kept = size > 1e-13 * size.max()
    inverse = np.where(kept, 1 / np.where(kept, size, 1.0), 0.0)
    return np.asarray((vectors * inverse) @ vectors.T)
