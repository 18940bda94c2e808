"""Our occupational projections for the United States beside the official and the naive ones.

usage: python benchmarks/bls_vintages.py

The Bureau of Labor Statistics (BLS) publishes a projection by occupation over ten years every year
or two. Eleven editions give base years 2010-2024, each of which is the outcome of earlier editions.
For each base year this makes projections with what was known of that year: employment by
occupation in base years up to it, payroll employment by supersector, major groups in 2002 and the
censuses. `known_at` cuts everything; the functions that project see nothing else.

Main model: `ours` = the mean, in logs, of three structures (constant shares, trends of major
groups, shrunken trends of occupations) times our own total. The recipe was fixed before any of its
errors had been computed; its third part was first made in this script (`drawn_trends`) and became
`sf.forecast_shares` when that existed, as planned and not for its results. `chosen` was added after
the first results had been seen, though it sees none. Everything that was tried is printed.

Two limits: payroll employment is the series as revised since, not as first published, and the
matrix of a base year is published a year or so later, for the BLS as for us.

Needs ``../shared/data/us_bls_projections`` beside the clone. The matrix of industries and
occupations is not there, so that errors are split into all jobs and structure; the split into
industries and staffing is shown on Examplia, which is synthetic.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

import skillsfc as sf
from skillsfc.forecast import accuracy
from skillsfc.forecast.occupation_accuracy import evaluate_occupations
from skillsfc.forecast.shares.forecast import forecast_shares

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/us_bls_projections"
LAST = 2024  # the last base year, so the last outcome
COMPLETE = {2010: 2020, 2012: 2022, 2014: 2024}
SHORTER = {2016: 2024, 2018: 2024, 2019: 2024, 2020: 2024, 2021: 2024, 2022: 2024, 2023: 2024}
BEFORE_COVID = {2010: 2018, 2012: 2018, 2014: 2018, 2016: 2018}
COVID = (2020, 2021)
# In the classification of 2018 personal care aides (millions) went from group 39 to group 31.
MERGED = {"soc:31": "soc:31+39", "soc:39": "soc:31+39"}
MODELS = {
    "official": "BLS, between years by equal growth",
    "ours": "mean of constant, group and occupation trends (main, fixed beforehand)",
    "chosen": "of the five structures below the one nearest in earlier base years, as then known",
    "occupation_trends": "trends of occupations, drawn to none (sf.forecast_shares, auto)",
    "group_trends": "trends of major groups since 2002 (sf.forecast_shares, alr)",
    "drawn_trends": "trends of occupations, drawn to their group's (in this script)",
    "damped_trends": "trends of occupations, damped as censuses say (in this script)",
    "constant_shares": "naive: constant shares, our total",
    "constant_ols_total": "naive: constant shares, total on its 10-year line",
    "line_10y": "naive: 10-year line of each occupation",
    "no_change": "naive: as in the base year",
}


@dataclass(frozen=True)
class Everything:
    """All that is in the files, outcomes among it."""

    editions: pd.DataFrame  # base_year, target_year, occupation, title, persons, projected
    pairs: pd.DataFrame  # base_year, year, occupation: same code and title in both
    groups_2002: pd.DataFrame  # year, occupation (major group), persons
    payroll: pd.DataFrame  # tidy: sector
    censuses: pd.DataFrame  # tidy: occupation of the list of 1950, share


@dataclass(frozen=True)
class Known:
    """What was known of a base year: nothing of a later year is in it."""

    year: int
    matrices: pd.DataFrame  # year, occupation, title, persons
    groups: pd.DataFrame  # year, occupation, persons
    payroll: pd.DataFrame
    censuses: pd.DataFrame


def read_everything(folder: Path = FOLDER) -> Everything:
    """Read the files as they are: thousands become persons, codes get their prefix."""
    table = pd.read_csv(folder / "bls_occupation_projections_all_vintages.csv.gz", dtype="str")
    table = table[table["occ_type"] == "Line item"]
    editions = pd.DataFrame(
        {
            "base_year": table["base_year"].astype(int),
            "target_year": table["target_year"].astype(int),
            "occupation": "soc:" + table["soc_code"],
            "title": table["title"].map(plain_title),
            "persons": (table["emp_base_th"].astype(float) * 1000).round(),
            "projected": (table["emp_proj_th"].astype(float) * 1000).round(),
        }
    )
    joined = pd.read_csv(folder / "bls_projection_vs_outcome.csv.gz")
    joined = joined[joined["same_title"]]
    pairs = pd.DataFrame(
        {
            "base_year": joined["base_year"],
            "year": joined["actual_year"],
            "occupation": "soc:" + joined["soc_code"],
        }
    )
    groups = pd.read_csv(folder / "major_groups_2002_12.csv", dtype="str")
    groups = groups[groups["code"].fillna("").str.fullmatch(r"(?!00)\d\d-0000")]
    # The column of 2012 is a projection of that time and is not read.
    groups_2002 = pd.DataFrame(
        {"year": 2002, "occupation": "soc:" + groups["code"].str.slice(0, 2)}
    ).assign(persons=groups["count02"].astype(float) * 1000)
    payroll = sf.load_table("us_employment_by_supersector")
    censuses = sf.load_table("us_occupation_shares")
    return Everything(editions, pairs, groups_2002, payroll, censuses)


def plain_title(title: str) -> str:
    """Return a title without capitals and punctuation, for comparison."""
    return re.sub(r"[^a-z]+", " ", str(title).lower()).strip()


def known_at(data: Everything, year: int) -> Known:
    """Return what was known of a base year and before."""
    past = data.editions.rename(columns={"base_year": "year"})
    past = past[["year", "occupation", "title", "persons"]]  # no projection of anybody's
    return earlier(Known(year, past, data.groups_2002, data.payroll, data.censuses), year)


def earlier(known: Known, year: int) -> Known:
    """Return what was known of a year still before."""
    tables = (known.matrices, known.groups, known.payroll, known.censuses)
    return Known(year, *(table[table["year"] <= year] for table in tables))


def group_of(codes: pd.Series) -> pd.Series:
    """Return the major group of each occupation, 31 and 39 as one."""
    major = codes.str.slice(0, 6)
    return major.replace(MERGED)


def base_matrix(known: Known) -> pd.Series:
    """Return persons by occupation in the base year."""
    rows = known.matrices[known.matrices["year"] == known.year]
    return rows.set_index("occupation")["persons"].sort_index()


def total_growth(known: Known, target: int, model: str) -> float:
    """Return target over base year of all payroll employment, by the library.

    The matrix counts self-employed, agricultural and household workers too; their total is assumed
    to grow as payrolls do. Where the payroll series ends before the base year, its forecast runs
    through that year.
    """
    total = known.payroll.groupby(["country", "year"], as_index=False)["persons"].sum()
    total = total.assign(unit="persons", status="observed", source="us_employment_industry")
    made = sf.forecast_employment(total, horizon=target, model=model, levels=(0.8,)).table
    path = pd.concat([total, made]).set_index("year")["persons"]
    return float(path[target] / path[known.year])


def history(known: Known) -> pd.DataFrame:
    """Return persons by occupation and known year, where code and title are the same throughout."""
    rows = known.matrices
    wide = rows.pivot_table(index="occupation", columns="year", values="persons")
    titles = rows.groupby("occupation")["title"].nunique()
    return wide[wide.notna().all(axis=1) & (wide > 0).all(axis=1) & (titles == 1)]


def slopes(logs: pd.DataFrame) -> pd.Series:
    """Return the least-squares slope by year of each row."""
    years = logs.columns.to_numpy(float)
    centred = years - years.mean()
    return (logs * centred).sum(axis=1) / (centred**2).sum()


def persistence(known: Known) -> float:
    """Return how much of a decade's change in log share lasted into the next, in the censuses.

    Regression through the origin over occupations of the list of 1950, decades since 1950, each
    weighted by its share; cut to 0-1.
    """
    wide = known.censuses.pivot_table(index="occupation", columns="year", values="share")
    decades = [y for y in range(1950, known.year + 1, 10) if y in wide]
    logs = np.log(wide[decades].where(wide[decades] > 1e-5))
    step = logs.diff(axis=1).iloc[:, 1:]
    before, after = step.iloc[:, :-1].to_numpy(), step.iloc[:, 1:].to_numpy()
    weight = wide[decades].iloc[:, 1:-1].to_numpy()
    both = np.isfinite(before) & np.isfinite(after)
    top = (weight * before * after)[both].sum()
    return float(np.clip(top / (weight * before**2)[both].sum(), 0.0, 1.0))


def closed(shares: pd.Series) -> pd.Series:
    """Return shares that sum to 1."""
    return shares / shares.sum()


def as_shares(persons: pd.DataFrame) -> pd.DataFrame:
    """Return persons by occupation and year (wide) as a tidy table of shares."""
    shares = (persons / persons.sum()).rename_axis(index="occupation", columns="year")
    table = shares.stack().rename("share").reset_index()  # noqa: PD013
    return table.assign(unit="share", status="observed", source="bls_projections")


def library_shares(persons: pd.DataFrame, target: int, method: str) -> pd.Series:
    """Return shares in the target year by `skillsfc.forecast_shares`, from the last year."""
    made = forecast_shares(
        as_shares(persons), by="occupation", method=method, anchor="last", horizon=target,
        levels=(0.8,), draws=100,
    ).table  # fmt: skip
    return made[made["year"] == target].set_index("occupation")["share"]


def carried(known: Known, shares: pd.Series) -> pd.Series:
    """Return shares of all occupations: those without a history keep their part, together."""
    base = closed(base_matrix(known))
    there = base.index.isin(shares.index)
    moved = closed(shares) * base[there].sum()
    return pd.concat([moved, base[~there]]).sort_index()


def group_trends(known: Known, target: int) -> pd.Series:
    """Return base shares moved as their major group's line through log-ratios since 2002 moves."""
    base = base_matrix(known)
    rows = known.matrices.assign(occupation=group_of(known.matrices["occupation"]))
    early = known.groups.assign(occupation=known.groups["occupation"].replace(MERGED))
    wide = pd.concat([early, rows]).pivot_table(
        index="occupation", columns="year", values="persons", aggfunc="sum"
    )
    wide = wide.dropna()
    factor = library_shares(wide, target, "alr") / closed(wide[known.year])
    return closed(base * group_of(base.index.to_series()).map(factor).fillna(1.0))


