"""What pages say: plain notes, intervals beside shares, ties, persons left out, fixed colours."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.report.charts.style import SEGMENTS, segment_colours
from skillsfc.report.display import keep_together, table_html
from skillsfc.report.pathways.grouping import compare_large, largest, with_interval
from skillsfc.report.pathways.paths import _names
from skillsfc.report.pathways.plain_notes import plain_notes
from skillsfc.report.pathways.state_areas import part_areas, withhold_parts
from skillsfc.report.text import Facts, p_value_text

JARGON = re.compile(
    r"'\w+'|reliability|jackknife|Kish|eigenvalue|logarithm|generator|clusters|\(u\)|\(w\)|by=|"
    r"sf\.|\w_\w|at risk|\([a-h]\)|form [0-9a-h]\b|Greenwood|e-\d\d"
)
NOTES = [
    "Standard errors: infinitesimal jackknife over 342 clusters.",
    "Standard errors are robust, by 3798 clusters.",
    "Standard errors: Greenwood's.",
    "fewer than 30 at risk from time 39 on and at some earlier times (reliability 'u').",
    "fewer than 30 at risk at 4 times (reliability 'u').",
    "never 30 at risk: read with care (reliability 'u').",
    "1202 persons are not at risk: seen late, after the clock started.",
    "a_stable_job: 64 of 712 persons went there at once, in time 0: they have 0.5 month.",
    "4 survey years are pooled: 'population' is their sum. by='year' parts them.",
    "SYNTHETIC data: 'examplia_synthetic' is not a real country.",
    "Rules of ILOSTAT: students in the labour force are in transition (c).",
    "Nobody is taken as in the potential labour force (no such column): form f rests on the aim "
    "to work alone, and some of h may belong to it.",
    "The length of contracts is not in the data: 'temporary' is read as under 12 months.",
    "1483 of 5000 persons are aged 15-29 and classified; 3517 are of other ages, of 0 the age is "
    "not known.",
    "2848 persons fit several forms for want of contract_or_status (1497), activity (1351): form 9 "
    "with bounds; the stage is open for 2848.",
    "2136 rows repeat a person of another row: all rows of a person are one sampling unit, and "
    "counts of persons are of rows.",
    "No strata or clusters named: errors are Kish's approximation from the weights, too small if "
    "persons were drawn in clusters.",
    "Short, middling and lengthy use limits recalled from the national reports of the survey "
    "(sf.codes('swts_paths')); compare with the report of your country before publishing.",
    "embeddable: eigenvalues real and positive; the principal logarithm is a valid generator, and "
    "the only one, since they are distinct.",
    "not embeddable: the only real logarithm has negative rates: a to b -0.1.",
    "Low pay: 41 of 307 persons lack an answer: taken as those like them; 'lowest' and 'highest' "
    "assume nothing.",
]


@pytest.mark.parametrize("note", NOTES)
def test_notes_of_models_are_said_in_plain_words(note):
    (said,) = plain_notes([note])
    assert JARGON.search(note) or re.search(r"\d{4}", note)
    assert not JARGON.search(said), said
    assert not re.search(r"\d{4}", said), said
    assert said.endswith(".")


def test_readings_are_not_called_persons_where_each_person_is_read_several_times():
    several = [note for note in NOTES if "several forms" in note or "rows repeat" in note]
    said = " ".join(plain_notes(several))
    assert "Of 2,848 readings" in said
    assert "Each person is read at several times" in said
    assert "Of 2,848 persons" in plain_notes(several[:1])[0]


def test_notes_that_signs_tell_are_left_out_and_unknown_ones_stay():
    assert (
        plain_notes(["2 shares are unreliable (u), 0 too uncertain to publish (w), of 26."]) == []
    )
    assert plain_notes(["6 values are unreliable (fewer than 30 persons or a wide error)."]) == []
    assert plain_notes(["Nothing else is known"]) == ["Nothing else is known."]


def test_a_share_stands_with_its_interval_and_all_three_are_facts():
    facts = Facts("later")
    row = {"share": 0.441, "lower": 0.272, "upper": 0.611, "reliability": ""}
    said = with_interval(facts, "still", row, measure="share", table="at", then=" at 36 months")
    assert said == "44.1% at 36 months (27.2% to 61.1%)"
    assert facts.table["value"].tolist() == [0.441, 0.272, 0.611]
    alone = with_interval(facts, "x", {"share": 1.0, "lower": np.nan}, measure="share", table="at")
    assert alone == "100.0%"


def test_ties_are_all_named():
    told = pd.DataFrame({"state": list("abc"), "share": [0.3, 0.1 + 0.2, 0.4 - 1e-12]})
    assert largest(told, "share")["state"].tolist() == ["c"]
    assert largest(told, "share", least=True)["state"].tolist() == ["a", "b"]
    spells = pd.DataFrame({"person": range(90), "state": list("abc") * 30, "start": 0, "end": 24,
                           "to_state": ""})  # fmt: skip
    section = sf.write_state_probabilities(
        sf.estimate_state_probabilities(spells), name="Made up", times=[12]
    )
    assert all(f"in “{state}”" in section.paragraphs[0] for state in "abc")


def test_persons_left_out_are_counted_also_where_one_group_remains():
    told = pd.DataFrame({"sex": ["F", None, "X"], "persons": [300, 41, 4]})
    made, facts = compare_large(told, ["sex"]), Facts("stages")
    said = made.say(facts).replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "Left out of the comparison: 41 persons whose sex is not stated; “X”, with fewer than ten "
        "persons; no other group is large enough."
    )
    (table,) = made.left_out(facts)
    assert table.name == facts.rows[0]["table"] == "stages_left_out"
    assert table.table["persons"].tolist() == [41]


def test_a_state_has_one_colour_in_every_picture_of_its_set():
    every = ["school", "job", "home"]
    assert segment_colours(every) == list(SEGMENTS[:3])
    assert segment_colours(["home", "school"], every) == [SEGMENTS[2], SEGMENTS[0]]
    assert segment_colours(["job", "other"], every)[1] not in SEGMENTS[:3]
    many = [str(number) for number in range(12)]
    assert len(set(segment_colours(many[:7], many))) == 7


def test_numbers_in_areas_are_those_of_the_last_time():
    months = np.arange(0, 21)
    told = pd.DataFrame({"time": np.tile(months, 2), "state": ["s"] * 21 + ["j"] * 21,
                         "share": [*(1 - months / 40), *(months / 40)]})  # fmt: skip
    chart = sf.plot_state_areas(told, states=["j", "s"])
    assert {text.get_text() for text in chart.texts} >= {"50"}
    assert chart.alt_text.endswith("At 20, as written: j 50, s 50.")


def parts_of(persons):
    table = pd.DataFrame(persons, columns=["school", "job", "home"]).rename_axis("period")
    long = table.reset_index().melt("period", var_name="state", value_name="persons")
    sums = long.groupby("period")["persons"].transform("sum")
    return long.assign(share=long["persons"] / sums, lower=0.0, upper=1.0, reliability="",
                       standard_error=0.01)  # fmt: skip


def test_parts_of_few_persons_are_in_no_file_and_not_in_the_picture():
    shown = withhold_parts(parts_of([[60, 35, 5], [40, 40, 20], [100, 0, 0]]), [])
    first = shown[shown["period"] == 0].set_index("state")
    assert first.loc[["job", "home"], ["share", "persons", "lower"]].isna().all(axis=None)
    assert first.loc["school", "share"] == 0.6
    assert shown[shown["period"] > 0]["share"].notna().all()
    told = SimpleNamespace(states=("school", "job", "home"), group=())
    every = parts_of([[60, 35, 5], [40, 40, 20], [100, 0, 0]])
    picture = part_areas("all", "Made up", every, told, "months", "", None)
    assert "At 0: school 60. At 2" in picture.figure.alt_text
    assert "in fives of persons" in picture.note
    assert "month 2" in picture.note
    few = parts_of([[40, 35, 5], [40, 40, 0]])
    assert part_areas("all", "Made up", few, told, "months", "", None) is None


def test_intervals_and_ages_do_not_break_inside_a_cell():
    assert keep_together("15-24") == '<span class="tight">15-24</span>'
    assert keep_together("0.0 to 16.8* (0.0–19.7)").count('class="tight"') == 2
    for plain in ("ISCED 3-4-level", "born-again", "12 months", "Work4Youth"):
        assert keep_together(plain) == plain
    page = table_html(pd.DataFrame({"age": ["15-24"], "neet": ["31.0 (27.0–35.0)"]}), title="T")
    assert page.count('<span class="tight">') == 2


def test_small_p_values_are_said_to_be_small():
    assert [p_value_text(p) for p in (1.55e-5, 0.0141, 0.5)] == ["less than 0.001", "0.014", "0.5"]


def test_paths_of_joblessness_are_not_called_unemployment():
    told = " ".join(text for code, text in _names(True).items() if code.startswith("share_u"))
    assert "joblessness of up to three months" in told
    words = " ".join(_names(True).values()).lower()
    assert "unemploy" not in words.replace("neither unemployment", "")
    assert "unemployment" in " ".join(_names(False).values())
