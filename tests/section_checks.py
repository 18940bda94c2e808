"""What every section keeps: its numbers stand in its tables, its sentences are whole."""

import re

import numpy as np

from skillsfc.report.text import untraced_numbers


def held(fact, section):
    """Whether a quoted figure stands in the table that it names."""
    numbers = section.table(fact["table"]).select_dtypes("number").to_numpy(dtype="float64")
    return bool(np.isclose(numbers, fact["value"], rtol=1e-9, atol=1e-12).any())


def check_section(section, *, allowed=()):
    """Assert that numbers are traced and held, and that no sentence has a hole or a slip."""
    for text in section.paragraphs:
        assert untraced_numbers(text, section.facts.table, allowed=allowed) == [], text
        for slip in ("nan", "None", "  ", "..", " ,", " .", "inf ", "{", "}", "()"):
            assert slip not in text.replace("\N{NO-BREAK SPACE}", " "), (slip, text)
        assert text[0].isupper() or text[0].isdigit(), text
        assert text.endswith("."), text
        plain = text.replace("\N{NO-BREAK SPACE}", " ")
        assert not re.search(r"(?<![\d.,])1 (months|years|persons|moves|kinds|interviews)\b", plain)
    lost = [fact for fact in section.facts.rows if not held(fact, section)]
    assert lost == []
    names = [item.name for item in (*section.tables, *section.figures)]
    assert len(names) == len(set(names))
    return " ".join(section.paragraphs).replace("\N{NO-BREAK SPACE}", " ")
