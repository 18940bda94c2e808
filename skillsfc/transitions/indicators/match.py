"""Education beside the job: how far a worker's level is above or below what the job asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError
from skillsfc.schema import read_codes_file
from skillsfc.transitions.column_names import word_problems
from skillsfc.transitions.indicators.people import (
    SUBJECT,
    Floats,
    People,
    broad_level,
    require_isco,
)

DEFINITIONS = ("normative", "mode", "mean")
FEWEST = 10  # workers of an occupation below which its usual level is not learnt from them


def match_of(people: People, definition: str) -> tuple[Floats, str]:
    """Return each worker's level of education less that of the job, and a note.

    Parameters
    ----------
    people : People
        With ``qualification`` (ISCED 2011) and ``occupation`` (ISCO-08).
    definition : {"normative", "mode", "mean"}
        The job's level: by ISCO-08 skill level, in four broad levels; the most frequent level of
        all its workers; or their mean, with one standard deviation either side as a match. The
        last two compare ISCED levels, or broad ones where the survey has such codes.

    Returns
    -------
    array of float, str
        Above 0 over-educated, below 0 under-educated, NaN where either is not known.

    Raises
    ------
    ParameterError
        On another definition.
    CodeError
        If occupations are not ISCO-08.
    """
    problems = word_problems({"match": definition}, {"match": DEFINITIONS})
    if problems:
        raise ParameterError(SUBJECT, problems)
    jobs = people.text("occupation").where(people.is_in("activity", ("employed",)) == 1)
    require_isco(jobs)
    if definition == "normative":
        return broad_level(people.text("qualification")) - normative_level(jobs), ""
    level, broad = _levels(people.text("qualification"))
    workers = pd.DataFrame({"job": jobs, "level": level, "weight": people.weight}).dropna()
    workers = workers[workers["weight"] > 0]
    sizes = workers.groupby("job").size()
    known = sizes.index[sizes >= FEWEST]
    note = " ".join(text for text in (broad, _small(sizes, definition)) if text)
    workers = workers[workers["job"].isin(known)]
    if definition == "mode":
        return np.asarray(level - _of_job(jobs, _mode(workers)), dtype=np.float64), note
    mean, spread = _moments(workers)
    apart = np.asarray(level - _of_job(jobs, mean), dtype=np.float64)
    limit = _of_job(jobs, spread)
    return np.where(np.abs(apart) <= limit, apart * 0.0, apart), note


def _levels(codes: pd.Series) -> tuple[pd.Series, str]:
    """Return levels as numbers, broad ones if any code is one of them, and a note."""
    level = pd.to_numeric(codes, errors="coerce").astype("float64")
    if not (codes.notna() & level.isna()).any():
        return level, ""
    note = "Levels of education are compared in four broad levels, which some codes are."
    return pd.Series(broad_level(codes), index=codes.index), note


def normative_level(jobs: pd.Series) -> Floats:
    """Return the broad level that an ISCO-08 occupation asks for, NaN where there is no norm.

    Examples
    --------
    >>> normative_level(pd.Series(["251", "7", "9", None])).tolist()
    [3.0, 2.0, 1.0, nan]
    """
    norm = read_codes_file("params/usual_education.csv")
    usual = norm[norm["list"] == "isco08"].set_index("code")["qualification"]
    finest = jobs.where(jobs.isin(usual.index), jobs.str[:1])
    return broad_level(finest.map(usual))


def _of_job(jobs: pd.Series, values: pd.Series) -> Floats:
    """Return the value of each worker's occupation, NaN where it has none."""
    return np.asarray(jobs.map(values.to_dict()), dtype=np.float64)


def _mode(workers: pd.DataFrame) -> pd.Series:
    """Return the level with the most weight in each occupation; of equal ones, the lowest."""
    sums = workers.groupby(["job", "level"])["weight"].sum().reset_index()
    sums = sums.sort_values(["job", "weight", "level"], ascending=[True, False, True])
    return sums.drop_duplicates("job").set_index("job")["level"]


def _moments(workers: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the weighted mean and standard deviation of levels in each occupation."""
    total = workers.groupby("job")["weight"].sum()
    mean = (workers["level"] * workers["weight"]).groupby(workers["job"]).sum() / total
    apart = (workers["level"] - _of_job(workers["job"], mean)) ** 2 * workers["weight"]
    return mean, np.sqrt(apart.groupby(workers["job"]).sum() / total)


def _small(sizes: pd.Series, definition: str) -> str:
    small = sizes[sizes < FEWEST]
    if small.empty:
        return ""
    return (
        f"The {definition} level of {len(small)} occupations with fewer than {FEWEST} workers in "
        f"the survey is not known; their {int(small.sum())} workers are left out."
    )
