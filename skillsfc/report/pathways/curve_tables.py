"""Counts in published files: curves end where few are followed, one to nine are not told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.pathways.grouping import ROUNDING
from skillsfc.report.pathways.state_areas import DRAWN_LEAST, FIVE
from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, blank, withhold

ENDS = "Curves end where fewer than ten are followed."
FEW_PERSONS = 30  # of fewer an estimate is marked
NO_CURVES = (
    "There is no picture of the curves: they are told in fives of persons, and fewer than a "
    "hundred are followed, in all or in one of the groups."
)
FIVES = "Curves and persons at risk are told in fives of persons"
#: Columns that tell of one time, often of one person, or give the curve back to the last digit.
EXACT = ("events", "censored", "hazard", "standard_error", "cumulative_hazard",
         "cumulative_hazard_error", "stayed")  # fmt: skip
EXACT_PAIRS = ("flow", "flow_error", "weight", "share")  # a part found again tells who was lost
CHANCES = ("probability", "standard_error", "lower", "upper")


def ends_early(curve: pd.DataFrame) -> bool:
    """Return whether a curve goes on where fewer than ten are at risk.

    Examples
    --------
    >>> ends_early(pd.DataFrame({"time": [1, 2], "at_risk": [30, 4]}))
    True
    """
    return bool((curve["at_risk"] < FEWEST).any())


def in_fives(curve: pd.DataFrame, keys: Sequence[str] = ()) -> pd.DataFrame:
    """Return a curve in fives of persons, as the areas of states are drawn.

    Nobody's month of arrival can be read off it, and no height is off by three persons; nothing is
    told of a single time, nor what would give the curve back.

    Parameters
    ----------
    curve : DataFrame
        ``time, at_risk, probability`` in the order of time, with errors and limits.
    keys : sequence of str
        Columns of the groups, and of the kinds of events.

    Examples
    --------
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4], "at_risk": [40, 35, 28, 4],
    ...                      "events": [5, 7, 3, 1], "probability": [0.875, 0.7, 0.625, 0.5]})
    >>> in_fives(told)
       time  at_risk  probability
    0     1       40        0.875
    1     2       35        0.750
    2     3       30        0.625
    """
    kept = [name for name in curve.columns if name not in EXACT]
    seen = curve.loc[curve["at_risk"] >= FEWEST, kept].reset_index(drop=True)
    by = [seen[name].astype("str") for name in keys] or np.zeros(len(seen))
    five = FIVE / seen.groupby(by, sort=False)["at_risk"].transform("first")
    heights = [name for name in ("probability", "lower", "upper") if name in seen.columns]
    rounded = {name: ((seen[name] / five).round() * five).clip(upper=1.0) for name in heights}
    at_risk = (FIVE * (seen["at_risk"] / FIVE).round()).astype(int)
    return seen.assign(**rounded, at_risk=at_risk)


def large_enough(steps: pd.DataFrame, keys: Sequence[str] = ()) -> bool:
    """Return whether each curve is of so many persons that one in fives is no stair.

    Examples
    --------
    >>> told = pd.DataFrame({"time": [1, 2, 1, 2], "at_risk": [200, 150, 40, 20],
    ...                      "sex": list("FFMM")})
    >>> large_enough(told), large_enough(told, ["sex"])
    (True, False)
    """
    by = [steps[name].astype("str") for name in keys] or np.zeros(len(steps))
    return bool(len(steps) and steps.groupby(by)["at_risk"].first().min() >= DRAWN_LEAST)


def medians_of(curve: Any, by: Sequence[str]) -> pd.DataFrame:
    """Return the medians of curves, unreliable where they are of fewer than thirty persons.

    Examples
    --------
    >>> import skillsfc as sf
    >>> spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8] * 10, "event": True})
    >>> medians_of(sf.estimate_survival(spells.head(20)), [])["reliability"].tolist()
    ['u']
    """
    sizes = curve.diagnostics[[*by, "spells"]]
    made = curve.median.merge(sizes, on=list(by)) if by else curve.median.assign(
        spells=sizes["spells"].iloc[0])  # fmt: skip
    few = made["spells"] < FEW_PERSONS
    return made.assign(reliability=np.where(few, "u", "")).drop(columns="spells")


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
    few = re.compile(r"(?<![\d.,])[1-9]( of [\d,]+ persons)(?: \([\d.]+% by weight\))?")
    return [few.sub(r"fewer than ten\1", note) for note in notes]


def withhold_moves(rates: pd.DataFrame) -> pd.DataFrame:
    """Return chances of later states without those of one to nine persons, nor what tells them.

    Many moves may be of one person, who is seen in the two states month after month.

    Parameters
    ----------
    rates : DataFrame
        ``from_state, to_state, transitions, persons_in_pair, share`` and their errors,
        ``reliability``.

    Examples
    --------
    >>> told = pd.DataFrame({"from_state": "U", "to_state": list("EUO"), "share": [0.5, 0.4, 0.1],
    ...                      "transitions": [60, 48, 12], "persons_in_pair": [50, 40, 1],
    ...                      "reliability": ""})
    >>> withhold_moves(told)["share"].tolist()
    [0.5, nan, nan]
    """
    few = rates["persons_in_pair"].between(1, FEWEST - 1)
    flagged = rates.assign(reliability=rates["reliability"].mask(few, CONFIDENTIAL))
    return withhold(flagged, whole=["from_state"], size="transitions", columns=["persons_in_pair"])


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


def pairs_in_fives(table: pd.DataFrame) -> pd.DataFrame:
    """Return counts of persons between two dates in fives, chances to three digits, no weights.

    Each pair of dates has margins of its own, and the same persons are in the next: from exact
    counts, weights and chances of what is told, what is withheld could be worked out.

    Parameters
    ----------
    table : DataFrame
        ``count`` and, if there, chances with errors and limits.

    Examples
    --------
    >>> told = pd.DataFrame({"count": [483, 12], "flow": [525.6, 3.4], "probability": [0.9502, 1]})
    >>> pairs_in_fives(told).values.tolist()
    [[485.0, 0.95], [10.0, 1.0]]
    """
    kept = table.drop(columns=[name for name in EXACT_PAIRS if name in table.columns])
    chances = [name for name in CHANCES if name in kept.columns]
    count = FIVE * (kept["count"] / FIVE).round()
    return kept.assign(count=count, **{name: kept[name].round(3) for name in chances})


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
