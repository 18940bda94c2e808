"""Exposure: published classes come out again, classes add up to the employed, nothing is lost."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc._paths import data_dir
from skillsfc.errors import CodeError, ParameterError, TableError
from skillsfc.params import load_assumptions
from skillsfc.skills.exposure import classify_exposure, measure_exposure
from skillsfc.skills.exposure_classes import CLASSES

ORACLES = Path(__file__).resolve().parent / "oracles" / "exposure"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
AI, ESCO = SHARED / "ai_exposure", SHARED / "esco_v1_2_1"
ILO = SHARED / "ilo_employment_isco08_2digit_2014_2019"
PUBLISHED = {
    "Exposed: Gradient 4": "gradient_4", "Exposed: Gradient 3": "gradient_3",
    "Exposed: Gradient 2": "gradient_2", "Exposed: Gradient 1": "gradient_1",
    "Minimal Exposure": "minimal", "Not Exposed": "not_exposed",
}  # fmt: skip


def expected():
    with (ORACLES / "expected.csv").open(encoding="utf-8") as file:
        return {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}


def need(folder):
    if not folder.is_dir():
        pytest.skip(f"the extract {folder.name} is not beside the repository")
    return folder


def ai_scores():
    raw = pd.read_csv(need(AI) / "gmyrek2025_occupation_scores_isco08.csv", dtype="str")
    return raw.rename(columns={"ISCO_08": "occupation", "mean_score_2025": "score",
                               "SD_2025": "sd"})  # fmt: skip


def green_scores():
    raw = pd.read_csv(need(ESCO) / "greenShareOcc_en.csv.gz", dtype="str")
    units = raw[raw["conceptType"] == "ISCO level 4"]
    return units.rename(columns={"code": "occupation", "greenShare": "score"})


def scores(codes=("2411", "2421", "4132"), score=(0.5, 0.3, 0.7), sd=0.1):
    return pd.DataFrame({"occupation": list(codes), "score": list(score), "sd": sd})


def jobs(codes=("2411", "2421", "4132"), persons=(10.0, 20.0, 30.0), **more):
    return pd.DataFrame({"occupation": list(codes), "persons": list(persons)}).assign(
        year=2023, unit="persons", status="observed", source="made up", **more
    )


# Published classes


def test_five_published_occupations_get_their_published_class():
    rows = pd.read_csv(ORACLES / "classes.csv", dtype="str")
    made = classify_exposure(rows)
    assert made["exposure_class"].tolist() == rows["exposure_class"].tolist()


def test_all_427_published_classes_are_reproduced():
    raw = ai_scores()
    made = classify_exposure(raw)
    published = raw["potential25"].map(PUBLISHED)
    differ = raw.loc[made["exposure_class"].to_numpy() != published.to_numpy(), "occupation"]
    known = expected()
    assert len(made) == known["unit_groups"]
    assert differ.tolist() == []
    counts = made["exposure_class"].value_counts()
    assert {f"class_{k}": n for k, n in counts.items()} == {
        k: n for k, n in known.items() if k.startswith("class_")
    }


def test_three_published_classes_hang_on_binary_arithmetic():
    raw = ai_scores().set_index("occupation").loc[["1213", "3134", "3152"]]
    cents = (raw["score"].astype(float) * 100).round() + (raw["sd"].astype(float) * 100).round()
    assert cents.tolist() == [40.0] * 3  # exactly on the border, yet published as not exposed
    assert set(classify_exposure(raw.reset_index())["exposure_class"]) == {"not_exposed"}
    assert expected()["agree_exact"] == expected()["agree_binary"] - 3


def test_the_second_implementation_gives_the_expected_values():
    need(AI), need(ESCO)
    done = subprocess.run(
        [sys.executable, str(ORACLES / "recompute.py"), str(AI), str(ESCO)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == (ORACLES / "expected.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(("file", "prefix"), [("digital", "ai_exposure_"), ("green", "green_sha")])
def test_the_numbers_of_the_scenarios_are_those_measured(file, prefix):
    known = expected()
    name = "ai_mean_" if file == "digital" else "green_mean_"
    entries = [e for e in load_assumptions(file).values() if e.name.startswith(prefix)]
    assert len(entries) == (9 if file == "digital" else 10)
    digits = 3 if file == "digital" else 4
    for entry in entries:
        assert entry.target == f"occupation:{entry.name[-1]}"
        assert entry.value == pytest.approx(known[name + entry.name[-1]], abs=0.51 * 10**-digits)


def test_the_script_that_measured_them_runs_and_agrees():
    need(AI), need(ESCO)
    done = subprocess.run(
        [sys.executable, str(data_dir() / "params" / "make_exposure.py"), str(AI), str(ESCO)],
        capture_output=True, text=True, check=True, cwd=data_dir(),
        env={"PYTHONDONTWRITEBYTECODE": "1", "PATH": ""},
    ).stdout  # fmt: skip
    entries = load_assumptions("digital")
    for major in "123456789":
        line = next(x for x in done.splitlines() if x.startswith(f"{major},"))
        mean, low, high, count = map(float, line.split(",")[1:])
        entry = entries[f"ai_exposure_{major}"]
        assert [entry.value, entry.low, entry.high] == pytest.approx([mean, low, high], abs=6e-4)
        assert f"mean score of {count:.0f} ISCO-08 unit groups" in entry.source


# Rules


@given(st.floats(0, 1), st.floats(0, 1))
def test_every_pair_of_mean_and_spread_has_the_class_of_the_rule_read_line_by_line(mean, spread):
    made = classify_exposure(scores(["2411"], [mean], spread))["exposure_class"].item()
    total = mean + spread
    if mean >= 0.6:
        rule = "gradient_4"
    elif 0.5 <= mean < 0.6:
        rule = "gradient_3"
    elif 0.4 <= mean < 0.5 and total >= 0.5:
        rule = "gradient_2"
    elif mean < 0.4 and total >= 0.5:
        rule = "gradient_1"
    elif 0.4 <= total < 0.5:
        rule = "minimal"
    else:
        rule = "not_exposed"
    assert made == rule


@pytest.mark.parametrize(
    ("kind", "values", "classes"),
    [
        ("automation", [0.71, 0.7, 0.3, 0.29], ["high", "medium", "medium", "low"]),
        ("green", [0.01, 0.0], ["some_green_skills", "no_green_skills"]),
    ],
)
def test_other_kinds_have_the_cuts_of_their_sources(kind, values, classes):
    codes = ["2411", "2421", "4132", "5223"][: len(values)]
    made = classify_exposure(scores(codes, values).drop(columns="sd"), kind=kind)
    assert made["exposure_class"].tolist() == classes


# Measures


def test_means_and_classes_by_hand():
    made = measure_exposure(jobs(), scores=scores())
    assert made.means["score"].item() == pytest.approx((5 + 6 + 21) / 60)
    assert made.means["exposed"].item() == pytest.approx(40 / 60)
    by_class = made.table.set_index("exposure_class")["persons"]
    assert by_class.to_dict() == {"gradient_4": 30.0, "gradient_3": 10.0, "minimal": 20.0}
    assert by_class.index.tolist() == ["gradient_4", "gradient_3", "minimal"]
    assert set(made.table["status"]) == {"observed"}


def test_women_and_men_are_counted_apart_and_together_they_are_all():
    by_sex = pd.concat([jobs(sex="F"), jobs(persons=(30.0, 5.0, 5.0), sex="M")])
    made = measure_exposure(by_sex, scores=scores())
    assert made.means.set_index("sex")["score"].round(4).to_dict() == {
        "F": 0.5333, "M": 0.5 * 0.75 + 0.3 * 0.125 + 0.7 * 0.125}  # fmt: skip
    both = measure_exposure(by_sex, scores=scores(), by=["year"])
    assert both.means["persons"].item() == 100.0
    weighted = (made.means["score"] * made.means["persons"]).sum() / 100.0
    assert both.means["score"].item() == pytest.approx(weighted)
    whole = measure_exposure(by_sex, scores=scores(), by=[])
    assert whole.means["score"].item() == pytest.approx(weighted)


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3), st.booleans())
def test_classes_add_up_to_the_employed_whatever_the_level(persons, coarse):
    codes = ("24", "41", "01") if coarse else ("2411", "4132", "0110")
    made = measure_exposure(jobs(codes, persons), scores=scores(), unmatched="keep")
    assert made.table["persons"].sum() == pytest.approx(sum(persons), abs=1e-6)
    row = made.means.iloc[0]
    assert row["persons"] + row["unmatched"] == pytest.approx(sum(persons), abs=1e-6)


def test_a_coarse_occupation_is_spread_evenly_and_called_modelled():
    made = measure_exposure(jobs(["24", "4132"], [10.0, 5.0]), scores=scores())
    by_class = made.table.set_index("exposure_class")
    assert by_class["persons"].to_dict() == {"gradient_4": 5.0, "gradient_3": 5.0, "minimal": 5.0}
    assert by_class["status"].to_dict() == {
        "gradient_4": "observed", "gradient_3": "modelled", "minimal": "modelled"}  # fmt: skip
    assert made.means["score"].item() == pytest.approx((10 * 0.4 + 5 * 0.7) / 15)
    links = made.occupations.set_index("occupation")
    assert links.loc["24", ["match", "groups"]].tolist() == ["spread", 2]
    assert links.loc["24", "score"] == pytest.approx(0.4)
    assert links.loc["24", "persons"] == 10.0
    assert any("spread evenly" in note for note in made.notes)


def test_a_finer_occupation_takes_the_score_of_the_group_above():
    made = measure_exposure(jobs(["2411"], [10.0]), scores=scores(["2"], [0.4]))
    assert made.means["score"].item() == 0.4
    assert made.occupations["match"].tolist() == ["above"]


def test_unmatched_occupations_are_an_error_with_a_count_or_kept_apart():
    table = jobs(["2411", "0110"], [30.0, 10.0])
    with pytest.raises(CodeError, match=r"1 occupations without a score.*25\.0%"):
        measure_exposure(table, scores=scores())
    made = measure_exposure(table, scores=scores(), unmatched="keep")
    assert made.table.set_index("exposure_class")["persons"].to_dict() == {
        "gradient_3": 30.0, "unmatched": 10.0}  # fmt: skip
    assert made.means["score"].item() == 0.5
    assert made.means["unmatched"].item() == 10.0
    assert any("25.0% of the persons have no score" in note for note in made.notes)


def test_two_green_measures_are_always_shown_side_by_side():
    one = scores(score=(0.1, 0.0, 0.3)).drop(columns="sd")
    other = scores(score=(0.2, 0.4, 0.0)).drop(columns="sd")
    made = measure_exposure(jobs(), kind="green", scores={"esco": one, "tasks": other})
    assert made.means["indicator"].tolist() == ["esco", "tasks"]
    assert made.means["score"].tolist() == pytest.approx([10 / 60, 10 / 60])
    assert made.means["exposed"].tolist() == pytest.approx([40 / 60, 30 / 60])
    assert made.diagnostics["rank_correlation"].item() == pytest.approx(-1.0)
    assert any("Green numbers differ by method" in note for note in made.notes)
    alone = measure_exposure(jobs(), kind="green", scores=one)
    assert any("give a second" in note for note in alone.notes)


def test_the_table_is_tidy_and_the_result_says_how_it_was_made():
    made = measure_exposure(jobs(country="MAR"), scores=scores())
    assert len(sf.check(made.table)) == len(made.table)
    assert set(made.provenance["inputs"]) == {"table", "ai"}
    assert made.settings.by == ("country", "year")
    assert "no forecast of jobs lost" in made.notes[0]


def test_a_sum_with_a_missing_part_is_missing():
    made = measure_exposure(jobs(persons=(10.0, np.nan, 30.0)), scores=scores())
    by_class = made.table.set_index("exposure_class")["persons"]
    assert np.isnan(by_class["minimal"])
    assert by_class["gradient_4"] == 30.0
    assert made.means[["score", "persons", "exposed"]].isna().all(axis=None)
    assert any("Means are missing" in note for note in made.notes)


def test_examplia_by_sex_and_year():
    employment = sf.example(seed=1).table("employment_by_age")
    major = pd.DataFrame({"occupation": list("123456789"), "sd": 0.1,
                          "score": [load_assumptions("digital")[f"ai_exposure_{k}"].value
                                    for k in "123456789"]})  # fmt: skip
    made = measure_exposure(employment, scores=major, by=["year", "sex"])
    last = employment[(employment["year"] == 2023) & (employment["sex"] == "F")]
    mean = np.average(last["occupation"].map(major.set_index("occupation")["score"]),
                      weights=last["persons"])  # fmt: skip
    found = made.means.set_index(["year", "sex"]).loc[(2023, "F"), "score"]
    assert found == pytest.approx(mean)


def test_real_two_digit_employment_with_real_scores():
    raw = pd.read_csv(need(ILO) / "employment_by_isco08_2digit.csv.gz", dtype="str")
    raw = raw[(raw["iso3"] == "GEO") & (raw["year"] == "2018")]
    code = raw["isco08_code"].str.removeprefix("OC2_ISCO08_")
    raw, code = raw[code.str.fullmatch(r"\d\d")], code[code.str.fullmatch(r"\d\d")]
    table = pd.DataFrame({"country": "GEO", "year": 2018, "occupation": code, "unit": "persons",
                          "persons": raw["employment_th"].astype(float) * 1000,
                          "status": "observed", "source": "ilostat"})  # fmt: skip
    made = measure_exposure(table, scores=ai_scores(), unmatched="keep")
    assert made.table["persons"].sum() == pytest.approx(table["persons"].sum())
    assert set(made.table["exposure_class"]) <= {*CLASSES["ai"], "unmatched"}
    assert 0.15 < made.means["score"].item() < 0.4
    frey = pd.read_csv(AI / "frey_osborne_2013_isco08_mapped.csv", dtype="str").rename(
        columns={"isco08_code": "occupation", "automation_probability": "score"})  # fmt: skip
    with pytest.raises(TableError, match="groups beside their parts: '131', '223', '4'"):
        measure_exposure(table, kind="automation", scores=frey, unmatched="keep")
    frey = frey[frey["occupation"].str.len() == 4]
    risk = measure_exposure(table, kind="automation", scores=frey, unmatched="keep")
    assert 0 < risk.means["exposed"].item() < 1
    green = measure_exposure(table, kind="green", scores=green_scores(), unmatched="keep")
    assert 0 < green.means["score"].item() < 0.3


# Bad input, by row of the pathology catalogue where it has one


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"score": [51.0, 30.0, 70.0]}, "Percent"),
        ({"score": [-0.1, 0.3, 0.7]}, "0 to 1"),
        ({"score": ["0.5", "many", "0.7"]}, "'many'"),
        ({"sd": [0.1, None, 0.1]}, "empty beside a score"),
        ({"occupation": ["2411", "2411", "4132"]}, "twice"),
        ({"occupation": ["2411", "24111", "4132"]}, "unknown codes"),
        ({"score": [None] * 3}, "none has a score"),
    ],
)
def test_wrong_scores_are_refused_in_plain_words(change, text):
    with pytest.raises(TableError, match=text):
        classify_exposure(scores().assign(**change))


def test_row_42_codes_read_as_numbers_are_refused():
    with pytest.raises(TableError, match="dtype=str"):
        classify_exposure(scores().assign(occupation=[2411, 2421, 4132]))


def test_all_problems_of_a_table_of_scores_come_at_once():
    with pytest.raises(TableError) as refusal:
        classify_exposure(scores().assign(occupation=["x", "x", "4132"], score=[9, 1, 1]))
    assert len(refusal.value.problems) == 3


def test_a_missing_column_gets_a_guess_and_sd_is_needed_for_ai_only():
    with pytest.raises(TableError, match="Did you mean 'scores'"):
        classify_exposure(scores().rename(columns={"score": "scores"}))
    with pytest.raises(TableError, match="'sd'"):
        classify_exposure(scores().drop(columns="sd"))
    with pytest.raises(TableError, match="DataFrame"):
        classify_exposure([1])


@pytest.mark.parametrize(
    "more", [{"kind": "robots"}, {"scores": None}, {"scores": {}}, {"unmatched": "drop"},
             {"by": ["region"]}]
)  # fmt: skip
def test_wrong_arguments_are_refused(more):
    with pytest.raises(ParameterError):
        measure_exposure(jobs(), **{"scores": scores(), **more})


def test_row_03_occupations_of_another_list_are_refused():
    with pytest.raises(CodeError, match=r"sf\.convert_codes"):
        measure_exposure(jobs(["soc2018:11-1011", "soc2018:15-1252", "soc2018:43-9021"]),
                         scores=scores())  # fmt: skip


def test_row_04_groups_beside_their_parts_are_refused_in_table_and_scores():
    with pytest.raises(TableError, match="totals beside their parts"):
        measure_exposure(jobs(["24", "2411", "4132"]), scores=scores())
    with pytest.raises(TableError, match="groups beside their parts: '24'"):
        measure_exposure(jobs(), scores=scores(["24", "2411", "4132"]))


def test_row_06_duplicate_keys_are_refused():
    with pytest.raises(TableError, match="duplicated"):
        measure_exposure(jobs(["2411", "2411", "4132"]), scores=scores())


def test_row_08_negative_persons_are_refused():
    with pytest.raises(TableError, match="below 0"):
        measure_exposure(jobs(persons=(-1.0, 2.0, 3.0)), scores=scores())


def test_row_10_thousands_are_refused():
    with pytest.raises(TableError, match="thousands"):
        measure_exposure(jobs().assign(unit="thousands"), scores=scores())


def test_row_55_an_empty_table_and_a_table_without_occupations_are_refused():
    with pytest.raises(TableError, match="none"):
        measure_exposure(jobs().head(0), scores=scores())
    with pytest.raises(TableError, match="'occupation'"):
        measure_exposure(jobs().drop(columns="occupation").head(1), scores=scores())
