"""Rates from panels: R's msm, second implementations, identities, and a known truth."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.panel_markov import cases

import skillsfc as sf
from skillsfc.transitions.multistate.generator import Exponentials, generators_of
from skillsfc.transitions.multistate.generator_series import series_slopes

SOURCE, TARGET = np.array([0, 0, 1, 1, 1, 2, 2]), np.array([1, 3, 0, 2, 3, 1, 3])
OBSERVED = ("cav_death", "cav_panel", "cav_sex", "cav_some", "psor", "small_panel", "small_exact",
            "small_group")  # fmt: skip
TRUTH = {"A": {"B": 0.20, "C": 0.05}, "B": {"A": 0.40, "C": 0.20}, "C": {"A": 0.10, "B": 0.15}}


def simulate(rng, persons, visits=5, gap=1.0, rates=TRUTH):
    """Return a panel drawn from exponentials of a generator (scipy's), states A, B, C."""
    names = list(rates)
    q = np.array([[rates[a].get(b, 0.0) for b in names] for a in names])
    p = scipy.linalg.expm((q - np.diag(q.sum(axis=1))) * gap).cumsum(axis=1)
    state = np.zeros((persons, visits), dtype=int)
    state[:, 0] = rng.integers(0, len(names), persons)
    for visit in range(1, visits):
        chance = rng.random(persons)
        state[:, visit] = (chance[:, None] > p[state[:, visit - 1], :-1]).sum(axis=1)
    return pd.DataFrame({
        "person": np.repeat(np.arange(persons), visits),
        "time": np.tile(np.arange(visits) * gap, persons),
        "state": np.array(names)[state.ravel()],
    })  # fmt: skip


def rates_of(made):
    return made.table.set_index(["from_state", "to_state"])["rate"]


# --- R's msm


@pytest.mark.parametrize("row", cases.of(*OBSERVED), ids=lambda r: f"{r['case']}: {r['name']}")
def test_values_of_msm(row):
    cases.compare(row)


PUBLISHED = pd.read_csv(Path(cases.__file__).parent / "published.csv").to_dict("records")


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["name"])
def test_published_values_of_cav(row):
    """msm's own tests stop a little before the top (3968.79789 there, 3968.79788 here)."""
    if row["name"].startswith("count "):
        moves = cases.fit(row["case"]).moves.set_index(["from_state", "to_state"])["count"]
        found = moves[tuple(row["name"].removeprefix("count ").split("->"))]
    else:
        found = cases.measured(row["case"], row["name"])
    assert found == pytest.approx(row["value"], rel=row["tolerance"])


def test_a_ratio_without_end_is_flagged_and_the_others_stand():
    made = cases.fit("cav_sex")
    row = made.effects[made.effects["note"] == "runs without end"]
    assert row[["from_state", "to_state"]].to_numpy().tolist() == [["2", "4"]]
    assert row["standard_error"].isna().all()
    assert any("No finite estimate: 'sex 2->4'" in note for note in made.notes)
    assert made.deviance < float(cases.of("cav_sex")[0]["value"])


# --- kernels beside scipy


def slopes_by_scipy(generator, length, source, target):
    made = []
    for a, b in zip(source, target, strict=True):
        move = np.zeros_like(generator)
        move[a, b], move[a, a] = 1.0, -1.0
        made.append(scipy.linalg.expm_frechet(generator * length, move * length)[1])
    return np.array(made)


