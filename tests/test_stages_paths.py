"""Length and path of transitions: a month-by-month second implementation, closed forms, input."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.schema import code_list
from skillsfc.transitions.design import read_design
from skillsfc.transitions.stages.path_rules import GOALS, ROLES, classify_paths
from skillsfc.transitions.stages.quantiles import estimate_median

SIMPLE = {"S": "education", "J": "stable", "T": "temporary", "U": "unemployed", "I": "inactive",
          "Q": "satisfactory_temporary", "X": "unknown"}  # fmt: skip
EXAMPLIA = {
    "education": "education", "apprenticeship": "education", "unemployment": "unemployed",
    "inactivity": "inactive", "temporary_job": "temporary", "stable_job": "stable",
}  # fmt: skip


def spells_of(*people, **columns):
    """Return spells from words such as ``"S12 U3 J20"``: state and months, one after the other."""
    rows = []
    for person, word in enumerate(people):
        parts, time = [(part[0], int(part[1:])) for part in word.split()], 0
        for at, (state, months) in enumerate(parts):
            after = parts[at + 1][0] if at + 1 < len(parts) else ""
            if state != "_":  # a gap
                rows.append((person, state, time, time + months, after.replace("_", "")))
            time += months
    made = pd.DataFrame(rows, columns=["person", "state", "start", "end", "to_state"])
    made["event"] = made["to_state"] != ""
    for name, values in columns.items():
        made[name] = made["person"].map(dict(enumerate(values)))
    return made


def classify(*people, **arguments):
    return sf.classify_transitions(spells_of(*people), roles=SIMPLE, **arguments)


def by_month(word, destination):
    """Say outcome, months, path class: month by month, with the limits written out in words."""
    months = "".join(part[0] * int(part[1:]) for part in word.split())
    if months[-1] == "S":
        return "in_education", None, ""
    out = months[months.rfind("S") + 1 :]
    jobs = [at for at, state in enumerate(out) if state in "JQ"]
    if not jobs or (destination == "current" and out[-1] not in "JQ"):
        return "not_yet", len(out), ""
    first, until = jobs[0], jobs[0]
    if destination == "current":
        until = len(out) - 1
        while until and out[until - 1] == out[-1]:
            until -= 1
    way = {state: out[:until].count(state) for state in "JQTUIX"}
    if way["X"]:
        return "transited", first, "not_classified"
    if way["U"]:
        length = "short" if way["U"] <= 3 else "middling" if way["U"] < 12 else "lengthy"
    elif way["I"]:
        length = "short" if way["I"] <= 12 else "middling"
    elif way["T"]:
        length = "short" if way["T"] <= 12 else "middling" if way["T"] < 24 else "lengthy"
    else:
        length = "short"
    return "transited", first, length


@pytest.mark.parametrize(
    ("word", "months", "path", "length"),
    [
        ("S12 J9", 0, "direct", "short"),
        ("S12 Q9", 0, "direct", "short"),
        ("S12 T12 J9", 12, "temporary_short", "short"),
        ("S12 T13 J9", 13, "temporary_middling", "middling"),
        ("S12 T23 J9", 23, "temporary_middling", "middling"),
        ("S12 T24 J9", 24, "temporary_long", "lengthy"),
        ("S12 U3 J9", 3, "unemployment_short", "short"),
        ("S12 U4 J9", 4, "unemployment_middling", "middling"),
        ("S12 U11 J9", 11, "unemployment_middling", "middling"),
        ("S12 U12 J9", 12, "unemployment_long", "lengthy"),
        ("S12 I12 J9", 12, "inactivity_short", "short"),
        ("S12 I13 J9", 13, "inactivity_long", "middling"),
        ("S12 U2 T30 U1 J9", 33, "unemployment_short", "short"),
        ("S12 T30 I6 J9", 36, "inactivity_short", "short"),
        ("S12 U6 S3 T5 J9", 5, "temporary_short", "short"),
    ],
)
def test_paths_and_their_limits_by_hand(word, months, path, length):
    row = classify(word).persons.iloc[0]
    assert (row["outcome"], row["months"]) == ("transited", months)
    assert (row["path"], row["length_class"]) == (path, length)


def test_the_path_to_the_current_job_and_the_length_to_the_first():
    first = classify("S12 U2 Q10 U20 J5").persons.iloc[0]
    current = classify("S12 U2 Q10 U20 J5", destination="current").persons.iloc[0]
    assert (first["months"], current["months"]) == (2, 2)
    assert (first["path"], current["path"]) == ("unemployment_short", "unemployment_long")
    only = classify("S12 Q10 J5", destination="current").persons.iloc[0]
    assert (only["path"], only["length_class"]) == ("stable_only", "short")
    lost = classify("S12 J10 U5", "S3 J4", destination="current").persons
    assert lost["outcome"].tolist() == ["not_yet", "transited"]


def test_outcomes_and_their_counts():
    people = ("S12 J9", "S12 U9", "S12", "U4 J6", "S5 J6 S9")
    made = classify(*people)
    expected = ["transited", "not_yet", "in_education", "transited", "in_education"]
    assert made.persons["outcome"].tolist() == expected
    assert made.persons["months"].fillna(-1).tolist() == [0, 9, -1, 4, -1]
    counts = made.diagnostics.set_index("outcome")["persons"]
    assert counts.to_dict() == {"transited": 2, "not_yet": 1, "in_education": 2,
                                "start_not_seen": 0}  # fmt: skip
    strict = classify(*people, without_education="exclude")
    assert strict.persons["outcome"].tolist()[3] == "start_not_seen"


def test_a_job_entered_at_the_very_end_counts():
    spells = spells_of("S12 U5")
    spells.loc[1, ["event", "to_state"]] = [True, "J"]
    row = sf.classify_transitions(spells, roles=SIMPLE).persons.iloc[0]
    assert (row["outcome"], row["months"]) == ("transited", 5)
    spells.loc[1, "to_state"] = "S"
    row = sf.classify_transitions(
        pd.concat([spells, spells_of("S1 J1").assign(person=9)]), roles=SIMPLE
    ).persons.iloc[0]
    assert row["outcome"] == "in_education"


def test_people_seen_late_without_education_are_left_out():
    spells = spells_of("U4 J6", "S4 J6")
    late = spells.assign(entry=np.where(spells["person"] == 0, 2, 0))
    made = sf.classify_transitions(late, roles=SIMPLE)
    assert made.persons["outcome"].tolist() == ["start_not_seen", "transited"]
    assert any("of 1 the end of schooling is not in the data" in note for note in made.notes)


def test_row_28_time_without_a_spell_is_not_classified_and_said():
    made = classify("S12 _4 J9", "S12 X2 J3", "S12 U1 J3")
    assert made.persons["length_class"].tolist() == ["not_classified"] * 2 + ["short"]
    assert made.persons["months"].tolist() == [4, 2, 1]
    assert made.persons["months_unknown"].tolist() == [4, 2, 0]
    assert any("Of 2 of those transited part of the way" in note for note in made.notes)
    shares = made.table.set_index("indicator")
    assert shares.loc["share_short", "persons"] == 1
    assert shares.loc["share_direct", "persons"] == 3


states = st.sampled_from("SJTUIQX")
histories = st.lists(st.tuples(states, st.integers(1, 26)), min_size=1, max_size=7)


@settings(max_examples=25)
@given(st.lists(histories, min_size=1, max_size=6), st.sampled_from(["first", "current"]))
def test_month_by_month_gives_the_same(people, destination):
    words = []
    for parts in people:
        joined = [p for at, p in enumerate(parts) if at == 0 or p[0] != parts[at - 1][0]]
        words.append(" ".join(f"{state}{months}" for state, months in joined))
    expected = [by_month(word, destination) for word in words]
    if all(outcome == "in_education" for outcome, *_ in expected):
        with pytest.raises(CoverageError, match="nobody is seen to leave school"):
            classify(*words, destination=destination)
        return
    found = classify(*words, destination=destination).persons
    assert found["outcome"].tolist() == [outcome for outcome, *_ in expected]
    assert found["length_class"].tolist() == [length for *_, length in expected]
    for months, (_, wanted, _) in zip(found["months"], expected, strict=True):
        assert months == wanted or (wanted is None and np.isnan(months))


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=30))
def test_every_mixture_of_months_has_exactly_one_path(mixtures):
    """No gap and no overlap between the rules: each row of the table excludes all the others."""
    way = pd.DataFrame(mixtures, columns=["stable", "temporary", "unemployed", "inactive"])
    way = way.assign(unknown=0, between=lambda made: made.sum(axis=1))
    assert (classify_paths(way)["path"] != "not_classified").all()
    met = np.zeros(len(way), dtype=int)
    for rule in code_list("swts_paths").to_dict("records"):
        spent = way[rule["months_in"]]
        hit = pd.Series(True, index=way.index)
        hit &= spent > float(rule["more_than"] or -1)
        hit &= spent >= float(rule["at_least"] or 0)
        hit &= spent <= float(rule["at_most"] or 1e9)
        hit &= spent < float(rule["less_than"] or 1e9)
        for name in filter(None, rule["without"].split("|")):
            hit &= way[name] == 0
        met += hit.to_numpy()
    assert (met == 1).all()


# Summary


@cache
def examplia():
    return sf.example(seed=1).spells


@cache
def examplia_paths():
    return sf.classify_transitions(examplia(), roles=EXAMPLIA, group="sex")


def test_summary_is_the_weighted_mean_median_and_share():
    made = examplia_paths()
    table = made.table.set_index(["sex", "indicator"])
    for sex, people in made.persons.groupby("sex"):
        arrived = people[people["outcome"] == "transited"]
        left = people[people["outcome"].isin(["transited", "not_yet"])]
        weight = arrived["weight"]
        expected = {
            "share_transited": weight.sum() / left["weight"].sum(),
            "share_direct": weight[arrived["months"] == 0].sum() / weight.sum(),
            "share_lengthy": weight[arrived["length_class"] == "lengthy"].sum() / weight.sum(),
            "mean_months": (weight * arrived["months"]).sum() / weight.sum(),
        }
        later = arrived[arrived["months"] > 0]
        expected["mean_months_without_direct"] = (
            (later["weight"] * later["months"]).sum() / later["weight"].sum()
        )  # fmt: skip
        for name, value in expected.items():
            assert table.loc[(sex, name), "value"] == pytest.approx(value), name
        ordered = arrived.sort_values("months")
        half = ordered["weight"].cumsum() >= weight.sum() / 2
        assert table.loc[(sex, "median_months"), "value"] == ordered.loc[half, "months"].iloc[0]
        assert table.loc[(sex, "mean_months"), "persons"] == len(arrived)
    classes = ["share_short", "share_middling", "share_lengthy"]
    assert table.loc["F"].loc[classes, "value"].sum() == pytest.approx(1.0)
    codes = [f"share_{code}" for code in code_list("swts_paths")["code"]]
    assert table.loc["M"].loc[codes, "value"].sum() == pytest.approx(1.0)


def test_examplia_women_arrive_less_often_as_stated():
    """Women's stated monthly chances into a stable job are lower in every state."""
    table = examplia_paths().table.set_index(["indicator", "sex"])
    women, men = table.loc[("share_transited", "F")], table.loc[("share_transited", "M")]
    assert women["upper"] < men["lower"]


