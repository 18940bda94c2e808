"""Results are frozen, print themselves and save without overwriting."""

import json
from dataclasses import FrozenInstanceError, dataclass

import pandas as pd
import pytest

from skillsfc.errors import SourceError
from skillsfc.results import Result, table_hash


@dataclass(frozen=True)
class Settings:
    horizon: int = 2035


@pytest.fixture
def result():
    table = pd.DataFrame({"year": [2024, 2025], "persons": [1.5, 2.0]})
    return Result(table, settings=Settings(), notes=("<b>care</b>",), provenance={"seed": 1})


def test_a_result_cannot_be_changed(result):
    with pytest.raises(FrozenInstanceError):
        result.table = pd.DataFrame()


def test_to_frame_is_a_copy(result):
    result.to_frame().loc[0, "persons"] = 99.0
    assert result.table.loc[0, "persons"] == 1.5


def test_summary_names_settings_and_notes(result):
    assert "horizon = 2035" in repr(result)
    assert "<b>care</b>" in result.summary()


def test_html_escapes_notes_and_cells(result):
    assert "&lt;b&gt;care" in result._repr_html_()
    table = pd.DataFrame({"note": ["<script>alert(1)</script>"]})
    assert "<script>" not in Result(table)._repr_html_()


def test_html_says_how_many_rows_it_left_out():
    assert "5 more rows" in Result(pd.DataFrame({"year": range(25)}))._repr_html_()


def test_save_writes_table_and_about_and_never_overwrites(result, tmp_path):
    folder = result.save(tmp_path / "run")
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    assert about["settings"] == {"horizon": 2035}
    assert about["provenance"] == {"seed": 1}
    pd.testing.assert_frame_equal(pd.read_csv(folder / "table.csv"), result.table)
    with pytest.raises(SourceError, match="exists already"):
        result.save(folder)


def test_the_hash_follows_content_not_identity(result):
    assert table_hash(result.table) == table_hash(result.table.copy())
    assert table_hash(result.table) != table_hash(result.table.assign(persons=[1.5, 2.1]))


def test_the_hash_is_the_same_for_every_way_to_hold_a_column():
    def of(values, dtype=None):
        return table_hash(pd.DataFrame({"a": pd.Series(values, dtype=dtype)}))

    assert len({of([1, 2], kind) for kind in ("int64", "int8", "Int64", "UInt8")}) == 1
    assert len({of([1, None], kind) for kind in ("Int64", "Int32")}) == 1
    assert len({of(["a", None], kind) for kind in ("str", "object", "category", "string")}) == 1
    different = [
        of([1, None], "Int64"), of([1, 0], "Int64"), of([1.0, 0.0]), of(["1", "0"]),
        of(["10", ""]), of(["1", "0", "1"]), of(["0", "1"]), of([True, False]), of([[1], [0]]),
    ]  # fmt: skip
    assert len(set(different)) == len(different)


def test_a_note_told_twice_stands_once_in_the_order_told():
    made = Result(pd.DataFrame({"year": [2024]}), notes=("Weighted.", "One row.", "Weighted."))
    assert made.notes == ("Weighted.", "One row.")
