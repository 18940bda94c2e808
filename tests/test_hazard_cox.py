"""Cox's model: equal to R, to a likelihood by loops, to itself under what must change nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hazard_oracles import check, check_model, expected, jobs, lung
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError, TableError
from skillsfc.transitions.survival.cox import fit_cox
from skillsfc.transitions.survival.newton import maximise
from skillsfc.transitions.survival.partial_likelihood import PartialLikelihood
from skillsfc.transitions.survival.preparation import prepare
from skillsfc.transitions.survival.risk_sets import build_risk_sets

PLAIN = {
    "state": None, "to": None, "clock": "spell", "weight": "weight", "cluster": None,
    "strata": None, "missing": "drop", "intercept": False,
}  # fmt: skip
PROFILE = pd.DataFrame({"age": [60], "sex": [2], "ecog": [1]})


def late_lung():
    return lung().assign(entry=lung()["late"], weight=lung()["design_weight"])


# Equal to R ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_lung_equals_coxph_with_curve(ties):
    made = sf.fit_hazard(lung(), "age + sex + ecog", ties=ties, missing="drop")
    check_model(made, f"lung {ties}")
    assert made.settings.errors == "model"
    check(f"lung {ties}", "test:", made.diagnostics.set_index("test")["statistic"].to_dict())
    curve = made.predict(PROFILE, times=[100, 300, 600]).set_index("time")
    check(f"lung {ties}", "survival:", {f"{t:g}": p for t, p in curve["probability"].items()})
    errors = {f"{t:g}": e for t, e in curve["standard_error"].items()}
    check(f"lung {ties}", "survival_error:", errors)


def test_lung_has_the_printed_values_of_the_literature():
    rows = expected()[expected()["script"] == "printed value"]
    made = sf.fit_hazard(lung(), "age + sex + ecog", missing="drop")
    found = {**made.table.set_index("term")["estimate"], "log_likelihood": made.log_likelihood}
    names = {"estimate:age": "age", "estimate:sex": "sex", "estimate:ph_ecog": "ecog"}
    own = rows[rows["case"] == "lung efron"]
    assert len(own) == 4
    for row in own.itertuples():
        assert found[names.get(row.name, row.name)] == pytest.approx(row.value, abs=row.tolerance)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_late_entry_weights_strata_and_clusters_together_equal_coxph(ties):
    case = f"lung late weighted strata cluster {ties}"
    made = sf.fit_hazard(
        late_lung(), "age + ecog", strata="sex", cluster="place", ties=ties, missing="drop"
    )
    check_model(made, case)
    assert made.settings.errors == "robust"
    tests = made.test_proportional().set_index("term")["statistic"].to_dict()
    check(case, "statistic", tests)
    curve = made.predict(PROFILE, times=[100, 300, 600]).set_index("time")
    check(case, "survival:", {f"{t:g}": p for t, p in curve["probability"].items()})


@pytest.mark.parametrize("scale", ["km", "rank", "identity", "log"])
def test_proportional_hazards_test_equals_cox_zph(scale):
    some = lung().query("ecog < 3").assign(ecog=lambda t: t["ecog"].astype("int64"))
    made = sf.fit_hazard(some, "age + sex + C(ecog)")
    tests = made.test_proportional(transform=scale).set_index("term")
    check(f"lung proportional {scale}", "statistic", tests["statistic"].to_dict())
    assert tests["degrees_of_freedom"].tolist() == [1, 1, 2, 4]


def test_products_and_logarithms_equal_coxph():
    check_model(sf.fit_hazard(lung(), "age * sex + log(age)"), "lung products")


@pytest.mark.parametrize(("exit_", "case"), [("full_time", "censor1"), ("part_time", "censor2")])
def test_unemployment_spells_equal_coxph(exit_, case):
    covariates = "age + tenure + log_weekly_earnings + replacement_rate + filed_claim"
    made = sf.fit_hazard(jobs(), covariates, to=exit_)
    check_model(made, f"unemployment {case}")
    assert any("moves elsewhere" in note for note in made.notes)
    if exit_ == "part_time":
        found = made.test_proportional().set_index("term")["statistic"].to_dict()
        check("unemployment censor2", "statistic", found)


# A second implementation --------------------------------------------------------------------------


def brute_log_likelihood(rows, beta, ties):
    """Efron's or Breslow's likelihood, written out in loops from its definition."""
    total = 0.0
    for _, part in rows.groupby("stratum"):
        for time in sorted(part.loc[part["event"], "end"].unique()):
            at_risk = part[(part["entry"] < time) & (part["end"] >= time)]
            dead = part[part["event"] & (part["end"] == time)]
            risk = at_risk["w"] * np.exp(beta * at_risk["x"])
            gone = (dead["w"] * np.exp(beta * dead["x"])).sum()
            total += (dead["w"] * beta * dead["x"]).sum()
            for step in range(len(dead)):
                part_gone = step / len(dead) if ties == "efron" else 0.0
                total -= dead["w"].mean() * np.log(risk.sum() - part_gone * gone)
    return total


@st.composite
def small_data(draw):
    size = draw(st.integers(6, 14))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    end = rng.integers(2, 7, size).astype(float)
    entry = np.where(rng.random(size) < 0.4, np.floor(end * rng.random(size)), 0.0)
    event = rng.random(size) < 0.7
    event[0] = True
    return pd.DataFrame({
        "entry": entry, "end": end, "event": event, "x": rng.normal(size=size),
        "w": rng.integers(1, 4, size) / 2, "stratum": rng.integers(0, 2, size),
    })  # fmt: skip


@settings(max_examples=8)
@given(small_data(), st.floats(-1, 1), st.sampled_from(["efron", "breslow"]))
def test_likelihood_and_its_slope_equal_loops_over_risk_sets(rows, beta, ties):
    strata = np.unique(rows["stratum"], return_inverse=True)[1]
    sets = build_risk_sets(
        rows[["x"]].to_numpy(), rows["entry"].to_numpy(), rows["end"].to_numpy(),
        rows["event"].to_numpy(), rows["w"].to_numpy(), strata,
    )  # fmt: skip
    likelihood = PartialLikelihood(sets, ties)
    if sets.scale[0] == 0:
        return
    at = np.array([beta * sets.scale[0]])
    found = likelihood.hazards(at)
    # The kernel takes the mean of x off in each stratum, which no ratio of risks can see.
    assert found.log_likelihood == pytest.approx(brute_log_likelihood(rows, beta, ties), abs=1e-9)
    step = 1e-5
    slope = (
        brute_log_likelihood(rows, beta + step, ties)
        - brute_log_likelihood(rows, beta - step, ties)
    ) / (2 * step)
    assert likelihood.score(found)[0] * sets.scale[0] == pytest.approx(slope, abs=1e-5)
    bend = (
        brute_log_likelihood(rows, beta + 1e-3, ties)
        - 2 * brute_log_likelihood(rows, beta, ties)
        + brute_log_likelihood(rows, beta - 1e-3, ties)
    ) / 1e-6
    information = likelihood.information(found, likelihood.mean_sums(found))[0, 0]
    assert information * sets.scale[0] ** 2 == pytest.approx(-bend, abs=2e-4)


@given(small_data(), st.sampled_from(["efron", "breslow"]))
def test_parts_of_the_score_sum_to_the_score(rows, ties):
    sets = build_risk_sets(
        rows[["x"]].to_numpy(), rows["entry"].to_numpy(), rows["end"].to_numpy(),
        rows["event"].to_numpy(), rows["w"].to_numpy(), np.zeros(len(rows), dtype=np.int64),
    )  # fmt: skip
    likelihood = PartialLikelihood(sets, ties)
    found = likelihood.hazards(np.array([0.3]))
    parts = likelihood.row_scores(found, likelihood.mean_sums(found))
    assert parts.sum(axis=0) == pytest.approx(likelihood.score(found), abs=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_robust_errors_of_coefficients_and_curves_equal_differences_of_weights(ties):
    """The infinitesimal jackknife against what it means: refits with a cluster's weight moved."""
    keywords = {**PLAIN, "strata": "sex", "cluster": "place"}
    data = prepare(late_lung(), "age + ecog", **keywords)
    fit = fit_cox(data, ties=ties)
    rows, own, times = np.array([[60.0, 1.0]]), np.ones(1, dtype=np.int64), np.array([100.0, 600])

    def moved(cluster, by):
        weight = np.where(data.cluster == cluster, data.weight * (1 + by), data.weight)
        again = fit_cox(replace(data, weight=weight), ties=ties)
        return np.append(again.coefficients, np.log(again.curves(rows, own, times)[0]))

    clusters = range(int(data.cluster.max()) + 1)
    change = np.array([(moved(c, 1e-4) - moved(c, -1e-4)) / 2e-4 for c in clusters])
    by_hand = np.sqrt((change**2).sum(axis=0))
    ours = np.append(np.sqrt(np.diag(fit.covariance)), fit.curves(rows, own, times)[1])
    assert ours == pytest.approx(by_hand, rel=1e-6)


