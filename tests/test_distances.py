"""Distances between sequences: published values, second implementations, and what must hold."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.transitions.sequences.model import sequences_of

FOLDER = Path(__file__).parent / "oracles" / "distances"
TOY = ("SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE")
MONTHS = range(2, 72)  # September 1993 to June 1999
SHORT = {"EM": "employment", "JL": "joblessness", "TR": "training", "FE": "FE", "HE": "HE"}

TOY_CASES = {
    "om_constant": {"indel": 1},
    "lcs": {"method": "lcs"},
    "om_constant_indel_1.5": {"indel": 1.5},
    "om_trate": {"costs": "trate", "indel": 1},
    "om_indelslog": {"costs": "indelslog"},
    "om_future": {"costs": "future"},
    "ham": {"method": "ham"},
    "dhd": {"method": "dhd"},
    "omspell": {"method": "omspell", "indel": 1},
    "omspell_power": {"method": "omspell", "indel": 1, "expcost": 0.3, "tpow": 0.5},
    "twed": {"method": "twed"},
    "twed_soft": {"method": "twed", "costs": "trate", "nu": 0.05, "lambda_": 0.25},
    "chi2": {"method": "chi2"},
    "chi2_interval_2": {"method": "chi2", "interval": 2},
    "chi2_overlap": {"method": "chi2", "interval": 4, "overlap": True},
}
REAL_CASES = {
    "om_trate": {"costs": "trate", "indel": 1},
    "om_constant": {"indel": 1},
    "ham": {"method": "ham"},
    "om_indelslog": {"costs": "indelslog"},
    "om_future": {"costs": "future"},
    "omspell_trate": {"method": "omspell", "costs": "trate", "indel": 1},
    "twed_trate": {"method": "twed", "costs": "trate"},
    "chi2": {"method": "chi2"},
    "chi2_interval_12": {"method": "chi2", "interval": 12},
    "chi2_interval_6_overlap": {"method": "chi2", "interval": 6, "overlap": True},
}
EVERY = [
    {"method": "om", "costs": "trate"},
    {"method": "om", "costs": "indelslog"},
    {"method": "om", "indel": 1.5},
    {"method": "lcs"},
    {"method": "ham"},
    {"method": "dhd"},
    {"method": "omspell", "costs": "trate"},
    {"method": "twed", "costs": "trate"},
    {"method": "chi2"},
]
NAMES = [f"{case['method']}-{case.get('costs', 'own')}" for case in EVERY]


def expected(data):
    with (FOLDER / "expected.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["data"] == data]


def brute_force():
    spec = importlib.util.spec_from_file_location("recompute", FOLDER / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def toy():
    return sf.read_sequences(pd.DataFrame([list(one) for one in TOY]), states="SUTEI")


@pytest.fixture(scope="module")
def mvad():
    rows = sf.load_microdata("mvad")
    rows = rows[rows["month"].isin(MONTHS)]
    return sf.read_sequences(rows[["person", "month", "state", "weight"]])


def short_mvad(mvad, persons=40, every=3):
    """Return some persons of mvad, every third month: real, and quick."""
    return sequences_of(
        mvad.codes[:persons, ::every], states=mvad.states, weight=mvad.weight[:persons]
    )


# Published values and second implementations


@pytest.mark.parametrize("case", list(TOY_CASES))
def test_toy_distances_have_the_published_values(case):
    made = sf.measure_distances(toy(), **TOY_CASES[case]).matrix
    rows = [row for row in expected("toy") if row["case"] == case]
    assert len(rows) == 6
    for row in rows:
        i, j = (int(part) - 1 for part in row["name"].split("-"))
        tolerance = 0.51 * 10 ** -int(row["decimals"])
        assert made[i, j] == pytest.approx(float(row["value"]), abs=tolerance + 1e-12), row


def test_expected_values_are_those_of_the_brute_force():
    module = brute_force()
    stored = {(row["case"], row["name"]): row for row in expected("toy")}
    for case, between in module.CASES.items():
        for i, j in module.PAIRS:
            row = stored[case, f"{i + 1}-{j + 1}"]
            value = between(module.TOY[i], module.TOY[j])
            assert value == pytest.approx(float(row["value"]), abs=10 ** -int(row["decimals"]))


def test_missing_as_a_state_gives_the_published_values():
    table = pd.DataFrame(
        [["A", "A", "B", None, "C", "C"], ["A", "B", "B", "B", None, None], [None, *"AACCC"]]
    )
    made = sf.measure_distances(table, missing="state", indel=1)
    values = {(row["case"], row["name"]): float(row["value"]) for row in expected("missing_toy")}
    lengths = made.sequences.lengths()
    for person in range(3):
        assert lengths[person] == values["lengths", str(person + 1)]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert made.matrix[i, j] == values["om_missing_state", f"{i + 1}-{j + 1}"]


@pytest.mark.parametrize("case", list(REAL_CASES))
def test_mvad_distances_have_the_published_values(case, mvad):
    some = range(1, 6)
    made = sf.measure_distances(mvad, weight=None, reference=_ids(mvad, [0]), **REAL_CASES[case])
    rows = {row["name"]: row for row in expected("mvad") if row["case"] == case}
    for j in some:
        row = rows.get(f"1-{j + 1}")
        if row is not None:
            tolerance = 0.51 * 10 ** -int(row["decimals"])
            assert made.matrix[j, 0] == pytest.approx(float(row["value"]), abs=tolerance)
    assert len(rows) >= 4


@pytest.mark.parametrize("case", ["om_constant", "ham", "omspell_trate", "chi2"])
def test_mvad_means_of_all_pairs_have_the_published_values(case, mvad):
    made = sf.measure_distances(mvad, weight=None, **REAL_CASES[case])
    row = next(r for r in expected("mvad") if r["case"] == case and r["name"] == "mean")
    tolerance = 0.51 * 10 ** -int(row["decimals"])
    mean = made.table.set_index("statistic").loc["mean", "value"]
    assert mean == pytest.approx(float(row["value"]), abs=tolerance)
    assert made.condensed.mean() == pytest.approx(float(row["value"]), abs=tolerance)


@pytest.mark.parametrize("case", ["om_trate", "twed_trate", "om_indelslog", "om_future"])
def test_mvad_means_of_long_work_have_the_published_values(case, mvad):
    pytest.importorskip("numba", reason="without numba this takes many seconds")
    made = sf.measure_distances(mvad, weight=None, engine="numba", **REAL_CASES[case])
    row = next(r for r in expected("mvad") if r["case"] == case and r["name"] == "mean")
    tolerance = 0.51 * 10 ** -int(row["decimals"])
    mean = made.table.set_index("statistic").loc["mean", "value"]
    assert mean == pytest.approx(float(row["value"]), abs=tolerance)


def test_mvad_costs_have_the_published_values(mvad):
    costs = sf.measure_distances(mvad, weight=None, costs="trate", reference=_ids(mvad, [0])).costs
    for row in expected("mvad"):
        if row["case"] == "trate_costs":
            first, second = row["name"].split("-")
            value = costs.loc[SHORT[first], SHORT[second]]
            assert value == pytest.approx(float(row["value"]), abs=0.51e-6)


def _ids(sequences, places):
    return [sequences.persons["person"].tolist()[place] for place in places]


# What must hold


def wide_tables(most=7, alphabet="ABC"):
    state = st.sampled_from(list(alphabet))
    length = st.integers(2, most)
    return length.flatmap(
        lambda n: st.lists(st.lists(state, min_size=n, max_size=n), min_size=3, max_size=7)
    ).map(pd.DataFrame)


@pytest.mark.parametrize("case", EVERY, ids=NAMES)
@given(table=wide_tables())
def test_distances_are_symmetric_with_a_zero_diagonal(case, table):
    made = sf.measure_distances(table, **case).matrix
    assert (made == made.T).all()
    assert (np.diag(made) == 0).all()
    assert (made >= 0).all()


@pytest.mark.parametrize("norm", [None, "yujianbo"])
@pytest.mark.parametrize(
    "case", [{}, {"indel": 1.3}, {"costs": "indelslog"}, {"method": "lcs"}], ids=str
)
@given(table=wide_tables())
def test_metric_costs_give_distances_that_keep_the_triangle_inequality(norm, case, table):
    made = sf.measure_distances(table, norm=norm, **case).matrix
    detour = (made[:, :, None] + made[None, :, :]).min(axis=1)
    assert (made <= detour + 1e-9).all()


@pytest.mark.parametrize("case", [*EVERY[4:6], *EVERY[7:]], ids=[*NAMES[4:6], *NAMES[7:]])
def test_other_metrics_keep_the_triangle_inequality_on_real_sequences(case, mvad):
    made = sf.measure_distances(short_mvad(mvad), **case)
    assert not any("triangle" in note for note in made.notes)
    matrix = made.matrix
    assert (matrix <= (matrix[:, :, None] + matrix[None, :, :]).min(axis=1) + 1e-9).all()


@pytest.mark.parametrize("case", EVERY, ids=NAMES)
def test_new_names_and_another_order_of_states_change_nothing(case, mvad):
    before = short_mvad(mvad)
    turned = np.array([3, 0, 5, 1, 4, 2])
    codes = np.where(before.codes >= 0, turned[before.codes], before.codes)
    after = sequences_of(codes, states=[f"state {c}" for c in "pqrstu"])
    one, other = (sf.measure_distances(s, weight=None, **case).matrix for s in (before, after))
    np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("case", EVERY, ids=NAMES)
def test_the_order_of_persons_changes_nothing(case, mvad):
    before = short_mvad(mvad)
    turned = np.random.default_rng(5).permutation(before.size)
    after = sequences_of(before.codes[turned], states=before.states)
    one, other = (sf.measure_distances(s, weight=None, **case).matrix for s in (before, after))
    np.testing.assert_allclose(one[np.ix_(turned, turned)], other, atol=1e-9)


@given(table=wide_tables(most=9))
def test_matching_with_cost_2_and_indel_1_is_the_longest_common_subsequence(table):
    length = table.shape[1]
    apart = sf.measure_distances(table, costs=2.0, indel=1).matrix
    common = [[_common(a, b) for b in table.to_numpy()] for a in table.to_numpy()]
    assert (apart == 2 * length - 2 * np.array(common)).all()
    assert (apart == sf.measure_distances(table, method="lcs").matrix).all()


def _common(one, other):
    best = np.zeros((len(one) + 1, len(other) + 1), dtype=int)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            best[i + 1, j + 1] = best[i, j] + 1 if a == b else max(best[i, j + 1], best[i + 1, j])
    return best[-1, -1]


def test_a_person_twice_is_at_the_same_distances_as_once(mvad):
    some = short_mvad(mvad)
    twice = sequences_of(np.repeat(some.codes, 2, axis=0), states=some.states)
    one = sf.measure_distances(some, costs="trate", indel=1, weight=None)
    two = sf.measure_distances(twice, costs="trate", indel=1, weight=None)
    np.testing.assert_allclose(two.matrix[::2, 1::2], one.matrix, atol=1e-12)
    assert (two.unique_matrix == two.matrix[::2, ::2][np.ix_(_first(one), _first(one))]).all()
    assert (two.counts == 2 * one.counts).all()


def _first(made):
    return [made.index.tolist().index(kind) for kind in range(len(made.counts))]


@pytest.mark.parametrize("method", ["om", "lcs", "ham", "twed", "omspell"])
def test_weights_change_nothing_where_costs_are_named(method, mvad):
    some = short_mvad(mvad)
    heavy = sequences_of(some.codes, states=some.states, weight=np.arange(1.0, some.size + 1))
    one, other = (sf.measure_distances(s, method=method).matrix for s in (some, heavy))
    assert (one == other).all()


def test_a_weight_of_2_is_a_person_twice_for_costs_from_the_data(mvad):
    some = short_mvad(mvad)
    weight = np.where(np.arange(some.size) % 3 == 0, 2.0, 1.0)
    heavy = sequences_of(some.codes, states=some.states, weight=weight)
    rows = np.repeat(np.arange(some.size), weight.astype(int))
    more = sequences_of(some.codes[rows], states=some.states)
    for case in ({"costs": "trate"}, {"costs": "indelslog"}, {"costs": "future"}):
        one, other = (sf.measure_distances(s, **case).costs for s in (heavy, more))
        np.testing.assert_allclose(one, other, atol=1e-12)
    one, other = (sf.measure_distances(s, method="dhd").costs for s in (heavy, more))
    np.testing.assert_allclose(one.iloc[:, 2:], other.iloc[:, 2:], atol=1e-12)
    scaled = sequences_of(some.codes, states=some.states, weight=weight * 7)
    one, other = (sf.measure_distances(s, method="chi2").matrix for s in (heavy, scaled))
    np.testing.assert_allclose(one, other, atol=1e-12)


# Norms


@pytest.mark.parametrize("norm", ["maxlength", "gmean", "maxdist", "yujianbo"])
def test_norms_are_those_of_the_literature(norm):
    module = brute_force()
    table = pd.DataFrame([list("AABBC"), [*"CB", None, None, None], [*"AAB", None, None]])
    raw = sf.measure_distances(table, indel=1.5)
    made = sf.measure_distances(table, indel=1.5, norm=norm).matrix
    most = 3.0 if norm == "yujianbo" else 2.0
    lengths = [5, 2, 3]
    for i in range(3):
        for j in range(3):
            wanted = module.norm(norm, raw.matrix[i, j], lengths[i], lengths[j], 1.5, most)
            assert made[i, j] == pytest.approx(wanted if i != j else 0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("method", "norm"),
    [
        ("om", "maxlength"),
        ("lcs", "gmean"),
        ("ham", "maxlength"),
        ("dhd", "maxlength"),
        ("omspell", "yujianbo"),
        ("twed", "yujianbo"),
    ],
)
def test_each_method_has_the_norm_it_is_known_with(method, norm):
    one = sf.measure_distances(toy(), method=method, norm="auto")
    other = sf.measure_distances(toy(), method=method, norm=norm)
    assert one.settings.norm == norm
    assert (one.matrix == other.matrix).all()
    assert 0 < one.matrix.max() <= 2


def test_hamming_as_a_share_is_the_share_of_periods_that_differ():
    made = sf.measure_distances(toy(), method="ham", norm="maxlength").matrix
    np.testing.assert_allclose(made, sf.measure_distances(toy(), method="ham").matrix / 8)
    priced = sf.measure_distances(toy(), method="ham", costs=3.0, norm="maxlength").matrix
    np.testing.assert_allclose(priced, made)


def test_normalised_chi_square_is_at_most_1_for_the_rarest_opposites():
    table = pd.DataFrame([list("AAAA"), list("BBBB"), list("CCCC"), list("CCCC")])
    made = sf.measure_distances(table, method="chi2", norm="auto").matrix
    assert made[0, 1] == pytest.approx(1.0)
    assert made.max() <= 1 + 1e-12


# What comes back


def test_the_result_says_how_it_was_made(mvad):
    made = sf.measure_distances(short_mvad(mvad), costs="trate")
    assert made.settings.method == "om"
    assert made.settings.indel == pytest.approx(made.costs.to_numpy().max() / 2)
    assert list(made.indel.index) == list(made.costs.index) == list(made.costs.columns)
    assert any("weighted" in note for note in made.notes)
    assert set(made.provenance) == {"version", "inputs"}
    assert len(made) == 40
    assert np.asarray(made).shape == (40, 40)
    assert made.to_square_frame().index.tolist() == made.persons["person"].tolist()
    assert (made.weight == short_mvad(mvad).weight).all()


def test_the_summary_is_over_pairs_of_persons():
    table = pd.DataFrame([list("AA"), list("AB"), list("BB"), list("AA")])
    made = sf.measure_distances(table, method="ham")
    facts = made.table.set_index("statistic")["value"]
    pairs = np.sort(made.condensed)
    assert pairs.tolist() == [0, 1, 1, 1, 2, 2]
    assert facts["persons"] == 4
    assert facts["different sequences"] == 3
    assert facts["mean"] == pytest.approx(pairs.mean())
    assert facts[["lower quartile", "median", "upper quartile", "largest"]].tolist() == [1, 1, 2, 2]


def test_the_summary_without_repeats_has_the_same_quartiles_as_with_weights_of_1(mvad):
    made = sf.measure_distances(short_mvad(mvad, 30), method="ham")
    pairs = np.sort(made.condensed)
    facts = made.table.set_index("statistic")["value"]
    for name, share in (("lower quartile", 0.25), ("median", 0.5), ("upper quartile", 0.75)):
        assert facts[name] == pairs[int(np.ceil(share * len(pairs))) - 1]


def test_distances_to_some_are_columns_of_all(mvad):
    some = short_mvad(mvad)
    wanted = _ids(some, [7, 0, 7])
    for case in EVERY:
        full = sf.measure_distances(some, **case).matrix
        part = sf.measure_distances(some, reference=wanted, **case)
        assert part.matrix.shape == (40, 3)
        np.testing.assert_allclose(part.matrix, full[:, [7, 0, 7]], atol=1e-9)
    assert part.references == tuple(wanted)
    assert list(part.to_square_frame().columns) == wanted


def test_condensed_storage_and_single_precision_hold_the_same_distances(mvad):
    some = short_mvad(mvad)
    for case in EVERY:
        full = sf.measure_distances(some, **case)
        half = sf.measure_distances(some, storage="condensed", **case)
        assert half.stored.shape == (len(full.counts) * (len(full.counts) - 1) // 2,)
        assert (half.matrix == full.matrix).all()
        pd.testing.assert_frame_equal(half.table, full.table)
        light = sf.measure_distances(some, precision="float32", **case)
        assert light.matrix.dtype == np.float32
        np.testing.assert_allclose(light.matrix, full.matrix, rtol=2e-5, atol=1e-3)
