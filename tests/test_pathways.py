"""Person histories for the notebooks: embedded ones, and a user's own file in their place."""

import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CodeError, CoverageError, ParameterError, SourceError
from skillsfc.sources.pathways import load_pathways


@pytest.mark.parametrize(("country", "persons"), [("GBR", 712), ("USA", 1881), ("XEX", 5000)])
def test_every_state_of_the_embedded_histories_is_of_one_kind(country, persons):
    data = load_pathways(country)
    table = data.periods if data.spells is None else data.spells
    assert table["person"].nunique() == persons
    assert set(table["state"].dropna()) == set(data.states)
    assert len(set(data.states)) == len(data.states)
    assert data.unit in ("months", "years")
    assert len(data.note) > 40
    assert (data.warning != "") == (country == "XEX")
    assert len(data.source) > 10


def test_printing_shows_no_person():
    assert repr(load_pathways("USA")).startswith("United States, young men 1981-1987: 1881 persons")


def test_a_file_of_spells_or_of_periods_is_taken_instead(tmp_path):
    spells = sf.example(seed=1, persons=50).spells
    spells.to_csv(tmp_path / "s.csv", index=False)
    kinds = {
        "learning": "education apprenticeship",
        "working": "temporary_job stable_job",
        "idle": "unemployment inactivity",
    }
    own = load_pathways("MAR", file=tmp_path / "s.csv", **kinds)
    assert own.periods is None
    assert own.name == "Morocco"
    assert own.spells["end"].tolist() == spells["end"].tolist()
    assert own.working == ("temporary_job", "stable_job")
    assert own.source == "s.csv"
    rows = pd.DataFrame({"person": ["a", "a"], "month": [1, 2], "state": ["school", "job"]})
    rows.to_csv(tmp_path / "p.csv", index=False)
    own = load_pathways("TUN", file=tmp_path / "p.csv", learning="school", working="job")
    assert own.spells is None
    assert own.periods["state"].tolist() == ["school", "job"]


def test_states_of_the_file_must_all_be_named_once(tmp_path):
    rows = pd.DataFrame({"person": ["a"] * 3, "month": [1, 2, 3], "state": ["school", "job", "x"]})
    rows.to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(ParameterError) as caught:
        load_pathways("TUN", file=tmp_path / "p.csv", learning="school", working="jobs school")
    text = str(caught.value)
    assert "no state 'jobs'" in text
    assert "named twice: 'school'" in text
    assert "of no kind: 'job', 'x'" in text


def test_a_country_without_histories_and_a_wrong_file_are_refused(tmp_path):
    with pytest.raises(CoverageError, match="no person histories of MAR are embedded"):
        load_pathways("MAR")
    with pytest.raises(CodeError):
        load_pathways("Atlantis")
    pd.DataFrame({"person": [1], "age": [20]}).to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(SourceError, match=r"spells \(person, state, start, end\), periods"):
        load_pathways("MAR", file=tmp_path / "p.csv")


def test_a_survey_and_a_panel_are_told_apart(tmp_path):
    example = sf.example(seed=1, persons=40)
    example.labour_force_survey.to_csv(tmp_path / "s.csv", index=False)
    own = load_pathways("MAR", file=tmp_path / "s.csv")
    assert own.persons is not None
    assert own.panel is own.spells is own.periods is None
    example.labour_force_panel.to_csv(tmp_path / "p.csv", index=False)
    own = load_pathways("MAR", file=tmp_path / "p.csv")
    assert own.panel is not None
    assert repr(own).startswith("Morocco: 40 persons")


def test_roles_and_answers_follow_from_the_kinds():
    data = load_pathways("XEX")
    assert data.roles == {
        "education": "education",
        "apprenticeship": "education",
        "temporary_job": "temporary",
        "stable_job": "stable",
        "unemployment": "unemployed",
        "inactivity": "inactive",
    }
    assert load_pathways("GBR").roles["employment"] == "stable"  # any job, where none is known
    assert set(data.answers) == set(data.kinds) == set(data.states)
    assert data.answers["stable_job"] == {"in_education": "no", "activity": "employed"}


def test_stable_states_must_be_working_ones(tmp_path):
    rows = pd.DataFrame({"person": ["a"] * 2, "month": [1, 2], "state": ["school", "job"]})
    rows.to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(ParameterError, match="states that are working"):
        load_pathways(
            "TUN", file=tmp_path / "p.csv", learning="school", working="job", stable="school"
        )


def test_states_with_blanks_are_named_with_commas(tmp_path):
    states = ["school", "part time job", "full time job"]
    rows = pd.DataFrame({"person": ["a"] * 3, "month": [1, 2, 3], "state": states})
    rows.to_csv(tmp_path / "p.csv", index=False)
    own = load_pathways(
        "TUN", file=tmp_path / "p.csv", learning="school",
        working="part time job, full time job", stable="full time job,",
    )  # fmt: skip
    assert own.working == ("part time job", "full time job")
    assert own.stable == ("full time job",)
    assert own.learning == ("school",)


