"""State probabilities: R's values, a second implementation, identities, truth and bad input."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.transitions.multistate import estimation
from skillsfc.transitions.multistate.event_steps import Stays, count_steps, running_products
from skillsfc.transitions.multistate.influence import probability_variances

ORACLE = Path(__file__).parent / "oracles" / "state_probabilities"
EXPECTED = pd.read_csv(ORACLE / "expected.csv")
TOY = pd.DataFrame(
    {
        "person": [1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 6, 6],
        "start": [0, 2, 0, 3, 6, 0, 0, 4, 0, 0, 1, 4],
        "end": [2, 7, 3, 6, 9, 5, 4, 8, 3, 1, 4, 10],
        "state": list("UEUEUUUIUUIU"),
        "to_state": ["E", "", "E", "U", "", "", "I", "E", "E", "I", "U", "E"],
    }
)
ROUNDING = 1e-10  # sums of a few thousand products


def estimate(table, **arguments):
    return sf.estimate_state_probabilities(table, **arguments)


def tied():
    ends = [1, 1, 2, 2, 2, 3, 4, 4, 5, 6]
    kinds = ["1", "2", "", "1", "2", "1", "2", "2", "", "1"]
    made = {"person": range(10), "state": "0", "start": 0, "end": ends, "to_state": kinds}
    return pd.DataFrame(made)


def mgus2():
    read = pd.read_csv(ORACLE / "mgus2.csv", dtype={"event": "str"}, keep_default_na=False)
    made = {"person": range(len(read)), "state": "mgus", "start": 0, "end": read["time"]}
    return pd.DataFrame({**made, "to_state": read["event"]})


def examplia():
    return pd.read_csv(ORACLE / "examplia_spells.csv")


LANDMARK = {"start": 12, "from_state": "unemployment", "landmark": True}
CASES = {
    "toy_published": lambda: [estimate(TOY)],
    "toy": lambda: [estimate(TOY), estimate(TOY.assign(c=(TOY.person + 1) // 2), cluster="c")],
    "tied": lambda: [estimate(tied())],
    "mgus2_published": lambda: [estimate(mgus2())],
    "mgus2": lambda: [estimate(mgus2())],
    "examplia": lambda: [estimate(examplia()), estimate(examplia(), cluster="cluster")],
    "examplia_unweighted": lambda: [estimate(examplia(), weight=None)],
    "landmark": lambda: [
        estimate(examplia(), **LANDMARK),
        estimate(examplia(), **LANDMARK, cluster="cluster"),
    ],
}


def value_of(results, name):
    kind, state, *time = name.split()
    if kind.startswith("expected_time"):
        row = results[0].time_in_state.set_index("state").loc[state]
        return row["standard_error" if kind.endswith("error") else "expected_time"]
    made = results[-1] if kind == "clustered_error" else results[0]
    row = made.at([float(time[0])]).set_index("state").loc[state]
    return row["probability" if kind == "probability" else "standard_error"]


@pytest.mark.parametrize("case", list(CASES))
def test_values_of_r_and_by_hand(case):
    results = CASES[case]()
    rows = EXPECTED[EXPECTED["case"] == case]
    assert len(rows) >= 10
    for row in rows.itertuples():
        found = value_of(results, row.name)
        if abs(row.value) < ROUNDING and row.name.split()[0].endswith("error"):
            assert np.isnan(found), row.name  # nobody or all are there: no error, which R calls 0
        else:
            assert found == pytest.approx(row.value, abs=row.tolerance), row.name


def test_transition_matrix_of_etm():
    made = estimate(examplia(), start=12, weight=None).transitions_at(60)
    found = made.set_index(["from_state", "to_state"])["probability"]
    rows = EXPECTED[EXPECTED["case"] == "etm"]
    assert len(rows) == 36
    for row in rows.itertuples():
        _, before, after = row.name.split()
        assert found[before, after] == pytest.approx(row.value, abs=row.tolerance)


def random_spells(seed, persons=25, weights=True, whole=True):
    """Persons who enter late, move among three states and are lost (made up)."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        time, state = float(rng.integers(0, 3)), rng.integers(3)
        weight = float(rng.choice([0.5, 1.0, 2.5])) if weights else 1.0
        for turn in range(rng.integers(1, 5)):
            length = rng.integers(1, 4) if whole else rng.exponential(2) + 0.01
            moved = rng.random() < 0.7
            after = (state + rng.integers(1, 3)) % 3
            to = "ABC"[after] if moved else ""
            rows.append((person, "ABC"[state], time, time + length, to, weight, turn))
            time, state = time + length, after
            if not moved:
                break
    names = ["person", "state", "start", "end", "to_state", "weight", "turn"]
    return pd.DataFrame(rows, columns=names)


