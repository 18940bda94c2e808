"""Projections with only what was known: no leakage, and the published figures come out."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf

ROOT = Path(__file__).resolve().parents[1]
ORACLE = Path(__file__).parent / "oracles" / "occupation_accuracy"
EXPECTED = pd.read_csv(ORACLE / "expected.csv").set_index(["case", "metric"])


def _benchmark():
    """Import the benchmark from its file: the folder is no part of the package."""
    name = "bls_vintages_under_test"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks/bls_vintages.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


bls = _benchmark()


@pytest.fixture(scope="module")
def data():
    if not bls.FOLDER.is_dir():
        pytest.skip("the projections of the BLS are not beside the repository")
    return bls.read_everything()


def close_to(value, case, metric):
    row = EXPECTED.loc[(case, metric)]
    assert value == pytest.approx(row["value"], abs=0.5 * 10.0 ** -row["decimals"] + 1e-9)


@pytest.mark.parametrize(("base", "target"), list(bls.COMPLETE.items()))
def test_figures_measured_before_on_the_same_files_come_out(data, base, target):
    case = f"bls_{base}_{target % 100}"
    table = bls.compared(data, bls.official(data, base, target), base).table
    rows = table.set_index("metric")
    close_to(rows.loc["wmape", "n"], case, "n")
    for metric in ("wmape", "wmape_no_change", "growth_spearman"):
        close_to(rows.loc[metric, "value"], case, metric)


def test_what_the_bls_published_of_its_major_groups_comes_out(data, monkeypatch):
    monkeypatch.setattr(bls, "MERGED", {})  # the BLS judged all 22 groups
    found = bls.compared(data, bls.official(data, 2012, 2022), 2012, groups=True)
    assert found.diagnostics["occupations"].item() == 22
    assert found.diagnostics["left_out"].item() == 0
    rows = found.table.set_index("metric")["value"]
    for metric in EXPECTED.loc["bls_groups_2012_22"].index:
        close_to(rows[metric], "bls_groups_2012_22", metric)


def test_nothing_of_a_later_year_is_known(data):
    known = bls.known_at(data, 2012)
    for table in (known.matrices, known.groups, known.payroll, known.censuses):
        assert len(table)
        assert table["year"].max() <= 2012
    assert "projected" not in known.matrices
    assert set(known.matrices["year"]) == {2010, 2012}
    assert set(bls.earlier(known, 2010).matrices["year"]) == {2010}


def _altered(data, year):
    """Return the files with everything after a year replaced by nonsense."""

    def spoil(table, column, name):
        late = table[name] > year
        return table.assign(
            **{column: np.where(late, table[column] * 7 % 1.3 + 0.1, table[column])}
        )

    editions = spoil(data.editions, "persons", "base_year")
    editions = editions.assign(projected=editions["projected"] * 3)  # of every edition
    titles = np.where(editions["base_year"] > year, "renamed", editions["title"])
    return replace(
        data,
        editions=editions.assign(title=titles),
        pairs=data.pairs.iloc[:0],
        payroll=spoil(data.payroll, "persons", "year"),
        censuses=spoil(data.censuses, "share", "year"),
    )


@pytest.mark.parametrize("base", [2010, 2014])
def test_later_data_and_official_projections_do_not_change_ours(data, base):
    ours = bls.our_projections(bls.known_at(data, base), base + 10)
    again = bls.our_projections(bls.known_at(_altered(data, base), base), base + 10)
    pd.testing.assert_frame_equal(ours, again)


def test_earlier_data_do_change_ours(data):
    """The test above can fail: what is known is used."""
    spoiled = _altered(data, 2010)
    ours = bls.our_projections(bls.known_at(data, 2014), 2024)
    other = bls.our_projections(bls.known_at(spoiled, 2014), 2024)
    assert not np.allclose(ours["persons"].sum(), other["persons"].sum())


def test_every_structure_closes_and_holds_all_occupations(data):
    known = bls.known_at(data, 2014)
    base = bls.base_matrix(known)
    for name, structure in bls.STRUCTURES.items():
        shares = structure(known, 2024)
        assert shares.sum() == pytest.approx(1.0), name
        assert shares.index.equals(base.index), name
        assert (shares > 0).all(), name
    assert bls.chosen_structure(known) in bls.STRUCTURES


def test_a_first_edition_has_no_history_and_keeps_its_shares(data):
    known = bls.known_at(data, 2010)
    constant = bls.STRUCTURES["constant_shares"](known, 2020)
    for name in ("occupation_trends", "drawn_trends", "damped_trends"):
        pd.testing.assert_series_equal(bls.STRUCTURES[name](known, 2020), constant)
    assert bls.line_10y(known, 2020) is None
    assert bls.chosen_structure(known) == "constant_shares"


def test_persons_are_persons_and_totals_agree_with_the_published_total(data):
    total = data.editions.groupby("base_year")["persons"].sum()
    # Published total of 2024: 169,956.1 thousand; detail adds up to it within rounding.
    assert total[2024] == pytest.approx(169_956_100, rel=1e-5)
    assert data.groups_2002["persons"].sum() == pytest.approx(144_014_000, rel=1e-3)
    assert len(data.groups_2002) == 22


def test_the_official_projection_hits_its_own_target_and_grows_equally_between(data):
    rows = data.editions[data.editions["base_year"] == 2014].set_index("occupation")
    end = bls.official(data, 2014, 2024).set_index("occupation")["persons"]
    np.testing.assert_allclose(end, rows.loc[end.index, "projected"], rtol=1e-12)
    file = pd.read_csv(bls.FOLDER / "bls_projection_vs_outcome.csv.gz")
    file = file[(file["base_year"] == 2014) & (file["actual_year"] == 2018)]
    file = file.set_index("soc:" + file["soc_code"])["emp_interp_th"]
    middle = bls.official(data, 2014, 2018).set_index("occupation")["persons"]
    np.testing.assert_allclose(middle[file.index] / 1000, file, atol=0.002, rtol=1e-5)


def test_a_code_with_another_title_is_counted_but_not_compared(data):
    came = bls.outcome(data, 2010, 2020)
    starred = came["occupation"].str.endswith("*")
    assert 0 < starred.sum() < len(came)
    assert "soc:43-6014*" in set(came["occupation"])  # secretaries, renamed in 2018
    found = bls.compared(data, bls.official(data, 2010, 2020), 2010).diagnostics.iloc[0]
    assert (found["occupations"], found["in_base"], found["in_actual"]) == (582, 749, 790)
    assert 0.6 < found["actual_share"] < found["base_share"] < 0.8


def test_tables_pass_the_check_of_the_library(data):
    known = bls.known_at(data, 2012)
    sf.check(bls.tidy(bls.base_matrix(known), 2012))
    sf.check(bls.our_projections(known, 2014))
    sf.check(bls.outcome(data, 2012, 2022))


def test_industries_add_up_to_the_published_total_of_wage_and_salary_jobs(data):
    assert len(data.payroll)
    table = bls.official_industries()
    for year, total in {2000: 132_425.0, 2010: 130_435.6, 2020: 150_176.8}.items():
        assert table[year].sum() == pytest.approx(total, rel=1e-5)


def test_the_split_for_examplia_adds_up_and_knowing_staffing_helps():
    found = bls.compared_examplia().table
    wide = found.pivot_table(index="model", columns="metric", values="value")
    parts = ["wmape_part_all_jobs", "wmape_part_industry_mix", "wmape_part_staffing"]
    np.testing.assert_allclose(wide[parts].sum(axis=1), wide["wmape"], atol=1e-12)
    forecast, constant = (
        wide.loc[f"industries {name}", "wmape_part_staffing"]
        for name in ("and staffing forecast", "forecast, staffing constant")
    )
    assert forecast < constant  # Examplia's staffing has a true trend
