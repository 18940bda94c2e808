"""What a reader of survival and incidence curves should know, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from skillsfc.errors import listing
from skillsfc.transitions.records import Whole
from skillsfc.transitions.survival.counting import Counts
from skillsfc.transitions.survival.selection import FEW, Selection, count_distinct


class _Curve(Protocol):
    @property
    def counts(self) -> Counts: ...

    @property
    def survival(self) -> Any: ...

    @property
    def cluster(self) -> Whole | None: ...


class _Settings(Protocol):
    @property
    def errors(self) -> str: ...


def curve_notes(
    chosen: Selection, curves: Sequence[_Curve], settings: _Settings, *, competing: bool = False
) -> tuple[str, ...]:
    """Return notes on treatment, small numbers, empty curves and late entries."""
    notes = [*chosen.notes]
    others = [kind for kind in chosen.kinds if kind not in chosen.shown]
    if others and not competing:
        notes.append(
            f"Moves to {listing(others)} are taken as censored: the curve is for a world without "
            "them. sf.estimate_cumulative_incidence takes them as what they are."
        )
    notes.append(_errors(chosen, settings.errors))
    late = int((chosen.entry > 0).sum())
    if late:
        notes.append(
            f"{late} of {len(chosen.entry)} spells come under observation after time 0 and count "
            "as at risk from then on."
        )
    for (keys, _), curve in zip(chosen.places(), curves, strict=True):
        notes += _of_curve(keys, curve)
    return tuple(notes)


def _errors(chosen: Selection, errors: str) -> str:
    if errors == "robust":
        count = count_distinct(chosen.cluster)
        word = "cluster" if count == 1 else "clusters"
        return f"Standard errors: infinitesimal jackknife over {count} {word}."
    if np.ptp(chosen.weight) > 0:
        return "Standard errors: Greenwood's, weights taken as numbers of equal persons."
    return "Standard errors: Greenwood's."


def _of_curve(keys: dict[str, Any], curve: _Curve) -> list[str]:
    counts = curve.counts
    name = ", ".join(f"{key} {value}" for key, value in keys.items())
    where = f"{name}: " if name else ""
    notes = []
    if curve.cluster is not None and count_distinct(curve.cluster) == 1:
        notes.append(f"{where}all spells are of one cluster: no standard error can be told.")
    if not counts.moved.any():
        notes.append(f"{where}nobody was seen to move: quantiles are not reached.")
    few = counts.number < FEW
    if few.all():
        notes.append(f"{where}never {FEW} at risk: read with care (reliability 'u').")
    elif few.any():
        places = np.flatnonzero(few)
        first = places[
            np.searchsorted(places - np.arange(len(places)), places[-1] - len(places) + 1)
        ]
        start = counts.times[first]
        early = " and at some earlier times" if first > places[0] else ""
        notes.append(
            f"{where}fewer than {FEW} at risk from time {start:g} on{early} (reliability 'u')."
            if few[-1]
            else f"{where}fewer than {FEW} at risk at {len(places)} times (reliability 'u')."
        )
    emptied = np.flatnonzero(counts.all_gone)
    if len(emptied) and emptied[0] < len(counts.times) - 1:
        notes.append(
            f"{where}everyone at risk had moved at time {counts.times[emptied[0]]:g}, while others "
            "came under observation later: the curve is 0 from there. Drop the first spells, or "
            "begin where more are at risk."
        )
    return notes if name else [note[0].upper() + note[1:] for note in notes]
