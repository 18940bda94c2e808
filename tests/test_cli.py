"""The command line: one clear message, the right exit status, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from example_notebooks import write_notebook

import skillsfc
from skillsfc import cli
from skillsfc.errors import ReportError


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    write_notebook(tmp_path / "notebooks" / "90_country_brief.ipynb", "print(country, horizon)")
    monkeypatch.setenv("SKILLSFC_NOTEBOOKS", str(tmp_path / "notebooks"))
    return tmp_path


def run(capsys, *words):
    status = cli.run(list(words))
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


@pytest.mark.notebook
def test_report_in_a_process_of_its_own(notebooks):
    words = [sys.executable, "-m", "skillsfc.cli", "report", "mar", "--horizon", "2040"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    folder = Path(os.environ["SKILLSFC_REPORTS"]) / "MAR" / "country_brief-horizon-2040"
    assert str(folder / "brief.html") in done.stdout
    about = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert about["parameters"] == {"country": "MAR", "horizon": 2040, "scenario": "base"}


@pytest.fixture
def planned(monkeypatch):
    """What would have been run."""
    plans = []

    def carry_out(plan, register=None):
        from skillsfc.report.run import Report

        plans.append(plan)
        return Report(plan.target, plan.parameters, 1.0, ())

    monkeypatch.setattr("skillsfc.report.run.carry_out", carry_out)
    return plans


def test_parameters_by_option_and_by_pair(notebooks, capsys, planned):
    status, _, _ = run(capsys, "report", "TUN", "--horizon=2041", "-p", "scenario=green")
    assert status == 0
    assert planned[0].parameters == {"country": "TUN", "horizon": 2041, "scenario": "green"}


def test_a_report_needs_no_country(notebooks, capsys, planned):
    assert run(capsys, "report", "--horizon", "2041")[0] == 0
    assert run(capsys, "report")[0] == 0
    assert [plan.parameters["horizon"] for plan in planned] == [2041, 2035]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "MARR"], "Did you mean 'MAR'"),
        (["report", "MAR", "--horzon", "2040"], "Did you mean 'horizon'"),
        (["report", "MAR", "--horizon", "soon"], "int in 2027..2050"),
        (["report", "MAR", "--horizon"], "without a value"),
        (["report", "MAR", "2040"], "not an option"),
        (["report", "MAR", "--horizon", "2040", "-p", "horizon=2041"], "given twice"),
        (["report", "MAR", "-p", "__import__('os').system('x');y=1"], "unknown"),
        (["report", "MAR", "--notebook", "country_brief"], "Did you mean '90_country_brief'"),
        (["report", "MAR", "--output", "http://example.org"], "never an address"),
        (["batch", "none.yml"], "no such file"),
        (["data", "list", "--country", "Morocco"], "Did you mean 'MAR'"),
        (["data", "check", "none.csv"], "no such file"),
    ],
)
def test_an_error_is_one_message_and_status_1(notebooks, capsys, planned, words, said):
    status, out, err = run(capsys, *words)
    assert status == 1
    assert said in err
    assert out == ""
    assert planned == []
    assert not Path(os.environ["SKILLSFC_REPORTS"]).exists()


@pytest.mark.parametrize("words", [["reprt"], ["batch", "--workers", "x"], ["data"], ["--nope"]])
def test_wrong_usage_is_status_2(capsys, words):
    assert run(capsys, *words)[0] == 2


def test_version_and_help(capsys):
    assert skillsfc.__version__ in run(capsys, "--version")[1]
    assert run(capsys, "--help")[0] == 0
    for command in ("report", "batch", "data", "notebooks"):
        assert run(capsys, command, "--help")[0] == 0


def test_notebooks_are_listed_with_their_question_and_parameters(notebooks, capsys):
    _, out, _ = run(capsys, "notebooks", "list")
    assert "90_country_brief  What is asked?" in out
    assert "--horizon 2035  2027..2050; last year" in out


def test_data_list_shows_tables_of_a_country(capsys):
    status, out, _ = run(capsys, "data", "list", "--country", "MAR")
    assert status == 0
    assert "employment" in out
    assert "licence" in out.splitlines()[0]


def test_data_check_says_what_is_in_order_and_what_is_not(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    header = "country,year,persons,unit,status,source\n"
    path.write_text(header + "MAR,2020,10,persons,observed,mine\n")
    status, out, _ = run(capsys, "data", "check", str(path))
    assert status == 0
    assert "1 rows are in order" in out
    path.write_text(header + "MAR,2020,-10,persons,observed,mine\nXX,2020,1,people,seen,mine\n")
    status, _, err = run(capsys, "data", "check", str(path))
    assert status == 1
    assert "4 problems" in err


def test_a_batch_with_a_failure_ends_with_status_1(notebooks, capsys, monkeypatch):
    def carry_out(plan, register=None):
        if plan.parameters["country"] == "TUN":
            raise ReportError("report", ["cell 3: a fault"])

    monkeypatch.setattr("skillsfc.report.batch.carry_out", carry_out)
    path = notebooks / "b.yml"
    path.write_text("countries: [MAR, TUN]\n")
    status, out, err = run(capsys, "batch", str(path), "--workers", "1")
    assert status == 1
    assert "1 failed, 1 passed" in out
    assert "TUN failed: cell 3: a fault" in err
    path.write_text("countries: [MAR]\n")
    assert run(capsys, "batch", str(path))[0] == 0


def test_an_unexpected_error_is_named_and_its_traceback_is_there_on_request(monkeypatch, capsys):
    def broken(country):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("skillsfc.sources.catalog.list_tables", broken)
    status, _, err = run(capsys, "data", "list")
    assert status == 1
    assert "Unexpected RuntimeError: a fault of ours" in err
    monkeypatch.setenv("SKILLSFC_DEBUG", "1")
    with pytest.raises(RuntimeError):
        cli.run(["data", "list"])


def test_an_interrupt_is_status_130(monkeypatch, capsys):
    def interrupted(country):
        raise KeyboardInterrupt

    monkeypatch.setattr("skillsfc.sources.catalog.list_tables", interrupted)
    status, _, err = run(capsys, "data", "list")
    assert status == 130
    assert "untouched" in err


def test_the_command_line_spares_itself_the_unused_grammar():
    code = (
        "import sys; from skillsfc import cli; cli.run(['--version']); import nbformat;"
        "print(sys.modules.get('rfc3987_syntax', 'absent'))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.stdout.split()[-1] == "None"
    assert done.returncode == 0
