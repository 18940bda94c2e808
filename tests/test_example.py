"""Examplia as a whole: determinism, shapes, adding up, labels, arguments.

Whether its stated truth can be found again is in test_example_truth.py.
"""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.sources.example.contents import listed
from skillsfc.sources.example.country import BUILDERS
from skillsfc.sources.example.parameters import band_of, choose, round_to_total

AGGREGATE = sorted(listed().index[listed()["kind"] == "aggregate"])
MICRODATA = sorted(listed().index[listed()["kind"] == "microdata"])
WITHOUT_CHANCE = {"mortality", "fertility", "net_migration"}  # rates are stated, not drawn

some_seeds = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def examplia():
    return sf.example(seed=1, persons=600)


def _bytes(table):
    return table.to_csv(index=False).encode()


def test_the_list_of_tables_is_the_list_of_builders():
    assert list(listed().index) == list(BUILDERS)
    assert set(AGGREGATE) | set(MICRODATA) == set(BUILDERS)


def test_the_call_makes_no_table_and_reads_no_truth():
    made = sf.example(seed=11)
    assert made._made == {}
    assert {"_history", "_jobs", "_activity", "_schools"} & set(vars(made)) == set()
    made.table("mortality")
    assert list(made._made) == ["mortality"]
    assert "_jobs" not in vars(made)


@pytest.mark.parametrize("name", sorted(set(BUILDERS) - {"employment"}))
def test_same_seed_same_bytes_in_any_order_of_asking(examplia, name):
    again = sf.example(seed=1, persons=600)
    again.table("spells")  # asked for first here, later there
    assert _bytes(again.table(name)) == _bytes(examplia.table(name))


def test_the_large_employment_table_is_deterministic_too(examplia):
    again = sf.example(seed=1, persons=600).employment
    pd.testing.assert_frame_equal(again, examplia.employment)
    assert len(again) == 20 * 8 * 9 * 4 * 2 * 11


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_another_seed_gives_other_luck_and_the_same_truth(examplia, name):
    other = sf.example(seed=2, persons=600)
    same = _bytes(other.table(name).head(3000)) == _bytes(examplia.table(name).head(3000))
    assert same == (name in WITHOUT_CHANCE)
    stated = {k: v for k, v in examplia.truth.items() if k != "derived"}
    assert {k: v for k, v in other.truth.items() if k != "derived"} == stated


def test_persons_scales_the_microdata_and_leaves_the_aggregates(examplia):
    small = sf.example(seed=1, persons=60)
    for name in MICRODATA:
        assert small.table(name)["person"].nunique() <= 60
        ratio = len(examplia.table(name)) / len(small.table(name))
        assert 8 < ratio < 12.5, name
    assert len(small.labour_force_survey) == 60
    assert len(small.apprentices) == 60
    for name in ("employment_by_age", "population", "enrolment", "graduates"):
        assert _bytes(small.table(name)) == _bytes(examplia.table(name))


@pytest.mark.parametrize("persons", [1, 2, 3, 7])
def test_even_the_smallest_survey_is_whole(persons):
    tiny = sf.example(seed=5, persons=persons)
    survey = tiny.labour_force_survey
    assert len(survey) == persons
    adults = _adults(tiny.population)
    weights = survey.groupby("year")["weight"].sum()
    np.testing.assert_allclose(weights, adults[weights.index], rtol=1e-12)
    assert all(len(tiny.table(name).columns) > 3 for name in MICRODATA)


@pytest.mark.parametrize("name", AGGREGATE)
def test_aggregate_tables_pass_check_and_say_they_are_synthetic(examplia, name):
    table = examplia.table(name)
    checked = sf.check(table)
    assert len(checked) == len(table)
    assert list(checked.columns) == list(table.columns)
    assert set(table["country"]) == {"XEX"}
    assert set(table["source"]) == {"examplia_synthetic"}
    assert set(table["status"]) == {"modelled"}
    assert table["note"].str.contains("synthetic").all()
    entry = listed().loc[name]
    assert set(entry["keys"].split()) | {entry["measure"]} <= set(table.columns)
    assert table[entry["measure"]].notna().all()


