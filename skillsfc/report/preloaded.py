"""Kernels for a batch: forked from one process that has the imports behind it.

Every cold kernel spends some seconds on importing the same packages. Here one process, the
nursery, imports them once and forks itself for each notebook. It reads no data: what a notebook
opens is opened in its own kernel, where the watch for provenance sees it.

Linux only, because other systems' own libraries do not survive a fork. Wherever the nursery
cannot serve, the kernel starts cold; ``SKILLSFC_PRELOADED=0`` asks for that. One report alone
always starts cold: there would be nothing to share.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

WAIT_SECONDS = 60  # for the imports; after that a cold kernel is the better choice
# Not pyplot: it looks for the notebook that it runs in when it is imported.
PRELOADED = ("ipykernel.ipkernel", "ipykernel.kernelapp", "matplotlib.backends.backend_svg")
INLINE = "module://matplotlib_inline.backend_inline"  # what a cold kernel tells matplotlib


class ForkedKernel:
    """What the kernel manager needs of a process that is not its own child: like a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return None while it runs; afterwards 1, since only a parent learns the true status."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end [s]."""
        if self.returncode is None:
            watched = select.poll()
            watched.register(self._handle, select.POLLIN)
            if watched.poll(None if timeout is None else 1000 * timeout):
                self.returncode = 1
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal it by its handle, which never means another process of the same number."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def __del__(self) -> None:
        with suppress(OSError, AttributeError):
            os.close(self._handle)


class Nursery:
    """The process that forks kernels; it starts with the first request and ends with `close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._usable = is_supported()

    def fork(self, connection_file: str, folder: str, environment: Mapping[str, str]) -> Any:
        """Return a new kernel that serves a connection file, or None where it must start cold."""
        with self._lock:
            address = self._start(environment) if self._usable else None
        if address is None:
            return None
        asked = {"connection_file": connection_file, "folder": folder, "env": dict(environment)}
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(WAIT_SECONDS)
                line.connect(address)
                line.sendall(json.dumps(asked).encode() + b"\n")
                return ForkedKernel(int(line.recv(32)))
        except (OSError, ValueError):  # it ended, or never came to answering
            self._usable = False
            return None

    def _start(self, environment: Mapping[str, str]) -> str:
        """Start the process once and return where it listens."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sfc")
            address = str(Path(self._folder.name) / "s")
            with socket.socket(socket.AF_UNIX) as door:
                door.bind(address)
                door.listen(64)
                # Its own empty folder: no file of the user's may shape what it imports.
                self._process = subprocess.Popen(  # noqa: S603  our own words only
                    [sys.executable, "-m", "skillsfc.report.preloaded", str(door.fileno())],
                    cwd=self._folder.name,
                    env=dict(environment),
                    stdin=subprocess.PIPE,
                    pass_fds=[door.fileno()],
                    start_new_session=True,  # Ctrl-C is for the batch, which then ends kernels
                )
        return str(Path(self._folder.name) / "s")

    def close(self) -> None:
        """End the process; kernels that still run end with it."""
        with self._lock:
            self._usable = False
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
                self._process.kill()
                self._process.wait()
            if self._folder is not None:
                self._folder.cleanup()


def is_supported() -> bool:
    """Return whether kernels can be forked here, and nobody asked not to."""
    if not sys.platform.startswith("linux") or os.environ.get("SKILLSFC_PRELOADED") == "0":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # an old or a restricted system
        return False
    return True


def serve(door: socket.socket) -> None:
    """Import what notebooks import, then fork a kernel for every request until stdin closes."""
    import skillsfc

    os.environ.setdefault("MPLBACKEND", INLINE)
    for name in PRELOADED:
        importlib.import_module(name)
    for name in skillsfc.__all__:
        getattr(skillsfc, name)
    # A thread's locks would be copied, but not the thread that frees them. jemalloc, which comes
    # with pyarrow, sees to its own at a fork.
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    if len(names) - names.count("jemalloc_bg_thd") > 1:
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system then buries ended kernels
    gc.freeze()  # or the first collection of every kernel would copy all that is shared
    while True:
        ready, _, _ = select.select([door, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        line, _ = door.accept()
        with line:
            text = line.makefile("rb").readline()
            if text and os.fork() == 0:
                become_kernel(json.loads(text), line, door)
                return


def become_kernel(asked: dict[str, Any], line: socket.socket, door: socket.socket) -> None:
    """Turn this fork into a kernel with a folder, an environment and a chance of its own."""
    parent = os.getppid()
    os.setsid()  # leads a group, so that the runner can end it with all that it starts
    line.sendall(str(os.getpid()).encode())
    line.close()
    door.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update({"MPLBACKEND": INLINE, **asked["env"]})
    import random

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    random.seed()
    np.random.seed()  # noqa: NPY002  what was forked would repeat itself in every kernel
    sys.argv = ["kernel", "-f", asked["connection_file"]]
    IPKernelApp.launch_instance([*sys.argv[1:], f"--IPKernelApp.parent_handle={parent}"])


if __name__ == "__main__":
    if sys.path[:1] == [str(Path.cwd())]:
        del sys.path[0]  # a kernel looks for modules where its notebook runs, not here
    serve(socket.socket(fileno=int(sys.argv[1])))
