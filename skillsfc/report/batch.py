"""`run_batch`: one notebook for many countries and parameters, a status for each of them.

The file says what; this module runs it. Several kernels run side by side under one Python
process. A country that fails fails alone, and the index shows it; a country whose code, data and
parameters have not changed since its last good report is not run again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from skillsfc.errors import ParameterError, Problem, SkillsfcError
from skillsfc.report import provenance
from skillsfc.report.batch_file import Order, find_batch_file, read_order
from skillsfc.report.execute import Register
from skillsfc.report.parameters import read_parameters
from skillsfc.report.plan import Plan, find_notebook, make_plan, output_folder
from skillsfc.report.preloaded import Nursery
from skillsfc.report.run import KernelLost, Stopped, carry_out, terminate_as_interrupt

COLUMNS = ["country", "run", "status", "seconds", "reason", "folder"]
MOST_WORKERS = 32


@dataclass(frozen=True, eq=False)
class Batch:
    """A finished batch.

    Parameters
    ----------
    table : DataFrame
        One row a report: ``country, run, status, seconds, reason, folder``; status is ``passed``,
        ``reused``, ``failed`` or ``interrupted``.
    root : Path
        Folder of all reports.
    seconds : float
        How long it took [s].
    """

    table: pd.DataFrame
    root: Path
    seconds: float

    @property
    def failed(self) -> pd.DataFrame:
        """The rows that have no report of this batch."""
        return self.table[~self.table["status"].isin(["passed", "reused"])]

    @property
    def index(self) -> Path:
        """The page that links all reports."""
        return self.root / "index.html"


def run_batch(
    path: str | Path = "reports/batch.yml",
    *,
    workers: int = 2,
    resume: bool = True,
    output: str | Path | None = None,
) -> Batch:
    """Make the reports that a batch file lists and an index page of them.

    Parameters
    ----------
    path : str or Path
        YAML file with ``notebook``, ``countries`` (``all``, ``etf``, ``ilo_norway`` or a list of
        codes), ``parameters`` (a value, or a list of values to be crossed) and ``timeout`` [s].
        Its values are read as the notebook declares them, so a code ``NO`` is never a False.
    workers : int
        Notebooks that run at a time [1-32].
    resume : bool
        Keep a report whose files are intact and whose fingerprint (code, notebook, parameters,
        data, package versions) is that of today's run; it counts as ``reused``.
    output : str or Path, optional
        Folder of all reports; ``reports/`` here by default.

    Returns
    -------
    Batch
        With a row for every report. ``index.html``, ``batch.json`` and ``status.csv`` lie in the
        folder of reports.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ParameterError
        If it asks for something unknown: all of it in one message, before anything runs.

    Examples
    --------
    >>> import skillsfc as sf
    >>> made = sf.run_batch("reports/batch.yml", workers=2)  # doctest: +SKIP
    >>> made.table["status"].value_counts()  # doctest: +SKIP
    """
    if type(workers) is not int or not 1 <= workers <= MOST_WORKERS:
        found = Problem("workers", repr(workers), f"a whole number from 1 to {MOST_WORKERS}")
        raise ParameterError("run_batch", [found])
    began = time.monotonic()
    order = read_order(find_batch_file(path))
    root = output_folder(output)
    plans = make_plans(order, root, one_thread=workers > 1)
    rows: dict[int, dict[str, Any]] = {}
    try:
        with terminate_as_interrupt():
            _run_all(plans, rows, workers=workers, resume=resume)
    finally:
        for at, plan in enumerate(plans):
            rows.setdefault(at, _row(plan, "interrupted", reason="not run: the batch was stopped"))
        table = pd.DataFrame([rows[at] for at in range(len(plans))], columns=COLUMNS)
        batch = Batch(table, root, round(time.monotonic() - began, 2))
        from skillsfc.report.index import write_index

        write_index(batch)
    return batch


def make_plans(order: Order, root: Path, *, one_thread: bool) -> list[Plan]:
    """Check every report of an order; raise once with all problems, each said once."""
    notebook = find_notebook(order.notebook)
    declared = {parameter.name for parameter in read_parameters(notebook)}
    plans: list[Plan] = []
    problems: dict[str, Problem | str] = {}
    for given in order.runs:
        try:
            plan = make_plan(
                notebook,
                given,
                output=root,
                timeout=order.timeout,
                text=True,
                one_thread=one_thread,
            )
        except SkillsfcError as error:
            problems.update({str(problem): problem for problem in error.problems})
            continue
        if plan.target not in {other.target for other in plans}:
            plans.append(plan)
    if problems:
        raise ParameterError(f"batch of {notebook.stem}", list(problems.values()))
    if "country" in declared:
        plans.sort(key=lambda plan: str(plan.target))
    return plans


def _row(plan: Plan, status: str, seconds: float = 0.0, reason: str = "") -> dict[str, Any]:
    return {
        "country": str(plan.parameters.get("country") or ""),
        "run": plan.target.name,
        "status": status,
        "seconds": seconds,
        "reason": reason,
        "folder": plan.target.relative_to(plan.root).as_posix(),
    }


def _run_all(
    plans: list[Plan], rows: dict[int, dict[str, Any]], *, workers: int, resume: bool
) -> None:
    """Run the plans, as many at a time as there are workers; end them all on an interrupt."""
    from tqdm import tqdm

    with (
        closing(Nursery()) as nursery,
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=len(plans), unit="report", disable=None) as bar,
    ):
        register = Register(nursery if len(plans) > 1 else None)
        waiting = {
            pool.submit(_one, plan, resume=resume, register=register): at
            for at, plan in enumerate(plans)
        }
        try:
            _collect(waiting, rows, lambda row: _advance(bar, row))
        except BaseException:
            register.stop()
            kept = {future: at for future, at in waiting.items() if not future.cancel()}
            _collect(kept, rows, lambda row: None)
            raise


def _collect(
    waiting: Mapping[Future[dict[str, Any]], int],
    rows: dict[int, dict[str, Any]],
    told: Callable[[dict[str, Any]], None],
) -> None:
    left = set(waiting)
    while left:
        # In short waits, so that a signal is noticed on every system.
        done, left = wait(left, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in done:
            rows[waiting[future]] = future.result()
            told(rows[waiting[future]])


def _advance(bar: Any, row: Mapping[str, Any]) -> None:
    bar.update()
    bar.set_postfix_str(f"{row['country'] or row['run']} {row['status']}")


def _one(plan: Plan, *, resume: bool, register: Register) -> dict[str, Any]:
    """Make one report and return its row, whatever happens to it."""
    began = time.monotonic()
    status, reason = "passed", ""
    try:
        if resume and is_current(plan):
            status = "reused"
        else:
            _with_second_try(plan, register)
    except Stopped:
        status, reason = "interrupted", "the batch was stopped"
    except SkillsfcError as error:
        status, reason = "failed", " ".join(map(str, error.problems)) or str(error)
    except Exception as error:  # one report's fault must not end the others
        status, reason = "failed", f"{type(error).__name__}: {error}"
    reason = reason.replace(str(plan.root) + os.sep, "")
    return _row(plan, status, round(time.monotonic() - began, 2), reason)


def _with_second_try(plan: Plan, register: Register) -> None:
    """Run a plan; once more when its kernel was lost, which is the machine's fault, not its own."""
    try:
        carry_out(plan, register)
    except KernelLost:
        carry_out(plan, register)


def is_current(plan: Plan) -> bool:
    """Return whether the published report is intact and is what a run would make today."""
    about = provenance.read_provenance(plan.target)
    if about.get("fingerprint") != provenance.fingerprint(plan.notebook, plan.parameters):
        return False
    return provenance.is_intact(plan.target, about)
