"""Transition rates and state distributions of sequences."""

import gzip
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_examples import MICRODATA, SHORT, agree, mvad, toy

import skillsfc as sf
from skillsfc.transitions.sequences.distribution import entropy_of, estimate_state_distribution
from skillsfc.transitions.sequences.model import sequences_of
from skillsfc.transitions.sequences.pair_counts import count_pairs
from skillsfc.transitions.sequences.precision import mean_error, share_interval

codes_of_any = st.integers(2, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(-1, size - 1), min_size=5, max_size=5), min_size=3, max_size=12
    )
)


def made_of(codes, weight=None, persons=None):
    array = np.array(codes)
    array[0, :2] = 0  # at least one pair is known
    return sequences_of(array, states="abcd", weight=weight, persons=persons)


def short_rates(result):
    return {
        f"rate_{SHORT[a]}_{SHORT[b]}": share
        for a, b, share in result.table[["from_state", "to_state", "share"]].itertuples(index=False)
    }


def test_rates_are_those_of_traminer_unweighted():
    found = short_rates(sf.estimate_transition_rates(mvad(), weight=None))
    agree("mvad", found, [f"rate_{a}_{b}" for a in ("EM", "JL") for b in SHORT.values()])


def test_rates_are_those_of_traminer_weighted():
    found = short_rates(sf.estimate_transition_rates(mvad()))
    agree("mvad_weighted", found, ["rate_EM_EM", "rate_JL_EM", "rate_SC_HE"])


def test_entropies_and_mean_months_are_those_of_traminer():
    made = estimate_state_distribution(mvad())
    found = {f"entropy_{t}": made.entropy["entropy"].iloc[t - 1] for t in (1, 25, 70)}
    times = made.time_in_state.set_index("state")["duration"]
    found |= {f"months_{SHORT[state]}": times[state] for state in times.index}
    found["sum_of_weights"] = mvad().weight.sum()
    agree("mvad_weighted", found, list(found))


def loop_rates(codes, weight, size):
    pairs, base = np.zeros((size, size)), np.zeros(size)
    for row, w in zip(codes, weight, strict=True):
        for a, b in itertools.pairwise(row):
            if a >= 0 and b >= 0:
                pairs[a, b] += w
                base[a] += w
    return pairs, base


@given(codes_of_any, st.integers(0, 1000))
def test_rates_are_counted_pairs(codes, seed):
    weight = np.random.default_rng(seed).uniform(0.1, 3, len(codes))
    made = made_of(codes, weight)
    table = sf.estimate_transition_rates(made).table
    pairs, base = loop_rates(made.codes, weight, 4)
    counts, at_risk = loop_rates(made.codes, np.ones(len(codes)), 4)
    with np.errstate(invalid="ignore"):
        share = (pairs / base[:, None]).ravel()
    np.testing.assert_allclose(table["share"], share, atol=1e-12)
    assert table["transitions"].tolist() == counts.ravel().tolist()
    assert table["at_risk"].tolist() == np.repeat(at_risk, 4).tolist()


@given(codes_of_any, st.integers(0, 1000))
def test_standard_errors_are_those_of_the_linearised_ratio(codes, seed):
    weight = np.random.default_rng(seed).uniform(0.1, 3, len(codes))
    made = made_of(codes, weight)
    table = sf.estimate_transition_rates(made).table
    pairs, base = loop_rates(made.codes, weight, 4)
    n = len(codes)
    for place, row in enumerate(table.itertuples()):
        a, b = divmod(place, 4)
        if base[a] == 0:
            assert np.isnan(row.standard_error)
            continue
        scores = []
        for i in range(n):
            own, left = loop_rates(made.codes[[i]], weight[[i]], 4)
            scores.append((own[a, b] - pairs[a, b] / base[a] * left[a]) / base[a])
        wanted = np.sqrt(n / (n - 1) * np.sum(np.square(scores)))
        assert row.standard_error == pytest.approx(wanted, abs=1e-8)


@settings(max_examples=8)
@given(codes_of_any)
def test_rows_sum_to_one_and_scale_of_weights_and_order_of_rows_change_nothing(codes):
    weight = np.arange(1.0, len(codes) + 1)
    first = sf.estimate_transition_rates(made_of(codes, weight))
    again = sf.estimate_transition_rates(made_of(codes, weight * 7.5))
    backwards = sequences_of(made_of(codes).codes[::-1], states="abcd", weight=weight[::-1])
    pd.testing.assert_frame_equal(first.table, again.table)
    pd.testing.assert_frame_equal(first.table, sf.estimate_transition_rates(backwards).table)
    sums = first.to_matrix().sum(axis=1, min_count=1).dropna()
    np.testing.assert_allclose(sums, 1.0)


