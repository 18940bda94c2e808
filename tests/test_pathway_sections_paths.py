"""Sections on trajectories, kinds of path and traits, and the choice of whole sequences."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from section_checks import check_section

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError
from skillsfc.report.pathways.withheld_kinds import show_kinds

SHAPES = ["SSSSSSSSSSSS", "SSSSEEEEEEEE", "EEEEEEEEEEEE", "SSUUUUUUUUUU"]


def cohort(counts, *, sexes="FM", extra=()):
    """Return long sequences: so many persons of each shape, women and men in turn."""
    paths = [shape for shape, count in zip(SHAPES, counts, strict=False) for _ in range(count)]
    rows = []
    for person, path in enumerate([*paths, *extra]):
        sex = sexes[person % len(sexes)]
        rows += [(person, month, state, sex) for month, state in enumerate(path)]
    return pd.DataFrame(rows, columns=["person", "month", "state", "sex"])


def kinds(told, *, k=3, by="sex"):
    distances = sf.measure_distances(told, method="ham")
    clusters = sf.cluster_sequences(distances, k=k, compare=None)
    return distances, clusters, sf.describe_typology(clusters, by=by)


@cache
def usual():
    return kinds(cohort([40, 30, 30]))


def test_whole_sequences_are_kept_and_the_others_counted():
    told = cohort([3, 2], extra=["SS", "EEE"])
    made = sf.keep_complete_sequences(told)
    assert made.size == 5
    assert made.diagnostics["value"].tolist() == [7, 5, 5, 12]
    assert sf.keep_complete_sequences(told, periods=2).size == 7
    assert sf.keep_complete_sequences(told, periods=2).periods == (0, 1)


def test_a_sample_keeps_order_columns_and_weights_and_does_not_hang_on_the_order_of_rows():
    told = cohort([30, 30]).assign(weight=lambda t: 1.0 + t["person"])
    made = sf.keep_complete_sequences(told, most=10, seed=3)
    assert made.size == 10
    persons = made.persons["person"].astype(int)
    assert persons.is_monotonic_increasing
    assert made.weight.tolist() == (1.0 + persons).tolist()
    again = sf.keep_complete_sequences(told.sort_values("person", ascending=False), most=10, seed=3)
    assert set(again.persons["person"]) == set(made.persons["person"])
    other = sf.keep_complete_sequences(told, most=10, seed=4)
    assert set(other.persons["person"]) != set(made.persons["person"])


@pytest.mark.parametrize(("name", "value"), [("periods", 0), ("most", 1.5), ("most", True)])
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(ParameterError, match=name):
        sf.keep_complete_sequences(cohort([2]), **{name: value})


def test_nobody_whole_is_refused_with_a_way_out():
    told = pd.DataFrame([["S", None], [None, "S"]])
    with pytest.raises(CoverageError, match="periods="):
        sf.keep_complete_sequences(told)


def trajectories(told, *, group="sex", lag=3, **choice):
    paths = sf.keep_complete_sequences(told, **choice)
    names = ("transitions", "visited", "entropy", "turbulence", "complexity")
    return sf.write_trajectories(
        paths,
        sf.estimate_state_distribution(paths, group=group),
        rates=sf.estimate_transition_rates(paths, lag=lag),
        measures=sf.measure_sequences(paths, measures=names, group=group),
        name="Made up",
    )


def test_a_cohort_is_told_with_who_was_compared():
    section = trajectories(cohort([20, 30], extra=["SS"]), most=40)
    text = check_section(section)
    assert "Of 51 persons, 50 are seen the whole time (12 months)" in text
    assert "40 persons of them, drawn at random, are compared here." in text
    assert "are there again 3 months later" in text
    assert "On average women change state" in text
    later = section.table("a_year_later")
    assert later.columns[0] == "from_state"
    assert later.iloc[:, 1:].stack().str.match(r"[\d.]+\*? \(|0\.0|100\.0|\.\.").all()
    assert section.table("measures").columns.tolist() == ["measure", "Women", "Men"]
    assert section.table("measures")["measure"].tolist()[0] == "changes of state"


def test_a_year_is_a_year_and_one_is_one():
    alone = check_section(trajectories(cohort([1], sexes="F"), group=None, lag=1))
    assert alone.startswith("The only person is seen the whole time, 12 months.")
    yearly = cohort([20, 20]).rename(columns={"month": "year"})
    assert "are there again a year later" in check_section(trajectories(yearly, lag=1))
    some = check_section(trajectories(cohort([1], extra=["SS"]), group=None, lag=1))
    assert "Of 2 persons, 1 is seen the whole time (12 months) and compared here." in some


def test_persons_without_sex_are_left_out_of_the_comparison_but_not_of_the_whole():
    told = cohort([30, 30])
    told["sex"] = told["sex"].where(told["person"] > 1)
    section = trajectories(told)
    text = check_section(section)
    assert "Left out of the comparison: fewer than ten persons whose sex is not stated." in text
    assert "All 60 persons" in text
    assert section.table("measures").columns.tolist() == ["measure", "Women", "Men"]
    assert set(section.table("state_distribution")["sex"]) == {"F", "M"}


def test_kinds_are_told_with_their_picture():
    distances, clusters, typology = usual()
    lines = sf.summarise_trajectories(
        distances.sequences, group=clusters.table["cluster"].to_numpy(), lines=10
    )
    section = sf.write_typology(typology, clusters, lines=lines, name="Made up")
    text = check_section(section)
    assert "The paths fall into 3 kinds. The largest is “" in text
    assert "40.0% of the persons" in text
    assert "In no kind do the parts of women and men differ" in text
    assert "clear structure by the usual reading" in text
    assert section.table("kinds").columns.tolist() == ["name", "Women", "Men"]
    assert section.table("kinds_by_group")["persons"].sum() == 100
    assert "steady E throughout" in section.figures[0].figure.alt_text


def test_women_and_men_who_differ_are_named():
    told = cohort([40, 20, 20])
    told["sex"] = np.where(told["person"] < 40, "F", "M")
    _, clusters, typology = kinds(told, k=2)
    section = sf.write_typology(typology, clusters, name="Made up")
    assert "Women and men differ by more than chance would make in “" in check_section(section)
    found = section.table("kinds_compared")
    assert found["difference"].abs().tolist() == [1.0, 1.0]
    assert section.figures == ()


def test_the_difference_between_groups_is_that_of_the_shares():
    _, _, typology = usual()
    found = typology.compare_groups("F", "M")
    wide = typology.groups.pivot_table(
        index="cluster", columns="sex", values=["share", "standard_error"]
    )
    assert np.allclose(found["difference"], wide["share", "F"] - wide["share", "M"])
    error = np.hypot(wide["standard_error", "F"], wide["standard_error", "M"])
    assert np.allclose(found["standard_error"], error)
    assert np.allclose(found["upper"] - found["lower"], 2 * 1.959963984540054 * error)
    with pytest.raises(ParameterError, match="'X'"):
        typology.compare_groups("F", "X")


def test_groups_cannot_be_compared_where_there_are_none():
    _, _, typology = kinds(cohort([20, 20, 20]), k=2, by=None)
    with pytest.raises(ParameterError, match="one column of groups"):
        typology.compare_groups("F", "M")


def test_a_kind_of_few_women_is_withheld_and_cannot_be_had_by_subtraction():
    told = cohort([40, 30, 30, 40])
    few = told["person"].between(70, 99)
    told.loc[few, "sex"] = np.where(told.loc[few, "person"] < 75, "F", "M")
    distances, clusters, typology = kinds(told, k=4)
    assert (typology.groups["reliability"] == "s").sum() == 1
    shown = show_kinds(typology)
    for table in (shown.table, shown.groups):
        gone = table[table["reliability"] == "s"]
        assert gone["cluster"].nunique() == 2
        assert gone[["share", "lower", "upper", "persons"]].isna().all(axis=None)
    assert shown.hidden == {3, 4}  # all together have thirty persons, yet a picture would tell
    found = clusters.table["cluster"].to_numpy()
    lines = sf.summarise_trajectories(distances.sequences, group=found)
    section = sf.write_typology(typology, clusters, lines=lines, name="Made up")
    check_section(section)
    picture = section.figures[0]
    assert "of 80 persons" in picture.figure.alt_text
    assert "Not drawn, since of women or men, or of all, few persons take them" in picture.note
    assert (section.table("kinds") == "..c").sum().tolist() == [0, 2, 2]
    assert section.table("kinds_compared")["difference"].notna().sum() == 2


def test_a_kind_of_few_persons_loses_its_name_its_path_and_its_picture():
    distances, clusters, typology = kinds(cohort([30, 20, 5]), by=None)
    lines = sf.summarise_trajectories(
        distances.sequences, group=clusters.table["cluster"].to_numpy()
    )
    section = sf.write_typology(typology, clusters, lines=lines, name="Made up")
    check_section(section)
    table = section.table("kinds_in_figures")
    assert table["name"].tolist()[2] == "kind 3 (few persons)"
    assert table["path"].tolist()[2] == ""
    assert table["persons"].isna().tolist() == [False, True, True]
    assert "steady E" not in section.figures[0].figure.alt_text
    assert "Not drawn" in section.figures[0].note


def test_a_silhouette_that_says_little_and_ties_are_told():
    rng = np.random.default_rng(1)
    told = pd.DataFrame(rng.choice(list("SEU"), size=(60, 6)))
    distances = sf.measure_distances(told, method="ham")
    clusters = sf.cluster_sequences(distances, compare=range(3, 6))
    section = sf.write_typology(sf.describe_typology(clusters), clusters, name="Made up")
    text = check_section(section, allowed=("0", "1"))
    assert "weak structure by the usual reading" in text
    assert "Of the numbers of kinds compared this one has the largest." in text
    assert "where such ties are broken otherwise, the kinds agree with these by" in text


def of_ten(sizes, compare):
    """Return the section of kinds of ten persons or more, of groups of equal paths."""
    paths = [list("SSSS"), list("EEEE"), list("UUUU"), list("SEEE"), list("SSSE"), list("SUUU")]
    told = pd.DataFrame([p for p, n in zip(paths, sizes, strict=False) for _ in range(n)])
    distances = sf.measure_distances(told, method="ham")
    clusters = sf.cluster_sequences(distances, compare=compare, smallest=10)
    lines = sf.summarise_trajectories(
        distances.sequences, group=clusters.table["cluster"].to_numpy(), lines=40
    )
    typology = sf.describe_typology(clusters, by=None)
    return sf.write_typology(typology, clusters, lines=lines, name="Made up")


@pytest.mark.parametrize(
    ("sizes", "compare", "said"),
    [
        (
            [20, 20, 20, 2, 2],
            [3, 4],
            "With more kinds, one would have fewer persons than may",
        ),
        ([20, 20, 20, 20], [2, 3], "It is the largest number compared: with more kinds"),
    ],
)
def test_why_there_are_so_many_kinds_is_said(sizes, compare, said):
    text = check_section(of_ten(sizes, compare), allowed=("1.00",))
    assert said in text


def test_the_smallest_number_compared_may_not_be_the_best():
    rng = np.random.default_rng(2)  # three kinds of paths that all differ a little
    starts = np.repeat([["S"] * 24, ["E"] * 24, ["U"] * 24], 20, axis=0)
    mixed = np.where(rng.random(starts.shape) < 0.15, rng.choice([*"SEU"], starts.shape), starts)
    distances = sf.measure_distances(pd.DataFrame(mixed), method="ham")
    wide = sf.cluster_sequences(distances, compare=[4, 5])
    assert wide.settings.k == 4
    section = sf.write_typology(sf.describe_typology(wide), wide, name="Made up")
    assert "It is the smallest number compared: with fewer kinds" in check_section(section)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [([24, 6], "of any two or more, one would have fewer"), ([30], "have the same path")],
)
def test_no_kinds_are_told_where_there_are_none_that_may_be_shown(sizes, said):
    section = of_ten(sizes, range(3, 9))
    assert said in check_section(section)
    assert section.tables == section.figures == ()


def test_groups_are_not_compared_where_no_cell_would_be_left():
    told = cohort([15, 10, 15])
    told["sex"] = np.where(told["person"] % 2 == 0, "F", "M")
    _, clusters, typology = kinds(told)
    section = sf.write_typology(typology, clusters, name="Made up")
    assert "Groups are not compared: in most kinds" in check_section(section)
    assert section.table("kinds")["share"].str[:4].tolist() == ["37.5", "37.5", "25.0"]


def test_where_every_kind_is_of_few_the_page_says_so():
    _, clusters, typology = kinds(cohort([8, 7, 6]), by=None)
    section = sf.write_typology(typology, clusters, name="Made up")
    assert "Every kind has fewer persons than may be shown" in check_section(section)


def test_lines_by_labels_are_those_by_a_column():
    told = cohort([20, 20])
    labels = np.repeat(["a", "b"], 20)
    made = sf.summarise_trajectories(told, group=labels, lines=4)
    column = told.assign(group=labels[told["person"]])
    assert made.table.equals(sf.summarise_trajectories(column, group="group", lines=4).table)
    with pytest.raises(ParameterError, match="one label for each of 40"):
        sf.summarise_trajectories(told, group=labels[:3])


def test_traits_are_told_and_missing_ones_named():
    distances, *_ = usual()
    made = sf.explain_distances(distances, by="sex", permutations=19)
    section = sf.write_discrepancy(made, traits=["sex", "father_unemployed"], name="Made up")
    text = check_section(section)
    assert "goes with “sex”" in text
    assert "Not in the data, or the same for all: “father unemployed”." in text
    assert section.table("explained")["factor"].tolist() == ["sex"]


def test_several_traits_are_told_together_and_the_largest_alone():
    told = cohort([40, 30, 30]).assign(late=lambda t: np.where(t["person"] < 40, "no", "yes"))
    distances = sf.measure_distances(told, method="ham")
    made = sf.explain_distances(distances, by=["sex", "late"], permutations=19)
    text = check_section(sf.write_discrepancy(made, traits=["sex", "late"], name="Made up"))
    assert "goes with all these traits together" in text
    assert "is that of “late”" in text
    assert "Not in the data" not in text


def test_no_trait_at_all_is_a_sentence():
    assert (
        check_section(sf.write_discrepancy(None, traits=[], name="x")) == "No trait was compared."
    )
