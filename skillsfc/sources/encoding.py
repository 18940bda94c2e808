"""Which encoding a text file has: certain, or not taken.

Latin-1 reads every file without an error and so turns Cyrillic and Arabic into nonsense in
silence. Here an old code page has to make words of one script of the bytes, and has to be the
only one that does.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

from skillsfc.errors import Problem, SourceError, listing

# The Windows code pages of the partnership countries' languages.
OLD_ENCODINGS = {
    "cp1250": "Latin",  # Albanian, Bosnian, Serbian in Latin letters
    "cp1251": "Cyrillic",
    "cp1252": "Latin",  # French, English, Portuguese
    "cp1254": "Latin",  # Turkish
    "cp1256": "Arabic",
}


def refuse(file: Path, found: str, expected: str = "", step: str = "") -> SourceError:
    """Return the error that says what is wrong with a file."""
    return SourceError(f"file {file.name}", [Problem(file.name, found, expected, next_step=step)])


def decode(raw: bytes, file: Path, encoding: str | None = None) -> str:
    """Return the text of a file, in the one encoding that fits it.

    UTF-8 with or without its mark and UTF-16 with its mark are known for sure. An old code page
    is taken only when all that make words of the file's bytes make the same words; otherwise the
    user has to say.

    Parameters
    ----------
    raw : bytes
        Content of the file.
    file : Path
        Its name, for the message.
    encoding : str, optional
        The encoding that the user named.

    Returns
    -------
    str
        Text in Unicode's composed form (NFC), without a byte order mark.

    Raises
    ------
    SourceError
        If no encoding is certain, or the named one does not fit.
    """
    if encoding is not None:
        try:
            return unicodedata.normalize("NFC", raw.decode(encoding)).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError) as error:
            raise refuse(file, f"not {encoding}: {error}", "its true encoding") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(raw, file, "utf-16")
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    texts = {}
    for name, script in OLD_ENCODINGS.items():
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if _looks_like_words(text, script.upper()):
            texts[name] = text
    if len(set(texts.values())) == 1:
        return unicodedata.normalize("NFC", next(iter(texts.values())))
    fits = listing(sorted(texts or OLD_ENCODINGS))
    raise refuse(
        file,
        "neither UTF-8 nor certainly any other encoding",
        f"UTF-8, or encoding= one of {fits}",
        "Save it as UTF-8, or say which encoding it is.",
    )


def _looks_like_words(text: str, script: str) -> bool:
    """Return whether the letters beyond ASCII are those of one script and stand in words of it.

    The same bytes are letters in all three code pages; what tells them apart is company. French
    has single accented letters among plain ones, Russian and Arabic have whole words of theirs.
    """
    kinds: Counter[bool] = Counter()
    for word in "".join(c if c.isalpha() else " " for c in text).split():
        beyond = [c for c in word if ord(c) > 127]
        if not beyond:
            continue
        own = all(unicodedata.name(c, "").startswith(script) for c in beyond)
        share = len(beyond) / len(word)
        # Capitals inside a word betray bytes that were meant as something else.
        capitals = sum(c.isupper() for c in word[1:]) if not word.isupper() else 0
        company = share <= 0.5 if script == "LATIN" else share == 1.0
        kinds[own and company and not capitals] += 1
    return kinds[True] > 0 and kinds[True] >= 9 * kinds[False]
