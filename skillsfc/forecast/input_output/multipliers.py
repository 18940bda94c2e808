"""Multipliers: what one unit of final demand makes of output, value added and employment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.input_output.accounts import accounting_system
from skillsfc.forecast.input_output.algebra import Array, leontief_inverse
from skillsfc.forecast.input_output.inputs import (
    Values,
    employment_notes,
    read_employment,
    read_flows,
    read_vector,
)
from skillsfc.forecast.input_output.result import Multipliers, MultiplierSettings
from skillsfc.forecast.input_output.systems import (
    HOUSEHOLDS,
    NEGATIVE,
    System,
    closed_system,
    open_system,
    productivity_problem,
)
from skillsfc.forecast.input_output.tables import (
    diagnostics_table,
    employment_by_kind,
    multiplier_notes,
    multiplier_table,
    unit_of,
)
from skillsfc.results import table_hash

# What each model needs, and what it may have; every other argument given is refused.
NEEDS = {"type1": ("output",), "type2": ("output", "wages", "consumption"), "sam": ("endogenous",)}
MAY_HAVE: dict[str, tuple[str, ...]] = {"type1": (), "type2": ("household_income",), "sam": ()}


def multipliers(
    io_table: pd.DataFrame,
    *,
    kind: str = "type1",
    output: Values | None = None,
    employment: Values | pd.DataFrame | None = None,
    value_added: Values | None = None,
    wages: Values | None = None,
    consumption: Values | None = None,
    household_income: float | None = None,
    endogenous: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    negative: str | None = None,
    tolerance: float = 1e-4,
    money_unit: str = "unit of the table",
    source: str = "table as given",
) -> Multipliers:
    """Measure what a unit of final demand makes of output, value added and employment.

    Use it to trace a known change of demand (an investment plan, an export contract) to the sectors
    and jobs behind it. Prices and techniques are fixed and capacity is idle: it is
    an upper estimate for an economy at full employment, and no forecast.

    Parameters
    ----------
    io_table : DataFrame
        Square table of flows, without totals: index = who sells or receives, columns = who buys or
        pays, the same labels in both [money]. For ``"sam"`` the whole matrix with all accounts.
    kind : {"type1", "type2", "sam"}
        Open model; closed by households, whose wages are spent again; social accounting matrix.
    output : Series or mapping
        Total output by sector, for type1 and type2 [money]. A sum of a table's domestic products
        is not always that output; take the output row itself.
    employment : Series, mapping or DataFrame, optional
        Persons by sector, or a tidy table ``sector, persons`` with further keys, such as occupation
        or qualification [persons]. For ``"sam"``, accounts without persons may be left out.
    value_added : Series or mapping, optional
        Value added by sector [money].
    wages, consumption : Series or mapping
        For type2: wages paid by each sector, household consumption of each sector's products
        [money].
    household_income : float, optional
        For type2: income of households; default: the wages [money].
    endogenous : mapping or sequence of str
        For sam: the accounts inside, as ``{group: accounts}``, the first group being the sectors
        that produce, or as a list.
    negative : {"refuse", "keep", "transpose"}, optional
        Flows below zero: an error, kept, or turned into a payment the other way round. Default:
        refuse, and keep in a social accounting matrix, where margins and subsidies can be negative.
    tolerance : float
        Rounding allowed where sums must agree [share of the larger sum].
    money_unit : str
        Name of the money unit, for labels, such as ``"million EUR"``.
    source : str
        Source of the table.

    Returns
    -------
    Multipliers
        ``.table``, one row a sector (``"sam"``: an account, column ``account``):
        ``output_multiplier``; with the inputs given ``value_added_direct, value_added_multiplier,
        value_added_type1_ratio`` [money per money]; ``employment_direct, employment_indirect,
        employment_induced`` (type2), ``employment_multiplier`` [persons per money],
        ``employment_type1_ratio, employment_type2_ratio, employment_sam_ratio``; for sam
        ``<group>_multiplier`` [money per money]; ``status, source``. There, ``indirect`` holds all
        later rounds, those of households too. More: see the class.

    Raises
    ------
    ParameterError
        If the kind or an account is unknown, or an argument is missing or of another kind.
    TableError
        If labels differ, a cell is missing or negative, output is zero or below intermediate sales,
        a matrix does not balance, or the economy uses up all it makes (Hawkins-Simon).

    Notes
    -----
    With flows Z, output x and final demand f: ``A = Z diag(x)^-1``, ``L = (I - A)^-1`` and
    ``x = L f``. Per unit of output, employment is ``e = E / x``; the employment multiplier is
    ``m = e' L`` and the type I ratio ``m / e``. Type II adds a row of wages and a column of
    consumption per unit of household income to A; its output multiplier sums the sectors' rows
    only. A social accounting matrix takes ``(I - A_n)^-1`` over the accounts named. Identity:
    ``m f`` is total employment.

    References
    ----------
    Miller & Blair (2009), Input-Output Analysis, 2nd edition, chapters 2, 6 and 11.
    DOI 10.1017/CBO9780511626982.
    Eurostat (2008), Eurostat Manual of Supply, Use and Input-Output Tables.

    Examples
    --------
    >>> flows = pd.DataFrame([[20.0, 30.0], [10.0, 60.0]], ["A", "B"], ["A", "B"])
    >>> made = multipliers(flows, output={"A": 100.0, "B": 300.0},
    ...                    employment={"A": 50.0, "B": 60.0}, money_unit="million")
    >>> columns = ["sector", "output_multiplier", "employment_multiplier", "employment_type1_ratio"]
    >>> made.table[columns].round(4)
      sector  output_multiplier  employment_multiplier  employment_type1_ratio
    0      A             1.4286                 0.6667                  1.3333
    1      B             1.4286                 0.3333                  1.6667
    """
    given = {
        "output": output,
        "wages": wages,
        "consumption": consumption,
        "household_income": household_income,
        "endogenous": endogenous,
    }
    sign = _check_arguments(kind, given, negative, tolerance)
    flows = read_flows(io_table)
    system = _system(flows, kind, given, sign, tolerance)
    radius = productivity_problem(system)
    inverse = leontief_inverse(system.coefficients)
    jobs = _employment(employment, system, kind)
    added = _value_added(value_added, system, kind)
    opened = _opened_inverse(system) if kind == "type2" else inverse
    table = multiplier_table(system, inverse, opened, jobs, added, kind)
    labels = pd.Index(system.labels)
    return Multipliers(
        table=table.assign(status="modelled", source=source),
        settings=MultiplierSettings(kind, len(labels), money_unit, sign, tolerance),
        diagnostics=diagnostics_table(system, inverse, jobs, radius),
        notes=multiplier_notes(system, inverse, jobs, kind, money_unit)
        + employment_notes(employment),
        provenance={"version": __version__, "seed": None, "inputs": _hashes(flows, employment)},
        leontief=pd.DataFrame(inverse, labels, labels),
        coefficients=pd.DataFrame(system.coefficients, labels, labels),
        final_demand=pd.Series(system.outside, labels, name="final_demand"),
        employment=jobs,
        by_kind=employment_by_kind(system, inverse, jobs),
        units={name: unit_of(name, money_unit) for name in table.columns[1:] if name != "group"},
    )


def _check_arguments(
    kind: str, given: Mapping[str, object], negative: str | None, tolerance: float
) -> str:
    """Refuse an unknown kind, and arguments that it lacks or has no use for."""
    if kind not in NEEDS:
        near = did_you_mean(kind, NEEDS)
        problem = Problem("kind", repr(kind), f"one of {listing(NEEDS)}", near)
        raise ParameterError("multipliers", [problem])
    named = [name for name, value in given.items() if value is not None]
    problems = [
        Problem(f"{name}=", "not given", f"it for kind={kind!r}")
        for name in NEEDS[kind]
        if name not in named
    ]
    useless = [name for name in named if name not in NEEDS[kind] + MAY_HAVE[kind]]
    problems += [
        Problem(f"{name}=", "given", f"none for kind={kind!r}", next_step="Leave it out.")
        for name in useless
    ]
    sign = negative or ("keep" if kind == "sam" else "refuse")
    if sign not in NEGATIVE:
        near = did_you_mean(sign, NEGATIVE)
        problems.append(Problem("negative", repr(sign), f"one of {listing(NEGATIVE)}", near))
    if not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        problems.append(Problem("tolerance", repr(tolerance), "a share from 0 to below 1"))
    if problems:
        raise ParameterError("multipliers", problems)
    return sign


def _system(
    flows: pd.DataFrame, kind: str, given: Mapping[str, Any], negative: str, tolerance: float
) -> System:
    if kind == "sam":
        return accounting_system(flows, given["endogenous"], negative=negative, tolerance=tolerance)
    opened = open_system(flows, given["output"], negative=negative, tolerance=tolerance)
    if kind == "type1":
        return opened
    productivity_problem(opened)
    return closed_system(
        opened, given["wages"], given["consumption"], given["household_income"], tolerance=tolerance
    )


def _opened_inverse(system: System) -> Array:
    """Return the inverse of the open model inside the closed one: households come last."""
    return leontief_inverse(system.coefficients[:-1, :-1])


def _employment(
    employment: Values | pd.DataFrame | None, system: System, kind: str
) -> pd.DataFrame:
    if employment is None:
        return pd.DataFrame()
    labels = [label for label in system.labels if kind == "sam" or label != HOUSEHOLDS]
    jobs, problems = read_employment(
        employment, labels, absent="zero" if kind == "sam" else "refuse"
    )
    if problems:
        raise TableError("multipliers", problems)
    totals = dict(zip(system.labels, system.totals, strict=True))
    return jobs.assign(per_unit=jobs["persons"] / jobs["sector"].map(totals))


def _value_added(value_added: Values | None, system: System, kind: str) -> Array | None:
    if value_added is None:
        return None
    absent = "zero" if kind == "sam" else "refuse"
    labels = [label for label in system.labels if kind == "sam" or label != HOUSEHOLDS]
    added, problems = read_vector(value_added, labels, "value_added", absent=absent)
    if problems:
        raise TableError("multipliers", problems)
    # Households make no value added of their own: wages are counted where they are paid.
    return np.append(added, np.zeros(len(system.labels) - len(labels))) / system.totals


def _hashes(flows: pd.DataFrame, employment: Values | pd.DataFrame | None) -> dict[str, str]:
    inputs = {"io_table": table_hash(flows.rename_axis("label").reset_index())}
    if employment is None:
        return inputs
    table = employment if isinstance(employment, pd.DataFrame) else pd.Series(employment).to_frame()
    return inputs | {"employment": table_hash(table)}
