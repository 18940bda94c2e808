"""Sequences that several tests use, and the expected values of tests/oracles/sequence_types."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd

import skillsfc as sf

ORACLE = Path(__file__).resolve().parent / "oracles" / "sequence_types"
MICRODATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "transition_microdata"
SHORT = {
    "employment": "EM", "FE": "FE", "HE": "HE", "joblessness": "JL", "school": "SC",
    "training": "TR",
}  # fmt: skip


@functools.cache
def _expected():
    return pd.read_csv(ORACLE / "expected.csv")


def expected(case):
    """Return name -> (value, tolerance) of one case; a case without values is an error."""
    rows = _expected()[_expected()["case"] == case]
    assert len(rows), case
    return {row.name: (row.value, row.tolerance) for row in rows.itertuples(index=False, name="R")}


def agree(case, found, names=None):
    """Assert that all found values are the expected ones; every expected name must be found."""
    wanted = expected(case)
    wanted = wanted if names is None else {name: wanted[name] for name in names}
    for name, (value, tolerance) in wanted.items():
        apart = abs(found[name] - value)
        assert apart <= tolerance + 1e-12 * abs(value), (case, name, found[name], value)


def toy():
    """Return the four sequences that can be checked by hand."""
    rows = [list(path) for path in ("SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE")]
    return sf.read_sequences(pd.DataFrame(rows), states="SUTEI")


@functools.cache
def mvad():
    """Return the 712 school leavers from September 1993 on, 70 months."""
    persons = sf.load_microdata("mvad")
    return sf.read_sequences(persons[persons["month"] >= 2])


def small():
    """Return the 40 synthetic sequences of the oracle, with their whole weights and groups."""
    rows = pd.read_csv(ORACLE / "sequences.csv")
    cells = pd.DataFrame([list(path) for path in rows["path"]])
    return sf.read_sequences(cells), rows["weight"].to_numpy(dtype=float), rows["group"]


def hamming(codes):
    """Return how many periods each two rows differ in."""
    return (codes[:, None, :] != codes[None, :, :]).sum(axis=2).astype(float)


def carrying(sequences, weight=None):
    """Return Hamming distances as models take them: between different rows, with an index."""
    _, first, index = np.unique(sequences.codes, axis=0, return_index=True, return_inverse=True)

    class Carried:
        unique_matrix = hamming(sequences.codes[first])

    Carried.index, Carried.sequences = index.ravel(), sequences
    Carried.weight = sequences.weight if weight is None else weight
    return Carried()
