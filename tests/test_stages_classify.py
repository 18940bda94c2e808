"""Forms and stages of the transition from school to work: every combination, both versions."""

import itertools
import random
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.schema import code_list
from skillsfc.transitions.stages.answers import QUESTIONS, texts
from skillsfc.transitions.stages.rules import VALUES, bits, everything, read_rules, versions

JOBS = {  # status, contract, months: the kind of job they mean
    ("1", "permanent", None): "stable",
    ("1", "temporary", 12): "stable",
    ("1", "temporary", 11): "temporary",
    ("2", None, None): "self_employed",
    ("3", None, None): "self_employed",
    ("4", None, None): "self_employed",
    ("5", None, None): "self_employed",
}
STAGES = {
    "a": "transited", "b": "transited", "c": "in_transition", "d": "in_transition",
    "e": "in_transition", "f": "in_transition", "g": "not_started", "h": "not_started",
}  # fmt: skip


def by_hand(version, school, activity, job, wish, aim, potential, available):
    """Say the form in words of Python: a second reading of the definitions, not of the table."""
    if version == "w4y":
        if activity == "outside" and available:
            activity = "unemployed"
        if activity == "employed":
            return "a" if job == "stable" else "e" if wish else "b"
        if activity == "unemployed":
            return "d"
        return "g" if school else "f" if aim else "h"
    if school:
        return "g" if activity == "outside" else "c"
    if activity == "employed":
        return "a" if job == "stable" else "e" if wish else "b"
    return "d" if activity == "unemployed" else "f" if aim or potential else "h"


