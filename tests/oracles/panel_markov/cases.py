"""The models behind expected.csv, fitted by the library, and what each expected name means."""

import csv
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf

HERE = Path(__file__).resolve().parent
BESIDE = HERE.parents[3] / "shared" / "data" / "transition_microdata"

CAV = {"time": "years", "person": "PTNUM", "exact_exit": "4", "unit": "year"}
FULL = {"1": ["2", "4"], "2": ["1", "3", "4"], "3": ["2", "4"]}
FORWARD = {"1": ["2", "4"], "2": ["3", "4"], "3": ["4"]}
WRONG = {"1": ["2"], "2": ["1", "3"], "3": ["2"]}
ALL = {"W": ["L", "O", "D"], "L": ["W", "O", "D"], "O": ["W", "L", "D"]}
MISTAKES = {"W": ["L"], "L": ["O"]}
PSOR = {"time": "months", "person": "ptnum", "transitions": ["1->2", "2->3", "3->4"],
        "covariates": "ollwsdrt + hieffusn"}  # fmt: skip
SMALL = {"transitions": ALL, "states": "WLOD", "exact_exit": "D"}
GROUP = {"W->L": "group", "L->W": ["group", "age"]}

CASES = {
    "cav_death": {"data": "cav", **CAV, "transitions": FULL},
    "cav_panel": {"data": "cav", **CAV, "transitions": FULL, "exact_exit": None},
    "cav_sex": {"data": "cav", **CAV, "transitions": FULL, "covariates": ["sex"]},
    "cav_sex_held": {"data": "cav", **CAV, "transitions": FULL, "covariates": ["sex"],
                     "fixed": {("2", "4", "sex"): 3.059023205e-07}},
    "cav_some": {"data": "cav", **CAV, "transitions": FULL,
                 "covariates": {("1", "2"): ["dage"], ("2", "3"): ["dage"]}},
    "cav_censored": {"data": "cav_hole", **CAV, "transitions": FULL,
                     "censor": {"99": ["1", "2", "3"]}},
    "cav_hidden": {"data": "cav", **CAV, "transitions": FORWARD, "misclassification": WRONG,
                   "initial": {"1": 1.0}},
    "cav_hidden_first": {"data": "cav", **CAV, "transitions": FORWARD, "misclassification": WRONG,
                         "initial": "observed"},
    "cav_hidden_dage": {"data": "cav", **CAV, "transitions": FORWARD, "misclassification": WRONG,
                        "initial": {"1": 1.0}, "covariates": "dage"},
    "psor_shared": {"data": "psor", **PSOR,
                    "equal": {"hieffusn": "all", "ollwsdrt": [["1->2", "2->3"]]}},
    "psor_free": {"data": "psor", **PSOR},
    "small_panel": {"data": "small", **SMALL, "exact_exit": None},
    "small_exact": {"data": "small", **SMALL},
    "small_group": {"data": "small", **SMALL, "covariates": GROUP},
    "small_hidden": {"data": "small", **SMALL, "state": "observed",
                     "misclassification": MISTAKES, "initial": "observed"},
    "small_hidden_start": {"data": "small", **SMALL, "state": "observed",
                           "misclassification": MISTAKES,
                           "initial": {"W": 0.6, "L": 0.25, "O": 0.15}},
}  # fmt: skip


@cache
def data(name):
    """Return a panel; skip where it lies beside the clone and there is none."""
    if name == "small":
        return pd.read_csv(HERE / "panel.csv")
    path = BESIDE / f"msm_{name.split('_')[0]}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} (R package msm) is not beside the clone")
    table = pd.read_csv(path)
    if name == "cav_hole":  # the rule of msm_models.R, whose rows count from 1
        number = pd.RangeIndex(1, len(table) + 1)
        hide = (number % 9 == 0) & (table["state"] < 4) & (table["firstobs"] == 0)
        table.loc[hide, "state"] = 99
    return table.dropna() if name == "psor" else table


@cache
def fit(case):
    arguments = dict(CASES[case])
    return sf.fit_panel_markov(data(arguments.pop("data")), **arguments)


