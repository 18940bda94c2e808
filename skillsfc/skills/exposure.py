"""`measure_exposure`: how many people work in jobs that AI, automation or greening may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from skillsfc import __version__
from skillsfc.checks import check
from skillsfc.conversion import STATUS_ORDER, add_up
from skillsfc.errors import CodeError, ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.results import Result, table_hash
from skillsfc.schema import key_columns
from skillsfc.skills.exposure_classes import CLASSES, check_kind, check_scores, classify_exposure
from skillsfc.skills.exposure_links import Links, link_occupations
from skillsfc.skills.exposure_tables import (
    UNMATCHED,
    agreement_table,
    mean_table,
    occupation_table,
)

__all__ = ["ExposureMeasure", "classify_exposure", "measure_exposure"]


@dataclass(frozen=True)
class ExposureSettings:
    """Arguments of `measure_exposure`."""

    kind: str
    indicators: tuple[str, ...]
    by: tuple[str, ...]
    unmatched: str


@dataclass(frozen=True, eq=False, repr=False)
class ExposureMeasure(Result):
    """Outcome of `measure_exposure`.

    Parameters
    ----------
    means : DataFrame
        Keys, ``indicator``, ``score`` (mean over the employed who have one), ``persons`` (they),
        ``unmatched`` (persons without a score), ``exposed`` (share of ``persons`` in gradients 1 to
        4, at high risk, or with some green skills).
    occupations : DataFrame
        ``indicator, occupation, match, groups, score, persons``: which scores stood for what.
    """

    means: pd.DataFrame = field(default_factory=pd.DataFrame)
    occupations: pd.DataFrame = field(default_factory=pd.DataFrame)


def measure_exposure(
    table: pd.DataFrame,
    *,
    kind: str = "ai",
    scores: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
    by: Sequence[str] | None = None,
    unmatched: str = "error",
) -> ExposureMeasure:
    r"""Count the employed by class of exposure, and their mean exposure, by sex where it is given.

    Use it to say how many jobs have tasks that generative AI can do, that earlier studies call
    automatable, or that use green skills. Exposure is not loss: what becomes of a job depends on
    use, demand and choices. Compare kinds and indicators rather than trusting one.

    Parameters
    ----------
    table : DataFrame
        Tidy employment by ``occupation`` (ISCO-08, one to four digits) [persons].
    kind : {"ai", "automation", "green"}
        What the scores measure; see `classify_exposure` for the classes.
    scores : DataFrame or mapping of str to DataFrame
        ``occupation, score`` and, for AI, ``sd`` [0-1]; several under their names. The ILO's AI
        scores (Working Paper 140) and ESCO's green shares are published by their producers.
    by : sequence of str, optional
        Keys to keep, such as ``("year", "sex")``. Default: all but ``occupation``.
    unmatched : {"error", "keep"}
        What to do with occupations that have no score. ``"keep"`` counts them in a class of their
        own and leaves them out of means.

    Returns
    -------
    ExposureMeasure
        ``.table``: keys, ``indicator, exposure_class, persons`` [persons], ``unit, status,
        source``. The classes of an indicator add up to the employed. Further tables: see the class.

    Raises
    ------
    TableError
        If the table or the scores are not valid.
    CodeError
        If occupations are not ISCO-08, or have no score and ``unmatched="error"``.
    ParameterError
        If an argument is wrong, or no scores are given.

    Notes
    -----
    An occupation coarser than the scores is spread evenly over the scored groups below it, because
    employment by unit group is seldom known; its status is then no better than modelled. One finer
    takes the score of the group above. Mean: :math:`\sum_o E_o x_o / \sum_o E_o`.

    Examples
    --------
    >>> import skillsfc as sf
    >>> jobs = sf.example(seed=1).table("employment_by_age")
    >>> made_up = pd.DataFrame({"occupation": list("123456789"), "sd": 0.1,
    ...     "score": [0.36, 0.39, 0.35, 0.54, 0.26, 0.16, 0.17, 0.20, 0.15]})
    >>> made = measure_exposure(jobs, scores=made_up, by=["year", "sex"])
    >>> made.means.tail(2)[["year", "sex", "score"]].round(2)
        year sex  score
    38  2023   F   0.30
    39  2023   M   0.25
    """
    named = _named_scores(scores, check_kind(kind))
    if unmatched not in ("error", "keep"):
        raise ParameterError(
            "measure_exposure", [Problem("unmatched", repr(unmatched), "'error' or 'keep'")]
        )
    rows = _checked(table)
    keys = _keys(rows, by)
    parts = [_one_indicator(rows, found, name, kind, keys, unmatched)
             for name, found in named.items()]  # fmt: skip
    tables, means, occupations = (
        pd.concat([part[at] for part in parts], ignore_index=True) for at in range(3)
    )
    counted = tables.sort_values([*keys, "indicator"], kind="stable", ignore_index=True)
    settings = ExposureSettings(kind, tuple(named), tuple(keys), unmatched)
    hashes = {name: table_hash(found) for name, found in named.items()}
    return ExposureMeasure(
        table=counted,
        settings=settings,
        diagnostics=agreement_table(named),
        notes=_notes(kind, named, occupations, means),
        provenance={"version": __version__, "inputs": {"table": table_hash(table), **hashes}},
        means=means.sort_values([*keys, "indicator"], kind="stable", ignore_index=True),
        occupations=occupations,
    )


def _named_scores(
    scores: pd.DataFrame | Mapping[str, pd.DataFrame] | None, kind: str
) -> dict[str, pd.DataFrame]:
    """Return checked scores by name of the indicator."""
    if scores is None or (isinstance(scores, Mapping) and not scores):
        step = "Read the producer's file with dtype=str and name its columns so."
        columns = "a table occupation, score" + (", sd" if kind == "ai" else "")
        raise ParameterError(
            "measure_exposure", [Problem("scores", "none", columns, next_step=step)]
        )
    given = dict(scores) if isinstance(scores, Mapping) else {kind: scores}
    return {str(name): check_scores(one, kind, f"scores {name!r}") for name, one in given.items()}


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    rows = check(table)
    lost = [name for name in ("occupation", "persons") if name not in rows]
    if lost:
        raise TableError(
            "employment table",
            [Problem("columns", f"missing: {listing(lost)}", "occupation and persons")],
        )
    return rows


def _keys(rows: pd.DataFrame, by: Sequence[str] | None) -> list[str]:
    keys = [key for key in key_columns(rows) if key != "occupation"]
    if by is None:
        return keys
    wanted = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in wanted if name not in keys]
    if unknown:
        raise ParameterError(
            "measure_exposure",
            [Problem("by", repr(n), listing(keys), did_you_mean(n, keys)) for n in unknown],
        )
    return [key for key in keys if key in wanted]


def _one_indicator(
    rows: pd.DataFrame,
    scores: pd.DataFrame,
    name: str,
    kind: str,
    keys: list[str],
    unmatched: str,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return persons by class, means and the links used, for one table of scores."""
    links = link_occupations(rows["occupation"], scores)
    if links.unmatched and unmatched == "error":
        _refuse_unmatched(rows, links, name)
    classes = classify_exposure(scores, kind=kind)
    classes = classes.rename(columns={"occupation": "scored"})[
        ["scored", "score", "exposure_class"]
    ]
    long = rows.merge(links.table, on="occupation", how="left").merge(classes, on="scored",
                                                                      how="left")  # fmt: skip
    long["match"] = long["match"].fillna(UNMATCHED)
    long["persons"] = long["persons"] * long["weight"].fillna(1.0)
    long["exposure_class"] = long["exposure_class"].fillna(UNMATCHED)
    long["status"] = _spread_status(long)
    long["_order"] = long["exposure_class"].map(
        {label: at for at, label in enumerate((*CLASSES[kind], UNMATCHED))}
    )
    counted = add_up(long, [*keys, "_order", "exposure_class"]).drop(columns="_order")
    counted.insert(len(keys), "indicator", name)
    means = mean_table(long, keys, kind)
    means.insert(len(keys), "indicator", name)
    return counted, means, occupation_table(long, name)


