"""Measures of single trajectories: entropy, turbulence, complexity, precarity and the rest."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_examples import agree, expected, mvad, toy

import skillsfc as sf
from skillsfc.transitions.sequences.measures import PLAIN
from skillsfc.transitions.sequences.model import sequences_of
from skillsfc.transitions.sequences.spells import count_subsequences, log2_of, runs_of
from skillsfc.transitions.sequences.turbulence import turbulence

paths = st.lists(st.integers(0, 3), min_size=1, max_size=9)
many_paths = st.lists(st.lists(st.integers(-1, 3), min_size=7, max_size=7), min_size=2, max_size=8)


def by_number(table, name, prefix=None):
    return {f"{prefix or name}_{i}": value for i, value in enumerate(table[name], start=1)}


def brute_subsequences(path):
    found = set()
    for length in range(len(path) + 1):
        found.update(itertools.combinations(path, length))
    return len(found)


def test_toy_values_are_those_of_traminer():
    table = sf.measure_sequences(toy(), norm=False).table
    found = by_number(sf.measure_sequences(toy()).table, "entropy")
    for name in ("turbulence", "complexity", "subsequences"):
        found |= by_number(table, name)
    agree("toy", found, list(found))


def test_toy_values_are_those_of_the_definitions():
    raw, scaled = (sf.measure_sequences(toy(), norm=norm).table for norm in (False, True))
    found = by_number(scaled, "entropy", "entropy")
    found = {f"{name}_definition": value for name, value in found.items()}
    for name in ("turbulence", "complexity", "subsequences"):
        found |= {f"{key}_definition": value for key, value in by_number(raw, name).items()}
    found |= by_number(raw, "turbulence_2") | by_number(raw, "volatility")
    found |= by_number(scaled, "turbulence", "turbulence_normal")
    found |= by_number(scaled, "turbulence_2", "turbulence_2_normal")
    for power in (0, 1, 2):
        more = sf.measure_sequences(toy(), positive=["E", "T"], power=power, order="ETSUI").table
        found |= by_number(more, "integration", f"integration_{power}")
        if power == 1:
            found |= by_number(more, "badness")
    agree("toy", found, list(found))
    assert len(found) == 4 * 12


def test_lengths_of_the_missing_toy():
    gaps = [["A", "A", "B", None, "C", "C"], ["A", "B", "B", "B", None, None],
            [None, "A", "A", "C", "C", "C"]]  # fmt: skip
    table = sf.measure_sequences(pd.DataFrame(gaps)).table
    agree("missing", by_number(table, "length"))
    assert table["known"].tolist() == [5, 4, 5]


@given(paths)
def test_number_of_subsequences_by_writing_them_down(path):
    codes = np.array([path], dtype=np.int8)
    assert count_subsequences(codes).tolist() == [brute_subsequences(path)]


@given(paths)
def test_turbulence_by_its_definition(path):
    spells = [(s, len(list(run))) for s, run in itertools.groupby(path)]
    lengths = [time for _, time in spells]
    mean = sum(lengths) / len(lengths)
    spread = sum((x - mean) ** 2 for x in lengths) / len(lengths)
    most = (len(lengths) - 1) * (1 - mean) ** 2
    wanted = math.log2(brute_subsequences([s for s, _ in spells]) * (most + 1) / (spread + 1))
    found = turbulence(runs_of(np.array([path], dtype=np.int8)), 4)
    assert found[0] == pytest.approx(wanted)


@pytest.mark.parametrize("spells", [61, 62, 63, 64, 700, 2000])
def test_subsequences_of_long_sequences_are_exact(spells):
    path = np.arange(spells) % 3
    numbers, last = [1], {}
    for state in path.tolist():
        numbers.append(2 * numbers[-1] - last.get(state, 0))
        last[state] = numbers[-2]
    found = count_subsequences(path[None].astype(np.int8))
    assert int(found[0]) == numbers[-1]
    assert log2_of(found)[0] == pytest.approx(math.log2(numbers[-1]))


def test_a_long_restless_path_is_measured_without_overflow():
    path = pd.DataFrame([list("AB" * 600), list("A" * 600 + "B" * 600)])
    table = sf.measure_sequences(path).table
    assert table["turbulence"].tolist()[0] == pytest.approx(1.0)
    assert table["subsequences"].iloc[0] > 2**800
    assert np.isfinite(table["log2_subsequences"]).all()


@given(many_paths)
def test_relabelling_states_changes_no_measure(codes):
    array = np.array(codes)
    array[:, 0] = 0
    swapped = np.where(array >= 0, np.array([3, 1, 0, 2])[array], array)
    first = sf.measure_sequences(sequences_of(array, states="abcd")).table
    second = sf.measure_sequences(sequences_of(swapped, states="wxyz")).table
    pd.testing.assert_frame_equal(first, second)


@given(many_paths)
def test_bounds_and_relations_of_the_measures(codes):
    array = np.array(codes)
    array[:, 0] = 0
    result = sf.measure_sequences(sequences_of(array, states="abcd"), positive="a", order="abcd")
    table = result.table
    for name in ("entropy", "turbulence", "turbulence_2", "complexity", "volatility",
                 "integration", "badness"):  # fmt: skip
        assert table[name].between(0, 1 + 1e-9).all(), name
    assert (table["transitions"] == table["spells"] - 1).all()
    assert (table["visited"] <= table["spells"]).all()
    assert (table["known"] <= table["length"]).all()
    spent = result.time_in_state.groupby("person", sort=False)["duration"].sum()
    assert spent.tolist() == table["known"].tolist()
    turns = result.time_in_state.groupby("person", sort=False)["spells"].sum()
    assert turns.tolist() == table["spells"].tolist()


def test_steady_sequences_score_nothing_and_restless_ones_most():
    table = sf.measure_sequences(pd.DataFrame([list("AAAAAA"), list("ABCABC")])).table
    zero = ["transitions", "entropy", "turbulence", "complexity", "volatility"]
    assert table.loc[0, zero].tolist() == [0.0] * 5
    assert table.loc[1, zero].tolist() == pytest.approx([5, 1, 1, 1, 1])


def test_unknown_periods_join_spells_or_are_a_state():
    made = pd.DataFrame([["A", None, "A", "B"], ["A", "A", "B", "B"]])
    joined = sf.measure_sequences(made).table
    assert joined["spells"].tolist() == [2, 2]
    assert joined["transitions"].tolist() == [1, 1]
    own = sf.measure_sequences(made, missing="state").table
    assert own["spells"].tolist() == [4, 2]
    assert own["known"].tolist() == [4, 4]
    with pytest.raises(sf.TableError, match="not known"):
        sf.measure_sequences(made, missing="refuse")


def test_a_person_without_any_known_period_has_no_measure():
    made = sequences_of([[0, 1, 1], [-1, -1, -1]], states="ab")
    table = sf.measure_sequences(made, positive="a", order="ab").table
    blank = ["entropy", "turbulence", "complexity", "volatility", "integration", "badness",
             "precarity"]  # fmt: skip
    assert table.loc[1, blank].isna().all()
    assert table.loc[1, ["known", "spells", "transitions"]].tolist() == [0, 0, 0]


def test_one_known_period_is_steady():
    table = sf.measure_sequences(pd.DataFrame([["A", None], ["A", "B"]])).table
    assert table.loc[0, ["entropy", "complexity", "transitions"]].tolist() == [0.0, 0.0, 0.0]


def test_integration_counts_later_periods_more():
    early, late = "EEUU", "UUEE"
    made = pd.DataFrame([list(early), list(late)])
    values = sf.measure_sequences(made, positive="E").table["integration"].tolist()
    assert values == pytest.approx([3 / 10, 7 / 10])
    flat = sf.measure_sequences(made, positive="E", power=0).table["integration"].tolist()
    assert flat == [0.5, 0.5]


def brute_precarity(rows, scores, start=0.2, alpha=1.0, beta=1.2):
    """Index of precarity, spell by spell; all states ranked."""
    size = len(scores)
    spells = [[s for s, _ in itertools.groupby(row)] for row in rows]
    moves = [(a, b) for own in spells for a, b in itertools.pairwise(own)]
    rate = {pair: moves.count(pair) / sum(a == pair[0] for a, _ in moves) for pair in moves}
    if any(value > 0.99 for value in rate.values()):
        rate = {pair: value * 0.9 for pair, value in rate.items()}
    for row, own in zip(rows, spells, strict=True):
        shares = [row.count(s) / len(row) for s in set(row)]
        entropy = -sum(p * math.log(p) for p in shares) / math.log(size)
        complexity = math.sqrt((len(own) - 1) / (len(row) - 1) * entropy)
        weights = [1 - rate[pair] for pair in itertools.pairwise(own)]
        signs = [1 if scores[b] > scores[a] else -1 for a, b in itertools.pairwise(own)]
        balance = sum(w * s for w, s in zip(weights, signs, strict=True))
        balance = balance / sum(weights) if weights else 0.0
        yield start * scores[row[0]] + (1 - start) * complexity**alpha * (1 + balance) ** beta


def test_precarity_by_its_definition():
    rows = ["SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE", "EUEUEIII"]
    scores = dict(zip("ETSUI", (0, 0.25, 0.5, 0.75, 1), strict=True))
    made = sf.read_sequences(pd.DataFrame([list(row) for row in rows]), states="SUTEI")
    found = sf.measure_sequences(made, order="ETSUI").table["precarity"]
    assert found.tolist() == pytest.approx(list(brute_precarity(rows, scores)))


def test_downward_paths_are_worse_than_upward_ones():
    made = pd.DataFrame([list("UUTTEE"), list("EETTUU"), list("EETTEE")])
    table = sf.measure_sequences(made, order="ETU").table
    assert table["precarity"].iloc[1] > table["precarity"].iloc[0]
    assert table["badness"].tolist()[1] > table["badness"].tolist()[2]
    backwards = sf.measure_sequences(made, order={"E": 1.0, "T": 0.5, "U": 0.0}).table
    np.testing.assert_allclose(backwards["badness"], 1 - table["badness"])


def test_averages_are_weighted_and_by_group():
    result = sf.measure_sequences(mvad(), measures=["entropy", "transitions"], group="sex")
    women = (mvad().persons["sex"] == "F").to_numpy()
    own = np.average(result.table.loc[women, "entropy"], weights=mvad().weight[women])
    row = result.averages.set_index(["sex", "measure"]).loc[("F", "entropy")]
    assert row["mean"] == pytest.approx(own)
    assert row["lower"] < own < row["upper"]
    assert row["persons"] == women.sum()


def test_rows_of_persons_stay_out_of_a_notebook():
    persons = pd.DataFrame({"person": [f"secret{i}" for i in range(4)]})
    made = sequences_of(toy().codes, states="SUTEI", persons=persons)
    shown = sf.measure_sequences(made)._repr_html_()
    assert "secret" not in shown
    assert "turbulence" in shown
    assert "secret" not in sf.measure_sequences(made).summary()


def test_sequences_of_unequal_length_are_noted():
    result = sf.measure_sequences(pd.DataFrame([["A", "B", None], ["A", "B", "B"]]))
    assert any("2 to 3 periods long" in note for note in result.notes)


def test_row_35_averages_of_few_persons_are_flagged():
    assert set(sf.measure_sequences(toy()).averages["reliability"]) == {"u"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"measures": "turbulense"}, "Did you mean 'turbulence'"),
        ({"measures": ["integration"]}, "without 'positive'"),
        ({"measures": ["badness"]}, "without 'order'"),
        ({"positive": "Q"}, "no state 'Q'"),
        ({"positive": "E", "power": -1}, "0 or more"),
        ({"order": "EQ"}, "no state 'Q'"),
        ({"order": "E"}, "two or more"),
        ({"order": "EE"}, "two or more"),
        ({"order": {"E": "good", "U": 1}}, "no numbers"),
        ({"level": 0}, "between 0 and 1"),
        ({"group": "sex"}, "no column 'sex'"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        sf.measure_sequences(toy(), **arguments)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(sf.ParameterError) as caught:
        sf.measure_sequences(toy(), measures=["entropi", "badness"])
    assert len(caught.value.problems) == 2


def test_only_the_measures_asked_for_are_there():
    table = sf.measure_sequences(toy(), measures=["complexity", "entropy"]).table
    assert list(table.columns) == ["person", "complexity", "entropy"]
    full = sf.measure_sequences(toy(), positive="E", order="ETSUI").table
    assert list(full.columns) == ["person", *PLAIN, "integration", "badness", "precarity"]
    np.testing.assert_allclose(full["complexity"], table["complexity"])


def test_oracle_has_its_values():
    assert len(expected("toy")) > 60