@pytest.mark.parametrize("name", MICRODATA)
def test_microdata_say_they_are_synthetic_and_have_unique_keys(examplia, name):
    table = examplia.table(name)
    assert set(table["source"]) == {"examplia_synthetic"}
    assert table["note"].str.contains("synthetic").all()
    assert not table.duplicated(listed().loc[name, "keys"].split()).any()


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_column_is_described(examplia, name):
    words = examplia.describe(name)
    assert list(words["column"]) == list(examplia.table(name).columns)
    assert (words["meaning"].str.len() > 2).all()


def test_codes_in_the_microdata_are_those_described(examplia):
    words = examplia.describe()
    spelt = words[words["codes"].str.fullmatch(r"[A-Za-z_\-]+( [A-Za-z_\-]+)+")]
    checked = 0
    for row in spelt.itertuples():
        if row.table not in MICRODATA or row.codes in ("true false", "censored or a state"):
            continue
        values = examplia.table(row.table)[row.column]
        if not pd.api.types.is_string_dtype(values) or row.codes.startswith("ISIC"):
            continue
        assert set(values) - {""} <= set(row.codes.split()), (row.table, row.column)
        checked += 1
    assert checked >= 8


def test_survey_answers_are_there_exactly_for_whom_they_are_asked(examplia):
    survey = examplia.labour_force_survey
    employed = survey["activity"] == "employed"
    employee = survey["employment_status"] == "1"
    assert ((survey["sector"] != "") == employed).all()
    assert ((survey["occupation"] != "") == employed).all()
    assert ((survey["employment_status"] != "") == employed).all()
    assert ((survey["contract"] != "") == employee).all()
    assert (survey["wage"].notna() == employee).all()
    assert (survey["search_months"].notna() == (survey["activity"] == "unemployed")).all()
    assert set(survey["wage"][survey["wage"] < 0]) <= {-8.0}
    assert set(survey["search_months"][survey["search_months"] < 1]) <= {-9.0}
    assert not (survey["wants_other_job"] & ~employed).any()
    idle = survey[~employed].copy()
    years = idle["qualification"].map({"1": 6, "2": 9, "3": 12, "6": 15})
    assert (idle["age"] >= years + 6).all()


def test_spells_of_a_person_follow_one_another(examplia):
    spells = examplia.spells
    assert (spells["end"] > spells["start"]).all()
    assert ((spells["to_state"] == "censored") == ~spells["event"]).all()
    first = spells.groupby("person").head(1)
    assert (first["start"] == first["entry"]).all()
    assert 0.1 < (first["entry"] > 0).mean() < 0.4
    follows = spells["person"].eq(spells["person"].shift())
    assert (spells["start"][follows] == spells["end"].shift()[follows]).all()
    assert (spells["state"][follows] == spells["to_state"].shift()[follows]).all()
    assert (spells["state"] != spells["to_state"]).all()
    assert spells["end"].max() <= 72


def _adults(population):
    age = population["age"].str.rstrip("+").astype(int)
    return population[age >= 15].groupby("year")["persons"].sum()


@given(seed=st.integers(0, 2**63))
@some_seeds
def test_employment_adds_up_exactly_in_whole_persons(seed):
    made = sf.example(seed=seed, persons=1)
    cells = made.employment
    assert (cells["persons"] >= 0).all()
    assert (cells["persons"] % 1 == 0).all()
    for name in ("sector", "occupation", "qualification", "age"):
        part = made.table(f"employment_by_{name}")
        keys = [k for k in listed().loc[f"employment_by_{name}", "keys"].split() if k != "country"]
        summed = cells.groupby(keys, as_index=False)["persons"].sum()
        merged = part.merge(summed, on=keys)
        assert len(merged) == len(part)
        assert (merged["persons_x"] == merged["persons_y"]).all()


