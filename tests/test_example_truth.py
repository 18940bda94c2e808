"""The stated truth of Examplia can be found again in its tables, within stated sampling error.

Each estimator here is the plainest one, written out. `ERRORS` is the number of standard errors
allowed; with about 400 comparisons, 4.5 leaves less than 1 chance in 300 of a false alarm, and the
seed is fixed, so that an alarm is a change of the code and not bad luck.
"""

import numpy as np
import pytest

import skillsfc as sf
from skillsfc.sources.example.training import dropout_rates

ERRORS = 4.5
PEOPLE = 40_000


@pytest.fixture(scope="module")
def examplia():
    return sf.example(seed=20, persons=PEOPLE)


@pytest.fixture(scope="module")
def truth(examplia):
    return {
        topic: {name: known["value"] for name, known in names.items()}
        for topic, names in examplia.truth.items()
    }


def slope_and_error(values, persistence=0.0):
    """Return the OLS slope on time and its standard error, widened for AR(1) errors."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    slope = (time * values).sum() / (time**2).sum()
    rest = values - values.mean() - slope * time
    plain = np.sqrt((rest**2).sum() / (len(values) - 2) / (time**2).sum())
    return slope, plain * np.sqrt((1 + persistence) / (1 - persistence))


def within(found, stated, error):
    return abs(found - stated) <= ERRORS * error


def test_sector_trends(examplia, truth):
    totals = examplia.employment_by_sector.pivot(index="year", columns="sector", values="persons")
    persistence = truth["employment"]["sector_noise"]["persistence"]
    for sector, stated in truth["employment"]["sector_slope"].items():
        found, error = slope_and_error(np.log(totals[sector]).to_numpy(), persistence)
        assert error < 0.002
        assert within(found, stated, error), sector
    base = truth["employment"]["sector_persons_2004"]
    np.testing.assert_allclose(totals.loc[2004], totals.columns.map(base), rtol=0.04)


def test_sector_noise_is_as_large_as_stated_over_seeds(truth):
    known = truth["employment"]["sector_noise"]
    stationary = known["shock"] / np.sqrt(1 - known["persistence"] ** 2)
    first = [
        sf.example(seed=seed).employment_by_sector.query("year == 2004")["persons"].to_numpy()
        for seed in range(40)
    ]
    base = np.array(list(truth["employment"]["sector_persons_2004"].values()))
    deviation = np.log(np.array(first) / base)
    assert within(deviation.std(), stationary, stationary / np.sqrt(2 * deviation.size))


def test_occupation_log_ratio_trends_in_every_sector(examplia, truth):
    table = examplia.employment_by_occupation
    shares = table.pivot(index="year", columns=["sector", "occupation"], values="persons")
    for sector in truth["employment"]["sector_slope"]:
        for job, stated in truth["employment"]["occupation_slope"].items():
            if job == "9":
                continue
            ratio = np.log(shares[sector][job] / shares[sector]["9"]).to_numpy()
            found, error = slope_and_error(ratio)
            assert error < 0.0005
            assert within(found, stated, error), (sector, job)


def test_qualification_log_ratio_trends_in_every_occupation(examplia, truth):
    table = examplia.employment_by_qualification
    shares = table.pivot(index="year", columns=["occupation", "qualification"], values="persons")
    for job in truth["employment"]["occupation_slope"]:
        for level, stated in truth["employment"]["qualification_slope"].items():
            if level == "1":
                continue
            ratio = np.log(shares[job][level] / shares[job]["1"]).to_numpy()
            found, error = slope_and_error(ratio)
            assert error < 0.0005
            assert within(found, stated, error), (job, level)


def test_base_shares(examplia, truth):
    table = examplia.employment_by_occupation
    first = table[table["year"] == 2004].pivot(
        index="sector", columns="occupation", values="persons"
    )
    shares = first.div(first.sum(axis=1), axis=0)
    for sector, stated in truth["employment"]["occupation_share_2004"].items():
        for job, share in stated.items():
            assert shares.loc[sector, job] == pytest.approx(share, rel=0.02)


def test_women_in_each_occupation(examplia, truth):
    table = examplia.employment_by_age
    totals = table.groupby(["occupation", "sex"])["persons"].sum().unstack()
    for job, stated in truth["employment"]["women_share"].items():
        # Only rounding to whole persons stands between the two.
        assert totals.loc[job, "F"] / totals.loc[job].sum() == pytest.approx(stated, abs=2e-4)


def test_exit_rates_from_cohorts_of_40_to_54(examplia, truth):
    """From 40 on nobody is hired: five years later (1 - exit)^5 of the cohort is left."""
    stock = examplia.employment_by_age.pivot_table(
        index=["occupation", "sex", "age"], columns="year", values="persons"
    )
    for job, factor in truth["employment"]["exit_factor"].items():
        for sex in "FM":
            exits = factor * truth["employment"]["exit_rate"][sex]["40-54"]
            for young, old in (("40-44", "45-49"), ("45-49", "50-54")):
                before = stock.loc[(job, sex, young)].iloc[:-5].sum()
                after = stock.loc[(job, sex, old)].iloc[5:].sum()
                rate = 1 - (after / before) ** 0.2
                # Rounding to whole persons: 32 cells a year and side, each off by 0.3 rms. Small
                # cells round alike in all 15 years, so their errors add up over years.
                error = 0.3 * np.sqrt(32 * 2) * 15 / before / 5
                assert error < 0.05 * exits
                assert within(rate, exits, error), (job, sex, young)


def test_separations_are_the_stated_rates_times_the_stock(examplia, truth):
    stock = examplia.employment_by_age.set_index(["year", "occupation", "sex", "age"])["persons"]
    left = examplia.separations.set_index(["year", "occupation", "sex", "age"])["persons"]
    totals = stock.reindex(left.index).groupby(["occupation", "sex", "age"]).sum()
    rates = left.groupby(["occupation", "sex", "age"]).sum() / totals
    bands = {"20-24": "15-24", "30-34": "25-39", "45-49": "40-54", "55-59": "55-59",
             "60-64": "60-64", "65+": "65+"}  # fmt: skip
    for job, factor in truth["employment"]["exit_factor"].items():
        for sex in "FM":
            for age, band in bands.items():
                stated = factor * truth["employment"]["exit_rate"][sex][band]
                error = 0.3 * np.sqrt(19 * 33) / totals[(job, sex, age)]
                assert within(rates[(job, sex, age)], stated, error), (job, sex, age)


def test_population_follows_the_cohort_component_equation(examplia):
    ages = [*map(str, range(100)), "100+"]
    keys = ["year", "sex", "age"]
    people = examplia.population.set_index(keys)["persons"].unstack("age")[ages]
    deaths = examplia.mortality.set_index(keys)["rate"].unstack("age")[ages]
    moves = examplia.net_migration.set_index(keys)["net_rate"].unstack("age")[ages]
    births = examplia.fertility.set_index(["year", "age"])["rate"].unstack("age")
    for year in range(2004, 2023):
        women = people.loc[(year, "F")]
        born = (births.loc[year] * women[births.columns]).sum()
        newborn = people.loc[(year + 1, "F"), "0"] + people.loc[(year + 1, "M"), "0"]
        assert newborn == pytest.approx(born, abs=3)
        for sex in "FM":
            now = people.loc[(year, sex)]
            after = now * (np.exp(-deaths.loc[(year, sex)]) + moves.loc[(year, sex)])
            later = people.loc[(year + 1, sex)]
            assert (
                np.abs(after[ages[:99]].to_numpy() - later[ages[1:100]].to_numpy()).max() <= 1.001
            )
            assert later["100+"] == pytest.approx(after["99"] + after["100+"], abs=2)
    assert births.loc[2004].sum() == pytest.approx(2.6)
    assert people.loc[2004].sum().sum() == pytest.approx(6_600_000, abs=110)


def test_school_flow_rates(examplia, truth):
    keys = ["sex", "grade", "year"]
    enrolled = examplia.enrolment.set_index(keys)["persons"].unstack("year")
    again = examplia.repeaters.set_index(keys)["persons"].unstack("year")
    base = enrolled.iloc[:, :-1].sum(axis=1)
    repeated = again.iloc[:, 1:].sum(axis=1) / base
    entered = (enrolled - again).iloc[:, 1:].sum(axis=1)
    for sex in "FM":
        for grade in range(1, 16):
            size = base[(sex, grade)]
            stated = truth["school"]["repetition"][sex][grade - 1]
            error = np.sqrt(stated * (1 - stated) / size)
            assert error < 0.001
            assert within(repeated[(sex, grade)], stated, error), (sex, grade)
            if grade < 15:
                stated = truth["school"]["promotion"][sex][grade - 1]
                error = np.sqrt(stated * (1 - stated) / size)
                assert within(entered[(sex, grade + 1)] / size, stated, error), (sex, grade)


def test_intake_and_completion(examplia, truth):
    young = examplia.population[examplia.population["age"] == "6"]
    young = young.groupby("sex")["persons"].sum()
    first = examplia.enrolment.merge(
        examplia.repeaters, on=["year", "sex", "grade"], suffixes=("", "_again")
    )
    first = first[first["grade"] == 1]
    new = (first["persons"] - first["persons_again"]).groupby(first["sex"]).sum()
    finished = examplia.graduates.groupby(["sex", "qualification"])["persons"].sum()
    enrolled = examplia.enrolment.groupby(["sex", "grade"])["persons"].sum()
    for sex in "FM":
        assert new[sex] / young[sex] == pytest.approx(truth["school"]["intake"][sex], abs=1e-5)
        for grade, level in (("9", "2"), ("12", "3"), ("15", "6")):
            stated = truth["school"]["completion"][sex][grade]
            size = enrolled[(sex, int(grade))]
            error = np.sqrt(stated * (1 - stated) / size)
            assert within(finished[(sex, level)] / size, stated, error), (sex, level)


def test_fields_of_graduates(examplia, truth):
    totals = examplia.graduates.groupby(["sex", "qualification", "field"])["persons"].sum()
    for sex in "FM":
        for level, shares in truth["school"]["field_share"][sex].items():
            size = totals[sex][level].sum()
            for field, stated in shares.items():
                error = np.sqrt(stated * (1 - stated) / size) + 1e-12
                assert within(totals[(sex, level, field)] / size, stated, error)


def _share_and_error(survey, of):
    """Return a weighted share and its standard error between clusters within strata."""
    weight = survey["weight"].to_numpy()
    share = (weight * of).sum() / weight.sum()
    scores = survey.assign(score=weight * (of - share) / weight.sum())
    totals = scores.groupby(["stratum", "cluster"])["score"].sum()
    parts = totals.groupby("stratum")
    return share, np.sqrt((parts.var() * parts.size()).sum())


def test_weighted_neet_shares(examplia, truth):
    survey = examplia.labour_force_survey
    young = survey[survey["age"] <= 24]
    idle = ~(young["in_education"] | young["in_training"]) & (young["activity"] != "employed")
    for year, shares in truth["derived"]["neet_15_24"].items():
        for sex, stated in shares.items():
            of = (young["year"] == int(year)) & (young["sex"] == sex)
            found, error = _share_and_error(young[of], idle[of].to_numpy(float))
            assert error < 0.03
            assert within(found, stated, error), (year, sex)


def test_weighted_totals_of_the_survey_are_those_of_the_tables(examplia):
    survey = examplia.labour_force_survey
    known = examplia.population_by_activity.groupby(["year", "activity"])["persons"].sum()
    sectors = examplia.employment_by_sector.set_index(["year", "sector"])["persons"]
    for year, rows in survey.groupby("year"):
        everybody = rows["weight"].sum()
        for activity in ("employed", "unemployed", "outside"):
            share, error = _share_and_error(rows, (rows["activity"] == activity).to_numpy(float))
            assert within(share * everybody, known[(year, activity)], error * everybody)
        for sector in "ACFGHJPQ":
            share, error = _share_and_error(rows, (rows["sector"] == sector).to_numpy(float))
            assert within(share * everybody, sectors[(year, sector)], error * everybody), sector


def test_weights_matter_in_the_survey(examplia, truth):
    """Rural strata are over-sampled: without weights the urban share is far off."""
    survey = examplia.labour_force_survey
    regions = truth["labour_force_survey"]["region_share"]
    urban = sum(s * truth["labour_force_survey"]["urban_share"][r] for r, s in regions.items())
    town = (survey["area"] == "urban").to_numpy(float)
    weighted = np.average(town, weights=survey["weight"])
    error = np.sqrt(urban * (1 - urban) / len(survey))
    assert within(weighted, urban, 1.3 * error)
    assert abs(town.mean() - urban) > 2 * ERRORS * error


def test_clusters_are_alike_as_stated(examplia, truth):
    """The between-cluster variance of employment exceeds the binomial one, and not by much."""
    survey = examplia.labour_force_survey
    middle = survey[survey["age"].between(25, 49)]
    works = (middle["activity"] == "employed").astype(float)
    clusters = works.groupby([middle["stratum"], middle["cluster"]])
    size, mean = clusters.size(), clusters.mean()
    design = (size * (mean - works.mean()) ** 2).sum() / (len(size) - 1)
    design /= works.mean() * (1 - works.mean())
    alike = (design - 1) / (size.mean() - 1)
    rho = truth["labour_force_survey"]["cluster_correlation"]
    # On the observed 0/1 scale the correlation is a little over half of that of the hidden score.
    assert 0.35 * rho < alike < 1.0 * rho


def test_wage_equation_of_the_survey(examplia, truth):
    survey = examplia.labour_force_survey
    paid = survey[survey["wage"] > 0]
    stated = truth["labour_force_survey"]["log_wage"]
    school = paid["qualification"].map(truth["labour_force_survey"]["school_years"]).to_numpy(float)
    work = np.maximum(paid["age"] - 6 - school, 0)
    columns = [np.ones(len(paid)), paid["sex"] == "F", school, work, work**2]
    design = np.column_stack(columns).astype(float)
    found, error, sd = _least_squares(design, np.log(paid["wage"].to_numpy()))
    names = ["constant", "women", "school_year", "experience", "experience_squared"]
    for name, value, spread in zip(names, found, error, strict=True):
        assert within(value, stated[name], spread), name
    assert sd == pytest.approx(stated["residual_sd"], rel=0.03)
    employees = survey["employment_status"] == "1"
    refused = (survey.loc[employees, "wage"] == -8).mean()
    share = truth["labour_force_survey"]["missing"]["wage"]
    assert within(refused, share, np.sqrt(share * (1 - share) / employees.sum()))


def _least_squares(design, outcome):
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ outcome
    rest = outcome - design @ found
    sd = np.sqrt((rest**2).sum() / (len(outcome) - design.shape[1]))
    return found, sd * np.sqrt(np.diag(inverse)), sd


def test_other_answers_of_the_survey(examplia, truth):
    survey, stated = examplia.labour_force_survey, truth["labour_force_survey"]
    searching = survey[survey["search_months"] > 0]
    for sex, mean in stated["search_months"].items():
        months = searching.loc[searching["sex"] == sex, "search_months"]
        assert within(months.mean(), mean, months.std() / np.sqrt(len(months))), sex
    employee = survey[survey["employment_status"] == "1"]
    older = employee[employee["age"] >= 35]
    share = stated["temporary_contract"]["35+"]
    error = np.sqrt(share * (1 - share) / len(older))
    assert within((older["contract"] == "temporary").mean(), share, error)
    for contract in ("permanent", "temporary"):
        rows = employee[employee["contract"] == contract]
        share = stated["wants_other_job"][contract]
        error = np.sqrt(share * (1 - share) / len(rows))
        assert within(rows["wants_other_job"].mean(), share, error)
    farm = survey[survey["sector"] == "A"]
    for code, share in stated["employment_status"]["agriculture"].items():
        error = np.sqrt(share * (1 - share) / len(farm))
        assert within((farm["employment_status"] == code).mean(), share, error)


def test_spell_rates_are_occurrences_over_exposure(examplia, truth):
    spells, stated = examplia.spells, truth["spells"]
    risk = (spells["end"] - spells["start"]).groupby(
        [spells["sex"], spells["track"], spells["state"]]
    )
    months = risk.sum()
    moves = spells[spells["event"]].groupby(["sex", "track", "state", "to_state"]).size()
    compared = 0
    for sex, rates in stated["transition_rate"].items():
        for track, ratio in (("general", 1.0), ("vocational", stated["vocational_ratio"])):
            for before, targets in rates.items():
                for after, rate in targets.items():
                    rate *= ratio if after == "stable_job" else 1.0
                    seen = moves.get((sex, track, before, after), 0)
                    error = np.sqrt(rate * (1 - rate) / months[(sex, track, before)]) + 1e-12
                    assert within(seen / months[(sex, track, before)], rate, error), (sex, before)
                    compared += 1
    assert compared == 2 * 2 * 6 * 5


def test_first_states_tracks_and_weights_of_spells(examplia, truth):
    spells, stated = examplia.spells, truth["spells"]
    people = spells.groupby("person").first()
    at_once = people[people["entry"] == 0]
    for state, share in stated["start_state"].items():
        error = np.sqrt(share * (1 - share) / len(at_once)) + 1e-12
        assert within((at_once["state"] == state).mean(), share, error), state
    vocational = (people["track"] == "vocational").to_numpy(float)
    error = 0.5 / np.sqrt(len(people))
    assert within(vocational.mean(), stated["vocational_share"]["sample"], error)
    weighted = np.average(vocational, weights=people["weight"])
    assert within(weighted, stated["vocational_share"]["country"], error)
    late = (people["entry"] > 0).mean()
    assert within(late, stated["delayed_entry"], np.sqrt(0.25 * 0.75 / len(people)))


def test_panel_flows_over_a_quarter_are_three_monthly_steps(examplia, truth):
    order = ["employed", "unemployed", "outside"]
    monthly = np.array(
        [[truth["labour_force_panel"]["monthly_probability"][a][b] for b in order] for a in order]
    )
    stated = np.linalg.matrix_power(monthly, 3)
    wide = examplia.labour_force_panel.pivot(index="person", columns="quarter", values="activity")
    for row, before in enumerate(order):
        at = wide[1] == before
        for column, after in enumerate(order):
            share = stated[row, column]
            error = np.sqrt(share * (1 - share) / at.sum())
            assert within((wide.loc[at, 2] == after).mean(), share, error)
        share = truth["derived"]["panel_shares"][before]
        for quarter in (1, 5):
            error = np.sqrt(share * (1 - share) / len(wide))
            assert within((wide[quarter] == before).mean(), share, error)


def _traits(rows):
    return np.column_stack(
        [
            np.ones(len(rows)),
            (rows["final_grade"] - 70) / 10,
            rows["parent_tertiary"],
            rows["sex"] == "F",
        ]
    ).astype(float)


def test_tracer_effect_by_regression_and_by_weighting_but_not_naively(examplia, truth):
    stated = truth["tracer"]
    logit = stated["work_based_logit"]
    for wave, effect in stated["employed_effect"].items():
        rows = examplia.tracer[examplia.tracer["months_since_graduation"] == int(wave)]
        treated = rows["work_based_learning"].to_numpy(float)
        works = rows["employed"].to_numpy(float)
        naive = works[treated == 1].mean() - works[treated == 0].mean()
        design = np.column_stack([_traits(rows), treated])
        found, error, _ = _least_squares(design, works)
        assert within(found[-1], effect, 1.05 * error[-1]), wave
        base = [stated["employed_base"][wave], *stated["employed_traits"].values()]
        for value, known, spread in zip(found, base, error, strict=False):
            assert within(value, known, 1.05 * spread)
        chance = 1 / (1 + np.exp(-_traits(rows) @ np.array(list(logit.values()))))
        one, other = treated / chance, (1 - treated) / (1 - chance)
        weighted = (one * works).sum() / one.sum() - (other * works).sum() / other.sum()
        assert within(weighted, effect, 1.5 * error[-1]), wave
        # Selection makes the plain difference too large: an estimator that ignores it must fail.
        assert naive - effect > ERRORS * error[-1]


def test_tracer_selection_job_match_wage_and_response(examplia, truth):
    tracer, stated = examplia.tracer, truth["tracer"]
    people = tracer.drop_duplicates("person")
    chance = 1 / (
        1 + np.exp(-_traits(people) @ np.array(list(stated["work_based_logit"].values())))
    )
    score = _traits(people).T @ (people["work_based_learning"].to_numpy(float) - chance)
    spread = np.sqrt((_traits(people) ** 2 * (chance * (1 - chance))[:, None]).sum(axis=0))
    assert (np.abs(score) <= ERRORS * spread).all()
    working = tracer[tracer["employed"]]
    assert working["job_match"].notna().all()
    assert tracer.loc[~tracer["employed"], "job_match"].isna().all()
    for treated, name in ((True, "with"), (False, "without")):
        rows = working[working["work_based_learning"] == treated]
        share = stated["job_match"][name]
        error = np.sqrt(share * (1 - share) / len(rows))
        assert within(rows["job_match"].astype(float).mean(), share, error)
    design = np.column_stack([_traits(working)[:, [0, 1, 3]], working["work_based_learning"]])
    found, error, _ = _least_squares(design.astype(float), np.log(working["wage"].to_numpy()))
    for value, spread, name in zip(
        found, error, ["constant", "grade", "women", "work_based"], strict=True
    ):
        assert within(value, stated["log_wage"][name], spread), name
    for wave, share in stated["response"].items():
        answered = (tracer["months_since_graduation"] == int(wave)).sum() / PEOPLE
        assert within(answered, share, np.sqrt(share * (1 - share) / PEOPLE))


def test_apprentices_drop_out_at_the_stated_rate(examplia, truth):
    contracts = examplia.apprentices
    lasted = contracts["months"].to_numpy()
    dropped = (contracts["outcome"] == "dropped_out").to_numpy()
    stated = dict(zip(truth["apprentices"]["trade_share"], dropout_rates(), strict=True))
    for trade, rates in stated.items():
        of = (contracts["occupation"] == trade).to_numpy()
        for year, rate in enumerate(rates):
            risk = np.clip(lasted[of] - 12 * year, 0, 12).sum()
            seen = (dropped[of] & ((lasted[of] - 1) // 12 == year)).sum()
            assert within(seen / risk, rate, np.sqrt(rate / risk)), (trade, year)
            factor = truth["apprentices"]["dropout_factor"][trade]
            assert rate == factor * truth["apprentices"]["dropout_rate"][str(year + 1)]


def test_apprentices_completion_without_censoring(examplia, truth):
    contracts = examplia.apprentices
    early = contracts[contracts["start_year"] <= 2020]
    assert not (early["outcome"] == "ongoing").any()
    for trade, share in truth["derived"]["apprentice_completion"].items():
        rows = early[early["occupation"] == trade]
        error = np.sqrt(share * (1 - share) / len(rows))
        assert within((rows["outcome"] == "completed").mean(), share, error), trade
    passed = contracts[contracts["outcome"] == "completed"]
    share = truth["apprentices"]["retained_share"]
    error = np.sqrt(share * (1 - share) / len(passed))
    assert within(passed["retained"].mean(), share, error)
    assert not contracts.loc[contracts["outcome"] != "completed", "retained"].any()


def test_apprentices_net_cost(examplia, truth):
    contracts = examplia.apprentices
    items = ["wage_cost", "trainer_cost", "material_cost", "administration_cost"]
    net = (
        contracts[items].sum(axis=1) - contracts["productive_value"] - contracts["subsidy"]
    ).to_numpy()
    full = contracts["months"].to_numpy() == 36
    error = net[full].std() / np.sqrt(full.sum())
    assert within(net[full].mean(), truth["derived"]["apprentice_net_cost"], error)
    lasted = contracts["months"].to_numpy()
    months = np.stack([np.clip(lasted - 12 * year, 0, 12) for year in range(3)], axis=1)
    found, error, _ = _least_squares(months.astype(float), net)
    stated = truth["derived"]["apprentice_monthly_net_cost"].values()
    for value, known, spread in zip(found, stated, error, strict=True):
        # The spread grows with the months, so the plain error is too small: allow twice.
        assert within(value, known, 2 * spread)
    costs = truth["apprentices"]["monthly_cost"]
    by_hand = 12 * sum(
        sum(costs[y].values()) - truth["apprentices"]["monthly_production"][y] - 40 for y in "123"
    )
    assert by_hand == truth["derived"]["apprentice_net_cost"]


def _binomial(rows, of, share):
    """Return whether the plain share among rows is as stated."""
    found = np.asarray(of, dtype=float)[np.asarray(rows)]
    return within(found.mean(), share, np.sqrt(share * (1 - share) / len(found)) + 1e-12)


def test_schooling_and_training_by_activity_sex_and_age(examplia, truth):
    survey, stated = examplia.labour_force_survey, truth["labour_force_survey"]
    for activity, by_sex in stated["in_education"].items():
        of_activity = survey["activity"] == activity
        assert _binomial(of_activity, survey["in_training"], stated["in_training"][activity])
        for sex, by_age in by_sex.items():
            for band, share in by_age.items():
                low, _, high = band.rstrip("+").partition("-")
                ages = survey["age"].between(int(low), int(high or 200))
                rows = of_activity & (survey["sex"] == sex) & ages
                assert rows.sum() > 20
                assert _binomial(rows, survey["in_education"], share), (activity, sex, band)


def test_intention_to_work_is_asked_outside_the_labour_force_and_school(examplia, truth):
    survey = examplia.labour_force_survey
    asked = (survey["activity"] == "outside") & ~survey["in_education"]
    assert not survey.loc[~asked, "intends_to_work"].any()
    for sex, share in truth["labour_force_survey"]["intends_to_work"].items():
        assert _binomial(asked & (survey["sex"] == sex), survey["intends_to_work"], share)


def test_rural_people_work_more_often_by_the_stated_ratio(examplia, truth):
    """The ratio holds at each sex and age; both areas have the same ages, so also overall."""
    stated = truth["labour_force_survey"]
    town = sum(s * stated["urban_share"][r] for r, s in stated["region_share"].items())
    urban = stated["urban_employment_factor"]
    rural = (1 - urban * town) / (1 - town)
    survey = examplia.labour_force_survey
    found = {}
    for area in ("urban", "rural"):
        rows = survey[survey["area"] == area]
        found[area] = _share_and_error(rows, (rows["activity"] == "employed").to_numpy(float))
    (at, error), (out, other) = found["urban"], found["rural"]
    spread = at / out * np.hypot(error / at, other / out)
    assert within(at / out, urban / rural, spread)
    assert 1 - at / out > ERRORS * spread  # the difference is large enough to be seen


def test_occupations_and_levels_of_the_survey_are_those_of_the_employment_table(examplia):
    survey = examplia.labour_force_survey
    table = examplia.employment_by_qualification
    for year, rows in survey[survey["activity"] == "employed"].groupby("year"):
        known = table[table["year"] == year].groupby(["occupation", "qualification"])["persons"]
        shares = known.sum() / known.sum().sum()
        for (job, level), share in shares.items():
            of = ((rows["occupation"] == job) & (rows["qualification"] == level)).to_numpy(float)
            found, error = _share_and_error(rows, of)
            # Tiny cells have few or no respondents: never trust their own spread alone.
            floor = np.sqrt(2.0 * share / len(rows)) + 1.0 / len(rows)
            assert within(found, share, max(error, floor)), (year, job, level)


def test_state_probabilities_are_powers_of_the_monthly_matrix(examplia, truth):
    """Product-limit estimate over months with delayed entry and censoring, one track and sex."""
    spells = examplia.spells
    rows = spells[(spells["sex"] == "F") & (spells["track"] == "general")]
    names = truth["spells"]["states"]
    number = {name: i for i, name in enumerate(names)}
    stated = np.zeros((6, 6))
    for before, moves in truth["spells"]["transition_rate"]["F"].items():
        for after, rate in moves.items():
            stated[number[before], number[after]] = rate
    stated += np.diag(1 - stated.sum(axis=1))
    state = rows["state"].map(number).to_numpy()
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    to = rows["to_state"].map({**number, "censored": -1}).to_numpy()
    found = np.eye(6)
    for month in range(1, 37):
        risk = np.bincount(state[(start < month) & (end >= month)], minlength=6)
        moved = (end == month) & (to >= 0)
        counts = np.zeros((6, 6))
        np.add.at(counts, (state[moved], to[moved]), 1)
        step = counts / np.maximum(risk, 1)[:, None]
        found = found @ (step + np.diag(1 - step.sum(axis=1)))
    expected = np.linalg.matrix_power(stated, 36)
    from_school = number["education"]
    people = rows["person"].nunique()
    for column, share in enumerate(expected[from_school]):
        # At 36 months fewer than half of the people are still followed.
        error = np.sqrt(share * (1 - share) / (0.4 * people))
        assert within(found[from_school, column], share, error), names[column]


def test_the_vocational_ratio_over_all_moves_into_stable_jobs(examplia, truth):
    spells = examplia.spells
    rows = spells[spells["state"] != "stable_job"]
    months = (
        (rows["end"] - rows["start"]).groupby([rows["track"], rows["sex"], rows["state"]]).sum()
    )
    moves = rows[rows["to_state"] == "stable_job"].groupby(["track", "sex", "state"]).size()
    rates = moves / months
    ratio = rates["vocational"] / rates["general"]
    weight = 1 / (1 / moves["vocational"] + 1 / moves["general"])
    pooled = np.exp((weight * np.log(ratio)).sum() / weight.sum())
    error = pooled / np.sqrt(weight.sum())
    assert error < 0.03
    assert within(pooled, truth["spells"]["vocational_ratio"], error)
