"""Findings about tables that cannot be balanced, as problems in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skillsfc.errors import Problem, listing
from skillsfc.forecast.balancing.consistency import Finding
from skillsfc.forecast.balancing.feasibility import Advice, Change
from skillsfc.forecast.balancing.solution import EXPLAINED, Solution

THOUSANDS = (900.0, 1100.0)  # totals so many times apart are in different units
SHOWN = 6  # cells of one kind that are named; the others are counted


@dataclass(frozen=True)
class Names:
    """How the caller calls tables, margins and cells.

    Parameters
    ----------
    table : callable
        Number of a table -> its name, empty where there is only one.
    margin : callable
        Number of a margin -> its name; -1 is the seed.
    cell : callable
        (margin, cell) -> its name; margin -1 is the seed as given, -2 its cells in the layout.
    place : callable
        (margin, cell) -> the name of both.
    shared : callable
        (margin, margin, cell) -> name of a cell of the axes that two margins share.
    remedy : str
        What to do about different totals.
    """

    table: Callable[[int], str]
    margin: Callable[[int], str]
    cell: Callable[[int, tuple[int, ...]], str]
    place: Callable[[int, tuple[int, ...]], str]
    shared: Callable[[int, int, tuple[int, ...]], str]
    remedy: str


def describe(solution: Solution, names: Names, *, signed: bool = False) -> list[Problem]:
    """Return every finding as a problem, table by table, with the advice for each.

    Parameters
    ----------
    solution : Solution
        With findings.
    names : Names
        Names of tables, margins and cells.
    signed : bool
        Whether negative cells are wanted: a target of 0 may then stand beside positive cells.
    """
    problems: list[Problem] = []
    failed = solution.failed
    for table in failed[:EXPLAINED]:
        own = [finding for finding in solution.findings if finding.table == table]
        problems += _of_table(own, names, names.table(table), signed)
        advice = solution.advice.get(table)
        if advice is not None and advice.known and not advice.feasible:
            clash = any(finding.kind == "pattern" for finding in own)
            problems += _advice(advice, names, names.table(table), clash)
    if len(failed) > EXPLAINED:
        others = [names.table(table) for table in failed[EXPLAINED:]]
        found = f"{len(others)} more cannot be balanced either: {listing(others)}"
        problems.append(Problem("tables", found, next_step="Balance them alone to see why."))
    return problems


def number(value: float) -> str:
    """Return a number as people write it: 1,234.5, never 1234.500000001.

    Examples
    --------
    >>> number(1234.5), number(20.0), number(1e-7), number(0.0)
    ('1,234.5', '20', '1e-07', '0')
    """
    if value == round(value) or abs(value) >= 1e6:
        return f"{value:,.0f}"
    return f"{value:,.6g}" if abs(value) >= 1e-4 else f"{value:.3g}"


def _of_table(findings: Sequence[Finding], names: Names, table: str, signed: bool) -> list[Problem]:
    problems = []
    for finding in findings:
        if finding.kind != "empty":
            problems.append(_WORDS[finding.kind](finding, names, _at(table)))
    for margin in sorted({f.margin for f in findings if f.kind == "empty"}):
        same = [f for f in findings if f.kind == "empty" and f.margin == margin]
        problems.append(_empty(same, names, _at(table), signed))
    return problems


def _at(table: str) -> str:
    return f"{table}, " if table else ""


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"


def _totals(finding: Finding, names: Names, at: str) -> Problem:
    one, two = names.margin(finding.margin), names.margin(finding.other)
    values = [number(value) for value in finding.values]
    if values[0] == values[1]:  # they differ in a digit that is not shown
        values = [repr(value) for value in finding.values]
    apart = number(abs(finding.values[0] - finding.values[1]))
    low, high = sorted(abs(value) for value in finding.values)
    thousand = low > 0 and THOUSANDS[0] < high / low < THOUSANDS[1]
    return Problem(
        f"{at}{one} and {two}",
        f"totals {values[0]} and {values[1]}, {apart} apart",
        "one total for all margins",
        next_step=f"{'Is one of them in thousands? ' if thousand else ''}{names.remedy}",
    )


def _shared(finding: Finding, names: Names, at: str) -> Problem:
    one, two = names.margin(finding.margin), names.margin(finding.other)
    where = names.shared(finding.margin, finding.other, finding.cell)
    values = [number(value) for value in finding.values]
    more = f" (and in {finding.count - 1} more)" if finding.count > 1 else ""
    return Problem(
        f"{at}{one} and {two}",
        f"sums {values[0]} and {values[1]} for {where}{more}",
        "the same sums over what both margins hold",
        next_step="Balance the one margin to the other first, or make both from one source.",
    )


def _negative_seed(finding: Finding, names: Names, at: str) -> Problem:
    value = number(finding.values[0])
    where = names.cell(-1, finding.cell)
    return Problem(
        f"{at}{names.margin(-1)}",
        f"{_many(finding.count, 'value')} below 0 (first: {where}, {value})",
        "0 or more",
        next_step="If values may be negative (net flows, accounts), use method='gras'.",
    )


def _negative_target(finding: Finding, names: Names, at: str) -> Problem:
    value = number(finding.values[0])
    where = names.cell(finding.margin, finding.cell)
    return Problem(
        f"{at}{names.margin(finding.margin)}",
        f"{_many(finding.count, 'target')} below 0 (first: {where}, {value})",
        "0 or more",
        next_step="If values may be negative (net flows, accounts), use method='gras'.",
    )


def _pattern(finding: Finding, names: Names, at: str) -> Problem:
    return Problem(
        f"{at}{names.margin(-1)}",
        "no table with its zeros has these margins",
        "cells through which every target can be reached",
    )


def _slow(finding: Finding, names: Names, at: str) -> Problem:
    return Problem(
        f"{at}{names.margin(-1)}",
        f"margins can be met but are still missed by {finding.values[0]:.1e} of a target",
        "convergence",
        next_step="Raise max_iterations or tolerance.",
    )


def _stuck(finding: Finding, names: Names, at: str) -> Problem:
    return Problem(
        f"{at}{names.margin(-1)}",
        f"margins are still missed by {finding.values[0]:.1e} of a target, and the table is too "
        "large to tell in time whether its zeros are in the way",
        "convergence",
        next_step="Raise max_iterations, or look for rows with few cells and large targets.",
    )


_WORDS: dict[str, Callable[[Finding, Names, str], Problem]] = {
    "totals": _totals,
    "shared": _shared,
    "negative_seed": _negative_seed,
    "negative_target": _negative_target,
    "pattern": _pattern,
    "slow": _slow,
    "stuck": _stuck,
}


def _empty(same: Sequence[Finding], names: Names, at: str, signed: bool) -> Problem:
    margin = same[0].margin
    shown = [f"{names.cell(margin, f.cell)}: {number(f.values[0])}" for f in same[:SHOWN]]
    more = f" and {len(same) - SHOWN} more" if len(same) > SHOWN else ""
    what = "of its sign " if signed else ""
    return Problem(
        f"{at}{names.margin(margin)}",
        f"target without a cell {what}in the seed to carry it ({'; '.join(shown)}{more})",
        "a positive cell of the seed for each positive target",
        next_step="Set the target to 0, or give the seed a value there.",
    )


def _advice(advice: Advice, names: Names, table: str, clash: bool) -> list[Problem]:
    problems = []
    if clash and advice.demand and advice.supply:
        problems.append(_conflict(advice, names, table))
    shown = [_change(change, names) for change in advice.changes[:SHOWN]]
    rest = len(advice.changes) - SHOWN
    more = f"; and {rest} more" if rest > 0 else ""
    opened = [f"{names.cell(-2, o.cell)} ({number(o.after)})" for o in advice.openings[:SHOWN]]
    step = ""
    if opened:
        rest = len(advice.openings) - SHOWN
        others = f" and {rest} more" if rest > 0 else ""
        step = "Or leave the margins and give these zero cells of the seed a value: "
        step += f"{', '.join(opened)}{others}; the number is the least that would stand there."
    found = f"{number(advice.total)} in all, such as {'; '.join(shown)}{more}"
    problems.append(Problem(f"{_at(table)}smallest change of the margins", found, next_step=step))
    return problems


def _change(change: Change, names: Names) -> str:
    where = names.place(change.margin, change.cell)
    return f"{where}: {number(change.before)} -> {number(change.after)}"


def _conflict(advice: Advice, names: Names, table: str) -> Problem:
    sides = []
    for side in (advice.demand, advice.supply):
        named = [names.place(margin, cell) for margin, cell in side[:SHOWN]]
        more = f" and {len(side) - SHOWN} more" if len(side) > SHOWN else ""
        sides.append("; ".join(named) + more)
    return Problem(
        f"{_at(table)}{sides[0]}",
        f"{number(advice.asked)} wanted, but all cells that could carry it also count in "
        f"{sides[1]}, which allows {number(advice.allowed)}",
    )
