"""School counts as they come: excess, holes, gaps, zeros, new grades, one sex, wrong arguments."""

import numpy as np
import pandas as pd
import pytest
from test_cohort_flow import FLAGS, LEVELS, country, morocco, morocco_flow, rate_table

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError


def counts(years=5, grades=4, first=2015, repetition=0.1, promotion=0.85):
    """Pupils and repeaters of a school system whose rates never change."""
    enrolled, again = np.linspace(1000, 700, grades), np.zeros(grades)
    rows = []
    for year in range(first, first + years):
        for grade in range(grades):
            rows.append((year, grade + 1, enrolled[grade], again[grade]))
        again = repetition * enrolled
        enrolled = again + np.concatenate([[900.0], promotion * enrolled[:-1]])
    table = pd.DataFrame(rows, columns=["year", "grade", "pupils", "again"]).assign(**FLAGS)
    keys = ["year", "grade", *FLAGS]
    return (
        table[[*keys, "pupils"]].rename(columns={"pupils": "persons"}),
        table[[*keys, "again"]].rename(columns={"again": "persons"}),
    )


def both_sexes(tables):
    return [pd.concat([t.assign(sex=s) for s in "FM"], ignore_index=True) for t in tables]


def rules(flow):
    return set(flow.issues["rule"])


def test_constant_rates_are_found_exactly_and_do_not_vary():
    flow = sf.estimate_student_flow(*counts())
    assert flow.table["repetition"].tolist() == pytest.approx([0.1] * 4)
    assert flow.table["promotion"].iloc[:3].tolist() == pytest.approx([0.85] * 3)
    assert flow.table["standard_error"].tolist() == pytest.approx([0.0] * 4, abs=1e-12)
    assert rules(flow) == set()


# More go on than were there


def test_excess_is_kept_named_and_marked():
    flow = morocco_flow()
    row = flow.table[(flow.table["sex"] == "M") & (flow.table["grade"] == 2)].iloc[0]
    assert row["dropout"] == pytest.approx(-0.00441, abs=1e-5)
    assert row["note"] == "more come on than were there"
    issue = flow.issues[flow.issues["series"] == "MAR M"].iloc[0]
    assert issue["rule"] == "excess"
    assert "grade 2 in 2009 (1.0044)" in issue["text"]
    assert any("kept as they are" in note for note in flow.notes)


def test_scaled_excess_leaves_no_negative_dropout_and_keeps_the_odds():
    raw = morocco_flow()
    made = morocco_flow(excess="scale")
    assert made.table["dropout"].min() > -1e-12
    odds = [f.table["promotion"] / f.table["repetition"] for f in (raw, made)]
    assert odds[0].to_numpy() == pytest.approx(odds[1].to_numpy(), nan_ok=True)
    within = raw.table["note"] == ""
    for name in ("promotion", "repetition"):
        kept = raw.table.loc[within, name].to_numpy()
        assert made.table.loc[within, name].to_numpy() == pytest.approx(kept, nan_ok=True)
    assert any("divided by their sum" in note for note in made.notes)
    # The rates of each pair stay as they are: what is treated is the cohort.
    assert made.rates["dropout"].min() < 0


def test_the_unesco_rule_gives_both_sexes_the_larger_factor():
    raw = morocco_flow().table.set_index(["sex", "grade"])
    made = morocco_flow(excess="uis").table.set_index(["sex", "grade"])
    factor = raw["repetition"] / made["repetition"]
    assert factor["F", 2] == pytest.approx(factor["M", 2])
    assert factor["F", 2] == pytest.approx(1.0044086, abs=1e-6)
    assert factor["F", 1] == factor["M", 1] == 1.0


