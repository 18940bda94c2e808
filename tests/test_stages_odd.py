"""Stages from tables that are odd: words for ages, names taken, arguments of another kind."""

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
        (lambda s: sf.estimate_stage_shares(sf.classify_stages(s), by=5), "by: 5"),
        (lambda s: sf.classify_transitions(s, roles=["a"]), "roles: .'a'."),
        (lambda s: sf.classify_transitions(s, roles={"a": "stable"}, group=5), "group: 5"),
    ],
)
def test_arguments_of_another_kind_are_named(call, words):
    with pytest.raises(ParameterError, match=words):
        call(sf.example(seed=1).labour_force_survey)


def test_one_code_of_no_answer_may_stand_alone():
    survey = sf.example(seed=1).labour_force_survey
    told = survey.assign(wants_other_job=survey["wants_other_job"].astype("object"))
    odd = told["wants_other_job"].notna() & (told.index % 5 == 0)
    told = told.assign(wants_other_job=told["wants_other_job"].mask(odd, 7))
    assert len(sf.classify_stages(told, missing_codes=7).table) == len(survey)
