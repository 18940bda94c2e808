"""Index plot of trajectories, a line for at least so many persons as disclosure asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.from_results import grouped, time_unit
from skillsfc.report.charts.inputs import (
    group_names,
    require,
    require_keys,
    require_numbers,
)
from skillsfc.report.charts.style import MUTED, SEGMENTS, drawing, dress, segment_colours
from skillsfc.report.charts.words import check_language, footer, names_of_codes, word, wrap_evenly

LEAST_HIGH = 0.15  # of all: room for a name of four lines
FADED = 0.5  # a line whose persons agree no better than this is drawn half as strong


def plot_trajectories(
    table: Any,
    *,
    group: str | None = None,
    states: Sequence[str] | None = None,
    every: Sequence[str] | None = None,
    unit: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw trajectories as horizontal lines, coloured by state; groups stand above one another.

    Parameters
    ----------
    table : DataFrame or Result
        Lines of `skillsfc.summarise_trajectories`: ``line, period, state, share, persons``. Or
        `Sequences`: they are summarised first, ten persons a line or more.
    group : str, optional
        Column of the groups, such as a type; by default that of the lines.
    states : sequence of str, optional
        States in the order of the key; by default as they come. Eight at most.
    every : sequence of str, optional
        All states of the set in their order, shown here or not: a state then has the same colour
        in every picture of the set. By default the states shown.
    unit : str, optional
        Unit of a period, for the axis; by default that of the sequences, or months.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, source : str, optional
        Title; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of names.
    labels : mapping of str, optional
        Text to show in place of a code.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``. The picture is of points, not of vectors, and
        a line in which at most half the persons agree is paler.

    Raises
    ------
    TableError
        If a column is missing, a cell occurs twice, or there are over eight states.
    CoverageError
        If the table is empty or a state asked for is not in it.

    Examples
    --------
    >>> import skillsfc as sf
    >>> paths = sf.read_sequences(sf.load_microdata("mvad"))
    >>> plot_trajectories(paths).get_xlabel()
    'Months'
    """
    check_language(language)
    unit = time_unit(table, unit)
    table, group = _lines_of(table, group)
    rows, shown, blocks = _rows(table, group, states)
    names = names_of_codes(shown, "state", language, labels)
    titles = names_of_codes(list(blocks), group or "", language, labels)
    line = footer(source, rows, language=language)
    alt = alt_trajectories(table, group=group, states=states, labels=labels)
    height = 2.6 + 0.55 * len(blocks)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        dress(axes)
        axes.grid(visible=False)
        colours = dict(zip(shown, segment_colours(shown, every), strict=True))
        ticks = _draw(axes, blocks, colours)
        axes.tick_params(axis="y", labelsize=7)
        axes.set_yticks([at for at, _ in ticks], [
            f"{wrap_evenly(titles[code], 27)}\n{count:,} persons" if code else f"{count:,}\npersons"
            for (_, count), code in zip(ticks, blocks, strict=True)
        ])  # fmt: skip
        axes.set_xlabel(word(unit, language, labels).capitalize(), color=MUTED)
        for state, colour in colours.items():
            axes.fill_between([], [], color=colour, label=names[state])
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(4, len(shown)), fontsize=7.5,
            handlelength=1.0, handleheight=1.0, borderaxespad=0.2,
        )  # fmt: skip
    return axes


def alt_trajectories(
    table: Any,
    *,
    group: str | None = None,
    states: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the lines in words: what most lines show at the start and the end (English).

    Parameters
    ----------
    table, group, states, labels
        As in `plot_trajectories`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_trajectories(pd.DataFrame({"line": 0, "period": [1, 2], "state": ["s", "j"],
    ...                                "share": 1.0, "persons": 12}))
    'Lines of trajectories of 12 persons, coloured by state. Most lines go from s to j.'
    """
    table, group = _lines_of(table, group)
    rows, shown, blocks = _rows(table, group, states)
    names = names_of_codes(shown, "state", "en", labels)
    titles = names_of_codes(list(blocks), group or "", "en", labels)
    persons = int(rows.drop_duplicates(["_block", "line"])["persons"].sum())
    text = f"Lines of trajectories of {persons:,} persons, coloured by state."
    for code, own in blocks.items():
        first = own[own["period"] == own["period"].min()]["state"].mode().iloc[0]
        last = own[own["period"] == own["period"].max()]["state"].mode().iloc[0]
        head = f" {titles[code]}: most" if code else " Most"
        text += f"{head} lines go from {names[first]} to {names[last]}."
    return text


def _lines_of(table: Any, group: str | None) -> tuple[Any, str | None]:
    """Return lines of ten persons or more, and their group; sequences of persons are joined."""
    if hasattr(table, "codes") and hasattr(table, "persons"):
        from skillsfc.transitions.sequences.trajectories import summarise_trajectories

        table = summarise_trajectories(table, group=group)
    return grouped(table, group)


def _rows(
    table: Any, group: str | None, states: Sequence[str] | None
) -> tuple[pd.DataFrame, list[str], dict[str, pd.DataFrame]]:
    keys = [*([group] if group else []), "line", "period"]
    rows = require(
        table, [*keys, "state", "share", "persons"], subject="trajectories", measure="share",
        unique=keys,
    )  # fmt: skip
    rows["state"] = rows["state"].astype("str")
    require_numbers(rows, ["line", "period", "share", "persons"], subject="trajectories")
    rows["_block"] = group_names(rows[group]) if group else ""
    present = list(dict.fromkeys(rows["state"]))
    if states is not None:
        require_keys(states, present, subject="trajectories", where="states", some=True)
    shown = list(dict.fromkeys([*(states or ()), *present]))
    if len(shown) > len(SEGMENTS):
        raise TableError("trajectories", [Problem("states", f"{len(shown)}", "8 at most")])
    return rows, shown, dict(iter(rows.groupby("_block", sort=False)))


def _draw(
    axes: Axes, blocks: Mapping[str, pd.DataFrame], colours: Mapping[str, str]
) -> list[tuple[float, int]]:
    """Draw the blocks from above; return where their names stand, and their persons.

    A block is as high as its persons are many, a small one as high as its name needs.
    """
    colour = {state: np.array(to_rgb(code)) for state, code in colours.items()}
    total = sum(_size(own) for own in blocks.values())
    gap = 0.02 * total * (len(blocks) > 1)
    top, ticks = 0.0, []
    first = min(float(own["period"].min()) for own in blocks.values())
    last = max(float(own["period"].max()) for own in blocks.values()) + 1
    for own in blocks.values():
        size = _size(own)
        high = max(size, LEAST_HIGH * total)
        columns = int(last - first)
        picture = np.ones((int(own["line"].max()) + 1, columns, 3))
        strength = np.where(own["share"] > FADED, 1.0, 0.5)[:, None]
        tint = np.array([colour[state] for state in own["state"]])
        at = (own["period"].astype(float) - first).astype(int)
        picture[own["line"], at] = 1 - strength * (1 - tint)
        axes.imshow(picture, aspect="auto", interpolation="nearest", origin="lower",
                    extent=(first, last, top + high, top))  # fmt: skip
        ticks.append((top + high / 2, size))
        top += high + gap
    axes.set(xlim=(first, last), ylim=(top - gap, 0))
    return ticks


def _size(own: pd.DataFrame) -> int:
    return int(own.drop_duplicates("line")["persons"].sum())
