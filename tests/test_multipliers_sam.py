"""Accounting multipliers: a matrix worked by hand, and Ethiopia's for 2022."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.input_output.multipliers import multipliers
from skillsfc.sources.sam import social_accounting_matrix, social_accounts, wage_bill

INSIDE = ("activity", "commodity", "margin", "factor", "enterprise", "household")
LABOUR = ["flab-n", "flab-p", "flab-s"]
ACCOUNTS = pd.DataFrame(
    [[20.0, 0, 70, 30], [90, 0, 0, 0], [0, 90, 0, 10], [10, 0, 30, 0]],
    list("afhg"),
    list("afhg"),
)


@pytest.fixture(scope="module")
def accounts():
    return social_accounts()


def named(accounts, kinds):
    return {kind: list(accounts.loc[accounts["kind"] == kind, "account"]) for kind in kinds}


@pytest.fixture(scope="module")
def ethiopia(accounts):
    matrix = social_accounting_matrix()
    inside = named(accounts, INSIDE)
    added = matrix.loc[inside["factor"], inside["activity"]].sum()
    return multipliers(
        matrix, kind="sam", endogenous=inside, value_added=added, money_unit="birr", source="x"
    )


def test_a_list_of_accounts_is_one_group():
    listed = multipliers(ACCOUNTS, kind="sam", endogenous=["a", "f", "h"])
    assert np.allclose(listed.table["output_multiplier"], listed.leontief.sum())
    assert list(listed.table.columns)[:3] == ["account", "group", "output_multiplier"]


def test_groups_split_the_column_sum():
    groups = {"activity": ["a"], "factor": ["f"], "household": ["h"]}
    made = multipliers(ACCOUNTS, kind="sam", endogenous=groups, employment={"a": 12.0})
    parts = made.table[["output_multiplier", "factor_multiplier", "household_multiplier"]]
    assert np.allclose(parts.sum(axis=1), made.leontief.sum())
    assert made.table["output_multiplier"].tolist() == pytest.approx([120 / 37, 84 / 37, 84 / 37])
    assert made.employment_of(made.final_demand)["persons"].sum() == pytest.approx(12.0)
    assert made.final_demand.to_dict() == {"a": 30.0, "f": 0.0, "h": 10.0}


def test_an_account_may_receive_more_than_the_sectors_employ():
    made = multipliers(ACCOUNTS, kind="sam", endogenous=["a", "f", "h"], employment={"a": 12.0})
    ratio = made.table.set_index("account")["employment_sam_ratio"]
    assert ratio["a"] == pytest.approx(120 / 37)
    assert np.isnan(ratio["h"])  # households employ nobody directly: nothing to divide by


def test_ethiopia_accounts_balance_and_the_multipliers_give_all_income(ethiopia):
    matrix = social_accounting_matrix()
    gap = (matrix.sum(axis=1) - matrix.sum(axis=0)).abs() / matrix.sum(axis=1)
    assert gap.max() < 1e-8
    income = matrix.sum(axis=1)[ethiopia.leontief.index]
    reached = ethiopia.leontief @ ethiopia.final_demand
    assert np.allclose(reached, income, rtol=1e-10)
    outside = matrix.columns.difference(ethiopia.leontief.index)
    paid_in = matrix.loc[ethiopia.leontief.index, outside].sum(axis=1)
    assert np.allclose(paid_in, ethiopia.final_demand, rtol=1e-9, atol=1.0)


def test_ethiopia_economy_is_productive_and_no_multiplier_is_negative(ethiopia):
    checks = ethiopia.diagnostics.set_index("check")["value"]
    assert checks["largest eigenvalue of the coefficients"] == pytest.approx(0.9235, abs=1e-4)
    assert checks["smallest cell of the inverse"] > 0
    assert (ethiopia.table["output_multiplier"] > 0).all()


def test_ethiopia_has_one_negative_flow_inside_and_it_is_told(ethiopia, accounts):
    assert sum("ctran to trc" in note for note in ethiopia.notes) == 1
    matrix, inside = social_accounting_matrix(), named(accounts, INSIDE)
    with pytest.raises(sf.TableError, match="1 negative: 'ctran to trc"):
        multipliers(matrix, kind="sam", endogenous=inside, negative="refuse")
    turned = multipliers(matrix, kind="sam", endogenous=inside, negative="transpose")
    both = [made.table.set_index("account")["output_multiplier"] for made in (turned, ethiopia)]
    change = (both[0] / both[1] - 1).abs()
    # How the cell is treated moves the multipliers of activities by half a per cent at most.
    assert 0 < change[named(accounts, ["activity"])["activity"]].max() < 0.005
    assert 0.02 < change[["trc", "ctran"]].max() < 0.03


def test_value_added_multiplier_of_ethiopia_is_the_factor_income_from_activities(ethiopia):
    table = ethiopia.table
    assert np.allclose(table["value_added_multiplier"], _from_activities(ethiopia, table))
    total = table["value_added_multiplier"] @ ethiopia.final_demand.to_numpy()
    matrix = social_accounting_matrix()
    activities = [a for a in matrix.index if a.startswith("a")]
    factors = [*LABOUR, "flnd", "fcap"]
    assert total == pytest.approx(matrix.loc[factors, activities].sum().sum(), rel=1e-10)


def _from_activities(made, table):
    """Factor income paid by activities: the factor rows less what was put into them directly."""
    direct = (table["group"] == "factor").astype(float)
    return (table["factor_multiplier"] - direct).to_numpy()


def test_payments_to_labour_by_schooling_are_those_of_the_wage_bill(ethiopia):
    income = ethiopia.income_of(LABOUR)
    assert set(income["receives"]) == set(LABOUR)
    wide = income.pivot_table("multiplier", "account", "receives")
    paid = wide.T @ ethiopia.final_demand
    bill = wage_bill().groupby("qualification")["wage_bill"].sum()
    from_abroad = social_accounting_matrix().loc[LABOUR, "row"]
    assert np.allclose(paid[LABOUR], bill + from_abroad, rtol=1e-9)


def test_what_ethiopias_matrix_says_about_labour(ethiopia):
    wide = ethiopia.income_of(LABOUR).pivot_table("multiplier", "account", "receives")
    assert wide.loc["amaiz", "flab-n"] == pytest.approx(1.205, abs=1e-3)
    assert wide.loc["aheal", "flab-s"] == pytest.approx(0.496, abs=1e-3)
    activities = [a for a in wide.index if a.startswith("a")]
    highest = wide.loc[activities, "flab-s"].nlargest(4).index.tolist()
    assert highest == ["aheal", "absrv", "aeduc", "afsrv"]
    assert (wide.loc[activities, "flab-n"] > wide.loc[activities, "flab-s"]).all()


def test_without_households_inside_multipliers_are_smaller(ethiopia, accounts):
    inside = named(accounts, ("activity", "commodity", "margin"))
    opened = multipliers(social_accounting_matrix(), kind="sam", endogenous=inside)
    both = opened.table.merge(ethiopia.table, on="account", suffixes=("_opened", "_closed"))
    assert (both["output_multiplier_opened"] < both["output_multiplier_closed"]).all()


def test_an_unbalanced_matrix_is_refused_by_name():
    bad = ACCOUNTS.copy()
    bad.loc["h", "f"] = 80.0
    with pytest.raises(sf.TableError, match="account 'f': receives 90, pays 80") as error:
        multipliers(bad, kind="sam", endogenous=["a", "f", "h"])
    assert "account 'h': receives 90, pays 100" in str(error.value)


@pytest.mark.parametrize(
    ("endogenous", "text"),
    [
        (["a", "f", "hh"], "no account 'hh'"),
        (["a", "a"], "named twice: 'a'"),
        (["a", "f", "h", "g"], "every account; expected some outside"),
        ([], "no account in 'account'"),
        ({"activity": ["a"], "factor": []}, "no account in 'factor'"),
        ({}, "no account"),
    ],
)
def test_accounts_inside_must_be_named_rightly(endogenous, text):
    with pytest.raises(sf.ParameterError, match=text):
        multipliers(ACCOUNTS, kind="sam", endogenous=endogenous)


def test_an_account_of_nothing_cannot_be_inside():
    empty = ACCOUNTS.reindex(index=list("afhgz"), columns=list("afhgz"), fill_value=0.0)
    with pytest.raises(sf.TableError, match="zero for 'z'"):
        multipliers(empty, kind="sam", endogenous=["a", "f", "h", "z"])
    assert len(multipliers(empty, kind="sam", endogenous=["a", "f", "h"]).table) == 3


def test_accounts_that_only_pay_each_other_have_no_multiplier():
    closed = pd.DataFrame([[0.0, 5, 0], [5, 0, 0], [0, 0, 7]], ["a", "f", "g"], ["a", "f", "g"])
    with pytest.raises(sf.TableError, match=r"largest eigenvalue 1 .*Hawkins-Simon"):
        multipliers(closed, kind="sam", endogenous=["a", "f"])


def test_income_of_an_unknown_account_is_refused(ethiopia):
    with pytest.raises(sf.ParameterError, match="Did you mean 'flab-n'"):
        ethiopia.income_of(["flab_n"])
    with pytest.raises(sf.ParameterError, match="none named"):
        ethiopia.income_of([])
