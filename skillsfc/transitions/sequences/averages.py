"""Weighted means of person measures, by group."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

from skillsfc.transitions.sequences.precision import mean_error
from skillsfc.transitions.sequences.preparation import FEW_PERSONS, Prepared, groups_of

WITHOUT_MEAN = ("subsequences",)  # spans many powers of ten; its logarithm is averaged instead


def average_by_group(
    measures: pd.DataFrame, prepared: Prepared, names: list[str], level: float
) -> pd.DataFrame:
    """Return weighted means with Taylor standard errors, one row a group and measure.

    Parameters
    ----------
    measures : DataFrame
        One row a person, one numeric column a measure; missing values are left out.
    prepared : Prepared
        Weights and persons.
    names : list of str
        Group columns.
    level : float
        Nominal coverage [0-1].

    Returns
    -------
    DataFrame
        Group columns, ``measure, mean, standard_error, level, lower, upper, persons,
        reliability``.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    rows = []
    for labels, inside in groups_of(names, prepared.persons):
        for name in [name for name in measures.columns if name not in WITHOUT_MEAN]:
            values = measures[name].to_numpy(dtype="float64")[inside]
            known = ~np.isnan(values)
            weight = np.where(known, prepared.weight[inside], 0.0)
            mean = error = np.full(1, np.nan)
            if weight.sum() > 0:
                mean, error = mean_error(np.nan_to_num(values)[:, None], weight)
            row = {"measure": name, "mean": float(mean[0]), "standard_error": float(error[0])}
            rows.append({**labels, **row, "persons": int(known.sum())})
    made = pd.DataFrame(rows)
    made.insert(len(names) + 3, "level", level)
    made.insert(len(names) + 4, "lower", made["mean"] - z * made["standard_error"])
    made.insert(len(names) + 5, "upper", made["mean"] + z * made["standard_error"])
    return made.assign(reliability=np.where(made["persons"] < FEW_PERSONS, "u", ""))