def occupation_trends(known: Known, target: int) -> pd.Series:
    """Return base shares moved by the library's shrunken trends; constant without a history."""
    past = history(known)
    if past.empty or past.shape[1] < 2:
        return closed(base_matrix(known))
    return carried(known, library_shares(past, target, "auto"))


def drawn_trends(known: Known, target: int) -> pd.Series:
    """Return base shares moved by trends drawn towards the mean trend of their major group.

    Empirical Bayes in this script: one variance of noise for all occupations, from the scatter
    around their lines; two years have none, and the persistence in the censuses takes its place.
    """
    past = history(known)
    if past.empty or past.shape[1] < 2:
        return closed(base_matrix(known))
    logs = np.log(past / past.sum())
    own = slopes(logs)
    years = logs.columns.to_numpy(float)
    mean = own.groupby(group_of(own.index.to_series())).transform("mean")
    weight = persistence(known)
    if len(years) > 2:
        centred = years - years.mean()
        fitted = logs.mean(axis=1).to_numpy()[:, None] + np.outer(own, centred)
        noise = ((logs - fitted) ** 2).sum(axis=1).mean() / (len(years) - 2) / (centred**2).sum()
        signal = max(0.0, float((own - mean).var()) - noise)
        weight = signal / (signal + noise)
    trend = weight * own + (1 - weight) * mean
    return carried(known, past[known.year] * np.exp(trend * (target - known.year)))


