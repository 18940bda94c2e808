"""The model of a social accounting matrix: which accounts are inside, and what they receive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.input_output.algebra import input_coefficients, relative_gap
from skillsfc.forecast.input_output.inputs import SHOWN
from skillsfc.forecast.input_output.systems import System, signed_flows, total_problems


def accounting_system(
    flows: pd.DataFrame,
    endogenous: Mapping[str, Sequence[str]] | Sequence[str],
    *,
    negative: str,
    tolerance: float,
) -> System:
    """Return the accounts named as endogenous; all others pay from outside.

    Raises
    ------
    ParameterError
        If an account is unknown, named twice, or none or every account is endogenous.
    TableError
        If an account receives more or less than it pays, or an endogenous one has no income.
    """
    labels = list(flows.index)
    groups = _groups(endogenous, labels)
    inside = [label for members in groups.values() for label in members]
    receipts, payments = flows.sum(axis=1).to_numpy(), flows.sum(axis=0).to_numpy()
    gaps = relative_gap(receipts, payments)
    problems = [
        Problem(
            f"account {labels[i]!r}",
            f"receives {receipts[i]:g}, pays {payments[i]:g}",
            "the same (a social accounting matrix balances)",
            next_step="Balance it first, or raise tolerance= if this is rounding.",
        )
        for i in np.flatnonzero(gaps > tolerance)
    ]
    block = flows.loc[inside, inside]
    values, told, notes = signed_flows(block, negative)
    problems += told
    # Turning a payment round inside the block adds to both sums of both accounts.
    totals = flows.loc[inside].sum(axis=1).to_numpy() + (values - block.to_numpy()).sum(axis=1)
    problems += total_problems(totals, inside, "row sum")
    if problems:
        raise TableError("multipliers", problems)
    a = input_coefficients(values, totals)
    return System(tuple(inside), a, totals, totals - values.sum(axis=1), groups, notes)


def _groups(
    endogenous: Mapping[str, Sequence[str]] | Sequence[str], labels: list[str]
) -> dict[str, tuple[str, ...]]:
    if isinstance(endogenous, str):
        endogenous = [endogenous]
    named = endogenous if isinstance(endogenous, Mapping) else {"account": endogenous}
    groups = {str(key): tuple(map(str, members)) for key, members in named.items()}
    inside = [label for members in groups.values() for label in members]
    unknown = [label for label in inside if label not in set(labels)]
    problems = [
        Problem("endogenous", f"no account {label!r}", guess=did_you_mean(label, labels))
        for label in unknown[:SHOWN]
    ]
    twice = sorted({label for label in inside if inside.count(label) > 1})
    if twice:
        problems.append(Problem("endogenous", f"named twice: {listing(twice)}", "each once"))
    empty = [key for key, members in groups.items() if not members]
    if empty or not groups:
        found = f"no account in {listing(empty)}" if empty else "no account"
        problems.append(Problem("endogenous", found, "at least one in each group"))
    if set(inside) == set(labels):
        step = "Leave out at least one, such as government, investment or the rest of the world."
        problems.append(Problem("endogenous", "every account", "some outside", next_step=step))
    if problems:
        raise ParameterError("multipliers", problems)
    return groups
