"""What comes of bad records of persons, in every method that takes them: rows 21 to 35.

The numbers are those of the list of bad inputs that the project keeps to: an error that names what
was found, a note that counts it, or a stated treatment, never a number in silence.
"""

import re

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import CoverageError, TableError

METHODS = {
    "check": sf.check_spells,
    "survival": lambda told: sf.estimate_survival(told, state="home"),
    "incidence": lambda told: sf.estimate_cumulative_incidence(told, state="home"),
    "hazard": lambda told: sf.fit_hazard(told.assign(x=told["person"] % 3), "x", state="home"),
    "states": sf.estimate_state_probabilities,
    "time_to": lambda told: sf.measure_time_to(told, to="job"),
    "first_jobs": lambda told: sf.measure_first_jobs(told, jobs="job"),
    "flows": lambda told: sf.estimate_flows(sf.spells_to_panel(told, times=range(0, 30, 6))),
    "sequences": lambda told: sf.estimate_state_distribution(sf.spells_to_sequences(told)),
}
every_method = pytest.mark.parametrize("method", METHODS)
ODD = 3  # the person whose records are bad


def histories(persons=60):
    """Return made-up histories: school, then home, then for three of four a job."""
    rng = np.random.default_rng(2)
    rows = []
    for person in range(persons):
        left, found = int(rng.integers(1, 8)), int(rng.integers(9, 30))
        stays = person % 4 == 0
        rows.append((person, "school", 0, left, "home"))
        rows.append((person, "home", left, 30 if stays else found, "" if stays else "job"))
        if not stays:
            rows.append((person, "job", found, 30, ""))
    told = pd.DataFrame(rows, columns=["person", "state", "start", "end", "to_state"])
    return told.assign(weight=1.0)


def changed(**columns):
    """Return the histories with other values for the odd person."""
    told = histories()
    odd = told["person"] == ODD
    return told.assign(**{name: told[name].mask(odd, value) for name, value in columns.items()})


def refused(method, told, words):
    with pytest.raises(TableError) as raised:
        METHODS[method](told)
    text = str(raised.value)
    assert re.search(words, text), text
    assert f"'{ODD}'" not in text  # persons are named by a hash, if at all
    return text


def notes_of(method, told):
    return " ".join(METHODS[method](told).notes)


@every_method
def test_row_21_a_missing_weight_is_refused_with_its_count(method):
    refused(method, changed(weight=np.nan), r"weight.* missing or no number.* 3 rows")


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("time_to", "check")])
def test_row_22_a_weight_of_zero_counts_for_nothing_and_is_noted(method):
    told = changed(weight=0.0)
    assert "weight 0" in notes_of(method, told)
    with_it, without = (METHODS[method](t).table for t in (told, told[told["person"] != ODD]))
    measure = next(n for n in ("probability", "value", "share", "estimate") if n in with_it)
    assert with_it[measure].tolist() == pytest.approx(without[measure].tolist(), nan_ok=True)


@every_method
def test_row_23_a_negative_weight_is_refused_with_its_count(method):
    refused(method, changed(weight=-1.0), r"weight.* negative.* 3 rows")


@every_method
def test_row_24_weights_that_are_all_zero_are_refused(method):
    refused(method, histories().assign(weight=0.0), r"all (weights )?zero")


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("time_to", "check")])
def test_row_25_one_giant_weight_is_noted(method):
    assert "Weights are very unequal: Kish's design effect is" in notes_of(
        method, changed(weight=1e4)
    )


def test_row_25_the_check_counts_a_giant_weight():
    issues = sf.check_spells(changed(weight=1e4)).issues.set_index("rule")
    assert issues.loc["S23", "persons"] == 1


@pytest.mark.parametrize("age", [999, -1])
def test_row_26_an_age_that_is_none_is_counted_and_refused_by_the_check(age):
    survey = sf.example(seed=1).labour_force_survey.head(400)
    odd = survey.index < 5
    stages = sf.classify_stages(survey.assign(age=survey["age"].mask(odd, age)))
    assert "of 5 the age is not known" in " ".join(stages.notes)
    told = histories()
    told = told.assign(age=np.where(told["person"] == ODD, age, 20))
    refused("check", told, "S25 age outside 0 to 120 years: 3 rows")


@every_method
def test_row_27_an_end_before_the_start_is_refused_with_a_hashed_person(method):
    text = refused(method, changed(end=-2), r"before")
    assert re.search(r"3 rows \(id:[0-9a-f]{8}\)", text)


def test_row_28_each_rule_on_times_is_counted():
    told = changed()
    ids = told["person"]
    told = told.assign(birth=np.where(ids == 5, 3, -200), interview=np.where(ids == 7, 20, 40))
    overlap = pd.DataFrame({"person": [9], "state": ["job"], "start": [0], "end": [2],
                            "to_state": [""], "weight": [1.0], "birth": [-200],
                            "interview": [40]})  # fmt: skip
    gap = (told["person"] == 11) & (told["state"] == "home")
    told = pd.concat([told[~gap], overlap], ignore_index=True)
    found = sf.check_spells(told, birth="birth", interview="interview", errors="list").issues
    counted = found.set_index("rule")["persons"]
    assert counted[["S09", "S10", "S12", "S13"]].tolist() == [1, 1, 1, 1]


