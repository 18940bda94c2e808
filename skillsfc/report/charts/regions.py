"""Regions in order of a rate, women and men beside one another."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from skillsfc.report.charts.dots import alt_share_bars, plot_share_bars


def plot_regions(
    table: pd.DataFrame,
    *,
    by: str = "sex",
    ax: Axes | None = None,
    title: str | None = None,
    quantity: str | None = None,
    source: str | None = None,
    language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Draw regions in order of a rate, with women and men as dots.

    Parameters
    ----------
    table : DataFrame
        ``region``, the column named by ``by``, and one measure such as ``share`` [0-1].
    by : str
        Column of the dots; with sex T in it, the regions stand in the order of the total.
    ax : Axes, optional
        Axes to draw on; by default a new figure 6.3 inches wide.
    title, quantity, source : str, optional
        Title; what is measured, such as ``"Unemployment rate"``; source line.
    language : {"en", "fr", "ar", "ru"}
        Language of numbers and names.
    labels : mapping of str, optional
        Text to show in place of a region's code.

    Returns
    -------
    Axes
        With the alternative text in ``.alt_text``.

    Raises
    ------
    TableError, CoverageError
        As in `plot_share_bars`.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"region": ["North", "North", "South", "South"],
    ...                       "sex": ["F", "M"] * 2, "share": [0.2, 0.1, 0.3, 0.12]})
    >>> print(plot_regions(rates, quantity="Unemployment rate").alt_text)
    Dot plot of unemployment rate, per cent. South: women 30.0, men 12.0. North: women 20.0, men
    10.0.
    """
    return plot_share_bars(
        table, category="region", by=by, ax=ax, title=title, quantity=quantity, source=source,
        language=language, labels=labels,
    )  # fmt: skip


def alt_regions(
    table: pd.DataFrame,
    *,
    by: str = "sex",
    quantity: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the regions' dots in words, in the order drawn (English).

    Parameters
    ----------
    table, by, quantity, labels
        As in `plot_regions`.

    Examples
    --------
    >>> import pandas as pd
    >>> alt_regions(pd.DataFrame({"region": ["North"], "sex": ["T"], "share": [0.2]}))
    'Dot plot of per cent. North: both sexes 20.0.'
    """
    return alt_share_bars(table, category="region", by=by, quantity=quantity, labels=labels)
