"""What is withheld is in no published table, and no sum or difference gives it back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import TableError
from skillsfc.report.withholding import FIGURES, lines_of, withhold

STAGES = pd.DataFrame(
    {
        "stage": list("abcd"),
        "share": [0.044, 0.363, 0.593, 0.0],
        "lower": [0.01, 0.3, 0.5, 0.0],
        "upper": [0.12, 0.42, 0.66, 0.01],
        "standard_error": [0.03, 0.02, 0.02, 0.0],
        "cases": [4, 33, 54, 0],
        "persons": [91] * 4,
        "population": [44.0, 363.0, 593.0, 0.0],
        "reliability": ["w", "", "", ""],
    }
)


def margins(counts, few):
    """Return a table of counts with totals of rows, of columns and of all; small cells withheld."""
    full = np.zeros((counts.shape[0] + 1, counts.shape[1] + 1))
    full[:-1, :-1] = counts
    full[-1, :-1], full[:-1, -1], full[-1, -1] = counts.sum(0), counts.sum(1), counts.sum()
    names = [[*map(str, range(size)), "T"] for size in counts.shape]
    rows = [
        {"sex": a, "area": b, "cases": full[i, j], "share": full[i, j] / 1000}
        for i, a in enumerate(names[0])
        for j, b in enumerate(names[1])
    ]
    made = pd.DataFrame(rows)
    small = (made["cases"] > 0) & (made["cases"] < few)
    return made.assign(reliability=np.where(small, "w", ""))


def subtract(table, whole, total):
    """Return the rows that an attacker gets, who subtracts in any line until nothing is new."""
    known = {row: value for row, value in table["cases"].items() if not np.isnan(value)}
    found, before = set(), -1
    while len(found) != before:
        before = len(found)
        for keys, code in zip(whole, total, strict=True):
            for _, line in table.groupby(keys):
                unknown = [row for row in line.index if row not in known]
                if len(unknown) != 1 or not (line[code] == "T").any():
                    continue
                sums = line.index[line[code] == "T"][0]
                parts = sum(known[r] for r in line.index if r in known and r != sums)
                row = unknown[0]
                known[row] = parts if row == sums else known[sums] - parts
                found.add(row)
    return found


def determined(table, whole, total):
    """Return the withheld rows for which no two sets of figures agree with what is published."""
    gone = table.index[table["cases"].isna()]
    equations = []
    for keys, code in zip(whole, total, strict=True):
        for _, line in table.groupby(keys):
            sign = np.where(line[code] == "T", -1.0, 1.0)
            equations.append(pd.Series(sign, line.index).reindex(gone).fillna(0.0).to_numpy())
    system = np.array(equations)
    rank = np.linalg.matrix_rank(system)
    unit = np.eye(len(gone))
    return [
        row
        for at, row in enumerate(gone)
        if np.linalg.matrix_rank(np.vstack([system, unit[at]])) == rank
    ]


BOTH = ([["sex"], ["area"]], ["area", "sex"])


def hide_margins(table):
    return withhold(table, whole=BOTH[0], total=["sex", "area"], size="cases")


def test_the_attacker_finds_what_is_withheld_alone():
    told = margins(np.array([[3, 40], [50, 60]]), few=10)
    naive = told.assign(cases=told["cases"].where(told["reliability"] == ""))
    assert subtract(naive, *BOTH) == {0}
    assert determined(naive, *BOTH) == [0]


@given(st.data())
def test_no_cell_of_a_table_with_margins_is_had_by_subtraction(data):
    shape = data.draw(st.tuples(st.integers(2, 5), st.integers(2, 5)))
    size = shape[0] * shape[1]
    numbers = st.lists(st.integers(0, 60), min_size=size, max_size=size)
    counts = np.array(data.draw(numbers), dtype=float).reshape(shape)
    told = margins(counts, few=10)
    made = hide_margins(told)
    small = told["reliability"] == "w"
    assert made.loc[small, ["cases", "share"]].isna().all(axis=None)
    # A table that is one line of persons cannot hide them: then all its cells are gone.
    left = made["cases"].notna() & (made["cases"] > 0)
    if left.any() and small.any():
        assert not subtract(made, *BOTH)
        assert not determined(made, *BOTH)
    shown = made["cases"].notna()
    assert made.loc[shown, "cases"].equals(told.loc[shown, "cases"])
    pd.testing.assert_frame_equal(hide_margins(made), made)


def test_two_in_each_line_are_not_enough():
    """Cells of a block that is linked to the rest by one cell only are given back by two sums."""
    counts = np.array([[3, 4, 50, 50], [5, 40, 50, 50], [50, 6, 50, 50], [50, 50, 50, 50]])
    told = margins(counts.astype(float), few=10)
    made = hide_margins(told)
    assert not determined(made, *BOTH)
    assert made["cases"].isna().sum() > 4


def test_the_next_smallest_part_goes_with_one_that_is_alone():
    made = withhold(STAGES)
    assert made["share"].isna().tolist() == [True, True, False, False]
    assert made["reliability"].tolist() == ["w", "s", "", ""]
    told = [name for name in FIGURES if name in STAGES.columns]
    assert made.loc[:1, told].isna().all(axis=None)
    assert "persons" in told
    assert "population" in told
    assert STAGES["share"].notna().all(), "the table given is left as it was"


def test_a_part_above_zero_is_taken_before_an_empty_one_but_an_empty_one_before_none():
    only = STAGES.assign(share=[1.0, 0, 0, 0], cases=[9, 0, 0, 0])
    assert withhold(only)["share"].isna().sum() == 2
    alone = STAGES.head(1)
    assert withhold(alone)["share"].isna().all()


def test_what_rests_on_nobody_hides_nothing():
    told = STAGES.head(3).assign(persons=[91, 0, 91], cases=[4, 0, 87], reliability=["w", "w", ""])
    assert withhold(told)["share"].isna().all(), "the third would give the first"


def test_groups_are_wholes_of_their_own_and_missing_codes_too():
    told = pd.concat([STAGES.assign(sex="F"), STAGES.assign(sex=None, reliability="")])
    made = withhold(told, whole=["sex"])
    assert made["share"].isna().tolist() == [True, True] + [False] * 6
    assert made.index.tolist() == told.index.tolist()


def test_nothing_withheld_changes_nothing():
    told = STAGES.assign(reliability="")
    pd.testing.assert_frame_equal(withhold(told), told)


def test_wrong_columns_are_named():
    with pytest.raises(TableError, match="Did you mean 'stage'"):
        withhold(STAGES, whole=["stagee"])
    with pytest.raises(TableError, match="'reliability'"):
        withhold(STAGES.drop(columns="reliability"))
    with pytest.raises(TableError, match="a DataFrame"):
        withhold([1])


@pytest.fixture(scope="module")
def small_survey():
    return sf.example(seed=3, persons=1500).labour_force_survey


def test_stages_and_their_forms_are_withheld_together(small_survey):
    few = small_survey.head(150)
    shares = sf.estimate_stage_shares(sf.classify_stages(few), by="area").table
    assert (shares["reliability"] == "w").any()
    made = withhold(shares, whole=[["area", "kind"], ["area", "stage"]], total="form")
    for _, group in made.groupby("area"):
        forms = group[group["kind"] == "form"]
        assert forms["share"].isna().sum() != 1
        for _, own in group.groupby("stage"):
            assert own["share"].isna().sum() != 1 or len(own) == 1
    gone = made["reliability"] == "w"
    told = [name for name in FIGURES if name in made.columns]
    assert made.loc[gone, told].isna().all(axis=None)
    assert gone.sum() < len(made), "something is left to publish"


def test_indicators_by_sex_do_not_give_back_a_group_beside_the_total(small_survey):
    few = small_survey.head(120)
    asked = ["neet_ilo", "stable_job", "informal"]
    found = sf.measure_transition_indicators(few, by="sex", indicators=asked).table
    made = withhold(found, whole=["indicator", "age"], total="sex")
    hidden = made["share"].isna().groupby([made["indicator"], made["age"]]).sum()
    assert hidden.gt(0).any()
    assert not hidden.eq(1).any()
    told = ["lowest", "highest", "cases", "persons", "lower", "upper", "standard_error"]
    assert made.loc[made["share"].isna(), told].isna().all(axis=None)


def test_a_table_for_reading_withholds_the_next_smallest_part():
    told = pd.concat([STAGES.assign(sex="F"), STAGES.assign(sex="M", reliability="")])
    made = sf.table_estimates(told, rows="stage", by="sex")
    assert made["Women"].tolist()[:2] == ["..", "..c"]  # uncertain; the next smallest beside it
    assert all(".." not in text for text in made["Men"])
    assert all(".." not in text for text in made["Women"].tolist()[2:])


def test_a_table_for_reading_withholds_the_men_beside_withheld_women_and_a_total():
    rows = pd.DataFrame(
        {
            "indicator": ["neet"] * 3 + ["stable"] * 3,
            "sex": ["F", "M", "T"] * 2,
            "share": [0.3, 0.2, 0.21, 0.5, 0.4, 0.45],
            "lower": 0.1,
            "upper": 0.6,
            "persons": [8, 80, 88, 100, 90, 190],
            "reliability": ["w", "", "", "", "", ""],
        }
    )
    made = sf.table_estimates(rows, rows="indicator", by="sex", counts=True)
    assert made.loc[0, ["Women", "Men"]].tolist() == ["..c", "..c"]
    assert made.loc[0, "Both sexes"].startswith("21.0")
    assert made["persons"].tolist() == ["88", "190"]
    assert ".." not in made.loc[1].tolist()
    parts = sf.table_estimates(rows[rows["sex"] != "T"], rows="indicator", by="sex", counts=True)
    assert parts.loc[0, ["Women", "Men"]].tolist() == ["..c", "20.0 (10.0–60.0)"], "nothing adds up"
    assert parts.loc[0, "persons"] == "..c", "the sum would give the women"


def test_lines_are_found_by_what_adds_up():
    shares = pd.DataFrame(
        {
            "kind": ["stage", "stage", "form", "form", "form"],
            "stage": list("abaab"),
            "form": ["", "", "i", "j", "k"],
            "share": [0.4, 0.6, 0.1, 0.3, 0.6],
        }
    )
    found = {
        tuple(sorted(line.rows.tolist()))
        for line in lines_of(shares, ["kind", "stage", "form"], "share")
    }
    assert {(0, 1), (2, 3, 4), (0, 2, 3), (1, 4)} <= found
    assert (2, 3) not in found
    assert not lines_of(shares.assign(share=0.9), ["kind", "stage", "form"], "share")