def test_row_28_months_that_are_none_and_years_alone_are_counted_as_treated():
    told = pd.DataFrame({
        "person": [1, 1, 2, 2], "state": ["school", "job"] * 2,
        "start_year": [2000, 2002, 2000, 2001], "start_month": [1, 0, 1, 99],
        "end_year": [2002, 2004, 2001, 2004], "end_month": [0, 1, 99, 1],
    })  # fmt: skip
    with pytest.raises(TableError, match="S03"):
        sf.check_spells(told)
    made = sf.check_spells(told, bad_month="half_year")
    assert made.issues.set_index("rule").loc["S03", "spells"] == 4
    assert made.table["start"].tolist() == [0, 30, 0, 18]


@every_method
def test_row_29_a_spell_of_no_length_is_refused_with_the_way_out(method):
    told = histories()
    at = (told["person"] == ODD) & (told["state"] == "home")
    refused(method, told.assign(end=told["end"].mask(at, told["start"])), "zero_length='half'")
    half = sf.check_spells(told.assign(end=told["end"].mask(at, told["start"])),
                           zero_length="half")  # fmt: skip
    assert half.issues.set_index("rule").loc["S11", "spells"] == 1


def test_row_30_events_of_1_and_2_need_a_meaning():
    told = pd.DataFrame({"person": range(40), "state": "home", "start": 0, "end": range(1, 41),
                         "event": [0, 1, 2, 1] * 10, "x": range(40)})  # fmt: skip
    for method in ("check", "survival", "incidence", "states"):
        refused(method, told.drop(columns="x"), r"event.*'2'")
    with pytest.raises(TableError, match=r"event.*'2'"):
        sf.fit_hazard(told, "x")
    coded = sf.check_spells(told, event_codes={0: "censored", 1: "job", 2: "school"})
    assert coded.table["to_state"].value_counts().to_dict() == {
        "job": 20,
        "censored": 10,
        "school": 10,
    }


def test_row_31_a_median_that_nobody_reaches_is_missing_and_said_to_be():
    told = histories()
    told = told[told["state"] != "job"].assign(to_state="")
    curve = METHODS["survival"](told)
    assert curve.median["time"].isna().all()
    assert "quantiles are not reached" in " ".join(curve.notes)
    for method in ("hazard", "incidence"):
        with pytest.raises(CoverageError, match="median is then not reached"):
            METHODS[method](told)


@every_method
def test_row_32_an_entry_after_the_end_is_refused(method):
    told = histories()
    late = told.assign(entry=told["start"].mask(told["person"] == ODD, told["end"]))
    refused(method, late, r"entry.* at or after")


@pytest.mark.parametrize("kind", ["cox", "discrete", "fine_gray"])
def test_row_33_perfect_separation_is_named_and_has_no_error(kind):
    told = pd.DataFrame({"person": range(60), "start": 0, "end": [3, 4] * 15 + [9] * 30,
                         "event": [1] * 30 + [0] * 30, "x": [1.0] * 30 + [0.0] * 30})  # fmt: skip
    made = sf.fit_hazard(told, "x", kind=kind)
    row = made.table.set_index("term").loc["x"]
    assert np.isinf(row["estimate"])
    assert np.isnan(row["standard_error"])
    assert "Perfect separation" in " ".join(made.notes)


def test_row_33_a_penalty_makes_the_coefficient_finite():
    told = pd.DataFrame({"person": range(60), "start": 0, "end": [1, 2] * 30,
                         "event": [1] * 30 + [0] * 30, "x": [1.0] * 30 + [0.0] * 30})  # fmt: skip
    made = sf.fit_hazard(told, "x", kind="discrete", remedy="firth")
    assert np.isfinite(made.table.set_index("term").loc["x", "estimate"])


@pytest.mark.parametrize("kind", ["cox", "discrete", "aft"])
def test_row_34_constant_and_collinear_columns_are_refused_by_name(kind):
    told = METHODS["time_to"](histories()).table.assign(x=1.0)
    with pytest.raises(TableError, match="'x': constant"):
        sf.fit_hazard(told, "x", kind=kind)
    twice = told.assign(x=told["person"] % 3, y=2.0 * (told["person"] % 3))
    with pytest.raises(TableError, match=r"'y'.*'x'"):
        sf.fit_hazard(twice, "x + y", kind=kind)


@pytest.mark.parametrize("method", ["survival", "states", "flows", "sequences"])
def test_row_35_cells_of_fewer_than_thirty_are_flagged(method):
    told = histories(persons=20)
    assert (METHODS[method](told).table["reliability"] == "u").any()
    assert re.search(r"(ewer than|ever) 30", notes_of(method, told))
