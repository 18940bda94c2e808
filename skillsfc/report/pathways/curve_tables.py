"""Counts in published files: curves end where few are followed, one to nine are not told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.pathways.grouping import ROUNDING
from skillsfc.report.pathways.state_areas import FIVE
from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, blank, withhold

ENDS = "Curves end where fewer than ten are followed."
STEPS = (
    "Each step is of ten arrivals or more: before the next one a curve stands up to nine arrivals "
    "too high. Persons at risk are told in fives."
)
AT_ONE_TIME = ("events", "censored", "hazard")  # of a month, and so often of one person


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


def in_tens(curve: pd.DataFrame, group: Sequence[str] = ()) -> pd.DataFrame:
    """Return a curve that falls only where ten or more have arrived since it last fell.

    The months between keep the last step, so that table and picture are the same and neither
    tells when one person arrived; persons at risk are rounded to fives.

    Parameters
    ----------
    curve : DataFrame
        ``time, at_risk, events, probability`` in the order of time, with errors and limits.
    group : sequence of str
        Columns of the groups.

    Examples
    --------
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4], "at_risk": [31, 25, 18, 4],
    ...                      "events": [6, 7, 3, 1], "probability": [0.81, 0.58, 0.48, 0.36]})
    >>> in_tens(told)
       time  at_risk  probability
    0     1       30         1.00
    1     2       25         0.58
    2     3       20         0.58
    """
    seen = curve[curve["at_risk"] >= FEWEST].reset_index(drop=True)
    keys = [seen[name].astype("str") for name in group] or np.zeros(len(seen))
    falls = seen.groupby(keys, sort=False)["events"].transform(_tenth)
    held = [
        name for name in ("probability", "standard_error", "lower", "upper", "cumulative_hazard",
                          "cumulative_hazard_error") if name in seen.columns
    ]  # fmt: skip
    steps = seen[held].where(falls.astype(bool)).groupby(keys, sort=False).ffill()
    steps["probability"] = steps["probability"].fillna(1.0)
    at_risk = (FIVE * (seen["at_risk"] / FIVE).round()).astype(int)
    made = seen.assign(**{name: steps[name] for name in held}, at_risk=at_risk)
    return made.drop(columns=[name for name in AT_ONE_TIME if name in made.columns])


def _tenth(events: pd.Series) -> pd.Series:
    """Return 1 where ten or more events have come together since the last 1, else 0."""
    marks, since = [], 0.0
    for count in events:
        since += count
        marks.append(float(since >= FEWEST))
        since = 0.0 if marks[-1] else since
    return pd.Series(marks, index=events.index)


def withhold_few(
    table: pd.DataFrame,
    counts: Iterable[pd.Series],
    *,
    whole: Sequence[str] | Sequence[Sequence[str]],
    columns: Sequence[str] = (),
    total: str | Sequence[str] = (),
    size: str = "",
) -> pd.DataFrame:
    """Return estimates without those of which one count is of one to nine persons.

    The one rule of these pages: neither who is in a part, nor who is not, is told of so few.

    Parameters
    ----------
    table : DataFrame
        Estimates with ``reliability``.
    counts : iterable of Series
        Persons on whom each row rests, such as those in the part and those outside it; a share
        times its persons will do. Missing where a row is no share.
    whole, columns, total, size
        As in `skillsfc.report.withholding.withhold`.

    Examples
    --------
    >>> told = pd.DataFrame({"job": list("abc"), "share": [0.98, 0.5, 0.0], "persons": 100,
    ...                      "reliability": ""})
    >>> arrived = told["share"] * told["persons"]
    >>> withhold_few(told, [arrived, 100 - arrived], whole=["job"])["share"].tolist()
    [nan, 0.5, 0.0]
    """
    few = pd.Series(False, table.index)
    for count in counts:
        few |= (count > ROUNDING) & (count < FEWEST - 0.5)
    flagged = table.assign(reliability=table["reliability"].mask(few, CONFIDENTIAL))
    return withhold(flagged, whole=whole, columns=columns, total=total, size=size)


def no_certainty(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return estimates in which a share of nobody, or of everyone, has no interval.

    A curve that has not fallen yet, or has fallen to nothing, does not tell how sure that is.

    Examples
    --------
    >>> told = pd.DataFrame({"share": [0.0, 0.4, 1.0], "lower": [0.0, 0.3, 1.0],
    ...                      "upper": [0.0, 0.5, 1.0]})
    >>> no_certainty(told, "share")["upper"].tolist()
    [nan, 0.5, nan]
    """
    edge = (table[measure] < ROUNDING) | (table[measure] > 1 - ROUNDING)
    return table.assign(**{end: table[end].mask(edge) for end in ("lower", "upper")})


def say_few(notes: Iterable[str]) -> list[str]:
    """Return notes in which one to nine of so many persons are "fewer than ten".

    Examples
    --------
    >>> say_few(["2 of 13 persons went there at once.", "64 of 712 persons are left out."])
    ['fewer than ten of 13 persons went there at once.', '64 of 712 persons are left out.']
    """
    return [re.sub(r"(?<![\d.,])[1-9](?= of [\d,]+ persons)", "fewer than ten", n) for n in notes]


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


def without_small_rates(rates: pd.DataFrame, flows: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return rates without those of moves whose chances are withheld.

    Parameters
    ----------
    rates : DataFrame
        ``from_state, to_state``, the groups of the flows, and rates with their errors.
    flows : Flows
        The flows behind them.
    columns : sequence of str
        Columns of rates besides the usual ones.

    Examples
    --------
    >>> import skillsfc as sf
    >>> panel = pd.DataFrame({"person": sorted([*range(120)] * 2), "quarter": [1, 2] * 120,
    ...     "state": ["E", "E"] * 80 + ["U", "U"] * 35 + ["U", "E"] * 5})
    >>> told = sf.estimate_flows(panel)
    >>> rates = sf.to_continuous_rates(told).table
    >>> without_small_rates(rates, told, [])[["from_state", "to_state", "hazard"]].values.tolist()
    [['E', 'U', nan], ['U', 'E', nan]]
    """
    keys = [*flows.settings.group, "from_state", "to_state"]
    moves = without_small_flows(flows.average, flows.settings.group)[[*keys, "reliability"]]
    made = rates.merge(moves.drop_duplicates(keys), on=keys, how="left")
    made["reliability"] = made["reliability"].fillna("")
    return blank(made, (made["reliability"] == CONFIDENTIAL).to_numpy(), columns)
