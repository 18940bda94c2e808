"""The index of a batch: every report asked for, with its status, on one page and in two files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

import skillsfc
from skillsfc.countries import list_countries
from skillsfc.report.page import fill_template, merged_facts
from skillsfc.report.products import write_csv
from skillsfc.report.provenance import read_provenance
from skillsfc.report.staging import write_whole

if TYPE_CHECKING:
    from skillsfc.report.batch import Batch

HEADER_FACTS = ("title", "subtitle", "country", "date", "vintage", "language")
MOST_FACTS = 6  # columns of headline facts that fit a page
OTHER = "Other reports"
WORDS = {
    "passed": "made now",
    "reused": "unchanged",
    "failed": "failed",
    "interrupted": "interrupted",
}
# One tile a country, west to east and north to south, so that neighbours stay near each other.
TILES = {
    **{"RUS": (11, 1), "BLR": (8, 1), "UKR": (8, 2), "MDA": (7, 2), "KAZ": (12, 2)},
    **{"BIH": (4, 3), "SRB": (5, 3), "XKX": (6, 3), "MNE": (4, 4), "ALB": (5, 4), "MKD": (6, 4)},
    **{"GEO": (9, 3), "UZB": (12, 3), "KGZ": (13, 3), "ARM": (9, 4), "AZE": (10, 4)},
    **{"TKM": (11, 4), "TJK": (12, 4), "TUR": (8, 4), "SYR": (8, 5), "LBN": (7, 5)},
    **{"MAR": (1, 6), "DZA": (2, 6), "TUN": (3, 6), "LBY": (4, 6), "EGY": (5, 6), "ISR": (6, 6)},
    **{"PSE": (7, 6), "JOR": (8, 6), "SEN": (1, 7), "GHA": (2, 8), "ETH": (6, 8), "TZA": (6, 9)},
    "MWI": (5, 10),
}


def write_index(batch: Batch) -> None:
    """Write ``index.html``, ``batch.json`` and ``status.csv`` into the folder of reports.

    Parameters
    ----------
    batch : Batch
        What was run; reports that failed now but are there from before are linked as such.
    """
    root = batch.root
    root.mkdir(parents=True, exist_ok=True)
    rows = [_entry(row, root) for row in batch.table.to_dict("records")]
    write_csv(batch.table, root / "status.csv")
    about = {
        "skillsfc": skillsfc.__version__,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": batch.seconds,
        "counts": {str(k): int(v) for k, v in batch.table["status"].value_counts().items()},
        "reports": rows,
    }
    text = json.dumps(about, indent=2, ensure_ascii=False, default=str)
    write_whole(root / "batch.json", text + "\n")
    write_whole(root / "index.html", index_page(rows, batch.table))


def _entry(row: dict[Any, Any], root: Path) -> dict[str, Any]:
    """Return a row of the index: status, link, name, region, headline facts."""
    names = list_countries().set_index("country")
    known = row["country"] in names.index
    folder = root / row["folder"]
    about = read_provenance(folder)
    manifest = about.get("published", [])
    facts = {k: v for k, v in merged_facts(manifest).items() if k not in HEADER_FACTS}
    messages = [e for e in manifest if e.get("kind") == "text" and e.get("name") == "key_messages"]
    return {
        **row,
        "name": str(names.loc[row["country"], "name"]) if known else row["country"] or row["run"],
        "region": str(names.loc[row["country"], "region"]) if known else OTHER,
        "link": quote(f"{row['folder']}/brief.html") if about else "",
        "made": str(about.get("finished", ""))[:10],
        "parameters": about.get("parameters", {}),
        "facts": facts,
        "message": messages[0]["text"][0] if messages and messages[0]["text"] else "",
    }


def index_page(rows: list[dict[str, Any]], table: pd.DataFrame) -> str:
    """Return the index as one self-contained page: counts, a tile map, a table by region.

    Parameters
    ----------
    rows : list of dict
        Entries as in ``batch.json``.
    table : DataFrame
        Status table of the batch.
    """
    facts = list(dict.fromkeys(key for row in rows for key in row["facts"]))[:MOST_FACTS]
    regions: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda r: (r["region"] == OTHER, r["region"], r["name"], r["run"])):
        regions.setdefault(row["region"], []).append(row)
    firsts = {row["country"]: row for row in reversed(rows)}
    tiles = [
        {"column": at[0], "row": at[1], **firsts[code]}
        for code, at in TILES.items()
        if code in firsts
    ]
    counts = table["status"].value_counts()
    return fill_template(
        "index",
        counts=[(WORDS[s], s, int(counts[s])) for s in WORDS if s in counts.index],
        total=len(rows),
        regions=list(regions.items()),
        several=len({row["run"] for row in rows}) > 1,
        facts=facts,
        tiles=tiles if len(tiles) > 2 else [],
        tile_style=_tile_style(),
        words=WORDS,
    )


def _tile_style() -> str:
    places = set(TILES.values())
    lines = [f".c{c}r{r} {{ grid-column: {c}; grid-row: {r}; }}" for c, r in sorted(places)]
    return "\n".join(lines)
