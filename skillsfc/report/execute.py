"""Run a notebook in a kernel of its own and judge what came out.

papermill injects the parameters and drives the kernel. Its verdict is not used: a kernel that is
killed, or that leaves with ``sys.exit(0)``, can look complete to it.
"""

from __future__ import annotations

import copy
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from skillsfc.errors import ParameterError, Problem
from skillsfc.report.parameter_values import Value
from skillsfc.report.preloaded import Nursery

HIDDEN_TAG = "skillsfc-hidden"
BANNED_TAG = "raises-exception"
START_SECONDS = 120  # a cold kernel on a busy machine; a kernel that needs more is lost
LONGEST_SOCKET = 80  # [bytes] of a unix socket's path; systems allow about 100


@dataclass
class Execution:
    """One notebook run: what it needs, and how it ended.

    Parameters
    ----------
    source, output : Path
        The notebook, and where the executed one is saved (inside ``work``).
    work : Path
        Working directory of the kernel.
    values : mapping
        Checked parameters.
    timeout : float
        Seconds that the whole run may take.
    one_thread : bool
        Keep numerical libraries to one thread each, when several kernels run side by side.
    nursery : Nursery, optional
        Where kernels with their imports behind them come from; cold ones without it.
    """

    source: Path
    output: Path
    work: Path
    values: Mapping[str, Value]
    timeout: float
    one_thread: bool = False
    nursery: Nursery | None = None
    token: str = field(default_factory=lambda: f"skillsfc end {uuid.uuid4().hex}")
    failure: BaseException | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    _processes: list[Any] = field(default_factory=list)

    def run(self) -> None:
        """Run to the end or to the first failure, which is kept rather than raised."""
        sockets = Path(tempfile.mkdtemp(prefix="sfc"))
        try:
            self._papermill(sockets)
        except BaseException as error:
            self.failure = error
        finally:
            self._kill()
            shutil.rmtree(sockets, ignore_errors=True)

    def stop(self) -> None:
        """End the kernel now; `run` then returns soon after. Safe from any thread."""
        self.stopped.set()
        self._kill()

    def _papermill(self, sockets: Path) -> None:
        from papermill import execute_notebook

        deadline = time.monotonic() + self.timeout
        # papermill fills braces in paths from the parameters; ours are to be taken as they are.
        output = str(self.output).replace("{", "{{").replace("}", "}}")
        prepared = self.work / "prepared.ipynb"
        prepare(self.source, prepared, self.token)
        execute_notebook(
            str(prepared).replace("{", "{{").replace("}", "}}"),
            output,
            parameters=dict(self.values),
            kernel_name="python3",
            progress_bar=False,
            start_timeout=START_SECONDS,
            timeout_func=lambda cell: max(1, int(deadline - time.monotonic())),
            kernel_manager_class=self._manager(sockets),
        )

    def _manager(self, sockets: Path) -> type:
        """Return a kernel manager for this run: own interpreter, folder, environment, transport."""
        from jupyter_client.manager import AsyncKernelManager

        execution = self

        class Manager(AsyncKernelManager):  # type: ignore[misc]
            def __init__(self, **options: Any) -> None:
                super().__init__(**options)
                if use_ipc(sockets):
                    self.transport, self.ip = "ipc", str(sockets / "k")

            def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
                # A kernel spec called python3 may belong to another environment.
                start = [sys.executable, "-m", "ipykernel_launcher", "-f", self.connection_file]
                return [*start, *(extra_arguments or [])]

            async def start_kernel(self, **options: Any) -> None:
                if execution.stopped.is_set():
                    raise InterruptedError("stopped before the kernel started")
                options["cwd"] = str(execution.work)
                options["env"] = kernel_environment(sockets, one_thread=execution.one_thread)
                await super().start_kernel(**options)
                execution._processes.append(self.provisioner.process)
                if execution.stopped.is_set():
                    execution._kill()

            async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
                # The place that jupyter_client names for launching a kernel in another way.
                if execution.nursery is not None:
                    cold = self.provisioner.launch_kernel
                    forked = partial(launch_forked, self, execution.nursery, cold)
                    self.provisioner.launch_kernel = forked
                await super()._async_launch_kernel(kernel_cmd, **options)

        return Manager

    def _kill(self) -> None:
        for process in self._processes:
            if process is not None and process.poll() is None:
                with suppress(OSError):
                    if sys.platform == "win32":
                        process.kill()
                    else:  # the kernel leads a process group of its own
                        os.killpg(process.pid, signal.SIGKILL)


