"""Code lists and labels: what a code means, in four languages where an open source says so."""

from __future__ import annotations

import pandas as pd

from skillsfc.countries import LANGUAGES
from skillsfc.errors import CodeError, ParameterError, Problem, did_you_mean, listing
from skillsfc.schema import (
    classification,
    code_list,
    dictionary,
    key_columns,
    known_lists,
    nearest_code,
    refuse_other_than_table,
)


def codes(name: str) -> pd.DataFrame:
    """Return a code list: one row a code, with its parent, level and labels.

    Parameters
    ----------
    name : str
        Name of a file in ``data/codes/``, such as ``"isic4"``, ``"isco08"``, ``"countries"``.

    Returns
    -------
    DataFrame
        Text columns ``code, parent, level, label_en`` and, where an open source gives them,
        ``label_fr, label_ar, label_ru`` (empty where it does not).

    Raises
    ------
    CodeError
        If there is no such list.

    Examples
    --------
    >>> import skillsfc as sf
    >>> majors = sf.codes("isco08").set_index("level").loc["major", ["code", "label_en"]]
    >>> majors.head(3).values.tolist()
    [['0', 'Armed forces occupations'], ['1', 'Managers'], ['2', 'Professionals']]
    """
    return code_list(str(name)).copy()


def label(table: pd.DataFrame, *, language: str = "en") -> pd.DataFrame:
    """Return the table with a ``<key>_label`` column beside each coded key.

    Parameters
    ----------
    table : DataFrame
        Tidy table; its keys country, sector, occupation and so on are looked up.
    language : {"en", "fr", "ar", "ru"}
        Language of the labels. Where an open source has no label in it, the English one stands.

    Returns
    -------
    DataFrame
        A copy with one text column more for each coded key.

    Raises
    ------
    ParameterError
        If the language is not one of the four.
    CodeError
        If a column holds codes of no known list.
    TableError
        If the input is not a table.

    Examples
    --------
    >>> import pandas as pd, skillsfc as sf
    >>> sf.label(pd.DataFrame({"country": ["MAR", "TUR"]}), language="fr")
      country country_label
    0     MAR         Maroc
    1     TUR       Turquie
    """
    if language not in LANGUAGES:
        raise ParameterError(
            "label",
            [
                Problem(
                    "language",
                    repr(language),
                    f"one of {listing(LANGUAGES)}",
                    did_you_mean(language, LANGUAGES),
                )
            ],
        )
    refuse_other_than_table(table)
    labelled = table.copy()
    for column in key_columns(table):
        lists = dictionary().loc[column, "codes"]
        if not lists or lists.startswith("@"):
            continue
        name = list_of(table[column], column)
        bare = table[column].str.removeprefix(name) if name.endswith(":") else table[column]
        name = name.removesuffix(":")
        if name not in known_lists():  # the user's own list: its codes are all there is to say
            labelled.insert(labelled.columns.get_loc(column) + 1, f"{column}_label", bare)
            continue
        listed = code_list(name)
        text = listed[f"label_{language}"] if f"label_{language}" in listed else listed["label_en"]
        text = text.where(text != "", listed["label_en"])
        names = dict(zip(listed["code"], text, strict=True))
        found = table[column].map(names)
        found = found.where(found.notna(), bare.map(names))
        labelled.insert(
            labelled.columns.get_loc(column) + 1,
            f"{column}_label",
            found.where(found.notna(), bare),
        )
    return labelled


def list_of(values: pd.Series, column: str) -> str:
    """Return the code list that a column uses, or raise with the codes that fit none."""
    name, strangers = classification(values, dictionary().loc[column, "codes"])
    if strangers:
        own = name.endswith(":")
        raise CodeError(
            f"column {column!r}",
            [
                Problem(
                    f"{len(strangers)} codes",
                    listing(strangers, 5),
                    f"codes of {name!r}",
                    "" if own else nearest_code(strangers[0], code_list(name)),
                    "One list in a column." if own else f"See sf.codes({name!r}).",
                )
            ],
        )
    return name