@pytest.mark.parametrize(("rates", "digits"), [
    ([0.3, 0.05, 0.2, 0.4, 0.1, 0.2, 0.3], 1e-12),      # plain
    ([0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.5], 1e-12),       # defective: equal rates, one way on
    ([0.5, 0.0, 0.0, 0.5 + 1e-9, 0.0, 0.0, 0.5 - 1e-9], 5e-9),  # nearly so: scipy loses digits
    ([9.0, 0.01, 4.0, 7.0, 1e-4, 3.0, 2.0], 1e-12),
])  # fmt: skip
def test_exponentials_and_slopes_equal_scipy(rates, digits):
    lengths = np.array([0.0, 1e-6, 0.3, 1.0, 12.0])
    made = Exponentials(np.array([rates]), SOURCE, TARGET, 4, np.zeros(5, dtype=int), lengths)
    one = np.eye(4)
    for group, length in enumerate(lengths):
        right = scipy.linalg.expm(made.generators[0] * length)
        np.testing.assert_allclose(made.matrices()[group], right, atol=digits)
        theirs = slopes_by_scipy(made.generators[0], length, SOURCE, TARGET)
        for i, j in itertools.product(range(4), range(4)):
            value, slope = made.products(np.array([group]), one[[i]], one[[j]], tiny=True)
            assert value[0] == pytest.approx(right[i, j], abs=digits)
            np.testing.assert_allclose(slope[0], theirs[:, i, j], atol=1e-10 + 10 * digits)


def test_nearly_equal_rates_have_a_closed_form():
    """Two steps at 0.5 and 0.5 + d: the second state holds 0.5 (e^-0.5t - e^-(0.5 + d)t) / d."""
    gap, length = 1e-9, 12.0
    made = Exponentials(np.array([[0.5, 0.5 + gap]]), np.array([0, 1]), np.array([1, 2]), 3,
                        np.array([0]), np.array([length]))  # fmt: skip
    second = 0.5 * np.exp(-0.5 * length) * -np.expm1(-gap * length) / gap
    assert made.matrices()[0, 0, 1] == pytest.approx(second, rel=1e-12)


def test_complex_eigenvalues_are_no_trouble():
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])  # round in a ring
    rates = np.array([[1.0, 1.1, 0.9], [0.2, 0.7, 0.3]])
    made = Exponentials(rates, source, target, 3, np.array([0, 1]), np.array([0.7, 2.0]))
    assert np.iscomplexobj(np.linalg.eigvals(made.generators))
    one = np.eye(3)
    for group, length in enumerate((0.7, 2.0)):
        right = scipy.linalg.expm(made.generators[group] * length)
        np.testing.assert_allclose(made.matrices()[group], right, atol=1e-13)
        _, slope = made.products(np.array([group]), one[[0]], one[[2]])
        theirs = slopes_by_scipy(made.generators[group], length, source, target)
        np.testing.assert_allclose(slope[0], theirs[:, 0, 2], atol=1e-12)


def test_small_chances_keep_their_digits():
    q = generators_of(np.array([[1.0, 0, 0, 1.0, 0, 0, 1.0]]), SOURCE, TARGET, 4)
    chances, _ = series_slopes(q, np.array([1e-5]), np.zeros((0, 4, 4)))
    assert chances[0, 0, 3] == pytest.approx(1e-15 / 6, rel=1e-4)  # three moves: t^3 / 3!


@given(st.lists(st.floats(1e-3, 5.0), min_size=7, max_size=7), st.floats(0.0, 4.0),
       st.floats(0.0, 4.0))  # fmt: skip
def test_two_steps_are_one(rates, first, second):
    lengths = np.array([first, second, first + second])
    made = Exponentials(np.array([rates]), SOURCE, TARGET, 4, np.zeros(3, dtype=int), lengths)
    p = made.matrices()
    np.testing.assert_allclose(p[0] @ p[1], p[2], atol=1e-10)
    np.testing.assert_allclose(p.sum(axis=2), 1.0, atol=1e-12)


