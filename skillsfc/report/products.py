"""What lies in the folder of a running report: the marker, the manifest, csv files and figures.

`collect` writes it from inside the notebook's kernel; the runner reads it when the kernel is gone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from skillsfc.report import watch

MARKER = ".skillsfc_run.json"
MANIFEST = "manifest.jsonl"
OWN_FILES = "files"  # the user's own files, brought to where the notebook runs
FORMULA = re.compile(r"'*[=+\-@\t\r\x00]")


def run_folder() -> Path | None:
    """Return the folder of the report run that this process belongs to, or None outside of one."""
    for folder in (*watch.home, Path.cwd()):
        if (folder / MARKER).is_file():
            return folder
    return None


def read_manifest(folder: Path) -> list[dict[str, Any]]:
    """Return what a notebook published into a run folder, in the order of publication."""
    path = folder / MANIFEST
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def formula_safe(value: Any) -> Any:
    """Return a text cell that no spreadsheet program takes for a formula; numbers pass untouched.

    Examples
    --------
    >>> formula_safe("=1+1"), formula_safe("Agriculture"), formula_safe(-3.5)
    ("'=1+1", 'Agriculture', -3.5)
    """
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def formula_unsafe(value: str) -> str:
    """Return what a text cell was before `formula_safe`.

    Examples
    --------
    >>> formula_unsafe("'=1+1"), formula_unsafe("'tis")
    ('=1+1', "'tis")
    """
    return value[1:] if value.startswith("'") and FORMULA.match(value) else value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 csv whose text cells and headings are safe in a spreadsheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    safe = table.copy()
    safe.columns = pd.Index([formula_safe(str(column)) for column in table.columns])
    for at, column in enumerate(table.columns):
        if kind_of(table[column]) == "text":
            safe.isetitem(at, table.iloc[:, at].map(formula_safe))
    safe.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def record(folder: Path, **entry: Any) -> None:
    """Append one product to the manifest."""
    line = json.dumps(entry, ensure_ascii=False, default=str)
    with (folder / MANIFEST).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def kind_of(values: pd.Series) -> str:
    """Return ``number`` or ``text``: how a column is written into files."""
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return "number" if number else "text"


def save_figure(figure: Any, folder: Path, name: str) -> None:
    """Write SVG and PNG whose bytes depend on the picture only, not on the day.

    The layout and the edge of the picture are found once and hold for both files; left to
    matplotlib, each file is drawn twice and the layout is solved anew for each.
    """
    import matplotlib as mpl

    folder.mkdir(parents=True, exist_ok=True)
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    words = {"svg.fonttype": "none", "svg.hashsalt": name}
    # No layout of the user's own settings may step in where the figure's own is set aside.
    plain = {"figure.autolayout": False, "figure.constrained_layout.use": False}
    with mpl.rc_context({**words, **plain}):
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
        edge = figure.get_tightbbox().padded(mpl.rcParams["savefig.pad_inches"])
        figure.set_layout_engine(None)
        try:
            target = folder / f"{name}.svg"
            figure.savefig(target, format="svg", metadata=nothing, bbox_inches=edge)
            target = target.with_suffix(".png")
            figure.savefig(
                target, format="png", dpi=150, metadata={"Software": None}, bbox_inches=edge
            )
        finally:
            if engine is not None:
                figure.set_layout_engine(engine)