def damped_trends(known: Known, target: int) -> pd.Series:
    """Return base shares moved by plain trends times the persistence seen in the censuses."""
    past = history(known)
    if past.empty or past.shape[1] < 2:
        return closed(base_matrix(known))
    trend = persistence(known) * slopes(np.log(past / past.sum()))
    return carried(known, past[known.year] * np.exp(trend * (target - known.year)))


STRUCTURES = {
    "constant_shares": lambda known, target: closed(base_matrix(known)),
    "group_trends": group_trends,
    "occupation_trends": occupation_trends,
    "drawn_trends": drawn_trends,
    "damped_trends": damped_trends,
}
MEAN_OF = ("constant_shares", "group_trends", "occupation_trends")
TRIED = 4  # earlier base years in which structures are tried


def chosen_structure(known: Known) -> str:
    """Return the structure that came nearest to this base year from earlier ones; else constant."""
    years = sorted(set(known.matrices["year"]) - {known.year})[-TRIED:]
    past = history(known)
    if not years or past.empty:
        return "constant_shares"
    came = closed(past[known.year])
    off = dict.fromkeys(STRUCTURES, 0.0)
    for year in years:
        then = earlier(known, year)
        for name, structure in STRUCTURES.items():
            said = closed(structure(then, known.year).reindex(came.index))
            off[name] += 0.5 * (said - came).abs().sum()
    return min(off, key=lambda name: off[name])