def product_limit_by_loops(table, start, initial, until):
    """Return P by the definition: loops over times, states and rows, in plain Python."""
    states = ["A", "B", "C"]
    current = dict(zip(states, initial, strict=True))
    for time in sorted(set(table.loc[table["to_state"] != "", "end"])):
        if not start < time <= until:
            continue
        after = dict.fromkeys(states, 0.0)
        for state in states:
            at_risk = [
                r for r in table.itertuples() if r.state == state and r.start < time <= r.end
            ]
            total = sum(r.weight for r in at_risk)
            moved = {}
            for r in at_risk:
                if r.end == time and r.to_state:
                    moved[r.to_state] = moved.get(r.to_state, 0.0) + r.weight / total
            after[state] += current[state] * (1 - sum(moved.values()))
            for to, share in moved.items():
                after[to] += current[state] * share
        current = after
    return [current[state] for state in states]


@pytest.mark.parametrize("whole", [True, False])
def test_equals_the_definition_by_loops(whole):
    for seed in range(4):
        table = random_spells(seed, whole=whole)
        made = estimate(table, start=2.0, states=["A", "B", "C"])
        there = table[(table["start"] <= 2) & (table["end"] > 2)]
        shares = there.groupby("state")["weight"].sum().reindex(list("ABC"), fill_value=0.0)
        for until in (3.0, 4.5, 7.0):
            by_loops = product_limit_by_loops(table, 2.0, shares / shares.sum(), until)
            assert made.at(until)["probability"].to_numpy() == pytest.approx(by_loops, abs=1e-12)


def test_standard_errors_are_derivatives_by_the_weights():
    """The influence of a person is the slope of the estimate by their weight."""
    table = random_spells(5, persons=12)
    times, step = [1.0, 2.0, 4.0, 6.0], 1e-6
    made = estimate(table, times=times)
    squared = np.zeros(len(made.table))
    spent = np.zeros(3)
    for _, rows in table.groupby("person").groups.items():
        both = []
        for sign in (1, -1):
            moved = table.copy()
            moved.loc[rows, "weight"] *= 1 + sign * step
            both.append(estimate(moved, times=times, standard_errors=False))
        slope = (both[0].table["probability"] - both[1].table["probability"]) / (2 * step)
        squared += slope.to_numpy() ** 2
        longer = [part.time_in_state["expected_time"].to_numpy() for part in both]
        spent += ((longer[0] - longer[1]) / (2 * step)) ** 2
    assert np.sqrt(squared) == pytest.approx(made.table["standard_error"].fillna(0), abs=1e-7)
    assert np.sqrt(spent) == pytest.approx(made.time_in_state["standard_error"], abs=1e-6)


@given(st.integers(0, 10_000), st.booleans())
def test_errors_do_not_depend_on_which_times_are_reported(seed, whole):
    table = random_spells(seed, whole=whole)
    every = estimate(table)
    some = every.table["time"].unique()[[0, -1]]
    few = estimate(table, times=some).table
    same = every.table[every.table["time"].isin(some)].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, same, rtol=0, atol=1e-9)


@given(st.integers(0, 10_000))
def test_rows_sum_to_one_and_none_is_negative(seed):
    made = estimate(random_spells(seed))
    sums = made.table.groupby("time")["probability"].sum()
    assert sums.to_numpy() == pytest.approx(1.0, abs=ROUNDING)
    matrices = made.transitions.groupby(["time", "from_state"])["probability"].sum()
    assert matrices.to_numpy() == pytest.approx(1.0, abs=ROUNDING)
    assert made.table["probability"].min() >= 0
    assert made.transitions["probability"].min() >= 0
    until = made.time_in_state["until"].iloc[0]
    assert made.time_in_state["expected_time"].sum() == pytest.approx(until, abs=1e-9)


