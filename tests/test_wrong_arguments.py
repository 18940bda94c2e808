"""What is no table, no name or no number is refused in words of the library."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CodeError, ParameterError, SkillsfcError, TableError

PAST = pd.DataFrame({
    "country": "MAR", "year": range(2000, 2018), "persons": np.linspace(8e6, 1e7, 18),
    "unit": "persons", "status": "observed", "source": "made up",
})  # fmt: skip
NO_TABLES = [None, 5, "table", [1], PAST["persons"]]
ENTRIES = {
    "check": lambda t: sf.check(t),
    "label": lambda t: sf.label(t),
    "roll_up": lambda t: sf.roll_up(t, to="isic4_section"),
    "convert_codes": lambda t: sf.convert_codes(t, "hcp_sector", "isic4"),
    "crosswalk": lambda t: sf.convert_codes(
        PAST.assign(sector="A"), "isic4", "mine", crosswalk=t if t is not None else 5
    ),
    "forecast_employment": lambda t: sf.forecast_employment(t, horizon=2030),
    "backtest": lambda t: sf.backtest(t),
    "evaluate_forecast": lambda t: sf.evaluate_forecast(t, PAST),
    "evaluated forecast": lambda t: sf.evaluate_forecast(PAST, t),
    "measure_demography": lambda t: sf.measure_demography(t),
    "check_series": lambda t: sf.check_series(t),
    "structure shares": lambda t: sf.estimate_structure_line(t, PAST),
    "structure income": lambda t: sf.estimate_structure_line(PAST.assign(share=0.2), t),
    "compare_with_group": lambda t: sf.compare_with_group(t, country="MAR", members=["TUN"]),
    "check_spells": lambda t: sf.check_spells(t),
    "spells_to_sequences": lambda t: sf.spells_to_sequences(t),
    "spells_to_person_periods": lambda t: sf.spells_to_person_periods(t),
    "spells_to_panel": lambda t: sf.spells_to_panel(t, times=[0]),
    "panel_to_spells": lambda t: sf.panel_to_spells(t),
    "estimate_programme_effect": lambda t: sf.estimate_programme_effect(
        t, treatment="a", outcome="b"
    ),
    "estimate_returns": lambda t: sf.estimate_returns(t, earnings="a", schooling="b"),
    "estimate_student_flow": lambda t: sf.estimate_student_flow(t, t),
    "reconstruct_cohort": lambda t: sf.reconstruct_cohort(t),
    "project_cohort": lambda t: sf.project_cohort(t, t, horizon=2030, entrants=t),
    "person_periods_to_spells": lambda t: sf.person_periods_to_spells(t),
    "sequences_to_spells": lambda t: sf.sequences_to_spells(t),
    "count_transitions": lambda t: sf.count_transitions(t),
    "measure_time_to": lambda t: sf.measure_time_to(t, to="job"),
    "measure_job_times": lambda t: sf.measure_job_times(t, jobs={"any": "job"}),
    "classify_stages": lambda t: sf.classify_stages(t),
    "approximate_stages": lambda t: sf.approximate_stages(t),
    "classify_transitions": lambda t: sf.classify_transitions(t, roles={"job": "stable"}),
    "measure_transition_indicators": lambda t: sf.measure_transition_indicators(t),
    "estimate_survival": lambda t: sf.estimate_survival(t),
    "estimate_cumulative_incidence": lambda t: sf.estimate_cumulative_incidence(t),
    "fit_hazard": lambda t: sf.fit_hazard(t, "sex"),
    "estimate_state_probabilities": lambda t: sf.estimate_state_probabilities(t),
    "fit_panel_markov": lambda t: sf.fit_panel_markov(t, transitions="all"),
    "estimate_flows": lambda t: sf.estimate_flows(t),
    "read_sequences": lambda t: sf.read_sequences(t),
    "estimate_transition_rates": lambda t: sf.estimate_transition_rates(t),
    "estimate_state_distribution": lambda t: sf.estimate_state_distribution(t),
    "measure_sequences": lambda t: sf.measure_sequences(t),
    "measure_distances": lambda t: sf.measure_distances(t),
    "summarise_trajectories": lambda t: sf.summarise_trajectories(t),
}


@pytest.mark.parametrize("wrong", NO_TABLES, ids=lambda t: type(t).__name__)
@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_no_table_is_a_table_error(entry, wrong):
    with pytest.raises(TableError, match=r"a pandas DataFrame|columns"):
        ENTRIES[entry](wrong)


@pytest.mark.parametrize("entry", ["structure shares", "structure income", "evaluate_forecast"])
def test_an_empty_frame_is_a_named_error(entry):
    with pytest.raises(SkillsfcError):
        ENTRIES[entry](pd.DataFrame())


def test_an_infinite_number_is_no_number():
    wrong = PAST.assign(persons=PAST["persons"].mask(PAST["year"] == 2010, np.inf))
    for entry in ("check", "forecast_employment", "backtest"):
        with pytest.raises(TableError, match="not numbers: 'inf'"):
            ENTRIES[entry](wrong)


@pytest.mark.parametrize("model", [None, 5, "atuo", [], [None]])
def test_what_is_no_model_is_a_parameter_error(model):
    for run in (lambda: sf.forecast_employment(PAST, horizon=2030, model=model),
                lambda: sf.backtest(PAST, model=model)):  # fmt: skip
        with pytest.raises(ParameterError, match="model"):
            run()


def test_a_forecast_takes_one_model_and_says_what_takes_several():
    with pytest.raises(ParameterError, match=r"sf\.backtest compares several"):
        sf.forecast_employment(PAST, horizon=2030, model=["drift", "theta"])


@pytest.mark.parametrize("levels", [None, "0.8", [80], [], ["a"], [0.0]])
def test_what_is_no_level_is_a_parameter_error(levels):
    for run in (lambda: sf.forecast_employment(PAST, horizon=2030, levels=levels),
                lambda: sf.backtest(PAST, levels=levels)):  # fmt: skip
        with pytest.raises(ParameterError, match="levels"):
            run()


@pytest.mark.parametrize("name", ["../sources", "a/b", "", None, 5, ["isco08"]])
def test_a_code_list_is_a_name_and_never_a_path(name):
    with pytest.raises(CodeError, match="no such list"):
        sf.codes(name)


def test_a_name_in_a_column_of_codes_is_told_its_own_code_not_one_that_looks_like_it():
    with pytest.raises(TableError, match="Did you mean 'MAR'"):
        sf.check(PAST.assign(country="Morocco"))
    with pytest.raises(CodeError, match="Did you mean 'MAR'"):
        sf.label(pd.DataFrame({"country": ["Maroc"]}))


def test_a_slip_in_the_last_letter_is_likelier_than_one_in_the_middle():
    with pytest.raises(CodeError, match="Did you mean 'MAR'"):
        sf.country_code("MAX")


def test_an_empty_country_gets_no_guess():
    with pytest.raises(CodeError, match="empty; expected an ISO alpha-3") as caught:
        sf.country_code(" ")
    assert "Did you mean" not in str(caught.value)


def test_a_crosswalk_with_words_for_weights_names_the_code():
    walk = pd.DataFrame({"from_code": ["A"], "to_code": ["B"], "weight": ["half"]})
    with pytest.raises(TableError, match="weights: of 'A'"):
        sf.convert_codes(PAST.assign(sector="A"), "isic4", "mine", crosswalk=walk)


def test_a_person_file_is_asked_for_by_name():
    for name in (None, 5, ["mvad"]):
        with pytest.raises(SkillsfcError, match="one of 'mvad'"):
            sf.load_microdata(name)


def population(**change):
    """Return people by five-year age, 100 in each."""
    ages = [f"{a}-{a + 4}" for a in range(0, 100, 5)] + ["100+"]
    rows = [{"country": "MAR", "year": 2024, "sex": s, "age": a} for s in "FM" for a in ages]
    flags = {"persons": 100.0, "unit": "persons", "status": "observed", "source": "made up"}
    return pd.DataFrame(rows).assign(**(flags | change))


def test_a_missing_count_of_people_is_missing_and_never_a_smaller_sum():
    people = population()
    people.loc[people["age"].eq("20-24") & people["sex"].eq("F"), "persons"] = np.nan
    made = sf.measure_demography(people)
    groups = made.groups.set_index(["sex", "age"])["persons"]
    assert groups[["F"]][("F", "0-14")] == 300
    assert np.isnan(groups["F", "15-24"])
    assert np.isnan(groups["F", "15-64"])
    assert groups["M", "15-64"] == 1000
    values = made.table.set_index(["indicator", "sex"])["value"]
    assert np.isnan(values["dependency", "T"])
    assert values["entrants", "T"] == 40


def test_the_status_of_a_sum_is_the_worst_of_its_parts():
    people = population()
    people.loc[people["sex"].eq("F"), "status"] = "estimated"
    made = sf.measure_demography(people).table.set_index(["indicator", "sex"])
    assert made.loc[("dependency", "T"), "status"] == "estimated"
    assert made.loc[("dependency", "M"), "status"] == "observed"
    assert made["value"].notna().all()


def test_a_coarser_level_with_a_missing_part_is_missing():
    table = pd.DataFrame({
        "year": 2024, "sector": ["C", "F", "G"], "persons": [10.0, np.nan, 7.0],
        "unit": "persons", "status": "observed", "source": "made up",
    })  # fmt: skip
    made = sf.roll_up(table, to="isic4_broad").set_index("sector")["persons"]
    assert np.isnan(made["IND"])
    assert made["SER"] == 7


def test_one_value_with_a_panel_is_forecast_without_a_warning(recwarn):
    short = PAST.tail(2)
    made = sf.forecast_employment(short, horizon=2020)
    assert made.table["persons"].gt(0).all()
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]
