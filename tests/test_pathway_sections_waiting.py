"""Sections on waiting, job times, destinations and hazards, also of odd and small data."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from section_checks import check_section

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError, Problem
from skillsfc.report.pathways.waiting import choose_marks, name_goal

LABELS = {"job": "paid work"}


@cache
def histories(persons=60, seed=3, sexes=("F", "M"), arrive=True, months=40):
    """Return made-up histories: school, then out of work, then perhaps a job."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        left, found = int(rng.integers(1, 8)), int(rng.integers(9, months))
        stays = not arrive or person % 5 == 0
        rows.append((person, "school", 0, left, "home"))
        rows.append((person, "home", left, months if stays else found, "" if stays else "job"))
        if not stays:
            rows.append((person, "job", found, months, ""))
    told = pd.DataFrame(rows, columns=["person", "state", "start", "end", "to_state"])
    sexes_of = [sexes[person % len(sexes)] for person in told["person"]]
    return told.assign(sex=sexes_of, grades=told["person"] % 3 == 0, age=15 + told["person"] % 4)


def waits_of(spells=None, to="job", **more):
    return sf.measure_time_to(histories() if spells is None else spells, to=to, **more)


def section_of(waits, group="sex", rows=None, **more):
    curve = sf.estimate_survival(waits.table if rows is None else rows, group=group)
    return sf.write_waiting(curve, waits, name="Made up", **more)


# --- waiting ----------------------------------------------------------------------------------


def test_medians_are_said_for_each_group_with_the_test():
    waits = waits_of(histories(240))
    section = section_of(waits, since="school", labels=LABELS)
    text = check_section(section)
    assert text.startswith("Half of women have arrived after ")
    assert "Half of men have arrived after " in text
    assert "(log-rank test, p = " in text
    assert "Of 240 persons, 192 were seen to arrive and 48 were still waiting" in text
    shown = section.table("arrived")
    assert shown.columns.tolist() == ["time", "Women", "Men"]
    assert shown["time"].tolist() == [6, 12, 24, 36]
    curve = sf.estimate_survival(waits, group="sex")
    published = section.table("waiting_curve")
    assert published["at_risk"].min() >= 10
    assert not {"events", "censored", "hazard"} & set(published.columns)
    followed = curve.table[curve.table["at_risk"] >= 10]
    assert published["time"].tolist() == followed["time"].tolist()
    for sex, own in published.groupby("sex"):
        known = curve.table[curve.table["sex"] == sex].set_index("time")
        persons = known["at_risk"].iloc[0]
        told = own.set_index("time")["probability"]
        assert ((told - known["probability"][told.index]).abs() <= 2.5 / persons + 1e-12).all()
        fives = told[told < 1] * persons / 5
        assert fives.to_numpy() == pytest.approx(fives.round().to_numpy())
    assert (published["at_risk"] % 5 == 0).all()
    note = section.figures[0].note
    assert note == "Curves and persons at risk are told in fives of persons."
    medians = section.table("waiting_medians")
    pd.testing.assert_frame_equal(medians[curve.median.columns], curve.median)
    assert set(medians["reliability"]) == {""}
    assert "a job of any length (paid work)" in section.figures[0].title


def test_curves_of_fewer_than_a_hundred_are_not_drawn_and_medians_of_few_are_marked():
    section = section_of(waits_of(histories(58)), since="school")
    assert section.figures == ()
    text = check_section(section, allowed=("100",))
    assert "There is no picture of the curves" in text
    assert text.count("(unreliable)") == 2  # of 29 women and men


def test_one_group_needs_no_test():
    text = check_section(section_of(waits_of(), None))
    assert text.startswith("Half of the young have arrived after ")
    assert "log-rank" not in text
    women = histories(sexes=("F",))
    assert "log-rank" not in check_section(section_of(waits_of(women)))


def test_where_fewer_than_half_arrive_no_median_is_said():
    spells = histories(persons=40).assign(
        state=lambda t: t["state"].mask((t["person"] % 5 > 1) & (t["state"] == "job"), "other"),
    )
    spells["to_state"] = spells.groupby("person")["state"].shift(-1).fillna("")
    text = check_section(section_of(waits_of(spells), None))
    assert text.startswith("Fewer than half of the young were seen to arrive.")


