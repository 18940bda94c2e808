"""What is wrong with a series, as a table: the findings that a forecast would act on."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skillsfc.forecast.preparation import prepare_series


def check_series(employment: pd.DataFrame, *, by: Sequence[str] | None = None) -> pd.DataFrame:
    """Return every finding on the series of a table: gaps, breaks, jumps, conflict, flat stretches.

    Use it before a forecast, to see what the forecast will leave out, flag or treat.

    Parameters
    ----------
    employment : DataFrame
        Tidy table ``year``, keys, ``persons`` [persons], ``unit, status, source``.
    by : sequence of str, optional
        Keys that tell series apart; the others are summed. Default: all keys but ``year``.

    Returns
    -------
    DataFrame
        ``rule, series, affected`` (number of values), ``severity`` (note or warning), ``text``;
        empty where nothing was found, which does not prove the series right.

    Raises
    ------
    TableError
        If the table is no valid yearly table of persons.
    CoverageError
        If it has no value.

    Examples
    --------
    >>> import skillsfc as sf
    >>> found = sf.check_series(sf.load_table("employment", country="MAR", source="pwt91"))
    >>> "break" in set(found["rule"])
    True
    """
    return prepare_series(employment, by=by).issues.copy()