def test_the_gradient_is_that_of_the_likelihood():
    likelihood = cases.fit("small_group").fit.likelihood
    here = cases.fit("small_group").fit.parameters + 0.1
    made = likelihood.evaluate(here, scoring=True)
    step = 1e-6
    for at, one in enumerate(np.eye(len(here))):
        ahead, behind = (likelihood.evaluate(here + s * one).value for s in (step, -step))
        assert made.gradient[at] == pytest.approx((ahead - behind) / (2 * step), abs=1e-4)
    assert likelihood.cluster_scores(here).sum(axis=0) == pytest.approx(made.gradient)
    assert np.linalg.eigvalsh(made.information).min() > 0
    np.testing.assert_allclose(likelihood.gradients(np.array([here, here]))[1], made.gradient)


# --- closed forms


def test_two_states_have_a_closed_form():
    """With equal gaps the rates are the logarithm of the matrix of observed shares."""
    panel = simulate(np.random.default_rng(3), 300, 2, 2.0, {"A": {"B": 0.2}, "B": {"A": 0.3}})
    made = sf.fit_panel_markov(panel, transitions="all")
    counts = made.moves.set_index(["from_state", "to_state"])["count"].unstack()
    shares = counts.div(counts.sum(axis=1), axis=0).to_numpy()
    theirs = scipy.linalg.logm(shares) / 2.0
    assert rates_of(made).tolist() == pytest.approx([theirs[0, 1], theirs[1, 0]], rel=1e-6)
    value = (counts.to_numpy() * np.log(shares)).sum()
    assert made.log_likelihood == pytest.approx(value, abs=1e-8)
    stays = made.sojourn()["mean_stay"]
    assert stays.tolist() == pytest.approx([1 / theirs[0, 1], 1 / theirs[1, 0]], rel=1e-6)


def test_times_of_entry_alone_are_an_exponential_sample():
    """One state, one exact end: the rate is entries over time, its error rate / sqrt(entries)."""
    rng = np.random.default_rng(5)
    time = rng.exponential(4.0, 80).round(3) + 0.001
    ended = time < 6
    panel = pd.DataFrame({
        "person": np.tile(np.arange(80), 2), "time": np.r_[np.zeros(80), np.minimum(time, 6.0)],
        "state": np.r_[np.repeat("alive", 80), np.where(ended, "dead", "alive")],
    })  # fmt: skip
    made = sf.fit_panel_markov(panel, transitions=["alive->dead"], exact_exit="dead")
    rate = ended.sum() / np.minimum(time, 6.0).sum()
    assert made.table["rate"].iloc[0] == pytest.approx(rate, rel=1e-6)
    assert made.table["standard_error"].iloc[0] == pytest.approx(
        rate / ended.sum() ** 0.5, rel=1e-4
    )
    forever = made.time_in_states().set_index(["from_state", "state"])["expected_time"]
    assert forever["alive", "alive"] == pytest.approx(1 / rate, rel=1e-6)


def test_an_entry_at_the_time_of_a_visit_counts_its_rate():
    panel = cases.data("small")
    last = panel.groupby("person").tail(1)
    dead = last[last["state"] == "D"]["person"].iloc[0]
    more = panel[(panel["person"] == dead) & (panel["state"] != "D")].tail(1)
    ends = last.loc[last["person"] == dead, "time"].iloc[0]
    both = pd.concat([panel, more.assign(time=ends)])  # alive when it happened
    made = sf.fit_panel_markov(both, **cases.SMALL)
    fixed = {tuple(pair): rate for pair, rate in rates_of(made).items()}
    rest = sf.fit_panel_markov(panel[panel["person"] != dead], **cases.SMALL,
                               fixed={k: v for k, v in fixed.items() if k != ("W", "L")},
                               start={("W", "L"): fixed["W", "L"]})  # fmt: skip
    assert len(rest.table) == 9
    likelihood, where = made.fit.likelihood, made.fit.parameters
    value = np.exp(likelihood.evaluate(where).value)
    assert np.isfinite(value)
    group = np.nonzero(likelihood.groups.length == 0)[0]
    cell = np.nonzero(likelihood.group == group[0])[0]
    state = made.settings.states[likelihood.start[cell[0]]]
    chance, _ = likelihood._slopes(where[None], cell)
    assert chance[0, 0] == pytest.approx(rates_of(made)[state, "D"], rel=1e-9)


