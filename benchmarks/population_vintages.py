"""Does the employment-ratio model need population that was known later?

For each past edition of the UN projections the forecast starts in the edition's year and sees
only that edition; it is compared with the same forecast given the 2024 edition, and with the other
models.
Needs the editions beside the clone (``../shared/data/un_wpp_population``).

    python benchmarks/population_vintages.py
"""

import sys
from pathlib import Path

import pandas as pd

import skillsfc as sf

EDITIONS = (
    Path(__file__).resolve().parents[2]
    / "shared/data/un_wpp_population/wpp_vintages_5y_age_sex.parquet"
)
MODELS = ("employment_ratio", "auto", "shrunken_trend", "drift", "last_value")
ORIGINS = (2010, 2012, 2015)  # editions that hold projections
KEYS = ["country", "year", "sex", "age"]


def edition(table, revision):
    """Return one edition as a tidy population table."""
    kept = table[(table["revision"] == revision) & table["variant"].isin(["estimate", "proj_med"])]
    kept = kept.sort_values("variant").rename(columns={"iso3": "country"})
    kept = kept.drop_duplicates(KEYS).astype({"year": int, "age": str, "sex": str, "country": str})
    return kept.assign(
        persons=kept["pop_th"] * 1000, unit="persons", status="projected", source=f"wpp{revision}"
    )[[*KEYS, "persons", "unit", "status", "source"]]


def errors(panel, population, model, origin, label):
    """Return each country's absolute relative error by year ahead."""
    past = panel[panel["year"] <= origin]
    made = sf.forecast_employment(
        past, horizon=2017, model=model, population=population, levels=(0.8,)
    ).table
    both = made.merge(panel, on=["country", "year"], suffixes=("", "_actual"))
    ape = (both["persons"] / both["persons_actual"] - 1).abs()
    return pd.DataFrame({"with": label, "ahead": both["year"] - origin, "error": ape})


def main():
    if not EDITIONS.is_file():
        sys.exit(f"{EDITIONS.name} is not beside this clone; nothing was measured.")
    table = pd.read_parquet(EDITIONS)
    panel = sf.load_table("employment", source="pwt91")
    panel = panel[panel["country"].isin(sf.list_countries()["country"])]
    panel = panel[panel["country"].isin(table["iso3"].unique())]
    newest = sf.load_table("population")
    found = []
    for revision in ORIGINS:
        known = edition(table, revision)
        found.append(
            errors(panel, known, MODELS[0], revision, "employment_ratio, edition then known")
        )
        found.append(
            errors(panel, newest, MODELS[0], revision, "employment_ratio, edition of 2024")
        )
        found += [errors(panel, newest, m, revision, m) for m in MODELS[1:]]
    result = pd.concat(found).groupby(["with", "ahead"])["error"].mean().reset_index()
    print(f"{panel['country'].nunique()} countries, origins {ORIGINS}, truth to 2017")
    print("mean absolute error, per cent, by years ahead")
    wide = result.pivot_table(index="with", columns="ahead", values="error")
    print((100 * wide).round(1).to_string())


if __name__ == "__main__":
    main()
