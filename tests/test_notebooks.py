"""Every shipped notebook becomes a whole report, offline, from a clean start."""

import ast
import hashlib
import html
import json
import re
from contextlib import closing
from functools import cache
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pytest
from example_notebooks import snapshot

import skillsfc as sf
from skillsfc._paths import notebooks_dir
from skillsfc.errors import ReportError
from skillsfc.report.execute import Register
from skillsfc.report.plan import make_plan
from skillsfc.report.preloaded import Nursery
from skillsfc.report.run import carry_out
from skillsfc.report.workbook import FIRST_ROW

pytestmark = pytest.mark.notebook

# Morocco has most of the tables, Kosovo the fewest: no series of employment, no mortality.
RUNS = [
    ("00_start_here", "MAR"),
    ("01_check_the_data", "MAR"),
    ("10_employment_outlook", "MAR"),
    ("11_occupations_and_qualifications", "MAR"),
    ("11_occupations_and_qualifications", "XEX"),
    ("12_replacement_demand", "MAR"),
    ("12_replacement_demand", "XEX"),
    ("14_green_and_digital", "MAR"),
    ("14_green_and_digital", "XEX"),
    ("15_how_good_is_the_forecast", "MAR"),
    ("20_school_to_work_stages", "GBR"),
    ("20_school_to_work_stages", "XEX"),
    ("21_time_to_work", "GBR"),
    ("22_multistate", "GBR"),
    ("23_sequences", "GBR"),
    ("25_flows", "XEX"),
    ("90_country_brief", "XKX"),
    ("90_country_brief", "MAR"),
]
WORKBOOK = 1e-14  # a workbook keeps sixteen figures of a number, a csv seventeen
NAMES = {
    "MAR": "Morocco",
    "XKX": "Kosovo",
    "XEX": "Examplia (synthetic)",
    "GBR": "Northern Ireland",
}
FEWEST_FIGURES = {
    ("00_start_here", "MAR"): 1,
    ("01_check_the_data", "MAR"): 0,
    ("10_employment_outlook", "MAR"): 2,
    ("11_occupations_and_qualifications", "MAR"): 3,
    ("11_occupations_and_qualifications", "XEX"): 4,
    ("12_replacement_demand", "MAR"): 1,
    ("12_replacement_demand", "XEX"): 3,
    ("14_green_and_digital", "MAR"): 2,
    ("14_green_and_digital", "XEX"): 3,
    ("15_how_good_is_the_forecast", "MAR"): 4,
    ("20_school_to_work_stages", "GBR"): 1,
    ("20_school_to_work_stages", "XEX"): 1,
    ("21_time_to_work", "GBR"): 3,
    ("22_multistate", "GBR"): 1,
    ("23_sequences", "GBR"): 2,
    ("25_flows", "XEX"): 1,
    ("90_country_brief", "XKX"): 4,
    ("90_country_brief", "MAR"): 12,
}


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text of its title."""

    def __init__(self, page):
        super().__init__()
        self.found, self.title, self._inside = [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self._inside = tag == "title"

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.title += data

    def of(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def run_forked():
    """Run a notebook as `sf.run_report` does, but with the kernels of a batch."""
    with closing(Nursery()) as nursery:

        def run(notebook, *, output, **parameters):
            return carry_out(make_plan(notebook, parameters, output=output), Register(nursery))

        yield run


@pytest.fixture(scope="module")
def report_of(tmp_path_factory, run_forked):
    """Run each notebook once, whichever test asks first."""
    root = tmp_path_factory.mktemp("reports")
    return cache(lambda notebook, country: run_forked(notebook, country=country, output=root))


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: f"{run[0]}-{run[1]}")
def made(request, report_of):
    """One report; the tests below look at it from all sides."""
    return request.param, report_of(*request.param)


def cells(notebook, kind):
    book = json.loads((notebooks_dir() / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == kind]


def test_every_shipped_notebook_is_run_here():
    assert {notebook for notebook, _ in RUNS} == {p.stem for p in notebooks_dir().glob("*.ipynb")}


def test_the_report_is_whole(made):
    run, report = made
    assert report.folder.parts[-2:] == (run[1], run[0].split("_", 1)[1])
    for name in ("brief.html", "brief.ipynb", "workbook.xlsx", "provenance.json"):
        assert (report.folder / name).stat().st_size > 500, name
    assert len(list((report.folder / "tables").glob("*.csv"))) >= 3
    drawings, pictures = (
        {path.stem for path in (report.folder / "figures").glob(f"*.{ending}")}
        for ending in ("svg", "png")
    )
    assert drawings == pictures
    assert len(drawings) >= FEWEST_FIGURES[run]


def test_the_page_reaches_for_nothing_outside_itself(made):
    tags = Tags(made[1].page.read_text(encoding="utf-8"))
    links = [
        given[name]
        for _, given in tags.found
        for name in ("src", "href", "srcset", "action", "data")
        if name in given
    ]
    assert [link[:80] for link in links if not link.startswith(("#", "data:image/"))] == []
    assert tags.of("script") == tags.of("iframe") == tags.of("link") == []


def test_every_picture_says_what_it_shows(made):
    run, report = made
    pictures = Tags(report.page.read_text(encoding="utf-8")).of("img")
    assert len(pictures) >= FEWEST_FIGURES[run]
    assert [p["src"][:40] for p in pictures if len((p.get("alt") or "").strip()) < 40] == []


def test_the_title_names_the_country_and_the_page_its_language(made):
    (_, country), report = made
    tags = Tags(report.page.read_text(encoding="utf-8"))
    assert NAMES[country] in tags.title
    assert tags.of("html")[0]["lang"] == "en"


def test_the_page_hides_the_code_and_the_notebook_keeps_it(made):
    (notebook, _), report = made
    page = html.unescape(report.page.read_text(encoding="utf-8"))
    prose = "\n".join(cells(notebook, "markdown"))
    lines = [
        line.strip()
        for source in cells(notebook, "code")
        for line in source.splitlines()
        if len(line.strip()) > 20 and line.strip() not in prose
    ]
    assert len(lines) > 8
    assert [line for line in lines if line in page] == []
    book = json.loads((report.folder / "brief.ipynb").read_text(encoding="utf-8"))
    kept = "\n".join("".join(cell["source"]) for cell in book["cells"])
    assert "import skillsfc as sf" in kept


def test_the_page_shows_no_error_and_no_hole(made):
    page = made[1].page.read_text(encoding="utf-8")
    for trace in ("Traceback", "Warning:", "&lt;Axes", "&lt;Figure", ">nan<", ">None<"):
        assert trace not in page


def test_every_csv_reads_back_and_is_a_sheet_of_the_workbook(made):
    _, report = made
    book = openpyxl.load_workbook(report.folder / "workbook.xlsx", read_only=True)
    paths = sorted((report.folder / "tables").glob("*.csv"))
    assert set(book.sheetnames) == {"contents", *(path.stem for path in paths)}
    for path in paths:
        table = pd.read_csv(path)
        assert len(table.columns) > 1, path.name
        assert [c for c in table.columns if c.startswith("Unnamed") or not c.strip()] == []
        header, *rows = list(book[path.stem].iter_rows(min_row=FIRST_ROW + 1, values_only=True))
        assert list(header) == list(table.columns), path.name
        assert len(rows) == len(table), path.name
        for at, column in enumerate(table.columns):
            if table[column].dtype.kind in "if":
                shown = pd.Series([row[at] for row in rows], dtype="float64")
                near = np.isclose(shown, table[column], rtol=WORKBOOK, atol=0, equal_nan=True)
                assert near.all(), f"{path.name} {column}"


def test_years_are_whole_numbers_in_every_csv(made):
    _, report = made
    broken = {}
    for path in sorted((report.folder / "tables").glob("*.csv")):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        years = [text for text in table.get("year", []) if text]
        wrong = [text for text in years if re.fullmatch(r"\d{4}", text) is None]
        if wrong:
            broken[path.name] = wrong[0]
    assert broken == {}


def test_provenance_holds_the_parameters_and_the_hash_of_every_file(made):
    (notebook, country), report = made
    about = json.loads((report.folder / "provenance.json").read_text(encoding="utf-8"))
    declared = {
        node.target.id: ast.literal_eval(node.value)
        for node in ast.parse(cells(notebook, "code")[0]).body
    }
    assert about["parameters"] == {**declared, "country": country}
    hashes = {entry["file"]: entry["sha256"] for entry in about["outputs"]}
    assert set(hashes) == set(report.files) - {"provenance.json"}
    for name, expected in hashes.items():
        content = (report.folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected, name


def test_the_same_parameters_give_the_same_bytes(report_of, tmp_path):
    first = report_of("00_start_here", "MAR")
    second = sf.run_report("00_start_here", country="MAR", output=tmp_path)
    one, two = snapshot(first.folder), snapshot(second.folder)
    assert set(one) == set(two)
    same = [name for name in one if name.startswith(("tables/", "figures/"))]
    assert len(same) >= 5
    assert [name for name in same if one[name] != two[name]] == []


def own_series(folder, **change):
    """Write a series of employment of one's own, with the year 2007 left out."""
    years = [year for year in range(1998, 2020) if year != 2007]
    table = pd.DataFrame({"country": "MAR", "year": years})
    table["persons"] = [10_000_000 + 120_000 * (year - 1998) for year in years]
    table = table.assign(unit="persons", status="observed", source="mine").assign(**change)
    path = folder / "my_jobs.csv"
    table.to_csv(path, index=False)
    return str(path)