# --- what cannot matter, and what follows


def test_weight_two_is_a_row_twice_and_the_scale_of_weights_is_nothing():
    panel = simulate(np.random.default_rng(1), 80, 4)
    twice = panel["person"] < 30
    weighted = sf.fit_panel_markov(panel.assign(w=np.where(twice, 2.0, 1.0)), transitions="all",
                                   weight="w")  # fmt: skip
    copies = panel[twice].assign(person=lambda d: d["person"] + 1000)
    copied = sf.fit_panel_markov(pd.concat([panel, copies]), transitions="all")
    np.testing.assert_allclose(rates_of(weighted), rates_of(copied), rtol=1e-6)
    assert weighted.log_likelihood == pytest.approx(copied.log_likelihood)
    scaled = sf.fit_panel_markov(panel.assign(w=np.where(twice, 14.0, 7.0)), transitions="all",
                                 weight="w")  # fmt: skip
    np.testing.assert_allclose(scaled.table["rate"], weighted.table["rate"], rtol=1e-6)
    np.testing.assert_allclose(
        scaled.table["standard_error"], weighted.table["standard_error"], rtol=1e-4
    )


@settings(max_examples=4)
@given(st.integers(0, 10**6), st.permutations(["x", "y", "z"]))
def test_order_of_rows_and_names_of_states_are_nothing(seed, names):
    panel = simulate(np.random.default_rng(11), 60, 4)
    other = panel.sample(frac=1, random_state=seed)
    other["state"] = other["state"].map(dict(zip("ABC", names, strict=True)))
    made, again = (sf.fit_panel_markov(p, transitions="all") for p in (panel, other))
    ours = {(a, b): r for (a, b), r in rates_of(made).items()}
    for (a, b), rate in ours.items():
        pair = names["ABC".index(a)], names["ABC".index(b)]
        assert rates_of(again)[pair] == pytest.approx(rate, rel=1e-6)


def test_probabilities_sum_to_one_with_intervals_inside():
    table = cases.fit("small_exact").probabilities([0, 0.5, 30])
    sums = table.groupby(["time", "from_state"])["probability"].sum()
    assert sums.to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert (table["lower"] <= table["probability"]).all()
    assert (table["probability"] <= table["upper"]).all()
    assert table["lower"].min() >= 0
    assert table["upper"].max() <= 1
    now = table[table["time"] == 0]
    assert ((now["from_state"] == now["to_state"]) == (now["probability"] == 1)).all()


def test_times_in_states_are_integrals_of_probabilities():
    made = cases.fit("small_exact")
    grid = np.linspace(1, 3, 201)
    p = made.probabilities(grid).set_index(["time", "from_state", "to_state"])["probability"]
    table = made.time_in_states(3.0, start=1.0)
    for row in table.itertuples():
        curve = p.xs((row.from_state, row.state), level=("from_state", "to_state")).to_numpy()
        simpson = scipy.integrate.simpson(curve, x=grid)
        assert row.expected_time == pytest.approx(simpson, rel=1e-6, abs=1e-9)
    assert table.groupby("from_state")["expected_time"].sum().to_numpy() == pytest.approx(2.0)


def test_errors_of_probabilities_by_drawing_parameters():
    """The delta method beside 4,000 draws close to the estimates, where all is linear."""
    made = cases.fit("small_exact")
    draws = np.random.default_rng(2).multivariate_normal(
        made.fit.parameters, made.fit.covariance / 100, 4000
    )
    model = made.fit.model
    q = generators_of(np.exp(draws), model.source, model.target, 4)
    spread = 10 * scipy.linalg.expm(q * 0.75).std(axis=0)
    table = made.probabilities(0.75)
    ours = table["standard_error"].to_numpy().reshape(4, 4)
    np.testing.assert_allclose(ours[:3], spread[:3], rtol=0.05)