def test_nobody_who_arrives_is_said_and_fails_nothing():
    one = histories(persons=2).loc[lambda t: t["person"] == 1].assign(person="x")
    spells = pd.concat([histories(arrive=False), one])
    waits = waits_of(spells)
    rows = waits.table[waits.table["person"] != "x"]
    section = section_of(waits, "sex", rows=rows)
    text = check_section(section)
    assert "Fewer than half of women were seen to arrive." in text
    assert "Fewer than ten persons were not in the curves" in text
    assert "61 persons are counted; how many of them arrived is not told" in text
    told = section.table("waiting_outcomes").set_index("outcome")["persons"]
    assert told["counted"] == 61
    assert told[["arrived", "still waiting when last seen", "censored"]].isna().all()


def test_few_persons_get_what_interval_there_is():
    text = check_section(section_of(waits_of(histories(persons=10)), None))
    assert text.startswith("Half of the young have arrived after ")
    assert "interval" in text


def test_of_fewer_than_ten_persons_nothing_is_shown():
    spells = histories(persons=6)
    section = section_of(waits_of(spells), None)
    assert check_section(section).startswith("Fewer than ten persons")
    assert section.tables == section.figures == ()
    gone = sf.estimate_cumulative_incidence(spells, state="home")
    section = sf.write_destinations(gone, state="home", name="Made up")
    assert check_section(section).startswith("Fewer than ten persons")
    assert section.tables == ()
    model = sf.fit_hazard(waits_of(spells), "age")
    section = sf.write_hazards(model, name="Made up")
    assert check_section(section).startswith("Fewer than ten persons")


def test_many_groups_are_told_by_the_first_and_the_last():
    spells = histories(persons=80).assign(place=lambda t: t["person"] % 8)
    section = section_of(waits_of(spells), "place")
    text = check_section(section, allowed=tuple("01234567"))
    assert text.count("Half of those with place") == 2
    assert section.figures == ()  # more curves than can be told apart


def test_odd_codes_of_sex_are_said_as_they_are():
    text = check_section(section_of(waits_of(histories(sexes=("1", "2")))), allowed=("1", "2"))
    assert "Half of those with sex 1 have arrived" in text


def test_a_lasting_job_is_named_with_its_length_and_unit():
    waits = waits_of(min_length=2, unit="quarter")
    assert name_goal(waits, LABELS) == "a job that lasts 2 quarters or more (paid work)"
    assert name_goal(waits_of(min_length=1, unit="year")).startswith("a job that lasts 1 year or")
    section = section_of(waits, None)
    assert "quarters" in check_section(section)
    assert section.tables[0].labels["time"] == "quarters"


@pytest.mark.parametrize(
    ("unit", "last", "marks"),
    [("months", 70.0, [6, 12, 24, 36, 60]), ("years", 7.0, [1, 2, 3, 5]),
     ("quarters", 9.0, [2, 4, 8]), ("months", 5.0, [5.0]), ("waves", 2.5, [1, 2])],
)  # fmt: skip
def test_marks_are_half_a_year_a_year_and_more_within_sight(unit, last, marks):
    assert choose_marks(unit, last) == marks


# --- job times --------------------------------------------------------------------------------


def test_times_to_jobs_of_each_kind():
    jobs = {"any_job": "job", "a_home": "home"}
    times = sf.measure_job_times(histories(), jobs=jobs, group="sex", at=[12, 24])
    section = sf.write_job_times(times, name="Made up", since="school")
    text = check_section(section)
    assert text.startswith("To any job, half of women need ")
    assert "To a home, half of women need " in text
    shown = section.table("job_times")
    assert set(shown["job"]) == {"any job", "a home"}
    assert shown["quantity"].tolist()[:4] == [
        "arrived after 12 months, per cent", "arrived after 24 months, per cent",
        "months until half have arrived", "months waited within the first 24, mean",
    ]  # fmt: skip


