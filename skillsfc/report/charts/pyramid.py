"""Population pyramid: where the coming labour force stands today."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.inputs import age_start, require
from skillsfc.report.charts.style import (
    INK,
    MEN,
    MUTED,
    WOMEN,
    drawing,
    dress,
    text_colour,
    unit_above,
)
from skillsfc.report.charts.words import (
    Scale,
    axis_title,
    check_language,
    footer,
    scale_of,
    tick_scale,
    word,
)
from skillsfc.schema import dictionary, measure_column


def plot_pyramid(
    population: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw a population pyramid: men left, women right, a second year as an outline.

    Use it to show where the coming labour force stands today. With two years, the earlier one is
    filled and the later one drawn as an outline, dashed where it is projected.

    Parameters
    ----------
    population : DataFrame
        ``year, sex, age`` and ``persons`` [persons] or ``share`` [0-1]; one or two years, sex F
        and M, age groups in one grouping such as 0-4, 5-9, ..., 80+.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title and source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and of the chart's own words.
    labels : mapping of str, optional
        Text to show in place of a word.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, a group occurs twice, a sex is missing or there are over two years.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"year": 2024, "sex": ["F", "M"] * 2,
    ...     "age": ["0-4", "0-4", "5-9", "5-9"], "persons": [9e5, 9.4e5, 9.5e5, 9.9e5]})
    >>> plot_pyramid(people).get_xlabel()
    'Thousand persons'
    """
    check_language(language)
    rows, measure, scale = _pyramid_rows(population)
    years = sorted(rows["year"].unique())
    ages = sorted(rows["age"].unique(), key=age_start)
    with drawing(
        ax,
        height=4.2,
        title=title,
        footer=footer(source, population, language=language),
        alt=alt_pyramid(population),
        language=language,
    ) as axes:
        dress(axes, grid="x")
        for sex, sign, colour in (("M", -1, MEN), ("F", 1, WOMEN)):
            sizes = _sizes(rows, years[0], sex, ages, measure)
            axes.barh(range(len(ages)), sign * sizes, height=0.86, color=colour, linewidth=0)
            if len(years) == 2:
                later = sign * _sizes(rows, years[1], sex, ages, measure)
                _outline(axes, later, dashed=_projected(rows, years[1]))
        _pyramid_axes(axes, ages, rows[measure].max(), scale, language, labels)
        _pyramid_key(axes, years, _projected(rows, years[-1]), language, labels)
    return axes


def alt_pyramid(population: pd.DataFrame) -> str:
    """Return the pyramid in sentences: total and largest group, for each year (English).

    Parameters
    ----------
    population
        As in `plot_pyramid`.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"year": 2024, "sex": ["F", "M"] * 2,
    ...     "age": ["0-4", "0-4", "5-9", "5-9"], "persons": [9e5, 9.4e5, 9.5e5, 9.9e5]})
    >>> print(alt_pyramid(people))
    Population pyramid by age and sex, thousand persons. 2024: largest groups women 5-9 (950) and
    men 5-9 (990); youngest group 0-4: women 900, men 940.
    """
    rows, measure, scale = _pyramid_rows(population)
    text = f"Population pyramid by age and sex, {scale.unit}."
    youngest = min(rows["age"].unique(), key=age_start)
    for year, of_year in rows.groupby("year"):
        most, first = {}, {}
        for sex in ("F", "M"):
            group = of_year[of_year["sex"] == sex].dropna(subset=[measure])
            if len(group):
                top = group.loc[group[measure].idxmax()]
                most[sex] = f"{top['age']} ({scale.text(top[measure])})"
            small = group.loc[group["age"] == youngest, measure]
            first[sex] = scale.text(small.iloc[0]) if len(small) else "not available"
        text += (
            f" {year}: largest groups women {most.get('F', 'not available')} and men "
            f"{most.get('M', 'not available')}; youngest group {youngest}: women {first['F']}, "
            f"men {first['M']}."
        )
    return text


