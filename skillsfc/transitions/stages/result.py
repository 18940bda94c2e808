"""`StageClassification`: forms and stages from answers that are sets of possible values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, Problem, TableError
from skillsfc.results import Result, table_hash
from skillsfc.transitions.stages.rules import (
    NOT_CLASSIFIED,
    UNKNOWN_STAGE,
    Bits,
    Flags,
    Rules,
    read_rules,
)

SUBJECT = "classify_stages"
STABLE_MONTHS = 12.0  # recalled from the national reports of the survey, see Notes
ADDED = (
    "in_scope",
    "form",
    "stage",
    "form_code",
    "stage_code",
    "possible_forms",
    "possible_stages",
)


@dataclass(frozen=True)
class StageSettings:
    """Arguments of `classify_stages`; see there."""

    version: str = "ilostat"
    missing: str = "bounds"
    age: tuple[int, int] | None = (15, 29)
    columns: Mapping[str, str] = field(default_factory=dict)
    stable_months: float = STABLE_MONTHS


@dataclass(frozen=True, eq=False, repr=False)
class StageClassification(Result):
    """Persons with their form and stage; see `classify_stages`.

    ``diagnostics`` has one row a check: ``check, persons``.
    """

    shown: ClassVar[tuple[str, ...]] = ("diagnostics",)


def from_answers(
    held: Mapping[str, Bits],
    inside: Flags,
    persons: pd.DataFrame,
    settings: StageSettings,
    counts: Mapping[str, int],
    notes: Iterable[str],
) -> StageClassification:
    """Classify answers that are sets of possible values; see `classify_stages`."""
    rules = read_rules(settings.version)
    if not inside.any():
        found = "nobody of these ages with a known age"
        raise CoverageError(SUBJECT, [Problem(f"age={settings.age}", found, "at least one person")])
    possible = rules.possible(held) & inside[:, None]
    unclear = (possible.sum(axis=1) > 1) & inside
    asked = {
        "contract_or_status" if name == "job" else name: int((where & inside).sum())
        for name, where in rules.asked(held).items()
    }
    if settings.missing == "refuse" and unclear.any():
        _refuse_unclear(int(unclear.sum()), asked)
    columns = _columns(rules, possible, inside, settings.missing == "not_classified")
    kept = [name for name in persons.columns if name not in ADDED]
    table = persons[kept].reset_index(drop=True).assign(**columns)
    checks = {"in_scope": int(inside.sum()), **counts, "several_forms_possible": int(unclear.sum())}
    checks |= {f"unknown_{name}": count for name, count in asked.items() if count}
    frame = pd.DataFrame({"check": list(checks), "persons": list(checks.values())})
    said = [*notes, *_said(checks, asked, table, settings)]
    provenance = {"version": __version__, "inputs": {"persons": table_hash(persons)}}
    return StageClassification(table, settings, frame, tuple(said), provenance)


def _refuse_unclear(count: int, asked: Mapping[str, int]) -> None:
    found = ", ".join(f"{name} ({number} persons)" for name, number in asked.items() if number)
    step = "missing='bounds' keeps the forms that remain possible."
    raise TableError(
        SUBJECT,
        [
            Problem(
                "answers", f"{count} persons fit several forms for want of {found}",
                "every answer that the rules ask for", next_step=step,
            )
        ],
    )  # fmt: skip


def _columns(
    rules: Rules, possible: Flags, inside: Flags, without_bounds: bool
) -> dict[str, object]:
    """Return the added columns, found once for each distinct set of possible forms."""
    number = possible @ (1 << np.arange(possible.shape[1]))  # each set of forms as one number
    numbers, place = np.unique(number, return_inverse=True)
    sets = (numbers[:, None] >> np.arange(possible.shape[1])) & 1
    codes = rules.codes.set_index("form")
    stage_codes = dict(codes[["stage", "stage_code"]].to_numpy())
    rows = []
    for members in sets:
        forms = [form for form, there in zip(rules.forms, members, strict=True) if there]
        if not forms:  # not of the ages asked for
            rows.append(("",) * 6)
            continue
        if len(forms) > 1 and without_bounds:
            forms = [NOT_CLASSIFIED]
        stages = list(dict.fromkeys(codes.loc[form, "stage"] for form in forms))
        form = forms[0] if len(forms) == 1 else NOT_CLASSIFIED
        stage = stages[0] if len(stages) == 1 else UNKNOWN_STAGE
        rows.append((form, stage, codes.loc[form, "form_code"], stage_codes[stage],
                     " ".join(forms), " ".join(stages)))  # fmt: skip
    found = pd.DataFrame(rows, columns=list(ADDED[1:]), dtype="str").iloc[place.ravel()]
    found = found.reset_index(drop=True)
    return {"in_scope": inside, **{str(name): found[name] for name in found.columns}}


def version_note(rules: Rules) -> str:
    """Return the sentence that says whose rules these are."""
    if rules.version == "ilostat":
        return "Rules of ILOSTAT: students in the labour force are in transition (c)."
    return (
        "Rules of the Work4Youth reports: schooling plays no part for the employed, so that a "
        "student in a stable or satisfactory job is transited; there is no form c."
    )


def _said(
    checks: Mapping[str, int],
    asked: Mapping[str, int],
    table: pd.DataFrame,
    settings: StageSettings,
) -> list[str]:
    notes = []
    if settings.age is not None:
        ages = f"{settings.age[0]}-{settings.age[1]}"
        notes.append(
            f"{checks['in_scope']} of {len(table)} persons are aged {ages} and classified; "
            f"{checks['age_outside']} are of other ages, of {checks['age_unknown']} the age is "
            "not known."
        )
    unclear = checks["several_forms_possible"]
    if unclear:
        want = ", ".join(f"{name} ({count})" for name, count in asked.items() if count)
        kept = "form 9" if settings.missing == "not_classified" else "form 9 with bounds"
        stage = int((table["stage"] == UNKNOWN_STAGE).sum())
        notes.append(
            f"{unclear} persons fit several forms for want of {want or 'answers'}: {kept}; the "
            f"stage is open for {stage}."
        )
    return notes
