"""Time our kernel and its peers on the same data, in turns, after they have been shown to agree.

Ratios are of process CPU seconds (threads included), the median of three or more rounds A B A B,
so that a slow moment of the machine falls on all. A peer that cannot be imported is named.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Work = Callable[[str], None]


@dataclass
class Comparison:
    """One benchmark: seconds of every contender, ratios to ours, and how far they differ."""

    name: str
    size: str
    goal: str
    seconds: dict[str, float] = field(default_factory=dict)
    ratio: dict[str, float] = field(default_factory=dict)
    difference: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    note: str = ""


def compare(
    name: str,
    *,
    size: str,
    ours: Callable[[], Any],
    peers: Mapping[str, Callable[[], Any]],
    difference: Callable[[Any, Any], float],
    tolerance: float,
    goal: str = "",
    rounds: int = 3,
    scale: Mapping[str, float] | None = None,
    absent: Mapping[str, str] | None = None,
    note: str = "",
) -> Comparison:
    """Check agreement, then time everyone in turns and print one block.

    Parameters
    ----------
    ours, peers : callables
        Each returns its answer; the first call also warms up.
    difference : callable
        Largest difference between our answer and a peer's.
    tolerance : float
        A larger difference is an error: nobody is timed on another answer.
    scale : mapping, optional
        Factor for a peer that runs on a part of the data only; the output says "scaled".
    absent : mapping, optional
        Peers that cannot run here, and why.
    """
    made = Comparison(name, size, goal, absent=dict(absent or {}), note=note)
    factors = dict(scale or {})
    answer = _remembering(made, "ours", ours)
    for peer, work in peers.items():
        apart = float(difference(answer, _remembering(made, peer, work)))
        made.difference[peer] = apart
        if not apart <= tolerance:
            raise AssertionError(f"{name}: differs from {peer} by {apart:g} (> {tolerance:g})")
    spent: dict[str, list[float]] = {who: [] for who in ("ours", *peers)}
    for _ in range(rounds):
        for who, work in (("ours", ours), *peers.items()):
            spent[who].append(_cpu_seconds(work) * factors.get(who, 1.0))
    made.seconds = {who: statistics.median(times) for who, times in spent.items()}
    made.ratio = {who: made.seconds[who] / made.seconds["ours"] for who in peers}
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


def _remembering(made: Comparison, who: str, work: Callable[[], Any]) -> Any:
    tracemalloc.start()
    answer = work()
    made.peak_mb[who] = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return answer


def _cpu_seconds(work: Callable[[], Any]) -> float:
    """Return CPU seconds of one call; work too short to measure is repeated."""
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
            line += f"  ratio {made.ratio[who]:8.1f}  largest difference {made.difference[who]:.1e}"
        print(line + ("  (scaled up)" if who in factors else ""))
    for who, why in made.absent.items():
        print(f"  {who:28s} not run: {why}")
    if made.note:
        print(f"  {made.note}")
