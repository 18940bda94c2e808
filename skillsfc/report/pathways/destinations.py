"""Where those out of work go: the part who have left by each time, by destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_incidence
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import (
    ENDS,
    FIVES,
    NO_CURVES,
    ends_early,
    in_fives,
    large_enough,
    no_certainty,
    withhold_few,
)
from skillsfc.report.pathways.grouping import FEWEST, with_interval
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_areas import FIVE
from skillsfc.report.pathways.state_names import inside, names_for
from skillsfc.report.pathways.waiting import choose_marks
from skillsfc.report.pathways.words import one_of, period, say_time, sentences
from skillsfc.report.text import Facts, list_words

CURVE, FIGURES, SHOWN = "destinations_curve", "destinations_at", "destinations_by_time"
MOST_CURVES = 6  # that a picture can tell apart
FEW = "Fewer than ten persons are seen in that state: too few for their ways to be shown."
STAYED = "still there"


def write_destinations(
    incidence: Any | None,
    *,
    state: str,
    name: str,
    stayed: Any | None = None,
    source: str = "",
    first_of: Sequence[str] = (),
    unit: str = "months",
    labels: Mapping[str, str] | None = None,
) -> Section:
    r"""Write where those in a state go: the part who have left it by each time, by destination.

    Parameters
    ----------
    incidence : CumulativeIncidence or None
        Outcome of `skillsfc.estimate_cumulative_incidence` for one state, all persons together;
        None where nobody was seen to leave it.
    state : str
        The state that is left, such as unemployment.
    name, source : str
        Who the persons are; who made the data.
    stayed : SurvivalCurve, optional
        Outcome of `skillsfc.estimate_survival` for the same state: how sure it is how many stay.
    first_of : sequence of str
        The states among which the first was taken; where there are several, the text says so.
    unit : str
        Unit of time, in the plural.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Figure ``destinations``, table ``destinations_by_time`` and, in the files,
        ``destinations_curve`` and ``destinations_at``.

    Raises
    ------
    ParameterError
        If the curves are by group.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> spells = pd.DataFrame({"person": range(30), "state": "home", "start": 0,
    ...                        "end": [4, 8, 20] * 10, "to_state": ["job", "job", ""] * 10})
    >>> made = sf.estimate_cumulative_incidence(spells, state="home")
    >>> section = write_destinations(made, state="home", name="Made up")
    >>> print(section.paragraphs[0].replace("\xa0", " "))  # doctest: +ELLIPSIS
    After 12 months in “home”, 66.7% had gone to “job” (...) and 33.3% were still there...
    """
    facts = Facts("destinations")
    names = names_for([state, *first_of], labels)
    chosen = _chosen(state, first_of, names)
    if incidence is None:
        text = f"Nobody is seen to go from {inside(names[state])} to another state."
        return Section("destinations", tuple(part for part in (text, chosen) if part), facts)
    if incidence.diagnostics["persons"].sum() < FEWEST:
        return Section("destinations", (FEW, *([chosen] if chosen else [])), facts)
    if incidence.settings.group:
        found = Problem("incidence", f"by {incidence.settings.group}", "all persons together")
        raise ParameterError("write_destinations", [found])
    table = in_fives(incidence.table, ["to_state"])
    if table.empty:
        return Section("destinations", (FEW, *([chosen] if chosen else [])), facts)
    names = names_for([state, *first_of, *table["to_state"].unique()], labels)
    figures = _at(incidence, stayed, unit)
    title = f"{name}: out of {names[state]}, by destination"
    shown = figures.assign(to_state=[names.get(s, s) for s in figures["to_state"]])
    certain = no_certainty(shown, "probability")  # of nobody no interval is known
    texts = table_estimates(certain, rows="to_state", by="time", measure="probability")
    heads = {str(t): f"after {t:g} {period(unit, t)}" for t in figures["time"].unique()}
    note = (
        "In brackets 95 % intervals. *: fewer than 30 spells were still going on; "
        "..c: one to nine went there or stayed, or what would tell how many."
    )
    tables = (
        TableToPublish(SHOWN, f"{title}, per cent of spells", texts,
                       sentences([note, *plain_notes(incidence.notes, unit=unit)]),
                       labels={"to_state": "to", **heads}),
        TableToPublish(FIGURES, title, figures, show=False),
        TableToPublish(CURVE, title, table, show=False),
    )  # fmt: skip
    text = _gone(figures, names, inside(names[state]), unit, facts)
    large = large_enough(table, ["to_state"])
    kept = tuple(part for part in (text, chosen, "" if large else NO_CURVES) if part)
    figure = _figure(table, names, title, unit, source, ends_early(incidence.table))
    drawn = (figure,) if large else ()
    return Section("destinations", kept, facts, drawn, tables, text)


def _at(incidence: Any, stayed: Any | None, unit: str) -> pd.DataFrame:
    """Return the curves at chosen times, with those who stayed as one more row a time."""
    every = incidence.table[incidence.table["at_risk"] >= FEWEST]
    last = float(every["time"].max())
    columns = ["to_state", "time", "at_risk", "probability", "lower", "upper", "reliability"]
    at = incidence.at(choose_marks(unit, last))
    left = at.drop_duplicates("time").assign(
        to_state=STAYED, probability=lambda rows: rows["stayed"], lower=float("nan"),
        upper=float("nan"),
    )  # fmt: skip
    if stayed is not None:
        ends = stayed.at(list(left["time"])).set_index("time")[["lower", "upper"]]
        left = left.assign(**{end: left["time"].map(ends[end]) for end in ends.columns})
    told = pd.concat([at, left], ignore_index=True)[columns]
    persons = told["probability"] * float(every["at_risk"].iloc[0])
    whole = withhold_few(told.drop(columns="at_risk"), [persons], whole=["time"])
    return whole.assign(at_risk=(FIVE * (told["at_risk"] / FIVE).round()))[columns]


def _figure(
    table: pd.DataFrame, names: Mapping[str, str], title: str, unit: str, source: str,
    early: bool,
) -> FigureToPublish:  # fmt: skip
    most = table.groupby("to_state")["probability"].max().nlargest(MOST_CURVES).index
    drawn = table[table["to_state"].isin(most)].dropna(subset="probability")
    chart = plot_incidence(
        drawn, unit=period(unit), quantity="Spells that ended", source=source, labels=names
    )
    left = table["to_state"].nunique() - len(most)
    notes = ["The least frequent destinations are in the table only."] if left else []
    notes += [ENDS] if early else []
    notes += [FIVES]
    return FigureToPublish("destinations", title, chart, note=sentences(notes))


def _gone(
    figures: pd.DataFrame, names: Mapping[str, str], where: str, unit: str, facts: Facts
) -> str:
    """Say where they had gone after a year, or at the time nearest to it."""
    known = figures[figures["probability"].notna()]
    times = known["time"].unique()
    if not len(times):
        return ""
    year = choose_marks(unit, float("inf"))[1]
    time = min(times, key=lambda told: abs(told - year))
    rows = known[known["time"] == time].set_index("to_state")
    moved = rows.drop(STAYED, errors="ignore").nlargest(3, "probability", keep="all")
    parts: list[str] = []
    for place, row in moved[moved["probability"] > 0].iterrows():
        verb = "" if parts else " had gone"
        then = f"{verb} to {inside(names[str(place)])}"
        parts.append(with_interval(facts, f"to {place}", row, measure="probability",
                                   table=FIGURES, then=then))  # fmt: skip
    if STAYED in rows.index:
        parts.append(with_interval(facts, "still there", rows.loc[STAYED], measure="probability",
                                   table=FIGURES, then=" were still there"))  # fmt: skip
    if not parts:
        return ""
    when = say_time(facts, "time", time, unit, table=FIGURES)
    return f"After {when} in {where}, {list_words(parts)}."


def _chosen(state: str, first_of: Sequence[str], names: Mapping[str, str]) -> str:
    """Say which of several states was taken."""
    if len(first_of) < 2:
        return ""
    others = [inside(names[str(other)]) for other in first_of if str(other) != state]
    where = inside(names[state])
    return f"Of several such states the first named is followed, {where}; not {one_of(others)}."
