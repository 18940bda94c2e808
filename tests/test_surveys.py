"""Person files of every kind, in every script, become the same table, or an error that says why."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, SourceError, TableError
from skillsfc.sources.surveys.formats import as_text
from skillsfc.sources.surveys.mapping import person_columns, read_mapping

MAPPING = {
    "columns": {
        "person": {"columns": ["hh", "line"]},
        "sex": {"column": "q1", "values": {"1": "M", "2": "F"}},
        "age": "q2",
        "activity": {
            "column": "q3",
            "values": {"1": "employed", "2": "unemployed", "3": "outside"},
            "missing": ["9"],
        },
        "in_education": {"column": "q4", "values": {"1": True, "2": False}, "missing": ["8"]},
        "weight": "w",
    }
}
RAW = pd.DataFrame(
    {
        "hh": [10, 10, 11, 12],
        "line": [1, 2, 1, 1],
        "q1": [1, 2, 2, 1],
        "q2": [17, 22, 29, 41],
        "q3": [3, 1, 9, 2],
        "q4": [1, 2, 8, 2],
        "w": [1.5, 2.0, 0.25, 3.0],
    }
)
LABELS = {"q1": {1: "мужской", 2: "женский"}, "q3": {1: "занят", 2: "безработный", 3: "вне"}}


def write(folder, kind):
    path = folder / f"survey.{kind}"
    if kind == "csv":
        RAW.to_csv(path, index=False)
    elif kind == "dta":
        RAW.to_stata(path, write_index=False, version=118, value_labels=LABELS,
                     variable_labels={"q1": "Пол", "q3": "Занятость"})  # fmt: skip
    elif kind == "sav":
        pyreadstat.write_sav(RAW, str(path), column_labels={"q1": "Пол", "q3": "Занятость"},
                             variable_value_labels=LABELS)  # fmt: skip
    elif kind == "parquet":
        RAW.to_parquet(path)
    else:
        RAW.to_excel(path, index=False)
    return path


@pytest.mark.parametrize("kind", ["csv", "dta", "sav", "parquet", "xlsx"])
def test_every_kind_of_file_gives_the_same_table(tmp_path, kind):
    made = sf.read_survey(write(tmp_path, kind), mapping=MAPPING)
    assert made.table["person"].tolist() == ["10-1", "10-2", "11-1", "12-1"]
    assert made.table["sex"].tolist() == ["M", "F", "F", "M"]
    assert made.table["age"].tolist() == [17, 22, 29, 41]
    assert made.table["activity"].fillna("").tolist() == ["outside", "employed", "", "unemployed"]
    answers = made.table["in_education"]
    assert answers.isna().tolist() == [False, False, True, False]
    assert answers.dropna().tolist() == [True, False, False]
    assert made.table["weight"].tolist() == [1.5, 2.0, 0.25, 3.0]
    counted = made.diagnostics.set_index("column")
    assert counted.loc["activity", ["recoded", "missing"]].tolist() == [3, 1]
    assert counted.loc["age", "recoded"] == 0


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_labels_of_stata_and_spss_are_kept_and_can_be_named_in_the_mapping(tmp_path, kind):
    words = {"занят": "employed", "безработный": "unemployed", "вне": "outside"}
    mapping = {"columns": {"activity": {"column": "q3", "values": words, "missing": ["9"]}}}
    made = sf.read_survey(write(tmp_path, kind), mapping=mapping)
    assert made.table["activity"].dropna().tolist() == ["outside", "employed", "unemployed"]
    kept = made.labels.set_index("code")["label"].to_dict()
    assert kept == {"1": "занят", "2": "безработный", "3": "вне"}
    assert set(made.labels["title"]) == {"Занятость"}


@pytest.mark.parametrize(
    ("encoding", "age", "sex"),
    [
        ("cp1251", "Возраст", "пол"),
        ("cp1256", "العمر", "الجنس"),
        ("utf-16", "العمر", "пол"),
        ("utf-8-sig", "âge révolu", "sexe déclaré"),
    ],
)
def test_headers_in_any_script_and_encoding_are_found(tmp_path, encoding, age, sex):
    path = tmp_path / "s.csv"
    path.write_text(f"{age};{sex}\n21;1\n34;2\n", encoding=encoding)
    mapping = {"columns": {"age": age, "sex": {"column": sex, "values": {"1": "M", "2": "F"}}}}
    assert sf.read_survey(path, mapping=mapping).table["sex"].tolist() == ["M", "F"]


def test_a_header_typed_in_another_unicode_form_is_found(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("âge\n21\n", encoding="utf-8")  # a and a combining circumflex
    assert sf.read_survey(path, mapping={"columns": {"age": "âge"}}).table["age"].tolist() == [21]


def test_numbers_in_eastern_digits_and_with_a_declared_decimal_comma_are_read(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("العمر;w\n٢١;1,5\n٣٤;2\n", encoding="utf-8")
    mapping = {"columns": {"age": "العمر", "weight": "w"}}
    table = sf.read_survey(path, mapping=mapping, decimal=",").table
    assert table["age"].tolist() == [21, 34]
    assert table["weight"].tolist() == [1.5, 2.0]
    with pytest.raises(TableError, match=r"no number in 1 rows: '1,5'.*decimal=','"):
        sf.read_survey(path, mapping=mapping)


def test_the_mapping_may_be_a_file_whose_words_stay_words(tmp_path):
    path = tmp_path / "m.yml"
    path.write_text(
        "columns:\n  country: NO\n  in_education: {column: q4, values: {1: yes, 2: no},"
        " missing: [8]}\nkeep: [q2]\n",
        encoding="utf-8",
    )
    raw = RAW.assign(NO="MAR")
    raw.to_csv(tmp_path / "s.csv", index=False)
    table = sf.read_survey(tmp_path / "s.csv", mapping=path).table
    assert table["country"].unique().tolist() == ["MAR"]
    assert table["in_education"].dropna().tolist() == [True, False, False]
    assert table["q2"].tolist() == ["17", "22", "29", "41"]  # a column of the user's own: text


def test_without_a_mapping_our_names_are_taken_and_the_rest_counted(tmp_path):
    pd.DataFrame({"age": [20], "sex": ["F"], "other": [1]}).to_csv(tmp_path / "s.csv", index=False)
    made = sf.read_survey(tmp_path / "s.csv")
    assert list(made.table.columns) == ["age", "sex"]
    assert made.notes == ("1 columns of the file were not asked for.",)


def test_codes_that_the_mapping_does_not_name_are_all_listed(tmp_path):
    mapping = {
        "columns": {
            "sex": {"column": "q1", "values": {"1": "M"}},
            "activity": {"column": "q3", "values": {"1": "working", "2": "unemployed"}},
        }
    }
    with pytest.raises(TableError) as caught:
        sf.read_survey(write(tmp_path, "dta"), mapping=mapping)
    text = str(caught.value)
    assert "2 (женский): 2 rows" in text
    assert "9: 1 rows" in text
    assert "'working'" in text
    assert len(caught.value.problems) == 3


def test_wrong_mappings_name_every_slip_at_once(tmp_path):
    mapping = {"colums": {}, "columns": {"age": "q22", "sex": {"column": "q1", "value": {}}}}
    with pytest.raises(ParameterError) as caught:
        sf.read_survey(write(tmp_path, "csv"), mapping=mapping)
    text = str(caught.value)
    assert "Did you mean 'columns'?" in text
    assert "no column 'q22'" in text
    assert "Did you mean 'q2'?" in text
    assert "Did you mean 'values'?" in text
    with pytest.raises(ParameterError, match="made twice: 'q1'"):
        sf.read_survey(write(tmp_path, "csv"), mapping={"columns": {"q1": "q1"}, "keep": ["q1"]})
    with pytest.raises(ParameterError, match="at least one column"):
        read_mapping({}, ["a"])


def test_a_type_that_does_not_fit_is_named(tmp_path):
    pd.DataFrame({"age": ["20.5"], "in_education": ["maybe"], "sex": ["X"]}).to_csv(
        tmp_path / "s.csv", index=False
    )
    with pytest.raises(TableError) as caught:
        sf.read_survey(tmp_path / "s.csv")
    assert len(caught.value.problems) == 3
    assert "not whole in 1 rows: '20.5'" in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    for name, content in (("a.dta", b"nonsense"), ("a.sav", b"nonsense"), ("a.pkl", b"x")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=r"not a readable|not read"):
            sf.read_survey(tmp_path / name)
    with pytest.raises(SourceError, match="an address"):
        sf.read_survey("https://example.org/survey.csv")
    pd.DataFrame({"x": [1]}).to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(TableError, match="Give a mapping"):
        sf.read_survey(tmp_path / "s.csv")


def test_printing_a_person_file_shows_no_row(tmp_path):
    pd.DataFrame({"person": ["canary-7781"], "wage": [987654.25]}).to_csv(
        tmp_path / "s.csv", index=False
    )
    made = sf.read_survey(tmp_path / "s.csv")
    for shown in (repr(made), str(made), made._repr_html_(), made.summary()):
        assert "canary" not in shown
        assert "987654" not in shown
        assert "wage" in shown


def test_spells_are_read_and_must_have_their_columns(tmp_path):
    rows = pd.DataFrame({"id": [1, 1], "où": ["école", "emploi"], "de": [0, 24], "à": [24, 30]})
    rows.to_csv(tmp_path / "s.csv", index=False, encoding="utf-8")
    mapping = {"columns": {"person": "id", "state": "où", "start": "de", "end": "à"}}
    table = sf.read_spells(tmp_path / "s.csv", mapping=mapping).table
    assert table["state"].tolist() == ["école", "emploi"]
    assert table["end"].dtype == np.float64
    del mapping["columns"]["end"]
    with pytest.raises(TableError, match="start and end, or start_year and end_year"):
        sf.read_spells(tmp_path / "s.csv", mapping=mapping)


def test_examplias_survey_comes_back_as_it_was_written(tmp_path):
    survey = sf.example(seed=1).labour_force_survey.head(300)
    survey.to_csv(tmp_path / "s.csv", index=False)
    table = sf.read_survey(tmp_path / "s.csv").table
    for name in ("age", "weight", "wage", "search_months"):
        assert np.allclose(table[name].astype(float), survey[name].astype(float), equal_nan=True)
    for name in ("in_education", "wants_other_job", "intends_to_work"):
        assert (table[name].astype(bool).to_numpy() == survey[name].to_numpy()).all()
    assert (table["contract"].fillna("") == survey["contract"]).all()


def test_the_list_of_person_columns_is_well_formed():
    listed = person_columns()
    assert listed.index.is_unique
    assert set(listed["dtype"]) <= {"string", "int", "float", "bool"}
    assert (listed["definition"].str.len() > 5).all()
    example = sf.example(seed=1)
    ours = set(example.labour_force_survey.columns) | set(example.spells.columns)
    assert ours - {"source", "note", "track"} <= set(listed.index)


def test_cells_become_the_shortest_text_that_gives_them_back():
    table = pd.DataFrame({"a": [1.0, np.nan, 0.1], "b": [True, False, None], "c": ["01", "", "x"]})
    assert as_text(table).to_numpy().tolist() == [
        ["1", "true", "01"],
        ["", "false", ""],
        ["0.1", "", "x"],
    ]
    dates = pd.DataFrame({"d": pd.to_datetime(["1993-07-01", None])})
    assert as_text(dates)["d"].tolist() == ["1993-07-01", ""]
