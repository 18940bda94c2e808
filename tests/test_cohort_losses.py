"""Nothing of a school system is halved, lost, negative or ignored without a word."""

import numpy as np
import pandas as pd
import pytest
from test_cohort_flow import FLAGS, P, R, country, rate_table
from test_cohort_flow_odd import both_sexes, counts, rules
from test_cohort_parts import path_of
from test_cohort_projection import balance_of, new_pupils, project, pupils_of

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.transitions.cohorts.counts import SchoolCounts
from skillsfc.transitions.cohorts.kernel import Rates
from skillsfc.transitions.cohorts.levels import place_levels, settle_completion
from skillsfc.transitions.cohorts.matching import left_out
from skillsfc.transitions.cohorts.rate_path import reach_targets
from skillsfc.transitions.cohorts.steps import RateDraws, follow_pupils
from skillsfc.transitions.cohorts.sums import sum_groups

PUPILS, AGAIN = counts()
BOTH, BOTH_AGAIN = both_sexes((PUPILS, AGAIN))
REGIONS, REGIONS_AGAIN = (
    pd.concat([t.assign(region=r) for r in "AB"], ignore_index=True) for t in (PUPILS, AGAIN)
)


def done_of(pupils, grade=4, share=0.8):
    rows = pupils[pupils["grade"] == grade]
    return rows.assign(persons=share * rows["persons"])


def only(table, **values):
    for name, value in values.items():
        table = table[table[name] == value]
    return table


def text_of(flow, rule):
    return flow.issues.set_index("rule")["text"][rule]


# A sum over sexes, regions and years


@pytest.mark.parametrize("absent", ["missing", "zero"])
def test_repeaters_of_one_sex_are_no_sum_of_both(absent):
    with pytest.raises(TableError, match=r"repeaters table.*\n.*only 'F' in the table"):
        sf.estimate_student_flow(BOTH, only(BOTH_AGAIN, sex="F"), by=[], absent=absent)


def test_graduates_of_one_sex_are_no_sum_of_both():
    done = done_of(BOTH)
    with pytest.raises(TableError, match=r"graduates table.*\n.*only 'M' in grade 4"):
        sf.estimate_student_flow(BOTH, BOTH_AGAIN, only(done, sex="M"), by=[])
    named = pd.concat([done_of(BOTH, 2), done]).drop(columns="grade")
    named["qualification"] = np.where(np.arange(len(named)) < 10, "1", "2")
    lacking = named[~((named["sex"] == "F") & (named["qualification"] == "2"))]
    with pytest.raises(TableError, match="only 'M' in qualification 2"):
        sf.estimate_student_flow(BOTH, BOTH_AGAIN, lacking, by=[], levels={"1": 2, "2": 4})
    whole = sf.estimate_student_flow(BOTH, BOTH_AGAIN, done, by=[])
    assert whole.table["completion"].iloc[-1] == pytest.approx(0.8)


def test_sexes_that_are_kept_apart_may_have_what_they_have():
    flow = sf.estimate_student_flow(BOTH, only(BOTH_AGAIN, sex="F"), only(done_of(BOTH), sex="F"))
    girls = only(flow.table, sex="F")
    assert girls["completion"].iloc[-1] == pytest.approx(0.8)
    assert only(flow.table, sex="M")["repetition"].isna().all()
    assert "grade 1, 2, 3, 4: no survival beyond grade 1" in text_of(flow, "no rates")


def test_a_year_without_repeaters_taken_as_nobody_is_named():
    lacking = BOTH_AGAIN[~((BOTH_AGAIN["sex"] == "M") & (BOTH_AGAIN["year"] == 2017))]
    flow = sf.estimate_student_flow(BOTH, lacking, by=[], absent="zero")
    issue = only(flow.issues, rule="no repeaters").iloc[0]
    assert (issue["series"], issue["affected"], issue["severity"]) == ("M", 1, "warning")
    assert "in '2017', taken as nobody" in issue["text"]
    assert any("taken as nobody" in note for note in flow.notes)
    # The first year of all needs no repeaters.
    later = BOTH_AGAIN[BOTH_AGAIN["year"] > 2015]
    assert rules(sf.estimate_student_flow(BOTH, later, absent="zero")) == set()


