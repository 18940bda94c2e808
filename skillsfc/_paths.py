"""Where the library's own files are: the clone, the installed wheel, or a folder the user names."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _find(variable: str, in_clone: str, in_wheel: str) -> Path:
    """Return the folder named by ``variable``, else the clone's, else the wheel's copy."""
    named = os.environ.get(variable)
    if named:
        return Path(named).expanduser().resolve()
    clone = _PACKAGE.parent / in_clone
    # The marker keeps an unrelated `data/` beside site-packages from being taken for ours.
    if clone.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return clone
    return _PACKAGE / in_wheel


def data_dir() -> Path:
    """Return the folder of embedded data: ``$SKILLSFC_DATA``, the clone's or the wheel's."""
    return _find("SKILLSFC_DATA", "data", "_data")


def notebooks_dir() -> Path:
    """Return the folder of notebooks: ``$SKILLSFC_NOTEBOOKS``, the clone's or the wheel's."""
    return _find("SKILLSFC_NOTEBOOKS", "notebooks", "_notebooks")


def reports_dir() -> Path:
    """Return where reports are published: ``$SKILLSFC_REPORTS``, else ``reports/`` here."""
    return Path(os.environ.get("SKILLSFC_REPORTS", "reports")).expanduser().resolve()
