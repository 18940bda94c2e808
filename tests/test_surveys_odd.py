"""Person files as they come out of offices: titles, totals, blanks in numbers, wrong endings."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ParameterError, SourceError, TableError
from skillsfc.sources.raw_rows import plain_number
from skillsfc.sources.surveys.mapping import read_mapping
from skillsfc.sources.surveys.spss_dates import told_dates
from skillsfc.sources.surveys.totals import totals_of

HEAD = "person,age,sex,wage\n"
ROWS = "a1,21,M,1.5\na2,30,F,2\n"


def read(folder, content, name="s.csv", **options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sf.read_survey(path, **options)


@pytest.mark.parametrize(
    "last", ["Total,,,3.5\n", "ИТОГО:,51,,3.5\n", "المجموع,,,\n", ",51,,3.5\n"]
)
def test_a_row_of_totals_is_no_person(tmp_path, last):
    with pytest.raises(TableError, match=r"1 rows are totals, not persons.*Delete them"):
        read(tmp_path, HEAD + ROWS + last)
    assert len(read(tmp_path, HEAD + ROWS + "a3,51,,3.5\n").table) == 3
    assert len(read(tmp_path, HEAD + ROWS + ",52,,3\n").table) == 3  # no sum: a person, no name


def test_totals_in_a_decimal_comma_and_words_within_names_are_told_apart():
    table = pd.DataFrame({"who": ["a", "b", ""], "wage": ["1,5", "2", "3,5"]})
    assert totals_of(table, plain_number(","))[0].found.endswith("sums of the others")
    assert totals_of(table.assign(who=["a", "", ""]), plain_number(",")) == []
    assert totals_of(table.assign(who=["Summer", "Totaltown", "Sumy"]), str) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Survey of youth;;;\n;;;\nperson;age;sex;wage\na1;21;M;1\n", "begin with 'person', 'age'"),
        ("Survey of youth\n2020\n" + HEAD + ROWS, "begin with 'person', 'age', 'sex'"),
        ("Survey of youth\n\n" + HEAD + ROWS, "Delete what stands above it"),
        (HEAD + ROWS + "\nSource: the office\n", "Are the last rows notes"),
        (HEAD + "a1,21\n" + ROWS, "cut off, or the delimiter"),
        (",person,age\n0,a1,21\n", "no name in column '1'; expected a name each.$"),
    ],
)
def test_what_stands_above_and_below_the_table_is_named(tmp_path, text, words):
    with pytest.raises(SourceError, match=words):
        read(tmp_path, text)


def test_a_title_above_the_header_of_a_workbook_is_named(tmp_path):
    cells = [["Survey", None, None], [None] * 3, ["age", "sex", "wage"], [21, "F", 3.5]]
    pd.DataFrame(cells).to_excel(tmp_path / "s.xlsx", index=False, header=False)
    with pytest.raises(SourceError, match="begin with 'age', 'sex', 'wage'"):
        sf.read_survey(tmp_path / "s.xlsx")


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("1 234,5", ",", 1234.5),
        ("1 234 567.5", ".", 1234567.5),
        ("1\u202f234,5", ",", 1234.5),
        ("١٬٢٣٤٫٥", ".", 1234.5),
        ("١٬٢٣٤٫٥", ",", 1234.5),
        ("-1 234", ".", -1234.0),
        ("1 23", ".", None),
        ("1,234.5", ".", None),
        ("1.234,5", ",", None),
        ("1'234", ".", None),
    ],
)
def test_thousands_are_read_where_they_can_mean_one_thing_only(tmp_path, cell, decimal, number):
    text = f"person;wage\na;{cell}\n"
    if number is None:
        with pytest.raises(TableError, match="no number in 1 rows"):
            read(tmp_path, text, decimal=decimal)
    else:
        assert read(tmp_path, text, decimal=decimal).table["wage"].tolist() == [number]


@given(st.integers(-(10**12), 10**12), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_numbers_written_with_blanks_come_back(number, blank):
    told = f"{number:,}".replace(",", blank)
    assert float(plain_number(".")(told)) == number
    assert float(plain_number(",")(told + ",25")) == pytest.approx(
        number + 0.25 * (1, -1)[told[0] == "-"]
    )


def test_delimiters_are_found_or_the_wrong_one_is_named(tmp_path):
    for sign in (",", ";", "\t", "|"):
        assert read(tmp_path, (HEAD + ROWS).replace(",", sign)).table["age"].tolist() == [21, 30]
    with pytest.raises(
        SourceError, match=r"one column only with the delimiter ';'.*delimiter= ','"
    ):
        read(tmp_path, HEAD + ROWS, delimiter=";")
    with pytest.raises(SourceError, match="delimiter '~'; expected one of"):
        read(tmp_path, HEAD + ROWS, delimiter="~")
    one = read(tmp_path, "age\n21\n", delimiter=";")  # a file of one column is one
    assert one.table["age"].tolist() == [21]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"PK\x03\x04 and more", "s.csv", "a workbook or an archive, not text.*true ending"),
        ((HEAD + ROWS).encode("utf-16-le"), "s.csv", "encoding='utf-16-le'"),
        (b"", "s.csv", "empty"),
        (b"\n \n", "s.csv", "empty"),
        (HEAD.encode(), "s.csv", "no rows below the header"),
        ((HEAD + ROWS).encode(), "s.dta", "not a readable Stata file.*another kind"),
        ((HEAD + ROWS).encode(), "s.sav", "not a readable SPSS file.*cut off"),
        ((HEAD + ROWS).encode(), "s.xlsx", "not a readable workbook"),
        (b"PAR1xx", "s.parquet", "not a readable parquet file"),
    ],
)
def test_files_that_are_not_what_they_are_called_say_so(tmp_path, content, name, words):
    with pytest.raises(SourceError, match=words):
        read(tmp_path, content, name)


def test_lines_and_quotes_of_every_kind_are_read(tmp_path):
    wide = 'person,age,note\r\na1,21,"said\nhello; ""x"""\r\na2,22,\r\n'
    assert read(tmp_path, wide, mapping={"keep": "note"}).table["note"].iloc[0].startswith("said")
    assert read(tmp_path, (HEAD + ROWS).replace("\n", "\r")).table["age"].tolist() == [21, 30]
    marked = read(tmp_path, '\ufeff"person","age"\na1,21\n')
    assert list(marked.table.columns) == ["person", "age"]
    assert read(tmp_path, (HEAD + ROWS).encode("utf-16-le"), encoding="utf-16-le").table.shape == (
        2,
        4,
    )


