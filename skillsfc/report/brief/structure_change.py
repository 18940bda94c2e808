"""The doubt about openings, the largest occupation and what changed so far, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skillsfc.classifications import label
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_fan, plot_shares
from skillsfc.report.text import Facts, list_words

DOUBT, PAST = "chained_doubt", "chained_past"
COMPONENTS = {
    "totals": "How many jobs there will be",
    "shares": "How the mix within them moves",
    "sampling": "How well the survey knew the mix",
    "exits": "How many people leave",
}
EFFECTS = {
    "before": "workers before",
    "after": "workers after",
    "scale": "all jobs",
    "mix": "sectors",
    "occupation_effect": "within sectors",
}
PARTS_NOTE = (
    "Change = all jobs + sectors + within sectors. All jobs: what the occupation would have gained "
    "had it grown like employment in all. Sectors: because the sectors it works in grew more or "
    "less than that. Within sectors: because its share of the work in them moved. This is "
    "accounting, not causation."
)
WHY = (
    ("scale", "employment in all grew", "employment in all fell"),
    ("mix", "its sectors grew faster than the rest", "its sectors grew less than the rest"),
    ("occupation_effect", "its share within sectors rose", "its share within sectors fell"),
)


def write_structure_change(
    made: Mapping[str, Any],
    jobs: pd.DataFrame,
    past: Any | None = None,
    *,
    name: str,
    sources: tuple[str, ...] = (),
) -> Section:
    """Write where the doubt comes from, how the largest occupation moves and what changed so far.

    Parameters
    ----------
    made : mapping of str to SimulatedOpenings
        As in `write_chained_openings`; the split of uncertainty is taken by occupation.
    jobs : DataFrame
        Tidy table ``year, occupation, persons`` [persons], other keys being added up.
    past : ChangeDecomposition, optional
        Outcome of `skillsfc.decompose_change` from the first to the last round, by occupation.
    name : str
        The country's name, as printed.
    sources : tuple of str
        Source ids printed below the charts.

    Returns
    -------
    Section

    Examples
    --------
    >>> import skillsfc as sf
    >>> jobs = sf.example(seed=1).employment_by_occupation.assign(status="observed")
    >>> jobs = jobs[jobs["year"] >= 2015]
    >>> wholes = jobs.groupby(["year", "unit", "status", "source"], as_index=False)["persons"].sum()
    >>> total = sf.forecast_employment(wholes, by=[], horizon=2026, model="drift")
    >>> mix = sf.forecast_shares(
    ...     jobs.groupby(["year", "occupation", "unit", "status", "source"], as_index=False)[
    ...         "persons"].sum(), by="occupation", horizon=2026)
    >>> exits = pd.DataFrame({"annual_rate": [0.03], "rate_error": [0.005]})
    >>> one = sf.simulate_openings(total, exits, shares=mix, by="occupation", draws=100)
    >>> section = write_structure_change({"occupation": one}, jobs, name="Examplia")
    >>> [picture.name for picture in section.figures]
    ['largest_occupation', 'doubt']
    """
    facts, by_job = Facts("structure"), made["occupation"]
    rows = by_job.table.drop_duplicates("occupation")
    big = label(rows.loc[[rows["employment_start"].idxmax()]]).iloc[0]
    doubt = _doubt(by_job.uncertainty)
    figures = [
        FigureToPublish("largest_occupation", f"{name}: {big['occupation_label']}, people in work",
                        _fan(by_job.employment, jobs, big), sources),
        FigureToPublish("doubt", f"{name}: where the doubt about openings comes from",
                        plot_shares(doubt, category="component", by="occupation", labels=COMPONENTS,
                                    quantity="Part of the variance", source="")),
    ]  # fmt: skip
    tables = [TableToPublish(DOUBT, f"{name}: where the doubt about openings comes from", doubt,
                             show=False)]  # fmt: skip
    paragraphs = [_of_doubt(doubt, facts)]
    if past is not None:
        changes = label(past.table).sort_values("change", ascending=False, ignore_index=True)
        paragraphs.append(_of_past(changes, facts, name))
        shown = ["occupation", "occupation_label", *EFFECTS, "change", "unit", "status", "source"]
        first, last = changes["first_year"].iloc[0], changes["year"].iloc[0]
        heads = EFFECTS | {"occupation": "code", "occupation_label": "occupation"}
        heads |= {"before": f"workers {first}", "after": f"workers {last}"}
        tables.append(
            TableToPublish(PAST, f"{name}: why employment changed, {first} to {last}",
                           changes[shown], PARTS_NOTE, labels=heads,
                           formats=dict.fromkeys(["before", *EFFECTS, "change"], ",.0f"))
        )  # fmt: skip
    return Section("structure", tuple(paragraphs), facts, tuple(figures), tuple(tables))


def _fan(employment: pd.DataFrame, jobs: pd.DataFrame, big: pd.Series) -> Any:
    own = jobs[jobs["occupation"] == big["occupation"]]
    seen = own.groupby("year", as_index=False)["persons"].agg(lambda p: p.sum(skipna=False))
    ahead = employment[employment["occupation"] == big["occupation"]]
    return plot_fan(seen, ahead[ahead["year"] > big["first_year"]], source="")


def _doubt(uncertainty: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of the variance, sampled parts below zero as none, in the chain's order."""
    order = {name: place for place, name in enumerate(COMPONENTS)}
    rows = uncertainty.assign(share=uncertainty["share"].clip(lower=0.0))
    rows["share"] /= rows.groupby("occupation")["share"].transform("sum")
    place = rows["component"].map(order)
    return rows.iloc[place.argsort(kind="stable")].sort_values("occupation", kind="stable")


def _of_doubt(doubt: pd.DataFrame, facts: Facts) -> str:
    parts = doubt[doubt["component"] == "totals"]["share"]
    low, high = (facts.add(f"part of totals, {end}", getattr(parts, end)(), "percent", table=DOUBT)
                 for end in ("min", "max"))  # fmt: skip
    return (
        f"Of the doubt about openings of an occupation, {low} to {high} comes from how many jobs "
        "there will be in its sectors. The rest is how the mix of occupations moves and how many "
        "people leave. What no part foresees, such as a war or a new survey, is not in the ranges."
    )


def _of_past(rows: pd.DataFrame, facts: Facts, name: str) -> str:
    texts = []
    for place, word in ((0, "gained"), (-1, "lost")):
        row = rows.iloc[place]
        if (row["change"] > 0) != (word == "gained"):
            continue
        who = row["occupation_label"]
        size = facts.add(f"change, {who}", row["change"], "persons", table=PAST)
        parts = [
            f"{'plus' if row[key] >= 0 else 'minus'} "
            f"{facts.add(f'{key}, {who}', row[key], 'persons', table=PAST)} "
            f"because {up if row[key] >= 0 else down}"
            for key, up, down in WHY
        ]
        texts.append(f"{who} {word} {size}: {list_words(parts)}.")
    first, last = (facts.year(rows[key].iloc[0], table=PAST) for key in ("first_year", "year"))
    return f"What changed in {name} from {first} to {last}: {' '.join(texts)}"