async def launch_forked(
    manager: Any, nursery: Nursery, cold: Any, command: list[str], **options: Any
) -> Any:
    """Launch a manager's kernel as a fork of the nursery, or cold where that cannot be."""
    process = nursery.fork(manager.connection_file, options["cwd"], options["env"])
    if process is None:
        return await cold(command, **options)
    place = manager.provisioner
    place.process, place.cwd = process, options["cwd"]
    place.pid = place.pgid = process.pid  # it leads a group of its own
    return place.connection_info


class Register:
    """The executions that run now, so that all of them can be stopped at once.

    Parameters
    ----------
    nursery : Nursery, optional
        Where their kernels come from, if several share one.
    """

    def __init__(self, nursery: Nursery | None = None) -> None:
        self.nursery = nursery
        self._lock = threading.Lock()
        self._running: dict[int, Execution] = {}
        self.stopped = False

    def add(self, execution: Execution) -> None:
        """Note an execution that begins; after a stop it ends before it has begun."""
        with self._lock:
            self._running[id(execution)] = execution
            if self.stopped:
                execution.stop()

    def remove(self, execution: Execution) -> None:
        """Forget an execution that has ended."""
        with self._lock:
            self._running.pop(id(execution), None)

    def stop(self) -> None:
        """End every execution, and every later one."""
        with self._lock:
            self.stopped = True
            for execution in self._running.values():
                execution.stop()


def use_ipc(sockets: Path) -> bool:
    """Return whether kernels can be reached through unix sockets, which lose no port to others."""
    return sys.platform != "win32" and len(os.fsencode(sockets)) < LONGEST_SOCKET


def kernel_environment(folder: Path, *, one_thread: bool) -> dict[str, str]:
    """Return the environment of a kernel: this library first, and nothing of the user's profile."""
    package_parent = str(Path(__file__).resolve().parents[2])
    search = [package_parent, *filter(None, [os.environ.get("PYTHONPATH")])]
    set_here = {
        "PYTHONPATH": os.pathsep.join(search),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(folder / "ipython"),
    }
    if one_thread:
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        set_here.update(dict.fromkeys(names, "1"))
    return {**os.environ, **set_here}


def prepare(source: Path, prepared: Path, token: str) -> None:
    """Write the notebook to run: no stored outputs, a first cell that watches, an end marker.

    Raises
    ------
    ParameterError
        If a cell is tagged so that its error would be passed over.
    """
    import nbformat
    from nbformat.v4 import new_code_cell

    book = nbformat.read(source, as_version=4)
    banned = [
        Problem(f"cell {at}", f"tagged {BANNED_TAG!r}", "no such tag in a notebook of reports")
        for at, cell in enumerate(book.cells, start=1)
        if BANNED_TAG in cell.metadata.get("tags", [])
    ]
    if banned or book.metadata.get("allow_errors"):
        raise ParameterError(f"notebook {source.name}", banned)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    book.metadata["kernelspec"] = {
        "name": "python3",
        "language": "python",
        "display_name": "Python 3",
    }
    hidden = {"tags": [HIDDEN_TAG]}
    imports = "from skillsfc.report import watch as _skillsfc_watch\n"
    first = new_code_cell(f"{imports}_skillsfc_watch.watch_inputs()", metadata=hidden, id="start")
    last = new_code_cell(f"_skillsfc_watch.finish({token!r})", metadata=hidden, id="end")
    book.cells = [first, *book.cells, last]
    nbformat.write(book, prepared)


def cleaned(path: Path) -> Any:
    """Return the executed notebook without the runner's own cells and without clock times."""
    import nbformat

    book = copy.deepcopy(nbformat.read(path, as_version=4))
    book.cells = [c for c in book.cells if HIDDEN_TAG not in c.metadata.get("tags", [])]
    book.metadata.pop("papermill", None)
    for cell in book.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"  # papermill draws a random one
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
    return book