@given(st.integers(0, 10_000), st.floats(0.01, 1000))
def test_scaled_weights_change_nothing(seed, factor):
    table = random_spells(seed)
    scaled = table.assign(weight=table["weight"] * factor)
    columns = ["probability", "standard_error"]
    one, two = estimate(table).table[columns], estimate(scaled).table[columns]
    assert two.to_numpy() == pytest.approx(one.to_numpy(), abs=ROUNDING, nan_ok=True)


@given(st.integers(0, 10_000))
def test_weight_two_is_a_person_twice(seed):
    table = random_spells(seed, weights=False)
    doubled = table.assign(weight=np.where(table["person"] < 5, 2.0, 1.0))
    again = table[table["person"] < 5].assign(person=lambda t: t["person"] + 1000)
    twice = pd.concat([table, again])
    found = estimate(doubled).table["probability"].to_numpy()
    assert found == pytest.approx(estimate(twice).table["probability"].to_numpy(), abs=ROUNDING)


@given(st.integers(0, 10_000))
def test_order_of_rows_and_names_of_states_change_nothing(seed):
    table = random_spells(seed)
    shuffled = table.sample(frac=1.0, random_state=seed)
    first = estimate(table, states=list("ABC")).table
    pd.testing.assert_frame_equal(first, estimate(shuffled, states=list("ABC")).table, atol=1e-12)
    names = {"A": "x", "B": "y", "C": "w", "": ""}
    renamed = table.assign(state=table["state"].map(names), to_state=table["to_state"].map(names))
    other = estimate(renamed, states=["x", "y", "w"]).table
    assert other["probability"].to_numpy() == pytest.approx(first["probability"].to_numpy())


def test_without_censoring_it_is_the_empirical_distribution():
    rng = np.random.default_rng(3)
    path = rng.integers(0, 3, (60, 6))
    wide = pd.DataFrame({"person": np.repeat(range(60), 6), "start": np.tile(range(6), 60)})
    following = np.append(path[:, 1:], path[:, -1:], axis=1).ravel()
    table = wide.assign(
        end=wide["start"] + 1,
        state=np.array(list("ABC"))[path.ravel()],
        to_state=np.where(wide["start"] < 5, np.array(list("ABC"))[following], ""),
    )
    made = estimate(table).table.set_index(["state", "time"])
    for time in range(1, 6):
        for place, state in enumerate("ABC"):
            share = (path[:, time] == place).mean()
            row = made.loc[(state, time)]
            assert row["probability"] == pytest.approx(share, abs=1e-12)
            assert row["standard_error"] == pytest.approx(np.sqrt(share * (1 - share) / 60))


def test_two_legs_of_a_journey_are_the_whole():
    table = random_spells(11, persons=60)
    one, two = (estimate(table, start=s, states=list("ABC")) for s in (0.0, 3.0))
    whole = one.transitions_at(6)["probability"].to_numpy().reshape(3, 3)
    legs = [one.transitions_at(3), two.transitions_at(6)]
    first, second = (leg["probability"].to_numpy().reshape(3, 3) for leg in legs)
    assert whole == pytest.approx(first @ second, abs=1e-12)


def test_products_in_blocks_are_the_products_in_turn():
    rng = np.random.default_rng(0)
    for count in (0, 1, 2, 3, 10, 47):
        matrices = rng.dirichlet(np.ones(4), (count, 4))
        current, by_turn = np.eye(4), [np.eye(4)]
        for matrix in matrices:
            current = current @ matrix
            by_turn.append(current)
        assert running_products(matrices) == pytest.approx(np.array(by_turn), abs=1e-14)


def test_an_entry_at_an_event_time_is_not_at_risk_then():
    table = pd.DataFrame(
        {
            "person": [1, 2, 3],
            "state": "U",
            "start": 0,
            "end": [2, 5, 5],
            "entry": [0, 0, 2],
            "to_state": ["E", "", ""],
        }
    )
    made = estimate(table)
    assert made.at(2).set_index("state").loc["U", "probability"] == 0.5
    assert made.at(2).set_index("state").loc["U", "at_risk"] == 1  # one of two has just left
    assert made.at(3).set_index("state").loc["U", "at_risk"] == 2
    assert any("1 of 3 persons come under observation after the start" in n for n in made.notes)


