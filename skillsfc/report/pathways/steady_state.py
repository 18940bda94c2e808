"""Where present flows would lead, beside where people are now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.errors import SkillsfcError
from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import without_small_flows
from skillsfc.report.pathways.grouping import one_column, with_interval
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_areas import withhold_parts
from skillsfc.report.pathways.state_names import by_state, inside, names_for, say_refusal
from skillsfc.report.pathways.words import period, say_time, sentences
from skillsfc.report.text import Facts
from skillsfc.report.withholding import CONFIDENTIAL

SOON = 0.1  # half-lives, in times between two dates, that nobody can tell from none
NOTE = "In brackets 95 % intervals. ..c: resting on one to nine persons, or telling such a share."
FEW_MOVED = (
    "Where the flows would lead is not told: some of the moves were made by one to nine persons, "
    "and the shares would tell how many."
)
STEADY, HALF = "steady_in_figures", "half_life"


def write_steady_state(
    steady: Any,
    *,
    flows: Any,
    interval: float,
    name: str,
    unit: str = "months",
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write the shares that present flows would lead to, beside those of the last date.

    Parameters
    ----------
    steady : SteadyState or SkillsfcError
        Outcome of `skillsfc.estimate_steady_state`, or its refusal where there is no one answer.
    flows : Flows
        The flows behind it.
    interval : float
        Time between two dates [unit].
    name : str
        Who the persons are.
    unit : str
        Unit of time, in the plural.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Table ``steady`` and, in the files, its figures and ``half_life``; words only where the
        flows lead nowhere, or moves are of one to nine persons.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> panel = pd.DataFrame({"person": sorted([*range(60)] * 2), "quarter": [1, 2] * 60,
    ...                       "state": ["E", "E", "E", "U", "U", "E"] * 20})
    >>> flows = sf.estimate_flows(panel)
    >>> made = write_steady_state(sf.estimate_steady_state(flows), flows=flows, interval=3,
    ...                           name="Made up")
    >>> made.table("steady_in_figures")["share"].round(3).tolist()
    [0.667, 0.333]
    """
    facts = Facts("steady")
    if isinstance(steady, SkillsfcError):
        text = f"Present flows lead to no one mix of states. {say_refusal(steady)}"
        return Section("steady", (text,), facts)
    moves = without_small_flows(flows.average, flows.settings.group)
    if (moves["reliability"] == CONFIDENTIAL).any():
        return Section("steady", (FEW_MOVED,), facts)
    names = names_for(flows.settings.states, labels)
    rows, group = one_column(_beside_now(steady, flows), flows.settings.group)
    rows = by_state(rows, ["state"], flows.settings.states)
    keys = [*([group] if group else []), "state"]
    made = table_estimates(rows, rows=keys, measure="share", names=names)
    made = made.rename(columns={"share": "if the flows went on"})
    counted = {end: rows[f"now_{end}"] for end in ("lower", "upper", "reliability")}
    now = rows.assign(share=rows["now"], **counted)
    texts = table_estimates(now, rows=keys, measure="share", names=names)
    made.insert(len(keys), "at the last date", texts["share"])
    life = steady.diagnostics.assign(
        half_life_time=steady.diagnostics["half_life"] * interval, unit=period(unit)
    )
    paragraphs = () if group else (_change(rows, names, facts), _pace(life, unit, facts))
    title = f"{name}: shares of states, per cent"
    note = sentences([NOTE, *plain_notes(steady.notes)])
    tables = (
        TableToPublish("steady", title, made, note),
        TableToPublish(STEADY, f"{title}: the figures", rows, show=False),
        TableToPublish(HALF, "Time in which half of the way is gone", life, show=False),
    )
    kept = tuple(text for text in paragraphs if text)
    return Section("steady", kept, facts, (), tables, " ".join(kept[:1]))


def _beside_now(steady: Any, flows: Any) -> pd.DataFrame:
    """Return the steady shares with those of the persons found at the last date."""
    now = flows.last_shares().rename(columns={"until": "period"}).assign(reliability="")
    now = withhold_parts(now, flows.settings.group).rename(columns={"share": "now"})
    now = now.rename(columns={end: f"now_{end}" for end in ("lower", "upper", "reliability")})
    keys = [*flows.settings.group, "state"]
    now = now[[*keys, *(name for name in now.columns if name.startswith("now"))]]
    return steady.table.merge(now, on=keys, how="left")


def _change(rows: pd.DataFrame, names: Mapping[str, str], facts: Facts) -> str:
    """Say which state would change most, of those whose change is more than chance may make."""
    known = rows[np.isfinite(rows["now"]) & np.isfinite(rows["share"])]
    if known.empty:
        return ""
    size = (known["share"] - known["now"]).abs()
    # Intervals apart: the shares differ by more than z (SE now + SE steady). Both come from the
    # same persons, and the error of a difference is at most that sum whatever their correlation.
    apart = (known["lower"] > known["now_upper"]) | (known["upper"] < known["now_lower"])
    row = known.loc[(size[apart] if apart.any() else size).idxmax()]
    if f"{row['now']:.1%}" == f"{row['share']:.1%}":
        return "The shares are those to which present flows lead already."
    counted = row.to_dict() | {"lower": row["now_lower"], "upper": row["now_upper"]}
    counted["reliability"] = row["now_reliability"]
    before = with_interval(facts, f"{row['state']}, last date", counted, measure="now",
                           table=STEADY)  # fmt: skip
    after = with_interval(facts, f"{row['state']}, steady", row.to_dict(), measure="share",
                          table=STEADY)  # fmt: skip
    place = inside(names[str(row["state"])])
    if not apart.any():
        return (
            f"If present flows went on, the share in {place} would be {after}, beside {before} as "
            "counted at the last date. No change of a state can be told from chance; this is the "
            "largest found."
        )
    way = "rise" if row["share"] > row["now"] else "fall"
    return (
        f"If present flows went on, the share in {place} would {way} from {before}, as counted at "
        f"the last date, to {after}. It is the largest change found that is more than chance may "
        "make."
    )


def _pace(life: pd.DataFrame, unit: str, facts: Facts) -> str:
    time = float(life["half_life_time"].iloc[0])
    if not np.isfinite(time):
        return "The way there has no end: the flows go round in a circle, and never settle."
    if life["half_life"].iloc[0] < SOON:
        return "That mix is all but reached at the next date."
    said = say_time(facts, "half-life", time, unit, table=HALF)
    return f"Half of the way from any mix of states to that one takes about {said}."
