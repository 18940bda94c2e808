"""Morocco's censuses of 2014 and 2024: work, schooling and people by sex, area and region.

Each loader below is one row of ``data/tables.csv``. They differ in the census, the columns and the
key only, so they are made by `_shares`, `_rates` and `_counts`; a ``regional_`` one has the twelve
regions (ISO 3166-2 codes, named in the code list ``hcp_region``) in place of the country.

What the source has are margins: sector by sex and area, occupation by sex and area, and so on.
There is no joint table of sector by occupation, and no diploma of the employed: diplomas are those
of everybody aged 10 and over. Reference date: 1 September.
"""

from __future__ import annotations

from functools import cache, partial

import pandas as pd

from skillsfc.schema import dictionary, key_columns, read_codes_file

COUNTRY = "MAR"
_SEX = {"all": "T", "male": "M", "female": "F"}
_SAMPLE = (
    "Long questionnaire: all households of communes below 2,000 households, a random 20 % elsewhere"
)
_ROUNDED = "Municipal population times a share rounded to 0.1 %"
_UNMARKED = "The source does not mark this field as comparable with 2024"
# A word that tells the source's notes apart, and what the note means for whoever compares years.
_CAUTIONS = {
    "by commune": "Known for 2014 only: the source has no such table of the census of 2024",
    "diploma": "Diplomas are known for 2014 only; the census of 2024 gives levels of schooling",
    "had worked before": "2014 includes unemployed people with a former job, 2024 does not",
    "children": "2014 counts children as well, 2024 only people aged 15 and over",
}


@cache
def _raw(year: int) -> pd.DataFrame:
    """Return one census with the library's codes and numbers, country and regions."""
    table = read_codes_file(f"raw/hcp/people_{year}.csv.gz")
    keys = pd.DataFrame(
        {
            "country": COUNTRY,
            "region": "MA-" + table["code"],
            "area": table["area"],
            "year": year,
            "sex": table["sex"].map(_SEX),
        }
    )
    keys["region"] = keys["region"].where(table["level"] == "region", "")
    numbers = table.drop(columns=["code", "level", "name_fr", "area", "sex"]).apply(pd.to_numeric)
    return pd.concat([keys, numbers], axis=1)


@cache
def _fields(year: int) -> pd.DataFrame:
    """Return the producer's words on every column of one census."""
    return read_codes_file(f"raw/hcp/fields_{year}.csv.gz").set_index("column")


def _rows(year: int, regional: bool) -> pd.DataFrame:
    table = _raw(year)
    if regional:
        return table[table["region"] != ""]
    return table[table["region"] == ""].drop(columns="region")


def _keys(table: pd.DataFrame) -> list[str]:
    return [name for name in ("country", "region", "area", "year", "sex") if name in table]


def _finish(table: pd.DataFrame, measure: str, year: int, note: str, age: str) -> pd.DataFrame:
    table = table.dropna(subset=[measure])
    if age:
        table = table.assign(age=age)
    return table.sort_values(key_columns(table), ignore_index=True).assign(
        unit=dictionary().loc[measure, "unit"],
        status="observed",
        source=f"hcp_{year}",
        note=note,
    )


def _note(year: int, column: str) -> str:
    """Return why a column cannot be set against the other census, or how 2024 was collected."""
    if year == 2024:
        return _SAMPLE
    field = _fields(year).loc[column]
    return _own_words(str(field["note"])) or ("" if field["comparableTo"] else _UNMARKED)


def _own_words(note: str) -> str:
    """Return the caution that the source's note amounts to, empty where it has none."""
    if not note:
        return ""
    return next((text for sign, text in _CAUTIONS.items() if sign in note), _UNMARKED)


def _shares(
    year: int, prefix: str, key: str, code: str = "", age: str = "", regional: bool = False
) -> pd.DataFrame:
    """Return the columns that begin with a prefix as shares of one whole."""
    wide = _rows(year, regional)
    columns = [
        name for name in wide.columns if name.startswith(prefix) and not _is_total(year, name)
    ]
    long = wide.melt(_keys(wide), columns, key, "share")
    long["share"] = (long["share"] / 100).round(4)
    long[key] = code + long[key].str.removeprefix(prefix)
    return _finish(long, "share", year, _note(year, columns[0]), age)


def _is_total(year: int, column: str) -> bool:
    return bool(_fields(year).loc[column, "unit"] == "people")


def _rates(year: int, column: str, regional: bool = False) -> pd.DataFrame:
    """Return one column in percent as a share, of persons aged 15 and over."""
    wide = _rows(year, regional)
    table = wide[_keys(wide)].assign(share=(wide[column] / 100).round(4))
    return _finish(table, "share", year, _note(year, column), "15+")


def _counts(year: int, column: str, age: str = "", regional: bool = False) -> pd.DataFrame:
    """Return one column of persons, urban and rural, women and men: parts, so that they add up."""
    wide = _rows(year, regional)
    wide = wide[(wide["area"] != "total") & (wide["sex"] != "T")]
    table = wide[_keys(wide)].assign(persons=wide[column].astype("float64"))
    return _finish(table, "persons", year, _note(year, column) if age else "", age)