def _pyramid_rows(population: pd.DataFrame) -> tuple[pd.DataFrame, str, Scale]:
    is_table = isinstance(population, pd.DataFrame)
    measure = measure_column(population, "population") if is_table else "persons"
    rows = require(
        population,
        ["year", "sex", "age", measure],
        subject="population",
        measure=measure,
        unique=["year", "sex", "age"],
    )
    problems = []
    if set(rows["sex"]) != {"F", "M"}:
        problems.append(Problem("column 'sex'", f"{sorted(rows['sex'].unique())}", "F and M"))
    if rows["year"].nunique() > 2:
        step = "Keep the current year and one later year."
        problems.append(
            Problem("column 'year'", f"{rows['year'].nunique()} years", "1 or 2", next_step=step)
        )
    if problems:
        raise TableError("population", problems)
    return rows, measure, scale_of(str(dictionary().loc[measure, "unit"]), rows[measure])


def _sizes(rows: pd.DataFrame, year: int, sex: str, ages: list[str], measure: str) -> np.ndarray:
    of_group = rows[(rows["year"] == year) & (rows["sex"] == sex)].set_index("age")[measure]
    sizes: np.ndarray = of_group.reindex(ages).to_numpy()
    return sizes


def _projected(rows: pd.DataFrame, year: int) -> bool:
    """Whether a year is a projection: by its status, else because it comes second."""
    if "status" in rows.columns:
        return bool((rows.loc[rows["year"] == year, "status"] == "projected").any())
    return bool(year != rows["year"].min())


def _outline(ax: Axes, sizes: np.ndarray, *, dashed: bool) -> None:
    edges = np.arange(len(sizes) + 1) - 0.5
    style = (0, (2.5, 1.2)) if dashed else "solid"
    # A white line beneath keeps the outline visible where it crosses the dark bars.
    for colour, width, line in (("white", 2.6, "solid"), (INK, 1.1, style)):
        ax.stairs(
            np.nan_to_num(sizes), edges, orientation="horizontal", color=colour, linewidth=width,
            linestyle=line, baseline=None,
        )  # fmt: skip


def _pyramid_axes(
    ax: Axes,
    ages: list[str],
    most: float,
    scale: Scale,
    language: str,
    labels: Mapping[str, str] | None,
) -> None:
    ax.axvline(0, color="white", linewidth=1.2)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(-1.06 * most, 1.06 * most)
    ax.set_ylim(-0.6, len(ages) - 0.4)
    ax.set_yticks(range(len(ages)), labels=ages, fontsize=7.5)
    unit_above(ax, word("Age", language, labels))
    ax.set_xlabel(axis_title(scale, None, language, labels), color=MUTED)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, symmetric=True, steps=[1, 2, 2.5, 5, 10]))
    ticks = tick_scale(scale, ax.get_xticks())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ticks.text(abs(x), language)))
    for sex, x, side, colour in (("M", 0.02, "left", MEN), ("F", 0.98, "right", WOMEN)):
        ax.text(
            x, 0.99, word(sex, language, labels), transform=ax.transAxes, ha=side, va="top",
            fontsize=9, fontweight="bold", color=text_colour(colour),
        )  # fmt: skip


def _pyramid_key(
    ax: Axes,
    years: list[int],
    projected: bool,
    language: str,
    labels: Mapping[str, str] | None,
) -> None:
    filled: tuple[Patch, ...] = (Patch(color=MEN), Patch(color=WOMEN))
    if len(years) == 1:
        ax.text(0.98, 0.925, str(years[0]), transform=ax.transAxes, ha="right", va="top")
        return
    later = (
        f"{years[1]} ({word('Projection', language, labels).lower()})"
        if projected
        else str(years[1])
    )
    line = Line2D([], [], color=INK, linewidth=1.1, linestyle=(0, (2.5, 1.2)) if projected else "-")
    ax.legend(
        [filled, line], [str(years[0]), later], loc="upper right", bbox_to_anchor=(1.0, 0.95),
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)}, fontsize=7.5, handlelength=2.2,
        borderaxespad=0.2,
    )  # fmt: skip