def test_graduates_of_one_region_are_no_completion_of_all():
    half = only(done_of(REGIONS), region="A")
    for given in (half, half.drop(columns="grade")):
        flow = sf.estimate_student_flow(REGIONS, REGIONS_AGAIN, given, by=[])
        assert np.isnan(flow.table["completion"].iloc[-1])
        assert "graduates of some parts only" in text_of(flow, "part missing")
        assert "grade 4 in 2015" in text_of(flow, "part missing")


def test_repeaters_of_one_region_are_no_repeaters_of_all():
    with pytest.raises(CoverageError, match="repeaters of some parts only") as caught:
        sf.estimate_student_flow(REGIONS, only(REGIONS_AGAIN, region="A"), by=[])
    assert "no two in a row" in str(caught.value)


def test_a_sum_is_whole_or_missing_whatever_is_missing():
    rng = np.random.default_rng(8)
    groups = pd.DataFrame({"region": ["A", "A", "B", "B"], "sex": ["F", "M", "F", "M"]})
    pupils = rng.integers(0, 3, (3, 4, 5)) * 50.0
    for _ in range(20):
        again = np.where(rng.random(pupils.shape) < 0.3, np.nan, np.minimum(pupils, 7.0))
        made = sum_groups(SchoolCounts(pupils, again, again, groups, 2020, 1), ["region"])
        for at in range(2):
            parts, there = again[:, 2 * at : 2 * at + 2], pupils[:, 2 * at : 2 * at + 2] > 0
            lacking = (np.isnan(parts) & there).any(axis=1) | np.isnan(parts).all(axis=1)
            expected = np.where(lacking, np.nan, np.nansum(parts, axis=1))
            np.testing.assert_array_equal(made.repeating[:, at], expected)


def test_graduates_by_a_further_key_are_summed_where_all_are_there():
    done = done_of(PUPILS)
    sexes = pd.concat([done.assign(sex=s, persons=done["persons"] / 2) for s in "FM"])
    flow = sf.estimate_student_flow(PUPILS, AGAIN, sexes)
    assert flow.table["completion"].iloc[-1] == pytest.approx(0.8)
    lacking = sexes[~((sexes["sex"] == "M") & (sexes["year"] == 2017))]
    with pytest.raises(TableError, match="by 'sex': some only in '2017'"):
        sf.estimate_student_flow(PUPILS, AGAIN, lacking)


def test_a_field_of_study_may_have_women_only_or_open_late():
    nurses = done_of(BOTH, share=0.1).assign(field="09")
    nurses = nurses[(nurses["sex"] == "F") & (nurses["year"] > 2016)]
    done = pd.concat([done_of(BOTH, share=0.7).assign(field="01"), nurses])
    flow = sf.estimate_student_flow(BOTH, BOTH_AGAIN, done, by=[])
    last = only(flow.rates, grade=4).set_index("year")["completion"]
    assert last.loc[[2015, 2016, 2017]].tolist() == pytest.approx([0.7, 0.7, 0.75])


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        (1, {"grade": 9}, r"repeaters table.*\n.*grade '9', without pupils"),
        (2, {"grade": 9}, r"graduates table.*\n.*grade '9', without pupils"),
        (2, {"year": [2055, 2056, 2057, 2058, 2059]}, "year '2055'.*without pupils"),
    ],
)
def test_persons_where_there_are_no_pupils_are_refused(table, change, named):
    tables = [PUPILS, AGAIN, done_of(PUPILS)]
    tables[table] = only(tables[table], grade=4).assign(persons=5.0, **change)
    with pytest.raises(TableError, match=named):
        sf.estimate_student_flow(*tables)


# Groups of a projection


def regions(last_of_b):
    """Pupils of A in 2023 and 2024, of B up to a year."""
    rows = [pupils_of([100.0] * 6, y, region=r) for r in "AB" for y in (2023, 2024)]
    table = pd.concat(rows, ignore_index=True)
    return table[(table["region"] == "A") | (table["year"] <= last_of_b)]


def test_a_group_without_pupils_in_the_base_year_is_not_lost():
    with pytest.raises(
        CoverageError, match=r"in the base year 2024 of 'B'.*base_year=2023 has all"
    ):
        sf.project_cohort(regions(2023), rate_table(), horizon=2026)
    made = sf.project_cohort(regions(2023), rate_table(), horizon=2026, base_year=2023)
    assert made.table["region"].unique().tolist() == ["A", "B"]
    closed = regions(2023).assign(persons=lambda t: t["persons"].where(t["region"] == "A", 0.0))
    made = sf.project_cohort(closed, rate_table(), horizon=2025)
    assert made.table["region"].unique().tolist() == ["A"]


