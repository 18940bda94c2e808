"""How every chart looks: colours, type, frame, labels at line ends. Nothing here is global.

A chart is built on a `matplotlib.figure.Figure` with its own Agg canvas, inside an ``rc_context``;
pyplot is never imported, so nothing is left open and the user's own settings stay untouched.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from skillsfc.errors import ParameterError, Problem

INK, MUTED, GRID, PALE = "#222222", "#595959", "#DEDEDE", "#BFBFBF"
MAIN, ACCENT = "#0B3C6E", "#D55E00"
WOMEN, MEN = "#D55E00", "#0B3C6E"  # apart in lightness too, so a grey print keeps them apart
LINES = (MAIN, ACCENT, "#00936B", "#A34A80", "#2F8FD0", "#333333")
# Neighbours alternate dark and light, and the first four differ in grey.
SEGMENTS = (
    "#08396B",
    "#5FA8DC",
    "#B5450B",
    "#F6DC8C",
    "#00694D",
    "#E3A6C6",
    "#4A4A4A",
    "#DDDDDD",
)
REST = "#DDDDDD"
DASHES = (0, (4, 2))
WIDTH = 6.3  # inches: the text width of an A4 page with 2.5 cm margins
FONT = "DejaVu Sans"

STYLE: dict[str, Any] = {
    "font.family": FONT,
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,  # a '$' in a label is a dollar
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "hatch.linewidth": 0.6,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text: searchable, and legible to a screen reader
    "svg.hashsalt": "skillsfc",  # the same numbers give the same file
    "savefig.dpi": 200,
}


def segment_colours(states: Sequence[str], every: Sequence[str] | None = None) -> list[str]:
    """Return a colour for each state: its own wherever the same set of states is drawn.

    Parameters
    ----------
    states : sequence of str
        The states shown.
    every : sequence of str, optional
        All states of the set, in their order; by default those shown. A state that is not among
        them, such as the rest, is grey. Where there are more than colours, those shown count.

    Examples
    --------
    >>> segment_colours(["job", "home"], ["school", "job", "home"]) == list(SEGMENTS[1:3])
    True
    """
    whole = list(states if every is None else every)
    if len(whole) > len(SEGMENTS):
        whole = [state for state in states if state in whole]
    place = {state: number for number, state in enumerate(whole)}
    own = {state: SEGMENTS[at] for state, at in place.items() if at < len(SEGMENTS)}
    return [own.get(state, REST) for state in states]


@contextmanager
def drawing(
    ax: Axes | None,
    *,
    height: float,
    title: str | None,
    footer: str,
    alt: str,
    language: str = "en",
) -> Iterator[Axes]:
    """Give axes to draw on, captioned, with the house style in force until the block ends.

    Parameters
    ----------
    ax : Axes or None
        The user's axes; None makes a figure of text width.
    height : float
        Height of a new figure [inches].
    title, footer : str
        Title above and source line below; set first, for labels at line ends need the layout.
    alt : str
        Alternative text, kept as ``axes.alt_text``.
    language : str
        In Arabic the captions stand on the right.
    """
    with mpl.rc_context(STYLE):
        axes: Any = ax  # matplotlib has no place for an alternative text: it becomes an attribute
        if ax is None:
            layout = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06)
            figure = Figure(figsize=(WIDTH, height), dpi=200, layout=layout)
            FigureCanvasAgg(figure)
            axes = figure.add_subplot()
            _caption_figure(figure, title, footer, right=language == "ar")
        else:
            _caption_axes(ax, title, footer)
        axes.alt_text = alt
        yield axes


def _caption_figure(figure: Figure, title: str | None, footer: str, *, right: bool) -> None:
    side, align = (0.99, "right") if right else (0.01, "left")
    if title:
        text = textwrap.fill(title, 76)
        figure.suptitle(text, x=side, ha=align, fontsize=10, fontweight="bold")
    if footer:
        text = textwrap.fill(footer, 122)
        figure.supxlabel(text, x=side, ha=align, fontsize=6.8, color=MUTED)


def _caption_axes(ax: Axes, title: str | None, footer: str) -> None:
    if title:
        ax.set_title(title, loc="left", fontsize=9, fontweight="bold", pad=16)
    if footer:
        ax.annotate(
            footer, (0, 0), (0, -32), "axes fraction", "offset points", fontsize=6.8,
            color=MUTED, va="top", annotation_clip=False,
        )  # fmt: skip


def figure_of(ax: Axes) -> Figure:
    """Return the whole figure that holds the axes."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ParameterError("chart", [Problem("ax", "axes of no figure", "axes of a figure")])
    return figure


