"""How much of the variety of trajectories goes with characteristics of persons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_examples import agree, carrying, hamming, mvad, small

import skillsfc as sf
from skillsfc.errors import TableError
from skillsfc.transitions.sequences.model import sequences_of
from skillsfc.transitions.typologies.permutations import Explained, levene, p_value, rank_of

problems = st.integers(0, 10_000)


def random_case(seed, persons=16, groups=3):
    """Return Hamming distances, uneven weights and groups that all have members."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, (persons, 6)).astype(np.int8)
    codes[:2, 0] = [0, 1]  # two differ at least
    return hamming(codes), rng.uniform(0.2, 3, persons), np.arange(persons) % groups


def spread(apart, weight, inside):
    own = weight * inside
    return own @ apart @ own / (2 * own.sum())


@pytest.mark.parametrize("case", ["small", "small_weighted"])
def test_values_are_those_of_the_definitions(case):
    sequences, weight, group = small()
    own = weight if case == "small_weighted" else None
    made = sf.explain_distances(
        hamming(sequences.codes), by={"group": group}, weight=own, permutations=0
    )
    first, total = made.table.iloc[0], made.table.iloc[-1]
    found = {
        "r2": first["r2"], "pseudo_f": first["pseudo_f"],
        "discrepancy": total["sum_of_squares"] / 40,
        "levene": made.homogeneity["levene"].iloc[0],
    }  # fmt: skip
    found |= {f"discrepancy_{g}": d for g, d in made.groups[["group", "discrepancy"]].to_numpy()}
    agree(case, found, list(found))


@given(problems)
def test_regression_and_groups_give_the_same_sums(seed):
    apart, weight, group = random_case(seed)
    made = sf.explain_distances(
        apart, by={"g": [f"g{g}" for g in group]}, weight=weight, permutations=0
    )
    own = weight * len(weight) / weight.sum()
    total = spread(apart, own, np.ones(len(own)))
    within = sum(spread(apart, own, group == g) for g in range(3))
    row = made.table.iloc[0]
    assert row["sum_of_squares"] == pytest.approx(total - within, abs=1e-9)
    assert row["pseudo_f"] == pytest.approx(((total - within) / 2) / (within / (16 - 3)))
    assert made.table["r2"].iloc[:-1].sum() == pytest.approx(1.0)


@given(problems)
def test_squared_euclidean_distances_give_the_usual_analysis_of_variance(seed):
    rng = np.random.default_rng(seed)
    values, group = rng.normal(size=20), np.arange(20) % 2
    made = sf.explain_distances(
        np.subtract.outer(values, values) ** 2, by={"g": list(map(str, group))}, permutations=0
    )
    means = np.array([values[group == g].mean() for g in (0, 1)])[group]
    within = ((values - means) ** 2).sum()
    between = ((means - values.mean()) ** 2).sum()
    assert made.table["pseudo_f"].iloc[0] == pytest.approx(between / (within / 18))


@given(problems)
def test_a_number_explains_as_in_a_regression(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=20)
    y = x + rng.normal(size=20)
    made = sf.explain_distances(np.subtract.outer(y, y) ** 2, by={"x": x}, permutations=0)
    assert made.table["r2"].iloc[0] == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)
    assert made.groups.empty
    assert made.homogeneity.empty


@given(problems)
def test_scale_of_weights_order_of_persons_and_names_of_groups_change_nothing(seed):
    apart, weight, group = random_case(seed)
    order = np.random.default_rng(seed).permutation(len(weight))
    first = sf.explain_distances(apart, by={"g": group.astype(str)}, weight=weight, permutations=0)
    scaled = sf.explain_distances(
        apart, by={"g": group.astype(str)}, weight=weight * 300, permutations=0
    )
    renamed = np.array(["z", "m", "a"])[group]
    moved = sf.explain_distances(
        apart[np.ix_(order, order)], by={"g": renamed[order]}, weight=weight[order], permutations=0
    )
    for other in (scaled, moved):
        pd.testing.assert_frame_equal(first.table, other.table)
        assert first.homogeneity["levene"].iloc[0] == pytest.approx(
            other.homogeneity["levene"].iloc[0], rel=1e-6
        )


def test_whole_weights_explain_as_copies_do():
    sequences, weight, group = small()
    apart, copies = hamming(sequences.codes), np.repeat(np.arange(40), weight.astype(int))
    first = sf.explain_distances(apart, by={"g": group}, weight=weight, permutations=0)
    second = sf.explain_distances(
        apart[np.ix_(copies, copies)], by={"g": group.to_numpy()[copies]}, permutations=0
    )
    assert first.table["r2"].tolist() == pytest.approx(second.table["r2"].tolist())
    assert first.groups["discrepancy"].tolist() == pytest.approx(
        second.groups["discrepancy"].tolist()
    )