def test_new_pupils_of_a_group_without_pupils_are_refused_and_children_told():
    stock = only(regions(2024), region="A")
    new = pd.concat([new_pupils([10.0], region=r) for r in "AB"])
    with pytest.raises(CoverageError, match="'B': no such pupils in the base year"):
        sf.project_cohort(stock, rate_table(), horizon=2025, entrants=new)
    made = sf.project_cohort(stock, rate_table(), horizon=2025, population=new, intake=0.9)
    assert any("Children of 'B' are left out" in note for note in made.notes)


def test_rates_that_nobody_has_are_told():
    rates = pd.concat([rate_table(region=r) for r in "AB"])
    made = sf.project_cohort(only(regions(2024), region="A"), rates, horizon=2025)
    assert "Rates of 'B' are not used: no pupils of theirs are given." in made.notes
    both = sf.project_cohort(regions(2024), rates, horizon=2025)
    assert not any("not used" in note for note in both.notes)


def test_children_of_one_sex_in_one_year_are_no_sum():
    children = pd.concat([new_pupils([50.0] * 3, sex=s) for s in "FM"], ignore_index=True)
    lacking = children[~((children["sex"] == "M") & (children["year"] == 2026))]
    with pytest.raises(CoverageError, match=r"population by 'sex', some parts.*none in '2026'"):
        project(entrants=None, population=lacking, intake=1.0)
    made = project(entrants=None, population=children, intake=1.0)
    assert made.table["persons"].tolist() == pytest.approx(project().table["persons"].tolist())


def test_who_is_left_out_goes_by_the_keys_of_both():
    groups = pd.DataFrame({"country": ["MAR", "TUN"], "sex": ["F", "F"]})
    given = pd.DataFrame({"sex": ["F", "M"], "persons": [1.0, 2.0]})
    assert left_out(given, groups) == ["M"]
    assert left_out(pd.DataFrame({"year": [2024]}), groups) == []


# More than everybody

SURPLUS = rate_table([0.95, *P[1:]], R)


def test_rates_above_1_are_refused_until_a_treatment_is_chosen():
    with pytest.raises(ParameterError, match=r"grade 1 in 2024: shares add up to 1.1000") as caught:
        project(rates=SURPLUS)
    assert "excess='scale'" in str(caught.value)
    with pytest.raises(ParameterError, match="Did you mean 'scale'"):
        project(rates=SURPLUS, excess="scael")
    many = rate_table([0.95] * 12, [0.3] * 12)
    with pytest.raises(ParameterError, match="2 more") as caught:
        project([1.0] * 12, many, levels=None)
    assert len(caught.value.problems) == 11


def test_a_surplus_that_is_kept_comes_in_and_nobody_is_negative():
    made = project(rates=SURPLUS, excess="keep", participation=1.0)
    first = made.flows[made.flows["grade"] == 1]
    assert first["coming_in"].tolist() == pytest.approx((0.1 * first["pupils"]).tolist())
    assert (first["dropouts"] == 0).all()
    for table in (made.table, made.leavers, made.graduates, made.labour_force_entrants):
        assert table["persons"].min() >= 0
    within, between = balance_of(made.flows)
    assert np.abs(np.concatenate([within, between])).max() < 1e-9
    left = made.flows[["dropouts", "completing_leavers"]].to_numpy().sum()
    assert made.leavers["persons"].sum() == pytest.approx(left)
    total = f"{made.flows['coming_in'].sum():,.0f} pupils come in"
    assert any(total in note for note in made.notes)
    assert made.settings.excess == "keep"


def test_a_surplus_that_is_scaled_leaves_nobody_to_drop_out():
    made = project(rates=SURPLUS, excess="scale")
    first = made.flows[made.flows["grade"] == 1]
    assert (first["promoted"] / first["pupils"]).tolist() == pytest.approx([0.95 / 1.1] * 4)
    assert first["dropouts"].tolist() == pytest.approx([0.0] * 4, abs=1e-9)
    assert (made.flows["coming_in"] == 0).all()
    assert any("divided by their sum, in 1 grade" in note for note in made.notes)
    assert project(excess="scale").table["persons"].equals(project().table["persons"])