def test_the_unesco_rule_shares_a_factor_within_a_region_only():
    pupils, again = morocco()
    two = [
        pd.concat([t.assign(region="A"), t[t["sex"] == "F"].assign(region="B"),
                   t[t["sex"] == "F"].assign(region="B", sex="M")])
        for t in (pupils, again)
    ]  # fmt: skip
    made = sf.estimate_student_flow(*two, excess="uis").table
    own = morocco_flow(excess="uis").table
    found = made[made["region"] == "A"]["repetition"].tolist()
    assert found == pytest.approx(own["repetition"].tolist())
    girls = made[(made["region"] == "B") & (made["sex"] == "F")]
    raw = morocco_flow().table
    excess = raw[(raw["sex"] == "F")]["dropout"].clip(upper=0)
    assert girls["repetition"].to_numpy() == pytest.approx(
        raw[raw["sex"] == "F"]["repetition"].to_numpy() / (1 - excess.fillna(0).to_numpy())
    )


def test_the_unesco_rule_needs_both_sexes():
    with pytest.raises(ParameterError, match="'uis' without the column 'sex'"):
        sf.estimate_student_flow(*counts(), excess="uis")
    girls = [t[t["sex"] == "F"] for t in morocco()]
    with pytest.raises(TableError, match="only 'F'"):
        sf.estimate_student_flow(*girls, excess="uis")
    with pytest.raises(ParameterError, match="'uis' with given rates"):
        sf.reconstruct_cohort(rate_table(), excess="uis")


def test_given_rates_above_1_are_kept_or_scaled():
    rates = rate_table([0.95, 0.9], [0.1, 0.1])
    kept, scaled = (sf.reconstruct_cohort(rates, excess=x) for x in ("keep", "scale"))
    assert kept.table["dropout"].iloc[0] == pytest.approx(-0.05)
    assert kept.table["survival"].iloc[1] == pytest.approx(0.95 / 0.9)
    assert scaled.table["survival"].iloc[1] == pytest.approx(1.0)


# Holes, gaps and zeros


def test_a_missing_grade_is_named_and_the_other_pairs_stand():
    pupils, again = counts()
    hole = pupils[~((pupils["grade"] == 2) & (pupils["year"] == 2017))]
    flow = sf.estimate_student_flow(hole, again)
    assert "grade 2 in 2017" in flow.issues.set_index("rule")["text"]["grade missing"]
    assert flow.table["repetition"].tolist() == pytest.approx([0.1] * 4)
    assert flow.table["promotion"].iloc[:3].tolist() == pytest.approx([0.85] * 3)
    assert flow.table["pairs"].iloc[0] == 3


def test_years_with_a_gap_make_no_pair_across_it():
    pupils, again = counts(years=6)
    without = [t[t["year"] != 2018] for t in (pupils, again)]
    flow = sf.estimate_student_flow(*without)
    assert flow.settings.years == (2015, 2016, 2019)
    assert "2018" in flow.issues.set_index("rule")["text"]["year missing"]
    with pytest.raises(CoverageError, match="'2017' begins no pair"):
        sf.estimate_student_flow(*without, years=[2017])
    apart = [t[t["year"].isin([2015, 2017])] for t in (pupils, again)]
    with pytest.raises(CoverageError, match="no two in a row with rates"):
        sf.estimate_student_flow(*apart)


def test_the_first_year_needs_no_repeaters_and_a_later_one_does():
    pupils, again = counts()
    flow = sf.estimate_student_flow(pupils, again[again["year"] > 2015])
    assert rules(flow) == set()
    assert flow.settings.years == (2015, 2016, 2017, 2018)
    lacking = sf.estimate_student_flow(pupils, again[again["year"] != 2017])
    assert lacking.settings.years == (2015, 2017, 2018)
    assert "2017" in lacking.issues.set_index("rule")["text"]["year without repeaters"]


def test_no_row_of_repeaters_is_unknown_unless_said_to_be_nobody():
    pupils, again = counts(repetition=0.0, promotion=0.9)
    some = again[again["grade"] <= 2]
    unknown = sf.estimate_student_flow(pupils, some)
    assert "repeaters missing" in rules(unknown)
    assert unknown.table["survival"].isna().tolist() == [False, False, True, True]
    nobody = sf.estimate_student_flow(pupils, some, absent="zero")
    assert nobody.table["survival"].tolist() == pytest.approx([1, 0.9, 0.81, 0.729])


