"""The house rules that a machine can hold: sizes, docstrings, examples, what is committed."""

import ast
import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from statistics import median

import make_environment
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "skillsfc").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@cache
def _parsed(path):
    """Return the kinds of nodes that the tests ask for: a tree is parsed and walked once."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Expr
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in _statements(tree) if isinstance(node, kinds)]


def _statements(node):
    """Walk the statements only: most nodes stand in expressions, where none of them can be."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _statements(child)


def _functions(path):
    return [n for n in _parsed(path) if not isinstance(n, ast.Expr)]


def _body_lines(function):
    body = function.body
    if ast.get_docstring(function):
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_no_module_is_longer_than_300_lines_and_the_median_is_at_most_200():
    sizes = {p.relative_to(ROOT): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}
    assert median(sizes.values()) <= 200


def test_functions_are_short():
    sizes = {f"{p.name}:{f.name}": _body_lines(f) for p in MODULES for f in _functions(p)}
    assert {name: size for name, size in sizes.items() if size > 60} == {}
    assert median(sizes.values()) <= 12


def test_public_names_exist_are_typed_and_have_examples():
    import skillsfc

    for name in skillsfc.__all__:
        thing = getattr(skillsfc, name)
        if callable(thing) and not isinstance(thing, type):
            assert ">>>" in (thing.__doc__ or ""), f"{name} has no Examples"
            assert "return" in thing.__annotations__, f"{name} does not say what it returns"
            assert "Parameters" in thing.__doc__ or thing.__code__.co_argcount == 0, name


def test_an_unknown_public_name_gets_a_guess():
    import skillsfc

    with pytest.raises(AttributeError, match="Did you mean 'load_table'"):
        skillsfc.load_tabel  # noqa: B018


def _code_lines(path):
    """Count the lines of code: no blank lines, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    strings = {
        line
        for node in _parsed(path)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, node.end_lineno + 1)
    }
    lines = enumerate(text.splitlines(), start=1)
    return sum(1 for n, s in lines if s.strip() and s.strip()[0] != "#" and n not in strings)


def test_test_lines_are_at_least_six_tenths_of_source_lines():
    source = sum(_code_lines(p) for p in MODULES)
    tests = sum(_code_lines(p) for p in (ROOT / "tests").rglob("*.py"))
    assert tests >= 0.6 * source


def test_no_pickle_eval_or_query_in_the_library():
    banned = re.compile(
        r"read_pickle|pickle\.load|joblib\.load|\beval\(|\bexec\(|\.query\(|verify=False"
    )
    found = {
        p.name: [line for line in p.read_text(encoding="utf-8").splitlines()
                 if banned.search(line) and ">>>" not in line]
        for p in MODULES
    }  # fmt: skip
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_short_prose_rich_and_have_no_outputs(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    code = [c for c in book["cells"] if c["cell_type"] == "code"]
    source = ["".join(c["source"]) for c in code]
    assert [c for c in code if c.get("outputs") or c.get("execution_count")] == []
    lines = [line for text in source for line in text.splitlines() if line.strip()]
    assert len(lines) <= 60
    assert not any(re.search(r"^\s*(def|class) ", line) for line in lines)
    prose = len(book["cells"]) - len(code)
    assert prose >= 0.45 * len(book["cells"])
    assert sum("parameters" in c["metadata"].get("tags", []) for c in code) == 1
    assert not any("raises-exception" in c["metadata"].get("tags", []) for c in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_import_public_names_only(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code")
    names = {f"{m.group(1)}" for m in re.finditer(r"skillsfc\.(\w+)", text)}
    private = re.findall(r"from skillsfc\.|sf\._", text)
    import skillsfc

    assert private == []
    assert names <= set(skillsfc.__all__)
    assert set(re.findall(r"\bsf\.(\w+)", text)) <= set(skillsfc.__all__)


def test_environment_yml_equals_pyproject():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == make_environment.render(text)


def test_every_requirement_is_pinned_for_the_tested_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    pins = (ROOT / "constraints-py311.txt").read_text(encoding="utf-8")
    pinned = {re.sub(r"[-_.]+", "-", m).lower() for m in re.findall(r"^([\w.-]+)==", pins, re.M)}
    names = {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", w).group()).lower() for w in wanted}
    assert names - pinned == set()


def test_nothing_generated_is_committed():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    bad = [
        f for f in listed if f.startswith(("data/tidy/", ".venv/")) or f.endswith((".pyc", ".pkl"))
    ]
    assert bad == []


def test_data_readme_equals_the_csv_files():
    import make_data_readme

    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert text == make_data_readme.render()


def test_links_in_the_documents_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "skillsfc/README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"
