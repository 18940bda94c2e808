"""Types of trajectories: trees, medoids, quality, stability."""

import gzip
import importlib.util
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_examples import MICRODATA, agree, carrying, expected, hamming, mvad, small

import skillsfc as sf
from skillsfc.transitions.typologies.agglomeration import agglomerate, cut_tree
from skillsfc.transitions.typologies.matrices import read_distances
from skillsfc.transitions.typologies.medoids import build_medoids, cluster_medoids, swap_medoids
from skillsfc.transitions.typologies.partitions import adjusted_rand, bootstrap_stability
from skillsfc.transitions.typologies.quality import MEASURES, partition_quality, sorted_pairs

points = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=5, max_size=14, unique=True
)


def plane(places):
    xy = np.array(places, dtype=float)
    return np.sqrt(((xy[:, None] - xy) ** 2).sum(axis=2))


def untied(places):
    """Return distances between points without two equal ones."""
    xy = np.array(places, dtype=float) + np.random.default_rng(1).uniform(0, 0.4, (len(places), 2))
    return plane(xy)


def small_apart():
    sequences, weight, group = small()
    return hamming(sequences.codes), weight, group


def sizes(labels):
    return sorted(np.bincount(labels).tolist(), reverse=True)


def without_ties(matrix):
    place = np.arange(len(matrix))
    return matrix + np.abs(np.subtract.outer(place, place)) / 1e6


@pytest.mark.parametrize("case", ["plain", "copies"])
@pytest.mark.parametrize(("word", "method"), [("ward.D2", "ward"), ("average", "average")])
def test_trees_are_those_of_r(case, word, method):
    apart, weight, _ = small_apart()
    own = weight if case == "copies" else np.ones(len(apart))
    merges = agglomerate(without_ties(apart), own, method=method)
    found = {f"height_{i}": merges[1][-i] for i in range(1, 5)}
    for k in (3, 5):
        counted = np.bincount(cut_tree(merges, k), weights=own)
        found |= {f"size_{k}_{i}": n for i, n in enumerate(sorted(counted)[::-1], start=1)}
    agree(f"{case}_{word}", found)


def test_ties_are_broken_as_r_breaks_them():
    apart, _, _ = small_apart()
    merges = agglomerate(apart, np.ones(len(apart)), method="ward")
    found = {f"height_{i}": merges[1][-i] for i in range(1, 5)}
    found |= {f"size_4_{i}": n for i, n in enumerate(sizes(cut_tree(merges, 4)), start=1)}
    agree("ties_ward.D2", found)


@pytest.mark.parametrize("method", ["ward", "average"])
def test_trees_are_those_of_scipy_where_no_two_distances_are_equal(method):
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    apart = untied(np.random.default_rng(2).uniform(0, 40, (80, 2)))
    wanted = linkage(squareform(apart, checks=False), method)[:, 2]
    _, heights = agglomerate(apart, np.ones(80), method=method)
    np.testing.assert_allclose(heights, wanted)


@given(points, st.integers(0, 99), st.sampled_from(["ward", "average"]))
def test_whole_weights_are_copies_in_a_tree(places, seed, method):
    apart = untied(places)
    weight = np.random.default_rng(seed).integers(1, 4, len(apart))
    copies = np.repeat(np.arange(len(apart)), weight)
    merges = agglomerate(apart, weight.astype(float), method=method)
    again = agglomerate(apart[np.ix_(copies, copies)], np.ones(len(copies)), method=method)
    np.testing.assert_allclose(again[1][-len(merges[1]) :], merges[1], rtol=1e-9)
    for k in (2, 3):
        assert np.array_equal(canonical(cut_tree(merges, k)[copies]), canonical(cut_tree(again, k)))


def canonical(labels):
    """Return labels numbered by first appearance."""
    return pd.factorize(labels)[0]


@given(points)
def test_scale_of_weights_and_of_distances_changes_no_cluster(places):
    apart = untied(places)
    weight = np.arange(1.0, len(apart) + 1)
    first = sf.cluster_sequences(apart, k=3, weight=weight, compare=None)
    for other in (
        sf.cluster_sequences(apart, k=3, weight=weight * 1000, compare=None),
        sf.cluster_sequences(apart * 0.001, k=3, weight=weight, compare=None),
    ):
        assert first.table["cluster"].tolist() == other.table["cluster"].tolist()
        assert first.quality["r2"].iloc[0] == pytest.approx(other.quality["r2"].iloc[0])


