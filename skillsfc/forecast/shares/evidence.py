"""What a table of shares holds that is no evidence, and what a reader should know of its rounds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc.errors import CoverageError, Problem
from skillsfc.forecast.pathology import Issue, conflict_years, series_breaks
from skillsfc.schema import measure_column

WRONG_UNIT = 300.0  # factor between two rounds that only thousands taken for persons explains


def leave_out(
    rows: pd.DataFrame, keys: list[str], issues: list[Issue], subject: str
) -> pd.DataFrame:
    """Mask what a forecast must not learn from; every mask is counted by whole.

    Parameters
    ----------
    rows : DataFrame
        Checked table.
    keys : list of str
        Keys that tell wholes apart.
    issues : list
        Findings are added to it.
    subject : str
        Name of the table in messages.

    Raises
    ------
    CoverageError
        If nothing is left; the message counts what took it.
    """
    measure = measure_column(rows)

    def note(chosen: pd.Series, rule: str, text: str, severity: str = "warning") -> None:
        for name, count in _count(rows[chosen], keys).items():
            issues.append((rule, name, count, severity, text))

    projected, modelled = rows["status"].eq("projected"), rows["status"].eq("modelled")
    note(projected, "not_evidence", "projected rows left out of the fit")
    if (modelled | projected).all() and modelled.any():
        # A table of nothing but model output is used as what it is; mixed in, it never is.
        note(modelled, "all_modelled", "every row is modelled: no survey stands behind the result")
        modelled = pd.Series(False, index=rows.index)
    note(modelled, "not_evidence", "modelled rows left out of the fit")
    flags = rows["reliability"] if "reliability" in rows else pd.Series("", index=rows.index)
    suppressed = flags.eq("S").fillna(False)
    note(suppressed, "suppressed", "cells flagged S by the producer taken as missing, not as zero")
    unreliable = flags.eq("U").fillna(False)
    note(unreliable, "unreliable", "cells flagged U by the producer used as they are")
    broken = _before_break(rows)
    note(broken, "break", "rounds before a known break of the source left out")
    hidden = projected | modelled | suppressed | broken
    rows = rows.assign(**{measure: rows[measure].mask(hidden)})
    if not rows[measure].notna().any():
        reasons = [
            f"{int(mask.sum())} {what}"
            for mask, what in (
                (projected, "projected"), (modelled, "modelled"), (suppressed, "suppressed"),
                (broken, "before a break"),
            )
            if mask.any()
        ]  # fmt: skip
        found = f"no value left of {len(rows)} rows ({', '.join(reasons) or 'all empty'})"
        raise CoverageError(subject, [Problem(f"column {measure!r}", found, "at least one round")])
    return rows


def _before_break(rows: pd.DataFrame) -> pd.Series:
    found = pd.Series(False, index=rows.index)
    if "country" in rows:
        for entry in series_breaks().itertuples():
            own = (rows["country"] == entry.country) & (rows["source"] == entry.source)
            found |= own & (rows["year"] < int(entry.first_year))
    return found


def _count(rows: pd.DataFrame, keys: list[str]) -> dict[str, int]:
    if rows.empty:
        return {}
    names = (
        rows[keys].astype("str").agg(" ".join, axis=1) if keys else pd.Series("total", rows.index)
    )
    return {str(name): int(count) for name, count in names.value_counts(sort=False).items()}


def list_findings(
    names: list[str],
    seen: NDArray[np.bool_],
    years: NDArray[np.int64],
    countries: list[str] | None,
    persons: NDArray[np.float64] | None,
) -> list[Issue]:
    """Return what a reader should know of each whole's rounds.

    Parameters
    ----------
    names : list of str
        Wholes.
    seen : ndarray of bool (n_wholes, n_years)
        Where a whole has values.
    years : ndarray (n_years,)
        Calendar years.
    countries : list of str, optional
        Country of each whole, for the list of conflicts.
    persons : ndarray (n_wholes, n_years), optional
        Totals of the rounds.
    """
    issues: list[Issue] = []
    conflicts = None if countries is None else conflict_years()
    for row, name in enumerate(names):
        when = years[seen[row]]
        if not len(when):
            issues.append(("no_data", name, 0, "error", "no value: not forecast, and not zero"))
            continue
        if when[-1] < years[-1]:
            text = f"last round {when[-1]}, that of other wholes {years[-1]}"
            issues.append(("older_round", name, int(years[-1] - when[-1]), "warning", text))
        if len(np.unique(np.diff(when))) > 1:
            text = "uneven years between rounds: trends are per year, no year is filled in"
            issues.append(("uneven_years", name, len(when), "note", text))
        if persons is not None and _jumps(persons[row][seen[row]]):
            text = "total jumps by a factor near 1000: thousands among persons?"
            issues.append(("unit_jump", name, 1, "error", text))
        if countries is not None and conflicts is not None:
            own = conflicts[conflicts["country"] == countries[row]]
            for case in own[own["last_year"] >= when[-1]].itertuples():
                text = f"conflict since {case.first_year}: no trend foresees its course"
                issues.append(("conflict_gap", name, 0, "warning", text))
    return issues


def _jumps(total: NDArray[np.float64]) -> bool:
    positive = total[total > 0.0]
    size = np.abs(np.diff(np.log(positive)))
    return bool(len(size) and size.max() > np.log(WRONG_UNIT))
