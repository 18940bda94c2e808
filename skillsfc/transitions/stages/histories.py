"""From spells to one row a person: when schooling ended, when the job began, what lay between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.transitions.records import CENSORED, Records, hashed
from skillsfc.transitions.stages.path_rules import GOALS, KINDS, ROLES, classify_paths

OUTCOMES = ("transited", "not_yet", "in_education", "start_not_seen")


def refuse_roles(states: Iterable[str], roles: Mapping[str, str], subject: str) -> None:
    """Raise if a state has no role, or a role is no known word.

    Raises
    ------
    ParameterError
        Listing all of them, with the roles there are.
    """
    problems = [
        Problem(
            f"roles['{state}']", f"{role!r} is no role", listing(ROLES, 12),
            did_you_mean(role, ROLES),
        )
        for state, role in roles.items()
        if str(role) not in ROLES
    ]  # fmt: skip
    bare = sorted(set(states) - set(roles))
    if bare:
        near = did_you_mean(bare[0], roles)
        found = f"no role for the states {listing(bare)}"
        problems.append(Problem("roles", found, f"one of {listing(ROLES, 12)} for each", near))
    if not {str(role) for role in roles.values()} & set(GOALS):
        found = "no state has a role that ends the transition"
        problems.append(Problem("roles", found, f"at least one of {listing(GOALS)}"))
    if problems:
        raise ParameterError(subject, problems)


def read_histories(records: Records, roles: Mapping[str, str], subject: str) -> pd.DataFrame:
    """Return the spells with role and kind, and a closing row for a state entered at the end.

    Columns ``person, start, end, role, kind, seen_from`` (missing where the spells have no column
    ``entry``); sorted by person and time.

    Raises
    ------
    TableError
        If spells of one person overlap.
    """
    state = np.array(records.states, dtype=object)[records.state]
    frame = pd.DataFrame(
        {
            "person": records.table["person"].to_numpy(),
            "start": records.start,
            "end": records.end,
            "role": pd.Series(state).map(dict(roles)),
            # Only a column of entries says that somebody was out of sight before the first spell.
            "seen_from": records.entry if "entry" in records.table.columns else np.nan,
        }
    )
    same = (frame["person"] == frame["person"].shift()) & (frame["start"] < frame["end"].shift())
    if same.any():
        who = hashed(frame.loc[same, "person"].unique())
        found = f"spells overlap in {int(same.sum())} rows ({who})"
        step = "sf.check_spells(...) lists them and the treatments it offers."
        raise TableError(subject, [Problem("spells", found, "one state at a time", next_step=step)])
    last = ~frame["person"].duplicated(keep="last").to_numpy() & records.event
    closing = frame[last].assign(
        start=lambda made: made["end"],
        role=[roles[records.states[at]] for at in records.to[last]],
    )
    # A state entered at the very end of observation has no time, but it is where the person is.
    joined = pd.concat([frame, closing], ignore_index=True)
    joined = joined.sort_values(["person", "start", "end"], kind="stable", ignore_index=True)
    return joined.assign(kind=joined["role"].map(ROLES))


def measure_histories(
    frame: pd.DataFrame, destination: str, without_education: str
) -> pd.DataFrame:
    """Return one row a person: outcome, months to the first job, months on the path by kind."""
    by = frame.groupby("person", sort=True)
    people = pd.DataFrame(
        {
            "first": by["start"].min(),
            "seen_from": by["seen_from"].min(),
            "last": by["end"].max(),
            "role_now": by["role"].last(),
            "left": frame[frame["role"] == "education"].groupby("person")["end"].max(),
        }
    )
    schooled = people["left"].notna()
    unseen = ~schooled & ((people["seen_from"] > 0) | (without_education == "exclude"))
    people["origin"] = people["left"].where(schooled, people["first"])
    after = frame.merge(people["origin"].rename("origin"), left_on="person", right_index=True)
    after = after[after["start"] >= after["origin"]]
    goals = after[after["role"].isin(GOALS)].groupby("person")["start"]
    people["job"] = goals.min()
    people["target"] = people["job"]
    if destination == "current":
        here = people["role_now"].isin(GOALS)
        people["target"] = goals.max().where(here.reindex(goals.max().index))
    people["outcome"] = np.select(
        [unseen, people["role_now"] == "education", people["target"].notna()],
        ["start_not_seen", "in_education", "transited"],
        "not_yet",
    )
    until = people["job"].where(people["outcome"] == "transited", people["last"])
    people["months"] = (until - people["origin"]).where(
        people["outcome"].isin(["transited", "not_yet"])
    )
    return pd.concat([people, _ways(after, people)], axis=1)


def _ways(after: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return the months on the path by kind, and the path; empty where nobody has arrived."""
    arrived = people["outcome"] == "transited"
    on_way = after.merge(people.loc[arrived, "target"], left_on="person", right_index=True)
    on_way = on_way[on_way["end"] <= on_way["target"]]
    spent = (on_way["end"] - on_way["start"]).groupby([on_way["person"], on_way["kind"]]).sum()
    table = spent.unstack(fill_value=0.0).reindex(  # noqa: PD010 - one column a kind
        index=people.index[arrived], columns=list(KINDS), fill_value=0.0
    )
    table = table.fillna(0.0)
    table["between"] = (people["target"] - people["origin"])[arrived]
    # Time in no spell at all is as little known as a state whose role is "unknown".
    table["unknown"] += table["between"] - table[list(KINDS)].sum(axis=1)
    table["unknown"] = table["unknown"].where(table["unknown"].abs() > 1e-9, 0.0)
    named = table.rename(columns={kind: f"months_{kind}" for kind in table.columns})
    found = pd.concat([classify_paths(table), named], axis=1).reindex(people.index)
    words = ["path", "length_class"]
    return found.assign(**{name: found[name].fillna("").astype("str") for name in words})


def moved_states(records: Records) -> set[str]:
    """Return the states that occur: of spells, and entered at their end."""
    found = {records.states[at] for at in np.unique(records.state)}
    found |= {records.states[at] for at in np.unique(records.to) if at >= 0}
    return found - {CENSORED}
