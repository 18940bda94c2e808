"""Times to jobs: the waiting count too, groups stand apart, the synthetic truth is found."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.sources.example.pathways import states as example_states
from skillsfc.sources.example.pathways import transition_matrices

JOBS = {"first": ["temporary_job", "stable_job"], "stable": "stable_job"}
TOLD = pd.DataFrame(
    {
        "person": list("aabbccd"),
        "sex": list("FFFFMMM"),
        "state": ["school", "job"] * 3 + ["school"],
        "start": [0, 4, 0, 10, 0, 2, 0],
        "end": [4, 30, 10, 30, 2, 30, 30],
        "to_state": ["job", "", "job", "", "job", "", ""],
    }
)


def values(made, **keys):
    table = made.table
    for name, code in keys.items():
        table = table[table[name] == code]
    return table.set_index("indicator")["value"]


def test_shares_median_and_mean_by_hand():
    found = values(sf.measure_job_times(TOLD, jobs={"any": "job"}, at=[3, 12]))
    assert found["share_by_3"] == pytest.approx(1 / 4)
    assert found["share_by_12"] == pytest.approx(3 / 4)
    assert found["median"] == pytest.approx(7)  # between 4 and 10, where exactly half have arrived
    assert found["mean_wait_to_12"] == pytest.approx((4 + 10 + 2 + 12) / 4)


def test_groups_stand_apart_and_the_waiting_count():
    made = sf.measure_job_times(TOLD, jobs={"any": "job"}, group="sex", at=[12])
    assert values(made, sex="F")["share_by_12"] == 1
    assert values(made, sex="M")["share_by_12"] == pytest.approx(1 / 2)
    assert made.table["persons"].unique().tolist() == [2]
    two = sf.measure_job_times(
        TOLD.assign(area="urban"), jobs={"any": "job"}, group=["sex", "area"], at=[12]
    )
    assert values(two, sex="M")["share_by_12"] == pytest.approx(1 / 2)


def test_a_median_that_is_not_reached_is_missing_and_said():
    late = TOLD[TOLD["person"].isin(["d", "b"])]
    made = sf.measure_job_times(pd.concat([late, late.replace({"b": "e", "d": "f"}).iloc[2:]]),
                                jobs={"any": "job"}, at=[5])  # fmt: skip
    assert np.isnan(values(made)["median"])
    assert any("not reached" in note for note in made.notes)


def test_examplias_first_passage_is_recovered():
    example = sf.example(seed=2)
    made = sf.measure_job_times(example.spells, jobs={"stable": "stable_job"}, at=[12, 36])
    names = list(example_states())
    start = example.truth["spells"]["start_state"]["value"]
    share = example.truth["spells"]["vocational_share"]["value"]["country"]
    goal = names.index("stable_job")
    arrived = {12: 0.0, 36: 0.0}
    for sex in range(2):
        for track, part in enumerate((1 - share, share)):
            matrix = transition_matrices()[sex, track].copy()
            matrix[goal] = np.eye(len(names))[goal]
            first = np.array([start.get(name, 0.0) for name in names])
            for months in arrived:
                reached = first @ np.linalg.matrix_power(matrix, months)
                arrived[months] += part / 2 * reached[goal]
    table = made.table.set_index("indicator")
    for months, truth in arrived.items():
        row = table.loc[f"share_by_{months}"]
        assert abs(row["value"] - truth) < 4 * row["standard_error"] + 0.01  # half women, by draw


def test_wrong_arguments_are_named():
    with pytest.raises(ParameterError, match="at least one kind"):
        sf.measure_job_times(TOLD, jobs={})
    with pytest.raises(ParameterError, match="times above 0"):
        sf.measure_job_times(TOLD, jobs={"any": "job"}, at=[0])
    with pytest.raises(ParameterError, match="Did you mean 'job'"):
        sf.measure_job_times(TOLD, jobs={"any": "jobs"})
    with pytest.raises(TableError, match="at least one spell"):
        sf.measure_job_times(TOLD.iloc[:0], jobs={"any": "job"})


def test_kinds_of_job_are_kept_apart():
    made = sf.measure_job_times(
        sf.example(seed=1, persons=800).spells, jobs=JOBS, since="education"
    )
    first, stable = (values(made, job=kind) for kind in ("first", "stable"))
    assert (first[["share_by_6", "share_by_24"]] >= stable[["share_by_6", "share_by_24"]]).all()
    assert made.settings.jobs[1] == ("stable", ("stable_job",))


def test_persons_without_a_group_are_a_group_of_their_own():
    gaps = TOLD.assign(sex=list("FFFF") + [None] * 3)
    made = sf.measure_job_times(gaps, jobs={"any": "job"}, group="sex", at=[12])
    assert made.table["sex"].unique().tolist() == ["F", "not stated"]
    assert values(made, sex="not stated")["share_by_12"] == pytest.approx(1 / 2)
    assert made.table["persons"].unique().tolist() == [2]
    numbers = TOLD.assign(area=[1.0] * 4 + [np.nan] * 3, sex="F")
    two = sf.measure_job_times(numbers, jobs={"any": "job"}, group=["area", "sex"], at=[12])
    assert two.table["area"].unique().tolist() == ["1", "not stated"]
    assert (two.table["persons"] == 2).all()


def test_groups_called_like_a_column_of_the_result_are_refused():
    for name in ("level", "persons", "indicator", "start", "time", "mean"):
        with pytest.raises(ParameterError, match=f"group: column '{name}'"):
            sf.measure_job_times(TOLD.assign(**{name: TOLD["start"]}), jobs={"any": "job"},
                                 group=name)  # fmt: skip
    with pytest.raises(TableError, match="Did you mean 'sex'"):
        sf.measure_job_times(TOLD, jobs={"any": "job"}, group="sexe")


def test_row_22_persons_of_weight_zero_are_in_no_count():
    weighted = TOLD.assign(weight=[1.0] * 6 + [0.0])
    made = sf.measure_job_times(weighted, jobs={"any": "job"}, at=[12])
    assert (made.table["persons"] == 3).all()
    assert values(made)["share_by_12"] == 1
    by_sex = sf.measure_job_times(weighted, jobs={"any": "job"}, group="sex", at=[12])
    assert by_sex.table.groupby("sex")["persons"].first().to_dict() == {"F": 2, "M": 1}


def test_a_mean_wait_beyond_the_data_is_missing_not_held_level():
    spells = sf.example(seed=1, persons=200).spells
    made = sf.measure_job_times(spells, jobs={"stable": "stable_job"}, at=[12, 240])
    rows = made.table.set_index("indicator")
    ends = ["value", "lower", "upper", "standard_error"]
    assert rows.loc[["share_by_240", "mean_wait_to_240"], ends].isna().all().all()
    assert rows.loc["share_by_12", ends].notna().all()
