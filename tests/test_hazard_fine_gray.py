"""Fine and Gray's model: equal to two R packages, to its own definition in loops, to the truth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hazard_oracles import check, expected, jobs, mgus2

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError
from skillsfc.transitions.survival import fine_gray
from skillsfc.transitions.survival.fine_gray import fit_fine_gray
from skillsfc.transitions.survival.preparation import prepare
from skillsfc.transitions.survival.sight import estimate_sight

PLAIN = {
    "state": None, "to": "pcm", "clock": "spell", "weight": "weight", "cluster": None,
    "strata": None, "missing": "refuse", "intercept": False,
}  # fmt: skip


def check_fit(fit, case):
    error = np.sqrt(np.diag(fit.covariance))
    check(case, "estimate", dict(zip(fit.names, fit.coefficients, strict=True)))
    check(case, "error", dict(zip(fit.names, error, strict=True)))
    check(case, "log_likelihood", {"log_likelihood": fit.log_likelihood})
    check(case, "null_log_likelihood", {"null_log_likelihood": fit.null_log_likelihood})


# Equal to R ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_mgus2_equals_finegray_with_coxph(ties):
    fit = fit_fine_gray(prepare(mgus2(), "age + male", **PLAIN), ties=ties, known=True)
    check_fit(fit, f"mgus2 {ties}")
    hazard, _ = fit.curves(
        np.array([[60.0, 1.0]]), np.zeros(1, dtype=int), np.array([60, 120, 240])
    )
    found = {str(t): p for t, p in zip((60, 120, 240), 1 - np.exp(-hazard[0]), strict=True)}
    check(f"mgus2 {ties}", "incidence:", found)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_mgus2_with_delayed_entry_equals_finegray(ties):
    spells = mgus2().assign(entry=lambda t: t["late"])
    fit = fit_fine_gray(prepare(spells, "age + male", **PLAIN), ties=ties)
    check_fit(fit, f"mgus2 late {ties}")


@pytest.mark.parametrize("late", [False, True])
def test_weighted_mgus2_equals_finegray_on_repeated_rows(late):
    """finegray(weights=) itself leaves the weights out of the curves of censoring and entry."""
    spells = mgus2().assign(weight=lambda t: 2 + t["person"] % 4)
    spells = spells.assign(entry=spells["late"]) if late else spells
    fit = fit_fine_gray(prepare(spells, "age + male", **PLAIN), ties="breslow", known=True)
    check_fit(fit, f"mgus2 {'late ' if late else ''}weighted breslow")


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_mgus2_with_strata_equals_finegray(ties):
    keywords = {**PLAIN, "to": "death", "strata": "male"}
    fit = fit_fine_gray(prepare(mgus2(), "age", **keywords), ties=ties, known=True)
    check_fit(fit, f"mgus2 death strata {ties}")


def test_mgus2_equals_crr_where_moves_and_censoring_at_one_time_go_together():
    data = prepare(mgus2(), "age + male", **PLAIN)
    check_fit(fit_fine_gray(data, ties="breslow", together=True), "mgus2 crr")


def test_mgus2_has_the_values_on_which_tools_agree():
    rows = expected()[lambda t: (t["script"] == "printed value") & (t["case"] == "mgus2 efron")]
    made = sf.fit_hazard(mgus2(), "age + male", kind="fine_gray", to="pcm")
    found = made.table.set_index("term")["estimate"]
    assert len(rows) == 2
    for row in rows.itertuples():
        assert found[row.name.split(":")[1]] == pytest.approx(row.value, abs=row.tolerance)


@pytest.mark.parametrize("exit_", ["full_time", "part_time"])
def test_unemployment_spells_equal_finegray(exit_):
    spells = jobs()[lambda t: t["to_state"] != "unrecorded"]
    data = prepare(spells, "age + log_weekly_earnings + filed_claim", **{**PLAIN, "to": exit_})
    check_fit(fit_fine_gray(data, known=True), f"unemployment {exit_}")


# Its definition -----------------------------------------------------------------------------------


def made_up(size=60, seed=5, late=False):
    rng = np.random.default_rng(seed)
    end = rng.integers(1, 12, size).astype(float)
    entry = np.where(rng.random(size) < 0.3, np.floor(end * rng.random(size) / 2), 0.0)
    moved = rng.choice(["job", "away", ""], size, p=[0.45, 0.3, 0.25])
    return pd.DataFrame({
        "person": np.arange(size), "start": 0.0, "end": end, "to_state": moved,
        "entry": entry if late else 0.0, "x": rng.normal(size=size),
        "weight": rng.choice([1.0, 2.0], size),
    })  # fmt: skip


def brute_sight(rows, time):
    """Chance to be in sight just before a time: not censored, and entered, each by definition."""
    censored, weight = rows["to_state"] == "", rows["weight"]
    chance = 1.0
    for at in sorted(rows.loc[censored & (rows["end"] < time), "end"].unique()):
        lost = weight[censored & (rows["end"] == at)].sum()
        first = ~censored & (rows["end"] == at)  # who moves at that time is gone before
        chance *= 1 - lost / weight[(rows["entry"] < at) & (rows["end"] >= at) & ~first].sum()
    for at in rows.loc[rows["entry"] >= time, "entry"].unique():  # back in time: who enters, leaves
        came = weight[rows["entry"] == at].sum()
        chance *= 1 - came / weight[(rows["entry"] <= at) & (rows["end"] > at)].sum()
    return chance


def brute_pseudo_likelihood(rows, beta):
    """Breslow's form with each weight taken from the definition, in loops."""
    sight = {time: brute_sight(rows, time) for time in rows["end"].unique()}
    total = 0.0
    for _, case in rows[rows["to_state"] == "job"].iterrows():
        risk = 0.0
        for _, other in rows.iterrows():
            if other["end"] >= case["end"]:
                share = float(other["entry"] < case["end"])
            elif other["to_state"] == "away":
                share = sight[case["end"]] / sight[other["end"]]
            else:
                continue
            risk += share * other["weight"] * np.exp(beta * other["x"])
        total += case["weight"] * (beta * case["x"] - np.log(risk))
    return total


