"""Write environment.yml from pyproject.toml: ``python tests/make_environment.py``.

conda users get the same requirements; a test compares the file with what this module renders.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONDA_NAMES = {"matplotlib": "matplotlib-base", "jupyter-client": "jupyter_client"}


def render(pyproject: str) -> str:
    """Return the text of environment.yml for the text of pyproject.toml."""
    project = tomllib.loads(pyproject)["project"]
    wanted = [*project["dependencies"]]
    for extra in ("lab", "test"):
        wanted += project["optional-dependencies"][extra]
    lines = [
        "# Written by tests/make_environment.py from pyproject.toml; a test compares the two.",
        "# conda env create -f environment.yml && conda activate skillsfc",
        "name: skillsfc",
        "channels:",
        "  - conda-forge",
        "  - nodefaults",
        "dependencies:",
        f"  - python{project['requires-python']}",
        "  - pip",
    ]
    for requirement in wanted:
        name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", requirement).groups()
        lines.append(f"  - {CONDA_NAMES.get(name, name.lower())}{bounds}")
    return "\n".join([*lines, "  - pip:", "      - -e .", ""])


if __name__ == "__main__":
    target = ROOT / "environment.yml"
    target.write_text(
        render((ROOT / "pyproject.toml").read_text(encoding="utf-8")), encoding="utf-8"
    )