def test_the_direct_share_is_the_competing_chance_of_a_stable_job():
    """Simulated as Examplia is, without return to school: the truth is the ratio of chances."""
    draw = np.random.default_rng(11)
    chance = {"J": 0.02, "U": 0.06}  # monthly chances to leave school, and then U -> J at 0.1
    words = []
    for _ in range(3000):
        school = draw.geometric(sum(chance.values()))
        search = 0 if draw.random() < 0.25 else draw.geometric(0.1)
        words.append(f"S{school} " + (f"U{search} " if search else "") + "J500")
    table = classify(*words).table.set_index("indicator")
    direct, mean = table.loc["share_direct"], table.loc["mean_months"]
    later, median = table.loc["mean_months_without_direct"], table.loc["median_months"]
    assert abs(direct["value"] - 0.25) < 3.5 * direct["standard_error"]
    assert abs(later["value"] - 10.0) < 3.5 * later["standard_error"]
    assert abs(mean["value"] - 7.5) < 3.5 * mean["standard_error"]
    # 0.25 + 0.75 (1 - 0.9^m) first reaches a half at m = 4.
    assert median["lower"] <= 4 <= median["upper"]
    short = table.loc["share_unemployment_short"]
    assert abs(short["value"] - 0.75 * (1 - 0.9**3)) < 3.5 * short["standard_error"]


