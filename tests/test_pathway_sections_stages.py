"""Sections on stages, indicators and paths: words and tables, also of odd and small data."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from section_checks import check_section

import skillsfc as sf
from skillsfc.report.pathways.stages import NO_QUESTIONS, NOTHING_LOST

QUESTIONS = ["wants_other_job", "contract", "intends_to_work"]
AGES = ("15", "24", "29", "20", "34", "3")  # names of groups and levels, not figures
ROLES = {"school": "education", "job": "stable", "home": "inactive", "search": "unemployed"}


@cache
def survey(persons=2000):
    return sf.example(seed=1, persons=persons).labour_force_survey


def shares_of(table, by="sex", **design):
    return sf.estimate_stage_shares(sf.classify_stages(table), by=by, **design)


@cache
def by_sex():
    return shares_of(survey())


def histories(persons=60, seed=3, sexes=("F", "M"), arrive=True):
    """Return made-up histories: school, then perhaps a time without, then a job."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        left = int(rng.integers(1, 12))
        between = int(rng.integers(0, 9)) if person % 2 else 0
        rows.append((person, "school", 0, left))
        if between:
            rows.append((person, "search", left, left + between))
        rows.append((person, "job" if arrive else "home", left + between, 40))
    told = pd.DataFrame(rows, columns=["person", "state", "start", "end"])
    return told.assign(sex=[sexes[person % len(sexes)] for person in told["person"]])


# --- stages -----------------------------------------------------------------------------------


def test_stages_are_said_for_women_and_men_with_the_numbers_of_the_table():
    section = sf.write_stages(by_sex(), name="Made up", source="me")
    text = check_section(section)
    assert text.startswith("Of women, ")
    assert " Of men, " in text
    shown = section.table("stage_shares")
    assert shown.columns.tolist() == ["stage", "Women", "Men"]
    assert shown["stage"].tolist() == [
        "I: transited", "II: in transition", "III: not started", "cannot be said"
    ]  # fmt: skip
    quoted = section.facts.table.set_index("fact")["value"]
    table = by_sex().table
    row = table[(table["kind"] == "stage") & (table["stage"] == "transited")].set_index("sex")
    assert quoted["sex F, transited"] == row.loc["F", "share"]
    assert quoted["sex M, transited, upper end"] == row.loc["M", "upper"]
    assert [figure.name for figure in section.figures] == ["stages"]


def test_without_groups_the_text_is_of_the_young():
    section = sf.write_stages(shares_of(survey(), by=None), name="Made up")
    assert check_section(section).startswith("Of the young, ")
    assert section.table("stage_shares").columns.tolist() == ["stage", "share"]
    assert section.figures[0].figure.alt_text


def test_one_sex_only_is_one_group():
    women = survey().query("sex == 'F'")
    text = check_section(sf.write_stages(shares_of(women), name="Made up"))
    assert "women" in text
    assert "men," not in text.replace("women", "")


def test_two_columns_of_groups_are_one_column_of_the_table():
    section = sf.write_stages(shares_of(survey(), by=["sex", "area"]), name="Made up")
    text = check_section(section)
    assert "Of women with area rural, " in text
    assert section.table("stage_shares").shape == (4, 5)


def test_of_many_groups_the_extremes_are_said():
    section = sf.write_stages(shares_of(survey(), by="age"), name="Made up")
    check_section(section, allowed=tuple(str(age) for age in range(15, 30)))
    many = survey().assign(place=survey().index % 6)
    section = sf.write_stages(shares_of(many, by="place"), name="Made up")
    text = check_section(section, allowed=tuple("012345"))
    start = "The largest part that has made the transition is found among those with place 1, "
    assert text.startswith(start)
    assert ": no farther apart than chance may make. The table" in text  # the intervals overlap
    many["wants_other_job"] = many["wants_other_job"].mask(many["place"] == 1, "no")
    many["contract"] = many["contract"].mask(many["place"] == 5, "temporary")
    many["wants_other_job"] = many["wants_other_job"].mask(many["place"] == 5, "yes")
    text = check_section(sf.write_stages(shares_of(many, by="place"), name="Made up"),
                         allowed=tuple("012345"))  # fmt: skip
    assert "chance" not in text


def test_one_person_without_sex_is_no_group_and_is_named():
    told = survey().copy()
    young = told.index[told["age"].between(15, 29)]
    told.loc[young[0], "sex"] = None
    section = sf.write_stages(shares_of(told), name="Made up")
    assert "persons whose sex is not stated" in check_section(section)
    assert set(section.table("stages_and_forms")["sex"]) == {"F", "M"}


def test_missing_answers_are_said_as_ranges():
    told = survey().copy()
    told["wants_other_job"] = told["wants_other_job"].astype("object").mask(told.index % 3 == 0)
    section = sf.write_stages(shares_of(told, by=None), name="Made up")
    text = check_section(section)
    assert "between " in text
    assert "the first is the part that is certain" in section.tables[0].note


