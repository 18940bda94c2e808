"""The arithmetic of a shift-share decomposition: a chain of counterfactual tables.

Each table takes one more thing from the later year: nothing, its total, its sectors, its
occupations within sectors, everything. The effects are the steps between neighbours, so that they
add up to the change without a remainder.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

AXES = ("sector", "occupation", "qualification")
EFFECTS = ("scale", "mix", "occupation_effect", "qualification_effect")


def counterfactuals(
    cells: pd.DataFrame, batch: Sequence[str], axes: Sequence[str]
) -> list[pd.Series]:
    """Return the tables between before and after, each with one more part of the later structure.

    Parameters
    ----------
    cells : DataFrame
        ``batch keys, axes, before, after`` [persons], one row a cell.
    batch : sequence of str
        Keys whose every combination is decomposed on its own.
    axes : sequence of str
        ``sector, occupation`` and perhaps ``qualification``, outermost first.

    Returns
    -------
    list of Series
        ``C_0`` = before, ``C_1`` = with the later total, ``C_2`` = with the later sectors, and so
        on to the last axis but one, and ``after`` [persons].

    Notes
    -----
    ``C_k = E0 * P1 / P0``, where P is employment of the cell's parent: the whole, its sector, its
    occupation within the sector. Where P0 is zero the pattern inside it is unknown before; the
    later pattern stands for it (``C_k = E1``), so that what is new counts as an effect of the
    parent's arrival and not as a change of pattern.

    Examples
    --------
    >>> cells = pd.DataFrame({"sector": ["A", "A", "B"], "occupation": ["1", "2", "1"],
    ...                       "before": [60.0, 40.0, 0.0], "after": [50.0, 50.0, 20.0]})
    >>> [table.tolist() for table in counterfactuals(cells, [], ["sector", "occupation"])]
    [[60.0, 40.0, 0.0], [72.0, 48.0, 0.0], [60.0, 40.0, 20.0], [50.0, 50.0, 20.0]]
    """
    before, after = cells["before"], cells["after"]
    # Without keys the parent is the whole table; groupby wants something to group by.
    whole = pd.Series(0, index=cells.index)
    steps = [before]
    for depth in range(len(axes)):
        parent = [whole, *(cells[key] for key in [*batch, *axes[:depth]])]
        once = before.groupby(parent).transform("sum")
        later = after.groupby(parent).transform("sum")
        spread = before * (later / once.where(once > 0))
        # A batch of nobody has no growth: the caller has refused it.
        steps.append(spread.where(once > 0, after))
    return [*steps, after]


def effects(
    cells: pd.DataFrame, batch: Sequence[str], axes: Sequence[str], definition: str
) -> pd.DataFrame:
    """Return the cells with their change and its effects.

    Parameters
    ----------
    cells : DataFrame
        ``batch keys, axes, before, after`` [persons].
    batch, axes : sequence of str
        As in `counterfactuals`.
    definition : {"classic", "warwick"}
        ``warwick`` measures mix at the size of the earlier year.

    Returns
    -------
    DataFrame
        The cells with ``change, scale, mix, occupation_effect`` and, with a third axis,
        ``qualification_effect`` [persons].

    Notes
    -----
    Warwick's mix is the classic one over ``1 + g``. What is taken from it goes to the occupation
    effect, also with a third axis: summed over qualifications, three axes give the two-axis result.

    Examples
    --------
    >>> cells = pd.DataFrame({"sector": ["A", "B"], "occupation": ["1", "2"],
    ...                       "before": [50.0, 50.0], "after": [50.0, 100.0]})
    >>> effects(cells, [], ["sector", "occupation"], "classic")["mix"].tolist()
    [-25.0, 25.0]
    >>> effects(cells, [], ["sector", "occupation"], "warwick")["mix"].round(3).tolist()
    [-16.667, 16.667]
    """
    steps = counterfactuals(cells, batch, axes)
    names = EFFECTS[: len(axes) + 1]
    made = cells.assign(change=cells["after"] - cells["before"])
    for name, start, end in zip(names, steps, steps[1:], strict=False):
        made[name] = end - start
    if definition == "warwick":
        whole = [pd.Series(0, index=cells.index), *(cells[key] for key in batch)]
        once = cells["before"].groupby(whole).transform("sum")
        later = cells["after"].groupby(whole).transform("sum")
        deflated = made["mix"] * (once / later)
        made["occupation_effect"] += made["mix"] - deflated
        made["mix"] = deflated
    return made