# What must change nothing -------------------------------------------------------------------------


def made_up(seed=3, size=120, whole=False):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=size), rng.choice(["a", "b"], size)
    time = rng.exponential(size=size) * np.exp(-0.5 * x) * 10 + 0.01
    time = np.ceil(time) if whole else time
    lost = rng.exponential(15, size) + 0.01
    lost = np.ceil(lost) if whole else lost
    end = np.minimum(time, lost)
    return pd.DataFrame({"person": np.arange(size), "start": 0.0, "end": end,
                         "event": time <= lost, "x": x, "z": z,
                         "weight": rng.integers(1, 4, size)})  # fmt: skip


def numbers(model):
    return model.table[["estimate", "standard_error"]].to_numpy()


def test_a_weight_of_two_is_a_row_twice():
    rows = made_up(whole=True)
    twice = rows.loc[rows.index.repeat(rows["weight"])].drop(columns="weight")
    one = sf.fit_hazard(rows, "x + z", ties="breslow")
    two = sf.fit_hazard(twice, "x + z", ties="breslow", cluster="person")
    assert numbers(one) == pytest.approx(numbers(two), abs=1e-9)
    assert one.log_likelihood == pytest.approx(two.log_likelihood)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_scaling_the_weights_changes_no_coefficient_and_no_error(ties):
    rows = made_up(whole=True)
    more = rows.assign(weight=rows["weight"] * 1000)
    one, two = (sf.fit_hazard(t, "x + z", ties=ties) for t in (rows, more))
    assert numbers(one) == pytest.approx(numbers(two), abs=1e-9)


