"""How many are still waiting for a job that counts, and after what time half have arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.errors import SkillsfcError
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_survival
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import (
    ENDS,
    FIVES,
    NO_CURVES,
    ends_early,
    in_fives,
    large_enough,
    medians_of,
    no_certainty,
    say_few,
    withhold_few,
)
from skillsfc.report.pathways.grouping import (
    FEW_GROUPS,
    FEWEST,
    by_group,
    doubtful,
    group_key,
    one_column,
)
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_names import YEAR, names_for
from skillsfc.report.pathways.words import (
    one_of,
    period,
    say_count,
    say_ends,
    say_time,
    sentences,
)
from skillsfc.report.text import Facts
from skillsfc.report.withholding import CONFIDENTIAL

CURVE, MEDIANS, OUTCOMES, TEST = (
    "waiting_curve",
    "waiting_medians",
    "waiting_outcomes",
    "waiting_test",
)
FEW = "Fewer than ten persons are seen: too few for a curve to be shown."
YEARS = (0.5, 1, 2, 3, 5, 10)  # at which the part who have arrived is told
ARRIVED, STILL, LEFT = "arrived", "still waiting when last seen", "left out of the comparison"
MOST_CURVES = 6  # that a picture can tell apart
CERTAIN = "0.0 or 100.0 without an interval: nobody, or everyone, had arrived"
SURE = 0.05  # a p-value below it is more than chance would make


def write_waiting(
    curve: Any,
    waits: Any,
    *,
    name: str,
    source: str = "",
    since: str = "the start",
    labels: Mapping[str, str] | None = None,
) -> Section:
    r"""Write how many are still waiting for a job that counts, month by month.

    Parameters
    ----------
    curve : SurvivalCurve
        Outcome of `skillsfc.estimate_survival` on the waiting times, of all or by group.
    waits : TimeTo
        Outcome of `skillsfc.measure_time_to`, of which the curve has all persons or a part.
    name, source : str
        Who the persons are; who made the data.
    since : str
        What the clock counts from.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Figure ``waiting``, table ``arrived`` and, in the files, ``waiting_curve`` and
        ``waiting_medians``.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> spells = pd.DataFrame({"person": sorted(2 * list(range(40))),
    ...                        "state": ["school", "job"] * 40,
    ...                        "start": [0, 4, 0, 9, 0, 12, 0, 7] * 10,
    ...                        "end": [4, 40, 9, 40, 12, 40, 7, 40] * 10})
    >>> waits = sf.measure_time_to(spells, to="job")
    >>> section = write_waiting(sf.estimate_survival(waits), waits, name="Made up")
    >>> print(section.paragraphs[0].replace("\xa0", " "))
    Half of the young have arrived after 8 months (interval 7 to 9).
    """
    facts, unit = Facts("waiting"), str(waits.settings.unit)
    if len(waits.table) < FEWEST:
        return Section("waiting", (FEW,), facts)
    by = tuple(curve.settings.group)
    goal = name_goal(waits, labels)
    title = f"{name}: still without {goal}"
    medians, outcomes = medians_of(curve, by), _outcomes(curve, waits)
    steps = in_fives(curve.table, by)
    early = ENDS if ends_early(curve.table) else ""
    tables = [
        _arrived(curve, waits, goal, by, unit, since),
        TableToPublish(CURVE, title, steps, f"{FIVES}.", show=False),
        TableToPublish(MEDIANS, "Time after which half have arrived", medians, show=False),
        TableToPublish(OUTCOMES, "Persons by outcome", outcomes, show=False),
    ]
    test = _compare(curve)
    if test is not None:
        tables.append(TableToPublish(TEST, "Are the curves the same? (log-rank)", test, show=False))
    paragraphs = (
        " ".join([*_medians(medians, by, unit, facts), *_difference(test, facts)]),
        _counted(outcomes, facts),
        "" if large_enough(steps, by) else NO_CURVES,
    )
    kept = tuple(text for text in paragraphs if text)
    figures = _figure(steps, by, title, unit, source, sentences([early, FIVES]))
    return Section("waiting", kept, facts, figures, tuple(tables), kept[0])


def name_goal(waits: Any, labels: Mapping[str, str] | None = None) -> str:
    """Return what counts as arrival, such as "a job that lasts 6 months (stable job)".

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> spells = pd.DataFrame({"person": [1, 1], "state": ["school", "stable_job"],
    ...                        "start": [0, 4], "end": [4, 40]})
    >>> name_goal(sf.measure_time_to(spells, to="stable_job", min_length=6))
    'a job that lasts 6 months or more (stable job)'
    """
    told = waits.settings
    states = one_of(names_for(told.to, labels)[state] for state in map(str, told.to))
    if not told.min_length:
        return f"a job of any length ({states})"
    length = f"{told.min_length:g} {period(told.unit, told.min_length)}"
    return f"a job that lasts {length} or more ({states})"


def choose_marks(unit: str, last: float) -> list[float]:
    """Return the times at which the part who have arrived is told: half a year, one year ...

    Examples
    --------
    >>> choose_marks("months", 40), choose_marks("years", 4.0), choose_marks("quarter", 1.0)
    ([6, 12, 24, 36], [1, 2, 3], [1.0])
    """
    year = YEAR.get(period(unit, 1), 1)
    times = [round(part * year) for part in YEARS if part * year >= 1]
    return [float(t) if t % 1 else int(t) for t in times if t < last] or [last]


def _arrived(
    curve: Any, waits: Any, goal: str, by: tuple[str, ...], unit: str, since: str
) -> TableToPublish:
    """Return the part who have arrived by chosen times, one minus the curve."""
    marks = choose_marks(unit, float(waits.table["end"].max()))
    at = curve.at(marks).reset_index(drop=True)
    made = at.assign(share=1 - at["probability"], lower=1 - at["upper"], upper=1 - at["lower"])
    sizes = curve.diagnostics[[*by, "spells"]]
    persons = made.merge(sizes, on=list(by), how="left") if by else made.assign(
        spells=sizes["spells"].iloc[0])  # fmt: skip
    arrived = persons["share"] * persons["spells"]
    counts = (made["at_risk"], arrived, persons["spells"] - arrived)
    made = withhold_few(made, counts, whole=[*by, "time"])
    rows, group = one_column(no_certainty(made, "share"), by)
    texts = table_estimates(rows, rows="time", by=group, measure="share")
    signs = (("u", "*: fewer than 30 persons were waiting"),
             (CONFIDENTIAL, "..c: withheld, one to nine had arrived, or were still waiting or "
              "followed"))  # fmt: skip
    few = [told for flag, told in signs if flag in set(made["reliability"])]
    return TableToPublish(
        "arrived",
        f"Part who have found {goal}, per cent, by {period(unit)} since {since}",
        texts,
        sentences(
            [
                "In brackets 95 % intervals",
                *few,
                CERTAIN if rows["share"].isin([0, 1]).any() else "",
                *say_few(plain_notes([*waits.notes, *curve.notes], unit=unit)),
            ]
        ),
        labels={"time": period(unit), "share": "all"},
    )


def _figure(
    steps: pd.DataFrame, by: tuple[str, ...], title: str, unit: str, source: str, note: str
) -> tuple[FigureToPublish, ...]:
    rows, group = one_column(steps, by)
    if not large_enough(steps, by) or (group and rows[group].nunique() > MOST_CURVES):
        return ()
    chart = plot_survival(
        rows, group=group, unit=period(unit), quantity="Persons still waiting", source=source
    )
    return (FigureToPublish("waiting", title, chart, note=note),)


def _medians(medians: pd.DataFrame, by: tuple[str, ...], unit: str, facts: Facts) -> list[str]:
    groups = list(by_group(medians, by))
    if len(groups) > FEW_GROUPS:
        known = medians.dropna(subset=["time"])
        if known.empty:
            return ["In no group did half arrive while they were seen."]
        places = [known["time"].idxmin(), known["time"].idxmax()]
        groups = [next(iter(by_group(known.loc[[place]], by))) for place in dict.fromkeys(places)]
    return [_median(who, group_key(keys), own.iloc[0], unit, facts) for who, keys, own in groups]


def _median(who: str, key: str, row: Any, unit: str, facts: Facts) -> str:
    """Say after what time half of a group have arrived, with the interval as far as known."""
    if pd.isna(row["time"]):
        return f"Fewer than half of {who} were seen to arrive."
    middle = say_time(facts, f"{key}median", row["time"], unit, table=MEDIANS)
    ends = say_ends(facts, f"{key}median", row, unit, table=MEDIANS)
    return f"Half of {who} have arrived after {middle}{doubtful(row)}{ends}."


def _compare(curve: Any) -> pd.DataFrame | None:
    """Return the log-rank test of the groups; None where there are no two to compare."""
    if len(curve.curves) < 2:
        return None
    try:
        table: pd.DataFrame = curve.compare().table
    except SkillsfcError:
        return None
    return table if pd.notna(table["p_value"].iloc[0]) else None


def _difference(test: pd.DataFrame | None, facts: Facts) -> list[str]:
    if test is None:
        return []
    p_value = float(test["p_value"].iloc[0])
    text = facts.add("log-rank test", p_value, "p_value", table=TEST)
    size = "more than chance would make" if p_value < SURE else "no more than chance may make"
    return [f"The difference between the curves is {size} (log-rank test, p {text})."]


def _outcomes(curve: Any, waits: Any) -> pd.DataFrame:
    """Return how persons ended, with those counted and those left out of the comparison.

    Those who arrived and those who did not make up all: of one to nine neither count is told.
    """
    table = waits.table
    rows = [
        ("counted", len(table)),
        (ARRIVED, int(table["event"].sum())),
        (STILL, int((~table["event"]).sum())),
        (LEFT, len(table) - int(curve.diagnostics["spells"].sum())),
    ]
    counts = pd.concat(
        [pd.DataFrame(rows, columns=["outcome", "persons"]), waits.diagnostics], ignore_index=True
    )
    few = counts["persons"].between(1, FEWEST - 1)
    ends = counts["outcome"].isin([ARRIVED, STILL, "censored"])
    ends |= counts["outcome"].str.startswith("moved to ")
    hidden = few | (ends & few[ends].any())
    flags = hidden.map({True: CONFIDENTIAL, False: ""})
    return counts.assign(persons=counts["persons"].mask(hidden), reliability=flags)


def _counted(outcomes: pd.DataFrame, facts: Facts) -> str:
    """Say how many persons are counted, how many arrived, and how many are not compared."""
    count = outcomes.drop_duplicates("outcome").set_index("outcome")["persons"]

    def say(outcome: str) -> str:
        return say_count(facts, outcome, int(count[outcome]), "person", table=OUTCOMES)

    text = f"{say('counted')} are counted; how many of them arrived is not told, "
    text += "since one to nine did, or did not."
    if count[[ARRIVED, STILL]].notna().all():
        arrived, left = (
            facts.add(what, count[what], "count", table=OUTCOMES) for what in (ARRIVED, STILL)
        )
        text = (
            f"Of {say('counted')}, {arrived} {_was(count[ARRIVED])} seen to arrive and {left} "
            f"{_was(count[STILL])} still waiting when last seen."
        )
    if count[LEFT] == 0:
        return text
    gone = "Fewer than ten persons" if pd.isna(count[LEFT]) else say(LEFT)
    return (
        f"{text} {gone} were not in the curves: their group is not stated, or too small to be "
        "shown."
    )


def _was(count: float) -> str:
    return "was" if count == 1 else "were"
