"""Openings of one country from what it has, and how the brief words them."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.forecast.country_openings import usual_education
from skillsfc.report.brief.openings import write_openings


@pytest.fixture(scope="module")
def morocco():
    data = sf.load_country("MAR")
    forecast = sf.forecast_employment(
        data.get("employment", source="pwt91"), horizon=2030, model="drift"
    )
    return data, sf.estimate_country_openings(
        forecast, data.get("population"), tables=data.tables, draws=200
    )


def sums(simulated, column="openings"):
    table = simulated.table
    return table[table["level"] == 0.8][column].sum()


def test_every_cut_adds_up_to_the_same_openings(morocco):
    _, made = morocco
    for column in ("openings", "expansion", "replacement"):
        cuts = [
            made.total,
            made.by_sex,
            made.by_occupation,
            made.by_occupation_and_sex,
            made.by_education,
        ]
        values = [sums(cut, column) for cut in cuts]
        assert values == pytest.approx([values[0]] * 5, rel=1e-9)


def test_expansion_and_replacement_are_the_openings(morocco):
    _, made = morocco
    table = made.by_occupation_and_sex.table
    assert np.allclose(table["expansion"] + table["replacement"], table["openings"])
    assert (table["replacement"] > 0).all()


def test_the_structure_is_the_census_of_2014(morocco):
    data, made = morocco
    census = data.get("employment_by_occupation")
    census = census[(census["area"] == "total") & (census["sex"] == "F")]
    women = made.by_occupation_and_sex.table
    women = women[(women["sex"] == "F") & (women["level"] == 0.8)].set_index("occupation")
    share = women["employment_end"] / women["employment_end"].sum()
    expected = census.set_index("occupation")["share"]
    assert (share - expected / expected.sum()).abs().max() < 1e-9
    assert made.structure_year == 2014


def test_the_rate_of_both_sexes_lies_between_theirs_and_has_a_range(morocco):
    _, made = morocco
    rates = made.exits.set_index("sex")
    low, high = sorted([rates.loc["F", "annual_rate"], rates.loc["M", "annual_rate"]])
    assert low <= rates.loc["T", "annual_rate"] <= high
    assert (rates["rate_error"] > 0).all()


def test_a_country_with_a_total_only_gets_a_total_only():
    albania = sf.load_country("ALB")
    forecast = sf.forecast_employment(albania.get("employment"), horizon=2030, model="drift")
    made = sf.estimate_country_openings(
        forecast, albania.get("population"), tables=albania.tables, draws=200
    )
    assert made.by_occupation is None
    assert made.by_sex is None
    section = write_openings(made, data=albania)
    assert "cannot be said" in " ".join(section.paragraphs)
    assert [figure.name for figure in section.figures] == ["openings_fan"]


def test_occupations_without_sexes_need_no_workers_by_sex():
    people = sf.load_table("population", country="ALB")
    forecast = sf.forecast_employment(
        sf.load_table("employment", country="ALB", source="pwt91"), horizon=2028, model="drift"
    )
    flags = {"unit": "share", "status": "observed", "source": "made up"}
    jobs = pd.DataFrame({"country": "ALB", "year": 2015, "sex": "T", "occupation": ["2", "9"],
                         "share": [0.4, 0.6]} | flags)  # fmt: skip
    told = {"tables": {"employment_by_occupation": jobs}, "draws": 200}
    made = sf.estimate_country_openings(forecast, people, **told)
    table = made.by_occupation.table.drop_duplicates("occupation").set_index("occupation")
    assert table["employment_start"]["9"] / table["employment_start"]["2"] == pytest.approx(1.5)
    assert made.by_occupation_and_sex is None
    assert set(made.by_education.table["qualification"]) == {"ADV", "BAS"}
    only_women = {"employment_by_occupation": jobs.assign(sex="F")}
    with pytest.raises(sf.CoverageError, match="no rows for T"):
        sf.estimate_country_openings(forecast, people, tables=only_women, draws=200)


def test_the_norm_follows_the_first_digit_of_isco_and_is_silent_elsewhere():
    norm = usual_education(pd.Series(["1", "2", "33", "5", "9333"])).set_index("occupation")
    assert norm["qualification"].to_dict() == {
        "1": "ADV", "2": "ADV", "33": "ADV", "5": "INT", "9333": "BAS"
    }  # fmt: skip
    assert usual_education(pd.Series(["soc2018:11-1011", "soc2018:15-1252"])) is None
    assert "0" not in set(usual_education(pd.Series(["0", "1", "2"]))["occupation"])


def test_a_fall_of_employment_is_worded_as_a_fall():
    people = sf.load_table("population", country="UKR")
    past = sf.load_table("employment", country="UKR", source="pwt91")
    forecast = sf.forecast_employment(past, horizon=2030, model="drift")
    made = sf.estimate_country_openings(forecast, people, draws=200)
    section = write_openings(made, data=sf.load_country("UKR"))
    assert made.total.table["expansion"].iloc[0] < 0
    assert "are lost as employment falls" in section.message


def test_the_words_say_floor_and_norm_and_whose_benchmark(morocco):
    data, made = morocco
    text = " ".join(write_openings(made, data=data).paragraphs)
    assert "is a floor" in text
    assert "international norm" in text
    tunisia = sf.load_country("TUN")
    told = write_openings(
        sf.estimate_country_openings(
            sf.forecast_employment(
                tunisia.get("employment", source="pwt91"), horizon=2028, model="drift"
            ),
            tunisia.get("population"), draws=200,
        ),
        data=tunisia,
    )  # fmt: skip
    words = " ".join(told.paragraphs)
    assert "not as the structure of Tunisia: this is the structure of Morocco in 2014" in words
    assert "benchmark" not in told.message


def test_fewer_openings_than_none_are_worded_as_a_loss():
    people = sf.load_table("population", country="GEO")
    past = sf.load_table("employment", country="GEO", source="pwt91")
    forecast = sf.forecast_employment(past, horizon=2035, model="drift")
    made = sf.estimate_country_openings(forecast, people, draws=200)
    assert made.total.table["openings"].iloc[0] < 0
    message = write_openings(made, data=sf.load_country("GEO")).message
    assert "falls by more than the posts that leavers vacate" in message
    assert "expected to open" not in message
    assert "a net loss of" in message


def test_tables_of_another_kind_are_named_not_tripped_over():
    data = sf.load_country("XEX")
    forecast = sf.forecast_employment(
        data.get("employment_by_sector"), by=["country"], horizon=2030, model="drift"
    )
    with pytest.raises(sf.CoverageError, match=r"chain sf\.forecast_sectors"):
        sf.estimate_country_openings(forecast, data.get("population"), tables=data.tables)
