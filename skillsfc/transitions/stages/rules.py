"""The rules of the stages, read from ``data/codes/swts_forms.csv``: no rule stands in code.

An answer is held as the set of values that it may have, one bit a value. A known answer has one
bit, a missing one all of them; a form is possible where every condition of one of its rules meets
one of the possible values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.schema import code_list

Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

#: The values that each answer may have, in the order of their bits.
VALUES: Mapping[str, tuple[str, ...]] = {
    "in_education": ("yes", "no"),
    "activity": ("employed", "unemployed", "outside"),
    "job": ("stable", "temporary", "self_employed"),
    "wants_other_job": ("yes", "no"),
    "intends_to_work": ("yes", "no"),
    "potential_labour_force": ("yes", "no"),
    "available": ("yes", "no"),
}
NOT_CLASSIFIED = "9"
_COUNT = np.array([bin(number).count("1") for number in range(8)])
UNKNOWN_STAGE = "not_classified"


def bits(answer: str, values: tuple[str, ...] | list[str]) -> int:
    """Return a set of values of one answer as bits.

    Examples
    --------
    >>> bits("activity", ("employed", "outside")), bits("in_education", ("no",))
    (5, 2)
    """
    return sum(1 << VALUES[answer].index(value) for value in values)


def everything(answer: str) -> int:
    """Return the bits of an answer that is not known: all its values.

    Examples
    --------
    >>> everything("activity")
    7
    """
    return (1 << len(VALUES[answer])) - 1


@dataclass(frozen=True)
class Rules:
    """The rules of one version.

    Parameters
    ----------
    version : str
        ``"ilostat"`` or ``"w4y"``.
    forms : tuple of str
        Letters of the forms in their order, without 9.
    stages : tuple of str
        Stage of each form.
    conditions : tuple of (str, mapping of str to int)
        For each rule its form and the bits that each answer must meet; an answer that the rule
        does not ask for is absent.
    codes : DataFrame
        One row a form and one for 9: ``form, form_code, stage, stage_code, label_en``.
    """

    version: str
    forms: tuple[str, ...]
    stages: tuple[str, ...]
    conditions: tuple[tuple[str, Mapping[str, int]], ...]
    codes: pd.DataFrame

    def possible(self, answers: Mapping[str, Bits]) -> Flags:
        """Return which forms are possible, one row a person, one column a form."""
        size = len(next(iter(answers.values())))
        found = np.zeros((size, len(self.forms)), dtype=bool)
        for form, wanted in self.conditions:
            met = np.ones(size, dtype=bool)
            for answer, allowed in wanted.items():
                met &= (answers[answer] & allowed) > 0
            found[:, self.forms.index(form)] |= met
        return found

    def asked(self, answers: Mapping[str, Bits]) -> dict[str, Flags]:
        """Return, for each answer, where it is not known and more than one form hangs on it."""
        several = self.possible(answers).sum(axis=1) > 1
        found = {}
        for answer, held in answers.items():
            unknown = several & (_COUNT[held] > 1)
            matters = np.zeros(len(held), dtype=bool)
            if unknown.any():
                known = [
                    self.possible(
                        {
                            name: np.full(int(unknown.sum()), 1 << at, dtype=np.uint8)
                            if name == answer
                            else bitset[unknown]
                            for name, bitset in answers.items()
                        }
                    )
                    for at in range(len(VALUES[answer]))
                ]
                matters[unknown] = (np.stack(known) != known[0]).any(axis=(0, 2))
            found[answer] = matters
        return found


@cache
def versions() -> tuple[str, ...]:
    """Return the versions that the table of rules holds.

    Examples
    --------
    >>> versions()
    ('ilostat', 'w4y')
    """
    return tuple(dict.fromkeys(code_list("swts_forms")["version"]))


def refuse_version(version: object, subject: str) -> None:
    """Raise if the table of rules holds no such version.

    Raises
    ------
    ParameterError
        If it does not.
    """
    known = versions()
    if not isinstance(version, str) or version not in known:
        found = Problem("version", repr(version), listing(known), did_you_mean(version, known))
        raise ParameterError(subject, [found])


@cache
def read_rules(version: str) -> Rules:
    """Return the rules of one version.

    Raises
    ------
    ParameterError
        If there is no such version.

    Examples
    --------
    >>> rules = read_rules("ilostat")
    >>> rules.forms, rules.stages[2]
    (('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), 'in_transition')
    """
    refuse_version(version, "classify_stages")
    listed = code_list("swts_forms")
    rows = listed[listed["version"] == version]
    named = rows[rows["level"] != "rule"]
    forms = named[named["level"] == "form"]
    conditions = tuple(
        (
            row["form"],
            {name: bits(name, row[name].split("|")) for name in VALUES if row[name]},
        )
        for row in rows[rows["level"] != "residual"].to_dict("records")
    )
    columns = ["form", "form_code", "stage", "stage_code", "label_en"]
    return Rules(
        version,
        tuple(forms["form"]),
        tuple(forms["stage"]),
        conditions,
        named[columns].reset_index(drop=True),
    )
