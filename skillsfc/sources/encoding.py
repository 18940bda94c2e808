"""Which encoding a text file has: certain, or not taken.

Latin-1 reads every file without an error and so turns Cyrillic and Arabic into nonsense in
silence. Here an old code page has to make words of one script of the bytes, and has to be the
only one that does, or the one whose words are of familiar letters.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

from skillsfc.errors import Problem, SourceError, listing

# The old code pages of the partnership countries' languages.
OLD_ENCODINGS = {
    "cp1250": "Latin",  # Albanian, Bosnian, Serbian in Latin letters
    "cp1251": "Cyrillic",
    "cp1252": "Latin",  # French, English, Portuguese
    "cp1254": "Latin",  # Turkish
    "cp1256": "Arabic",
    "cp866": "Cyrillic",  # DOS
    "cp1125": "Cyrillic",  # DOS, Ukrainian
    "iso8859_5": "Cyrillic",
    "iso8859_6": "Arabic",
    "koi8_r": "Cyrillic",
    "koi8_u": "Cyrillic",
}
# The most frequent letters; of true words they make a half and more, of nonsense about a third.
FREQUENT = {"Cyrillic": set("оеаинтсрвлк"), "Arabic": set("اليمونرتهبعد")}
FAMILIAR, FAR_AHEAD = 0.4, 0.15  # least share of them, and how far the next has to be behind,
LETTERS_AHEAD = 3  # which one short word cannot show
BESIDE_WORDS = set("«»“”„‘’‚–—…№°§©®·•€\u00a0\u200c\u200d\u200e\u200f،؛؟ـ٪")


def refuse(file: Path, found: str, expected: str = "", step: str = "") -> SourceError:
    """Return the error that says what is wrong with a file."""
    return SourceError(f"file {file.name}", [Problem(file.name, found, expected, next_step=step)])


def decode(
    raw: bytes, file: Path, encoding: str | None = None, notes: list[str] | None = None
) -> str:
    """Return the text of a file, in the one encoding that fits it.

    UTF-8 with or without its mark and UTF-16 with its mark are known for sure. An old code page
    is taken only when all that make words of the file's bytes make the same words, or when those
    of one have the letters that are frequent and those of the others far fewer; otherwise the user
    has to say. Pages not listed in ``OLD_ENCODINGS``, of the Macintosh or Arabic DOS, have to be
    named: they can be taken for one that is.

    Parameters
    ----------
    raw : bytes
        Content of the file.
    file : Path
        Its name, for the message.
    encoding : str, optional
        The encoding that the user named.
    notes : list of str, optional
        Gets a note where an old code page was chosen.

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
        if _looks_like_words(text, script.upper()) and not _strange_symbols(text):
            texts[name] = text
    best = _most_familiar(texts)
    if best is not None:
        if notes is not None:
            notes.append(_chosen([name for name, text in texts.items() if text == best]))
        return unicodedata.normalize("NFC", best)
    fits = listing(sorted(texts or OLD_ENCODINGS))
    raise refuse(
        file,
        "neither UTF-8 nor certainly any other encoding",
        f"UTF-8, or encoding= one of {fits}",
        "Save it as UTF-8, or say which encoding it is.",
    )


def _chosen(pages: list[str]) -> str:
    """Return the note on the code pages that a text was read by, which all make the same of it.

    Examples
    --------
    >>> _chosen(["cp1251"])[:35]
    'Read as windows-1251 (Cyrillic), be'
    """
    names = " or ".join(name.replace("cp125", "windows-125") for name in pages)
    return (
        f"Read as {names} ({OLD_ENCODINGS[pages[0]]}), because it is not UTF-8: check the words; "
        "encoding=... chooses another."
    )


def _most_familiar(texts: dict[str, str]) -> str | None:
    """Return the one text that all fitting encodings make, or the one of familiar letters.

    Bytes of one Cyrillic or Arabic code page are letters in the others too, in words that nobody
    writes; frequent letters tell them apart.
    """
    found = {
        text: _frequent_letters(text, OLD_ENCODINGS[name])
        for name, text in texts.items()
        if OLD_ENCODINGS[name] in FREQUENT
    }
    others = set(texts.values()) - set(found)
    if others:
        return others.pop() if len(others) == 1 and not found else None
    ordered = sorted(found, key=lambda text: found[text][1], reverse=True)
    if not ordered:
        return None
    (count, share), behind = found[ordered[0]], [found[text] for text in ordered[1:]]
    clear = all(
        share - other >= FAR_AHEAD and count - fewer >= LETTERS_AHEAD for fewer, other in behind
    )
    return ordered[0] if share >= FAMILIAR and clear else None


def _frequent_letters(text: str, script: str) -> tuple[int, float]:
    """Return the number and the share of frequent letters among those beyond ASCII."""
    letters = [c.lower() for c in text if ord(c) > 127 and c.isalpha()]
    count = sum(c in FREQUENT[script] for c in letters)
    return count, count / max(len(letters), 1)


def _strange_symbols(text: str) -> bool:
    """Return whether signs that nobody writes stand among the words, such as lines of boxes."""
    beyond = {c for c in text if ord(c) > 127 and not c.isalnum()}
    return any(not unicodedata.combining(c) and c not in BESIDE_WORDS for c in beyond)


def _looks_like_words(text: str, script: str) -> bool:
    """Return whether the letters beyond ASCII are those of one script and stand in words of it.

    The same bytes are letters in several code pages; what tells scripts apart is company. French
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