@cache
def expected():
    with (HERE / "expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def of(*prefixes):
    """Return the rows of the cases whose name begins so."""
    return [row for row in expected() if row["case"].startswith(prefixes)]


def measured(case, name):
    """Return our value of an expected name."""
    made = fit(case)
    if name == "deviance":
        return made.deviance
    if name == "rows":
        return float((data("cav_hole")["state"] == 99).sum())
    kind, _, rest = name.partition(" ")
    if name.startswith(("ratio lower", "sojourn error", "confusion error")):
        kind, rest = " ".join(name.split()[:2]), " ".join(name.split()[2:])
    return KINDS[kind if kind in KINDS else kind.split("(")[0]](made, case, name, rest)


def _pair(table, rest, column, names=("from_state", "to_state")):
    ends = rest.split()[0].split("->")
    rows = (table[names[0]] == ends[0]) & (table[names[1]] == ends[1])
    if len(rest.split()) > 1:
        rows &= table["covariate"] == rest.split()[1]
    return float(table.loc[rows, column].iloc[0])


def _rates(made, case):
    zero = {"ollwsdrt": 0, "hieffusn": 0} if case.startswith("psor") else None
    return made.rates(zero)


def _time(made, rest, until):
    table = made.time_in_states(until)
    rows = (table["from_state"] == "1") & (table["state"] == rest.split()[-1])
    return float(table.loc[rows, "expected_time"].iloc[0])


def _prevalence(made, rest, column):
    moment, state = re.match(r"at (\S+) in (\S+)", rest).groups()
    table = made.prevalence([float(moment)])
    return float(table.loc[table["state"] == state, column].iloc[0])


def _stay(made, rest, column):
    table = made.sojourn().set_index("state")
    return float(table.loc[rest, column])


def _expected_visits(made, rest):
    """Return the sum over visits of the chance of a true state given all that was seen.

    msm 1.7 takes deaths as seen at a visit here, though not in the likelihood that it maximises.
    """
    likelihood = made.fit.likelihood
    groups, visits = likelihood.groups, likelihood.visits
    at_visits = replace(
        likelihood,
        groups=replace(groups, kind=np.full_like(groups.kind, -1)),
        visits=replace(visits, kind=np.full_like(visits.kind, -1)),
    )
    passes = at_visits.run(made.fit.parameters)[0]
    place = made.settings.states.index(rest.split()[-1])
    return float((passes.forward * passes.backward)[:, place].sum())


SEEN = ("state", "observed_state")
KINDS = {
    "rate": lambda m, c, n, r: _pair(_rates(m, c), r, "rate"),
    "error": lambda m, c, n, r: _pair(_rates(m, c), r, "standard_error"),
    "ratio": lambda m, c, n, r: _pair(m.effects, r, "hazard_ratio"),
    "ratio lower": lambda m, c, n, r: _pair(m.effects, r, "lower"),
    "sojourn": lambda m, c, n, r: _stay(m, r, "mean_stay"),
    "sojourn error": lambda m, c, n, r: _stay(m, r, "standard_error"),
    "P": lambda m, c, n, r: _pair(m.probabilities(float(n[2:].split(")")[0])), r, "probability"),
    "time": lambda m, c, n, r: _time(m, r, 10.0 if "to 10" in n else None),
    "observed": lambda m, c, n, r: _prevalence(m, r, "observed"),
    "expected": lambda m, c, n, r: _prevalence(m, r, "expected"),
    "confusion": lambda m, c, n, r: _pair(m.misclassification, r, "probability", SEEN),
    "confusion error": lambda m, c, n, r: _pair(m.misclassification, r, "standard_error", SEEN),
    "visits": lambda m, c, n, r: _expected_visits(m, r),
}  # fmt: skip


def compare(row):
    """Assert that our value is within the tolerance, relative to the expected one.

    A search may stop before the top: our -2 log-likelihood may be lower than msm's, never higher.
    """
    ours, theirs = measured(row["case"], row["name"]), float(row["value"])
    tolerance = float(row["tolerance"]) * max(abs(theirs), 1e-12)
    if row["name"] == "deviance":
        assert theirs - 1.0 < ours <= theirs + tolerance, (row, ours)
    else:
        assert abs(ours - theirs) <= tolerance, (row, ours)