@pytest.mark.parametrize("late", [False, True])
def test_pseudo_likelihood_equals_loops_and_is_largest_at_the_estimate(late):
    rows = made_up(30, late=late)
    made = sf.fit_hazard(rows, "x", kind="fine_gray", to="job", ties="breslow")
    beta = made.table["estimate"].iloc[0]
    at = brute_pseudo_likelihood(rows, beta)
    assert made.log_likelihood == pytest.approx(at, abs=1e-9)
    assert at > max(brute_pseudo_likelihood(rows, beta + step) for step in (-0.02, 0.02))


def test_errors_count_that_the_weights_are_estimated():
    """Refits with one spell's weight moved move the chance of censoring too."""
    data = prepare(made_up(), "x", **{**PLAIN, "to": "job"})
    fit = fit_fine_gray(data)

    def moved(at, by):
        weight = data.weight.copy()
        weight[at] *= 1 + by
        return fit_fine_gray(replace(data, weight=weight)).coefficients[0]

    change = [(moved(at, 1e-4) - moved(at, -1e-4)) / 2e-4 for at in range(len(data.end))]
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(
        np.sqrt(np.square(change).sum()), rel=1e-6
    )
    known = fit_fine_gray(data, known=True)
    assert known.coefficients == pytest.approx(fit.coefficients)
    assert known.covariance[0, 0] != pytest.approx(fit.covariance[0, 0], rel=1e-4)


def test_without_competing_moves_it_is_coxs_model_with_robust_errors():
    rows = made_up().assign(to_state=lambda t: t["to_state"].where(t["to_state"] != "away", ""))
    one = sf.fit_hazard(rows, "x", kind="fine_gray", to="job")
    two = sf.fit_hazard(rows, "x", kind="cox", to="job")
    assert one.table[["estimate", "standard_error"]].to_numpy() == pytest.approx(
        two.table[["estimate", "standard_error"]].to_numpy()
    )
    assert any("No competing move" in note for note in one.notes)


