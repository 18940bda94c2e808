"""No result shows a row of a person: neither its text, nor its page in a notebook, nor an error."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import SkillsfcError

CANARY = ("canary", "4321.5", "4,321.5", "77777")


def marked(table):
    """Return a table whose persons, and one answer of theirs, are seen wherever they come."""
    number = pd.factorize(table["person"])[0]
    return table.assign(
        person=[f"canary{n:04d}" for n in number],
        village=[f"canary village {n}" for n in number],
        income=4321.5 + number / 1e3,
        card=77777_000 + number,
    )


EXAMPLE = sf.example(seed=1, persons=300)
SPELLS = marked(EXAMPLE.spells[EXAMPLE.spells["person"] <= 60])
PANEL = marked(EXAMPLE.labour_force_panel[EXAMPLE.labour_force_panel["person"] <= 80])
SURVEY = marked(EXAMPLE.labour_force_survey).assign(treated=np.arange(300) % 3 == 0)
STATES = list("SUE")


def sequences():
    draws = np.random.default_rng(3).integers(0, 3, (40, 6))
    wide = pd.DataFrame([[STATES[s] for s in row] for row in draws], columns=range(1, 7))
    wide.index = pd.Index([f"canary{n:04d}" for n in range(40)], name="person")
    long = wide.reset_index().melt("person", var_name="month", value_name="state")
    return sf.read_sequences(long.assign(sex=np.where(np.arange(240) % 40 < 20, "F", "M")))


def clusters():
    return sf.cluster_sequences(sf.measure_distances(sequences(), method="ham"), k=3)


def compare():
    curve = sf.estimate_survival(SPELLS, state="education", group="sex")
    return sf.compare_survival(curve) if hasattr(sf, "compare_survival") else curve.compare()


def panel_markov():
    two = PANEL.assign(state=np.where(PANEL["activity"] == "employed", "E", "N"))
    two = two.rename(columns={"quarter": "time"})[["person", "time", "state", "village"]]
    return sf.fit_panel_markov(two, transitions=[("E", "N"), ("N", "E")])


def flows():
    return sf.estimate_flows(PANEL)


MATRIX = pd.DataFrame([[0.9, 0.1], [0.3, 0.7]], ["E", "N"], ["E", "N"])
MADE = {
    "SpellCheck": lambda: sf.check_spells(SPELLS),
    "TimeTo": lambda: sf.measure_time_to(SPELLS, to="stable_job"),
    "Sequences": sequences,
    "StageClassification": lambda: sf.classify_stages(SURVEY),
    "StageApproximation": lambda: sf.approximate_stages(SURVEY.head(100)),
    "StageShares": lambda: sf.estimate_stage_shares(sf.classify_stages(SURVEY), by="sex"),
    "TransitionPaths": lambda: sf.classify_transitions(SPELLS, roles=ROLES),
    "TransitionIndicators": lambda: sf.measure_transition_indicators(
        SURVEY, indicators=["neet_ilo"]
    ),
    "JobTimes": lambda: sf.measure_job_times(
        SPELLS, jobs={"stable": "stable_job"}, since="education"
    ),
    "FirstJobs": lambda: sf.measure_first_jobs(SPELLS, jobs=["temporary_job", "stable_job"]),
    "SurvivalCurve": lambda: sf.estimate_survival(SPELLS, state="unemployment"),
    "CurveComparison": compare,
    "CumulativeIncidence": lambda: sf.estimate_cumulative_incidence(SPELLS, state="education"),
    "HazardModel": lambda: sf.fit_hazard(SPELLS, "sex", state="education"),
    "DiscreteHazard": lambda: sf.fit_hazard(SPELLS, "sex", state="education", kind="discrete"),
    "StateProbabilities": lambda: sf.estimate_state_probabilities(SPELLS, times=[12, 24]),
    "PanelMarkov": panel_markov,
    "Flows": flows,
    "ContinuousRates": lambda: sf.to_continuous_rates(MATRIX),
    "TwoStateRates": lambda: sf.estimate_two_state_rates(STOCKS),
    "SteadyState": lambda: sf.estimate_steady_state(MATRIX),
    "ProjectedStocks": lambda: sf.project_stocks({"E": 80.0, "N": 20.0}, MATRIX, periods=2),
    "TransitionRates": lambda: sf.estimate_transition_rates(sequences()),
    "StateDistribution": lambda: sf.estimate_state_distribution(sequences()),
    "SequenceMeasures": lambda: sf.measure_sequences(sequences(), measures=["entropy"]),
    "Trajectories": lambda: sf.summarise_trajectories(sequences()),
    "Distances": lambda: sf.measure_distances(sequences(), method="ham"),
    "Clusters": clusters,
    "Typology": lambda: sf.describe_typology(clusters(), by="sex"),
    "ExplainedDistances": lambda: sf.explain_distances(
        sf.measure_distances(sequences(), method="ham"), by="sex", permutations=9
    ),
    "ProgrammeEffect": lambda: sf.estimate_programme_effect(
        SURVEY.assign(wage=SURVEY["wage"].fillna(0.0)), treatment="treated", outcome="wage",
        covariates="age", method="ipw",
    ),
    "ReturnEstimate": lambda: sf.estimate_returns(
        SURVEY[SURVEY["wage"] > 0], earnings="wage", schooling="qualification", covariates="age"
    ),
}  # fmt: skip
NO_PERSONS = ("StudentFlow", "ProjectedCohort")  # made of counts of pupils
ROLES = {
    "education": "education",
    "apprenticeship": "education",
    "unemployment": "unemployed",
    "inactivity": "inactive",
    "temporary_job": "temporary",
    "stable_job": "stable",
}
STOCKS = pd.DataFrame(
    {"month": range(1, 5), "unemployed": [10.0, 11, 10, 9], "labour_force": [100.0] * 4,
     "short_term_unemployed": [4.0, 5, 4, 3]}
)  # fmt: skip


def classes():
    """Return the names of all result classes of the transitions, found in the source."""
    folder = Path(sf.__file__).parent / "transitions"
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    named = re.findall(r"^class (\w+)\(([\w, ]+)\)", text, re.MULTILINE)
    found, before = {"Result"}, 0
    while len(found) > before:
        before = len(found)
        found |= {name for name, bases in named if set(bases.split(", ")) & found}
    return found - {"Result"}


def printed(result):
    return [str(result), repr(result), result.summary(), result._repr_html_()]


def test_every_class_of_results_is_tried_here():
    assert classes() == {*MADE, *NO_PERSONS}


@pytest.mark.parametrize("name", MADE)
def test_no_result_prints_a_person(name):
    made = MADE[name]()
    assert type(made).__name__ == name
    for text in printed(made):
        assert name in text
        for mark in CANARY:
            assert mark not in text
    rows_of_persons = "person" in made.table.columns
    assert rows_of_persons == ("table" not in made.shown)
    shown = [getattr(made, attribute) for attribute in made.shown]
    assert not any("person" in table.columns for table in shown)
    if rows_of_persons:
        text = made._repr_html_()
        assert made.table["person"].str.startswith("canary").all(), "the mark would be seen"
        assert f"{len(made.table):,} rows of persons, not shown; columns person" in text


def test_columns_and_counts_of_checked_spells_are_shown():
    text = sf.check_spells(SPELLS)._repr_html_()
    assert "village" in text
    assert "canary village" not in text
    assert "S11" in text, "the table of issues"


def test_a_table_with_a_row_a_group_is_shown_as_before():
    text = MADE["StageShares"]()._repr_html_()
    assert "<th>share</th>" in text
    assert "not shown" not in text


def test_a_setting_that_is_a_column_of_persons_shows_its_size_only():
    births = pd.Series([4321.5] * 3, index=["canary1", "canary2", "canary3"])
    told = SPELLS[["person", "state", "start", "end"]]
    made = sf.check_spells(told)
    settings = type(made.settings)(birth=births, states=("a",))
    text = "".join(printed(type(made)(made.table, settings)))
    assert "birth = Series of 3 rows" in text
    assert "canary" not in text
    assert "('a',)" in text


def test_columns_named_like_markup_stay_text():
    made = sf.check_spells(SPELLS.rename(columns={"village": "<script>"}))
    assert "<script>" not in made._repr_html_()


def spoilt(table, column, value):
    rows = table.reset_index(drop=True).astype({column: object})
    rows.loc[5, column] = value
    return rows


OVERLAP = pd.concat([SPELLS, SPELLS.iloc[[5]].assign(start=lambda t: t["start"] + 1)])
BROKEN = {
    "overlap": OVERLAP,
    "end before start": spoilt(SPELLS, "end", -3.0),
    "no start": spoilt(SPELLS, "start", np.nan),
    "start is text": spoilt(SPELLS, "start", "soon"),
    "weight is text": spoilt(SPELLS, "weight", "heavy"),
    "weight below zero": spoilt(SPELLS, "weight", -1.0),
    "event": spoilt(SPELLS, "event", "perhaps"),
    "no state": spoilt(SPELLS, "state", None),
}
USED_BY = (
    sf.check_spells,
    sf.spells_to_sequences,
    lambda spells: sf.estimate_survival(spells, state="education"),
    lambda spells: sf.fit_hazard(spells, "income", state="education"),
    sf.estimate_state_probabilities,
    lambda spells: sf.measure_time_to(spells, to="stable_job"),
    lambda spells: sf.classify_transitions(spells, roles=ROLES),
)


@pytest.mark.parametrize("fault", BROKEN)
def test_no_error_names_a_person_or_the_rest_of_their_answers(fault):
    raised = []
    for use in USED_BY:
        try:
            use(BROKEN[fault])
        except SkillsfcError as error:
            raised.append(str(error))
    assert raised, "the fault is one"
    for text in raised:
        assert not any(mark in text for mark in CANARY)
    assert any("id:" in text for text in raised) or fault in ("event", "weight is text")


def test_no_error_of_panels_surveys_and_sequences_names_a_person():
    table = sequences().table
    tries = (
        lambda: sf.estimate_flows(pd.concat([PANEL, PANEL.head(3)])),
        lambda: sf.panel_to_spells(spoilt(PANEL, "weight", "heavy")),
        lambda: sf.classify_stages(spoilt(SURVEY, "activity", "perhaps")),
        lambda: sf.measure_transition_indicators(spoilt(SURVEY, "age", "young")),
        lambda: sf.read_sequences(pd.concat([table, table.head(2)])),
    )
    for use in tries:
        with pytest.raises(SkillsfcError) as raised:
            use()
        assert not any(mark in str(raised.value) for mark in CANARY)
