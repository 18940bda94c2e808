"""Arguments of the wrong kind: what should name columns, or map one thing to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skillsfc.errors import ParameterError, Problem, listing


def refuse_names(
    subject: str,
    several: Mapping[str, object],
    single: Mapping[str, object] | None = None,
    *,
    empty: bool = False,
) -> None:
    """Refuse arguments that are no names, or no list of them; an empty one unless it may be.

    Raises
    ------
    ParameterError
        With every problem.
    """
    problems = []
    for where, value in several.items():
        if value is None or isinstance(value, str):
            continue
        listed = list(value) if isinstance(value, Iterable) else None
        if listed is None or not (listed or empty):
            found = repr(value) if listed is None else "an empty list"
            problems.append(Problem(where, found, "a name, a list of names, or None"))
        elif not all(isinstance(name, str) for name in listed):
            problems.append(Problem(where, repr(listed)[:60], "names as text, such as '5'"))
        elif len(set(listed)) < len(listed):
            problems.append(Problem(where, f"named twice: {listing(listed)}", "each name once"))
    problems += [
        Problem(where, repr(value)[:60], "one name as text, or None")
        for where, value in (single or {}).items()
        if value is not None and not isinstance(value, str)
    ]
    if problems:
        raise ParameterError(subject, problems)


def refuse_other_than_mappings(given: Mapping[str, object], subject: str) -> None:
    """Raise if an argument is neither a mapping nor None.

    Raises
    ------
    ParameterError
        Listing every such argument.
    """
    problems = [
        Problem(name, repr(value)[:60], "names and what they mean, such as {'name': 'meaning'}")
        for name, value in given.items()
        if value is not None and not isinstance(value, Mapping)
    ]
    if problems:
        raise ParameterError(subject, problems)
