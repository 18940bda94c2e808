"""Made-up sectors of made-up economies, and the extract of real ones, for the sector tests."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skillsfc.forecast.sectors.panel import SectorPanel

CODES = ["EGY", "GHA", "MAR", "TUN", "TUR"]
SLOPES = {"A": -0.01, "C": 0.02, "F": 0.03, "G": 0.025}
FLAGS = {"unit": "persons", "status": "observed", "source": "synthetic"}
EXTRACT = (
    Path(__file__).resolve().parents[2]
    / "shared/data/ggdc_etd_12_sectors/etd_230918_partner_and_comparators.csv"
)
PARTNERS = ["EGY", "ETH", "GHA", "ISR", "MAR", "MWI", "SEN", "TUN", "TUR", "TZA"]
ETD_CODES = {
    "Agriculture": "agriculture",
    "Mining": "mining",
    "Manufacturing": "manufacturing",
    "Utilities": "utilities",
    "Construction": "construction",
    "Trade services": "trade",
    "Transport services": "transport",
    "Business services": "business",
    "Financial services": "finance",
    "Real estate": "real_estate",
    "Government services": "government",
    "Other services": "other",
}


def made_up(countries=CODES, years=range(1995, 2019), seed=3, noise=0.02, elasticity=0.5):
    """Synthetic employment and value added: random walks around slopes that sectors share."""
    rng = np.random.default_rng(seed)
    jobs, goods = [], []
    for code in countries:
        for place, (sector, slope) in enumerate(SLOPES.items()):
            output = np.cumsum(rng.normal(slope / elasticity, noise / elasticity, len(years)))
            own = np.cumsum(rng.normal(0.0, noise / 2, len(years)))
            persons = (place + 1) * 1e5 * np.exp(elasticity * output + own)
            head = {"country": code, "sector": sector, "year": list(years)}
            jobs.append(pd.DataFrame(head | {"persons": persons}))
            goods.append(pd.DataFrame(head | {"value_added": 1e9 * np.exp(output)}))
    return (
        pd.concat(jobs, ignore_index=True).assign(**FLAGS),
        pd.concat(goods, ignore_index=True).assign(
            unit="national currency units", status="observed", source="synthetic"
        ),
    )


def one_economy(values, first=2000):
    """A table of one economy from lists of persons by sector."""
    rows = [(s, first + k, x) for s, row in values.items() for k, x in enumerate(row)]
    return pd.DataFrame(rows, columns=["sector", "year", "persons"]).assign(**FLAGS)


def panel_of(persons, economy, sector):
    """A panel from arrays, without tables."""
    persons = np.asarray(persons, float)
    economy = np.asarray(economy)
    names = pd.DataFrame({"sector": [f"s{k}" for k in sector]})
    count = int(economy.max()) + 1
    return SectorPanel(
        persons=persons,
        scorable=np.isfinite(persons),
        keys=names,
        economy=economy,
        sector=np.asarray(sector),
        last_year=np.full(count, 2020),
        economies=[f"e{k}" for k in range(count)],
        own=count,
        source=np.full(len(persons), "synthetic"),
        status=np.full(len(persons), "observed"),
        output=np.full(persons.shape, np.nan),
    )


def real_sectors(variable="EMP"):
    """The extract of the Economic Transformation Database, or skip where it is not."""
    if not EXTRACT.is_file():
        pytest.skip(
            "the extract of the Economic Transformation Database is not beside the repository"
        )
    rows = pd.read_csv(EXTRACT)
    rows = rows[(rows["var"] == variable) & (rows["sector"] != "Total")]
    measure, factor, unit = {
        "EMP": ("persons", 1e3, "persons"),
        "VA_Q15": ("value_added", 1e6, "national currency units"),
    }[variable]
    return pd.DataFrame(
        {
            "country": rows["iso3"],
            "sector": "etd12:" + rows["sector"].map(ETD_CODES),
            "year": rows["year"],
            measure: rows["value"] * factor,
            "unit": unit,
            "status": "estimated",
            "source": "etd",
        }
    ).reset_index(drop=True)
