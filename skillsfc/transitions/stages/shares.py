"""`estimate_stage_shares`: how many are in each form and stage, with the survey's errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import Problem, TableError, did_you_mean, listing
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import listed_names, refuse_names
from skillsfc.transitions.design import Floats, read_design
from skillsfc.transitions.ratios import domains, taken_names
from skillsfc.transitions.records import as_codes
from skillsfc.transitions.stages.bounds import estimate_range
from skillsfc.transitions.stages.result import ADDED, StageClassification, StageSettings
from skillsfc.transitions.stages.rules import NOT_CLASSIFIED, UNKNOWN_STAGE, Rules, read_rules
from skillsfc.transitions.survey_design import refuse_level

SUBJECT = "estimate_stage_shares"
#: Third part of ILOSTAT's series by the column that stands beside sex.
SERIES = {"qualification": "EDU", "area": "GEO", "age": "AGE"}
#: Columns of the result, which no group may be called.
COLUMNS = (
    "kind", "stage", "form", "code", "series", "share", "share_high", "standard_error",
    "standard_error_high", "lower", "upper", "level", "persons", "cases", "cases_possible",
    "effective_persons", "design_effect", "reliability", "population", "population_high",
    "population_error", "unit", "status", "source",
)  # fmt: skip
NOT_BESIDE = ("sex", "year", "quarter", "country")  # every series has these
TOTALS = ("T", "total")
KIND = {"stage": "STG", "form": "FOR"}


@dataclass(frozen=True)
class StageShareSettings:
    """Arguments of `estimate_stage_shares`; see there."""

    version: str
    by: tuple[str, ...] = ()
    weight: str | None = "weight"
    stratum: str | None = None
    cluster: str | None = None
    level: float = 0.95


@dataclass(frozen=True, eq=False, repr=False)
class StageShares(Result):
    """Shares of forms and stages; see `estimate_stage_shares`."""


def estimate_stage_shares(
    classified: StageClassification,
    *,
    by: str | Sequence[str] | None = None,
    weight: str | None = "weight",
    stratum: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
    lonely: str = "adjust",
) -> StageShares:
    r"""Estimate the share and number of persons in each form and stage of the transition.

    Use it on the result of `classify_stages` or `approximate_stages` of a whole survey: persons of
    other ages are in no count, but their sampling units belong to the errors.

    Parameters
    ----------
    classified : StageClassification
        Persons with forms and stages.
    by : str or sequence of str, optional
        Columns of the groups, such as ``"sex"``, ``["sex", "qualification"]``, ``"area"``;
        ``"age"`` makes the bands 15-19, 20-24, 25-29 (five years each beyond these).
    weight, stratum, cluster : str, optional
        Columns of the design, as in `skillsfc.transitions.survey_design.estimate_ratios`.
    level : float
        Nominal coverage of the intervals [0-1].
    lonely : {"adjust", "remove", "refuse"}
        Strata with a single sampling unit.

    Returns
    -------
    StageShares
        ``.table``: the group columns, ``kind`` (stage, form), ``stage``, ``form`` (empty in rows of
        stages), ``code`` and ``series`` (ILOSTAT's, where it has such a series), ``share`` (for
        certain: all possible forms agree) and ``share_high`` (certain or possible) [0-1], their
        ``standard_error, standard_error_high``, ``lower, upper, level`` (of the true share),
        ``persons`` asked, ``cases`` certain and ``cases_possible`` (all unweighted),
        ``effective_persons, design_effect, reliability``, ``population`` and ``population_high``
        [persons], ``population_error``, ``unit, status, source``. Shares of stages, and of forms,
        add up to 1 with the row "not classified".

    Raises
    ------
    TableError
        On columns that are not there, a group called as totals are (T, total), weights that cannot
        be meant, or another input.
    ParameterError
        If the level or a word is out of range.

    Notes
    -----
    Where answers are missing a share is known only to lie between ``share`` and ``share_high``,
    whatever the reason why they are missing. The interval covers the true share (not the whole
    range) with the given level in large samples: its ends use the quantile c that solves
    :math:`\Phi(c + \Delta / \max(s_l, s_u)) - \Phi(-c) = level` (Imbens and Manski), here with
    Student's distribution of the design and Wilson's formula at either end; with nothing missing
    it is Wilson's interval. Numbers of persons take the size of a group as known, as it is where
    weights are calibrated to it.

    References
    ----------
    Imbens and Manski (2004), Confidence intervals for partially identified parameters,
    Econometrica 72(6), 1845-1857.

    Examples
    --------
    >>> import skillsfc as sf
    >>> survey = sf.example(seed=1, persons=2000).labour_force_survey
    >>> made = estimate_stage_shares(sf.classify_stages(survey), stratum="stratum",
    ...                              cluster="cluster")
    >>> stages = made.table[made.table["kind"] == "stage"]
    >>> list(stages["stage"]), round(float(stages["share"].sum()), 6)
    (['transited', 'in_transition', 'not_started', 'not_classified'], 1.0)
    """
    single = {"weight": weight, "stratum": stratum, "cluster": cluster}
    refuse_names(SUBJECT, {"by": by}, single, empty=True)
    groups = listed_names(by)
    refuse_level(level, SUBJECT)
    table, settings = _read(classified, groups)
    rules, age = read_rules(settings.version), settings.columns.get("age", "age")
    design = read_design(
        table, weight=weight, stratum=stratum, cluster=cluster, lonely=lonely, subject=SUBJECT
    )
    inside = table["in_scope"].to_numpy(dtype=bool)
    rows: list[dict[str, Any]] = []
    marks = _marks(table, rules)
    for keys, here in domains(table.assign(**_bands(table, groups, age)), groups):
        if (here & inside).any():
            members = (here & inside).astype(float)
            rows += [
                {**keys, **names, **estimate_range(design, low, high, members, level)}
                for names, low, high in marks
            ]
    frame = pd.DataFrame(rows).assign(
        series=lambda made: _series(made["kind"], groups, rules.version),
        unit="share",
        status="estimated",
        source=_source(table),
    )
    chosen = StageShareSettings(settings.version, tuple(groups), weight, stratum, cluster, level)
    notes = (*classified.notes, *design.notes, *_said(frame, table, groups))
    provenance = {"version": __version__, "inputs": {"classified": table_hash(table)}}
    return StageShares(frame, chosen, classified.diagnostics, notes, provenance)


def _read(classified: object, groups: Sequence[str]) -> tuple[pd.DataFrame, StageSettings]:
    if not isinstance(classified, StageClassification):
        step = "Give the result of sf.classify_stages(...) or sf.approximate_stages(...)."
        found = Problem("input", type(classified).__name__, "StageClassification", next_step=step)
        raise TableError(SUBJECT, [found])
    assert isinstance(classified.settings, StageSettings)  # noqa: S101 - told to the type checker
    table = classified.table
    known = {*table.columns, *(["age"] if "age" in classified.settings.columns else [])}
    problems = [
        Problem(
            f"column '{name}'", "missing", "a column to group by", did_you_mean(name, table.columns)
        )
        for name in groups
        if name in ADDED or name not in known
    ]
    free = [name for name in groups if name in known and name not in ADDED]
    problems += taken_names(free, COLUMNS, "by")
    problems += [found for name in free if name in table for found in _totals(table[name])]
    if problems:
        raise TableError(SUBJECT, problems)
    return table, classified.settings


def _totals(column: pd.Series) -> list[Problem]:
    """Return a problem for each group that readers of the result would take for the total."""
    codes, step = as_codes(column), "Rename it, or leave rows of totals out."
    counts = {label: int(codes.eq(label).sum()) for label in TOTALS}
    return [
        Problem(
            f"by: column '{column.name}'", f"the group {label!r} in {count} rows",
            "another name: totals are called so", next_step=step,
        )
        for label, count in counts.items()
        if count
    ]  # fmt: skip


def _bands(table: pd.DataFrame, groups: Sequence[str], age: str) -> dict[str, pd.Series]:
    """Return ages in bands of five years, if ages are asked for."""
    if "age" not in groups:
        return {}
    years = pd.to_numeric(table[age], errors="coerce").fillna(-1).astype("int64")
    first = years // 5 * 5
    return {"age": first.astype("str") + "-" + (first + 4).astype("str")}


def _marks(table: pd.DataFrame, rules: Rules) -> list[tuple[dict[str, str], Floats, Floats]]:
    """Return, for each stage and form, its names, who is in it for certain, and who may be."""
    codes = rules.codes.set_index("form")
    marks = []
    stages = dict.fromkeys((*rules.stages, UNKNOWN_STAGE))
    stage_codes = dict(codes[["stage", "stage_code"]].to_numpy())
    for stage in stages:
        names = {"kind": "stage", "stage": stage, "form": "", "code": stage_codes[stage]}
        marks.append((names, *_certain_and_possible(table, "stage", stage)))
    for form in (*rules.forms, NOT_CLASSIFIED):
        names = {"kind": "form", "stage": codes.loc[form, "stage"], "form": form,
                 "code": codes.loc[form, "form_code"]}  # fmt: skip
        marks.append((names, *_certain_and_possible(table, "form", form)))
    return marks


def _certain_and_possible(table: pd.DataFrame, column: str, name: str) -> tuple[Floats, Floats]:
    certain = (table[column] == name).to_numpy(dtype=float)
    sets = table[f"possible_{column}s"]
    holding = [held for held in sets.unique() if name in str(held).split(" ")]
    return certain, np.maximum(certain, sets.isin(holding).to_numpy(dtype=float))


def _series(kind: pd.Series, groups: Sequence[str], version: str) -> pd.Series:
    """Return the name of ILOSTAT's series with this breakdown, or nothing."""
    beside = [SERIES.get(name, "") for name in groups if name not in NOT_BESIDE]
    if version != "ilostat" or len(beside) > 1 or "" in beside:
        return pd.Series("", index=kind.index, dtype="str")
    third = beside[0] if beside else "AGE"
    return "POP_3" + kind.map(KIND) + f"_SEX_{third}_TRA_NB"