def test_whole_weights_give_the_shares_of_copies():
    codes = np.random.default_rng(3).integers(0, 3, (20, 8))
    weight = np.random.default_rng(4).integers(1, 4, 20)
    copies = sequences_of(np.repeat(codes, weight, axis=0), states="abc")
    made = sf.estimate_transition_rates(sequences_of(codes, states="abc", weight=weight))
    np.testing.assert_allclose(
        made.table["share"], sf.estimate_transition_rates(copies).table["share"]
    )


def test_relabelling_states_changes_names_only():
    codes = np.random.default_rng(5).integers(0, 3, (30, 6))
    swapped = np.array([2, 0, 1])[codes]
    first = sf.estimate_transition_rates(sequences_of(codes, states="abc")).to_matrix()
    second = sf.estimate_transition_rates(sequences_of(swapped, states="xyz")).to_matrix()
    np.testing.assert_allclose(
        second.to_numpy()[np.ix_([2, 0, 1], [2, 0, 1])], first.to_numpy(), atol=1e-15
    )


def test_lag_and_time_varying_rates():
    made = sequences_of([[0, 1, 0, 1], [0, 1, 1, 1]], states="ab")
    two = sf.estimate_transition_rates(made, lag=2).to_matrix()
    assert two.loc["a", "a"] == pytest.approx(0.5)
    each = sf.estimate_transition_rates(made, time_varying=True)
    assert each.to_matrix(period=0).loc["a", "b"] == 1.0
    assert each.to_matrix(period=1).loc["b"].tolist() == [0.5, 0.5]
    assert len(each.table) == 3 * 4


def test_time_varying_counts_add_up_to_the_pooled_ones():
    pooled = sf.estimate_transition_rates(mvad()).table
    each = sf.estimate_transition_rates(mvad(), time_varying=True).table
    keys = ["from_state", "to_state"]
    sums = each.groupby(keys)["transitions"].sum()
    assert pooled.set_index(keys)["transitions"].sort_index().tolist() == sums.tolist()


def test_groups_are_the_rates_of_each_group_alone():
    made = sf.estimate_transition_rates(mvad(), group="sex")
    women = (mvad().persons["sex"] == "F").to_numpy()
    alone = sequences_of(mvad().codes[women], states=mvad().states, weight=mvad().weight[women])
    wanted = sf.estimate_transition_rates(alone).to_matrix()
    np.testing.assert_allclose(made.to_matrix(sex="F"), wanted)
    with pytest.raises(sf.ParameterError, match="several matrices"):
        made.to_matrix()
    with pytest.raises(sf.ParameterError, match="no column"):
        made.to_matrix(gender="F")


def test_a_missing_group_label_is_its_own_group():
    persons = pd.DataFrame({"person": ["1", "2", "3"], "sex": ["F", None, "M"]})
    made = sf.estimate_transition_rates(made_of([[0, 1]] * 3, persons=persons), group="sex")
    assert sorted(made.table["sex"].unique()) == ["F", "M", "not known"]


def test_clusters_widen_the_error_and_leave_the_share():
    codes = np.repeat(np.random.default_rng(1).integers(0, 2, (15, 10)), 4, axis=0)
    persons = pd.DataFrame({"person": range(60), "school": np.repeat(range(15), 4)})
    made = sequences_of(codes, states="ab", persons=persons)
    alone, together = (
        sf.estimate_transition_rates(made, cluster=c).table for c in (None, "school")
    )
    np.testing.assert_allclose(alone["share"], together["share"])
    assert (together["standard_error"] > 1.9 * alone["standard_error"]).all()


def test_missing_states_are_skipped_made_a_state_or_refused():
    made = sf.read_sequences(pd.DataFrame([["a", None, "b", "b"], ["a", "b", "b", None]]))
    skipped = sf.estimate_transition_rates(made)
    assert skipped.table["transitions"].tolist() == [0, 1, 0, 2]
    assert any("1 periods of 1 persons" in note for note in skipped.notes)
    state = sf.estimate_transition_rates(made, missing="state").to_matrix()
    assert state.loc["a"].tolist() == [0.0, 0.5, 0.5]
    assert state.loc["not known", "b"] == 1.0
    with pytest.raises(sf.TableError, match="not known in 1 periods"):
        sf.estimate_transition_rates(made, missing="refuse")


