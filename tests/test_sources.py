"""Every embedded table and file: valid, logged, licensed, unchanged and small."""

import hashlib
import importlib
import re

import pandas as pd
import pytest

from skillsfc import check, list_countries
from skillsfc._paths import data_dir
from skillsfc.errors import CodeError, CoverageError
from skillsfc.schema import dictionary, tables
from skillsfc.sources.catalog import list_tables, load_table, sources

ENTRIES = [tuple(row) for row in tables()[["table", "source", "loader"]].itertuples(index=False)]
FILES = list(sources()["file"])


def load(loader):
    module, function = loader.split(":")
    return getattr(importlib.import_module(f"skillsfc.sources.{module}"), function)()


@pytest.mark.parametrize(("name", "source", "loader"), ENTRIES)
def test_every_listed_loader_returns_a_valid_table(name, source, loader):
    table = check(load(loader), name=name)
    entry = tables()[(tables()["table"] == name) & (tables()["source"] == source)].iloc[0]
    keys = entry["keys"].split()
    assert set(keys) <= set(table.columns)
    assert not table.duplicated(keys).any()
    assert entry["measure"] in table.columns
    assert table[entry["measure"]].notna().all()
    assert set(table["source"]) == {source}
    assert entry["title"]


@pytest.mark.parametrize(("name", "source", "loader"), ENTRIES)
def test_years_of_a_table_lie_within_those_logged_for_its_source(name, source, loader):
    table = load(loader)
    logged = sources()[sources()["source"] == source]
    if "year" not in table.columns:
        pytest.skip("a table without years")
    assert table["year"].min() >= logged["first_year"].astype(int).min()
    assert table["year"].max() <= logged["last_year"].astype(int).max()


def test_ranks_are_whole_and_say_one_best_source():
    ranks = tables().assign(rank=tables()["rank"].astype(int))
    assert not ranks.duplicated(["table", "source"]).any()
    assert not ranks.duplicated(["table", "rank"]).any()


@pytest.mark.parametrize("file", FILES)
def test_every_logged_file_is_there_unchanged_with_licence_and_script(file):
    row = sources().set_index("file").loc[file]
    content = (data_dir() / file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    for column in ("source", "producer", "title", "citation", "licence", "changes", "accessed"):
        assert row[column], column
    assert row["url"].startswith("http") or not row["url"]
    for column in ("quality", "suitability"):
        assert re.match(r"(green|amber|red)\b", row[column])
    if row["script"]:
        assert (data_dir() / row["script"]).is_file()
    if file.endswith(".gz"):
        assert content[4:8] == b"\0\0\0\0"  # no time stamp: the same script writes the same bytes


def test_every_raw_file_is_logged_once_and_made_by_a_script():
    raw = {
        file.relative_to(data_dir()).as_posix()
        for file in (data_dir() / "raw").rglob("*")
        if file.is_file() and file.suffix != ".py" and "__pycache__" not in file.parts
    }
    logged = sources()[sources()["file"].str.startswith("raw/")]
    assert logged["file"].is_unique
    assert set(logged["file"]) == raw
    assert (logged["script"] != "").all()
    assert (logged["package"] != "").all()


def test_embedded_data_stay_under_four_megabytes():
    size = sum(
        file.stat().st_size
        for file in data_dir().rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )
    assert size < 4_000_000


def test_every_source_of_a_table_is_logged():
    assert set(tables()["source"]) <= set(sources()["source"])


def test_dictionary_measures_of_the_catalogue_are_measures():
    words = dictionary()
    assert set(words.loc[tables()["measure"], "kind"]) == {"measure"}


def test_loading_one_country_by_code_or_alias_gives_the_same_copy():
    table = load_table("population", country="XKX")
    assert set(table["country"]) == {"XKX"}
    pd.testing.assert_frame_equal(table, load_table("population", country="KOS"))
    table["persons"] = 0.0
    assert load_table("population", country="XKX")["persons"].sum() > 0


def test_without_a_country_all_of_the_widest_source_come():
    assert load_table("employment")["country"].nunique() == 180
    assert set(load_table("employment_by_sector")["source"]) == {"factbook"}


def test_the_source_can_be_named_and_is_never_mixed():
    table = load_table("employment", country="MAR", source="pwt91")
    assert set(table["source"]) == {"pwt91"}
    for name in tables()["table"].unique():
        assert load_table(name)["source"].nunique() == 1


def test_an_unknown_table_or_source_gets_a_guess():
    with pytest.raises(CoverageError, match="Did you mean 'employment'"):
        load_table("employmnt")
    with pytest.raises(CoverageError, match="Did you mean 'pwt91'"):
        load_table("employment", source="pwt9")


def test_a_country_without_data_is_told_which_have_them():
    with pytest.raises(CoverageError, match="no embedded data") as refusal:
        load_table("employment", country="LBY")
    assert "'MAR'" in str(refusal.value)
    assert "list_tables(country='LBY')" in str(refusal.value)


def test_an_unknown_country_is_a_code_error():
    with pytest.raises(CodeError):
        load_table("employment", country="QQQ")


def test_list_tables_counts_partners_years_and_rows():
    listed = list_tables().set_index(["table", "source"])
    assert listed.loc[("population", "wpp2024"), "countries"] == 34
    assert listed.loc[("employment", "pwt91"), "countries"] == 32
    assert listed.loc[("employment", "pwt91"), "first_year"] == 1950
    assert listed.loc[("employment", "pwt91"), "licence"] == "CC BY 4.0"
    assert (listed["rows"] > 0).all()
    assert (listed["licence"] != "").all()


COVERED_BY_ALL = {"population", "labour_force", "unemployment", "youth_unemployment",
                  "value_added_by_sector", "gdp_per_capita", "literacy"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(COVERED_BY_ALL))
def test_every_partner_has_the_tables_a_brief_needs(name):
    assert set(list_countries()["country"]) <= set(load_table(name)["country"])


def test_the_tables_of_one_country_are_those_that_have_it():
    listed = list_tables(country="XKX")
    assert set(listed["table"]) >= COVERED_BY_ALL
    assert not {"employment", "gdp", "mortality"} & set(listed["table"])
