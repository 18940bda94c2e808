"""Structure of employment: where a country stands on the line sectors follow with income."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc.errors import CoverageError, Problem, TableError, listing
from skillsfc.results import Result, table_hash
from skillsfc.schema import refuse_other_than_table

LEAST_COUNTRIES = 20  # below this the line is a drawing, not an estimate
MOST_STEPS = 50  # six are enough where the shares differ
MOST_LOGIT = 30.0  # a share of 1e-13


@dataclass(frozen=True)
class StructureLineSettings:
    """Arguments of `estimate_structure_line`."""

    level: float


@dataclass(frozen=True, eq=False, repr=False)
class StructureLine(Result):
    """Outcome of `estimate_structure_line`: ``.table`` of countries, ``.line`` to draw."""

    line: pd.DataFrame = field(default_factory=pd.DataFrame)


def estimate_structure_line(
    shares: pd.DataFrame, income: pd.DataFrame, *, level: float = 0.8
) -> StructureLine:
    r"""Estimate how a sector's share of employment goes with income across countries.

    Use it to say whether agriculture employs more or fewer people than elsewhere at the same
    income. It compares countries at one time; it is no forecast of a country's own path.

    Parameters
    ----------
    shares : DataFrame
        ``country, year, share`` of one sector [0-1]; a country's last year is used.
    income : DataFrame
        ``country, year, usd``: GDP per head [PPP US dollars, one price base]; the year nearest to
        the share's is used.
    level : float
        Part of the countries that the band should hold [0-1].

    Returns
    -------
    StructureLine
        ``.table``: ``country, year, income_year, usd, share, expected, lower, upper, difference``
        (share minus expected) [share]. ``.line``: ``usd, expected, lower, upper`` on a grid of
        incomes.

    Raises
    ------
    CoverageError
        If fewer than 20 countries have both values.
    TableError
        If a country and year is given twice.

    Notes
    -----
    Fractional logit (Papke & Wooldridge 1996): :math:`E[s|y] = 1 / (1 + exp(-(a + b \ln y)))`, by
    quasi-likelihood with robust standard errors, so shares of 0 stay in. The band takes the
    empirical quantiles of the Pearson residuals :math:`(s - p) / \sqrt{p (1 - p)}`.

    References
    ----------
    Papke, L. E. and Wooldridge, J. M. (1996), Econometric methods for fractional response
    variables with an application to 401(k) plan participation rates. Journal of Applied
    Econometrics 11, 619-632.

    Examples
    --------
    >>> import skillsfc as sf
    >>> shares = sf.load_table("employment_by_sector", source="factbook")
    >>> income = sf.load_table("gdp_per_capita", source="factbook")
    >>> line = sf.estimate_structure_line(
    ...     shares[shares["sector"] == "AGR"], income[income["vintage"] == 2015])
    >>> bool(line.diagnostics["slope"].item() < 0)
    True
    """
    both = _nearest_income(shares, income)
    if len(both) < LEAST_COUNTRIES:
        raise CoverageError(
            "structure line",
            [Problem("countries", f"{len(both)} with both share and income", f"{LEAST_COUNTRIES}")],
        )
    design = _design(both["usd"])
    params, errors = fit_fractional_logit(both["share"].to_numpy(), design)
    expected = pd.Series(_expected(design, params), index=both.index)
    pearson = (both["share"] - expected) / np.sqrt(expected * (1 - expected))
    cuts = np.quantile(pearson, [(1 - level) / 2, (1 + level) / 2])
    table = _with_band(both.assign(expected=expected), cuts)
    table["difference"] = table["share"] - table["expected"]
    grid = np.geomspace(both["usd"].min(), both["usd"].max(), 60)
    line = pd.DataFrame({"usd": grid, "expected": _expected(_design(grid), params)})
    quality = {
        "countries": len(both),
        "intercept": params[0],
        "slope": params[1],
        "slope_se": errors[1],
        "correlation": float(np.corrcoef(expected, both["share"])[0, 1]),
    }
    return StructureLine(
        table=table,
        settings=StructureLineSettings(level),
        diagnostics=pd.DataFrame([quality]),
        notes=(
            f"{len(both)} countries, each at the year of its own latest value; "
            "no country path is implied.",
        ),
        provenance={"shares": table_hash(shares), "income": table_hash(income)},
        line=_with_band(line, cuts),
    )


def fit_fractional_logit(shares: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Fit a logit of shares by quasi-likelihood; return parameters and robust standard errors.

    statsmodels' ``GLM`` with ``cov_type="HC0"`` gives the same and is what the tests compare with.
    It is not called because its import takes longer than a tenth of a whole report, while the
    model has one well-known algorithm of a few lines.

    Parameters
    ----------
    shares : array of shape (n,)
        Shares [0-1].
    design : array of shape (n, k)
        Explaining columns, the constant among them.

    Returns
    -------
    tuple of arrays of shape (k,)
        Parameters and their standard errors.

    Notes
    -----
    Newton steps :math:`b \leftarrow b + H^{-1} X'(s - p)` with :math:`H = X' diag(p (1 - p)) X`.
    The covariance is :math:`H^{-1} X' diag((s - p)^2) X H^{-1}`.

    Examples
    --------
    >>> columns = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> params, _ = fit_fractional_logit(np.array([0.5, 0.5, 0.5, 0.5]), columns)
    >>> bool(np.allclose(params, 0))
    True
    """
    # From shares drawn half-way to a half, so that the first step is never a leap to 0 or 1.
    middle = (shares + 0.5) / 2
    params = np.linalg.lstsq(design, np.log(middle / (1 - middle)), rcond=None)[0]
    for _ in range(MOST_STEPS):
        fitted = _expected(design, params)
        inverse = np.linalg.pinv(design.T @ (design * (fitted * (1 - fitted))[:, None]))
        step = inverse @ (design.T @ (shares - fitted))
        params = params + step
        if np.abs(step).max() < 1e-10:
            break
    scores = design * (shares - _expected(design, params))[:, None]
    return params, np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))


