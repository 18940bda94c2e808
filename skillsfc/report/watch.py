"""What the runner's own first and last cells call inside a notebook's kernel.

It imports nothing heavy: a notebook pays for what it uses itself, not for being watched.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

INPUTS = "inputs.json"

# Where the run began: a notebook may change its working directory.
home: list[Path] = []
_opened: set[str] = set()


def watch_inputs() -> None:
    """Note every data file that this process opens, so that provenance can name its inputs.

    The runner calls it first in the kernel; `finish` writes the list.
    """

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and "r" in str(arguments[1] or "r"):
            _opened.add(arguments[0])

    home.append(Path.cwd())
    sys.addaudithook(note)


def finish(token: str) -> None:
    """Write the list of opened files and print the end marker; the runner calls it last."""
    (home[0] / INPUTS).write_text(json.dumps(sorted(_opened)), encoding="utf-8")
    sys.stdout.write(f"{token}\n")
