"""Ethiopia's social accounting matrix for 2022: who is paid by which activity.

Labour is there as payments, not persons: 42 activities by three levels of schooling. The whole
matrix and the kinds of its accounts serve multipliers.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from skillsfc.errors import CoverageError, Problem, did_you_mean, listing
from skillsfc.schema import code_list, read_codes_file

SOURCE = "eth_sam_2022"
COUNTRIES = ("ETH",)
_BILLION = 1e9
# The file's name of an account starts with its kind; the words here are those of the literature.
_KINDS = {
    "Activities": "activity",
    "Commodities": "commodity",
    "Transaction costs": "margin",
    "Factors": "factor",
    "Enterprises": "enterprise",
    "Households": "household",
    "Government": "government",
    "Taxes": "tax",
    "Savings-investment": "capital",
    "Rest of world": "rest_of_world",
}
_UNIT = (
    "The file names no unit; its value added plus product taxes, 7416, fits Ethiopia's GDP of 2022 "
    "in billions of birr"
)


@cache
def _raw() -> pd.DataFrame:
    return read_codes_file("raw/eth_sam_2022/sam.csv.gz").set_index("Code")


@cache
def _matrix() -> pd.DataFrame:
    raw = _raw().drop(columns=_raw().columns[0])
    accounts = [code for code in raw.index if code != "total"]
    numbers = raw.loc[accounts, accounts].apply(pd.to_numeric).fillna(0.0)
    return (numbers * _BILLION).rename_axis(index="receives", columns="pays")


def social_accounting_matrix(country: str = "ETH") -> pd.DataFrame:
    """Return a country's matrix: what each account (row) receives from each account (column).

    It is square and wide because it is a matrix: for `skillsfc.multipliers`, not for `check`.

    Parameters
    ----------
    country : str
        Only Ethiopia has a matrix here [ISO alpha-3].

    Returns
    -------
    DataFrame
        107 x 107, index ``receives``, columns ``pays``, values [birr of 2022]. Accounts: 42
        activities, 42 commodities, transaction costs, 5 factors, enterprises, 10 groups of
        households, government, 3 taxes, savings-investment and the rest of the world. Each row sums
        to the same as its column. `social_accounts` says what each account is.

    Raises
    ------
    CoverageError
        If the country has no matrix here.

    Notes
    -----
    Two cells are negative: transport receives -43.0 billion from transaction costs, a residual of
    balancing, and savings receive -30.6 billion from government, its deficit.

    The file names no unit. Value added plus product taxes come to 7416, which fits the country's
    GDP of 2022 in billions of birr; values are multiplied by 10^9 on that ground.

    Examples
    --------
    >>> matrix = social_accounting_matrix()
    >>> matrix.shape, float((matrix.loc["flab-s", "aeduc"] / 1e9).round(2))
    ((107, 107), 64.24)
    """
    _known(country)
    return _matrix().copy()


def social_accounts(country: str = "ETH") -> pd.DataFrame:
    """Return the accounts of a country's matrix and their kinds, in the order of the matrix.

    Parameters
    ----------
    country : str
        Only Ethiopia has a matrix here [ISO alpha-3].

    Returns
    -------
    DataFrame
        ``account, kind, label``, the label in English. Kinds: activity, commodity, margin (trade
        and transport costs), factor, enterprise, household, government, tax, capital (savings and
        investment), rest_of_world.

    Raises
    ------
    CoverageError
        If the country has no matrix here.

    Examples
    --------
    >>> accounts = social_accounts()
    >>> accounts["kind"].value_counts(sort=False).head(4).to_dict()
    {'activity': 42, 'commodity': 42, 'margin': 1, 'factor': 5}
    >>> accounts[accounts["account"] == "flab-s"]["label"].item()
    'Labor - High (finished secondary and/or tertiary schooling)'
    """
    _known(country)
    names = _raw().iloc[:, 0].drop("total")
    parts = names.str.partition(" - ")
    return pd.DataFrame(
        {
            "account": names.index.to_numpy(),
            "kind": parts[0].map(_KINDS).to_numpy(),
            "label": parts[2].where(parts[2] != "", parts[0]).to_numpy(),
        }
    )


def _known(country: str) -> None:
    if country in COUNTRIES:
        return
    near = did_you_mean(country, COUNTRIES)
    step = "Give multipliers() a matrix of your own."
    problem = Problem("country", repr(country), f"one of {listing(COUNTRIES)}", near, step)
    raise CoverageError("social accounting matrix", [problem])


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
