"""Indicators of young people: definitions by hand, the synthetic truth, and what is refused."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CodeError, CoverageError, ParameterError, TableError
from skillsfc.schema import code_list
from skillsfc.transitions.indicators.fields import read_field_table
from skillsfc.transitions.indicators.match import normative_level
from skillsfc.transitions.indicators.measure import measure_transition_indicators
from skillsfc.transitions.indicators.people import broad_level, read_people
from skillsfc.transitions.indicators.rules import both, either, rules, weighted_median

PEOPLE = pd.DataFrame(
    {
        "age": [17, 20, 22, 24, 24, 27, 30],
        "sex": ["F", "F", "F", "M", "M", "M", "F"],
        "activity": ["outside", "unemployed", "employed", "outside", "unemployed", "outside",
                     "employed"],
        "in_education": [True, False, False, False, False, False, False],
        "in_training": [False, False, False, True, False, False, False],
        "weight": [1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
    }
)  # fmt: skip


def shares(persons, sex="T", **options):
    table = measure_transition_indicators(persons, **options).table
    own = table[table["sex"] == sex] if "sex" in table.columns else table
    return own.set_index("indicator")["share"]


def test_neet_by_hand_in_each_definition():
    found = shares(PEOPLE)
    assert found["neet_ilo"] == pytest.approx(2 / 6)  # of 15-24: weights 1 1 2 1 1
    assert found["neet_unemployed"] == pytest.approx(2 / 6)
    assert found["neet_outside"] == 0  # the one outside is in training
    assert found["neet_15_29"] == pytest.approx(3 / 7)
    assert found["neet_oecd"] == pytest.approx(4 / 7)  # a course is no education there
    women = shares(PEOPLE, "F")
    assert women["neet_ilo"] == pytest.approx(1 / 4)


def test_without_training_the_share_is_said_to_be_too_large():
    made = measure_transition_indicators(PEOPLE.drop(columns="in_training"))
    assert shares(PEOPLE.drop(columns="in_training"))["neet_ilo"] == pytest.approx(3 / 6)
    assert any("neet_ilo: Non-formal training was not asked" in note for note in made.notes)


def test_an_open_answer_is_that_of_those_alike_and_a_known_no_decides():
    people = PEOPLE.copy()
    people["in_education"] = people["in_education"].astype("object")
    people.loc[2, "in_education"] = None  # employed: not NEET whatever the schooling
    assert shares(people)["neet_ilo"] == pytest.approx(2 / 6)
    people.loc[1, "in_education"] = None  # unemployed: may or may not be
    made = measure_transition_indicators(people, indicators=["neet_ilo"])
    assert made.table.set_index("sex").loc["T", "share"] == pytest.approx(
        (1 + 1) / 6  # as the other one who is unemployed and answered
    )
    assert any("1 of 5 persons" in note for note in made.notes)


def graduates(**changes):
    base = {
        "age": [22, 25, 34, 35, 22, 23, 24, 26],
        "activity": ["employed"] * 4 + ["unemployed", "outside", "employed", "employed"],
        "qualification": ["3", "6", "4", "6", "3", "2", "6", "INT"],
        "years_since_education": [1, 3, 2, 2, 0, 1, 4, 2.0],
        "in_education": [False] * 7 + [True],
        "in_training": [False] * 8,
    }
    return pd.DataFrame({**base, **changes})


def test_recent_graduates_by_hand():
    found = measure_transition_indicators(graduates(), indicators=["recent_graduates"]).table
    assert found["persons"].item() == 3  # ages 22, 25, 34; not 35, 0 or 4 years, ISCED 2, studying
    assert found["share"].item() == 1.0
    idle = graduates(activity=["outside"] * 8)
    assert (
        measure_transition_indicators(idle, indicators="recent_graduates").table["share"].item()
        == 0
    )
    both_levels = measure_transition_indicators(
        graduates(), indicators=["recent_graduates_medium", "recent_graduates_tertiary"]
    ).table
    assert both_levels["persons"].tolist() == [2, 1]


WORKERS = pd.DataFrame(
    {
        "age": 25,
        "activity": "employed",
        "occupation": ["251", "411", "9", "9", "7", "0110"],
        "qualification": ["6", "6", "1", "3", "1", "3"],
    }
)


def test_education_and_job_by_the_international_norm():
    found = measure_transition_indicators(WORKERS).table.set_index("indicator")
    assert found.loc["over_educated", "persons"] == 5  # the armed forces have no norm here
    assert found.loc["over_educated", "share"] == pytest.approx(2 / 5)
    assert found.loc["under_educated", "share"] == pytest.approx(1 / 5)
    assert found.loc["tertiary_below", "share"] == pytest.approx(1 / 2)
    assert normative_level(pd.Series(["1", "26", "5", "93"])).tolist() == [3, 3, 2, 1]
    assert broad_level(pd.Series(["0", "2", "4", "8", "LTB"])).tolist() == [0, 1, 2, 3, 0]


def test_education_and_job_by_what_other_workers_have():
    many = pd.DataFrame(
        {
            "age": [25] * 20,
            "activity": "employed",
            "occupation": ["5"] * 12 + ["7"] * 8,
            "qualification": ["3"] * 8 + ["2"] * 2 + ["6"] * 2 + ["3"] * 8,
        }
    )
    mode = measure_transition_indicators(many, match="mode")
    found = mode.table.set_index("indicator")
    assert found.loc["over_educated", ["persons", "share"]].tolist() == [12, 2 / 12]
    assert found.loc["under_educated", "share"] == pytest.approx(2 / 12)
    assert any("1 occupations with fewer than 10 workers" in note for note in mode.notes)
    mean = measure_transition_indicators(many, match="mean").table.set_index("indicator")
    levels = np.array([3] * 8 + [2] * 2 + [6] * 2)
    far = np.abs(levels - levels.mean()) > levels.std()
    assert mean.loc["over_educated", "share"] == pytest.approx((far & (levels > 3)).mean())
    assert mean.loc["under_educated", "share"] == pytest.approx((far & (levels < 3)).mean())


@pytest.mark.parametrize("match", ["mode", "mean"])
@pytest.mark.parametrize("levels", ["broad", "mixed"])
def test_the_usual_level_is_also_known_of_broad_levels(match, levels):
    given = ["INT"] * 8 + ["BAS"] * 2 + ["ADV"] * 2
    given[0] = "INT" if levels == "broad" else "3"
    many = pd.DataFrame({"age": 25, "activity": "employed", "occupation": "5"}, index=range(12))
    many["qualification"] = given
    made = measure_transition_indicators(many, match=match, indicators="over_educated")
    assert made.table[["persons", "share"]].to_numpy().tolist() == [[12, 2 / 12]]
    assert any("four broad levels" in note for note in made.notes)
    # Where no occupation has ten workers nobody's match is known: the share may be anything.
    few = measure_transition_indicators(many.head(8), match=match)
    row = few.table.set_index("indicator").loc["over_educated"]
    assert row[["persons", "share", "share_high", "reliability"]].tolist() == [0, 0.0, 1.0, "w"]
    assert any("1 occupations with fewer than 10 workers" in note for note in few.notes)


FIELDS = pd.DataFrame(
    [("061", "25"), ("06", "351"), ("0713", "741"), ("10", "5"), ("091", "2212"), ("07", "2")],
    columns=["field", "occupation"],
)


def plain_match(field, job):
    """Return what every refinement of both codes says, if they all say the same."""
    fields = [field + "".join(rest) for rest in product("139", repeat=4 - len(field))]
    jobs = [job + "".join(rest) for rest in product("12459", repeat=4 - len(job))]
    rows = list(FIELDS.itertuples(index=False, name=None))
    said = {
        any(one.startswith(f) and other.startswith(o) for f, o in rows)
        if any(one.startswith(f) for f, _ in rows)
        else None  # the table does not name this field
        for one in fields
        for other in jobs
    }
    return said.pop() if len(said) == 1 else None


def test_field_and_job_by_a_table_against_every_refinement_of_the_codes():
    table = read_field_table(FIELDS)
    counts = {True: 0, False: 0, None: 0}
    for field in ("06", "061", "0613", "062", "07", "071", "0713", "09", "091", "0911", "10"):
        for job in ("2", "25", "2512", "3", "35", "351", "22", "2212", "7", "741", "7412", "5"):
            said, plain = table.matches(field, job), plain_match(field, job)
            assert np.isnan(said) if plain is None else said == plain, (field, job)
            counts[plain] += 1
    assert min(counts.values()) > 10
    assert np.isnan(table.matches("04", "25"))  # a field that the table does not name


def test_field_mismatch_by_a_table():
    people = pd.DataFrame(
        {
            "age": 25, "activity": ["employed"] * 7 + ["outside"],
            "field": ["0613", "0613", "06", "10", "041", "99", None, "061"],
            "occupation": ["2512", "41", "35", "5", "25", "25", "25", None],
            "weight": [1.0, 3, 5, 1, 1, 1, 1, 1],
        }
    )  # fmt: skip
    made = measure_transition_indicators(people, field_occupations=FIELDS)
    row = made.table.set_index("indicator").loc["field_mismatch_by_table"]
    # The third is known only as 35, and the table has 351: not decided, and so left out.
    assert row[["persons", "cases", "share"]].tolist() == [3, 1, 3 / 5]
    assert any("Not in the table of fields: '041'" in note for note in made.notes)
    # Open are the third and the two without a field; the one of field 041 is in no bound.
    assert row[["lowest", "highest"]].tolist() == pytest.approx([3 / 12, 10 / 12])
    assert set(made.provenance["inputs"]) == {"persons", "field_occupations"}
    without = measure_transition_indicators(people.assign(wants_other_job=False))
    assert without.diagnostics.set_index("indicator").loc["field_mismatch_by_table", "lacks"] == (
        "field_occupations="
    )


def test_field_mismatch_of_examplia_is_that_of_plain_rows():
    survey = sf.example(seed=1).labour_force_survey
    table = pd.DataFrame({"field": ["06", "07", "07"], "occupation": ["2", "2", "7"]})
    row = measure_transition_indicators(
        survey, by=None, field_occupations=table, indicators="field_mismatch_by_table"
    ).table.iloc[0]
    own = survey[survey["age"].between(15, 29) & (survey["activity"] == "employed")]
    own = own[own["field"].isin(["06", "07"])]
    pairs = list(table.itertuples(index=False, name=None))
    apart = [pair not in pairs for pair in zip(own["field"], own["occupation"], strict=True)]
    assert (row["persons"], row["cases"]) == (len(own), sum(apart))
    assert row["share"] == pytest.approx((own["weight"] * apart).sum() / own["weight"].sum())


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        ({"field": ["06"], "ocupation": ["2"]}, TableError, "Did you mean 'ocupation'"),
        ({"field": [6], "occupation": ["2"]}, TableError, "the zero of '07' is a part"),
        ({"field": ["06", None], "occupation": ["2", "3"]}, TableError, "no code in 1 rows"),
        ({"field": [], "occupation": []}, TableError, "no rows"),
        ({"field": ["06"], "occupation": ["2X"]}, CodeError, "'2X'"),
        ("table.csv", TableError, "a pandas DataFrame"),
    ],
)
def test_a_table_of_fields_that_cannot_be_meant_is_named(table, error, words):
    given = pd.DataFrame(table) if isinstance(table, dict) else table
    people = WORKERS.assign(field="06")
    with pytest.raises(error, match=words):
        measure_transition_indicators(people, field_occupations=given)
    with pytest.raises(TableError, match="column 'field': values '6'"):
        measure_transition_indicators(people.assign(field=6), field_occupations=FIELDS)


def test_job_quality_and_informality_by_hand():
    people = pd.DataFrame(
        {
            "age": [20, 20, 20, 20, 50],
            "activity": ["employed"] * 5,
            "employment_status": ["1", "1", "3", "5", "1"],
            "contract": ["permanent", "temporary", "", "", "permanent"],
            "wage": [100.0, 300.0, np.nan, np.nan, 300.0],
            "hours": [20, 20, 40, 30, 40],
            "wants_more_hours": [True, False, True, None, False],
            "social_security": [False, True, None, None, True],
            "field_match": [True, False, None, None, True],
            "written_contract": [True, False, None, None, True],
        }
    )
    made = measure_transition_indicators(people)
    found = made.table.set_index("indicator")["share"]
    assert found["stable_job"] == pytest.approx(1 / 4)
    assert found["own_account_or_family"] == pytest.approx(2 / 4)
    assert found["low_pay"] == pytest.approx(1 / 2)  # below two thirds of 300
    assert found["time_underemployed"] == pytest.approx(
        (1 + 1 / 2) / 4  # the fourth did not answer: as the first two, who work short hours
    )
    assert found["informal"] == pytest.approx(1 / 2)
    assert found["field_mismatch"] == pytest.approx(1 / 2)
    assert found["written_contract"] == pytest.approx(1 / 2)
    assert any("employees without social security" in note for note in made.notes)
    asked = measure_transition_indicators(people.assign(informal=[True] * 4 + [False]))
    assert asked.table.set_index("indicator").loc["informal", "share"] == 1


def test_examplias_neet_is_recovered_in_each_round_and_sex():
    example = sf.example(seed=4)
    truth = example.truth["derived"]["neet_15_24"]["value"]
    table = measure_transition_indicators(
        example.labour_force_survey, by=["year", "sex"], indicators=["neet_ilo"],
        stratum="stratum", cluster="cluster",
    ).table  # fmt: skip
    own = table[table["sex"].isin(["F", "M"])]
    apart = [
        (row.share - truth[str(row.year)][row.sex]) / row.standard_error for row in own.itertuples()
    ]
    assert len(apart) == 8
    assert np.abs(apart).max() < 4
    assert np.sqrt(np.mean(np.square(apart))) < 1.8


def test_intervals_of_neet_cover_the_truth_of_simulated_surveys():
    rng = np.random.default_rng(11)
    n, runs = 300, 200
    idle = rng.random(n * runs) < 0.25
    people = pd.DataFrame(
        {
            "run": np.repeat(np.arange(runs), n),
            "age": 20,
            "activity": np.where(idle, "outside", "employed"),
            "in_education": False,
            "weight": rng.uniform(0.5, 1.5, n * runs),
        }
    )
    # One survey a group: without a design each group's error is its own.
    found = measure_transition_indicators(people, by="run", indicators=["neet_ilo"]).table
    rows = found[found["run"] != "total"]
    hits = ((rows["lower"] <= 0.25) & (rows["upper"] >= 0.25)).sum()
    assert len(rows) == runs
    assert 0.90 <= hits / 200 <= 0.99  # three Monte Carlo errors about 0.95


def test_what_was_not_asked_is_named_and_not_guessed():
    made = measure_transition_indicators(PEOPLE)
    lacks = made.diagnostics.set_index("indicator")["lacks"]
    assert lacks["neet_ilo"] == ""
    assert lacks["recent_graduates"] == "qualification, years_since_education"
    assert "recent_graduates" not in set(made.table["indicator"])
    blank = measure_transition_indicators(PEOPLE.assign(contract=None))
    assert (
        "no answer in any row"
        in blank.diagnostics.set_index("indicator").loc["stable_job", "lacks"]
    )
    with pytest.raises(CoverageError, match="lacks wage"):
        measure_transition_indicators(PEOPLE, indicators=["low_pay"])


def test_row_26_ages_that_are_none_are_refused():
    for age in (999, 240, 121):
        with pytest.raises(TableError, match=f"'{age}'.*0 to 120 years"):
            measure_transition_indicators(PEOPLE.assign(age=age))
    made = measure_transition_indicators(PEOPLE.assign(age=[None, *PEOPLE["age"][1:]]))
    assert made.notes[0] == "1 persons without an age are in no indicator."


def test_rows_21_to_24_weights_are_refused_here_too():
    for weight in (np.nan, -1.0, 0.0):
        with pytest.raises(TableError, match="weight"):
            measure_transition_indicators(PEOPLE.assign(weight=weight))


def test_row_35_few_persons_are_flagged_not_hidden():
    made = measure_transition_indicators(PEOPLE, indicators=["neet_ilo"])
    assert set(made.table["reliability"]) == {"w"}
    assert any("withhold them" in note for note in made.notes)


def test_wrong_arguments_are_named_with_the_nearest_right_one():
    with pytest.raises(ParameterError, match="Did you mean 'neet_ilo'"):
        measure_transition_indicators(PEOPLE, indicators=["neet_ilo_"])
    with pytest.raises(ParameterError, match="Did you mean 'mode'"):
        measure_transition_indicators(WORKERS, match="modes")
    with pytest.raises(ParameterError, match="Did you mean 'sex'"):
        measure_transition_indicators(PEOPLE, by=["sexe"])
    with pytest.raises(ParameterError, match="level"):
        measure_transition_indicators(PEOPLE, level=95)
    with pytest.raises(ParameterError, match="none named"):
        measure_transition_indicators(PEOPLE, indicators=[])
    with pytest.raises(TableError, match="Did you mean 'activty'"):
        measure_transition_indicators(PEOPLE.rename(columns={"activity": "activty"}))
    with pytest.raises(TableError, match="'working'"):
        measure_transition_indicators(PEOPLE.assign(activity="working"))
    with pytest.raises(TableError, match=r"'17'.*ISCED 2011"):
        measure_transition_indicators(WORKERS.assign(qualification="17"))
    with pytest.raises(CodeError, match="ISCO-08"):
        measure_transition_indicators(WORKERS.assign(occupation="clerk"))
    with pytest.raises(TableError, match="true and false"):
        measure_transition_indicators(PEOPLE.assign(in_education="maybe"))
    with pytest.raises(TableError, match="at least one person"):
        measure_transition_indicators(PEOPLE.iloc[:0])
    with pytest.raises(TableError, match="a pandas DataFrame"):
        measure_transition_indicators([1, 2])
    with pytest.raises(TableError, match="no column 'Alter'"):
        measure_transition_indicators(PEOPLE, columns={"age": "Alter"})


def test_columns_with_other_names_are_found():
    theirs = PEOPLE.rename(columns={"age": "Âge", "activity": "Situation"})
    found = measure_transition_indicators(theirs, columns={"age": "Âge", "activity": "Situation"})
    pd.testing.assert_frame_equal(found.table, measure_transition_indicators(PEOPLE).table)


@settings(max_examples=8)
@given(st.floats(0.01, 1e6), st.permutations(range(7)))
def test_scale_of_weights_and_order_of_rows_change_nothing(factor, order):
    changed = PEOPLE.iloc[order].assign(weight=PEOPLE["weight"] * factor)
    one = measure_transition_indicators(PEOPLE, indicators=["neet_ilo", "neet_oecd"]).table
    two = measure_transition_indicators(changed, indicators=["neet_ilo", "neet_oecd"]).table
    pd.testing.assert_frame_equal(one, two, rtol=1e-9)


def test_logic_with_missing_answers_is_that_of_every_completion():
    for first in (0.0, 1.0, np.nan):
        for second in (0.0, 1.0, np.nan):
            one, two = np.array([first]), np.array([second])
            options = [
                (a, b)
                for a in ([0, 1] if np.isnan(first) else [first])
                for b in ([0, 1] if np.isnan(second) else [second])
            ]
            for made, combine in ((both, min), (either, max)):
                results = {combine(a, b) for a, b in options}
                found = made(one, two)[0]
                assert np.isnan(found) if len(results) > 1 else found == results.pop()


def test_the_list_of_indicators_and_the_rules_are_the_same():
    listed = code_list("transition_indicators")
    assert set(listed["code"]) == set(rules("normative"))
    assert (listed["age_low"].astype(int) < listed["age_high"].astype(int)).all()
    assert (listed["source"] != "").all()


def test_the_weighted_median_is_that_of_repeated_rows():
    rng = np.random.default_rng(3)
    values, times = rng.normal(size=9), rng.integers(1, 5, 9)
    rows = np.sort(np.repeat(values, times))
    assert weighted_median(values, times.astype(float)) == rows[int(np.ceil(len(rows) / 2)) - 1]


def test_persons_of_a_survey_file_are_taken_as_they_come(tmp_path):
    PEOPLE.to_csv(tmp_path / "s.csv", index=False)
    made = sf.read_survey(tmp_path / "s.csv")
    assert shares(made)["neet_ilo"] == pytest.approx(2 / 6)
    assert read_people(made).answer("in_education").tolist()[:2] == [1.0, 0.0]


# Codes as they come: floats, capitals, words

JOBS = pd.DataFrame(
    {
        "age": 25,
        "activity": ["employed"] * 4 + ["outside"],
        "employment_status": ["1", "1", "3", "5", ""],
        "contract": ["permanent", "temporary", "", "", ""],
    }
)


def quality(persons, **options):
    made = measure_transition_indicators(
        persons, by=None, indicators=["stable_job", "own_account_or_family"], **options
    )
    return made.table.set_index("indicator")["share"].tolist()


@pytest.mark.parametrize(
    "status",
    [
        [1.0, 1.0, 3.0, 5.0, np.nan],
        ["1.0", "1.0", "3.0", "5.0", None],
        pd.array([1, 1, 3, 5, None], dtype="Int64"),
        ["employee", "Employee", "3", "5", "-9"],
    ],
)
def test_the_status_in_employment_is_read_however_it_is_written(status):
    people = JOBS.assign(employment_status=status)
    assert quality(people) == [1 / 4, 2 / 4]
    loud = people.assign(
        contract=["Permanent", " TEMPORARY ", "", "", ""], activity=["Employed"] * 4 + ["Outside"]
    )
    assert quality(loud) == [1 / 4, 2 / 4]


def test_self_employed_of_no_known_kind_are_not_said_to_be_safe():
    people = JOBS.assign(employment_status=["1", "1", "self_employed", "5", ""])
    assert quality(people) == [1 / 4, 2 / 4]  # as the one other who is no employee
    nobody = JOBS.assign(employment_status=["1", "1", "self_employed", "self_employed", ""])
    made = measure_transition_indicators(nobody, by=None, indicators=["own_account_or_family"])
    row = made.table.iloc[0]
    assert (row["share"], row["share_high"]) == (0.0, 2 / 4)
    assert (row["lowest"], row["highest"]) == (0.0, 2 / 4)
    assert row["upper"] > 2 / 4
    assert any("Nobody like 2 of them answered" in note for note in made.notes)


def test_words_without_a_meaning_are_refused_all_at_once():
    people = JOBS.assign(
        contract=["open-ended", "permanant", "", "", ""], employment_status=["7", "1", "3", "5", ""]
    )
    with pytest.raises(TableError) as raised:
        quality(people)
    text = str(raised.value)
    assert "column 'contract': values 'open-ended', 'permanant'" in text
    assert "column 'employment_status': values '7'" in text
    with pytest.raises(TableError, match="column 'hours': the words '40 h'"):
        measure_transition_indicators(
            JOBS.assign(hours="40 h", wants_more_hours=True), indicators=["time_underemployed"]
        )


def test_levels_and_occupations_that_became_floats_are_the_same_codes():
    codes = {"occupation": ["251", "411", "9", "9", "7"], "qualification": ["6", "6", "1", "3", ""]}
    text = WORKERS.iloc[:5].assign(**codes)
    numbers = text.assign(**{name: pd.to_numeric(text[name]) for name in codes})
    assert numbers["qualification"].dtype == "float64"
    one, two = (measure_transition_indicators(table).table for table in (text, numbers))
    pd.testing.assert_frame_equal(one, two)


# The design weight


def paid(**columns):
    rng = np.random.default_rng(5)
    size = 60
    base = {
        "age": 25,
        "activity": "employed",
        "wage": rng.lognormal(7, 0.8, size).round(),
        "occupation": rng.choice(["5", "7"], size),
        "qualification": rng.choice(["1", "3", "6"], size),
    }
    return pd.DataFrame({**base, **columns})


@pytest.mark.parametrize("match", ["normative", "mode", "mean"])
def test_the_weight_named_is_the_weight_used(match):
    weights = np.where(paid()["wage"] > paid()["wage"].median(), 9.0, 1.0)
    asked = {"indicators": ["low_pay", "over_educated"], "match": match, "by": None}
    named = measure_transition_indicators(paid(w=weights), weight="w", **asked).table
    plain = measure_transition_indicators(paid(weight=weights), **asked).table
    pd.testing.assert_frame_equal(named, plain)
    unweighted = measure_transition_indicators(paid(weight=weights), weight=None, **asked).table
    pd.testing.assert_frame_equal(unweighted, measure_transition_indicators(paid(), **asked).table)
    share = plain.set_index("indicator")["share"]["low_pay"]
    assert share != unweighted.set_index("indicator")["share"]["low_pay"]
    decoy = measure_transition_indicators(paid(w=weights, weight=1.0), weight="w", **asked).table
    pd.testing.assert_frame_equal(decoy, plain)


def test_a_weight_that_is_not_there_is_named():
    with pytest.raises(TableError, match=r"column 'wieght'.*Did you mean 'weight'"):
        measure_transition_indicators(paid(weight=1.0), weight="wieght")


def test_row_22_persons_of_weight_zero_are_in_no_count():
    extra = pd.concat([PEOPLE, PEOPLE.assign(weight=0.0)], ignore_index=True)
    extra.loc[10, "activity"] = None  # without weight, so nobody misses the answer
    one = measure_transition_indicators(PEOPLE, indicators=["neet_ilo"])
    two = measure_transition_indicators(extra, indicators=["neet_ilo"])
    pd.testing.assert_frame_equal(one.table, two.table)
    assert not any("lack an answer" in note for note in two.notes)
    small = pd.DataFrame({"age": 25, "activity": "employed", "occupation": "5",
                          "qualification": ["3"] * 6 + ["6"] * 6,
                          "weight": [1.0] * 6 + [0.0] * 6})  # fmt: skip
    made = measure_transition_indicators(small, match="mode", indicators=["over_educated"])
    assert any("their 6 workers are left out" in note for note in made.notes)


# Names


@pytest.mark.parametrize("name", ["persons", "level", "indicator", "share", "unit"])
def test_groups_called_like_a_column_of_the_result_are_refused(name):
    with pytest.raises(ParameterError, match=f"by: column '{name}'.*Rename it first"):
        measure_transition_indicators(PEOPLE.assign(**{name: "x"}), by=name)


def test_age_itself_is_no_group_but_bands_of_it_are():
    with pytest.raises(ParameterError, match="Make bands under another name"):
        measure_transition_indicators(PEOPLE, by="age")
    bands = PEOPLE.assign(age_band=np.where(PEOPLE["age"] < 20, "15-19", "20-24"))
    made = measure_transition_indicators(bands, by="age_band", indicators=["neet_ilo"]).table
    assert made["age_band"].tolist() == ["15-19", "20-24", "total"]


def test_one_name_for_two_columns_is_refused():
    with pytest.raises(TableError, match="columns: contract: the table has a column 'contract'"):
        quality(JOBS.assign(q="permanent"), columns={"contract": "q"})
    with pytest.raises(TableError, match="'q' named more than once"):
        quality(JOBS.assign(q="permanent"), columns={"informal": "q", "job_match": "q"})
    with pytest.raises(TableError, match="'age' named more than once"):
        quality(pd.concat([JOBS, JOBS[["age"]]], axis=1))
    swapped = JOBS.rename(columns={"contract": "sector", "age": "contract"}).assign(sex="F")
    assert quality(
        swapped, columns={"contract": "sector", "age": "contract"}
    ) == [1 / 4, 2 / 4]  # fmt: skip


# Definitions


def test_armed_forces_are_neither_above_nor_below():
    people = pd.DataFrame(
        {
            "age": 30,
            "activity": "employed",
            "qualification": "6",
            "occupation": ["2", "5", "0", "0110", None],
        }
    )
    made = measure_transition_indicators(people, indicators=["tertiary_below"])
    assert made.table[["share", "persons", "cases"]].values.tolist() == [[0.5, 2, 1]]
    assert any("2 persons in armed forces" in note for note in made.notes)
    assert any("1 of 3 persons" in note for note in made.notes)


def test_years_since_education_are_completed_years():
    people = graduates(years_since_education=[3.5, 1.2, 0.9, 2, 4.0, 1, 4, 2.0], age=25)
    made = measure_transition_indicators(people, indicators=["recent_graduates"])
    assert made.table["persons"].item() == 3  # 3.5, 1.2 and 2; not 0.9 and 4