def test_groups_are_estimates_of_their_own():
    table = examplia()
    made = estimate(table, group="sex")
    alone = estimate(table[table["sex"] == "F"]).table
    women = made.table[made.table["sex"] == "F"].drop(columns="sex").reset_index(drop=True)
    pd.testing.assert_frame_equal(women, alone)
    assert set(made.time_in_state["sex"]) == {"F", "M"} == set(made.transition_counts["sex"])
    assert len(made.transitions) == made.table["time"].nunique() * 36 * 2
    gaps = table.assign(sex=table["sex"].where(table["person"] > 3))
    assert "not stated" in set(estimate(gaps, group=["sex"]).table["sex"])


def test_starts_that_are_given_asked_for_or_observed():
    table = examplia()
    fixed = estimate(table, initial={"education": 1.0}, times=[0, 24])
    asked = estimate(table, from_state="education", times=[0, 24])
    columns = ["state", "time", "probability", "standard_error"]
    pd.testing.assert_frame_equal(fixed.table[columns], asked.table[columns])
    assert fixed.at(0)["standard_error"].eq(0).all()
    assert estimate(table).at(0)["standard_error"].gt(0).any()
    matrix = estimate(table).transitions_at(24)
    row = matrix[matrix["from_state"] == "education"]["probability"].to_numpy()
    assert asked.at(24)["probability"].to_numpy() == pytest.approx(row, abs=1e-14)


def test_moves_are_counted_over_the_time_at_risk():
    made = estimate(TOY).transition_counts.set_index(["from_state", "to_state"])
    assert made["events"].sum() == 9
    assert made.loc[("U", "E"), "events"] == 4
    assert made.loc[("U", "I"), "exposure"] == 2 + 3 + 3 + 5 + 4 + 3 + 1 + 6
    assert made.loc[("U", "I"), "hazard"] == pytest.approx(2 / 27)
    window = estimate(TOY, start=3, until=6).transition_counts.set_index(["from_state", "to_state"])
    assert window.loc[("E", "U"), "events"] == 1
    assert window.loc[("U", "E"), "events"] == 0  # the move at 10 is later, those at 3 are past


def test_limits_on_each_scale_and_level():
    rows = {kind: estimate(TOY, interval=kind).at(6) for kind in ("plain", "log", "log-log")}
    p, se, z = 7 / 12, 0.225667733, 1.959963985
    plain, log, loglog = (rows[kind].set_index("state").loc["U"] for kind in rows)
    assert plain["lower"] == pytest.approx(p - z * se, abs=1e-8)
    assert (plain["upper"], log["upper"]) == (1.0, 1.0)
    assert log["lower"] == pytest.approx(p * np.exp(-z * se / p), abs=1e-8)
    assert loglog["lower"] == pytest.approx(p ** np.exp(z * se / (p * -np.log(p))), abs=1e-8)
    half = estimate(TOY, level=0.5).at(6).set_index("state").loc["U"]
    assert half["lower"] == pytest.approx(p - 0.674489750 * se, abs=1e-8)


def test_many_event_times_are_thinned_and_said(monkeypatch):
    monkeypatch.setattr(estimation, "MOST_STEPS", 10)
    monkeypatch.setattr(estimation, "SPREAD", 5)
    table = random_spells(2, persons=40, whole=False)
    made = estimate(table)
    assert made.table["time"].nunique() == 6
    assert any("the table has 6 of" in note for note in made.notes)
    between = float(made.curves[0].steps.times[1])
    assert made.at(between)["probability"].sum() == pytest.approx(1.0)
    assert made.at(between)["standard_error"].isna().all()
    assert estimate(table, times=[between]).table["standard_error"].notna().all()


def test_without_standard_errors_the_probabilities_are_the_same():
    bare = estimate(TOY, standard_errors=False)
    assert bare.table["standard_error"].isna().all()
    assert bare.time_in_state["lower"].isna().all()
    assert bare.table["probability"].tolist() == estimate(TOY).table["probability"].tolist()


