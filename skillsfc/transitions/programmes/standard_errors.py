"""From scores to standard errors: how each row moved a number, summed as the sample was drawn."""

from __future__ import annotations

import numpy as np

from skillsfc.transitions.design import SurveyDesign
from skillsfc.transitions.records import Floats


def standard_error(scores: Floats, design: SurveyDesign, place: np.ndarray) -> float:
    """Return the standard error of a number from the scores of its rows.

    Parameters
    ----------
    scores : array [rows used]
        The number less its limit is their sum.
    design : SurveyDesign
        Of the whole table; without strata and clusters every row used is a unit.
    place : array of int
        Place of each row used in the design; the others have no part in the number.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.transitions.design import read_design
    >>> design = read_design(pd.DataFrame({"unit": [1, 1, 2]}), cluster="unit")
    >>> round(standard_error(np.array([0.5, 0.5, -1.0]), design, np.arange(3)), 4)
    2.0
    """
    if not design.known:
        size = len(scores)
        return float(np.sqrt(size / max(size - 1, 1) * (scores**2).sum()))
    full = np.zeros(len(design.weight))
    full[place] = scores
    return float(np.sqrt(design.variance(full)))
