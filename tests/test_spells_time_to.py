"""`measure_time_to`: hand cases, a second implementation person by person, and known truth."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError, SkillsfcWarning, TableError
from skillsfc.transitions.records import read_records
from skillsfc.transitions.sequences.model import read_sequences

JOBS = ["temporary_job", "stable_job"]


@pytest.fixture(scope="module")
def examplia():
    return sf.check_spells(sf.example(seed=1).spells)


def spells(*rows, **columns):
    return pd.DataFrame(rows, columns=["person", "state", "start", "end"]).assign(**columns)


def waits(made):
    return {
        row.person: (row.end, row.to_state if row.event else None)
        for row in made.table.itertuples()
    }


TOLD = spells(
    ("waits", "S", 0, 5), ("waits", "U", 5, 9), ("waits", "E", 9, 20),
    ("direct", "S", 0, 7), ("direct", "E", 7, 20),
    ("never", "S", 0, 6), ("never", "U", 6, 20),
    ("still", "U", 0, 2), ("still", "S", 2, 20),
    ("no school", "U", 0, 5), ("no school", "E", 5, 20),
    ("returns", "S", 0, 4), ("returns", "E", 4, 6), ("returns", "S", 6, 10),
    ("returns", "U", 10, 13), ("returns", "E", 13, 20),
    ("gap", "S", 0, 4), ("gap", "U", 4, 6), ("gap", "E", 9, 20),
)  # fmt: skip


def test_waiting_since_the_last_end_of_school():
    made = sf.measure_time_to(TOLD, to="E", since="S")
    assert waits(made) == {
        "waits": (4, "E"), "direct": (0.5, "E"), "never": (14, None), "returns": (3, "E"),
        "gap": (2, None),
    }  # fmt: skip
    assert made.table.set_index("person").loc["direct", "direct"]
    assert made.table.set_index("person")["clock_start"].loc["returns"] == 10
    assert made.not_at_risk.to_numpy().tolist() == [
        ["no school", "never in 'S'"], ["still", "in 'S' until the last seen"],
    ]  # fmt: skip
    assert (made.table["start"] == 0).all()
    assert set(made.table["state"]) == {"waiting"}


def test_waiting_since_the_first_end_of_school_and_through_gaps():
    made = sf.measure_time_to(TOLD, to="E", since="S", which="first", gap="ignore")
    assert waits(made)["returns"] == (0.5, "E")
    assert waits(made)["gap"] == (5, "E")


def test_waiting_since_observation_began():
    made = sf.measure_time_to(TOLD, to="E")
    assert waits(made)["waits"] == (9, "E")
    assert waits(made)["still"] == (20, None)
    assert made.not_at_risk.empty


def test_direct_transitions_can_be_kept_apart():
    made = sf.measure_time_to(TOLD, to="E", since="S", zero="separate")
    assert "direct" not in waits(made)
    assert made.direct["person"].tolist() == ["direct"]
    assert "they are in .direct" in " ".join(made.notes)
    both = sf.measure_time_to(TOLD, to="E", since="S")
    assert "have 0.5 month" in " ".join(both.notes)
    outcomes = made.diagnostics.set_index("outcome")["persons"]
    assert outcomes["of these kept apart"] == outcomes["of these direct, in time 0"] == 1


def test_every_person_is_counted_once_in_the_diagnostics():
    made = sf.measure_time_to(TOLD, to="E", since="S", competing="U")
    counted = made.diagnostics[~made.diagnostics["outcome"].str.startswith("of these")]
    assert counted["persons"].sum() == TOLD["person"].nunique()
    assert waits(made)["waits"] == (0.5, "U")


def test_a_job_must_last_and_everyone_is_watched_for_that_much_less():
    told = spells(
        ("short", "S", 0, 5), ("short", "E", 5, 7), ("short", "U", 7, 9), ("short", "E", 9, 20),
        ("just", "S", 0, 5), ("just", "U", 5, 17), ("just", "E", 17, 20),
        ("new", "S", 0, 5), ("new", "U", 5, 18), ("new", "E", 18, 20),
        ("none", "S", 0, 5), ("none", "U", 5, 20),
        ("late", "S", 0, 18), ("late", "U", 18, 20),
    )  # fmt: skip
    made = sf.measure_time_to(told, to="E", since="S", min_length=3)
    assert waits(made) == {
        "short": (4, "E"), "just": (12, "E"), "new": (12, None), "none": (12, None),
    }  # fmt: skip
    assert made.not_at_risk["reason"].tolist() == [
        "not seen for long enough after the clock started"
    ]
    assert "lasts 3 months or more" in " ".join(made.notes)


def test_the_window_of_a_job_that_must_last_keeps_the_rate_right():
    # Waiting exponential with rate 0.1, jobs exponential with mean 6, all seen until month 24. A
    # job of 3 months or more is found at rate 0.1 exp(-1/2) while unemployed; short jobs are left
    # at once here (length 0 beside the waiting), so that the waiting alone decides.
    rng = np.random.default_rng(5)
    count, rate, least, seen = 6000, 0.1, 3.0, 24.0
    wait = rng.exponential(1 / (rate * np.exp(-0.5)), count)
    length = least + rng.exponential(6.0, count)
    rows = []
    for person, (begin, lasts) in enumerate(zip(wait, length, strict=True)):
        rows.append((person, "U", 0.0, min(begin, seen)))
        if begin < seen:
            rows.append((person, "E", begin, min(begin + lasts, seen)))
    made = sf.measure_time_to(spells(*rows), to="E", min_length=least)
    events, time = made.table["event"].sum(), made.table["end"].sum()
    assert events / time == pytest.approx(rate * np.exp(-0.5), abs=4 * np.sqrt(events) / time)
    naive = wait[(wait < seen) & (wait > seen - least)]
    assert len(naive) > 100  # these would be censored on arrival if only they were cut


def test_a_last_move_without_a_spell_counts_unless_it_must_last():
    told = spells(("a", "S", 0, 3), ("a", "U", 3, 8), ("b", "S", 0, 3), ("b", "U", 3, 9),
                  to_state=["U", "E", "U", None])  # fmt: skip
    assert waits(sf.measure_time_to(told, to="E", since="S")) == {"a": (5, "E"), "b": (6, None)}
    longer = sf.measure_time_to(told, to="E", since="S", min_length=2)
    assert waits(longer) == {"a": (3, None), "b": (4, None)}


def test_delayed_entry_goes_with_the_person():
    told = spells(("a", "S", 0, 4), ("a", "U", 4, 9), ("a", "E", 9, 12),
                  ("b", "U", 4, 6), ("b", "E", 6, 12), entry=[0, 0, 0, 8, 8])  # fmt: skip
    with pytest.raises(TableError, match="S17"):
        sf.measure_time_to(told, to="E")
    told = told[(told["person"] == "a") | (told["state"] == "E")].assign(entry=[6, 6, 9, 8])
    checked = sf.check_spells(told, late_entry="drop")
    made = sf.measure_time_to(checked, to="E")
    assert waits(made) == {"a": (5, "E")}  # the school spell was over before the person was seen
    assert made.table["entry"].tolist() == [2.0]
    assert read_records(made.table).entry.tolist() == [2.0]
    assert made.not_at_risk.to_numpy().tolist() == [["b", "moved or left before first seen"]]


def test_columns_of_the_spell_that_starts_the_clock_go_along():
    told = TOLD.assign(weight=range(1, len(TOLD) + 1), sex="F")
    made = sf.measure_time_to(told, to="E", since="S")
    own = made.table.set_index("person")
    assert (own.loc["waits", "weight"], own.loc["returns", "weight"]) == (1, 14)
    assert (own["sex"] == "F").all()


def test_row_31_nobody_arrives_is_a_table_of_censored_times():
    told = spells(("a", "S", 0, 5), ("a", "U", 5, 9), ("b", "E", 0, 9))
    made = sf.measure_time_to(told, to="E", since="S")
    assert not made.table["event"].any()
    assert read_records(made.table).states == ("waiting",)


def test_row_27_29_and_32_faults_of_spells_are_named_before_anything_is_measured():
    for row in (("z", "S", 5, 1), ("z", "S", 5, 5)):
        with pytest.raises(TableError, match="measure_time_to, 1 problem"):
            sf.measure_time_to(pd.concat([TOLD, spells(row)]), to="E")


def test_nobody_at_risk_is_an_error_that_says_why():
    told = spells(("a", "S", 0, 5), ("b", "E", 0, 9))
    with pytest.raises(
        TableError, match="nobody is at risk: 1 in 'S' until the last seen; 1 never"
    ):
        sf.measure_time_to(told, to="E", since="S")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"to": "stable"}, "to: 'stable'; expected one of 'E', 'S', 'U'"),
        ({"to": []}, "to: no state"),
        ({"to": "E", "since": "E"}, "both here and in 'since'"),
        ({"to": "E", "competing": ["U", "X"]}, "competing: 'X'"),
        ({"to": "E", "which": "lst"}, "Did you mean 'last'"),
        ({"to": "E", "zero": "haf"}, "Did you mean 'half'"),
        ({"to": "E", "gap": "ignored"}, "Did you mean 'ignore'"),
        ({"to": "E", "min_length": 0}, "min_length: 0"),
    ],
)
def test_wrong_arguments_are_named(arguments, text):
    with pytest.raises(ParameterError, match=text):
        sf.measure_time_to(TOLD, **arguments)


def by_hand(rows, to, since, which, least, competing):
    """Return the waiting of one person without gaps or late entry, in plain steps."""
    last = rows[-1][2]
    if since is None:
        origin = rows[0][1]
    else:
        ends = [end for state, _, end, _ in rows if state == since]
        if not ends:
            return None
        origin = ends[-1] if which == "last" else ends[0]
        if origin == last and not rows[-1][3]:
            return None
    horizon = last - (least or 0)
    steps = [(state, start, end) for state, start, end, _ in rows if start >= origin]
    if rows[-1][3]:
        steps.append((rows[-1][3], last, last + (0 if least else 1)))
    for state, start, end in steps:
        arrived = state in to and end - start >= (least or 0) and (end > start)
        if (arrived or state in competing) and start <= horizon:
            return (start - origin or 0.5, state)
    return (horizon - origin, None) if horizon > origin else None


@pytest.mark.parametrize(
    ("since", "which", "least", "competing"),
    [
        (None, "last", None, []),
        ("education", "last", None, []),
        ("education", "first", 3, ["apprenticeship"]),
        ("unemployment", "first", 6, ["education", "inactivity"]),
    ],
)
def test_a_loop_over_persons_gives_the_same(examplia, since, which, least, competing):
    table = examplia.table
    table = table[(table["entry"] == 0) & (table["person"] <= 300)].drop(columns="entry")
    made = sf.measure_time_to(
        table, to=JOBS, since=since, which=which, min_length=least, competing=competing
    )
    expected = {}
    for person, part in table.groupby("person"):
        rows = [(r.state, r.start, r.end, r.to_state if r.event else "") for r in part.itertuples()]
        found = by_hand(rows, JOBS, since, which, least, competing)
        if found:
            expected[person] = found
    assert waits(made) == expected
    assert len(made.not_at_risk) == table["person"].nunique() - len(expected)


@pytest.mark.parametrize("sex", ["F", "M"])
def test_examplia_waiting_after_education_is_that_of_its_chain(examplia, sex):
    truth = sf.example(seed=1).truth["spells"]
    states, chances = truth["states"]["value"], truth["transition_rate"]["value"][sex]
    chain = np.array([[chances[a].get(b, 0.0) for b in states] for a in states])
    leaving = chain[states.index("education")] / chain[states.index("education")].sum()
    np.fill_diagonal(chain, 1 - chain.sum(axis=1))
    for job in JOBS:
        chain[states.index(job)] = np.eye(len(states))[states.index(job)]

    group = examplia.table[(examplia.table["sex"] == sex) & (examplia.table["track"] == "general")]
    waiting = sf.measure_time_to(sf.check_spells(group), to=JOBS, since="education", which="first")
    rows = waiting.table
    entry = rows["entry"] if "entry" in rows else pd.Series(0.0, rows.index)
    at, alive, variance = leaving, 1.0, 0.0
    arrived = [at[[states.index(job) for job in JOBS]].sum()]
    for _ in range(12):
        at = at @ chain
        arrived.append(at[[states.index(job) for job in JOBS]].sum())
    for time, month in ((0.5, 0), *((m, m) for m in range(1, 13))):
        risk = ((entry < time) & (rows["end"] >= time)).sum()
        events = (rows["event"] & (rows["end"] == time)).sum()
        alive *= 1 - events / risk
        variance += events / (risk * (risk - events))
        if month in (0, 3, 6, 12):
            error = alive * np.sqrt(variance)
            assert 0.005 < error < 0.04
            assert abs(1 - alive - arrived[month]) < 4 * error


def test_mvad_waiting_from_school_to_work_is_that_of_its_calendar():
    long = sf.load_microdata("mvad")
    table = sf.sequences_to_spells(read_sequences(long))
    made = sf.measure_time_to(table, to="employment", since="school")
    calendar = long.pivot(index="person", columns="month", values="state")
    found = {}
    for person, months in calendar.iterrows():
        line = months.to_numpy()
        school = np.flatnonzero(line == "school")
        if not len(school) or school[-1] == len(line) - 1:
            continue
        left = school[-1] + 1
        work = np.flatnonzero(line[left:] == "employment")
        found[person] = (work[0] or 0.5, "employment") if len(work) else (len(line) - left, None)
    assert waits(made) == found
    assert len(made.not_at_risk) == 712 - len(found)
    assert made.table["weight"].notna().all()


def test_keane_wolpin_years_until_work_after_school():
    long = sf.load_microdata("keane_wolpin")[["person", "year", "state"]]
    table = sf.sequences_to_spells(read_sequences(long))
    work = ["blue_collar", "white_collar", "services"]
    made = sf.measure_time_to(table, to=work, since="school", unit="year")
    outcomes = made.diagnostics.set_index("outcome")["persons"]
    direct = table[table["state"].eq("school") & table["to_state"].isin(work)]
    last_school = table[table["state"] == "school"].groupby("person").tail(1)
    assert outcomes["of these direct, in time 0"] == last_school.index.isin(direct.index).sum()
    assert made.table["end"].between(0.5, 6).all()


def test_persons_first_seen_late_are_left_out_where_the_clock_starts_with_the_record():
    spells = sf.example(seed=1).spells
    made = sf.measure_time_to(spells, to="stable_job")
    late = spells.groupby("person")["entry"].first() > 0
    assert made.not_at_risk["reason"].eq("seen late, after the clock started").sum() == late.sum()
    assert len(made.table) + len(made.not_at_risk) == spells["person"].nunique()
    assert (made.table["clock_start"] == 0).all()
    told = sf.measure_time_to(spells, to="stable_job", since="education")
    assert not told.not_at_risk["reason"].eq("seen late, after the clock started").any()


def test_a_clock_of_calendar_dates_starts_with_each_record_and_says_so():
    told = spells(("a", "U", 24, 30), ("a", "E", 30, 40), ("b", "U", 26, 35), ("b", "E", 35, 40),
                  entry=[24, 30, 26, 35])  # fmt: skip
    made = sf.measure_time_to(told, to="E")
    assert waits(made) == {"a": (6, "E"), "b": (9, "E")}
    assert made.not_at_risk.empty
    assert made.notes[0].startswith("The clock starts with each person's record: only 1 of 2")
    many = pd.concat([told, told.assign(person=told["person"] + "2")])  # two share the earliest
    assert len(sf.measure_time_to(many, to="E").table) == 4


def test_a_clock_that_most_persons_share_need_not_start_at_0():
    told = spells(("a", "U", 24, 30), ("a", "E", 30, 40), ("b", "U", 24, 35), ("b", "E", 35, 40),
                  ("c", "U", 30, 40), entry=[24, 24, 24, 24, 30])  # fmt: skip
    made = sf.measure_time_to(told, to="E")
    assert waits(made) == {"a": (6, "E"), "b": (11, "E")}
    assert made.not_at_risk.to_numpy().tolist() == [["c", "seen late, after the clock started"]]
    assert not any("record" in note for note in made.notes)


@pytest.mark.parametrize("gap", ["censor", "ignore"])
def test_entry_is_that_of_the_spell_after_the_clocks_start(gap):
    told = spells(("a", "S", 0, 5), ("a", "H", 5, 12), ("a", "E", 12, 20), entry=[0, 8, 12])
    made = sf.measure_time_to(told, to="E", since="S", gap=gap)
    assert waits(made) == {"a": (7, "E")}
    assert made.table["entry"].tolist() == [3]
    constant = sf.measure_time_to(told.assign(entry=3), to="E", since="S", gap=gap)
    assert "entry" not in constant.table  # seen since before the clock started


def test_time_before_the_entry_of_a_later_spell_is_a_gap():
    told = spells(("a", "S", 0, 5), ("a", "H", 5, 8), ("a", "U", 8, 14), ("a", "E", 14, 20),
                  entry=[0, 5, 11, 14])  # fmt: skip
    assert waits(sf.measure_time_to(told, to="E", since="S")) == {"a": (3, None)}
    assert waits(sf.measure_time_to(told, to="E", since="S", gap="ignore")) == {"a": (9, "E")}
    away = told.drop(index=1).assign(entry=[0, 11, 14])  # a gap, then a spell seen late
    assert sf.measure_time_to(away, to="E", since="S", gap="ignore").table["entry"].item() == 6


def test_adjoining_jobs_are_one_stay_however_the_spells_come():
    told = spells(("a", "U", 0, 4), ("a", "E", 4, 6), ("a", "E", 6, 8), ("a", "U", 8, 20))
    given = (told, sf.check_spells(told), sf.check_spells(told, neighbours="keep"))
    for spells_given in given:
        assert waits(sf.measure_time_to(spells_given, to="E", min_length=3)) == {"a": (4, "E")}
    since = sf.measure_time_to(given[2], to="U", since="E", which="first")
    assert since.table["clock_start"].tolist() == [8]


def test_states_told_as_numbers_are_found():
    told = spells((1, 1, 0, 4), (1, 2, 4, 9), (1, 3, 9, 12))
    assert waits(sf.measure_time_to(told, to=3, since=1)) == {1: (5, "3")}
    assert waits(sf.measure_time_to(told, to=[3], competing=2.0)) == {1: (4, "2")}


def repaired():
    """Return spells with a row twice, two neighbours in one state, and a weight that changes."""
    told = pd.DataFrame({"person": [1, 1, 1, 2, 2],
                         "state": ["school", "job", "job", "school", "job"],
                         "start": [0, 3, 8, 0, 5], "end": [3, 8, 30, 5, 30],
                         "weight": [1, 1, 7, 1, 1.0]})  # fmt: skip
    return pd.concat([told, told.iloc[:2]])


def test_what_the_check_does_to_a_table_stands_in_the_notes():
    made = " ".join(sf.measure_time_to(repaired(), to="job", since="school").notes)
    assert "S04 the same row twice: 2 spells" in made
    assert "S16 adjoining spells in one state: 1 spells" in made
    assert "S24 more than one weight in a person" in made
    checked = sf.check_spells(repaired())
    assert "S04" not in " ".join(sf.measure_time_to(checked, to="job", since="school").notes)


def test_conversions_to_a_table_warn_of_what_the_check_changed():
    told = repaired().drop(columns="weight")
    for convert in (sf.spells_to_person_periods, lambda t: sf.spells_to_panel(t, times=[0, 6])):
        with pytest.warns(SkillsfcWarning, match="S04 the same row twice: 2 spells of 1 persons"):
            convert(told)
    assert "S04" in " ".join(sf.spells_to_sequences(told).notes)


def test_who_arrives_at_once_comes_before_all_who_waited():
    told = pd.DataFrame({"person": [1, 1, 2, 2], "state": ["school", "job"] * 2,
                         "start": [0, 4, 0, 4.0], "end": [4, 9, 4, 9.0]})  # fmt: skip
    gap = told.assign(start=told["start"].where(told.index != 3, 4.25))
    home = pd.DataFrame({"person": [2], "state": ["home"], "start": [4.0], "end": [4.25]})
    years = sf.measure_time_to(pd.concat([gap, home]), to="job", since="school", unit="year")
    assert years.table.set_index("person")["end"].to_dict() == {1: 0.125, 2: 0.25}
    assert "they have 0.125 year" in " ".join(years.notes)
    whole = sf.measure_time_to(told, to="job", since="school")
    assert whole.table["end"].tolist() == [0.5, 0.5]


def test_one_state_starts_the_clock():
    told = pd.DataFrame({"person": [1] * 3, "state": ["school", "training", "job"],
                         "start": [0, 5, 9], "end": [5, 9, 20]})  # fmt: skip
    with pytest.raises(ParameterError, match="since: 2 states; expected one state"):
        sf.measure_time_to(told, to="job", since=["school", "training"])
    with pytest.raises(ParameterError, match="min_length: 'a'"):
        sf.measure_time_to(told, to="job", min_length="a")
