"""Rates that add up to more than 1: transfers, migration or errors, found and treated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.records import Floats

EXCESS = ("keep", "scale", "uis")
ROUNDING = 1e-9  # rates of whole persons that add up to 1 do so but for rounding
MARK = "more come on than were there"


def total_share(rates: Rates) -> Floats:
    """Return all who go on, complete a level and leave, or repeat: 1 less the dropout."""
    return np.asarray(rates.onward() + rates.completing_leavers() + rates.repetition)


def excess_at(rates: Rates) -> Floats:
    """Return by how much the shares exceed 1; 0 where they do not or are not known."""
    over = np.nan_to_num(total_share(rates) - 1.0, nan=0.0)
    return np.where(over > ROUNDING, over, 0.0)


def scale_rates(rates: Rates, factor: Floats) -> Rates:
    """Divide all shares by a factor."""
    return replace(
        rates,
        promotion=rates.promotion / factor,
        repetition=rates.repetition / factor,
        completion=rates.completion / factor,
    )


def own_factor(rates: Rates) -> Floats:
    """Return what each grade's shares are to be divided by, so that nobody's exceed 1."""
    return np.asarray(1.0 + excess_at(rates))


def shared_factor(rates: Rates, groups: pd.DataFrame) -> Callable[[Rates, pd.DataFrame], Floats]:
    """Return a function that gives every sex the largest factor of the sexes.

    Parameters
    ----------
    rates : Rates
        Of women and men apart.
    groups : DataFrame
        Their groups, with the column ``sex``.
    """
    factor = np.moveaxis(own_factor(rates), -2, 0)

    def give(final: Rates, final_groups: pd.DataFrame) -> Floats:
        shared = [name for name in final_groups.columns if name != "sex"]
        both = pd.concat([groups[shared], final_groups[shared]])
        place = both.groupby(shared).ngroup() if shared else pd.Series(0, index=both.index)
        largest = np.ones((int(place.max()) + 1, *factor.shape[1:]))
        np.maximum.at(largest, place.to_numpy()[: len(groups)], factor)
        given = np.moveaxis(largest[place.to_numpy()[len(groups) :]], 0, -2)
        return np.asarray(np.maximum(own_factor(final), given))

    return give


def treat_excess(
    rates: Rates,
    groups: pd.DataFrame,
    method: str,
    shared: Callable[[Rates, pd.DataFrame], Floats] | None = None,
) -> Rates:
    """Return rates after the treatment asked for.

    Parameters
    ----------
    method : {"keep", "scale", "uis"}
        Nothing; shares divided by their sum where that is above 1; the same with the largest sum
        of the sexes for both.
    shared : function, optional
        From `shared_factor`, for ``"uis"``.
    """
    if method == "keep":
        return rates
    if method == "scale" or shared is None:
        return scale_rates(rates, own_factor(rates))
    return scale_rates(rates, shared(rates, groups))