def _refuse_unmatched(rows: pd.DataFrame, links: Links, name: str) -> None:
    lost = rows[rows["occupation"].isin(links.unmatched)]
    part = lost["persons"].sum() / max(rows["persons"].sum(), 1e-300)
    found = (
        f"{len(links.unmatched)} occupations without a score in {name!r}: "
        f"{listing(links.unmatched, 5)} ({len(lost)} rows, {part:.1%} of the persons)"
    )
    step = "Use unmatched='keep' to count them apart."
    raise CodeError("exposure", [Problem("column 'occupation'", found, "a score", next_step=step)])


def _spread_status(long: pd.DataFrame) -> pd.Series:
    """Call persons that were spread over groups below modelled, unless they are worse already."""
    order = {status: at for at, status in enumerate(STATUS_ORDER)}
    modelled = (long["match"] == "spread") & (long["status"].map(order) < order["modelled"])
    return long["status"].mask(modelled, "modelled")


def _notes(
    kind: str, named: Mapping[str, pd.DataFrame], occupations: pd.DataFrame, means: pd.DataFrame
) -> tuple[str, ...]:
    notes = ["Exposure says which tasks could change; it is no forecast of jobs lost or gained."]
    spread = occupations[occupations["match"] == "spread"]
    if len(spread):
        notes.append(
            f"{spread['occupation'].nunique()} occupations are coarser than the scores: their "
            "persons are spread evenly over the scored groups below, so classes are modelled."
        )
    for name, rows in means.groupby("indicator", sort=False):
        lost = rows["unmatched"].sum()
        if lost > 0:
            part = lost / (lost + rows["persons"].sum())
            notes.append(f"{name}: {part:.1%} of the persons have no score and are in no mean.")
    if means["persons"].isna().any():
        notes.append("Means are missing where the persons of an occupation are: none is left out.")
    if kind == "green" and len(named) == 1:
        notes.append(
            "One green measure only. Green numbers differ by method: give a second under its name."
        )
    if kind == "green" and len(named) > 1:
        notes.append("Green numbers differ by method: both are shown, neither is the true one.")
    return tuple(notes)