def test_nobody_moves():
    made = estimate(TOY.assign(to_state="")[lambda t: t["start"] == 0])
    assert made.at(4).set_index("state")["probability"].to_dict() == {"U": 1.0}
    assert any("nobody was seen to move" in note for note in made.notes)


def test_a_state_with_probability_and_nobody_in_it_is_flagged():
    moves = {"person": [1, 2, 3], "state": "U", "start": 0, "end": [1, 2, 3], "to_state": "E"}
    brief = {"person": [4], "state": "E", "start": 0, "end": [0.5], "to_state": [""]}
    made = estimate(pd.concat([pd.DataFrame(moves), pd.DataFrame(brief)]))
    row = made.at(1.5).set_index("state").loc["E"]
    assert row[["at_risk", "note", "reliability"]].tolist() == [
        0, "nobody at risk: cannot be left", "u"
    ]  # fmt: skip
    assert any("at 3 of 3 times of moves" in note for note in made.notes)
    assert made.diagnostics["stuck_times"].tolist() == [3]


def test_a_state_without_any_spell_is_taken_as_never_left():
    table = pd.DataFrame({"person": range(60), "state": "U", "start": 0, "to_state": "E"})
    made = estimate(table.assign(end=1 + table["person"] % 3))
    row = made.at(2.5).set_index("state").loc["E"]
    assert row["note"] == "no spell in this state: taken as never left"
    assert (row["at_risk"], row["effective_persons"], row["reliability"]) == (0, 60, "")
    assert "no spell is in 'E': taken as never left." in made.notes
    assert made.diagnostics["stuck_times"].tolist() == [0]


def yearly(persons=200, years=5, seed=2):
    """Return spells whose moves all fall on the ends of years, and the state at each (made up)."""
    rng = np.random.default_rng(seed)
    path = rng.choice(["E", "I", "U"], (persons, years + 1), p=[0.5, 0.1, 0.4])
    made = pd.DataFrame({
        "person": np.repeat(np.arange(persons), years), "state": path[:, :-1].ravel(),
        "start": np.tile(np.arange(years), persons), "to_state": path[:, 1:].ravel(),
    })  # fmt: skip
    stays = made["to_state"] == made["state"]
    return made.assign(end=made["start"] + 1, to_state=made["to_state"].mask(stays, "")), path


def test_all_who_are_seen_throughout_stand_behind_every_row():
    spells, path = yearly()
    for made in (estimate(spells), estimate(spells, from_state="U", landmark=True)):
        count = made.at(0)["at_risk"].sum()
        table = pd.concat([made.table, made.at([0.5, 1.0, 2.5, 5.0])])
        assert (table["reliability"] == "").all()
        assert (table["note"] == "").all()
        assert table["effective_persons"].tolist() == pytest.approx([count] * len(table))
        # nobody is lost: the share is that of those who are seen in the state
        assert table["probability"].to_numpy() == pytest.approx(table["at_risk"] / count)
    everyone = estimate(spells).at(3).set_index("state")["at_risk"]
    assert everyone.to_dict() == pd.Series(path[:, 3]).value_counts().to_dict()


def test_few_who_stand_for_many_make_it_unreliable():
    spells, path = yearly(400)
    rare = estimate(spells, from_state="I")  # not a landmark: all people's moves count
    count = int((path[:, 0] == "I").sum())
    later = rare.at([0, 1, 2]).drop_duplicates("time")["effective_persons"].tolist()
    assert later == pytest.approx([count, count, count])
    lost = spells[(spells["person"] < 20) | (spells["start"] < 2)]
    made = estimate(lost).at([1, 2, 2.5, 5]).drop_duplicates("time")
    assert made["effective_persons"].iloc[0] == pytest.approx(400)
    assert made["effective_persons"].iloc[3] < 25
    assert made["reliability"].tolist() == ["", "", "u", "u"]
    note = "The estimate is worth fewer than 30 persons from time 3 on (reliability u)."
    assert any(note.lower() in one.lower() for one in estimate(lost).notes)


