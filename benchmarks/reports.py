"""Seconds for country briefs: one report, a small batch, and plain papermill with nbconvert.

All three run here and now on the same notebook, so that the ratio does not depend on the machine:

    python benchmarks/reports.py [COUNTRY ...]

The loop runs ``papermill`` and ``jupyter nbconvert`` as commands, once a country, as a script of a
few lines would. It makes a notebook and a page only: no checks, workbook, csv files or provenance.
Wall seconds depend on what else the machine does; run it on a quiet one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "90_country_brief.ipynb"
COUNTRIES = ("MAR", "XKX", "UKR")


def run(*words: str) -> float:
    """Return the wall seconds of a command, which must succeed."""
    began = time.perf_counter()
    # The clone itself, whether or not it is installed; a kernel inherits the path.
    environment = {**os.environ, "PYTHONPATH": str(NOTEBOOK.parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} failed:\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def time_plain_loop(countries: list[str], folder: Path) -> float:
    """Return the seconds of papermill and nbconvert, one country after the other."""
    seconds = 0.0
    for country in countries:
        made = str(folder / f"{country}.ipynb")
        seconds += run("papermill", str(NOTEBOOK), made, "-p", "country", country, "-k", "python3")
        seconds += run("nbconvert", "--to", "html", "--no-input", made)
    return seconds


def time_batch(countries: list[str], folder: Path) -> float:
    """Return the seconds of one batch with two workers."""
    order = folder / "batch.yml"
    order.write_text(f"notebook: {NOTEBOOK}\ncountries: [{', '.join(countries)}]\n")
    output = str(folder / "batch")
    return run("skillsfc.cli", "batch", str(order), "--output", output, "--workers", "2")


def main() -> None:
    """Print the seconds a report of each way, and the ratio to the plain loop."""
    countries = sys.argv[1:] or list(COUNTRIES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single = run("skillsfc.cli", "report", countries[0], "--output", str(folder / "one"))
        batch = time_batch(countries, folder) / len(countries)
        plain = time_plain_loop(countries, folder) / len(countries)
    print(f"{'way':34s} {'s a report':>10s} {'plain / it':>10s}")
    for way, seconds in (
        ("papermill + nbconvert in a loop", plain),
        (f"skillsfc report {countries[0]}", single),
        (f"skillsfc batch of {len(countries)}, 2 workers", batch),
    ):
        print(f"{way:34s} {seconds:10.1f} {plain / seconds:10.1f}")


if __name__ == "__main__":
    main()
