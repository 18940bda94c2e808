"""Spells for a method: as they were checked before, or checked now, with what that changed."""

from __future__ import annotations

import warnings

import pandas as pd

from skillsfc.errors import Problem, SkillsfcWarning, TableError
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.spells.check import SpellCheck, run_rules
from skillsfc.transitions.spells.settings import SpellCheckSettings


def checked_frame(spells: object, *, subject: str, neighbours: str = "keep") -> pd.DataFrame:
    """Return the table of a `SpellCheck`, or a table of spells after all rules.

    What the rules changed in a table not checked before is told in a warning; for those who have
    notes of their own there is `checked_with_notes`.

    Raises
    ------
    TableError
        In the name of the caller, with all problems.
    """
    table, notes = checked_with_notes(spells, subject=subject, neighbours=neighbours, treated=True)
    if notes:
        warnings.warn(" ".join(notes), SkillsfcWarning, 3)
    return table


def checked_with_notes(
    spells: object, *, subject: str, neighbours: str = "keep", treated: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """Return checked spells, and what the rules found in a table that was not checked before.

    Parameters
    ----------
    treated : bool
        Only what was changed, not what was found and kept.

    Raises
    ------
    TableError
        In the name of the caller, with all problems.
    """
    table = spell_frame(spells, subject)
    if isinstance(spells, SpellCheck):
        overlaps = spells.issues.loc[spells.issues["rule"] == "S12", "spells"]
        kept = int(overlaps.sum())
        if kept and spells.settings.overlap == "keep":
            step = "Check the spells with another choice for overlap."
            found = f"{kept} overlaps were kept"
            raise TableError(subject, [Problem("spells", found, "one state at a time", "", step)])
        return table, []
    try:
        made, ledger, _ = run_rules(table, SpellCheckSettings(neighbours=neighbours))
    except TableError as error:
        raise TableError(subject, error.problems) from None
    return made, ledger.notes(treated=treated)