@given(seed=st.integers(0, 2**63))
@some_seeds
def test_activities_add_up_to_the_population_and_jobs_to_the_employed(seed):
    made = sf.example(seed=seed, persons=1)
    activity = made.population_by_activity
    assert (activity["persons"] >= 0).all()
    everybody = activity.groupby("year")["persons"].sum()
    assert (everybody == _adults(made.population)).all()
    employed = activity[activity["activity"] == "employed"].groupby("year")["persons"].sum()
    assert (employed == made.employment_by_sector.groupby("year")["persons"].sum()).all()
    rates = activity.pivot_table(index=["year", "sex", "age"], columns="activity", values="persons")
    share = rates["employed"] / rates.sum(axis=1)
    assert share.max() < 0.97  # else the survey could not give the rural chance that it states
    assert share[share.index.get_level_values("year") >= 2020].max() < 0.92


@given(seed=st.integers(0, 2**63))
@some_seeds
def test_stocks_change_by_hires_less_separations(seed):
    made = sf.example(seed=seed, persons=1)
    keys = ["year", "occupation"]
    stock = made.employment_by_age.groupby(keys)["persons"].sum().unstack("occupation")
    left = made.separations.groupby(keys)["persons"].sum().unstack("occupation")
    hired = made.hires.groupby(keys)["persons"].sum().unstack("occupation")
    change = stock.diff().iloc[1:].to_numpy()
    # Flows are rounded in 22 cells of sex and age, stocks to within a person a block.
    assert np.abs(change - (hired - left).to_numpy()).max() < 20
    assert (hired > 0).all().all()
    late = made.hires["age"].isin(["40-44", "45-49", "50-54", "55-59", "60-64", "65+"])
    assert made.hires.loc[late, "persons"].sum() == 0


@given(seed=st.integers(0, 2**63))
@some_seeds
def test_pupils_are_accounted_for(seed):
    made = sf.example(seed=seed, persons=1)
    keys = ["year", "sex", "grade"]
    enrolled = made.enrolment.set_index(keys)["persons"].unstack("grade")
    again = made.repeaters.set_index(keys)["persons"].unstack("grade")
    promoted = enrolled - again
    assert (promoted >= 0).all().all()
    years = range(2004, 2023)
    for sex in "FM":
        now = enrolled.xs(sex, level="sex").loc[list(years)].to_numpy()
        repeat = again.xs(sex, level="sex").loc[[y + 1 for y in years]].to_numpy()
        on = promoted.xs(sex, level="sex").loc[[y + 1 for y in years]].to_numpy()
        assert (repeat[:, :-1] + on[:, 1:] <= now[:, :-1]).all()
    finished = made.graduates.groupby(["year", "sex", "qualification"])["persons"].sum().unstack()
    for level, grade in {"2": 9, "3": 12, "6": 15}.items():
        assert (finished[level] <= enrolled[grade]).all()


@given(seed=st.integers(0, 2**63))
@some_seeds
def test_weights_sum_to_the_population_by_round_sex_and_age(seed):
    made = sf.example(seed=seed, persons=4000)
    survey = made.labour_force_survey
    bands = pd.cut(survey["age"], [14, *range(19, 65, 5), 200], labels=False)
    held = survey.groupby(["year", "sex", bands])["weight"].sum()
    table = made.population_by_activity
    order = {age: i for i, age in enumerate(dict.fromkeys(table["age"]))}
    known = table.groupby(["year", "sex", table["age"].map(order)])["persons"].sum()
    np.testing.assert_allclose(held, known.reindex(held.index), rtol=1e-9)


def test_tables_are_copies_and_the_object_is_frozen(examplia):
    first = examplia.spells
    first["state"] = "spoilt"
    assert "spoilt" not in set(examplia.spells["state"])
    stated = examplia.truth
    stated["employment"]["sector_slope"]["value"]["A"] = 9.0
    assert examplia.truth["employment"]["sector_slope"]["value"]["A"] != 9.0
    with pytest.raises(AttributeError):
        examplia.seed = 2


def test_it_survives_a_trip_to_another_process(examplia):
    back = pickle.loads(pickle.dumps(examplia))
    assert _bytes(back.tracer) == _bytes(examplia.tracer)


def test_it_says_synthetic_wherever_it_is_shown(examplia):
    assert "SYNTHETIC" in repr(examplia)
    assert "SYNTHETIC" in examplia._repr_html_()
    assert "SYNTHETIC" in sf.example.__doc__
    assert "SYNTHETIC" in type(examplia).__doc__
    # No open source names it in other languages, so the English label stands in all of them.
    for language in ("en", "fr", "ar", "ru"):
        named = sf.label(examplia.employment_by_sector.head(1), language=language)
        assert named["country_label"].iloc[0] == "Examplia (synthetic)"