def _source(table: pd.DataFrame) -> str:
    names = table["source"].dropna().astype("str").unique() if "source" in table.columns else []
    return "+".join(sorted(names)) if 0 < len(names) <= 3 else "survey"


def _said(frame: pd.DataFrame, table: pd.DataFrame, groups: Sequence[str]) -> list[str]:
    notes = []
    years = table["year"].nunique() if "year" in table.columns else 1
    if years > 1 and "year" not in groups:
        notes.append(
            f"{years} survey years are pooled: 'population' is their sum. by='year' parts them."
        )
    stages = frame[frame["kind"] == "stage"]
    wide = stages["share_high"] - stages["share"]
    if (wide > 0).any():
        notes.append(
            f"Answers are missing: shares of stages are known within a range of up to "
            f"{wide.max():.3f}. 'share' counts the certain, 'share_high' adds the possible."
        )
    flags = frame["reliability"].value_counts().to_dict()
    if flags.get("u", 0) or flags.get("w", 0):
        notes.append(
            f"{flags.get('u', 0)} shares are unreliable (u), {flags.get('w', 0)} too uncertain to "
            f"publish (w), of {len(frame)}."
        )
    named = listing(frame["source"].unique(), 3)
    if "synthetic" in named:
        notes.append(f"SYNTHETIC data: {named} is not a real country.")
    return notes
