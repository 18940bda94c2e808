"""The section on first jobs: shares with intervals in the text, few persons withheld."""

import numpy as np
import pandas as pd
from section_checks import check_section

import skillsfc as sf

WORK = {"jobs": ["casual", "stable"], "kinds": {"a_stable_job": "stable"}}


def histories(women: int = 60, men: int = 60) -> pd.DataFrame:
    """Return made-up histories: every third first job is stable; casual ones end after five."""
    rows = []
    for person in range(women + men):
        stable, start = person % 3 == 0, 2 + person % 7
        told = {"person": person, "sex": "F" if person < women else "M"}
        rows.append({**told, "state": "school", "start": 0, "end": start})
        end = 40 if stable else start + 5
        rows.append({**told, "state": "stable" if stable else "casual", "start": start, "end": end})
        if not stable:
            rows.append({**told, "state": "home", "start": end, "end": 40})
    return pd.DataFrame(rows)


def test_text_and_table_tell_kind_and_length_by_sex():
    made = sf.measure_first_jobs(histories(), group="sex", kept=[6, 12], **WORK)
    section = sf.write_first_jobs(made, name="Made up", since="school")
    text = check_section(section)
    shares = "33.3% (22.7% to 45.9%) of those of women and 33.3% (22.7% to 45.9%) of those of men"
    assert f"Of the first jobs started within 24 months, {shares} are a stable job." in text
    assert "are still held, in the same state, after 12 months." in text
    shown = section.table("first_jobs").set_index("quantity")
    assert "of all: a first job within 24 months" not in shown.index  # told by the curve
    held = shown.loc["of first jobs, a stable job: still held after 6 months", "Women"]
    assert held.startswith("100.0")
    assert shown.loc["of first jobs: a stable job", "persons"] == "120"


def test_few_persons_are_withheld_in_text_table_and_file():
    made = sf.measure_first_jobs(histories(women=4), group="sex", kept=[12], **WORK)
    section = sf.write_first_jobs(made, name="Made up")
    text = check_section(section)
    assert "women" not in text.split("Left out")[0]
    assert "F" not in section.table("first_jobs_in_figures")["sex"].tolist()
    few = sf.measure_first_jobs(histories(women=2, men=2), kept=[12], **WORK)
    section = sf.write_first_jobs(few, name="Made up")
    figures = section.table("first_jobs_in_figures")
    assert (
        figures[["value", "lower", "lowest", "persons", "first_jobs", "cases"]].isna().all().all()
    )
    assert section.paragraphs == ("Too few persons are seen to start a job for its quality to be "
                                  "told.",)  # fmt: skip


def test_one_to_nine_of_a_quality_or_out_of_it_are_withheld_with_the_chance_of_it():
    told = histories(women=0, men=24)  # eight stable jobs of twenty-four
    made = sf.measure_first_jobs(told, kept=[6], **WORK)
    section = sf.write_first_jobs(made, name="Made up")
    text = check_section(section)
    assert "are a stable job" not in text
    figures = section.table("first_jobs_in_figures").set_index(["quality", "indicator"])["value"]
    assert figures["a_stable_job"].isna().all()
    assert set(section.table("first_jobs")["value"][1:]) == {"..c"}


def test_one_group_yearly_data_and_nobody():
    yearly = histories().assign(start=lambda t: t["start"] / 12, end=lambda t: t["end"] / 12)
    made = sf.measure_first_jobs(yearly, jobs=["casual", "stable"], within=2, kept=[1],
                                 unit="year")  # fmt: skip
    section = sf.write_first_jobs(made, name="Made up")
    text = check_section(section)
    assert text.startswith("Of first jobs, 33.3%")
    assert "are still held, in the same state, after 1 year." in text
    nothing = sf.write_first_jobs(None, name="Made up")
    assert nothing.paragraphs[0].startswith("Too few persons")
    assert not nothing.tables


def test_answers_that_lack_are_said():
    told = histories()
    formal = np.where(told["person"] % 4 == 0, None, told["person"] % 2 == 1)
    made = sf.measure_first_jobs(told.assign(formal=formal), jobs=["casual", "stable"],
                                 traits="formal", kept=[])  # fmt: skip
    section = sf.write_first_jobs(made, name="Made up")
    check_section(section)
    note = next(table.note for table in section.tables if table.name == "first_jobs")
    assert "of 30 of 120 first jobs it is not known" in note
