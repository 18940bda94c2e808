"""A failed report never looks successful, and the last good one survives whatever happens."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from example_notebooks import PUBLISHING, snapshot, write_notebook

import skillsfc
from skillsfc.errors import ParameterError, ReportError
from skillsfc.report import documents, execute, provenance, run, staging
from skillsfc.report.plan import make_plan, slug, target_parts
from skillsfc.report.run import carry_out, run_report

FAULTS = {
    "exception": ("raise ValueError('the reason')", "cell 5 .*ValueError: the reason"),
    "exit": ("import sys; sys.exit(0)", "cell 5|cell 6"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    "timeout": ("import time; time.sleep(60)", "not finished after"),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A report made once; the tests below look at it from all sides."""
    folder = tmp_path_factory.mktemp("good")
    notebook = write_notebook(folder / "50_example.ipynb", PUBLISHING)
    report = run_report(notebook, output=folder / "reports", country="mar")
    return notebook, report


@pytest.fixture
def made(tmp_path):
    """A published report that was written by hand, for tests of what comes after it."""
    notebook = write_notebook(tmp_path / "50_example.ipynb", "1 + 1", "2 + 2", "3 + 3")
    plan = make_plan(notebook, {}, output=tmp_path / "reports")
    plan.target.mkdir(parents=True)
    (plan.target / "brief.html").write_text("the last good report")
    (plan.target / "provenance.json").write_text("{}")
    return plan


def broken(plan, source, **options):
    write_notebook(plan.notebook, "1 + 1", "2 + 2", source, "4 + 4")
    return make_plan(plan.notebook, {}, output=plan.root, **options)


def states(root: Path) -> list[str]:
    found = (root / ".runs").glob("*/state.json")
    return [json.loads(path.read_text(encoding="utf-8"))["status"] for path in found]


@pytest.mark.notebook
def test_a_report_holds_all_its_files_and_leaves_nothing_behind(good):
    _, report = good
    expected = {"brief.html", "brief.ipynb", "workbook.xlsx", "provenance.json", "tables/jobs.csv"}
    assert set(report.files) == expected | {"figures/rise.svg", "figures/rise.png"}
    assert report.folder.parts[-2:] == ("MAR", "example")
    assert report.page.is_file()
    runs = report.folder.parents[1] / ".runs"
    assert [path.name for path in runs.rglob("*") if path.is_file()] == ["state.json"]
    history = json.loads(next(runs.rglob("state.json")).read_text(encoding="utf-8"))["history"]
    assert [status for status, _ in history] == ["queued", "running", "passed"]


@pytest.mark.notebook
def test_provenance_names_inputs_and_outputs_by_their_hashes(good):
    notebook, report = good
    about = json.loads((report.folder / "provenance.json").read_text(encoding="utf-8"))
    assert about["skillsfc"] == skillsfc.__version__
    assert about["parameters"] == {"country": "MAR", "horizon": 2035, "scenario": "base"}
    assert about["notebook"]["sha256"] == provenance.file_hash(notebook)
    hashes = {entry["file"]: entry["sha256"] for entry in about["outputs"]}
    assert set(hashes) == set(report.files) - {"provenance.json"}
    assert all(hashes[f] == provenance.file_hash(report.folder / f) for f in hashes)
    assert "data/sources.csv" in {entry["file"] for entry in about["inputs"]}
    assert str(Path.home()) not in json.dumps(about)


@pytest.mark.notebook
def test_the_page_and_the_notebook_show_no_trace_of_the_runner(good):
    _, report = good
    page = report.page.read_text(encoding="utf-8")
    assert "Work in MAR" in page
    assert "A line rises from 1 to 2." in page
    assert "import pandas" not in page
    book = (report.folder / "brief.ipynb").read_text(encoding="utf-8")
    assert "skillsfc end" not in book
    assert "_skillsfc_watch" not in book
    about = json.loads((report.folder / "provenance.json").read_text(encoding="utf-8"))
    assert about["fingerprint"] in page


