"""A user's file is read as it is or refused by name; nothing is guessed in silence."""

import io
import pickle
import zipfile
from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillsfc.errors import CoverageError, SkillsfcError, SourceError, TableError
from skillsfc.sources.encoding import decode
from skillsfc.sources.files import read_table

HEADER = "country,year,sector,persons,unit,status,source\n"
ROWS = "MAR,2020,A,10.5,persons,observed,mine\nMAR,2021,A,11,persons,observed,mine\n"


def write(folder, text, name="mine.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read_text(folder, text, **options):
    return read_table(write(folder, text, encoding=options.pop("written", "utf-8")), **options)


def test_a_plain_csv_becomes_a_checked_table(tmp_path):
    table = read_text(tmp_path, HEADER + ROWS)
    assert list(table["persons"]) == [10.5, 11.0]
    assert table["year"].dtype == "int64"
    assert list(table["country"]) == ["MAR", "MAR"]


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_are_read_alike(tmp_path, written):
    text = (HEADER.strip() + ",note\n") + "MAR,2020,A,1,persons,observed,mine,الفلاحة Сельское\n"
    table = read_text(tmp_path, text, written=written)
    assert table["note"].iloc[0] == "الفلاحة Сельское"


def test_semicolons_tabs_and_declared_decimal_commas(tmp_path):
    text = (HEADER + ROWS).replace(",", ";").replace("10.5", "1\u202f234,5")
    assert read_text(tmp_path, text, decimal=",")["persons"].iloc[0] == 1234.5
    tabs = (HEADER + ROWS).replace(",", "\t")
    assert len(read_text(tmp_path, tabs)) == 2


def test_an_undeclared_decimal_comma_is_refused_with_the_remedy(tmp_path):
    text = (HEADER + ROWS).replace(",", ";").replace("10.5", "10,5")
    with pytest.raises(TableError, match="Say decimal=','"):
        read_text(tmp_path, text)


def test_a_point_beside_a_declared_comma_is_refused(tmp_path):
    text = (HEADER + ROWS).replace(",", ";").replace("10.5", "1.234,5")
    with pytest.raises(TableError, match=r"1 values not numbers: '1\.234,5'"):
        read_text(tmp_path, text, decimal=",")


def test_problems_of_cells_codes_and_status_come_together(tmp_path):
    text = HEADER + ROWS.replace("10.5", "ten").replace("observed", "guessed").replace("MAR", "QQQ")
    with pytest.raises(TableError) as caught:
        read_text(tmp_path, text)
    for part in ("'ten'", "'guessed'", "'QQQ'"):
        assert part in str(caught.value)


def test_a_delimiter_of_two_signs_is_refused(tmp_path):
    with pytest.raises(SourceError, match="delimiter 'ab'"):
        read_text(tmp_path, HEADER + ROWS, delimiter="ab")


def test_a_file_without_the_country_asked_for_is_refused(tmp_path):
    kept = read_text(tmp_path, HEADER + ROWS, country="mar")
    assert set(kept["country"]) == {"MAR"}
    with pytest.raises(CoverageError, match=r"no row of TUN; expected one of 'MAR'"):
        read_text(tmp_path, HEADER + ROWS, country="TUN")


def test_a_table_name_asks_for_its_measure_too(tmp_path):
    text = "country,year,share,unit,status,source\nMAR,2020,0.5,share,observed,mine\n"
    assert len(read_text(tmp_path, text)) == 1
    with pytest.raises(TableError, match=r"measure columns 'share'; expected one of 'persons'"):
        read_text(tmp_path, text, table="employment")


def test_arabic_digits_are_digits(tmp_path):
    assert read_text(tmp_path, HEADER + ROWS.replace("10.5", "١٢"))["persons"].iloc[0] == 12


def test_codes_survive_as_text(tmp_path):
    text = (
        "country,year,occupation,persons,unit,status,source\nNA,2020,0110,1,persons,observed,NA\n"
    )
    table = read_text(tmp_path, text.replace("NA,2020", "MAR,2020"))
    assert table["occupation"].iloc[0] == "0110"
    assert table["source"].iloc[0] == "NA"


def test_an_empty_cell_is_missing_and_not_nought(tmp_path):
    assert read_text(tmp_path, HEADER + ROWS.replace("10.5", ""))["persons"].isna().iloc[0]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Сельское хозяйство и Промышленность"),
        ("cp1256", "قطاع الفلاحة والصناعة"),
        ("cp1252", "Éducation générale, secteur privé"),
    ],
)
def test_an_old_code_page_is_read_where_it_is_the_only_one_that_fits(tmp_path, encoding, text):
    content = HEADER.strip() + ',note\nMAR,2020,A,1,persons,observed,mine,"' + text + '"\n'
    assert read_text(tmp_path, content, written=encoding)["note"].iloc[0] == text


