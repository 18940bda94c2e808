"""One country among its group on several headline figures, each on an axis of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.report.charts.inputs import require, require_keys
from skillsfc.report.charts.style import (
    ACCENT,
    FONT,
    INK,
    MAIN,
    MUTED,
    drawing,
    text_colour,
)
from skillsfc.report.charts.words import (
    Scale,
    check_language,
    footer,
    names_of_codes,
    scale_of,
    tick_scale,
    word,
    wrap_evenly,
)

MATE = "#9DB7D3"
LEFT, RIGHT = 0.30, 0.76  # the strips' place across the chart; names left, numbers right


def table_comparison(
    table: pd.DataFrame, *, country: str, medians: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the numbers that `plot_comparison` writes: the country and the group's median.

    Parameters
    ----------
    table, country, medians
        As in `plot_comparison`.

    Returns
    -------
    DataFrame
        ``indicator, unit, value`` (the country's), ``median`` (the group's, missing if none was
        given), ``members`` (how many others have a value), in the table's order.

    Raises
    ------
    TableError, CoverageError
        As in `plot_comparison`.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"country": ["MAR", "TUN"], "indicator": "Unemployment rate",
    ...                       "value": [0.133, 0.164], "unit": "share"})
    >>> table_comparison(rates, country="MAR")[["indicator", "value", "members"]]
               indicator  value  members
    0  Unemployment rate  0.133        1
    """
    rows = _checked(table, country)
    centre = _median_of(medians)
    found = []
    for indicator, group in rows.groupby("indicator", sort=False):
        own = group.loc[group["country"] == country, "value"]
        others = group.loc[group["country"] != country, "value"]
        found.append(
            {
                "indicator": indicator,
                "unit": group["unit"].iloc[0],
                "value": float(own.iloc[0]) if len(own) else float("nan"),
                "median": centre.get(str(indicator), float("nan")),
                "members": int(others.notna().sum()),
            }
        )
    return pd.DataFrame(found)


def plot_comparison(
    table: pd.DataFrame,
    *,
    country: str,
    medians: pd.DataFrame | None = None,
    group_name: str = "Group",
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw a country among its group: a strip of dots for each figure, each with its own unit.

    Use it as the profile of a country. Strips cannot be compared with one another, and whether
    more is better is not for the chart to say.

    Parameters
    ----------
    table : DataFrame
        ``country, indicator, value, unit``; one row a country and indicator.
    country : str
        The country to show, ISO alpha-3.
    medians : DataFrame, optional
        ``indicator, value``: the group's median, computed before and drawn as a tick.
    group_name : str
        Name of the group for the head of the numbers.
    ax : Axes, optional
        Axes to draw in; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title and source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of an indicator or a country's code.

    Returns
    -------
    Axes
        An empty frame around the strips, which are its ``child_axes``; the alternative text is in
        ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing or a country has an indicator twice.
    CoverageError
        If the table is empty or the country is not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"country": ["MAR", "TUN"], "indicator": "Unemployment rate",
    ...                       "value": [0.133, 0.164], "unit": "share"})
    >>> print(plot_comparison(rates, country="MAR", labels={"MAR": "Morocco"}).alt_text)
    Strips of one dot a country. Unemployment rate, per cent: Morocco 13.3, group of 1 other from
    16.4 to 16.4.
    """
    check_language(language)
    rows = _checked(table, country)
    shown = table_comparison(table, country=country, medians=medians)
    name = names_of_codes([country], "country", language, labels)[country]
    line = footer(source, table, language=language)
    alt = alt_comparison(table, country=country, medians=medians, labels=labels)
    with drawing(
        ax, height=0.75 + 0.52 * len(shown), title=title, footer=line, alt=alt, language=language
    ) as host:
        host.set_axis_off()
        step = 1.0 / len(shown)
        head: dict[str, Any] = {"transform": host.transAxes, "fontsize": 8, "ha": "right"}
        heading = textwrap.fill(name, 14)
        host.text(
            0.875, 1.0, heading, color=text_colour(ACCENT), va="bottom", fontweight="bold", **head
        )
        if shown["median"].notna().any():
            text = textwrap.fill(f"{word(group_name, language, labels)}, median", 11)
            host.text(1.0, 1.0, text, va="bottom", color=MUTED, **head)
        for place, row in enumerate(shown.to_dict("records")):
            bottom = 1.0 - (place + 1) * step
            strip = host.inset_axes((LEFT, bottom + 0.45 * step, RIGHT - LEFT, 0.38 * step))
            values = rows.loc[rows["indicator"] == row["indicator"]]
            scale = scale_of(str(row["unit"]), values["value"])
            _draw_strip(strip, values, row, country, scale, language, labels)
            _write_numbers(host, row, bottom + 0.64 * step, scale, language)
    return host


def alt_comparison(
    table: pd.DataFrame,
    *,
    country: str,
    medians: pd.DataFrame | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the strips in words: the country, the median, the group's range (English).

    Parameters
    ----------
    table, country, medians, labels
        As in `plot_comparison`.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"country": ["MAR", "TUN", "EGY"], "indicator": "Unemployment rate",
    ...                       "value": [0.133, 0.164, 0.071], "unit": "share"})
    >>> centre = pd.DataFrame({"indicator": ["Unemployment rate"], "value": [0.1175]})
    >>> print(alt_comparison(rates, country="MAR", medians=centre, labels={"MAR": "Morocco"}))
    Strips of one dot a country. Unemployment rate, per cent: Morocco 13.3, median 11.8, group of
    2 others from 7.1 to 16.4.
    """
    rows = _checked(table, country)
    name = names_of_codes([country], "country", "en", labels)[country]
    text = "Strips of one dot a country."
    for row in table_comparison(table, country=country, medians=medians).to_dict("records"):
        group = rows[rows["indicator"] == row["indicator"]]
        others = group.loc[group["country"] != country, "value"].dropna()
        scale = scale_of(str(row["unit"]), group["value"])
        text += f" {word(str(row['indicator']), 'en', labels)}, {scale.unit}: "
        text += f"{name} {scale.text(row['value'])}"
        text += f", median {scale.text(row['median'])}" if pd.notna(row["median"]) else ""
        if len(others):
            ends = f"{scale.text(others.min())} to {scale.text(others.max())}"
            text += f", group of {len(others)} other{'s'[: len(others) > 1]} from {ends}"
        text += "."
    return text


