"""Bad input at every entry of labour demand: a named error, never a traceback of pandas."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import SkillsfcError

FLAGS = {"unit": "persons", "status": "observed", "source": "made up"}
YEARS = (2018, 2020, 2022, 2023)


def jobs(**change):
    rows = [
        {"year": y, "sector": s, "occupation": o,
         "persons": 1000.0 * (k + 2 * j + 1) + 10 * (y - 2018)}
        for y in YEARS for k, s in enumerate(("C", "F")) for j, o in enumerate(("2", "7"))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**FLAGS).assign(**change)


def ages():
    rows = [
        {"year": y, "occupation": o, "age": a, "persons": 100.0 + 5 * k + (y - 2013) * (2 - k)}
        for y in (2013, 2018, 2023) for o in ("2", "7")
        for k, a in enumerate(("25-29", "30-34", "35-39", "40+"))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**FLAGS)


def sums(key):
    year = jobs()["year"] == 2023
    return jobs()[year].groupby(["year", key], as_index=False)["persons"].sum().assign(**FLAGS)


BY_SECTOR = jobs().groupby(["year", "sector"], as_index=False)["persons"].sum().assign(**FLAGS)
LAST = jobs()[jobs()["year"] == 2023]
ENTRIES = {
    "forecast_sectors": lambda t: sf.forecast_sectors(t, horizon=2027),
    "backtest_sectors": lambda t: sf.backtest_sectors(t, horizon=1),
    "forecast_shares": lambda t: sf.forecast_shares(
        t, by="occupation", within="sector", horizon=2027
    ),
    "backtest_shares": lambda t: sf.backtest_shares(t, by="occupation", within="sector"),
    "balance seed": lambda t: sf.balance(t, [sums("sector"), sums("occupation")]),
    "balance margin": lambda t: sf.balance(LAST, [t, sums("occupation")]),
    "reconcile": lambda t: sf.reconcile(t, spec=["sector", "sector/occupation"]),
    "replacement": lambda t: sf.estimate_replacement_demand(t),
    "openings": lambda t: sf.estimate_job_openings(
        t, pd.DataFrame({"rate": [0.03], "unit": "per person-year", "status": "estimated",
                         "source": "made up"}),
    ),
    "ageing": lambda t: sf.estimate_ageing_exits(t),
    "decompose before": lambda t: sf.decompose_change(t, LAST),
    "decompose after": lambda t: sf.decompose_change(LAST.assign(year=2018), t),
    "multipliers": lambda t: sf.multipliers(t, output=pd.Series({"A": 1.0})),
    "scenarios": lambda t: sf.compare_scenarios(
        t, [sf.load_scenario("green")], horizon=2027, unreached="keep"
    ),
    "exposure": lambda t: sf.measure_exposure(t, kind="ai", scores=t),
    "evaluate_occupations": lambda t: sf.evaluate_occupations(t, t, base=t),
}  # fmt: skip
TABLES = [name for name in ENTRIES if name != "multipliers"]  # a square of flows is no tidy table


@pytest.mark.parametrize(
    "wrong", [None, 5, "table", [1], jobs()["persons"]], ids=lambda w: str(type(w))
)
@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_no_table_is_refused_in_words(entry, wrong):
    with pytest.raises(SkillsfcError):
        ENTRIES[entry](wrong)


@pytest.mark.parametrize("entry", ENTRIES)
def test_row_55_an_empty_table_is_refused(entry):
    with pytest.raises(SkillsfcError):
        ENTRIES[entry](jobs().iloc[:0])


SPOILT = {
    "row_03_two_classifications": lambda t: t.assign(
        sector=["C" if k % 2 else "soc2018:1" for k in range(len(t))]
    ),
    "row_06_conflicting_keys": lambda t: pd.concat([t, t.assign(persons=t["persons"] + 1)]),
    "row_08_negative": lambda t: t.assign(persons=t["persons"].where(t.index != 0, -5.0)),
    "row_10_mixed_units": lambda t: t.assign(unit=["persons", "thousands"] * (len(t) // 2)),
    "row_15_all_missing": lambda t: t.assign(persons=np.nan),
    "row_45_missing_keys": lambda t: t.assign(sector=[None, *t["sector"].tolist()[1:]]),
    "row_50_years_as_text": lambda t: t.assign(year="2018-19"),
    "infinite": lambda t: t.assign(persons=t["persons"].where(t.index != 0, np.inf)),
    "text_for_numbers": lambda t: t.assign(persons="many"),
}


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize(
    "entry", ["forecast_sectors", "forecast_shares", "balance seed", "reconcile", "scenarios",
              "decompose before"],
)  # fmt: skip
def test_spoilt_tables_of_jobs_are_named_errors(entry, spoil):
    good = BY_SECTOR if entry in ("forecast_sectors", "scenarios") else jobs()
    good = LAST.reset_index(drop=True) if "before" in entry or "seed" in entry else good
    with pytest.raises(SkillsfcError) as caught:
        ENTRIES[entry](SPOILT[spoil](good))
    assert len(str(caught.value)) > 30


@pytest.mark.parametrize(
    "spoil", [name for name in SPOILT if "row_45" not in name and "row_03" not in name]
)
def test_spoilt_tables_of_ages_are_named_errors(spoil):
    with pytest.raises(SkillsfcError):
        sf.estimate_replacement_demand(SPOILT[spoil](ages()))


def test_good_tables_pass_where_spoilt_ones_do_not():
    """The errors above come from what was spoilt, not from the tables."""
    for entry in ("forecast_sectors", "scenarios"):
        assert len(ENTRIES[entry](BY_SECTOR).table)
    assert len(ENTRIES["forecast_shares"](jobs()).table)
    assert len(ENTRIES["balance seed"](LAST).table)
    assert len(ENTRIES["decompose before"](LAST.assign(year=2018)).table)
    assert len(sf.estimate_replacement_demand(ages()).table)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sf.forecast_shares(jobs(), by="occupation", within="sector", method="arl"), "alr"),
        (lambda: sf.forecast_shares(jobs(), by="ocupation", within="sector"), "occupation"),
        (
            lambda: sf.forecast_shares(jobs(), by="occupation", within="sector", horizon=2010),
            "horizon",
        ),
        (lambda: sf.balance(LAST, [sums("sector")], method="ras"), "method"),
        (lambda: sf.balance(LAST, []), "margin"),
        (lambda: sf.balance(LAST, [sums("sector")], tolerance=0), "tolerance"),
        (lambda: sf.decompose_change(LAST, LAST, definition="clasic"), "classic"),
        (lambda: sf.estimate_replacement_demand(ages(), method="nett"), "net"),
        (lambda: sf.estimate_replacement_demand(ages(), annual="compound"), "warwick"),
        (lambda: sf.load_scenario("gren"), "green"),
        (lambda: sf.compare_scenarios(BY_SECTOR, ["blue"]), "blue|scenario"),
        (lambda: sf.reconcile(jobs(), spec=["sector", "total"], method="mint"), "mint_shrink"),
        (lambda: sf.multipliers(pd.DataFrame([[1.0]]), kind="type3"), "type"),
        (lambda: sf.forecast_sectors(BY_SECTOR, horizon=2020), "horizon"),
        (lambda: sf.forecast_sectors(BY_SECTOR, model="atuo"), "auto"),
        (lambda: sf.measure_exposure(LAST, kind="robots", scores=LAST), "automation|ai"),
    ],
)
def test_a_wrong_word_gets_the_right_one(call, said):
    with pytest.raises(SkillsfcError, match=said):
        call()
