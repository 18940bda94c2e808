"""`estimate_two_state_rates`: finding and losing a job, from stocks and short-term unemployment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.results import Result, table_hash
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.flows.dates import running_dates, steps_between, usual_length
from skillsfc.transitions.records import Floats

SUBJECT = "estimate_two_state_rates"
STOCKS = ("unemployed", "short_term_unemployed", "labour_force")
HALVINGS = 200


@dataclass(frozen=True)
class TwoStateSettings:
    """How two-state rates were found.

    Parameters
    ----------
    time : str
        Column of the dates.
    """

    time: str


@dataclass(frozen=True, eq=False, repr=False)
class TwoStateRates(Result):
    """Outcome of `estimate_two_state_rates`.

    ``table``: the date and ``until`` (the next), ``finding_probability`` [0-1], ``finding_rate,
    losing_rate`` [per period, continuous], ``losing_probability`` [0-1], ``steady_unemployment``
    [0-1], ``note``.
    """


def estimate_two_state_rates(stocks: pd.DataFrame, *, time: str = "month") -> TwoStateRates:
    r"""Estimate job finding and job loss from stocks alone, with the moves between two dates.

    Use it where no persons can be matched: stocks of the unemployed, of those unemployed for less
    than one period, and of the labour force are enough. It leaves out everybody outside the labour
    force; `estimate_flows` does not.

    Parameters
    ----------
    stocks : DataFrame
        One row a date: the date, ``unemployed, short_term_unemployed, labour_force`` [persons].
        Short term: for less than the time between two dates.
    time : str
        Column of the dates.

    Returns
    -------
    TwoStateRates
        One row a pair of dates.

    Raises
    ------
    TableError
        On missing columns, dates twice, missing or negative stocks, short-term unemployed above
        all unemployed, or these above the labour force.

    Notes
    -----
    With unemployed u, those for less than a period u_s and labour force l, at the next date u',
    u_s': :math:`F = 1 - (u' - u_s') / u`, finding rate :math:`f = -\ln(1 - F)`. The rate of losing
    s solves :math:`u' = (1 - e^{-f-s}) \frac{s}{f+s} l + e^{-f-s} u`, which counts those who lose a
    job and find one before the next date. The right side rises in s, so that it is found by
    halving. Where F is not between 0 and 1, or a date
    is missing between two, there are no rates, and a note says so.

    References
    ----------
    Shimer (2012), Reassessing the ins and outs of unemployment, Review of Economic Dynamics 15,
    127-148, equations 4 and 5.

    Examples
    --------
    >>> made = estimate_two_state_rates(pd.DataFrame({"month": [1, 2], "unemployed": [10.0, 10.0],
    ...     "short_term_unemployed": [4.0, 4.0], "labour_force": [100.0, 100.0]}))
    >>> made.table[["finding_probability", "finding_rate", "losing_rate"]].round(5).values.tolist()
    [[0.4, 0.51083, 0.05676]]
    """
    table, steps = _checked(stocks, time)
    length, usual = usual_length(steps, np.ones(len(steps)))
    u, short, force = (table[name].to_numpy(dtype=np.float64) for name in STOCKS)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - (u[1:] - short[1:]) / u[:-1]
        valid = (found > 0) & (found < 1) & usual
        finding = -np.log(np.where(valid, 1 - found, np.nan))
        losing = _losing(u[:-1], u[1:], force[:-1], finding)
        dates = table[time].to_numpy()
        steady = losing / (losing + finding)
    made = pd.DataFrame(
        {
            time: dates[:-1],
            "until": dates[1:],
            "finding_probability": np.where(valid, found, np.nan),
            "finding_rate": finding,
            "losing_rate": losing,
            "losing_probability": -np.expm1(-losing),
            "steady_unemployment": steady,
            "note": np.where(valid, "", "no rates: finding probability is not between 0 and 1"),
        }
    )
    made.loc[~usual, "note"] = f"no rates: the dates are not {length:g} apart like most"
    made.loc[valid & np.isnan(losing), "note"] = "no rate of losing leads to the next stock"
    notes = ["Two states: moves into and out of the labour force are taken as none."]
    if made["note"].ne("").any():
        notes.append(f"{int(made['note'].ne('').sum())} pairs of dates have no rates.")
    inputs = {"stocks": table_hash(stocks)}
    provenance = {"version": __version__, "inputs": inputs}
    return TwoStateRates(made, TwoStateSettings(time), notes=tuple(notes), provenance=provenance)


def _checked(stocks: object, time: str) -> tuple[pd.DataFrame, Floats]:
    """Return the stocks in the order of their dates, and how far apart these are."""
    refuse_other_than_table(stocks, SUBJECT)
    table: pd.DataFrame = stocks
    problems = [
        Problem(f"column '{n}'", "missing", listing((time, *STOCKS)), did_you_mean(n, table))
        for n in (time, *STOCKS)
        if n not in table.columns
    ]
    if problems:
        raise TableError(SUBJECT, problems)
    if len(table) < 2 or table[time].duplicated().any() or table[time].isna().any():
        problem = Problem(f"column '{time}'", "missing, repeated or fewer than two", "dates")
        raise TableError(SUBJECT, [problem])
    running, kind = running_dates(table, time, "", problems)
    order = np.argsort(running, kind="stable")
    ordered = table.iloc[order].reset_index(drop=True)
    numbers = ordered[list(STOCKS)].apply(pd.to_numeric, errors="coerce")
    if numbers.isna().any().any() or (numbers < 0).any().any():
        problems.append(Problem("stocks", "missing, negative or no number", "persons"))
    for low, high in (("short_term_unemployed", "unemployed"), ("unemployed", "labour_force")):
        above = int((numbers[low] > numbers[high]).sum())
        if above:
            problems.append(Problem(f"column '{low}'", f"above {high} in {above} rows", "a part"))
    if problems:
        raise TableError(SUBJECT, problems)
    return ordered.assign(**numbers), steps_between(running[order], kind)[0]


def _losing(before: Floats, after: Floats, force: Floats, finding: Floats) -> Floats:
    """Return the rate of losing that leads from the stock before to the one after, by halving."""

    def led_to(losing: Floats) -> Floats:
        stay = np.exp(-finding - losing)
        return np.asarray((1 - stay) * losing / (finding + losing) * force + stay * before)

    low, high = np.zeros(len(finding)), np.full(len(finding), 50.0)
    possible = (led_to(low) <= after) & (led_to(high) >= after)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = led_to(middle) > after
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.where(possible, (low + high) / 2, np.nan)