def _checked(table: pd.DataFrame, country: str) -> pd.DataFrame:
    rows = require(
        table, ["country", "indicator", "value", "unit"], subject="comparison", measure="value",
        unique=["indicator", "country"],
    )  # fmt: skip
    require_keys([country], list(rows["country"].unique()), subject="comparison", where="country")
    kept = rows.groupby("indicator", sort=False)["value"].transform("count") > 0
    return rows[kept].reset_index(drop=True)  # a figure nobody has is no strip


def _median_of(medians: pd.DataFrame | None) -> dict[str, float]:
    if medians is None:
        return {}
    rows = require(
        medians, ["indicator", "value"], subject="medians", measure="value", unique=["indicator"]
    )
    return dict(zip(rows["indicator"].astype("str"), rows["value"], strict=True))


def _draw_strip(
    ax: Axes,
    values: pd.DataFrame,
    row: Mapping[str, Any],
    country: str,
    scale: Scale,
    language: str,
    labels: Mapping[str, str] | None,
) -> None:
    others = values.loc[values["country"] != country, "value"].dropna()
    ax.axhline(0, color=MATE, linewidth=0.7, zorder=1)
    ax.plot(
        others, [0.0] * len(others), "o", markersize=5, markerfacecolor=MATE, alpha=0.75,
        markeredgecolor="white", markeredgewidth=0.5, zorder=2, clip_on=False,
    )  # fmt: skip
    if pd.notna(row["median"]):
        ax.plot(row["median"], 0, "|", color=MAIN, markersize=13, markeredgewidth=2.0, zorder=3)
    if pd.notna(row["value"]):
        ax.plot(
            row["value"], 0, "D", markersize=7, markerfacecolor=ACCENT, markeredgecolor=INK,
            markeredgewidth=0.7, zorder=4, clip_on=False,
        )  # fmt: skip
    ax.set(ylim=(-1, 1), yticks=[])
    ax.margins(x=0.06)
    ax.spines[["left", "top", "right"]].set_visible(False)
    ax.spines["bottom"].set(color="#CCCCCC")
    ax.tick_params(
        axis="x", labelsize=6.5, labelcolor=MUTED, length=2, pad=1.5, labelfontfamily=FONT
    )
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    ticks = tick_scale(scale, ax.get_xticks())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(x, language)))
    name = wrap_evenly(word(str(row["indicator"]), language, labels), 26)
    ax.set_ylabel(
        f"{name},\n{word(scale.unit, language, labels)}", rotation=0, ha="right", va="center",
        fontsize=7.5, labelpad=6,
    )  # fmt: skip


def _write_numbers(
    host: Axes, row: Mapping[str, Any], height: float, scale: Scale, language: str
) -> None:
    how: dict[str, Any] = {
        "transform": host.transAxes,
        "fontsize": 8.5,
        "ha": "right",
        "va": "center_baseline",
    }
    own = scale.text(row["value"], language) if pd.notna(row["value"]) else ".."
    host.text(0.875, height, own, color=text_colour(ACCENT), fontweight="bold", **how)
    if pd.notna(row["median"]):
        host.text(1.0, height, scale.text(row["median"], language), color=INK, **how)
