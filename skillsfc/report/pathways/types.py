"""Kinds of path: how large each is, who takes it, how far to trust it, and what goes with paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_trajectories
from skillsfc.report.estimates import table_estimates
from skillsfc.report.pathways.grouping import largest, one_column, with_interval
from skillsfc.report.pathways.kinds_fit import (
    ALL_ALIKE,
    ALL_FEW,
    CHECKS,
    NO_KINDS,
    QUALITY,
    say_fit,
)
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_names import OTHER, join_small, joined_note, names_for
from skillsfc.report.pathways.withheld_kinds import ShownKinds, show_kinds
from skillsfc.report.pathways.words import people, period, plain, say_count, sentences
from skillsfc.report.text import Facts, list_words

KINDS, DIFFERENCES = "kinds_in_figures", "kinds_compared"
EXPLAINED = "explained"
NOTE = (
    "In brackets 95 % intervals. *: fewer than 30 persons; ..c: withheld, fewer than {threshold} "
    "persons in it, or in another kind that it would give away. Each name says what most of a "
    "kind do in each phase; nobody need have that very path."
)


def write_typology(
    typology: Any,
    clusters: Any,
    *,
    lines: Any | None = None,
    name: str,
    source: str = "",
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write kinds of path: a picture, their shares, how distinct they are, and who takes which.

    Parameters
    ----------
    typology : Typology
        Outcome of `skillsfc.describe_typology`, of all or by group.
    clusters : Clusters
        Outcome of `skillsfc.cluster_sequences` behind it.
    lines : Trajectories, optional
        Outcome of `skillsfc.summarise_trajectories` by cluster; none where no kind has persons
        enough for a line.
    name, source : str
        Who the persons are; who made the data.
    labels : mapping of str to str, optional
        Plain names of states.

    Returns
    -------
    Section
        Figure ``paths``; table ``kinds`` and, in the files, ``quality`` and all figures. A sentence
        only where any two kinds leave one of fewer persons than may be shown.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> told = pd.DataFrame([list("SSSS"), list("SSSS"), list("EEEE"), list("EEES")] * 20)
    >>> found = sf.cluster_sequences(sf.measure_distances(told, method="ham"), k=2)
    >>> section = write_typology(sf.describe_typology(found), found, name="Made up")
    >>> section.table("kinds")["name"].tolist()
    ['steady S throughout', 'steady E throughout']
    """
    facts = Facts("kinds")
    if clusters.settings.k < 2:
        return Section("kinds", (NO_KINDS if clusters.settings.left_out else ALL_ALIKE,), facts)
    shown = show_kinds(typology)
    by = shown.by
    differences = _differences(typology, shown)
    paragraphs = (
        _largest(shown.table, facts) or ALL_FEW,
        _who_takes_which(differences, facts),
        shown.comparison.say(facts),
        shown.not_compared,
        say_fit(clusters, facts),
    )
    rows, group = one_column(shown.groups if by else shown.table, by)
    made = table_estimates(rows, rows="name", by=group, measure="share")
    title = f"{name}: kinds of path, per cent"
    note = NOTE.format(threshold=typology.settings.threshold)
    tables = [
        *shown.comparison.left_out(facts),
        TableToPublish("kinds", title, made, note, labels={"name": "kind of path"}),
        TableToPublish(KINDS, f"{title}: the figures", shown.table, show=False),
        TableToPublish(CHECKS, "How far kinds depend on ties", clusters.diagnostics, show=False),
        TableToPublish(QUALITY, "How well each number of kinds fits", clusters.quality, show=False),
    ]
    if by:
        of_groups = f"{title}: by group"
        tables.append(TableToPublish("kinds_by_group", of_groups, shown.groups, show=False))
    if differences is not None:
        sexes = f"{title}: women less men"
        tables.append(TableToPublish(DIFFERENCES, sexes, differences, show=False))
    figures = _pictures(lines, typology, shown, name, source, labels)
    kept = tuple(text for text in paragraphs if text)
    return Section("kinds", kept, facts, figures, tuple(tables), " ".join(kept[:1]))