def test_coverage_of_the_median():
    draw, hits, runs = np.random.default_rng(3), 0, 300
    design = read_design(pd.DataFrame({"a": np.ones(200)}))
    truth = np.log(2) * 10
    for _ in range(runs):
        _, _, low, high = estimate_median(design, draw.exponential(10, 200), np.ones(200), 0.95)
        hits += low <= truth <= high
    assert hits / runs == pytest.approx(0.95, abs=3.5 * (0.95 * 0.05 / runs) ** 0.5)


def test_mvad_and_its_real_paths():
    data = sf.load_microdata("mvad")
    runs = (data["state"] != data.groupby("person")["state"].shift()).cumsum()
    spells = data.groupby(["person", runs], sort=False).agg(
        state=("state", "first"), start=("month", "min"), end=("month", "max"),
        weight=("weight", "first"), sex=("sex", "first"),
    ).reset_index(level=0)  # fmt: skip
    spells["end"] += 1
    spells["to_state"] = spells.groupby("person")["state"].shift(-1).fillna("")
    roles = {"school": "education", "FE": "education", "HE": "education", "training": "temporary",
             "employment": "stable", "joblessness": "unemployed"}  # fmt: skip
    made = sf.classify_transitions(spells, roles=roles, group="sex")
    assert len(made.persons) == 712
    now = data[data["month"] == 71].set_index("person")["state"].isin(["school", "FE", "HE"])
    schooled = made.persons.set_index("person")["outcome"] == "in_education"
    assert (schooled == now.reindex(schooled.index)).all()
    assert made.table["value"].notna().all()


