"""How far forecast errors of two sectors of a country go together (total_error_correlation).

usage: python benchmarks/error_correlation.py FOLDER     (folder of the GGDC/UNU-WIDER extract)

Employment of 12 sectors, 1990-2018, ten partner countries. Every sector is forecast by drift from
each origin; the log errors of each pair of sectors of a country are correlated over the origins.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

PARTNERS = ("EGY", "ETH", "GHA", "ISR", "MAR", "MWI", "SEN", "TUN", "TUR", "TZA")


def errors(logs: np.ndarray, ahead: int, first: int = 10) -> np.ndarray:
    """Return log errors (n_sectors, n_origins) of drift from each origin."""
    origins = np.arange(first, logs.shape[1] - ahead)
    drift = (logs[:, origins] - logs[:, [0]]) / origins
    return logs[:, origins + ahead] - logs[:, origins] - ahead * drift


def main() -> None:
    """Print the mean and spread of the correlations by years ahead."""
    (file,) = Path(sys.argv[1]).glob("etd_*.csv")
    rows = pd.read_csv(file, dtype={"iso3": "str"})
    rows = rows[(rows["var"] == "EMP") & (rows["sector"] != "Total") & rows["iso3"].isin(PARTNERS)]
    for ahead in (1, 3, 5, 10):
        found = []
        for _, own in rows.groupby("iso3"):
            wide = own.pivot_table(index="sector", columns="year", values="value").dropna()
            wide = wide[(wide > 0).all(axis=1)]
            made = errors(np.log(wide.to_numpy()), ahead)
            # Uncentred: an error that is always of one sign is an error too.
            size = np.sqrt((made**2).mean(axis=1))
            scaled = made / size[:, None]
            found.append(
                np.mean(
                    [(scaled[i] * scaled[j]).mean() for i, j in combinations(range(len(made)), 2)]
                )
            )
        print(f"{ahead:3d} years ahead: mean {np.mean(found):.2f}, "
              f"countries {np.min(found):.2f} to {np.max(found):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
