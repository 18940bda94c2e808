"""Tables of an exposure measure: means by key, links by occupation, agreement of indicators."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skillsfc.skills.exposure_classes import CLASSES

UNMATCHED = "unmatched"


def mean_table(long: pd.DataFrame, keys: list[str], kind: str) -> pd.DataFrame:
    """Return the mean score of the employed; missing where a part of the sum is missing."""
    high = {"ai": CLASSES["ai"][:4]}.get(kind, CLASSES[kind][:1])
    has = long["exposure_class"] != UNMATCHED
    work = long.assign(
        _all=long["persons"],
        _sum=(long["persons"] * long["score"]).where(has, 0.0),
        persons=long["persons"].where(has, 0.0),
        unmatched=long["persons"].where(~has, 0.0),
        _high=long["persons"].where(long["exposure_class"].isin(high), 0.0),
    )
    columns = ["_sum", "persons", "unmatched", "_high"]
    groups = work.groupby(keys, sort=True) if keys else work.groupby(lambda _: 0)
    lost = groups["_all"].count() < groups["_all"].size()
    found = groups[columns].sum().mask(lost)
    found["score"] = found["_sum"] / found["persons"].where(found["persons"] > 0)
    found["exposed"] = found["_high"] / found["persons"].where(found["persons"] > 0)
    found = found.reset_index(drop=not keys)
    return found[[*keys, "score", "persons", "unmatched", "exposed"]]


def occupation_table(long: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return which scores stood for each occupation of the table, and for how many persons."""
    work = long.assign(_score=long["score"] * long["weight"])
    rows = work.drop_duplicates(["occupation", "scored"]).groupby("occupation")
    found = rows.agg(match=("match", "first"), groups=("scored", "count"), score=("_score", "sum"))
    found["score"] = found["score"].where(found["groups"] > 0)
    found["persons"] = work.groupby("occupation")["persons"].sum(min_count=1)
    found = found.reset_index()
    found.insert(0, "indicator", name)
    return found


def agreement_table(named: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return for every two indicators how alike they rank the occupations that both have."""
    columns = ["first", "second", "occupations", "rank_correlation"]
    rows = []
    names = list(named)
    for at, first in enumerate(names):
        for second in names[at + 1 :]:
            both = named[first].merge(named[second], on="occupation", suffixes=("", "_other"))
            ranks = both[["score", "score_other"]].rank()
            rank = ranks["score"].corr(ranks["score_other"]) if len(both) > 1 else float("nan")
            rows.append((first, second, len(both), rank))
    return pd.DataFrame(rows, columns=columns)
