"""Parts of the cohort package on their own: kernels over groups, draws, matching, levels, paths."""

import numpy as np
import pandas as pd
import pytest
from test_cohort_flow import FLAGS, P, R, rate_table, rates_of

from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.transitions.cohorts.counts import build_counts, last_places
from skillsfc.transitions.cohorts.excess import own_factor, shared_factor, treat_excess
from skillsfc.transitions.cohorts.issues import shorten
from skillsfc.transitions.cohorts.kernel import Rates, follow_cohort, shift_up
from skillsfc.transitions.cohorts.levels import place_levels, read_participation
from skillsfc.transitions.cohorts.matching import lay_out_years, match_groups
from skillsfc.transitions.cohorts.measures import Limits, spread
from skillsfc.transitions.cohorts.pairs import pair_years
from skillsfc.transitions.cohorts.rate_path import lay_path, reach_targets
from skillsfc.transitions.cohorts.rate_tables import lay_out_rates, read_rates
from skillsfc.transitions.cohorts.steps import RateDraws, follow_pupils
from skillsfc.transitions.cohorts.sums import sum_groups

SEXES = pd.DataFrame({"sex": ["F", "M"]})
YEARS = np.array([2024, 2025, 2026])


# Kernels


@pytest.mark.parametrize("cap", [None, 0, 2])
def test_all_groups_and_sets_at_once_are_each_alone(cap):
    rng = np.random.default_rng(3)
    shares = rng.dirichlet([8, 1, 1], (4, 7, 5))  # sets, groups, grades
    p, r = shares[..., 0], shares[..., 1]
    first, last = np.zeros(7, dtype=int), np.full(7, 4)
    first[2], last[3], last[5] = 1, 2, 0  # groups that begin later or end sooner
    together = follow_cohort(Rates(p, r, p, first, last), cap)
    for at in np.ndindex(4, 7):
        span = slice(first[at[1]], last[at[1]] + 1)
        alone = follow_cohort(rates_of(p[at][span], r[at][span]), cap)
        assert together.survival[at][span] == pytest.approx(alone.survival[0])
        assert together.dropouts[at][span] == pytest.approx(alone.dropouts[0])
        assert together.pupil_years[at][span] == pytest.approx(alone.pupil_years[0])
        outside = np.delete(together.survival[at], np.arange(span.start, span.stop))
        assert np.isnan(outside).all()


def test_a_level_in_mid_way_takes_its_leavers_from_the_dropouts():
    rates = rates_of([0.7, 0.9], [0.1, 0.0])
    plain = follow_cohort(rates)
    known = Rates(
        rates.promotion, rates.repetition, np.array([[0.8, 0.9]]), rates.first, rates.last
    )
    made = follow_cohort(known)
    assert made.survival == pytest.approx(plain.survival)
    assert made.completing_leavers[0, 0] == pytest.approx(0.1 / 0.9)
    assert made.dropouts[0, 0] + made.completing_leavers[0, 0] == pytest.approx(
        plain.dropouts[0, 0]
    )
    assert made.graduates[0, 0] == pytest.approx(0.8 / 0.9)


def test_shares_of_a_grade_add_up_to_one():
    rates = Rates(
        np.array([[0.7, np.nan]]), np.array([[0.1, 0.2]]), np.array([[0.8, 0.6]]),
        np.array([0]), np.array([1]),
    )  # fmt: skip
    total = rates.onward() + rates.repetition + rates.completing_leavers() + rates.dropout()
    assert total == pytest.approx(np.ones((1, 2)))
    assert rates.passing().tolist() == [[0.7, 0.6]]


def test_pupils_go_up_one_grade():
    assert shift_up(np.array([[1.0, 2.0, 3.0]])).tolist() == [[0.0, 1.0, 2.0]]


# Draws


def test_draws_have_the_covariance_of_the_pairs_and_wider_tails():
    rng = np.random.default_rng(4)
    pairs = 12
    both = rng.multivariate_normal([0, 0], [[4e-4, -3e-4], [-3e-4, 9e-4]], pairs)
    both -= both.mean(axis=0)
    noise = RateDraws(both[:, :1, None], both[:, 1:, None], np.zeros((pairs, 1, 1)))
    shape = (1, 1, 1)
    path = Rates(np.full(shape, 0.5), np.full(shape, 0.3), np.full(shape, 0.5),
                 np.array([0]), np.array([1]))  # fmt: skip
    wide = Rates(*(np.repeat(s, 2, axis=2) for s in
                   (path.promotion, path.repetition, path.completion)),
                 path.first, path.last)  # fmt: skip
    many = RateDraws(*(np.repeat(d, 2, axis=2) for d in
                       (noise.promotion, noise.repetition, noise.completion)))  # fmt: skip
    entrants = np.zeros((0, 1, 2))
    year = next(follow_pupils(np.array([[1.0, 0.0]]), wide, entrants, many, 60_000, 1))
    drawn = np.stack([year.promoted[1:, 0, 0], year.repeating[1:, 0, 0]])
    freedom = pairs - 1
    expected = (1 + 1 / pairs) * freedom / (freedom - 2) * both.T @ both / freedom
    assert np.cov(drawn) == pytest.approx(expected, rel=0.06)
    assert drawn.mean(axis=1) == pytest.approx([0.5, 0.3], abs=5e-4)
    assert year.promoted[0, 0, 0] == 0.5