def test_without_censoring_competing_spells_last_for_ever():
    rows = made_up().assign(to_state=lambda t: t["to_state"].replace("", "job"))
    one = sf.fit_hazard(rows, "x", kind="fine_gray", to="job")
    longer = rows.assign(
        end=rows["end"].where(rows["to_state"] != "away", 99.0),
        to_state=rows["to_state"].where(rows["to_state"] != "away", ""),
    )
    two = sf.fit_hazard(longer, "x", to="job")
    assert one.table["estimate"].tolist() == pytest.approx(two.table["estimate"].tolist())
    assert one.log_likelihood == pytest.approx(two.log_likelihood)


@pytest.mark.parametrize("late", [False, True])
def test_a_weight_of_two_is_a_row_twice(late):
    rows = made_up(late=late)
    twice = rows.loc[rows.index.repeat(rows["weight"].astype(int))].drop(columns="weight")
    twice["row"], twice["person"] = twice["person"], np.arange(len(twice))
    one = sf.fit_hazard(rows, "x", kind="fine_gray", to="job", ties="breslow")
    two = sf.fit_hazard(twice, "x", kind="fine_gray", to="job", ties="breslow", cluster="row")
    columns = ["estimate", "standard_error"]
    assert one.table[columns].to_numpy() == pytest.approx(two.table[columns].to_numpy())


def test_scaling_weights_changes_nothing_with_delayed_entry():
    rows = made_up(120, late=True)
    more = rows.assign(weight=rows["weight"] * 40)
    one, two = (sf.fit_hazard(t, "x", kind="fine_gray", to="job") for t in (rows, more))
    columns = ["estimate", "standard_error"]
    assert one.table[columns].to_numpy() == pytest.approx(two.table[columns].to_numpy())
    assert any("delayed entry" in note for note in one.notes)


def test_incidence_without_covariates_is_aalen_johansens():
    rows = made_up(200)
    made = sf.fit_hazard(rows, "", kind="fine_gray", to="job", ties="breslow")
    curve = made.predict(pd.DataFrame({"any": [1]}), times=[3, 6, 9])
    assert (curve["quantity"] == "incidence").all()
    plain = sf.estimate_cumulative_incidence(rows, to="job", times=[3, 6, 9]).table
    # exp(-sum) in place of a product of 1 - h: close, not equal
    assert curve["probability"].to_numpy() == pytest.approx(
        plain["probability"].to_numpy(), abs=0.02
    )
    assert (curve["lower"] < curve["probability"]).all()
    assert (curve["probability"] < curve["upper"]).all()


# The truth ----------------------------------------------------------------------------------------


def uncensored(rng, size, beta=(0.7, -0.4), share=0.4, away=0.0):
    """Draw times whose incidence is 1 - (1 - p (1 - exp(-t)))^exp(xb), as Fine and Gray (1999).

    ``away`` is how much x shortens the time to competing moves.
    """
    x = np.column_stack([rng.normal(size=size), rng.integers(0, 2, size)])
    risk = np.exp(x @ np.asarray(beta))
    ever = 1 - (1 - share) ** risk
    first = rng.random(size) < ever
    part = 1 - (1 - rng.random(size) * ever) ** (1 / risk)
    other = rng.exponential(size=size) * np.exp(-away * x[:, 0])
    return x, first, np.where(first, -np.log(1 - part / share), other)


def cut(x, first, time, lost):
    moved = np.where(time <= lost, np.where(first, "job", "away"), "")
    return pd.DataFrame({"person": np.arange(len(time)), "start": 0.0,
                         "end": np.minimum(time, lost), "to_state": moved, "x": x[:, 0],
                         "z": x[:, 1]})  # fmt: skip


def simulated(rng, size, **keywords):
    made = uncensored(rng, size, **keywords)
    return cut(*made, rng.uniform(0.2, 3.0, size))


def test_recovers_the_truth_of_a_simulated_subdistribution():
    spells = simulated(np.random.default_rng(2), 6000)
    made = sf.fit_hazard(spells, "x + z", kind="fine_gray", to="job")
    gap = np.abs(made.table["estimate"] - [0.7, -0.4]) / made.table["standard_error"]
    assert (gap < 3).all()
    curve = made.predict(pd.DataFrame({"x": [0.5], "z": [1]}), times=[0.5, 1.0])
    risk = np.exp(0.7 * 0.5 - 0.4)
    truth = 1 - (1 - 0.4 * (1 - np.exp(-curve["time"]))) ** risk
    assert (np.abs(curve["probability"] - truth) < 3.5 * curve["standard_error"]).all()
    cause = sf.fit_hazard(spells, "x + z", to="job").table["estimate"].iloc[0]
    assert abs(cause - 0.7) > 0.05  # the cause-specific ratio is another number


