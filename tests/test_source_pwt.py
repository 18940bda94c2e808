"""Penn World Table: anchors read by eye in the raw file, coverage, marking of made-up years."""

import numpy as np
import pandas as pd
import pytest

from skillsfc.countries import list_countries
from skillsfc.sources import pwt

PARTNERS = list(list_countries()["country"])


def value(table, country, year, measure):
    row = table[(table["country"] == country) & (table["year"] == year)]
    assert len(row) == 1
    return float(row[measure].iloc[0])


@pytest.mark.parametrize(
    ("loader", "country", "year", "expected"),
    [
        ("employment", "MAR", 2017, 13_008_240),
        ("employment", "MAR", 2015, 12_510_797),
        ("gdp", "MAR", 2017, 299_992.53e6),
        ("human_capital", "MAR", 2017, 1.892941),
        ("labour_share", "MAR", 2015, 0.5003872),
    ],
)
def test_morocco_values_of_the_raw_file(loader, country, year, expected):
    table = getattr(pwt, loader)()
    measure = next(c for c in ("persons", "usd", "index", "share") if c in table)
    assert value(table, country, year, measure) == pytest.approx(expected, rel=1e-7)


def test_employment_has_32_of_34_partners_without_a_gap():
    table = pwt.employment()
    present = sorted(set(PARTNERS) & set(table["country"]))
    assert sorted(set(PARTNERS) - set(present)) == ["LBY", "XKX"]
    years = table[table["country"].isin(present)].groupby("country")["year"]
    assert (years.max() == 2017).all()
    assert (years.count() == years.max() - years.min() + 1).all()
    assert years.count().min() == 28
    assert years.count().max() == 68


def test_persons_are_whole_people_not_millions():
    persons = pwt.employment()["persons"]
    assert (persons == persons.round()).all()
    assert persons.min() > 1_000
    assert 7e8 < persons.max() < 9e8  # China


def test_imputed_employment_lies_on_lines_of_constant_growth_between_its_neighbours():
    table = pwt.employment()
    morocco = table[table["country"] == "MAR"].set_index("year")
    imputed = morocco.index[morocco["status"] == "imputed"]
    assert list(imputed) == list(range(1951, 1960))
    logs = np.log(morocco["persons"])
    middle = (logs.loc[1950] + logs.loc[1960]) / 2
    assert logs.loc[1955] == pytest.approx(middle, abs=1e-5)
    assert (morocco.loc[imputed, "note"] != "").all()
    assert (morocco.loc[1960:2017, "status"] == "estimated").all()


def test_partner_series_after_1990_hold_no_interpolated_stretch_but_one_coincidence():
    table = pwt.employment()
    late = table[(table["year"] >= 1990) & table["country"].isin(PARTNERS)]
    made_up = late[late["status"] == "imputed"]
    assert list(zip(made_up["country"], made_up["year"], strict=True)) == [("MNE", 2002)]


def test_labour_share_marks_repeats_and_only_repeats():
    table = pwt.labour_share()
    for _, rows in table.groupby("country"):
        share = rows["share"].to_numpy()
        beside = np.zeros(len(share), dtype=bool)
        beside[1:] |= share[1:] == share[:-1]
        beside[:-1] |= share[:-1] == share[1:]
        imputed = (rows["status"] == "imputed").to_numpy()
        assert not (imputed & ~beside).any()
        # Each run of equal values keeps exactly one year that is not carried.
        runs = pd.Series(share).ne(pd.Series(share).shift()).cumsum()
        assert (pd.Series(~imputed).groupby(runs.to_numpy()).sum() == 1).all()


def test_morocco_labour_share_of_2017_repeats_2016_and_says_so():
    table = pwt.labour_share().set_index(["country", "year"])
    assert table.loc[("MAR", 2017), "status"] == "imputed"
    assert table.loc[("MAR", 2016), "status"] == "estimated"


@pytest.mark.parametrize(
    ("loader", "missing"),
    [
        ("gdp", {"XKX", "LBY"}),
        (
            "human_capital",
            {"XKX", "LBY", "AZE", "BLR", "BIH", "GEO", "LBN", "MKD", "MNE", "PSE", "TKM", "UZB"},
        ),
        (
            "labour_share",
            {"XKX", "LBY", "ALB", "DZA", "MNE", "PSE", "SYR", "TKM", "UZB", "ETH", "GHA", "MWI"},
        ),
        ("hours_worked", set(PARTNERS) - {"ISR", "RUS", "TUR"}),
    ],
)
def test_which_partners_each_table_lacks(loader, missing):
    table = getattr(pwt, loader)()
    assert set(PARTNERS) - set(table["country"]) == missing


def test_loaders_return_fresh_columns_and_constant_flags():
    first = pwt.gdp()
    first["usd"] = 0.0
    assert pwt.gdp()["usd"].min() > 0
    assert set(first["unit"]) == {"PPP US dollars"}
    assert set(first["source"]) == {"pwt91"}
