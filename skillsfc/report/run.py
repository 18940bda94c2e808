"""`run_report`: one notebook with its parameters becomes one report, or nothing changes.

The run is strict. Parameters are checked before anything starts, the notebook runs in a folder of
its own, success is judged here, and the report appears in one step. Whatever goes wrong, the last
good report stays as it was.
"""

from __future__ import annotations

import json
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from skillsfc.errors import ParameterError, Problem, ReportError
from skillsfc.report import execute, staging
from skillsfc.report.parameter_values import Value, is_file
from skillsfc.report.plan import TIMEOUT, Plan, make_plan
from skillsfc.report.products import MARKER, OWN_FILES, read_manifest
from skillsfc.report.provenance import fingerprint
from skillsfc.report.verdict import judge, was_lost


class KernelLost(ReportError):  # noqa: N818  named for what happened
    """The kernel died or never started; a second try may succeed."""


class Stopped(ReportError):  # noqa: N818  named for what happened
    """Somebody asked for the end of the run."""


@dataclass(frozen=True)
class Report:
    """A published report.

    Parameters
    ----------
    folder : Path
        Where it lies.
    parameters : mapping
        What it was run with, defaults included.
    seconds : float
        How long it took [s].
    files : tuple of str
        Its files, relative to the folder.
    status : str
        ``passed``, or ``reused`` where a batch found an identical report.
    """

    folder: Path
    parameters: Mapping[str, Value]
    seconds: float
    files: tuple[str, ...]
    status: str = "passed"

    @property
    def page(self) -> Path:
        """The page to open in a browser."""
        return self.folder / "brief.html"


def run_report(
    notebook: str | Path = "90_country_brief",
    *,
    output: str | Path | None = None,
    timeout: float = TIMEOUT,
    **parameters: Any,
) -> Report:
    """Run a notebook with parameters and publish its report.

    Use it for one report; `run_batch` makes many. Nothing is published unless every cell ran
    without an error to the end of the notebook.

    Parameters
    ----------
    notebook : str or Path
        Name of a shipped notebook, such as ``"90_country_brief"``, or a local ``.ipynb`` file.
    output : str or Path, optional
        Folder of all reports; ``reports/`` here by default. The report is published as
        ``<output>/<country>/<run>/``, where the run is the notebook's name and whatever
        parameters differ from its defaults, so that a different question never overwrites it.
    timeout : float
        Seconds that the notebook may take [s].
    **parameters
        The notebook's own parameters, as its cell tagged ``parameters`` declares them.

    Returns
    -------
    Report
        Folder, parameters, seconds and files: ``brief.html``, ``brief.ipynb``, ``workbook.xlsx``,
        ``tables/*.csv``, ``figures/*.svg`` and ``.png``, ``provenance.json``.

    Raises
    ------
    ParameterError
        If the notebook is not there, or parameters are unknown, missing, ill-typed or out of
        range: all of them in one message, before anything runs.
    ReportError
        If the notebook did not run to its end, another run holds the report's lock, or the
        report cannot be written. The last good report is untouched; the message says where the
        failed notebook lies.

    Examples
    --------
    >>> import skillsfc as sf
    >>> report = sf.run_report("90_country_brief", country="MAR")  # doctest: +SKIP
    >>> report.page.name  # doctest: +SKIP
    'brief.html'
    """
    plan = make_plan(notebook, parameters, output=output, timeout=timeout)
    return carry_out(plan)


