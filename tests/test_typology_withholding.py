"""Cells of few persons, and what else is withheld so that subtraction does not give them back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import skillsfc as sf
from skillsfc.transitions.sequences.model import sequences_of
from skillsfc.transitions.typologies.typology import describe_typology
from skillsfc.transitions.typologies.withholding import withhold

TABLES = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.sampled_from([0, 1, 3, 9, 10, 11, 40, 200]))
)


def with_totals(counts):
    return np.vstack([counts, counts.sum(axis=0)])


def subtracted(hidden):
    """Return what is still unknown after every line or column with one gap was filled, and again.

    The sum of each line is known, and each column sums to its total, the last line.
    """
    unknown = hidden.copy()
    while True:
        lines = unknown.sum(axis=1, keepdims=True) == 1
        columns = unknown.sum(axis=0, keepdims=True) == 1
        found = unknown & (lines | columns)
        if not found.any():
            return unknown
        unknown &= ~found


def determined(hidden):
    """Return which hidden cells any sum of lines and columns gives exactly."""
    cells = np.argwhere(hidden)
    lines, columns = hidden.shape
    equations = np.zeros((lines + columns, len(cells)))
    for at, (line, column) in enumerate(cells):
        equations[line, at] = 1
        equations[lines + column, at] = -1 if line == lines - 1 else 1
    _, size, basis = np.linalg.svd(equations)
    free = basis[(size > 1e-9).sum() :]
    return {
        tuple(cell) for cell, move in zip(cells, free.T, strict=True) if (abs(move) < 1e-9).all()
    }


@given(TABLES)
def test_no_cell_of_few_comes_back_by_subtraction(counts):
    table = with_totals(counts)
    hidden, few = withhold(table, 10), (table > 0) & (table < 10)
    assert (hidden >= few).all()
    assert (subtracted(hidden) >= few).all()
    assert not determined(hidden) & {tuple(cell) for cell in np.argwhere(few)}


@given(TABLES)
def test_without_cells_of_few_nothing_is_withheld(counts):
    assert not withhold(with_totals(counts * 10), 10).any()


def test_subtraction_did_give_it_back_where_only_few_were_withheld():
    table = with_totals(np.array([[6, 43], [60, 70]]))
    few = (table > 0) & (table < 10)
    assert not subtracted(few).any()
    assert subtracted(withhold(table, 10))[0, 0]


def test_a_bridge_between_two_circles_is_no_protection():
    # Every line and column has two gaps or none, and still the cell in the middle is known.
    hidden = np.zeros((5, 5), dtype=bool)
    hidden[:2, :2] = hidden[2:4, 2:4] = True
    hidden[1, 2] = True
    assert subtracted(hidden).all() == hidden.all()
    assert determined(hidden) == {(1, 2)}
    counts = np.where(hidden, 50, 90)
    counts[1, 2] = 4
    assert not determined(withhold(with_totals(counts[:4]), 10)) & {(1, 2)}


def test_the_circle_of_the_fewest_persons_is_closed_and_nobody_is_the_last_choice():
    table = with_totals(np.array([[3, 20, 0, 90], [30, 12, 0, 90], [80, 80, 0, 90]]))
    hidden = withhold(table, 10)
    assert np.argwhere(hidden).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert withhold(np.array([[4, 0, 30]]), 10).tolist() == [[True, False, True]]
    assert withhold(np.array([[4, 0]]), 10).tolist() == [[True, True]]
    assert withhold(np.array([[4]]), 10).tolist() == [[True]]


def typology_of(groups):
    """Return a typology of constant paths: persons by group and type."""
    labels = [
        (sex, at) for sex, row in groups.items() for at, n in enumerate(row) for _ in range(n)
    ]
    codes = np.array([[at] * 4 for _, at in labels])
    persons = pd.DataFrame({"person": range(len(labels)), "sex": [sex for sex, _ in labels]})
    made = sequences_of(codes, states="abc", persons=persons)
    apart = sf.measure_distances(made, method="ham", norm=None)
    return describe_typology(sf.cluster_sequences(apart, k=3, compare=None), by="sex")


def test_groups_and_types_are_protected_together():
    made = typology_of({"F": [43, 6, 30], "M": [30, 40, 50]})
    cells = made.groups.pivot_table(index="sex", columns="name", values="persons", dropna=False)
    assert cells.isna().sum().sum() >= 4
    assert (cells.isna().sum(axis=1) != 1).all()
    assert (cells.isna().sum(axis=0) != 1).all()
    assert made.table["persons"].notna().all()
    gone = made.groups["share"].isna()
    assert made.groups["reliability"].isin(["s", "w"]).tolist() == gone.tolist()
    few = made.groups[made.groups["reliability"] == "s"]
    assert few["sex"].tolist() == ["F"]  # the six women, and no one else, are few
    assert any("3 more cells are not shown" in note for note in made.notes)


def test_nothing_more_is_withheld_where_no_cell_is_small():
    made = typology_of({"F": [43, 16, 30], "M": [30, 40, 50]})
    assert made.groups["persons"].notna().all()
    assert not any("more cell" in note for note in made.notes)


@pytest.mark.parametrize("threshold", [1, 5])
def test_a_lower_threshold_shows_all(threshold):
    codes = np.repeat(np.array([[0, 0], [1, 1], [0, 1]]), [5, 9, 7], axis=0)
    made = sequences_of(codes, states="ab")
    apart = sf.measure_distances(made, method="ham", norm=None)
    types = sf.cluster_sequences(apart, k=3, compare=None)
    shown = describe_typology(types, threshold=threshold).table["persons"]
    assert sorted(shown) == [5, 7, 9]
    assert describe_typology(types, threshold=6).table["persons"].isna().sum() == 2