def test_rates_by_covariates_follow_from_effects():
    made = cases.fit("small_group")
    low, high = (made.rates({"group": g, "age": 20}) for g in (0, 1))
    ratio = (high["rate"] / low["rate"]).to_numpy()
    effects = made.effects[made.effects["covariate"] == "group"]
    theirs = effects.set_index(["from_state", "to_state"])["hazard_ratio"]
    for row, value in zip(low.itertuples(), ratio, strict=True):
        assert value == pytest.approx(theirs.get((row.from_state, row.to_state), 1.0), rel=1e-8)


def test_expected_information_is_near_the_observed_and_clusters_near_both():
    panel = simulate(np.random.default_rng(4), 400)
    observed, expected, robust = (
        sf.fit_panel_markov(panel, transitions="all", **more).table["standard_error"].to_numpy()
        for more in ({}, {"information": "expected"}, {"cluster": "person"})
    )
    np.testing.assert_allclose(expected, observed, rtol=0.15)
    np.testing.assert_allclose(robust, observed, rtol=0.25)
    # Everybody twice in one cluster: robust errors do not shrink, others do by the root of 2.
    double = pd.concat([panel, panel.assign(person=panel["person"] + 10_000)])
    double["family"] = double["person"] % 10_000
    again = sf.fit_panel_markov(double, transitions="all", cluster="family").table["standard_error"]
    np.testing.assert_allclose(again, robust, rtol=1e-4)
    plain = sf.fit_panel_markov(double, transitions="all").table["standard_error"]
    np.testing.assert_allclose(plain * 2**0.5, observed, rtol=1e-4)


def test_shared_and_fixed_coefficients():
    panel = cases.data("small")
    one = sf.fit_panel_markov(panel, **cases.SMALL, equal={"rate": [["W->D", "L->D"]]})
    assert rates_of(one)["W", "D"] == rates_of(one)["L", "D"]
    assert one.deviance > cases.fit("small_exact").deviance
    held = sf.fit_panel_markov(panel, **cases.SMALL, fixed={("O", "D"): 0.15})
    row = held.table.set_index(["from_state", "to_state"]).loc[("O", "D")]
    assert row["rate"] == pytest.approx(0.15)
    assert row["standard_error"] == 0
    assert row["note"] == "fixed"


# --- what the data do not tell


def test_a_rate_nobody_made_is_zero_with_an_upper_bound():
    """A to C never happens; the bound is where the chance of seeing none is 5 %."""
    rng = np.random.default_rng(8)
    panel = simulate(rng, 300, 5, 0.05, {"A": {"B": 0.4}, "B": {"A": 0.6}})
    panel["time"] = panel["time"].round(4)
    extra = pd.DataFrame({"person": [9000, 9000], "time": [0.0, 0.05], "state": ["C", "C"]})
    made = sf.fit_panel_markov(pd.concat([panel, extra]),
                               transitions=["A->B", "B->A", "A->C"])  # fmt: skip
    row = made.table.set_index(["from_state", "to_state"]).loc[("A", "C")]
    assert row["rate"] == 0
    assert row["lower"] == 0
    assert np.isnan(row["standard_error"])
    assert row["upper"] == pytest.approx(-np.log(0.05) / _time_in(made, "A"), rel=0.05)
    assert any("No sign of 'rate A->C'" in note for note in made.notes)
    chances = made.probabilities(1.0).set_index(["from_state", "to_state"])
    assert chances.loc[("A", "C"), "probability"] == 0
    assert made.diagnostics.set_index("check").loc["parameters set aside", "value"] == 1


def _time_in(made, state):
    visits = made.fit.visits
    half = visits.length / 2
    place = made.settings.states.index(state)
    return sum((half * (visits.code[visits.left + k] == place)).sum() for k in (0, 1))


