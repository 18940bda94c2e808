"""One failing country fails alone, every country has a status, and words in YAML stay words."""

import json
import os

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from example_notebooks import snapshot, write_notebook

from skillsfc.errors import ParameterError, ReportError, SourceError
from skillsfc.report import batch, provenance, run
from skillsfc.report.batch import Batch, is_current, run_batch
from skillsfc.report.batch_file import find_batch_file, read_order, read_words
from skillsfc.report.execute import Execution, Register
from skillsfc.report.index import TILES, write_index
from skillsfc.report.plan import make_plan

SOURCE = """
from skillsfc.report.collect import publish_facts, publish_text
if country == "TUN":
    raise ValueError("no data <b>here</b>")
publish_facts(title="T", jobs="5 million")
publish_text([f"Message of {country}."], name="key_messages")
"""


def write_batch(folder, text, source=SOURCE):
    notebook = write_notebook(folder / "50_example.ipynb", source)
    path = folder / "batch.yml"
    path.write_text(f"notebook: {notebook}\n{text}", encoding="utf-8")
    return path


@pytest.fixture
def fixed_inputs(monkeypatch):
    """Code and data that do not change while the test runs."""
    marks = {"code": "c1", "data": "d1"}
    monkeypatch.setattr(provenance, "code_hash", lambda: marks["code"])
    monkeypatch.setattr(provenance, "data_hash", lambda: marks["data"])
    return marks


@pytest.fixture
def counted(monkeypatch):
    """Reports made without a kernel, counted by country."""
    calls = []

    def carry_out(plan, register=None):
        calls.append(plan.parameters["country"])
        plan.target.mkdir(parents=True, exist_ok=True)
        (plan.target / "brief.html").write_text("page")
        about = {
            "fingerprint": provenance.fingerprint(plan.notebook, plan.parameters),
            "outputs": provenance.outputs(plan.target),
        }
        (plan.target / "provenance.json").write_text(json.dumps(about))

    monkeypatch.setattr(batch, "carry_out", carry_out)
    return calls