@pytest.mark.notebook
def test_the_same_run_gives_the_same_bytes(good, monkeypatch):
    notebook, report = good
    before = snapshot(report.folder)
    mark = json.loads(before["provenance.json"])["fingerprint"]
    # The clone may change under a running test session; what is tested is the runner.
    monkeypatch.setattr(run, "fingerprint", lambda *given: mark)
    again = run_report(notebook, output=report.folder.parents[1], country="MAR")
    after = snapshot(again.folder)
    assert again.folder == report.folder
    different = [name for name in before if before[name] != after.get(name)]
    assert different == ["provenance.json"]  # the clock is in it, and nowhere else


@pytest.mark.notebook
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_the_run_and_leaves_the_last_good_report(made, fault):
    source, said = FAULTS[fault]
    before = snapshot(made.target)
    plan = broken(made, source, timeout=4 if fault == "timeout" else 60)
    with pytest.raises(ReportError, match=said) as caught:
        carry_out(plan)
    assert "last good report is untouched" in str(caught.value)
    assert snapshot(made.target) == before
    assert states(made.root) == ["failed"]
    failed = list((made.root / ".runs").glob("*/brief.ipynb"))
    assert len(failed) == 1
    assert str(failed[0]) in str(caught.value)
    assert not list((made.root / ".runs").glob("*.lock"))


@pytest.mark.notebook
def test_a_stop_ends_the_kernel_and_is_recorded_as_interrupted(made):
    plan = broken(made, "import time; time.sleep(60)")
    before = snapshot(made.target)
    register = execute.Register()
    threading.Timer(3, register.stop).start()
    began = time.monotonic()
    with pytest.raises(run.Stopped):
        carry_out(plan, register)
    assert time.monotonic() - began < 30
    assert states(made.root) == ["interrupted"]
    assert snapshot(made.target) == before


