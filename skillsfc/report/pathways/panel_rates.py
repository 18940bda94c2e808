"""What interviews far apart tell of stays and moves, beside the histories where these are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.brief.section import Section, TableToPublish
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.curve_tables import withhold_moves
from skillsfc.report.pathways.grouping import with_interval
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_names import by_state, in_order, inside, later_words, names_for
from skillsfc.report.pathways.withheld_visits import (
    ENDS,
    FEW_SEEN,
    withhold_stays,
    withhold_visits,
)
from skillsfc.report.pathways.words import capital, period, say_count, say_time, sentences
from skillsfc.report.text import Facts, list_words
from skillsfc.report.withholding import CONFIDENTIAL

MOVES, STAYS, LATER = "moves_seen", "stays_in_figures", "a_year_later_in_figures"
FROM_MODEL, FROM_HISTORIES = "from interviews", "in the histories"
SEEN, REAL = "moves from one interview to the next", "moves in the histories"
CLOSE = 0.1  # a length of stay that differs by less is found again
MOST_OFF = 3  # chances that a sentence lists
PART = "part of the moves that interviews show"


def write_panel_rates(
    fit: Any,
    *,
    interval: float,
    histories: Any | None = None,
    later: Any | None = None,
    ahead: float = 12,
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write lengths of stays and chances of moves as interviews tell them, and as they were.

    Parameters
    ----------
    fit : PanelMarkov
        Outcome of `skillsfc.fit_panel_markov` on interviews.
    interval : float
        Time between two interviews [unit of the fit].
    histories : StateProbabilities, optional
        Outcome of `skillsfc.estimate_state_probabilities` on the whole histories of the same
        persons and states; its counts of moves say what the interviews missed.
    later : TransitionRates, optional
        Outcome of `skillsfc.estimate_transition_rates` on them, over the time ``ahead``.
    ahead : float
        Time over which chances are told [unit of the fit].
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Tables ``stays``, ``a_year_later`` and, in the files, ``rates`` and all figures.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> panel = pd.DataFrame({"person": [1, 1, 1, 2, 2, 2], "time": [0, 6, 12] * 2,
    ...                       "state": ["S", "E", "S", "E", "S", "S"]})
    >>> fit = sf.fit_panel_markov(panel, transitions="all")
    >>> section = write_panel_rates(fit, interval=6)
    >>> section.table("stays").columns.tolist()
    ['state', 'from interviews']
    """
    unit, facts = fit.settings.unit, Facts("panel_rates")
    names = names_for(fit.settings.states, labels)
    apart = f"{interval:g} {period(unit, interval)}"
    order = fit.settings.states
    counts = _moves(fit, histories, interval)
    stays = withhold_stays(by_state(_stays(fit, histories), ["state"], order), fit.moves)
    seen = None if later is None else withhold_moves(later.table)
    chances = withhold_visits(by_state(fit.probabilities(ahead), ENDS, order), fit.moves)
    paragraphs = [
        _missed(counts, interval, [names[state] for state in in_order(order)], unit, facts),
        _stays_in_words(stays, names, unit, facts),
        _stayed(chances, seen, names, ahead, unit, facts),
        _off(chances, seen, names, facts),
    ]
    beside = " and the histories themselves" if histories is not None else ""
    title = f"Mean length of one stay, {period(unit)}: interviews every {apart}{beside}"
    when = later_words(ahead, unit)
    note = ["In brackets 95 % intervals"]
    note += ["Histories: all pairs of dates so far apart"] if later is not None else []
    note += [FEW_SEEN] if (chances["reliability"] == CONFIDENTIAL).any() else []
    limits = "In brackets 95 % intervals of the model. States that nobody leaves have no row."
    if (stays["reliability"] == CONFIDENTIAL).any():
        limits += " ..c: left one to nine times at interviews."
    tables = [
        TableToPublish("stays", title, _stays_table(stays, names), limits),
        TableToPublish("a_year_later", f"Chance to be in each state {when} later, per cent",
                       _later_table(chances, seen, names, when), sentences(note)),
        TableToPublish("rates", "Rates of moves from the interviews",
                       withhold_visits(fit.table, fit.moves),
                       sentences(plain_notes(fit.notes, unit=unit)), show=False),
        TableToPublish(STAYS, f"{title}: the figures", stays, show=False),
        TableToPublish(LATER, "Chances of states later: the figures", _both(chances, seen),
                       show=False),
        TableToPublish(MOVES, "Moves between states, and those that interviews show", counts,
                       show=False),
    ]  # fmt: skip
    kept = tuple(text for text in paragraphs if text)
    return Section("panel_rates", kept, facts, (), tuple(tables), " ".join(kept[:1]))


