"""Discrete-time hazards: R's glm, expanded logits, brute force, separation, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survival_cases import expected, made_up, mgus2

import skillsfc as sf
from skillsfc.transitions.survival import periods as periods_module
from skillsfc.transitions.survival.discrete import fit_discrete
from skillsfc.transitions.survival.periods import find_patterns

SEEDS = st.integers(0, 10_000)


def term_of(name, width=24):
    """Return our name of R's coefficient."""
    known = {
        "(Intercept)": "intercept", "t": "time", "I(t^2)": "time^2", "log(t)": "log(time)",
        "sexM": "sex[M]", "age:sexM": "age:sex[M]",
    }  # fmt: skip
    return known.get(name, name.replace("factor(t)", "period[") + ("]" if "factor" in name else ""))


def compare_model(case, made):
    table = made.table.set_index("term")
    facts = made.diagnostics.set_index("fact")["value"]
    for row in expected(case).itertuples():
        if row.name in facts.index:
            found = facts[row.name]
        elif row.name.endswith("_error"):
            found = table.loc[term_of(row.name.removesuffix("_error")), "standard_error"]
        else:
            found = table.loc[term_of(row.name), "estimate"]
        assert found == pytest.approx(row.value, abs=row.tolerance, rel=row.tolerance), row.name


YEARS = {"period": 12, "horizon": 240}


@pytest.mark.parametrize(
    ("case", "formula", "arguments"),
    [
        ("hazard_years", "age + sex", {"baseline": "quadratic"}),
        ("hazard_cloglog", "age + sex", {"baseline": "quadratic", "link": "cloglog"}),
        ("hazard_pcm_log", "age * sex", {"baseline": "log", "to": "pcm"}),
        ("hazard_dummies", "age + sex", {"baseline": "dummies", "period": 24}),
        ("hazard_clusters", "age + sex",
         {"baseline": "linear", "weight": "w", "cluster": "hospital"}),
    ],
)  # fmt: skip
def test_equals_glm_on_person_periods(case, formula, arguments):
    made = fit_discrete(mgus2(), formula, **(YEARS | arguments))
    if case != "hazard_clusters":
        compare_model(case, made)
        return
    table = made.table.set_index("term")
    for row in expected(case).itertuples():  # the log-likelihood hangs on the scale of weights
        if row.name != "log_likelihood":
            name, column = row.name.removesuffix("_error"), "estimate"
            column = "standard_error" if row.name.endswith("_error") else "estimate"
            assert table.loc[term_of(name), column] == pytest.approx(row.value, rel=1e-7)


def test_late_entry_equals_glm_on_person_periods():
    people = mgus2()
    seen = people[people["late"] < np.minimum(people["end"], 240)].assign(
        entry=lambda table: table["late"]
    )
    made = fit_discrete(seen, "age + sex", baseline="linear", **YEARS)
    compare_model("hazard_late", made)
    assert any("within a period" in note for note in made.notes)


def test_published_values_of_mgus2_in_years():
    made = fit_discrete(mgus2(), "age + sex", baseline="quadratic", **YEARS)
    table = made.table.set_index("term")["estimate"]
    facts = made.diagnostics.set_index("fact")["value"]
    for row in expected("published_years").itertuples():
        found = facts[row.name] if row.name in facts.index else table[row.name]
        assert abs(found - row.value) <= row.tolerance, row.name


def expand(spells, kinds=("A", "B")):
    """Return one row for each person and period: row of the spells, period, kind of move."""
    start = spells["start"].to_numpy()
    first = (spells["entry"] - start).to_numpy() + 1
    last = (spells["end"] - start).to_numpy()
    count = last - first + 1
    row = np.repeat(np.arange(len(spells)), count)
    period = np.concatenate([np.arange(a, b + 1) for a, b in zip(first, last, strict=True)])
    code = spells["to_state"].map({"": 0} | {kind: at + 1 for at, kind in enumerate(kinds)})
    return row, period, np.where(period == last[row], code.to_numpy()[row], 0)