def test_a_state_nobody_is_in_has_no_rate_but_zero_on_request():
    made = sf.estimate_transition_rates(sequences_of([[0, 1, 1]], states=["a", "b", "c"]))
    assert made.to_matrix().loc["c"].isna().all()
    assert made.to_matrix(empty=0.0).loc["c"].tolist() == [0.0] * 3
    assert any("nobody" in note for note in made.notes)


def test_row_35_few_persons_are_flagged():
    made = sf.estimate_transition_rates(toy())
    assert set(made.table["reliability"]) == {"u"}
    assert any("fewer than 30" in note for note in made.notes)
    assert "u" not in set(sf.estimate_transition_rates(mvad()).table["reliability"])


@pytest.mark.parametrize(
    ("weights", "words"),
    [([1, np.nan, 1], "missing"), ([1, -1, 1], "negative"), ([0, 0, 0], "all zero")],
    ids=["row_21", "row_23", "row_24"],
)
def test_rows_21_23_24_impossible_weights_are_refused(weights, words):
    for model in (sf.estimate_transition_rates, estimate_state_distribution, sf.measure_sequences):
        with pytest.raises(sf.TableError, match=words):
            model(made_of([[0, 1, 2]] * 3, weights))


def test_row_22_weight_zero_counts_as_seen_but_has_no_say():
    made = sf.estimate_transition_rates(made_of([[0, 1], [0, 0], [0, 1]], [1.0, 0.0, 2.0]))
    row = made.table.set_index(["from_state", "to_state"]).loc[("a", "b")]
    assert row["share"] == pytest.approx(2 / 3)  # the first row's states are both "a"
    assert row["persons"] == 3
    assert any("weight 0" in note for note in made.notes)