def test_what_rests_on_few_persons_is_in_no_table():
    few = survey().assign(sex=lambda t: np.where(t.index % 20 == 0, "M", "F"))
    made = shares_of(few)
    section = sf.write_stages(made, name="Made up")
    check_section(section)
    shown = section.table("stages_and_forms")
    hidden = shown["reliability"].isin(["w", "s"])
    assert hidden.any()
    figures = ["share", "share_high", "lower", "upper", "cases", "population"]
    assert shown.loc[hidden, figures].isna().all().all()
    for (_, _), forms in shown[shown["kind"] == "form"].groupby(["sex", "stage"]):
        assert forms["reliability"].isin(["w", "s"]).sum() != 1  # the stage would give it back


def test_one_to_nine_in_a_stage_or_out_of_it_are_told_nowhere_and_not_drawn():
    young = survey().loc[lambda t: t["age"].between(15, 29)].head(25)
    made = shares_of(young, by=None)
    rows = made.table[made.table["kind"] == "stage"].set_index("stage")
    assert rows.loc["transited", "cases"] < 10
    section = sf.write_stages(made, name="Made up")
    text = check_section(section)
    assert "have made the transition" not in text
    assert section.figures == ()
    assert section.paragraphs[-1].startswith("There is no picture of the stages")
    shown = section.table("stage_shares").set_index("stage")["share"]
    assert shown["I: transited"] == "..c"
    files = section.table("stages_and_forms")
    assert not files["cases"].between(1, 9).any()
    assert not (files["persons"] - files["cases"]).between(1, 9).any()


def test_histories_are_said_over_time_with_their_unit():
    seen = sf.spells_to_panel(histories(persons=400), times=[1, 30])
    answers = {"school": {"in_education": "yes"},
               "job": {"in_education": "no", "activity": "employed"},
               "search": {"in_education": "no", "activity": "unemployed"}}  # fmt: skip
    classified = sf.approximate_stages(seen, states=answers, age=None)
    shares = sf.estimate_stage_shares(classified, by="time")
    few = sf.estimate_state_distribution(sf.spells_to_sequences(histories()))
    none = sf.write_stages(shares, name="Made up", parts=few)
    assert none.figures == ()
    assert none.paragraphs[-1].startswith("There is no picture of the states over time")
    parts = sf.estimate_state_distribution(sf.spells_to_sequences(histories(persons=200)))
    section = sf.write_stages(shares, name="Made up", parts=parts)
    text = check_section(section)
    assert text.startswith("After 1 month at most ")
    assert ", after 30 months at most " in text
    assert section.tables[0].labels == {"1": "after 1 month", "30": "after 30 months"}
    assert section.figures[0].name == "activities"


def test_questions_lost_are_said_in_words():
    made = sf.approximate_stages(survey(), lose=QUESTIONS)
    text = check_section(sf.write_stage_loss(made))
    assert "without the wish for another job " in text
    assert "the contract and the aim to work later" in text
    assert sf.write_stage_loss(None).paragraphs == (NO_QUESTIONS,)
    thin = sf.approximate_stages(survey().drop(columns=QUESTIONS))
    assert sf.write_stage_loss(thin).paragraphs == (NOTHING_LOST,)


# --- indicators -------------------------------------------------------------------------------


@cache
def indicators(by="sex", drop=()):
    told = ["neet_ilo", "neet_15_29", "stable_job", "over_educated", "written_contract"]
    return sf.measure_transition_indicators(
        survey().drop(columns=list(drop)), by=by, indicators=told
    )


def test_indicators_are_said_of_all_and_of_each_group():
    section = sf.write_transition_indicators(indicators(), name="Made up")
    text = check_section(section, allowed=AGES)
    assert text.startswith("Aged 15 to 24, ")
    assert "are neither in employment nor in education or training: " in text
    assert "% of women and " in text
    shown = section.table("indicators")
    assert shown.columns.tolist() == ["indicator", "age", "Women", "Men", "Both sexes", "persons"]
    assert "neet_ilo" not in " ".join(section.table("definitions_used")["definition"])
    assert len(section.table("definitions")) > len(section.table("definitions_used"))


def test_what_was_not_asked_is_named_and_not_guessed():
    section = sf.write_transition_indicators(indicators(), name="Made up")
    assert section.paragraphs[-1].startswith("Not measured, for want of the questions: ")
    assert "employees with a written contract" in section.paragraphs[-1]


@pytest.mark.parametrize("by", [None, "sex"])
def test_a_survey_without_sex_is_one_group(by):
    section = sf.write_transition_indicators(indicators(by, ("sex",)), name="Made up")
    text = check_section(section, allowed=AGES)
    assert "women" not in text
    assert section.table("indicators").columns.tolist() == ["indicator", "age", "share", "persons"]


def test_one_group_alone_is_not_said_twice():
    made = sf.measure_transition_indicators(
        survey()[survey()["sex"] == "F"], indicators=["neet_ilo"]
    )
    section = sf.write_transition_indicators(made, name="Made up")
    assert check_section(section, allowed=AGES).count("%") == 1


