"""Person files of every kind, in every script, become the same table, or an error that says why."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, SourceError, TableError
from skillsfc.sources.surveys.formats import typed_cells
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
    assert set(listed["dtype"]) <= {"string", "int", "float", "bool", "time"}
    assert (listed["definition"].str.len() > 5).all()
    example = sf.example(seed=1)
    ours = set(example.labour_force_survey.columns) | set(example.spells.columns)
    assert ours - {"source", "note", "track"} <= set(listed.index)


def test_cells_become_the_shortest_text_that_gives_them_back():
    table = pd.DataFrame({"a": [1.0, np.nan, 0.1], "b": [True, False, None], "c": ["01", "", "x"]})
    cells, numbers = typed_cells(table)
    assert numbers == {"a": {"0.1"}, "b": set(), "c": set()}
    assert cells.to_numpy().tolist() == [
        ["1", "true", "01"],
        ["", "false", ""],
        ["0.1", "", "x"],
    ]
    dates = pd.DataFrame({"d": pd.to_datetime(["1993-07-01", None])})
    assert typed_cells(dates)[0]["d"].tolist() == ["1993-07-01", ""]


SPSS = pd.DataFrame(
    {"age": [21.0, 34.0, 99.0], "wage": [100.0, 99999.0, 200.0], "act": [1.0, 2.0, 9.0],
     "who": ["a", "zz", "b"]}
)  # fmt: skip
SPSS_MISSING = {"wage": [99999], "act": [9], "age": [{"lo": 98, "hi": 99}], "who": ["zz"]}


def test_codes_that_spss_declares_missing_are_left_empty_and_counted(tmp_path):
    pyreadstat.write_sav(SPSS, str(tmp_path / "s.sav"), missing_ranges=SPSS_MISSING)
    mapping = {"columns": {"age": "age", "wage": "wage", "person": "who"}}
    made = sf.read_survey(tmp_path / "s.sav", mapping=mapping)
    assert made.table["age"].dropna().tolist() == [21, 34]
    assert made.table["wage"].dropna().tolist() == [100.0, 200.0]
    assert made.table["person"].isna().tolist() == [False, True, False]
    assert made.diagnostics["missing"].tolist() == [1, 1, 1]
    note = "Column 'wage': 1 cells left empty because the file declares '99999' to mean no answer."
    assert note in made.notes


@pytest.mark.parametrize("named", ["9", "Refused"])
def test_a_code_declared_missing_that_the_mapping_names_is_kept(tmp_path, named):
    labels = {"act": {1: "Employed", 2: "Unemployed", 9: "Refused"}}
    pyreadstat.write_sav(
        SPSS, str(tmp_path / "s.sav"), missing_ranges=SPSS_MISSING, variable_value_labels=labels
    )
    values = {"1": "employed", "2": "unemployed"}
    entry = {"column": "act", "values": values}
    made = sf.read_survey(tmp_path / "s.sav", mapping={"columns": {"activity": entry}})
    assert made.table["activity"].isna().tolist() == [False, False, True]
    assert len([note for note in made.notes if "declares '9'" in note]) == 1
    entry = {"column": "act", "values": {**values, named: "outside"}}
    made = sf.read_survey(tmp_path / "s.sav", mapping={"columns": {"activity": entry}})
    assert made.table["activity"].tolist() == ["employed", "unemployed", "outside"]
    assert not any("declares" in note for note in made.notes)


DAYS = {day: (pd.Timestamp(day) - pd.Timestamp("1582-10-14")).total_seconds()
        for day in ("1993-07-01", "1994-09-30", "1900-01-01")}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("DATE11", ["1993-07-01", "1994-09-30"]),
        ("EDATE10", ["1993-07-01", "1994-09-30"]),
        ("DATETIME20", ["1993-07-01", "1994-09-30"]),
        ("MOYR8", ["1993-07", "1994-09"]),
        ("QYR6", ["1993-07", "1994-07"]),
    ],
)
@pytest.mark.parametrize("code", [99.0, 99999999999.0, 9999999999999.0, DAYS["1900-01-01"]])
def test_codes_that_spss_declares_missing_in_a_column_of_dates_are_left_empty(
    tmp_path, form, told, code
):
    rows = pd.DataFrame({"birth": [DAYS["1993-07-01"], code, DAYS["1994-09-30"], np.nan]})
    path = tmp_path / "s.sav"
    pyreadstat.write_sav(
        rows, str(path), missing_ranges={"birth": [code]}, variable_format={"birth": form}
    )
    made = sf.read_survey(path)
    assert made.table["birth"].fillna("").tolist() == [told[0], "", told[1], ""]
    found = f"declares '{code:.0f}' to mean no answer"
    assert f"Column 'birth': 1 cells left empty because the file {found}." in made.notes
    named = {"birth": {"column": "birth", "values": {f"{code:.0f}": "1950-01"}}}
    with pytest.raises(TableError, match="says nothing of"):  # named, so all have to be
        sf.read_survey(path, mapping={"columns": named})


def test_codes_in_a_column_of_spss_dates_that_nobody_declared_are_named(tmp_path):
    path = tmp_path / "s.sav"
    rows = pd.DataFrame({"birth": [DAYS["1993-07-01"], 99.0], "hour": [3661.0, 99.0]})
    formats = {"birth": "DATE11", "hour": "TIME8"}
    pyreadstat.write_sav(rows, str(path), variable_format=formats)
    with pytest.raises(TableError, match=r"dates in 1 rows, something else in 1: '99'"):
        sf.read_survey(path)
    table = sf.read_survey(path, mapping={"keep": "hour"}).table
    assert table["hour"].tolist() == ["01:01:01", "00:01:39"]
    labels = {"birth": {99.0: "no answer"}, "hour": {99.0: "no answer"}}
    pyreadstat.write_sav(rows, str(path), variable_format=formats, variable_value_labels=labels)
    mapping = {"columns": {"birth": {"column": "birth", "missing": "no answer"},
                           "hour": {"column": "hour", "missing": "99"}}}  # fmt: skip
    table = sf.read_survey(path, mapping=mapping).table
    assert table.isna().to_numpy().tolist() == [[False, False], [True, True]]


def old_stata(path, words, encoding, version=114):
    """Write a Stata file before Unicode: labels, cells and value labels in an old code page."""

    def as_bytes(word):
        return word.encode(encoding).decode("latin-1")

    table = pd.DataFrame({"age": [21, 34], "q1": [1, 2], "q2": [as_bytes(w) for w in words[:2]]})
    table.to_stata(
        path, write_index=False, version=version, variable_labels={"q2": as_bytes(words[2])},
        value_labels={"q1": {1: as_bytes(words[3]), 2: as_bytes(words[4])}},
    )  # fmt: skip
    return path


RUSSIAN = ("Ташкент", "Самарканд", "Область", "мужской", "женский")
ARABIC = ("الرباط", "تونس", "المنطقة", "ذكر", "أنثى")


@pytest.mark.parametrize("version", [114, 117])
@pytest.mark.parametrize(
    ("words", "encoding", "told"),
    [
        (RUSSIAN, "cp1251", None),
        (RUSSIAN, "cp1251", "cp1251"),
        (ARABIC, "cp1256", None),
        (RUSSIAN, "cp866", "cp866"),
        (("Oujda", "Rabat", "region", "man", "woman"), "ascii", None),
    ],
)
def test_text_of_old_stata_files_is_read_in_its_true_encoding(
    tmp_path, version, words, encoding, told
):
    path = old_stata(tmp_path / "old.dta", words, encoding, version)
    sexes = {"column": "q1", "values": {words[3]: "M", words[4]: "F"}}
    made = sf.read_survey(path, mapping={"columns": {"region": "q2", "sex": sexes}}, encoding=told)
    assert made.table["region"].tolist() == list(words[:2])
    assert made.table["sex"].tolist() == ["M", "F"]
    assert words[2] in set(made.labels["title"])


def test_headers_of_old_stata_files_are_decoded_too(tmp_path):
    path = tmp_path / "old.dta"
    raw = "Возраст".encode("cp1251")
    pd.DataFrame({"xxxxxxx": [21, 34]}).to_stata(path, write_index=False, version=114)
    path.write_bytes(path.read_bytes().replace(b"xxxxxxx", raw, 1))
    made = sf.read_survey(path, mapping={"columns": {"age": "Возраст"}})
    assert made.table["age"].tolist() == [21, 34]


def test_old_stata_text_of_no_certain_encoding_is_refused_with_the_candidates(tmp_path):
    words = ("Île", "Dakar", "reçu à", "Niño", "señora")
    path = old_stata(tmp_path / "old.dta", words, "cp1252")
    with pytest.raises(SourceError, match=r"encoding= one of .*'cp1252'"):
        sf.read_survey(path)
    with pytest.raises(SourceError, match="not ascii"):
        sf.read_survey(path, encoding="ascii")
    with pytest.raises(SourceError, match="true encoding"):
        sf.read_survey(path, encoding="utf-16")
    made = sf.read_survey(path, encoding="cp1252", mapping={"columns": {"region": "q2"}})
    assert made.table["region"].tolist() == ["Île", "Dakar"]


def test_a_point_beside_a_declared_decimal_comma_is_refused_in_text(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("age;wage\n21;1.234\n22;2,5\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"no number in 1 rows: '1\.234'.*allows no point"):
        sf.read_survey(path, decimal=",")
    with pytest.raises(ParameterError, match=r"decimal: ';'"):
        sf.read_survey(path, decimal=";")


@pytest.mark.parametrize("kind", ["dta", "sav", "parquet", "xlsx"])
def test_a_decimal_comma_leaves_numbers_of_typed_files_alone(tmp_path, kind):
    table = sf.read_survey(write(tmp_path, kind), mapping=MAPPING, decimal=",").table
    assert table["weight"].tolist() == [1.5, 2.0, 0.25, 3.0]
    rows = pd.DataFrame({"wage": [1.234, 2.5], "hours": ["1,5", "2"]})
    path = tmp_path / f"text.{kind}"
    if kind == "dta":
        rows.to_stata(path, write_index=False, version=118)
    elif kind == "sav":
        pyreadstat.write_sav(rows, str(path))
    elif kind == "parquet":
        rows.to_parquet(path)
    else:
        rows.to_excel(path, index=False)
    table = sf.read_survey(path, decimal=",").table
    assert table["wage"].tolist() == [1.234, 2.5]
    assert table["hours"].tolist() == [1.5, 2.0]


def test_a_workbook_cell_of_text_is_not_taken_for_the_number_beside_it(tmp_path):
    rows = pd.DataFrame({"wage": pd.Series([1.234, "2,5", 7.25], dtype=object)})
    rows.to_excel(tmp_path / "s.xlsx", index=False)
    assert sf.read_survey(tmp_path / "s.xlsx", decimal=",").table["wage"].tolist() == [
        1.234, 2.5, 7.25,
    ]  # fmt: skip
    rows.loc[1, "wage"] = "1.234"
    rows.to_excel(tmp_path / "s.xlsx", index=False)
    with pytest.raises(TableError, match=r"'1\.234'"):
        sf.read_survey(tmp_path / "s.xlsx", decimal=",")


def test_numbers_without_end_and_beyond_whole_numbers_are_named(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("age,wage\ninf,3\n21,-inf\n1e300,4\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        sf.read_survey(path)
    text = str(caught.value)
    assert "column 'age': no number in 2 rows: 'inf', '1e300'" in text
    assert "column 'wage': no number in 1 rows: '-inf'" in text


DATED = pd.DataFrame(
    {"person": [1, 1, 2], "state": ["school", "job", "school"],
     "start": pd.to_datetime(["1993-07-01", "1994-09-01", "1993-07-01"]),
     "end": pd.to_datetime(["1994-09-01", "1995-01-01", "1994-01-01"]),
     "interview": pd.to_datetime(["1995-01-01", "1995-01-01", "1994-02-01"])}
)  # fmt: skip


@pytest.mark.parametrize("kind", ["months", "days", "td", "tm", "sav", "parquet", "xlsx"])
def test_dates_of_spells_reach_the_check_as_dates(tmp_path, kind):
    times = ["start", "end", "interview"]
    names = {name: name for name in DATED.columns}
    if kind in ("months", "days"):
        path = tmp_path / "s.csv"
        form = "%Y-%m" if kind == "months" else "%Y-%m-%d"
        rows = DATED.assign(**{name: DATED[name].dt.strftime(form) for name in times})
        rows.to_csv(path, index=False)
    elif kind in ("td", "tm"):
        path = tmp_path / "s.dta"
        names["end"] = "till"  # Stata keeps the word "end" for itself
        DATED.rename(columns=names).to_stata(path, write_index=False, version=118,
                       convert_dates={names[name]: kind for name in times})  # fmt: skip
    elif kind == "sav":
        path = tmp_path / "s.sav"
        pyreadstat.write_sav(DATED, str(path))
    elif kind == "parquet":
        path = tmp_path / "s.parquet"
        DATED.to_parquet(path)
    else:
        path = tmp_path / "s.xlsx"
        DATED.to_excel(path, index=False)
    read = sf.read_spells(path, mapping={"columns": names})
    assert read.table["start"].iloc[1] == ("1994-09" if kind == "months" else "1994-09-01")
    checked = sf.check_spells(read, interview="interview").table
    assert checked["start"].tolist() == [0.0, 14.0, 0.0]
    assert checked["end"].tolist() == [14.0, 18.0, 6.0]
    assert checked["to_state"].tolist() == ["job", "censored", "censored"]


def test_dates_beside_other_things_and_in_other_forms_are_named(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("person,state,start,end\n1,a,1993-07,03/04/1994\n2,a,12,5\n3,a,,7\n")
    with pytest.raises(TableError) as caught:
        sf.read_spells(path)
    text = str(caught.value)
    assert "column 'start': dates in 1 rows, something else in 1: '12'" in text
    assert "column 'end': dates such as 03/04/1994: is that the day or the month first?" in text
    assert "all dates such as 1993-07, 1993-07-15 or 15.07.1993" in text


def test_a_missing_date_stays_missing_and_years_need_no_change(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("person,state,start,end\n1,a,1993-07,1994-01\n2,a,1993-08,\n")
    table = sf.read_spells(path).table
    assert table["end"].isna().tolist() == [False, True]
    checked = sf.check_spells(table, missing_values="drop").table
    assert checked["end"].tolist() == [6.0]


@pytest.mark.parametrize("key", ["drop_rows", "note"])
def test_the_mapping_takes_no_key_that_does_nothing(key):
    with pytest.raises(ParameterError, match=f"key '{key}': unknown"):
        read_mapping({"columns": {"age": "a"}, key: "x"}, ["a"])


def test_identifiers_in_the_index_of_a_parquet_file_are_kept(tmp_path):
    path = tmp_path / "s.parquet"
    rows = pd.DataFrame({"person": [7, 8], "year": [2020, 2020], "age": [20, 30]})
    rows.set_index("person").to_parquet(path)
    assert sf.read_survey(path).table["person"].tolist() == ["7", "8"]
    rows.set_index(["year", "person"]).to_parquet(path)
    assert sf.read_survey(path).table["year"].tolist() == [2020, 2020]
    rows.set_index(pd.MultiIndex.from_arrays([[1, 2], [7, 8]], names=[None, "person"])).drop(
        columns="person"
    ).to_parquet(path)
    assert list(sf.read_survey(path).table.columns) == ["person", "year", "age"]
    rows.set_index("person", drop=False).to_parquet(path)
    with pytest.raises(SourceError, match="both in the index and a column: 'person'"):
        sf.read_survey(path)


def test_a_code_wins_over_a_label_that_reads_the_same(tmp_path):
    rows = pd.DataFrame({"q": [1, 9, 3]})
    labels = {"q": {1: "9", 3: "none"}}
    rows.to_stata(tmp_path / "s.dta", write_index=False, version=118, value_labels=labels)
    mapping = {"columns": {"answer": {"column": "q", "missing": [9]}}}
    made = sf.read_survey(tmp_path / "s.dta", mapping=mapping)
    assert made.table["answer"].fillna("").tolist() == ["1", "", "3"]
    mapping = {"columns": {"answer": {"column": "q", "values": {"9": "nine", "none": "three"}}}}
    with pytest.raises(TableError, match=r"nothing of '1 \(9\): 1 rows'"):
        sf.read_survey(tmp_path / "s.dta", mapping=mapping)


@pytest.mark.parametrize(("encoding", "named"), [
    ("cp1251", "windows-1251 (Cyrillic)"), ("koi8_r", "koi8_r or koi8_u (Cyrillic)"),
])  # fmt: skip
def test_an_old_encoding_that_was_chosen_is_told(tmp_path, encoding, named):
    file = tmp_path / "old.csv"
    text = "пол,возраст,город\nF,21,живёт в столице\nM,34,живёт в деревне\n"
    rules = {"columns": {"sex": "пол", "age": "возраст"}, "keep": ["город"]}
    file.write_bytes(text.encode(encoding))
    made = sf.read_survey(file, mapping=rules)
    assert made.table["город"].tolist() == ["живёт в столице", "живёт в деревне"]
    note = f"Read as {named}, because it is not UTF-8: check the words; encoding=..."
    assert made.notes[0].startswith(note)
    assert not sf.read_survey(file, mapping=rules, encoding=encoding).notes
    for known in ("utf-8", "utf-8-sig", "utf-16"):
        file.write_bytes(text.encode(known))
        assert not sf.read_survey(file, mapping=rules).notes
