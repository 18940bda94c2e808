"""`ProgrammeEffect`: what a programme changed, beside all that tells how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from skillsfc.results import Result


@dataclass(frozen=True, eq=False, repr=False)
class ProgrammeEffect(Result):
    """Outcome of `estimate_programme_effect`.

    Parameters
    ----------
    balance_table, overlap_table : DataFrame
        What `balance` and `overlap` return.
    """

    balance_table: pd.DataFrame = field(default_factory=pd.DataFrame)
    overlap_table: pd.DataFrame = field(default_factory=pd.DataFrame)

    def balance(self) -> pd.DataFrame:
        """Return how alike treated and controls are, one row a covariate, before and after.

        Returns
        -------
        DataFrame
            Group columns, ``term, mean_treated_before, mean_controls_before, difference_before``
            [standard deviations of the treated (ATT) or of both arms (ATE), before],
            ``variance_ratio_before``; the same ``_after`` weighting or matching; ``note`` where an
            absolute difference is above 0.1 or variances differ by more than a factor of 2.

        Notes
        -----
        Yes or no has the variance p (1 - p). Outcome models (``method="aipw"``, ``"did"`` by
        regression) mend means that weighting leaves apart; they do not show here.

        References
        ----------
        Austin (2009), Balance diagnostics for comparing the distribution of baseline covariates
        between treatment groups in propensity-score matched samples, Statistics in Medicine 28,
        3083-3107.
        """
        return self.balance_table.copy()

    def overlap(self) -> pd.DataFrame:
        """Return how far treated and controls overlap, one row an arm.

        Returns
        -------
        DataFrame
            Group columns, ``arm`` (treated or controls), ``persons``; of the chance to be treated
            ``smallest, p01, p05, p25, p50, p75, p95, p99, largest`` [share]; ``outside_support``
            (weighted share of the arm below the other arm's smallest chance or above its largest),
            ``used`` (persons with a weight in the comparison), ``effective_persons, design_effect``
            (Kish), ``largest_weight_share``, ``note`` where more than 5 % are outside, one person
            has more than 5 % of the weight, or the design effect is above 3.
        """
        return self.overlap_table.copy()