def test_examplia_is_not_among_the_partner_countries():
    assert "XEX" not in set(sf.list_countries()["country"])
    assert sf.country_code("XEX") == "XEX"


def test_truth_gives_unit_and_meaning_of_every_parameter(examplia):
    for topic, names in examplia.truth.items():
        for name, known in names.items():
            assert set(known) == {"unit", "meaning", "value"}, (topic, name)
            assert known["unit"], (topic, name)
            assert known["meaning"], (topic, name)
    flat = examplia.truth_table()
    assert not flat.duplicated(["topic", "parameter", "key"]).any()
    assert len(flat) > 500


def test_stated_shares_sum_to_one(examplia):
    truth = examplia.truth
    shares = [
        *truth["employment"]["occupation_share_2004"]["value"].values(),
        *truth["employment"]["qualification_share_2004"]["value"].values(),
        *truth["employment"]["entry_profile"]["value"].values(),
        *truth["labour_force_survey"]["employment_status"]["value"].values(),
        *truth["labour_force_panel"]["monthly_probability"]["value"].values(),
        *(f for sex in truth["school"]["field_share"]["value"].values() for f in sex.values()),
        truth["labour_force_survey"]["region_share"]["value"],
        truth["labour_force_survey"]["education_not_employed"]["value"],
        truth["spells"]["start_state"]["value"],
        truth["apprentices"]["trade_share"]["value"],
    ]
    for known in shares:
        assert sum(known.values()) == pytest.approx(1.0, abs=1e-12), known


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"persons": 0}, "persons"),
        ({"persons": -5}, "persons"),
        ({"persons": 2.5}, "persons"),
        ({"persons": 10**9}, "persons"),
        ({"persons": True}, "persons"),
        ({"seed": "1"}, "seed"),
        ({"seed": 1.0}, "seed"),
        ({"seed": None}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
    ],
)
def test_bad_arguments_are_parameter_errors(arguments, place):
    with pytest.raises(sf.ParameterError) as caught:
        sf.example(**arguments)
    assert [problem.where for problem in caught.value.problems] == [place]
    assert "whole number" in str(caught.value)


def test_both_bad_arguments_are_reported_at_once():
    with pytest.raises(sf.ParameterError, match="2 problems"):
        sf.example(seed="x", persons=0)


def test_numpy_integers_are_whole_numbers():
    assert sf.example(seed=np.int64(3), persons=np.int32(9)).persons == 9


def test_an_unknown_table_gets_a_guess(examplia):
    with pytest.raises(sf.CoverageError, match="Did you mean 'spells'"):
        examplia.table("spels")
    with pytest.raises(sf.CoverageError, match="Did you mean 'tracer'"):
        examplia.describe("tracr")
    with pytest.raises(AttributeError, match="Did you mean 'population'"):
        examplia.populaton  # noqa: B018
    assert {"population", "truth", "tables"} <= set(dir(examplia))


def test_rounding_keeps_running_sums_within_half_a_person():
    rng = np.random.default_rng(4)
    values = rng.gamma(0.5, 2.0, size=(3, 500))
    whole = round_to_total(values)
    assert (whole % 1 == 0).all()
    assert np.abs(whole.cumsum(axis=1) - values.cumsum(axis=1)).max() <= 0.5


def test_choose_draws_with_the_given_chances():
    rng = np.random.default_rng(8)
    drawn = choose(rng, np.tile([0.2, 0.0, 0.5, 0.3], (40_000, 1)))
    found = np.bincount(drawn, minlength=4) / 40_000
    assert found[1] == 0
    np.testing.assert_allclose(found, [0.2, 0.0, 0.5, 0.3], atol=4 * 0.5 / 200)


def test_an_age_outside_all_bands_is_a_defect_of_ours():
    assert band_of(65, ["15-64", "65+"]) == "65+"
    with pytest.raises(AssertionError, match="age 3"):
        band_of(3, ["15-64", "65+"])
