"""Stages from tables that are odd: words for ages, names taken, arguments of another kind."""

import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError


def test_an_age_in_words_is_refused_and_not_taken_as_unknown():
    survey = sf.example(seed=1).labour_force_survey.head(60)
    written = survey["age"].astype("str").mask(survey.index % 2 == 0, "20 years")
    with pytest.raises(TableError, match=r"'age': the words '20 years'; expected completed years"):
        sf.classify_stages(survey.assign(age=written))
    with pytest.raises(TableError, match="20 years"):
        sf.approximate_stages(survey.assign(age=written), lose="wants_other_job")
    with pytest.raises(TableError, match="the words 'young'"):
        sf.classify_stages(survey.assign(age=written.replace("20 years", "Young")))
    named = sf.classify_stages(survey.assign(age=written), missing_codes="20 years")
    assert "of 30 the age is not known" in " ".join(named.notes)


def test_a_column_that_the_classification_would_write_over_is_refused():
    survey = sf.example(seed=1).labour_force_survey
    with pytest.raises(TableError, match=r"(?s)'form': taken.*'stage': taken"):
        sf.classify_stages(survey.assign(form="mine", stage=3))
    once = sf.classify_stages(survey)
    assert sf.classify_stages(once.table).table["form"].equals(once.table["form"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: sf.classify_stages(s, columns=["a"]), "columns: .'a'."),
        (lambda s: sf.approximate_stages(s, assume=["x"]), "assume: .'x'."),
        (lambda s: sf.approximate_stages(s, states=["x"]), "states: .'x'."),
        (lambda s: sf.approximate_stages(s, lose=5), "lose: 5"),
        (lambda s: sf.approximate_stages(s, states={"a": 5}), r"states.'a'.: 5"),
        (lambda s: sf.approximate_stages(s, stable_months=None), "stable_months: None"),
        (lambda s: sf.classify_stages(s, stable_months="x"), "stable_months: 'x'"),
        (lambda s: sf.classify_stages(s, age=15), "age: 15"),
        (lambda s: sf.classify_stages(s, age=("a", "b")), "age: .'a', 'b'."),
        (lambda s: sf.classify_stages(s, version=["w4y"]), "version: .'w4y'."),
        (lambda s: sf.estimate_stage_shares(sf.classify_stages(s), by=5), "by: 5"),
        (lambda s: sf.classify_transitions(s, roles=["a"]), "roles: .'a'."),
        (lambda s: sf.classify_transitions(s, roles={"a": "stable"}, group=5), "group: 5"),
    ],
)
def test_arguments_of_another_kind_are_named(call, words):
    with pytest.raises(ParameterError, match=words):
        call(sf.example(seed=1).labour_force_survey)


@pytest.mark.parametrize("roles", [None, {}, {"home": 5, "work": ["stable"]}])
def test_roles_that_are_none_are_named(roles):
    times = {"start": [0, 5], "end": [5, 9], "event": [True, False]}
    spells = pd.DataFrame(
        {"person": [1, 1], "state": ["home", "work"], "to_state": ["work", ""], **times}
    )
    with pytest.raises(ParameterError, match=r"roles.*expected one of 'education'|is no role"):
        sf.classify_transitions(spells, roles=roles)


@pytest.mark.parametrize("label", ["T", "total"])
def test_a_group_called_as_totals_are_is_refused(label):
    survey = sf.example(seed=1).labour_force_survey
    groups = survey["sex"].where(survey.index % 2 == 0, label)
    made = sf.classify_stages(survey.assign(area_kind=groups))
    with pytest.raises(TableError, match=f"'area_kind': the group '{label}' in 2500 rows"):
        sf.estimate_stage_shares(made, by="area_kind")


def test_ages_can_be_given_as_a_list():
    survey = sf.example(seed=1).labour_force_survey.head(200)
    listed = sf.classify_stages(survey, age=[15, 24]).table
    assert listed.equals(sf.classify_stages(survey, age=(15, 24)).table)


def test_the_direct_are_a_share_of_all_who_arrived_even_where_a_path_is_not_known():
    rows = [("1", "ed", 0, 5), ("1", "st", 5, 9), ("2", "ed", 0, 5), ("2", "xx", 5, 7),
            ("2", "st", 7, 9)]  # fmt: skip
    spells = sf.check_spells(pd.DataFrame(rows, columns=["person", "state", "start", "end"]))
    roles = {"ed": "education", "st": "stable", "xx": "unknown"}
    found = sf.classify_transitions(spells, roles=roles)
    assert any(note.startswith("Of 1 of those transited") for note in found.notes)
    made = found.table.set_index("indicator")
    assert made.loc["share_direct", ["value", "persons"]].tolist() == [0.5, 2]
    assert made.loc["share_short", ["value", "persons"]].tolist() == [1.0, 1]


def test_one_code_of_no_answer_may_stand_alone():
    survey = sf.example(seed=1).labour_force_survey
    told = survey.assign(wants_other_job=survey["wants_other_job"].astype("object"))
    odd = told["wants_other_job"].notna() & (told.index % 5 == 0)
    told = told.assign(wants_other_job=told["wants_other_job"].mask(odd, 7))
    assert len(sf.classify_stages(told, missing_codes=7).table) == len(survey)