def test_every_draw_keeps_its_accounts():
    rng = np.random.default_rng(5)
    shape = (5, 2, 4)
    noise = RateDraws(*(rng.normal(0, 0.02, shape) for _ in range(3)))
    shares = [np.full((3, 2, 4), x) for x in (0.8, 0.1, 0.8)]
    rates = Rates(*shares, np.zeros(2, dtype=int), np.full(2, 3))
    new = rng.uniform(50, 100, (2, 2, 4))
    years = list(follow_pupils(rng.uniform(50, 100, (2, 4)), rates, new, noise, 20, 1))
    for year in years:
        parts = year.promoted + year.repeating + year.completing_leavers + year.dropouts
        assert parts == pytest.approx(year.pupils + year.coming_in)
        assert year.pupils.min() > 0
    for before, after, came in zip(years, years[1:], new, strict=False):
        assert after.pupils == pytest.approx(before.repeating + shift_up(before.promoted) + came)


# Limits


def test_limits_of_a_plain_mean_are_those_of_students_t():
    rng = np.random.default_rng(6)
    values = rng.normal(0.6, 0.02, 9)
    sets = np.array([values.mean(), *((values.sum() - values) / 8)])[:, None]
    error, lower, upper = Limits(np.array([9]), 0.9).of(sets)
    of_mean = values.std(ddof=1) / 3
    assert error[0] == pytest.approx(of_mean)
    reach = 1.8595480 * of_mean  # Student's t with 8 degrees of freedom, 0.95
    assert (lower[0], upper[0]) == pytest.approx((values.mean() - reach, values.mean() + reach))


def test_limits_of_a_share_end_at_one_and_of_others_do_not():
    sets = np.array([[0.99], [1.1], [0.9], [0.97]])
    limits = Limits(np.array([3]), 0.95)
    assert limits.of(sets, share=True)[2][0] == 1.0
    assert limits.of(sets)[2][0] > 1.0
    above = limits.of(sets + 0.1, share=True)
    assert above[2][0] == pytest.approx(1.09)


def test_spread_leaves_out_what_is_missing():
    values = np.array([[0.1, np.nan], [0.2, 0.5], [0.3, np.nan]])
    found = spread(values)
    assert found[0] == pytest.approx(0.1)
    assert np.isnan(found[1])


# Counts and pairs


def school(persons, **keys):
    years, grades = np.shape(persons)
    table = pd.DataFrame(
        {"year": np.repeat(2020 + np.arange(years), grades),
         "grade": np.tile(np.arange(1, grades + 1), years),
         "persons": np.ravel(persons).astype(float)}
    )  # fmt: skip
    return table.assign(**keys, **FLAGS)


def test_pairs_are_the_formulas_by_hand():
    pupils = school([[100, 80, 70], [110, 85, 72]])
    again = school([[0, 0, 0], [9, 6, 5]])
    counts = build_counts(pupils, again, keys=[], absent="missing")
    rates = pair_years(counts).rates()
    assert rates.repetition[0, 0] == pytest.approx([9 / 100, 6 / 80, 5 / 70])
    assert rates.promotion[0, 0, :2] == pytest.approx([(85 - 6) / 100, (72 - 5) / 80])
    cut = pair_years(counts, 2).rates()
    assert cut.completion[0, 0, 1] == pytest.approx((72 - 5) / 80)


def test_the_last_grade_is_that_of_the_latest_year_with_pupils():
    enrolled = np.array([[[5.0, 5, 5]], [[5, 5, 0]], [[np.nan] * 3]])
    assert last_places(enrolled, 1, None).tolist() == [1]
    assert last_places(enrolled, 1, 1).tolist() == [0]


def test_a_part_that_never_has_a_grade_is_not_missed_in_the_sum():
    tables = [
        pd.concat([school([[9, 8], [9, 8]], region="A"), school([[4], [4]], region="B")])
        for _ in range(2)
    ]
    tables[1]["persons"] = 0.0
    counts = build_counts(*tables, keys=["region"], absent="missing")
    total = sum_groups(counts, [])
    assert total.enrolled[0, 0].tolist() == [13.0, 8.0]
    assert total.issues == ()
    assert total.names == ["all"]


# Excess


