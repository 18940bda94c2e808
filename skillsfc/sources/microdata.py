"""Person files on the way from education to work, embedded for transition models and their tests.

They are person tables with columns of their own, listed in ``data/microdata.csv``; they are not
aggregate tables and do not go through `skillsfc.check`.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from skillsfc.errors import CoverageError, Problem, did_you_mean, listing
from skillsfc.schema import read_codes_file

_CHOICES = {
    "1": "school",
    "2": "home",
    "3": "white_collar",
    "4": "blue_collar",
    "5": "services",
}
_EXITS = {
    "censor1": "full_time",
    "censor2": "part_time",
    "censor3": "unknown",
    "censor4": "censored",
}
_DISTRICTS = ["Belfast", "N.Eastern", "Southern", "S.Eastern", "Western"]


def microdata_columns(name: str | None = None) -> pd.DataFrame:
    """Return the meaning of every column of the embedded person files.

    Parameters
    ----------
    name : str, optional
        Only this file: ``"mvad"``, ``"keane_wolpin"`` or ``"unemployment_duration"``.

    Returns
    -------
    DataFrame
        Text columns ``dataset, column, dtype, unit, definition``.

    Raises
    ------
    CoverageError
        If there is no such person file.

    Examples
    --------
    >>> microdata_columns("mvad")["column"].tolist()[:4]
    ['person', 'month', 'date', 'state']
    """
    listed = read_codes_file("microdata.csv")
    if name is None:
        return listed
    _known(name)
    return listed[listed["dataset"] == name].reset_index(drop=True)


def load_microdata(name: str) -> pd.DataFrame:
    """Return one embedded person file, long.

    Parameters
    ----------
    name : {"mvad", "keane_wolpin", "unemployment_duration"}
        ``mvad``: 712 young people in Northern Ireland over 72 months from the end of compulsory
        school. ``keane_wolpin``: 1,881 young men in the United States, 1981-1987, activity and wage
        of each year. ``unemployment_duration``: 3,343 spells in the United States, with the kind of
        job that ended each.

    Returns
    -------
    DataFrame
        A row per person and month, per person and year, or per spell. `microdata_columns` tells
        what each column means and its unit. Missing values stay missing.

    Raises
    ------
    CoverageError
        If there is no such person file.

    References
    ----------
    McVicar and Anyadike-Danes (2002), Predicting successful and unsuccessful transitions from
    school to work by using sequence methods, JRSS A 165(2), 317-334.
    Keane and Wolpin (1997), The career decisions of young men, Journal of Political Economy 105(3),
    473-522.
    McCall (1996), Unemployment insurance rules, joblessness, and part-time work, Econometrica
    64(3), 647-682.

    Examples
    --------
    >>> persons = load_microdata("mvad")
    >>> persons["person"].nunique(), persons["month"].nunique(), persons["state"].nunique()
    (712, 72, 6)
    """
    return _known(name)()


def _known(name: str) -> Callable[[], pd.DataFrame]:
    loaders = {
        "mvad": _mvad,
        "keane_wolpin": _keane_wolpin,
        "unemployment_duration": _unemployment_duration,
    }
    if not isinstance(name, str) or name not in loaders:
        raise CoverageError(
            "load_microdata",
            [
                Problem(
                    "name",
                    f"{name!r} is not embedded",
                    f"one of {listing(loaders)}",
                    did_you_mean(name, loaders),
                )
            ],
        )
    return loaders[name]


def _flag(values: pd.Series, yes: str) -> pd.Series:
    """Return a text column as true or false, missing where it is empty."""
    return (values == yes).astype("boolean").mask(values == "")


def _mvad() -> pd.DataFrame:
    raw = read_codes_file("raw/mvad/mvad.csv.gz")
    months = list(raw.columns[14:])
    persons = pd.DataFrame(
        {
            "person": raw["id"],
            "weight": raw["weight"].astype("float64"),
            "sex": raw["male"].map({"yes": "M", "no": "F"}),
            "catholic": _flag(raw["catholic"], "yes"),
            "district": (raw[_DISTRICTS] == "yes").idxmax(axis=1),
            "grammar_school": _flag(raw["Grammar"], "yes"),
            "father_unemployed": _flag(raw["funemp"], "yes"),
            "five_good_grades": _flag(raw["gcse5eq"], "yes"),
            "father_manager": _flag(raw["fmpr"], "yes"),
            "both_parents": _flag(raw["livboth"], "yes"),
        }
    )
    states = raw[months].set_axis(range(len(months)), axis=1).assign(person=raw["id"])
    long = states.melt("person", var_name="month", value_name="state")
    long["month"] = long["month"].astype("int64")
    dates = pd.to_datetime(pd.Series(months), format="%b.%y").dt.strftime("%Y-%m")
    long["date"] = long["month"].map(dates)
    order = raw["id"].astype("int64")
    long["_order"] = long["person"].map(dict(zip(raw["id"], order, strict=True)))
    long = long.sort_values(["_order", "month"], ignore_index=True).drop(columns="_order")
    return long.merge(persons, on="person")[list(microdata_columns("mvad")["column"])]


def _keane_wolpin() -> pd.DataFrame:
    raw = read_codes_file("raw/keane_wolpin/keane_wolpin.csv.gz")
    return pd.DataFrame(
        {
            "person": raw["id"],
            "year": raw["year"].astype("int64") + 1900,
            "state": raw["choice"].map(_CHOICES),
            "wage": pd.to_numeric(raw["wage"]),
            "schooling": raw["educ"].astype("int64"),
            "experience_white_collar": raw["expwc"].astype("int64"),
            "experience_blue_collar": raw["expbc"].astype("int64"),
            "experience_services": raw["expser"].astype("int64"),
            "manufacturing": _flag(raw["manuf"], "1"),
            "black": _flag(raw["black"], "1"),
            "leaves_sample": _flag(raw["attrit"], "1"),
        }
    )


def _unemployment_duration() -> pd.DataFrame:
    raw = read_codes_file("raw/unemployment_duration/unemployment_duration.csv.gz")
    marks = raw[list(_EXITS)] == "1"
    return pd.DataFrame(
        {
            "person": (raw.index + 1).astype("str"),
            "weeks": raw["spell"].astype("int64") * 2,
            "exit": marks.idxmax(axis=1).map(_EXITS).where(marks.any(axis=1), "unrecorded"),
            "age": raw["age"].astype("int64"),
            "filed_claim": _flag(raw["ui"], "yes"),
            "replacement_rate": raw["reprate"].astype("float64"),
            "disregard_rate": raw["disrate"].astype("float64"),
            "log_weekly_earnings": raw["logwage"].astype("float64"),
            "tenure": raw["tenure"].astype("int64"),
        }
    )
