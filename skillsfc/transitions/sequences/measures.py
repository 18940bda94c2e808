"""`measure_sequences`: how varied, restless, integrated or precarious each trajectory is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, did_you_mean, listing
from skillsfc.results import Result
from skillsfc.transitions.column_names import is_number, listed_names, refuse_names, switch_problems
from skillsfc.transitions.sequences.averages import average_by_group
from skillsfc.transitions.sequences.measure_columns import (
    MEASURES,
    complexity,
    relative_entropy,
    turbulences,
)
from skillsfc.transitions.sequences.precarity import badness, integration, precarity, state_scores
from skillsfc.transitions.sequences.preparation import (
    Prepared,
    check_level,
    group_names,
    prepare_sequences,
)
from skillsfc.transitions.sequences.spells import Runs, runs_of

SUBJECT = "measure_sequences"
PLAIN = (
    "length", "known", "spells", "transitions", "visited", "longest_spell", "entropy",
    "turbulence", "turbulence_2", "complexity", "volatility", "subsequences", "log2_subsequences",
)  # fmt: skip
NEEDS = {"integration": "positive", "badness": "order", "precarity": "order"}


@dataclass(frozen=True)
class SequenceMeasureSettings:
    """Arguments of `measure_sequences`."""

    states: tuple[str, ...]
    measures: tuple[str, ...]
    norm: bool
    weight: str | None
    group: tuple[str, ...]
    missing: str
    positive: tuple[str, ...]
    power: float
    scores: Mapping[str, float]
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class SequenceMeasures(Result):
    """Outcome of `measure_sequences`; ``.table`` has a row for each person: it is micro data.

    Parameters
    ----------
    averages : DataFrame
        Group columns, ``measure, mean, standard_error, level, lower, upper, persons, reliability``.
    time_in_state : DataFrame
        ``person, state, duration`` [unit of the sequences] and ``spells`` there.
    """

    shown: ClassVar[tuple[str, ...]] = ("averages",)

    averages: pd.DataFrame = field(default_factory=pd.DataFrame)
    time_in_state: pd.DataFrame = field(default_factory=pd.DataFrame)


def measure_sequences(
    sequences: object,
    *,
    measures: str | Iterable[str] | None = None,
    norm: bool = True,
    missing: str = "ignore",
    positive: str | Iterable[str] | None = None,
    power: float = 1.0,
    order: Iterable[str] | Mapping[str, float] | None = None,
    precarity_parameters: tuple[float, float, float] = (0.2, 1.0, 1.2),
    weight: str | None = "weight",
    group: str | Iterable[str] | None = None,
    level: float = 0.95,
) -> SequenceMeasures:
    r"""Measure each trajectory: its variety, its restlessness, and how far it leads somewhere good.

    Use the measures to compare groups or as outcomes of a regression. Variety (entropy) does not
    see order, restlessness (turbulence, complexity, volatility) does not know good from bad:
    school-HE-employment and employment-joblessness-training score alike. `integration`, `badness`
    and `precarity` do, once told which states are good.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        As `read_sequences` takes them.
    measures : str or iterable of str, optional
        Columns wanted, see Returns; by default all that the arguments allow.
    norm : bool
        Entropy and turbulence from 0 to 1; else in natural logarithms, and 1 or more.
    missing : {"ignore", "state", "refuse"}
        Periods whose state is not known: skipped everywhere (the same state before and after is one
        spell, lengths do not count them); or a state of their own; or an error. Periods after the
        last one observed never count.
    positive : str or iterable of str, optional
        States that count as success, for ``integration``.
    power : float
        How much later periods weigh more in ``integration`` and ``badness`` [0 or more].
    order : iterable of str or mapping, optional
        States from best to worst, for ``badness`` and ``precarity``; or a score for each, larger is
        worse. States not named get the mean score.
    precarity_parameters : tuple of float
        Weight of the first state, exponent of complexity, exponent of the correction.
    weight, group, level
        For ``.averages``: weight column, group columns of persons, coverage of intervals [0-1].

    Returns
    -------
    SequenceMeasures
        ``.table``, one row a person: ``length`` (periods to the last one observed) and ``known``
        of them, ``spells``, ``transitions``, ``visited`` (different states), ``longest_spell``,
        ``entropy``, ``turbulence``, ``turbulence_2`` (states never visited count as spells of
        length 0), ``complexity, volatility`` [0-1], ``subsequences`` (exact whole number) and its
        base-two logarithm; ``integration, badness`` [0-1], ``precarity``. Missing for a person
        without a known period. ``.averages``: weighted means by group. ``.time_in_state``: periods
        each person spent in each state.

    Raises
    ------
    TableError
        If sequences or weights are not valid, or unknown periods are refused.
    ParameterError
        If a measure or a state is unknown, or a measure lacks what it needs.

    Notes
    -----
    With n known periods, q transitions, shares p of time and A the alphabet: entropy
    :math:`-\sum p \ln p / \ln |A|`; complexity the geometric mean of q/(n-1) and entropy;
    volatility :math:`\frac12 (\text{visited}-1)/(|A|-1) + \frac12 q/(n-1)`; integration
    :math:`\sum_{t\,\text{positive}} t^{power} / \sum_{t\,\text{known}} t^{power}` with t = 1, 2...;
    badness the sum of score times integration over states; precarity
    :math:`\lambda\, score(x_1) + (1-\lambda) C^{\alpha} (1+Q)^{\beta}`, with C the complexity and Q
    the balance of worsening less improving moves, rare moves weighing more. Turbulence is in
    `skillsfc.transitions.sequences.turbulence`; it is made relative to the longest sequence.
    One known period: transitions, entropy and complexity are 0.

    States without a rank have the mean score in ``precarity``, so moves to and from them count;
    TraMineR passes over them. TraMineR 2.2 divides transitions by the length with unknown
    periods in it; here they are out of both. Otherwise the two are the same.

    References
    ----------
    Gabadinho, Ritschard, Studer and Müller (2010), Indice de complexité pour le tri et la
    comparaison de séquences catégorielles, Revue des nouvelles technologies de l'information E-19.
    Brzinsky-Fay (2007), Lost in transition? Labour market entry sequences of school leavers in
    Europe, European Sociological Review 23(4), 409-422, doi 10.1093/esr/jcm011.
    Ritschard (2023), Measuring the nature of individual sequences, Sociological Methods & Research
    52(4), 2016-2049, doi 10.1177/00491241211036156.
    Ritschard, Bussi and O'Reilly (2018), An index of precarity for measuring early employment
    insecurity, in Sequence Analysis and Related Approaches, Springer.

    Examples
    --------
    >>> paths = pd.DataFrame([list("SSUUEEEE"), list("EEEEEEEE")])
    >>> made = measure_sequences(paths, positive="E", order="EUS")
    >>> made.table[["transitions", "entropy", "complexity", "integration"]].round(3).values.tolist()
    [[2.0, 0.946, 0.52, 0.722], [0.0, 0.0, 0.0, 1.0]]
    """
    check_level(level, SUBJECT)
    refuse_names(SUBJECT, {"measures": measures})
    refuse_names(SUBJECT, {"positive": positive}, empty=True)
    prepared = prepare_sequences(sequences, subject=SUBJECT, weight=weight, missing=missing)
    names = group_names(group, prepared.persons, SUBJECT)
    good = _states_named("positive", positive, prepared.states)
    scores = None if order is None else state_scores(order, prepared.states, SUBJECT)
    wanted = _wanted(
        measures, {"positive": good, "order": scores},
        norm=norm, power=power, parameters=precarity_parameters,
    )  # fmt: skip
    runs = runs_of(prepared.codes)
    made = {name: MEASURES[name](prepared, runs) for name in wanted if name in MEASURES}
    made |= turbulences(prepared, runs, wanted, norm)
    if "entropy" in wanted and norm:
        made["entropy"] = relative_entropy(prepared)
    if "integration" in wanted:
        made["integration"] = integration(prepared.codes, good, power)
    if scores is not None:
        made["badness"] = badness(prepared.codes, scores, power)
        made["precarity"] = precarity(
            prepared, scores, complexity(prepared, runs), precarity_parameters
        )
    columns: dict[str, Any] = {"person": prepared.persons["person"].to_numpy()}
    table = pd.DataFrame(columns | {name: made[name] for name in wanted})
    settings = SequenceMeasureSettings(
        prepared.states, wanted, norm, weight, tuple(names), missing,
        tuple(prepared.states[s] for s in good), power,
        {} if scores is None else dict(zip(prepared.states, scores.tolist(), strict=True)),
        prepared.sequences.unit,
    )  # fmt: skip
    return SequenceMeasures(
        table=table,
        settings=settings,
        notes=(*prepared.notes, *_cautions(prepared)),
        provenance={"version": __version__, "seed": None, "inputs": prepared.inputs()},
        averages=average_by_group(table[list(wanted)], prepared, names, level),
        time_in_state=_time_in_state(prepared, runs),
    )


def _wanted(
    measures: str | Iterable[str] | None,
    given: Mapping[str, Any],
    *,
    norm: object,
    power: object,
    parameters: object,
) -> tuple[str, ...]:
    possible = [*PLAIN, *(n for n, need in NEEDS.items() if given[need] is not None and
                          len(given[need]))]  # fmt: skip
    names = possible if measures is None else listed_names(measures)
    problems = []
    for name in dict.fromkeys(names):
        if name in NEEDS and name not in possible:
            problems.append(Problem("measures", f"{name!r} without {NEEDS[name]!r}", "both"))
        elif name not in possible:
            every = [*PLAIN, *NEEDS]
            guess = did_you_mean(name, every)
            problems.append(Problem("measures", repr(name), f"of {listing(every, 20)}", guess))
    if not is_number(power) or power < 0:
        problems.append(Problem("power", repr(power)[:60], "a number of 0 or more"))
    problems += switch_problems({"norm": norm})
    numbers = [*parameters] if isinstance(parameters, Iterable) else []
    if len(numbers) != 3 or not all(is_number(number) for number in numbers):
        found = repr(parameters)[:60]
        problems.append(Problem("precarity_parameters", found, "three numbers"))
    if problems:
        raise ParameterError(SUBJECT, problems)
    return tuple(dict.fromkeys(names))


def _states_named(
    argument: str, named: str | Iterable[str] | None, states: tuple[str, ...]
) -> list[int]:
    names = listed_names(named)
    unknown = [name for name in names if name not in states]
    if unknown:
        problems = [
            Problem(argument, f"no state {name!r}", f"of {listing(states, 20)}",
                    did_you_mean(name, states))
            for name in unknown
        ]  # fmt: skip
        raise ParameterError(SUBJECT, problems)
    return [states.index(name) for name in dict.fromkeys(names)]


def _time_in_state(prepared: Prepared, runs: Runs) -> pd.DataFrame:
    size = len(prepared.states)
    spent = np.stack([(prepared.codes == s).sum(axis=1) for s in range(size)], axis=1)
    times = np.stack([(runs.states == s).sum(axis=1) for s in range(size)], axis=1)
    return pd.DataFrame(
        {
            "person": np.repeat(prepared.persons["person"].to_numpy(), size),
            "state": np.tile(prepared.states, len(spent)),
            "duration": spent.ravel(),
            "spells": times.ravel(),
            "unit": prepared.sequences.unit,
            "status": "observed",
        }
    )


def _cautions(prepared: Prepared) -> list[str]:
    lengths = prepared.sequences.lengths()
    notes = ["The table has one row a person: micro data, not for publication."]
    if lengths.max() > lengths.min():
        notes.append(
            f"Sequences are {lengths.min()} to {lengths.max()} periods long: longer ones have more "
            "room for transitions and turbulence."
        )
    return notes
