"""Inputs and expected values that the tests of survival curves share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).resolve().parent / "oracles" / "survival_curves"


def expected(case: str) -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "expected.csv")
    found = table[table["case"] == case]
    assert len(found), case
    return found


def lung() -> pd.DataFrame:
    raw = pd.read_csv(FOLDER / "lung.csv")
    raw["person"] = np.arange(len(raw))
    return raw.assign(start=0, end=raw["time"], event=raw["status"] == 2).drop(columns="time")


def mgus2(*, by_death: bool = False) -> pd.DataFrame:
    """Persons of mgus2; months to death, or to progression and death as competing moves."""
    raw = pd.read_csv(FOLDER / "mgus2.csv")
    row = np.arange(1, len(raw) + 1)
    made = raw.assign(
        person=row, start=0, w=0.5 + (row % 7) / 4, count=1 + row % 3, hospital=row % 100,
        age_group=pd.cut(raw["age"], [0, 65, 75, 200], labels=False), late=(row % 4) * 5,
    )  # fmt: skip
    if by_death:
        return made.assign(end=raw["futime"], event=raw["death"] == 1)
    kind = np.where(raw["pstat"] == 1, "pcm", np.where(raw["death"] == 1, "death", ""))
    end = np.where(raw["pstat"] == 0, raw["futime"], raw["ptime"])
    return made.assign(end=end, to_state=kind)


def toy() -> pd.DataFrame:
    kinds = np.array(["", "pcm", "death"])[[1, 2, 0, 1, 2, 1, 2, 2, 0, 1]]
    return pd.DataFrame({"start": 0, "end": [1, 1, 2, 2, 2, 3, 4, 4, 5, 6], "to_state": kinds})


def made_up(seed: int, size: int = 60, kinds: int = 2) -> pd.DataFrame:
    """Made-up spells with ties, delayed entry, weights, and several spells of a person."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 5, size)
    length = rng.integers(1, 12, size)
    move = rng.integers(0, kinds + 1, size)
    return pd.DataFrame({
        "person": rng.integers(0, size // 2, size), "start": start, "end": start + length,
        "entry": start + np.where(rng.random(size) < 0.3, rng.integers(0, 12, size) % length, 0),
        "to_state": np.array(["", *"ABCDE"])[move], "weight": rng.integers(1, 5, size) / 2,
        "x": rng.normal(size=size).round(1), "g": rng.choice(["u", "v"], size),
    })  # fmt: skip
