"""How often the truth fell inside the intervals, against what they promised."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.accuracy import horizon_axis
from skillsfc.report.charts.inputs import require
from skillsfc.report.charts.style import (
    LINES,
    EndLabel,
    drawing,
    dress,
    label_ends,
    unit_above,
)
from skillsfc.report.charts.words import (
    check_language,
    footer,
    scale_of,
    word,
)


def plot_coverage(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw how often the truth fell inside the intervals, against what they promised.

    A line below its target means intervals too narrow, a line above it too wide.

    Parameters
    ----------
    table : DataFrame
        ``horizon, level`` [nominal, 0-1] and ``value`` or ``share`` [measured coverage, 0-1].
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title and source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing or a horizon and level occur twice.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> inside = pd.DataFrame({"horizon": [1, 5], "level": 0.8, "value": [0.82, 0.77]})
    >>> plot_coverage(inside).alt_text
    'Lines of measured coverage by years ahead, from 1 to 5. Nominal 80 %: 82.0 % to 77.0 %.'
    """
    check_language(language)
    rows = _coverage_rows(table)
    share, line = scale_of("share", []), footer(source, table, language=language)
    alt = alt_coverage(table)
    with drawing(ax, height=3.0, title=title, footer=line, alt=alt, language=language) as axes:
        ends = []
        dress(axes)
        low, high = rows["horizon"].min(), rows["horizon"].max()
        for (level, group), colour in zip(rows.groupby("level"), LINES, strict=False):
            axes.plot(
                group["horizon"], group["value"], "o-", color=colour, markersize=4, linewidth=1.6,
                clip_on=False,
            )  # fmt: skip
            axes.axhline(level, color=colour, linewidth=0.9, linestyle=(0, (1, 1.6)))
            last = group.iloc[-1]
            text = share.text(last["value"], language, unit=True)
            ends.append(EndLabel(last["horizon"], last["value"], text, colour, weight="bold"))
            text = f"{word('nominal', language, labels)} {100 * level:g} %"
            ends.append(EndLabel(last["horizon"], level, text, colour, 7.0))
        bottom = min(0.5, float(rows["value"].min()) - 0.05)
        axes.set_ylim(max(0.0, bottom), 1.0)
        text = word("Observed values inside the interval, per cent", language, labels)
        unit_above(axes, text)
        horizon_axis(axes, rows, share, language, labels)
        axes.set_xlim(low, max(high, low + 1))
        label_ends(axes, ends)
    return axes


def alt_coverage(table: pd.DataFrame) -> str:
    """Return measured beside nominal coverage, nearest and farthest horizon (English).

    Parameters
    ----------
    table
        As in `plot_coverage`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_coverage(pd.DataFrame({"horizon": [1, 2], "level": 0.95, "value": [0.94, 0.9]}))
    'Lines of measured coverage by years ahead, from 1 to 2. Nominal 95 %: 94.0 % to 90.0 %.'
    """
    rows, share = _coverage_rows(table), scale_of("share", [])
    parts = [
        f"Nominal {100 * float(level):g} %: {share.text(group['value'].iloc[0], unit=True)} to "
        f"{share.text(group['value'].iloc[-1], unit=True)}"
        for level, group in rows.groupby("level")
    ]
    low, high = rows["horizon"].min(), rows["horizon"].max()
    lead = f"Lines of measured coverage by years ahead, from {low} to {high}."
    return f"{lead} {'; '.join(parts)}."


def _coverage_rows(table: pd.DataFrame) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame) and "share" in table and "value" not in table:
        table = table.rename(columns={"share": "value"})
    rows = require(
        table, ["horizon", "level", "value"], subject="coverage", measure="value",
        unique=["horizon", "level"],
    )  # fmt: skip
    if rows["value"].max() > 1:
        found = f"largest {rows['value'].max():g}"
        problem = Problem("column 'value'", found, "share in 0 to 1", next_step="Divide by 100.")
        raise TableError("coverage", [problem])
    return rows.dropna(subset=["value"]).sort_values(["level", "horizon"], ignore_index=True)
