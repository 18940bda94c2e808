"""How rates varied from one pair of years to the next, for drawing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.matching import match_groups
from skillsfc.transitions.cohorts.measures import FEWEST_PAIRS
from skillsfc.transitions.cohorts.result import StudentFlow
from skillsfc.transitions.cohorts.steps import RateDraws
from skillsfc.transitions.records import Floats


def rate_draws(
    flow: StudentFlow, rates: Rates, groups: pd.DataFrame, first_grade: int, subject: str
) -> RateDraws | None:
    """Return each pair's deviations from the mean of the pairs, or None with fewer than three.

    A pair counts if it has every rate of every group, so that groups and grades are drawn together
    and what they share stays shared.
    """
    if flow.rates.empty:
        return None
    keys = list(flow.settings.by)
    rows = flow.rates
    own = rows[keys].drop_duplicates().reset_index(drop=True) if keys else pd.DataFrame(index=[0])
    row = rows[keys].merge(own.assign(_row=np.arange(len(own))), on=keys)["_row"] if keys else 0
    pair, years = pd.factorize(rows["year"], sort=True)
    place = rows["grade"].to_numpy() - first_grade
    inside, final = rates.place()
    shape = (len(years), len(own), inside.shape[1])
    kept = (place >= 0) & (place < shape[2])
    at = (pair[kept], np.broadcast_to(np.asarray(row), len(rows))[kept], place[kept])
    match = match_groups(groups, own, "rates", subject)

    def lay(name: str) -> Floats:
        laid = np.full(shape, np.nan)
        laid[at] = rows[name].to_numpy(dtype=float)[kept]
        return laid[:, match]

    shares = {name: lay(name) for name in ("promotion", "repetition", "completion")}
    shares["promotion"] = np.where(final, 0.0, shares["promotion"])
    needed = {
        "promotion": inside,
        "repetition": inside,
        # Of a level whose graduates nobody counted, those who go on stand in; they vary with them.
        "completion": inside & np.isfinite(shares["completion"]).any(axis=0),
    }
    whole = np.all([(np.isfinite(shares[n]) | ~needed[n]).all(axis=(1, 2)) for n in needed], axis=0)
    if whole.sum() < FEWEST_PAIRS:
        return None
    around = {n: np.where(needed[n], shares[n], 0.0)[whole] for n in needed}
    ends = np.isfinite(rates.completion[0]) & ~needed["completion"]
    around["completion"] = np.where(ends, around["promotion"], around["completion"])
    return RateDraws(*(around[n] - around[n].mean(axis=0) for n in needed))
