"""Levers: from the assumptions of a scenario to the log change of every cell of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.params import Assumption
from skillsfc.scenario import Scenario
from skillsfc.schema import classification, code_list, dictionary

Array = NDArray[np.float64]
Values = Mapping[str, Array]  # by assumption: one number a draw
ROLES: Mapping[str, tuple[str, ...]] = {
    "growth": ("growth",),
    "slope": ("slope", "share"),
    "task_saving": ("exposure", "adoption", "saving", "years"),
    "response": ("response",),
}
TARGETED = ("growth", "share", "exposure")  # roles that stand for one cell each, many a lever
SHARES = ("share", "exposure", "adoption", "saving")  # roles whose values are parts of a whole


@dataclass(frozen=True, eq=False)
class Lever:
    """One lever, matched to the cells of a table.

    Parameters
    ----------
    name, kind : str
        Its name and its formula, a key of `ROLES`.
    single : mapping of str to str
        Role to assumption, for roles of which there is one.
    many : tuple of str
        Assumptions of the role that stands for cells.
    match : ndarray (many, cells)
        1 where an assumption is the one that a cell uses.
    answers : str
        For a response: the lever that it answers.
    """

    name: str
    kind: str
    single: Mapping[str, str]
    many: tuple[str, ...]
    match: Array
    answers: str = ""

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Tell which cells the lever reaches."""
        found: NDArray[np.bool_] = np.asarray(self.match.any(axis=0))
        return found


def match_levers(scenario: Scenario, cells: pd.DataFrame) -> list[Lever]:
    """Match every lever of a scenario to the cells of a table.

    Parameters
    ----------
    scenario : Scenario
        Its assumptions say by ``target`` whom they reach: ``sector:F``, ``occupation:2``.
    cells : DataFrame
        Key columns, one row a cell.

    Returns
    -------
    list of Lever
        In the order of the scenario. A cell uses the assumption of its own code or of the nearest
        code above it in ISIC Rev.4 or ISCO-08; codes of any other list must be named as they are.

    Raises
    ------
    ParameterError
        If a lever lacks a role that its formula needs, answers one that is not there, or has a
        share that is none.

    Examples
    --------
    >>> from skillsfc.scenario import load_scenario
    >>> found = match_levers(load_scenario("green"), pd.DataFrame({"sector": ["F", "41", "G"]}))
    >>> found[0].name, found[0].reached.tolist(), found[1].reached.any().item()
    ('green_sectors', [True, True, False], False)
    """
    chains = {key: _chains(cells[key], key) for key in cells.columns}
    problems: list[Problem] = []
    levers: list[Lever] = []
    for name in scenario.levers:
        entries = [entry for entry in scenario.assumptions.values() if entry.lever == name]
        problems += _value_problems(entries)
        kind = _kind(name, entries, problems)
        if kind:
            levers.append(_matched(name, kind, entries, chains, len(cells)))
    known = {lever.name: lever for lever in levers}
    for lever in levers:
        if lever.kind == "response" and known.get(lever.answers, lever).kind != "task_saving":
            near = did_you_mean(lever.answers, known)
            found = f"answers {lever.answers!r}, which is no lever of saved labour here"
            problems.append(Problem(f"lever {lever.name!r}", found, guess=near))
    if problems:
        raise ParameterError(f"scenario {scenario.name!r}", problems)
    return [_with_reach(lever, known) for lever in levers]


def _with_reach(lever: Lever, known: Mapping[str, Lever]) -> Lever:
    """Give a response the cells of the lever that it answers."""
    if lever.kind != "response":
        return lever
    match = known[lever.answers].match
    return Lever(lever.name, lever.kind, lever.single, (), match, lever.answers)


def _kind(name: str, entries: Sequence[Assumption], problems: list[Problem]) -> str:
    """Return the formula whose roles the assumptions of a lever have."""
    roles = [entry.role for entry in entries]
    for kind, needed in ROLES.items():
        if set(roles) == set(needed):
            twice = sorted({r for r in roles if roles.count(r) > 1 and r not in TARGETED})
            if twice:
                found = f"role {listing(twice)} more than once"
                problems.append(Problem(f"lever {name!r}", found, "once each"))
            return kind
    choices = "; ".join(" + ".join(needed) for needed in ROLES.values())
    problems.append(Problem(f"lever {name!r}", f"roles {listing(sorted(set(roles)))}", choices))
    return ""


def _value_problems(entries: Sequence[Assumption]) -> list[Problem]:
    """Refuse words, shares outside 0 to 1 and years that are none, in value and in range."""
    problems = []
    for entry in entries:
        numbers = [entry.value, *(end for end in (entry.low, entry.high) if end is not None)]
        if any(isinstance(number, str) for number in numbers):
            problems.append(Problem(entry.name, repr(entry.value), "a number"))
        elif entry.role in SHARES and not all(0 <= float(number) <= 1 for number in numbers):
            problems.append(Problem(entry.name, f"{numbers}", "0 to 1"))
        elif entry.role == "years" and min(map(float, numbers)) <= 0:
            problems.append(Problem(entry.name, f"{numbers}", "years above 0"))
    return problems