@given(points, st.sampled_from(["ward", "average"]))
def test_order_of_persons_changes_nothing_without_ties(places, method):
    apart = untied(places)
    order = np.random.default_rng(3).permutation(len(apart))
    first, moved = (
        cut_tree(agglomerate(part, np.ones(len(apart)), method=method), 3)
        for part in (apart, apart[np.ix_(order, order)])
    )
    assert np.array_equal(canonical(first[order]), canonical(moved))


@pytest.mark.parametrize("case", ["small", "small_weighted"])
def test_medoids_are_the_best_there_are(case):
    apart, weight, _ = small_apart()
    own = weight if case == "small_weighted" else np.ones(len(apart))
    for k in (2, 3):
        chosen = swap_medoids(apart, own, build_medoids(apart, own, k))
        cost = float(own @ apart[chosen].min(axis=0))
        assert cost <= expected(case)[f"pam_cost_{k}"][0] * 1.02  # a local optimum, near the best
    two = swap_medoids(apart, own, build_medoids(apart, own, 2))
    assert float(own @ apart[two].min(axis=0)) == expected(case)["pam_cost_2"][0]


@given(points, st.integers(0, 50))
def test_no_single_swap_of_medoids_helps(places, seed):
    apart = plane(places)
    weight = np.random.default_rng(seed).uniform(0.5, 2, len(apart))
    chosen = swap_medoids(apart, weight, build_medoids(apart, weight, 3)).tolist()
    cost = weight @ apart[chosen].min(axis=0)
    for out, into in itertools.product(chosen, range(len(apart))):
        tried = [m for m in chosen if m != out] + [into]
        assert weight @ apart[tried].min(axis=0) >= cost - 1e-9


def test_as_many_medoids_as_points_cost_nothing():
    apart = plane([(0, 0), (1, 1), (5, 5)])
    assert swap_medoids(apart, np.ones(3), np.array([0, 1, 2])).tolist() == [0, 1, 2]


@pytest.mark.parametrize("case", ["small", "small_weighted"])
def test_quality_is_that_of_the_definitions(case):
    apart, weight, _ = small_apart()
    own = weight if case == "small_weighted" else np.ones(len(apart))
    first = small()[0].codes[:, 0].astype(np.int64)
    labels = canonical(first)
    found = partition_quality(
        apart, own, labels, counts=own.astype(int), pairs=sorted_pairs(apart, own)
    )
    names = ["silhouette", "silhouette_weighted", "hubert_gamma", "hubert_c", "point_biserial"]
    agree(case, found, names)


def test_a_cluster_of_one_person_has_silhouette_zero():
    made = sf.cluster_sequences(plane([(0, 0), (0, 1), (0, 2), (40, 40)]), k=2, compare=None)
    assert made.table["silhouette"].iloc[3] == 0.0
    assert made.sizes["persons"].tolist() == [3, 1]


@given(points, st.integers(0, 99))
def test_r2_rises_with_k_in_a_tree_and_bounds_hold(places, seed):
    weight = np.random.default_rng(seed).uniform(0.5, 2, len(places))
    quality = sf.cluster_sequences(untied(places), k=2, weight=weight, compare=[2, 3, 4]).quality
    assert (quality["r2_squared"].diff().dropna() >= -1e-9).all()
    assert (
        quality[["silhouette", "hubert_gamma", "point_biserial"]].abs().le(1 + 1e-9).all(axis=None)
    )
    assert quality["hubert_c"].between(-1e-9, 1 + 1e-9).all()


@pytest.fixture(scope="module")
def om_trate():
    engine = "numba" if importlib.util.find_spec("numba") else "auto"  # faster where it is there
    return sf.measure_distances(
        mvad(), method="om", costs="trate", indel=1.0, weight=None, engine=engine
    )