@pytest.mark.parametrize("cells", [10, 2_000_000])
def test_grouped_likelihood_equals_the_expanded_logit(cells, monkeypatch):
    """Also block by block, and with late entry and covariates that differ for nearly everyone."""
    import statsmodels.api as sm

    monkeypatch.setattr(periods_module, "CELLS", cells)
    monkeypatch.setattr(periods_module, "_KEPT", cells)
    spells = made_up(12, 400)
    made = fit_discrete(spells, "x + g", baseline="quadratic", weight=None, errors="model")
    row, period, code = expand(spells)
    x = spells["x"].to_numpy()[row]
    v = (spells["g"] == "v").to_numpy()[row]
    design = np.column_stack([np.ones(len(row)), period, period**2, x, v])
    peer = sm.Logit(code > 0, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
    assert np.allclose(made.table["estimate"], peer.params, rtol=0, atol=1e-10)
    assert np.allclose(made.table["standard_error"], peer.bse, rtol=0, atol=1e-10)
    value = made.diagnostics.set_index("fact")["value"]
    assert value["log_likelihood"] == pytest.approx(peer.llf, abs=1e-9)
    assert value["person_periods"] == len(row)


def test_multinomial_equals_mnlogit_on_person_periods():
    import statsmodels.api as sm

    spells = made_up(13, 500)
    made = fit_discrete(
        spells, "x + g", link="multinomial", baseline="linear", weight=None, errors="model"
    )
    row, period, code = expand(spells)
    v = (spells["g"] == "v").to_numpy()[row]
    design = np.column_stack([np.ones(len(row)), period, spells["x"].to_numpy()[row], v])
    peer = sm.MNLogit(code, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
    for at, kind in enumerate("AB"):
        own = made.table[made.table["to_state"] == kind]
        assert np.allclose(own["estimate"], np.asarray(peer.params)[:, at], atol=1e-9)
        assert np.allclose(own["standard_error"], np.asarray(peer.bse)[:, at], atol=1e-9)


@pytest.mark.parametrize("link", ["logit", "cloglog", "multinomial"])
def test_sandwich_is_the_sum_over_clusters_of_numerical_scores(link):
    """Scores of each person by central differences of the log-likelihood of its rows."""
    spells = made_up(14, 80)
    made = fit_discrete(spells, "x", link=link, baseline="linear")
    model, likelihood = made.model, made.model.likelihood
    row, period, code = expand(spells.sort_values(["person", "start"], kind="stable"))
    ordered = spells.sort_values(["person", "start"], kind="stable").reset_index(drop=True)
    weight = (ordered["weight"] / ordered["weight"].mean()).to_numpy()[row]
    kind = code if link == "multinomial" else np.minimum(code, 1)
    x = ordered["x"].to_numpy()

    def terms(coefficients):
        hazard = likelihood.hazards(coefficients, x[:, None])[row, period - 1]
        chances = np.column_stack([1 - hazard.sum(axis=1), hazard])
        return weight * np.log(chances[np.arange(len(row)), kind])

    size = len(model.coefficients)
    step = 1e-5 * np.eye(size)
    slopes = np.stack(
        [(terms(model.coefficients + d) - terms(model.coefficients - d)) / 2e-5 for d in step],
        axis=1,
    )
    owner = ordered["person"].to_numpy()[row]
    scores = np.array([slopes[owner == person].sum(axis=0) for person in np.unique(owner)])
    assert np.abs(scores.sum(axis=0)).max() < 1e-5
    bread = np.linalg.inv(likelihood.state(model.coefficients).information)
    count = len(scores)
    sandwich = bread @ scores.T @ scores @ bread * count / (count - 1)
    errors = np.sqrt(np.diag(sandwich))
    assert np.allclose(made.table["standard_error"], errors, rtol=1e-5)
    assert np.allclose(made.covariance, sandwich, rtol=1e-4, atol=1e-6)
    assert any("times G / (G - 1)" in note for note in made.notes)


def test_without_covariates_the_dummies_are_the_hazards_of_the_curve():
    spells = made_up(15, 200)
    made = fit_discrete(spells, baseline="dummies")
    curve = sf.estimate_survival(spells)
    odds = np.exp(made.table["estimate"])
    times = made.table["term"].str.extract(r"(\d+)")[0].astype(float)
    assert np.allclose(odds / (1 + odds), curve.at(times)["hazard"], atol=1e-9)
    predicted = made.predict()
    assert np.allclose(predicted["probability"], 1 - curve.at(predicted["time"])["probability"])


def test_multinomial_without_covariates_is_the_cumulative_incidence():
    spells = made_up(16, 300)
    made = fit_discrete(spells, "", link="multinomial").predict()
    curve = sf.estimate_cumulative_incidence(spells)
    both = made.merge(curve.table, on=["to_state", "time"], suffixes=("", "_curve"))
    assert len(both) > 10
    assert np.allclose(both["probability"], both["probability_curve"], atol=1e-8)
    assert np.allclose(both["stayed"], both["stayed_curve"], atol=1e-8)


def test_intervals_of_time_pool_their_periods():
    spells = made_up(17, 300)
    made = fit_discrete(spells, "1", baseline=[3, 6]).table
    assert made["term"].tolist()[:2] == ["time(0,3]", "time(3,6]"]
    curve = sf.estimate_survival(spells).table
    early = curve[curve["time"] <= 3]
    moved = spells[(spells["to_state"] != "") & (spells["end"] - spells["start"] <= 3)]
    risk = sum(
        spells.loc[
            (spells["entry"] - spells["start"] < t) & (spells["end"] - spells["start"] >= t),
            "weight",
        ].sum()
        for t in early["time"]
    )
    share = moved["weight"].sum() / risk
    assert made["estimate"].iloc[0] == pytest.approx(np.log(share / (1 - share)))


@settings(max_examples=10)
@given(SEEDS, st.floats(0.01, 100))
def test_scale_of_weights_order_and_names_change_nothing(seed, factor):
    spells = made_up(seed, 100)
    columns = ["term", "estimate", "standard_error"]
    made = fit_discrete(spells, "x + g", baseline="log").table[columns]
    other = spells.assign(weight=spells["weight"] * factor, person=1000 - spells["person"])
    again = fit_discrete(other.sample(frac=1, random_state=seed), "x + g", baseline="log").table
    pd.testing.assert_frame_equal(made, again[columns], rtol=1e-6)


@settings(max_examples=10)
@given(SEEDS)
def test_weight_two_is_the_row_twice(seed):
    spells = made_up(seed, 100).assign(weight=1.0).reset_index(drop=True)
    twice = pd.concat([spells, spells.iloc[::3]])
    heavy = spells.assign(weight=np.where(spells.index % 3 == 0, 2.0, 1.0))
    one, other = (fit_discrete(table, "x", baseline="linear").table for table in (twice, heavy))
    assert np.allclose(one["estimate"], other["estimate"], atol=1e-8)
    assert np.allclose(one["standard_error"], other["standard_error"], atol=1e-8)


def separated():
    spells = made_up(18, 200).assign(weight=1.0)
    never = spells["g"] == "u"
    spells.loc[never, "to_state"] = ""
    return spells.assign(g=np.where(never, "never", np.where(spells["x"] > 0, "a", "b")))


def test_row_33_perfect_separation_is_flagged_and_the_others_hold():
    spells = separated()
    made = fit_discrete(spells, "g + x", baseline="linear", weight=None, errors="model")
    table = made.table.set_index("term")
    assert table.loc["g[never]", "estimate"] == -np.inf
    assert table.loc["g[never]", "ratio"] == 0.0
    assert np.isnan(table.loc["g[never]", "standard_error"])
    assert "separation" in table.loc["g[never]", "note"]
    assert any("Perfect separation" in note and "g[never]" in note for note in made.notes)
    some = spells[spells["g"] != "never"]
    rest = fit_discrete(some, "g + x", baseline="linear", weight=None, errors="model")
    rest = rest.table.set_index("term")
    for term in ("intercept", "time", "g[b]", "x"):
        for column in ("estimate", "standard_error"):
            assert table.loc[term, column] == pytest.approx(rest.loc[term, column], abs=1e-5)
    cases = pd.DataFrame({"g": ["never", "a"], "x": 0.0})
    chance = made.predict(cases, periods=3).groupby("row")["probability"].last()
    assert chance[0] < 1e-5 < chance[1]


def test_row_33_separation_of_the_reference_is_flagged_too():
    spells = separated().assign(g=lambda t: t["g"].replace("never", "0"))
    made = fit_discrete(spells, "g + x", baseline="linear", weight=None)
    found = made.table.set_index("term")["estimate"]
    assert found["intercept"] == -np.inf
    assert found["g[a]"] == np.inf
    assert np.isfinite(found["x"])


def test_row_33_firth_is_the_maximum_of_the_penalised_likelihood():
    from scipy.optimize import minimize

    spells = separated()
    made = fit_discrete(
        spells, "g + x", baseline="constant", weight=None, errors="model", remedy="firth"
    )
    row, _, code = expand(spells)
    g, x = spells["g"].to_numpy()[row], spells["x"].to_numpy()[row]
    design = np.column_stack([np.ones(len(row)), g == "b", g == "never", x]).astype(float)

    def penalised(coefficients):
        eta = design @ coefficients
        hazard = 1 / (1 + np.exp(-eta))
        information = design.T @ (design * (hazard * (1 - hazard))[:, None])
        value = ((code > 0) * eta - np.logaddexp(0, eta)).sum()
        return -value - 0.5 * np.linalg.slogdet(information)[1]

    best = minimize(penalised, np.zeros(4), method="BFGS", options={"gtol": 1e-8})
    assert np.allclose(made.table["estimate"], best.x, atol=1e-4)
    assert penalised(made.table["estimate"].to_numpy()) <= best.fun + 1e-9


def test_row_33_ridge_gives_finite_estimates_that_shrink():
    sizes = []
    for penalty in (0.1, 1, 100):
        made = fit_discrete(
            separated(), "g + x", baseline="linear", remedy="ridge", penalty=penalty
        )
        covariates = made.table[made.table["part"] == "covariate"]
        assert np.isfinite(covariates["estimate"]).all()
        sizes.append(np.abs(covariates["estimate"]).sum())
    assert sizes[0] > sizes[1] > sizes[2]
    assert any("ridge" in note for note in made.notes)


def test_row_33_periods_without_a_move_have_hazard_zero():
    spells = pd.DataFrame({"start": 0, "end": [1, 1, 3, 3, 4, 4], "event": [1, 0, 1, 0, 1, 0]})
    made = fit_discrete(spells)
    second = made.table.iloc[1]
    assert second["term"] == "period[2]"
    assert second["estimate"] == -np.inf
    assert second["note"] == "nobody moves in these periods"
    assert any("Nobody moves in 1 of 4 periods" in note for note in made.notes)
    assert made.predict()["hazard"].round(6).tolist() == [0.166667, 0.0, 0.25, 0.5]


def test_row_34_one_class_is_refused():
    spells = pd.DataFrame({"start": 0, "end": [1, 2], "event": 0})
    with pytest.raises(sf.CoverageError, match="no move that counts in 2 spells"):
        fit_discrete(spells)
    with pytest.raises(sf.CoverageError, match="everybody moves in the first period"):
        fit_discrete(spells.assign(event=1, end=1))


def test_row_34_constant_and_collinear_covariates_are_named():
    spells = made_up(1).assign(one=1.0, twice=lambda t: 2 * t["x"] + 1)
    with pytest.raises(sf.TableError) as caught:
        fit_discrete(spells, "one + x + twice")
    assert "'one': constant" in str(caught.value)
    assert "'twice': told in full by 'x'" in str(caught.value)


def test_row_35_few_at_risk_are_said():
    made = fit_discrete(made_up(1), baseline="linear")
    assert any("Fewer than 30 spells are at risk" in note for note in made.notes)


def test_average_effects_equal_the_brute_force_mean():
    spells = made_up(19, 300)
    made = fit_discrete(spells, "x * g + x^2", baseline="linear", weight=None)
    effects = made.average_effects().set_index("covariate")
    row, period, _ = expand(spells)

    def hazard(x, g):
        table = dict(zip(made.table["term"], made.table["estimate"], strict=True))
        eta = table["intercept"] + table["time"] * period + table["x"] * x + table["x^2"] * x**2
        eta = eta + g * (table["g[v]"] + table["x:g[v]"] * x)
        return 1 / (1 + np.exp(-eta))

    x = spells["x"].to_numpy()[row]
    g = (spells["g"] == "v").to_numpy()[row].astype(float)
    by_hand = (hazard(x, 1.0) - hazard(x, 0.0)).mean()
    assert effects.loc["g", "effect"] == pytest.approx(by_hand, abs=1e-9)
    slope = ((hazard(x + 1e-5, g) - hazard(x - 1e-5, g)) / 2e-5).mean()
    assert effects.loc["x", "effect"] == pytest.approx(slope, abs=1e-6)
    assert (effects["standard_error"] > 0).all()
    with pytest.raises(sf.ParameterError, match="not in the formula"):
        made.average_effects("y")


def test_errors_of_predictions_are_those_of_the_curve_without_covariates():
    spells = made_up(20, 400).assign(weight=1.0, entry=lambda t: t["start"])
    spells["person"] = np.arange(400)
    made = fit_discrete(spells).predict()
    curve = sf.estimate_survival(spells).at(made["time"])
    inside = curve["probability"] > 0
    assert np.allclose(made["standard_error"][inside], curve["standard_error"][inside], rtol=1e-4)


def test_chances_to_move_cover_the_truth_in_19_of_20_samples():
    rng, hits, rounds = np.random.default_rng(5), 0, 80
    for _ in range(rounds):
        sex = np.repeat(rng.choice(["F", "M"], 150), 2)
        hazard = 1 / (1 + np.exp(2.2 - 0.5 * (sex == "M")))
        end = np.repeat(rng.random(150), 2)
        end = np.ceil(np.log(end) / np.log1p(-hazard))
        limit = rng.integers(3, 25, 300)
        spells = pd.DataFrame({
            "person": np.repeat(np.arange(150), 2), "start": 0, "end": np.minimum(end, limit),
            "event": end <= limit, "sex": sex, "weight": rng.uniform(0.5, 1.5, 300),
        })  # fmt: skip
        row = fit_discrete(spells, "sex", baseline="constant").table.iloc[1]
        hits += row["lower"] < np.exp(0.5) < row["upper"]
    assert abs(hits / rounds - 0.95) < 4 * np.sqrt(0.95 * 0.05 / rounds)


def test_examplia_leaves_unemployment_as_its_truth_says():
    example = sf.example(seed=1)
    rates = example.truth["spells"]["transition_rate"]["value"]
    chosen = example.spells[example.spells["track"] == "general"]
    made = fit_discrete(
        chosen, "sex", state="unemployment", link="multinomial", baseline="constant"
    )
    cases = pd.DataFrame({"sex": ["F", "M"]})
    found = made.predict(cases, periods=1)
    for row in found.itertuples():
        truth = rates[cases["sex"][row.row]]["unemployment"][row.to_state]
        assert abs(row.hazard - truth) < 4 * row.hazard_error


def test_moves_not_named_are_one_more_exit():
    spells = made_up(21, 300, kinds=3)
    made = fit_discrete(spells, "x", link="multinomial", to="A", baseline="constant")
    assert made.settings.to == ("A", "(other)")
    together = spells.assign(to_state=spells["to_state"].replace({"B": "Z", "C": "Z"}))
    other = fit_discrete(together, "x", link="multinomial", baseline="constant")
    assert np.allclose(made.table["estimate"], other.table["estimate"])
    merged = fit_discrete(spells, "x", to=["A", "B"], baseline="constant")
    assert merged.settings.to == ("A", "B")
    assert len(merged.table) == 2


def test_horizon_cuts_spells_and_says_who_is_lost():
    spells = made_up(22, 300)
    made = fit_discrete(spells, "x", baseline="linear", horizon=5)
    own = spells["end"] - spells["start"]
    cut = spells.assign(
        end=spells["start"] + np.minimum(own, 5), to_state=spells["to_state"].where(own <= 5, "")
    )
    cut = cut[cut["entry"] < cut["end"]]
    other = fit_discrete(cut, "x", baseline="linear")
    assert np.allclose(made.table["estimate"], other.table["estimate"], atol=1e-7)
    assert any("after the horizon" in note for note in made.notes)


def test_missing_covariates_are_refused_or_counted():
    spells = made_up(23, 100)
    spells.loc[:9, "x"] = np.nan
    with pytest.raises(sf.TableError, match="missing in 10 of 100 rows"):
        fit_discrete(spells, "x")
    made = fit_discrete(spells, "x", missing="drop", baseline="linear")
    assert any("10 of 100 rows left out" in note for note in made.notes)
    alone = fit_discrete(spells.iloc[10:], "x", baseline="linear")
    assert np.allclose(made.table["estimate"], alone.table["estimate"], atol=1e-8)


def test_patterns_are_the_distinct_rows():
    rng = np.random.default_rng(1)
    matrix = rng.integers(0, 3, (500, 3)).astype(float)
    found, pattern, example = find_patterns(matrix)
    assert len(found) == len(np.unique(matrix, axis=0))
    assert (found[pattern] == matrix).all()
    assert (matrix[example] == found).all()
    alike = np.array([[1e20, 1.0], [1e20, 2.0]])  # one number a row cannot tell these apart
    assert len(find_patterns(alike)[0]) == 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"link": "probit"}, "link"),
        ({"baseline": "dumies"}, "Did you mean 'dummies'"),
        ({"baseline": [6, 3]}, "interval ends that rise"),
        ({"baseline": 7}, "interval ends that rise"),
        ({"remedy": "fith"}, "Did you mean 'firth'"),
        ({"remedy": "firth", "link": "cloglog"}, "ridge"),
        ({"errors": "robus"}, "Did you mean 'robust'"),
        ({"period": 0}, "above 0"),
        ({"horizon": -3}, "above 0"),
        ({"penalty": -1}, "0 or more"),
        ({"period": 1e-4}, "longer period"),
        ({"missing": "dorp"}, "Did you mean 'drop'"),
        ({"formula": "y"}, "no column 'y'"),
        ({"level": 0}, "between 0 and 1"),
    ],
)
def test_wrong_arguments_are_named(arguments, text):
    with pytest.raises(sf.SkillsfcError, match=text):
        fit_discrete(made_up(1), **({"formula": "x"} | arguments))


def test_more_coefficients_of_time_than_periods_are_refused():
    spells = pd.DataFrame({"start": 0, "end": [1, 1, 2, 2], "event": [1, 0, 1, 0]})
    with pytest.raises(sf.ParameterError, match="3 coefficients of time for 2 periods"):
        fit_discrete(spells, baseline="quadratic")


def test_predictions_refuse_what_they_cannot_use():
    made = fit_discrete(made_up(1), "x + g", baseline="linear")
    with pytest.raises(sf.ParameterError, match="a table of covariates"):
        made.predict()
    with pytest.raises(sf.ParameterError, match="whole number"):
        made.predict(pd.DataFrame({"x": [0.0], "g": "u"}), periods=99)
    with pytest.raises(sf.TableError, match="does not know"):
        made.predict(pd.DataFrame({"x": [0.0], "g": "w"}))
    with pytest.raises(sf.TableError, match="no column 'g'"):
        made.predict(pd.DataFrame({"x": [0.0]}))