def test_who_is_not_seen_to_arrive_is_said_by_name():
    spells = histories().assign(
        state=lambda t: t["state"].mask((t["sex"] == "M") & (t["state"] == "job"), "other")
    )
    spells["to_state"] = spells.groupby("person")["state"].shift(-1).fillna("")
    times = sf.measure_job_times(spells, jobs={"any_job": "job"}, group="sex", at=[12])
    text = check_section(sf.write_job_times(times, name="Made up"))
    assert "Half of men are not seen to reach any job." in text


def test_times_of_few_persons_are_withheld_and_small_groups_left_out():
    few = sf.measure_job_times(histories(persons=4), jobs={"any_job": "job"}, at=[12])
    section = sf.write_job_times(few, name="Made up")
    assert check_section(section) == "Too few persons are seen for a time to a job to be told."
    assert section.table("job_times_in_figures")["value"].isna().all()
    spells = histories().assign(sex=lambda t: t["sex"].mask(t["person"] == 7))
    times = sf.measure_job_times(spells, jobs={"any_job": "job"}, group="sex", at=[12])
    section = sf.write_job_times(times, name="Made up")
    assert "persons whose sex is not stated" in check_section(section)
    assert section.table("job_times").columns.tolist()[2:4] == ["Women", "Men"]
    assert check_section(sf.write_job_times(None, name="Made up")).startswith("Too few persons")


# --- destinations -----------------------------------------------------------------------------


def test_destinations_are_said_after_a_year_with_those_who_stayed():
    made = sf.estimate_cumulative_incidence(histories(), state="home")
    section = sf.write_destinations(
        made, state="home", name="Made up", first_of=("home", "ill"), labels=LABELS
    )
    text = check_section(section)
    assert text.startswith("After 12 months in “home”, ")
    assert "23.3% had gone to “paid work” (14.7% to 36.9%) and " in text
    figures = section.table("destinations_at").set_index("time")
    few = made.at(6)["probability"].iloc[0] * made.table["at_risk"].iloc[0]
    assert 0 < few < 10
    assert figures.loc[6, "probability"].isna().all()
    assert "the first named is followed, “home”; not “ill”." in text
    shown = section.table("destinations_by_time")
    assert shown["to_state"].tolist() == ["paid work", "still there"]
    published = section.table("destinations_curve")
    assert published["at_risk"].min() >= 10
    assert not {"events", "censored", "hazard", "stayed"} & set(published.columns)
    exact = made.table[made.table["at_risk"] >= 10]
    fives = published["probability"] * exact["at_risk"].iloc[0] / 5
    assert fives.to_numpy() == pytest.approx(fives.round().to_numpy())
    assert (
        fives - exact["probability"].to_numpy() * exact["at_risk"].iloc[0] / 5
    ).abs().max() < 0.6
    assert section.table("destinations_at")["at_risk"].min() >= 10


def test_nobody_who_leaves_is_said():
    section = sf.write_destinations(None, state="home", name="Made up")
    assert check_section(section) == "Nobody is seen to go from “home” to another state."
    assert section.figures == section.tables == ()


def test_of_many_destinations_six_are_drawn_and_all_are_in_the_table():
    spells = pd.DataFrame({"person": range(140), "state": "home", "start": 0,
                           "end": np.arange(140) % 14 + 1,
                           "to_state": [f"place_{n % 7}" for n in range(140)]})  # fmt: skip
    made = sf.estimate_cumulative_incidence(spells, state="home")
    section = sf.write_destinations(made, state="home", name="Made up")
    check_section(section, allowed=tuple("0123456"))
    assert "in the table only" in section.figures[0].note
    assert len(section.table("destinations_by_time")) == 8


def test_destinations_by_group_are_refused_by_name():
    made = sf.estimate_cumulative_incidence(histories(), state="home", group="sex")
    with pytest.raises(ParameterError, match="all persons together"):
        sf.write_destinations(made, state="home", name="Made up")


# --- hazards ----------------------------------------------------------------------------------