def test_ward_on_optimal_matching_of_mvad_is_that_of_r(om_trate):
    made = sf.cluster_sequences(om_trate, k=4, weight=None, compare=None)
    found = {f"ward_{i}": n for i, n in enumerate(made.sizes["persons"], start=1)}
    agree("mvad", found, list(found))
    agree("mvad_quality", made.quality.iloc[0], list(MEASURES))
    weight = mvad().weight * mvad().size / mvad().weight.sum()
    row = np.bincount(om_trate.index, weights=weight)
    matrix = np.round(om_trate.unique_matrix, 8)
    label = np.zeros(len(matrix), dtype=np.int64)
    label[om_trate.index] = made.table["cluster"].to_numpy() - 1
    found = partition_quality(
        matrix, row, label, counts=om_trate.counts, pairs=sorted_pairs(matrix, row)
    )
    agree("mvad_quality_weighted", found)
    test = sf.explain_distances(om_trate, by="five_good_grades", weight=None, permutations=0)
    first = test.table.iloc[0]
    agree("mvad", {
        "Pseudo_F": first["pseudo_f"], "Pseudo_R2": first["r2"],
        "Levene": test.homogeneity["levene"].iloc[0],
        "Pseudo_Fbf": test.homogeneity["pseudo_f_bf"].iloc[0],
    }, ["Pseudo_F", "Pseudo_R2", "Levene", "Pseudo_Fbf"])  # fmt: skip


@pytest.mark.parametrize("method", ["ward", "pam", "average"])
def test_a_square_of_persons_gives_what_different_rows_with_weights_give(method):
    distances = carrying(mvad())
    index = distances.index
    square = distances.unique_matrix[np.ix_(index, index)]
    first = sf.cluster_sequences(distances, k=4, method=method, compare=None)
    second = sf.cluster_sequences(square, k=4, method=method, weight=mvad().weight, compare=None)
    assert first.table["cluster"].tolist() == second.table["cluster"].tolist()
    pd.testing.assert_frame_equal(first.sizes, second.sizes)
    pd.testing.assert_frame_equal(first.quality, second.quality)


def test_tables_of_a_clustering_agree_with_one_another():
    made = sf.cluster_sequences(carrying(mvad()), k=4)
    table, size = made.table, made.sizes
    assert size["persons"].tolist() == np.bincount(table["cluster"])[1:].tolist()
    share = table.groupby("cluster")["weight"].sum() / table["weight"].sum()
    np.testing.assert_allclose(size["share"], share)
    assert size["share"].is_monotonic_decreasing
    assert (size["lower"] < size["share"]).all()
    assert (size["share"] < size["upper"]).all()
    assert table["person"].tolist() == mvad().persons["person"].tolist()
    assert table["cluster"].iloc[made.medoids].tolist() == [1, 2, 3, 4]
    assert table["distance"].iloc[made.medoids].tolist() == [0.0] * 4
    assert made.quality["chosen"].sum() == 1
    assert made.provenance["seed"] == 1


def test_medoid_is_the_person_nearest_to_all_of_the_type():
    apart, weight, _ = small_apart()
    labels = np.arange(40) % 3
    found = cluster_medoids(apart, weight, labels)
    for type_ in range(3):
        inside = np.flatnonzero(labels == type_)
        costs = {i: sum(weight[j] * apart[i, j] for j in inside) for i in inside}
        assert costs[found[type_]] == min(costs.values())


def test_number_of_clusters_is_the_one_with_the_best_silhouette():
    places = [(x + dx, y) for x, y in ((0, 0), (40, 0), (0, 40)) for dx in range(5)]
    made = sf.cluster_sequences(plane(places))
    assert made.settings.k == 3
    assert made.sizes["persons"].tolist() == [5, 5, 5]
    assert any("3 clusters have the largest" in note for note in made.notes)


def of_sizes(*sizes):
    """Return distances between persons at as many places, each nearer to those behind it."""
    at = np.repeat(np.cumsum([0.0, *(4.0 ** -np.arange(len(sizes) - 1))]), sizes)
    return np.abs(np.subtract.outer(at, at))


@pytest.mark.parametrize("method", ["ward", "pam", "average"])
def test_numbers_with_a_cluster_of_too_few_persons_are_not_compared(method):
    told = of_sizes(30, 15, 12, 3, 1)
    free = sf.cluster_sequences(told, compare=range(2, 5), method=method)
    made = sf.cluster_sequences(told, compare=range(2, 5), method=method, smallest=10)
    assert made.sizes["persons"].min() >= 10
    assert set(made.quality["k"]) | set(made.settings.left_out) == {2, 3, 4}
    assert made.settings.left_out
    assert any("one of fewer than 10 persons" in note for note in made.notes)
    assert free.settings.left_out == ()
    rows = free.quality.drop(columns="chosen").set_index("k").loc[list(made.settings.compare)]
    pd.testing.assert_frame_equal(made.quality.drop(columns="chosen").set_index("k"), rows)


