"""What a model of interviews tells, without what rests on one to nine moves seen."""

from __future__ import annotations

import pandas as pd

from skillsfc.report.withholding import CONFIDENTIAL, FEWEST, withhold

ENDS = ["from_state", "to_state"]
FEW_SEEN = "..c: one to nine such moves were seen, or what would tell how many"


def withhold_visits(told: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return chances or rates without those of one to nine moves seen, nor what tells them.

    Parameters
    ----------
    told : DataFrame
        ``from_state, to_state`` and estimates; other columns stay.
    moves : DataFrame
        ``from_state, to_state, count``: pairs of neighbouring interviews.

    Examples
    --------
    >>> chances = pd.DataFrame({"from_state": "U", "to_state": list("EUO"),
    ...                         "probability": [0.5, 0.4, 0.1]})
    >>> seen = pd.DataFrame({"from_state": "U", "to_state": list("EUO"), "count": [50, 40, 1]})
    >>> withhold_visits(chances, seen)["probability"].tolist()
    [0.5, nan, nan]
    """
    seen = moves[[*ENDS, "count"]].rename(columns={"count": "_seen"})
    made = told.merge(seen, on=ENDS, how="left", validate="one_to_one")
    made["_seen"] = made["_seen"].fillna(0)
    flags = made["reliability"] if "reliability" in made else pd.Series("", made.index)
    few = made["_seen"].between(1, FEWEST - 1)
    made["reliability"] = flags.mask(few, CONFIDENTIAL)
    extra = [name for name in ("moves",) if name in made.columns]
    made = withhold(made, whole=["from_state"], size="_seen", columns=extra)
    return made.drop(columns="_seen")


def withhold_stays(stays: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return mean stays without those of states that were seen left one to nine times.

    Examples
    --------
    >>> stays = pd.DataFrame({"state": ["U", "E"], "mean_stay": [4.0, 40.0]})
    >>> seen = pd.DataFrame({"from_state": ["U", "E"], "to_state": ["E", "U"], "count": [50, 3]})
    >>> withhold_stays(stays, seen)["mean_stay"].tolist()
    [4.0, nan]
    """
    left = moves[moves["from_state"] != moves["to_state"]].groupby("from_state")["count"].sum()
    few = stays["state"].map(left).fillna(0).between(1, FEWEST - 1)
    figures = [name for name in ("mean_stay", "standard_error", "lower", "upper", "histories")
               if name in stays.columns]  # fmt: skip
    made = stays.assign(**{name: stays[name].mask(few) for name in figures})
    return made.assign(reliability=few.map({True: CONFIDENTIAL, False: ""}).astype(object))