@cache
def truth_table():
    """Return one person for each combination of answers, with the kind of job."""
    yes_no = (True, False)
    combinations = itertools.product(
        yes_no, VALUES["activity"], JOBS.items(), yes_no, yes_no, yes_no, yes_no
    )
    rows = [
        {
            "age": 15 + at % 15, "in_education": school, "activity": activity,
            "employment_status": status, "contract": contract, "contract_months": months,
            "job": job, "wants_other_job": wish, "intends_to_work": aim,
            "potential_labour_force": potential, "available": available,
        }
        for at, (school, activity, ((status, contract, months), job), wish, aim, potential,
                 available) in enumerate(combinations)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize("version", ["ilostat", "w4y"])
def test_every_combination_of_answers_has_exactly_one_form_and_it_is_the_right_one(version):
    people = truth_table()
    assert len(people) == 2 * 3 * 7 * 2 * 2 * 2 * 2
    made = sf.classify_stages(people, version=version).table
    expected = [
        by_hand(version, row.in_education, row.activity, row.job, row.wants_other_job,
                row.intends_to_work, row.potential_labour_force, row.available)
        for row in people.itertuples()
    ]  # fmt: skip
    assert made["form"].tolist() == expected
    assert made["stage"].tolist() == [STAGES[form] for form in expected]
    assert (made["possible_forms"] == made["form"]).all()
    assert set(expected) == set("abcdefgh") - ({"c"} if version == "w4y" else set())


def test_the_working_student_is_in_transition_for_ilostat_and_transited_for_w4y():
    student = person(in_education=True, employment_status="1", contract="permanent")
    ilostat = sf.classify_stages(student).table.iloc[0]
    w4y = sf.classify_stages(student, version="w4y").table.iloc[0]
    assert (ilostat["form"], ilostat["stage"]) == ("c", "in_transition")
    assert (w4y["form"], w4y["stage"]) == ("a", "transited")
    assert (ilostat["form_code"], ilostat["stage_code"]) == ("TRA_FORMS_3", "TRA_STAGE_2")
    assert (w4y["form_code"], w4y["stage_code"]) == ("", "")


def person(**answers):
    """Return one person of 22 outside education with a temporary job, changed by the answers."""
    usual = {
        "age": 22, "in_education": False, "activity": "employed", "employment_status": "1",
        "contract": "temporary", "wants_other_job": False, "intends_to_work": False,
    }  # fmt: skip
    return pd.DataFrame([usual | answers])


def form_of(version="ilostat", **answers):
    return sf.classify_stages(person(**answers), version=version).table.iloc[0]


# The table of rules


@pytest.mark.parametrize("version", versions())
def test_rules_meet_exactly_one_form_for_every_assignment(version):
    rules = read_rules(version)
    names = list(VALUES)
    every = np.array(list(itertools.product(*(range(len(VALUES[name])) for name in names))))
    held = {name: (1 << every[:, at]).astype(np.uint8) for at, name in enumerate(names)}
    assert (rules.possible(held).sum(axis=1) == 1).all()


@pytest.mark.parametrize("version", versions())
def test_sets_of_answers_give_the_union_of_the_forms_of_their_members(version):
    rules, draw = read_rules(version), np.random.default_rng(3)
    names = list(VALUES)
    sets = {name: draw.integers(1, everything(name) + 1, 150).astype(np.uint8) for name in names}
    found = rules.possible(sets)
    for at in range(150):
        choices = [
            [1 << bit for bit in range(len(VALUES[name])) if sets[name][at] >> bit & 1]
            for name in names
        ]
        members = np.array(list(itertools.product(*choices)), dtype=np.uint8)
        each = rules.possible({name: members[:, i] for i, name in enumerate(names)})
        assert (found[at] == each.any(axis=0)).all()


def test_the_table_of_rules_is_whole():
    listed = code_list("swts_forms")
    stages = code_list("swts_stages").set_index("code")["stage"].to_dict()
    ilostat = listed[(listed["version"] == "ilostat") & (listed["level"] != "rule")]
    assert list(ilostat["form_code"]) == [f"TRA_FORMS_{n}" for n in range(1, 10)]
    assert list(ilostat["form"]) == [*"abcdefgh", "9"]
    for row in listed.itertuples():
        if row.version == "ilostat":
            assert stages[row.stage_code] == row.stage
        for name, values in VALUES.items():
            assert set(getattr(row, name).split("|")) <= {*values, ""}
    forms = listed[listed["level"] == "form"].set_index("code")
    for rule in listed[listed["level"] == "rule"].itertuples():
        assert forms.loc[rule.parent, "form"] == rule.form
        assert forms.loc[rule.parent, "stage"] == rule.stage


def test_a_changed_rule_changes_the_classification(monkeypatch):
    from skillsfc.transitions.stages import rules as module

    changed = code_list("swts_forms").copy()
    working = changed["code"] == "ilostat.c"
    changed.loc[working, ["stage", "stage_code"]] = ["transited", "TRA_STAGE_1"]
    monkeypatch.setattr(module, "code_list", lambda name: changed)
    module.read_rules.cache_clear()
    try:
        assert form_of(in_education=True)["stage"] == "transited"
    finally:
        module.read_rules.cache_clear()


def test_bits_and_everything():
    assert bits("job", ["stable", "self_employed"]) == 5
    assert all(everything(name) == 2 ** len(values) - 1 for name, values in VALUES.items())


# Missing answers


@pytest.mark.parametrize(
    ("answers", "forms", "stage"),
    [
        ({"contract": None}, "a b", "transited"),
        ({"contract": None, "wants_other_job": True}, "a e", "not_classified"),
        ({"wants_other_job": None}, "b e", "not_classified"),
        ({"wants_other_job": None, "contract": "permanent"}, "a", "transited"),
        ({"in_education": None}, "b c", "not_classified"),
        ({"activity": None}, "b d h", "not_classified"),
        ({"activity": "outside", "intends_to_work": None}, "f h", "not_classified"),
        ({"activity": "unemployed", "contract": None, "wants_other_job": None}, "d",
         "in_transition"),
        ({"activity": "unemployed", "in_education": None}, "c d", "in_transition"),
        ({"activity": "outside", "in_education": True, "intends_to_work": None}, "g",
         "not_started"),
        ({"employment_status": "6", "contract": None}, "a b", "transited"),
        ({"employment_status": "6", "contract": "temporary"}, "b", "transited"),
        ({"contract_months": None}, "a b", "transited"),
        ({"activity": "outside", "potential_labour_force": None}, "f h", "not_classified"),
    ],
)  # fmt: skip
def test_missing_answers_leave_the_forms_that_remain_possible(answers, forms, stage):
    row = form_of(**answers)
    assert (row["possible_forms"], row["stage"]) == (forms, stage)
    assert row["form"] == (forms if len(forms) == 1 else "9")
    codes = {"transited": 1, "in_transition": 2, "not_started": 3, "not_classified": 4}
    assert row["stage_code"] == f"TRA_STAGE_{codes[stage]}"


def test_w4y_bounds_of_availability_and_schooling():
    assert form_of("w4y", activity="outside", available=None)["possible_forms"] == "d h"
    assert form_of("w4y", in_education=None)["possible_forms"] == "b"
    assert form_of("w4y", activity="outside", in_education=None)["possible_forms"] == "g h"


@settings(max_examples=10)
@given(
    st.sets(st.sampled_from(QUESTIONS), min_size=1), st.sampled_from(["ilostat", "w4y"]),
    st.integers(0, 99),
)  # fmt: skip
def test_the_true_form_is_always_among_the_possible_ones(gone, version, seed):
    people = truth_table()
    draw = np.random.default_rng(seed)
    holes = {
        name: people[name].astype(object).mask(draw.random(len(people)) < 0.5) for name in gone
    }
    full = sf.classify_stages(people, version=version).table
    part = sf.classify_stages(people.assign(**holes), version=version).table
    for before, after in zip(full.to_dict("records"), part.to_dict("records"), strict=True):
        assert before["form"] in after["possible_forms"].split()
        assert before["stage"] in after["possible_stages"].split()
        assert after["form"] in (before["form"], "9")


def test_missing_answers_are_refused_or_put_into_form_9_on_request():
    people = pd.concat([person(), person(wants_other_job=None), person(contract=None)])
    with pytest.raises(TableError, match=r"2 persons fit several forms .*wants_other_job \(1"):
        sf.classify_stages(people, missing="refuse")
    made = sf.classify_stages(people, missing="not_classified").table
    assert made["form"].tolist() == ["b", "9", "9"]
    assert made["stage"].tolist() == ["transited", "not_classified", "not_classified"]
    assert made["possible_forms"].tolist() == ["b", "9", "9"]


def test_notes_and_diagnostics_count_what_was_open_and_why():
    people = pd.concat([person(), person(wants_other_job=None), person(contract=None)])
    made = sf.classify_stages(people)
    counts = made.diagnostics.set_index("check")["persons"]
    assert counts["several_forms_possible"] == 2
    assert counts["unknown_wants_other_job"] == 1
    assert counts["unknown_contract_or_status"] == 1
    assert any("the stage is open for 1" in note for note in made.notes)
    assert any("'temporary' is read as under 12 months" in note for note in made.notes)


# Ages and codes


@pytest.mark.parametrize("age", [999, -1, None, 150, "-9"])
def test_row_26_ages_that_are_none_are_counted_and_not_classified(age):
    people = pd.concat([person(), person(age=age)])
    made = sf.classify_stages(people)
    assert made.table["in_scope"].tolist() == [True, False]
    assert made.table["form"].tolist() == ["b", ""]
    assert made.diagnostics.set_index("check").loc["age_unknown", "persons"] == 1


def test_row_26_ages_in_months_or_years_of_birth_are_refused():
    for ages in ([180, 240, 300], [2001, 1999, 2003]):
        people = pd.concat([person(age=age) for age in ages])
        with pytest.raises(TableError, match="Are these months, or years of birth"):
            sf.classify_stages(people)


def test_row_26_bounds_of_age_are_15_to_29_and_can_be_changed():
    people = pd.concat([person(age=age) for age in (14, 15, 29, 29.9, 30)])
    assert sf.classify_stages(people).table["in_scope"].tolist() == [False, True, True, True, False]
    young = sf.classify_stages(people, age=(15, 24)).table
    assert young["in_scope"].tolist() == [False, True, False, False, False]
    assert sf.classify_stages(people.drop(columns="age"), age=None).table["in_scope"].all()


@pytest.mark.parametrize("code", ["", None, -8, -9, 99, 999, " ", float("nan")])
def test_row_26_codes_of_no_answer_are_missing(code):
    row = form_of(wants_other_job=code)
    assert row["possible_forms"] == "b e"


def test_further_codes_of_no_answer_can_be_named():
    people = person(wants_other_job=7)
    with pytest.raises(TableError, match="missing_codes"):
        sf.classify_stages(people)
    made = sf.classify_stages(people, missing_codes=[7])
    assert made.table["possible_forms"].tolist() == ["b e"]


@pytest.mark.parametrize("yes", [True, 1, "1", "yes", "TRUE", 1.0, "1.0"])
def test_ways_to_say_yes(yes):
    assert form_of(wants_other_job=yes)["form"] == "e"


def test_texts_reads_numbers_and_blanks():
    assert texts(pd.Series(["1.0", "-8.0", "Employed "])).fillna("?").tolist() == [
        "1", "?", "employed",
    ]  # fmt: skip


def test_contract_length_decides_where_it_is_known():
    assert form_of(contract_months=12)["form"] == "a"
    assert form_of(contract_months=6)["form"] == "b"
    assert form_of(contract_months=-8)["possible_forms"] == "a b"
    eighteen = sf.classify_stages(person(contract_months=12), stable_months=18)
    assert eighteen.table["form"].tolist() == ["b"]


def test_a_long_contract_of_an_employee_is_stable_whatever_its_kind():
    assert form_of(contract=None, contract_months=24)["form"] == "a"
    assert form_of(contract=None, contract_months=6)["possible_forms"] == "a b"
    unknown = form_of(contract=None, contract_months=24, employment_status=None)
    assert unknown["possible_forms"] == "a b"  # the self-employed have no contract to be stable


ASKED = {
    "in_education": (True, False), "activity": VALUES["activity"], "employment_status": ("1", "3"),
    "contract": ("permanent", "temporary"), "contract_months": (6, 24),
    "wants_other_job": (True, False), "intends_to_work": (True, False),
    "potential_labour_force": (True, False), "available": (True, False),
}  # fmt: skip


def completions(row, version):
    """Return the forms of every completion of a row's answers, read by hand."""
    forms = set()
    for values in itertools.product(*(
        options if row[name] is None else (row[name],) for name, options in ASKED.items()
    )):  # fmt: skip
        full = dict(zip(ASKED, values, strict=True))
        if (
            row["employment_status"] is None
            and row["contract"]
            and full["employment_status"] != "1"
        ):
            continue  # who is asked for a contract is an employee
        job = "stable" if full["contract"] == "permanent" or full["contract_months"] >= 12 else ""
        job = job if full["employment_status"] == "1" else "self_employed"
        forms.add(by_hand(
            version, full["in_education"], full["activity"], job, full["wants_other_job"],
            full["intends_to_work"], full["potential_labour_force"], full["available"],
        ))  # fmt: skip
    return forms


@pytest.mark.parametrize("version", ["ilostat", "w4y"])
def test_bounds_are_the_least_and_the_most_of_every_completion(version):
    draw = random.Random(5)
    rows = [{name: draw.choice(options) for name, options in ASKED.items()} for _ in range(200)]
    for row in rows:
        row.update(dict.fromkeys(draw.sample(list(ASKED), draw.choice([0, 1, 2, 3, 4]))))
    people = pd.DataFrame(rows, dtype=object).assign(age=20, weight=[draw.choice([0.5, 2.0])
                                                                     for _ in rows])  # fmt: skip
    possible = [completions(row, version) for row in rows]
    table = sf.classify_stages(people, version=version).table
    assert [set(forms.split()) for forms in table["possible_forms"]] == possible
    for first in range(0, 200, 20):
        few = people.iloc[first : first + 5].reset_index(drop=True)
        made = sf.estimate_stage_shares(sf.classify_stages(few, version=version), by=None).table
        shares = made[made["kind"] == "stage"].set_index("stage")
        whole = few["weight"].sum()
        for stage in ("transited", "in_transition", "not_started"):
            sums = [
                sum(
                    w for w, form in zip(few["weight"], forms, strict=True) if STAGES[form] == stage
                )
                for forms in itertools.product(*possible[first : first + 5])
            ]
            found = shares.loc[stage, ["share", "share_high"]].tolist()
            assert found == pytest.approx([min(sums) / whole, max(sums) / whole]), (first, stage)


def test_a_contract_of_the_self_employed_is_said_and_not_used():
    made = sf.classify_stages(person(employment_status="3", contract="permanent"))
    assert made.table["form"].tolist() == ["b"]
    assert any("1 self-employed persons have a contract" in note for note in made.notes)


# Tables


def test_columns_maps_other_names_and_keeps_the_data_as_they_are():
    people = person().rename(columns={"contract": "q17", "age": "alter"})
    made = sf.classify_stages(people, columns={"contract": "q17", "age": "alter"})
    assert made.table["form"].tolist() == ["b"]
    assert set(people.columns) <= set(made.table.columns)
    assert "contract" not in made.table.columns
    plain = sf.classify_stages(person()).table
    assert made.table["form"].tolist() == plain["form"].tolist()


@pytest.mark.parametrize("classify", [sf.classify_stages, sf.approximate_stages])
def test_a_column_of_the_questions_name_beside_the_mapped_one_is_refused(classify):
    people = person().assign(q17="permanent")
    step = "Drop or rename the column that is not meant to be 'contract'"
    with pytest.raises(TableError, match=f"has a column 'contract' beside 'q17'.*{step}"):
        classify(people, columns={"contract": "q17"})
    assert classify(people, columns={"contract": "contract"}).table["form"].tolist() == ["b"]
    # Two columns that change names are clear: each stands for one question.
    swap = {"wants_other_job": "intends_to_work", "intends_to_work": "wants_other_job"}
    turned = person().rename(columns=swap)
    assert classify(turned, columns=swap).table["form"].tolist() == ["b"]
    twice = pd.concat([person(), person()[["contract"]]], axis=1)
    with pytest.raises(TableError, match="column 'contract': there twice"):
        classify(twice)


def test_rows_stay_in_order_and_classifying_twice_changes_nothing():
    people = truth_table().sample(frac=1, random_state=1)
    made = sf.classify_stages(people)
    assert made.table["age"].tolist() == people["age"].tolist()
    again = sf.classify_stages(made.table)
    pd.testing.assert_frame_equal(made.table, again.table)


def test_examplia_is_classified_without_open_forms_by_the_second_reading():
    survey = sf.example(seed=1).labour_force_survey
    for version in versions():
        made = sf.classify_stages(survey, version=version).table
        young = made[made["in_scope"]]
        assert (young["age"].between(15, 29)).all()
        assert len(young) == survey["age"].between(15, 29).sum()
        job = young["contract"].map({"permanent": "stable", "temporary": "temporary"})
        expected = [
            by_hand(version, row.in_education, row.activity, kind, row.wants_other_job,
                    row.intends_to_work, False, False)
            for row, kind in zip(young.itertuples(), job.fillna("self_employed"), strict=True)
        ]  # fmt: skip
        assert young["form"].tolist() == expected


def test_summary_and_provenance():
    made = sf.classify_stages(person())
    assert "version = ilostat" in made.summary()
    assert len(made.provenance["inputs"]["persons"]) == 64


# Wrong arguments


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"version": "ilo"}, ParameterError, "'ilostat'"),
        ({"missing": "bound"}, ParameterError, "Did you mean 'bounds'"),
        ({"age": (29, 15)}, ParameterError, "first and last age"),
        ({"stable_months": 0}, ParameterError, "months above 0"),
        ({"columns": {"contrct": "q"}}, TableError, "Did you mean 'contract'"),
        ({"columns": {"contract": "contrat"}}, TableError, "Did you mean 'contract'"),
        ({"age": (40, 50)}, CoverageError, "nobody of these ages"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        sf.classify_stages(person(), **arguments)


def test_absent_questions_are_named_all_at_once_with_the_way_out():
    people = person().drop(columns=["contract", "wants_other_job"])
    with pytest.raises(TableError, match="2 problems") as caught:
        sf.classify_stages(people)
    assert "approximate_stages" in str(caught.value)
    with pytest.raises(TableError, match="Did you mean 'Age'"):
        sf.classify_stages(person().rename(columns={"age": "Age"}))


def test_answers_without_a_meaning_are_named_all_at_once():
    people = person(activity="jobless", contract="verbal", employment_status="9")
    with pytest.raises(TableError, match="3 problems") as caught:
        sf.classify_stages(people)
    for word in ("jobless", "verbal", "'9'"):
        assert word in str(caught.value)
    with pytest.raises(TableError, match="at least one person"):
        sf.classify_stages(person().iloc[:0])
    with pytest.raises(TableError, match="DataFrame"):
        sf.classify_stages([1])


def test_months_of_a_contract_in_words_are_refused():
    person = pd.DataFrame(
        {
            "age": 20, "in_education": False, "activity": "employed", "employment_status": "1",
            "contract": "temporary", "wants_other_job": False, "intends_to_work": None,
            "contract_months": ["24 months", "12", " ", "-9"],
        }
    )  # fmt: skip
    with pytest.raises(TableError, match="'contract_months': the words '24 months'"):
        sf.classify_stages(person)
    made = sf.classify_stages(person.assign(contract_months=["24", "11", " ", "-9"]))
    assert made.table["possible_forms"].tolist() == ["a", "b", "a b", "a b"]
    named = sf.classify_stages(person, missing_codes=["24 months"])
    assert named.table["possible_forms"].tolist() == ["a b", "a", "a b", "a b"]
