"""The sections written from rounds of a survey: every number from a table, every case said."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.errors import ParameterError
from skillsfc.report.brief.chained import write_chained_openings
from skillsfc.report.brief.structure_change import write_structure_change
from skillsfc.report.text import untraced_numbers

ALLOWED = ("80",)


@cache
def chain():
    example = sf.example(seed=1)
    recent = {
        name: table[table["year"] >= 2014].assign(status="observed")
        for name, table in example.tables().items()
        if name in ("employment_by_sector", "employment_by_occupation",
                    "employment_by_qualification")
    }  # fmt: skip
    told = {"horizon": 2027, "seed": 1}
    jobs = recent["employment_by_occupation"]
    sectors = sf.forecast_sectors(recent["employment_by_sector"], **told)
    steps = [
        sf.forecast_shares(jobs, by="occupation", method="auto", **told),
        sf.forecast_shares(
            recent["employment_by_qualification"], by="qualification", method="auto", **told
        ),
    ]
    exits = pd.DataFrame({"annual_rate": [0.03], "rate_error": [0.005]})
    made = {
        by: sf.simulate_openings(sectors, exits, shares=steps, by=by or (), draws=200)
        for by in ("", "occupation", "qualification")
    }
    ends = [jobs[jobs["year"] == year] for year in (2014, 2023)]
    return made, jobs, sf.decompose_change(*ends, absent="zero")


def plain(section):
    return " ".join(section.paragraphs)


def test_every_number_of_the_openings_is_a_fact_of_a_published_table():
    section = write_chained_openings(chain()[0], name="Examplia")
    assert untraced_numbers(plain(section), section.facts.table, allowed=ALLOWED) == []
    published = {item.name: item.table for item in section.tables}
    for fact in section.facts.table.to_dict("records"):
        table = published[fact["table"]]
        if fact["kind"] == "persons":
            values = table.select_dtypes("number").to_numpy()
            assert np.isclose(values, fact["value"]).any(), fact["fact"]


def test_flows_are_a_year_and_add_up_to_openings():
    made = chain()[0]
    table = write_chained_openings(made, name="Examplia").table("chained_by_occupation")
    parts = table["expansion_per_year"] + table["replacement_per_year"]
    assert np.allclose(parts, table["openings_per_year"])
    whole = made["occupation"].table
    assert np.isclose(
        table["openings_per_year"].sum(),
        whole.loc[whole["level"] == 0.8, "openings"].sum() / (2027 - 2023),
    )
    assert table["openings_per_year"].is_monotonic_decreasing


def test_a_shrinking_occupation_with_openings_is_named():
    made = chain()[0]
    rows = made["occupation"].table
    assert (rows["expansion"] < 0).any()
    assert "Jobs open even where work shrinks" in plain(write_chained_openings(made, name="X"))


def test_falling_employment_is_worded_as_a_loss():
    made = dict(chain()[0])
    one = made[""]
    table = one.table.assign(expansion=-1000.0)
    table["openings"] = table["expansion"] + table["replacement"]
    made[""] = type(one)(**{**vars(one), "table": table})
    assert "are lost as employment falls" in write_chained_openings(made, name="X").message


def test_a_qualification_that_loses_more_than_leavers_vacate_is_a_net_loss():
    made = dict(chain()[0])
    one = made["qualification"]
    table = one.table.assign(openings=-4000.0)
    made["qualification"] = type(one)(**{**vars(one), "table": table})
    text = plain(write_chained_openings(made, name="X"))
    assert text.count("a net loss of 1,000") == 4


def test_long_codes_leave_the_page_to_the_names():
    made = dict(chain()[0])
    one = made["occupation"]
    named = one.table.assign(occupation="soc2018:" + one.table["occupation"])
    made["occupation"] = type(one)(**{**vars(one), "table": named})
    table = write_chained_openings(made, name="X").table("chained_by_occupation")
    assert "occupation" not in table.columns
    assert "occupation_label" in table.columns


def test_without_qualifications_nothing_is_said_of_them():
    made = {by: one for by, one in chain()[0].items() if by != "qualification"}
    section = write_chained_openings(made, name="X")
    assert "education" not in plain(section)
    assert [item.name for item in section.tables] == ["chained_total", "chained_by_occupation"]


@pytest.mark.parametrize("absent", ["", "occupation"])
def test_a_missing_outcome_is_refused_by_name(absent):
    made = {by: one for by, one in chain()[0].items() if by != absent}
    with pytest.raises(ParameterError, match="in all"):
        write_chained_openings(made, name="X")


def test_a_level_that_was_not_simulated_is_refused():
    with pytest.raises(ParameterError, match=r"0\.5"):
        write_chained_openings(chain()[0], name="X", level=0.5)


def test_every_number_of_the_change_is_a_fact_of_a_published_table():
    made, jobs, past = chain()
    section = write_structure_change(made, jobs, past, name="Examplia")
    assert untraced_numbers(plain(section), section.facts.table) == []
    table = section.table("chained_past")
    parts = table["scale"] + table["mix"] + table["occupation_effect"]
    assert np.allclose(parts, table["change"])


def test_parts_of_the_doubt_add_up_to_one_and_none_is_below_zero():
    made, jobs, past = chain()
    doubt = write_structure_change(made, jobs, past, name="X").table("chained_doubt")
    assert (doubt["share"] >= 0).all()
    assert np.allclose(doubt.groupby("occupation")["share"].sum(), 1.0)


def test_signs_of_the_parts_choose_their_words():
    made, jobs, past = chain()
    text = plain(write_structure_change(made, jobs, past, name="X"))
    largest = past.table.loc[past.table["change"].idxmax()]
    grew = largest["occupation_effect"] >= 0
    said = "its share within sectors rose" if grew else "its share within sectors fell"
    assert said in text


def test_without_a_past_only_the_doubt_is_told():
    made, jobs, _ = chain()
    section = write_structure_change(made, jobs, name="X")
    assert len(section.paragraphs) == 1
    assert [item.name for item in section.tables] == ["chained_doubt"]
