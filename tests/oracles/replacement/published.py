"""Readers of the published tables that the tests and the benchmark compare with: nothing computed.

The tables lie in ``../shared/data`` beside the clone; where they do not, `folder` returns None.
Thousands become persons and percent becomes share here, as at every edge.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
NEW_EDITIONS = ("2016-26", "2019-29", "2024-34")  # separations method
OLD_EDITIONS = ("2010-20", "2012-22", "2014-24")  # net replacement rates of ten years
FLAGS = {"unit": "persons", "status": "projected"}


def folder(name: str) -> Path | None:
    """Return a folder of published data, or None where it is not there."""
    found = SHARED / name
    return found if found.is_dir() else None


def tidy(keys: pd.DataFrame, year: int, persons, status: str, source: str) -> pd.DataFrame:
    """Return one tidy table of persons."""
    return keys.assign(year=year, persons=np.asarray(persons, dtype=float),
                       unit="persons", status=status, source=source)  # fmt: skip


def bls_rows(edition: str) -> pd.DataFrame:
    """Return one edition of the United States projections, one row an occupation."""
    data = folder("us_bls_projections")
    rates = pd.read_csv(data / "bls_separations_and_replacement.csv.gz", dtype={"soc_code": str})
    rates = rates[rates["vintage"] == edition].drop_duplicates("soc_code")
    if edition in OLD_EDITIONS:
        path = data / "bls_occupation_projections_all_vintages.csv.gz"
        all_rows = pd.read_csv(path, dtype={"soc_code": str})
        more = all_rows[all_rows["vintage"] == edition]
        columns = ["soc_code", "occ_type", "emp_proj_th", "openings_th"]
        rates = rates.drop(columns="emp_proj_th").merge(more[columns], on="soc_code")
        rates = rates[rates["occ_type"] == "Line item"].drop_duplicates("soc_code")
    return rates.assign(occupation="soc2018:" + rates["soc_code"]).reset_index(drop=True)


def bls_years(edition: str) -> tuple[int, int]:
    """Return base year and horizon of an edition."""
    first = int(edition[:4])
    return first, first + 10


def bls_path(rows: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Return employment of base year and horizon as a tidy table [persons]."""
    first, last = bls_years(edition)
    keys = rows[["occupation"]]
    return pd.concat([
        tidy(keys, first, 1000 * rows["emp_base_th"], "estimated", "us_bls"),
        tidy(keys, last, 1000 * rows["emp_proj_th"], "projected", "us_bls"),
    ], ignore_index=True)  # fmt: skip


def bls_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return exit and transfer rates a year, told apart by ``indicator``."""
    parts = [
        rows[["occupation"]].assign(indicator=kind, rate=rows[f"{kind}_rate_pct"] / 100)
        for kind in ("exit", "transfer")
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(unit="per person-year", status="projected", source="us_bls")


def yearly_counts(rows: pd.DataFrame, edition: str, column: str, years: int = 1) -> pd.DataFrame:
    """Return a published number of persons [thousands, over some years] in each year."""
    first, last = bls_years(edition)
    each = [
        tidy(rows[["occupation"]], year, 1000 * rows[column] / years, "projected", "us_bls")
        for year in range(first + 1, last + 1)
    ]
    return pd.concat(each, ignore_index=True)


def cops() -> pd.DataFrame:
    """Return Canada's projections, a row an occupation and year, a column a variable [persons]."""
    long = pd.read_parquet(folder("canada_cops_2024_2033") / "cops_2024_2033_long.parquet")
    long = long.dropna(subset=["value"]).assign(
        year=long["year"].astype(int), occupation="noc2021:" + long["noc2021"]
    )
    return long.pivot_table(
        index=["occupation", "year"], columns="variable", values="value"
    ).reset_index()


def cops_path(wide: pd.DataFrame, *, from_growth: bool) -> pd.DataFrame:
    """Return employment 2023-2033: published levels, or 2023 and the published growth added up."""
    rows = wide.sort_values(["occupation", "year"]).copy()
    if from_growth:
        first = rows.groupby("occupation")["employment"].transform("first")
        added = rows["employment_growth"].where(rows["year"] > 2023, 0.0)
        rows["employment"] = first + added.groupby(rows["occupation"]).cumsum()
    status = np.where(rows["year"] > 2023, "projected", "estimated")
    return rows[["occupation", "year"]].assign(
        persons=rows["employment"], unit="persons", status=status, source="cops"
    )


def cops_leavers(wide: pd.DataFrame) -> pd.DataFrame:
    """Return retirements and other replacement of each year, told apart by ``indicator``."""
    ahead = wide[wide["year"] > 2023]
    parts = [
        ahead[["occupation", "year"]].assign(indicator=kind, persons=ahead[kind])
        for kind in ("retirements", "other_replacement")
    ]
    return pd.concat(parts, ignore_index=True).assign(**FLAGS, source="cops")


def australia() -> pd.DataFrame:
    """Return qualified people in the labour force by field and single age, 2016 and 2021."""
    path = folder("australia_workforce_age_structure") / "census_field_qualification_age.csv.gz"
    rows = pd.read_csv(path)
    rows = rows[rows["labour_force"] == "Participates in the Labour Force"]
    table = rows.groupby(["census_year", "field", "age"], as_index=False)["persons"].sum()
    table = table.rename(columns={"census_year": "year"})
    table["age"] = table["age"].astype(int).astype("str")
    return table.assign(country="AUS", unit="persons", status="observed", source="abs_census")