@pytest.mark.parametrize("scaled", [False, True])
def test_no_draw_has_fewer_than_nobody(scaled):
    rng = np.random.default_rng(6)
    noise = RateDraws(*(rng.normal(0, 0.1, (5, 1, 3)) for _ in range(3)))
    shares = (np.full((3, 1, 3), x) for x in (0.9, 0.08, 0.9))
    rates = Rates(*shares, np.array([0]), np.array([2]))
    new, stock = np.full((2, 1, 3), 50.0), np.full((1, 3), 100.0)
    came = 0.0
    for year in follow_pupils(stock, rates, new, noise, 40, 1, scaled=scaled):
        assert year.dropouts.min() >= 0
        parts = year.promoted + year.repeating + year.completing_leavers + year.dropouts
        assert parts == pytest.approx(year.pupils + year.coming_in)
        came += year.coming_in.sum()
    assert (came > 0) != scaled


def test_more_completing_than_there_are_is_an_excess_too():
    done = done_of(PUPILS, 2, 0.95).assign(qualification="1").drop(columns="grade")
    kept, scaled = (
        sf.estimate_student_flow(PUPILS, AGAIN, done, levels={"1": 2}, excess=x)
        for x in ("keep", "scale")
    )
    assert kept.table["dropout"].iloc[1] == pytest.approx(-0.05)
    assert kept.table["note"].iloc[1] != ""
    assert "grade 2 in 2015 (1.0500)" in text_of(kept, "excess")
    assert scaled.table["dropout"].min() >= -1e-12
    assert scaled.table["completion"].iloc[1] == pytest.approx(0.95 / 1.05)


def test_given_rates_above_1_are_named_by_grade():
    made = sf.reconstruct_cohort(SURPLUS)
    assert "grade 1 (1.1000)" in text_of(made, "excess")
    assert any("grade 1 (1.1000)" in note for note in made.notes)


# New pupils by grade


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([(2025, 1), (2027, 1), (2025, 3), (2026, 3), (2027, 3)], "grade 1: none in '2026'"),
        ([(2025, 1), (2026, 1), (2027, 1), (2025, 3)], "grade 3: none in '2026', '2027'"),
        ([(2025, 3), (2026, 3), (2027, 3)], "grade 1: none in '2025', '2026', '2027'"),
    ],
)
def test_a_year_without_entrants_into_a_grade_is_no_zero(rows, named):
    new = pd.DataFrame(rows, columns=["year", "grade"]).assign(persons=5.0, **FLAGS)
    with pytest.raises(CoverageError, match=named):
        project(entrants=new)


# Targets and levels that change nothing

