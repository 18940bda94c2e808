"""Distances between sequences: what is read, and what is refused in words."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.transitions.distances import arguments as distance_arguments
from skillsfc.transitions.distances import dispatch as distance_kernels
from skillsfc.transitions.distances import numba_kernels
from skillsfc.transitions.distances.pair_blocks import refuse_too_large
from skillsfc.transitions.sequences.model import sequences_of


def wide():
    return pd.DataFrame(
        [list("SSEE"), list("SEEE"), list("UUSE"), list("SSEE")], index=["ann", "bob", "cy", "di"]
    )


def long():
    table = wide().rename_axis("person").reset_index().melt("person", var_name="month")
    return table.rename(columns={"value": "state"}).assign(weight=2.0)


def gaps():
    return pd.DataFrame([["A", None, "B"], ["A", "A", "B"], ["B", "B", "A"]])


def problems(error, call, **arguments):
    with pytest.raises(error) as raised:
        sf.measure_distances(call, **arguments)
    text = str(raised.value)
    assert text.startswith("measure_distances") or "rows" in text
    return text


# What is read


def test_wide_long_and_sequences_give_the_same():
    one = sf.measure_distances(wide(), costs="trate")
    two = sf.measure_distances(long(), costs="trate")
    three = sf.measure_distances(sf.read_sequences(wide()), costs="trate")
    assert (one.matrix == two.matrix).all()
    assert (one.matrix == three.matrix).all()
    assert one.persons["person"].tolist() == ["ann", "bob", "cy", "di"]
    assert two.persons["person"].tolist() == ["ann", "bob", "cy", "di"]
    assert one.index.tolist() == [0, 1, 2, 0]
    assert one.provenance == three.provenance


def test_the_alphabet_may_hold_states_nobody_was_in():
    read = sf.read_sequences(wide(), states=["S", "E", "U", "never"])
    for method in ("om", "lcs", "ham", "dhd", "omspell", "twed", "chi2"):
        one = sf.measure_distances(read, method=method).matrix
        other = sf.measure_distances(wide(), method=method).matrix
        np.testing.assert_allclose(one, other, atol=1e-12)
    assert sf.measure_distances(read, costs="future").costs.shape == (4, 4)


def test_sequences_of_different_lengths_are_compared_whole():
    table = pd.DataFrame([["A", "B", None], ["A", None, None], ["A", "B", "B"]])
    made = sf.measure_distances(table, indel=1).matrix
    assert made.tolist() == [[0, 1, 1], [1, 0, 2], [1, 2, 0]]


def test_one_person_one_state_and_one_period_are_no_accident():
    one = sf.measure_distances(pd.DataFrame([list("AAB")]))
    assert one.matrix.tolist() == [[0.0]]
    assert "mean" not in one.table["statistic"].tolist()
    same = sf.measure_distances(pd.DataFrame([list("AA"), ["A", None]]))
    assert same.matrix.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    for method in ("om", "lcs", "ham", "dhd", "omspell", "twed", "chi2"):
        short = sf.measure_distances(pd.DataFrame([["A"], ["B"], ["A"]]), method=method).matrix
        assert short[0, 2] == 0
        assert short[0, 1] > 0


def test_a_person_without_any_state_is_all_deletions_away():
    codes = np.array([[0, 1, 1], [-2, -2, -2], [1, 1, -2]], dtype=np.int8)
    made = sf.measure_distances(sequences_of(codes, states="AB"), indel=1)
    assert made.matrix[1].tolist() == [3, 0, 2]
    assert any("empty" in note for note in made.notes)
    warp = sf.measure_distances(sequences_of(codes, states="AB"), method="twed", indel=1).matrix
    assert warp[1].tolist() == [3, 0, 2]


# States that are not known


def test_unknown_states_are_refused_or_a_state_of_their_own():
    text = problems(TableError, gaps())
    assert "1 periods of 1 persons" in text
    assert "missing='state'" in text
    made = sf.measure_distances(gaps(), missing="state", indel=1)
    assert made.costs.columns.tolist() == ["A", "B", "not known"]
    assert made.matrix[0, 1] == 2
    assert any("not known" in note for note in made.notes)
    near = sf.measure_distances(gaps(), missing="state", missing_cost=0.25, indel=1)
    assert near.matrix[0, 1] == 0.25


@pytest.mark.parametrize(
    ("arguments", "cost"),
    [
        ({"costs": "trate"}, 2.0),
        ({"costs": "future"}, 2.0),
        ({"costs": 3.0}, 3.0),
        ({"method": "ham"}, 1.0),
        ({"method": "ham", "costs": "trate"}, 1.0),
        ({"costs": np.array([[0, 0.5], [0.5, 0]])}, 0.5),
        ({"costs": np.array([[0, 1, 7], [1, 0, 7], [7, 7, 0.0]])}, 7.0),
        ({"costs": "trate", "missing_cost": 0.1}, 0.1),
    ],
)
def test_the_cost_of_not_known_is_the_documented_one(arguments, cost):
    made = sf.measure_distances(gaps(), missing="state", **arguments)
    assert made.costs.loc["not known", ["A", "B"]].tolist() == [cost, cost]
    assert made.costs.loc["not known", "not known"] == 0


def test_the_cost_of_not_known_comes_from_its_frequency_with_indelslog():
    made = sf.measure_distances(gaps(), missing="state", costs="indelslog")
    shares = np.array([4, 4, 1]) / 9
    np.testing.assert_allclose(made.indel, np.log(2 / (1 + shares)))
    assert made.costs.loc["A", "not known"] == pytest.approx(made.indel[["A", "not known"]].sum())


def test_the_dynamic_distance_takes_not_known_at_its_own_cost():
    made = sf.measure_distances(gaps(), missing="state", method="dhd")
    rows = made.costs[made.costs["state"] == "not known"]
    assert (rows[["A", "B"]] == 4.0).all(axis=None)
    assert made.costs["period"].unique().tolist() == [0, 1, 2]


# Weights, which only costs from the data take


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, np.nan, 1.0, 1.0], "missing or no number in 1 rows"),  # row 21
        ([1.0, -2.0, 1.0, 1.0], "negative in 1 rows"),  # row 23
        ([0.0, 0.0, 0.0, 0.0], "all zero"),  # row 24
    ],
    ids=["row_21", "row_23", "row_24"],
)
def test_rows_21_23_24_weights_that_cannot_be_are_refused(values, words):
    table = long()
    table["weight"] = table["person"].map(
        dict(zip(["ann", "bob", "cy", "di"], values, strict=True))
    )
    assert words in problems(TableError, table, costs="trate")
    assert sf.measure_distances(table, costs="trate", weight=None).matrix.shape == (4, 4)


def test_rows_22_25_weights_of_zero_and_giants_are_told():
    table = long()
    table["weight"] = (table["person"] != "cy") * 1.0
    made = sf.measure_distances(table, costs="trate")
    assert any("weight 0" in note for note in made.notes)
    moves = made.costs.loc["U", "S"]
    assert moves == 2.0  # only the one without weight moved between them
    table["weight"] = np.where(table["person"] == "bob", 1000.0, 1.0)
    many = pd.concat([table.assign(person=table["person"] + str(i), weight=w)
                      for i, w in ((0, table["weight"]), (1, 1.0), (2, 1.0))])  # fmt: skip
    assert any("unequal" in n for n in sf.measure_distances(many, costs="trate").notes)


# Costs and indels that are given


def test_costs_come_as_a_table_in_any_order_an_array_or_a_number():
    table = pd.DataFrame(
        [[0, 1, 3], [1, 0, 2.5], [3, 2.5, 0]], index=list("UES"), columns=list("UES")
    )
    one = sf.measure_distances(wide(), costs=table, indel=2)
    array = table.loc[list("ESU"), list("ESU")].to_numpy()
    two = sf.measure_distances(wide(), costs=array, indel=2)
    assert (one.matrix == two.matrix).all()
    assert one.costs.loc["U", "S"] == 3
    assert one.settings.costs == "given"
    flat = sf.measure_distances(wide(), costs=2.0, indel=1)
    assert (flat.matrix == sf.measure_distances(wide(), costs="constant", indel=1).matrix).all()


def test_costs_by_period_make_a_dynamic_distance():
    by_period = np.stack([np.full((3, 3), value) for value in (1.0, 2.0, 3.0, 4.0)])
    by_period[:, np.arange(3), np.arange(3)] = 0
    made = sf.measure_distances(wide(), method="dhd", costs=by_period).matrix
    assert made[0, 1] == 2.0
    assert made[0, 2] == 6.0


def test_indels_by_state_come_in_any_form():
    by_state = {"S": 1.0, "E": 2.0, "U": 0.5}
    one = sf.measure_distances(wide(), indel=by_state)
    two = sf.measure_distances(wide(), indel=pd.Series(by_state))
    three = sf.measure_distances(wide(), indel=[2.0, 1.0, 0.5])
    assert (one.matrix == two.matrix).all()
    assert (one.matrix == three.matrix).all()
    assert one.settings.indel == "by state"
    assert one.indel.to_dict() == {"E": 2.0, "S": 1.0, "U": 0.5}
    same = sf.measure_distances(wide(), indel="auto")
    assert same.settings.indel == 1.0


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ("trade", "Did you mean 'trate'"),
        (np.ones((2, 2)), "2x2"),
        ([], "list"),
        (-1.0, "0 or more"),
        (np.array([[0, -1, 1], [-1, 0, 1], [1, 1, 0.0]]), "2 negative"),
        (np.array([[0, np.nan, 1], [1, 0, 1], [1, 1, 0.0]]), "1 missing or infinite"),
        (np.array([[1, 1, 1], [1, 0, 1], [1, 1, 0.0]]), "diagonal"),
        (np.array([[0, 1, 1], [2, 0, 1], [1, 1, 0.0]]), "not symmetric"),
        (pd.DataFrame(np.zeros((2, 2)), index=list("ES"), columns=list("ES")), "no 'U'"),
    ],
    ids=str,
)
def test_costs_that_cannot_be_are_refused(costs, words):
    assert words in problems(ParameterError, wide(), costs=costs)


@pytest.mark.parametrize(
    ("indel", "words"),
    [
        ("half", "'auto', a number"),
        (-0.5, "0 or more"),
        ({"S": 1, "E": 1}, "no 'U'"),
        ([1, 2], "2 numbers for 3 states"),
        ([1, 2, "x"], "'x'"),
    ],
    ids=str,
)
def test_indels_that_cannot_be_are_refused(indel, words):
    assert words in problems(ParameterError, wide(), indel=indel)


def test_costs_that_break_the_triangle_are_told():
    table = pd.DataFrame(
        [[0, 1, 9], [1, 0, 1], [9, 1, 0.0]], index=list("ESU"), columns=list("ESU")
    )
    made = sf.measure_distances(wide(), costs=table, indel=10)
    assert any("triangle" in note and "'E' to 'U'" in note for note in made.notes)
    dear = sf.measure_distances(wide(), indel=0.5)
    assert any("never used" in note for note in dear.notes)
    uneven = sf.measure_distances(wide(), costs=0.5, indel={"E": 5, "S": 1, "U": 1})
    assert any("deleting is dearer" in note for note in uneven.notes)
    assert not any("triangle" in note for note in sf.measure_distances(wide()).notes)


# Arguments


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"method": "omm"}, "Did you mean 'om'"),
        ({"missing": "ignore"}, "'refuse', 'state'"),
        ({"precision": "float16"}, "Did you mean 'float"),
        ({"storage": "round"}, "'square', 'condensed'"),
        ({"engine": "numpyy"}, "Did you mean 'numpy'"),
        ({"norm": "max"}, "Did you mean 'max"),
        ({"norm": "gmean", "method": "chi2"}, "'auto'"),
        ({"nu": 0.1}, "belongs to method 'twed'"),
        ({"expcost": 0.1, "method": "twed"}, "belongs to method 'omspell'"),
        ({"interval": 2, "method": "ham"}, "belongs to method 'chi2'"),
        ({"nu": 0, "method": "twed"}, "above 0"),
        ({"lambda_": -1, "method": "twed"}, "0 or more"),
        ({"expcost": "x", "method": "omspell"}, "0 or more"),
        ({"interval": 1.5, "method": "chi2"}, "whole number"),
        ({"overlap": "yes", "method": "chi2"}, "True or False"),
        ({"interval": 9, "method": "chi2"}, "at most 4 periods"),
        ({"interval": 3, "overlap": True, "method": "chi2"}, "even"),
        ({"costs": "trate", "method": "lcs"}, "has no costs"),
        ({"costs": "constant", "method": "chi2"}, "has no costs"),
        ({"indel": 1, "method": "ham"}, "no insertions"),
        ({"costs": "constant", "method": "dhd"}, "method='ham'"),
        ({"costs": 1.0, "method": "dhd"}, "array by period"),
        ({"costs": np.zeros((3, 3)), "method": "dhd"}, "4x3x3"),
        ({"reference": "ann", "storage": "condensed"}, "condensed"),
        ({"largest": 0}, "whole number"),
        ({"missing_cost": -1, "missing": "state"}, "0 or more"),
    ],
    ids=str,
)
def test_wrong_arguments_are_named(arguments, words):
    table = gaps() if "missing_cost" in arguments else wide()
    assert words in problems(ParameterError, table, **arguments)


def test_all_wrong_arguments_are_told_at_once():
    text = problems(ParameterError, wide(), method="omm", engine="gpu", largest=-1)
    assert "3 problems" in text


def test_an_unknown_column_of_weights_is_named():
    with pytest.raises(ParameterError, match="no column 'wt'"):
        sf.measure_distances(sf.read_sequences(long()), weight="wt")


def test_numba_asked_for_where_it_is_not_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(distance_arguments, "numba_is_there", lambda: False)
    text = problems(ParameterError, wide(), engine="numba")
    assert "skillsfc[fast]" in text


def test_nothing_is_compiled_unless_it_is_worth_it(monkeypatch):
    def compile_nothing(work):
        raise AssertionError(f"{work.__name__} was compiled for a small table")

    monkeypatch.setattr(numba_kernels, "compiled", compile_nothing)
    monkeypatch.setattr(distance_kernels, "numba_is_there", lambda: True)
    assert sf.measure_distances(wide(), costs="trate").settings.engine == "numpy"
    monkeypatch.setattr(distance_kernels, "WORTH_COMPILING", 0.0)
    with pytest.raises(AssertionError, match="align_rows was compiled"):
        sf.measure_distances(wide(), costs="trate")


def test_references_that_are_not_there_are_told_without_their_names():
    text = problems(CoverageError, wide(), reference=["ann", "secret person"])
    assert "id:" in text
    assert "secret" not in text
    assert "empty" in problems(CoverageError, wide(), reference=[])


def test_references_may_be_numbers():
    table = long()
    table["person"] = table["person"].map({"ann": 11, "bob": 12, "cy": 13, "di": 14})
    made = sf.measure_distances(table, method="ham", reference=12)
    assert made.matrix.ravel().tolist() == [1, 0, 3, 1]
    text = sf.measure_distances(table, method="ham", reference=["12", "11"])
    assert text.matrix.shape == (4, 2)


@pytest.mark.parametrize("method", ["ham", "dhd"])
def test_different_lengths_are_refused_where_periods_are_compared(method):
    table = pd.DataFrame([["A", "B", None], ["A", "B", "B"]])
    text = problems(TableError, table, method=method)
    assert "from 2 to 3 periods" in text
    assert "method='om'" in text


def test_tables_that_are_none_are_refused():
    for nothing in (3, None, [1, 2], "mvad"):
        with pytest.raises(TableError):
            sf.measure_distances(nothing)
    with pytest.raises(TableError):
        sf.measure_distances(pd.DataFrame())


# Memory


def test_too_many_different_sequences_are_refused_with_their_size(monkeypatch):
    import skillsfc.transitions.distances.pair_blocks as blocks

    monkeypatch.setattr(blocks, "free_memory", lambda: 64e9)
    with pytest.raises(CoverageError) as raised:
        refuse_too_large(30_000, 30_000, 20_000, 8, "different sequences")
    text = str(raised.value)
    assert "30,000 x 30,000" in text
    assert "7.2 GB" in text
    assert "reference" in text
    refuse_too_large(20_000, 20_000, 20_000, 8, "different sequences")
    refuse_too_large(1_000_000, 5, 20_000, 8, "different sequences")


def test_the_limit_can_be_set_and_holds_for_persons_too():
    codes = np.array([[a, b, c] for a in range(3) for b in range(3) for c in range(3)])
    made = sequences_of(codes, states="ABC")
    assert "27 x 27" in problems(CoverageError, made, largest=26)
    assert sf.measure_distances(made, largest=27).matrix.shape == (27, 27)
    many = sequences_of(np.repeat(codes, 4, axis=0), states="ABC")
    kept = sf.measure_distances(many, largest=50)
    assert kept.unique_matrix.shape == (27, 27)
    with pytest.raises(CoverageError, match="use unique_matrix"):
        _ = kept.matrix


def test_a_result_can_be_saved_and_read_in_words(tmp_path):
    made = sf.measure_distances(wide(), norm="yujianbo")
    folder = made.save(tmp_path / "distances")
    assert (folder / "table.csv").exists()
    assert "yujianbo" in made.summary()
    assert "ann" not in made.summary()


def test_distances_beyond_the_free_memory_are_refused_before_they_are_begun(monkeypatch):
    import skillsfc.transitions.distances.pair_blocks as blocks

    monkeypatch.setattr(blocks, "free_memory", lambda: 1e9)
    with pytest.raises(CoverageError, match=r"3\.2 GB; expected at most the 1\.0 GB of memory"):
        refuse_too_large(20_000, 20_000, 20_000, 8, "different sequences")
    refuse_too_large(10_000, 10_000, 20_000, 8, "different sequences")
    monkeypatch.setattr(blocks, "free_memory", lambda: None)
    refuse_too_large(20_000, 20_000, 20_000, 8, "different sequences")


def test_free_memory_is_told_or_not_known(monkeypatch, tmp_path):
    import skillsfc.transitions.distances.pair_blocks as blocks

    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 9 kB\nMemAvailable: 2048 kB\n", encoding="ascii")
    monkeypatch.setattr(blocks, "Path", lambda _: told)
    assert blocks.free_memory() == 2048 * 1024
    told.unlink()
    assert blocks.free_memory() is None