def test_nobody_enrolled_has_no_rates_that_year():
    pupils, again = counts()
    empty = (pupils["grade"] == 3) & (pupils["year"] == 2017)
    flow = sf.estimate_student_flow(
        pupils.assign(persons=pupils["persons"].mask(empty, 0.0)),
        again.assign(persons=again["persons"].mask(empty.to_numpy(), 0.0)),
    )
    assert "grade 3 in 2017: nobody" in flow.issues.set_index("rule")["text"]["zero enrolment"]
    one = flow.rates[(flow.rates["year"] == 2017) & (flow.rates["grade"] == 3)]
    assert one.empty
    assert np.isfinite(flow.table["survival"]).all()


def test_more_repeaters_than_pupils_are_refused_with_their_places():
    pupils, again = counts()
    wrong = again.assign(persons=again["persons"].mask(again["grade"] == 2, 5000.0))
    with pytest.raises(TableError, match=r"2015, grade 2: 5,000 repeaters") as caught:
        sf.estimate_student_flow(pupils, wrong)
    assert len(caught.value.problems) == 5


def test_a_new_structure_of_grades_is_named_with_its_year():
    pupils, again = counts(years=6, grades=5)
    old = [t[~((t["grade"] == 5) & (t["year"] < 2018))] for t in (pupils, again)]
    flow = sf.estimate_student_flow(*old)
    text = flow.issues.set_index("rule")["text"]["structure"]
    assert "grade 5 from 2018 (before: 4)" in text
    assert "grade missing" not in rules(flow)
    assert flow.table["promotion"].iloc[:4].tolist() == pytest.approx([0.85] * 4)
    assert sf.estimate_student_flow(*old, years=[2018, 2019]).settings.years == (2018, 2019)


def test_groups_may_have_different_last_grades():
    short, long = counts(grades=3), counts(grades=5)
    both = [
        pd.concat([a.assign(country="MDA"), b.assign(country="MAR")])
        for a, b in zip(short, long, strict=True)
    ]
    flow = sf.estimate_student_flow(*both)
    assert flow.table.groupby("country")["grade"].max().to_dict() == {"MAR": 5, "MDA": 3}
    alone = sf.estimate_student_flow(*short)
    found = flow.table[flow.table["country"] == "MDA"]["survival"].tolist()
    assert found == pytest.approx(alone.table["survival"].tolist())
    assert rules(flow) == set()


def test_missing_cells_of_one_sex_are_missing_in_the_sum():
    pupils, again = both_sexes(counts())
    hole = pupils[~((pupils["sex"] == "M") & (pupils["year"] == 2017) & (pupils["grade"] == 1))]
    flow = sf.estimate_student_flow(hole, again, by=[])
    assert flow.issues.set_index("rule")["affected"]["part missing"] == 1
    assert flow.table["repetition"].tolist() == pytest.approx([0.1] * 4)
    girls = [t[t["sex"] == "F"] for t in (pupils, again)]
    with pytest.raises(TableError, match="only 'F' in the table"):
        sf.estimate_student_flow(*girls, by=[])


def test_ages_are_summed_because_pupils_move_from_one_to_the_next():
    pupils, again = counts()
    halves = [
        pd.concat([t.assign(age=a, persons=t["persons"] / 2) for a in ("6-8", "9+")])
        for t in (pupils, again)
    ]
    flow = sf.estimate_student_flow(*halves)
    assert flow.table["repetition"].tolist() == pytest.approx([0.1] * 4)


# How many pairs


@pytest.mark.parametrize(("years", "limits"), [(2, False), (3, False), (4, True)])
def test_limits_need_three_pairs_of_years(years, limits):
    rng = np.random.default_rng(1)
    pupils, again = counts(years=years)
    pupils = pupils.assign(persons=pupils["persons"] * rng.uniform(0.99, 1.01, len(pupils)))
    flow = sf.estimate_student_flow(pupils, again)
    assert flow.table["lower"].notna().all() == limits
    assert any("needs 3 pairs" in note for note in flow.notes) == (not limits)
    assert (flow.table["repetition_spread"].notna().all()) == (years > 2)