def test_a_shared_factor_is_the_largest_of_the_sexes_where_it_belongs():
    p = np.array([[[0.95, 0.8], [0.9, 0.8], [0.9, 0.8], [0.9, 0.8]]])
    r = np.full((1, 4, 2), 0.1)
    four = Rates(p, r, p, np.zeros(4, dtype=int), np.ones(4, dtype=int))
    groups = pd.DataFrame({"region": ["A", "A", "B", "B"], "sex": ["F", "M", "F", "M"]})
    shared = shared_factor(four, groups)
    made = treat_excess(four, groups, "uis", shared)
    assert made.promotion[0, :, 0] == pytest.approx([0.95 / 1.05, 0.9 / 1.05, 0.9, 0.9])
    everywhere = SEXES
    two = Rates(p[:, 2:], r[:, 2:], p[:, 2:], np.zeros(2, dtype=int), np.ones(2, dtype=int))
    assert shared(two, everywhere)[0, :, 0] == pytest.approx([1.05, 1.05])
    assert own_factor(two).max() == pytest.approx(1.0)


# Matching, levels and paths


def test_fewer_keys_serve_several_groups_and_other_keys_are_refused():
    groups = pd.DataFrame({"country": ["MAR", "MAR", "TUN"], "sex": ["F", "M", "F"]})
    by_country = pd.DataFrame({"country": ["TUN", "MAR"]})
    assert match_groups(groups, by_country, "rates", "s").tolist() == [1, 1, 0]
    assert match_groups(groups, pd.DataFrame(index=[0]), "rates", "s").tolist() == [0, 0, 0]
    with pytest.raises(TableError, match="by 'area'"):
        match_groups(groups, pd.DataFrame({"area": ["U"]}), "rates", "s")
    with pytest.raises(CoverageError, match="'TUN F'"):
        match_groups(groups, by_country.iloc[1:], "rates", "s")


def test_rows_of_a_year_are_summed_to_their_groups():
    rows = pd.DataFrame(
        {"year": [2024, 2024, 2026], "sex": ["F", "F", "M"], "persons": [1.0, 2, 4]}
    )
    total, count = lay_out_years(rows, "persons", SEXES, YEARS)
    assert total.tolist() == [[3.0, 0.0], [0.0, 0.0], [0.0, 4.0]]
    assert count[0, 0] == 2
    both, _ = lay_out_years(rows.drop(columns="sex"), "persons", SEXES, YEARS)
    assert both[0].tolist() == [3.0, 3.0]


def test_participation_by_sex_and_qualification_lands_in_its_cell():
    levels = place_levels({"1": 2}, "0", 1, 2)
    table = pd.DataFrame(
        {"sex": ["F", "M", "F", "M"], "qualification": ["0", "0", "1", "1"],
         "share": [0.1, 0.2, 0.3, 0.4], "unit": "share", "status": "observed", "source": "x"}
    )  # fmt: skip
    found = read_participation(table, levels, SEXES, YEARS, "s")
    assert found.shape == (3, 2, 2)
    assert found[0].tolist() == found[2].tolist() == [[0.1, 0.3], [0.2, 0.4]]
    with pytest.raises(CoverageError, match="'M 2024 1'"):
        read_participation(table.iloc[:3], levels, SEXES, YEARS, "s")


def path_of(table, groups=None):
    laid = lay_out_rates(read_rates(table, "s"), "s")
    return lay_path(laid, pd.DataFrame(index=[0]) if groups is None else groups, YEARS, "s")


def test_a_path_by_year_holds_the_first_and_the_last():
    rates = pd.concat([rate_table(P, R, year=2025), rate_table(P, np.array(R) / 2, year=2026)])
    path = path_of(rates)
    assert path.rates.repetition[:, 0, 0].tolist() == pytest.approx([0.15, 0.15, 0.075])
    assert "2024" in path.notes[0]
    shorter = pd.concat([rate_table(P, R, year=2025), rate_table(P[:5], R[:5], year=2026)])
    with pytest.raises(TableError, match="differs between years"):
        path_of(shorter)


def test_targets_bend_only_what_they_name():
    path = path_of(pd.concat([rate_table(P, R, sex=s) for s in "FM"]), SEXES)
    goal = pd.DataFrame({"year": [2026], "grade": [2], "sex": ["M"], "repetition": [0.0]})
    bent = reach_targets(path, goal, SEXES, YEARS, "s")
    change = bent.rates.repetition - path.rates.repetition
    assert change[:, 1, 1] == pytest.approx([0.0, -0.05, -0.1])
    assert np.count_nonzero(change) == 2
    assert np.array_equal(bent.rates.promotion, path.rates.promotion)
    assert reach_targets(path, None, SEXES, YEARS, "s") is path
    with pytest.raises(ParameterError, match="after the base year 2024"):
        reach_targets(path, goal.assign(year=2024), SEXES, YEARS, "s")


def test_long_lists_of_places_are_cut():
    assert shorten(["a"] * 10) == "a, a, a, a, a, a, a, a and 2 more"