def dress(ax: Axes, *, grid: Literal["x", "y"] = "y") -> None:
    """Set muted ticks and gridlines on one axis; ticks made later keep the style too."""
    ax.tick_params(
        length=3, width=0.7, color=MUTED, labelcolor=INK, labelsize=8, labelfontfamily=FONT
    )
    ax.grid(axis=grid, color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    if grid == "x":
        ax.tick_params(axis="x", length=0)
    ax.spines["left" if grid == "y" else "bottom"].set_visible(False)


def unit_above(ax: Axes, text: str) -> None:
    """Write the vertical axis' unit above it, upright, where a reader begins."""
    ax.set_ylabel(text, rotation=0, ha="left", va="bottom", color=MUTED)
    ax.yaxis.set_label_coords(0.0, 1.025)
    if not ax.get_title():
        ax.set_title(" ", fontsize=8, pad=5)  # the layout keeps room for titles, not for this label


def contrast_on_white(colour: str) -> float:
    """Return the WCAG contrast ratio of a colour on white paper [1-21].

    Examples
    --------
    >>> round(contrast_on_white("#000000")), round(contrast_on_white("#FFFFFF"))
    (21, 1)
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def text_colour(colour: str) -> str:
    """Return the colour, darkened as far as letters need to be read on white (contrast 4.5).

    Examples
    --------
    >>> text_colour("#0B3C6E"), contrast_on_white(text_colour("#5FA8DC")) >= 4.5
    ('#0b3c6e', True)
    """
    rgb = to_rgb(colour)
    while contrast_on_white(to_hex(rgb)) < 4.5:
        rgb = (rgb[0] * 0.95, rgb[1] * 0.95, rgb[2] * 0.95)
    return str(to_hex(rgb))


def text_on(colour: str) -> str:
    """Return white or ink, whichever reads better on a fill.

    Examples
    --------
    >>> text_on("#08396B"), text_on("#F6DC8C")
    ('#FFFFFF', '#222222')
    """
    return "#FFFFFF" if contrast_on_white(colour) >= 4.5 else INK


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move places apart until each pair is ``gap`` apart, keeping their order and their middle.

    Least-squares placement by pooling adjacent violators, as in isotonic regression.

    Examples
    --------
    >>> spread([0.0, 1.0, 20.0], gap=10.0)
    [-4.5, 5.5, 20.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[list[float]] = []  # mean and size of each pooled block
    for rank, i in enumerate(order):
        blocks.append([places[i] - rank * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * size) / (before[1] + size)
            before[1] += size
    flat = [mean for mean, size in blocks for _ in range(int(size))]
    moved = dict(zip(order, flat, strict=True))
    ranks = {i: rank for rank, i in enumerate(order)}
    return [moved[i] + ranks[i] * gap for i in range(len(places))]


@dataclass(frozen=True)
class EndLabel:
    """A label beside a point: where, what, in which colour and type."""

    x: float
    y: float
    text: str
    colour: str
    size: float = 8.0
    weight: str = "normal"


def label_ends(
    ax: Axes, labels: Sequence[EndLabel], *, side: str = "right", gap: float = 10.5
) -> None:
    """Write labels beside line ends, moved apart where they would overlap.

    Parameters
    ----------
    labels : sequence of EndLabel
        In data coordinates; call this when the axis limits are final.
    side : {"right", "left"}
        Side of the point on which the text stands.
    gap : float
        Least distance between the lines of text [points].
    """
    if not labels:
        return
    figure = figure_of(ax)
    figure.draw_without_rendering()  # the layout decides how many points a unit of data has
    points = 72.0 / figure.dpi
    heights = [float(ax.transData.transform((e.x, e.y))[1]) * points for e in labels]
    sign = 1 if side == "right" else -1
    shifts = [y - height for y, height in zip(spread(heights, gap), heights, strict=True)]
    away = 14 if any(abs(shift) > 3.5 for shift in shifts) else 6  # room for the leader lines
    leader = {"arrowstyle": "-", "linewidth": 0.5, "color": PALE, "shrinkA": 0.5, "shrinkB": 3,
              "relpos": (0 if side == "right" else 1, 0.5)}  # fmt: skip
    for entry, shift in zip(labels, shifts, strict=True):
        ax.annotate(
            entry.text, (entry.x, entry.y), (sign * away, shift - 0.36 * entry.size),
            textcoords="offset points", ha="left" if side == "right" else "right", va="baseline",
            fontsize=entry.size, fontweight=entry.weight, color=text_colour(entry.colour),
            annotation_clip=False, arrowprops=leader if away > 6 else None,
        )  # fmt: skip