def carry_out(plan: Plan, register: execute.Register | None = None) -> Report:
    """Run a checked plan to its published report; see `run_report`.

    The register holds the execution while it runs, so that a batch can stop it.
    """
    started = time.monotonic()
    stage = staging.open_stage(plan.root, plan.target)
    try:
        with staging.locked(stage):
            staging.recover(stage)
            files = _run_staged(plan, stage, register or execute.Register())
        seconds = round(time.monotonic() - started, 2)
        stage.note("passed", seconds=seconds)
        staging.tidy(stage, passed=True)
    except ReportError as error:
        status = "interrupted" if isinstance(error, Stopped) else "failed"
        _note_failure(stage, status, str(error))
        raise
    except OSError as error:
        _note_failure(stage, "failed", str(error))
        raise ReportError(
            f"report {_name(plan)}", [staging.disk_problem(plan.root, error), _kept(stage)]
        ) from error
    except Exception as error:  # a fault of this library's own: still named, still recorded
        found = f"{type(error).__name__}: {error}"
        _note_failure(stage, "failed", found)
        problem = Problem("putting the report together", found, "no error")
        raise ReportError(f"report {_name(plan)}", [problem, _kept(stage)]) from error
    except BaseException as error:
        _note_failure(stage, "interrupted", f"{type(error).__name__}: {error}")
        raise
    return Report(plan.target, dict(plan.parameters), seconds, files)


def _note_failure(stage: staging.Stage, status: str, reason: str) -> None:
    """Record the end of a run; a full disk must not hide the reason behind a second error."""
    try:
        stage.note(status, reason=reason)
        staging.tidy(stage, passed=False)
    except OSError:
        shutil.rmtree(stage.report, ignore_errors=True)


def _run_staged(plan: Plan, stage: staging.Stage, register: execute.Register) -> tuple[str, ...]:
    from skillsfc.report.documents import assemble

    began = datetime.now(UTC)
    stage.note("running", notebook=plan.notebook.name, parameters=dict(plan.parameters))
    staging.write_whole(stage.work / MARKER, json.dumps({"run": stage.folder.name, "format": 1}))
    mark = fingerprint(plan.notebook, plan.parameters)
    values = bring_files(plan.parameters, stage.work)
    run = execute.Execution(
        plan.notebook, stage.folder / "brief.ipynb", stage.work, values, plan.timeout,
        one_thread=plan.one_thread, nursery=register.nursery,
    )  # fmt: skip
    supervise(run, register)
    if isinstance(run.failure, ParameterError):
        raise ReportError(f"report {_name(plan)}", run.failure.problems)
    if problems := judge(run):
        kind = KernelLost if was_lost(run) else ReportError
        kind = Stopped if run.stopped.is_set() else kind
        raise kind(f"report {_name(plan)}", [*problems, _kept(stage)])
    manifest = read_manifest(stage.work)
    assemble(plan.notebook, values, mark, stage, manifest, began=began)
    staging.publish(stage)
    found = plan.target.rglob("*")
    return tuple(sorted(p.relative_to(plan.target).as_posix() for p in found if p.is_file()))


def bring_files(parameters: Mapping[str, Value], work: Path) -> dict[str, Value]:
    """Copy the user's own files to where the notebook runs; return the parameters that say so.

    The report then names no folder of the machine that it was made on.
    """
    brought = dict(parameters)
    for name, value in parameters.items():
        if is_file(name) and value:
            source = Path(str(value))
            folder = work / OWN_FILES / name
            folder.mkdir(parents=True)
            shutil.copyfile(source, folder / source.name)
            brought[name] = f"{OWN_FILES}/{name}/{source.name}"
    return brought


def _name(plan: Plan) -> str:
    return "/".join(plan.target.relative_to(plan.root).parts)


def _kept(stage: staging.Stage) -> Problem:
    return Problem(
        "published", "nothing; the last good report is untouched",
        next_step=f"The failed notebook is {stage.folder / 'brief.ipynb'}",
    )  # fmt: skip


def supervise(run: execute.Execution, register: execute.Register) -> None:
    """Run in a thread and wait, so that an interrupt ends the kernel before it is passed on."""
    worker = threading.Thread(target=run.run, daemon=True)
    register.add(run)
    try:
        with terminate_as_interrupt():
            worker.start()
            try:
                while worker.is_alive():
                    worker.join(0.2)
            except BaseException:
                run.stop()
                worker.join(30)
                raise
    finally:
        register.remove(run)


@contextmanager
def terminate_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does; only where the program has no handler of its own."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(f"signal {number}")

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