def test_groups_of_two_columns_have_one_total():
    made = sf.measure_transition_indicators(
        survey(), by=["sex", "area"], indicators=["neet_ilo", "neet_oecd"]
    )
    section = sf.write_transition_indicators(made, name="Made up")
    assert "of women with area rural" in check_section(section, allowed=AGES)
    assert section.table("indicators").shape == (2, 2 + 4 + 1 + 1)


def test_small_groups_are_in_no_table_of_indicators():
    told = survey().copy()
    young = told.index[told["age"].between(15, 24)]
    told["place"] = "town"
    told.loc[young[:4], "place"] = "island"
    made = sf.measure_transition_indicators(told, by="place", indicators=["neet_ilo"])
    section = sf.write_transition_indicators(made, name="Made up")
    assert "“island”" in check_section(section, allowed=AGES)
    assert "island" not in set(section.table("indicators_in_figures")["place"])


def test_histories_have_no_indicators_and_the_page_says_so():
    section = sf.write_transition_indicators(None, name="Made up")
    assert "do not have what the indicators need" in check_section(section)
    assert section.tables == ()


# --- length and path --------------------------------------------------------------------------


def paths_of(spells, group="sex", roles=ROLES):
    return sf.classify_transitions(sf.check_spells(spells), roles=roles, group=group)


def test_paths_are_said_with_counts_shares_and_months():
    section = sf.write_transition_paths(paths_of(histories()), name="Made up")
    text = check_section(section)
    assert text.startswith("The goal is a stable job. 60 persons have arrived.")
    assert "Of women who have left school, 100.0% (88.6% to 100.0%) have arrived, " in text
    assert "half of those who did not come straight took " in text
    assert section.table("path_outcomes")["persons"].sum() == 60
    lengths = section.table("path_lengths")["indicator"].tolist()
    assert lengths[0] == "Have arrived, per cent of those out of school"
    kinds = " ".join(section.table("path_kinds")["indicator"])
    assert "Short: unemployment of up to three months" in kinds
    assert "temporary" not in kinds.lower()  # nobody took such a path
    assert len(section.table("paths")) == len(paths_of(histories()).table) / 2


def test_a_path_of_few_is_not_had_from_its_class():
    spells = histories(persons=200)
    long = pd.DataFrame({"person": ["x"] * 3, "state": ["school", "home", "job"],
                         "start": [0, 2, 30], "end": [2, 30, 40], "sex": "F"})  # fmt: skip
    section = sf.write_transition_paths(paths_of(pd.concat([spells, long])), name="Made up")
    check_section(section)
    shown = section.table("paths_in_figures")
    hidden = shown[shown["value"].isna() & (shown["sex"] == "F")]["indicator"].tolist()
    assert "share_inactivity_long" in hidden
    assert len([name for name in hidden if name.startswith("share_")]) > 1


def test_one_to_nine_who_arrived_or_have_not_are_not_counted_out():
    spells = histories(persons=1)
    section = sf.write_transition_paths(paths_of(spells, None), name="Made up", stable=False)
    text = check_section(section)
    goal = "a job of any kind (its contract is not in the data). How many of those who left school"
    assert f"{goal} have arrived is not told: one to nine have, or have not." in text
    waiting = histories(persons=3, arrive=False).assign(person=lambda t: t["person"] + 100)
    section = sf.write_transition_paths(paths_of(pd.concat([histories(), waiting]), None),
                                        name="Made up")  # fmt: skip
    assert "one to nine have, or have not" in check_section(section)
    assert "60" not in section.paragraphs[0]
    told = section.table("path_outcomes").set_index("outcome")["persons"]
    assert told[["transited", "not_yet"]].isna().all()
    figures = section.table("paths_in_figures").set_index("indicator")["value"]
    assert np.isnan(figures["share_transited"])


def test_nobody_who_arrived_leaves_no_length():
    section = sf.write_transition_paths(paths_of(histories(arrive=False)), name="Made up")
    text = check_section(section)
    assert "0 persons have arrived; 60 persons have left school and have not arrived" in text
    assert "took" not in text


def test_pupils_and_late_comers_are_counted_apart():
    spells = histories()
    pupils = pd.DataFrame({"person": ["x"], "state": ["school"], "start": [0], "end": [40],
                           "sex": ["F"]})  # fmt: skip
    text = check_section(
        sf.write_transition_paths(paths_of(pd.concat([spells, pupils])), name="Made up")
    )
    assert "60 persons have arrived" in text
    assert "Not counted: fewer than ten persons still in education." in text


def test_without_histories_the_page_says_what_it_needs():
    told = {
        unit: check_section(sf.write_transition_paths(None, name="Made up", unit=unit))
        for unit in ("", "months", "quarters")
    }
    assert told[""] == "Length and path are of histories; these data have none."
    assert told["months"].endswith("in these histories nobody is.")
    assert told["quarters"].endswith("told in months; these histories are in quarters.")
