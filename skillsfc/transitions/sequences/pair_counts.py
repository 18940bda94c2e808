"""Pairs of states a lag apart: counts, weighted shares and what their errors need."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes
from skillsfc.transitions.sequences.precision import share_error

CELLS_AT_ONCE = 4_000_000  # cells of person by pair of states counted in one go, about 30 MB


def count_pairs(
    origin: Codes, destination: Codes, weight: Floats, clusters: Whole, states: tuple[str, ...]
) -> pd.DataFrame:
    """Return one row for each pair of states: counts, share and standard error."""
    size = len(states)
    sums = _Sums(size)
    order = np.argsort(clusters, kind="stable")
    own = clusters[order]
    first = np.flatnonzero(np.r_[True, own[1:] != own[:-1]])  # where each cluster begins
    for low, high in _blocks(first, len(order), max(1, CELLS_AT_ONCE // size**2)):
        rows = order[low:high]
        begins = first[np.searchsorted(first, low) : np.searchsorted(first, high)] - low
        counts = _pairs(origin[rows], destination[rows], size)
        sums.add(counts, weight[rows], begins)
    base = sums.total.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(base > 0, sums.total / base, np.nan)
    whole = sums.whole[:, None]
    error = share_error(sums.both, sums.cross, whole, share, base, len(first))
    columns = {
        "from_state": np.repeat(states, size),
        "to_state": np.tile(states, size),
        "share": share.ravel(),
        "standard_error": np.where(np.isnan(share), np.nan, error).ravel(),
        "transitions": sums.pairs.ravel(),
        "at_risk": np.repeat(sums.pairs.sum(axis=1), size),
        "persons": np.repeat(sums.persons, size),
        "persons_in_pair": sums.persons_in_pair.ravel(),
        "worth": np.repeat(sums.worth(), size),
    }
    return pd.DataFrame(columns)


def _blocks(first: Whole, end: int, step: int) -> list[tuple[int, int]]:
    """Return ranges of about ``step`` persons that do not cut a cluster."""
    marks = np.searchsorted(first, np.arange(step, end, step))
    edges = np.unique(np.r_[0, first[marks[marks < len(first)]], end])
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _pairs(origin: Codes, destination: Codes, size: int) -> Whole:
    """Return how often each person was seen in each pair of states."""
    bins = size**2 + 1  # the last one takes pairs with a period that does not count
    cell = np.where(
        (origin >= 0) & (destination >= 0), origin.astype(np.int64) * size + destination, bins - 1
    )
    cell += np.arange(0, len(cell) * bins, bins)[:, None]
    counts = np.bincount(cell.ravel(), minlength=len(cell) * bins).reshape(-1, bins)
    return counts[:, :-1].reshape(-1, size, size)


class _Sums:
    """Totals of pairs, and what their standard errors need, added block by block."""

    def __init__(self, size: int) -> None:
        self.persons = np.zeros(size, np.int64)
        self.pairs, self.persons_in_pair = (np.zeros((size, size), np.int64) for _ in range(2))
        self.both, self.cross, self.total = (np.zeros((size, size)) for _ in range(3))
        self.whole, self.weight, self.squares = (np.zeros(size) for _ in range(3))

    def add(self, counts: Whole, weight: Floats, begins: Whole) -> None:
        """Add persons; ``begins`` says where each cluster starts among them."""
        seen = counts.sum(axis=2) > 0
        self.pairs += counts.sum(axis=0)
        self.persons_in_pair += (counts > 0).sum(axis=0)
        self.persons += seen.sum(axis=0)
        self.weight += weight @ seen
        self.squares += weight**2 @ seen
        part = counts * weight[:, None, None]
        if len(begins) < len(part):
            part = np.add.reduceat(part, begins, axis=0)
        left = part.sum(axis=2)
        self.both += np.einsum("cab,cab->ab", part, part)
        self.cross += np.einsum("cab,ca->ab", part, left)
        self.whole += np.einsum("ca,ca->a", left, left)
        self.total += part.sum(axis=0)

    def worth(self) -> Floats:
        """Return Kish's effective number of persons behind each state of origin."""
        return np.divide(
            self.weight**2, self.squares, out=np.zeros(len(self.weight)), where=self.squares > 0
        )
