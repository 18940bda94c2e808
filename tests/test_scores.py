"""Scores of back-tests: the best naive method judges, and the words follow the interval."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from skillsfc.errors import CoverageError
from skillsfc.report.brief.scores import write_scores
from skillsfc.report.text import untraced_numbers


def record(*, errors, ends=(0.1, 0.3), horizons=(1, 2, 3, 4), coverage=0.8, grows=0.7):
    """Return a back-test of totals with the errors given, scaled, at every horizon."""
    rows = []
    for ahead in horizons:
        for model, error in errors.items():
            rows.append((model, ahead, "mase", error * ahead, "ratio"))
        for naive in [model for model in errors if model != "auto"]:
            skill = 1 - errors["auto"] / errors[naive]
            values = (skill, *ends)
            names = ("skill_against", "skill_lower_against", "skill_upper_against")
            rows += [("auto", ahead, f"{n}_{naive}", v, "share")
                     for n, v in zip(names, values, strict=True)]  # fmt: skip
        rows += [
            ("auto", ahead, "coverage_80", coverage, "share"),
            ("auto", ahead, "direction_hit_rate", 0.75, "share"),
            ("auto", ahead, "direction_always_grows", grows, "share"),
        ]
    table = pd.DataFrame(rows, columns=["model", "horizon", "metric", "value", "unit"])
    return SimpleNamespace(table=table.assign(n=50))


ERRORS = {"auto": 2.0, "last_value": 4.0, "drift": 2.5}


def scores(**changes):
    made = record(**{"errors": ERRORS, **changes})
    return write_scores({"All jobs": made}, horizon=4).table("scores").iloc[0]


def test_the_naive_method_with_the_smallest_error_is_the_judge():
    row = scores()
    assert row["naive"] == "drift"
    assert np.isclose(row["naive_error"], 2.5 * 4)
    assert np.isclose(row["skill"], 1 - 2.0 / 2.5)


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.1, 0.3), "better than naive"),
        ((-0.1, 0.3), "no better than naive"),
        ((-0.3, -0.1), "worse than naive"),
        ((np.nan, np.nan), "too few tests to tell"),
    ],
)
def test_the_interval_decides_the_verdict(ends, verdict):
    assert scores(ends=ends)["verdict"] == verdict


def test_the_base_rate_is_that_of_the_better_constant_answer():
    assert np.isclose(scores(grows=0.7)["base_rate"], 0.7)
    assert np.isclose(scores(grows=0.2)["base_rate"], 0.8)


@pytest.mark.parametrize(
    ("coverage", "said", "unsaid"),
    [(0.6, "too narrow", "too wide"), (0.95, "too wide", "too narrow")],
)
def test_a_range_that_does_not_keep_its_promise_is_called_so(coverage, said, unsaid):
    section = write_scores({"All jobs": record(errors=ERRORS, coverage=coverage)}, horizon=4)
    text = " ".join(section.paragraphs)
    assert said in text
    assert unsaid not in text


def test_a_range_that_keeps_its_promise_has_no_remark():
    text = " ".join(write_scores({"All jobs": record(errors=ERRORS)}, horizon=4).paragraphs)
    assert "too " not in text


def test_every_number_is_a_fact():
    made = {"All jobs": record(errors=ERRORS), "Others": record(errors=ERRORS, ends=(-0.3, -0.1))}
    section = write_scores(made, horizon=4)
    text = " ".join(section.paragraphs)
    assert untraced_numbers(text, section.facts.table, allowed=("80",)) == []
    assert section.message.startswith("In 1 of 2 comparisons")


def test_the_farthest_tested_year_stands_in_for_one_too_far():
    section = write_scores({"All jobs": record(errors=ERRORS)}, horizon=9)
    assert section.table("scores")["horizon"].tolist() == [4]


def test_few_horizons_make_a_score_but_no_chart():
    section = write_scores({"All jobs": record(errors=ERRORS, horizons=(1, 2))}, horizon=4)
    assert section.figures == ()
    assert len(section.table("scores")) == 1


def test_the_chart_sets_the_judge_and_the_forecast_apart():
    section = write_scores({"All jobs": record(errors=ERRORS)}, horizon=4)
    error, held = section.figures
    assert "(naive)" in error.figure.alt_text
    assert "This forecast" in error.figure.alt_text
    assert "Nominal 80 %" in held.figure.alt_text


def test_nothing_to_score_is_refused():
    with pytest.raises(CoverageError, match="at least one back-test"):
        write_scores({})
