"""Counts in published files: curves end where few are followed, one to nine are not told."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, withhold

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


def withhold_moves(rates: pd.DataFrame) -> pd.DataFrame:
    """Return chances of later states without those of one to nine moves, nor what tells them.

    Parameters
    ----------
    rates : DataFrame
        ``from_state, to_state, transitions, share`` and their errors, ``reliability``.

    Examples
    --------
    >>> told = pd.DataFrame({"from_state": "U", "to_state": list("EUO"), "transitions": [60, 36, 4],
    ...                      "share": [0.6, 0.36, 0.04], "reliability": ""})
    >>> withhold_moves(told)["share"].tolist()
    [0.6, nan, nan]
    """
    few = rates["transitions"].between(1, FEWEST - 1)
    flagged = rates.assign(reliability=rates["reliability"].mask(few, CONFIDENTIAL))
    return withhold(flagged, whole=["from_state"], size="transitions")


def without_small_flows(flows: pd.DataFrame, group: Sequence[str]) -> pd.DataFrame:
    """Return flows between dates without those of one to nine persons, nor what tells them.

    Parameters
    ----------
    flows : DataFrame
        ``from_state, to_state, count, flow, probability`` and their errors; ``time, until`` where
        there are several pairs of dates.
    group : sequence of str
        Columns of the groups.

    Examples
    --------
    >>> told = pd.DataFrame({"time": 1, "until": 2, "from_state": list("EEUU"),
    ...     "to_state": list("EUEU"), "count": [90, 5, 12, 30], "reliability": "",
    ...     "probability": [90 / 95, 5 / 95, 12 / 42, 30 / 42]})
    >>> without_small_flows(told, [])["count"].tolist()
    [nan, nan, nan, nan]
    """
    few = flows["count"].between(1, FEWEST - 1)
    flagged = flows.assign(reliability=flows["reliability"].mask(few, CONFIDENTIAL))
    pair = [*group, *(name for name in ("time", "until") if name in flows.columns)]
    wholes = [[*pair, "from_state"], [*pair, "to_state"]]  # known from stocks of the two dates
    return withhold(flagged, whole=wholes, size="count")
