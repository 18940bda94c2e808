"""Curves as they are published: only as long as ten persons are followed, and no single exits."""

from __future__ import annotations

import pandas as pd

from skillsfc.report.withholding import FEWEST

ENDS = "Curves end where fewer than ten are followed."


def followed_by_enough(curve: pd.DataFrame) -> pd.DataFrame:
    """Return the times of a curve at which ten or more are at risk, without counts of exits.

    Who leaves in a month is often one person, and the last steps of a curve are single persons:
    with a date of birth or a last interview at hand they could be known again.

    Parameters
    ----------
    curve : DataFrame
        ``time, at_risk`` [persons or spells] and whatever else a curve has.

    Returns
    -------
    DataFrame
        The rows kept, without ``events, censored``.

    Examples
    --------
    >>> told = pd.DataFrame({"time": [1, 2, 3], "at_risk": [30, 12, 4], "events": [18, 8, 1],
    ...                      "probability": [0.4, 0.13, 0.1]})
    >>> followed_by_enough(told)
       time  at_risk  probability
    0     1       30         0.40
    1     2       12         0.13
    """
    counts = [name for name in ("events", "censored") if name in curve.columns]
    return curve[curve["at_risk"] >= FEWEST].drop(columns=counts).reset_index(drop=True)


def ends_early(curve: pd.DataFrame) -> bool:
    """Return whether a curve goes on where fewer than ten are at risk.

    Examples
    --------
    >>> ends_early(pd.DataFrame({"time": [1, 2], "at_risk": [30, 4]}))
    True
    """
    return bool((curve["at_risk"] < FEWEST).any())
