"""`approximate_stages`: stages from a survey that does not ask everything, with what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc.errors import Problem, TableError
from skillsfc.schema import refuse_other_than_table
from skillsfc.transitions.column_names import (
    listed_names,
    refuse_names,
    refuse_other_than_mappings,
    refuse_renaming,
)
from skillsfc.transitions.records import as_codes
from skillsfc.transitions.stages.answers import (
    OPTIONAL,
    QUESTIONS,
    coded_keys,
    listed_codes,
    read_ages,
    read_answers,
)
from skillsfc.transitions.stages.classify import named, refuse_settings
from skillsfc.transitions.stages.loss import (
    measure_bounds,
    measure_confusion,
    measure_loss,
    measure_stage_flows,
)
from skillsfc.transitions.stages.proxy_input import (
    STATE,
    SUBJECT,
    Answers,
    refuse_arguments,
    value_bits,
)
from skillsfc.transitions.stages.result import (
    STABLE_MONTHS,
    StageClassification,
    StageSettings,
    from_answers,
    version_note,
)
from skillsfc.transitions.stages.rules import UNKNOWN_STAGE, Bits, read_rules
from skillsfc.transitions.survey_design import refuse_level


@dataclass(frozen=True, eq=False, repr=False)
class StageApproximation(StageClassification):
    """Stages from fewer questions; see `approximate_stages`.

    Parameters
    ----------
    bounds : DataFrame
        ``lost, stage``, ``share`` (certain) and ``share_high`` (possible) [0-1], ``lower, upper,
        level, persons`` and, where all questions are there, ``share_full``.
    loss : DataFrame
        ``lost, measure`` (stage_lost, stage_wrong, form_lost, form_wrong), ``share`` and its error;
        empty without ``lose``.
    confusion : DataFrame
        ``stage_full, stage_approximated, possible_stages, share, persons``; empty without ``lose``.
    flows : DataFrame
        ``from_stage, to_stage, share, share_high`` of matched persons; empty without ``period``.
    """

    bounds: pd.DataFrame = field(default_factory=pd.DataFrame)
    loss: pd.DataFrame = field(default_factory=pd.DataFrame)
    confusion: pd.DataFrame = field(default_factory=pd.DataFrame)
    flows: pd.DataFrame = field(default_factory=pd.DataFrame)


def approximate_stages(
    persons: object,
    *,
    version: str = "ilostat",
    states: Mapping[str, Answers] | None = None,
    lose: str | Sequence[str] = (),
    assume: Answers | None = None,
    period: str | None = None,
    age: tuple[int, int] | None = (15, 29),
    columns: Mapping[str, str] | None = None,
    weight: str | None = "weight",
    level: float = 0.95,
    stable_months: float = STABLE_MONTHS,
    missing_codes: Iterable[object] = (),
) -> StageApproximation:
    """Approximate the stages of the transition where a survey lacks some of the questions.

    Use it on a labour force survey or a panel without, say, the wish for another job. What the
    answers leave open stays open: shares of stages become ranges. With ``assume`` you may close
    them at your own risk, and with ``lose``, on a survey that asks everything, measure what that
    risk is before you take it elsewhere.

    Parameters
    ----------
    persons : DataFrame or PersonFile
        As in `classify_stages`, in which any question may be absent; one row a person, or a person
        and period.
    version : {"ilostat", "w4y"}
        Whose rules.
    states : mapping of str to mapping, optional
        For data that have one column ``state`` in place of answers: what each state says, such as
        ``{"school": {"in_education": "yes", "activity": ("employed", "outside")}}``. Several
        values mean one of them; questions: in_education, activity, job [stable, temporary,
        self_employed], wants_other_job, intends_to_work, potential_labour_force, available.
    lose : str or sequence of str
        Questions to leave out although they are there; each alone and all together are compared
        with the full classification.
    assume : mapping of str to object, optional
        Values to take where an answer is open, such as ``{"wants_other_job": "no"}`` or
        ``{"job": ("stable", "temporary")}``; questions as in ``states``.
    period : str, optional
        Column of the quarter or year of a panel with ``person``: flows between stages from
        persons seen in neighbouring periods.
    age, columns, stable_months, missing_codes
        As in `classify_stages`.
    weight : str, optional
        Column of the weight, for the tables of loss and flows.
    level : float
        Nominal coverage of the intervals [0-1].

    Returns
    -------
    StageApproximation
        ``.table`` as of `classify_stages`, with all of ``lose`` left out; give the whole to
        `estimate_stage_shares`. ``.bounds, .loss, .confusion, .flows``: see the class.

    Raises
    ------
    TableError
        On answers without a meaning, or columns that are not there.
    ParameterError
        If a question, state or value is not known.

    Notes
    -----
    Without an assumption nothing can be wrong, only open, as long as the answers are right (and a
    question that the survey never had is rightly read as `classify_stages` says): the true share
    lies within ``share`` and ``share_high``. The ranges are the widest that the answers
    allow (no pattern of the missing answers is taken for granted). Errors in ``bounds`` and
    ``loss`` are Kish's; `estimate_stage_shares` takes strata and clusters.

    References
    ----------
    Manski (2003), Partial identification of probability distributions, Springer. On proxies of the
    stages from labour force surveys: ILO feasibility study, WCMS 535222.

    Examples
    --------
    >>> import skillsfc as sf
    >>> survey = sf.example(seed=1, persons=2000).labour_force_survey
    >>> made = approximate_stages(survey, lose="wants_other_job")
    >>> sorted(made.confusion["stage_approximated"].unique())
    ['in_transition', 'not_classified', 'not_started', 'transited']
    """
    given: pd.DataFrame = getattr(persons, "table", persons)
    refuse_other_than_table(given, SUBJECT)
    refuse_level(level, SUBJECT)
    refuse_other_than_mappings({"states": states, "assume": assume}, SUBJECT)
    refuse_renaming(columns, SUBJECT)
    refuse_names(SUBJECT, {"lose": lose}, {"period": period, "weight": weight}, empty=True)
    lost = tuple(listed_names(lose))
    table = named(given, columns or {}, SUBJECT)
    settings = StageSettings(version, "bounds", age, dict(columns or {}), stable_months)
    refuse_settings(settings, SUBJECT)
    states = None if states is None else coded_keys(states)
    refuse_arguments(table, lost, states, assume or {}, period)
    codes = listed_codes(missing_codes)

    def classify(questions: pd.DataFrame, closed: Answers) -> StageClassification:
        return _classify(questions, given, settings, states, closed, codes)

    assumed = assume or {}
    made = classify(_without(table, lost), assumed)
    full = classify(table, {}) if lost else None
    stages = read_rules(version).stages
    bounds, loss = [], []
    for names in dict.fromkeys([*((name,) for name in lost), lost]):
        proxy = made if names == lost else classify(_without(table, names), assumed)
        label = " + ".join(names)
        found = measure_bounds(full.table if full else None, proxy.table, stages, weight, level)
        bounds.append(found.assign(lost=label))
        if full is not None:
            loss.append(measure_loss(full.table, proxy.table, weight, level).assign(lost=label))
    flows, counts = pd.DataFrame(), None
    if period is not None:
        flows, counts = measure_stage_flows(made.table, period, stages, weight, level)
    return StageApproximation(
        made.table,
        settings,
        made.diagnostics,
        (*made.notes, *_said(made.table, table, lost, assumed, states, counts)),
        made.provenance,
        _first(pd.concat(bounds, ignore_index=True), "lost"),
        _first(pd.concat(loss, ignore_index=True), "lost") if loss else pd.DataFrame(),
        measure_confusion(full.table, made.table, weight) if full else pd.DataFrame(),
        flows,
    )


def _classify(
    table: pd.DataFrame,
    persons: pd.DataFrame,
    settings: StageSettings,
    states: Mapping[str, Answers] | None,
    assume: Answers,
    missing_codes: tuple[object, ...],
) -> StageClassification:
    problems: list[Problem] = []
    inside, counts = read_ages(table, settings.age, problems, missing_codes)
    held, notes = read_answers(
        table, settings.version, settings.stable_months, problems, missing_codes
    )
    if problems:
        raise TableError(SUBJECT, problems)
    held = _from_states(table, held, states or {})
    for name, value in assume.items():
        taken = held[name] & value_bits(name, value)
        held[name] = np.where(taken > 0, taken, held[name]).astype(np.uint8)
    said = [version_note(read_rules(settings.version)), *notes]
    return from_answers(held, inside, persons, settings, counts, said)


def _from_states(
    table: pd.DataFrame, held: dict[str, Bits], states: Mapping[str, Answers]
) -> dict[str, Bits]:
    """Return the answers with what each state says of them."""
    if not states:
        return held
    words = as_codes(table[STATE]).fillna("")
    found = dict(held)
    for state, says in states.items():
        here = (words == state).to_numpy()
        for name, value in says.items():
            found[name] = np.where(here, value_bits(name, value), found[name]).astype(np.uint8)
    return found


def _without(table: pd.DataFrame, lost: Iterable[str]) -> pd.DataFrame:
    """Return answers as if some questions had not been asked: open, also where absence means no."""
    gone = {*lost, *(["contract_months"] if "contract" in lost else [])} & {*table.columns}
    read = {*OPTIONAL} & gone
    return table.drop(columns=[*(gone - read)]).assign(**dict.fromkeys(read))


def _first(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table[[name, *(column for column in table.columns if column != name)]]


def _said(
    made: pd.DataFrame,
    table: pd.DataFrame,
    lost: Sequence[str],
    assume: Answers,
    states: object,
    counts: Mapping[str, int] | None,
) -> list[str]:
    inside = made[made["in_scope"]]
    opened = float((inside["stage"] == UNKNOWN_STAGE).mean())
    absent = [name for name in QUESTIONS if name not in table.columns or name in lost]
    notes = [f"Approximation: the stage is open for {opened:.1%} of the persons (unweighted)."]
    if absent and not states:
        notes.append(f"Not asked or left out: {', '.join(absent)}.")
    notes += [
        f"Assumed wherever the answer is open, without evidence in the data: {name} = {value}."
        for name, value in assume.items()
    ]
    if counts is not None:
        notes.append(
            f"{counts['matched']} of {counts['seen']} persons and periods are matched with the "
            "next period; those who cannot be matched may differ."
        )
        if counts["without"]:
            notes.append(
                f"{counts['without']} rows without a person or a period are left out of the flows."
            )
    return notes
