"""Flow diagram: who moves from where to where between two dates, ribbons as wide as the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke as Stroke

from skillsfc.errors import Problem, TableError
from skillsfc.report.charts.from_results import date_pair
from skillsfc.report.charts.inputs import (
    group_names,
    require,
    require_keys,
    require_numbers,
)
from skillsfc.report.charts.style import INK, MUTED, SEGMENTS, drawing
from skillsfc.report.charts.words import Scale, check_language, footer, inner, names_of_codes

PER_CENT = Scale(0.01, "per cent", 1, " %")
BAR = 0.05  # width of a bar, as a part of the picture's
GAP = 0.03  # between bars above one another, as a part of the whole
HALO = Stroke(linewidth=2.2, foreground="white")  # keeps a number legible on a dark ribbon
LEAST_WRITTEN = 0.045  # a smaller flow is drawn, not written


def plot_flows(
    table: Any,
    *,
    states: Sequence[str] | None = None,
    before: str | None = None,
    after: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw flows between two dates: bars of the states at both, ribbons of those who moved.

    Use it for `skillsfc.estimate_flows`: of several pairs of dates their average is drawn, and the
    title says so; for one of them give its rows.

    Parameters
    ----------
    table : DataFrame or Result
        ``from_state, to_state`` and ``flow`` or ``persons`` (or ``share`` of all persons).
    states : sequence of str, optional
        States from above; by default in the table's order. Eight at most.
    before, after : str, optional
        Names of the two dates; by default those of the result's only pair.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title, by default that of an average; who moves, for the text; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a code.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError
        If a column is missing, a pair occurs twice, or a flow is negative.
    CoverageError
        If the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame({"from_state": ["E", "E", "U", "U"], "to_state": ["E", "U"] * 2,
    ...                       "persons": [90.0, 10.0, 20.0, 30.0]})
    >>> plot_flows(moves).alt_text[:60]
    'Flows between two dates, per cent of all. Before: E 66.7, U '
    """
    check_language(language)
    pair = date_pair(table, before, after)
    shares = _shares(pair.rows, states)
    said = f"{pair.said[:1].upper()}{pair.said[1:]}"
    title = title if title is not None else said or None
    names = names_of_codes(list(shares.index), "state", language, labels)
    line = footer(source, pair.rows, language=language)
    alt = alt_flows(
        table, states=states, before=before, after=after, quantity=quantity, labels=labels
    )
    height = 1.4 + 0.55 * len(shares)
    with drawing(ax, height=height, title=title, footer=line, alt=alt, language=language) as axes:
        axes.set(xlim=(-0.32, 1.32), ylim=(1 + GAP * (len(shares) - 1), -0.09))
        axes.axis("off")
        _draw(axes, shares, names, language)
        for x, text, side in ((0.0, pair.before, "left"), (1.0, pair.after, "right")):
            axes.text(x, -0.03, text, ha=side, va="bottom", fontsize=8.5, fontweight="bold")
    return axes


