"""A sector's share of employment against income: all countries, the line, one country's place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import require, require_keys
from skillsfc.report.charts.style import (
    ACCENT,
    INK,
    MAIN,
    MUTED,
    PALE,
    drawing,
    dress,
    figure_of,
    text_colour,
    unit_above,
)
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    inner,
    names_of_codes,
    scale_of,
    word,
)

BAND, GROUP = "#E9E9E9", "#4F8CC4"
INCOME_TICKS = [a * 10.0**b for b in range(1, 7) for a in (1, 2, 5)]


def plot_structure_line(
    points: pd.DataFrame,
    line: pd.DataFrame,
    *,
    highlight: str | None = None,
    group: Collection[str] = (),
    group_name: str = "Comparison group",
    level: float | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str = "Share of employment",
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw countries' shares against income (log scale), the line they follow and its band.

    Use it to show whether a country has more or fewer people in a sector than others at its
    income. It compares countries at one time and forecasts nothing.

    Parameters
    ----------
    points : DataFrame
        ``country, usd, share``: GDP per head [PPP US dollars] and share [0-1], one row a country.
    line : DataFrame
        ``usd, expected, lower, upper`` [share], as from `skillsfc.estimate_structure_line`.
    highlight : str, optional
        The country drawn large and named.
    group : collection of str
        Countries in the middle colour.
    group_name : str
        Name of that group in the key.
    level : float, optional
        Part of the countries that the band holds [0-1], for the key.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what the share is of, for the axis; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a code or a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, a country occurs twice or an income is not positive.
    CoverageError
        If a table is empty, or the country to highlight is not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({"country": ["MAR", "TUR"], "usd": [8e3, 3e4], "share": [.33, .17]})
    >>> line = pd.DataFrame({"usd": [8e3, 3e4], "expected": [.35, .15], "lower": [.2, .05],
    ...                      "upper": [.5, .25]})
    >>> plot_structure_line(points, line, highlight="MAR").get_xlabel()
    'GDP per head, PPP US dollars, log scale'
    """
    check_language(language)
    rows, fitted = _checked(points, line, highlight)
    scale = scale_of("share", rows["share"])
    codes = [highlight] if highlight else []
    names = names_of_codes(codes, "country", language, labels)
    alt = alt_structure_line(points, line, highlight=highlight, quantity=quantity, labels=labels)
    foot = footer(source, points, language=language)
    with drawing(ax, height=3.8, title=title, footer=foot, alt=alt, language=language) as axes:
        dress(axes)
        band = f"{100 * level:g} % of countries" if level else "Usual range"
        axes.fill_between(
            fitted["usd"], fitted["lower"], fitted["upper"], color=BAND, linewidth=0,
            label=word(band, language, labels),
        )  # fmt: skip
        text = word("Expected at this income", language, labels)
        axes.plot(fitted["usd"], fitted["expected"], color=MUTED, linewidth=1.4, label=text)
        _draw_points(axes, rows, highlight, set(group), word(group_name, language, labels))
        _income_axis(axes, rows, scale, axis_title(scale, quantity, language, labels), language)
        if highlight:
            _name_country(axes, rows, highlight, names[highlight], scale, language)
        key = axes.legend(
            loc="upper right", fontsize=7.5, handlelength=1.6, borderaxespad=0, frameon=True
        )
        key.get_frame().set(facecolor="white", edgecolor="none", alpha=1.0)
    return axes


