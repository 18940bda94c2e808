"""Which kernel does the work: by method, by costs, and by what is installed."""

from __future__ import annotations

from dataclasses import dataclass

from skillsfc.transitions.distances.alignment import (
    Alignment,
    SpellAlignment,
    align_spells,
    align_states,
    align_warped,
)
from skillsfc.transitions.distances.arguments import ALIGNED, Options
from skillsfc.transitions.distances.chi_square import ShareDistances, list_intervals
from skillsfc.transitions.distances.diagonals import DiagonalAlignment
from skillsfc.transitions.distances.hamming import PositionCosts
from skillsfc.transitions.distances.kernels import Kernel
from skillsfc.transitions.distances.lcs_bits import WORD, BitAlignment
from skillsfc.transitions.distances.numba_kernels import (
    CompiledAlignment,
    CompiledBits,
    numba_is_there,
)
from skillsfc.transitions.distances.spell_batches import CompiledSpells, SpellBatches
from skillsfc.transitions.distances.substitution_costs import StateCosts
from skillsfc.transitions.records import Floats, Whole
from skillsfc.transitions.sequences.model import Codes

# Seconds that numpy takes for a cell of a pair's table, and for a word of bits; and the seconds
# from which numba is worth its import and compiling. Only the choice of the engine hangs on them.
SECONDS_A_CELL, SECONDS_A_WORD = 4e-9, 4e-9
WORTH_COMPILING = 3.0


@dataclass(frozen=True)
class Work:
    """What is to be compared.

    Parameters
    ----------
    method : str
        Method of distance.
    codes : array [different sequences, periods] of int8
        States; -1 after the end.
    lengths : array of int
        Periods of each.
    costs : StateCosts
        Costs between states.
    mass : array of float
        Sum of the weights of all who have the sequence.
    columns : int
        To how many each is compared.
    single : bool
        Single precision is good enough.
    norm : str, optional
        Norm asked for.
    """

    method: str
    codes: Codes
    lengths: Whole
    costs: StateCosts
    mass: Floats
    columns: int
    single: bool
    norm: str | None


def choose_kernel(work: Work, options: Options, engine: str) -> tuple[Kernel, str]:
    """Return the kernel, and the engine it runs on."""
    if work.method in ("ham", "dhd"):
        substitution = work.costs.substitution
        return PositionCosts(work.codes, substitution, single=work.single), "numpy"
    if work.method == "chi2":
        intervals = list_intervals(work.codes.shape[1], options.interval, options.overlap)
        size = len(work.costs.states)
        norm = work.norm is not None
        return ShareDistances(work.codes, work.mass, size, intervals, norm=norm), "numpy"
    task = make_alignment(work, options)
    value = task.common_value()
    if engine == "auto":
        large = seconds_of(task, work.columns, value is not None) > WORTH_COMPILING
        engine = "numba" if large and numba_is_there() else "numpy"
    if value is not None:
        bits = CompiledBits if engine == "numba" else BitAlignment
        return bits(task, value), engine
    if isinstance(task, SpellAlignment):
        spells = CompiledSpells if engine == "numba" else SpellBatches
        return spells(task, single=work.single), engine
    full = CompiledAlignment if engine == "numba" else DiagonalAlignment
    return full(task, single=work.single), engine


def make_alignment(work: Work, options: Options) -> Alignment:
    """Return the alignment that a method stands for."""
    assert work.method in ALIGNED  # noqa: S101 - callers have checked
    if work.method == "omspell":
        return align_spells(work.codes, work.costs, expansion=options.expcost, power=options.tpow)
    if work.method == "twed":
        return align_warped(work.codes, work.costs, nu=options.nu, penalty=options.lambda_)
    return align_states(work.codes, work.costs)


def seconds_of(task: Alignment, columns: int, bits: bool) -> float:
    """Return about how long numpy would take [seconds]."""
    rows = len(task.lengths)
    total, mean = float(task.lengths.sum()), float(task.lengths.mean())
    share = 0.5 if columns == rows else 1.0
    if bits:
        words = -(-int(task.lengths.max(initial=0)) // WORD)
        return share * total * columns * words * SECONDS_A_WORD
    return share * total * columns * mean * SECONDS_A_CELL