def test_a_file_of_ones_own_is_checked_instead_of_the_embedded_series(tmp_path, run_forked):
    file = own_series(tmp_path)
    report = run_forked("01_check_the_data", country="MAR", file=file, output=tmp_path / "out")
    issues = pd.read_csv(report.folder / "tables" / "issues.csv")
    gap = issues[issues["rule"] == "missing_years"]
    assert gap["affected"].tolist() == [1]
    assert "break" not in set(issues["rule"])  # what the embedded series of Morocco has
    assert str(tmp_path) not in report.page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": "thousand persons"}, "unit"),
        ({"country": "Marocco"}, "Marocco"),
    ],
)
def test_a_wrong_file_fails_the_report_by_name_and_publishes_nothing(
    tmp_path, run_forked, change, said
):
    file = own_series(tmp_path, **change)
    with pytest.raises(ReportError, match=said) as refusal:
        run_forked("01_check_the_data", country="MAR", file=file, output=tmp_path / "out")
    assert "TableError" in str(refusal.value)
    published = [p for p in (tmp_path / "out").rglob("brief.html") if ".runs" not in p.parts]
    assert published == []
    assert not (tmp_path / "out" / "MAR").exists()


def test_histories_of_ones_own_with_arabic_headers_give_the_same_report(tmp_path, run_forked):
    spells = sf.example(seed=1, persons=400).spells
    arabic = {"person": "الشخص", "state": "الحالة", "start": "من", "end": "إلى", "to_state": "بعد"}
    kept = [*arabic, "event", "sex", "weight", "entry"]
    file, mapping = tmp_path / "spells.csv", tmp_path / "mapping.yml"
    spells[kept].rename(columns=arabic).to_csv(file, index=False, encoding="cp1256")
    lines = [f"  {ours}: {theirs}" for ours, theirs in arabic.items()]
    lines += [f"  {name}: {name}" for name in ("event", "sex", "weight", "entry")]
    mapping.write_text("\n".join(["columns:", *lines]), encoding="utf-8")
    report = run_forked(
        "21_time_to_work", country="TUN", file=str(file), mapping=str(mapping), formula="sex",
        learning="education apprenticeship", working="temporary_job stable_job",
        idle="unemployment inactivity", stable="stable_job", unemployed="unemployment",
        output=tmp_path / "out",
    )  # fmt: skip
    found = pd.read_csv(report.folder / "tables" / "waiting_curve.csv")
    direct = sf.measure_time_to(spells, to="stable_job", min_length=6)
    expected = sf.estimate_survival(direct, group="sex").table
    # The page tells curves in fives of persons.
    five = 5 / expected.groupby("sex")["at_risk"].transform("first")
    steps = (found["probability"] / five)[found["probability"] < 1]
    assert np.allclose(steps, steps.round(), atol=1e-6)
    assert (found["probability"] - expected["probability"]).abs().le(five / 2 + 1e-9).all()
    page = report.page.read_text(encoding="utf-8")
    assert "Tunisia" in page
    assert str(tmp_path) not in page