def test_row_25_a_giant_weight_is_noted():
    made = sf.estimate_transition_rates(made_of([[0, 1]] * 60, [1.0] * 59 + [400.0]))
    assert any("unequal" in note for note in made.notes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"lag": 0}, "whole number from 1"),
        ({"lag": 70}, "whole number from 1"),
        ({"level": 1.5}, "between 0 and 1"),
        ({"missing": "drop"}, "one of"),
        ({"weight": "wheight"}, "Did you mean 'weight'|no column 'wheight'"),
        ({"group": "sexx"}, "Did you mean 'sex'"),
        ({"cluster": "schol"}, "no column 'schol'"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.estimate_transition_rates(mvad(), **arguments)


@pytest.mark.parametrize("given_", [None, 3, "text", pd.DataFrame()])
def test_what_is_no_sequence_is_refused(given_):
    with pytest.raises(sf.TableError):
        sf.estimate_transition_rates(given_)


def test_all_unknown_is_refused():
    with pytest.raises(sf.TableError, match="none is known"):
        sf.estimate_transition_rates(sequences_of([[-1, -1]], states="ab"))


@given(codes_of_any)
def test_distribution_shares_sum_to_one_and_times_to_the_known_periods(codes):
    made = made_of(codes)
    result = estimate_state_distribution(made)
    sums = result.table.groupby("period")["share"].sum(min_count=1).dropna()
    np.testing.assert_allclose(sums, 1.0)
    known = (made.codes >= 0).sum() / len(codes)
    assert result.time_in_state["duration"].sum() == pytest.approx(known)
    assert result.entropy["entropy"].dropna().between(0, 1 + 1e-12).all()


def test_distribution_errors_are_those_of_a_weighted_share():
    made = estimate_state_distribution(mvad()).table
    row = made[(made["period"] == 26) & (made["state"] == "employment")].iloc[0]
    there = mvad().codes[:, 24] == mvad().states.index("employment")
    mean, error = mean_error(there.astype(float)[:, None], mvad().weight)
    assert row["share"] == pytest.approx(mean[0])
    assert row["standard_error"] == pytest.approx(error[0])
    assert row["lower"] < row["share"] < row["upper"]


def test_distribution_by_group_says_when_those_observed_change():
    ragged = sf.read_sequences(pd.DataFrame([["a", "b", None], ["a", "a", "b"]]))
    made = estimate_state_distribution(ragged)
    assert made.table["at_risk"].tolist() == [2, 2, 2, 2, 1, 1]
    assert any("Between 1 and 2 persons" in note for note in made.notes)
    assert not estimate_state_distribution(mvad(), group="sex").notes


def test_entropy_of_even_and_single_shares():
    values = entropy_of(np.array([[0.25] * 4, [1.0, 0, 0, 0]]))
    np.testing.assert_allclose(values, [np.log(4), 0.0])


def test_intervals_stay_inside_and_cover_zero_shares():
    lower, upper = share_interval([0.0, 1.0, np.nan], [0.0, 0.0, np.nan], [50.0] * 3, 0.95)
    assert lower[0] == 0.0
    assert upper[0] == pytest.approx(0.0713, abs=1e-4)  # Wilson: z^2 / (n + z^2)
    assert lower[1] == pytest.approx(1 - 0.0713, abs=1e-4)
    assert np.isnan(lower[2])


def true_rate_of_leaving():
    """Return the pooled rate of the simulation below: the restless are less often at risk."""
    chance = np.random.default_rng(0).beta(3, 17, 200_000)
    stay, moved, risk = np.ones_like(chance), 0.0, 0.0
    for _ in range(12):
        risk, moved = risk + stay.sum(), moved + (stay * chance).sum()
        stay = stay * (1 - chance) + (1 - stay)
    return moved / risk


def test_intervals_cover_in_repeated_samples():
    rng, hits, turns = np.random.default_rng(11), 0, 300
    truth = true_rate_of_leaving()
    for _ in range(turns):
        leave = rng.random((80, 12)) < rng.beta(3, 17, (80, 1))
        codes = np.zeros((80, 13), dtype=int)
        for t in range(12):
            codes[:, t + 1] = np.where(codes[:, t] == 0, leave[:, t], 0)
        codes = codes.astype(np.int8)
        row = count_pairs(codes[:, :-1], codes[:, 1:], np.ones(80), np.arange(80), ("a", "b"))
        lower, upper = share_interval(row["share"], row["standard_error"], row["worth"], 0.95)
        hits += lower[1] <= truth <= upper[1]
    assert 0.95 - 3 * 0.0126 <= hits / turns <= 0.95 + 3 * 0.0126  # Monte Carlo error of 300


@pytest.mark.parametrize(
    ("name", "first", "last", "persons"),
    [("TraMineR_biofam", "a15", "a30", 2000), ("TraMineR_actcal", "jan00", "dec00", 2000)],
)
def test_rates_of_other_real_files(name, first, last, persons):
    path = MICRODATA / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        wide = pd.read_csv(file).loc[:, first:last].astype("str")
    made = sf.read_sequences(wide)
    assert made.size == persons
    matrix = sf.estimate_transition_rates(made).to_matrix(empty=0.0).to_numpy()
    pairs, base = loop_rates(made.codes[:200], np.ones(200), len(made.states))
    part = sf.estimate_transition_rates(sequences_of(made.codes[:200], states=made.states))
    np.testing.assert_allclose(part.to_matrix(empty=0.0), pairs / np.maximum(base, 1)[:, None])
    assert (np.diag(matrix) > 0.5).sum() >= len(matrix) - 2  # yearly and monthly states last


def test_long_table_with_its_weights_gives_the_same_as_sequences():
    persons = sf.load_microdata("mvad")
    table = persons[persons["month"] >= 2]
    long = sf.estimate_transition_rates(table).table
    pd.testing.assert_frame_equal(long, sf.estimate_transition_rates(mvad()).table)
    assert sf.estimate_transition_rates(mvad()).provenance["inputs"]["sequences"]


def test_a_table_of_sequences_keeps_its_unit_when_it_is_read_again():
    rows = {"person": ["a"] * 2 + ["b"] * 2, "year": [2001, 2002] * 2, "state": list("SEES")}
    made = sf.read_sequences(pd.DataFrame(rows))
    assert made.unit == "year"
    assert sf.read_sequences(made.table).unit == "year"
    assert sf.read_sequences(made.table[made.table["person"] == "a"].copy()).unit == "year"
    assert sf.read_sequences(made.to_wide()).unit == "year"
    assert sf.read_sequences(made.table, unit="quarter").unit == "quarter"
    from_a_file = pd.DataFrame(made.table.to_dict("list"))
    assert sf.read_sequences(from_a_file).unit == "month"
    assert sf.read_sequences(from_a_file.assign(unit="year")).unit == "year"
    mixed = from_a_file.assign(unit=["year", "year", "week", "week"])
    assert sf.read_sequences(mixed).unit == "month"