@pytest.mark.parametrize(("encoding", "word"), [("cp1254", "işçi"), ("cp1250", "čišćenje")])
def test_code_pages_that_cannot_be_told_apart_are_refused(tmp_path, encoding, word):
    content = HEADER.strip() + f",note\nMAR,2020,A,1,persons,observed,mine,{word}\n"
    with pytest.raises(SourceError, match=f"encoding= one of .*{encoding}"):
        read_text(tmp_path, content, written=encoding)
    table = read_text(tmp_path, content, written=encoding, encoding=encoding)
    assert table["note"].iloc[0] == word


@pytest.mark.parametrize("encoding", ["utf-8", "no-such", "utf-16"])
def test_a_wrong_named_encoding_is_refused(tmp_path, encoding):
    with pytest.raises(SourceError, match=encoding):
        read_text(tmp_path, b"country\n\xff\xfe\xfd", encoding=encoding)


BAD_FILES = {
    "empty": (b"", "empty"),
    "blank": (b"\n\n\n", "empty"),
    "header only": (HEADER.encode(), "no rows below the header"),
    "cut off": ((HEADER + ROWS).encode()[:-12], "cut off"),
    "open quote": ((HEADER + '"MAR,2020').encode(), "not readable as csv"),
    "ragged": ((HEADER + "MAR,2020\n" + ROWS).encode(), "do not have 7 cells"),
    "twice": ((HEADER.replace("sector", "year") + ROWS).encode(), "named twice: 'year'"),
    "no name": ((HEADER.replace("sector", "") + ROWS).encode(), "no name in column '3'"),
    "binary": (b"a,b\n\x00\x01,2\n", "NUL"),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_damaged_file_is_refused_by_name(tmp_path, fault):
    content, said = BAD_FILES[fault]
    with pytest.raises(SourceError, match=said) as caught:
        read_text(tmp_path, content)
    assert "mine.csv" in str(caught.value)


def test_a_file_cut_anywhere_never_gives_a_changed_value_in_silence(tmp_path):
    """Inside the last cell a cut cannot be seen; everywhere else it is refused or whole rows."""
    whole = read_text(tmp_path, HEADER + ROWS)
    content = (HEADER + ROWS).encode()
    last_cell = len(content) - len("mine\n")
    for at in range(len(HEADER), last_cell):
        try:
            part = read_text(tmp_path, content[:at])
        except SkillsfcError:
            continue
        assert part["persons"].tolist() == whole["persons"].tolist()[: len(part)]


@pytest.mark.parametrize(
    "path", ["http://example.org/x.csv", "file:///etc/passwd", "s3://b/x.csv", "x\x00.csv"]
)
def test_an_address_is_refused(path):
    with pytest.raises(SourceError, match="an address"):
        read_table(path)


def test_pickles_folders_and_missing_files_are_refused(tmp_path):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({}))
    (tmp_path / "folder.csv").mkdir()
    for name, said in (("x.pkl", "not read"), ("folder.csv", "not a file"), ("no.csv", "no such")):
        with pytest.raises(SourceError, match=said):
            read_table(tmp_path / name)


def test_the_schema_speaks_all_problems_at_once(tmp_path):
    text = HEADER.replace("persons", "share").replace("sector", "sectr") + ROWS
    with pytest.raises(TableError) as caught:
        read_text(tmp_path, text)
    assert "Did you mean 'sector'" in str(caught.value)
    assert "Percent? Divide by 100" in str(caught.value)


def frame():
    return pd.read_csv(io.StringIO(HEADER + ROWS), dtype=str)


def test_a_workbook_is_read_as_text_first(tmp_path):
    path = tmp_path / "mine.xlsx"
    frame().assign(year=[2020, 2021], persons=[10.5, 11.0]).to_excel(path, index=False)
    assert list(read_table(path)["persons"]) == [10.5, 11.0]


