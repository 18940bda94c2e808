"""Everything embedded about one country, and what is missing with the command that fetches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from skillsfc.countries import country_code, list_countries
from skillsfc.errors import CoverageError
from skillsfc.schema import code_list, key_columns, read_codes_file
from skillsfc.sources.catalog import list_tables, load_table
from skillsfc.sources.example.country import WARNING, example

SYNTHETIC = "XEX"
FEWEST_PEERS = 4  # a region with fewer countries makes no median; all partners are taken


@dataclass(frozen=True, eq=False, repr=False)
class CountryData:
    """The embedded tables of one country, from the best-ranked source of each.

    Parameters
    ----------
    country : str
        ISO alpha-3 code.
    name : str
        English name.
    tables : mapping of str to DataFrame
        Tidy tables by name; only those that have the country.
    coverage : DataFrame
        What there is: one row per table and source.
    missing : DataFrame
        What there is not: ``question, table, dataset, producer, command``.
    """

    country: str
    name: str
    tables: Mapping[str, pd.DataFrame]
    coverage: pd.DataFrame
    missing: pd.DataFrame

    def __repr__(self) -> str:
        return f"{self.name} ({self.country}): {len(self.tables)} embedded tables"

    def has(self, *names: str) -> bool:
        """Return whether every named table is there."""
        return all(name in self.tables for name in names)

    def get(self, name: str, *, source: str | None = None) -> pd.DataFrame | None:
        """Return a table, or None where the country is not in it."""
        if source is None:
            found = self.tables.get(name)
            return None if found is None else found.copy()
        try:
            return load_table(name, country=self.country, source=source)
        except CoverageError:
            return None

    def newest(self, name: str) -> pd.DataFrame | None:
        """Return the national rows of the source with the latest year."""
        entries = self.coverage[self.coverage["table"] == name].sort_values("last_year")
        if entries.empty:
            return None
        table = load_table(name, country=self.country, source=entries["source"].iloc[-1])
        for key, total in (("area", "total"), ("sex", "T")):
            if key in table.columns:
                table = table[table[key] == total]
        return table

    def detailed(self, name: str) -> list[pd.DataFrame]:
        """Return the editions of a table that tell town from country, the latest first."""
        entries = self.coverage[
            (self.coverage["table"] == name) & self.coverage["keys"].str.contains(r"\barea\b")
        ].sort_values("last_year", ascending=False)
        return [
            load_table(name, country=self.country, source=source) for source in entries["source"]
        ]

    def benchmark(self, name: str) -> pd.DataFrame | None:
        """Return the national structure of comparable countries where this one has no such table.

        The mean share over the countries of the same region that have the table in one and the same
        code list; None if none has it, or if this country has its own. Its rows are ``modelled``,
        and ``note`` names whose structure it is.
        """
        own, others = self.tables.get(name), [code for code in self.peers if code != self.country]
        if own is not None:
            return None
        found = [table for code in others if (table := _national_shares(name, code)) is not None]
        if not found:
            return None
        keys = [key for key in key_columns(found[0]) if key not in ("country", "year")]
        rows = pd.concat(found, ignore_index=True)
        if any(
            set(map(tuple, t[keys].to_numpy())) != set(map(tuple, found[0][keys].to_numpy()))
            for t in found
        ):
            return None  # other code lists: no mean can be taken
        listed = code_list("countries").set_index("code")["label_en"]
        whose = [f"{listed[t['country'].iloc[0]]} in {t['year'].iloc[0]}" for t in found]
        mean = rows.groupby(keys, as_index=False)["share"].mean()
        note = f"this is the structure of {' and '.join(whose)}."
        flags = {"unit": "share", "status": "modelled", "source": rows["source"].iloc[0]}
        return mean.assign(year=int(rows["year"].max()), **flags, note=note)

    @property
    def note(self) -> str:
        """Return the country's territory note, empty where there is none."""
        listed = code_list("countries").set_index("code")
        return str(listed.loc[self.country, "note"])

    @property
    def warning(self) -> str:
        """Return what every page about the country must say first: that it is synthetic."""
        return WARNING if self.country == SYNTHETIC else ""

    @property
    def region(self) -> str:
        """Return the country's region, or the whole partnership where the region has few."""
        return self._group[0]

    @property
    def peers(self) -> list[str]:
        """Return the partnership countries that this one is compared with, itself included."""
        return self._group[1]

    @property
    def _group(self) -> tuple[str, list[str]]:
        listed = list_countries()
        own = listed.loc[listed["country"] == self.country, "region"]
        if len(own):
            members = list(listed.loc[listed["region"] == own.iloc[0], "country"])
            if len(members) >= FEWEST_PEERS:
                return str(own.iloc[0]), members
        return "the partnership countries", list(listed["country"])