def test_ratios_are_said_surest_first_and_the_others_by_name():
    waits = waits_of(histories(persons=90))
    model = sf.fit_hazard(waits, "sex + grades + age")
    section = sf.write_hazards(model, name="Made up", asked=["sex", "grades", "age", "region"])
    text = check_section(section)
    assert "Not used: region." in text
    assert "Used: sex, grades and age." in text
    assert "“grades”" in text
    assert section.table("hazard_ratios").equals(model.table)
    assert section.table("proportional")["term"].tolist()[-1] == "all terms"


def test_a_sure_difference_is_said_with_whom_it_compares():
    spells = histories(persons=90).assign(
        track=lambda t: np.where(t["person"] % 2, "slow", "fast"),
        slow=lambda t: np.where(t["person"] % 2, 0, 9),
    )
    waits = waits_of(spells).table.assign(
        end=lambda t: t["end"].where(t["sex"] == "F", t["end"] / 4)
    )
    section = sf.write_hazards(sf.fit_hazard(waits, "sex"), name="Made up")
    assert "Men start a job that lasts at " in check_section(section)
    assert "times the rate of women (interval " in check_section(section)
    section = sf.write_hazards(sf.fit_hazard(waits, "track"), name="Made up")
    assert "those with “track: slow” start" in check_section(section).replace("Those", "those")
    assert "the rate of those with “track: fast”" in check_section(section)


def test_a_ratio_of_a_trait_of_few_is_told_nowhere():
    waits = waits_of(histories(persons=90)).table.assign(rare=lambda t: t["person"] < 6)
    model = sf.fit_hazard(waits, "sex + rare")
    section = sf.write_hazards(model, name="Made up")
    text = check_section(section)
    assert "fewer than ten persons have the trait or have it not: “rare”." in text
    ratios = section.table("hazard_ratios").set_index("term")
    assert ratios.loc["rare[True]", ["estimate", "ratio", "lower", "p_value"]].isna().all()
    assert ratios.loc["sex[M]", "ratio"] == model.table.set_index("term").loc["sex[M]", "ratio"]
    assert "Terms without a finite interval are not drawn." in section.figures[0].note


def test_without_a_model_the_page_says_why():
    text = check_section(sf.write_hazards(None, name="Made up", asked=["sex"]))
    assert text.startswith("No ratios can be told")
    refusal = ConvergenceError("fit_hazard", [Problem("formula", "no maximum", "one"), "alone"])
    section = sf.write_hazards(refusal, name="Made up", asked=["good_grades"])
    assert "Asked for: good grades." in check_section(section)
    assert section.table("hazard_refusal")["found"].tolist() == ["no maximum", "alone"]


def test_a_constant_column_is_a_refusal_in_the_table():
    waits = waits_of(histories(sexes=("F",)))
    with pytest.raises(sf.SkillsfcError) as refusal:
        sf.fit_hazard(waits, "sex")
    section = sf.write_hazards(refusal.value, name="Made up", asked=["sex"])
    check_section(section)
    assert len(section.table("hazard_refusal")) == 1


def test_of_a_destination_that_nobody_took_yet_no_interval_is_told():
    left = pd.DataFrame({"person": range(60), "state": "home", "start": 0, "end": [5, 30] * 30,
                         "to_state": ["job", "school"] * 30})  # fmt: skip
    made = sf.estimate_cumulative_incidence(left)
    section = sf.write_destinations(made, state="home", name="Made up")
    check_section(section)
    shown = section.table("destinations_by_time").set_index("to_state")
    assert shown.loc["school"].iloc[0] == "0.0"
    assert "–" in shown.loc["job"].iloc[0]


def test_what_fewer_than_ten_still_wait_for_is_withheld():
    waits = waits_of(histories(persons=16, months=60))
    section = section_of(waits, group=None)
    at = sf.estimate_survival(waits.table).at(choose_marks("months", 60.0))
    arrived = 16 * (1 - at["probability"])
    thin = [(count.between(0.5, 9.5)).tolist() for count in (at["at_risk"], arrived, 16 - arrived)]
    thin = np.any(thin, axis=0).tolist()
    assert any(thin)
    assert not all(thin)
    assert (section.table("arrived").iloc[:, 1] == "..c").tolist() == thin


