"""Names of states as a reader meets them: in tables, in pictures, inside sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from skillsfc.errors import ParameterError, Problem, SkillsfcError
from skillsfc.report.pathways.words import period, plain, sentences

KIND_WORDS = {
    "learning": "school or training",
    "working": "work",
    "idle": "neither school nor work",
}
MOST_STATES = 8  # colours that a picture can keep apart
OTHER = "other states"
YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4}  # periods in a year


def name_states(states: Iterable[str], *, words: str = "") -> dict[str, str]:
    """Return a plain name for each state.

    Parameters
    ----------
    states : iterable of str
        Codes of the states.
    words : str
        Names of your own, such as ``"FE: further education; HE: higher education"``; codes that
        are not among the states are passed over.

    Returns
    -------
    dict of str to str
        Codes without a name of their own are written with blanks for ``_``; where all are kinds of
        state (learning, working, idle), in words.

    Raises
    ------
    ParameterError
        If the states are no list, or a part of ``words`` is not ``code: name``.

    Examples
    --------
    >>> name_states(["FE", "white_collar"], words="FE: further education")
    {'FE': 'further education', 'white_collar': 'white collar'}
    >>> name_states(["learning", "idle"])["idle"]
    'neither school nor work'
    """
    own, problems = {}, []
    _refuse_wrong(states, words)
    for part in (part.strip() for part in words.replace("\n", ";").split(";")):
        code, colon, name = (text.strip() for text in part.partition(":"))
        if part and not (code and colon and name):
            problems.append(Problem("words", repr(part), "code: name; code: name"))
        own[code] = name
    if problems:
        raise ParameterError("name_states", problems)
    codes = [str(state) for state in states]
    kinds = KIND_WORDS if set(codes) <= set(KIND_WORDS) else {}
    return {code: own.get(code) or kinds.get(code) or plain(code) for code in codes}


def _refuse_wrong(states: object, words: object) -> None:
    problems = []
    if isinstance(states, str) or not isinstance(states, Iterable):
        problems.append(Problem("states", repr(states)[:60], "a list of states"))
    if not isinstance(words, str):
        problems.append(Problem("words", repr(words)[:60], "code: name; code: name"))
    if problems:
        raise ParameterError("name_states", problems)


def names_for(states: Iterable[object], labels: Mapping[str, str] | None) -> dict[str, str]:
    """Return the name of each state: the caller's, the word for a kind of state, or the code's."""
    given = labels or {}
    codes = [str(state) for state in states]
    return {code: given.get(code) or KIND_WORDS.get(code) or plain(code) for code in codes}


def in_order(states: Iterable[object]) -> list[str]:
    """Return states as given; kinds of state in the order of a life: learning, working, idle.

    Examples
    --------
    >>> in_order(["idle", "learning", "working"]), in_order(["U", "E"])
    (['learning', 'working', 'idle'], ['U', 'E'])
    """
    codes = [str(state) for state in states]
    return (
        [kind for kind in KIND_WORDS if kind in codes] if set(codes) <= set(KIND_WORDS) else codes
    )


def by_state(table: pd.DataFrame, columns: Sequence[str], states: Iterable[object]) -> pd.DataFrame:
    """Return rows in the order of their states, the order of groups kept.

    Examples
    --------
    >>> told = pd.DataFrame({"state": ["idle", "working"], "share": [0.1, 0.9]})
    >>> by_state(told, ["state"], told["state"])["state"].tolist()
    ['working', 'idle']
    """
    place = {code: number for number, code in enumerate(in_order(states))}
    keys = pd.DataFrame({name: table[name].astype("str").map(place) for name in columns})
    return table.loc[keys.sort_values(list(columns), kind="stable").index]


def inside(name: str) -> str:
    """Return a state's name as it stands after "in": odd names are marked as names.

    Examples
    --------
    >>> inside("work"), inside("home")
    ('work', '“home”')
    """
    return name if name in KIND_WORDS.values() else f"“{name}”"


def later_words(time: float, unit: str) -> str:
    """Return a length of time that is a year as "a year", any other in figures.

    Examples
    --------
    >>> later_words(12, "months"), later_words(1, "year"), later_words(6, "months")
    ('a year', 'a year', '6 months')
    """
    whole = period(unit, 1)
    return "a year" if time == YEAR.get(whole, 1) else f"{time:g} {period(unit, time)}"


def marks(unit: str, *, start: float, until: float, years: Sequence[float]) -> list[float]:
    """Return the times after so many years that were still observed, or else the last time.

    Examples
    --------
    >>> marks("months", start=24, until=70, years=(1, 3, 5)), marks("years", start=0, until=1,
    ...     years=(1, 3, 5))
    ([36, 60], [1])
    """
    year = YEAR.get(period(unit, 1), 1)
    return [at for at in (start + year * n for n in years) if at < until] or [until]


def drawable(
    table: pd.DataFrame, *, measure: str, count: str, states: Sequence[str], keys: Sequence[str]
) -> tuple[pd.DataFrame, list[str], str]:
    """Return rows whose states a picture can tell apart: the smallest are joined where many.

    Parameters
    ----------
    table : DataFrame
        ``state``, the measure [share], the count and the keys of a point.
    measure, count : str
        Columns of shares and of persons.
    states : sequence of str
        The states in their order.
    keys : sequence of str
        What names a point beside the state.

    Returns
    -------
    tuple
        Rows, states in their order, and a note; empty where nothing was joined.

    Examples
    --------
    >>> many = pd.DataFrame({"state": list("abcdefghi"), "time": 0, "share": [0.2] + [0.1] * 8,
    ...                      "persons": [20] + [10] * 8})
    >>> rows, shown, note = drawable(many, measure="share", count="persons",
    ...                              states="abcdefghi", keys=["time"])
    >>> shown[-1], round(float(rows["share"].iloc[-1]), 1)
    ('other states', 0.2)
    """
    small = join_small(table.groupby("state")[measure].sum(), states)
    if not small:
        return table, [str(state) for state in states], ""
    rows = table.assign(
        state=table["state"].astype("str").where(~table["state"].isin(small), OTHER)
    )
    points = rows.groupby([*keys, "state"], as_index=False, sort=False, dropna=False)
    rows = points[[measure, count]].sum()
    shown = [str(state) for state in states if state not in small] + [OTHER]
    return rows, shown, joined_note(small)


def join_small(sizes: pd.Series, states: Sequence[str]) -> list[str]:
    """Return the states to join, the smallest, so that no more than can be told apart remain."""
    if len(states) <= MOST_STATES:
        return []
    largest = sizes.reindex(list(states)).fillna(0.0).nlargest(MOST_STATES - 1)
    return [state for state in states if state not in largest.index]


def joined_note(small: Sequence[str]) -> str:
    """Return what a picture joined, in a sentence."""
    return f"The {len(small)} states with the smallest parts are joined in this picture."


def say_refusal(error: SkillsfcError) -> str:
    """Return what stood in the way of an estimate, in sentences.

    Examples
    --------
    >>> from skillsfc.errors import CoverageError
    >>> say_refusal(CoverageError("flows", [Problem("matrix", "missing values", "numbers")]))
    'Matrix: missing values.'
    """
    return sentences(
        problem if isinstance(problem, str) else f"{problem.where}: {problem.found}"
        for problem in error.problems
    )