def line_10y(known: Known, target: int) -> pd.Series | None:
    """Return the least-squares line of persons over ten years, if three base years are known."""
    past = history(known)
    past = past[[y for y in past if y >= known.year - 10]]
    if past.empty or past.shape[1] < 3:
        return None
    ahead = past.mean(axis=1) + slopes(past) * (target - np.mean(past.columns.to_numpy(float)))
    return ahead.clip(lower=0.0).reindex(base_matrix(known).index)


def our_projections(known: Known, target: int) -> pd.DataFrame:
    """Return all projections but the official one as a tidy table."""
    base = base_matrix(known)
    jobs = base.sum() * total_growth(known, target, "auto")
    line = base.sum() * total_growth(known, target, "ols_trend")
    parts = {name: structure(known, target) for name, structure in STRUCTURES.items()}
    logs = [np.log(parts[name]) for name in MEAN_OF]
    parts["ours"] = closed(np.exp(sum(logs) / len(logs)))
    parts["chosen"] = parts[chosen_structure(known)]
    made = {name: shares * jobs for name, shares in parts.items()}
    made |= {"constant_ols_total": closed(base) * line, "no_change": base}
    straight = line_10y(known, target)
    if straight is not None:
        # Where an occupation has no line it keeps its share: a gap would shrink the comparison.
        made["line_10y"] = straight.fillna(made["constant_shares"])
    return pd.concat([tidy(persons, target, name) for name, persons in made.items()])


def tidy(persons: pd.Series, year: int, model: str | None = None) -> pd.DataFrame:
    """Return a Series by occupation as a table that passes sf.check."""
    table = pd.DataFrame(
        {"year": year, "occupation": persons.index.astype("str"), "persons": persons.to_numpy()}
    )
    table = table.assign(unit="persons", status="observed", source="bls_projections")
    return table if model is None else table.assign(model=model, status="projected")


def official(data: Everything, base: int, target: int) -> pd.DataFrame:
    """Return the projection of BLS; before its target year by equal growth each year."""
    rows = data.editions[data.editions["base_year"] == base].set_index("occupation")
    part = (target - base) / (rows["target_year"].iloc[0] - base)
    growth = (rows["projected"] / rows["persons"].where(rows["persons"] > 0)) ** part
    return tidy((rows["persons"] * growth).dropna(), target, "official")


def outcome(data: Everything, base: int, target: int) -> pd.DataFrame:
    """Return what came; a code that has another title than in the base year gets a star."""
    rows = data.editions[data.editions["base_year"] == target].set_index("occupation")["persons"]
    pairs = data.pairs[(data.pairs["base_year"] == base) & (data.pairs["year"] == target)]
    same = rows.index.isin(pairs["occupation"])
    rows.index = rows.index.where(same, rows.index + "*")
    return tidy(rows, target)


