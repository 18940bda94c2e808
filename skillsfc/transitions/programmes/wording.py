"""What an estimate says, what it assumes and what it is not, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.errors import listing
from skillsfc.transitions.programmes.choices import ProgrammeSettings
from skillsfc.transitions.programmes.earners import ReturnSettings

MOST_SENTENCES = 4  # groups spelled out; more are in the table only
FEW = 30

METHODS = {
    "ipw": "Persons are weighted by their estimated chance to be treated (normalised weights).",
    "aipw": "A model of who is treated and a model of the outcome are combined: one of the two may "
    "be wrong (doubly robust).",
    "matching": "Each person is compared with the most similar of the other arm, who may serve "
    "more than once.",
    "did": "The change of the treated is compared with the change of the controls.",
}
ADJUSTMENTS = {
    "dr": "Differences in the covariates are taken out by weighting and by a model of the "
    "controls' change: one of the two may be wrong (doubly robust).",
    "ipw": "Controls are weighted to be like the treated.",
    "regression": "The change to expect comes from a linear model of the controls.",
    "none": "No covariates are used.",
}


def effect_notes(
    settings: ProgrammeSettings,
    rows: Sequence[Mapping[Any, Any]],
    found: Mapping[str, pd.DataFrame],
    treated: Sequence[str],
    binary: bool,
) -> tuple[str, ...]:
    """Return the notes of a result: meaning, assumption, limits, then what was treated."""
    sentences = [_meaning(row, settings, binary) for row in rows[:MOST_SENTENCES]]
    if len(rows) > MOST_SENTENCES:
        sentences.append(f"{len(rows) - MOST_SENTENCES} more groups are in the table.")
    notes = [*sentences, METHODS[settings.method]]
    if settings.adjustment is not None:
        notes.append(ADJUSTMENTS[settings.adjustment if settings.covariates else "none"])
    notes += [_assumption(settings), *_flags(settings, found), *_few(rows, settings)]
    return tuple(dict.fromkeys([*notes, *treated]))


def _number(value: float, binary: bool, *, change: bool = False) -> str:
    sign = "+" if change else ""
    if binary:
        return f"{100 * value:{sign}.1f}" + ("" if change else " %")
    digits = max(0, 3 - len(str(int(abs(value))))) if abs(value) >= 1 else 3
    return f"{value:{sign},.{digits}f}"


def _meaning(row: Mapping[Any, Any], settings: ProgrammeSettings, binary: bool) -> str:
    who = {"att": "those who took part", "ate": "all persons"}[settings.target]
    keys = ", ".join(f"{name} {row[name]}" for name in settings.group)
    where = f" ({keys})" if keys else ""
    means = [_number(row[name], binary) for name in ("with_programme", "without_programme")]
    ends = [_number(row[name], binary, change=True) for name in ("lower", "upper")]
    change, plain = (
        _number(row[name], binary, change=True) for name in ("estimate", "naive_difference")
    )
    points = " points" if binary else ""
    first = "is" if settings.target == "att" else "would be"
    second = "would be " if settings.target == "att" else ""
    sentence = (
        f"'{settings.outcome}' of {who}{where} {first} {means[0]} with the programme and {second}"
        f"{means[1]} without it: an effect of {change}{points} ({settings.level:.0%} interval "
        f"{ends[0]} to {ends[1]}). The plain difference between the arms is {plain}{points}."
    )
    if row["lower"] <= 0 <= row["upper"]:
        sentence += " The interval holds zero: these data cannot tell the effect from none."
    return sentence


def _assumption(settings: ProgrammeSettings) -> str:
    if settings.method == "did":
        like = " with the same covariates" if settings.covariates.strip() else ""
        return (
            "Assumed, not shown: without the programme the treated would have changed as the "
            f"controls{like} did (parallel trends), and nobody changed in expectation of it. It is "
            "no proof: what else happened to one group at that time is in the estimate."
        )
    if not settings.covariates.strip():
        return (
            "No covariates: this is the plain difference, an effect only if chance alone decided "
            "who took part."
        )
    return (
        "Assumed, not shown: among persons with the same covariates, who took part does not go "
        "with what would have become of them anyway. It is no proof: motivation, or any other "
        "trait that is not among the covariates, moves the estimate if it moves both. Covariates "
        "must be from before the programme."
    )


def _flags(settings: ProgrammeSettings, found: Mapping[str, pd.DataFrame]) -> list[str]:
    notes = []
    overlap = found["overlap"]
    poor = overlap[overlap["note"] != ""]
    for row in poor[[*settings.group, "note"]].head(MOST_SENTENCES).to_dict("records"):
        keys = ", ".join(f"{name} {row[name]}" for name in settings.group)
        notes.append(f"Overlap is poor{f' ({keys})' if keys else ''}: {row['note']}.")
    balance = found["balance"]
    if len(balance):
        apart = balance.loc[balance["difference_after"].abs() > 0.1, "term"].unique()
        if len(apart) and settings.method != "did":
            notes.append(
                f"Treated and controls still differ in {listing(apart, 5)} by more than 0.1 "
                "standard deviations after the comparison: see .balance()."
            )
    return notes


def _few(rows: Sequence[Mapping[Any, Any]], settings: ProgrammeSettings) -> list[str]:
    few = sum(min(row["treated"], row["controls"]) < FEW for row in rows)
    if not few:
        return []
    which = "This estimate rests" if len(rows) == 1 else f"{few} of {len(rows)} estimates rest"
    return [f"{which} on fewer than {FEW} persons in an arm: unreliable."]


def returns_notes(
    settings: ReturnSettings, table: pd.DataFrame, diagnostics: pd.DataFrame
) -> tuple[str, ...]:
    """Return what a return to schooling says, assumes and is not."""
    notes = []
    for row in table.to_dict("records")[:MOST_SENTENCES]:
        keys = ", ".join(f"{name} {row[name]}" for name in settings.group)
        per = (
            f"One more unit of '{settings.schooling}'"
            if row["term"] == settings.schooling
            else f"{row['term']} against the reference"
        )
        limits = (f"{row[name]:+.1%}" for name in ("return_lower", "return_upper"))
        notes.append(
            f"{per}{f' ({keys})' if keys else ''} goes with earnings {row['rate_of_return']:+.1%} "
            f"({settings.level:.0%} interval {' to '.join(limits)}), other covariates the same."
        )
    notes.append(
        "A return is a comparison, no proof of what more schooling would do: ability, family and "
        "region raise both where they are not among the covariates."
    )
    if settings.selection is not None:
        few = int((diagnostics["excluded"] == 0).sum())
        notes.append(
            "Heckman's correction takes the errors of wage and choice as jointly normal."
            + (" Nothing moves the choice alone, so it rests on that curve only." if few else "")
        )
        wide = int((diagnostics["rho"].abs() > 1).sum())
        if wide:
            notes.append(
                f"In {wide} of {len(diagnostics)} estimates the correlation of the two errors is "
                "beyond 1: the correction is not to be trusted there."
            )
    few = int((table["reliability"] != "").sum())
    if few:
        notes.append(f"{few} of {len(table)} estimates rest on fewer than 30 earners: unreliable.")
    return tuple(notes)