def seen_unequally(rng, size):
    """Draw a sample whose weights go with sight: half are seen late and for long, one in ten drawn.

    x shortens the time to competing moves, so that the weights after them matter for its ratio.
    """
    long = rng.random(size) < 0.5
    lost = np.where(long, rng.uniform(1.5, 4.0, size), rng.uniform(0.1, 0.8, size))
    rows = cut(*uncensored(rng, size, away=0.8), lost)
    rows["entry"] = np.where(long, rng.uniform(0.0, 1.2, size), 0.0)
    rows["weight"] = np.where(long, 10.0, 1.0)
    drawn = (rows["end"] > rows["entry"]) & (~long | (rng.random(size) < 0.1))
    return rows[drawn].reset_index(drop=True)


def test_weights_belong_into_the_chance_to_be_in_sight(monkeypatch):
    rows = seen_unequally(np.random.default_rng(1), 100_000)
    data = prepare(rows, "x + z", **{**PLAIN, "to": "job"})
    fit = fit_fine_gray(data)
    error = np.sqrt(np.diag(fit.covariance))
    assert (np.abs(fit.coefficients - [0.7, -0.4]) < 3 * error).all()
    equal = replace(data, weight=np.ones(len(data.weight)))
    sights = fine_gray._sights(equal, False)  # as finegray of R's survival estimates it
    monkeypatch.setattr(fine_gray, "_sights", lambda *_: sights)
    other = fit_fine_gray(data)
    assert (np.abs(other.coefficients - [0.7, -0.4]) > 3 * error).any()


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(7)
    covered = []
    for _ in range(100):
        fit = fit_fine_gray(prepare(simulated(rng, 200), "x + z", **{**PLAIN, "to": "job"}))
        error = np.sqrt(np.diag(fit.covariance))
        covered.append(np.abs(fit.coefficients - [0.7, -0.4]) < 1.959964 * error)
    # errors of the two coefficients are nearly independent: 200 draws
    assert abs(np.mean(covered) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200)


# Bad input ----------------------------------------------------------------------------------------


def test_the_move_that_counts_must_be_named_where_several_compete():
    with pytest.raises(ParameterError, match=r"to: not given.*'away', 'job'"):
        sf.fit_hazard(made_up(), "x", kind="fine_gray")


def test_a_spell_in_several_rows_is_refused():
    rows = made_up().drop(columns="weight")
    cut = pd.concat([rows.assign(end=0.5, to_state=""), rows.assign(entry=0.5)])
    with pytest.raises(ParameterError, match="60 rows that continue a spell"):
        sf.fit_hazard(cut, "x", kind="fine_gray", to="job")


def test_a_gap_without_anybody_in_sight_is_refused_when_entry_is_late():
    end = np.array([2.0, 3.0, 8.0, 9.0])
    entry = np.array([0.0, 0.0, 5.0, 5.0])
    with pytest.raises(CoverageError, match="nobody is in sight just before 5"):
        estimate_sight(entry, end, np.ones(4, dtype=bool), np.ones(4))


def test_chance_to_be_in_sight_is_the_curve_of_censoring():
    spells = made_up()
    moved = (spells["to_state"] != "").to_numpy()
    sight = estimate_sight(
        spells["entry"].to_numpy(), spells["end"].to_numpy(), moved, spells["weight"].to_numpy()
    )
    assert sight.before(np.array([0.0, 1.0])).tolist() == [1.0, 1.0]
    later = sight.before(np.arange(1.0, 12.0))
    assert (np.diff(later) <= 0).all()
    # moves first: the curve of censoring with moves half a step earlier
    mirror = spells.assign(end=spells["end"] - 0.5 * moved, event=~moved).drop(columns="to_state")
    curve = sf.estimate_survival(mirror, times=[4.9]).table["probability"].iloc[0]
    assert later[4] == pytest.approx(curve)
