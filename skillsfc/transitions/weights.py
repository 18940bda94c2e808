"""Survey weights: read as they are, refused where they cannot be meant, never made up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.errors import Problem

Floats = npt.NDArray[np.float64]

LARGEST = 1e100  # beyond, squares of weights are no numbers any more
GIANT_SHARE, GIANT_DESIGN_EFFECT = 0.05, 3.0  # one weight above this part, or Kish's factor: noted


def read_weights(column: pd.Series, problems: list[Problem]) -> tuple[Floats, tuple[str, ...]]:
    """Return weights as numbers with notes on odd ones; problems are added to the list.

    Missing, negative and all-zero weights are problems: no weight is made up.
    """
    numbers = pd.to_numeric(column, errors="coerce")
    values: Floats = np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan))
    where = f"column '{column.name}'"
    missing = int((~np.isfinite(values)).sum())
    if missing:
        found = f"missing or no number in {missing} rows"
        problems.append(
            Problem(where, found, "a weight in every row", next_step="None is made up.")
        )
    negative = int((values < 0).sum())
    if negative:
        problems.append(Problem(where, f"negative in {negative} rows", "weights of 0 or more"))
    with np.errstate(over="ignore"):
        total = float(np.nansum(values))
    if not missing and not negative and total == 0:
        problems.append(Problem(where, "all zero", "weights that sum to more than 0"))
    largest = float(np.nanmax(values, initial=0.0))
    sound = not missing and not negative and total != 0
    outside = sound and not 1 / LARGEST < largest < LARGEST
    if outside:
        found = f"up to {largest:.0e}"
        problems.append(Problem(where, found, f"weights between {1 / LARGEST:g} and {LARGEST:g}"))
    if missing or negative or outside or total == 0:
        return values, ()
    return values, tuple(_odd_weights(values, total))


def _odd_weights(values: Floats, total: float) -> list[str]:
    notes = []
    zeros = int((values == 0).sum())
    if zeros:
        notes.append(f"{zeros} rows have weight 0: they have no influence.")
    effect = len(values) * float((values**2).sum()) / total**2
    if effect > GIANT_DESIGN_EFFECT:
        notes.append(
            f"Weights are very unequal: Kish's design effect is {effect:.1f}, so that "
            f"{len(values)} rows tell as much as {len(values) / effect:.0f} equal ones."
        )
    elif values.max() / total > GIANT_SHARE and len(values) > 2 / GIANT_SHARE:
        notes.append(f"One row holds {values.max() / total:.0%} of all weight.")
    return notes