def test_a_workbook_with_two_sheets_needs_a_name(tmp_path):
    path = tmp_path / "mine.xlsx"
    with pd.ExcelWriter(path) as writer:
        frame().to_excel(writer, sheet_name="jobs", index=False)
        frame().to_excel(writer, sheet_name="notes", index=False)
    with pytest.raises(SourceError, match="sheet= one of 'jobs', 'notes'"):
        read_table(path)
    with pytest.raises(SourceError, match="Did you mean 'jobs'"):
        read_table(path, sheet="job")
    assert len(read_table(path, sheet="jobs")) == 2


def test_merged_cells_and_broken_workbooks_are_refused(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["country", "year"])
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "merged.xlsx")
    with pytest.raises(SourceError, match="merged cells at 'A1:B1'"):
        read_table(tmp_path / "merged.xlsx")
    (tmp_path / "broken.xlsx").write_bytes((tmp_path / "merged.xlsx").read_bytes()[:500])
    with pytest.raises(SourceError, match="not a readable workbook"):
        read_table(tmp_path / "broken.xlsx")


def test_a_workbook_that_unpacks_without_measure_is_refused(tmp_path, monkeypatch):
    from skillsfc.sources import raw_rows as files

    monkeypatch.setattr(files, "LARGEST_UNPACKED", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", " " * 10_000)
    with pytest.raises(SourceError, match="unpacks to more"):
        read_table(tmp_path / "bomb.xlsx")


def test_parquet_is_read_where_pyarrow_is_there(tmp_path):
    pytest.importorskip("pyarrow", reason="parquet needs pyarrow")
    path = tmp_path / "mine.parquet"
    frame().assign(year=[2020, 2021], persons=[10.5, 11.0]).to_parquet(path)
    assert len(read_table(path)) == 2
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SourceError, match="not a readable parquet"):
        read_table(path)


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_no_bytes_give_anything_but_a_table_or_a_named_error(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("bytes")
    with suppress(SkillsfcError):
        read_table(write(folder, content))


@given(st.sampled_from(["cp1251", "cp1256"]), st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_text_is_never_taken_for_another_script(tmp_path_factory, encoding, words):
    text = {"cp1251": "занятость ", "cp1256": "التشغيل "}[encoding] * words
    file = tmp_path_factory.mktemp("x") / "x.csv"
    with suppress(SourceError):
        assert decode(text.encode(encoding), file) == text


def test_a_lone_point_under_a_declared_comma_is_refused_with_all_else(tmp_path):
    text = (HEADER + ROWS).replace(",", ";").replace("10.5", "1.234")
    with pytest.raises(TableError, match=r"1 values with a point: '1\.234'.*thousands"):
        read_text(tmp_path, text, decimal=",")
    with pytest.raises(TableError) as caught:
        read_text(tmp_path, text.replace("observed", "guessed"), decimal=",")
    assert "'1.234'" in str(caught.value)
    assert "'guessed'" in str(caught.value)
    assert read_text(tmp_path, text)["persons"].iloc[0] == 1.234


def test_numbers_of_typed_files_have_no_decimal_comma_to_declare(tmp_path):
    rows = frame().assign(year=[2020, 2021], persons=[1.234, 11.0])
    rows.to_excel(tmp_path / "mine.xlsx", index=False)
    assert list(read_table(tmp_path / "mine.xlsx", decimal=",")["persons"]) == [1.234, 11.0]
    rows = rows.assign(persons=pd.Series(["1,5", 2.25], dtype=object))
    rows.to_excel(tmp_path / "mine.xlsx", index=False)
    assert list(read_table(tmp_path / "mine.xlsx", decimal=",")["persons"]) == [1.5, 2.25]


def test_keys_in_the_index_of_a_parquet_file_are_kept(tmp_path):
    pytest.importorskip("pyarrow", reason="parquet needs pyarrow")
    rows = frame().assign(year=[2020, 2021], persons=[10.5, 11.0]).set_index(["country", "year"])
    rows.to_parquet(tmp_path / "mine.parquet")
    assert list(read_table(tmp_path / "mine.parquet")["year"]) == [2020, 2021]
