"""A forked kernel keeps every promise of a cold one, and where it cannot be, a cold one serves."""

import json
import os
import signal
import threading
import time

import pytest
from example_notebooks import PUBLISHING, snapshot, write_notebook

from skillsfc.errors import ReportError
from skillsfc.report import execute, run
from skillsfc.report.plan import make_plan
from skillsfc.report.preloaded import ForkedKernel, Nursery, is_supported
from skillsfc.report.run import carry_out

pytestmark = [
    pytest.mark.notebook,
    pytest.mark.skipif(not is_supported(), reason="kernels cannot be forked here"),
]
FAULTS = {
    "exception": ("raise ValueError('the reason')", "ValueError: the reason"),
    "exit": ("import sys; sys.exit(0)", "cell 3|cell 4"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    "timeout": ("import time; time.sleep(60)", "not finished after"),
}
ABOUT = """
import json, os, random, subprocess, sys
import numpy as np
about = {"pid": os.getpid(), "parent": os.getppid(), "folder": os.getcwd(), "preloaded": preloaded,
         "random": random.random(), "numpy": float(np.random.rand()), "word": os.environ["WORD"],
         "child": subprocess.run([sys.executable, "-c", "exit(3)"]).returncode}
open(country + ".json", "w").write(json.dumps(about))
open(os.environ["ABOUT"] + country, "w").write(json.dumps(about))
"""


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


def planned(folder, *sources, **options):
    notebook = write_notebook(folder / "50_example.ipynb", *sources)
    country = options.pop("country", "MAR")
    return make_plan(notebook, {"country": country}, output=folder / "reports", **options)


def gone(pid):
    """Return whether a process ends within some seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_forked_kernel_makes_the_same_files_as_a_cold_one(tmp_path, nursery, monkeypatch):
    monkeypatch.setattr(run, "fingerprint", lambda *given: "mark")
    plan = planned(tmp_path, PUBLISHING)
    cold = snapshot(carry_out(plan).folder)
    forked = snapshot(carry_out(plan, execute.Register(nursery)).folder)
    assert [name for name in cold if cold[name] != forked.get(name)] == ["provenance.json"]
    inputs = [json.loads(found["provenance.json"])["inputs"] for found in (cold, forked)]
    assert inputs[0] == inputs[1] != []


def test_kernels_have_folder_environment_and_chance_of_their_own(tmp_path, nursery, monkeypatch):
    monkeypatch.setenv("ABOUT", f"{tmp_path}/about-")
    first = "import sys; preloaded = 'skillsfc.report.charts.fan' in sys.modules"
    found = {}
    for code in ("MAR", "TUN"):
        monkeypatch.setenv("WORD", f"for {code}")
        carry_out(planned(tmp_path, first, ABOUT, country=code), execute.Register(nursery))
        found[code] = json.loads((tmp_path / f"about-{code}").read_text())
    one, two = found["MAR"], found["TUN"]
    assert all(about["preloaded"] for about in (one, two))
    assert one["parent"] == two["parent"] == nursery._process.pid
    assert all(one[key] != two[key] for key in ("pid", "folder", "random", "numpy"))
    assert (one["word"], two["word"]) == ("for MAR", "for TUN")
    assert one["child"] == two["child"] == 3  # a notebook still learns how its children end
    assert gone(one["pid"])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_forked_kernel_fails_its_own_run_only(tmp_path, nursery, fault):
    source, said = FAULTS[fault]
    plan = planned(tmp_path, source, "4 + 4", timeout=4 if fault == "timeout" else 60)
    with pytest.raises(ReportError, match=said) as caught:
        carry_out(plan, execute.Register(nursery))
    assert isinstance(caught.value, run.KernelLost) == (fault in ("killed",))
    assert not plan.target.exists()
    assert carry_out(planned(tmp_path, "1 + 1"), execute.Register(nursery)).status == "passed"


def test_a_stop_ends_a_forked_kernel(tmp_path, nursery):
    plan = planned(tmp_path, "import os, time; open('pid', 'w').write(str(os.getpid()))\n"
                   "time.sleep(60)")  # fmt: skip
    register = execute.Register(nursery)
    pids = []

    def stop():
        deadline = time.monotonic() + 30
        while not pids and time.monotonic() < deadline:
            time.sleep(0.2)
            paths = (tmp_path / "reports" / ".runs").glob("*/work/pid")
            pids.extend(int(text) for path in paths if (text := path.read_text()))
        register.stop()

    threading.Thread(target=stop).start()
    with pytest.raises(run.Stopped):
        carry_out(plan, register)
    assert len(pids) == 1
    assert gone(pids[0])


def test_without_its_nursery_a_kernel_ends_and_the_next_one_starts_cold(tmp_path):
    nursery = Nursery()
    try:
        environment = execute.kernel_environment(tmp_path, one_thread=True)
        kernel = nursery.fork(str(tmp_path / "c.json"), str(tmp_path), environment)
        assert isinstance(kernel, ForkedKernel)
        assert kernel.poll() is None
        os.kill(nursery._process.pid, signal.SIGKILL)
        assert kernel.wait(10) == 1
        assert gone(kernel.pid)
        assert nursery.fork(str(tmp_path / "d.json"), str(tmp_path), environment) is None
        plan = planned(tmp_path, "1 + 1")
        assert carry_out(plan, execute.Register(nursery)).status == "passed"
    finally:
        nursery.close()


def test_closing_ends_the_process_and_its_kernels(tmp_path):
    nursery = Nursery()
    environment = execute.kernel_environment(tmp_path, one_thread=True)
    kernel = nursery.fork(str(tmp_path / "c.json"), str(tmp_path), environment)
    nursery.close()
    assert nursery._process.poll() is not None
    assert kernel.wait(10) == 1


def test_an_environment_variable_turns_it_off(tmp_path, monkeypatch):
    monkeypatch.setenv("SKILLSFC_PRELOADED", "0")
    assert Nursery().fork(str(tmp_path / "c.json"), str(tmp_path), {}) is None