def by_group(table: pd.DataFrame) -> pd.DataFrame:
    """Return a tidy table by major group."""
    summed = table.assign(occupation=group_of(table["occupation"]))
    keys = [k for k in ("year", "occupation", "model") if k in table]
    flags = ["unit", "status", "source"]
    return summed.groupby([*keys, *flags], as_index=False)["persons"].sum()


def all_projections(data: Everything, base: int, target: int) -> pd.DataFrame:
    """Return the official projection and ours; ours see what was known alone."""
    return pd.concat(
        [official(data, base, target), our_projections(known_at(data, base), target)],
        ignore_index=True,
    )


def compared(data: Everything, said: pd.DataFrame, base: int, *, groups: bool = False):
    """Return the evaluation of every projection of one base year in one target year."""
    target = int(said["year"].iloc[0])
    start = tidy(base_matrix(known_at(data, base)), base)
    came = outcome(data, base, target)
    if groups:
        tables = [by_group(table) for table in (came, said, start)]
        return evaluate_occupations(*tables[:2], base=tables[2], against="official")
    codes = start["occupation"]
    clusters = dict(zip(codes, group_of(codes), strict=True))
    return evaluate_occupations(came, said, base=start, clusters=clusters, against="official")


INDUSTRIES = {  # code of the payroll series: rows of table 2.1 of the edition 2010-20
    "10000000": ["Mining"],
    "20000000": ["Construction"],
    "30000000": ["Manufacturing"],
    "40000000": [
        "Utilities", "Wholesale trade", "Retail trade", "Transportation and warehousing",
    ],
    "50000000": ["Information"],
    "55000000": ["Financial activities"],
    "60000000": ["Professional and business services"],
    "65000000": ["Educational services", "Health care and social assistance"],
    "70000000": ["Leisure and hospitality"],
    "80000000": ["Other services"],
    "90000000": ["Federal government", "State and local government"],
}  # fmt: skip


def official_industries(folder: Path = FOLDER) -> pd.DataFrame:
    """Return thousand jobs by supersector in 2000, 2010 and, as then projected, 2020."""
    table = pd.read_csv(
        folder / "bls_industry_2010_20_table_2_1_raw.csv", skiprows=3, header=None, dtype="str"
    )
    rows = table.set_index(table[0].str.strip())[[1, 2, 3]].set_axis([2000, 2010, 2020], axis=1)
    rows = rows.apply(pd.to_numeric, errors="coerce")
    return pd.DataFrame({code: rows.loc[names].sum() for code, names in INDUSTRIES.items()}).T


def compared_industries(data: Everything, target: int = 2018) -> pd.DataFrame:
    """Return wMAPE and dissimilarity of industry totals in 2018, projected in 2010.

    The payroll series ends in 2018, so that BLS's projection of 2020 is taken back to 2018 by equal
    growth, as growth of the payroll series' own level of 2010.
    """
    wide = data.payroll.pivot_table(index="sector", columns="year", values="persons")
    known = known_at(data, 2010).payroll
    table = official_industries()
    made = {
        "official": wide[2010] * (table[2020] / table[2010]) ** ((target - 2010) / 10),
        "no_change": wide[2010],
        "constant_shares": wide[2010] * total_growth(known_at(data, 2010), target, "auto"),
    }
    for name, model in (("ours", "auto"), ("line_10y", "ols_trend")):
        found = sf.forecast_employment(known, horizon=target, model=model, levels=(0.8,)).table
        made[name] = found[found["year"] == target].set_index("sector")["persons"]
    came = wide[target].to_numpy()
    rows = []
    for name, persons in made.items():
        said = persons.reindex(wide.index).to_numpy()
        shares = said / said.sum() - came / came.sum()
        total = said.sum() / came.sum() - 1.0
        rows.append([name, accuracy.wmape(came, said), 0.5 * np.abs(shares).sum(), total])
    return pd.DataFrame(rows, columns=["model", "wMAPE", "dissimilarity", "error of total"])


