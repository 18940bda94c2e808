"""Peak memory of one call: how far it lifts a process that has read its data and libraries.

The call runs in a process of its own, a copy of this one made by `fork`: it holds the same data and
libraries, and what it takes is resident memory as Linux counts it, so memory of C, C++ and compiled
code counts as that of Python does. Before the call the copy gives back what it no longer uses and
puts its high-water mark down to what it holds (a mark is otherwise the highest since the process
began, and `ru_maxrss` of a new process may be its parent's). Pages of library files that are read
again are left out. A table or array that the call returns counts. A library that keeps what it
frees in a pool of its own (duckdb does) may seem to take less than it did in its first call.
"""

from __future__ import annotations

import ctypes
import gc
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

STATUS, MARK = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEASURED = MARK.exists()  # on Linux only
LEAST = 1.0  # [MB]: less is lost among pages of memory and what the interpreter does on its own


def peak_memory(work: Callable[[], Any]) -> float:
    """Return the highest resident memory during a call above that before it [MB of 2^20 bytes]."""
    reader, writer = os.pipe()
    copy = os.fork()
    if not copy:
        try:
            os.write(writer, str(_rise(work)).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)  # nothing of the copy's own end may run: the files are the parent's
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(copy, 0)
    if not text:
        raise RuntimeError(f"the process that measures memory ended early, with status {status}")
    return float(text)


def times_as_much(theirs: float, ours: float) -> float:
    """Return the ratio of two peaks; what is too small to be told apart counts as 1 MB."""
    return max(theirs, LEAST) / max(ours, LEAST)


def _rise(work: Callable[[], Any]) -> float:
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
    if trim is not None:
        trim(0)
    MARK.write_text("5")
    before = _held()
    made = work()  # held until the mark is read
    after = _held()
    del made
    return after["VmHWM"] - before["VmRSS"] - (after["RssFile"] - before["RssFile"])


def _held() -> dict[str, float]:
    """Return what /proc tells about the memory of this process [MB]."""
    rows = [line.split() for line in STATUS.read_text().splitlines()]
    return {row[0].rstrip(":"): int(row[1]) / 1024 for row in rows if row[-1:] == ["kB"]}