def load_country(country: str) -> CountryData:
    """Return everything embedded about one country, and what is missing.

    Use it where a notebook must run for any country: a table that the country does not have is not
    an error here but a row of ``.missing``, with the official data set and the command to fetch it.

    Parameters
    ----------
    country : str
        ISO alpha-3 code or alias; ``XEX`` for Examplia, the synthetic country, with the tables that
        its statistical office would have observed.

    Returns
    -------
    CountryData
        With ``.tables``, ``.get(name)``, ``.has(name, ...)``, ``.coverage`` and ``.missing``.

    Raises
    ------
    CodeError
        If the country code is unknown.

    Examples
    --------
    >>> import skillsfc as sf
    >>> morocco = sf.load_country("MAR")
    >>> morocco.name, morocco.has("population", "employment")
    ('Morocco', True)
    >>> sf.load_country("XK").get("employment_by_occupation") is None
    True
    """
    code = country_code(country)
    if code == SYNTHETIC:
        return _examplia()
    coverage = list_tables(country=code)
    found = {name: load_table(name, country=code) for name in coverage["table"].unique()}
    listed = code_list("countries").set_index("code")
    return CountryData(
        country=code,
        name=str(listed.loc[code, "label_en"]),
        tables=found,
        coverage=coverage,
        missing=_missing(code, set(found)),
    )


def _national_shares(name: str, code: str) -> pd.DataFrame | None:
    """Return the latest shares of a country for all areas and both sexes, or None."""
    if name not in set(list_tables(country=code)["table"]):
        return None
    rows = load_table(name, country=code)
    for key, total in (("area", "total"), ("sex", "T")):
        if key in rows.columns:
            rows = rows[rows[key] == total].drop(columns=key)
    newest = rows[rows["year"] == rows["year"].max()]
    return newest if len(newest) and "share" in newest.columns else None


def _examplia() -> CountryData:
    """Return the synthetic country as a real one would be: what its office observed, seed 1."""
    made = example(seed=1).tables()
    tables = {
        name: table.assign(status="observed")
        for name, table in made.items()
        if {"country", "year", "status"} <= set(table.columns)
    }
    rows = [
        {"table": name, "title": f"{name.replace('_', ' ')} (synthetic)",
         "source": table["source"].iloc[0], "measure": "", "keys": " ".join(key_columns(table)),
         "countries": 0, "first_year": table["year"].min(), "last_year": table["year"].max(),
         "rows": len(table), "licence": "MIT, made by this library"}
        for name, table in tables.items()
    ]  # fmt: skip
    listed = code_list("countries").set_index("code")
    name = str(listed.loc[SYNTHETIC, "label_en"])
    coverage = pd.DataFrame(rows)
    return CountryData(SYNTHETIC, name, tables, coverage, _missing(SYNTHETIC, set(tables)))


def _missing(code: str, have: set[str]) -> pd.DataFrame:
    """List the questions that no embedded table answers for this country."""
    wanted = read_codes_file("wanted.csv")
    lacking = wanted[~wanted["table"].isin(have)].copy()
    lacking["command"] = [text.replace("{country}", code) for text in lacking["command"]]
    return lacking.reset_index(drop=True)