def test_a_file_with_decimal_commas_is_read(tmp_path):
    (tmp_path / "s.csv").write_text("person;state;start;end\na;school;0;1,5\na;job;1,5;3\n")
    own = load_pathways(
        "TUN", file=tmp_path / "s.csv", learning="school", working="job", decimal=","
    )
    assert own.spells["end"].tolist() == [1.5, 3.0]


@pytest.mark.parametrize("form", ["parts", "dates"])
def test_spells_in_years_and_months_or_dates_are_taken(tmp_path, form):
    text = {
        "parts": "person,state,start_year,start_month,end_year,end_month\n"
        "a,school,1993,7,1994,9\na,job,1994,9,1995,1\n",
        "dates": "person,state,start,end\na,school,1993-07,1994-09\na,job,1994-09,1995-01\n",
    }
    (tmp_path / "s.csv").write_text(text[form])
    own = load_pathways("TUN", file=tmp_path / "s.csv", learning="school", working="job")
    checked = sf.check_spells(own.spells).table
    assert checked["start"].tolist() == [0.0, 14.0]
    assert checked["end"].tolist() == [14.0, 18.0]


def written(folder, **columns):
    path = folder / "own.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


KINDS = {"learning": "school", "working": "job"}
LIFE = {"person": ["a"] * 3, "state": ["school", "job", "job"]}


@pytest.mark.parametrize(
    ("columns", "unit"),
    [
        ({"year": [1993, 1994, 1995]}, "years"),
        ({"quarter": [1, 2, 3]}, "quarters"),
        ({"month": [1, 2, 3]}, "months"),
        ({"period": [1, 2, 3]}, "months"),
        ({"start": [1990, 1995, 1997], "end": [1995, 1997, 2001]}, "years"),
        ({"start": [0, 5, 7], "end": [5, 7, 11]}, "months"),
        ({"start": ["1993-07", "1994-01", "1995-01"], "end": ["1994-01", "1995-01", "1996-01"]},
         "months"),
        ({"start_year": [1990, 1995, 1997], "end_year": [1995, 1997, 2001]}, "years"),
    ],
)  # fmt: skip
def test_the_unit_of_time_follows_from_the_columns(tmp_path, columns, unit):
    own = load_pathways("TUN", file=written(tmp_path, **LIFE, **columns), **KINDS)
    assert own.unit == unit


def test_a_unit_told_stands_unless_the_column_says_another(tmp_path):
    file = written(tmp_path, **LIFE, period=[1, 2, 3])
    assert load_pathways("TUN", file=file, unit="weeks", **KINDS).unit == "weeks"
    assert load_pathways("TUN", file=file, unit="year", **KINDS).unit == "years"
    with pytest.raises(ParameterError, match=r"unit: 'yeers'.*Did you mean 'years'"):
        load_pathways("TUN", file=file, unit="yeers", **KINDS)
    file = written(tmp_path, **LIFE, year=[1993, 1994, 1995])
    assert load_pathways("TUN", file=file, unit="years", **KINDS).unit == "years"
    with pytest.raises(ParameterError, match=r"'months', but the file counts by its column 'year'"):
        load_pathways("TUN", file=file, unit="months", **KINDS)


def test_a_month_that_may_be_of_the_calendar_or_count_on_is_refused(tmp_path):
    file = written(tmp_path, **LIFE, month=[5, 6, 7], year=[1993, 1993, 1994])
    with pytest.raises(SourceError, match=r"'month' beside 'year'.*12 \* year \+ month"):
        load_pathways("TUN", file=file, **KINDS)
    whole = {name: [*values, "a" if name == "person" else "job"] for name, values in LIFE.items()}
    file = written(tmp_path, **whole, month=[7, 8, 1, 7], year=[1993, 1993, 1994, 1994])
    own = load_pathways("TUN", file=file, **KINDS)  # July comes again: it is one of the calendar
    assert (own.periods["month"].tolist(), own.unit) == ([0, 1, 6, 12], "months")
    file = written(tmp_path, **LIFE, month=[12, 13, 14], year=[1993, 1994, 1994])
    assert load_pathways("TUN", file=file, **KINDS).periods["month"].tolist() == [0, 1, 2]


def test_spells_in_years_of_the_calendar_are_counted_from_the_first(tmp_path):
    told = pd.DataFrame(
        {"person": [1, 1, 2], "state": ["school", "job", "job"], "start": [2001, 2004, 2002],
         "end": [2004, 2009, 2006], "entry": [2001, 2004, 2003]}
    )  # fmt: skip
    path = tmp_path / "spells.csv"
    told.to_csv(path, index=False)
    data = sf.load_pathways("TUN", file=path, learning="school", working="job")
    assert data.unit == "years"
    assert data.spells[["start", "end", "entry"]].to_numpy().tolist() == [
        [0, 3, 0], [3, 8, 3], [1, 5, 2],
    ]  # fmt: skip
