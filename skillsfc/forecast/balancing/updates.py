"""New factors of one margin from its sums: proportional fitting, and GRAS for signed tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillsfc.forecast.balancing.contraction import Update
from skillsfc.forecast.balancing.layout import Array


def proportional(targets: Sequence[Array]) -> Update:
    """Return the update of proportional fitting: target over sum."""
    idle = [(target == 0).astype("float64") for target in targets]
    # Where nothing is wanted there is nothing: 1 over 1 leaves the factor at 1 without a mask.
    shifted = [
        target + none if none.any() else target for target, none in zip(targets, idle, strict=True)
    ]
    holes = [none if none.any() else None for none in idle]

    def update(margin: int, sums: Sequence[Array], factor: Array) -> Array:
        hole = holes[margin]
        return np.asarray(shifted[margin] / (sums[0] if hole is None else sums[0] + hole))

    return update


def generalised(targets: Sequence[Array]) -> Update:
    r"""Return the update of GRAS: the positive root of p f - n / f = t.

    Notes
    -----
    With p the sum of positive cells and n that of the sizes of negative ones, without the factor
    f: :math:`f = (t + \sqrt{t^2 + 4 p n}) / (2 p)`, and -n / t where p is 0. The second form of the
    root is used for negative targets, where the first would subtract nearly equal numbers.
    """

    def update(margin: int, sums: Sequence[Array], factor: Array) -> Array:
        target, (up, down) = targets[margin], sums
        root = np.sqrt(target**2 + 4.0 * up * down)
        rising = target >= 0
        made = np.where(rising, target + root, 2.0 * down) / np.where(
            rising, 2.0 * up, root - target
        )
        return np.where(up + down > 0, made, 1.0)

    return update