def test_after_the_last_time_seen_there_is_nothing():
    made = estimate(examplia(), group="sex")
    late = made.at(500)
    assert late["probability"].isna().all()
    assert set(late["note"]) == {"beyond the last time seen"}


TRUTH_ERRORS = 4.0  # of the error at the truth; 288 checks in all


def test_examplias_stated_chances_are_recovered():
    """Powers of the stated monthly matrices, by sex and track, in three made countries."""
    from skillsfc.sources.example.pathways import states, transition_matrices

    apart, wald = [], []
    for seed in (1, 2, 3):
        example = sf.example(seed=seed)
        made = estimate(
            example.spells, group=["sex", "track"], states=states(), times=[6, 24, 48, 72]
        )
        stated = example.truth["spells"]["start_state"]["value"]
        initial = np.array([stated[name] for name in states()])
        found = made.table.set_index(["sex", "track", "time"])
        for sex, track, time in [
            (s, t, m) for s in (0, 1) for t in (0, 1) for m in (6, 24, 48, 72)
        ]:
            truth = initial @ np.linalg.matrix_power(transition_matrices()[sex, track], time)
            row = found.loc[("FM"[sex], ("general", "vocational")[track], time)]
            chance = row["probability"].to_numpy()
            away = (chance - truth) / row["standard_error"].to_numpy()
            wald.append(away)
            apart.append(away * np.sqrt(chance * (1 - chance) / (truth * (1 - truth))))
    assert np.abs(apart).max() < TRUTH_ERRORS
    assert np.sqrt(np.mean(np.square(apart))) == pytest.approx(1.0, abs=0.15)
    assert np.mean(np.abs(wald) < 1.959964) == pytest.approx(0.95, abs=0.04)