def compared_examplia(base: int = 2013, target: int = 2023):
    """Return the split by industry and staffing for the synthetic country."""
    rows = sf.example(seed=1).employment_by_occupation
    rows = rows[["country", "year", "sector", "occupation", "persons", "unit", "status", "source"]]
    past = rows[rows["year"] <= base]
    start, came = rows[rows["year"] == base], rows[rows["year"] == target]
    sectors = past.groupby(["country", "year", "sector"], as_index=False)["persons"].sum()
    sectors = sectors.assign(unit="persons", status="observed", source="example")
    ahead = sf.forecast_employment(sectors, horizon=target, levels=(0.8,)).table
    totals = ahead[ahead["year"] == target].set_index("sector")["persons"]
    before = start.groupby("sector")["persons"].sum()
    growth = start["sector"].map(totals / before)
    whole = totals.sum() / before.sum()
    made = {
        "industries forecast, staffing constant": start["persons"] * growth,
        "constant shares": start["persons"] * whole,
        "no_change": start["persons"],
    }
    found = forecast_shares(
        past, within="sector", method="auto", horizon=target, levels=(0.8,), draws=100
    ).table
    found = found[found["year"] == target].set_index(["sector", "occupation"])["share"]
    staffing = start.set_index(["sector", "occupation"]).index.map(found)
    made["industries and staffing forecast"] = start["sector"].map(totals) * np.asarray(staffing)
    said = pd.concat([start.assign(year=target, model=m, persons=p) for m, p in made.items()])
    return evaluate_occupations(came, said, base=start)


COLUMNS = {
    "wmape": "wMAPE",
    "dissimilarity": "dissim.",
    "direction_hit_rate": "direct.",
    "direction_peirce": "Peirce",
    "faster_hit_rate": "faster",
    "faster_peirce": "Peirce.",
    "faster_precision": "precis.",
    "total_growth_projected": "growth",
    "mean_growth_projected": "mean g.",
    "growth_spearman": "rank",
    "wmape_part_all_jobs": "jobs",
    "wmape_part_structure": "struct.",
    "wmape_given_actual_total": "given",
}
SKILLS = {
    "skill_no_change": "v no change",
    "skill_dissimilarity": "structure v const.",
    "skill_against_official": "v BLS",
    "skill_against_official_structure": "structure v BLS",
}


def show(result, title: str) -> None:
    """Print one evaluation: what one constant answer scores first, then every model."""
    table = result.table.set_index(["model", "metric"])
    first = table.loc["no_change", "value"]
    reach = result.diagnostics.iloc[0]
    print(
        f"\n--- {title}: {reach['occupations']:.0f} occupations of {reach['in_base']:.0f} in the "
        f"base year and {reach['in_actual']:.0f} in the outcome; "
        f"{100 * reach['base_share']:.1f} % of employment in the base year, "
        f"{100 * reach['actual_share']:.1f} % in the outcome"
    )
    print(
        f"    actual growth {100 * first['total_growth_actual']:.1f} %, mean "
        f"{100 * first['mean_growth_actual']:.1f} %; base rates: always grows "
        f"{100 * first['direction_always_grows']:.0f} %, always slower "
        f"{100 * first['faster_always_slower']:.0f} %, faster {100 * first['faster_actual']:.0f} %"
    )
    wide = table["value"].unstack("metric")  # noqa: PD010
    order = [name for name in MODELS if name in wide.index]
    body = (100 * wide.loc[order, list(COLUMNS)]).round(1).rename(columns=COLUMNS)
    print(body.to_string(na_rep="-"))
    lines = []
    for model in order:
        cells = {}
        for metric, name in SKILLS.items():
            if (model, metric) in table.index:
                v = 100 * table.loc[(model, metric), ["value", "lower", "upper"]].astype(float)
                cells[name] = f"{v['value']:.1f} [{v['lower']:.1f}, {v['upper']:.1f}]"
        lines.append(pd.Series(cells, name=model))
    print("    skill, per cent, 80 % interval over groups of occupations")
    print(pd.DataFrame(lines).to_string(na_rep="-"))


