"""Cumulative incidence: R's numbers, brute force, exact ties, identities, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survival_cases import expected, made_up, mgus2, toy

import skillsfc as sf
from skillsfc.transitions.survival.competing_risks import cumulative_incidence

SEEDS = st.integers(0, 10_000)


def compare_incidence(case, made):
    """Compare with an oracle case whose values are named kind@time and kind_error@time."""
    values = expected(case)
    parts = values["name"].str.extract(r"(?P<kind>[a-z]+)_?(?P<column>[a-z]*)@(?P<time>.*)")
    times = parts["time"].astype(float)
    table = made.at(times.unique()).set_index(["to_state", "time"])
    names = {"": "probability", "error": "standard_error"}
    for row, kind, column, time in zip(
        values.itertuples(), parts["kind"], parts["column"], times, strict=True
    ):
        found = table.loc[(kind, time), names.get(column, column)]
        assert found == pytest.approx(row.value, abs=row.tolerance, rel=row.tolerance), row.name


@pytest.mark.parametrize(
    ("case", "arguments"),
    [
        ("published_incidence", {}),
        ("mgus2_incidence", {}),
        ("mgus2_incidence_limits", {}),
        ("mgus2_incidence_weights", {"weight": "w"}),
        ("mgus2_incidence_clusters", {"weight": "w", "cluster": "hospital"}),
    ],
)
def test_mgus2_equals_survfit(case, arguments):
    compare_incidence(case, sf.estimate_cumulative_incidence(mgus2(), **arguments))


@pytest.mark.parametrize(
    ("case", "arguments"),
    [
        ("mgus2_incidence_late", {"weight": "w"}),
        ("mgus2_incidence_late_clusters", {"weight": "w", "cluster": "hospital"}),
    ],
)
def test_delayed_entry_equals_survfit(case, arguments):
    people = mgus2()
    people = people.assign(entry=people["age"] * 12, end=people["age"] * 12 + people["end"])
    compare_incidence(case, sf.estimate_cumulative_incidence(people, **arguments))


def test_ties_are_exact_in_the_toy():
    made = sf.estimate_cumulative_incidence(toy())
    compare_incidence("toy", made)
    compare_incidence("published_toy", made)


def test_mean_time_equals_survfit():
    made = sf.estimate_cumulative_incidence(mgus2()).mean_time(240).set_index("to_state")
    for row in expected("mgus2_mean_time").itertuples():
        kind, _, error = row.name.partition("_")
        column = "standard_error" if error else "mean"
        assert made.loc[kind, column] == pytest.approx(row.value, rel=1e-9)


@pytest.mark.parametrize(
    ("case", "group", "arguments"),
    [
        ("gray_sex", "sex", {}),
        ("gray_age", "age_group", {}),
        ("gray_age_strata", "age_group", {"strata": "sex", "rho": 1}),
        ("gray_ties", "age_group", {}),
    ],
)
def test_gray_equals_cmprsk(case, group, arguments):
    people = mgus2()
    if case == "gray_ties":
        people["end"] = np.maximum(1, np.ceil(people["end"] / 60))
    made = sf.estimate_cumulative_incidence(people, group=group).compare(**arguments)
    found = made.table.set_index("to_state")["statistic"]
    for row in expected(case).itertuples():
        assert found[row.name] == pytest.approx(row.value, rel=1e-9)
    assert made.observed["events"].sum() == (people["to_state"] != "").sum()


def brute_force(spells, weight, times):
    """Return the incidence by one loop over times and rows [times, kinds]."""
    entry, end = spells["entry"] - spells["start"], spells["end"] - spells["start"]
    kinds = sorted(set(spells["to_state"]) - {""})
    stay, chance, rows = 1.0, np.zeros(len(kinds)), []
    for time in times:
        risk = weight[(entry < time) & (end >= time)].sum()
        moves = [weight[(end == time) & (spells["to_state"] == kind)].sum() for kind in kinds]
        chance = chance + stay * np.array(moves) / risk
        stay *= 1 - sum(moves) / risk
        rows.append(chance)
    return np.array(rows)


def wide(made, column="probability"):
    return made.table.pivot(index="time", columns="to_state", values=column).to_numpy()


@given(SEEDS)
def test_equals_a_loop_over_times_and_rows(seed):
    spells = made_up(seed, 30, kinds=3)
    made = sf.estimate_cumulative_incidence(spells)
    times = made.table["time"].unique()
    assert np.allclose(wide(made), brute_force(spells, spells["weight"], times), atol=1e-12)


@settings(max_examples=8)
@given(SEEDS)
def test_error_is_the_numerical_derivative_by_cluster(seed):
    spells = made_up(seed, 30)
    start, weight = spells["start"].to_numpy(), spells["weight"].to_numpy()
    entry, end = (spells[name].to_numpy(float) - start for name in ("entry", "end"))
    cause = spells["to_state"].map({"": -1, "A": 0, "B": 1}).to_numpy()
    made = cumulative_incidence(entry, end, cause, weight, spells["person"].to_numpy(), kinds=2)
    step, variance = 1e-6, 0.0
    for person in spells["person"].unique():
        own = np.where(spells["person"] == person, step, 0.0)
        up, down = (
            cumulative_incidence(entry, end, cause, weight * (1 + side * own), kinds=2).chance
            for side in (1, -1)
        )
        variance = variance + ((up - down) / (2 * step)) ** 2
    assert np.allclose(made.error, np.sqrt(variance), atol=1e-6)


@given(SEEDS)
def test_incidence_and_staying_sum_to_one(seed):
    made = sf.estimate_cumulative_incidence(made_up(seed, kinds=3))
    stayed = made.table.drop_duplicates("time").set_index("time")["stayed"].to_numpy()
    assert np.allclose(wide(made).sum(axis=1) + stayed, 1.0)
    survival = sf.estimate_survival(made_up(seed, kinds=3)).table["probability"]
    assert np.allclose(stayed, survival)


@given(SEEDS)
def test_one_kind_of_move_is_one_minus_kaplan_meier(seed):
    spells = made_up(seed, kinds=1)
    one = sf.estimate_cumulative_incidence(spells).table
    other = sf.estimate_survival(spells, errors="robust").table
    assert np.allclose(one["probability"], 1 - other["probability"])
    assert np.allclose(one["standard_error"], other["standard_error"])


@given(SEEDS, st.floats(0.01, 100))
def test_scale_of_weights_order_and_names_change_nothing(seed, factor):
    spells = made_up(seed)
    columns = ["to_state", "time", "at_risk", "probability", "standard_error"]
    made = sf.estimate_cumulative_incidence(spells).table[columns]
    other = spells.assign(weight=spells["weight"] * factor, person=1000 - spells["person"])
    again = sf.estimate_cumulative_incidence(other.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(made, again.table[columns], rtol=1e-8)


@given(SEEDS)
def test_without_censoring_it_is_the_share_of_the_kind(seed):
    rng = np.random.default_rng(seed)
    spells = pd.DataFrame(
        {"start": 0, "end": rng.integers(1, 9, 60), "to_state": rng.choice(["A", "B"], 60)}
    )
    for row in sf.estimate_cumulative_incidence(spells).table.itertuples():
        share = ((spells["end"] <= row.time) & (spells["to_state"] == row.to_state)).mean()
        assert row.probability == pytest.approx(share)
        assert row.standard_error == pytest.approx(np.sqrt(share * (1 - share) / 60), abs=1e-9)


def test_areas_under_all_curves_sum_to_the_horizon():
    spells = made_up(8, kinds=3)
    made = sf.estimate_cumulative_incidence(spells)
    stay = sf.estimate_survival(spells).restricted_mean(6)["mean"].iloc[0]
    assert made.mean_time(6)["mean"].sum() + stay == pytest.approx(6)
    assert made.mean_time()["horizon"].nunique() == 1


def test_only_moves_asked_for_are_shown_and_the_others_still_compete():
    spells = made_up(9, kinds=3)
    some = sf.estimate_cumulative_incidence(spells, to="B")
    every = sf.estimate_cumulative_incidence(spells)
    part = every.table[every.table["to_state"] == "B"].reset_index(drop=True)
    pd.testing.assert_frame_equal(some.table, part)


def test_groups_times_and_reading_agree():
    spells = made_up(10)
    made = sf.estimate_cumulative_incidence(spells, group="g", times=[3, 7])
    assert made.table[["g", "to_state", "time"]].values.tolist() == [
        [g, kind, time] for g in "uv" for kind in "AB" for time in (3.0, 7.0)
    ]
    alone = sf.estimate_cumulative_incidence(spells[spells["g"] == "v"]).at([3, 7])
    part = made.table[made.table["g"] == "v"].drop(columns="g").reset_index(drop=True)
    pd.testing.assert_frame_equal(part, alone)
    assert set(made.quantiles(0.2)["to_state"]) == {"A", "B"}


def test_quantiles_say_not_reached_where_others_come_first():
    found = (
        sf.estimate_cumulative_incidence(toy())
        .quantiles([0.3, 0.5])
        .set_index(["to_state", "share"])
    )
    assert found.loc[("pcm", 0.3), "time"] == 3.0
    assert found.loc[("death", 0.5), "note"] == "not reached"
    assert np.isnan(found.loc[("death", 0.5), "time"])


def test_without_errors_the_curves_are_the_same():
    spells = made_up(11)
    plain = sf.estimate_cumulative_incidence(spells, errors="none")
    assert plain.table["standard_error"].isna().all()
    assert plain.table["lower"].isna().all()
    full = sf.estimate_cumulative_incidence(spells).table
    assert np.allclose(plain.table["probability"], full["probability"])


def test_before_the_first_move_of_a_kind_its_limits_are_zero():
    spells = pd.DataFrame({"start": 0, "end": [1, 2, 3, 4], "to_state": ["A", "B", "A", ""]})
    first = sf.estimate_cumulative_incidence(spells, to="B").table.iloc[0]
    assert first[["probability", "standard_error", "lower", "upper"]].tolist() == [0, 0, 0, 0]


def test_months_with_many_ties_are_what_jitter_gets_wrong():
    """Ties broken at random bias the curve; taken in one step it is the share of the kind."""
    rng = np.random.default_rng(2)
    end, cause = rng.integers(1, 4, 3000), rng.integers(0, 2, 3000)
    made = cumulative_incidence(np.zeros(3000), end.astype(float), cause, kinds=2)
    assert made.chance[-1] == pytest.approx([np.mean(cause == 0), np.mean(cause == 1)])


def test_intervals_cover_the_truth_in_19_of_20_samples():
    rng, hits, rounds = np.random.default_rng(3), 0, 300
    truth = 0.06 / 0.1 * (1 - 0.9**8)
    for _ in range(rounds):
        end = np.repeat(rng.geometric(0.1, 150), 2)
        kind = np.repeat((rng.random(150) > 0.6).astype(int), 2)
        limit = rng.integers(3, 30, 300)
        cause, seen = np.where(end <= limit, kind, -1), np.minimum(end, limit)
        entry = np.where(rng.random(300) < 0.3, rng.integers(0, 4, 300), 0)
        kept = entry < seen
        made = cumulative_incidence(
            entry[kept].astype(float), seen[kept].astype(float), cause[kept],
            rng.uniform(0.5, 1.5, 300)[kept], np.repeat(np.arange(150), 2)[kept], kinds=2,
        )  # fmt: skip
        place = np.searchsorted(made.counts.times, 8, side="right") - 1
        hits += abs(made.chance[place, 0] - truth) < 1.96 * made.error[place, 0]
    assert abs(hits / rounds - 0.95) < 4 * np.sqrt(0.95 * 0.05 / rounds)


def test_examplia_moves_out_of_unemployment_as_its_truth_says():
    example = sf.example(seed=1)
    rates = example.truth["spells"]["transition_rate"]["value"]
    chosen = example.spells[example.spells["track"] == "general"]
    made = sf.estimate_cumulative_incidence(
        chosen, state="unemployment", group="sex", times=[6, 12]
    )
    assert made.table["to_state"].nunique() == 5
    for row in made.table.itertuples():
        own = rates[row.sex]["unemployment"]
        leaving = sum(own.values())
        truth = own[row.to_state] / leaving * (1 - (1 - leaving) ** row.time)
        assert abs(row.probability - truth) < 4 * row.standard_error


def test_row_21_to_24_and_27_bad_spells_and_weights():
    spells = made_up(1)
    with pytest.raises(sf.TableError, match="negative"):
        sf.estimate_cumulative_incidence(spells.assign(weight=-1.0))
    with pytest.raises(sf.TableError, match="all zero"):
        sf.estimate_cumulative_incidence(spells.assign(weight=0.0))
    with pytest.raises(sf.TableError, match="before 'start'"):
        sf.estimate_cumulative_incidence(spells.assign(end=spells["start"] - 1))


def test_row_31_no_move_at_all_is_said():
    with pytest.raises(sf.CoverageError, match="none was seen in 60 spells"):
        sf.estimate_cumulative_incidence(made_up(1).assign(to_state=""))


def test_row_35_few_at_risk_are_marked():
    made = sf.estimate_cumulative_incidence(toy())
    assert (made.table["reliability"] == "u").all()
    assert any("Never 30 at risk" in note for note in made.notes)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"to": ["A", "D"]}, "no move to 'D'"),
        ({"group": "gg"}, "Did you mean 'g'"),
        ({"errors": "rubust"}, "Did you mean 'robust'"),
        ({"clock": "month"}, "clock"),
        ({"level": 1}, "between 0 and 1"),
        ({"times": []}, "at least one"),
    ],
)
def test_wrong_arguments_are_named(arguments, text):
    with pytest.raises(sf.SkillsfcError, match=text):
        sf.estimate_cumulative_incidence(made_up(1), **arguments)


def test_gray_says_for_what_it_is_not_known():
    spells = made_up(1)
    with pytest.raises(sf.ParameterError) as caught:
        sf.estimate_cumulative_incidence(spells, group="g").compare()
    assert "come late" in str(caught.value)
    assert "weights differ" in str(caught.value)
    with pytest.raises(sf.ParameterError, match="two or more"):
        sf.estimate_cumulative_incidence(toy()).compare()
