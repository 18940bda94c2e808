"""Growth of sectors beside that of their economy, and how far to believe it.

What a sector grew more than its economy is its relative growth. Both models carry it on, drawn to
what the same sector did in other economies; they differ in how they learn how far to trust it.
"""

from __future__ import annotations

import numpy as np

from skillsfc.forecast.pooling import Array, Index, mean_changes
from skillsfc.forecast.sectors.panel import SectorPanel

TREND_YEARS = 15  # years behind the pooled trend: 10 to 28 tried, hardly a difference
FADING_YEARS = (1, 3, 10)  # windows of relative growth that the fading trend weighs
ALL_YEARS = 60  # years behind what a sector did in other economies
PRIOR_OBSERVATIONS = 100.0  # what is assumed of persistence counts as so many observations
PRIOR_PERSISTENCE = 0.5  # part of relative growth that lasts, where nothing is known


def shrink_towards(
    slope: Array, error: Array, centre: Array, *, subtract_error: bool = True
) -> tuple[Array, Array]:
    r"""Draw slopes to a centre that each may have its own, by how uncertain they are.

    Parameters
    ----------
    slope, error, centre : ndarray (n_series, n_origins)
        Slopes, their squared standard errors, and where each one is drawn to.
    subtract_error : bool
        Whether to take the mean squared error off the spread of the slopes: part of their spread
        is noise. Without it slopes are trusted more.

    Returns
    -------
    shrunken, weight : ndarray (n_series, n_origins)
        Where a slope or its error is unknown, the centre, with weight 0.

    Notes
    -----
    :math:`\tau^2 = \max(0, mean (b_k - b_0)^2 - mean\, v_k)`,
    :math:`w_k = \tau^2 / (\tau^2 + v_k)`, :math:`\tilde b_k = w_k b_k + (1 - w_k) b_0`. Fewer than
    3 series tell nothing of :math:`\tau`, and the slopes stay what they are.

    References
    ----------
    Morris (1983), Parametric Empirical Bayes Inference, JASA 78(381), 47-55.

    Examples
    --------
    >>> slopes, errors = np.array([[-2.0], [0.0], [2.0]]), np.ones((3, 1))
    >>> shrink_towards(slopes, errors, np.zeros((3, 1)))[0].ravel().round(3).tolist()
    [-1.25, 0.0, 1.25]
    """
    known = np.isfinite(slope) & np.isfinite(error) & np.isfinite(centre)
    count = known.sum(axis=0)
    noise = error if subtract_error else 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.where(known, (slope - centre) ** 2 - noise, 0.0).sum(axis=0)
        spread = np.maximum(gap / np.maximum(count, 1), 0.0)
        weight = np.where(spread + error > 0, spread / (spread + error), 1.0)
    weight = np.where(known, np.where(count >= 3, weight, 1.0), 0.0)
    own = np.where(known, slope, 0.0)
    drawn = np.where(known, weight * own + (1.0 - weight) * centre, centre)
    result: Array = np.where(np.isfinite(drawn), drawn, slope)
    return result, weight


