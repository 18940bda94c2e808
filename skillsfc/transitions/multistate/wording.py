"""What a reader of state probabilities should know, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillsfc.errors import listing
from skillsfc.transitions.multistate.curve import Curve, StateSettings
from skillsfc.transitions.multistate.estimation import Group
from skillsfc.transitions.multistate.reading import Histories
from skillsfc.transitions.survival.selection import FEW


def state_notes(
    histories: Histories,
    settings: StateSettings,
    groups: Sequence[Group],
    curves: Sequence[Curve],
    chosen_here: bool,
    standard_errors: bool,
) -> tuple[str, ...]:
    """Return notes on treatment, small numbers and states that cannot be left."""
    notes = [*histories.notes]
    if settings.landmark:
        count = sum(group.persons for group in groups)
        notes.append(
            f"Landmark: only the {count} persons seen in {settings.from_state} at "
            f"{settings.start:g} are used."
        )
    clusters = sum(len(group.influence) for group in groups)
    notes.append(
        f"Standard errors: infinitesimal jackknife over {clusters} clusters; none where nobody or "
        "everybody is in a state, as nothing is seen there of how that may vary."
        if standard_errors
        else "Standard errors were not asked for."
    )
    for group, curve in zip(groups, curves, strict=True):
        name = ", ".join(f"{key} {value}" for key, value in group.keys.items())
        where = f"{name}: " if name else ""
        notes += [where + text for text in _of_curve(group, curve, settings, chosen_here)]
    return tuple(notes)


def _of_curve(group: Group, curve: Curve, settings: StateSettings, chosen_here: bool) -> list[str]:
    """Say what is thin in one estimate."""
    notes, steps = [], curve.steps
    if len(group.influence) == 1:
        notes.append("all spells are of one cluster: no standard error can be told.")
    if group.late:
        notes.append(
            f"{group.late} of {group.persons} persons come under observation after the start, and "
            "count as at risk from then on."
        )
    first = int((group.stays.begin <= settings.start).sum())
    if settings.initial == "observed" and first < FEW:
        notes.append(f"only {first} persons are seen at the start: its distribution is unsure.")
    if not len(steps.times):
        notes.append("nobody was seen to move.")
        return notes
    held = curve.probability[:-1] > 0
    unfollowed = [
        state
        for state, reached, known in zip(
            settings.states, curve.probability[-1] > 0, curve.followed, strict=True
        )
        if reached and not known
    ]
    if unfollowed:
        notes.append(f"no spell is in {listing(unfollowed)}: taken as never left.")
    stuck = (held & curve.followed & (steps.at_risk == 0)).any(axis=1)
    if stuck.any():
        notes.append(
            f"at {int(stuck.sum())} of {len(steps.times)} times of moves a state holds probability "
            "though nobody in it is under observation: it can then not be left."
        )
    few = curve.worth < FEW
    if few.any():
        when = "" if few[0] else f" from time {steps.times[np.argmax(few) - 1]:g} on"
        notes.append(f"the estimate is worth fewer than {FEW} persons{when} (reliability u).")
    if chosen_here and len(curve.reported) < len(steps.times) + 1:
        notes.append(
            f"the table has {len(curve.reported)} of {len(steps.times) + 1} times; .at(times) reads"
            " any other without its error, and times= asks for it with its error."
        )
    if not first:
        notes.append("nobody is seen at the start itself: moves up to the first entry are unknown")
    return notes
