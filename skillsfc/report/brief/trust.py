"""How good is the forecast: the back-test over all countries, and the country's own row."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skillsfc.forecast.models import MODELS
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_accuracy, plot_coverage
from skillsfc.report.text import Facts, list_words

RECORD, OWN, OTHERS = "backtest", "backtest_own", "alternatives"
SKILL = ["skill", "skill_lower", "skill_upper"]
OWN_LABELS = {
    "mase": "scaled error",
    "naive_model": "naive method",
    "naive_mase": "its scaled error",
    "skill": "error saved",
    "skill_lower": "lower end",
    "skill_upper": "upper end",
    "tests": "trials",
}
QUOTED = "coverage_80"  # of the interval that the text quotes
SHOWN_HORIZONS = (1, 3, 5, 10)


def model_title(name: str) -> str:
    """Return a model's name in words.

    Examples
    --------
    >>> model_title("drift")
    'drift (mean growth of the whole history)'
    """
    return MODELS[name].title if name in MODELS else "combination of models"


def write_trust(record: Any | None, forecast: Any | None, *, name: str) -> Section:
    """Write the section that says how far to trust the employment forecast.

    Parameters
    ----------
    record : Backtest or None
        Outcome of `skillsfc.backtest` over all countries.
    forecast : EmploymentForecast or None
        Outcome of `skillsfc.forecast_employment` for the country.
    name : str
        The country's name, as printed.

    Returns
    -------
    Section
        The country's own verdict, the error by years ahead, the coverage of the intervals, and what
        the other models say; one sentence where there is no forecast.

    Examples
    --------
    >>> import skillsfc as sf
    >>> sf.write_trust(None, None, name="Kosovo").paragraphs[0]
    'There is no employment series of Kosovo to forecast, and so no error to report.'
    """
    facts = Facts("trust")
    if forecast is None:
        text = f"There is no employment series of {name} to forecast, and so no error to report."
        return Section("trust", (text,), facts)
    own, verdict = _own(forecast, facts, name)
    paragraphs, figures, tables = [verdict], [], [own]
    if record is not None:
        text, pictures, table = _record(record, facts)
        paragraphs.append(text)
        figures += pictures
        tables.append(table)
    paragraphs.append(_others(forecast, facts))
    tables.append(_alternatives(forecast, name))
    return Section(
        "trust", tuple(paragraphs), facts, tuple(figures), tuple(tables), message=verdict
    )


def _own(forecast: Any, facts: Facts, name: str) -> tuple[TableToPublish, str]:
    row = forecast.choice.iloc[0]
    columns = ["model", "mase", "naive_model", "naive_mase", *SKILL, "tests", "verdict"]
    table = forecast.choice[columns].copy()
    published = TableToPublish(
        OWN,
        f"{name}: error of the forecast on the country's own past",
        table,
        note="The scaled error is the mean error ahead divided by the mean yearly change; error "
        "saved is the part of the naive method's error that the forecast saves, below zero where "
        "it errs more.",
        formats={"mase": ".2f", "naive_mase": ".2f", **dict.fromkeys(SKILL, ".1%")},
        labels=OWN_LABELS,
    )
    if pd.isna(row["mase"]):
        return published, f"The series of {name} is too short to test any forecast on its own past."
    skill = abs(float(row["skill"]))
    size = facts.add("skill", skill, "percent", table=OWN)
    tests = facts.add("tests", row["tests"], "count", table=OWN)
    naive = model_title(str(row["naive_model"]))
    return published, (
        f"On {name}'s own past the forecast was {row['verdict']}: over {tests} overlapping trials "
        f"its error was {size} {_side(row['skill'])} than that of the best naive method, {naive}"
        f"{_range(row, facts)}."
    )


def _side(skill: float) -> str:
    return "smaller" if skill > 0 else "larger"


def _range(row: pd.Series, facts: Facts) -> str:
    """Say how uncertain the comparison with the naive method is, where that was measured."""
    ends = [float(row[column]) for column in SKILL[1:]]
    if any(pd.isna(end) for end in ends):
        return ""
    low, high = (
        f"{facts.add('end of the range of skill', abs(end), 'percent', table=OWN)} {_side(end)}"
        for end in ends
    )
    return f"; four chances in five, from {low} to {high}"


def _record(record: Any, facts: Facts) -> tuple[str, list[FigureToPublish], TableToPublish]:
    table = record.table
    errors = table[table["metric"] == "mase"]
    covered = table[table["metric"].str.startswith("coverage_") & (table["model"] == "auto")]
    covered = covered.assign(level=covered["metric"].str[-2:].astype(float) / 100)
    pooled = errors[errors["horizon"].isin(SHOWN_HORIZONS)]
    wide = pooled.pivot_table(index="model", columns="horizon", values="value")
    best = {int(h): str(wide[h].idxmin()) for h in wide.columns}
    parts = [
        f"{facts.add(f'best error at {h} years', wide.loc[m, h], 'decimal', table=RECORD)} at "
        f"{_ahead(h, facts)} ({model_title(m).split(' (')[0]})"
        for h, m in best.items()
    ]
    text = (
        f"Over all countries of the back-test the smallest scaled error was {list_words(parts)}. "
    )
    text += "An error of one is the size of a usual change from one year to the next."
    if table["note"].astype(str).str.contains("population known later").any():
        text += (
            " Trials that use the population took it as it is known today, not as it was projected "
            "at the time; that flatters them."
        )
    text += _held(covered, facts)
    figures = [
        FigureToPublish(
            "accuracy",
            "Scaled error of each model by years ahead, all countries",
            plot_accuracy(errors, naive="last_value", highlight="auto", source=""),
            ("pwt91",),
        )
    ]
    if len(covered):
        figures.append(
            FigureToPublish(
                "coverage",
                "How often the interval held the truth, all countries",
                plot_coverage(covered, source=""),
                ("pwt91",),
            )
        )
    return text, figures, TableToPublish(RECORD, "Back-test, all countries", table, show=False)


def _ahead(years: int, facts: Facts) -> str:
    said = facts.add("years ahead", years, "count", table=RECORD)
    return f"{said} year{'s' if years > 1 else ''}"


def _held(covered: pd.DataFrame, facts: Facts) -> str:
    """Say how often the interval that the text quotes held the truth, near and far."""
    quoted = covered[covered["metric"] == QUOTED].sort_values("horizon")
    if quoted.empty:
        return ""
    near, far = (
        f"{facts.add('interval held', row['value'], 'percent', table=RECORD)} of trials "
        f"{_ahead(int(row['horizon']), facts)} ahead"
        for row in (quoted.iloc[0], quoted.iloc[-1])
    )
    return f" The interval meant to hold four values in five held {near} and {far}."


def _alternatives(forecast: Any, name: str) -> TableToPublish:
    last = forecast.alternatives["year"].max()
    table = forecast.alternatives[forecast.alternatives["year"] == last]
    listed = table.assign(method=[model_title(m) for m in table["model"]])
    listed = listed[["method", "year", "persons"]].sort_values("persons", ignore_index=True)
    return TableToPublish(
        OTHERS,
        f"{name}: people in work in {last} by each model, on the level of the series",
        listed,
        note=" ".join(forecast.notes),
    )


def _others(forecast: Any, facts: Facts) -> str:
    table = forecast.alternatives
    end = table[table["year"] == table["year"].max()].sort_values("persons")
    low, high = end.iloc[0], end.iloc[-1]
    return (
        "On the level of the series itself, another choice of model would put "
        f"{facts.year(low['year'], table=OTHERS)} between "
        f"{facts.add('lowest model', low['persons'], 'persons', table=OTHERS)} "
        f"({model_title(str(low['model'])).split(' (')[0]}) and "
        f"{facts.add('highest model', high['persons'], 'persons', table=OTHERS)} "
        f"({model_title(str(high['model'])).split(' (')[0]})."
    )
