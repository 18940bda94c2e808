"""`Distances`: kept between different sequences, shown between persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from skillsfc.results import Result
from skillsfc.transitions.distances.arguments import BELONGS, Options
from skillsfc.transitions.distances.cost_choice import WITH_INDEL, WITHOUT_COSTS
from skillsfc.transitions.distances.dispatch import Work
from skillsfc.transitions.distances.kernels import Numbers
from skillsfc.transitions.distances.normalisation import AUTOMATIC
from skillsfc.transitions.distances.pair_blocks import (
    condensed_place,
    refuse_too_large,
    to_square,
)
from skillsfc.transitions.distances.substitution_costs import StateCosts
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Sequences

MOST_PAIRS = 150_000  # quantiles of more pairs are of an even sample of them
FEW_TIMES = 4  # pairs that stand for so many are written out
QUANTILES = {"lower quartile": 0.25, "median": 0.5, "upper quartile": 0.75}


@dataclass(frozen=True)
class DistanceSettings:
    """How distances were measured.

    Parameters
    ----------
    method, costs, norm, missing : str
        As asked for; ``costs`` is ``"given"`` where a table was.
    indel : str or float
        Cost of inserting or deleting; ``"by state"`` where it differs.
    weight : str
        Column whose weights the costs took, if they came from the data.
    precision, storage, engine : str
        How they are kept, and what computed them.
    nu, lambda_, expcost, tpow, interval, overlap : optional
        Arguments of single methods.
    """

    method: str
    costs: str
    indel: str | float | None
    norm: str | None
    missing: str
    weight: str | None
    precision: str
    storage: str
    engine: str
    nu: float | None = None
    lambda_: float | None = None
    expcost: float | None = None
    tpow: float | None = None
    interval: int | None = None
    overlap: bool | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Distances(Result):
    """Distances between sequences.

    ``table`` is a summary over pairs of persons: ``statistic, value``.

    Parameters
    ----------
    stored : array
        Distances between different sequences, square or condensed; to references [sequences,
        references].
    index : array [persons] of int
        Which of the different sequences each person has.
    counts : array [different sequences] of int
        How many persons have each.
    weight : array [persons] of float
        Weight of each person.
    costs : DataFrame
        Substitution costs; by ``period, state`` for the dynamic Hamming distance; empty for
        methods without.
    indel : Series, optional
        Cost of inserting or deleting each state.
    sequences : Sequences
        What was compared.
    references : tuple
        Persons to whom distances are, if only to some.

    Examples
    --------
    >>> from skillsfc.transitions.distances.measure import measure_distances
    >>> wide = pd.DataFrame([list("SSEE"), list("SEEE"), list("SSEE")], index=["a", "b", "c"])
    >>> made = measure_distances(wide, method="ham")
    >>> made.matrix.tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    >>> made.unique_matrix.shape, made.index.tolist(), made.counts.tolist()
    ((2, 2), [0, 1, 0], [2, 1])
    """

    stored: Numbers = field(default_factory=lambda: np.zeros((0, 0)))
    index: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    counts: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    weight: Floats = field(default_factory=lambda: np.zeros(0))
    costs: pd.DataFrame = field(default_factory=pd.DataFrame)
    indel: pd.Series | None = None
    sequences: Sequences | None = None
    references: tuple[Any, ...] = ()
    largest: int = 0

    @property
    def unique_matrix(self) -> Numbers:
        """Return distances between different sequences (or of them to references)."""
        if self.stored.ndim == 1:
            return to_square(self.stored, len(self.counts))
        return self.stored

    @property
    def matrix(self) -> Numbers:
        """Return distances between persons (or of them to references), as they are in `persons`.

        It is made anew each time and takes persons squared: keep to `unique_matrix` with `index`
        where persons are many.
        """
        square = self.unique_matrix
        if self.references:
            return square[self.index]
        count, width = len(self.index), square.dtype.itemsize
        refuse_too_large(count, count, self.largest, width, "persons (use unique_matrix, index)")
        return square[np.ix_(self.index, self.index)]

    @property
    def condensed(self) -> Numbers:
        """Return the part above the diagonal of `matrix`, row by row, as scipy takes it."""
        return self.matrix[np.triu_indices(len(self.index), 1)]

    @property
    def persons(self) -> pd.DataFrame:
        """Return one row a person, in the order of `matrix`."""
        return cast("Sequences", self.sequences).persons

    def to_square_frame(self) -> pd.DataFrame:
        """Return `matrix` with persons at its sides."""
        persons = self.persons["person"].tolist()
        sides = pd.Index(persons, name="person")
        columns = list(self.references) if self.references else persons
        return pd.DataFrame(self.matrix, index=sides, columns=columns)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(self.matrix, dtype=dtype)

    def __len__(self) -> int:
        return len(self.index)


def settings_of(
    given: Mapping[str, Any], work: Work, options: Options, used: str
) -> DistanceSettings:
    """Return what was asked for, with defaults filled in."""
    method, indel = work.method, work.costs.indel
    norm = AUTOMATIC[method] if given["norm"] == "auto" else given["norm"]
    deleting: str | float | None = None
    if method in WITH_INDEL:
        deleting = float(indel[0]) if np.ptp(indel) == 0 else "by state"
    own = {name: getattr(options, name) for name, owner in BELONGS.items() if owner == method}
    return DistanceSettings(
        method=method,
        costs="none" if method in WITHOUT_COSTS else work.costs.kind,
        indel=deleting,
        norm=norm,
        missing=given["missing"],
        weight=given["weight"],
        precision=given["precision"],
        storage=given["storage"],
        engine=used,
        **own,
    )


def indel_by_state(costs: StateCosts) -> pd.Series:
    """Return the cost of inserting or deleting each state."""
    return pd.Series(costs.indel, index=pd.Index(costs.states, name="state"), name="indel")


def summarise(stored: Numbers, counts: Whole, references: bool) -> tuple[pd.DataFrame, list[str]]:
    """Return mean, quartiles and largest over pairs of persons, and a note if pairs are sampled."""
    persons, kinds = int(counts.sum()), len(counts)
    facts: dict[str, float] = {"persons": persons, "different sequences": kinds}
    notes: list[str] = []
    if references:
        values, mass = stored.ravel(), np.repeat(counts, stored.shape[1]).astype(np.float64)
    else:
        values, mass, sampled = _pairs(stored, counts)
        if sampled:
            notes.append(
                f"Quartiles of the summary are of {len(values):,} evenly spaced pairs of different "
                "sequences; the mean is of all."
            )
    if not len(values) or mass.sum() == 0:
        return _table(facts), notes
    facts["mean"] = float(values @ mass / mass.sum()) if references else _mean(stored, counts)
    facts |= _quantiles(values, mass)
    facts["largest"] = float(stored.max(initial=0.0))
    return _table(facts), notes


def _table(facts: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"statistic": list(facts), "value": [float(v) for v in facts.values()]})


def _mean(stored: Numbers, counts: Whole) -> float:
    """Return the mean over pairs of different persons; the same sequence is 0 away."""
    mass = counts.astype(np.float64)
    persons = mass.sum()
    if persons <= 1:
        return 0.0
    if stored.ndim == 2 and stored.dtype == np.float64:
        return float(mass @ (stored @ mass) / (persons * (persons - 1)))
    total, at = 0.0, 0
    for row in range(len(counts)):
        if stored.ndim == 1:
            line = stored[at : at + len(counts) - row - 1]
            at += len(line)
        else:
            line = stored[row, row + 1 :]
        total += mass[row] * float(line.astype(np.float64) @ mass[row + 1 :])
    return float(2 * total / (persons * (persons - 1)))


def _pairs(stored: Numbers, counts: Whole) -> tuple[Numbers, Floats, bool]:
    """Return distances of pairs with the number of pairs of persons each stands for."""
    kinds = len(counts)
    total = kinds * (kinds - 1) // 2
    every = max(1, -(-total // MOST_PAIRS))
    persons = counts.astype(np.float64)
    if every == 1:  # row by row: arrays of places would take longer than the distances themselves
        rows = range(kinds)
        values = stored
        if stored.ndim == 2:
            values = np.concatenate([stored[row, row + 1 :] for row in rows])
        mass = np.concatenate([persons[row] * persons[row + 1 :] for row in rows])
    else:
        begins = condensed_place(np.arange(kinds), np.arange(kinds) + 1, kinds)
        place = np.arange(0, total, every)
        low = np.searchsorted(begins, place, side="right") - 1
        high = place - begins[low] + low + 1
        values = stored[place] if stored.ndim == 1 else stored[low, high]
        mass = persons[low] * persons[high]
    same = float((counts * (counts - 1)).sum()) / 2
    if same > 0:
        values, mass = np.append(values, 0.0), np.append(mass * every, same)
    return values, mass, every > 1


def _quantiles(values: Numbers, mass: Floats) -> dict[str, float]:
    """Return the smallest values that at least a quarter, a half and so on do not exceed."""
    total = float(mass.sum())
    if total <= FEW_TIMES * len(values):  # to sort numbers is faster than to sort their places
        ordered, reached = np.repeat(values, mass.astype(np.int64)), None
        ordered.sort()
    else:
        order = np.argsort(values)
        ordered, reached = values[order], np.cumsum(mass[order])
    found = {}
    for name, share in QUANTILES.items():
        wanted = share * total * (1 - 1e-12)
        at = np.ceil(wanted) - 1 if reached is None else np.searchsorted(reached, wanted)
        found[name] = float(ordered[max(0, int(at))])
    return found
