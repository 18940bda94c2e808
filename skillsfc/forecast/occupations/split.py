"""Split the error of a projection by occupation into parts that add up exactly."""

from __future__ import annotations

import numpy as np

from skillsfc.forecast.accuracy import Array


def split_error(projected: Array, actual: Array) -> dict[str, Array]:
    r"""Return the signed parts of each occupation's error, in the unit of the input.

    Use it to see whether a projection was wrong about the number of all jobs, about which
    industries have them, or about who works in an industry.

    Parameters
    ----------
    projected, actual : ndarray (sectors, occupations)
        Persons; one sector where there is no sector.

    Returns
    -------
    dict of ndarray (occupations,)
        ``all_jobs`` and ``structure`` with one sector; else ``all_jobs, industry_mix, staffing``.
        They add to projected less actual of each occupation.

    Notes
    -----
    With :math:`E_{so} = T m_s p_{o|s}` (all jobs, part of sector, part of occupation within it) and
    bars for the mean of projected and actual,

    .. math:: E^f_{so} - E^a_{so} = (T^f - T^a)\,\bar m_s \bar p_{o|s}
        + \bar T (m^f_s - m^a_s)\,\bar p_{o|s} + \bar I_s (p^f_{o|s} - p^a_{o|s}),

    with :math:`I_s = T m_s`, summed over sectors. A product of two factors is split evenly, which
    is the mean of the two orders of swapping actual values in. The first two parts together are
    the industry-total part. A sector that is empty on one side takes the other side's staffing.

    Examples
    --------
    >>> parts = split_error(np.array([[60.0, 60.0]]), np.array([[60.0, 40.0]]))
    >>> {name: part.round(9).tolist() for name, part in parts.items()}
    {'all_jobs': [11.0, 9.0], 'structure': [-11.0, 11.0]}
    """
    totals_f, totals_a = projected.sum(axis=1), actual.sum(axis=1)
    staffing_f, staffing_a = _staffing(projected, totals_f), _staffing(actual, totals_a)
    empty_f, empty_a = (totals_f <= 0)[:, None], (totals_a <= 0)[:, None]
    staffing_f, staffing_a = (
        np.where(empty_f, staffing_a, staffing_f),
        np.where(empty_a, staffing_f, staffing_a),
    )
    jobs_f, jobs_a = float(totals_f.sum()), float(totals_a.sum())
    mix_f, mix_a = _over(totals_f, jobs_f), _over(totals_a, jobs_a)
    usual = (staffing_f + staffing_a) / 2.0
    all_jobs = (jobs_f - jobs_a) * ((mix_f + mix_a) / 2.0) @ usual
    mix = (jobs_f + jobs_a) / 2.0 * (mix_f - mix_a) @ usual
    staffing = (totals_f + totals_a) / 2.0 @ (staffing_f - staffing_a)
    if len(projected) == 1:
        return {"all_jobs": all_jobs, "structure": staffing}
    return {"all_jobs": all_jobs, "industry_mix": mix, "staffing": staffing}


def with_actual_totals(projected: Array, actual: Array) -> Array:
    """Return projected employment by occupation had the totals of all sectors been known.

    Examples
    --------
    >>> with_actual_totals(np.array([[60.0, 60.0]]), np.array([[60.0, 40.0]])).tolist()
    [50.0, 50.0]
    """
    totals_f, totals_a = projected.sum(axis=1), actual.sum(axis=1)
    staffing = _staffing(projected, totals_f)
    empty = (totals_f <= 0)[:, None]
    staffing = np.where(empty, _staffing(actual, totals_a), staffing)
    swapped: Array = totals_a @ staffing
    return swapped


def _staffing(cells: Array, totals: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = cells / totals[:, None]
    return np.where(np.isfinite(shares), shares, 0.0)


def _over(totals: Array, whole: float) -> Array:
    return totals / whole if whole > 0 else np.zeros_like(totals)
