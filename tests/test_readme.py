"""What the README prints is what the library prints, and its first code stands near the top."""

import doctest
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_examples_of_the_readme_run_and_print_what_they_show():
    failed, tried = doctest.testfile(str(README), module_relative=False, verbose=False)
    assert tried >= 4
    assert failed == 0


def test_the_first_code_with_output_stands_by_line_25():
    lines = README.read_text(encoding="utf-8").splitlines()
    first = next(n for n, line in enumerate(lines, start=1) if line.startswith(">>> print"))
    assert first + 1 <= 25


def test_the_table_of_notebooks_names_every_notebook():
    text = README.read_text(encoding="utf-8")
    for path in sorted((README.parent / "notebooks").glob("*.ipynb")):
        assert f"notebooks/{path.name}" in text
