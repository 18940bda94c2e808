"""The input-output models: open, and closed by households.

Each is a system of accounts with coefficients A, totals x and demand from outside f, so that
x = A x + f. What differs is which accounts are inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError, listing
from skillsfc.forecast.input_output.algebra import (
    Array,
    close_with_households,
    input_coefficients,
    spectral_radius,
    transpose_negatives,
)
from skillsfc.forecast.input_output.inputs import (
    SHOWN,
    Values,
    cells,
    negative_problem,
    read_vector,
)

HOUSEHOLDS = "households"  # label of the household account in the closed model
NEGATIVE = ("refuse", "keep", "transpose")


@dataclass(frozen=True)
class System:
    """Accounts, what they buy from one another, and what comes from outside.

    Parameters
    ----------
    labels : tuple of str
        The accounts; households come last in the closed model.
    coefficients : ndarray (n, n)
        A [money per money].
    totals : ndarray (n,)
        x, output or income of each account [money].
    outside : ndarray (n,)
        f, demand or payments from outside the system [money].
    groups : mapping
        Accounts by group; the first group are the sectors that produce.
    notes : tuple of str
        What was found and how it was treated.
    """

    labels: tuple[str, ...]
    coefficients: Array
    totals: Array
    outside: Array
    groups: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def sectors(self) -> tuple[str, ...]:
        """Return the accounts that produce."""
        return next(iter(self.groups.values()))


def open_system(flows: pd.DataFrame, output: Values, *, negative: str, tolerance: float) -> System:
    """Return the open model: sectors buy from one another, all final demand is from outside.

    Raises
    ------
    TableError
        If a total is missing, zero or negative, a flow is negative and not said to be kept, or a
        sector sells more to the others than it makes.
    """
    labels = list(flows.index)
    totals, problems = read_vector(output, labels, "output")
    values, told, notes = signed_flows(flows, negative)
    problems += told
    if not problems:
        problems += total_problems(totals, labels, "output")
    if not problems:
        sold = values.sum(axis=1)
        over = (sold - totals) > tolerance * totals
        problems += _oversold(over, labels, sold, totals)
    if problems:
        raise TableError("multipliers", problems)
    a = input_coefficients(values, totals)
    notes += _bought_notes(a, labels)
    return System(
        tuple(labels), a, totals, totals - values.sum(axis=1), {"sector": tuple(labels)}, notes
    )


def closed_system(
    opened: System,
    wages: Values,
    consumption: Values,
    household_income: float | None,
    *,
    tolerance: float,
) -> System:
    """Return the open model with households inside: their wages are earned and spent in it.

    Raises
    ------
    TableError
        If wages or consumption are missing or negative, wages exceed output, consumption exceeds
        final demand, or households spend more than they have.
    """
    labels = list(opened.labels)
    problems = []
    if HOUSEHOLDS in labels:
        step = "Rename it: the closed model adds an account of this name."
        problems.append(Problem("io_table", f"a sector called {HOUSEHOLDS!r}", next_step=step))
    paid, told = read_vector(wages, labels, "wages")
    problems += told + negative_problem(paid, labels, "wages")
    spent, told = read_vector(consumption, labels, "consumption")
    problems += told + negative_problem(spent, labels, "consumption")
    if not problems:
        problems += _closing_problems(opened, paid, spent, household_income, tolerance)
    if problems:
        raise TableError("multipliers", problems)
    income = float(paid.sum() if household_income is None else household_income)
    a = close_with_households(opened.coefficients, paid / opened.totals, spent / income)
    return System(
        (*labels, HOUSEHOLDS),
        a,
        np.append(opened.totals, income),
        np.append(opened.outside - spent, income - paid.sum()),
        {**opened.groups, "household": (HOUSEHOLDS,)},
        (
            *opened.notes,
            *_loss_notes(opened, paid),
            f"Households spend {spent.sum() / income:.1%} of their income on the sectors' "
            "products; the rest leaks to saving, taxes and imports. The household account "
            "counts in no output multiplier.",
        ),
    )


def _loss_notes(opened: System, paid: Array) -> tuple[str, ...]:
    cost = opened.coefficients.sum(axis=0) * opened.totals + paid
    losing = list(pd.Index(opened.labels)[cost > opened.totals])
    return (f"Wages and purchases exceed output in {listing(losing)}: a loss.",) * bool(losing)


def _closing_problems(
    opened: System, paid: Array, spent: Array, household_income: float | None, tolerance: float
) -> list[Problem]:
    labels, totals = list(opened.labels), opened.totals
    problems = []
    over = list(pd.Index(labels)[paid > totals * (1 + tolerance)])
    if over:
        found = f"more than output in {listing(over, SHOWN)}"
        problems.append(Problem("wages", found, "at most the output"))
    over = list(pd.Index(labels)[spent > opened.outside + tolerance * totals])
    if over:
        found = f"more than final demand (output less intermediate sales) in {listing(over, SHOWN)}"
        step = "Consumption of domestic products only? At the same prices as the table?"
        problems.append(Problem("consumption", found, "at most final demand", next_step=step))
    income = paid.sum() if household_income is None else household_income
    if not np.isfinite(income) or income <= 0 or paid.sum() > income * (1 + tolerance):
        found, least = f"{income:g}", f"a positive number, at least the wages paid ({paid.sum():g})"
        problems.append(Problem("household_income", found, least))
    elif spent.sum() > income * (1 + tolerance):
        found = f"{spent.sum():g}, more than the income of households ({income:g})"
        step = "Give household_income=, with mixed income, property income and transfers in it."
        problems.append(Problem("consumption, sum", found, "at most the income", next_step=step))
    return problems


def signed_flows(
    flows: pd.DataFrame, negative: str
) -> tuple[Array, list[Problem], tuple[str, ...]]:
    """Treat negative flows as the user said, and say so."""
    values = flows.to_numpy()
    marked = values < 0
    if not marked.any():
        return values, [], ()
    found = f"{int(marked.sum())} negative: {cells(marked, flows)}"
    if negative == "refuse":
        step = "Mend them, or say negative='keep' or negative='transpose'."
        return values, [Problem("cells", found, "0 or more", next_step=step)], ()
    if negative == "transpose":
        return transpose_negatives(values), [], (f"Flows turned round, {found}.",)
    return values, [], (f"Flows kept as they are, {found}.",)


def total_problems(totals: Array, labels: list[str], name: str) -> list[Problem]:
    """Return the problems of totals that no coefficient can be put on: negative or zero."""
    zero = [label for label, total in zip(labels, totals, strict=True) if total == 0]
    problems = negative_problem(totals, labels, name)
    if zero:
        step = "Drop the row and column, or merge it with another."
        found = f"zero for {listing(zero, SHOWN)}"
        problems.append(Problem(name, found, "above zero: nothing can be put per unit", "", step))
    return problems


def _oversold(over: Array, labels: list[str], sold: Array, totals: Array) -> list[Problem]:
    text = [f"{labels[i]} (sells {sold[i]:g}, makes {totals[i]:g})" for i in np.flatnonzero(over)]
    step = "Are imports in the flows? Is output of the same year, unit and prices?"
    found = f"below intermediate sales in {listing(text, SHOWN)}"
    return [Problem("output", found, "at least what is sold", next_step=step)] * bool(text)


def _bought_notes(a: Array, labels: list[str]) -> tuple[str, ...]:
    over = [label for label, share in zip(labels, a.sum(axis=0), strict=True) if share >= 1]
    if not over:
        return ()
    return (f"Purchases reach or exceed output in {listing(over)}: no value added is left there.",)


def productivity_problem(system: System, subject: str = "multipliers") -> float:
    """Return the spectral radius of the coefficients; raise if it is 1 or more.

    Raises
    ------
    TableError
        If the accounts need all of their output, or more, for themselves.
    """
    radius = spectral_radius(system.coefficients)
    if radius < 1 - 1e-12:
        return radius
    shares = system.coefficients.sum(axis=0)
    most = [system.labels[i] for i in np.argsort(-shares)[:SHOWN] if shares[i] >= 1 - 1e-9]
    raise TableError(
        subject,
        [
            Problem(
                "coefficients",
                f"largest eigenvalue {radius:.6g} (columns that spend all: {listing(most)})",
                "below 1, or no output could meet a final demand (Hawkins-Simon)",
                next_step="Leave more accounts outside, or look for flows that are too large.",
            )
        ],
    )