@pytest.mark.notebook
@pytest.mark.skipif(os.name == "nt", reason="signals are a POSIX matter")
def test_sigterm_ends_the_process_its_kernel_and_the_lock(made):
    plan = broken(made, "open('began', 'w').close()\nimport time; time.sleep(60)")
    before = snapshot(made.target)
    words = [sys.executable, "-m", "skillsfc.cli", "report", "--notebook", str(plan.notebook)]
    process = subprocess.Popen([*words, "--output", str(made.root)], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 40
    while not list((made.root / ".runs").glob("*/work/began")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, message = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Interrupted" in message
    assert states(made.root) == ["interrupted"]
    assert not list((made.root / ".runs").glob("*.lock"))
    assert snapshot(made.target) == before


def instead_of_a_kernel(monkeypatch, *, cells=1, error=None, marker=True):
    """Replace the kernel by a hand that writes what a kernel would have left."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    def fake(self):
        made = [new_code_cell("1", execution_count=1) for _ in range(cells)]
        made += [new_code_cell("never run") for _ in range(error is not None)]
        printed = [new_output("stream", name="stdout", text=self.token)] if marker else []
        made.append(new_code_cell("end", execution_count=9, outputs=printed))
        nbformat.write(new_notebook(cells=made), self.output)
        self.failure = error

    monkeypatch.setattr(execute.Execution, "run", fake)


def test_a_run_without_a_kernel_passes_only_with_its_end_marker(made, monkeypatch):
    instead_of_a_kernel(monkeypatch, marker=False)
    with pytest.raises(ReportError, match="end marker: missing"):
        carry_out(made)
    instead_of_a_kernel(monkeypatch)
    report = carry_out(made)
    assert report.status == "passed"
    assert "the last good report" not in report.page.read_text(encoding="utf-8")
    assert states(made.root) == ["passed"]  # the older failure is tidied away


def test_an_unreadable_executed_notebook_is_a_failure(made, monkeypatch):
    monkeypatch.setattr(execute.Execution, "run", lambda self: self.output.write_text("{"))
    with pytest.raises(ReportError, match="not readable"):
        carry_out(made)


def test_a_kernel_that_is_lost_raises_what_a_batch_tries_again(made, monkeypatch):
    class DeadKernelError(RuntimeError):
        pass

    instead_of_a_kernel(monkeypatch, error=DeadKernelError("gone"))
    with pytest.raises(run.KernelLost, match="cell 2: the kernel died"):
        carry_out(made)


@pytest.mark.parametrize("step", ["write", "assemble", "publish", "rename"])
def test_a_disk_error_at_any_step_leaves_the_last_good_report(made, monkeypatch, step):
    instead_of_a_kernel(monkeypatch)
    before = snapshot(made.target)

    def full(*arguments, **options):
        raise OSError(28, "No space left on device", str(made.root))

    if step == "write":
        monkeypatch.setattr(documents, "render_page", full)
    elif step == "assemble":
        monkeypatch.setattr(documents, "write_workbook", full)
    elif step == "publish":
        monkeypatch.setattr(staging, "publish", full)
    else:
        monkeypatch.setattr(staging, "_exchange", lambda new, old: False)
        rename = Path.rename

        def fail_for_the_new(self, target):
            return full() if self.name == "report" else rename(self, target)

        monkeypatch.setattr(Path, "rename", fail_for_the_new)
    with pytest.raises(ReportError, match=r"No space left on device; \d+ MB free"):
        carry_out(made)
    assert snapshot(made.target) == before


def test_a_fault_of_the_library_itself_is_named_and_publishes_nothing(made, monkeypatch):
    instead_of_a_kernel(monkeypatch)
    before = snapshot(made.target)
    monkeypatch.setattr(documents, "render_page", lambda *a, **k: {}["missing"])
    with pytest.raises(ReportError, match="KeyError: 'missing'"):
        carry_out(made)
    assert snapshot(made.target) == before
    assert states(made.root) == ["failed"]


@pytest.mark.parametrize("exchange", [True, False])
def test_publishing_replaces_the_old_report_whole(made, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(staging, "_exchange", lambda new, old: False)
    stage = staging.open_stage(made.root, made.target)
    (stage.report / "brief.html").write_text("new")
    staging.publish(stage)
    assert snapshot(made.target) == {"brief.html": b"new"}


def test_a_report_set_aside_by_a_killed_run_comes_back(made):
    before = snapshot(made.target)
    killed = staging.open_stage(made.root, made.target)
    made.target.rename(killed.folder / "previous")  # killed here, between the two renames
    staging.recover(staging.open_stage(made.root, made.target))
    assert snapshot(made.target) == before


def test_a_lock_of_a_living_process_is_respected(made):
    first = staging.open_stage(made.root, made.target)
    with staging.locked(first):
        with pytest.raises(ReportError, match=rf"locked by pid {os.getpid()} .* since 2"):
            carry_out(made)
        assert list((made.root / ".runs").glob("*.lock"))
    assert not list((made.root / ".runs").glob("*.lock"))


@pytest.mark.parametrize(
    "change", [{"pid": 2**22 + 1}, {"started": "1"}, None], ids=["gone", "number re-used", "broken"]
)
def test_a_stale_lock_is_taken_over(made, change):
    stage = staging.open_stage(made.root, made.target)
    with staging.locked(stage):
        lock = next((made.root / ".runs").glob("*.lock"))
        text = lock.read_text(encoding="utf-8")
    stale = json.dumps({**json.loads(text), **change}) if change else "not json"
    if change and "started" in change and json.loads(text)["started"] is None:
        pytest.skip("this system does not say when a process started")
    lock.write_text(stale, encoding="utf-8")
    with staging.locked(stage):
        assert json.loads(lock.read_text(encoding="utf-8"))["pid"] == os.getpid()
    assert not lock.exists()


def test_of_many_runs_at_once_one_holds_the_lock(made):
    """Eight threads meet one stale lock forty times; never do two hold it together."""
    holders, most, won = [], [], []
    stages = [staging.open_stage(made.root, made.target) for _ in range(8)]
    path = made.root / ".runs" / "MAR-example.lock"

    def attempt(stage, barrier):
        barrier.wait()
        try:
            with staging.locked(stage):
                holders.append(stage)
                most.append(len(holders))
                won.append(stage)
                time.sleep(0.001)
                holders.remove(stage)
        except ReportError:
            pass

    for _ in range(40):
        path.write_text('{"pid": 4194305, "started": "1", "host": "' + os.uname().nodename + '"}')
        barrier = threading.Barrier(8)
        threads = [threading.Thread(target=attempt, args=(s, barrier)) for s in stages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert max(most) == 1
    assert len(won) >= 40


@pytest.mark.parametrize(
    "given",
    [
        {"country": "../escaped"},
        {"country": "MAR/../../x"},
        {"contry": "MAR"},
        {"horizon": "2035"},
        {"__import__('os').system('touch owned');y": 1},
    ],
)
def test_bad_parameters_run_and_write_nothing(made, given):
    before = snapshot(made.root)
    with pytest.raises(ParameterError):
        run_report(made.notebook, output=made.root, **given)
    assert snapshot(made.root) == before


@pytest.mark.parametrize("output", ["https://example.org/r", "file:///tmp/r", "a\x00b", "  "])
def test_an_output_that_is_no_folder_is_refused(made, output):
    with pytest.raises(ParameterError, match="local folder"):
        run_report(made.notebook, output=output)


def test_an_output_that_is_a_file_is_refused(made, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ParameterError, match="is a file"):
        run_report(made.notebook, output=tmp_path / "file")


def test_a_folder_that_is_no_report_is_never_replaced(made):
    (made.target / "provenance.json").unlink()
    with pytest.raises(ReportError, match="not a report of this library"):
        run_report(made.notebook, output=made.root)


@pytest.mark.parametrize("notebook", ["http://example.org/n.ipynb", "s3://b/n.ipynb", "a\x00"])
def test_a_notebook_from_an_address_is_refused(notebook):
    with pytest.raises(ParameterError, match="never an address"):
        run_report(notebook)


def test_a_misspelt_notebook_gets_a_guess(tmp_path, monkeypatch):
    monkeypatch.setenv("SKILLSFC_NOTEBOOKS", str(tmp_path))
    write_notebook(tmp_path / "90_country_brief.ipynb")
    with pytest.raises(ParameterError, match="Did you mean '90_country_brief'"):
        run_report("90_contry_brief")


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "600"])
def test_a_run_always_has_a_timeout(made, timeout):
    with pytest.raises(ParameterError, match="seconds above 0"):
        run_report(made.notebook, output=made.root, timeout=timeout)


def test_a_cell_whose_errors_would_be_passed_over_is_banned(made):
    write_notebook(made.notebook, "1 / 0", tags=("raises-exception",))
    with pytest.raises(ReportError, match="tagged 'raises-exception'"):
        carry_out(made)


def test_different_questions_have_different_folders(made):
    def parts(**values):
        chosen = {"country": "MAR", "horizon": 2035, "scenario": "base", **values}
        return target_parts(made.notebook, chosen)

    assert parts() == ["MAR", "example"]
    assert parts(horizon=2040) == ["MAR", "example-horizon-2040"]
    assert parts(scenario="a/b") != parts(scenario="a_b") != parts(scenario="a b")
    assert all(slug(part) or part == "MAR" for part in parts(scenario="../../x"))
    assert "/" not in parts(scenario="../../x")[1]


def test_a_users_file_travels_by_its_name_only(tmp_path):
    mine = tmp_path / "private folder" / "mine.csv"
    mine.parent.mkdir()
    mine.write_text("a\n1\n")
    (tmp_path / "work").mkdir()
    brought = run.bring_files({"file": str(mine), "country": "MAR"}, tmp_path / "work")
    assert brought == {"file": "files/file/mine.csv", "country": "MAR"}
    assert (tmp_path / "work" / brought["file"]).read_text() == "a\n1\n"