def _moves(fit: Any, histories: Any | None, interval: float) -> pd.DataFrame:
    """Return how many moves interviews show, and how many there were; persons, not weights."""
    seen = fit.moves.loc[fit.moves["from_state"] != fit.moves["to_state"], "count"].sum()
    rows = [("time between interviews", interval, f"{period(fit.settings.unit)}")]
    rows.append((SEEN, float(seen), "count"))
    if histories is not None:
        made = histories.transition_counts
        real = made.loc[made["from_state"] != made["to_state"], "events"].sum()
        rows.append((REAL, float(real), "count"))
        rows.append((PART, seen / real if real else np.nan, "share"))
    return pd.DataFrame(rows, columns=["figure", "value", "unit"])


def _stays(fit: Any, histories: Any | None) -> pd.DataFrame:
    """Return the mean length of a stay by the model and, as time over moves, in the histories."""
    stays = fit.sojourn()
    if histories is None:
        return stays
    counts = histories.transition_counts
    rate = counts[counts["from_state"] != counts["to_state"]].groupby("from_state")["hazard"].sum()
    real = (1 / rate.where(rate > 0)).rename("histories")
    return stays.merge(real, left_on="state", right_index=True, how="left")


def _stays_table(stays: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    made = table_estimates(stays, rows="state", measure="mean_stay", names=names, withheld=True)
    made = made.rename(columns={"mean_stay": FROM_MODEL})
    if "histories" in stays:
        few = stays["reliability"] == CONFIDENTIAL
        texts = [f"{mean:.1f}" if np.isfinite(mean) else ".." for mean in stays["histories"]]
        made[FROM_HISTORIES] = pd.Series(texts).where(~few.to_numpy(), "..c").to_numpy()
    return made


def _later_table(
    chances: pd.DataFrame, later: pd.DataFrame | None, names: Mapping[str, str], when: str
) -> pd.DataFrame:
    heads, parts = ["from_state", "to_state"], []
    for found, head in ((chances, FROM_MODEL), (later, FROM_HISTORIES)):
        if found is not None:
            part = table_estimates(found, rows=heads, names=names, withheld=True)
            parts.append(part.set_axis(["now", f"{when} later", head], axis=1))
    return parts[0] if len(parts) == 1 else parts[0].merge(parts[1], on=["now", f"{when} later"])


def _both(chances: pd.DataFrame, later: pd.DataFrame | None) -> pd.DataFrame:
    keys = ["from_state", "to_state"]
    made = chances.rename(columns={"probability": "share"})
    made = made.assign(source=FROM_MODEL)
    if later is None:
        return made
    columns = [*keys, "share", "standard_error", "level", "lower", "upper"]
    return pd.concat([made, later[columns].assign(source=FROM_HISTORIES)], ignore_index=True)


def _missed(
    counts: pd.DataFrame, interval: float, states: list[str], unit: str, facts: Facts
) -> str:
    """Say how many of the moves leave a trace."""
    value = counts.set_index("figure")["value"]
    if not value.get(REAL, 0):
        return ""
    real = say_count(facts, REAL, value[REAL], "move", table=MOVES)
    seen = facts.add(SEEN, value[SEEN], "count", table=MOVES)
    apart = say_time(facts, "time between interviews", interval, unit, table=MOVES)
    places = f"these states ({list_words(states)})" if len(states) <= 4 else "the states"
    return (
        f"The histories hold {real} from one of {places} to another; interviews every {apart} "
        f"show {seen}."
    )


def _stays_in_words(stays: pd.DataFrame, names: Mapping[str, str], unit: str, facts: Facts) -> str:
    """Say where the model's length of a stay is not that of the histories."""
    if "histories" not in stays:
        return ""
    known = stays[np.isfinite(stays[["mean_stay", "lower", "upper", "histories"]]).all(axis=1)]
    if known.empty:
        return ""
    off = known[(known["histories"] < known["lower"]) | (known["histories"] > known["upper"])]
    if off.empty and (known["mean_stay"] / known["histories"] - 1).abs().max() <= CLOSE:
        return (
            "With the missed moves put back by the model, the lengths of stays are found again, "
            "within the margin of error."
        )
    if off.empty:
        return (
            "With the missed moves put back by the model, the lengths of stays agree with the "
            "histories within a margin of error so wide that it says little: the table has both."
        )
    parts = []
    for row in off.to_dict("records"):
        model = facts.add(f"stay in {row['state']}", row["mean_stay"], "time", table=STAYS)
        real = say_time(facts, f"stay in {row['state']}, histories", row["histories"], unit,
                        table=STAYS)  # fmt: skip
        side = "longer" if row["mean_stay"] > row["histories"] else "shorter"
        parts.append(f"a stay in {inside(names[str(row['state'])])} comes out {side} than it was "
                     f"({model} against {real})")  # fmt: skip
    return f"Even with the missed moves put back by the model, {'; '.join(parts)}."


def _stayed(
    chances: pd.DataFrame, later: pd.DataFrame | None, names: Mapping[str, str], ahead: float,
    unit: str, facts: Facts,
) -> str:  # fmt: skip
    """Say how many of one state, the jobless where they are known, are in it again."""
    states = list(names)
    state = "idle" if "idle" in states else states[0]
    here = chances[(chances["from_state"] == state) & (chances["to_state"] == state)]
    if here.empty or not np.isfinite(here["probability"].iloc[0]):
        return ""
    share = with_interval(facts, f"again in {state}", here.iloc[0].to_dict(),
                          measure="probability", table=LATER)  # fmt: skip
    when = later_words(ahead, unit)
    if when != "a year":
        when = say_time(facts, "time ahead", ahead, unit, table=LATER)
    text = f"of those in {inside(names[state])}, the model puts {share} there again {when} later"
    if later is not None:
        rows = later[(later["from_state"] == state) & (later["to_state"] == state)]
        if len(rows) and np.isfinite(rows["share"].iloc[0]):
            real = with_interval(facts, f"again in {state}, histories", rows.iloc[0].to_dict(),
                                 measure="share", table=LATER)  # fmt: skip
            text += f"; the histories show {real}"
    return f"{capital(text)}."


def _off(
    chances: pd.DataFrame, later: pd.DataFrame | None, names: Mapping[str, str], facts: Facts
) -> str:
    """Say which chances of the model are not those of the histories: intervals apart."""
    if later is None:
        return ""
    ends = ["from_state", "to_state"]
    both = chances.merge(later[[*ends, "share", "lower", "upper"]], on=ends, suffixes=("", "_real"))
    apart = (both["lower"] > both["upper_real"]) | (both["upper"] < both["lower_real"])
    size = (both["probability"] - both["share"]).abs().where(apart)
    many = int(apart.sum()) > MOST_OFF
    said = []
    for row in (both.loc[size.nlargest(2).index] if many else both[apart]).to_dict("records"):
        what = f"{row['from_state']} to {row['to_state']}"
        model = with_interval(facts, what, row, measure="probability", table=LATER)
        seen = row | {"lower": row["lower_real"], "upper": row["upper_real"]}
        real = with_interval(facts, f"{what}, histories", seen, measure="share", table=LATER)
        start, end = (inside(names[str(row[name])]) for name in ends)
        said.append(f"from {start} to {end}, {model} against {real}")
    if not said:
        return ""
    told = "; ".join(said)
    if many:
        part = "most" if apart.mean() > 0.5 else "several"
        return (
            f"The model does not find {part} of the chances of the histories again, least so "
            f"{told}; the table has all."
        )
    return f"The model does not find the chances of the histories again {told}."
