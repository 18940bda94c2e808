"""Time and memory of our kernel and its peers on the same data, once they are shown to agree.

Ratios are peer to ours. Time is CPU seconds of the process (threads included), the median of three
or more rounds A B A B, so that a slow moment of the machine falls on all. Memory is the peak above
the data and libraries, everyone in a process of its own (`benchmarks.memory`; peers in R:
`benchmarks.beside_r`). A peer that cannot be imported is named.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.beside_r import InR
from benchmarks.memory import MEASURED, peak_memory, times_as_much

Work = Callable[[str], None]


@dataclass
class Comparison:
    """One benchmark: seconds and memory of all, ratios to ours, how far they differ."""

    name: str
    size: str
    goal: str
    seconds: dict[str, float] = field(default_factory=dict)
    ratio: dict[str, float] = field(default_factory=dict)
    difference: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    memory_ratio: dict[str, float] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    note: str = ""


def compare(
    name: str,
    *,
    size: str,
    ours: Callable[[], Any],
    peers: Mapping[str, Callable[[], Any] | InR],
    difference: Callable[[Any, Any], float],
    tolerance: float,
    goal: str = "",
    rounds: int = 3,
    scale: Mapping[str, float] | None = None,
    absent: Mapping[str, str] | None = None,
    note: str = "",
) -> Comparison:
    """Check agreement, measure memory, then time everyone in turns and print one block.

    Parameters
    ----------
    ours, peers : callables
        Each returns its answer; the first call also warms up. Peers may be calls of R.
    difference : callable
        Largest difference between our answer and a peer's.
    tolerance : float
        A larger difference is an error: nobody is timed on another answer.
    scale : mapping, optional
        Factor for the time of a peer that runs on a part of the data only; the output says
        "scaled". Its memory is that of the part and gets no ratio.
    absent : mapping, optional
        Peers that cannot run here, and why.
    """
    made = Comparison(name, size, goal, absent=dict(absent or {}), note=note)
    factors = dict(scale or {})
    missing = {who: why for who, r in peers.items() if isinstance(r, InR) and (why := r.missing())}
    made.absent |= missing
    contenders = {who: work for who, work in peers.items() if who not in missing}
    answer, made.peak_mb["ours"] = _once(ours)
    for peer, work in contenders.items():
        theirs, made.peak_mb[peer] = _once(work)
        apart = float(difference(answer, theirs))
        made.difference[peer] = apart
        if not apart <= tolerance:
            raise AssertionError(f"{name}: differs from {peer} by {apart:g} (> {tolerance:g})")
        if peer not in factors:
            made.memory_ratio[peer] = times_as_much(made.peak_mb[peer], made.peak_mb["ours"])
    spent: dict[str, list[float]] = {who: [] for who in ("ours", *contenders)}
    for _ in range(rounds):
        for who, work in (("ours", ours), *contenders.items()):
            spent[who].append(_cpu_seconds(work) * factors.get(who, 1.0))
    made.seconds = {who: statistics.median(times) for who, times in spent.items()}
    made.ratio = {who: made.seconds[who] / made.seconds["ours"] for who in contenders}
    _print(made, factors)
    return made


def run(works: Mapping[str, Work], large: Mapping[str, Work] | None = None) -> None:
    """Run the comparisons that the command names; without names all but the large ones.

    Large ones take minutes and much memory: by name, or all of a file's by the word "large".
    """
    named = [word for word in sys.argv[1:] if not word.startswith("-")] or list(works)
    every = {**works, **(large or {})}
    for name in list(large or {}) if named == ["large"] else named:
        every[name](name)


def _once(work: Callable[[], Any] | InR) -> tuple[Any, float]:
    """Return an answer and the peak memory that it took [MB]; warm when it is measured."""
    if isinstance(work, InR):
        found = work.run(for_memory=True)
        return found.answer, found.peak_mb
    answer = work()
    return answer, peak_memory(work) if MEASURED else float("nan")


def _cpu_seconds(work: Callable[[], Any] | InR) -> float:
    """Return CPU seconds of one call; work too short to measure is repeated."""
    if isinstance(work, InR):
        return work.run().seconds
    repeats = 1
    while True:
        start = time.process_time()
        for _ in range(repeats):
            work()
        spent = time.process_time() - start
        if spent > 0.02 or repeats >= 1000:
            return spent / repeats
        repeats *= 10


def _print(made: Comparison, factors: Mapping[str, float]) -> None:
    if "--json" in sys.argv:
        print(json.dumps(asdict(made)))
        return
    print(f"{made.name}  {made.size}" + (f"  goal {made.goal}" if made.goal else ""))
    for who, seconds in made.seconds.items():
        line = f"  {who:28s} {seconds:10.5f} CPU s  peak {made.peak_mb[who]:8.1f} MB"
        if who in made.ratio:
            memory = f"{made.memory_ratio[who]:.1f}" if who in made.memory_ratio else "-"
            line += f"  ratio of time {made.ratio[who]:8.1f}, of memory {memory:>7s}"
            line += f"  largest difference {made.difference[who]:.1e}"
        print(line + ("  (time scaled up)" if who in factors else ""))
    for who, why in made.absent.items():
        print(f"  {who:28s} not run: {why}")
    if made.note:
        print(f"  {made.note}")
