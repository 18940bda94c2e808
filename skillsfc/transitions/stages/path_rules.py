"""Paths from the end of schooling to the job, by the table ``data/codes/swts_paths.csv``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc.schema import code_list

Floats = npt.NDArray[np.float64]

#: Roles that a state can have, and the kind of time that they make on the path.
ROLES: Mapping[str, str] = {
    "education": "education",
    "stable": "stable",
    "satisfactory_temporary": "stable",
    "satisfactory_self_employed": "stable",
    "temporary": "temporary",
    "self_employed": "temporary",
    "unemployed": "unemployed",
    "inactive": "inactive",
    "unknown": "unknown",
}
GOALS = ("stable", "satisfactory_temporary", "satisfactory_self_employed")
KINDS = ("stable", "temporary", "unemployed", "inactive", "unknown")
CLASSES = ("short", "middling", "lengthy")
NOT_KNOWN = "not_classified"

_TESTS = {
    "more_than": np.greater,
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "less_than": np.less,
}


def classify_paths(months: pd.DataFrame) -> pd.DataFrame:
    """Return the path and its class for the months spent in each kind of state on the way.

    Parameters
    ----------
    months : DataFrame
        Columns ``stable, temporary, unemployed, inactive, unknown, between`` [months]; the last
        is the whole time between schooling and the job.

    Returns
    -------
    DataFrame
        ``path, length_class``; "not_classified" where part of the time is not known.

    Examples
    --------
    >>> way = pd.DataFrame({"stable": [0, 0], "temporary": [8, 8], "unemployed": [0, 4],
    ...                     "inactive": [0, 0], "unknown": [0, 0], "between": [8, 12]})
    >>> classify_paths(way).values.tolist()
    [['temporary_short', 'short'], ['unemployment_middling', 'middling']]
    """
    path = np.full(len(months), NOT_KNOWN, dtype=object)
    length = np.full(len(months), NOT_KNOWN, dtype=object)
    known = months["unknown"].to_numpy(dtype=float) == 0
    for rule in code_list("swts_paths").to_dict("records"):
        spent: Floats = months[rule["months_in"]].to_numpy(dtype=float)
        met = known.copy()
        for name, test in _TESTS.items():
            if rule[name]:
                met &= test(spent, float(rule[name]))
        for absent in filter(None, rule["without"].split("|")):
            met &= months[absent].to_numpy(dtype=float) == 0
        path[met], length[met] = rule["code"], rule["length_class"]
    return pd.DataFrame({"path": path, "length_class": length}, index=months.index).astype("str")
