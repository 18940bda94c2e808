"""Small notebooks that the tests of the report runner write for themselves."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PARAMETERS = (
    'country: str = "MAR"  # ISO alpha-3; the country\n'
    "horizon: int = 2035  # 2027..2050; last year\n"
    'scenario: str = "base"  # one of base|green; assumptions'
)
PUBLISHING = """
import pandas as pd
import skillsfc as sf
from skillsfc.report.collect import publish_facts, publish_figure, publish_table, publish_text
publish_facts(title="Work in " + country, country="Country", vintage="2024", unemployed="9 %")
publish_text(["First message.", "Second message."], name="key_messages")
jobs = pd.DataFrame({"year": [2020, 2021], "sector": ["=1+1", "B"], "persons": [10.0, -5.5]})
jobs = jobs.assign(unit="persons", status="observed", source="test")
publish_table(jobs, name="jobs", title="Jobs by sector")
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(4, 2))
axes.plot([2020, 2021], [1, 2])
publish_figure(axes, name="rise", alt="A line rises from 1 to 2.", title="The rise")
from skillsfc.schema import read_codes_file
sources = read_codes_file("sources.csv")
"""


def write_notebook(
    path: Path, *sources: str, parameters: str | None = PARAMETERS, tags: tuple[str, ...] = ()
) -> Path:
    """Write a notebook: a title, the parameters cell, then one code cell for each source."""
    cells = [new_markdown_cell("# What is asked?\n\nProse.\n\n## A part\n\nMore prose.")]
    if parameters is not None:
        cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += [new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


def executed(*cells: tuple[str, list], markdown: tuple[str, ...] = ()):
    """Return a notebook as it is after a run: (source, outputs) for each code cell."""
    made = [new_markdown_cell(text) for text in markdown]
    for count, (source, outputs) in enumerate(cells, start=1):
        made.append(new_code_cell(source, outputs=outputs, execution_count=count))
    return new_notebook(cells=made)


def html_output(text: str):
    return new_output("display_data", {"text/html": text, "text/plain": "text"})


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
