"""Quality of first jobs: R's numbers, counts by hand, the waiting counted, answers that lack."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ParameterError, TableError
from skillsfc.sources.example.pathways import states as example_states
from skillsfc.sources.example.pathways import transition_matrices

ORACLES = Path(__file__).parent / "oracles"
EXPECTED = pd.read_csv(ORACLES / "first_jobs" / "expected.csv")
KINDS = {"stable": "stable"}
TOLD = pd.DataFrame(
    {
        "person": list("aabbccdee"),
        "sex": list("FFFFMMMMM"),
        "state": ["school", "casual", "school", "stable", "school", "stable", "school", "school",
                  "casual"],
        "start": [0, 4, 0, 10, 0, 2, 0, 0, 20],
        "end": [4, 9, 10, 30, 2, 8, 30, 20, 30],
        "to_state": ["casual", "school", "stable", "", "stable", "casual", "", "casual", ""],
        "formal": [None, "yes", None, "yes", None, "no", None, None, None],
    }
)  # fmt: skip


def mgus2():
    """Return the first move of 1,384 patients as a state that follows, with weights, clusters."""
    rows = pd.read_csv(ORACLES / "state_probabilities" / "mgus2.csv")
    number = np.arange(1, len(rows) + 1)
    rows = rows.assign(person=number, w=0.5 + (number % 7) / 4, hospital=number % 100)
    waiting = rows.assign(state="waiting", start=0, end=rows["time"])
    moved = rows[rows["event"].notna()]
    after = moved.assign(state=moved["event"], start=moved["time"], end=moved["time"] + 1)
    after["known"] = np.where(after["person"] % 5 == 0, None, after["event"] == "pcm")
    both = pd.concat([waiting, after], ignore_index=True)
    return both.drop(columns=["time", "event"])


def of(made, quality, **keys):
    table = made.table[made.table["quality"] == quality]
    for name, code in keys.items():
        table = table[table[name] == code]
    return table.set_index("indicator")


@pytest.mark.parametrize(
    ("case", "design"),
    [
        ("plain", {}),
        ("weights", {"weight": "w"}),
        ("clusters", {"weight": "w", "cluster": "hospital"}),
        ("open", {"weight": "w"}),
    ],
)
def test_share_and_chance_equal_r(case, design):
    spells, quality = mgus2(), "known" if case == "open" else "progression"
    asked = {"traits": "known"} if case == "open" else {"kinds": {"progression": "pcm"}}
    own = EXPECTED[EXPECTED["case"] == case]
    assert len(own) == 18
    for time in (24, 60, 240):
        made = sf.measure_first_jobs(
            spells, jobs=["pcm", "death"], within=time, kept=(), **asked, **design
        )
        found = of(made, quality)
        values = {
            "share": found.loc["share", "value"],
            "share_error": found.loc["share", "standard_error"],
            "chance": found.loc["chance", "value"],
            "chance_error": found.loc["chance", "standard_error"],
            "lowest": found.loc["share", "lowest"],
            "highest": found.loc["share", "highest"],
        }
        for name, value in values.items():
            row = own[own["name"] == f"{name}@{time}"].iloc[0]
            assert value == pytest.approx(row["value"], abs=row["tolerance"]), (name, time)


def test_shares_chances_and_length_by_hand():
    made = sf.measure_first_jobs(
        TOLD, jobs=["casual", "stable"], kinds=KINDS, traits="formal", within=24, kept=[3, 6]
    )
    assert of(made, "any").loc["chance", "value"] == pytest.approx(4 / 5)
    stable = of(made, "stable")
    assert stable.loc["share", "value"] == pytest.approx(2 / 4)
    assert stable.loc["chance", "value"] == pytest.approx(2 / 5)
    assert stable.loc["share", ["persons", "first_jobs", "cases"]].tolist() == [5, 4, 2]
    assert of(made, "any").loc["kept_3", "value"] == 1
    # c leaves its stable job for a casual one after exactly six months, a after five
    assert of(made, "any").loc["kept_6", "value"] == pytest.approx(2 / 4)
    assert stable.loc["kept_6", "value"] == pytest.approx(1 / 2)
    formal = of(made, "formal")
    assert formal.loc["share", ["value", "lowest", "highest"]].tolist() == pytest.approx(
        [2 / 3, 2 / 4, 3 / 4]
    )
    assert formal.loc["chance", ["value", "lowest", "highest"]].tolist() == pytest.approx(
        [2 / 3 * 4 / 5, 2 / 5, 3 / 5]
    )
    assert any("of 1 of 4 first jobs it is not known" in note for note in made.notes)


def test_first_jobs_that_start_later_are_in_no_share():
    found = of(sf.measure_first_jobs(TOLD, jobs=["casual", "stable"], kinds=KINDS, within=10),
               "stable")  # fmt: skip
    assert found.loc["share", "value"] == pytest.approx(2 / 3)
    assert found.loc["share", ["persons", "first_jobs", "cases"]].tolist() == [5, 3, 2]


def test_a_plain_share_would_favour_what_comes_soon():
    # casual jobs after 2 months, stable ones after 10; half are seen for 6 months only
    rng = np.random.default_rng(3)
    count = 400
    stable, seen = rng.random(count) < 0.5, np.where(rng.random(count) < 0.5, 6, 30)
    wait = np.where(stable, 10, 2)
    first = pd.DataFrame({"person": range(count), "state": "school", "start": 0,
                          "end": np.minimum(wait, seen)})  # fmt: skip
    jobs = pd.DataFrame({"person": range(count), "state": np.where(stable, "stable", "casual"),
                         "start": wait, "end": seen})[wait < seen]  # fmt: skip
    made = sf.measure_first_jobs(pd.concat([first, jobs]), jobs=["casual", "stable"], kinds=KINDS)
    row = of(made, "stable").loc["share"]
    assert (jobs["state"] == "stable").mean() < 0.4
    assert abs(row["value"] - stable.mean()) < 2 * row["standard_error"]


def test_examplias_first_jobs_are_those_of_its_chances():
    example = sf.example(seed=2)
    jobs = ["temporary_job", "stable_job"]
    made = sf.measure_first_jobs(example.spells, jobs=jobs, kinds={"stable": "stable_job"},
                                 within=36, kept=[12])  # fmt: skip
    names = list(example_states())
    start = example.truth["spells"]["start_state"]["value"]
    vocational = example.truth["spells"]["vocational_share"]["value"]["country"]
    reached, stayed, places = np.zeros(2), 0.0, [names.index(job) for job in jobs]
    for sex in range(2):
        for track, part in enumerate((1 - vocational, vocational)):
            matrix = transition_matrices()[sex, track].copy()
            stayed += part / 2 * matrix[places[1], places[1]] ** 12
            matrix[places] = np.eye(len(names))[places]
            first = np.array([start.get(name, 0.0) for name in names])
            reached += part / 2 * (first @ np.linalg.matrix_power(matrix, 36))[places]
    stable = of(made, "stable")
    truth = {"share": reached[1] / reached.sum(), "chance": reached[1]}
    for name, value in truth.items():
        row = stable.loc[name]
        assert abs(row["value"] - value) < 4 * row["standard_error"] + 0.01, name  # sexes by draw
    assert abs(stable.loc["kept_12", "value"] - stayed) < 0.05


def test_without_censoring_errors_are_binomial():
    rng = np.random.default_rng(1)
    stable = rng.random(200) < 0.3
    told = pd.DataFrame({"person": range(200), "state": np.where(stable, "stable", "casual"),
                         "start": 3, "end": 40})  # fmt: skip
    told = pd.concat([told, told.assign(state="school", start=0, end=3)])
    row = of(sf.measure_first_jobs(told, jobs=["stable", "casual"], kinds=KINDS), "stable")
    share = stable.mean()
    assert row.loc["share", "value"] == pytest.approx(share)
    assert row.loc["share", "standard_error"] == pytest.approx(np.sqrt(share * (1 - share) / 200))
    assert row.loc["chance", "value"] == pytest.approx(share)


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_weights_count_as_rows_and_the_order_is_of_no_matter(seed):
    rng = np.random.default_rng(seed)
    people = sf.example(seed=1).spells
    some = people[people["person"].isin(rng.choice(300, 60, replace=False))]
    asked = {"jobs": ["temporary_job", "stable_job"], "kinds": {"stable": "stable_job"}}
    twice = pd.concat([some, some.assign(person=some["person"] + 10_000)])
    one = sf.measure_first_jobs(some.assign(weight=2.0), **asked).table["value"]
    two = sf.measure_first_jobs(twice.sample(frac=1, random_state=seed).assign(weight=1), **asked)
    np.testing.assert_allclose(one, two.table["value"], atol=1e-12)


def test_groups_stand_apart_and_blanks_are_one():
    asked = {"jobs": ["casual", "stable"], "kinds": KINDS}
    made = sf.measure_first_jobs(TOLD, group="sex", **asked)
    assert of(made, "stable", sex="F").loc["share", "value"] == pytest.approx(1 / 2)
    assert of(made, "stable", sex="M").loc["share", "value"] == pytest.approx(1 / 2)
    assert of(made, "any", sex="M").loc["chance", "value"] == pytest.approx(2 / 3)
    gaps = TOLD.assign(sex=TOLD["sex"].replace({"M": None}))
    found = sf.measure_first_jobs(gaps, group="sex", **asked).table["sex"].unique().tolist()
    assert found == ["F", "not stated"]


def test_nobody_with_a_first_job_in_time_is_a_chance_of_zero():
    late = TOLD[TOLD["person"].isin(["d", "e"])]
    made = sf.measure_first_jobs(late, jobs="casual", traits="formal", within=12)
    assert of(made, "any").loc["chance", "value"] == 0
    assert np.isnan(of(made, "formal").loc["share", "value"])
    assert of(made, "formal").loc["share", "reliability"] == "w"
    short = late.assign(end=late["end"].clip(upper=25))
    short = sf.measure_first_jobs(short, jobs="casual", traits="formal", within=48)
    assert np.isnan(of(short, "any").loc["chance", "value"])
    assert any("nobody was seen waiting for 48 months" in note for note in short.notes)


def test_a_move_at_the_end_of_sight_has_a_state_and_no_length():
    cut = TOLD[~((TOLD["person"] == "b") & (TOLD["state"] == "stable"))]
    made = sf.measure_first_jobs(cut, jobs=["casual", "stable"], kinds=KINDS, traits="formal")
    assert of(made, "stable").loc["share", "value"] == pytest.approx(2 / 4)
    assert of(made, "stable").loc["kept_6", "first_jobs"] == 1
    assert of(made, "formal").loc["share", "first_jobs"] == 2


def test_rows_of_persons_are_there_and_not_shown():
    made = sf.measure_first_jobs(TOLD, jobs=["casual", "stable"], traits="formal")
    own = made.persons.set_index("person")
    assert own.loc["a", ["waited", "job", "length", "formal"]].tolist() == [4, "casual", 5, "yes"]
    assert own["arrived"].tolist() == [True, True, True, False, True]
    assert "clock_start" not in made._repr_html_()


def test_row_22_weight_zero_and_wrong_arguments():
    weighted = TOLD.assign(weight=np.where(TOLD["person"] == "d", 0.0, 1.0))
    made = sf.measure_first_jobs(weighted, jobs=["casual", "stable"], kinds=KINDS)
    assert of(made, "any").loc["chance", ["value", "persons"]].tolist() == [1, 4]
    with pytest.raises(ParameterError, match="Did you mean 'stable'"):
        sf.measure_first_jobs(TOLD, jobs=["casual", "stable"], kinds={"good": "stabel"})
    with pytest.raises(ParameterError, match="no state"):
        sf.measure_first_jobs(TOLD, jobs="casual", kinds={"good": ()})
    with pytest.raises(ParameterError, match="no column 'formel'"):
        sf.measure_first_jobs(TOLD, jobs="casual", traits="formel")
    with pytest.raises(ParameterError, match="within") as caught:
        sf.measure_first_jobs(TOLD, jobs="casual", within=0, kept=[-1], group="job")
    assert len(caught.value.problems) == 3
    with pytest.raises(ParameterError, match="'any'"):
        sf.measure_first_jobs(TOLD, jobs="casual", kinds={"any": "casual"})
    with pytest.raises(TableError, match="'maybe'"):
        sf.measure_first_jobs(TOLD.replace({"formal": {"yes": "maybe"}}), jobs="casual",
                              traits="formal")  # fmt: skip
    with pytest.raises(ParameterError, match="jobb"):
        sf.measure_first_jobs(TOLD, jobs="jobb")
