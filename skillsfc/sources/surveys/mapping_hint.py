"""What to write in a mapping so that a column is read: in the file's own names and codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import cycle

import yaml

from skillsfc.errors import did_you_mean
from skillsfc.sources.surveys.mapping import ColumnRule
from skillsfc.sources.surveys.plain_words import SEXES

SEX_CODES = {"1": "M", "2": "F"}  # ISO/IEC 5218
MOST_WORDS = 2  # beyond them a word in turn would rarely be the right one
TO_FILL = "..."


def entry_hint(rule: ColumnRule, codes: Iterable[str], words: Collection[str]) -> str:
    """Return the entry of a mapping that gives each code one of our words.

    What a code means only the user knows: those that are near to none of our words, nor sexes by
    their usual name or number, get the words in turn, and dots where there are more than two.

    Parameters
    ----------
    rule : ColumnRule
        The rule of the column; what it says already stays, unless it is none of our words.
    codes : iterable of str
        Codes without a meaning.
    words : collection of str
        Our words; empty where any will do.

    Examples
    --------
    >>> entry_hint(ColumnRule("sex", ("пол",)), ["жен", "муж"], ("F", "M"))
    'sex: {column: пол, values: {жен: F, муж: M}}'
    """
    few = sorted(words) if len(words) <= MOST_WORDS else []
    if set(few) == {"true", "false"}:
        few = ["true", "false"]
    likely = {**SEXES, **SEX_CODES} if rule.name == "sex" else {word: word for word in words}
    said = {code: word for code, word in rule.meanings.items() if not words or word in words}
    others = {code: word for code, word in rule.meanings.items() if code not in said}
    others |= {code: code for code in codes}
    known = {
        code: likely.get(word.lower()) or did_you_mean(word, words).strip("'")
        for code, word in others.items()
    }
    taken = {*said.values(), *known.values()}
    left = cycle([word for word in few if word not in taken] or few or [TO_FILL])
    values = said | {code: word or next(left) for code, word in known.items()}
    entry: dict[str, object] = (
        {"column": rule.columns[0]} if len(rule.columns) == 1 else {"columns": list(rule.columns)}
    )
    entry["values"] = values
    if rule.missing:
        entry["missing"] = list(rule.missing)
    text = yaml.safe_dump(
        {rule.name: entry}, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1e9
    )
    return text.strip()[1:-1].replace("'true'", "true").replace("'false'", "false")
