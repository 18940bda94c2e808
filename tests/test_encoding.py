"""Old code pages: the right words, or an error that lists what they may be, never nonsense."""

import random
import unicodedata
from pathlib import Path

import pytest

import skillsfc as sf
from skillsfc.errors import SourceError
from skillsfc.schema import code_list
from skillsfc.sources.encoding import decode

FILE = Path("own.csv")
CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "cp866", "cp1125", "iso8859_5")
SPELLS = "person,state,start,end\n1,РАБОТА,0,12\n1,УЧЁБА,12,30\n"


@pytest.mark.parametrize("encoding", CYRILLIC)
@pytest.mark.parametrize("text", [SPELLS, SPELLS.lower(), SPELLS.title(), "ответ\nда\nнет\n"])
def test_cyrillic_of_any_code_page_is_read_as_written(encoding, text):
    assert decode(text.encode(encoding), FILE) == text


@pytest.mark.parametrize("encoding", ["cp1256", "iso8859_6"])
def test_arabic_of_either_code_page_is_read_as_written(encoding):
    text = "العمر,الجنس\n20,أنثى\n"
    assert decode(text.encode(encoding), FILE) == text


def test_a_file_of_spells_from_dos_keeps_its_states(tmp_path):
    (tmp_path / "spells.csv").write_bytes(SPELLS.encode("cp866"))
    assert sf.read_spells(tmp_path / "spells.csv").table["state"].tolist() == ["РАБОТА", "УЧЁБА"]


@pytest.mark.parametrize(("list_", "column", "encodings"), [
    ("countries", "label_ru", ("cp1251", "koi8_r", "cp866", "iso8859_5")),
    ("countries", "label_ar", ("cp1256", "iso8859_6")),
])  # fmt: skip
def test_no_name_of_a_country_is_ever_read_as_another_word(list_, column, encodings):
    names = [name for name in code_list(list_)[column] if name]
    draw, right, tried = random.Random(1), 0, 0
    for encoding in encodings:
        for size in (1, 1, 1, 2, 5) * 20:
            text = "\n".join(draw.sample(names, min(size, len(names))))
            text = draw.choice([text, text.upper(), text.lower()])
            raw = text.encode(encoding, errors="ignore")
            text = raw.decode(encoding)
            tried += 1
            try:
                found = decode(raw, FILE)
            except SourceError as error:
                assert "encoding=" in str(error)  # noqa: PT017
                continue
            assert found == unicodedata.normalize("NFC", text)
            right += 1
    assert right > 0.8 * tried


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_u", "cp1125", "iso8859_5"])
def test_ukrainian_is_read_as_written_or_refused(encoding):
    text = "стать,вік,стан\nжінка,20,зайнята\nчоловік,25,безробітний\nжінка,31,навчання\n"
    try:
        assert decode(text.encode(encoding), FILE) == text
    except SourceError as error:
        assert encoding in str(error)  # noqa: PT017


def test_one_short_word_that_two_code_pages_make_is_refused():
    with pytest.raises(SourceError, match="encoding= one of"):
        decode("перу".encode("koi8_r"), FILE)