def test_equal_weights_are_no_weights():
    rows = made_up().assign(weight=7.0)
    one, two = sf.fit_hazard(rows, "x"), sf.fit_hazard(rows, "x", weight=None)
    assert one.settings.errors == two.settings.errors == "model"
    assert numbers(one) == pytest.approx(numbers(two))
    assert one.log_likelihood == pytest.approx(two.log_likelihood)


@settings(max_examples=8)
@given(st.floats(1e-4, 1e4), st.floats(-1e3, 1e3))
def test_rescaling_a_covariate_rescales_its_coefficient(factor, shift):
    rows = made_up(size=60)
    one = sf.fit_hazard(rows, "x")
    two = sf.fit_hazard(rows.assign(x=rows["x"] * factor + shift), "x")
    assert numbers(two) * factor == pytest.approx(numbers(one), rel=1e-6)
    assert two.log_likelihood == pytest.approx(one.log_likelihood)


def test_order_names_of_persons_and_any_rising_clock_change_nothing():
    rows = made_up()
    one = sf.fit_hazard(rows, "x + z")
    mixed = rows.sample(frac=1, random_state=1)
    mixed["person"] = "p" + mixed["person"].astype("str")
    assert numbers(sf.fit_hazard(mixed, "x + z")) == pytest.approx(numbers(one), abs=1e-9)
    slower = rows.assign(end=np.sqrt(rows["end"]))
    assert numbers(sf.fit_hazard(slower, "x + z")) == pytest.approx(numbers(one), abs=1e-9)


