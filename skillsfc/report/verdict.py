"""The verdict on a run: a notebook passed only if every sign says so, whatever papermill says.

A killed kernel leaves all cells marked completed, and ``sys.exit(0)`` leaves an exit status of 0.
"""

from __future__ import annotations

from typing import Any

from skillsfc.errors import Problem
from skillsfc.report.execute import HIDDEN_TAG, Execution

PUT_IN = {HIDDEN_TAG, "injected-parameters", "papermill-error-cell-tag"}
SHOWN_ERROR = 600  # characters of an error message


def judge(execution: Execution) -> list[Problem]:
    """Return why a run is not a success; an empty list is the only success there is.

    A run passed when its notebook is readable, no output is an error, every code cell with code
    in it was executed, and the end marker was printed.
    """
    import nbformat

    try:
        book = nbformat.read(execution.output, as_version=4)
    except Exception as error:
        cause = execution.failure or error
        reason = f"not readable ({type(cause).__name__}: {cause})"[:SHOWN_ERROR]
        return [_ended(execution) or Problem("executed notebook", reason, "a whole notebook")]
    for number, cell in numbered(book.cells):
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if errors:
            return [_error_problem(number, cell, errors[0], execution)]
    for number, cell in numbered(book.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            ended = _ended(execution)
            found = ended.found if ended else "never executed: the kernel left before the end"
            return [Problem(f"cell {number}", found, "every code cell executed")]
    if not _has_token(book.cells, execution.token):
        return [
            _ended(execution) or Problem("end marker", "missing", "the notebook ran to its end")
        ]
    # All cells ran: what papermill raised afterwards (such as a slow kernel exit) is no failure,
    # unless somebody asked to stop.
    if execution.stopped.is_set():
        return [Problem("run", "stopped", "the notebook ran to its end")]
    return []


def numbered(cells: list[Any]) -> list[tuple[int, Any]]:
    """Return the cells with their numbers in the notebook as the user knows it, from 1.

    Cells that the runner or papermill put in have the number of the cell before them.
    """
    found, number = [], 0
    for cell in cells:
        number += not PUT_IN & set(cell.metadata.get("tags", []))
        found.append((number, cell))
    return found


def _has_token(cells: list[Any], token: str) -> bool:
    printed = (o.get("text", "") for c in cells[-1:] for o in c.get("outputs", []))
    return any(token in text for text in printed)


def _error_problem(number: int, cell: Any, error: Any, execution: Execution) -> Problem:
    first_line = next((line for line in cell.source.splitlines() if line.strip()), "")
    message = " / ".join(line.strip() for line in str(error.evalue).splitlines() if line.strip())
    found = f"{error.ename}: {message}"[:SHOWN_ERROR].rstrip(".")
    if lost := _ended(execution):
        found = lost.found
    return Problem(f"cell {number} ({first_line[:60]})", found, "no error")


def _ended(execution: Execution) -> Problem | None:
    """Return how the kernel or the run ended, where that is the reason."""
    name = type(execution.failure).__name__ if execution.failure else ""
    if execution.stopped.is_set():
        found = "stopped"
    elif name in ("CellTimeoutError", "TimeoutError"):
        found = f"not finished after {execution.timeout:g} s"
    elif name == "DeadKernelError":
        found = "the kernel died, perhaps for want of memory"
    elif name == "RuntimeError":
        found = f"the kernel did not start: {execution.failure}"[:SHOWN_ERROR]
    elif isinstance(execution.failure, OSError):
        found = f"{name}: {execution.failure}"[:SHOWN_ERROR]
    else:
        return None
    return Problem("run", found, "a kernel that runs to the end")


def was_lost(execution: Execution) -> bool:
    """Return whether the kernel died or never started, which a second try may mend."""
    return not execution.stopped.is_set() and type(execution.failure).__name__ in (
        "DeadKernelError",
        "RuntimeError",
    )
