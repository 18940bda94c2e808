"""`reconcile`: forecasts of totals and parts, made separately, brought into agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.coherence.batches import SUBJECT, Forecasts, read_forecasts
from skillsfc.forecast.coherence.covariance import LEARNT, METHODS
from skillsfc.forecast.coherence.levels import TOTAL, level_name, parse_levels, split_levels
from skillsfc.forecast.coherence.methods import ReconciledArrays, reconcile_arrays
from skillsfc.forecast.coherence.past_errors import PastErrors, errors_of, read_errors
from skillsfc.forecast.coherence.reporting import (
    coherence_notes,
    level_diagnostics,
    reconciled_rows,
)
from skillsfc.forecast.coherence.structure import Level
from skillsfc.results import Result, table_hash
from skillsfc.schema import key_columns

THOUSANDS = (500.0, 2000.0)  # an aggregate so many times its cells is in another unit


@dataclass(frozen=True)
class ReconcileSettings:
    """Arguments of `reconcile`."""

    spec: tuple[str, ...]
    method: str
    nonnegative: bool
    centre: bool


@dataclass(frozen=True, eq=False, repr=False)
class Reconciled(Result):
    """Outcome of `reconcile`.

    Parameters
    ----------
    adjustments : DataFrame
        ``keys, before, after, change`` [unit of the measure]: what was done to every forecast.
    """

    adjustments: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def bottom(self) -> pd.DataFrame:
        """The bottom level alone: a table of parts without totals, which `sf.check` accepts."""
        return self.aggregate(self.settings.spec[-1])  # type: ignore[attr-defined]

    def aggregate(self, level: str | Sequence[str]) -> pd.DataFrame:
        """Return one level as a tidy table, without the keys that it sums over.

        Parameters
        ----------
        level : str or sequence of str
            A level of the specification, such as ``"sector"`` or ``("sector",)``.

        Raises
        ------
        ParameterError
            If the specification has no such level.
        """
        spec: tuple[str, ...] = self.settings.spec  # type: ignore[attr-defined]
        levels = parse_levels(spec)
        text = level if isinstance(level, str) else level_name(tuple(level))
        wanted = set() if text == TOTAL else set(text.split("/"))
        parts, _ = split_levels(self.table, levels, "table")
        for part, known in zip(parts, levels, strict=True):
            if set(known) == wanted:
                return part.reset_index(drop=True)
        problem = Problem("level", repr(level), f"one of {listing(spec)}", did_you_mean(text, spec))
        raise ParameterError("aggregate", [problem])


def reconcile(
    forecasts: pd.DataFrame,
    *,
    spec: Sequence[str | Sequence[str]],
    method: str = "wls_struct",
    nonnegative: bool = True,
    residuals: pd.DataFrame | None = None,
    centre: bool = True,
) -> Reconciled:
    r"""Make forecasts of totals and of their parts agree, with as little change as possible.

    Use it when a total, sectors and occupations within sectors were forecast separately and do not
    add up. It needs a forecast of every bottom cell; it does not make cells from totals (for that,
    see `sf.balance`), and it cannot mend forecasts that are all biased the same way.

    Parameters
    ----------
    forecasts : DataFrame
        Tidy table of ``persons`` [persons] with ``unit, status, source``: the rows of all levels
        under one another, as ``pd.concat`` of their forecasts gives them. A key that a row sums
        over is empty there, or says ``total`` (for sex, ``T``): one way in each column. Any other
        keys (country, year, scenario, level) separate reconciliations of their own; ``model`` does
        so only where a node has forecasts of several models.
    spec : sequence
        The levels: ``"total"`` or ``()``, ``"sector"`` or ``("sector",)``, ``"sector/occupation"``
        or ``("sector", "occupation")``. One of them has all keys: the bottom. Trees and grouped
        structures alike.
    method : {"wls_struct", "ols", "wls_var", "mint_shrink", "bottom_up"}
        Which forecasts to trust. ``bottom_up``: the bottom cells alone. ``ols``: all the same.
        ``wls_struct``: error variance in proportion to the number of cells in a node.
        ``wls_var``: variances of past errors. ``mint_shrink``: their covariances too, shrunken.
    nonnegative : bool
        Whether no cell may fall below 0: the exact quadratic programme, not a cut.
    residuals : DataFrame, optional
        For the last two methods: errors of the same nodes in past years, [persons], in a column
        ``error``, or ``persons`` beside ``actual`` (`sf.backtest(...).errors` of one model).
    centre : bool
        Whether the mean error of each node is taken off before variances are taken.

    Returns
    -------
    Reconciled
        ``.table``: the rows of the input with coherent values, every aggregate the sum of its
        cells; an aggregate without forecast of its own is added. ``lower`` and ``upper`` move by
        the same factor as the value. ``.bottom`` and ``.aggregate(level)`` give single levels.
        ``.adjustments``: see the class. ``.diagnostics``: one row a level and column, ``nodes,
        gap_before, gap_after`` (largest difference between an aggregate and the sum of its cells),
        ``change`` (sum of absolute changes), ``negative`` (forecasts below 0), ``held`` (cells at
        0), ``rounds, optimality, shrinkage``.

    Raises
    ------
    ParameterError
        If the specification or the method is not one, or a method lacks its residuals.
    TableError
        If rows belong to no level, totals are marked in two ways, values are missing, nodes lack in
        some years, aggregates have no cells, a node stands twice, or units are mixed.
    CoverageError
        If a node has no past error, or fewer than 3 years have one for every node.

    Notes
    -----
    With base forecasts :math:`\hat y`, their error covariance W and the summing matrix S:

    .. math:: \tilde y = S (S' W^{-1} S)^{-1} S' W^{-1} \hat y

    the nearest coherent point in the metric of W, which leaves coherent forecasts as they are. A
    combination of codes without a row is a structural zero: it does not exist, and stays so. A row
    with the forecast 0 is an ordinary forecast. Trees take time in proportion to their nodes.

    References
    ----------
    Wickramasuriya, Athanasopoulos & Hyndman (2019), Optimal forecast reconciliation for
    hierarchical and grouped time series through trace minimization, J. Am. Stat. Assoc. 114,
    804-819, doi:10.1080/01621459.2018.1448825. Non-negative: Wickramasuriya, Turlach & Hyndman
    (2020), Stat. Comput. 30, 1167-1182, doi:10.1007/s11222-020-09930-0.

    Examples
    --------
    >>> import pandas as pd
    >>> base = pd.DataFrame({"sector": [None, "A", "C"], "year": 2030, "persons": [120.0, 30, 60],
    ...                      "unit": "persons", "status": "projected", "source": "made up"})
    >>> made = reconcile(base, spec=["total", "sector"], method="ols")
    >>> made.table["persons"].round(6).tolist()
    [110.0, 40.0, 70.0]
    >>> made.adjustments["change"].round(6).tolist()
    [-10.0, 10.0, 10.0]
    """
    levels = parse_levels(spec)
    _check_arguments(method, nonnegative, centre, residuals)
    read = read_forecasts(forecasts, levels)
    _refuse_other_units(read)
    past = None
    if method in LEARNT and residuals is not None:
        places = list(read.batches[0].place)
        past = read_errors(residuals, levels, places)
    made, left_out = [], 0
    for batch in read.batches:
        errors, lost = errors_of(past, batch) if past is not None else (None, 0)
        left_out += lost
        made.append(
            reconcile_arrays(
                batch.base,
                batch.structure,
                method=method,
                errors=errors,
                nonnegative=nonnegative,
                centre=centre,
            )
        )
    return _result(
        forecasts, levels, read, made, (method, nonnegative, centre), residuals, past, left_out
    )


def _check_arguments(
    method: object, nonnegative: object, centre: object, residuals: object
) -> None:
    problems = []
    if not isinstance(method, str) or method not in METHODS:
        guess = did_you_mean(method, METHODS)
        problems.append(Problem("method", repr(method), f"one of {listing(METHODS)}", guess))
    elif method in LEARNT and residuals is None:
        step = "Give residuals=sf.backtest(...).errors, or use 'wls_struct', which needs none."
        problems.append(Problem("residuals", "None", f"past errors for {method!r}", next_step=step))
    for name, value in (("nonnegative", nonnegative), ("centre", centre)):
        if not isinstance(value, bool | np.bool_):
            problems.append(Problem(name, repr(value), "True or False"))
    if problems:
        raise ParameterError("reconcile", problems)


def _refuse_other_units(read: Forecasts) -> None:
    """Refuse levels that are a thousand times the sum of their cells, or a thousandth of it."""
    problems = []
    for batch in read.batches:
        structure = batch.structure
        sums = structure.matrix @ batch.base[structure.aggregates :]
        for place, level in enumerate(structure.levels[:-1]):
            part = slice(structure.starts[place], structure.starts[place] + structure.sizes[place])
            own = batch.base[part]
            known = np.isfinite(own)
            below = np.abs(sums[part][known]).sum()
            ratio = np.abs(own[known]).sum() / below if below > 0 else 1.0
            times = max(ratio, 1.0 / ratio) if ratio > 0 else 1.0
            if THOUSANDS[0] <= times <= THOUSANDS[1]:
                where = " ".join([f"level {level_name(level)!r}", *map(str, batch.place.values())])
                found = f"{ratio:.4g} times the sum of its cells"
                step = "Is one of them in thousands? Persons are persons everywhere."
                problems.append(Problem(where, found, "the same unit", next_step=step))
    if problems:
        raise TableError(SUBJECT, problems)


def _result(
    forecasts: pd.DataFrame,
    levels: Sequence[Level],
    read: Forecasts,
    made: list[ReconciledArrays],
    arguments: tuple[str, bool, bool],
    residuals: pd.DataFrame | None,
    past: PastErrors | None,
    left_out: int,
) -> Reconciled:
    method, nonnegative, centre = arguments
    rows = reconciled_rows(read, made)
    measure = read.measure
    ends = [end for end in ("lower", "upper") if end in rows]
    keys = key_columns(rows)
    adjusted = rows[[*keys, "_before", measure]].rename(
        columns={"_before": "before", measure: "after"}
    )
    spec = tuple(level_name(level) for level in sorted(levels, key=len))
    inputs = {"forecasts": forecasts} | ({"residuals": residuals} if past is not None else {})
    notes = coherence_notes(read, made, arguments, past, left_out, bool(ends))
    if residuals is not None and past is None:
        notes = (*notes, f"The residuals given were not used: {method} does not learn from errors.")
    return Reconciled(
        table=rows.drop(columns="_before"),
        settings=ReconcileSettings(spec, method, bool(nonnegative), bool(centre)),
        diagnostics=level_diagnostics(read, made),
        notes=notes,
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {name: table_hash(table) for name, table in inputs.items()},
        },
        adjustments=adjusted.assign(change=adjusted["after"] - adjusted["before"]),
    )