def chain(rng, persons, months, matrix, start):
    """Return stays of persons in a monthly chain, some late, some lost (made up)."""
    path = np.empty((persons, months + 1), dtype=np.int64)
    path[:, 0] = rng.choice(len(matrix), persons, p=start)
    edges = np.cumsum(matrix, axis=1)
    for month in range(months):
        draw = rng.random(persons)[:, None]
        path[:, month + 1] = (draw > edges[path[:, month]]).sum(axis=1).clip(max=len(matrix) - 1)
    entry = np.where(rng.random(persons) < 0.3, rng.integers(1, months // 2, persons), 0)
    leave = np.minimum(rng.integers(months // 2, 2 * months, persons), months)
    person, month = np.nonzero(
        (np.arange(months) >= entry[:, None]) & (np.arange(months) < leave[:, None])
    )
    after = path[person, month + 1]
    return Stays(
        month.astype(float), month + 1.0, path[person, month], after,
        rng.choice([0.5, 2.0], persons)[person], person, len(matrix),
    )  # fmt: skip


def test_intervals_cover_the_truth_as_often_as_they_say():
    matrix = np.array([[0.85, 0.1, 0.05], [0.2, 0.7, 0.1], [0.05, 0.1, 0.85]])
    start = np.array([1.0, 0.0, 0.0])
    truth = np.array([start @ np.linalg.matrix_power(matrix, t) for t in (3, 8, 12)])
    rng, rounds, inside = np.random.default_rng(4), 250, []
    for _ in range(rounds):
        stays = chain(rng, 300, 12, matrix, start)
        steps = count_steps(stays)
        found = start @ steps.products
        nothing = np.zeros((300, 3))
        variance = probability_variances(stays, steps, found, nothing, np.array([3, 8, 12]))
        inside.append(np.abs(found[[3, 8, 12]] - truth) < 1.959964 * np.sqrt(variance))
    coverage = np.mean(inside, axis=0)
    error = np.sqrt(0.95 * 0.05 / rounds)
    assert coverage.min() > 0.95 - 4 * error
    assert coverage.max() < 0.95 + 4 * error
    assert abs(coverage.mean() - 0.95) < 2.5 * error


def test_row_21_a_missing_weight_is_refused():
    with pytest.raises(TableError, match="missing or no number in 1 rows"):
        estimate(TOY.assign(weight=[np.nan, *[1.0] * 11]))


def test_row_22_rows_of_weight_zero_do_not_count():
    made = estimate(pd.concat([TOY.assign(weight=1.0), TOY.assign(weight=0.0, person=99)[:1]]))
    pd.testing.assert_frame_equal(made.table, estimate(TOY).table)
    assert any("1 rows of weight 0 are left out" in note for note in made.notes)


def test_row_23_a_negative_weight_is_refused():
    with pytest.raises(TableError, match="negative in 12 rows"):
        estimate(TOY.assign(weight=-1.0))


def test_row_24_weights_that_are_all_zero_are_refused():
    with pytest.raises(TableError, match="all zero"):
        estimate(TOY.assign(weight=0.0))


def test_row_25_a_giant_weight_is_noted():
    table = random_spells(1, persons=60, weights=False)
    heavy = table.assign(weight=np.where(table["person"] == 0, 500.0, 1.0))
    assert any("very unequal" in note for note in estimate(heavy).notes)


def test_row_27_an_end_before_the_start_is_refused_without_names():
    with pytest.raises(TableError, match="before 'start' in 1 rows") as caught:
        estimate(TOY.assign(person="Jane Doe").iloc[:1].assign(end=-1))
    assert "Jane" not in str(caught.value)


def test_row_28_a_person_in_two_states_at_once_is_refused():
    doubled = pd.concat([TOY, TOY.iloc[[1]].assign(start=6, state="I")])
    with pytest.raises(TableError, match="1 overlap the spell before"):
        estimate(doubled)


def test_row_30_codes_for_kinds_of_events_are_refused():
    with pytest.raises(TableError, match="values '2'"):
        estimate(TOY.drop(columns="to_state").assign(event=[1, 2] * 6))


def test_row_32_an_entry_at_the_end_is_refused():
    with pytest.raises(TableError, match="entry < end"):
        estimate(TOY.assign(entry=TOY["end"]))


def test_row_35_fewer_than_thirty_persons_are_marked():
    assert estimate(TOY).table["reliability"].eq("u").all()
    many = estimate(sf.example(seed=1).spells)
    few = (many.table["effective_persons"] < 30) | many.table["note"].ne("")
    assert (many.table["reliability"] == "u").equals(few)
    assert any("worth fewer than 30 persons" in note for note in estimate(TOY).notes)


def test_row_55_nobody_at_the_start_is_said():
    with pytest.raises(CoverageError, match="nobody under observation at 0"):
        estimate(TOY.assign(start=TOY["start"] + 1, end=TOY["end"] + 1))
    with pytest.raises(CoverageError, match="nobody in 'I'"):
        estimate(TOY, from_state="I", landmark=True)


def test_a_move_that_leads_elsewhere_than_the_next_spell_is_refused():
    with pytest.raises(TableError, match="another state than the move before led to"):
        estimate(TOY.assign(to_state=TOY["to_state"].replace("E", "I")))


def test_a_change_without_a_move_is_noted():
    silent = TOY.assign(to_state=["", *TOY["to_state"][1:]])
    assert any("1 changes of state have no event" in note for note in estimate(silent).notes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"from_state": "Q"}, "from_state: 'Q'"),
        ({"landmark": True}, "landmark: True without from_state"),
        ({"from_state": "U", "initial": {"U": 1.0}}, "initial: given with from_state"),
        ({"initial": {"U": 0.5}}, "sum to 1"),
        ({"initial": {"U": "many"}}, "sum to 1"),
        ({"initial": [1, 0, 0]}, "mapping or Series"),
        ({"initial": {"Y": 1.0}}, "initial: 'Y'"),
        ({"level": 95}, "level: 95"),
        ({"interval": "log_log"}, "'log-log'"),
        ({"start": "0"}, "start: '0'"),
        ({"start": 10}, "the last spell ends at 10"),
        ({"until": 0.0}, "not after start"),
        ({"times": [-1]}, "times"),
        ({"start": 3, "times": [1, 5]}, "before start 3"),
        ({"until": 5, "times": [1, 9]}, "after the end of the window"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ParameterError) as caught:
        estimate(TOY, **arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("argument", ["group", "cluster", "weight"])
def test_unknown_columns_are_named_with_a_guess(argument):
    with pytest.raises(TableError, match="Did you mean 'person'"):
        estimate(TOY, **{argument: "persn"})


def test_other_than_spells_is_refused():
    with pytest.raises(TableError):
        estimate(TOY.drop(columns="state"))
    with pytest.raises(TableError):
        estimate([1, 2])
    with pytest.raises(TableError, match="not named"):
        estimate(TOY, states=["U", "E"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"group": "state"}, "'state', which is the name of a column of the result"),
        ({"group": "time"}, "spells.rename(columns={'time': 'time_group'}), then group='time_gr"),
        ({"group": "level"}, "'level', which is the name of a column of the result"),
        ({"group": ["sex", "sex"]}, "named twice: 'sex'"),
        ({"states": 5}, "states: 5"),
        ({"states": "UEI"}, "a list of states"),
    ],
)
def test_names_that_clash_are_named(arguments, words):
    table = TOY.assign(time=1, level=1, sex="F")
    with pytest.raises(ParameterError) as caught:
        estimate(table, **arguments)
    assert words in str(caught.value)


def test_a_state_named_twice_is_refused():
    with pytest.raises((ParameterError, TableError), match="named twice: 'U'"):
        estimate(TOY, states=["U", "E", "I", "U"])


def test_a_group_without_anybody_at_the_start_is_left_out():
    table = TOY.assign(sex=np.where(TOY["person"] == 6, "F", "M"))
    late = table.assign(start=table["start"] + 20 * (table["sex"] == "F"),
                        end=table["end"] + 20 * (table["sex"] == "F"))  # fmt: skip
    made = estimate(late, group="sex")
    assert set(made.table["sex"]) == {"M"}
    assert made.notes[0] == "Left out: nobody under observation at 0 in 'sex F'."
    alone = estimate(table[table["sex"] == "M"], until=30.0)
    both = estimate(late, group="sex", until=30.0).table.drop(columns="sex")
    pd.testing.assert_frame_equal(both, alone.table)
    with pytest.raises(CoverageError, match="nobody under observation at 0 in 'sex F'"):
        estimate(late[late["sex"] == "F"], group="sex")


def test_where_nobody_or_everybody_is_no_error_is_told():
    table = pd.DataFrame({"person": [1, 2], "state": "U", "start": 0, "end": 6, "to_state": ""})
    made = estimate(table, states=["E", "U"])
    ends = ["standard_error", "lower", "upper"]
    assert made.table["probability"].tolist() == [0.0, 1.0]
    assert made.table[ends].isna().all().all()
    assert made.time_in_state[ends].isna().all().all()
    assert any("none where nobody or everybody" in note for note in made.notes)
    given = estimate(TOY, from_state="U").table.set_index(["time", "state"])
    assert given.loc[(0, "U"), ends].tolist() == [0, 1, 1]  # the start is given, not estimated


@pytest.mark.parametrize("weighted", [False, True])
def test_a_state_that_all_have_left_has_a_chance_of_exactly_0(weighted):
    rng = np.random.default_rng(0)
    for persons in (7, 49, 93):
        table = pd.DataFrame({"person": range(persons), "state": "U", "start": 0, "end": 6})
        table["to_state"] = rng.choice(list("ABCDE"), persons)
        table["weight"] = rng.uniform(0.3, 3, persons) if weighted else 1.0
        made = estimate(table)
        assert made.at(6).set_index("state").loc["U", "probability"] == 0
        moved = made.transitions_at(6).set_index(["from_state", "to_state"])
        assert moved.loc[("U", "U"), "probability"] == 0


def test_time_in_kinds_of_states_has_the_error_of_the_sum():
    made = estimate(random_spells(3))
    kinds = made.time_in_kinds({"A": "job", "B": "job"}).set_index("kind")
    spent = made.time_in_state.set_index("state")["expected_time"]
    assert kinds.loc["job", "expected_time"] == pytest.approx(spent["A"] + spent["B"])
    # What is not in the jobs is in C, of the same time in all: the errors are the same.
    errors = kinds["standard_error"]
    assert errors["job"] == pytest.approx(errors["C"], rel=1e-9)
    with pytest.raises(sf.errors.ParameterError, match="kinds: 5"):
        made.time_in_kinds(5)
