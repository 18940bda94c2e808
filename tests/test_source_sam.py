"""Ethiopia's social accounting matrix: balance, the labour block, broad sectors."""

import numpy as np
import pytest

from skillsfc.checks import check
from skillsfc.conversion import convert_codes
from skillsfc.errors import CoverageError
from skillsfc.schema import code_list, read_codes_file
from skillsfc.sources import sam
from skillsfc.sources.catalog import load_table

BILLION = 1e9


def test_every_account_receives_what_it_pays():
    matrix = sam.social_accounting_matrix()
    assert list(matrix.index) == list(matrix.columns)
    assert matrix.shape == (107, 107)
    difference = (matrix.sum(axis=1) - matrix.sum(axis=0)).abs().max()
    assert difference < 1e-6 * BILLION  # the file has about ten digits


def test_totals_are_those_printed_in_the_file():
    raw = read_codes_file("raw/eth_sam_2022/sam.csv.gz").set_index("Code")
    matrix = sam.social_accounting_matrix()
    printed = raw.loc["total", matrix.columns].astype(float)
    assert np.allclose(matrix.sum(axis=0) / BILLION, printed, atol=1e-5)


def test_a_copy_can_be_changed_without_harm():
    matrix = sam.social_accounting_matrix()
    matrix.loc["flab-n", "amaiz"] = -1
    assert sam.social_accounting_matrix().loc["flab-n", "amaiz"] > 0


def test_the_labour_block_has_every_activity_and_schooling_once():
    table = check(load_table("wage_bill_by_sector_education", country="ETH"))
    assert len(table) == 42 * 3
    assert set(table["sector"]) == set(code_list("eth_activity")["code"])
    assert set(table["qualification"]) == set(code_list("sam_education")["code"])
    assert set(table["status"]) == {"modelled"}


def test_cells_are_those_of_the_matrix_in_birr():
    table = sam.wage_bill().set_index(["sector", "qualification"])["wage_bill"]
    assert table["amaiz", "flab-n"] == pytest.approx(222.0271983 * BILLION)
    assert table["aeduc", "flab-s"] == pytest.approx(64.24 * BILLION, rel=1e-4)
    paid = sam.social_accounting_matrix().loc[["flab-n", "flab-p", "flab-s"]]
    from_abroad = paid["row"].sum()
    assert from_abroad > 0
    assert table.sum() == pytest.approx(paid.sum().sum() - from_abroad, rel=1e-12)
    assert table.sum() == pytest.approx(2415.841744622 * BILLION)


def test_value_added_has_the_size_of_gdp_in_billions_of_birr():
    matrix = sam.social_accounting_matrix() / BILLION
    activities = code_list("eth_activity")["code"]
    factors = ["flab-n", "flab-p", "flab-s", "flnd", "fcap"]
    gdp = matrix.loc[factors, activities].sum().sum() + matrix.loc[["mtax", "stax"]].sum().sum()
    assert gdp == pytest.approx(7416.3, abs=0.1)


def test_broad_sectors_keep_the_total_and_farming_pays_the_unschooled():
    table = sam.wage_bill()
    broad = convert_codes(table, "eth_activity", "isic4")
    assert broad["wage_bill"].sum() == pytest.approx(table["wage_bill"].sum())
    wide = broad.pivot_table("wage_bill", "sector", "qualification")
    unschooled = wide["flab-n"] / wide.sum(axis=1)
    assert unschooled["AGR"] > unschooled["IND"] > unschooled["SER"]


def test_every_account_has_a_kind_and_a_name():
    accounts = sam.social_accounts()
    assert list(accounts["account"]) == list(sam.social_accounting_matrix().index)
    counts = accounts["kind"].value_counts()
    assert counts.to_dict() == {
        "activity": 42,
        "commodity": 42,
        "household": 10,
        "factor": 5,
        "tax": 3,
        "margin": 1,
        "enterprise": 1,
        "government": 1,
        "capital": 1,
        "rest_of_world": 1,
    }
    assert (accounts["label"].str.len() > 0).all()
    named = accounts.set_index("account")["label"]
    listed = code_list("eth_activity").set_index("code")["label_en"]
    assert named[listed.index].tolist() == listed.tolist()


def test_a_country_without_a_matrix_is_refused():
    for loader in (sam.social_accounting_matrix, sam.social_accounts):
        with pytest.raises(CoverageError, match="'KEN'; expected one of 'ETH'"):
            loader("KEN")


def test_the_two_negative_cells_are_those_that_the_docstring_names():
    matrix = sam.social_accounting_matrix() / BILLION
    negative = matrix.stack()
    found = negative[negative < 0].round(1).to_dict()
    assert found == {("ctran", "trc"): -43.0, ("s-i", "gov"): -30.6}
