"""Arrays back to tidy tables: forecast, history and trends of shares, and notes on them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import listing
from skillsfc.forecast.shares.arguments import Asked
from skillsfc.forecast.shares.cells import Cells
from skillsfc.forecast.shares.models import METHODS, STILL, Fitted
from skillsfc.forecast.shares.rounds import Array

FEW = 5  # wholes named in a note
SHORT = 10  # years of rounds below which plain lines lost to constant shares


def forecast_table(
    cells: Cells, fitted: Fitted, years: NDArray[np.int64], asked: Asked
) -> pd.DataFrame:
    """Return the forecast with its bands as a tidy table, one row a cell, year and level."""
    levels, rng = asked.levels, np.random.default_rng(asked.seed)
    rounds, spread = cells.rounds, fitted.spread
    method = asked.choices.method
    parts = []
    for row in range(len(rounds.keys)):
        low, high = spread.band(row, levels, asked.draws, rng)
        listed = np.flatnonzero(rounds.given[row])
        level, year, code = (
            index.ravel()
            for index in np.meshgrid(range(len(levels)), range(len(years)), listed, indexing="ij")
        )
        single = bool(fitted.single[row]) and method not in STILL
        parts.append(
            pd.DataFrame({key: rounds.keys[key].iloc[row] for key in rounds.keys}, index=year)
            .assign(**{rounds.by: np.array(rounds.labels, dtype=object)[code]})
            .assign(
                year=years[year],
                level=np.array(levels)[level],
                share=spread.path[year, row, code],
                lower=low[level, year, code],
                upper=high[level, year, code],
                model="constant" if single else method,
                unit="share",
                status="projected",
                source=rounds.source[row],
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table[rounds.by] = table[rounds.by].astype("str")
    order = [*rounds.keys.columns, rounds.by, "year", "level"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def history_table(cells: Cells) -> pd.DataFrame:
    """Return the shares used as a tidy table; a round that is not there is absent."""
    listed = cells.rounds.given[:, None] & cells.seen[..., None]
    row, column, code = np.nonzero(listed)
    table = cells.rounds.keys.iloc[row].reset_index(drop=True)
    table[cells.rounds.by] = pd.Series(
        np.array(cells.rounds.labels, dtype=object)[code], dtype="str"
    )
    return table.assign(
        year=cells.rounds.years[column],
        share=cells.shares[row, column, code],
        unit="share",
        status=np.where(cells.known[row, column, code], "observed", "imputed"),
        source=cells.rounds.source[row],
    )


def diagnostics_table(cells: Cells, fitted: Fitted, reference: str) -> pd.DataFrame:
    """Return one row a whole and category: rounds, base, trend, its error, weight and drift."""
    rounds = cells.rounds
    row, code = np.nonzero(cells.inside)
    against = rounds.labels.index(reference)
    known = cells.inside[row, against]
    slope, error = fitted.slope, fitted.slope_error
    trend = np.where(known, slope[row, code] - slope[row, against], np.nan)
    own = code == against
    apart = np.sqrt(error[row, code] ** 2 + np.where(own, 0.0, error[row, against] ** 2))
    table = rounds.keys.iloc[row].reset_index(drop=True)
    table[rounds.by] = pd.Series(np.array(rounds.labels, dtype=object)[code], dtype="str")
    return table.assign(
        rounds=cells.seen.sum(axis=1)[row],
        first_round=rounds.years[np.argmax(cells.seen, axis=1)][row],
        last_round=rounds.years[cells.last][row],
        base_share=cells.base[row, code],
        reference=reference,
        trend=trend,
        trend_error=np.where(known, np.where(own, 0.0, apart), np.nan),
        own_weight=fitted.weight[row, code],
        drift=np.sqrt(fitted.spread.drift)[row],
    )


def notes_of(
    cells: Cells, fitted: Fitted, asked: Asked, respondents: Array | None, peers: bool, given: bool
) -> tuple[str, ...]:
    """Return what a reader must know of this forecast, in plain sentences."""
    choices = asked.choices
    notes = [f"Method: {METHODS[choices.method]}. Shares close to 1. No scenario is assumed."]
    if choices.damping < 1.0:
        notes.append(f"Of a yearly change {choices.damping:g} is left a year later.")
    if choices.method == "change_factor":
        notes.append(
            "Change factors were given."
            if given
            else "Change factors are the mean trend of the wholes of a country and of its peers."
        )
    elif choices.shrink and choices.method not in ("constant", "linear"):
        where = (
            "the country's other wholes and the peers" if peers else "the country's other wholes"
        )
        notes.append(f"Trends are drawn towards {where}, the more the less their rounds tell.")
    names = np.array(cells.rounds.names)
    if fitted.single.any() and choices.method not in STILL:
        text = "One round only, so constant shares with a band from peers or the assumed drift"
        notes.append(f"{text}: {listing(names[fitted.single], FEW)}.")
    notes.append(_band_note(respondents, asked))
    years = cells.rounds.years
    span = years[cells.last] - years[np.argmax(cells.seen, axis=1)]
    if choices.method in _LINES and (~fitted.single & (span < SHORT)).any():
        notes.append(
            f"Some lines go through rounds of fewer than {SHORT} years. In back-tests on partner "
            "countries such lines did worse than constant shares; method='auto' did not."
        )
    lost = [name for _, name, *_ in _of(cells, "no_data", "thin_round") if name not in names]
    if lost:
        notes.append(f"No usable round, so no forecast, for {listing(dict.fromkeys(lost), FEW)}.")
    for rule, text in _COUNTED.items():
        found = [
            count
            for kind, _, count, _, _ in (*cells.issues, *fitted.issues)
            if kind == rule and (rule != "zero_cell" or choices.method not in _NO_LOGARITHM)
        ]
        if found:
            notes.append(text.format(count=sum(found), wholes=len(found), add=asked.constant))
    return tuple(notes)


_LINES = ("alr", "linear", "logistic", "mnl")
_NO_LOGARITHM = ("constant", "linear", "change_factor")
_COUNTED = {
    "all_modelled": "Every row is modelled, {count} of them: this shows a method, not a country.",
    "zero_cell": "{count} empty cells in {wholes} wholes: {add:g} was added to each of these "
    "wholes, in equal parts to its categories, before logarithms.",
    "structural_zero": "{count} categories empty in every round stay empty.",
    "filled_cell": "{count} missing cells filled in from their ratio to others; none is zero.",
    "cut_at_zero": "{count} straight lines left the shares below 0 in {wholes} wholes: cut and "
    "closed again.",
}


def _of(cells: Cells, *rules: str) -> list[tuple[str, str, int, str, str]]:
    return [issue for issue in cells.issues if issue[0] in rules]


def _band_note(respondents: Array | None, asked: Asked) -> str:
    text = "Bands hold the error of trends and the drift of structures"
    if respondents is None:
        return f"{text}, not sampling: sample_size was not given."
    return f"{text} and sampling at a design effect of {asked.design_effect:g}."
