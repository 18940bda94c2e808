"""`example` and `Example`: the synthetic country as one frozen object, made lazily."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from skillsfc.errors import CoverageError, ParameterError, Problem, did_you_mean, listing
from skillsfc.sources.example import jobs, pathways, people, schooling, survey, training
from skillsfc.sources.example.contents import described, leaves, listed
from skillsfc.sources.example.derived import derived_truth
from skillsfc.sources.example.parameters import FIRST_YEAR, LAST_YEAR, Floats, stated_truth

WARNING = "SYNTHETIC data: Examplia is not a real country"
MOST_PERSONS = 5_000_000  # what one machine can hold; a typing slip should not exhaust it


@dataclass(frozen=True, eq=False, repr=False)
class Example:
    """Examplia (code XEX), a SYNTHETIC country of eight million people, 2004 to 2023.

    Each attribute named in `tables` is a table, made when first asked for; you get a copy. The
    parameters are the same for every seed (the seed draws the luck), and `truth` states them all.
    `describe` explains every column.

    Parameters
    ----------
    seed : int
        Seed of all random streams [0 or more].
    persons : int
        People in each of the five microdata files [1 to 5 million].

    Notes
    -----
    Within an occupation, age and sex, qualification and sector are independent of one another, so
    cohorts can be followed by occupation and sex, not inside a sector or a qualification. People
    are hired at ages below 40 only: from 40 on, the change of a cohort is its exits.

    Examples
    --------
    >>> import skillsfc as sf
    >>> examplia = sf.example(seed=1, persons=100)
    >>> examplia
    Examplia, seed 1, 100 persons a survey. SYNTHETIC data: Examplia is not a real country.
    Aggregate tables: population, mortality, fertility, net_migration, ...
    """

    seed: int
    persons: int
    _made: dict[str, pd.DataFrame] = field(default_factory=dict, init=False)

    @cached_property
    def _history(self) -> Floats:
        return people.population_history(self.seed)

    @cached_property
    def _people(self) -> Floats:
        return self._history[people.BURN_IN :].round()

    @cached_property
    def _jobs(self) -> jobs.Jobs:
        return jobs.make_jobs(self.seed)

    @cached_property
    def _activity(self) -> Floats:
        return jobs.activity_counts(self._jobs, self._people)

    @cached_property
    def _schools(self) -> schooling.Schools:
        return schooling.make_schools(self.seed, self._history)

    def table(self, name: str) -> pd.DataFrame:
        """Return one table by name, as a copy.

        Raises
        ------
        CoverageError
            If Examplia has no such table.

        Examples
        --------
        >>> import skillsfc as sf
        >>> len(sf.example(seed=1).table("employment_by_sector"))
        160
        """
        if name not in BUILDERS:
            problem = Problem(
                repr(name), "no such table", f"one of {listing(BUILDERS, 30)}",
                did_you_mean(name, BUILDERS),
            )  # fmt: skip
            raise CoverageError("Examplia", [problem])
        if name not in self._made:
            self._made[name] = BUILDERS[name](self)
        return self._made[name].copy()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name.

        Examples
        --------
        >>> import skillsfc as sf
        >>> len(sf.example(seed=1, persons=50).tables())
        20
        """
        return {name: self.table(name) for name in BUILDERS}

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in BUILDERS:
            near = did_you_mean(name, [*BUILDERS, "tables", "truth", "describe"])
            raise AttributeError(
                f"Examplia has no table {name!r}." + (f" Did you mean {near}?" if near else "")
            )
        return self.table(name)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *BUILDERS})

    @property
    def truth(self) -> dict[str, Any]:
        """Return all parameters behind the tables: topic, then name, then unit, meaning, value.

        The topic ``derived`` holds what follows from them, such as the NEET share; realised
        replacement demand is in the tables ``separations`` and ``hires``.
        """
        return {**stated_truth(), "derived": derived_truth(self._activity)}

    def truth_table(self) -> pd.DataFrame:
        """Return the truth as a table, one row a number.

        Returns
        -------
        DataFrame
            Columns ``topic, parameter, key, value, unit, meaning``; ``key`` joins the codes with a
            bar, ``value`` is a number or, where the parameter is a list of codes, text.

        Examples
        --------
        >>> import skillsfc as sf
        >>> rows = sf.example(seed=1).truth_table()
        >>> rows[rows["parameter"] == "sector_slope"].set_index("key").loc["A", "value"]
        -0.012
        """
        rows = [
            {"topic": topic, "parameter": name, "key": key, "value": number,
             "unit": known["unit"], "meaning": known["meaning"]}
            for topic, names in self.truth.items()
            for name, known in names.items()
            for key, number in leaves(known["value"])
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def describe(self, name: str | None = None) -> pd.DataFrame:
        """Return the meaning of every column of one table or of all.

        Parameters
        ----------
        name : str, optional
            A table of `tables`.

        Returns
        -------
        DataFrame
            Text columns ``table, column, meaning, unit, codes``.

        Raises
        ------
        CoverageError
            If Examplia has no such table.

        Examples
        --------
        >>> import skillsfc as sf
        >>> words = sf.example(seed=1).describe("spells").set_index("column")
        >>> words.loc["entry", "unit"]
        'months'
        """
        if name is not None and name not in BUILDERS:
            self.table(name)
        words = described()
        return words if name is None else words[words["table"] == name].reset_index(drop=True)

    def __repr__(self) -> str:
        kinds = listed().groupby("kind", sort=True)["table"].agg(", ".join)
        head = f"Examplia, seed {self.seed}, {self.persons} persons a survey. {WARNING}."
        return f"{head}\nAggregate tables: {kinds['aggregate']}\nMicrodata: {kinds['microdata']}"

    def _repr_html_(self) -> str:
        titles = listed()[["table", "kind", "title"]]
        body = titles.to_html(index=False, escape=True, border=0)
        return (
            f"<p><b>{html.escape(WARNING)}.</b> Examplia, {FIRST_YEAR} to {LAST_YEAR}, "
            f"seed {self.seed}, {self.persons} persons a survey.</p>{body}"
        )


BUILDERS: dict[str, Callable[[Example], pd.DataFrame]] = {
    "population": lambda e: people.population(e.seed),
    "mortality": lambda e: people.mortality(),
    "fertility": lambda e: people.fertility(),
    "net_migration": lambda e: people.net_migration(),
    "population_by_activity": lambda e: jobs.population_by_activity(e._activity),
    "employment": lambda e: jobs.employment(
        e._jobs, "sector", "occupation", "qualification", "sex", "age"
    ),
    "employment_by_sector": lambda e: jobs.employment(e._jobs, "sector"),
    "employment_by_occupation": lambda e: jobs.employment(e._jobs, "sector", "occupation"),
    "employment_by_qualification": lambda e: jobs.employment(
        e._jobs, "occupation", "qualification"
    ),
    "employment_by_age": lambda e: jobs.employment(e._jobs, "occupation", "sex", "age"),
    "separations": lambda e: jobs.flows(e._jobs.exits),
    "hires": lambda e: jobs.flows(e._jobs.hires),
    "enrolment": lambda e: schooling.pupils(e._schools.enrolled),
    "repeaters": lambda e: schooling.pupils(e._schools.repeaters),
    "graduates": lambda e: schooling.graduates(e.seed, e._schools),
    "labour_force_survey": lambda e: survey.labour_force_survey(
        e.seed, e.persons, people=e._people, activity=e._activity, cells=e._jobs.cells
    ),
    "labour_force_panel": lambda e: pathways.labour_force_panel(e.seed, e.persons),
    "spells": lambda e: pathways.spells(e.seed, e.persons),
    "tracer": lambda e: training.tracer(e.seed, e.persons),
    "apprentices": lambda e: training.apprentices(e.seed, e.persons),
}


def _whole(name: str, found: object, low: int, high: int | None) -> list[Problem]:
    wanted = f"a whole number from {low}" + (f" to {high}" if high else "")
    if isinstance(found, bool) or not hasattr(found, "__index__"):
        return [Problem(name, f"{found!r} ({type(found).__name__})", wanted)]
    number = int(found.__index__())
    if number < low or (high is not None and number > high):
        return [Problem(name, repr(number), wanted)]
    return []


def example(seed: int = 1, persons: int = 5000) -> Example:
    """Return Examplia, a SYNTHETIC country with every table and its truth.

    Use it to try the library without data and to test whether a model finds what is known to be
    there. Do not use it to say anything about a real country.

    Parameters
    ----------
    seed : int
        Seed; the same one gives the same tables [0 or more].
    persons : int
        People in each microdata file: survey respondents over all rounds, people with spells,
        graduates traced, apprentices [1 to 5 million]. Aggregate tables do not depend on it.

    Returns
    -------
    Example
        Its attributes are the tables, made when first asked for; ``truth`` states what is behind
        them, ``describe()`` what the columns mean.

    Raises
    ------
    ParameterError
        If an argument is not a whole number in its range.

    Examples
    --------
    >>> import skillsfc as sf
    >>> examplia = sf.example(seed=1)
    >>> examplia.employment_by_sector[["country", "year", "sector", "persons", "status"]].head(2)
      country  year sector   persons    status
    0     XEX  2004      A  594880.0  modelled
    1     XEX  2004      C  330581.0  modelled
    >>> examplia.truth["employment"]["sector_slope"]["value"]["A"]
    -0.012
    """
    problems = [*_whole("seed", seed, 0, None), *_whole("persons", persons, 1, MOST_PERSONS)]
    if problems:
        raise ParameterError("example", problems)
    return Example(int(seed), int(persons))