REFUSED = {
    "last promotion": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [6], "promotion": [0.9]})},
        ParameterError, "promotion of grade 6 in 2026, from which nobody goes on.*Use completion"),
    "no level ends": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [3], "completion": [0.9]})},
        ParameterError, "completion of grade 3 in 2026, with which no level ends"),
    "nobody known": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [3], "completion": [0.9]}),
         "levels": None}, ParameterError, "which nobody is known to complete"),
    "no targets": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [3], "completion": [0.9]}).iloc[:0]},
        TableError, "targets: no value at all"),
    "empty targets": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [3], "completion": [np.nan]})},
        TableError, "targets: no value at all"),
    "below is a level": (
        {"below_levels": "1"}, ParameterError, "below_levels: '1'; expected another word"),
    "below no levels": (
        {"below_levels": "0", "levels": None}, ParameterError, "below_levels: '0', and no levels"),
    "levels alike": ({"levels": {"1": 3, 1: 6}}, ParameterError, "two are called '1'"),
    "level unnamed": ({"levels": {" ": 6}}, ParameterError, "one without a name"),
    "level nowhere": ({"levels": {"1": 60}}, ParameterError, "'1' in no grade with rates"),
    "entry age": (
        {"entrants": None, "population": new_pupils([1.0] * 3), "intake": 0.9, "entry_age": 6},
        ParameterError, "entry_age: 6, population without the column 'age'"),
    "entry age alone": ({"entry_age": 6}, ParameterError, "entry_age: given without population"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_change_nothing_is_refused(case):
    arguments, error, named = REFUSED[case]
    with pytest.raises(error, match=named):
        project(**arguments)


def test_targets_of_groups_or_grades_that_are_not_there_are_refused():
    sexes = pd.DataFrame({"sex": ["F", "M"]})
    path = path_of(pd.concat([rate_table(sex="F"), rate_table(P[:5], R[:5], sex="M")]), sexes)
    years = np.array([2024, 2025, 2026])
    goal = pd.DataFrame({"year": 2026, "grade": [2, 2], "sex": ["F", "X"], "repetition": 0.0})
    with pytest.raises(TableError, match="'X': no such pupils"):
        reach_targets(path, goal, sexes, years, "s")
    short = pd.DataFrame({"year": 2026, "grade": [6, 6], "sex": ["F", "M"], "repetition": 0.0})
    with pytest.raises(TableError, match="grades '6' of groups without them"):
        reach_targets(path, short, sexes, years, "s")
    # For all together it is a target of those who have the grade.
    made = reach_targets(path, short.iloc[:1].drop(columns="sex"), sexes, years, "s")
    assert made.rates.repetition[2, 0, 5] == 0.0


@pytest.mark.parametrize(
    ("levels", "named"),
    [({"2": 60}, r"levels\['2'\]: grade 60"), ({"2": 3}, "its graduates are at grade '4'")],
)
def test_levels_that_end_nowhere_or_elsewhere_are_refused(levels, named):
    done = done_of(PUPILS).assign(qualification="2")
    with pytest.raises(ParameterError, match=named):
        sf.estimate_student_flow(PUPILS, AGAIN, done, levels=levels)
    if "60" in named:
        with pytest.raises(ParameterError, match=named):
            sf.estimate_student_flow(PUPILS, AGAIN, levels=levels)


def test_graduates_of_no_level_are_not_given_one():
    bare = done_of(PUPILS).drop(columns="grade")
    for levels in ({"1": 2}, {"1": 2, "2": 4}):
        with pytest.raises(ParameterError, match="graduates without a qualification or grade"):
            sf.estimate_student_flow(PUPILS, AGAIN, bare, levels=levels)
    flow = sf.estimate_student_flow(PUPILS, AGAIN, bare, levels={"2": 4})
    assert flow.table["completion"].iloc[-1] == pytest.approx(0.8)


def test_a_completion_that_no_level_uses_is_told():
    shares = np.full((1, 1, 3), 0.8)
    rates = Rates(shares, shares / 8, shares, np.array([0]), np.array([2]))
    placed = place_levels({"1": 3}, "none", 1, 3)
    used, notes = settle_completion(rates, placed, pd.DataFrame(index=[0]), 1, "s")
    assert np.isfinite(used.completion).tolist() == [[[False, False, True]]]
    assert notes[0].startswith("Completion of grade '1', '2' is not used")


# What is not known, in words


def test_everybody_repeating_is_named_where_it_leaves_no_number():
    made = sf.reconstruct_cohort(rate_table([0.8, 0.0, 0.9], [0.1, 1.0, 0.0]))
    assert made.table["survival"].isna().tolist() == [False, False, True]
    assert "all repeat grade 2" in text_of(made, "endless repetition")
    assert any("no survival beyond it" in note for note in made.notes)
    capped = sf.reconstruct_cohort(rate_table([0.8, 0.0], [0.1, 1.0]), most_repetitions=2)
    assert capped.issues.empty
    assert np.isfinite(capped.table["survival"]).all()


def test_nobody_enrolled_in_one_year_lowers_survival_and_is_said_to():
    tables = [
        t.assign(persons=t["persons"].mask((t["grade"] == 3) & (t["year"] == 2017), 0.0))
        for t in (PUPILS, AGAIN)
    ]
    flow = sf.estimate_student_flow(*tables)
    assert flow.table["survival"].iloc[2] < sf.estimate_student_flow(PUPILS, AGAIN).table[
        "survival"
    ].iloc[2]  # fmt: skip
    assert "from grade 2 in 2016: nobody counted as promoted" in text_of(flow, "promotion zero")
    assert any("this lowers survival" in note for note in flow.notes)


def test_a_grade_that_is_never_there_is_named_where_survival_ends():
    tables = [t[t["grade"] != 3] for t in (PUPILS, AGAIN)]
    flow = sf.estimate_student_flow(*tables)
    assert flow.table["survival"].isna().tolist() == [False, False, True, True]
    assert "grade 2, 3: no survival beyond grade 2" in text_of(flow, "no rates")


def test_few_draws_are_said_to_be_rough():
    x = country()
    tables = [t[(t["year"] > 2018) & (t["sex"] == "F")] for t in (x.enrolment, x.repeaters)]
    flow = sf.estimate_student_flow(*tables, grades=(1, 3))
    stock = tables[0][(tables[0]["grade"] <= 3) & (tables[0]["year"] == 2022)]
    made = sf.project_cohort(stock, flow, horizon=2023, draws=5)
    assert "Limits of fewer than 100 draws are rough." in made.notes