def test_without_ties_efron_is_breslow():
    rows = made_up()
    assert not rows["end"].duplicated().any()
    one, two = (sf.fit_hazard(rows, "x", ties=ties) for ties in ("efron", "breslow"))
    assert numbers(one) == pytest.approx(numbers(two), abs=1e-12)


def test_a_spell_cut_into_rows_with_later_entry_is_the_spell():
    rows = made_up().drop(columns="weight")
    half = rows["end"] / 2
    first = rows.assign(end=half, event=False)
    second = rows.assign(entry=half)
    cut = pd.concat([first, second]).assign(entry=lambda t: t["entry"].fillna(0.0))
    one = sf.fit_hazard(rows, "x + z")
    two = sf.fit_hazard(cut, "x + z")
    assert two.table["estimate"].tolist() == pytest.approx(one.table["estimate"].tolist())
    # The parts of a person are one cluster: the robust errors of the whole spells.
    doubled = pd.concat([rows, rows.assign(end=1e-6, event=False)])
    again = sf.fit_hazard(doubled, "x + z")
    assert two.table["standard_error"].tolist() == pytest.approx(
        again.table["standard_error"].tolist()
    )


def test_strata_apart_have_likelihoods_that_add_up():
    rows = made_up()
    both = sf.fit_hazard(rows, "", strata="z").log_likelihood
    apart = [sf.fit_hazard(part, "").log_likelihood for _, part in rows.groupby("z")]
    assert both == pytest.approx(sum(apart))


def test_curve_without_covariates_is_breslows():
    rows = made_up(whole=True).drop(columns="weight")
    made = sf.fit_hazard(rows, "", ties="breslow")
    assert made.table.empty
    curve = made.predict(pd.DataFrame({"any": [0]}))
    steps = sf.estimate_survival(rows, times=curve["time"].tolist()).table
    hazard = steps["cumulative_hazard"].to_numpy()
    assert -np.log(curve["probability"].to_numpy()) == pytest.approx(hazard)


def test_many_strata_give_the_same_as_one_after_another():
    rows = made_up(size=300, whole=True).assign(block=np.arange(300) % 60)
    rows["entry"] = np.where(rows.index % 5 == 0, rows["end"] - 1, 0)
    made = sf.fit_hazard(rows, "x", strata="block", weight=None, ties="breslow")
    total = sum(
        brute_log_likelihood(
            part.assign(stratum=0, w=1.0), made.table["estimate"].iloc[0], "breslow"
        )
        for _, part in rows.groupby("block")
    )
    assert made.log_likelihood == pytest.approx(total)


# Recovery, coverage -------------------------------------------------------------------------------


def test_recovers_the_vocational_ratio_of_the_example_country():
    example = sf.example(seed=1)
    truth = np.log(example.truth["spells"]["vocational_ratio"]["value"])
    spells = example.spells[lambda t: t["state"] != "stable_job"]
    made = sf.fit_hazard(spells, "track + sex", to="stable_job", strata="state")
    row = made.table.set_index("term").loc["track[vocational]"]
    assert abs(row["estimate"] - truth) < 3 * row["standard_error"]
    assert row["standard_error"] < 0.05
    assert row["lower"] > 1