def _population_by_age(year: int) -> pd.DataFrame:
    """Return people by region, area, sex and age group, made from shares rounded to 0.1 %."""
    wide = _rows(year, True)
    wide = wide[(wide["area"] != "total") & (wide["sex"] != "T")]
    columns = [name for name in wide.columns if name.startswith("age_")]
    long = wide.melt([*_keys(wide), "population_municipal"], columns, "age", "percent")
    group = long["age"].str.removeprefix("age_")
    long["age"] = group.str.replace("_plus", "+", regex=False).str.replace("_", "-", regex=False)
    total = long.groupby(_keys(wide))["percent"].transform("sum")
    # Rounded percentages sum to 99.8-100.2; scaled, the ages add up to the counted population.
    long["persons"] = (long["population_municipal"] * long["percent"] / total).round(1)
    table = _finish(long.drop(columns=["population_municipal", "percent"]), "persons", year, "", "")
    return table.assign(status="estimated", note=_ROUNDED)


employment_by_sector = partial(_shares, 2014, "work_sector_", "sector")
employment_by_occupation = partial(_shares, 2014, "profession_", "occupation")
employment_by_status_2014 = partial(_shares, 2014, "employment_status_", "employment_status")
employment_by_status_2024 = partial(_shares, 2024, "employment_status_", "employment_status")
attainment = partial(_shares, 2014, "diploma_", "qualification", "dip_", "10+")
vocational_attainment = partial(
    _shares, 2014, "vocational_diploma_", "qualification", "voc_", "10+"
)
education_level_2014 = partial(_shares, 2014, "education_", "qualification", "edu_")
education_level_2024 = partial(_shares, 2024, "education_", "qualification", "edu_")
unemployment_2014 = partial(_rates, 2014, "labour_unemployment_rate")
unemployment_2024 = partial(_rates, 2024, "labour_unemployment_rate")
participation_2014 = partial(_rates, 2014, "labour_activity_rate")
participation_2024 = partial(_rates, 2024, "labour_activity_rate")
employment_by_area_2014 = partial(_counts, 2014, "profession_employed", "15+")
employment_by_area_2024 = partial(_counts, 2024, "labour_employed", "15+")
population_by_area_2014 = partial(_counts, 2014, "population_municipal")
population_by_area_2024 = partial(_counts, 2024, "population_municipal")

regional_employment_by_sector = partial(employment_by_sector, regional=True)
regional_employment_by_occupation = partial(employment_by_occupation, regional=True)
regional_employment_by_status_2014 = partial(employment_by_status_2014, regional=True)
regional_employment_by_status_2024 = partial(employment_by_status_2024, regional=True)
regional_attainment = partial(attainment, regional=True)
regional_vocational_attainment = partial(vocational_attainment, regional=True)
regional_education_level_2014 = partial(education_level_2014, regional=True)
regional_education_level_2024 = partial(education_level_2024, regional=True)
regional_unemployment_2014 = partial(unemployment_2014, regional=True)
regional_unemployment_2024 = partial(unemployment_2024, regional=True)
regional_participation_2014 = partial(participation_2014, regional=True)
regional_participation_2024 = partial(participation_2024, regional=True)
regional_employment_2014 = partial(employment_by_area_2014, regional=True)
regional_employment_2024 = partial(employment_by_area_2024, regional=True)
regional_population_2014 = partial(population_by_area_2014, regional=True)
regional_population_2024 = partial(population_by_area_2024, regional=True)
regional_population_by_age_2014 = partial(_population_by_age, 2014)
regional_population_by_age_2024 = partial(_population_by_age, 2024)


def comparable_fields() -> pd.DataFrame:
    """Return which census questions may be set against one another, 2024 minus 2014.

    Use it before any difference between the two censuses. A field is comparable only where the
    re-packed source says that 2014 measured what 2024 measures; the note says what differs.

    Returns
    -------
    DataFrame
        One row a field of 2014: text columns ``column_2014, column_2024`` (empty where there is
        none), ``label``, boolean ``comparable``, text ``note`` (why not) and ``definition`` (the
        statistical office's own words of 2024, in French).

    Examples
    --------
    >>> fields = comparable_fields().set_index("column_2014")["comparable"]
    >>> bool(fields["labour_unemployment_rate"]), bool(fields["employment_status_apprentice"])
    (True, False)
    """
    old, new = _fields(2014), _fields(2024)
    path = (new["topic"] + "." + new["key"]).rename("comparableTo").reset_index()
    path = path.rename(columns={"column": "column_2024"})
    found = old.reset_index().rename(columns={"column": "column_2014"})
    found = found.merge(path, on="comparableTo", how="left")
    found["column_2024"] = found["column_2024"].fillna("")
    found["definition"] = found["column_2024"].map(new["definition"]).fillna("")
    found["note"] = found["note"].map(_own_words)
    found["comparable"] = found["comparableTo"] != ""
    columns = ["column_2014", "column_2024", "label", "comparable", "note", "definition"]
    return found[columns]