def test_files_with_their_columns_in_another_order_give_the_same(tmp_path):
    rows = pd.DataFrame({"person": ["a", "b"], "age": [21, 30], "wage": [1.5, 2.0]})
    mapping = {"columns": {"person": "person", "wage": "wage", "age": "age"}}
    rows.to_csv(tmp_path / "s.csv", index=False)
    first = sf.read_survey(tmp_path / "s.csv", mapping=mapping)
    rows[["wage", "age", "person"]].to_csv(tmp_path / "s.csv", index=False)
    pd.testing.assert_frame_equal(
        first.table, sf.read_survey(tmp_path / "s.csv", mapping=mapping).table
    )


def test_codes_told_as_decimal_numbers_are_the_codes_of_the_mapping(tmp_path):
    mapping = {"columns": {"sex": {"column": "q", "values": {1: "M", 2: "F"}, "missing": 9}}}
    made = read(tmp_path, "q,x\n1.0,1\n2.00,1\n9.0,1\n,1\n", mapping=mapping)
    assert made.table["sex"].fillna("").tolist() == ["M", "F", "", ""]
    with pytest.raises(TableError, match=r"says nothing of '01: 1 rows', '1\.5: 1 rows'"):
        read(tmp_path, "q,x\n01,1\n1.5,1\n", mapping=mapping)
    own = {"columns": {"answer": {"column": "q", "values": {"1.0": "a", "1": "b"}}}}
    assert read(tmp_path, "q,x\n1.0,1\n1,1\n", mapping=own).table["answer"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (5, "mapping: int; expected a YAML file"),
        (["columns"], "mapping: list; expected a YAML file"),
        ({"columns": {"age": {"column": "a", "columns": ["b"]}}}, "both 'column' and 'columns'"),
        (
            {"columns": {"sex": {"column": "a", "values": {"1": "M", " 1": "F"}}}},
            "named twice: '1'",
        ),
        (
            {"columns": {"sex": {"column": "a", "values": {"9": "M"}, "missing": [9]}}},
            "under values and under missing: '9'",
        ),
    ],
)
def test_mappings_that_say_two_things_or_nothing_are_refused(mapping, words):
    with pytest.raises(ParameterError, match=words):
        read_mapping(mapping, ["a", "b"])


def test_parquet_of_every_type_is_read(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {
        "age": arrow.array([21, 22]).dictionary_encode(),
        "sex": arrow.array(["F", None]).dictionary_encode(),
        "region": arrow.array([b"Rabat", "Фес".encode()]),
        "list": arrow.array([[1], [2, 3]]),
    }
    parquet.write_table(arrow.table(columns), tmp_path / "s.parquet")
    table = sf.read_survey(tmp_path / "s.parquet").table
    assert table["age"].tolist() == [21, 22]
    assert table["sex"].fillna("").tolist() == ["F", ""]
    assert table["region"].tolist() == ["Rabat", "Фес"]
    kept = sf.read_survey(tmp_path / "s.parquet", mapping={"keep": "list"}).table
    assert kept["list"].str.startswith("[").all()


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_stata_files_of_every_format_and_their_empty_cells(tmp_path, version):
    rows = pd.DataFrame({"age": [21, 22, 23], "q": pd.Series([1, "a", 2], dtype=object)})
    labels = {"q": {1: "man", 2: "woman", "a": "refused"}}
    pyreadstat.write_dta(
        rows, str(tmp_path / "s.dta"), version=version, variable_value_labels=labels,
        missing_user_values={"q": ["a"]},
    )  # fmt: skip
    sexes = {"column": "q", "values": {"man": "M", "woman": "F"}, "missing": ["refused"]}
    made = sf.read_survey(tmp_path / "s.dta", mapping={"columns": {"age": "age", "sex": sexes}})
    assert made.table["sex"].fillna("").tolist() == ["M", "", "F"]
    assert made.labels.set_index("code")["label"].get(".a") == "refused"


def test_spss_seconds_are_dates_from_1583_to_9999_and_times_are_hours():
    days = ["1583-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"]
    seconds = pd.Series(
        [(np.datetime64(d) - np.datetime64("1582-10-14")).astype(int) * 86400.0 for d in days]
    )
    assert told_dates(seconds, "day", []).tolist() == days
    assert told_dates(seconds, "month", []).tolist() == [d[:7] for d in days]
    assert told_dates(seconds, "quarter", []).tolist()[:3] == ["1583-01", "1969-10", "1970-01"]
    outside = pd.Series([seconds[0] - 1, seconds[4] + 1])
    assert told_dates(outside, "day", []).tolist() == outside.tolist()
    assert told_dates(pd.Series([3661.0, 90000.0]), "time", []).tolist() == ["01:01:01", "25:00:00"]
