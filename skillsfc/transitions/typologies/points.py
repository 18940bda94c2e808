"""Different trajectories that carry weight: what is clustered, and the tables that come of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.precision import mean_error, share_interval
from skillsfc.transitions.typologies.matrices import Grid
from skillsfc.transitions.typologies.medoids import cluster_medoids
from skillsfc.transitions.typologies.quality import silhouettes

DIGITS = 10  # digits of a distance that count


class Points:
    """Different trajectories that carry weight, in the order in which persons first have them."""

    def __init__(self, grid: Grid, subject: str, least: int = 3) -> None:
        weight = grid.row_weight
        first = np.full(len(weight), len(grid.index), dtype=np.int64)
        np.minimum.at(first, grid.index, np.arange(len(grid.index)))
        rows = np.argsort(first, kind="stable")
        self.rows = rows[weight[rows] > 0]
        if len(self.rows) < least:
            only = len(self.rows) == 1
            found = "1 trajectory" if only else f"{len(self.rows)} different trajectories"
            raise TableError(subject, [Problem("distances", found, "at least three")])
        every = np.array_equal(self.rows, np.arange(len(weight)))
        kept = grid.matrix if every else grid.matrix[np.ix_(self.rows, self.rows)]
        # Equal distances must be equal to the last digit, or rounding decides between them.
        whole_digits = int(np.floor(np.log10(float(kept.max()) or 1.0)))
        self.matrix = np.round(kept, DIGITS - whole_digits)
        self.counts = grid.row_count[self.rows]
        place = np.full(len(weight), -1, dtype=np.int64)
        place[self.rows] = np.arange(len(self.rows))
        point = place[grid.index]
        self.with_say = np.flatnonzero((point >= 0) & (grid.weight > 0))
        scale = len(self.with_say) / grid.weight.sum()
        self.weight = weight[self.rows] * scale
        self.person_point = point[self.with_say]
        self.person_weight = grid.weight[self.with_say] * scale

    def ordered(self, labels: Whole) -> tuple[Whole, Whole]:
        """Return labels with the heaviest cluster as 0, and the medoid of each."""
        sums = np.bincount(labels, weights=self.weight)
        rank = np.empty(len(sums), dtype=np.int64)
        rank[np.argsort(-sums, kind="stable")] = np.arange(len(sums))
        made = rank[labels]
        return made, cluster_medoids(self.matrix, self.weight, made)

    def persons_of(self, points: Whole) -> Whole:
        """Return the first person at each point."""
        return np.array([self.with_say[(self.person_point == p).argmax()] for p in points])


def cluster_tables(
    grid: Grid, points: Points, labels: Whole, medoids: Whole, steady: Floats, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row a person and one row a cluster."""
    size = len(medoids)
    towards_medoids = grid.matrix[points.rows[medoids]]
    row_label = towards_medoids.argmin(axis=0)  # of rows without weight
    row_label[points.rows] = labels
    member = np.eye(size)[labels] * points.weight[:, None]
    towards = points.matrix @ member
    width, _ = silhouettes(towards, member.sum(axis=0), points.weight, labels, points.counts)
    row_width = np.full(len(grid.matrix), np.nan)
    row_width[points.rows] = width
    cluster = row_label[grid.index]
    table = pd.DataFrame(
        {
            "person": grid.persons["person"].to_numpy(),
            "cluster": cluster + 1,
            "silhouette": row_width[grid.index],
            "distance": towards_medoids[row_label, np.arange(len(row_label))][grid.index],
            "weight": grid.weight,
        }
    )
    share, error = mean_error(np.eye(size)[cluster], grid.weight)
    worth = grid.weight.sum() ** 2 / (grid.weight**2).sum()
    lower, upper = share_interval(share, error, np.full(size, worth), level)
    sums = member.sum(axis=0)
    within = (points.weight[:, None] * towards * np.eye(size)[labels]).sum(axis=0) / (2 * sums**2)
    sizes = pd.DataFrame(
        {
            "cluster": np.arange(1, size + 1),
            "persons": np.bincount(cluster, minlength=size),
            "share": share,
            "standard_error": error,
            "level": level,
            "lower": lower,
            "upper": upper,
            "silhouette": np.bincount(labels, weights=points.weight * width) / sums,
            "discrepancy": within,
            "identical": points.counts[medoids],
            "stability": steady,
        }
    )
    return table, sizes
