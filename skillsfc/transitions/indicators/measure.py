"""Indicators of young people between school and work, from one survey: `measure_...`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import CoverageError, ParameterError, Problem, did_you_mean, listing
from skillsfc.results import Result, table_hash
from skillsfc.schema import code_list
from skillsfc.transitions.column_names import listed_names
from skillsfc.transitions.indicators.arguments import labelled_as_totals, refuse_arguments
from skillsfc.transitions.indicators.estimate import estimate_indicator
from skillsfc.transitions.indicators.fields import read_field_table
from skillsfc.transitions.indicators.people import SUBJECT, People, read_people
from skillsfc.transitions.indicators.rules import can_be_measured, rules
from skillsfc.transitions.ratios import taken_names
from skillsfc.transitions.survey_design import COLUMNS as OF_RATIOS
from skillsfc.transitions.survey_design import refuse_level

COLUMNS = ("share", "share_high", "lower", "upper", "standard_error", "level", "lowest",
           "highest", "persons", "cases", "effective_persons", "design_effect",
           "reliability")  # fmt: skip


@dataclass(frozen=True)
class IndicatorSettings:
    """What was asked of the survey.

    Parameters
    ----------
    by : tuple of str
        Columns of the groups.
    match : str
        Definition of the level that a job asks for.
    weight, stratum, cluster : str or None
        Columns of the design.
    level : float
        Nominal coverage of the intervals.
    """

    by: tuple[str, ...]
    match: str
    weight: str | None
    stratum: str | None
    cluster: str | None
    level: float


@dataclass(frozen=True, eq=False, repr=False)
class TransitionIndicators(Result):
    """Indicators with their intervals, and in ``diagnostics`` those that could not be measured.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = measure_transition_indicators(sf.example(seed=1).labour_force_survey)
    >>> "neet_ilo" in set(made.table["indicator"])
    True
    """


def measure_transition_indicators(
    persons: object,
    *,
    by: str | Sequence[str] | None = "sex",
    indicators: Sequence[str] | None = None,
    match: str = "normative",
    field_occupations: pd.DataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    weight: str | None = "weight",
    stratum: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> TransitionIndicators:
    """Measure the usual indicators of the way from school to work in one survey.

    Use it on a labour force survey or a transition survey: NEET in the ILO's and the OECD's
    definition, employment of recent graduates, job match, job quality and informality. Each row of
    ``sf.code_list("transition_indicators")`` names ages, columns and source of one. What the survey
    did not ask is not guessed: the indicator stands in ``diagnostics`` with the columns it lacks.

    Parameters
    ----------
    persons : DataFrame or PersonFile
        One row a person, of all ages that the survey has: ``age`` [years], ``activity`` (employed,
        unemployed, outside), and as far as asked ``in_education, in_training, qualification``
        (ISCED 2011), ``field`` (ISCED-F 2013), ``years_since_education`` [years], ``occupation``
        (ISCO-08), ``employment_status`` (ICSE), ``contract, wage, hours, wants_more_hours,
        wants_other_job, field_match, job_match, informal, social_security, written_contract``.
    by : str or sequence of str, optional
        Columns of the groups; the total stands beside them with ``"T"`` or ``"total"``. A column
        that is not there is an error, but for the default; so is ``age``, a column of the result:
        make age bands under another name.
    indicators : sequence of str, optional
        Codes of those to measure; by default all that the survey can answer.
    match : {"normative", "mode", "mean"}
        The level of education that a job asks for: ISCO-08 skill levels; the most frequent level of
        its workers; their mean, one standard deviation either side.
    field_occupations : DataFrame, optional
        Which jobs match which field of study, for ``field_mismatch_by_table``: columns ``field``
        (ISCED-F 2013) and ``occupation`` (ISCO-08), a row a pair, any level of either: the row
        06, 25 holds for 0613 and 2512 too. Fields that it does not name are left out.
    columns : mapping of str, optional
        Our name and the survey's name of columns that are named otherwise.
    weight, stratum, cluster : str, optional
        Columns of the survey's design.
    level : float
        Nominal coverage of the intervals [0-1].

    Returns
    -------
    TransitionIndicators
        ``table``: ``indicator``, the groups, ``age``, ``share`` [0-1], ``share_high`` (larger
        only where the answers leave no more than a range), ``lower, upper, standard_error, level``,
        ``lowest, highest`` (share if every missing answer went one way), ``persons`` (unweighted,
        known to be in the domain; 0 where there are bounds only), ``cases, effective_persons,
        design_effect, reliability`` ("u" unreliable, "w" withhold), ``unit, status``.
        ``diagnostics``: each indicator asked for, and in ``lacks`` what it wants for.

    Raises
    ------
    TableError, CodeError
        On columns and codes that cannot be meant, all problems at once.
    ParameterError
        On unknown indicators or definitions, and on groups called "T" or "total".
    CoverageError
        If none of the indicators asked for can be measured: columns or answers lack, or nobody
        may belong to those whom they are about.

    Notes
    -----
    A young person of unknown schooling who has a job is not NEET; one without a job may be. Persons
    about whom something is open get the mean of those who answered and agree with them in what is
    known (and in the group, if ten or more do); the notes count them, the error allows for it, and
    ``lowest, highest`` are the sharp bounds without that assumption. Where nobody like them
    answered, ``share`` and ``share_high`` are these bounds, ``lower, upper`` the outer ends of
    their intervals; so also in a group of which nobody is known to belong. Years since education
    above the age or from 97 on, and hours above 168, are taken as not given and counted. Rows of
    the same person are one sampling unit, if no cluster is named.
    Standard errors as in `skillsfc.estimate_ratios`.

    References
    ----------
    UN, SDG indicator 8.6.1 metadata. Eurostat, tps00053, employment rates of recent graduates. ILO,
    19th ICLS resolution on labour underutilization (2013); 17th ICLS guidelines on informal
    employment (2003); 20th ICLS guidelines on qualification and skill mismatches (2018).

    Examples
    --------
    >>> import skillsfc as sf
    >>> survey = sf.example(seed=1).labour_force_survey
    >>> made = measure_transition_indicators(survey, by="sex", indicators=["neet_ilo"])
    >>> made.table[["sex", "age"]].values.tolist()
    [['F', '15-24'], ['M', '15-24'], ['T', '15-24']]

    Jobs beside fields of study, by a table that is your own (this one is made up):

    >>> table = pd.DataFrame([("06", "2"), ("06", "3"), ("07", "2"), ("07", "3"), ("07", "7"),
    ...                       ("07", "8")], columns=["field", "occupation"])
    >>> made = measure_transition_indicators(survey, by=None, field_occupations=table,
    ...                                      indicators=["field_mismatch_by_table"])
    >>> made.table[["age", "persons", "cases"]].values.tolist()
    [['15-29', 72, 28]]
    """
    refuse_arguments(by=by, columns=columns, design=(weight, stratum, cluster))
    people = read_people(persons, columns, weight)
    refuse_level(level, SUBJECT)
    groups = _groups(people, by)
    listed = code_list("transition_indicators").set_index("code", drop=False)
    asked = _asked(indicators, list(listed.index))
    fields = None if field_occupations is None else read_field_table(field_occupations)
    lacking = {
        code: can_be_measured(people, code, str(listed.loc[code, "needs"]), fields)
        for code in asked
    }
    work, parts, notes = rules(match, fields), [], list(people.notes)
    for code in [code for code in asked if not lacking[code]]:
        answer = work[code](people)
        ages = (int(listed.loc[code, "age_low"]), int(listed.loc[code, "age_high"]))
        found, said = estimate_indicator(
            people, answer, ages, groups,
            weight=weight, stratum=stratum, cluster=cluster, level=level,
        )  # fmt: skip
        lacking[code] = _nobody(people, found, ages)
        if found.empty:
            continue
        parts.append(found.assign(indicator=code, age=f"{ages[0]}-{ages[1]}"))
        notes += [f"{code}: {text}" for text in said if text]
    if not parts:
        problems = [Problem(code, f"the survey lacks {lacking[code]}") for code in asked[:8]]
        raise CoverageError(SUBJECT, problems)
    table = pd.concat(parts, ignore_index=True).assign(unit="share", status="estimated")
    first = ["indicator", *groups, "age"]
    return TransitionIndicators(
        table[[*first, *COLUMNS, "unit", "status"]],
        IndicatorSettings(tuple(groups), match, weight, stratum, cluster, level),
        _diagnostics(listed, lacking),
        tuple(dict.fromkeys([*notes, *_withheld(table)])),
        {"version": __version__, "inputs": _inputs(people, field_occupations)},
    )


def _nobody(people: People, found: pd.DataFrame, ages: tuple[int, int]) -> str:
    """Return what an indicator lacks of which nobody is known to be among those it is about."""
    if len(found) and found["persons"].iloc[-1] > 0:  # all together stand last
        return ""
    if len(found):
        return "answers: of nobody who may belong to it is enough known"
    of_age = (people.age >= ages[0]) & (people.age <= ages[1]) & (people.weight > 0)
    who = "whom it is about, " if of_age.any() else ""
    return f"persons {who}aged {ages[0]} to {ages[1]}"


def _inputs(people: People, field_occupations: pd.DataFrame | None) -> dict[str, str]:
    named = {"persons": people.table, "field_occupations": field_occupations}
    return {name: table_hash(table) for name, table in named.items() if table is not None}


def _groups(people: People, by: str | Sequence[str] | None) -> list[str]:
    named = listed_names(by)
    if named == ["sex"] and isinstance(by, str) and not people.has("sex"):
        return []
    problems = [
        Problem("by", f"no column {name!r}", "a column of the persons",
                did_you_mean(name, people.table.columns))
        for name in named
        if not people.has(name)
    ]  # fmt: skip
    if "age" in named:
        step = "Make bands under another name: persons.assign(age_band=pd.cut(persons['age'], ...))"
        found = "the result has a column of this name, the ages of each indicator"
        problems.append(Problem("by: column 'age'", found, "another name", next_step=step))
    there = [name for name in named if people.has(name)]
    problems += taken_names(there, ("indicator", "unit", "status", *OF_RATIOS), "by")
    problems += labelled_as_totals(people.table, there)
    if problems:
        raise ParameterError(SUBJECT, problems)
    return named


def _asked(indicators: Sequence[str] | None, known: list[str]) -> list[str]:
    if indicators is None:
        return known
    if not isinstance(indicators, Iterable):
        raise ParameterError(
            SUBJECT, [Problem("indicators", repr(indicators)[:60], "codes of indicators, or None")]
        )
    named = [indicators] if isinstance(indicators, str) else [str(name) for name in indicators]
    problems = [
        Problem("indicators", repr(name), f"among {listing(known, 30)}", did_you_mean(name, known))
        for name in named
        if name not in known
    ]
    if problems or not named:
        raise ParameterError(
            SUBJECT, problems or [Problem("indicators", "none named", "at least one")]
        )
    return list(dict.fromkeys(named))


def _diagnostics(listed: pd.DataFrame, lacking: Mapping[str, str]) -> pd.DataFrame:
    rows = listed.loc[list(lacking), ["code", "label_en", "definition", "source"]]
    made = rows.rename(
        columns={"code": "indicator", "label_en": "title", "source": "reference"}
    ).reset_index(drop=True)
    return made.assign(lacks=list(lacking.values()))


def _withheld(table: pd.DataFrame) -> list[str]:
    count = int((table["reliability"] == "w").sum())
    vague = int((table["reliability"] == "u").sum())
    notes = []
    if vague:
        notes.append(f"{vague} values are unreliable (fewer than 30 persons or a wide error).")
    if count:
        notes.append(
            f"{count} values rest on fewer than 10 persons or an error over half the value: "
            "withhold them."
        )
    return notes
