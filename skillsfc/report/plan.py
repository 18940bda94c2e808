"""What a run is going to be: which notebook, with which values, published where.

A plan is made and checked completely before anything runs, so that a misspelt parameter costs a
second and not ten minutes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillsfc._paths import notebooks_dir, reports_dir
from skillsfc.errors import ParameterError, Problem, ReportError, did_you_mean, listing
from skillsfc.report.parameter_values import Value, is_file
from skillsfc.report.parameters import check_parameters, read_parameters

TIMEOUT = 600.0  # [s]
LONGEST_LABEL = 60


@dataclass(frozen=True)
class Plan:
    """A checked request: which notebook, with which values, published where."""

    notebook: Path
    parameters: dict[str, Value]
    root: Path
    target: Path
    timeout: float = TIMEOUT
    one_thread: bool = False


def make_plan(
    notebook: str | Path,
    parameters: Mapping[str, Any],
    *,
    output: str | Path | None = None,
    timeout: float = TIMEOUT,
    text: bool = False,
    one_thread: bool = False,
) -> Plan:
    """Check a request completely without running anything; see `run_report`."""
    path = find_notebook(notebook)
    values = check_parameters(path, parameters, text=text)
    if not isinstance(timeout, int | float) or not 0 < timeout < float("inf"):
        raise ParameterError("run_report", [Problem("timeout", repr(timeout), "seconds above 0")])
    root = output_folder(output)
    target = root.joinpath(*target_parts(path, values))
    if not target.resolve().is_relative_to(root):
        raise ReportError("report folder", [Problem(str(target), "outside of the output folder")])
    if target.exists() and not (target / "provenance.json").is_file():
        step = "Move it away, or choose another output folder."
        found = "exists and is not a report of this library"
        raise ReportError("report folder", [Problem(str(target), found, next_step=step)])
    return Plan(path, values, root, target, float(timeout), one_thread)


def find_notebook(notebook: str | Path) -> Path:
    """Return the local file of a notebook given by name or path; addresses are refused."""
    text = str(notebook)
    if "://" in text or "\x00" in text:
        raise ParameterError(
            "notebook", [Problem("notebook", repr(text)[:200], "a local file, never an address")]
        )
    for path in (Path(text), notebooks_dir() / text, notebooks_dir() / f"{text}.ipynb"):
        if path.suffix == ".ipynb" and path.is_file():
            return path.resolve()
    names = list_notebooks()
    near = did_you_mean(text.removesuffix(".ipynb"), names)
    raise ParameterError(
        "notebook",
        [
            Problem(
                "notebook",
                f"{text!r} not found",
                f"one of {listing(names, 40) or 'none here'}",
                near,
            )
        ],
    )


def list_notebooks() -> list[str]:
    """Return the names of the shipped notebooks."""
    return sorted(path.stem for path in notebooks_dir().glob("*.ipynb"))


def notebook_title(notebook: Path) -> str:
    """Return the first heading of a notebook: the question that it answers."""
    import nbformat

    for cell in nbformat.read(notebook, as_version=4).cells:
        found = (
            re.search(r"^#\s+(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        )
        if found:
            return found.group(1).strip()
    return ""


def output_folder(output: str | Path | None) -> Path:
    """Return the folder of all reports, or refuse what can be none."""
    if output is None:
        return reports_dir()
    text = str(output)
    if "://" in text or "\x00" in text or not text.strip():
        raise ParameterError(
            "output", [Problem("output", repr(text)[:200], "a local folder, never an address")]
        )
    folder = Path(text).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise ParameterError("output", [Problem("output", f"{folder} is a file", "a folder")])
    return folder


def target_parts(notebook: Path, values: Mapping[str, Value]) -> list[str]:
    """Return the report's place below the folder of reports: country, then the run's label.

    Parameters that keep their default are not named, so the usual report has a short address.
    """
    defaults = {parameter.name: parameter.default for parameter in read_parameters(notebook)}
    label = slug(re.sub(r"^\d+_", "", notebook.stem)) or "notebook"
    others = {
        name: value
        for name, value in values.items()
        if name != "country" and value != defaults[name]
    }
    digest = hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()[:8]
    others = {k: Path(str(v)).stem if is_file(k) else v for k, v in others.items()}
    plain = "-".join([label, *(f"{slug(k)}-{slug(v)}" for k, v in others.items())])
    lossless = all(slug(v) == str(v) and not is_file(k) for k, v in others.items())
    if not lossless or len(plain) > LONGEST_LABEL:
        plain = f"{plain[:LONGEST_LABEL].rstrip('-_')}-{digest}"
    return [*([str(values["country"])] if values.get("country") else []), plain]


def slug(value: object) -> str:
    """Return text as lower-case letters, digits, ``_`` and ``.`` only, safe in any path.

    Examples
    --------
    >>> slug("../Ünder the table"), slug(2035), slug(0.5)
    ('nder_the_table', '2035', '0.5')
    """
    return re.sub(r"[^a-z0-9.]+", "_", str(value).lower()).strip("_.")