def test_moves_that_nothing_tells_apart_are_said_to_be():
    """Two identical ways from A to D: only the sum of their rates is in the data."""
    panel = simulate(np.random.default_rng(9), 200, 2, 1.0, {"A": {"B": 0.5}, "B": {}})
    panel = panel[panel["person"].isin(panel.loc[panel["state"].eq("A"), "person"])]
    panel = panel[~((panel["time"] == 0) & (panel["state"] == "B"))].groupby("person").filter(
        lambda rows: len(rows) == 2)  # fmt: skip
    made = sf.fit_panel_markov(panel, transitions=["A->B", "A->C", "C->B"], start={"C->B": 1.0})
    assert made.diagnostics.set_index("check").loc["parameters set aside", "value"] >= 1 or any(
        "Not identified" in note for note in made.notes
    )
    table = made.table.set_index(["from_state", "to_state"])
    assert table["standard_error"].isna().any()


def test_a_covariate_told_by_nobody_is_not_identified():
    panel = simulate(np.random.default_rng(10), 150, 3)
    panel["group"] = np.where(panel["person"] % 2 == 0, "x", "y")
    made = sf.fit_panel_markov(
        panel, transitions="all", covariates={"A->B": "group"}, equal={"rate": [["A->B", "A->C"]]}
    )
    assert np.isfinite(made.effects["standard_error"]).all()


def test_the_search_starts_well_from_bad_rates():
    panel = simulate(np.random.default_rng(12), 200)
    best = sf.fit_panel_markov(panel, transitions="all")
    for rate in (1e-3, 8.0):
        pairs = [(a, b) for a in "ABC" for b in "ABC" if a != b]
        made = sf.fit_panel_markov(panel, transitions="all", start=dict.fromkeys(pairs, rate))
        assert made.log_likelihood == pytest.approx(best.log_likelihood, abs=1e-6)


# --- a known truth


def test_the_example_countrys_monthly_chances_from_quarterly_visits():
    country = sf.example(seed=1)
    quarter = country.labour_force_panel["quarter"]
    panel = country.labour_force_panel.assign(time=3.0 * (quarter - quarter.min()))
    made = sf.fit_panel_markov(panel, transitions="all", state="activity")
    truth = country.truth["labour_force_panel"]["monthly_probability"]["value"]
    table = made.probabilities(1.0)
    for row in table.itertuples():
        apart = abs(row.probability - truth[row.from_state][row.to_state])
        assert apart < 3.5 * row.standard_error, row
    # Rates whose exponential over a month is the stated matrix, from transitions.md.
    published = {("employed", "unemployed"): 0.02089624, ("employed", "outside"): 0.02370205,
                 ("unemployed", "employed"): 0.37689326, ("unemployed", "outside"): 0.3286383,
                 ("outside", "employed"): 0.04220713,
                 ("outside", "unemployed"): 0.03577118}  # fmt: skip
    for row in made.table.itertuples():
        rate = published[row.from_state, row.to_state]
        assert abs(row.rate - rate) < 3.5 * row.standard_error, row
    far = made.prevalence([0, 12])
    assert far["difference"].abs().max() < 0.02


def test_intervals_cover_the_truth_as_often_as_they_say():
    """40 panels, 6 rates: 95 % within 4 Monte Carlo errors; 1,000 panels are in benchmarks."""
    rng = np.random.default_rng(77)
    inside = []
    for _ in range(40):
        table = sf.fit_panel_markov(simulate(rng, 250, 4), transitions="all").table
        truth = np.array([TRUTH[a][b] for a, b in zip(table["from_state"], table["to_state"],
                                                      strict=True)])  # fmt: skip
        inside.append(((table["lower"] <= truth) & (truth <= table["upper"])).mean())
    error = np.std(inside) / 40**0.5
    assert abs(np.mean(inside) - 0.95) < 4 * error
