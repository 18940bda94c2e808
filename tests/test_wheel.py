"""The wheel works away from the clone: it carries the data, the notebooks and the templates."""

import email
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import skillsfc

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 5_000_000  # [bytes]; the embedded data alone may be 4 million


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from this tree, as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Unpack the wheel: what a pure-Python wheel looks like when it is installed."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def run(installed, tmp_path):
    """Run Python away from the clone, with the unpacked wheel before everything else."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith(("SKILLSFC_", "PYTHON"))}
    settings |= {"PYTHONPATH": str(installed), "SKILLSFC_REPORTS": str(tmp_path / "reports")}

    def call(*words):
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=settings, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def files_below(folder, *, but=()):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and not {"__pycache__", ".ipynb_checkpoints", *but} & set(path.relative_to(folder).parts)
    }


def test_the_wheel_is_small_and_for_every_system(wheel):
    assert wheel.stat().st_size < LARGEST
    assert wheel.name == f"skillsfc-{skillsfc.__version__}-py3-none-any.whl"


def test_the_wheel_has_every_file_of_the_package(names):
    for name in files_below(ROOT / "skillsfc"):
        assert f"skillsfc/{name}" in names
    assert "skillsfc/py.typed" in names
    assert any(name.startswith("skillsfc/report/templates/") for name in names)


def test_the_wheel_has_every_file_of_the_data_except_what_is_built(names):
    data = files_below(ROOT / "data", but=("tidy",))
    assert "tables.csv" in data
    packed = {n.removeprefix("skillsfc/_data/") for n in names if n.startswith("skillsfc/_data/")}
    assert packed - {"batch.yml"} == data


def test_the_wheel_has_every_notebook(names):
    books = files_below(ROOT / "notebooks")
    assert len(books) >= 4
    start = "skillsfc/_notebooks/"
    assert {n.removeprefix(start) for n in names if n.startswith(start)} == books


def test_the_wheel_has_nothing_but_the_package_and_what_describes_it(names):
    tops = {name.split("/")[0] for name in names}
    assert tops == {"skillsfc", f"skillsfc-{skillsfc.__version__}.dist-info"}
    assert [n for n in names if "__pycache__" in n or n.endswith((".pyc", ".pkl"))] == []


def test_the_wheel_says_its_name_version_licence_and_command(wheel, names):
    about = f"skillsfc-{skillsfc.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        said = email.message_from_bytes(archive.read(f"{about}/METADATA"))
        commands = archive.read(f"{about}/entry_points.txt").decode()
    assert (said["Name"], said["Version"]) == ("skillsfc", skillsfc.__version__)
    assert said["License-Expression"] == "MIT"
    assert f"{about}/licenses/LICENSE" in names
    assert "skillsfc = skillsfc.cli:main" in commands
    assert said.get_payload().strip().startswith("#")  # the readme


def test_what_runs_below_is_the_wheel_and_not_this_clone(run, installed):
    code = (
        "import skillsfc, skillsfc._paths as p; print(skillsfc.__file__, p.data_dir(), sep='\\n')"
    )
    package, data = map(Path, run("-c", code).splitlines())
    assert package.resolve().is_relative_to(installed.resolve())
    assert data == (installed / "skillsfc" / "_data").resolve()
    assert not data.is_relative_to(ROOT)


def test_tables_load_from_the_wheel_as_from_the_clone(run):
    code = (
        "import json, skillsfc as sf\n"
        "people = sf.load_table('population', country='MAR')\n"
        "print(json.dumps([len(sf.list_countries()), len(sf.list_tables()), len(people),"
        " float(people['persons'].sum()), len(sf.load_assumptions())]))"
    )
    import skillsfc as sf

    people = sf.load_table("population", country="MAR")
    here = [len(sf.list_countries()), len(sf.list_tables()), len(people),
            float(people["persons"].sum()), len(sf.load_assumptions())]  # fmt: skip
    assert json.loads(run("-c", code)) == here
    assert here[0] == 34


def test_the_wheel_lists_its_notebooks(run, installed):
    code = "from skillsfc._paths import notebooks_dir; print(*sorted(notebooks_dir().iterdir()))"
    found = [Path(word) for word in run("-c", code).split()]
    assert [path.name for path in found] == sorted(files_below(ROOT / "notebooks"))
    assert all(path.is_relative_to(installed.resolve()) for path in found)


def test_the_command_line_of_the_wheel_lists_its_notebooks_and_tables(run):
    listed = run("-m", "skillsfc.cli", "notebooks", "list")
    for name in ("00_start_here", "01_check_the_data", "10_employment_outlook", "90_country_brief"):
        assert name in listed
    assert "population" in run("-m", "skillsfc.cli", "data", "list", "--country", "MAR")


@pytest.mark.notebook
def test_the_wheel_makes_a_report_away_from_the_clone(run, tmp_path):
    said = run("-m", "skillsfc.cli", "report", "TUN", "--notebook", "00_start_here")
    folder = tmp_path / "reports" / "TUN" / "start_here"
    assert str(folder / "brief.html") in said
    about = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert about["skillsfc"] == skillsfc.__version__
    assert str(ROOT) not in (folder / "provenance.json").read_text(encoding="utf-8")
    assert "Tunisia" in (folder / "brief.html").read_text(encoding="utf-8")
