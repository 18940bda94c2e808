"""Classes of exposure by occupation: the ILO's AI gradients, risk of automation, green jobs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.schema import code_list, refuse_other_than_table

CLASSES = {
    "ai": ("gradient_4", "gradient_3", "gradient_2", "gradient_1", "minimal", "not_exposed"),
    "automation": ("high", "medium", "low"),
    "green": ("some_green_skills", "no_green_skills"),
}
# Definitions of the sources, not choices: see References of `classify_exposure`.
AI_HIGH, AI_MIDDLE, AI_LOW = 0.6, 0.5, 0.4
RISK_HIGH, RISK_LOW = 0.7, 0.3


def check_kind(kind: str) -> str:
    """Return the kind, or raise with the nearest one.

    Raises
    ------
    ParameterError
        If it is none of ``ai, automation, green``.
    """
    if kind not in CLASSES:
        raise ParameterError(
            "exposure",
            [
                Problem(
                    "kind", repr(kind), f"one of {listing(CLASSES)}", did_you_mean(kind, CLASSES)
                )
            ],
        )
    return kind


def check_scores(scores: pd.DataFrame, kind: str, subject: str = "scores") -> pd.DataFrame:
    """Return a table of scores with codes as text and numbers as numbers, or all its problems.

    Parameters
    ----------
    scores : DataFrame
        ``occupation`` (ISCO-08, text), ``score`` [0-1] and, for AI classes, ``sd`` [0-1].
    kind : {"ai", "automation", "green"}
        What the scores measure.
    subject : str
        Name in messages.

    Returns
    -------
    DataFrame
        ``occupation, score`` and ``sd`` where there is one; rows without a score are left out.

    Raises
    ------
    TableError
        If a column is missing, a code is not ISCO-08 or given twice, or a number is no share.
    """
    refuse_other_than_table(scores, subject)
    needed = ["occupation", "score"] + (["sd"] if kind == "ai" else [])
    lost = [name for name in needed if name not in scores.columns]
    if lost:
        near = did_you_mean(lost[0], scores.columns)
        expected = "occupation, score" + (", sd" if kind == "ai" else "")
        raise TableError(subject, [Problem("columns", f"missing: {listing(lost)}", expected, near)])
    rows = scores[[name for name in ("occupation", "score", "sd") if name in scores.columns]].copy()
    problems = _score_problems(rows)
    if problems:
        raise TableError(subject, problems)
    for name in rows.columns.drop("occupation"):
        rows[name] = rows[name].astype("float64")
    rows["occupation"] = rows["occupation"].astype("str")
    rows = rows[rows["score"].notna()].reset_index(drop=True)
    if rows.empty:
        raise TableError(subject, [Problem("rows", "none has a score", "at least one")])
    return rows


def _score_problems(rows: pd.DataFrame) -> list[Problem]:
    problems = []
    codes = rows["occupation"]
    if pd.api.types.is_numeric_dtype(codes):
        step = "Read the file with dtype=str, so that codes like '0110' survive."
        return [Problem("column 'occupation'", "numbers", "text codes", next_step=step)]
    known = set(code_list("isco08")["code"])
    strange = [code for code in codes.unique() if code not in known]
    if strange:
        see = "codes of ISCO-08 (see sf.codes('isco08'))"
        found = f"{len(strange)} unknown codes: {listing(strange, 5)}"
        problems.append(Problem("column 'occupation'", found, see))
    twice = codes[codes.duplicated()].unique()
    if len(twice):
        problems.append(Problem("column 'occupation'", f"twice: {listing(twice, 5)}", "once each"))
    for name in rows.columns.drop("occupation"):
        numbers = pd.to_numeric(rows[name], errors="coerce")
        words = rows[name].notna() & numbers.isna()
        if words.any():
            found = listing(rows.loc[words, name].unique(), 5)
            problems.append(Problem(f"column {name!r}", found, "numbers"))
        elif not numbers.dropna().between(0.0, 1.0).all():
            found = f"{numbers.min():g} to {numbers.max():g}"
            step = "Percent? Divide by 100." if numbers.max() > 1 else ""
            problems.append(Problem(f"column {name!r}", found, "0 to 1", next_step=step))
        if name == "sd" and (numbers.isna() & rows["score"].notna()).any():
            problems.append(Problem("column 'sd'", "empty beside a score", "a number, 0 to 1"))
    return problems


def classify_exposure(scores: pd.DataFrame, *, kind: str = "ai") -> pd.DataFrame:
    r"""Return the exposure class of every occupation from its scores.

    Use it for scores by unit group (four digits), for which the classes are defined. The mean of a
    coarser group is no substitute: classes do not average.

    Parameters
    ----------
    scores : DataFrame
        ``occupation`` (ISCO-08, text), ``score``: mean over the tasks of the occupation, or its
        probability of automation, or its share of green skills [0-1]. For ``"ai"`` also ``sd``:
        standard deviation over the tasks [0-1].
    kind : {"ai", "automation", "green"}
        Which classes.

    Returns
    -------
    DataFrame
        ``occupation, score, sd, exposure_class``, in the order given; rows without score are left
        out.

    Raises
    ------
    TableError
        If the table is not as above.
    ParameterError
        If the kind is unknown.

    Notes
    -----
    ``ai``, with mean :math:`m`, standard deviation :math:`s` and :math:`t = m + s`: gradient 4 if
    :math:`m \ge 0.6`; gradient 3 if :math:`0.5 \le m < 0.6`; gradient 2 if :math:`0.4 \le m < 0.5`
    and :math:`t \ge 0.5`; gradient 1 if :math:`m < 0.4` and :math:`t \ge 0.5`; minimal if
    :math:`t \ge 0.4` and no gradient; else not exposed. The sum is taken as a computer takes it, in
    binary, as the published classes are: 0.36 + 0.04 is then just below 0.4. Three unit groups
    (1213, 3134, 3152) are "not exposed" for that reason alone.
    ``automation``: high above 0.7, low below 0.3. ``green``: whether any skill is green.

    References
    ----------
    Gmyrek, P. et al. (2025), Generative AI and Jobs: A Refined Global Index of Occupational
    Exposure. ILO Working Paper 140. Frey, C. B. and Osborne, M. A. (2017), The future of
    employment: how susceptible are jobs to computerisation? Technological Forecasting and Social
    Change 114, 254-280.

    Examples
    --------
    >>> made = pd.DataFrame({"occupation": ["2411", "4132", "5223", "2221"],
    ...                      "score": [0.51, 0.70, 0.38, 0.25], "sd": [0.08, 0.03, 0.16, 0.13]})
    >>> classify_exposure(made)["exposure_class"].tolist()
    ['gradient_3', 'gradient_4', 'gradient_1', 'not_exposed']
    """
    rows = check_scores(scores, check_kind(kind))
    score = rows["score"].to_numpy()
    if kind == "ai":
        with_sd = score + rows["sd"].to_numpy()
        rules = [
            score >= AI_HIGH,
            score >= AI_MIDDLE,
            (score >= AI_LOW) & (with_sd >= AI_MIDDLE),
            with_sd >= AI_MIDDLE,
            with_sd >= AI_LOW,
        ]
    elif kind == "automation":
        rules = [score > RISK_HIGH, score >= RISK_LOW]
    else:
        rules = [score > 0.0]
    names = CLASSES[kind]
    return rows.assign(exposure_class=np.select(rules, names[:-1], default=names[-1]))
