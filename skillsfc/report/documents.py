"""Put a report together from an executed notebook: page, notebook, workbook, files, provenance."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import skillsfc
from skillsfc.report import execute, provenance
from skillsfc.report.page import merged_facts, render_page
from skillsfc.report.parameter_values import Value
from skillsfc.report.staging import Stage
from skillsfc.report.workbook import write_workbook


def assemble(
    notebook: Path,
    values: Mapping[str, Value],
    mark: str,
    stage: Stage,
    manifest: list[dict[str, Any]],
    *,
    began: datetime,
) -> None:
    """Fill the staged report folder from the executed notebook and what it published.

    Parameters
    ----------
    notebook : Path
        The notebook as shipped.
    values : mapping
        Parameters of the run.
    mark : str
        Its fingerprint.
    stage : Stage
        Its folders.
    manifest : list of dict
        What the notebook published.
    began : datetime
        When the run started, UTC.
    """
    import nbformat

    report = stage.report
    executed = execute.cleaned(stage.folder / "brief.ipynb")
    nbformat.write(executed, report / "brief.ipynb")
    for kind in ("tables", "figures"):
        if (stage.work / kind).is_dir():
            shutil.copytree(stage.work / kind, report / kind)
    page = render_page(
        executed, manifest=manifest, values=values, figures=report / "figures", fingerprint=mark
    )
    (report / "brief.html").write_text(page, encoding="utf-8", newline="\n")
    title = str(merged_facts(manifest).get("title", notebook.stem))
    if not write_workbook(report / "workbook.xlsx", report / "tables", manifest, title=title):
        (report / "workbook.xlsx").unlink()  # a notebook without tables has no workbook
    about = {
        "format": 1,
        "skillsfc": skillsfc.__version__,
        "git_commit": provenance.git_commit(),
        "fingerprint": mark,
        "notebook": {"name": notebook.name, "sha256": provenance.file_hash(notebook)},
        "parameters": dict(values),
        "seed": values.get("seed"),
        "code_sha256": provenance.code_hash(),
        "data_sha256": provenance.data_hash(),
        "inputs": provenance.inputs(stage.work),
        "outputs": provenance.outputs(report),
        "published": manifest,
        "environment": provenance.environment(),
        "platform": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
        },
        "started": began.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps(about, indent=2, ensure_ascii=False, default=str)
    (report / provenance.NAME).write_text(text + "\n", encoding="utf-8", newline="\n")
