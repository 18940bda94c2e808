"""From the occupations of a table to those that have a score, whatever the level of either."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd

from skillsfc.errors import CodeError, Problem, TableError, listing
from skillsfc.schema import classification, code_list, dictionary

LINK_COLUMNS = ["occupation", "scored", "weight", "match"]


@dataclass(frozen=True, eq=False)
class Links:
    """Which scored occupations stand for each occupation of a table.

    Parameters
    ----------
    table : DataFrame
        ``occupation, scored, weight, match``: weights of an occupation sum to 1; ``match`` is
        exact, spread (over scored groups below it), above (the score of a group above it).
    unmatched : tuple of str
        Occupations with no scored group at, below or above them.
    """

    table: pd.DataFrame
    unmatched: tuple[str, ...]


@cache
def ancestors() -> dict[str, tuple[str, ...]]:
    """Return the codes above every code of ISCO-08, the nearest first.

    Examples
    --------
    >>> ancestors()["2411"]
    ('241', '24', '2')
    """
    listed = code_list("isco08")
    parent = dict(zip(listed["code"], listed["parent"], strict=True))
    found = {}
    for code in parent:
        chain, at = [], parent[code]
        while at:
            chain.append(at)
            at = parent[at]
        found[code] = tuple(chain)
    return found


def link_occupations(occupations: pd.Series, scores: pd.DataFrame) -> Links:
    """Link the occupations of a table to those with a score.

    Parameters
    ----------
    occupations : Series of str
        ISCO-08 codes, one to four digits.
    scores : DataFrame
        ``occupation``, none of them below another.

    Returns
    -------
    Links

    Raises
    ------
    CodeError
        If the occupations are not ISCO-08.
    TableError
        If scores hold a group together with one below it.

    Examples
    --------
    >>> scored = pd.DataFrame({"occupation": ["2411", "2421"]})
    >>> made = link_occupations(pd.Series(["24", "1"]), scored)
    >>> made.table["weight"].tolist(), made.unmatched
    ([0.5, 0.5], ('1',))
    """
    name, strangers = classification(occupations, dictionary().loc["occupation", "codes"])
    if name != "isco08" or strangers:
        step = "Convert them with sf.convert_codes; scores are by ISCO-08."
        raise CodeError(
            "exposure", [Problem("column 'occupation'", f"codes of {name!r}", "ISCO-08", "", step)]
        )
    above = ancestors()
    scored = list(scores["occupation"])
    nested = sorted(set(scored) & {code for one in scored for code in above[one]})
    if nested:
        raise TableError(
            "scores",
            [Problem("column 'occupation'", f"groups beside their parts: {listing(nested, 5)}",
                     "one level", next_step="Keep the unit groups.")],
        )  # fmt: skip
    below: dict[str, list[str]] = {}
    for one in scored:
        for code in above[one]:
            below.setdefault(code, []).append(one)
    return _linked(sorted(occupations.unique()), set(scored), below)


def _linked(codes: list[str], scored: set[str], below: dict[str, list[str]]) -> Links:
    rows: list[tuple[str, str, float, str]] = []
    unmatched = []
    for code in codes:
        higher = next((one for one in ancestors()[code] if one in scored), None)
        if code in scored:
            rows.append((code, code, 1.0, "exact"))
        elif code in below:
            parts = below[code]
            rows += [(code, one, 1.0 / len(parts), "spread") for one in parts]
        elif higher is not None:
            rows.append((code, higher, 1.0, "above"))
        else:
            unmatched.append(code)
    return Links(pd.DataFrame(rows, columns=LINK_COLUMNS), tuple(unmatched))