def test_pooled_rates_are_persons_over_pupils():
    pupils, again = counts(years=4)
    rng = np.random.default_rng(2)
    pupils = pupils.assign(persons=(pupils["persons"] * rng.uniform(0.9, 1.1, len(pupils))).round())
    flow = sf.estimate_student_flow(pupils, again)
    grade = [t[t["grade"] == 2].set_index("year")["persons"] for t in (pupils, again)]
    expected = grade[1].loc[2016:].sum() / grade[0].loc[:2017].sum()
    assert flow.table["repetition"].iloc[1] == pytest.approx(expected)


# Graduates


def test_without_graduates_survival_is_known_and_efficiency_is_not():
    flow = sf.estimate_student_flow(*counts())
    assert np.isfinite(flow.table["survival"]).all()
    assert flow.efficiency.set_index("indicator")["value"].isna()["efficiency"]
    assert any("No graduates of the last grade" in note for note in flow.notes)


def test_graduates_without_a_level_are_those_of_the_last_grade():
    pupils, again = counts()
    last = pupils[pupils["grade"] == 4]
    done = last.assign(persons=0.8 * last["persons"]).drop(columns="grade")
    named = done.assign(qualification="1")
    for given in (done, named, done.assign(grade=4)):
        flow = sf.estimate_student_flow(pupils, again, given)
        assert flow.table["completion"].iloc[-1] == pytest.approx(0.8)
    two = pd.concat([named, named.assign(qualification="2")])
    with pytest.raises(TableError, match=r"levels '1', '2', no grade"):
        sf.estimate_student_flow(pupils, again, two)
    part = sf.estimate_student_flow(pupils, again, two, levels={"1": 4})
    assert "graduates left out" in rules(part)


def test_graduates_of_both_sexes_together_serve_a_sum_only():
    pupils, again = both_sexes(counts())
    one = pupils[(pupils["grade"] == 4) & (pupils["sex"] == "F")]
    done = one.assign(persons=1.6 * one["persons"]).drop(columns=["sex", "grade"])
    with pytest.raises(TableError, match=r"missing: 'sex'.*by=\[\]"):
        sf.estimate_student_flow(pupils, again, done)
    flow = sf.estimate_student_flow(pupils, again, done, by=[])
    assert flow.table["completion"].iloc[-1] == pytest.approx(0.8)


def test_graduates_of_unknown_groups_are_counted():
    pupils, again = both_sexes(counts())
    done = pupils[pupils["grade"] == 4].assign(sex="T").drop_duplicates(["year"])
    flow = sf.estimate_student_flow(pupils, again, done)
    assert flow.issues.set_index("rule")["affected"]["graduates left out"] == 5


def test_more_going_on_than_completing_is_told():
    pupils, again = counts()
    third = pupils[pupils["grade"] == 2]
    done = third.assign(persons=0.5 * third["persons"], qualification="1").drop(columns="grade")
    flow = sf.estimate_student_flow(pupils, again, done, levels={"1": 2})
    assert "more go on than complete grade 2" in flow.issues["text"].iloc[0]
    assert flow.table["completing_leavers"].iloc[1] == 0
    assert flow.table["dropout"].iloc[1] == pytest.approx(0.05)


# What is refused

ENROLLED, AGAIN = counts()
TABLES = {
    "enrolment": lambda t: sf.estimate_student_flow(t, AGAIN),
    "repeaters": lambda t: sf.estimate_student_flow(ENROLLED, t),
    "graduates": lambda t: sf.estimate_student_flow(ENROLLED, AGAIN, t),
    "rates": lambda t: sf.reconstruct_cohort(t),
}


