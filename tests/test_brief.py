"""The country brief: every number of its text stands in a published table."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.report.brief.limits import MOST_MESSAGES
from skillsfc.report.display import source_line
from skillsfc.report.text import untraced_numbers
from skillsfc.results import table_hash

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "90_country_brief.ipynb"
# Morocco has a census, Kosovo and Libya no employment series, Syria a war, Lebanon no sectors,
# Ethiopia no services share: between them every branch of the brief.
COUNTRIES = ("MAR", "XKX", "SYR", "LBN", "ETH")
NAMES = ("10", "15", "24", "64", "65", "08")  # ages and ISCO-08: names, not figures


@pytest.fixture(scope="module", autouse=True)
def _once():
    """Compute once what the notebook computes alike for every country: the same of the same."""

    def remembered(function):
        known = {}

        def call(*tables, **options):
            given = [*tables, *options, *options.values()]
            key = tuple(table_hash(g) if isinstance(g, pd.DataFrame) else g for g in given)
            if key not in known:
                known[key] = function(*tables, **options)
            return known[key]

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("backtest", "forecast_employment", "collect_headlines"):
            patch.setattr(sf, name, remembered(getattr(sf, name)))
        yield


@pytest.fixture(scope="module", params=COUNTRIES)
def brief(request):
    """Run the notebook's own cells for one country and return what they made."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    space = {}
    for cell in cells:
        if cell["cell_type"] != "code" or ".show()" in "".join(cell["source"]):
            continue
        exec("".join(cell["source"]), space)  # the notebook is the thing under test
        if "parameters" in cell["metadata"].get("tags", []):
            space["country"] = request.param
    return space


def sections(brief):
    return [*brief["sections"], brief["occupations"], brief["limits"]]


def known_sources(brief):
    """Return the numbers in the titles of sources, such as an edition's year."""
    used = [*brief["data"].coverage["source"], "factbook", "wpp2024", "pwt91"]
    return source_line(dict.fromkeys(used))


def test_every_number_in_the_text_is_a_fact(brief):
    titles = known_sources(brief)
    for section in sections(brief):
        for text in (*section.paragraphs, section.message):
            plain = text
            for title in titles.split("; "):
                plain = plain.replace(title, "")
            plain = plain.replace(brief["data"].note or "\0", "")
            for finding in findings(brief):  # quoted whole from the published table of findings
                plain = plain.replace(finding, "")
            assert untraced_numbers(plain, section.facts.table, allowed=NAMES) == [], text


def findings(brief):
    if brief["forecast"] is None:
        return []
    return [text[1:] for text in brief["forecast"].issues["text"]]


def numbers_of(table):
    columns = [c for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    return np.concatenate([table[c].astype(float).to_numpy() for c in columns])


def test_every_fact_stands_in_the_table_it_names(brief):
    tables = {t.name: t.table for section in sections(brief) for t in section.tables}
    for section in sections(brief):
        for fact in section.facts.rows:
            assert fact["table"] in tables, fact
            held = numbers_of(tables[fact["table"]])
            near = np.isclose(np.abs(held), abs(fact["value"]), rtol=1e-9, atol=1e-12)
            assert near.any(), fact


def test_products_have_names_of_their_own_titles_and_alt_texts(brief):
    items = [(p.name, p.title) for s in sections(brief) for p in (*s.figures, *s.tables)]
    names = [name for name, _ in items]
    assert len(names) == len(set(names))
    assert all(title.strip() for _, title in items)
    for section in sections(brief):
        for figure in section.figures:
            assert len(figure.figure.alt_text) > 40


def test_there_are_five_key_messages_about_this_country(brief):
    messages = sf.list_key_messages(brief["sections"])
    assert len(messages) == MOST_MESSAGES
    assert all(message.endswith(".") and len(message) < 420 for message in messages)
    assert sum(brief["data"].name in message for message in messages) >= 3


def test_no_text_has_a_hole(brief):
    for section in sections(brief):
        for text in section.paragraphs:
            assert "nan" not in text.casefold().split()
            assert "None" not in text
            assert "  " not in text


def test_a_country_without_a_series_gets_no_forecast_and_is_told_so(brief):
    if brief["data"].country == "XKX":
        assert brief["forecast"] is None
        assert "no outlook is computed" in brief["outlook"].paragraphs[0]
    else:
        end = brief["forecast"].table
        assert end["year"].max() == 2035
        assert (end["lower"] < end["persons"]).all()


def test_the_verdict_is_said_in_the_words_of_the_table(brief):
    if brief["forecast"] is not None:
        assert brief["forecast"].choice["verdict"].iloc[0] in brief["trust"].message


def test_the_missing_data_come_with_a_command_for_this_country(brief):
    missing = brief["limits"].table("missing")
    assert len(missing) > 0
    assert missing["command"].str.contains(brief["data"].country).all()
    assert missing["command"].str.startswith("curl -o ").all()
