"""How good is the forecast: the back-test over all countries, and the country's own row."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skillsfc.forecast.models import MODELS
from skillsfc.report.brief.section import FigureToPublish, Section, TableToPublish
from skillsfc.report.charts import plot_accuracy, plot_coverage
from skillsfc.report.text import Facts

RECORD, OWN, OTHERS = "backtest", "backtest_own", "alternatives"
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
    >>> sf.write_trust(None, None, name="Kosovo").message
    'There is no employment series of Kosovo to forecast, and so no error to report.'
    """
    facts = Facts("trust")
    if forecast is None:
        text = f"There is no employment series of {name} to forecast, and so no error to report."
        return Section("trust", (text,), facts, message=text)
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
    columns = ["model", "mase", "naive_model", "naive_mase", "skill", "skill_lower", "skill_upper"]
    table = forecast.choice[[*columns, "tests", "verdict"]].copy()
    published = TableToPublish(
        OWN,
        f"{name}: error of the forecast on the country's own past",
        table,
        note="mase: mean error ahead divided by the mean yearly change; skill: the part of the "
        "naive method's error that the model saves, with its interval.",
    )
    if pd.isna(row["mase"]):
        return published, f"The series of {name} is too short to test any forecast on its own past."
    skill = abs(float(row["skill"]))
    size = facts.add("skill", skill, "percent", table=OWN)
    tests = facts.add("tests", row["tests"], "count", table=OWN)
    side = "smaller" if row["skill"] > 0 else "larger"
    naive = model_title(str(row["naive_model"]))
    return published, (
        f"On {name}'s own past the forecast is {row['verdict']}: over {tests} trials its error was "
        f"{size} {side} than that of the best naive method, {naive}."
    )


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
        f"{facts.add('years ahead', h, 'count', table=RECORD)} years ({model_title(m)})"
        for h, m in best.items()
    ]
    text = f"Over all countries the smallest scaled error was {', '.join(parts)}. "
    text += "An error of one is the size of a usual change from one year to the next."
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


def _alternatives(forecast: Any, name: str) -> TableToPublish:
    last = forecast.alternatives["year"].max()
    table = forecast.alternatives[forecast.alternatives["year"] == last]
    listed = table.assign(method=[model_title(m) for m in table["model"]])
    listed = listed[["year", "method", "persons"]].sort_values("persons", ignore_index=True)
    return TableToPublish(OTHERS, f"{name}: what each model would say for {last}", listed)


def _others(forecast: Any, facts: Facts) -> str:
    table = forecast.alternatives
    end = table[table["year"] == table["year"].max()].sort_values("persons")
    low, high = end.iloc[0], end.iloc[-1]
    return (
        f"Another choice of model would move the figure for "
        f"{facts.year(low['year'], table=OTHERS)} between "
        f"{facts.add('lowest model', low['persons'], 'persons', table=OTHERS)} "
        f"({model_title(str(low['model']))}) and "
        f"{facts.add('highest model', high['persons'], 'persons', table=OTHERS)} "
        f"({model_title(str(high['model']))})."
    )