def test_exact_permutation_p_value_of_a_small_case():
    from itertools import combinations

    values = np.array([0.0, 1.0, 2.5, 7.0, 8.0, 11.0])
    apart = np.abs(np.subtract.outer(values, values))
    made = sf.explain_distances(apart, by={"g": list("aaabbb")}, permutations=1999, seed=5)

    def ratio(first):
        inside = np.isin(np.arange(6), first)
        within = spread(apart, np.ones(6), inside) + spread(apart, np.ones(6), ~inside)
        return spread(apart, np.ones(6), np.ones(6)) / within

    every = [ratio(first) for first in combinations(range(6), 3)]
    exact = np.mean([value >= ratio((0, 1, 2)) - 1e-12 for value in every])
    assert made.table["p_value"].iloc[0] == pytest.approx(exact, abs=4 * np.sqrt(0.1 * 0.9 / 2000))


def test_p_values_are_uniform_where_nothing_is_explained():
    rng = np.random.default_rng(21)
    found = []
    for turn in range(60):
        apart = hamming(rng.integers(0, 3, (24, 5)).astype(np.int8))
        made = sf.explain_distances(
            apart, by={"g": rng.permutation(list("ab" * 12))}, permutations=39, seed=turn
        )
        found.append(made.table["p_value"].iloc[0])
    assert np.mean(found) == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / 60))
    assert np.mean(np.array(found) <= 0.1) <= 0.1 + 4 * np.sqrt(0.1 * 0.9 / 60)


def test_a_real_difference_has_a_small_p_value_and_a_seed_repeats_it():
    first, second = (
        sf.explain_distances(carrying(mvad()), by="five_good_grades", permutations=199, seed=3)
        for _ in range(2)
    )
    assert first.table["p_value"].iloc[0] == pytest.approx(1 / 200)
    pd.testing.assert_frame_equal(first.table, second.table)


def test_several_factors_lose_what_leaving_one_out_loses():
    distances = carrying(mvad())
    both = sf.explain_distances(distances, by=["sex", "five_good_grades"], permutations=19)
    alone = sf.explain_distances(distances, by="sex", permutations=0)
    rows = both.table.set_index("factor")
    lost = rows.loc["all factors", "sum_of_squares"] - alone.table["sum_of_squares"].iloc[0]
    assert rows.loc["five_good_grades", "sum_of_squares"] == pytest.approx(lost)
    assert rows.loc["residual", "df"] == 712 - 3
    assert rows.loc["all factors", "r2"] + rows.loc["residual", "r2"] == pytest.approx(1)
    assert set(both.groups["factor"]) == {"sex", "five_good_grades"}


@given(problems)
def test_order_of_factors_changes_nothing(seed):
    apart, weight, group = random_case(seed)
    other = np.random.default_rng(seed).permutation(np.arange(16) % 2)
    tables = [
        sf.explain_distances(
            apart, by=pd.DataFrame({name: {"g": group, "h": other}[name].astype(str)
                                    for name in names}), weight=weight, permutations=0
        ).table.set_index("factor")["pseudo_f"]
        for names in (["g", "h"], ["h", "g"])
    ]  # fmt: skip
    pd.testing.assert_series_equal(tables[0].sort_index(), tables[1].sort_index())


def test_levene_tells_an_even_group_from_a_varied_one():
    rng = np.random.default_rng(2)
    values = np.r_[rng.normal(0, 0.1, 20), rng.normal(0, 5, 20)]
    made = sf.explain_distances(
        np.abs(np.subtract.outer(values, values)), by={"g": ["a"] * 20 + ["b"] * 20}
    )
    assert made.homogeneity["p_value"].iloc[0] < 0.01
    assert (
        made.groups.set_index("group")["discrepancy"]["b"]
        > 10 * (made.groups.set_index("group")["discrepancy"]["a"])
    )


def test_levene_of_equal_spreads_is_zero():
    found, drawn = levene(np.array([1.0, 2, 1, 2]), np.ones(4), np.array([0, 0, 1, 1]), [])
    assert found == pytest.approx(0.0)
    assert len(drawn) == 0


def test_p_value_counts_the_observed_one_and_is_missing_without_draws():
    assert p_value(1.0, np.zeros(9)) == pytest.approx(0.1)
    assert np.isnan(p_value(1.0, np.zeros(0)))


def test_rank_sees_through_columns_that_follow_from_others():
    x = np.arange(6.0)
    assert rank_of(np.column_stack([x, 2 * x + 1, np.ones(6)]), np.ones(6)) == 1
    assert rank_of(np.zeros((6, 0)), np.ones(6)) == 0


def test_explained_sums_of_many_sets_are_those_of_each():
    apart, weight, _ = random_case(4)
    explained = Explained(apart, np.arange(16), weight)
    sets = np.random.default_rng(1).normal(size=(5, 16, 2))
    np.testing.assert_allclose(explained.of_many(sets), [explained.of(own) for own in sets])
    assert explained.of(np.zeros((16, 0))) == 0.0