@pytest.mark.parametrize("wrong", [5, "table", [1], ENROLLED["persons"]], ids=repr)
@pytest.mark.parametrize("entry", TABLES)
def test_what_is_no_table_is_a_table_error(entry, wrong):
    with pytest.raises(TableError, match="a pandas DataFrame"):
        TABLES[entry](wrong)


@pytest.mark.parametrize("entry", TABLES)
def test_an_empty_frame_or_a_missing_column_is_a_table_error(entry):
    for wrong in (pd.DataFrame(), ENROLLED.iloc[:0], ENROLLED.drop(columns="year")):
        with pytest.raises(TableError):
            TABLES[entry](wrong)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"excess": "scael"}, "Did you mean 'scale'"),
        ({"absent": "none"}, "absent"),
        ({"level": 95}, "level"),
        ({"most_repetitions": -1}, "most_repetitions"),
        ({"most_repetitions": 2.5}, "most_repetitions"),
        ({"entrants": 0}, "entrants"),
        ({"entrants": "many"}, "entrants"),
        ({"pool": "yes"}, "pool"),
        ({"by": ["sexx"]}, "by 'sexx'"),
        ({"by": "grade"}, "by 'grade'"),
        ({"grades": (1, 9)}, "grades"),
        ({"grades": 3}, "grades"),
        ({"grades": (3, 2)}, "grades"),
        ({"levels": {"1": "four"}}, "levels"),
        ({"levels": ["1"]}, "levels"),
        ({"levels": {"1": 4, "2": 4}}, "two end alike"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_arguments_are_named(arguments, named):
    with pytest.raises(ParameterError, match=named):
        sf.estimate_student_flow(ENROLLED, AGAIN, **arguments)


def test_years_that_begin_no_pair_are_named():
    for years in ([1990], "2015", [], [2019]):
        with pytest.raises(CoverageError, match="years"):
            sf.estimate_student_flow(ENROLLED, AGAIN, years=years)


def test_a_level_without_graduates_gets_a_guess():
    done = ENROLLED[ENROLLED["grade"] == 4].assign(qualification="3").drop(columns="grade")
    with pytest.raises(ParameterError, match="no graduates of '33'"):
        sf.estimate_student_flow(ENROLLED, AGAIN, done, levels={"33": 4})


def test_tables_by_other_keys_are_refused():
    with pytest.raises(TableError, match=r"repeaters table.*\n.*those of enrolment: 'sex'"):
        sf.estimate_student_flow(ENROLLED.assign(sex="F"), AGAIN)


@pytest.mark.parametrize(
    ("rates", "named"),
    [
        (rate_table([80, 85], [15, 10]), "Percent"),
        (rate_table([-0.1, 0.8], [0.1, 0.1]), "below 0"),
        (rate_table(["a", 0.8], [0.1, 0.1]), "no numbers"),
        (rate_table([np.nan, 0.8], [0.1, 0.1]), "in grades '1'"),
        (rate_table([0.8, 0.8], [0.1, 0.1]).assign(grade=[1, 1]), "repeat their keys"),
        (rate_table([0.8, 0.8], [0.1, 0.1]).assign(grade=[1, 3]), "in grades '2'"),
        (rate_table([0.8, 0.8], [0.1, 0.1]).assign(grade=[0, 1]), "grade"),
        (rate_table([0.8, 0.8], [0.1, 0.1]).assign(sex=["F", None]), "empty"),
        (rate_table([0.8, 0.8], [0.1, 0.1], dropout=[0.2, 0.1]), "dropout"),
        (rate_table().drop(columns="repetition"), "missing: 'repetition'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rates_that_are_none_are_refused(rates, named):
    with pytest.raises(TableError, match=named):
        sf.reconstruct_cohort(rates)


def test_levels_of_examplia_can_be_any_part_of_what_there_is():
    x = country()
    flow = sf.estimate_student_flow(
        x.enrolment, x.repeaters, x.graduates, levels={"3": LEVELS["3"]}, by="sex", years=2020
    )
    ends = flow.table[flow.table["completion"].notna()]["grade"].unique()
    assert ends.tolist() == [12]
