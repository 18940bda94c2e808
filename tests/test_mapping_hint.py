"""What an error says to write in a mapping is read as it stands."""

import re

import pytest

import skillsfc as sf
from skillsfc.errors import TableError
from skillsfc.sources.surveys.mapping import ColumnRule
from skillsfc.sources.surveys.mapping_hint import entry_hint

CYRILLIC = ("пол", "возраст", "учится", ("жен", "муж"), ("да", "нет"))
ARABIC = ("الجنس", "العمر", "يدرس", ("امرأة", "رجل"), ("نعم: كليا", "لا"))
NUMBERS = ("q1", "q2", "q3", ("1", "2"), ("1", "5"))
COMMAS = ("sex, asked", "âge", "école ?", ("Mme: 1", "M. #2"), ("oui, 'oui'", "no"))


@pytest.mark.parametrize("words", [CYRILLIC, ARABIC, NUMBERS, COMMAS])
def test_following_the_hint_to_the_letter_reads_the_file(tmp_path, words):
    sex, age, school, sexes, answers = words
    file, mapping = tmp_path / "own.csv", tmp_path / "own.yml"
    rows = [f"{a};{20 + n};{b}" for n, (a, b) in enumerate(zip(sexes, answers, strict=True))]
    file.write_text("\n".join([f"{sex};{age};{school}", *rows, ""]), encoding="utf-8")
    plain = {"columns": {"sex": sex, "age": age, "in_education": school}}
    with pytest.raises(TableError) as caught:
        sf.read_survey(file, mapping=plain, delimiter=";")
    hints = re.findall(r"under columns: (.*)$", str(caught.value), flags=re.MULTILINE)
    assert len(hints) == 2
    lines = ["columns:", f"  age: '{age}'", *(f"  {hint}" for hint in hints)]
    mapping.write_text("\n".join(lines), encoding="utf-8")
    made = sf.read_survey(file, mapping=mapping, delimiter=";").table
    assert sorted(made["sex"]) == ["F", "M"]
    assert sorted(made["in_education"]) == [False, True]


def test_numbers_of_the_sexes_are_those_of_the_standard():
    rule = ColumnRule("sex", ("S1",))
    assert entry_hint(rule, ["1", "2"], ("F", "M")).endswith("values: {'1': M, '2': F}}")


def test_what_the_mapping_says_already_stays_and_a_slip_is_mended():
    rule = ColumnRule("activity", ("a", "b"), {"1": "employed", "2": "unemployd"}, ("9",))
    assert entry_hint(rule, ["3"], ("employed", "outside", "unemployed")) == (
        "activity: {columns: [a, b], values: {'1': employed, '2': unemployed, '3': '...'}, "
        "missing: ['9']}"
    )


def test_a_code_that_the_mapping_forgets_is_shown_in_its_place(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("пол;age\nжен;20\nмуж;30\n", encoding="utf-8")
    entry = {"column": "пол", "values": {"жен": "F"}}
    with pytest.raises(TableError, match=r"sex: \{column: пол, values: \{жен: F, муж: M\}\}"):
        sf.read_survey(file, mapping={"columns": {"age": "age", "sex": entry}})
