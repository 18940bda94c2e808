"""The numbered rules of `check_spells`, what may be done about each, and the ledger of hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc.errors import Problem
from skillsfc.transitions.records import Flags, hashed

ISSUE_COLUMNS = (
    "rule", "title", "severity", "spells", "persons", "dropped", "added", "time_before",
    "time_after", "treatment",
)  # fmt: skip
REFUSED = "an error"
DROPPED = "the row is dropped"
ORDER = "list"  # stands for a list of states in order of priority


@dataclass(frozen=True)
class Rule:
    """One rule: its number, what it finds, the argument that settles it, and the choices."""

    id: str
    title: str
    argument: str
    choices: Mapping[str, str]


def _rule(number: int, title: str, argument: str = "", **choices: str) -> Rule:
    return Rule(f"S{number:02d}", title, argument, choices or {"refuse": REFUSED})


RULES: tuple[Rule, ...] = (
    _rule(1, "person, state, start or end is missing", "missing_values",
          refuse=REFUSED, drop=DROPPED),
    _rule(2, "a time is no number and no date"),
    _rule(3, "the month of a date is missing, 0, or from 97 to 99", "bad_month",
          refuse=REFUSED,
          half_year="the middle of what is possible within that year",
          uniform="drawn evenly from what is possible within that year"),
    _rule(4, "the same row twice", drop="the repetition is dropped"),
    _rule(5, "rows that agree in person, state, start and end but not in the rest", "conflict",
          refuse=REFUSED, first="the first row stays"),
    _rule(6, "event code other than true and false"),
    _rule(7, "event and to_state contradict one another"),
    _rule(8, "end before start", "end_before_start",
          refuse=REFUSED, swap="start and end change places", drop=DROPPED),
    _rule(9, "start before birth", "before_birth",
          refuse=REFUSED, clip="the spell starts at birth; dropped if it ended before"),
    _rule(10, "end after interview", "after_interview",
          refuse=REFUSED,
          clip="the spell ends at the interview without a move; dropped if it starts later"),
    _rule(11, "zero length", "zero_length",
          refuse=REFUSED, half="half a unit, taken from the spell that follows", drop=DROPPED),
    _rule(12, "overlap with an earlier spell of the person", "overlap",
          refuse=REFUSED,
          cut_earlier="the earlier spell ends where the later starts",
          cut_later="the later spell starts where the earlier ends; dropped if nothing is left",
          keep="kept", list="the state named first holds"),
    _rule(13, "gap before a spell", "gap",
          refuse=REFUSED, flag="kept as a gap", fill="a spell of unknown state fills it",
          close="the spell before is prolonged"),
    _rule(14, "the move seen at the end is not into the adjoining next spell", "destination",
          refuse=REFUSED, next="the next spell says where to", keep="kept"),
    _rule(15, "a move was seen, but not where to", flag="to_state is the unknown state"),
    _rule(16, "adjoining spells in one state", "neighbours",
          merge="one spell, with the other columns of its first part", keep="kept",
          refuse=REFUSED),
    _rule(17, "entry at or after end: over before the person was first seen", "late_entry",
          refuse=REFUSED, drop=DROPPED),
    _rule(18, "state that is not named in states"),
    _rule(19, "weight missing or no number"),
    _rule(20, "weight negative"),
    _rule(21, "all weights zero"),
    _rule(22, "weight zero", flag="kept in the count, without influence"),
    _rule(23, "very unequal weights", flag="kept"),
    _rule(24, "more than one weight in a person", flag="kept"),
    _rule(25, "age outside 0 to 120 years", "bad_age",
          refuse=REFUSED, missing="the age becomes missing"),
    _rule(26, "age that is not interview less birth", flag="kept"),
)  # fmt: skip
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}


@dataclass
class Ledger:
    """The table on its way through the rules, with what each rule found and did.

    Parameters
    ----------
    table : DataFrame
        Rows that are still in; ``start`` and ``end`` are numbers, ``@person`` a running number.
    unit : str
        Unit of time, for sentences.
    problems : list of Problem
        What is an error.
    found : dict
        Rule id to its row of the issues table.
    """

    table: pd.DataFrame
    unit: str
    problems: list[Problem] = field(default_factory=list)
    found: dict[str, dict[str, object]] = field(default_factory=dict)

    def time(self) -> float:
        """Return the sum of all lengths [unit]."""
        lengths = self.table["end"].to_numpy() - self.table["start"].to_numpy()
        return float(np.nansum(lengths))

    def settle(
        self,
        rule_id: str,
        hits: Flags,
        choice: str,
        after: pd.DataFrame | None = None,
        *,
        dropped: int = 0,
        added: int = 0,
        step: str = "",
        aside: bool = True,
    ) -> None:
        """Write down what a rule found, and go on with the table after its treatment.

        Rows that are an error are set aside, so that the rules to come see the others.
        """
        rule, count, before = BY_ID[rule_id], int(hits.sum()), self.time()
        persons = self.table.loc[hits, "person"].dropna().unique() if count else np.empty(0)
        severity = {"refuse": "error", "flag": "flagged", "keep": "flagged"}.get(choice, "treated")
        if count and severity == "error":
            self.problems.append(_problem(rule, count, persons, step))
            after = self.table[~hits] if aside else None
            dropped = count if aside else 0
        if after is not None and count:
            self.table = after.reset_index(drop=True)
        self.found[rule_id] = {
            "rule": rule.id,
            "title": rule.title,
            "severity": severity,
            "spells": count,
            "persons": len(persons),
            "dropped": dropped,
            "added": added,
            "time_before": before,
            "time_after": self.time() if count else before,
            "treatment": rule.choices[choice],
        }

    def issues(self) -> pd.DataFrame:
        """Return one row a rule, in order, also for rules that found nothing."""
        return pd.DataFrame([self.found[rule.id] for rule in RULES], columns=list(ISSUE_COLUMNS))

    def notes(self, *, treated: bool = False) -> list[str]:
        """Return a sentence for every rule that found something and went on, or changed it."""
        passed = ("error", "flagged") if treated else ("error",)
        return [
            f"{row['rule']} {row['title']}: {row['spells']} spells of {row['persons']} persons; "
            f"{row['treatment']}."
            for row in (self.found[rule.id] for rule in RULES if rule.id in self.found)
            if row["spells"] and row["severity"] not in passed
        ]


def _problem(rule: Rule, count: int, persons: object, step: str) -> Problem:
    who = hashed(list(persons))  # type: ignore[call-overload]
    others = [name for name in rule.choices if name not in ("refuse", "flag")]
    if others and not step:
        words = " or ".join(
            "a list of states" if name == ORDER else f"{rule.argument}={name!r}" for name in others
        )
        step = f"Mend the file, or choose {words}: it is then counted in the issues table."
    found = f"{count} rows" + (f" ({who})" if who else "")
    return Problem(f"{rule.id} {rule.title}", found, next_step=step)