def sector_means(relative: Array, sector: Index) -> Array:
    r"""Return what each sector's relative growth is over economies, drawn to 0 by its own error.

    Notes
    -----
    With :math:`n_s` economies that have sector s, :math:`m_s` the mean of their relative growth and
    :math:`\sigma^2` the variance within sectors: :math:`\tau^2 = \max(0, mean\, m_s^2 - mean\,
    \sigma^2 / n_s)`, and :math:`m_s` counts by :math:`\tau^2 / (\tau^2 + \sigma^2 / n_s)`. It is 0
    for a sector that only one economy has.

    Examples
    --------
    >>> alone = sector_means(np.array([[0.02], [-0.01]]), np.array([0, 1]))
    >>> np.abs(alone).ravel().tolist()
    [0.0, 0.0]
    """
    member = np.eye(int(sector.max()) + 1)[:, sector]
    known = np.isfinite(relative)
    count = member @ known
    value = np.where(known, relative, 0.0)
    mean = (member @ value) / np.maximum(count, 1)
    several = count >= 2
    rest = np.where(known, (relative - mean[sector]) ** 2, 0.0)
    freedom = np.maximum((np.where(several, count - 1, 0)).sum(axis=0), 1)
    noise = (np.where(several, member @ rest, 0.0)).sum(axis=0) / freedom / np.maximum(count, 1)
    number = np.maximum(several.sum(axis=0), 1)
    spread = np.maximum(np.where(several, mean**2 - noise, 0.0).sum(axis=0) / number, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(several & (spread > 0), spread / (spread + noise), 0.0)
    result: Array = (weight * mean)[sector]
    return result


def relative_growth(
    panel: SectorPanel, totals: Array, origins: Index, window: int
) -> tuple[Array, Array, Array]:
    """Return growth of each sector over a window, its squared error, and that of its economy.

    Parameters
    ----------
    panel : SectorPanel
        Sectors.
    totals : ndarray (n_economies, n_years)
        Logarithm of the sums.
    origins : ndarray
        Columns of the last value used.
    window : int
        Years.
    """
    own, error = mean_changes(panel.logs(), origins, window)
    whole, _ = mean_changes(totals, origins, window)
    return own, error, whole[panel.economy]


def pooled_trend(panel: SectorPanel, totals: Array, origins: Index, horizons: Index) -> Array:
    """Return each sector's trend, drawn to its economy's and to its like in other economies.

    Returns
    -------
    ndarray (n_series, n_origins, n_horizons)
        Persons.

    Notes
    -----
    The slope of a sector is its mean change of 15 years in logs (not a least-squares slope: yearly
    employment wanders, and the residuals of a line would make it look more certain than it is). Its
    centre is the slope of the sum of its economy plus `sector_means`; see `shrink_towards`.
    """
    own, error, whole = relative_growth(panel, totals, origins, TREND_YEARS)
    centre = whole + sector_means(own - whole, panel.sector)
    slope, _ = shrink_towards(own, error, np.where(np.isfinite(centre), centre, 0.0))
    slope = np.where(np.isfinite(slope), slope, 0.0)
    result: Array = panel.persons[:, origins][..., None] * np.exp(slope[..., None] * horizons)
    return result


def fading_trend(
    panel: SectorPanel,
    totals: Array,
    origins: Index,
    horizons: Index,
    growth: Array,
    scale: Array,
) -> Array:
    r"""Return relative growth carried on as far as it used to last in the panel.

    Parameters
    ----------
    panel, totals, origins, horizons
        As in `pooled_trend`.
    growth : ndarray (n_series, n_origins, n_horizons)
        Relative growth a year that came, known only where the target year is: used for an origin
        only if that year is not after it.
    scale : ndarray (n_series, n_origins)
        Mean yearly change of each series: restless ones count less.

    Notes
    -----
    Relative growth a year over the next h years is explained by that of the last 1, 3 and 10 years
    and by the mean of the sector in all economies, by least squares over all series and all origins
    whose target year had passed. The coefficients of h are drawn to those of h - 1 (those of h = 1
    to a half of relative growth) as if these had been seen in 100 observations; errors that overlap
    by h years count as one h-th. This is a ridge regression, the posterior mean of a normal prior.

    References
    ----------
    Hoerl & Kennard (1970), Ridge Regression, Technometrics 12(1), 55-67.
    """
    parts = []
    for window in FADING_YEARS:
        own, _, whole = relative_growth(panel, totals, origins, window)
        parts.append(own - whole)
    for k in range(len(parts) - 2, -1, -1):  # a gap last year: the next longer window instead
        parts[k] = np.where(np.isfinite(parts[k]), parts[k], parts[k + 1])
    own, _, whole = relative_growth(panel, totals, origins, ALL_YEARS)
    signs = np.stack([*parts, sector_means(own - whole, panel.sector)], axis=-1)
    signs = np.where(np.isfinite(signs), signs, 0.0)
    economy = np.where(np.isfinite(whole), whole, 0.0)
    persistence = learn_persistence(signs, growth, scale, horizons)
    relative = np.einsum("sop,hop->soh", signs, persistence)
    ahead = (economy[..., None] + relative) * horizons
    result: Array = panel.persons[:, origins][..., None] * np.exp(ahead)
    return result


def learn_persistence(signs: Array, growth: Array, scale: Array, horizons: Index) -> Array:
    """Return the coefficients of the fading trend (n_horizons, n_origins, n_signs).

    Parameters
    ----------
    signs : ndarray (n_series, n_origins, n_signs)
        What is known at an origin.
    growth : ndarray (n_series, n_origins, n_horizons)
        What came, relative growth a year; NaN where it is not known.
    scale : ndarray (n_series, n_origins)
        Each series' mean yearly change.
    horizons : ndarray
        1, 2, ... without a gap.
    """
    size = signs.shape[-1]
    prior = np.zeros((signs.shape[1], size))
    prior[:, : len(FADING_YEARS)] = PRIOR_PERSISTENCE / len(FADING_YEARS)
    found = np.empty((len(horizons), *prior.shape))
    for k, h in enumerate(horizons):
        usable = np.isfinite(growth[..., k]) & np.isfinite(scale) & (scale > 0)
        weight = np.where(usable, 1.0 / np.where(usable, scale, 1.0) ** 2, 0.0)
        came = np.where(usable, growth[..., k], 0.0)
        square = _known(np.einsum("so,sop,soq->opq", weight, signs, signs), int(h))
        cross = _known(np.einsum("so,sop,so->op", weight, signs, came), int(h))
        count = _known(usable.sum(axis=0).astype(float), int(h))[:, None]
        typical = np.einsum("opp->op", square) / np.maximum(count, 1.0)
        belief = PRIOR_OBSERVATIONS * np.where(typical > 0, typical, 1.0)
        left = square / h + belief[:, :, None] * np.eye(size)
        prior = np.linalg.solve(left, (cross / h + belief * prior)[..., None])[..., 0]
        found[k] = prior
    return found


def _known(values: Array, ahead: int) -> Array:
    """Add up over the origins whose target year is not after each origin."""
    found = np.zeros_like(values)
    found[ahead:] = values.cumsum(axis=0)[:-ahead] if ahead < len(values) else 0.0
    return found
