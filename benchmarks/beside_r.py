"""A peer in R: the same numbers, a call, its CPU seconds and its peak memory, in a process of R.

R reads the columns as binary numbers into a data frame `d`, loads packages, makes ready what the
peer likes best and runs the call on the first rows, so that R has compiled and loaded it. None of
that is counted. Then comes the call on all rows. Memory is measured as in `benchmarks.memory`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": str(2**16)}  # [bytes]
SCRIPT = """
words <- commandArgs(TRUE); folder <- words[1]; rows <- as.integer(words[2])
column <- function(name) readBin(file.path(folder, name), "double", rows)
d <- as.data.frame(sapply(words[-(1:2)], column, simplify = FALSE))
suppressMessages(library({package}))
{before}
work <- function(d) {call}
linux <- file.exists("/proc/self/clear_refs")
held <- function(name) {{
  if (!linux) return(NA)
  text <- grep(name, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", text)) / 1024
}}
warm <- suppressWarnings(try(work(head(d, 600)), silent = TRUE)); rm(warm)
invisible(gc())
if (linux) cat("5", file = "/proc/self/clear_refs")
resident <- held("VmRSS"); files <- held("RssFile")
spent <- system.time(f <- work(d), gcFirst = FALSE)
peak <- held("VmHWM") - resident - (held("RssFile") - files)
cat(sum(spent[1:2]), peak, "")
cat(sprintf("%.17g", {answer}))
"""


@dataclass(frozen=True)
class Measured:
    """What R made of the call: its answer, CPU seconds and peak memory above the data's [MB]."""

    answer: np.ndarray
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class InR:
    """A call of an R package on columns that it gets as the data frame `d`.

    Parameters
    ----------
    columns : mapping
        Numbers of equal length by name.
    package : str
        Its package; where it is not installed, that is said.
    call, answer : str
        R expressions: the call on `d`, and the vector of numbers in what it returned (`f`).
    before : str
        R statements that shape `d` or make constants; not counted.
    """

    columns: Mapping[str, np.ndarray]
    package: str
    call: str
    answer: str
    before: str = ""

    def missing(self) -> str:
        """Return why it cannot run here, or nothing."""
        return _missing(self.package)

    def run(self, *, for_memory: bool = False) -> Measured:
        """Run it in a new process of R.

        For the memory, what R frees goes back to the system at once (`GIVE_BACK`): R could not
        trim it as we do. That costs it time, so the seconds are those of another run.
        """
        script = SCRIPT.format(
            package=self.package, before=self.before, call=self.call, answer=self.answer
        )
        rows = len(next(iter(self.columns.values())))
        with tempfile.TemporaryDirectory() as folder:
            for name, values in self.columns.items():
                np.asarray(values, dtype=np.float64).tofile(Path(folder) / name)
            words = ["Rscript", "-e", script, folder, str(rows), *self.columns]
            made = subprocess.run(words, capture_output=True, text=True,
                                  env=os.environ | (GIVE_BACK if for_memory else {}))  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"R stopped: {made.stderr.strip()[-400:]}")
        seconds, peak, *answer = (float("nan" if n == "NA" else n) for n in made.stdout.split())
        return Measured(np.array(answer), seconds, peak)


@cache
def _missing(package: str) -> str:
    if shutil.which("Rscript") is None:
        return "no Rscript here"
    asked = f"cat(requireNamespace('{package}', quietly = TRUE))"
    made = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True)
    return "" if made.stdout == "TRUE" else f"R has no package {package}"
