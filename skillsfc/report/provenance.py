"""What a report was made from: code, notebook, parameters, data, packages, each by its sha256.

The *fingerprint* covers everything that decides the content and nothing that does not, such as
the clock. Two runs with one fingerprint give the same report; a batch re-uses the first.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import skillsfc
from skillsfc._paths import data_dir
from skillsfc.report.parameter_values import Value, is_file
from skillsfc.report.products import OWN_FILES
from skillsfc.report.watch import INPUTS
from skillsfc.schema import read_codes_file

PACKAGES = (
    *("numpy", "scipy", "pandas", "statsmodels", "scikit-learn", "pandera", "matplotlib"),
    *(
        "papermill",
        "nbclient",
        "nbformat",
        "ipykernel",
        "jinja2",
        "xlsxwriter",
        "bleach",
        "mistune",
    ),
)
DATA_ENDINGS = (
    ".csv",
    ".gz",
    ".xlsx",
    ".parquet",
    ".json",
    ".yml",
    ".yaml",
    ".tsv",
    ".dta",
    ".sav",
)
NAME = "provenance.json"


def file_hash(path: Path) -> str:
    """Return the sha256 of a file.

    Examples
    --------
    >>> len(file_hash(Path(__file__)))
    64
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tree_hash(folder: Path, files: list[Path]) -> str:
    lines = [f"{p.relative_to(folder).as_posix()} {file_hash(p)}" for p in sorted(files)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def code_hash() -> str:
    """Return one hash of the library's own code and page templates."""
    package = Path(skillsfc.__file__).resolve().parent
    files = [p for e in ("*.py", "*.j2") for p in package.rglob(e) if "_data" not in p.parts]
    return _tree_hash(package, files)


def data_hash() -> str:
    """Return one hash of all embedded data."""
    folder = data_dir()
    files = [p for p in folder.rglob("*") if p.is_file() and p.name.lower().endswith(DATA_ENDINGS)]
    return _tree_hash(folder, files)


@cache
def environment() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide numbers and pictures."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


def fingerprint(notebook: Path, values: Mapping[str, Value]) -> str:
    """Return the sha256 of all that decides the content of a report.

    Parameters
    ----------
    notebook : Path
        The notebook to run.
    values : mapping
        Its checked parameters, all of them; of a file its content counts, not its name.
    """
    parts = {
        "code": code_hash(),
        "data": data_hash(),
        "notebook": file_hash(notebook),
        "parameters": {
            name: file_hash(Path(str(value))) if is_file(name) and value else value
            for name, value in values.items()
        },
        "environment": environment(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def git_commit() -> str:
    """Return the commit of the clone that the library runs from; empty when it is no clone."""
    folder = Path(skillsfc.__file__).resolve().parents[1] / ".git"
    try:
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        reference = head.removeprefix("ref: ")
        if (folder / reference).is_file():
            return (folder / reference).read_text(encoding="utf-8").strip()
        for line in (folder / "packed-refs").read_text(encoding="utf-8").splitlines():
            if line.endswith(f" {reference}"):
                return line.split()[0]
    except OSError:
        pass
    return ""


def inputs(work: Path) -> list[dict[str, str]]:
    """Return the data files that the notebook opened, with their hashes and source ids.

    Embedded files are named below ``data/``; files of the user's own by name only, since a
    report travels and the folders of the machine it was made on are nobody's business.
    """
    path = work / INPUTS
    opened = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    log = read_codes_file("sources.csv").drop_duplicates("file").set_index("file")
    found = {}
    for name in opened:
        file = (work / name).resolve()
        if not file.is_file() or not file.name.lower().endswith(DATA_ENDINGS):
            continue
        if file.is_relative_to(data_dir()):
            short = file.relative_to(data_dir()).as_posix()
            entry = {"file": f"data/{short}", "sha256": file_hash(file)}
            if short in log.index:
                entry["source"] = str(log.loc[short, "source"])
                entry["as_logged"] = str(log.loc[short, "sha256"] == entry["sha256"]).lower()
            found[file] = entry
        elif not _is_machinery(file, work):
            found[file] = {"file": file.name, "sha256": file_hash(file)}
    return sorted(found.values(), key=lambda entry: entry["file"])


def _is_machinery(file: Path, work: Path) -> bool:
    """Return whether a file is part of Python, of a package, of a cache or of the run itself."""
    if file.is_relative_to((work / OWN_FILES).resolve()):
        return False
    folders = (Path(sys.prefix), Path(sys.base_prefix), work, Path(skillsfc.__file__).parent)
    if any(file.is_relative_to(folder.resolve()) for folder in folders):
        return True
    return any(part.startswith(".") for part in file.parts)


def outputs(folder: Path) -> list[dict[str, Any]]:
    """Return every file of a report with its size and hash, save the provenance file itself."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != NAME)
    return [
        {
            "file": p.relative_to(folder).as_posix(),
            "bytes": p.stat().st_size,
            "sha256": file_hash(p),
        }
        for p in files
    ]


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return a report's provenance, or an empty dict where it has none that can be read."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_intact(folder: Path, provenance: Mapping[str, Any]) -> bool:
    """Return whether every file of a report is there and has the hash that was recorded for it."""
    recorded = {entry["file"]: entry["sha256"] for entry in provenance.get("outputs", [])}
    present = {entry["file"]: entry["sha256"] for entry in outputs(folder)}
    return bool(recorded) and recorded == present
