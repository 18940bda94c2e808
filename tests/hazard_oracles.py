"""Data and expected values of tests/oracles/hazard, for the tests of hazard models."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd

import skillsfc as sf

FOLDER = Path(__file__).parent / "oracles" / "hazard"
R_NAMES = {
    "(Intercept)": "intercept", "ph_ecog": "ecog", "uiyes": "filed_claim[True]",
    "ui": "filed_claim", "logwage": "log_weekly_earnings", "reprate": "replacement_rate",
    "factor(ph_ecog)1": "ecog[1]", "factor(ph_ecog)2": "ecog[2]", "factor(ph_ecog)": "ecog",
    "GLOBAL": "all terms",
}  # fmt: skip


@functools.cache
def expected() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "expected.csv")


def lung() -> pd.DataFrame:
    """The lung cancer file; one spell a person, ``late`` and ``weight`` as the R scripts make."""
    table = pd.read_csv(FOLDER / "lung.csv").rename(columns={"ph.ecog": "ecog"})
    number = np.arange(1, len(table) + 1)
    return table.assign(
        person=number,
        start=0,
        end=table["time"],
        event=table["status"] == 2,
        late=np.where(number % 3 == 0, table["time"] // 3, 0),
        design_weight=1 + (number % 4) / 2,
        place=table["inst"].fillna(99),
    )


def mgus2() -> pd.DataFrame:
    """The mgus2 file: progression (pcm) and death compete."""
    table = pd.read_csv(FOLDER / "mgus2.csv.gz").rename(columns={"id": "person"})
    first = table["pstat"] == 1
    end = np.where(first, table["ptime"], table["futime"])
    moved = np.where(first, "pcm", np.where(table["death"] == 1, "death", ""))
    late = np.where(table["person"] % 4 == 0, end // 4, 0)
    return table.assign(start=0, end=end, to_state=moved, late=late)


def jobs() -> pd.DataFrame:
    """Unemployment spells in steps of two weeks, as the R scripts read them."""
    table = sf.load_microdata("unemployment_duration")
    moved = table["exit"].where(table["exit"] != "censored", "")
    return table.assign(start=0, end=table["weeks"] / 2, to_state=moved)


def check(case: str, kind: str, found: dict[str, float]) -> None:
    """Compare the values of one kind (before the colon) of a case; every one must be there."""
    rows = expected()
    rows = rows[(rows["case"] == case) & rows["name"].str.startswith(kind)]
    assert len(rows), f"no expected {kind} of {case}"
    for row in rows.itertuples():
        name = row.name.split(":", 1)[-1]
        value = found[R_NAMES.get(name, name)]
        scale = max(1.0, abs(row.value)) if "likelihood" in row.name else 1.0
        assert abs(value - row.value) <= row.tolerance * scale, (case, row.name, value, row.value)


def check_model(model, case: str, *, errors: bool = True) -> None:
    """Compare estimates, standard errors and log-likelihoods of a fitted model."""
    table = model.table.set_index("term")
    check(case, "estimate", table["estimate"].to_dict())
    if errors:
        check(case, "error", table["standard_error"].to_dict())
    check(case, "log_likelihood", {"log_likelihood": model.log_likelihood})