def alt_structure_line(
    points: pd.DataFrame,
    line: pd.DataFrame,
    *,
    highlight: str | None = None,
    quantity: str = "Share of employment",
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the chart in words: the line's ends and the country beside it (English).

    Parameters
    ----------
    points, line, highlight, quantity, labels
        As in `plot_structure_line`.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({"country": ["MAR", "TUR"], "usd": [8e3, 3e4], "share": [.33, .17]})
    >>> line = pd.DataFrame({"usd": [8e3, 3e4], "expected": [.35, .15], "lower": [.2, .05],
    ...                      "upper": [.5, .25]})
    >>> print(alt_structure_line(points, line, highlight="MAR", labels={"MAR": "Morocco"}))
    Points of share of employment against GDP per head for 2 countries; the line goes from 35.0
    % at 8,000 dollars to 15.0 % at 30,000 dollars. Morocco: 33.0 % at 8,000 dollars; the line
    gives 35.0 % (band 20.0 % to 50.0 %) at the nearest income drawn.
    """
    rows, fitted = _checked(points, line, highlight)
    share, money = scale_of("share", []), Scale(1.0, "dollars", 0)
    first, last = fitted.iloc[0], fitted.iloc[-1]
    text = (
        f"Points of {inner(quantity)[:-2]} against GDP per head for "
        f"{len(rows.dropna(subset=['share', 'usd']))} countries; the line goes from "
        f"{share.text(first['expected'], unit=True)} at {money.text(first['usd'])} dollars to "
        f"{share.text(last['expected'], unit=True)} at {money.text(last['usd'])} dollars."
    )
    if highlight:
        own = rows[rows["country"] == highlight].iloc[0]
        near = fitted.loc[(fitted["usd"] / own["usd"]).sub(1).abs().idxmin()]
        name = names_of_codes([highlight], "country", "en", labels)[highlight]
        text += (
            f" {name}: {share.text(own['share'], unit=True)} at {money.text(own['usd'])} dollars; "
            f"the line gives {share.text(near['expected'], unit=True)} "
            f"(band {share.text(near['lower'], unit=True)} to "
            f"{share.text(near['upper'], unit=True)}) at the nearest income drawn."
        )
    return text


def _checked(
    points: pd.DataFrame, line: pd.DataFrame, highlight: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = require(
        points, ["country", "usd", "share"], subject="countries", measure="share",
        unique=["country"],
    )  # fmt: skip
    needed = ["usd", "expected", "lower", "upper"]
    fitted = require(line, needed, subject="line", measure="expected", unique=["usd"])
    for table, name in ((rows, "countries"), (fitted, "line")):
        if (table["usd"] <= 0).any():
            at = listing_of(table.index[table["usd"] <= 0])
            raise TableError(
                name, [Problem("column 'usd'", f"zero or negative in rows {at}", "above zero")]
            )
    if highlight:
        drawn = rows.dropna(subset=["share", "usd"])["country"]
        require_keys([highlight], list(drawn), subject="countries", where="highlight")
    return rows, fitted.sort_values("usd", ignore_index=True)


def listing_of(index: pd.Index) -> str:
    """Return the first five row numbers as text."""
    return ", ".join(str(i) for i in index[:5])


def _draw_points(
    ax: Axes, rows: pd.DataFrame, highlight: str | None, group: set[str], group_name: str
) -> None:
    inside = rows["country"].isin(group)
    own = rows["country"] == highlight
    rest = rows[~inside & ~own]
    ax.plot(
        rest["usd"], rest["share"], "o", markersize=3.6, markerfacecolor=PALE, alpha=0.9,
        markeredgecolor="white", markeredgewidth=0.4, label="Other countries", clip_on=False,
    )  # fmt: skip
    if (inside & ~own).any():
        mates = rows[inside & ~own]
        ax.plot(
            mates["usd"], mates["share"], "s", markersize=4.4, markerfacecolor=GROUP,
            markeredgecolor=MAIN, markeredgewidth=0.6, label=group_name, clip_on=False,
        )  # fmt: skip
    if own.any():
        ax.plot(
            rows.loc[own, "usd"], rows.loc[own, "share"], "o", markersize=8.5,
            markerfacecolor=ACCENT, markeredgecolor=INK, markeredgewidth=0.9, zorder=6,
        )  # fmt: skip


def _income_axis(ax: Axes, rows: pd.DataFrame, scale: Scale, text: str, language: str) -> None:
    ax.set_xscale("log")
    ax.set_xlabel("GDP per head, PPP US dollars, log scale", color=MUTED)
    ax.xaxis.set_major_locator(FixedLocator(INCOME_TICKS))
    ax.xaxis.set_minor_locator(NullLocator())
    money = Scale(1.0, "", 0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: money.text(x, language)))
    ax.set_xlim(rows["usd"].min() * 0.85, rows["usd"].max() * 1.15)
    ax.set_ylim(0, min(1.0, 1.08 * rows["share"].max()))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    percent = Scale(scale.divisor, scale.unit, 0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: percent.text(y, language)))
    unit_above(ax, text)


def _name_country(
    ax: Axes, rows: pd.DataFrame, country: str, name: str, scale: Scale, language: str
) -> None:
    own = rows[rows["country"] == country].iloc[0]
    text = f"{name} {scale.text(own['share'], language, unit=True)}"
    away = _freest_place(ax, rows[rows["country"] != country], own, 6.2 * len(text))
    far = max(map(abs, away)) > 15
    ax.annotate(
        text, (own["usd"], own["share"]), away, textcoords="offset points", fontsize=9,
        fontweight="bold", color=text_colour(ACCENT), zorder=7, va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
        arrowprops={"arrowstyle": "-", "color": ACCENT, "linewidth": 0.9, "shrinkB": 4,
                    "relpos": (0, 0.5)} if far else None,
    )  # fmt: skip


def _freest_place(
    ax: Axes, others: pd.DataFrame, own: pd.Series, width: float
) -> tuple[float, float]:
    """Return the offset [points] where a label covers the fewest points, the nearest of them."""
    figure = figure_of(ax)
    figure.draw_without_rendering()
    points = 72.0 / figure.dpi
    at = ax.transData.transform(others[["usd", "share"]].dropna().to_numpy()) * points
    here = ax.transData.transform((own["usd"], own["share"])) * points
    frame = ax.get_window_extent()
    best, fewest = (9.0, 9.0), float("inf")
    for right, up in (
        (9, 9),
        (9, -10),
        (18, 24),
        (18, -24),
        (36, 40),
        (54, 56),
        (72, 72),
        (96, 92),
    ):
        left, middle = here[0] + right, here[1] + up
        if left + width > frame.x1 * points or middle - 8 < frame.y0 * points:
            continue
        across = (at[:, 0] > left - 3) & (at[:, 0] < left + width + 3)
        covered = int((across & (abs(at[:, 1] - middle) < 9)).sum())
        if covered < fewest:
            best, fewest = (float(right), float(up)), covered
    return best
