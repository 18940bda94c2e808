"""`measure_distances`: how unlike two trajectories are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skillsfc import __version__
from skillsfc.transitions.distances.arguments import (
    Options,
    check_arguments,
    check_interval,
    find_references,
    refuse_unequal_lengths,
    refuse_unknown_states,
)
from skillsfc.transitions.distances.cost_choice import WITH_INDEL, WITHOUT_COSTS, choose_costs
from skillsfc.transitions.distances.dispatch import Work, choose_kernel
from skillsfc.transitions.distances.kernels import Numbers
from skillsfc.transitions.distances.normalisation import choose_scale
from skillsfc.transitions.distances.pair_blocks import (
    LARGEST,
    Finish,
    all_pairs,
    refuse_too_large,
    to_references,
)
from skillsfc.transitions.distances.result import (
    Distances,
    indel_by_state,
    settings_of,
    summarise,
)
from skillsfc.transitions.distances.substitution_costs import SUBJECT, StateCosts
from skillsfc.transitions.records import Whole
from skillsfc.transitions.sequences.model import Codes, Sequences, read_sequences
from skillsfc.transitions.sequences.preparation import Prepared, first_of, prepare_sequences

FROM_DATA = ("trate", "indelslog", "future")


def measure_distances(
    sequences: Sequences | pd.DataFrame,
    *,
    method: str = "om",
    costs: str | float | pd.DataFrame | npt.ArrayLike = "auto",
    indel: str | float | Mapping[str, float] | Iterable[float] | None = None,
    norm: str | None = None,
    missing: str = "refuse",
    missing_cost: float | None = None,
    weight: str | None = "weight",
    reference: str | int | Iterable[str | int] | None = None,
    precision: str = "float64",
    storage: str = "square",
    engine: str = "auto",
    nu: float | None = None,
    lambda_: float | None = None,
    expcost: float | None = None,
    tpow: float | None = None,
    interval: int | None = None,
    overlap: bool | None = None,
    largest: int = LARGEST,
) -> Distances:
    r"""Measure how unlike state sequences are, two by two.

    Use ``"om"`` or ``"lcs"`` where the order of states matters more than their dates, ``"ham"``
    or ``"dhd"`` where dates matter and all sequences have the same length, ``"omspell"`` where a
    longer stay should weigh less than another state, ``"twed"`` for both order and time, and
    ``"chi2"`` where only the time spent in each state counts. Do not read a distance as a
    measure of success: it knows no better and no worse. Equal sequences are compared once.

    Parameters
    ----------
    sequences : Sequences or DataFrame
        `Sequences`, a long table ``person, state`` with a time column, or a wide one.
    method : {"om", "lcs", "ham", "dhd", "omspell", "twed", "chi2"}
        Optimal matching, longest common subsequence, Hamming, dynamic Hamming, optimal matching
        of spells, time-warp edit distance, chi-square of shares of time.
    costs : str, float, DataFrame or array
        Of substitution: ``"constant"`` (2; 1 for ``"ham"``), ``"trate"`` (2 less the rates of
        moves between the two), ``"indelslog"`` (rare states cost more), ``"future"`` (unlike next
        states), one number, or a table by state; an array [periods, states, states] for
        ``"dhd"``. ``"auto"`` is ``"trate"`` for ``"dhd"``, else ``"constant"``.
    indel : str, float, mapping or sequence, optional
        Cost of inserting or deleting, one or by state. ``"auto"``, the default, is half of the
        largest substitution cost, or by state with ``"indelslog"``.
    norm : {"auto", "maxlength", "gmean", "maxdist", "yujianbo"}, optional
        Divide distances to make lengths comparable; None leaves them in units of cost.
    missing : {"refuse", "state"}
        What a period of unknown state inside a sequence is: an error, or a state of its own.
    missing_cost : float, optional
        Cost between that state and any other; by default that of ``"constant"``, the largest of
        a table that does not name it, and from its frequency with ``"indelslog"``.
    weight : str, optional
        Column of persons' weights, for costs that come from the data; None: unweighted.
        Distances depend on weights in no other way.
    reference : str, int or list, optional
        Identifier of a person, or some: only distances to these.
    precision : {"float64", "float32"}
        Single precision takes half the memory and is good to about six digits.
    storage : {"square", "condensed"}
        Condensed keeps the half above the diagonal only.
    engine : {"auto", "numpy", "numba"}
        Same distances. ``"auto"`` takes numba where it is installed (extra ``fast``) and the work
        is long enough to repay compiling.
    nu, lambda_ : float, optional
        ``"twed"``: cost of a shift by one period, 0.5; penalty of passing over an element, 0.5.
    expcost, tpow : float, optional
        ``"omspell"``: cost of each further period of a spell, 0.5; power of durations, 1.
    interval : int, optional
        ``"chi2"``: length of intervals [periods], 1.
    overlap : bool, optional
        ``"chi2"``: intervals overlap by half, False.
    largest : int
        Refuse more different sequences than this.

    Returns
    -------
    Distances
        ``.matrix`` between persons, ``.unique_matrix`` between different sequences with ``.index``
        and ``.counts``, ``.costs``, ``.indel``. ``.table``: ``statistic, value`` over pairs of
        persons.

    Raises
    ------
    TableError
        If sequences are not valid, hold unknown states that are refused, or differ in length
        where the method compares period by period.
    ParameterError
        If an argument is unknown, out of range or of another method; if costs do not fit.
    CoverageError
        If the matrix would be too large (the message says how large), or a reference is not there.

    Notes
    -----
    Optimal matching is the least cost of substitutions, insertions and deletions that make one
    sequence the other; with costs 2 and indel 1 it is :math:`n + m - 2 LCS`. Costs:
    :math:`2 - p_{ab} - p_{ba}` ("trate"), :math:`\ln(2/(1+f_a)) + \ln(2/(1+f_b))` ("indelslog"),
    chi-square distance of rows of rates ("future"). Dynamic Hamming costs are
    :math:`4 - p_t(ab) - p_t(ba) - p_{t-1}(ab) - p_{t-1}(ba)`, at the ends the one side twice.
    Norms are those of `skillsfc.transitions.distances.normalisation.Scale`. The conventions,
    defaults included, are those of the R package TraMineR.

    References
    ----------
    Studer and Ritschard (2016), What matters in differences between life trajectories, JRSS A
    179(2), 481-511, doi 10.1111/rssa.12125. Lesnard (2010), Setting cost in optimal matching to
    uncover contemporaneous socio-temporal patterns, Sociological Methods and Research 38(3),
    389-419. Halpin (2010), Optimal matching analysis and life-course data, ibid., 365-388.
    Marteau (2009), Time warp edit distance with stiffness adjustment for time series matching,
    IEEE PAMI 31(2), 306-318.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame([list("SSUUEEEE"), list("SUUTTEEE"), list("EEEEEEEE")])
    >>> made = measure_distances(wide, indel=1)
    >>> made.matrix.tolist()
    [[0.0, 4.0, 8.0], [4.0, 0.0, 10.0], [8.0, 10.0, 0.0]]
    >>> measure_distances(wide, method="ham", reference="0").matrix.ravel().tolist()
    [0.0, 3.0, 4.0]
    """
    given = dict(locals())
    options = check_arguments(given)
    read = read_sequences(sequences, subject=SUBJECT, weight=weight)
    if missing == "refuse":
        refuse_unknown_states(read)
    prepared = prepare_sequences(read, subject=SUBJECT, weight=weight, missing=missing)
    if method == "chi2":
        check_interval(options, prepared.codes.shape[1])
    state_costs, notes = choose_costs(method, costs, indel, prepared, missing_cost)
    codes, index, counts = _different(prepared.codes)
    persons, places = _references(reference, prepared, index)
    work = _work(given, prepared, state_costs, codes, index, places)
    kernel, used = choose_kernel(work, options, engine)
    finish = _finish(work, options)
    kind = np.dtype(precision)
    if persons:
        stored = to_references(kernel, places, len(codes), kind, finish)
    else:
        stored = all_pairs(kernel, len(codes), kind, storage == "condensed", finish)
    table, more = summarise(stored, counts, bool(persons))
    notes = [*prepared.notes, *_data_notes(work, prepared), *notes, *more]
    return Distances(
        table=table,
        settings=settings_of(given, work, options, used),
        notes=tuple(notes),
        provenance={"version": __version__, "inputs": {"sequences": _hash(prepared)}},
        stored=stored,
        index=index,
        counts=counts,
        weight=prepared.weight,
        costs=pd.DataFrame() if method in WITHOUT_COSTS else state_costs.to_frame(),
        indel=indel_by_state(state_costs) if method in WITH_INDEL else None,
        sequences=read,
        references=persons,
        largest=int(largest),
    )


def _different(codes: Codes) -> tuple[Codes, Whole, Whole]:
    """Return the different sequences as they first come, who has which, and how many each."""
    first, inverse = first_of(codes)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    index = place[inverse]
    return codes[first[order]], index, np.asarray(np.bincount(index), dtype=np.int64)


def _references(reference: Any, prepared: Prepared, index: Whole) -> tuple[tuple[Any, ...], Whole]:
    if reference is None:
        return (), np.zeros(0, dtype=np.int64)
    persons, rows = find_references(reference, prepared.persons)
    return persons, index[rows]


def _work(
    given: Mapping[str, Any],
    prepared: Prepared,
    costs: StateCosts,
    codes: Codes,
    index: Whole,
    places: Whole,
) -> Work:
    """Return what is to be compared, after a look at lengths and memory."""
    lengths = np.asarray((codes >= 0).sum(axis=1), dtype=np.int64)
    method, single = given["method"], given["precision"] == "float32"
    if method in ("ham", "dhd"):
        refuse_unequal_lengths(lengths, method)
    columns = len(places) or len(codes)
    bytes_each = (4 if single else 8) / (2 if given["storage"] == "condensed" else 1)
    refuse_too_large(len(codes), columns, given["largest"], bytes_each, "different sequences")
    mass = np.asarray(np.bincount(index, weights=prepared.weight, minlength=len(codes)), np.float64)
    return Work(method, codes, lengths, costs, mass, columns, single, given["norm"])


def _finish(work: Work, options: Options) -> Finish:
    """Return what is done to each block: nothing, or the norm."""
    if work.norm is None or work.method == "chi2":
        return lambda apart, rows, columns: apart
    scale = choose_scale(work.norm, work.method, work.costs, nu=options.nu, penalty=options.lambda_)

    def divide(apart: Numbers, rows: Whole, columns: Whole) -> Numbers:
        return scale.divide(apart, work.lengths[rows], work.lengths[columns])

    return divide


def _hash(prepared: Prepared) -> str:
    """Return the hash of the codes and the alphabet, which is all that distances know."""
    digest = hashlib.sha256("\n".join(prepared.states).encode())
    digest.update(np.ascontiguousarray(prepared.codes).tobytes())
    return digest.hexdigest()


def _data_notes(work: Work, prepared: Prepared) -> list[str]:
    notes = []
    empty = int((work.lengths == 0).sum())
    if empty:
        notes.append("Some sequences are empty: their distance is that of deleting all the other.")
    weighted = np.ptp(prepared.weight) > 0
    if work.costs.kind in FROM_DATA and work.method not in WITHOUT_COSTS:
        how = "weighted" if weighted else "unweighted"
        notes.append(f"Costs come from these sequences themselves, {how}: other data, other costs.")
    if work.method == "chi2" and weighted:
        notes.append("Mean shares of states, by which differences are divided, are weighted.")
    if work.norm is not None and len(np.unique(work.lengths)) > 1:
        better = "; norm='yujianbo' does" if work.method in ("om", "lcs") else ""
        if not (better and work.norm == "yujianbo"):
            notes.append(
                "Normalised distances of sequences of different lengths need not keep the triangle "
                f"inequality{better}."
            )
    return notes