def show_reading(results: dict) -> None:
    """Print the figures that were measured before on the same files."""
    print(
        "\n=== Check of the reading: n, wMAPE of BLS, of no change, rank correlation of growth ==="
    )
    for base, target in COMPLETE.items():
        row = results[base, target].table
        row = row[row["model"] == "official"].set_index("metric")
        numbers = [f"{100 * row.loc[m, 'value']:.1f} %" for m in ("wmape", "wmape_no_change")]
        print(f"{base}-{target}: n {row.loc['wmape', 'n']}, {', '.join(numbers)}, "
              f"{row.loc['growth_spearman', 'value']:.2f}")  # fmt: skip


def show_summary(results: dict) -> None:
    """Print wMAPE and dissimilarity of all base years, and who won."""
    lines = []
    for metric in ("wmape", "dissimilarity"):
        found = {}
        for (base, target), result in results.items():
            star = "*" if base in COVID or target in COVID else ""
            rows = result.table[result.table["metric"] == metric]
            found[f"{base}-{target % 100}{star}"] = rows.set_index("model")["value"]
        wide = pd.DataFrame(found)
        print(f"\n{metric}, per cent (* base year or outcome in the pandemic)")
        order = [name for name in MODELS if name in wide.index]
        print((100 * wide.loc[order]).round(1).to_string(na_rep="-"))
        for own in ("ours", "chosen"):
            for rival in ("official", "constant_shares", "no_change"):
                gap = wide.loc[own] - wide.loc[rival]
                won, lost = gap[gap < -1e-9].index, gap[gap > 1e-9].index
                lines.append(
                    f"{metric}: {own} beats {rival} in {len(won)} of {len(gap)}, "
                    f"loses in {', '.join(lost) or 'none'}"
                )
    print("\n".join(["", *lines]))


def show_others(data: Everything) -> None:
    """Print what is not about occupations of the United States."""
    print("\n=== Industry totals: 11 supersectors, projected in 2010 for 2018, per cent ===")
    print((100 * compared_industries(data).set_index("model")).round(1).to_string())
    print("The official projection of 2020 is taken back to 2018 by equal growth. No matrix of")
    print("industries and occupations of these editions is at hand: errors by occupation above are")
    print("split into all jobs and structure only.")
    print("\n=== Split by industry and staffing: Examplia, SYNTHETIC, 2013-2023, per cent ===")
    found = compared_examplia().table
    names = ["wmape", "dissimilarity", "wmape_part_all_jobs", "wmape_part_industry_mix",
             "wmape_part_staffing", "wmape_given_actual_industries"]  # fmt: skip
    wide = found.pivot_table(index="model", columns="metric", values="value")[names]
    print((100 * wide).round(2).to_string())


def main() -> None:
    """Print everything."""
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER.name} is not beside this clone; nothing was measured.")
    data = read_everything()
    for name, text in MODELS.items():
        print(f"{name:20s} {text}")
    said = {pair: all_projections(data, *pair) for pair in (COMPLETE | SHORTER).items()}
    results = {pair: compared(data, table, pair[0]) for pair, table in said.items()}
    show_reading(results)
    print(
        "\n=== Ten years, complete (the outcome 2020 is of the pandemic; BLS did not judge it) ==="
    )
    detailed = [*COMPLETE.items(), *list(SHORTER.items())[:2]]
    for base, target in detailed:
        if base == 2016:
            print("\n=== Shorter, to the last known year ===")
        show(results[base, target], f"{base}-{target}")
        found = results[base, target].verdicts.set_index("model")
        for name in ("official", "ours", "chosen"):
            print(f"    {name}: {found.loc[name, 'verdict']}: {found.loc[name, 'reason']}")
        print(f"    chosen was {chosen_structure(known_at(data, base))}")
    print("\n=== All base years ===")
    show_summary(results)
    print("\n=== Before the pandemic and the classification of 2018 ===")
    before = {p: all_projections(data, *p) for p in BEFORE_COVID.items()}
    show_summary({p: compared(data, table, p[0]) for p, table in before.items()})
    print("\n=== Major groups (31 and 39 as one: occupations changed between them in 2018) ===")
    show_summary({p: compared(data, table, p[0], groups=True) for p, table in said.items()})
    show_others(data)


if __name__ == "__main__":
    main()
