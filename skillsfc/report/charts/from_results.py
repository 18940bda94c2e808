"""What a chart takes from a result: its rows, its groups, its unit of time, its pair of dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skillsfc.classifications import codes as code_table
from skillsfc.errors import ParameterError, Problem, TableError, listing
from skillsfc.report.charts.inputs import group_names
from skillsfc.report.charts.words import names_of_codes
from skillsfc.report.withholding import withhold

TOGETHER = "_group"  # several columns of groups as one
ALL = "all"
HIDDEN = "withheld"
BASELINE = ("intercept", "log_scale", "log_shape")
RATIOS = {
    "cox": "Hazard ratio",
    "fine_gray": "Subdistribution hazard ratio",
    "aft": "Ratio of times",
    "logit": "Odds ratio",
    "multinomial": "Odds ratio against staying",
    "cloglog": "Hazard ratio",
}


def rows_of(result: Any) -> Any:
    """Return the rows behind a result; of a curve all its steps; a table as it is.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"time": [1]})).shape
    (1, 1)
    """
    steps = getattr(result, "steps", None)
    if isinstance(steps, pd.DataFrame) and len(steps):
        return steps
    return getattr(result, "table", result)


def grouped(
    table: Any,
    group: str | None,
    *,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> tuple[Any, str | None]:
    """Return rows, and the column that tells their groups: the caller's, or the result's own.

    Several columns of a result become one of names, such as "Women, urban".

    Examples
    --------
    >>> import skillsfc as sf
    >>> spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8], "event": 1, "sex": list("FFMM")})
    >>> grouped(sf.estimate_survival(spells, group="sex"), None)[1]
    'sex'
    """
    _refuse_several(group)
    rows = rows_of(table)
    named = _groups_of(table)
    named = [name for name in named if isinstance(rows, pd.DataFrame) and name in rows.columns]
    if group is not None or not named:
        return rows, group
    if len(named) == 1:
        return rows, named[0]
    texts = []
    for name in named:
        codes = group_names(rows[name])
        shown = names_of_codes(list(dict.fromkeys(codes)), name, language, labels)
        texts.append(codes.map(shown))
    joined = [", ".join(row) for row in zip(*texts, strict=True)]
    return rows.assign(**{TOGETHER: joined}), TOGETHER


def _refuse_several(group: object) -> None:
    if group is not None and not isinstance(group, str):
        step = "Without group= a result's own columns of groups are taken, one or several."
        problem = Problem("group", repr(group)[:60], "the name of one column", next_step=step)
        raise ParameterError("chart", [problem])


def _groups_of(result: Any) -> list[str]:
    settings = getattr(result, "settings", None)
    named = getattr(settings, "group", None) or getattr(settings, "by", None) or ()
    return [named] if isinstance(named, str) else [str(name) for name in named]


def time_unit(result: Any, unit: str | None) -> str:
    """Return the unit of a time axis: the caller's, or the result's own in the plural.

    Examples
    --------
    >>> time_unit(None, None), time_unit(None, "quarters")
    ('months', 'quarters')
    """
    if unit is not None and not isinstance(unit, str):
        raise ParameterError("chart", [Problem("unit", repr(unit)[:60], "a word such as 'months'")])
    if unit is not None:
        return unit
    own = getattr(getattr(result, "settings", None), "unit", None) or getattr(result, "unit", "")
    return f"{own}s" if isinstance(own, str) and own else "months"


@dataclass(frozen=True)
class DatePair:
    """Flows of one pair of dates, or of the average pair, and the words for it.

    Parameters
    ----------
    rows : DataFrame
        The flows.
    before, after : str
        Names of the dates.
    said : str
        Which pairs it is the average of; empty for one pair.
    """

    rows: Any
    before: str
    after: str
    said: str = ""


def date_pair(table: Any, before: str | None, after: str | None) -> DatePair:
    """Return the flows of one pair of dates; of a result with several, their average.

    Raises
    ------
    TableError
        If the result has several groups: a picture is of one.
    """
    average = getattr(table, "average", None)
    if not isinstance(average, pd.DataFrame) or average.empty:
        rows = getattr(table, "table", table)
        return DatePair(rows, before or "Before", after or "After")
    name = next(iter(_groups_of(table)), None)
    if name is not None:
        codes = group_names(average[name])
        step = f"Draw one: plot_flows(flows.average[flows.average[{name!r}] == {codes.iloc[0]!r}])."
        found = f"flows of several groups: {listing(codes.unique())}"
        raise TableError("flows", [Problem("groups", found, "one group", next_step=step)])
    pairs = table.table[["time", "until"]].drop_duplicates()
    first, last = str(pairs["time"].iloc[0]), str(pairs["until"].iloc[-1])
    if len(pairs) == 1:
        return DatePair(table.table, before or first, after or last)
    said = f"average of {len(pairs)} pairs of dates, {first} to {last}"
    return DatePair(average, before or "Before", after or "After", said)


def ratio_rows(table: Any) -> tuple[Any, list[str]]:
    """Return the rows of a model's covariates that can be drawn, and the terms that cannot.

    Baseline terms are no ratios; a term that separates has no finite interval.

    Examples
    --------
    >>> ratio_rows(pd.DataFrame({"term": ["a"]}))[1]
    []
    """
    rows = getattr(table, "table", table)
    if rows is table or "term" not in rows.columns:
        return rows, []
    if "part" in rows.columns:
        rows = rows[rows["part"] != "baseline"]
    elif getattr(table.settings, "kind", "") == "aft":
        rows = rows[~rows["term"].isin(BASELINE)]
    numbers = rows[["ratio", "lower", "upper"]].to_numpy(dtype=float)
    finite = (np.isfinite(numbers) & (numbers > 0)).all(axis=1)
    if not finite.any():
        return rows, []
    return rows[finite], list(dict.fromkeys(rows.loc[~finite, "term"].astype("str")))


def ratio_quantity(table: Any, quantity: str | None) -> str:
    """Return what a model's ratios are of: hazards, odds or times.

    Examples
    --------
    >>> ratio_quantity(None, None)
    'Hazard ratio'
    """
    if quantity is not None:
        return quantity
    settings = getattr(table, "settings", None)
    kind = getattr(settings, "kind", None) or getattr(settings, "link", None)
    return RATIOS.get(str(kind), RATIOS["cox"])


def stage_shares(
    shares: Any, *, language: str = "en", labels: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, str, dict[str, str]]:
    """Return the stages of a result as the parts of bars, the column of bars, and their names.

    Stages withheld are one part together, which tells no more than the others do.
    """
    column = f"label_{language}"
    listed = code_table("swts_stages").set_index("stage")
    called = listed[column].where(listed[column] != "", listed["label_en"]).to_dict()
    names = {**called, **dict(labels or {})}
    by = list(shares.settings.by)
    told = shares.table[shares.table["kind"] == "stage"]
    rows = withhold(told, whole=by, size="share")
    if by:
        only = type(shares)(rows, shares.settings)
        rows, bars = grouped(only, None, language=language, labels=labels)
    else:
        rows, bars = rows.assign(**{TOGETHER: ALL}), TOGETHER
    order = {bar: at for at, bar in enumerate(dict.fromkeys(rows[bars]))}
    gone = rows[rows["share"].isna()].drop_duplicates(bars)
    rows = rows.dropna(subset="share")
    rows = rows[rows.groupby("stage")["share"].transform("max") > 0]  # a key to nothing
    shown = rows.groupby(bars)["share"].sum().to_dict()
    rest = [1.0 - shown.get(bar, 0.0) for bar in gone[bars]]
    made = pd.concat([rows, gone.assign(stage=HIDDEN, share=rest)])
    stages = [*dict.fromkeys(told["stage"]), HIDDEN]  # in this order, where the first bar lacks one
    made["stage"] = pd.Categorical(made["stage"], categories=stages)
    made = made.sort_values(bars, key=lambda codes: codes.map(order), kind="stable")
    return made.reset_index(drop=True), str(bars), names