def _expected(design: np.ndarray, params: np.ndarray) -> np.ndarray:
    # Never exactly 0 or 1, where a residual could not be put in units of its spread.
    share: np.ndarray = 1 / (1 + np.exp(-np.clip(design @ params, -MOST_LOGIT, MOST_LOGIT)))
    return share


def _design(usd: pd.Series | np.ndarray) -> np.ndarray:
    """Return the columns of the line: a constant and the log of income."""
    logs = np.log(np.asarray(usd, dtype=float))
    return np.column_stack([np.ones_like(logs), logs])


def _nearest_income(shares: pd.DataFrame, income: pd.DataFrame) -> pd.DataFrame:
    """Join each country's last share with its income of the nearest year."""
    _refuse_without_columns(shares, income)
    known = shares[["country", "year", "share"]].dropna()
    money = income.loc[income["usd"] > 0, ["country", "year", "usd"]].dropna()
    for name, table in (("shares", known), ("income", money)):
        twice = table.duplicated(["country", "year"])
        if twice.any():
            where = " ".join(map(str, table.loc[twice, ["country", "year"]].iloc[0]))
            raise TableError(
                f"structure line, {name}",
                [Problem(where, "given twice", "one value a country and year")],
            )
    last = known.sort_values("year").drop_duplicates("country", keep="last")
    pairs = last.merge(money.rename(columns={"year": "income_year"}), on="country")
    pairs["_apart"] = (pairs["income_year"] - pairs["year"]).abs()
    nearest = pairs.sort_values(["country", "_apart", "income_year"]).drop_duplicates("country")
    return nearest.drop(columns="_apart").reset_index(drop=True)


def _refuse_without_columns(shares: pd.DataFrame, income: pd.DataFrame) -> None:
    problems = []
    for name, table, measure in (("shares", shares, "share"), ("income", income, "usd")):
        refuse_other_than_table(table, f"structure line, {name}")
        lost = [column for column in ("country", "year", measure) if column not in table]
        if lost:
            problems.append(Problem(f"table of {name}", f"missing: {listing(lost)}", "all of them"))
    if problems:
        raise TableError("structure line", problems)


def _with_band(table: pd.DataFrame, cuts: np.ndarray) -> pd.DataFrame:
    spread = np.sqrt(table["expected"] * (1 - table["expected"]))
    low = (table["expected"] + cuts[0] * spread).clip(0, 1)
    high = (table["expected"] + cuts[1] * spread).clip(0, 1)
    return table.assign(lower=low, upper=high)
