"""First jobs and times to jobs: what is refused by name, kinds nobody holds, notes told once."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.transitions.indicators.waits import waits_to

TOLD = pd.DataFrame(
    {
        "person": [1, 1, 2, 2, 3, 3, 4],
        "state": ["school", "job", "school", "home", "school", "job", "school"],
        "start": [0, 3, 0, 5, 0, 4, 0],
        "end": [3, 30, 5, 30, 4, 9, 30],
        "formal": [None, 1, None, None, None, 0, None],
        "w": 1.0,
    }
)
WEIGHTED = TOLD.assign(weight=[1, 7, 1, 1, 1, 1, 1.0])
DOUBLED = pd.concat([WEIGHTED, WEIGHTED.iloc[:2]])


def first(spells=TOLD, **options):
    return sf.measure_first_jobs(spells, **{"jobs": "job", **options})


def times(spells=TOLD, **options):
    return sf.measure_job_times(spells, **{"jobs": {"any": "job"}, **options})


# Traits are read from the job, groups before it


@pytest.mark.parametrize("part", ["group", "cluster"])
def test_a_trait_that_is_also_a_group_or_cluster_is_refused(part):
    with pytest.raises(ParameterError, match="traits: column 'formal', which is also the group"):
        first(traits="formal", **{part: "formal"})
    with pytest.raises(ParameterError, match="column 'w', which is also"):
        first(traits=["formal", "w"], weight="w")


@pytest.mark.parametrize("name", ["person", "start", "event", "clock_start", "waited", "length"])
def test_a_part_of_the_spell_is_no_trait(name):
    with pytest.raises(ParameterError, match=f"traits: column '{name}', which is a part"):
        first(TOLD.assign(**{name: TOLD.get(name, 1)}), traits=name)


@pytest.mark.parametrize("name", ["state", "to_state", "clock_start", "direct", "person"])
def test_columns_of_waits_are_no_groups(name):
    for measure in (first, times):
        with pytest.raises(ParameterError, match=f"group: column '{name}'"):
            measure(group=name)


def test_parts_of_a_spell_are_neither_weights_nor_clusters():
    for measure in (first, times):
        with pytest.raises(ParameterError, match="weight: column 'end', which is a part") as caught:
            measure(weight="end", cluster="state")
        assert len(caught.value.problems) == 2
        by_person, default = measure(cluster="person"), measure()
        pd.testing.assert_frame_equal(by_person.table, default.table)


def test_groups_that_change_within_a_person_are_noted_once():
    said = "'formal' changes within 2 persons: the group is that of the spell in which"
    for made in (first(group="formal"), times(jobs={"a": "job", "b": "home"}, group="formal")):
        assert sum(said in note for note in made.notes) == 1
    fixed = TOLD.assign(sex=TOLD["person"] % 2)
    assert not any("changes within" in note for note in first(fixed, group="sex").notes)


# Arguments that are none


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kept": None}, "kept: None"),
        ({"kept": "6"}, "kept: '6'"),
        ({"within": "a"}, "within: 'a'; expected a time above 0"),
        ({"within": True}, "within: True"),
        ({"kinds": ["job"]}, "kinds: .* names and their states"),
        ({"kinds": {"good": None}}, "'good': no state"),
        ({"level": 2}, "level: 2"),
        ({"level": "a"}, "level: 'a'"),
        ({"min_length": "a"}, "min_length: 'a'"),
        ({"group": 5}, "group: 5"),
        ({"weight": ["w"]}, "weight: "),
        ({"cluster": 5}, "cluster: 5"),
        ({"jobs": None}, "jobs: no state"),
        ({"since": ["school", "home"]}, "since: 2 states; expected one state"),
    ],
)
def test_first_jobs_name_what_they_cannot_take(options, words):
    with pytest.raises(ParameterError, match=words):
        first(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"jobs": "job"}, "jobs: 'job'; expected names and their states"),
        ({"jobs": None}, "jobs: None"),
        ({"jobs": {"any": None}}, "'any': no state"),
        ({"jobs": {"any": []}}, "'any': no state"),
        ({"at": ["a"]}, "at: .* times above 0"),
        ({"at": None}, "at: None"),
        ({"at": []}, "at: none"),
        ({"level": 2}, "level: 2"),
        ({"min_length": "a"}, "min_length: 'a'"),
        ({"group": 5}, "group: 5"),
        ({"cluster": ["w"]}, "cluster: "),
        ({"since": ["school", "home"]}, "since: 2 states; expected one state"),
    ],
)
def test_times_to_jobs_name_what_they_cannot_take(options, words):
    with pytest.raises(ParameterError, match=words):
        times(**options)


def test_numbers_of_every_kind_are_times():
    one = first(within=np.int64(24), kept=6, min_length=np.float32(1), level=np.float64(0.9))
    two = first(within=24, kept=[6, 6], min_length=1, level=0.9)
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(times(at=12).table, times(at=[np.int64(12), 12.0]).table)


# Kinds of job that nobody holds


def test_a_kind_that_nobody_holds_has_the_chance_0():
    made = first(jobs=["job", "stable"], kinds={"good": "stable"})
    row = made.table[made.table["quality"] == "good"].set_index("indicator")["value"]
    assert row.loc[["share", "chance"]].tolist() == [0.0, 0.0]
    assert made.notes[-1] == "good: nobody holds 'stable', so that its chance is 0."
    plain = first().table
    pd.testing.assert_frame_equal(made.table[made.table["quality"] == "any"], plain)
    assert "Nobody holds 'stable'." in first(jobs=["job", "stable"]).notes


@pytest.mark.parametrize("since", [None, "school"])
def test_nobody_arrives_in_a_job_that_nobody_holds(since):
    kinds = {"any": ["job", "stable"], "good": "stable"}
    made = times(jobs=kinds, since=since, at=[6, 12])
    good = made.table[made.table["job"] == "good"].set_index("indicator")
    assert good["value"].tolist()[:2] == [0.0, 0.0]
    assert np.isnan(good.loc["median", "value"])
    assert good.loc["mean_wait_to_12", ["value", "lower", "upper"]].tolist() == [12.0] * 3
    assert good["persons"].tolist() == [4 if since is None else 3] * 4
    assert "good: Nobody holds 'stable'." in made.notes
    own = made.table[made.table["job"] == "any"]
    pd.testing.assert_frame_equal(own, times(since=since, at=[6, 12]).table)


@pytest.mark.parametrize(("since", "min_length"), [(None, None), ("education", None), (None, 3)])
def test_waits_for_a_job_nobody_holds_are_those_of_everyone_who_has_not_arrived(since, min_length):
    spells = sf.example(seed=1, persons=120).spells
    spells = spells[~spells["state"].isin(["temporary_job", "stable_job"])]
    spells = spells.drop(columns=["event", "to_state"])
    one = spells.iloc[:1].assign(person=10**6, entry=0, start=0, end=2, state="education")
    other = one.assign(start=2, entry=2, end=12, state="stable_job")
    asked = {"since": since, "min_length": min_length, "unit": "month"}
    beside = sf.measure_time_to(pd.concat([spells, one, other]), to="stable_job", **asked).table
    alone = waits_to(sf.check_spells(spells), ["stable_job"], ["stable_job"], subject="", **asked)
    pd.testing.assert_frame_equal(
        alone.table, beside[beside["person"] != 10**6].reset_index(drop=True), check_dtype=False
    )
    assert alone.diagnostics["persons"].sum() == spells["person"].nunique()


def test_a_name_near_to_a_state_is_a_slip_unless_the_alphabet_has_it():
    for run in (lambda told: first(told, jobs=["job", "hme"]),
                lambda told: times(told, jobs={"a": "job", "b": "hme"})):  # fmt: skip
        with pytest.raises(ParameterError, match=r"'hme'.*Did you mean 'home'"):
            run(TOLD)
        states = ["school", "job", "home", "hme"]
        assert any("obody holds 'hme'" in note for note in
                   run(sf.check_spells(TOLD, states=states)).notes)  # fmt: skip
    # Alone it is an error too, for nothing says that it is a state at all.
    with pytest.raises(ParameterError, match="'stable'; expected one of 'home', 'job', 'school'"):
        first(jobs="stable")
    with pytest.raises(ParameterError, match=r"since: 'scool'.*Did you mean 'school'"):
        times(sf.check_spells(TOLD, states=["school", "job", "home", "stable"]),
              jobs={"good": "stable"}, since="scool")  # fmt: skip


def test_nobody_at_risk_is_said_of_a_job_that_nobody_holds_too():
    only = sf.check_spells(TOLD[TOLD["person"] == 4], states=["school", "job"])
    with pytest.raises(TableError, match="nobody is at risk: 1 in 'school' until the last seen"):
        first(only, since="school")


# Notes, limits


def test_notes_of_the_check_are_passed_on_once():
    made = times(DOUBLED, jobs={"any": "job", "other": "home"}, since="school")
    for notes in (made.notes, first(DOUBLED, since="school").notes):
        assert sum(note.startswith("S04 ") for note in notes) == 1
        assert sum(note.startswith("S24 ") for note in notes) == 1
        assert sum("The clock starts at the last end of 'school'" in note for note in notes) == 1
    assert not any(note.startswith(("any: S", "other: S")) for note in made.notes)
    assert any(note.startswith("any: ") and "at once" in note for note in made.notes)


def test_limits_of_mean_waits_are_between_0_and_the_horizon():
    few = times(TOLD[TOLD["person"] < 4], since="school").table.set_index("indicator")
    row = few.loc["mean_wait_to_24"]
    assert row["value"] - 1.96 * row["standard_error"] < 0 < row["lower"] < row["value"]
    assert row["value"] < row["upper"] < 24
    many = times(sf.example(seed=1).spells, jobs={"stable": "stable_job"}).table.iloc[-1]
    assert many["lower"] == pytest.approx(many["value"] - 1.96 * many["standard_error"], rel=2e-3)


def test_intervals_of_first_jobs_cover_the_truth_of_simulated_histories():
    rng, runs, count = np.random.default_rng(7), 120, 60
    stable, other, formal, within = 0.03, 0.07, 0.4, 12
    size = runs * count
    wait, seen = rng.geometric(stable + other, size), rng.integers(6, 30, size) + 0.5
    kind = np.where(rng.random(size) < stable / (stable + other), "stable", "other")
    told = (rng.random(size) < formal).astype(object)
    told[rng.random(size) < 0.2] = None  # missing at random
    rows = pd.DataFrame({"person": range(size), "run": np.repeat(range(runs), count),
                         "state": "waiting", "start": 0,
                         "end": np.minimum(wait, seen)})  # fmt: skip
    jobs = rows.assign(state=kind, start=wait, end=seen, formal=told)[wait < seen]
    # One file of histories a run, as groups: each group's error is its own.
    made = sf.measure_first_jobs(
        pd.concat([rows, jobs], ignore_index=True), jobs=["stable", "other"], within=within,
        kinds={"stable": "stable"}, traits="formal", group="run", kept=(),
    ).table.set_index(["quality", "indicator"])  # fmt: skip
    chance = 1 - (1 - stable - other) ** within
    part = {"stable": stable / (stable + other), "formal": formal}
    truth = {("any", "chance"): chance}
    truth |= {(name, "share"): value for name, value in part.items()}
    truth |= {(name, "chance"): value * chance for name, value in part.items()}
    for key, value in truth.items():
        own = made.loc[[key]]
        held = (own["lower"].le(value) & own["upper"].ge(value)).mean()
        assert len(own) == runs
        assert held == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs)), key
        spread = own["value"].std() / np.sqrt(runs)
        assert own["value"].mean() == pytest.approx(value, abs=3.5 * spread), key


def test_times_before_those_who_went_at_once_are_refused():
    told = pd.DataFrame({"person": [1, 1, 2, 2], "state": ["school", "job"] * 2,
                         "start": [0, 4] * 2, "end": [4, 9] * 2})  # fmt: skip
    with pytest.raises(ParameterError, match=r"within: 0.4, before anybody arrives; expected 0.5"):
        sf.measure_first_jobs(told, jobs="job", since="school", within=0.4, unit="year", kept=1)
    with pytest.raises(ParameterError, match=r"at: 0.25, before anybody arrives"):
        sf.measure_job_times(told, jobs={"j": "job"}, since="school", at=[0.25, 1], unit="year")
    made = sf.measure_job_times(told, jobs={"j": "job"}, since="school", at=[0.5, 1], unit="year")
    assert made.table.set_index("indicator").loc["share_by_0.5", "value"] == 1.0
