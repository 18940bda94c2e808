"""`estimate_programme_effect`: what a programme changed for those who took part, or for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from skillsfc import __version__
from skillsfc.results import table_hash
from skillsfc.transitions.programmes.choices import ProgrammeSettings, read_choices
from skillsfc.transitions.programmes.differences import is_panel, pair_periods, read_after
from skillsfc.transitions.programmes.methods import Sample
from skillsfc.transitions.programmes.people import People, read_people
from skillsfc.transitions.programmes.result import ProgrammeEffect
from skillsfc.transitions.programmes.sample import evaluate
from skillsfc.transitions.programmes.wording import effect_notes
from skillsfc.transitions.ratios import domains


def estimate_programme_effect(
    persons: pd.DataFrame,
    *,
    treatment: str,
    outcome: str,
    covariates: str | Sequence[str] | None = None,
    method: str = "aipw",
    target: str = "att",
    treated: Any = None,
    group: str | Sequence[str] | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    stratum: str | None = None,
    level: float = 0.95,
    missing: str = "refuse",
    outcome_model: str | None = None,
    trim: float | None = None,
    distance: str | None = None,
    neighbours: int | None = None,
    caliper: float | None = None,
    exact: str | Sequence[str] | None = None,
    bias_adjust: bool | None = None,
    adjustment: str | None = None,
    time: str | None = None,
    periods: Sequence[Any] | None = None,
    panel: bool | None = None,
) -> ProgrammeEffect:
    r"""Estimate what a programme changed, from persons who took part and others who did not.

    Use it for training, apprenticeships, guidance or subsidies where chance did not decide who
    takes part, but the traits that did are known (``"ipw"``, ``"aipw"``, ``"matching"``), or where
    outcomes are known before and after (``"did"``). Not where an unseen trait decides and there is
    no period before: no method here mends that. Spells that are censored belong to `fit_hazard`.

    Parameters
    ----------
    persons : DataFrame
        One row a person; with ``"did"`` one a person and period.
    treatment : str
        Column of true and false, 0 and 1, or two words with ``treated``.
    outcome : str
        Column of numbers, or of true and false (a share).
    covariates : str or list of str, optional
        Traits from before the programme: columns, or a formula such as
        ``"age + age^2 + C(region) * sex"``. Text and true or false are categories.
    method : {"aipw", "ipw", "matching", "did"}
        Weighting with an outcome model; weighting; matching; difference in differences.
    target : {"att", "ate"}
        Effect on those who took part, or on all persons.
    treated : optional
        The word of the treated, where the treatment is in words.
    group : str or list of str, optional
        Columns; every combination is estimated on its own.
    weight : str, optional
        Column of survey weights; None for none. The default is used only if there.
    cluster, stratum : str, optional
        Columns of sampling units (or of schools, where these take part as a whole) and of strata.
    level : float
        Level of the intervals [0-1].
    missing : {"refuse", "drop"}
        Refuse rows without treatment or covariates, or leave them out and say how many. Rows
        without an outcome are left out anyway, and counted by arm.
    outcome_model : {"auto", "linear", "logit"}, optional
        Model of the outcome (``"aipw"``); auto is logit for yes or no.
    trim : float, optional
        Leave out persons whose chance to be treated is below it or above 1 less it [0-0.5]; the
        chance is then estimated again.
    distance : {"propensity", "logit", "mahalanobis"}, optional
        What near means (``"matching"``): the chance to be treated, its logit, or all covariates.
    neighbours : int, optional
        Persons matched to each (1 by default); others as near as the last are taken too.
    caliper : float, optional
        Largest distance [standard deviations of the score within arms]; who finds nobody is left
        out, and counted.
    exact : str or list of str, optional
        Columns in which matches must agree.
    bias_adjust : bool, optional
        Mend what remains of differences in covariates by linear regression (``"matching"``);
        always done with ``cluster`` or ``stratum``.
    adjustment : {"dr", "regression", "ipw", "none"}, optional
        How covariates enter ``"did"``; doubly robust by default.
    time : str, optional
        Column of the periods (``"did"``), and ``periods``, the two of them that are used, the
        earlier one first.
    panel : bool, optional
        The same ``person`` stands in both periods; by default found out.

    Returns
    -------
    ProgrammeEffect
        ``.table``: group columns, ``outcome, method, target, estimate`` [unit of the outcome],
        ``standard_error, level, lower, upper``, ``naive_difference`` (plain difference of the
        means of both arms, with ``"did"`` after the programme), ``with_programme,
        without_programme`` (means of the target), ``treated, controls`` [persons],
        ``effective_treated, effective_controls`` (as many equal weights), ``reliability`` ("u"
        below 30 persons in an arm, "w" below 10), ``note``. ``.balance()``, ``.overlap()``,
        ``.diagnostics``.

    Raises
    ------
    ParameterError
        On unknown words or arguments of another method.
    TableError
        On columns that are not there, more than two kinds of treatment, everybody treated, missing
        or constant covariates, weights that cannot be meant, persons in several rows.
    ConvergenceError
        If a covariate settles who is treated (perfect separation: no overlap).
    CoverageError
        If nobody finds a match, or a period has nobody of an arm.

    Notes
    -----
    With :math:`e` the chance to be treated (logit), :math:`\mu_1, \mu_0` outcome models of the
    arms and D, Y treatment and outcome, weighting uses means normalised to weights that sum to 1:
    :math:`1/e` and :math:`1/(1-e)` (ATE), or 1 and :math:`e/(1-e)` (ATT). Doubly robust:

    .. math:: ATE = mean[\mu_1 - \mu_0 + D (Y - \mu_1)/e - (1 - D)(Y - \mu_0)/(1 - e)],

    .. math:: ATT = \frac{\sum [D (Y - \mu_0) - (1 - D) (Y - \mu_0) e/(1 - e)]}{\sum D}.

    Difference in differences with ``"dr"``: the change of the treated less that of the controls,
    both less a linear model of the controls' change, controls weighted by :math:`e/(1-e)`,
    normalised (Sant'Anna and Zhao). Errors come from each row's influence on all stacked
    equations, so they know that the chance and the outcome models are estimated, and are summed
    over clusters within strata. Matching has errors of Abadie and Imbens, corrected for the
    estimated score where it is matched on without caliper, exact columns, weights or bias
    adjustment; with clusters or strata, the linear form of Otsu and Rai. Errors
    are those of large samples: of 500 synthetic persons, 95 % intervals held the truth in 93 to 96
    of 100 draws (``benchmarks/coverage_transitions_programmes.py``).

    References
    ----------
    Rosenbaum and Rubin (1983), Biometrika 70, 41-55. Robins, Rotnitzky and Zhao (1994), Journal of
    the American Statistical Association 89, 846-866. Abadie and Imbens (2006), Econometrica 74,
    235-267; (2016), Econometrica 84, 781-807. Sant'Anna and Zhao (2020), Doubly robust
    difference-in-differences estimators, Journal of Econometrics 219, 101-122.

    Examples
    --------
    >>> import skillsfc as sf
    >>> tracer = sf.example(seed=1).tracer  # synthetic: the true effect after 12 months is 0.10
    >>> year = tracer[tracer["months_since_graduation"] == 12]
    >>> made = sf.estimate_programme_effect(year, treatment="work_based_learning",
    ...     outcome="employed", covariates="final_grade + parent_tertiary + sex", target="ate")
    >>> made.table[["estimate", "standard_error", "naive_difference"]].round(3).values.tolist()
    [[0.109, 0.016, 0.16]]
    """
    settings = read_choices({
        "treatment": treatment, "outcome": outcome, "covariates": covariates, "method": method,
        "target": target, "treated": treated, "group": group, "weight": weight,
        "cluster": cluster, "stratum": stratum, "level": level, "missing": missing,
        "outcome_model": outcome_model, "trim": trim, "distance": distance,
        "neighbours": neighbours, "caliper": caliper, "exact": exact, "bias_adjust": bias_adjust,
        "adjustment": adjustment, "time": time, "periods": periods, "panel": panel,
    })  # fmt: skip
    people = read_people(persons, settings, repeated=settings.method == "did")
    sample, settings = _sample(people, settings)
    rows, notes = [], list[str]()
    tables: dict[str, list[pd.DataFrame]] = {"balance": [], "overlap": [], "diagnostics": []}
    for keys, inside in domains(sample.people.table, settings.group):
        part = evaluate(sample.only(inside), settings, keys)
        rows.append({**keys, **part.row})
        for name, table in part.tables.items():
            tables[name].append(_keyed(table, keys))
        notes += part.notes
    made = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}
    return ProgrammeEffect(
        pd.DataFrame(rows),
        settings,
        made["diagnostics"],
        effect_notes(settings, rows, made, [*sample.people.notes, *notes], people.binary),
        {"version": __version__, "inputs": {"persons": table_hash(persons)}},
        balance_table=made["balance"],
        overlap_table=made["overlap"],
    )


def _sample(people: People, settings: ProgrammeSettings) -> tuple[Sample, ProgrammeSettings]:
    """Return the rows as the method needs them: periods told apart, or paired."""
    if settings.method != "did":
        return Sample(people), settings
    chosen, after, notes = read_after(people, settings)
    panel = is_panel(chosen, after, settings)
    settings = replace(settings, panel=panel)
    own = [note for note in people.notes if not (panel and "repeat a person" in note)]
    if not panel:
        return Sample(replace(chosen, notes=(*own, *notes)), after), settings
    pairs, level, more = pair_periods(chosen, after)
    return Sample(replace(pairs, notes=(*own, *notes, *more)), None, level), settings


def _keyed(table: pd.DataFrame, keys: dict[str, Any]) -> pd.DataFrame:
    """Put the group's columns in front."""
    if not keys:
        return table
    front = pd.DataFrame({name: [value] * len(table) for name, value in keys.items()})
    return pd.concat([front, table.reset_index(drop=True)], axis=1)
