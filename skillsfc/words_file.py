"""Files of words: YAML without its guesses, for batches of reports and mappings of surveys.

YAML 1.1 takes ``NO`` for False, ``012`` for ten and ``12:30`` for 750. Here every scalar stays
the word that was written; whoever reads it knows what type it is to be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from skillsfc.errors import Problem, SourceError

LARGEST_FILE = 1_000_000  # [bytes]; such a file has a few lines


class WordLoader(yaml.SafeLoader):
    """A safe YAML loader whose scalars are all text."""

    # Without resolvers no plain scalar gets any tag but that of text.
    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, refusing a key that is given twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is no word", key.start_mark
                )
            if key.value in seen:
                text = f"the key {key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, text, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=True)


def read_words(path: Path, subject: str = "batch file") -> dict[str, Any]:
    """Return a YAML file as nested dicts and lists of text.

    Parameters
    ----------
    path : Path
        Local file.
    subject : str
        What it is, for errors.

    Returns
    -------
    dict
        Whatever the file maps; ``NO``, ``0123`` and ``12:30`` are the words themselves.

    Raises
    ------
    SourceError
        If the file is not there, not UTF-8, too large, no valid YAML or no mapping.
    """
    subject = f"{subject} {path.name}"
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SourceError(subject, [Problem(str(path), "too large", f"{LARGEST_FILE} bytes")])
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            subject, [Problem(str(path), f"not UTF-8: {error}", "UTF-8 text")]
        ) from error
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(subject, [Problem(str(path), str(error.strerror), "a file")]) from error
    try:
        words = yaml.load(text, Loader=WordLoader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        found = " ".join(str(error).split())
        raise SourceError(subject, [Problem(str(path), found, "valid YAML")]) from error
    if not isinstance(words, dict):
        found = type(words).__name__
        raise SourceError(subject, [Problem(str(path), found, "lines of the form name: value")])
    return words
