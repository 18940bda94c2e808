"""Scenarios: the baseline's assumptions, those that differ from it, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.params import Assumption, load_assumptions, tabulate_assumptions
from skillsfc.scenario_changes import Change, Frozen, changed, expert_of, name_of, text_of

BASELINE = "baseline"
TITLES = {
    BASELINE: "Trends go on; no policy change",
    "green": "Energy, buildings and waste change towards lower emissions",
    "digital": "Generative AI and digital services spread",
}


@dataclass(frozen=True)
class Scenario:
    """A named set of assumptions that remembers how it differs from where it came from.

    Use `load_scenario` for those that are shipped. Build one directly for levers of your own, such
    as a growth difference for a sector of a national code list.

    Parameters
    ----------
    name, title : str
        Identifier, which becomes the key ``scenario`` of tables, and the scenario in plain words.
    assumptions : mapping of str to Assumption
        All of them, by name. Those with a ``lever`` make the difference to the baseline.
    changes : tuple of Change
        What was changed after loading, by whom and why.
    family : str
        The name without what `with_` adds to it. Default: ``name``.

    Raises
    ------
    ParameterError
        If something is no `Assumption`, or stands under a name that is not its own.

    Examples
    --------
    >>> green = load_scenario("green")
    >>> green.levers
    ('green_sectors', 'green_occupations')
    >>> faster = green.with_(growth_sector_F=0.01)
    >>> faster.name, faster.assumptions["growth_sector_F"].value
    ('green, growth_sector_F = 0.01', 0.01)
    >>> green.with_(growth_sector_F=0.5)
    Traceback (most recent call last):
    skillsfc.errors.ParameterError: scenario 'green', 1 problem
      growth_sector_F: 0.5; expected -0.005 to 0.015. If you have good grounds, say
      expert=("who", "why"), which is recorded.
    """

    name: str
    title: str
    assumptions: Mapping[str, Assumption]
    changes: tuple[Change, ...] = ()
    family: str = ""

    def __post_init__(self) -> None:
        """Freeze the mapping and refuse what is no assumption."""
        given = dict(self.assumptions)
        wrong = [
            Problem(key, type(entry).__name__, f"an Assumption named {key!r}")
            for key, entry in given.items()
            if not isinstance(entry, Assumption) or entry.name != key
        ]
        if not str(self.name).strip():
            wrong.append(Problem("name", "empty", "a name for the tables"))
        if wrong:
            raise ParameterError(f"scenario {self.name!r}", wrong)
        object.__setattr__(self, "assumptions", Frozen(given))
        object.__setattr__(self, "family", self.family or self.name)

    @property
    def levers(self) -> tuple[str, ...]:
        """Name the levers, in the order of the assumptions."""
        found = (entry.lever for entry in self.assumptions.values() if entry.lever)
        return tuple(dict.fromkeys(found))

    def with_(self, *, expert: Sequence[str] | None = None, **values: Any) -> Scenario:
        """Return a new scenario in which some assumptions have other values.

        Parameters
        ----------
        expert : (str, str), optional
            Who decided and why. It is recorded, and a value may then leave its range.
        **values
            ``name=value``, or ``name=(value, low, high)`` to state a range of your own. A plain
            value is a decision: intervals of a comparison then treat it as certain.

        Returns
        -------
        Scenario
            This one stays as it is.

        Raises
        ------
        ParameterError
            For names that the scenario does not have, values of another type, or outside of their
            range without ``expert``. All at once.

        Examples
        --------
        >>> made = load_scenario("digital").with_(
        ...     ai_adoption=0.8, expert=("ministry of labour", "survey of firms, 2025"))
        >>> made.changes[0].outside, made.changes[0].who
        (True, 'ministry of labour')
        """
        problems: list[Problem] = []
        who, why = expert_of(expert, problems)
        entries, log = dict(self.assumptions), {change.name: change for change in self.changes}
        for name, given in values.items():
            if name not in entries:
                near = did_you_mean(name, entries)
                problems.append(Problem(name, "no assumption of this scenario", guess=near))
                continue
            made = changed(entries[name], given, who, why, log.get(name))
            if isinstance(made, Problem):
                problems.append(made)
                continue
            entries[name], log[name] = made
        if problems:
            raise ParameterError(f"scenario {self.name!r}", problems)
        changes = tuple(log.values())
        return replace(self, name=name_of(self.family, changes), assumptions=entries,
                       changes=changes)  # fmt: skip

    def without(self, *levers: str) -> Scenario:
        """Return a new scenario without some levers; without any name given, with none at all.

        Raises
        ------
        ParameterError
            If the scenario has no such lever.

        Examples
        --------
        >>> load_scenario("green").without("green_occupations").levers
        ('green_sectors',)
        """
        unknown = [name for name in levers if name not in self.levers]
        if unknown:
            raise ParameterError(
                f"scenario {self.name!r}",
                [Problem(name, "no lever of it", listing(self.levers),
                         did_you_mean(name, self.levers)) for name in unknown],
            )  # fmt: skip
        gone = set(levers or self.levers)
        entries = {k: entry for k, entry in self.assumptions.items() if entry.lever not in gone}
        log = tuple(change for change in self.changes if change.name in entries)
        family = f"{self.family} without {', '.join(sorted(gone))}" if gone else self.family
        return Scenario(name_of(family, log), self.title, entries, log, family)

    def renamed(self, name: str, *, title: str | None = None) -> Scenario:
        """Return the same scenario under a name of your own.

        Examples
        --------
        >>> load_scenario("green").renamed("law of 2027").name
        'law of 2027'
        """
        return replace(self, name=name, title=title or self.title, family=name)

    def difference(self, other: Scenario | None = None) -> pd.DataFrame:
        """Return what differs from another scenario, the baseline by default.

        Returns
        -------
        DataFrame
            One row an assumption that differs: ``assumption, title, unit, other`` (its value
            there, empty if it has none), ``loaded`` (before any change), ``used, low, high``
            (range in the file), ``outside`` (of that range), ``who, why``.

        Examples
        --------
        >>> green = load_scenario("green")
        >>> green.with_(growth_sector_F=0.0).difference(green)[["assumption", "other", "used"]]
                assumption  other used
        0  growth_sector_F  0.005    0
        """
        there = (other or load_scenario(BASELINE)).assumptions
        log = {change.name: change for change in self.changes}
        rows = []
        for name, entry in self.assumptions.items():
            if name in there and there[name].value == entry.value and name not in log:
                continue
            done = log.get(name, Change(name, entry.value, entry.value, entry.low, entry.high))
            theirs = text_of(there[name].value) if name in there else ""
            rows.append((name, entry.title, entry.unit, theirs, text_of(done.before),
                         text_of(entry.value), done.low, done.high, done.outside, done.who,
                         done.why))  # fmt: skip
        columns = ["assumption", "title", "unit", "other", "loaded", "used", "low", "high"]
        return pd.DataFrame(rows, columns=[*columns, "outside", "who", "why"])

    def table(self) -> pd.DataFrame:
        """Return all assumptions as a table for a report: used, range, unit, quality, source."""
        return tabulate_assumptions(self.assumptions.values())

    def __add__(self, other: object) -> Scenario:
        """Compose two scenarios: ``green + digital``."""
        if not isinstance(other, Scenario):
            return NotImplemented
        return combine_scenarios([self, other])


def load_scenario(name: str = BASELINE) -> Scenario:
    """Return a shipped scenario: the baseline's assumptions and those of its own file.

    Parameters
    ----------
    name : {"baseline", "green", "digital"}
        A file of ``data/params/`` without its ending.

    Returns
    -------
    Scenario

    Raises
    ------
    ParameterError
        If there is no such file, or it changes an assumption of the baseline.

    Examples
    --------
    >>> load_scenario("baseline").levers
    ()
    >>> (load_scenario("green") + load_scenario("digital")).name
    'digital + green'
    """
    own = Scenario(name, TITLES.get(name, name), load_assumptions(name))
    if name == BASELINE:
        return own
    return _united([load_scenario(BASELINE), own], name, own.title)


def combine_scenarios(scenarios: Sequence[Scenario], *, name: str | None = None) -> Scenario:
    """Return the scenario in which all the given ones hold at once.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Their order does not matter. The baseline adds nothing.
    name : str, optional
        Default: their names joined by plus signs, in alphabetical order.

    Returns
    -------
    Scenario

    Raises
    ------
    ParameterError
        If an assumption has different values in two of them; each is named.

    Examples
    --------
    >>> both = combine_scenarios([load_scenario("green"), load_scenario("digital")])
    >>> both.levers
    ('digital_sectors', 'ai_saving', 'ai_response', 'green_sectors', 'green_occupations')
    """
    parts = list(scenarios)
    if not parts or not all(isinstance(part, Scenario) for part in parts):
        raise ParameterError(
            "combine_scenarios", [Problem("scenarios", repr(scenarios)[:80], "some scenarios")]
        )
    ordered = sorted(parts, key=lambda part: (part.name != BASELINE, part.name))
    named = [part for part in ordered if part.name != BASELINE] or ordered[:1]
    names = list(dict.fromkeys(part.name for part in named))
    titles = list(dict.fromkeys(part.title for part in named))
    return _united(ordered, name or " + ".join(names), "; ".join(titles))


def _united(parts: Sequence[Scenario], name: str, title: str) -> Scenario:
    """Unite assumptions and changes, or name every assumption on which two parts disagree."""
    entries: dict[str, Assumption] = {}
    owner: dict[str, str] = {}
    problems = []
    for part in parts:
        for key, entry in part.assumptions.items():
            known = entries.setdefault(key, entry)
            owner.setdefault(key, part.name)
            if known != entry:
                found = f"{known.value} in {owner[key]!r}, {entry.value} in {part.name!r}"
                same = "" if known.value != entry.value else " with another range or source"
                step = "Change one of them with .with_(), or leave one out."
                problems.append(Problem(key, found + same, "one value", next_step=step))
    if problems:
        raise ParameterError(f"scenario {name!r}", problems)
    changes = {change.name: change for part in parts for change in part.changes}
    return Scenario(name, title, entries, tuple(changes.values()))
