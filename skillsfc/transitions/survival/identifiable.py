"""Which columns of a design matrix can be told apart, and the error where some cannot."""

from __future__ import annotations

import numpy as np

from skillsfc.errors import Problem, TableError, listing
from skillsfc.transitions.records import Floats

INTERCEPT = "intercept"
MOST_NAMED = 8
COLLINEAR = 1e-11  # part of a column's variance that the others leave; below, it is theirs


def refuse_degenerate(matrix: Floats, names: tuple[str, ...], constant: bool, subject: str) -> None:
    """Refuse columns that do not vary, or that the columns before them tell in full."""
    places = [at for at, name in enumerate(names) if name != INTERCEPT]
    columns = matrix[:, places]
    if not places or len(matrix) == 0:
        return
    if constant:
        columns = columns - columns.mean(axis=0)
    size = np.sqrt((columns**2).mean(axis=0))
    scale = np.abs(matrix[:, places]).max(axis=0)
    flat = size <= 1e-12 * np.where(scale > 0, scale, 1.0)
    own = [names[at] for at in places]
    problems = [
        Problem(f"covariate '{name}'", "constant: the same in every row", "a column that varies",
                next_step="Take it out of the formula.")
        for name, still in zip(own, flat, strict=True) if still
    ]  # fmt: skip
    products = columns[:, ~flat] / size[~flat]
    told = _collinear(products.T @ products / len(matrix))
    varying = [name for name, still in zip(own, flat, strict=True) if not still]
    problems += [
        Problem(f"covariate '{varying[at]}'", f"told in full by {listing(varying[b] for b in by)}",
                "columns of which none is a sum of others", next_step="Take one of them out.")
        for at, by in told
    ]  # fmt: skip
    if problems:
        more = len(problems) - MOST_NAMED
        rest = [f"and {more} more covariates of that kind."] if more > 0 else []
        raise TableError(subject, [*problems[:MOST_NAMED], *rest])


def _collinear(correlations: Floats) -> list[tuple[int, list[int]]]:
    """Return each column that earlier independent ones tell, with those it is told by."""
    told, free = [], list[int]()
    for at in range(len(correlations)):
        if free:
            inner = correlations[np.ix_(free, free)]
            weights = np.linalg.solve(inner, correlations[free, at])
            if correlations[at, at] - correlations[free, at] @ weights < COLLINEAR:
                by = [b for b, size in zip(free, weights, strict=True) if abs(size) > 1e-6]
                told.append((at, by))
                continue
        free.append(at)
    return told
