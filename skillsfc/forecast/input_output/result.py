"""What `skillsfc.forecast.input_output.multipliers` returns, and the questions it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.input_output.inputs import Values, read_vector
from skillsfc.results import Result


@dataclass(frozen=True)
class MultiplierSettings:
    """Arguments of `multipliers`."""

    kind: str
    accounts: int
    money_unit: str
    negative: str
    tolerance: float


@dataclass(frozen=True, eq=False, repr=False)
class Multipliers(Result):
    """Outcome of `multipliers`.

    Parameters
    ----------
    leontief : DataFrame
        The inverse: row account's output for a unit of demand on the column account.
    coefficients : DataFrame
        What a unit of the column account's output buys from the row account.
    final_demand : Series
        Demand from outside by account: final demand (type1), without household consumption
        (type2), payments from accounts left outside (sam) [money].
    employment : DataFrame
        ``sector``, further keys, ``persons`` [persons], ``per_unit`` [persons per money]; empty
        without ``employment=``.
    by_kind : DataFrame
        ``sector``, the further keys of the employment table, ``employment_multiplier``: persons of
        each kind, wherever they work, for a unit of demand on that sector.
    units : mapping
        The unit of each column of ``.table``.
    """

    leontief: pd.DataFrame = field(default_factory=pd.DataFrame)
    coefficients: pd.DataFrame = field(default_factory=pd.DataFrame)
    final_demand: pd.Series = field(default_factory=pd.Series)
    employment: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_kind: pd.DataFrame = field(default_factory=pd.DataFrame)
    units: Mapping[str, str] = field(default_factory=dict)

    def output_of(self, final_demand: Values) -> pd.Series:
        """Return output by account for a final demand [money].

        Parameters
        ----------
        final_demand : Series or mapping
            Demand, or a change of it, by account [money of the table]; accounts not named get none.

        Raises
        ------
        TableError
            If an account is unknown, named twice, or its demand is not a number.
        """
        labels = list(self.leontief.index)
        demand, problems = read_vector(final_demand, labels, "final_demand", absent="zero")
        if problems:
            raise TableError("multipliers", problems)
        return pd.Series(self.leontief.to_numpy() @ demand, self.leontief.index, name="output")

    def employment_of(self, final_demand: Values) -> pd.DataFrame:
        """Return the persons whose work a final demand needs, where they work.

        Parameters
        ----------
        final_demand : Series or mapping
            Demand, or a change of it, by account [money of the table]; accounts not named get none.

        Returns
        -------
        DataFrame
            ``sector``, the further keys of the employment table, ``persons, unit, status, source``;
            below zero where demand falls.

        Raises
        ------
        ParameterError
            If the multipliers were made without employment.
        TableError
            If an account is unknown, named twice, or its demand is not a number.

        Examples
        --------
        >>> from skillsfc.forecast.input_output.multipliers import multipliers
        >>> made = multipliers(pd.DataFrame([[20.0, 30], [10, 60]], ["A", "B"], ["A", "B"]),
        ...     output={"A": 100.0, "B": 300.0}, employment={"A": 50.0, "B": 60.0})
        >>> made.employment_of({"B": 63.0})[["sector", "persons"]].round(6)
          sector  persons
        0      A      5.0
        1      B     16.0
        >>> float(made.employment_of(made.final_demand)["persons"].sum().round(6))
        110.0
        """
        if self.employment.empty:
            step = "Give employment= to multipliers()."
            raise ParameterError("employment_of", [Problem("employment", "none", next_step=step)])
        output = self.output_of(final_demand)
        persons = self.employment["per_unit"] * self.employment["sector"].map(output)
        return self.employment.drop(columns=["persons", "per_unit"]).assign(
            persons=persons.to_numpy(), unit="persons", status="modelled", source=self.source
        )

    def income_of(self, accounts: Sequence[str]) -> pd.DataFrame:
        """Return what some accounts receive for a unit of demand on each account.

        Use it for payments to labour by level of schooling in a social accounting matrix.

        Parameters
        ----------
        accounts : sequence of str
            The accounts that receive.

        Returns
        -------
        DataFrame
            ``account`` (where the unit is spent), ``receives, multiplier`` [money per money].

        Raises
        ------
        ParameterError
            If an account is not in the system.

        Examples
        --------
        >>> from skillsfc.forecast.input_output.multipliers import multipliers
        >>> made = multipliers(pd.DataFrame([[20.0, 30], [10, 60]], ["A", "B"], ["A", "B"]),
        ...     output={"A": 100.0, "B": 300.0})
        >>> (made.income_of(["A"])["multiplier"] * 0.63).round(6).tolist()
        [0.8, 0.1]
        """
        labels = list(self.leontief.index)
        wanted = [accounts] if isinstance(accounts, str) else list(accounts)
        unknown = [a for a in wanted if a not in labels]
        if unknown or not wanted:
            near = did_you_mean(unknown[0], labels) if unknown else ""
            found = f"not in the system: {listing(unknown)}" if unknown else "none named"
            problem = Problem("accounts", found, f"some of {listing(labels, 12)}", near)
            raise ParameterError("income_of", [problem])
        long = self.leontief.loc[wanted].T.rename_axis("account").reset_index()
        return long.melt("account", var_name="receives", value_name="multiplier")

    def to_long(self) -> pd.DataFrame:
        """Return the table with one row a value, for charts and files.

        Returns
        -------
        DataFrame
            ``sector`` (or account), ``indicator, value, unit, status, source``.

        Examples
        --------
        >>> from skillsfc.forecast.input_output.multipliers import multipliers
        >>> made = multipliers(pd.DataFrame([[20.0, 30], [10, 60]], ["A", "B"], ["A", "B"]),
        ...     output={"A": 100.0, "B": 300.0}, money_unit="million EUR")
        >>> made.to_long().round(4)[["sector", "indicator", "value", "unit"]]
          sector          indicator   value                         unit
        0      A  output_multiplier  1.4286  million EUR per million EUR
        1      B  output_multiplier  1.4286  million EUR per million EUR
        """
        place = self.table.columns[0]
        long = self.table.melt(
            [place, "status", "source"], list(self.units), "indicator", "value"
        ).rename(columns={place: "sector"})
        long["unit"] = long["indicator"].map(self.units)
        return long[["sector", "indicator", "value", "unit", "status", "source"]]

    @property
    def source(self) -> str:
        """Return the source that the table's rows name."""
        return str(self.table["source"].iloc[0])
