"""`classify_transitions`: how long the way from school to a good job is, and by what path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from skillsfc import __version__
from skillsfc.errors import (
    CoverageError,
    ParameterError,
    Problem,
    TableError,
)
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import (
    listed_names,
    refuse_names,
    refuse_other_than_mappings,
    word_problems,
)
from skillsfc.transitions.design import read_design
from skillsfc.transitions.ratios import domains, taken_names
from skillsfc.transitions.records import Records, read_records
from skillsfc.transitions.stages.answers import coded_keys
from skillsfc.transitions.stages.histories import (
    OUTCOMES,
    measure_histories,
    moved_states,
    read_histories,
    refuse_roles,
)
from skillsfc.transitions.stages.path_rules import KINDS, NOT_KNOWN
from skillsfc.transitions.stages.path_summary import summarise
from skillsfc.transitions.survey_design import refuse_level

SUBJECT = "classify_transitions"
DESTINATIONS = ("first", "current")
WITHOUT = ("start", "exclude")
#: Columns of the result and of its persons, which no group may be called.
COLUMNS = ("indicator", "value", "unit", "standard_error", "lower", "upper", "level", "persons",
           "reliability")  # fmt: skip
OF_PERSONS = ("outcome", "months", "path", "length_class",
              *(f"months_{kind}" for kind in (*KINDS, "between")))  # fmt: skip


@dataclass(frozen=True)
class PathSettings:
    """Arguments of `classify_transitions`; see there."""

    roles: Mapping[str, str]
    group: tuple[str, ...] = ()
    destination: str = "first"
    without_education: str = "start"
    weight: str | None = "weight"
    stratum: str | None = None
    cluster: str | None = None
    level: float = 0.95
    unit: str = "month"


@dataclass(frozen=True, eq=False, repr=False)
class TransitionPaths(Result):
    """Length and path of transitions; see `classify_transitions`.

    Parameters
    ----------
    persons : DataFrame
        One row a person: ``person``, the groups and design columns, ``outcome`` (transited,
        not_yet, in_education, start_not_seen), ``months`` (to the first job, or so far), ``path,
        length_class`` and ``months_<kind>`` on the path (of those transited).
    """

    persons: pd.DataFrame = field(default_factory=pd.DataFrame)


def classify_transitions(
    spells: object,
    *,
    roles: Mapping[str, str],
    group: str | Sequence[str] | None = None,
    destination: str = "first",
    without_education: str = "start",
    weight: str | None = "weight",
    stratum: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
    lonely: str = "adjust",
    unit: str = "month",
) -> TransitionPaths:
    """Measure the length and classify the path of the transition from school to work.

    Use it on work histories since school. Length and path are those of people who have arrived;
    the others are counted as not yet transited. So the mean and median say how long it took those
    who made it: for how long it takes, use `measure_time_to` or `estimate_survival`, which let
    the others count too.

    Parameters
    ----------
    spells : DataFrame or SpellCheck
        Columns ``person, state, start, end`` [months], ``event`` or ``to_state``, optionally
        ``entry``; one state at a time.
    roles : mapping of str to str
        Role of each state, whose code may be a number: education, stable, satisfactory_temporary,
        satisfactory_self_employed, temporary, self_employed (both without satisfaction),
        unemployed, inactive, unknown. The second to fourth end the transition.
    group : str or sequence of str, optional
        Columns of persons, such as ``"sex"``.
    destination : {"first", "current"}
        The path leads to the first stable or satisfactory job, or (as in the Work4Youth reports)
        to the one held at the last observation; length is to the first in both.
    without_education : {"start", "exclude"}
        People without a spell of education: their record begins where schooling ended, or they
        are left out. Seen late (``entry`` above 0) they are always left out: the end of schooling
        is not in the data.
    weight, stratum, cluster : str, optional
        Columns of the design, as in `skillsfc.transitions.survey_design.estimate_ratios`.
    level : float
        Nominal coverage of the intervals [0-1].
    lonely : {"adjust", "remove", "refuse"}
        Strata with a single sampling unit.
    unit : str
        Unit of time; the classes short, middling and lengthy are in months, so another is refused.

    Returns
    -------
    TransitionPaths
        ``.table``: the groups, ``indicator`` (share_transited, of those out of school;
        share_direct, of those transited, as going straight is always known; share_short,
        share_middling, share_lengthy and share_<path>, of those transited with a known path;
        mean_months, median_months and both without direct transitions), ``value``, ``unit``,
        ``standard_error, lower, upper, level``, ``persons`` (unweighted), ``reliability``.
        ``.persons``: one row a person. ``.diagnostics``: persons by outcome.

    Raises
    ------
    TableError
        On spells that cannot be meant or overlap, and columns that are not there.
    ParameterError
        If a state has no role, or an argument is no known word.
    CoverageError
        If nobody has left school within the data.

    Notes
    -----
    Time runs from the end of the last spell of education to the start of the first stable or
    satisfactory job; zero months is a direct transition. The classes are the table
    ``sf.codes("swts_paths")``: months of unemployment decide, if there are any; then months of
    inactivity; then months in temporary or unsatisfactory work. These limits, and that a path of
    stable or satisfactory jobs only is short, are recalled from the national Work4Youth reports
    and have not been checked against one; exactly 12 months of temporary work is read as short,
    exactly 24 as lengthy. A path with time that no spell covers is not classified. Medians:
    Woodruff's interval.

    References
    ----------
    ILO (2013), International comparison of youth school-to-work transition (Work4Youth), WCMS
    212439, for what ends a transition. Woodruff (1952), Journal of the American Statistical
    Association 47, 635-646.

    Examples
    --------
    >>> spells = pd.DataFrame({"person": [1, 1, 2, 2, 2], "start": [0, 12, 0, 6, 10],
    ...     "end": [12, 40, 6, 10, 40], "state": ["school", "job", "school", "search", "job"],
    ...     "to_state": ["job", "", "search", "job", ""]})
    >>> made = classify_transitions(spells, roles={"school": "education", "job": "stable",
    ...                                            "search": "unemployed"})
    >>> made.persons[["months", "path", "length_class"]].values.tolist()
    [[0.0, 'direct', 'short'], [4.0, 'unemployment_middling', 'middling']]
    """
    refuse_other_than_mappings({"roles": {} if roles is None else roles}, SUBJECT)
    single = {"weight": weight, "stratum": stratum, "cluster": cluster}
    refuse_names(SUBJECT, {"group": group}, single, empty=True)
    groups = tuple(listed_names(group))
    settings = PathSettings(
        coded_keys(roles or {}),
        groups,
        destination,
        without_education,
        weight,
        stratum,
        cluster,
        level,
        unit,
    )
    _refuse(settings)
    needs = [name for name in (*groups, stratum, cluster) if name is not None]
    records = read_records(
        spells, subject=SUBJECT, weight=weight, needs=["person", "state", *needs]
    )
    refuse_roles(moved_states(records), settings.roles, SUBJECT)
    frame = read_histories(records, settings.roles, SUBJECT)
    measures = measure_histories(frame, destination, without_education)
    persons, notes = _persons(records, measures, settings)
    if not persons["outcome"].isin(["transited", "not_yet"]).any():
        found = "nobody is seen to leave school"
        raise CoverageError(SUBJECT, [Problem("spells", found, "at least one person")])
    design = read_design(
        persons, weight=weight, stratum=stratum, cluster=cluster, lonely=lonely, subject=SUBJECT
    )
    rows = [
        {**keys, **row}
        for keys, inside in domains(persons, groups)
        for row in summarise(persons, design, inside, level)
    ]
    weighted = persons[design.weight > 0]
    counts = weighted["outcome"].value_counts().reindex(list(OUTCOMES), fill_value=0)
    diagnostics = pd.DataFrame({"outcome": list(OUTCOMES), "persons": counts.to_numpy()})
    notes += [*design.notes, *_said(counts, weighted)]
    provenance = {"version": __version__, "inputs": {"spells": table_hash(records.table)}}
    return TransitionPaths(
        pd.DataFrame(rows), settings, diagnostics, tuple(notes), provenance, persons
    )


def _refuse(settings: PathSettings) -> None:
    refuse_level(settings.level, SUBJECT)
    words = {"destination": DESTINATIONS, "without_education": WITHOUT}
    problems = word_problems(vars(settings), words)
    if not (isinstance(settings.unit, str) and settings.unit == "month"):
        step = "Convert the times first: the classes of paths are in months."
        problems.append(Problem("unit", repr(settings.unit)[:60], "'month'", next_step=step))
    columns = (settings.weight, settings.stratum, settings.cluster)
    design = [name for name in columns if name is not None and name not in settings.group]
    problems += taken_names(settings.group, ("person", *COLUMNS, *OF_PERSONS), "group")
    problems += taken_names(design, OF_PERSONS, "design")
    if problems:
        raise ParameterError(SUBJECT, problems)


def _persons(
    records: Records, measures: pd.DataFrame, settings: PathSettings
) -> tuple[pd.DataFrame, list[str]]:
    """Return one row a person with the columns of the groups and the design."""
    table = records.table
    kept = [*settings.group, settings.stratum, settings.cluster]
    kept += [settings.weight if settings.weight in table.columns else None]
    names = list(dict.fromkeys(name for name in kept if name not in (None, "person")))
    first = table.drop_duplicates("person").set_index("person")[names]
    notes = []
    for name in names:
        varied = table.drop_duplicates(["person", name])["person"]
        changing = int(varied[varied.duplicated()].nunique())
        if changing and name == settings.stratum:
            found = f"changes within {changing} persons"
            problem = Problem(f"column '{name}'", found, "one stratum a person")
            raise TableError(SUBJECT, [problem])
        if changing:
            notes.append(f"'{name}' changes within {changing} persons: the first value counts.")
    columns = ["outcome", "months", "path", "length_class"]
    columns += [name for name in measures.columns if name.startswith("months_")]
    return first.join(measures[columns]).reset_index(), notes


def _said(counts: pd.Series, persons: pd.DataFrame) -> list[str]:
    notes = [
        f"{counts['transited']} persons have made the transition, {counts['not_yet']} have left "
        f"school but not arrived (censored: they are in no mean or median, which are therefore too "
        f"short for the whole), {counts['in_education']} are still in education, of "
        f"{counts['start_not_seen']} the end of schooling is not in the data.",
        "Short, middling and lengthy use limits recalled from the national reports of the survey "
        "(sf.codes('swts_paths')); compare with the report of your country before publishing.",
    ]
    gaps = int((persons["length_class"] == NOT_KNOWN).sum())
    if gaps:
        notes.append(
            f"Of {gaps} of those transited part of the way is not known, so that their path is not "
            "classified: they count in share_direct, as not direct, and in no share of a path."
        )
    return notes
