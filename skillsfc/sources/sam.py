"""Ethiopia's social accounting matrix for 2022: who is paid by which activity.

Labour is there as payments, not persons: 42 activities by three levels of schooling. The whole
matrix serves multipliers.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from skillsfc.schema import code_list, read_codes_file

SOURCE = "eth_sam_2022"
_BILLION = 1e9
_UNIT = (
    "The file names no unit; its value added plus product taxes, 7416, fits Ethiopia's GDP of 2022 "
    "in billions of birr"
)


@cache
def _matrix() -> pd.DataFrame:
    raw = read_codes_file("raw/eth_sam_2022/sam.csv.gz").set_index("Code")
    raw = raw.drop(columns=raw.columns[0])
    accounts = [code for code in raw.index if code != "total"]
    numbers = raw.loc[accounts, accounts].apply(pd.to_numeric).fillna(0.0)
    return (numbers * _BILLION).rename_axis(index="receives", columns="pays")


def social_accounting_matrix() -> pd.DataFrame:
    """Return the whole matrix: what each account (row) receives from each account (column).

    It is square and wide because it is a matrix: for multipliers, not for `check`.

    Returns
    -------
    DataFrame
        107 x 107, index ``receives``, columns ``pays``, values [birr of 2022]. Accounts: 42
        activities, 42 commodities, transaction costs, 5 factors, enterprises, 10 groups of
        households, government, 3 taxes, savings-investment and the rest of the world. Each row sums
        to the same as its column.

    Notes
    -----
    The file names no unit. Value added plus product taxes come to 7416, which fits the country's
    GDP of 2022 in billions of birr; values are multiplied by 10^9 on that ground.

    Examples
    --------
    >>> matrix = social_accounting_matrix()
    >>> matrix.shape, float((matrix.loc["flab-s", "aeduc"] / 1e9).round(2))
    ((107, 107), 64.24)
    """
    return _matrix().copy()


def wage_bill() -> pd.DataFrame:
    """Return payments to labour by activity and level of schooling, Ethiopia 2022.

    Returns
    -------
    DataFrame
        126 rows: ``country, year, sector`` (code list ``eth_activity``), ``qualification`` (code
        list ``sam_education``), ``wage_bill`` [birr of 2022], ``unit, status, source, note``. It is
        modelled: matrices are balanced, and the income of farmers from their own work is in it.

    Examples
    --------
    >>> table = wage_bill()
    >>> (table.groupby("qualification")["wage_bill"].sum() / 1e9).round(1).to_dict()
    {'flab-n': 1676.7, 'flab-p': 326.7, 'flab-s': 412.4}
    """
    schooling, activities = code_list("sam_education")["code"], code_list("eth_activity")["code"]
    block = _matrix().loc[schooling, activities].T.rename_axis(index="sector", columns=None)
    long = block.reset_index().melt("sector", var_name="qualification", value_name="wage_bill")
    return (
        long.assign(country="ETH", year=2022)
        .sort_values(["sector", "qualification"], ignore_index=True)
        .assign(unit="national currency units", status="modelled", source=SOURCE, note=_UNIT)
    )[
        [
            "country",
            "year",
            "sector",
            "qualification",
            "wage_bill",
            "unit",
            "status",
            "source",
            "note",
        ]
    ]
