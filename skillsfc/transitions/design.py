"""The design of a survey: weights, strata and sampling units, read once for all estimates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean
from skillsfc.transitions.column_names import word_problems
from skillsfc.transitions.weights import read_weights

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LONELY = ("adjust", "remove", "refuse")


@dataclass(frozen=True)
class SurveyDesign:
    """How the persons of a survey were drawn.

    Parameters
    ----------
    weight : array of float
        Weight of each row.
    unit : array of int
        Sampling unit of each row, 0..; the row itself where no cluster is named.
    stratum : array of int
        Stratum of each sampling unit, 0.. .
    known : bool
        Whether a stratum or a cluster was named; if not, variances are Kish's approximation.
    lonely : str
        Treatment of strata with a single unit: ``"adjust"`` or ``"remove"``.
    notes : tuple of str
        What was treated.
    """

    weight: Floats
    unit: Whole
    stratum: Whole
    known: bool
    lonely: str
    notes: tuple[str, ...]

    @cached_property
    def freedom(self) -> int:
        """Return the degrees of freedom: sampling units less strata, at least 1.

        As in R's survey package, units without any weight are in the variance, where they differ
        from their neighbours, but not here; nor is a stratum of nothing else.
        """
        used = np.bincount(self.unit, self.weight != 0, minlength=len(self.stratum)) > 0
        return max(int(used.sum()) - len(np.unique(self.stratum[used])), 1)

    def quantile(self, level: float) -> float:
        """Return the two-sided quantile of an interval: Student's t, or normal without design."""
        from scipy.special import ndtri, stdtrit

        tail = 0.5 + level / 2
        return float(stdtrit(self.freedom, tail) if self.known else ndtri(tail))

    def variance(self, scores: Floats) -> float:
        """Return the variance of a sum of scores, one a row, units drawn with replacement."""
        total = np.bincount(self.unit, scores, minlength=len(self.stratum))
        units = np.bincount(self.stratum)
        mean = np.bincount(self.stratum, total) / units
        single = units == 1
        # A lonely unit has no neighbour to differ from: measured from the overall mean, which is
        # zero for the scores of a ratio (as in R's survey package), or left out.
        centre = np.where(single & (self.lonely == "adjust"), 0.0, mean)
        factor = np.where(single, 1.0, units / np.maximum(units - 1, 1))
        return float((factor[self.stratum] * (total - centre[self.stratum]) ** 2).sum())


def read_design(
    table: pd.DataFrame,
    *,
    weight: str | None = "weight",
    stratum: str | None = None,
    cluster: str | None = None,
    lonely: str = "adjust",
    subject: str = "survey",
) -> SurveyDesign:
    """Return the design of a survey, or raise with every problem at once.

    Parameters
    ----------
    table : DataFrame
        One row a person.
    weight, stratum, cluster : str, optional
        Columns; the weight's default is used only if there. Clusters are numbered within strata.
        Without a cluster, rows of the same ``person`` are one.
    lonely : {"adjust", "remove", "refuse"}
        Strata with a single sampling unit.
    subject : str
        Name of the input in errors.

    Raises
    ------
    TableError
        On columns that are not there or have gaps, and on weights that cannot be meant.
    ParameterError
        If ``lonely`` is no known word.

    Examples
    --------
    >>> survey = pd.DataFrame({"area": list("aabb"), "unit": [1, 2, 1, 2]})
    >>> read_design(survey, stratum="area", cluster="unit").freedom
    2
    """
    if wrong := word_problems({"lonely": lonely}, {"lonely": LONELY}):
        raise ParameterError(subject, wrong)
    problems = _absent(table, [weight if weight != "weight" else None, stratum, cluster])
    weights, notes = np.ones(len(table)), list[str]()
    if weight is not None and weight in table.columns:
        weights, found_notes = read_weights(table[weight], problems)
        notes = [note for note in found_notes if "weight 0" not in note]
        zeros = int((weights == 0).sum())
        notes += [f"{zeros} rows have weight 0 and are in no count."] if zeros else []
    problems += _gaps(table, [stratum, cluster])
    if problems:
        raise TableError(subject, problems)
    repeated = _repeated(table) if cluster is None else 0
    if repeated:
        cluster = "person"
        notes.append(
            f"{repeated} rows repeat a person of another row: all rows of a person are one "
            "sampling unit, and counts of persons are of rows."
        )
    unit, of_unit, shared = _units(table, stratum, cluster)
    if shared:
        notes.append(
            f"{shared} cluster names stand in several strata: taken as different clusters."
        )
    known = stratum is not None or cluster is not None
    if known:
        notes += _lonely(of_unit, lonely, subject)
    else:
        notes.append(
            "No strata or clusters named: errors are Kish's approximation from the weights, "
            "too small if persons were drawn in clusters."
        )
    return SurveyDesign(weights, unit, of_unit, known, lonely, tuple(notes))


def _repeated(table: pd.DataFrame) -> int:
    """Count rows of persons who stand there already, as in a rotating survey of several rounds."""
    if "person" not in table.columns or table["person"].isna().any():
        return 0
    return int(table["person"].duplicated().sum())


def _absent(table: pd.DataFrame, names: list[str | None]) -> list[Problem]:
    return [
        Problem(
            f"column '{name}'", "missing", "one of the columns", did_you_mean(name, table.columns)
        )
        for name in names
        if name is not None and name not in table.columns
    ]


def _gaps(table: pd.DataFrame, names: list[str | None]) -> list[Problem]:
    problems = []
    for name in names:
        count = int(table[name].isna().sum()) if name is not None and name in table.columns else 0
        if count:
            found = f"missing in {count} rows"
            problems.append(Problem(f"column '{name}'", found, "a value in every row"))
    return problems


def _units(
    table: pd.DataFrame, stratum: str | None, cluster: str | None
) -> tuple[Whole, Whole, int]:
    """Return the unit of each row, the stratum of each unit, and names used in several strata."""
    size = len(table)
    layer = pd.factorize(table[stratum])[0] if stratum else np.zeros(size, dtype=np.int64)
    inner = pd.factorize(table[cluster])[0] if cluster else np.arange(size)
    pairs, unit = np.unique(
        np.column_stack([layer, inner]).astype(np.int64), axis=0, return_inverse=True
    )
    shared = len(pairs) - len(np.unique(pairs[:, 1])) if cluster else 0
    return np.asarray(unit, dtype=np.int64).ravel(), pairs[:, 0], int(shared)


def _lonely(stratum: Whole, lonely: str, subject: str) -> list[str]:
    """Say what happens to strata with a single unit, or refuse them."""
    units = np.bincount(stratum)
    single = int((units == 1).sum())
    if not single:
        return []
    if lonely == "refuse" or len(stratum) == 1:
        found = f"{single} of {len(units)} strata have a single sampling unit"
        step = "Join them to a neighbouring stratum, or give lonely='adjust'."
        expected = "two or more sampling units in each"
        raise TableError(subject, [Problem("design", found, expected, next_step=step)])
    how = (
        "measured from the overall mean (errors rather too large)"
        if lonely == "adjust"
        else "left out of the variance (errors too small)"
    )
    return [f"{single} of {len(units)} strata have a single sampling unit: {how}."]