def test_intervals_cover_the_truth_as_often_as_they_say():
    """200 samples with weights and clusters: 95 % within three Monte Carlo errors."""
    rng = np.random.default_rng(11)
    covered = []
    for _ in range(200):
        cluster = np.repeat(np.arange(80), 2)
        x = rng.normal(size=160)
        time = rng.exponential(size=160) * np.exp(-0.5 * x)
        lost = rng.exponential(2.0, 160)
        sets = build_risk_sets(
            x[:, None],
            np.zeros(160),
            np.minimum(time, lost),
            time <= lost,
            rng.choice([0.5, 1.0, 2.0], 160),
            np.zeros(160, dtype=int),
        )
        likelihood = PartialLikelihood(sets, "efron")
        at = maximise(likelihood, "coverage")
        scores = likelihood.row_scores(at.hazards, at.sums)
        total = np.bincount(cluster[sets.order], scores[:, 0]) / at.information[0, 0]
        error = np.sqrt((total**2).sum())
        covered.append(abs(at.coefficients[0] - 0.5 * sets.scale[0]) < 1.959964 * error)
    assert abs(np.mean(covered) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200)


# Bad input ----------------------------------------------------------------------------------------


def test_row_33_a_group_without_any_event_is_said_and_the_rest_holds():
    rows = made_up(size=200).drop(columns="weight")
    rows.loc[rows["z"] == "b", "event"] = False
    made = sf.fit_hazard(rows, "x + z")
    found = made.table.set_index("term")
    assert found.loc["z[b]", "estimate"] == -np.inf
    assert found.loc["z[b]", "ratio"] == 0.0
    assert np.isnan(found.loc["z[b]", "standard_error"])
    assert any("Perfect separation" in note and "z[b]" in note for note in made.notes)
    # In the limit the group is out of every risk set.
    rest = sf.fit_hazard(rows[rows["z"] == "a"], "x")
    assert found.loc["x", "estimate"] == pytest.approx(rest.table["estimate"].iloc[0], abs=1e-4)
    with pytest.raises(ParameterError, match="without end"):
        made.test_proportional()


def test_row_33_separation_is_seen_for_a_rare_group_and_for_an_ordering_covariate():
    rows = made_up(size=600).drop(columns="weight").assign(rare=0.0)
    rows.loc[:2, ["rare", "event"]] = [1.0, False]
    rows.loc[:2, "end"] = 50.0
    assert sf.fit_hazard(rows, "x + rare").fit.endless == ("rare",)
    perfect = rows.iloc[:40].assign(x=-rows["end"].iloc[:40], event=True)
    made = sf.fit_hazard(perfect, "x")
    assert made.table["estimate"].iloc[0] == np.inf


def test_a_strong_but_finite_effect_is_no_separation():
    rows = made_up(size=400).drop(columns="weight")
    rows["end"] = np.random.default_rng(0).exponential(size=400) * np.exp(-4 * rows["x"])
    made = sf.fit_hazard(rows.assign(event=True), "x")
    assert made.fit.endless == ()
    assert abs(made.table["estimate"].iloc[0] - 4) < 4 * made.table["standard_error"].iloc[0]


def test_row_34_a_covariate_constant_within_strata_is_named():
    rows = made_up()
    with pytest.raises(TableError, match=r"covariate 'z\[b\]'.*in any stratum"):
        sf.fit_hazard(rows, "x + z", strata="z")


def test_row_34_covariates_that_tell_one_another_within_strata_are_named():
    rows = made_up()
    rows["moved"] = rows["x"] + 5.0 * (rows["z"] == "b")
    sf.fit_hazard(rows, "x + moved")
    with pytest.raises(TableError, match=r"covariate 'moved'.*told in full by 'x'"):
        sf.fit_hazard(rows, "x + moved", strata="z")


def test_a_likelihood_without_end_in_steps_is_an_error(monkeypatch):
    monkeypatch.setattr("skillsfc.transitions.survival.newton.MOST_STEPS", 1)
    with pytest.raises(ConvergenceError, match="no maximum after 1 steps"):
        sf.fit_hazard(made_up(), "x")