def write_discrepancy(
    explained: Any | None,
    *,
    traits: Sequence[str],
    name: str,
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write how much of the difference between paths goes with each trait of persons.

    Parameters
    ----------
    explained : ExplainedDistances or None
        Outcome of `skillsfc.explain_distances`; None where the data have none of the traits.
    traits : sequence of str
        The traits asked for, also those that the data do not have.
    name : str
        Who the persons are.
    labels : mapping of str to str, optional
        Plain names of traits.

    Returns
    -------
    Section
        Table ``explained``.

    Examples
    --------
    >>> write_discrepancy(None, traits=["sex"], name="Made up").paragraphs
    ('No trait was compared. Not in the data, or the same for all: “sex”.',)
    """
    facts, called = Facts("explained"), labels or {}
    names = {trait: called.get(trait) or plain(trait) for trait in traits}
    if explained is None:
        text = f"No trait was compared.{_missing(list(names.values()))}"
        return Section("explained", (text,), facts)
    table = explained.table
    used = [factor for factor in table["factor"] if factor in explained.settings.by]
    rows = table[table["factor"].isin([*used, "all factors"])]
    rows = rows[["factor", "r2", "p_value", "persons"]].reset_index(drop=True)
    shown = rows.assign(factor=[names.get(f) or plain(f) for f in rows["factor"]])
    heads = {"factor": "trait", "r2": "part that goes with it", "p_value": "p-value"}
    published = TableToPublish(
        EXPLAINED,
        f"{name}: part of the difference between paths",
        shown,
        sentences(plain_notes(explained.notes)),
        formats={"r2": ".1%", "p_value": ".3f"},
        labels=heads,
    )
    text = _explained(rows, names, facts)
    gone = [names[trait] for trait in traits if trait not in used]
    if gone:
        text += _missing(gone)
    return Section("explained", (text,), facts, (), (published,), text)


def _missing(names: Sequence[str]) -> str:
    said = list_words([f"“{name}”" for name in names])
    return f" Not in the data, or the same for all: {said}." if names else ""


def _explained(rows: pd.DataFrame, names: Mapping[str, str], facts: Facts) -> str:
    """Say how much goes with all traits, and with which most."""
    traits = rows[rows["factor"] != "all factors"]
    whole = rows[rows["factor"] == "all factors"]
    row = traits.loc[traits["r2"].idxmax()]

    def say(line: pd.Series) -> str:
        share = facts.add(f"part with {line['factor']}", line["r2"], "percent", table=EXPLAINED)
        if not np.isfinite(line["p_value"]):
            return share
        chance = facts.add(f"p-value of {line['factor']}", line["p_value"], "p_value",
                           table=EXPLAINED)  # fmt: skip
        return f"{share} (p {chance})"

    called = f"“{names.get(row['factor']) or plain(row['factor'])}”"
    if whole.empty:
        return f"Of the difference between paths, {say(row)} goes with {called}."
    return (
        f"Of the difference between paths, {say(whole.iloc[0])} goes with all these traits "
        f"together; the largest part of one, the others held, is that of {called}: {say(row)}."
    )


def _largest(table: pd.DataFrame, facts: Facts) -> str:
    """Say how many kinds there are, and how large the first is."""
    known = table[table["share"].notna()]
    if known.empty:
        return ""
    kinds = say_count(facts, "kinds", len(table), "kind", table=KINDS)
    said = []
    for row in largest(known, "share").to_dict("records"):
        share = with_interval(facts, "largest kind", row, measure="share", table=KINDS,
                              then=" of the persons")  # fmt: skip
        said.append(f"“{row['name']}”, {share}")
    head = "The largest is" if len(said) == 1 else "The largest are"
    return f"The paths fall into {kinds}. {head} {list_words(said)}."


def _differences(typology: Any, shown: ShownKinds) -> pd.DataFrame | None:
    """Return women less men by kind, where the groups are the sexes; withheld kinds are missing."""
    if shown.by != ("sex",) or not {"F", "M"} <= set(shown.groups["sex"]):
        return None
    table = typology.compare_groups("F", "M")
    seen = shown.groups.groupby("cluster")["share"].count() > 0
    gone = ~table["cluster"].map(seen)
    values = ["share", "share_other", "difference", "standard_error", "lower", "upper"]
    table[values] = table[values].where(~gone)
    titles = shown.groups.drop_duplicates("cluster").set_index("cluster")["name"]
    return table.assign(name=table["cluster"].map(titles))


def _who_takes_which(table: pd.DataFrame | None, facts: Facts) -> str:
    """Say in which kinds women and men differ by more than chance."""
    if table is None or table["difference"].isna().all():
        return ""
    known = table[table["difference"].notna()]
    apart = known[(known["lower"] > 0) | (known["upper"] < 0)]
    if apart.empty:
        return "In no kind do the parts of women and men differ by more than chance would make."
    said = []
    for row in apart.to_dict("records"):
        women, men = (
            facts.add(f"{row['name']}, {who}", row[column], "percent", table=DIFFERENCES)
            for who, column in ((people("sex", "F"), "share"), (people("sex", "M"), "share_other"))
        )
        said.append(f"“{row['name']}” (women {women}, men {men})")
    return (
        f"Women and men differ by more than chance would make in {list_words(said)}; the intervals "
        "are in the table below."
    )


def _pictures(
    lines: Any | None, typology: Any, shown: ShownKinds, name: str, source: str,
    labels: Mapping[str, str] | None,
) -> tuple[FigureToPublish, ...]:  # fmt: skip
    if lines is None:
        return ()
    rows, column = lines.table, lines.settings.group
    rows = rows[~rows[column].astype("str").isin({str(number) for number in shown.hidden})]
    if rows.empty:
        return ()
    every = list(dict.fromkeys(typology.time_in_state["state"].astype("str")))
    order = every
    small, notes = join_small(rows["state"].astype("str").value_counts(), order), [*lines.notes[:1]]
    if small:
        joined = rows["state"].astype("str").where(~rows["state"].isin(small), OTHER)
        rows, order = rows.assign(state=joined), [*(s for s in order if s not in small), OTHER]
        notes.append(joined_note(small))
    present = set(rows["state"].astype("str"))
    order = [state for state in order if state in present]
    titles = dict(zip(shown.table["cluster"].astype("str"), shown.table["name"], strict=True))
    drawn = set(rows[column].astype("str"))
    missing = [f"“{title}”" for code, title in titles.items() if code not in drawn]
    why = ", since of women or men, or of all, few persons take them" if missing else ""
    notes += [f"Not drawn{why}: {list_words(missing)}"] if missing else []
    chart = plot_trajectories(
        rows, group=column, states=order, every=every,
        unit=period(typology.settings.unit), source=source,
        labels={**names_for(order, labels), **titles},
    )  # fmt: skip
    title = f"{name}: paths by kind, a line for ten persons or more"
    return (FigureToPublish("paths", title, chart, note=sentences(notes)),)
