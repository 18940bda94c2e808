"""Jobs a year beside people a year, in words."""

from __future__ import annotations

import pandas as pd

from skillsfc.report.text import Facts

FLOWS = "people_and_jobs"


def say_flows(flows: pd.DataFrame, facts: Facts) -> str:
    """Say how many jobs a year are added or lost, and how many people come and go beside them.

    Parameters
    ----------
    flows : DataFrame
        Outcome of `skillsfc.compare_entrants_with_jobs` [persons per year].
    facts : Facts
        Takes the figures that are said.

    Examples
    --------
    >>> import pandas as pd
    >>> from skillsfc.report.text import Facts
    >>> flows = pd.DataFrame({"year": 2035, "indicator": ["entrants", "jobs", "leavers"],
    ...     "value": [600.0, -100.0, 300.0], "lower": [None, -250.0, None],
    ...     "upper": [None, 50.0, None], "status": "projected"})
    >>> say_flows(flows, Facts("outlook"))[:52]
    'That is 100 jobs lost a year on average until 2035, '
    """
    ahead = flows[flows["status"] == "projected"]
    ahead = ahead[ahead["year"] == ahead["year"].max()].set_index("indicator")

    def say(indicator: str, column: str = "value") -> str:
        value = float(ahead.loc[indicator, column])
        return facts.add(f"{indicator} a year, {column}", value, "persons", table=FLOWS)

    jobs = ahead.loc["jobs"]
    added = "added" if jobs["value"] >= 0 else "lost"
    low, high = (_signed(say("jobs", side), jobs[side]) for side in ("lower", "upper"))
    return (
        f"That is {say('jobs')} jobs {added} a year on average until "
        f"{facts.year(jobs['year'], table=FLOWS)}, with a range for the growth alone from {low} to "
        f"{high}.{_past_words(flows, facts)} In the years ahead {say('entrants')} people a year "
        f"reach age 15 and {say('leavers')} reach 65. Posts that leavers vacate come on top of "
        "this net change; not everyone who comes of age looks for work."
    )


def _past_words(flows: pd.DataFrame, facts: Facts) -> str:
    """Say the jobs a year of the last ten years observed, where they are known."""
    past = flows[(flows["status"] == "observed") & (flows["indicator"] == "jobs")]
    past = past.dropna(subset=["value"])
    if past.empty:
        return ""
    row = past.iloc[-1]
    said = facts.add("jobs a year, past", row["value"], "persons", table=FLOWS)
    way = "gained" if row["value"] >= 0 else "lost"
    return (
        f" In the ten years to {facts.year(row['year'], table=FLOWS)} the longer series {way} "
        f"{said} a year."
    )


def _signed(text: str, value: float) -> str:
    return f"a {'loss' if value < 0 else 'gain'} of {text}"