def test_the_same_share_of_few_is_withheld_beside_the_curve_and_with_the_times_to_a_job():
    spells = histories(persons=40)
    waits = waits_of(spells)
    shown = section_of(waits, group=None).table("arrived").set_index("time")["share"]
    times = sf.measure_job_times(spells, jobs={"any_job": "job"}, at=[6, 12, 24])
    section = sf.write_job_times(times, name="Made up")
    check_section(section)
    others = section.table("job_times")["value"].tolist()
    assert [shown[time].replace("*", "") for time in (6, 12, 24)] == [
        text.replace("*", "") for text in others[:3]
    ]
    assert others[:2] == ["0.0", "..c"]  # nobody; five of forty
    figures = section.table("job_times_in_figures").set_index("indicator")["value"]
    assert np.isnan(figures["share_by_12"])


def test_shares_of_nobody_and_everyone_have_no_interval_and_the_note_says_why():
    spells = histories(persons=30, months=20)
    spells = spells[spells["person"] % 5 != 0]
    times = sf.measure_job_times(spells, jobs={"any_job": "job"}, at=[6, 24])
    section = sf.write_job_times(times, name="Made up")
    shown = section.table("job_times")["value"]
    assert shown.tolist()[:2] == ["0.0*", "100.0*"]
    note = next(table.note for table in section.tables if table.name == "job_times")
    assert "Part of nobody, or of everyone: no interval can be told." in note
    assert section.table("job_times_in_figures")["upper"][:2].isna().all()
    arrived = section_of(waits_of(spells), None).tables[0]
    assert arrived.table["share"].tolist()[0] == "0.0*"
    assert "0.0 or 100.0 without an interval" in arrived.note


def test_a_median_whose_upper_end_is_not_reached_has_an_open_interval_in_its_group():
    spells = pd.concat([histories(persons=13, sexes=("F",), months=30),
                        histories(persons=60, sexes=("M",)).assign(
                            person=lambda t: t["person"] + 100)])  # fmt: skip
    times = sf.measure_job_times(spells, jobs={"any_job": "job"}, group="sex", at=[12])
    section = sf.write_job_times(times, name="Made up")
    check_section(section)
    shown = section.table("job_times").set_index("quantity").loc["months until half have arrived"]
    assert shown["Women"] == "19.0* (13.0–..)"
    assert shown["Men"].endswith(")")
    assert ".." not in shown["Men"]


def test_nobody_followed_by_enough_draws_no_curve():
    waits = waits_of(histories(persons=12))
    few = waits.table.assign(start=0, end=range(1, len(waits.table) + 1))
    section = section_of(waits, group=None, rows=few)
    assert section.table("waiting_curve")["at_risk"].min() >= 10
    assert len(section.table("waiting_curve")) == 3


def test_what_is_weighted_is_said_beside_counts_that_are_not():
    assert "numbers of persons are of those seen" in sf.describe_pathways(sf.load_pathways("GBR"))
    assert "weight" not in sf.describe_pathways(sf.load_pathways("USA"))
    told = pd.DataFrame({"person": [1, 2, 2, 3, 3],
                         "state": ["job", "school", "job", "school", "job"],
                         "start": [0, 0, 4, 0, 6], "end": [9, 4, 9, 6, 9],
                         "weight": [1.0, 2, 2, 5, 5]})  # fmt: skip
    notes = sf.measure_time_to(told, to="job").notes
    assert any("1 of 3 persons (12.5% by weight) went there at once" in note for note in notes)
    plain = sf.measure_time_to(told.drop(columns="weight"), to="job").notes
    assert any("1 of 3 persons went there at once" in note for note in plain)


def test_every_stay_of_a_record_a_period_lasts_one():
    assert [sf.load_pathways(code).shortest for code in ("GBR", "USA", "XEX")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("role", "said"),
    [("unemployed", "are those of unemployment."), ("inactive", "are those of inactivity, since")],
)
def test_the_foot_of_paths_names_the_limits_that_were_used(role, said):
    roles = {"school": "education", "home": role, "job": "stable"}
    paths = sf.classify_transitions(histories(100), roles=roles)
    section = sf.write_transition_paths(paths, name="Made up", jobless_only=True)
    assert any(said in table.note for table in section.tables)
