"""`forecast_shares`: shares of occupations or qualifications to a calendar year, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skillsfc import __version__
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.forecast.shares.arguments import Asked, read_arguments, read_years
from skillsfc.forecast.shares.cells import Cells, close_cells
from skillsfc.forecast.shares.models import fit_shares
from skillsfc.forecast.shares.origins import taught_at
from skillsfc.forecast.shares.rounds import Array, prepare_rounds
from skillsfc.forecast.shares.samples import effective_respondents, read_factors
from skillsfc.forecast.shares.spread import Spread
from skillsfc.forecast.shares.tabulation import (
    diagnostics_table,
    forecast_table,
    history_table,
    notes_of,
)
from skillsfc.results import Result, table_hash


@dataclass(frozen=True)
class ShareForecastSettings:
    """Arguments of `forecast_shares`, with the values of the assumptions that were used."""

    horizon: int
    by: str
    within: tuple[str, ...]
    method: str
    anchor: str
    damping: float
    shrink: bool
    zeros: str
    absent: str
    reference: str
    levels: tuple[float, ...]
    drift: float
    trend: float
    zero_constant: float
    design_effect: float
    draws: int
    seed: int


@dataclass(frozen=True, eq=False, repr=False)
class ShareForecast(Result):
    """Outcome of `forecast_shares`.

    Parameters
    ----------
    history : DataFrame
        ``keys, year, share, unit, status, source``: the shares used.
    issues : DataFrame
        ``rule, series, affected, severity, text``: what was found and done.
    years : ndarray of int
        Forecast years [year].
    within_labels : list of tuple
        Wholes, in the order of `simulate`.
    by_labels : list of str
        Categories, in the order of `simulate`.
    spread : Spread
        What the draws are made of.
    """

    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: pd.DataFrame = field(default_factory=pd.DataFrame)
    years: NDArray[np.int64] = field(default_factory=lambda: np.array([], dtype=np.int64))
    within_labels: list[tuple[str, ...]] = field(default_factory=list)
    by_labels: list[str] = field(default_factory=list)
    spread: Spread | None = None

    @property
    def centre(self) -> Array:
        """Return the shares that draws lie around (years, within, by)."""
        assert self.spread is not None  # noqa: S101  (set by forecast_shares, never by a user)
        return self.spread.path

    def simulate(
        self,
        draws: int,
        rng: np.random.Generator,
        *,
        parts: Sequence[str] = ("trend", "sampling"),
    ) -> Array:
        """Return draws of the shares (draws, years, within, by); each closes to 1.

        Parameters
        ----------
        draws : int
            Number of draws.
        rng : numpy Generator
            The stream to draw from.
        parts : sequence of str
            What is drawn: ``trend`` (level, trend and drift), ``sampling`` (the last survey).

        Examples
        --------
        >>> t = pd.DataFrame({"year": [2019, 2019], "sex": ["F", "M"], "persons": [30.0, 70],
        ...     "unit": "persons", "status": "observed", "source": "mine"})
        >>> made = forecast_shares(t, by="sex", horizon=2021)
        >>> made.simulate(3, np.random.default_rng(1)).shape
        (3, 2, 1, 2)
        """
        assert self.spread is not None  # noqa: S101  (set by forecast_shares, never by a user)
        rows = range(len(self.within_labels))
        return np.stack([self.spread.draw(row, draws, rng, parts) for row in rows], axis=2)


def forecast_shares(
    table: pd.DataFrame,
    *,
    horizon: int = 2035,
    by: str = "occupation",
    within: str | Sequence[str] | None = None,
    method: str = "alr",
    peers: pd.DataFrame | None = None,
    shrink: bool = True,
    change_factors: pd.DataFrame | Mapping[str, float] | None = None,
    zeros: str = "add",
    absent: str = "missing",
    reference: str | None = None,
    anchor: str | None = None,
    damping: float | None = None,
    levels: Sequence[float] = (0.8, 0.95),
    sample_size: float | pd.DataFrame | None = None,
    design_effect: float | None = None,
    drift: float | None = None,
    draws: int = 500,
    seed: int = 1,
) -> ShareForecast:
    r"""Forecast shares that close to 1, such as occupations within sectors, with intervals.

    Use it on two to six survey rounds of uneven years, or on long series. One round gives constant
    shares and a band. ``method="auto"`` is the one to use where nothing speaks for another: in
    back-tests on real tables it was better than constant shares or as good, while plain lines
    through few rounds were much worse (see `backtest_shares`). Do not use it across a change of
    classification: convert the codes before.

    Parameters
    ----------
    table : DataFrame
        Tidy table ``year``, the key ``by``, other keys, and ``persons`` [persons] or ``share``
        [0-1], with ``unit, status, source``.
    horizon : int
        Last calendar year to forecast [year].
    by : str
        Key whose codes share a whole.
    within : str or sequence of str, optional
        Keys that the table must have. Every other key of the table (country, sex) tells wholes
        apart as well; sum over a key before to be rid of it.
    method : str
        ``alr`` (line through additive log-ratios), ``mnl`` (multinomial logit on time),
        ``logistic``, ``linear`` (cut at 0 and closed), ``constant``, ``change_factor``, or
        ``auto``: from the last round, the log-ratio trend drawn towards none by its own error.
    peers : DataFrame, optional
        The same for other countries. They teach trends and drift; none is forecast.
    shrink : bool
        Whether trends are drawn to those of the other wholes of the country and of the peers
        (3 or more wholes; not for ``linear``).
    change_factors : DataFrame or mapping, optional
        For ``change_factor``: code to ratio, or a table with ``index`` [ratio]. Without it the mean
        trend of peers and of the wholes of the country.
    zeros : {"add", "structural", "refuse"}
        Treatment of empty cells where logarithms are needed; see Notes.
    absent : {"missing", "zero"}
        What it means that a category has no row in a round.
    reference : str, optional
        Category that trends in ``.diagnostics`` are relative to. Changes no share.
    anchor : {"line", "last"}, optional
        Start from the fitted line or from the last round. Default ``last`` for ``auto``.
    damping : float, optional
        Part of a yearly change that is left a year later [0-1]. Default 1, for ``auto`` the
        assumption ``share_trend_damping``.
    levels : sequence of float
        Coverage of the intervals [0-1].
    sample_size : float or DataFrame, optional
        Employed respondents of a round: of one country's survey (table of persons; split by
        persons), of each whole (table of shares), or a table of ``persons`` by keys.
    design_effect : float, optional
        Variance over that of a simple random sample [ratio]. Default: the assumption.
    drift : float, optional
        Standard deviation of the drift of log-ratios [per square root of year] where rounds do not
        tell it. Default: the assumption ``occupation_share_drift``.
    draws : int
        Draws behind the bands.
    seed : int
        Seed of the draws.

    Returns
    -------
    ShareForecast
        ``.table``: keys, ``year, level, share, lower, upper`` [0-1], ``model, unit, status,
        source``; ``.simulate`` draws. ``.diagnostics``: keys, ``rounds, first_round, last_round,
        base_share, trend`` [log-ratio to the reference per year], ``trend_error, own_weight,
        drift``. Further tables: see the class.

    Raises
    ------
    TableError
        If the table is invalid, shares do not sum to 1, or ``zeros="refuse"`` meets an empty cell.
    ParameterError
        If an argument is unknown or out of range.
    CoverageError
        If no round is left.

    Notes
    -----
    Additive log-ratios: :math:`\ln(s_o/s_{ref}) = a_o + b_o t` by least squares, which gives the
    same shares for every reference. ``auto`` takes
    :math:`\ln s_o(T) = \ln s_o(t_L) + w_o b_o \sum_{i=1}^{T-t_L} \phi^i`, closed, with
    :math:`w_o = \tau^2 / (\tau^2 + v_o)`, :math:`v_o` the variance of the trend under a random-walk
    drift and :math:`\tau` the assumption ``occupation_share_trend``.

    Empty cells: ``add`` adds ``share_zero_constant`` to a whole that has one, in equal parts to its
    categories, before logarithms (constant shares, straight lines and change factors take none and
    leave 0 as it is; from the last round on only empty cells are raised); ``structural`` leaves a
    category empty that is empty in every round. Missing is never zero.

    Bands are quantiles of draws: error of trend and level, drift as a random walk with a variance
    that is itself uncertain, and sampling of the base (Dirichlet) if ``sample_size`` is given. For
    ``linear`` and ``logistic`` the errors are those of the line through the log-ratios.

    References
    ----------
    Aitchison (1986), The Statistical Analysis of Compositional Data, chapters 6-7.
    Morris (1983), Parametric Empirical Bayes Inference, JASA 78(381), 47-55.

    Examples
    --------
    >>> shares = [(.50, .30, .20), (.48, .31, .21), (.46, .32, .22), (.45, .32, .23)]
    >>> t = pd.DataFrame([{"year": 2000 + k, "occupation": str(o + 1), "share": s}
    ...     for k, row in enumerate(shares) for o, s in enumerate(row)]).assign(
    ...     unit="share", status="observed", source="made up")
    >>> made = forecast_shares(t, horizon=2008, method="alr", levels=(0.8,))
    >>> made.table.loc[made.table["year"] == 2008, "share"].round(4).tolist()
    [0.3644, 0.3524, 0.2832]
    """
    asked = read_arguments(method, anchor, damping, shrink, zeros, absent, levels, design_effect,
                           drift, draws, seed)  # fmt: skip
    rounds = prepare_rounds(table, by=by, within=within)
    cells = close_cells(rounds, zeros=zeros, absent=absent, constant=asked.constant)
    years = read_years(horizon, cells)
    respondents = effective_respondents(cells, sample_size, asked.design_effect)
    taught = None
    if peers is not None:
        others = prepare_rounds(peers, by=by, subject="table of peers").on(cells.rounds.labels)
        taught = taught_at(others, cells, int(others.years[-1]), asked)
    factors = read_factors(change_factors, cells.rounds, cells.rounds.years[cells.last], years)
    fitted = fit_shares(cells, years, asked.choices, respondents=respondents, peers=taught,
                        factors=factors)  # fmt: skip
    chosen = asked.reference(reference, cells)
    given = {"table": table, "peers": peers}
    tabled = {k: v for k, v in (("change_factors", change_factors), ("sample_size", sample_size))
              if isinstance(v, pd.DataFrame)}  # fmt: skip
    inputs = {k: table_hash(v) for k, v in {**given, **tabled}.items() if v is not None}
    issues = pd.DataFrame([*cells.issues, *fitted.issues], columns=ISSUE_COLUMNS)
    return ShareForecast(
        table=forecast_table(cells, fitted, years, asked),
        settings=_settings(asked, int(horizon), cells, chosen),
        diagnostics=diagnostics_table(cells, fitted, chosen),
        notes=notes_of(cells, fitted, asked, respondents, peers is not None, factors is not None),
        provenance={"version": __version__, "seed": asked.seed, "inputs": inputs},
        history=history_table(cells),
        issues=issues.sort_values(["series", "rule"], ignore_index=True, kind="stable"),
        years=years,
        within_labels=cells.rounds.codes,
        by_labels=list(cells.rounds.labels),
        spread=fitted.spread,
    )


def _settings(asked: Asked, horizon: int, cells: Cells, reference: str) -> ShareForecastSettings:
    choices = asked.choices
    return ShareForecastSettings(
        horizon=horizon,
        by=cells.rounds.by,
        within=tuple(cells.rounds.keys.columns),
        method=choices.method,
        anchor=choices.anchor,
        damping=choices.damping,
        shrink=choices.shrink,
        zeros=asked.zeros,
        absent=asked.absent,
        reference=reference,
        levels=asked.levels,
        drift=choices.drift,
        trend=choices.trend,
        zero_constant=asked.constant,
        design_effect=asked.design_effect,
        draws=asked.draws,
        seed=asked.seed,
    )