def _matched(
    name: str,
    kind: str,
    entries: Sequence[Assumption],
    chains: Mapping[str, Sequence[tuple[str, ...]]],
    cells: int,
) -> Lever:
    """Match the assumptions of one lever: of those that fit a cell, the nearest code wins."""
    many = [entry for entry in entries if entry.role in TARGETED]
    match = np.zeros((len(many), cells))
    for key, chain in chains.items():
        rows = {
            entry.target.removeprefix(f"{key}:"): at
            for at, entry in enumerate(many)
            if entry.target.startswith(f"{key}:")
        }
        for cell, above in enumerate(chain):
            code = next((code for code in above if code in rows), None)
            if code is not None:
                match[rows[code], cell] = 1.0
    single = {entry.role: entry.name for entry in entries if entry.role not in TARGETED}
    answers = next((e.target.removeprefix("lever:") for e in entries if e.role == "response"), "")
    return Lever(name, kind, single, tuple(entry.name for entry in many), match, answers)


def _chains(codes: pd.Series, key: str) -> list[tuple[str, ...]]:
    """Return for each cell its code and those above it, as far as the list is ISIC or ISCO."""
    lists = dictionary()["codes"].get(key, "")
    name = classification(codes, lists)[0] if lists and not lists.startswith("@") else ""
    if name not in ("isic4", "isco08"):
        # A national list may use the letters of ISIC for something else: only with its own prefix.
        return [(code,) if name.endswith(":") else () for code in codes.astype("str")]
    listed = code_list(name)
    parent = dict(zip(listed["code"], listed["parent"], strict=True))
    known: dict[str, tuple[str, ...]] = {}
    for code in codes.unique():
        chain, at = [], code
        while at:
            chain.append(at)
            at = parent.get(at, "")
        known[code] = tuple(chain)
    return [known[code] for code in codes]


def lever_effects(levers: Sequence[Lever], values: Values, years: float) -> Array:
    r"""Return the log change that each lever makes of each cell, some years after the start.

    Parameters
    ----------
    levers : sequence of Lever
        From `match_levers`.
    values : mapping of str to ndarray (draws,)
        Of every assumption that has a lever.
    years : float
        Since the start of the scenario [years, 0 or more].

    Returns
    -------
    ndarray (levers, draws, cells)
        Log change against the baseline.

    Notes
    -----
    With :math:`n` years and cell :math:`c`: growth :math:`g_c n`; slope :math:`b s_c n`; saved
    labour :math:`\min(n / N, 1) \ln(1 - x_c a q)` for exposure :math:`x`, adoption :math:`a`,
    saving :math:`q` and years to adopt :math:`N`; response :math:`-r` times the saved labour.

    Examples
    --------
    >>> from skillsfc.scenario import load_scenario
    >>> green = load_scenario("green").without("green_occupations")
    >>> found = match_levers(green, pd.DataFrame({"sector": ["F", "G"]}))
    >>> values = {k: np.array([v.value]) for k, v in green.assumptions.items() if v.lever}
    >>> lever_effects(found, values, 10.0).round(3).tolist()
    [[[0.05, 0.0]]]
    """
    made: dict[str, Array] = {}
    for lever in levers:
        if lever.kind != "response":
            made[lever.name] = FORMULAS[lever.kind](lever, values, years)
    for lever in levers:
        if lever.kind == "response":
            response = values[lever.single["response"]][:, None]
            made[lever.name] = -response * made[lever.answers]
    return np.stack([made[lever.name] for lever in levers])


def _of_cells(lever: Lever, values: Values) -> Array:
    """Return the value that each cell uses, by draw; 0 where no assumption reaches it."""
    found: Array = np.stack([values[name] for name in lever.many], axis=1) @ lever.match
    return found


def _growth(lever: Lever, values: Values, years: float) -> Array:
    return _of_cells(lever, values) * years


def _slope(lever: Lever, values: Values, years: float) -> Array:
    slope = values[lever.single["slope"]][:, None]
    return slope * _of_cells(lever, values) * years


def _task_saving(lever: Lever, values: Values, years: float) -> Array:
    adoption, saving, span = (
        values[lever.single[role]][:, None] for role in ("adoption", "saving", "years")
    )
    saved = _of_cells(lever, values) * adoption * saving
    # A whole occupation can be saved at most; the log of nothing left is kept finite.
    left = np.log1p(-np.minimum(saved, 1.0 - 1e-12))
    progress: Array = np.minimum(years / span, 1.0) * left
    return progress


FORMULAS: Mapping[str, Callable[[Lever, Values, float], Array]] = {
    "growth": _growth,
    "slope": _slope,
    "task_saving": _task_saving,
}
