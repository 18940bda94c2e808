"""`Section`: the words, figures and tables of one part of a report, and the showing of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skillsfc.report.collect import publish_figure, publish_table, publish_text
from skillsfc.report.text import Facts


@dataclass(frozen=True, eq=False)
class TableToPublish:
    """A table with what is printed around it; ``show`` False keeps it to the files."""

    name: str
    title: str
    table: pd.DataFrame
    note: str = ""
    show: bool = True
    formats: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FigureToPublish:
    """A matplotlib Axes or Figure with its alt text and source line."""

    name: str
    title: str
    figure: Any
    alt: str
    source: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Section:
    """One part of a report: paragraphs, the facts they quote, figures and tables.

    Parameters
    ----------
    name : str
        Plain name; its text is published as ``<name>_text``.
    paragraphs : tuple of str
        Sentences written from numbers; every number in them is in ``facts``.
    facts : Facts
        The figures quoted, each with the table that holds it.
    figures, tables : tuple
        Shown in this order, figures first.
    message : str
        The one sentence that the key messages take from this section; empty for none.
    """

    name: str
    paragraphs: tuple[str, ...]
    facts: Facts
    figures: tuple[FigureToPublish, ...] = ()
    tables: tuple[TableToPublish, ...] = ()
    message: str = ""

    def show(self) -> None:
        """Show the section in a notebook and, in a report run, publish its parts."""
        for number, paragraph in enumerate(self.paragraphs, start=1):
            publish_text(paragraph, name=f"{self.name}_text_{number}")
        for picture in self.figures:
            publish_figure(
                picture.figure, name=picture.name, alt=picture.alt, title=picture.title,
                source=picture.source, note=picture.note,
            )  # fmt: skip
        for item in self.tables:
            publish_table(
                item.table, name=item.name, title=item.title, note=item.note, show=item.show,
                formats=item.formats, labels=item.labels,
            )  # fmt: skip

    def table(self, name: str) -> pd.DataFrame:
        """Return one of the section's tables by name."""
        return next(item.table for item in self.tables if item.name == name)
