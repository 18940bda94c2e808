"""Where a run happens and how its result appears: staging folder, lock, state, publishing.

Every run has a folder ``.runs/<id>/`` on the file system of its target. Only a finished report
is moved to the target, in one step, so that a reader finds the old report or the new one, whole.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skillsfc.errors import Problem, ReportError

RUNS = ".runs"
STATE = "state.json"
KEPT_FAILURES = 5  # failed runs of one target kept for diagnosis; older ones go
GUARD_SECONDS = 10.0  # a lock takeover takes milliseconds; an older guard belongs to a dead process
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # Linux renameat2(2)


@dataclass(frozen=True)
class Stage:
    """The folder of one run.

    Parameters
    ----------
    root : Path
        Folder of all reports.
    target : Path
        Where the report will be published, below ``root``.
    folder : Path
        ``root/.runs/<id>``; the kernel works in ``work/`` and the report is put together in
        ``report/``.
    """

    root: Path
    target: Path
    folder: Path

    @property
    def work(self) -> Path:
        """Working directory of the kernel."""
        return self.folder / "work"

    @property
    def report(self) -> Path:
        """The report before it is published."""
        return self.folder / "report"

    def note(self, status: str, **more: Any) -> None:
        """Record the state of the run: queued, running, passed, failed or interrupted."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        path = self.folder / STATE
        state = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"history": []}
        state.update(status=status, target=str(self.target), pid=os.getpid(), **more)
        state["history"].append([status, now])
        write_whole(path, json.dumps(state, indent=2, ensure_ascii=False, default=str))


def open_stage(root: Path, target: Path) -> Stage:
    """Make the folder of a new run, or say why it cannot be made."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    label = "-".join(target.relative_to(root).parts)
    folder = root / RUNS / f"{stamp}-{label[:80]}-{uuid.uuid4().hex[:8]}"
    stage = Stage(root, target, folder)
    try:
        for made in (stage.work, stage.report):
            made.mkdir(parents=True)
        stage.note("queued")
    except OSError as error:
        raise ReportError("report folder", [disk_problem(root, error)]) from error
    return stage


def disk_problem(root: Path, error: OSError) -> Problem:
    """Return what the disk refused, with the room that is left on it."""
    free = ""
    with suppress(OSError):
        near = next(p for p in (root, *root.parents) if p.exists())
        free = f"; {shutil.disk_usage(near).free / 1e6:.0f} MB free"
    return Problem(
        str(error.filename or root), f"{error.strerror or error}{free}", "a folder to write into"
    )


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Hold the target's lock, or raise ReportError naming who holds it.

    A lock whose process is gone, or whose process number now belongs to another one, is taken over.
    """
    name = "-".join(stage.target.relative_to(stage.root).parts)
    path = stage.root / RUNS / f"{name}.lock"
    mine = {
        "pid": os.getpid(),
        "started": process_start(os.getpid()),
        "host": platform.node(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": stage.folder.name,
    }
    text = json.dumps(mine)
    if not _create(path, text) and not _take_over(path, text):
        raise ReportError(f"report {name}", [_locked_problem(path)])
    try:
        yield
    finally:
        # Only our own: after a takeover the file may be another run's.
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            path.unlink()


def _create(path: Path, text: str) -> bool:
    """Make a file that nobody has made before, with its text inside from the first moment."""
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    draft.write_text(text, encoding="utf-8")
    try:
        os.link(draft, path)  # like O_EXCL, but never visible while still empty
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    finally:
        draft.unlink()
    return True


def _take_over(path: Path, text: str) -> bool:
    """Replace a dead process's lock; a guard file lets only one process at a time do so."""
    guard = path.with_name(f"{path.name}.guard")
    with suppress(OSError):
        if time.time() - guard.stat().st_mtime > GUARD_SECONDS:
            guard.unlink()
    if not _create(guard, text):
        return False
    try:
        with suppress(FileNotFoundError):
            if _alive(path.read_text(encoding="utf-8")):
                return False
            # A dead lock changes only under the guard, so this is still the one just read.
            path.unlink()
        # Never written over: a run may have locked the target the moment it was free.
        return _create(path, text)
    finally:
        guard.unlink(missing_ok=True)


def _alive(written: str) -> bool:
    """Return whether the process that wrote this lock still runs; in doubt it does."""
    try:
        lock = json.loads(written)
        pid, started, host = int(lock["pid"]), lock["started"], lock["host"]
    except (ValueError, KeyError, TypeError):
        return False  # not a lock that any run of ours wrote
    if host != platform.node():
        return True
    return process_exists(pid) and (started is None or process_start(pid) in (None, started))


def _locked_problem(path: Path) -> Problem:
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        found = f"locked by pid {lock['pid']} on {lock['host']} since {lock['since']}"
    except (OSError, ValueError, KeyError):
        found = "locked by another run"
    step = f"Wait for it to end. If it is not running, delete {path}."
    return Problem("lock", found, "one run at a time for one report", next_step=step)


def process_exists(pid: int) -> bool:
    """Return whether a process with this number is there."""
    if sys.platform == "win32":
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def process_start(pid: int) -> str | None:
    """Return when a process started, in the system's own count; None where it does not say."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()[19]  # field 22; the name before ')' may hold spaces


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part."""
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def publish(stage: Stage) -> None:
    """Move the finished report to its target; the old report stays whole until that moment."""
    for path in stage.report.rglob("*"):
        _sync(path)
    _sync(stage.report)
    stage.target.parent.mkdir(parents=True, exist_ok=True)
    if not stage.target.exists():
        stage.report.rename(stage.target)
    elif not _exchange(stage.report, stage.target):
        aside = stage.folder / "previous"
        stage.target.rename(aside)
        try:
            stage.report.rename(stage.target)
        except BaseException:
            aside.rename(stage.target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    _sync(stage.target.parent)


def _exchange(new: Path, old: Path) -> bool:
    """Swap two folders in one step where the system can (Linux); return whether it did."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done = rename(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(old), RENAME_EXCHANGE)
    return bool(done == 0)


def _sync(path: Path) -> None:
    flags = os.O_RDONLY
    with suppress(OSError):  # folders cannot be opened on Windows; some file systems cannot sync
        handle = os.open(path, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def recover(stage: Stage) -> None:
    """Put back a report that a killed run had set aside, before starting anew. Needs the lock."""
    if stage.target.exists():
        return
    for run in _runs_of(stage):
        if (run / "previous").is_dir():
            stage.target.parent.mkdir(parents=True, exist_ok=True)
            (run / "previous").rename(stage.target)
            return


def _runs_of(stage: Stage) -> list[Path]:
    """Return the folders of earlier runs for the same target, newest first."""
    found = []
    for path in (stage.root / RUNS).glob(f"*/{STATE}"):
        with suppress(OSError, ValueError):
            same = json.loads(path.read_text(encoding="utf-8")).get("target") == str(stage.target)
            if same and path.parent != stage.folder:
                found.append(path.parent)
    return sorted(found, reverse=True)


def tidy(stage: Stage, *, passed: bool) -> None:
    """Drop what earlier runs of the target left: all of it after a success, else all but a few."""
    for run in _runs_of(stage)[0 if passed else KEPT_FAILURES :]:
        shutil.rmtree(run, ignore_errors=True)
    if passed:
        for left in (stage.work, stage.report, stage.folder / "previous"):
            shutil.rmtree(left, ignore_errors=True)
        (stage.folder / "brief.ipynb").unlink(missing_ok=True)
