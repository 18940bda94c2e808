"""Shares on published tables: suppressed cells, printed per cents, many small categories."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_shares import at

from skillsfc.errors import TableError
from skillsfc.forecast.shares.backtest import backtest_shares
from skillsfc.forecast.shares.forecast import forecast_shares

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SECTIONS = "ABCDEFGHIJKLMNOPQRSTU"


def extract(path):
    file = DATA / path
    if not file.is_file():
        pytest.skip(f"{path} is not beside the repository")
    return file


@cache
def uk(sections="CFQ"):
    """Return persons by section and SOC 2010 unit group; '*' is suppressed, '-' is nobody."""
    raw = pd.read_csv(
        extract("uk_occupation_by_industry/uk_soc2010_4digit_by_sic_section_2016_17_raw.csv.gz"),
        header=None,
        dtype=str,
    )
    raw = raw[raw[0].str.match(r"\d{4} ", na=False)]
    parts = []
    for section in sections:
        cell = raw[1 + SECTIONS.index(section)].str.strip()
        parts.append(
            pd.DataFrame(
                {
                    "country": "GBR", "year": 2017, "sector": section,
                    "occupation": "soc2010:" + raw[0].str[:4],
                    "persons": pd.to_numeric(cell.replace("-", "0"), errors="coerce"),
                    "reliability": np.where(cell == "*", "S", ""),
                }
            )
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True).drop(columns="country")
    return table.assign(unit="persons", status="estimated", source="uk_aps")


@cache
def education():
    """Return attainment of US workers in forty occupations, five uneven rounds, per cents."""
    rows = pd.read_csv(extract("us_bls_projections/bls_education_by_occupation.csv.gz"))
    rows["year"] = rows["year"].str[:4].astype(int)
    levels = ["lt_hs", "hs", "some_college", "associate", "bachelor", "master", "doctoral_prof"]
    rows = rows.drop_duplicates(["year", "soc_code"]).dropna(subset=levels)
    rows = rows[rows.groupby("soc_code")["year"].transform("nunique") == 5]
    rows = rows[rows["soc_code"].isin(sorted(rows["soc_code"].unique())[1:41])]
    long = rows.melt(["year", "soc_code"], levels, "qualification", "share")
    return pd.DataFrame(
        {
            "year": long["year"],
            "occupation": "soc:" + long["soc_code"],
            "qualification": "bls:" + long["qualification"],
            "share": long["share"] / 100.0,
        }
    ).assign(unit="share", status="observed", source="us_bls_projections")


def test_suppressed_cells_of_the_uk_are_not_part_of_a_section_and_not_zero():
    table = uk()
    made = forecast_shares(table, horizon=2020, within="sector", draws=50)
    counted = table[table["persons"].notna()]
    assert len(made.table) == 2 * 3 * len(counted)
    hidden = made.issues[made.issues["rule"] == "never_known"].set_index("series")["affected"]
    suppressed = table["reliability"].eq("S").groupby(table["sector"]).sum()
    assert hidden.to_dict() == suppressed[suppressed > 0].to_dict()
    assert hidden.sum() > 100
    sums = made.table[made.table["level"] == 0.8].groupby(["sector", "year"])["share"].sum()
    assert np.allclose(sums, 1.0)


def test_cells_with_nobody_in_the_uk_stay_empty_in_constant_shares():
    table = uk()
    made = forecast_shares(table, horizon=2018, method="constant", draws=50)
    nobody = table[table["persons"] == 0.0][["sector", "occupation"]]
    found = made.table.merge(nobody, on=["sector", "occupation"])
    assert len(found) == 2 * len(nobody) > 0
    assert found[["share", "upper"]].to_numpy().max() == 0.0


def test_a_sample_size_widens_the_small_cells_of_the_uk_most():
    table = uk("Q")
    plain, sampled = (
        forecast_shares(table, horizon=2018, draws=400, sample_size=size, method="constant").table
        for size in (None, 20_000)
    )
    ratio = (sampled["upper"] - sampled["lower"]) / (plain["upper"] - plain["lower"])
    small, large = plain["share"].between(1e-4, 1e-3), plain["share"] > 0.02
    assert ratio[small].median() > 2.0 > ratio[large].median() >= 0.9


def test_qualifications_printed_in_per_cent_are_refused_until_they_are_shares():
    table = education()
    with pytest.raises(TableError, match="Divide by 100"):
        forecast_shares(table.assign(share=table["share"] * 100), by="qualification")


def test_qualifications_within_occupations_close_and_say_what_was_rounded():
    made = forecast_shares(
        education(), by="qualification", within="occupation", horizon=2030, method="auto", draws=50
    )
    assert "rounded" in set(made.issues["rule"])
    assert len(made.within_labels) == 40
    sums = made.table[made.table["level"] == 0.8].groupby(["occupation", "year"])["share"].sum()
    assert np.allclose(sums, 1.0)
    assert at(made).min() >= 0.0


def test_two_wild_rounds_a_year_apart_carry_no_trend_of_qualifications():
    """Rounds of 2009 and 2010 differ by 20 % in a usual cell: that is no trend of ten years."""
    known = education()[education()["year"] <= 2010]
    made = forecast_shares(
        known, by="qualification", within="occupation", horizon=2019, method="auto", draws=50
    )
    assert made.diagnostics["own_weight"].max() < 0.1


def test_auto_is_no_worse_than_constant_shares_of_qualifications_and_lines_are():
    made = backtest_shares(
        education(), by="qualification", methods=("auto", "alr"), horizon=10, draws=50
    )
    skill = made.verdict.set_index("model")["skill"]
    # Measured on all 632 occupations by benchmarks/backtest_shares.py: 0.00 of auto.
    assert skill["auto"] > -0.05
    assert skill["alr"] < -0.5