@pytest.mark.notebook
def test_a_failing_country_fails_alone_and_a_second_run_makes_only_what_is_missing(
    tmp_path, fixed_inputs
):
    path = write_batch(tmp_path, "countries: [MAR, TUN, KAZ]\ntimeout: 60\n")
    root = tmp_path / "reports"
    first = run_batch(path, workers=2, output=root)
    status = dict(zip(first.table["country"], first.table["status"], strict=True))
    assert status == {"KAZ": "passed", "MAR": "passed", "TUN": "failed"}
    reason = first.table.set_index("country").loc["TUN", "reason"]
    assert "ValueError: no data <b>here</b>" in reason
    assert str(root) not in reason
    assert (first.table["seconds"] > 0).all()
    assert list(first.failed["country"]) == ["TUN"]
    before = snapshot(root / "MAR")

    second = run_batch(path, workers=2, output=root)
    assert list(second.table["status"]) == ["reused", "reused", "failed"]
    assert snapshot(root / "MAR") == before

    soup = BeautifulSoup((root / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = [a["href"] for a in soup.table.find_all("a")] + [a["href"] for a in soup.find_all("a")]
    assert set(links) == {"MAR/example/brief.html", "KAZ/example/brief.html"}
    assert all((root / link).is_file() for link in links)
    assert "Message of MAR." in soup.get_text()
    assert "5 million" in soup.get_text()
    assert "no data <b>here</b>" in soup.get_text()
    assert "http" not in str(soup).replace("http-equiv", "")
    listed = json.loads((root / "batch.json").read_text(encoding="utf-8"))
    assert listed["counts"] == {"reused": 2, "failed": 1}
    saved = pd.read_csv(root / "status.csv", keep_default_na=False)
    assert list(saved["country"]) == ["KAZ", "MAR", "TUN"]


def test_a_report_is_current_only_while_nothing_that_made_it_changed(
    tmp_path, fixed_inputs, counted
):
    path = write_batch(tmp_path, "countries: [MAR]\n")
    root = tmp_path / "reports"

    def status(**options):
        return run_batch(path, workers=1, output=root, **options).table["status"].iloc[0]

    assert status() == "passed"
    assert status() == "reused"
    assert status(resume=False) == "passed"
    for part in ("code", "data"):
        fixed_inputs[part] += "x"
        assert status() == "passed", part
        assert status() == "reused", part
    (root / "MAR" / "example" / "brief.html").write_text("tampered")
    assert status() == "passed"
    write_batch(tmp_path, "countries: [MAR]\n", source=SOURCE + "\n# changed")
    assert status() == "passed"
    assert len(counted) == 6


def test_a_users_file_counts_by_its_content(tmp_path, fixed_inputs):
    notebook = write_notebook(tmp_path / "n.ipynb", parameters='file: str = ""  # path')
    mine = tmp_path / "mine.csv"
    mine.write_text("a\n1\n")
    plan = make_plan(notebook, {"file": str(mine)}, output=tmp_path / "r")
    first = provenance.fingerprint(notebook, plan.parameters)
    mine.write_text("a\n2\n")
    assert provenance.fingerprint(notebook, plan.parameters) != first
    assert not is_current(plan)


def test_lists_of_parameters_are_crossed(tmp_path, counted):
    text = "countries: [MAR, KAZ]\nparameters:\n  horizon: [2030, 2035]\n  scenario: green\n"
    made = run_batch(write_batch(tmp_path, text), workers=1, output=tmp_path / "r")
    assert sorted(made.table["folder"]) == [
        "KAZ/example-horizon-2030-scenario-green",
        "KAZ/example-scenario-green",
        "MAR/example-horizon-2030-scenario-green",
        "MAR/example-scenario-green",
    ]


def test_words_in_yaml_stay_words(tmp_path):
    path = tmp_path / "b.yml"
    path.write_text("a: [NO, no, 0123, 12:30, 1E5, null, ~, true, 2024-01-01, 0x1F, .5]\nb:\n")
    found = read_words(path)
    words = ["NO", "no", "0123", "12:30", "1E5", "null", "~", "true", "2024-01-01", "0x1F", ".5"]
    assert found == {"a": words, "b": ""}


def test_the_country_no_is_not_false(tmp_path):
    path = write_batch(tmp_path, "countries: [NO, KE]\n")
    order = read_order(path)
    assert [run["country"] for run in order.runs] == ["NO", "KE"]
    plan = make_plan(order.notebook, order.runs[0], output=tmp_path, text=True)
    assert plan.parameters["country"] == "NOR"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("countries: [MAR]\ncountries: [TUN]\n", "given twice"),
        ("a: !!python/object/apply:os.system ['touch owned']\n", "python/object"),
        ("a: [1, 2\n", "valid YAML"),
        ("- a\n- b\n", "name: value"),
        ("{[a]: 1}\n", "no word"),
        ("a: \x00\n", "valid YAML"),
    ],
)
def test_yaml_that_is_unsafe_or_unclear_is_refused(tmp_path, text, said):
    path = tmp_path / "b.yml"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        read_words(path)
    assert not (tmp_path / "owned").exists()


def test_a_file_that_is_not_there_or_not_utf8_is_named(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        run_batch(tmp_path / "none.yml")
    (tmp_path / "b.yml").write_bytes(b"a: \xff\xfe\xff")
    with pytest.raises(SourceError, match="not UTF-8"):
        read_words(tmp_path / "b.yml")


def test_groups_stand_for_their_countries(tmp_path):
    for group, count in (("all", 34), ("etf", 29), ("ilo_norway", 6)):
        assert len(read_order(write_batch(tmp_path, f"countries: {group}\n")).runs) == count


def test_the_shipped_batch_file_asks_for_every_partnership_country():
    order = read_order(find_batch_file("reports/batch.yml"))
    assert order.notebook == "90_country_brief"
    assert len(order.runs) == 34


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contries: [MAR]\n", "Did you mean 'countries'"),
        ("countries: [MARR]\n", "Did you mean 'MAR'"),
        ("countries: eft_countries\n", "a list, or 'all'"),
        ("countries: [MAR]\nparameters: {horzon: 2035}\n", "Did you mean 'horizon'"),
        ("countries: [MAR]\nparameters: {horizon: 1999}\n", "2027..2050"),
        ("countries: [MAR]\nparameters: [horizon]\n", "name: value"),
        ("countries: [MAR]\ntimeout: soon\n", "seconds, such as 600"),
        ("countries: []\nparameters: {horizon: []}\n", "0 reports"),
    ],
)
def test_everything_wrong_is_said_before_anything_runs(tmp_path, counted, text, said):
    with pytest.raises(ParameterError, match=said):
        run_batch(write_batch(tmp_path, text), output=tmp_path / "r")
    assert counted == []
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("workers", [0, -1, 33, 1.5, "2", True])
def test_workers_are_a_sensible_number(tmp_path, workers):
    with pytest.raises(ParameterError, match="workers"):
        run_batch(write_batch(tmp_path, "countries: [MAR]\n"), workers=workers)


