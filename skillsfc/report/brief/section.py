"""`Section`: the words, figures and tables of one part of a report, and the showing of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skillsfc.report.collect import publish_figure, publish_table, publish_text
from skillsfc.report.display import source_line
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
    """An Axes of a chart function, which carries its own alt text, with title and sources."""

    name: str
    title: str
    figure: Any
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Section:
    """One part of a report: paragraphs, the facts they quote, figures and tables.

    Parameters
    ----------
    name : str
        Plain name; its text is published as ``<name>_text_<number>``.
    paragraphs : tuple of str
        Sentences written from numbers; every number in them is in ``facts``.
    facts : Facts
        The figures quoted, each with the table that holds it.
    figures, tables : tuple
        Shown in this order, figures first.
    message : str
        What the key messages take from this section; empty for none.
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
                picture.figure,
                name=picture.name,
                title=picture.title,
                source=source_line(picture.sources),
                note=picture.note,
            )
        for item in self.tables:
            publish_table(
                item.table,
                name=item.name,
                title=item.title,
                note=item.note,
                show=item.show,
                formats=item.formats,
                labels=item.labels,
            )
        if len(self.facts.table):
            title = f"Figures quoted in the text: {self.name}"
            publish_table(self.facts.table, name=f"{self.name}_facts", title=title, show=False)

    def table(self, name: str) -> pd.DataFrame:
        """Return one of the section's tables by name."""
        return next(item.table for item in self.tables if item.name == name)