def test_where_all_numbers_have_a_cluster_too_small_the_largest_below_is_made():
    made = sf.cluster_sequences(of_sizes(30, 15, 3, 1), compare=[3], smallest=10)
    assert made.settings.k == 2
    assert made.settings.left_out == (3,)
    assert made.sizes["persons"].tolist() == [30, 19]
    own = sf.cluster_sequences(of_sizes(30, 15, 3, 1), k=3, compare=None, smallest=10)
    assert own.sizes["persons"].min() < 10  # a number of one's own is not bound


@pytest.mark.parametrize(
    ("sizes", "made", "left_out"),
    [((30,), 1, ()), ((24, 6), 1, (2,)), ((15, 15), 2, ()), ((12, 12, 6), 2, (3,))],
)
def test_where_one_asks_for_the_smallest_few_different_trajectories_are_no_error(
    sizes, made, left_out
):
    found = sf.cluster_sequences(of_sizes(*sizes), compare=range(3, 9), smallest=10)
    assert (found.settings.k, found.settings.left_out) == (made, left_out)
    assert sorted(found.sizes["persons"]) == sorted(
        {1: [30], 2: [15, 15] if len(sizes) == 2 else [12, 18]}[made]
    )
    assert not any("largest weighted silhouette" in note for note in found.notes) or made > 1
    with pytest.raises((sf.TableError, sf.ParameterError), match=r"at least three|no number"):
        sf.cluster_sequences(of_sizes(*sizes), compare=range(3, 9))


def test_clear_clusters_are_stable_and_a_split_one_is_not():
    places = [(x + dx, dx % 3) for x in (0, 400) for dx in range(12)]
    made = sf.cluster_sequences(plane(places), k=2, compare=None, stability=10)
    assert (made.sizes["stability"] > 0.95).all()
    split = sf.cluster_sequences(plane(places), k=5, compare=None, stability=10)
    assert split.sizes["stability"].min() < 0.9
    again = sf.cluster_sequences(plane(places), k=5, compare=None, stability=10)
    pd.testing.assert_frame_equal(split.sizes, again.sizes)


def test_stability_is_in_bounds_for_weighted_rows():
    distances = carrying(mvad())
    labels = np.arange(len(distances.unique_matrix)) % 4
    found = bootstrap_stability(
        distances.unique_matrix, distances.index, distances.weight, labels, method="ward",
        samples=2, seed=4,
    )  # fmt: skip
    assert ((found > 0) & (found < 1)).all()


def test_ties_that_matter_are_noted():
    made = sf.cluster_sequences(carrying(mvad(), weight=np.ones(712)), k=4, compare=None)
    agreement = made.diagnostics["value"].iloc[0]
    assert any("Many distances are equal" in note for note in made.notes) == (agreement < 0.99)
    clear = sf.cluster_sequences(plane([(0, 0), (0, 1), (30, 0), (31, 3)]), k=2, compare=None)
    assert clear.diagnostics["value"].iloc[0] == 1.0
    assert not any("equal" in note for note in clear.notes)


def test_adjusted_rand_is_the_agreement_on_pairs_beyond_chance():
    rng = np.random.default_rng(9)
    first, second = rng.integers(0, 4, 30), rng.integers(0, 3, 30)
    pairs = list(itertools.combinations(range(30), 2))
    one = np.array([first[i] == first[j] for i, j in pairs])
    two = np.array([second[i] == second[j] for i, j in pairs])
    chance = one.sum() * two.sum() / len(pairs)
    wanted = ((one & two).sum() - chance) / ((one.sum() + two.sum()) / 2 - chance)
    assert adjusted_rand(first, second, np.ones(30, dtype=int)) == pytest.approx(wanted)
    assert adjusted_rand(first, (first + 1) % 4, np.ones(30, dtype=int)) == 1.0


def test_row_22_persons_of_weight_zero_have_no_say_and_get_the_nearest_type():
    places = [(0, 0), (1, 0), (2, 0), (40, 0), (41, 0), (3, 0)]
    weight = np.array([1.0, 1, 1, 1, 1, 0])
    made = sf.cluster_sequences(plane(places), k=2, weight=weight, compare=None)
    assert made.table["cluster"].tolist() == [1, 1, 1, 2, 2, 1]
    assert np.isnan(made.table["silhouette"].iloc[5])
    assert any("weight 0" in note and "say" in note for note in made.notes)
    without = sf.cluster_sequences(plane(places[:5]), k=2, compare=None)
    np.testing.assert_allclose(made.sizes["share"], without.sizes["share"])


