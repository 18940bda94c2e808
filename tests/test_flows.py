"""Gross flows: R's values, errors against simulation, truth, and bad input."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ConvergenceError, CoverageError, ParameterError, TableError
from skillsfc.transitions.flows.counting import Corrections, corrected
from skillsfc.transitions.flows.margins import adjust_by_fitting, adjust_by_wls
from skillsfc.transitions.flows.misclassification import correct_flows

EXPECTED = pd.read_csv(Path(__file__).parent / "oracles" / "flows" / "expected.csv")
COUNTS = np.array([[560, 17, 45], [18, 9, 12], [48, 14, 277]])
ANSWERS = np.array([[0.985, 0.005, 0.01], [0.03, 0.9, 0.07], [0.01, 0.015, 0.975]])
BEFORE, AFTER = np.array([0.6, 0.05, 0.35]), np.array([0.61, 0.045, 0.345])
STATES = ["E", "U", "O"]


def matrix_of(case):
    rows = EXPECTED[EXPECTED["case"] == case]
    made = np.full((3, 3), np.nan)
    for row in rows.itertuples():
        i, j = row.name.split()
        made[int(i) - 1, int(j) - 1] = row.value
    assert np.isfinite(made).all()
    return made, rows["tolerance"].max()


def panel_of(counts, dates=(1, 2)):
    """Return one row an interview for counted moves between two dates."""
    origin, aim = (part.ravel() for part in np.indices(np.shape(counts)))
    times = np.ravel(counts)
    first, second = np.repeat(origin, times), np.repeat(aim, times)
    person = np.tile(np.arange(len(first)), 2)
    return pd.DataFrame(
        {
            "person": person,
            "quarter": np.repeat(dates, len(first)),
            "state": np.array(STATES)[np.concatenate([first, second])],
        }
    )


def stocks_of(*shares, dates=(1, 2), total=1000.0):
    parts = [
        pd.DataFrame({"quarter": date, "state": STATES, "persons": np.array(share) * total})
        for date, share in zip(dates, shares, strict=True)
    ]
    return pd.concat(parts)


def probabilities(made):
    return made.matrix().loc[STATES, STATES].to_numpy()


def test_correction_of_answers_equals_r():
    found, tolerance = matrix_of("corrected")
    made = sf.estimate_flows(panel_of(COUNTS), states=STATES, misclassification=ANSWERS)
    assert made.table["flow"].to_numpy().reshape(3, 3) == pytest.approx(found, abs=tolerance)
    assert correct_flows(COUNTS, ANSWERS) == pytest.approx(found, abs=tolerance)


@pytest.mark.parametrize("method", ["wls", "ipf"])
def test_margins_equal_r(method):
    found, tolerance = matrix_of(f"margins_{method}")
    made = sf.estimate_flows(
        panel_of(COUNTS), states=STATES, margins=stocks_of(BEFORE, AFTER), adjustment=method
    )
    assert probabilities(made) == pytest.approx(found, abs=tolerance)
    flows = made.table.pivot_table(index="from_state", columns="to_state", values="flow")
    assert flows.sum(axis=1)[STATES].to_numpy() == pytest.approx(1000 * BEFORE)
    assert flows.sum(axis=0)[STATES].to_numpy() == pytest.approx(1000 * AFTER, abs=1e-5)
    assert any("Flows agree with the stocks" in note for note in made.notes)


def test_counted_flows_are_parts_of_those_before():
    made = sf.estimate_flows(panel_of(COUNTS), states=STATES)
    shares = COUNTS / COUNTS.sum(axis=1, keepdims=True)
    assert probabilities(made) == pytest.approx(shares)
    assert made.table["count"].to_numpy().reshape(3, 3).tolist() == COUNTS.tolist()
    # Binomial, with the n - 1 of a sample of persons.
    n = COUNTS.sum()
    binomial = np.sqrt(shares * (1 - shares) / COUNTS.sum(axis=1, keepdims=True) * n / (n - 1))
    errors = made.table["standard_error"].to_numpy().reshape(3, 3)
    assert errors == pytest.approx(binomial, abs=1e-8)
    totals = np.sqrt(COUNTS * (1 - COUNTS / n) * n / (n - 1))
    assert made.table["flow_error"].to_numpy().reshape(3, 3) == pytest.approx(totals, abs=1e-6)


def history(rng, persons, dates, matrix, start=None, weights=True):
    start = start or [0.6, 0.06, 0.34]
    path = np.empty((persons, dates), dtype=np.int64)
    path[:, 0] = rng.choice(3, persons, p=start)
    edges = np.cumsum(matrix, axis=1)
    for date in range(1, dates):
        path[:, date] = (rng.random(persons)[:, None] > edges[path[:, date - 1]]).sum(axis=1)
    return pd.DataFrame(
        {
            "person": np.repeat(np.arange(persons), dates),
            "quarter": np.tile(np.arange(1, dates + 1), persons),
            "state": np.array(STATES)[path.ravel()],
            "weight": np.repeat(rng.choice([0.5, 2.0] if weights else [1.0], persons), dates),
        }
    )


MATRIX = np.array([[0.9, 0.03, 0.07], [0.4, 0.3, 0.3], [0.1, 0.05, 0.85]])


@pytest.mark.parametrize("case", ["plain", "ipf", "answers_and_wls"])
def test_errors_equal_those_of_a_jackknife(case):
    """Leaving each of 12 clusters out in turn shows how uncertain all corrections together are."""
    rng = np.random.default_rng(8)
    table = history(rng, 4000, 3, MATRIX).assign(area=lambda t: t["person"] % 12)
    table["weight"] = rng.uniform(0.5, 2.0, 12)[table["area"]]
    given = {}
    if "answers" in case:
        given["misclassification"] = ANSWERS
    if case not in ("plain", "answers"):
        margins = stocks_of(*([[0.6, 0.06, 0.34]] * 3), dates=(1, 2, 3))
        given |= {"margins": margins, "adjustment": case.split("_")[-1]}
    made = sf.estimate_flows(table, states=STATES, cluster="area", **given)
    left_out = np.array(
        [
            sf.estimate_flows(table[table["area"] != area], states=STATES, **given).average[
                "probability"
            ]
            for area in range(12)
        ]
    )
    jackknife = np.sqrt(11 / 12 * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    assert made.average["standard_error"].to_numpy() == pytest.approx(jackknife, rel=0.1)


def test_intervals_cover_the_truth():
    rng, rounds, inside = np.random.default_rng(5), 60, []
    for _ in range(rounds):
        made = sf.estimate_flows(history(rng, 400, 3, MATRIX), states=STATES).average
        truth = MATRIX.ravel()
        inside.append((made["lower"] <= truth) & (truth <= made["upper"]))
    coverage = np.mean(inside)
    assert abs(coverage - 0.95) < 0.03


def test_examplias_quarterly_chances_are_recovered():
    from skillsfc.sources.example.pathways import ACTIVITIES, monthly_matrix

    truth = np.linalg.matrix_power(monthly_matrix(), 3)
    away = []
    for seed in (1, 2, 3):
        made = sf.estimate_flows(sf.example(seed=seed).labour_force_panel, states=ACTIVITIES)
        away.append((made.average["probability"] - truth.ravel()) / made.average["standard_error"])
    assert np.abs(away).max() < 3.5
    assert np.sqrt(np.mean(np.square(away))) == pytest.approx(1.0, abs=0.35)


def test_wrong_answers_are_undone_as_their_truth_is_known():
    """Independent errors at each date make moves that never were; the correction takes them out."""
    rng = np.random.default_rng(2)
    table = history(rng, 40_000, 2, MATRIX, weights=False)
    codes = table["state"].map({"E": 0, "U": 1, "O": 2}).to_numpy()
    edges = np.cumsum(ANSWERS, axis=1)
    recorded = (rng.random(len(codes))[:, None] > edges[codes]).sum(axis=1)
    seen = table.assign(state=np.array(STATES)[recorded])
    plain = sf.estimate_flows(seen, states=STATES).average
    mended = sf.estimate_flows(seen, states=STATES, misclassification=ANSWERS).average
    truth = MATRIX.ravel()
    assert np.abs((plain["probability"] - truth) / plain["standard_error"]).max() > 8
    assert np.abs((mended["probability"] - truth) / mended["standard_error"]).max() < 3.5


def test_persons_who_are_not_found_again_are_counted():
    table = panel_of(COUNTS)
    gone = table[(table["quarter"] == 1) | (table["person"] >= 100)]
    gone = pd.concat([gone, pd.DataFrame({"person": [-1], "quarter": [2], "state": ["U"]})])
    made = sf.estimate_flows(gone, states=STATES)
    found = made.unmatched.set_index(["kind", "state"])
    assert found.loc["lost", "count"].tolist() == [100, 0, 0]
    assert found.loc[("lost", "E"), "share"] == pytest.approx(100 / 622)
    assert found.loc["entered", "count"].tolist() == [0, 1, 0]
    assert found["count"].groupby("kind").sum()["matched"] == COUNTS.sum() - 100
    assert any("100 of 1000 interviews (10.0%) have none" in note for note in made.notes)
    assert any(
        "from 0.0% of those in U to 16.1% in E" in n or "16.1% in E" in n for n in made.notes
    )


def test_interviews_two_dates_apart_are_not_a_pair():
    table = pd.DataFrame(
        {
            "person": [1, 1, 2, 2, 3, 3],
            "quarter": [1, 3, 1, 2, 2, 3],
            "state": ["E", "U", "E", "E", "U", "U"],
        }
    )
    made = sf.estimate_flows(table)
    assert made.table["count"].sum() == 2
    assert made.diagnostics[["matched", "lost", "entered"]].values.tolist() == [[2, 2, 2]]


@pytest.mark.parametrize(
    ("date", "expected"), [("first", 2 / 3), ("second", 3 / 4), ("mean", 2.5 / 3.5)]
)
def test_the_weight_of_the_date_chosen_counts(date, expected):
    table = pd.DataFrame(
        {
            "person": [1, 1, 2, 2],
            "month": [1, 2, 1, 2],
            "activity": ["E", "U", "E", "E"],
            "weight": [2.0, 3.0, 1.0, 1.0],
        }
    )
    made = sf.estimate_flows(table, weight_date=date)
    assert made.matrix().loc["E", "U"] == pytest.approx(expected)


def test_groups_are_those_of_the_first_date():
    rng = np.random.default_rng(1)
    table = history(rng, 300, 3, MATRIX).assign(sex=lambda t: np.where(t["person"] % 2, "F", "M"))
    made = sf.estimate_flows(table, group="sex", states=STATES)
    alone = sf.estimate_flows(table[table["sex"] == "F"], states=STATES)
    own = made.table[made.table["sex"] == "F"].drop(columns="sex").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone.table)
    assert made.matrix(sex="F").equals(alone.matrix())
    assert made.matrix(sex="F", time=2).equals(alone.matrix(time=2))
    assert len(made.average) == 18
    gaps = table.assign(sex=table["sex"].where(table["person"] > 20))
    assert "not stated" in set(sf.estimate_flows(gaps, group=["sex"]).average["sex"])


def test_margins_by_group():
    rng = np.random.default_rng(1)
    table = history(rng, 300, 2, MATRIX).assign(sex=lambda t: np.where(t["person"] % 2, "F", "M"))
    both = pd.concat(
        [
            stocks_of([0.5, 0.1, 0.4], [0.52, 0.09, 0.39]).assign(sex="F"),
            stocks_of([0.7, 0.05, 0.25], [0.7, 0.05, 0.25]).assign(sex="M"),
        ]
    )
    made = sf.estimate_flows(table, group="sex", states=STATES, margins=both)
    flows = made.table.groupby(["sex", "to_state"])["flow"].sum()
    assert flows[("F", "U")] == pytest.approx(90.0)
    assert flows[("M", "E")] == pytest.approx(700.0)


@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_scaled_weights_and_shuffled_rows_change_nothing(seed, factor):
    table = history(np.random.default_rng(seed), 80, 3, MATRIX)
    first = sf.estimate_flows(table, states=STATES).average
    other = table.assign(weight=table["weight"] * factor).sample(frac=1, random_state=seed)
    second = sf.estimate_flows(other, states=STATES).average
    for name in ("probability", "standard_error", "count"):
        assert second[name].to_numpy() == pytest.approx(
            first[name].to_numpy(), abs=1e-7, nan_ok=True
        )


@given(st.integers(0, 10_000))
def test_flows_with_margins_are_consistent(seed):
    rng = np.random.default_rng(seed)
    flows = rng.integers(5, 200, (3, 3)).astype(float)
    before, after = rng.dirichlet([5, 5, 5], 2)
    rows = flows / flows.sum(axis=1, keepdims=True)
    for made in (
        adjust_by_wls(rows, flows.sum(axis=1), before, after),
        adjust_by_fitting(flows, before, after),
    ):
        assert before @ made == pytest.approx(after, abs=1e-8)
        assert made.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    fitted = adjust_by_fitting(flows, before, after)
    assert fitted.min() >= 0

    def odds(m):
        return m[0, 0] * m[1, 1] / m[0, 1] / m[1, 0]

    assert odds(fitted) == pytest.approx(odds(flows))


@given(st.integers(0, 10_000))
def test_undoing_errors_that_were_made_gives_the_truth(seed):
    rng = np.random.default_rng(seed)
    answers = 0.8 * np.eye(4) + 0.2 * rng.dirichlet(np.ones(4), 4)
    true = rng.gamma(1, 100, (4, 4))
    assert correct_flows(answers.T @ true @ answers, answers) == pytest.approx(true, rel=1e-6)


def test_margins_already_met_change_nothing():
    flows = COUNTS.astype(float)
    stocks = (flows.sum(axis=1), flows.sum(axis=0))
    for method in ("wls", "ipf"):
        made = corrected(flows, COUNTS, stocks, Corrections(method=method))
        assert made == pytest.approx(flows, abs=1e-8)


TOO_MUCH = np.array([[0.95, 0.04, 0.01], [0.2, 0.7, 0.1], [0.01, 0.04, 0.95]])


def test_negative_flows_are_flagged_cut_or_refused():
    flagged = sf.estimate_flows(panel_of(COUNTS), states=STATES, misclassification=TOO_MUCH)
    below = flagged.table[flagged.table["flow"] < 0]
    assert len(below)
    assert below["note"].str.startswith("negative").all()
    assert any("flows are negative" in note for note in flagged.notes)
    cut = sf.estimate_flows(
        panel_of(COUNTS), states=STATES, misclassification=TOO_MUCH, negative="clip"
    )
    assert cut.table["flow"].min() == 0
    assert cut.table["flow"].sum() == pytest.approx(COUNTS.sum())
    with pytest.raises(ConvergenceError, match="negative flows"):
        sf.estimate_flows(
            panel_of(COUNTS), states=STATES, misclassification=TOO_MUCH, negative="refuse"
        )


def test_margins_that_no_flow_leads_to_are_refused():
    lonely = COUNTS.copy()
    lonely[:, 1] = lonely[1, :] = 0
    wanted = stocks_of(BEFORE, AFTER)
    for method in ("wls", "ipf"):
        with pytest.raises(ConvergenceError, match="margins: cannot be met"):
            sf.estimate_flows(panel_of(lonely), states=STATES, margins=wanted, adjustment=method)


def test_margins_with_gaps_are_refused():
    wanted = stocks_of(BEFORE, AFTER)
    with pytest.raises(TableError, match="no stock for '2 O'"):
        sf.estimate_flows(panel_of(COUNTS), margins=wanted.iloc[:-1])
    with pytest.raises(TableError, match="column 'quarter': missing"):
        sf.estimate_flows(panel_of(COUNTS), margins=wanted.rename(columns={"quarter": "quarte"}))
    with pytest.raises(TableError, match="repeated"):
        sf.estimate_flows(panel_of(COUNTS), margins=pd.concat([wanted, wanted]))
    with pytest.raises(TableError, match="stocks >= 0"):
        sf.estimate_flows(panel_of(COUNTS), margins=wanted.assign(persons=-1.0))


def test_a_state_without_anybody_before_has_no_chances():
    made = sf.estimate_flows(panel_of([[5, 1, 0], [0, 0, 0], [0, 0, 4]]), states=STATES)
    rows = made.table[made.table["from_state"] == "U"]
    assert rows["probability"].isna().all()
    assert made.table["standard_error"].iloc[0] > 0


def test_uneven_dates_are_noted():
    table = panel_of(COUNTS).replace({"quarter": {2: 4}})
    more = pd.concat([table, table[table["quarter"] == 1].assign(quarter=5)])
    made = sf.estimate_flows(more)
    assert any("those 1 apart, without '1 to 4'" in note for note in made.notes)
    assert made.settings.apart == 1
    assert made.average["pairs"].unique().tolist() == [1]
    assert made.average["count"].sum() == (made.table["time"] == 4).sum() / 9 * COUNTS.sum()


def test_a_group_seen_only_over_the_longer_time_has_nothing_over_all_pairs():
    table = panel_of(COUNTS, dates=(1, 2)).assign(sex="F")
    late = panel_of(COUNTS // 2, dates=(2, 4)).assign(sex="M")
    late["person"] += 10_000
    made = sf.estimate_flows(pd.concat([table, late]), group="sex")
    assert made.average.set_index("sex").loc["M", "probability"].isna().all()
    assert made.diagnostics.set_index("sex").loc["M", "moves"] > 0
    note = "Nothing over all pairs for sex M: nobody there is interviewed at two dates 1 apart."
    assert note in made.notes
    assert [one.keys for one in made.named_matrices()] == [{"sex": "F"}]


def test_chances_as_uncertain_as_those_of_a_few_persons_are_flagged():
    table = panel_of([[80, 70], [70, 80]])
    assert (sf.estimate_flows(table).average["reliability"] == "").all()
    made = sf.estimate_flows(table, misclassification=[[0.6, 0.4], [0.4, 0.6]]).average
    assert made["standard_error"].min() > 0.2
    assert (made["reliability"] == "u").all()


def test_dates_as_text_follow_their_order():
    table = panel_of(COUNTS, dates=("2024Q4", "2025Q1"))
    assert sf.estimate_flows(table).table["time"].unique().tolist() == ["2024Q4"]


def test_interviews_without_an_answer_count_as_not_held():
    table = panel_of(COUNTS)
    table.loc[0, "state"] = None
    made = sf.estimate_flows(table)
    assert "1 interviews without state count as not held." in made.notes
    assert made.diagnostics["entered"].tolist() == [1]


def test_row_21_to_24_weights_that_are_none_are_refused():
    table = panel_of(COUNTS)
    for weights, words in ((np.nan, "missing"), (-1.0, "negative"), (0.0, "all zero")):
        with pytest.raises(TableError, match=words):
            sf.estimate_flows(table.assign(weight=weights))


def test_row_35_fewer_than_thirty_are_marked():
    made = sf.estimate_flows(panel_of([[560, 17, 45], [8, 9, 12], [48, 14, 277]]), states=STATES)
    marked = made.table[made.table["reliability"] == "u"]
    assert set(marked["from_state"]) == {"U"}
    assert any("Fewer than 30 persons begin in U" in note for note in made.notes)


def test_a_person_twice_at_a_date_is_refused_without_a_name():
    table = panel_of(COUNTS).assign(person="Jane Doe")
    with pytest.raises(TableError, match="rows repeat a person and a quarter") as caught:
        sf.estimate_flows(table)
    assert "Jane" not in str(caught.value)


def test_a_group_in_which_nobody_is_seen_twice_does_not_stop_the_others():
    table = panel_of(COUNTS).assign(sex="f")
    once = pd.DataFrame({"person": ["x", "y"], "quarter": [1, 2], "state": ["E", "U"], "sex": "m"})
    made = sf.estimate_flows(pd.concat([table, once], ignore_index=True), group="sex")
    alone = sf.estimate_flows(table, group="sex")
    own = made.table[made.table["sex"] == "f"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone.table)
    none = made.average[made.average["sex"] == "m"]
    assert none["pairs"].eq(0).all()
    assert none["count"].eq(0).all()
    assert none[["flow", "probability", "lower"]].isna().all(axis=None)
    assert (none["note"] == "nobody is interviewed at both dates").all()
    assert any("No flows for sex m:" in note for note in made.notes)
    lost = made.diagnostics.set_index("sex").loc["m"]
    assert lost[["lost", "entered", "matched"]].tolist() == [1, 1, 0]
    assert list(sf.to_continuous_rates(made).table["sex"].unique()) == ["f"]
    with pytest.raises(CoverageError, match="consecutive dates in m"):
        sf.estimate_flows(once, group="sex")


def test_a_cluster_or_a_state_that_is_missing_is_named():
    table = panel_of(COUNTS).assign(village=np.nan)
    with pytest.raises(TableError, match=r"column 'village': missing in \d+ rows"):
        sf.estimate_flows(table, cluster="village")
    with pytest.raises(TableError, match="column 'state': missing in all rows"):
        sf.estimate_flows(table.assign(state=None))
    with pytest.raises(ParameterError, match="misclassification: str"):
        sf.estimate_flows(table, misclassification="none")


@pytest.mark.parametrize("adjustment", ["wls", "ipf"])
def test_stocks_of_nobody_and_of_states_not_in_the_panel_are_refused(adjustment):
    table, stocks = panel_of(COUNTS), stocks_of([0.5, 0.1, 0.4], [0.5, 0.1, 0.4])
    nobody = stocks.assign(persons=stocks["persons"].where(stocks["quarter"] == 1, 0.0))
    with pytest.raises(TableError, match="stocks of 0 only for '2'"):
        sf.estimate_flows(table, margins=nobody, adjustment=adjustment)
    more = pd.concat([stocks, stocks.iloc[[0, -1]].assign(state="Z")])
    with pytest.raises(TableError, match="not in the panel: 'Z'"):
        sf.estimate_flows(table, margins=more, adjustment=adjustment)
    none = pd.concat([stocks, stocks.iloc[[0, -1]].assign(state="Z", persons=0.0)])
    made = sf.estimate_flows(table, margins=none, adjustment=adjustment)
    assert made.table["from_state"].nunique() == 3


def test_row_55_nobody_seen_twice_is_said():
    table = panel_of(COUNTS).assign(person=range(2 * COUNTS.sum()))
    with pytest.raises(CoverageError, match="nobody is interviewed at two consecutive dates"):
        sf.estimate_flows(table)
    with pytest.raises(TableError, match="fewer than two dates"):
        sf.estimate_flows(table.assign(quarter=1))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"adjustment": "raking"}, ParameterError, "adjustment: 'raking'"),
        ({"negative": "drop"}, ParameterError, "negative: 'drop'"),
        ({"weight_date": "last"}, ParameterError, "weight_date: 'last'"),
        ({"interval": "logi"}, ParameterError, "Did you mean 'logit'"),
        ({"level": 0}, ParameterError, "level: 0"),
        ({"states": ["E", "U"]}, ParameterError, "not named: 'O'"),
        ({"time": "quartr"}, TableError, "Did you mean 'quarter'"),
        ({"group": "persn"}, TableError, "Did you mean 'person'"),
        ({"cluster": "area"}, TableError, "column 'area'"),
        ({"weight": "pwgt"}, TableError, "column 'pwgt'"),
        ({"misclassification": np.eye(2)}, ParameterError, "a matrix of 3 x 3"),
        ({"misclassification": "often"}, ParameterError, "a matrix of 3 x 3"),
        ({"misclassification": 2 * np.eye(3)}, ParameterError, "rows sum to '2.0'"),
        ({"misclassification": np.full((3, 3), 1 / 3)}, ParameterError, "cannot be inverted"),
        ({"misclassification": pd.DataFrame(np.eye(3))}, ParameterError, "no row for state 'E'"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error) as caught:
        sf.estimate_flows(panel_of(COUNTS), **arguments)
    assert words in str(caught.value)


def test_misclassification_by_name_is_put_in_order():
    named = pd.DataFrame(ANSWERS, index=STATES, columns=STATES).loc[
        ["O", "E", "U"], ["U", "O", "E"]
    ]
    one = sf.estimate_flows(panel_of(COUNTS), states=STATES, misclassification=named)
    two = sf.estimate_flows(panel_of(COUNTS), states=STATES, misclassification=ANSWERS)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_a_matrix_that_is_not_there_is_named():
    made = sf.estimate_flows(panel_of(COUNTS))
    with pytest.raises(ParameterError, match="time: 7"):
        made.matrix(time=7)
    with pytest.raises(ParameterError, match="sex: 'F'"):
        made.matrix(sex="F")


def test_other_than_a_panel_is_refused():
    with pytest.raises(TableError):
        sf.estimate_flows([1, 2, 3])
    with pytest.raises(TableError, match="none"):
        sf.estimate_flows(panel_of(COUNTS).iloc[:0])
    with pytest.raises(TableError, match="column of state: missing"):
        sf.estimate_flows(panel_of(COUNTS).drop(columns="state"))


def test_shares_at_the_last_date_have_the_errors_of_a_weighted_share():
    rng = np.random.default_rng(5)
    told = pd.DataFrame({"person": np.repeat(range(80), 3), "quarter": np.tile([1, 2, 3], 80)})
    told["state"] = rng.choice(list("EUO"), len(told))
    told["weight"] = np.repeat(rng.uniform(0.5, 3.0, 80), 3)
    made = sf.estimate_flows(told).last_shares()
    last = told[told["quarter"] == 3]
    weight = last["weight"].to_numpy()
    for row in made.itertuples():
        there = (last["state"] == row.state).to_numpy()
        share = weight[there].sum() / weight.sum()
        apart = weight * (there - share)  # linearised, a person a cluster
        error = np.sqrt(80 / 79 * (apart**2).sum()) / weight.sum()
        assert row.share == pytest.approx(share, rel=1e-12)
        assert row.standard_error == pytest.approx(error, rel=1e-8)  # slopes by differences
        assert row.lower < share < row.upper
        assert row.persons == there.sum()
    plain = sf.estimate_flows(told.drop(columns="weight")).last_shares()
    expected = np.sqrt(plain["share"] * (1 - plain["share"]) / 79)
    assert np.allclose(plain["standard_error"], expected, rtol=1e-12)


def test_each_group_has_its_own_last_date_and_one_never_seen_twice_no_share():
    rows = [(p, q, "EU"[(p + q) % 2], "a") for p in range(6) for q in (1, 2, 3)]
    rows += [(10 + p, q, "EU"[p % 2], "b") for p in range(6) for q in (1, 2)]
    rows += [(20 + p, 1 + p % 2, "E", "c") for p in range(6)]
    told = pd.DataFrame(rows, columns=["person", "quarter", "state", "area"])
    made = sf.estimate_flows(told, group="area").last_shares().set_index(["area", "state"])
    assert made.loc["a", "until"].tolist() == [3, 3]
    assert made.loc["b", "until"].tolist() == [2, 2]
    assert made.loc[("b", "E"), "share"] == 0.5
    assert made.loc["c", "share"].isna().all()
    assert made.loc["c", "persons"].tolist() == [0, 0]