def alt_flows(
    table: Any,
    *,
    states: Sequence[str] | None = None,
    before: str | None = None,
    after: str | None = None,
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the flows in words: both dates, and the three largest moves (English).

    Parameters
    ----------
    table, states, before, after, quantity, labels
        As in `plot_flows`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_flows(pd.DataFrame({"from_state": ["E", "U"], "to_state": ["E", "E"],
    ...                         "persons": [90.0, 10.0]}))[-36:]
    'Largest moves: U to E 10.0 per cent.'
    """
    pair = date_pair(table, before, after)
    shares = _shares(pair.rows, states)
    names = names_of_codes(list(shares.index), "state", "en", labels)

    def said(parts: pd.Series) -> str:
        return ", ".join(f"{names[s]} {PER_CENT.text(part)}" for s, part in parts.items())

    moves = [
        (float(shares.loc[i, j]), f"{names[i]} to {names[j]}")
        for i in shares.index
        for j in shares.columns
        if i != j and shares.loc[i, j] > 0
    ]
    largest = ", ".join(f"{name} {PER_CENT.text(part)}" for part, name in sorted(moves)[::-1][:3])
    return (
        f"Flows between two dates, {pair.said}{', ' if pair.said else ''}{inner(quantity)}per cent "
        f"of all. {pair.before}: {said(shares.sum(axis=1))}. "
        f"{pair.after}: {said(shares.sum(axis=0))}. "
        + (f"Largest moves: {largest} per cent." if largest else "Nobody moved.")
    )


def _shares(rows: Any, states: Sequence[str] | None) -> pd.DataFrame:
    """Return flows as parts of all: a row a state before, a column a state after."""
    columns = list(rows.columns) if isinstance(rows, pd.DataFrame) else []
    value = next((name for name in ("flow", "persons", "share") if name in columns), "share")
    keys = ["from_state", "to_state"]
    rows = require(rows, [*keys, value], subject="flows", measure=value, unique=keys)
    require_numbers(rows, [value], subject="flows")
    for name in keys:
        rows[name] = group_names(rows[name])
    present = list(dict.fromkeys([*rows["from_state"], *rows["to_state"]]))
    if states is not None:
        require_keys(states, present, subject="flows", where="states", some=True)
    shown = present if states is None else list(states)
    wide = rows.pivot_table(index="from_state", columns="to_state", values=value, aggfunc="sum")
    wide = wide.reindex(index=shown, columns=shown).fillna(0.0)
    problems = []
    if (wide.to_numpy() < 0).any():
        problems.append(Problem(f"column {value!r}", "negative flows", "0 or more"))
    if len(shown) > len(SEGMENTS):
        problems.append(Problem("states", f"{len(shown)}", "8 at most", next_step="Join some."))
    if not problems and wide.to_numpy().sum() <= 0:
        problems.append(Problem(f"column {value!r}", "all zero", "at least one flow"))
    if problems:
        raise TableError("flows", problems)
    return wide / wide.to_numpy().sum()


def _tops(sizes: pd.Series) -> dict[str, float]:
    """Return where each bar begins, from above."""
    tops, at = {}, 0.0
    for state, size in sizes.items():
        tops[str(state)] = at
        at += float(size) + GAP
    return tops


def _draw(axes: Axes, shares: pd.DataFrame, names: Mapping[str, str], language: str) -> None:
    left, right = _tops(shares.sum(axis=1)), _tops(shares.sum(axis=0))
    colours = dict(zip(shares.index, SEGMENTS, strict=False))
    used_left, used_right = dict(left), dict(right)
    for i in shares.index:
        for j in shares.columns:
            part = float(shares.loc[i, j])
            if part <= 0:
                continue
            axes.add_patch(
                _ribbon(used_left[i], used_right[j], part, colours[i], stays=bool(i == j))
            )
            if part >= LEAST_WRITTEN and i != j:
                axes.text(BAR + 0.015, used_left[i] + part / 2, PER_CENT.text(part, language),
                          fontsize=7.5, va="center", color=INK, path_effects=[HALO])  # fmt: skip
            used_left[i] += part
            used_right[j] += part
    for x, tops, sizes, side in (
        (0.0, left, shares.sum(axis=1), "right"),
        (1.0 - BAR, right, shares.sum(axis=0), "left"),
    ):
        for state, size in sizes.items():
            axes.add_patch(
                Rectangle((x, tops[str(state)]), BAR, float(size), color=colours[state], lw=0)
            )
            text = f"{names[str(state)]}  {PER_CENT.text(float(size), language, unit=True)}"
            edge = -0.015 if side == "right" else 1.015
            axes.text(edge, tops[str(state)] + float(size) / 2, text, ha=side, va="center",
                      fontsize=8, color=INK if size else MUTED)  # fmt: skip


def _ribbon(left: float, right: float, size: float, colour: str, *, stays: bool) -> PathPatch:
    """Return a band from one bar to another, with level ends."""
    a, b, mid = BAR, 1.0 - BAR, 0.5
    points = [
        (a, left), (mid, left), (mid, right), (b, right),
        (b, right + size), (mid, right + size), (mid, left + size), (a, left + size), (a, left),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(points, codes), facecolor=colour, alpha=0.28 if stays else 0.6, lw=0)
