"""Pupils projected to graduates, leavers and labour-force entrants: accounts, limits, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cohort_flow import FLAGS, LEVELS, P, R, country, drawn_school_systems, rate_table

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError


def pupils_of(persons, year=2024, **keys):
    grades = range(1, len(persons) + 1)
    return pd.DataFrame({"year": year, "grade": grades, "persons": persons, **keys, **FLAGS})


def new_pupils(persons, first=2025, **keys):
    years = range(first, first + len(persons))
    return pd.DataFrame({"year": years, "persons": persons, **keys, **FLAGS})


def project(persons=(100.0,) * 6, rates=None, horizon=2027, **more):
    more = {
        "entrants": new_pupils([100.0] * max(int(horizon) - 2024, 1)),
        "levels": {"1": 6},
        **more,
    }
    rates = rate_table() if rates is None else rates
    return sf.project_cohort(pupils_of(persons), rates, horizon=horizon, **more)


def past(table, last=2015):
    return table[table["year"] <= last]


@pytest.fixture(scope="module")
def examplia():
    return country()


@pytest.fixture(scope="module")
def flow(examplia):
    x = examplia
    tables = (past(t) for t in (x.enrolment, x.repeaters, x.graduates))
    return sf.estimate_student_flow(*tables, levels=LEVELS)


@pytest.fixture(scope="module")
def later(examplia, flow):
    x = examplia
    first = x.enrolment.merge(x.repeaters, on=["country", "year", "sex", "grade"])
    first = first[(first["grade"] == 1) & (first["year"] > 2015)]
    entrants = first.assign(persons=first["persons_x"] - first["persons_y"], **FLAGS)
    entrants = entrants[["country", "year", "sex", "persons", *FLAGS]]
    shares = {"0": 0.5, "1": 0.55, "2": 0.6, "3": 0.7, "6": 0.9}
    return sf.project_cohort(
        past(x.enrolment), flow, horizon=2023, entrants=entrants, levels={"1": 6, **LEVELS},
        below_levels="0", participation=shares,
    )  # fmt: skip


# Accounts


def balance_of(flows, groups=1):
    """Return what is left of each account: pupils of a year, and those of the next."""
    years, grades = flows["year"].nunique(), flows["grade"].nunique()

    def laid(name):
        return flows[name].to_numpy().reshape(groups, years, grades)

    out = sum(laid(n) for n in ("promoted", "repeating", "completing_leavers", "dropouts"))
    below = np.roll(laid("promoted"), 1, axis=2)
    below[..., 0] = 0.0
    came = (laid("repeating") + below)[:, :-1] + laid("entrants")[:, 1:]
    return (laid("pupils") + laid("coming_in") - out).ravel(), (
        laid("pupils")[:, 1:] - came
    ).ravel()


@settings(max_examples=4)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1e6)).filter(
            lambda x: x[0] + x[1] <= 1
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
)
def test_pupils_and_entrants_are_promoted_repeating_or_out(cells, entrants):
    promotion, repetition, stock = (list(part) for part in zip(*cells, strict=True))
    made = project(
        stock, rate_table(promotion, repetition), entrants=new_pupils(entrants), levels=None
    )
    within, between = balance_of(made.flows)
    assert np.abs(within).max() <= 1e-9 * (1 + max(stock + entrants))
    assert np.abs(between).max() <= 1e-9 * (1 + max(stock + entrants))
    flows = made.flows
    left = flows[["completing_leavers", "dropouts"]].to_numpy().sum()
    last = flows[flows["year"] == 2027][["promoted", "repeating"]].to_numpy().sum()
    assert left + last == pytest.approx(sum(stock) + sum(entrants))


def test_accounts_of_examplia_close_by_sex(later):
    within, between = balance_of(later.flows, groups=2)
    assert np.abs(within).max() < 1e-6
    assert np.abs(between).max() < 1e-6
    assert later.leavers["persons"].sum() == pytest.approx(
        later.flows[["completing_leavers", "dropouts"]].to_numpy().sum()
    )


def test_a_single_cohort_followed_to_its_end_is_the_reconstructed_one():
    """Year by year and grade by grade: a second way to the same cohort."""
    made = project([1000.0, 0, 0, 0, 0, 0], entrants=None, horizon=2124)
    cohort = sf.reconstruct_cohort(rate_table())
    flows = made.flows.groupby("grade")
    assert flows["pupils"].sum().tolist() == pytest.approx(cohort.table["pupil_years"].tolist())
    assert flows["dropouts"].sum().tolist() == pytest.approx(cohort.table["dropouts"].tolist())
    assert made.graduates["persons"].sum() == pytest.approx(645.6519046, abs=1e-7)
    assert any("only pupils of the base year" in note for note in made.notes)


def test_the_first_step_by_hand():
    made = project([100, 90, 80, 70, 60, 50], horizon=2025, entrants=new_pupils([110.0]))
    now = made.table[made.table["year"] == 2025]["persons"].tolist()
    stock = np.array([100, 90, 80, 70, 60, 50.0])
    expected = stock * R + np.concatenate([[110.0], (stock * P)[:-1]])
    assert now == pytest.approx(expected.tolist())
    assert made.table["status"].tolist() == ["observed"] * 6 + ["projected"] * 6


# The synthetic country


def test_examplia_comes_out_within_the_limits(examplia, later):
    both = later.table.merge(
        examplia.enrolment, on=["country", "year", "sex", "grade"], suffixes=("", "_came")
    )
    both = both[both["year"] > 2015]
    assert len(both) == 8 * 2 * 15
    assert (both["persons"] / both["persons_came"] - 1).abs().max() < 0.03
    inside = both["persons_came"].between(both["lower"], both["upper"])
    assert inside.mean() > 0.85
    came = examplia.graduates.groupby(["year", "sex", "qualification"])["persons"].sum()
    ours = later.graduates.set_index(["year", "sex", "qualification"])["persons"].sort_index()
    part = ours.loc[2016:].drop("1", level="qualification")
    assert (part / came.reindex(part.index) - 1).abs().max() < 0.03


def test_limits_hold_pupils_of_later_years_at_their_level():
    pupils, again, done = drawn_school_systems(regions=120, years=11)
    tables = [past(t, 2007) for t in (pupils, again, done[done["grade"] == 6])]
    flow = sf.estimate_student_flow(*tables)
    rows = [(r, y, 1700.0) for r in pupils["region"].unique() for y in (2008, 2009, 2010)]
    new = pd.DataFrame(rows, columns=["region", "year", "persons"]).assign(**FLAGS)
    made = sf.project_cohort(tables[0], flow, horizon=2010, entrants=new, draws=300)
    both = made.table.merge(pupils, on=["region", "year", "grade"], suffixes=("", "_came"))
    both = both[both["year"] > 2007]
    inside = both["persons_came"].between(both["lower"], both["upper"])
    # 720 cells a year, one region's correlated: about a region's worth of independent ones.
    assert inside.mean() == pytest.approx(0.95, abs=0.03)


def test_leavers_take_the_qualification_they_have_completed(later):
    year = later.leavers[(later.leavers["year"] == 2020) & (later.leavers["sex"] == "F")]
    named = year.groupby(["grade", "completed"])["qualification"].first()
    assert named[5, False] == "0"
    assert named[8, False] == "1"
    assert named[9, False] == "1"
    assert named[9, True] == "2"
    assert named[12, False] == "2"
    assert named[15, True] == "6"
    # Nobody counts graduates of grade 6: those who go on stand for them, so none leaves with it.
    assert year.set_index(["grade", "completed"])["persons"][6, True] == pytest.approx(0.0)
    assert any("grade '6' are taken as its graduates" in note for note in later.notes)


def test_graduates_say_who_goes_on(later):
    rows = later.graduates[later.graduates["sex"] == "F"].groupby("qualification")["going_on"]
    truth = {"1": 1.0, "2": 0.78 / 0.90, "3": 0.45 / 0.88, "6": 0.0}
    for name, share in truth.items():
        assert rows.mean()[name] == pytest.approx(share, abs=0.006)


def test_labour_force_entrants_are_leavers_times_participation(later):
    joined = later.labour_force_entrants.set_index(["sex", "year", "qualification"])["persons"]
    left = later.leavers.groupby(["sex", "year", "qualification"])["persons"].sum()
    share = {"0": 0.5, "1": 0.55, "2": 0.6, "3": 0.7, "6": 0.9}
    expected = left * left.index.get_level_values("qualification").map(share)
    pd.testing.assert_series_equal(joined.sort_index(), expected.sort_index(), check_names=False)


def test_tables_are_tables_of_the_house(later):
    for table in (later.table, later.labour_force_entrants):
        assert len(sf.check(table)) == len(table)
    assert set(later.labour_force_entrants["qualification"]) == {"0", "1", "2", "3", "6"}
    assert later.settings.levels[0] == ("1", 6)


# Limits and seeds


def test_the_same_seed_gives_the_same_limits_and_another_does_not(examplia, flow):
    def run(**more):
        stock = past(examplia.enrolment)
        return sf.project_cohort(stock[stock["year"] == 2015], flow, horizon=2016, draws=40, **more)

    one, two, three = run(seed=3), run(seed=3), run(seed=4)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert not one.table["lower"].equals(three.table["lower"])
    assert one.table["persons"].equals(three.table["persons"])
    assert one.provenance["seed"] == 3


def test_without_draws_or_with_given_rates_there_are_no_limits_and_it_is_said(examplia, flow):
    none = sf.project_cohort(past(examplia.enrolment), flow, horizon=2017, draws=0)
    assert none.table["lower"].isna().all()
    assert any("none were asked for" in note for note in none.notes)
    given = project()
    assert given.table["upper"].isna().all()
    assert any("how given rates vary" in note for note in given.notes)
    assert given.settings.draws == given.settings.pairs == 0


def test_two_pairs_are_too_few_for_limits(examplia):
    x = examplia
    few = sf.estimate_student_flow(
        x.enrolment, x.repeaters, x.graduates, levels=LEVELS, years=[2013, 2014]
    )
    made = sf.project_cohort(past(x.enrolment), few, horizon=2017)
    assert made.table["lower"].isna().all()
    assert any("fewer than 3 pairs" in note for note in made.notes)


def test_the_order_of_rows_changes_nothing(examplia, flow, later):
    mixed = past(examplia.enrolment).sample(frac=1, random_state=2)
    one, two = (
        sf.project_cohort(t, flow, horizon=2016, draws=20)
        for t in (past(examplia.enrolment), mixed)
    )
    pd.testing.assert_frame_equal(one.table, two.table)


# Rates that change


def test_rates_by_year_hold_until_the_next_ones_come():
    rates = pd.concat(
        [rate_table(P, [0.1] * 6).assign(year=2024), rate_table(P, [0.0] * 6).assign(year=2026)]
    )
    made = project(rates=rates)
    share = made.flows["repeating"] / made.flows["pupils"]
    assert share.groupby(made.flows["year"]).max().tolist() == pytest.approx([0.1, 0.1, 0, 0])
    assert any("'2025' and" in n or "'2025', '2027'" in n or "2025" in n for n in made.notes)


def test_a_target_is_reached_in_a_straight_line_and_held():
    goal = pd.DataFrame({"year": [2026], "grade": [1], "repetition": [0.05], "promotion": [0.9]})
    made = project(targets=goal, horizon=2028)
    first = made.flows[made.flows["grade"] == 1]
    assert (first["repeating"] / first["pupils"]).tolist() == pytest.approx(
        [0.15, 0.10, 0.05, 0.05, 0.05]
    )
    assert (first["promoted"] / first["pupils"]).tolist() == pytest.approx(
        [0.8, 0.85, 0.9, 0.9, 0.9]
    )
    rest = made.flows[made.flows["grade"] == 2]
    assert (rest["repeating"] / rest["pupils"]).tolist() == pytest.approx([0.1] * 5)
    assert any("straight lines" in note for note in made.notes)
    assert not any("constant" in note for note in made.notes)


def test_two_targets_make_two_lines_and_a_late_one_is_under_way_at_the_horizon():
    goal = pd.DataFrame({"year": [2025, 2029], "grade": 6, "completion": [0.86, 0.9]})
    made = project(targets=goal, horizon=2027)
    share = made.graduates["persons"] / made.flows[made.flows["grade"] == 6]["pupils"].to_numpy()
    assert share.tolist() == pytest.approx([0.82, 0.86, 0.87, 0.88])


def test_a_target_may_be_for_one_sex():
    stock = pd.concat([pupils_of([100.0] * 6, sex=s) for s in "FM"])
    new = pd.concat([new_pupils([100.0], sex=s) for s in "FM"])
    goal = pd.DataFrame({"year": [2025], "grade": [1], "repetition": [0.0], "sex": ["M"]})
    made = sf.project_cohort(
        stock, rate_table(), horizon=2025, entrants=new, targets=goal, levels={"1": 6}
    )
    rows = made.flows[(made.flows["year"] == 2025) & (made.flows["grade"] == 1)]
    assert rows["repeating"].tolist() == pytest.approx([115 * 0.15, 0.0])


# New pupils


def test_entrants_may_come_into_higher_grades():
    rows = [(2025, 1, 100.0), (2026, 1, 100.0), (2027, 1, 100.0)]
    rows += [(2025, 3, 7.0), (2026, 3, 0.0), (2027, 3, 0.0)]
    new = pd.DataFrame(rows, columns=["year", "grade", "persons"]).assign(**FLAGS)
    with_them, without = project(entrants=new), project()
    more = with_them.flows["pupils"] - without.flows["pupils"]
    assert more[(with_them.flows["year"] == 2025)].tolist() == pytest.approx([0, 0, 7, 0, 0, 0])
    assert np.abs(balance_of(with_them.flows)[1]).max() < 1e-9


def test_population_and_intake_are_entrants():
    children = pd.concat([new_pupils([200.0, 200, 200], age="6"), new_pupils([9.0, 9, 9], age="7")])
    shares = pd.DataFrame({"year": [2025, 2026, 2027], "share": [0.5, 0.6, 0.7]})
    shares = shares.assign(unit="share", status="observed", source="made up")
    for intake, expected in ((0.5, [100.0] * 3), (shares, [100.0, 120.0, 140.0])):
        made = project(entrants=None, population=children, entry_age=6, intake=intake)
        first = made.flows[made.flows["grade"] == 1]
        assert first["entrants"].tolist()[1:] == pytest.approx(expected)
    constant = shares[shares["year"] == 2025].drop(columns="year")
    made = project(entrants=None, population=children, entry_age=6, intake=constant)
    assert made.table["persons"].tolist() == pytest.approx(project().table["persons"].tolist())


# Labour force


def test_no_participation_is_assumed():
    made = project()
    assert made.labour_force_entrants.empty
    assert any("none is assumed" in note for note in made.notes)


@pytest.mark.parametrize("kind", ["float", "mapping", "table"])
def test_participation_may_be_one_share_or_one_a_qualification(kind):
    table = pd.DataFrame({"qualification": ["0", "1"], "share": 0.6, "unit": "share",
                          "status": "observed", "source": "made up"})  # fmt: skip
    given = {"float": 0.6, "mapping": {"0": 0.6, "1": 0.6}, "table": table}[kind]
    made = project(participation=given, below_levels="0")
    left = made.leavers["persons"].sum()
    assert made.labour_force_entrants["persons"].sum() == pytest.approx(0.6 * left)


def test_without_levels_leavers_join_by_year_only():
    made = project(levels=None, participation=0.5)
    assert "qualification" not in made.labour_force_entrants
    assert made.labour_force_entrants["year"].tolist() == [2024, 2025, 2026, 2027]
    assert "qualification" not in made.leavers


# What is refused


def flags_of(**columns):
    return pd.DataFrame({**columns, **FLAGS})


REFUSED = {
    "horizon before": ({"horizon": 2024}, ParameterError, "horizon"),
    "horizon no year": ({"horizon": 2030.5}, ParameterError, "horizon"),
    "base year": ({"base_year": 2000}, CoverageError, "base_year"),
    "draws": ({"draws": -1}, ParameterError, "draws"),
    "seed": ({"seed": 1.5}, ParameterError, "seed"),
    "level": ({"level": 2}, ParameterError, "level"),
    "below": ({"below_levels": 0}, ParameterError, "below_levels"),
    "no last level": ({"levels": {"1": 5}}, ParameterError, "none ends with grade '6'"),
    "level beyond": ({"levels": {"1": 6, "2": 9}}, ParameterError, "'2' in no grade"),
    "entrants years": ({"entrants": new_pupils([1.0])}, CoverageError, "'2026', '2027'"),
    "entrants keys": ({"entrants": new_pupils([1.0] * 3, sex="F")}, TableError, "groups by 'sex'"),
    "entrants grade": (
        {"entrants": new_pupils([1.0] * 3, grade=9)}, TableError, "grade"),
    "entrants table": ({"entrants": 100}, TableError, "DataFrame"),
    "both": (
        {"population": new_pupils([1.0] * 3), "intake": 0.9}, ParameterError, "one of the two"),
    "no intake": (
        {"entrants": None, "population": new_pupils([1.0] * 3)}, ParameterError, "none is assumed"),
    "intake alone": ({"intake": 0.9}, ParameterError, "without population"),
    "intake percent": (
        {"entrants": None, "population": new_pupils([1.0] * 3), "intake": 90.0},
        ParameterError, "intake"),
    "intake word": (
        {"entrants": None, "population": new_pupils([1.0] * 3), "intake": "all"},
        ParameterError, "intake"),
    "entry age": (
        {"entrants": None, "population": new_pupils([1.0] * 3, age="5-9"), "intake": 0.9,
         "entry_age": 6}, CoverageError, "single year"),
    "one sex": (
        {"entrants": None, "population": new_pupils([1.0] * 3, sex="F"), "intake": 0.9},
        TableError, "only one"),
    "participation": ({"participation": 70}, ParameterError, "a share"),
    "participation level": ({"participation": {"1": 0.7}}, ParameterError, "none for 'none'"),
    "participation name": (
        {"participation": {"1": 0.7, "none": 0.5, "9": 1.0}}, ParameterError, "for '9'"),
    "target late": (
        {"targets": pd.DataFrame({"year": [2024], "grade": [1], "repetition": [0.1]})},
        ParameterError, "after the base year"),
    "target percent": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [1], "repetition": [10.0]})},
        TableError, "shares"),
    "target column": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [1], "repetitoin": [0.1]})},
        TableError, "Did you mean 'repetition'"),
    "target grade": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [9], "repetition": [0.1]})},
        TableError, "grades '9'"),
    "target group": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [1], "repetition": [0.1], "sex": "F"})},
        TableError, "by 'sex'"),
    "target too much": (
        {"targets": pd.DataFrame({"year": [2026], "grade": [1], "promotion": [0.95]})},
        ParameterError, "add up to 1.1"),
    "targets": ({"targets": {"repetition": 0.1}}, TableError, "DataFrame"),
    "rates by sex": ({"rates": rate_table(sex="F")}, TableError, "by 'sex'"),
    "rates": ({"rates": 0.1}, TableError, "DataFrame"),
    "rates short": ({"rates": rate_table(P[:4], R[:4]), "levels": {"1": 4}}, CoverageError, "'5'"),
    "pupils short": ({"persons": [1.0] * 4}, CoverageError, "no pupils given in grades '5'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_arguments_are_named(case):
    arguments, error, named = REFUSED[case]
    with pytest.raises(error, match=named):
        project(**arguments)


@pytest.mark.parametrize("wrong", [None, 5, pd.DataFrame(), pupils_of([1.0]).drop(columns="grade")])
def test_what_is_no_table_of_pupils_is_refused(wrong):
    with pytest.raises(TableError):
        sf.project_cohort(wrong, rate_table(), horizon=2030)


def test_an_unknown_completion_of_the_last_grade_is_refused(examplia):
    x = examplia
    flow = sf.estimate_student_flow(x.enrolment, x.repeaters)
    with pytest.raises(
        CoverageError, match="nobody is known to complete the last grade of 'XEX F'"
    ):
        sf.project_cohort(x.enrolment, flow, horizon=2030)


def test_a_group_without_rates_is_named():
    stock = pd.concat([pupils_of([10.0] * 6, sex=s) for s in "FM"])
    with pytest.raises(CoverageError, match="none for 'M'"):
        sf.project_cohort(stock, rate_table(sex="F"), horizon=2030)