def test_over_time_is_the_same_as_hamming_distances_of_each_window():
    made = sf.explain_distances(
        carrying(mvad()), by="five_good_grades", permutations=0, window=6
    ).over_time
    assert len(made) == 65
    for start in (0, 30, 64):
        part = sequences_of(
            mvad().codes[:, start : start + 6], states=mvad().states, persons=mvad().persons,
            weight=mvad().weight,
        )  # fmt: skip
        alone = sf.explain_distances(carrying(part), by="five_good_grades", permutations=0)
        row = made.iloc[start]
        assert row["r2"] == pytest.approx(alone.table["r2"].iloc[0])
        assert row["pseudo_f"] == pytest.approx(alone.table["pseudo_f"].iloc[0])
        total = alone.table["sum_of_squares"].iloc[-1] / 712
        assert row["discrepancy"] == pytest.approx(total)
    assert made["r2"].iloc[-1] > made["r2"].iloc[0]  # the site of TraMineR notes that it rises


def test_over_time_needs_sequences_and_a_window_that_fits():
    apart, _, group = random_case(1)
    with pytest.raises(sf.ParameterError, match="carry no sequences"):
        sf.explain_distances(apart, by={"g": group.astype(str)}, window=2)
    with pytest.raises(sf.ParameterError, match="90 of 70"):
        sf.explain_distances(carrying(mvad()), by="sex", window=90, permutations=0)


def test_persons_without_a_factor_are_left_out_and_counted():
    apart, _, group = random_case(2)
    labels = pd.Series(group.astype(str), name="g").where(np.arange(16) > 2)
    made = sf.explain_distances(apart, by=labels, permutations=0)
    assert made.table["persons"].iloc[0] == 13
    assert any("3 persons lack" in note for note in made.notes)
    alone = sf.explain_distances(apart[3:, 3:], by={"g": group[3:].astype(str)}, permutations=0)
    pd.testing.assert_frame_equal(made.table, alone.table)


def test_row_22_weight_zero_has_no_say():
    apart, weight, group = random_case(3)
    silent = np.where(np.arange(16) < 2, 0.0, weight)
    made = sf.explain_distances(apart, by={"g": group.astype(str)}, weight=silent, permutations=0)
    alone = sf.explain_distances(
        apart[2:, 2:], by={"g": group[2:].astype(str)}, weight=weight[2:], permutations=0
    )
    pd.testing.assert_frame_equal(made.table, alone.table)


def test_row_34_a_constant_column_and_one_that_follows_from_another_are_refused():
    apart, _, group = random_case(5)
    with pytest.raises(sf.TableError, match="the same for all"):
        sf.explain_distances(apart, by={"g": ["a"] * 16})
    twice = pd.DataFrame({"g": group.astype(str), "again": (group + 1).astype(str)})
    with pytest.raises(sf.TableError, match="follows from the others"):
        sf.explain_distances(apart, by=twice)


def test_row_35_small_groups_are_flagged():
    apart, _, group = random_case(6)
    made = sf.explain_distances(apart, by={"g": group.astype(str)}, permutations=0)
    assert set(made.groups["reliability"]) == {"u"}
    assert any("fewer than 30" in note for note in made.notes)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"by": "sexx"}, sf.ParameterError, "Did you mean 'sex'"),
        ({"by": []}, sf.ParameterError, "columns of persons"),
        ({"by": 3}, sf.ParameterError, "columns of persons"),
        ({"by": "person"}, sf.TableError, "fewer levels than persons"),
        ({"by": {"g": ["a", "b"]}}, sf.TableError, "2 rows for 712"),
        ({"by": "sex", "permutations": -1}, sf.ParameterError, "0 or more"),
        ({"by": "sex", "window": 0}, sf.ParameterError, "1 or more"),
        ({"by": "sex", "weight": "wt"}, sf.ParameterError, "no column 'wt'"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        sf.explain_distances(carrying(mvad()), **arguments)


def test_equal_trajectories_cannot_be_explained():
    with pytest.raises(sf.TableError, match="all 0"):
        sf.explain_distances(np.zeros((4, 4)), by={"g": list("aabb")})


def test_result_says_how_it_was_made():
    made = sf.explain_distances(carrying(mvad()), by="sex", permutations=9, seed=8)
    assert made.settings.by == ("sex",)
    assert made.settings.weight == "weight"
    assert made.provenance["seed"] == 8
    assert "distances" in made.provenance["inputs"]


def test_a_table_that_names_its_persons_is_matched_by_them():
    told = pd.DataFrame(
        {"person": list("aabbccdd"), "month": [0, 1] * 4, "state": list("SJSSJJJS")}
    )
    distances = sf.measure_distances(sf.read_sequences(told), method="ham")
    traits = pd.DataFrame({"person": list("dcba"), "sex": list("FFMM")})
    made = sf.explain_distances(distances, by=traits, permutations=0)
    plain = sf.explain_distances(distances, by={"sex": list("MMFF")}, permutations=0)
    pd.testing.assert_frame_equal(made.table, plain.table)
    assert "person" not in made.table["factor"].tolist()
    with pytest.raises(TableError, match="lacks 1 persons"):
        sf.explain_distances(distances, by=traits.replace({"d": "e"}), permutations=0)
    with pytest.raises(TableError, match="names persons twice"):
        sf.explain_distances(distances, by=pd.concat([traits, traits.iloc[:1]]), permutations=0)