@pytest.mark.parametrize(
    ("weights", "words"), [([1, np.nan], "missing"), ([1, -1], "negative"), ([0, 0], "all zero")]
)
def test_rows_21_23_24_impossible_weights_are_refused(weights, words):
    with pytest.raises(sf.TableError, match=words):
        sf.cluster_sequences(plane([(0, 0), (1, 1), (5, 5), (9, 9)]), weight=weights * 2)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.ones((3, 4)), "a square of numbers"),
        (np.array([[0, 1], [2, 0]]), "not symmetric"),
        (np.array([[1, 1], [1, 0]]), "diagonal"),
        (np.array([[0, -1], [-1, 0]]), "negative"),
        (np.array([[0, np.nan], [np.nan, 0]]), "missing or infinite"),
        (pd.DataFrame({"a": ["x", "y"]}), "a square of numbers"),
        (None, "a square of numbers"),
        (np.zeros((0, 0)), "a square of numbers"),
        (np.zeros((4, 4)), "1 trajectory; expected at least three"),
    ],
)
def test_what_are_no_distances_is_refused(matrix, words):
    with pytest.raises(sf.TableError, match=words):
        sf.cluster_sequences(matrix)


def test_several_faults_of_a_square_are_all_said():
    with pytest.raises(sf.TableError) as caught:
        read_distances(np.array([[1.0, -1.0], [2.0, 0.0]]), subject="x")
    assert len(caught.value.problems) == 3


def test_distances_to_references_only_are_refused():
    class Half:
        unique_matrix, index, weight, sequences = np.ones((4, 2)), np.arange(4), np.ones(4), None

    with pytest.raises(sf.TableError, match="4x2"):
        sf.cluster_sequences(Half())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"method": "wards"}, "Did you mean 'ward'"),
        ({"k": 1}, "2 or more"),
        ({"k": 2.5}, "2 or more"),
        ({"k": 9}, "9 clusters of 5"),
        ({"compare": [1]}, "2 or more"),
        ({"compare": None}, "nothing to compare"),
        ({"compare": [7]}, "no number below"),
        ({"compare": 5}, "compare: 5; expected whole numbers"),
        ({"stability": -1}, "stability: -1; expected a whole number"),
        ({"seed": "x"}, "seed: 'x'"),
        ({"smallest": 0}, "smallest: 0; expected a whole number of 1 or more"),
        ({"weight": ["a"] * 5}, "expected a column of persons, or a number for each"),
        ({"level": 2}, "between 0 and 1"),
        ({"weight": "wt"}, "no column 'wt'"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.cluster_sequences(plane([(0, 0), (1, 1), (5, 5), (9, 9), (9, 8)]), **arguments)


def test_wrong_number_of_weights_is_refused():
    with pytest.raises(sf.TableError, match="3 weights for 2 persons"):
        read_distances(np.array([[0.0, 1], [1, 0]]), subject="x", weight=[1, 1, 1])


def test_rows_of_persons_stay_out_of_a_notebook():
    square = pd.DataFrame(plane([(0, 0), (1, 1), (5, 5)]), index=["secret1", "secret2", "secret3"])
    made = sf.cluster_sequences(square, k=2, compare=None)
    assert made.table["person"].tolist() == ["secret1", "secret2", "secret3"]
    assert "secret" not in made._repr_html_()
    assert "secret" not in made.summary()


def test_types_of_another_real_file():
    path = MICRODATA / "TraMineR_biofam.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        wide = pd.read_csv(file).loc[:, "a15":"a30"].astype("str").iloc[:600]
    distances = carrying(sf.read_sequences(wide))
    made = sf.cluster_sequences(distances, k=4, method="pam")
    tree = sf.cluster_sequences(distances, k=4)
    assert made.sizes["persons"].sum() == 600
    r2 = made.quality.set_index("k").loc[4, "r2"], tree.quality.set_index("k").loc[4, "r2"]
    assert min(r2) > 0.2
    costs = [made.table["distance"].sum(), tree.table["distance"].sum()]
    assert costs[0] <= costs[1]  # medoids are what PAM makes best
