"""Whom a page is about: the persons, the files they come from, and who made the data."""

from __future__ import annotations

from typing import Any

OWN = "Your own file."
WEIGHTED = (
    "Shares, means and rates count each person with the weight that the survey gives; numbers of "
    "persons are of those seen, so that the two need not agree."
)


def describe_pathways(data: Any, *, both: bool = False) -> str:
    """Return for whom histories or a survey stand, who made them and how many persons they have.

    Parameters
    ----------
    data : Pathways
        Outcome of `skillsfc.load_pathways`.
    both : bool
        The page uses the survey for stages and indicators, and the histories for length and path.

    Returns
    -------
    str
        Sentences.

    Examples
    --------
    >>> import skillsfc as sf
    >>> describe_pathways(sf.load_pathways("USA"))[:70]
    'Young men of the National Longitudinal Survey of Youth 1979, one state'
    >>> describe_pathways(sf.load_pathways("XEX"), both=True)[-52:]
    'lengths and paths of the histories of 5,000 persons.'
    """
    text = f"{data.note or OWN} Source: {str(data.source).rstrip('.')}."
    histories = _histories(data)
    if any(_weighted(table) for table in (data.persons, histories)):
        text += f" {WEIGHTED}"
    if not both or data.persons is None or histories is None:
        return text
    asked = len(data.persons) if "person" not in data.persons else data.persons["person"].nunique()
    followed = histories["person"].nunique()
    return (
        f"{text} Two files are used: stages and indicators are of a survey of {asked:,} persons, "
        f"lengths and paths of the histories of {followed:,} persons."
    )


def name_files(data: Any) -> tuple[str, str]:
    """Return the names of the survey and of the histories, as titles of tables begin.

    Parameters
    ----------
    data : Pathways
        Outcome of `skillsfc.load_pathways`.

    Returns
    -------
    tuple of str
        The same name twice where there is one file only.

    Examples
    --------
    >>> import skillsfc as sf
    >>> name_files(sf.load_pathways("XEX"))
    ('Examplia (synthetic), survey', 'Examplia (synthetic), histories')
    """
    if data.persons is None or _histories(data) is None:
        return data.name, data.name
    return f"{data.name}, survey", f"{data.name}, histories"


def _histories(data: Any) -> Any:
    return data.spells if data.periods is None else data.periods


def _weighted(table: Any) -> bool:
    return table is not None and "weight" in table and table["weight"].nunique() > 1
