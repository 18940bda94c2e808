"""Names, phases and typical paths of types, and what is not shown of single persons."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_examples import carrying, mvad

import skillsfc as sf
from skillsfc.transitions.sequences.model import sequences_of
from skillsfc.transitions.typologies.naming import (
    Phase,
    find_phases,
    name_type,
    path_text,
    tell_apart,
)
from skillsfc.transitions.typologies.typology import describe_typology

WORDS = {"FE": "further education", "HE": "higher education", "employment": "job"}


@pytest.fixture(scope="module")
def types():
    return sf.cluster_sequences(carrying(mvad()), k=5, method="pam", compare=None)


def one_hot(path, size=3):
    return np.eye(size)[np.array(path)]


def test_types_of_school_leavers_have_names_an_economist_can_read(types):
    made = describe_typology(types, words=WORDS, positive=["employment", "HE"])
    assert made.table["name"].tolist() == [
        "training then stable job",
        "school then higher education",
        "further education then job",
        "school then job",
        "training then joblessness",
    ]
    assert made.table["path"].iloc[4] == "training 22, joblessness 48 months"


def test_shares_are_those_of_the_clusters_and_sum_to_one_in_each_group(types):
    made = describe_typology(types, by="sex")
    np.testing.assert_allclose(made.table["share"], types.sizes["share"])
    np.testing.assert_allclose(made.table["standard_error"], types.sizes["standard_error"])
    np.testing.assert_allclose(made.groups.groupby("sex")["share"].sum(), 1.0)
    assert made.groups["persons"].sum() == 712


def test_phases_cover_the_time_axis_and_times_sum_to_its_length(types):
    made = describe_typology(types)
    np.testing.assert_allclose(made.phases.groupby("cluster")["periods"].sum(), 70)
    np.testing.assert_allclose(made.time_in_state.groupby("cluster")["duration"].sum(), 70)
    own = made.phases[made.phases["cluster"] == 1]
    assert own["first_period"].iloc[0] == 2
    assert own["last_period"].iloc[-1] == 71
    assert (made.phases["share"] > 1 / 6).all()  # the most frequent of six states


def test_phase_shares_are_those_of_the_state_distribution(types):
    made = describe_typology(types)
    row = made.phases[made.phases["cluster"] == 1].iloc[-1]
    inside = (types.table["cluster"] == 1).to_numpy()
    first = mvad().periods.index(row["first_period"])
    there = mvad().codes[inside, first:] == mvad().states.index(row["state"])
    wanted = np.average(there.mean(axis=1), weights=mvad().weight[inside])
    assert row["share"] == pytest.approx(wanted)


def test_no_real_path_is_told_that_fewer_persons_have(types):
    made = describe_typology(types, threshold=10).representatives
    untold = made["identical"] == "fewer than 10"
    assert untold.any()
    assert not untold.all()
    assert (made.loc[untold, "path"] == "").all()
    assert made.loc[untold, "share"].isna().all()
    told = made[~untold]
    assert (told["identical"].astype(int) >= 10).all()
    assert told["path"].str.endswith(" months").all()
    assert describe_typology(types, threshold=713).representatives["path"].eq("").all()


def test_no_table_shows_a_person(types):
    persons = mvad().persons.assign(person=[f"secret{i}" for i in range(712)])
    hidden = sequences_of(mvad().codes, states=mvad().states, persons=persons, weight=mvad().weight)
    made = describe_typology(
        sf.cluster_sequences(carrying(hidden), k=4, compare=None), by="sex", threshold=1
    )
    tables = (made.table, made.groups, made.phases, made.time_in_state, made.representatives)
    assert not any("secret" in table.to_csv() for table in tables)
    assert "secret" not in made._repr_html_() + made.summary()


def test_cells_below_the_threshold_are_not_shown():
    codes = np.array([[0, 0, 0, 0]] * 12 + [[1, 1, 1, 1]] * 3 + [[0, 1, 1, 1]] * 12)
    persons = pd.DataFrame({"person": range(27), "sex": list("F" * 10 + "M" * 17)})
    made = sequences_of(codes, states="ab", persons=persons)
    result = describe_typology(sf.cluster_sequences(carrying(made), k=3, compare=None), by="sex")
    small = result.table.iloc[-1]
    assert small["reliability"] == "s"
    assert small[["share", "lower", "upper", "persons"]].isna().all()
    cell = result.groups[(result.groups["sex"] == "M") & (result.groups["cluster"] == 1)]
    assert cell["reliability"].iloc[0] in {"s", "u"}
    nobody = result.groups[(result.groups["sex"] == "F") & (result.groups["persons"] == 0)]
    assert (nobody["share"] == 0).all()
    assert any("not shown" in note for note in result.notes)


def test_own_names_and_positive_states():
    codes = np.array([[0, 0, 1, 1]] * 3 + [[1, 1, 0, 0]] * 3 + [[0, 0, 0, 0]])
    made = sequences_of(codes, states=["job", "none"])
    clusters = sf.cluster_sequences(carrying(made), k=3, compare=None)
    result = describe_typology(clusters, positive="job", names={3: "mine"}, threshold=1)
    assert sorted(result.table["name"]) == ["job then lasting none", "mine", "none then stable job"]


def test_sequences_can_be_given_and_must_be_those_of_the_clusters():
    codes = np.array([[0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 0]])
    apart = (codes[:, None] != codes).sum(axis=2)
    clusters = sf.cluster_sequences(apart, k=2, compare=None)
    with pytest.raises(sf.ParameterError, match="carry none"):
        describe_typology(clusters)
    made = sequences_of(codes, states="ab")
    assert len(describe_typology(clusters, sequences=made, threshold=1).table) == 2
    with pytest.raises(sf.TableError, match="3 persons, 4"):
        describe_typology(clusters, sequences=sequences_of(codes[:3], states="ab"))
    persons = pd.DataFrame({"person": ["2", "1", "3", "4"]})
    with pytest.raises(sf.TableError, match="another order"):
        describe_typology(clusters, sequences=sequences_of(codes, states="ab", persons=persons))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"by": "sexx"}, "Did you mean 'sex'"),
        ({"positive": "work"}, "no state 'work'"),
        ({"words": {"work": "job"}}, "no state 'work'"),
        ({"names": {9: "x"}}, "no cluster 9"),
        ({"threshold": 0}, "1 or more"),
        ({"shortest": -3}, "1 or more"),
        ({"level": 3}, "between 0 and 1"),
        ({"missing": "no"}, "one of"),
    ],
)
def test_wrong_arguments_are_named(types, arguments, words):
    with pytest.raises(sf.ParameterError, match=words):
        describe_typology(types, **arguments)


def test_short_stretches_join_the_neighbour_that_is_more_frequent_in_them():
    shares = one_hot([0, 0, 0, 1, 2, 2, 2])
    shares[3] = [0.1, 0.5, 0.4]
    found = [(p.state, p.first, p.last) for p in find_phases(shares, 2)]
    assert found == [(0, 0, 2), (2, 3, 6)]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20), st.integers(1, 6))
def test_phases_are_a_partition_of_the_periods(path, shortest):
    phases = find_phases(one_hot(path), shortest)
    assert phases[0].first == 0
    assert phases[-1].last == len(path) - 1
    for before, after in itertools.pairwise(phases):
        assert after.first == before.last + 1
        assert after.state != before.state
    if len(phases) > 1:
        assert min(p.last - p.first + 1 for p in phases) >= shortest


def test_periods_nobody_is_observed_in_are_left_out_of_phases():
    shares = one_hot([0, 0, 1, 1])
    shares[3] = np.nan
    assert [(p.first, p.last) for p in find_phases(shares, 1)] == [(0, 1), (2, 2)]


@pytest.mark.parametrize(
    ("phases", "wanted"),
    [
        ([Phase(0, 1, 0, 9, 0.9, 0.1)], "steady a throughout"),
        ([Phase(0, 1, 0, 9, 0.6, 0.3)], "mostly a"),
        ([Phase(0, 1, 0, 9, 0.4, 0.3)], "a or b"),
        ([Phase(0, 1, 0, 4, 0.9, 0.1), Phase(1, 0, 5, 9, 0.4, 0.3)], "a then b or still a"),
        ([Phase(0, 1, 0, 4, 0.9, 0.1), Phase(1, 2, 5, 9, 0.5, 0.4)], "a then steady b"),
        ([Phase(0, 1, 0, 4, 0.9, 0.1), Phase(1, 2, 5, 9, 0.2, 0.2)], "a then b"),
        ([Phase(0, 1, 0, 4, 0.9, 0.1), Phase(1, 0, 5, 9, 0.7, 0.2)], "a then b"),
        ([Phase(2, 1, 0, 4, 0.9, 0.1), Phase(1, 2, 5, 9, 0.5, 0.4)], "steady b throughout"),
    ],
)
def test_names_say_how_sure_the_last_phase_is(phases, wanted):
    assert name_type(phases, "abc", {"c": "b"}, []) == wanted


def test_codes_read_as_words_and_a_stable_job_is_not_stable_twice():
    phases = [Phase(0, 1, 0, 4, 0.9, 0.1), Phase(1, 0, 5, 9, 0.9, 0.1)]
    assert name_type(phases, ["no_job", "stable_job"], {}, []) == "no job then lasting stable job"
    assert (
        name_type(phases, ["no_job", "white_collar"], {}, []) == "no job then steady white collar"
    )


def test_examplia_and_workers_of_the_united_states_have_names_that_differ():
    rows = sf.load_microdata("keane_wolpin")[["person", "year", "state"]]
    workers = sf.read_sequences(rows[rows["person"].isin(rows["person"].unique()[:250])])
    spells = sf.example(seed=1).spells
    some = spells["person"].drop_duplicates().head(250)
    paths = sf.spells_to_sequences(spells[spells["person"].isin(some)])
    for sequences in (workers, paths):
        apart = sf.measure_distances(sequences, costs="trate", indel=1, missing="state")
        for k in (3, 6):
            made = describe_typology(sf.cluster_sequences(apart, k=k, compare=None))
            names = made.table["name"]
            assert names.is_unique
            assert not names.str.contains("_").any()
            told = made.phases.groupby("cluster")["share"].min()
            sure = names[names.str.startswith("steady")].index + 1
            assert (told.reindex(sure) >= 0.8).all()


def test_same_names_are_told_apart():
    late, later = ([Phase(0, 1, 0, t - 1, 1, 0), Phase(1, 0, t, 9, 1, 0)] for t in (3, 6))
    times = np.array([[3.0, 7.0], [6.0, 4.0]])
    found = tell_apart(["a then b", "a then b"], [late, later], times, "ab", "month")
    assert found == ["a then b, after 3 months", "a then b, after 6 months"]
    same = tell_apart(["b", "b"], [late, late], times, "ab", "month")
    assert same == ["b (more b)", "b (more a)"]
    twins = tell_apart(["b", "b"], [late, late], np.ones((2, 2)), "ab", "month")
    assert len(set(twins)) == 2


def test_paths_in_words_leave_unknown_periods_out():
    assert path_text(np.array([0, -1, 0, 1], dtype=np.int8), "ab", "year") == "a 2, b 1 year"
    assert path_text(np.array([-1], dtype=np.int8), "ab", "year") == "nothing known"
