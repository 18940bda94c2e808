"""The back-test of share models on real tables, and the measurement of their assumptions.

usage: python benchmarks/backtest_shares.py [folder of data extracts, default ../shared/data]

1. Drift and trend: the assumptions ``occupation_share_drift``, ``occupation_share_trend`` and
   ``share_trend_damping`` of data/params/baseline.yml.
2. ILOSTAT employment by ISCO-08 major group, partner countries 2014-2019: short panels.
3. United States, ten occupation groups and 269 occupations: decades and single years.
4. Base years of the projections of the US Bureau of Labor Statistics.
5. Examplia: SYNTHETIC, made by log-ratio trends, so that it can only show that they are found.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd
from scipy.optimize import nnls

import skillsfc as sf
from skillsfc.forecast.shares import arguments
from skillsfc.forecast.shares.backtest import ShareBacktest, backtest_shares
from skillsfc.forecast.shares.skill import judge_models

PARTNERS = [
    *("BIH", "EGY", "GEO", "GHA", "ISR", "KGZ", "MKD"),
    *("MNE", "PSE", "RUS", "SEN", "SRB", "TUR", "TZA"),
]
FLAGS = {"status": "observed", "unit": "share"}
LINES = ("auto", "alr", "linear", "logistic", "mnl", "change_factor")


def ilo(folder: Path, digits: int = 1) -> pd.DataFrame:
    """Return shares of one survey a country: the one with most rounds, civilian groups only."""
    name = "ilo_employment_isco08_2digit_2014_2019/employment_by_isco08_2digit.csv.gz"
    rows = pd.read_csv(folder / name)
    rows = rows[rows["isco08_code"].str.match(r"OC2_ISCO08_[1-9]\d") & rows["iso3"].isin(PARTNERS)]
    rounds = rows.groupby(["iso3", "survey"])["year"].nunique().reset_index()
    best = rounds.sort_values("year").drop_duplicates("iso3", keep="last")
    rows = rows.merge(best[["iso3", "survey"]], on=["iso3", "survey"])
    rows["occupation"] = rows["isco08_code"].str[-2:].str[:digits]
    summed = rows.groupby(["iso3", "year", "occupation", "survey"], as_index=False)[
        "employment_th"
    ].agg(lambda x: x.sum(min_count=1))
    return pd.DataFrame(
        {"country": summed["iso3"], "year": summed["year"], "occupation": summed["occupation"],
         "persons": summed["employment_th"] * 1000.0}
    ).assign(unit="persons", status="observed", source="ilostat_isco08")  # fmt: skip


def us(first: int, last: int, *, groups: bool = True) -> pd.DataFrame:
    """Return embedded US shares of people with an occupation; a share of 0 is an empty cell."""
    table = sf.load_table("us_occupation_shares")
    table = table[(table["occupation"] != "NON") & table["year"].between(first, last)]
    if groups:
        parent = sf.codes("occ1950").set_index("code")["parent"]
        table = table.assign(occupation=table["occupation"].map(parent))
        table = table[table["occupation"] != "NON"]
    table = table.groupby(["country", "year", "occupation"], as_index=False)["share"].sum()
    whole = table.groupby("year")["share"].transform("sum")
    return table.assign(share=table["share"] / whole, source="us_occupations_1850_2000", **FLAGS)


def bls(folder: Path, *, groups: bool = True) -> list[pd.DataFrame]:
    """Return shares in the base years of projections, one block for each classification."""
    name = "us_bls_projections/bls_occupation_projections_all_vintages.csv.gz"
    rows = pd.read_csv(folder / name)
    rows = rows[rows["occ_type"] == "Line item"]
    parts = []
    for block, years in (("soc2010", range(2010, 2019)), ("soc2018", range(2019, 2025))):
        own = rows[rows["base_year"].isin(years)]
        code = own["soc_code"].str[:2] if groups else own["soc_code"]
        wide = own.assign(code=f"{block}:" + code).pivot_table(
            index="base_year", columns="code", values="emp_base_th", aggfunc="sum"
        )
        wide = wide.dropna(axis=1)
        share = wide.div(wide.sum(axis=1), axis=0).rename_axis(index="year").reset_index()
        parts.append(share.melt("year", var_name="occupation", value_name="share"))
    return [part.assign(source="us_bls_projections", **FLAGS) for part in parts]


def us_education(folder: Path) -> pd.DataFrame:
    """Return attainment of US workers of 25 and over by occupation, printed in per cent."""
    rows = pd.read_csv(folder / "us_bls_projections/bls_education_by_occupation.csv.gz")
    rows = rows[rows["soc_code"] != "00-0000"]
    rows["year"] = rows["year"].str[:4].astype(int)
    levels = ["lt_hs", "hs", "some_college", "associate", "bachelor", "master", "doctoral_prof"]
    rows = rows.drop_duplicates(["year", "soc_code"]).dropna(subset=levels)
    rounds = rows.groupby("soc_code")["year"].transform("nunique")
    rows = rows[(rounds == rows["year"].nunique()) & (rows[levels].sum(axis=1) > 99)]
    long = rows.melt(["year", "soc_code"], levels, "qualification", "share")
    return pd.DataFrame({
        "year": long["year"], "occupation": "soc:" + long["soc_code"],
        "qualification": "bls:" + long["qualification"], "share": long["share"] / 100.0,
    }).assign(source="us_bls_projections", **FLAGS)  # fmt: skip


def measure_drift(table: pd.DataFrame) -> None:
    """Print the yearly drift of log-ratios, raw and net of sampling noise.

    The squared change of a log-ratio over g years has the mean sigma^2 g + 2 / (n s): drift common
    to all countries, and an effective sample n of each country that is estimated with it by least
    squares without negative parts.
    """
    rows = []
    for country, own in table.groupby("country"):
        wide = own.pivot_table(index="year", columns="occupation", values="persons")
        wide = wide.loc[:, (wide > 0).all()]
        share = wide.div(wide.sum(axis=1), axis=0).to_numpy()
        logs = np.log(share)
        logs = logs - logs.mean(axis=1, keepdims=True)
        gap = np.diff(wide.index)
        for i in range(len(gap)):
            for k in range(share.shape[1]):
                change = (logs[i + 1, k] - logs[i, k]) ** 2
                rows.append((country, gap[i], share[i : i + 2, k].mean(), change))
    steps = pd.DataFrame(rows, columns=["country", "gap", "share", "square"])
    countries = steps["country"].unique()
    noise = [np.where(steps["country"] == c, 2 / steps["share"], 0.0) for c in countries]
    design = np.column_stack([steps["gap"], *noise])
    plain = nnls(design, steps["square"])[0]
    expected = steps["gap"] * 0.05**2 + 2 / steps["share"] / 4000
    weighted = nnls(design / expected.to_numpy()[:, None], steps["square"] / expected)[0]
    per_year = steps["square"] / steps["gap"]
    raw = per_year.groupby(steps["country"]).mean() ** 0.5
    print(f"\nDrift of log-ratios, per square root of year: {len(countries)} countries with two "
          f"rounds of one survey, {len(steps)} steps")  # fmt: skip
    print(f"  net of sampling, pooled: {plain[0] ** 0.5:.3f} (weighted {weighted[0] ** 0.5:.3f})")
    print(f"  raw, sampling included: {per_year.mean() ** 0.5:.3f}")
    print("  raw by country:", raw.round(3).to_dict())


def measure_trend(sets: dict[str, tuple[pd.DataFrame, dict[str, object]]]) -> None:
    """Print the skill of auto for several spreads of trends and several dampings."""
    rows = []
    for name, (table, settings) in sets.items():
        for trend in (0.005, 0.01, 0.015, 0.02, 0.03):
            for damping in (1.0, 0.98, 0.95):
                made = _with_trend(trend, table, damping=damping, **settings)
                rows.append((name, trend, damping, made.verdict["skill"].iloc[0]))
    found = pd.DataFrame(rows, columns=["table", "trend", "damping", "skill"])
    wide = found.pivot_table(index="table", columns=["trend", "damping"], values="skill")
    print("\nSkill of auto against constant shares by assumed trend and damping")
    print(wide.round(3).to_string())


def _with_trend(trend: float, table: pd.DataFrame, **settings: object) -> ShareBacktest:
    kept = arguments._number
    arguments._number = lambda name: trend if name == "occupation_share_trend" else kept(name)
    try:
        return backtest_shares(table, methods="auto", draws=50, **settings)  # type: ignore[arg-type]
    finally:
        arguments._number = kept


def show(
    title: str, table: pd.DataFrame, methods: Sequence[str] = LINES, **settings: object
) -> None:
    """Print verdicts, dissimilarity and coverage of one back-test."""
    made = backtest_shares(table, methods=methods, **settings)  # type: ignore[arg-type]
    print(f"\n== {title}")
    print(made.notes[0])
    columns = ["model", "dissimilarity", "naive_dissimilarity", "skill", "skill_lower",
               "skill_upper", "tests", "clusters", "verdict"]  # fmt: skip
    if len(made.verdict):
        print(made.verdict[columns].round(3).to_string(index=False))
    for metric in ("wmape", "coverage_80", "coverage_95"):
        rows = made.table[made.table["metric"] == metric]
        wide = rows.pivot_table(index="model", columns="horizon", values="value")
        order = [m for m in dict.fromkeys([*methods, "constant"]) if m in wide.index]
        print(metric + " by years ahead (0: all)")
        print(
            wide.loc[order, wide.columns.isin([0, 1, 2, 3, 4, 5, 6, 10, 20, 30])]
            .round(3)
            .to_string()
        )


def show_peers(table: pd.DataFrame) -> None:
    """Print the verdict where each country is forecast with all others as its peers."""
    parts = []
    for country, own in table.groupby("country"):
        if own["year"].nunique() > 2:
            others = table[table["country"] != country]
            made = backtest_shares(own, methods=("auto", "alr", "change_factor"), horizon=4,
                                   peers=others)  # fmt: skip
            parts.append(made.errors)
    verdict, _ = judge_models(pd.concat(parts), ["country"], "constant", 1)
    print("\n== the same, each country with all others as its peers")
    print(verdict.round(3).to_string(index=False))


def main() -> None:
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    long, annual = us(1880, 2000), us(2000, 2016)
    if folder.is_dir():
        partners = ilo(folder)
        measure_drift(partners)
        measure_trend({
            "partners 2014-18": (partners, {"horizon": 4}),
            "US decades from 1850": (us(1850, 2000), {"horizon": 30, "last_rounds": 4}),
            "US decades from 1880": (long, {"horizon": 30, "last_rounds": 4}),
            "US 1950-2016": (us(1950, 2016), {"horizon": 20}),
            "US yearly": (annual, {"horizon": 10, "last_rounds": 6}),
        })  # fmt: skip
        show("ILOSTAT, ISCO-08 major groups, partner countries", partners, horizon=4)
        show_peers(partners)
        show(
            "the same, one round known", partners, ("constant",), horizon=4, rounds=1, last_rounds=1
        )
        show("ILOSTAT, ISCO-08 sub-major groups", ilo(folder, 2), ("auto", "alr", "linear"),
             horizon=4)  # fmt: skip
        for part in bls(folder):
            show(f"BLS base years, major groups, {part['year'].min()}-", part, horizon=8)
        for part in bls(folder, groups=False):
            show(f"BLS base years, occupations, {part['year'].min()}-", part,
                 ("auto", "alr", "linear", "logistic"), horizon=8)  # fmt: skip
        show("United States, qualifications in occupations, 2009-2019", us_education(folder),
             ("auto", "alr", "linear"), by="qualification", horizon=10)  # fmt: skip
    else:
        print("The data extracts are not beside the repository: embedded tables only.")
    show("United States, 11 groups, decades 1880-2000, four rounds known", long, horizon=30,
         last_rounds=4)  # fmt: skip
    show("United States, 11 groups, 1950-2016, all rounds", us(1950, 2016), horizon=20)
    show("United States, 11 groups, yearly 2000-2016, six rounds known", annual, horizon=10,
         last_rounds=6)  # fmt: skip
    show("United States, occupations, yearly 2000-2016, six rounds known",
         us(2000, 2016, groups=False), ("auto", "alr", "linear"), horizon=10, last_rounds=6,
         zeros="structural")  # fmt: skip
    country = sf.example(seed=1)
    show("Examplia (SYNTHETIC), occupations in sectors, four rounds known",
         country.employment_by_occupation, horizon=10, last_rounds=4,
         origins=[2008, 2013])  # fmt: skip
    show("Examplia (SYNTHETIC), qualifications in occupations, four rounds known",
         country.employment_by_qualification, by="qualification", horizon=10, last_rounds=4,
         origins=[2008, 2013])  # fmt: skip


if __name__ == "__main__":
    main()