def test_scaling_weights_changes_nothing_and_weights_count():
    spells = examplia()[examplia()["person"] <= 400]
    first = sf.classify_transitions(spells, roles=EXAMPLIA).table
    scaled = spells.assign(weight=spells["weight"] * 7)
    second = sf.classify_transitions(scaled, roles=EXAMPLIA).table
    plain = sf.classify_transitions(spells, roles=EXAMPLIA, weight=None).table
    columns = ["value", "standard_error", "lower", "upper"]
    np.testing.assert_allclose(first[columns], second[columns], rtol=1e-9)
    assert not np.allclose(first["value"], plain["value"])
    shuffled = spells.sample(frac=1, random_state=1)
    third = sf.classify_transitions(shuffled, roles=EXAMPLIA).table
    np.testing.assert_allclose(first[columns], third[columns], rtol=1e-9)


def test_clusters_and_strata_reach_the_errors():
    people = [f"S6 U{1 + at % 9} J9" for at in range(60)]
    spells = spells_of(*people, school=[at % 9 // 2 for at in range(60)], part=["a", "b"] * 30)
    plain = sf.classify_transitions(spells, roles=SIMPLE).table.set_index("indicator")
    made = sf.classify_transitions(spells, roles=SIMPLE, cluster="school", stratum="part")
    table = made.table.set_index("indicator")
    assert table.loc["mean_months", "value"] == plain.loc["mean_months", "value"]
    assert table.loc["mean_months", "standard_error"] > plain.loc["mean_months", "standard_error"]
    assert not any("Kish" in note for note in made.notes)


def test_notes_say_that_limits_are_recalled_and_that_censored_are_left_out():
    notes = " ".join(classify("S12 J9", "S3 U2").notes)
    assert "recalled from the national reports" in notes
    assert "1 have left school but not arrived (censored" in notes
    assert "recalled" in sf.classify_transitions.__doc__


def test_roles_of_the_rules_are_those_that_are_read():
    listed = code_list("swts_paths")
    assert set(listed["months_in"]) <= {*ROLES.values(), "between"}
    assert set(GOALS) < set(ROLES)


# Bad input


def test_row_27_end_before_start_and_overlaps_are_refused_with_hashed_persons():
    spells = spells_of("S12 J9", "S3 J4")
    with pytest.raises(TableError, match="before 'start' in 1 rows"):
        sf.classify_transitions(
            spells.assign(end=spells["end"].where(spells.index != 1, 2)), roles=SIMPLE
        )
    over = spells.assign(
        start=spells["start"].where(spells.index != 1, 6), person=["anna"] * 2 + ["b"] * 2
    )
    with pytest.raises(TableError, match="spells overlap in 1 rows") as caught:
        sf.classify_transitions(over, roles=SIMPLE)
    assert "check_spells" in str(caught.value)
    assert "anna" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"roles": {"S": "education", "J": "stable"}}, ParameterError, "no role for the states"),
        ({"roles": SIMPLE | {"U": "unemploied"}}, ParameterError, "Did you mean 'unemployed'"),
        ({"roles": dict.fromkeys("SJU", "education")}, ParameterError, "ends the transition"),
        ({"destination": "frist"}, ParameterError, "Did you mean 'first'"),
        ({"without_education": "drop"}, ParameterError, "without_education"),
        ({"unit": "year"}, ParameterError, "in months"),
        ({"level": 0}, ParameterError, "level"),
        ({"group": "sexe"}, TableError, "column 'sexe': missing"),
        ({"weight": "wt"}, TableError, "column 'wt': missing"),
        ({"cluster": "psu"}, TableError, "column 'psu': missing"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        sf.classify_transitions(spells_of("S12 U3 J9"), **({"roles": SIMPLE} | arguments))


def test_nobody_out_of_school_and_changing_columns():
    with pytest.raises(CoverageError, match="nobody is seen to leave school"):
        classify("S12", "J4 S3")
    spells = spells_of("S12 J9", "S1 J2").assign(
        sex=["F", "M", "M", "M"], part=["a", "b", "b", "b"]
    )
    made = sf.classify_transitions(spells, roles=SIMPLE, group="sex")
    assert any("'sex' changes within 1 persons" in note for note in made.notes)
    with pytest.raises(TableError, match="one stratum a person"):
        sf.classify_transitions(spells, roles=SIMPLE, stratum="part")


def test_a_record_that_starts_late_is_not_one_that_was_seen_late():
    """Without a column of entries the record itself starts the clock, wherever it begins."""
    late = pd.DataFrame(
        {
            "person": [1, 1], "state": ["U", "J"], "start": [24, 30], "end": [30, 60],
            "to_state": ["J", ""],
        }
    )  # fmt: skip
    made = sf.classify_transitions(late, roles=SIMPLE).persons
    assert made[["outcome", "months"]].values.tolist() == [["transited", 6.0]]
    checked = sf.classify_transitions(sf.check_spells(late), roles=SIMPLE).persons
    assert checked["outcome"].tolist() == ["transited"]
    shut = pd.concat([late, late.assign(person=2, start=[0, 30])])
    with pytest.raises(CoverageError, match="nobody is seen"):
        sf.classify_transitions(late, roles=SIMPLE, without_education="exclude")
    seen = sf.classify_transitions(shut.assign(entry=shut["start"]), roles=SIMPLE).persons
    assert seen["outcome"].tolist() == ["start_not_seen", "transited"]


def test_states_may_be_numbers():
    numbers = pd.DataFrame(
        {"person": [1, 1], "state": [1, 2], "start": [0, 3], "end": [3, 9], "to_state": [2, None]}
    )
    for roles in ({1: "education", 2: "stable"}, {"1": "education", 2.0: "stable"}):
        made = sf.classify_transitions(numbers, roles=roles)
        assert made.persons["months"].tolist() == [0.0]
    with pytest.raises(ParameterError, match=r"roles\['2'\].*is no role"):
        sf.classify_transitions(numbers, roles={1: "education", 2: "stabel"})


@pytest.mark.parametrize("name", ["level", "persons", "indicator", "months", "path", "person"])
def test_groups_called_like_a_column_of_the_result_are_refused(name):
    spells = spells_of("S12 U3 J20")
    table = spells if name == "person" else spells.assign(**{name: "x"})
    with pytest.raises(ParameterError, match=f"group: column '{name}'"):
        sf.classify_transitions(table, roles=SIMPLE, group=name)


def test_columns_of_the_design_may_be_the_person_but_not_a_column_of_the_result():
    spells = spells_of("S12 U3 J20", "S10 J20", "S8 U2 J20")
    plain = sf.classify_transitions(spells, roles=SIMPLE, stratum=None).table
    own = sf.classify_transitions(spells, roles=SIMPLE, cluster="person").table
    assert own["value"].tolist() == pytest.approx(plain["value"].tolist(), nan_ok=True)
    with pytest.raises(ParameterError, match="design: column 'outcome'"):
        sf.classify_transitions(spells.assign(outcome="x"), roles=SIMPLE, stratum="outcome")


def test_row_22_persons_of_weight_zero_are_in_no_count():
    spells = spells_of("S12 U3 J20", "S10 J20", "S8 U20", weight=[1.0, 1.0, 0.0])
    made = sf.classify_transitions(spells, roles=SIMPLE)
    assert made.diagnostics.set_index("outcome")["persons"].to_dict()["not_yet"] == 0
    assert any("0 have left school but not arrived" in note for note in made.notes)
    assert made.table.set_index("indicator").loc["share_transited", ["value", "persons"]].tolist() \
        == [1.0, 2]  # fmt: skip