def test_only_a_lost_kernel_gets_a_second_try(tmp_path, monkeypatch):
    calls = []

    def carry_out(plan, register=None):
        calls.append(plan.parameters["country"])
        if plan.parameters["country"] == "MAR" and calls.count("MAR") == 1:
            raise run.KernelLost("report", ["the kernel died"])
        if plan.parameters["country"] == "TUN":
            raise ReportError("report", ["cell 3: a fault"])
        if plan.parameters["country"] == "KAZ":
            raise MemoryError("enough")

    monkeypatch.setattr(batch, "carry_out", carry_out)
    path = write_batch(tmp_path, "countries: [MAR, TUN, KAZ]\n")
    made = run_batch(path, workers=1, output=tmp_path / "r")
    assert sorted(calls) == ["KAZ", "MAR", "MAR", "TUN"]
    assert list(made.table["status"]) == ["failed", "passed", "failed"]
    assert made.table["reason"].iloc[0] == "MemoryError: enough"


def test_an_interrupted_batch_still_says_what_became_of_every_country(tmp_path, monkeypatch):
    def carry_out(plan, register):
        if plan.parameters["country"] == "KAZ":
            return
        raise run.Stopped("report")

    monkeypatch.setattr(batch, "carry_out", carry_out)

    def interrupted(bar, row):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "_advance", interrupted)
    path = write_batch(tmp_path, "countries: [MAR, TUN, KAZ]\n")
    with pytest.raises(KeyboardInterrupt):
        run_batch(path, workers=1, output=tmp_path / "r")
    saved = pd.read_csv(tmp_path / "r" / "status.csv", keep_default_na=False)
    assert dict(zip(saved["country"], saved["status"], strict=True)) == {
        "KAZ": "passed",
        "MAR": "interrupted",
        "TUN": "interrupted",
    }


def test_after_a_stop_no_execution_begins(tmp_path):
    register = Register()
    register.stop()
    late = Execution(tmp_path / "n.ipynb", tmp_path / "o.ipynb", tmp_path, {}, 60)
    register.add(late)
    assert late.stopped.is_set()


def test_the_index_keeps_the_link_to_the_last_good_report(tmp_path):
    folder = tmp_path / "MAR" / "brief"
    folder.mkdir(parents=True)
    (folder / "provenance.json").write_text(json.dumps({"finished": "2026-01-02T03:04:05"}))
    columns = ["country", "run", "status", "seconds", "reason", "folder"]
    rows = [
        ["MAR", "brief", "failed", 1.0, "<script>alert(1)</script>", "MAR/brief"],
        ["XKX", "brief", "failed", 1.0, "none", "XKX/brief"],
    ]
    write_index(Batch(pd.DataFrame(rows, columns=columns), tmp_path, 2.0))
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert [a["href"] for a in soup.find_all("a")] == ["MAR/brief/brief.html"]
    assert "the last good one, of 2026-01-02" in soup.get_text()
    assert soup.find("script") is None


def test_the_tile_map_has_each_country_once_on_its_own_tile():
    from skillsfc.countries import list_countries

    assert set(TILES) == set(list_countries()["country"])
    assert len(set(TILES.values())) == len(TILES)


def test_an_unnamed_environment_variable_decides_the_folder(tmp_path, counted, monkeypatch):
    monkeypatch.setenv("SKILLSFC_REPORTS", str(tmp_path / "reports"))
    run_batch(write_batch(tmp_path, "countries: [MAR]\n"))
    assert (tmp_path / "reports" / "index.html").is_file()
    assert os.environ["SKILLSFC_REPORTS"] == str(tmp_path / "reports")
