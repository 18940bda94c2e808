"""Charts of pathways: what is drawn is what the table says, and no line is one person's life."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.report.charts.style import SEGMENTS
from skillsfc.transitions.sequences.model import sequences_of

PARTS = pd.DataFrame(
    {
        "sex": ["F"] * 4 + ["M"] * 4,
        "time": [0, 0, 12, 12] * 2,
        "state": ["school", "job"] * 4,
        "share": [0.9, 0.1, 0.4, 0.6, 0.8, 0.2, 0.5, 0.5],
        "source": "made up",
    }
)
CURVE = pd.DataFrame(
    {
        "time": [2.0, 5.0, 9.0],
        "probability": [0.8, 0.5, 0.4],
        "lower": [0.7, 0.4, 0.2],
        "upper": [0.9, 0.6, 0.6],
        "at_risk": [1250, 31, 4],
    }
)
MOVES = pd.DataFrame(
    {
        "from_state": ["E", "E", "U", "U"],
        "to_state": ["E", "U", "E", "U"],
        "persons": [90.0, 10.0, 20.0, 30.0],
    }
)
RATIOS = pd.DataFrame(
    {"term": ["women", "age"], "ratio": [0.8, 1.6], "lower": [0.6, 1.3], "upper": [1.1, 1.9]}
)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_areas_stand_on_one_another_and_fill_the_panel():
    drawn = sf.plot_state_areas(PARTS, group="sex", quantity="Young people")
    areas = [c for c in drawn.collections if isinstance(c, PolyCollection)]
    assert len(areas) == 4
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in areas]
    assert tops == pytest.approx([0.9, 1.0, 0.8, 1.0])
    assert {to_hex(area.get_facecolor()[0]) for area in areas} == {c.lower() for c in SEGMENTS[:2]}
    assert "Women" in texts(drawn)
    assert "Men" in texts(drawn)
    assert drawn.alt_text.startswith(
        "Areas of young people, per cent by state over time. Women: At 0: school 90, job 10."
    )
    ticks = [label.get_text() for label in drawn.get_xticklabels()]
    assert ticks == ticks[: len(ticks) // 2] * 2  # both panels count from the same start


def test_areas_keep_the_order_asked_for_and_name_the_source():
    women = PARTS[PARTS["sex"] == "F"]
    drawn = sf.plot_state_areas(women, states=["job", "school"], labels={"job": "at work"})
    legend = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert legend == ["at work", "school"]
    assert "made up" in drawn.get_figure()._supxlabel.get_text()
    probability = women.rename(columns={"share": "probability"})
    assert "school 90" in sf.plot_state_areas(probability, step=True).alt_text


def test_areas_of_wrong_tables_are_refused():
    with pytest.raises(TableError, match="several"):
        sf.plot_state_areas(PARTS)
    with pytest.raises(TableError, match=r"add up to 1\.400"):
        sf.plot_state_areas(PARTS.head(4).assign(share=0.7))
    with pytest.raises(CoverageError, match=r"'jobs' is not in the table.*'job'"):
        sf.plot_state_areas(PARTS, group="sex", states=["jobs"])
    with pytest.raises(TableError, match="8 at most"):
        sf.plot_state_areas(
            pd.DataFrame({"time": 0, "state": [str(i) for i in range(9)], "share": 0.1})
        )
    with pytest.raises(CoverageError, match="left nothing"):
        sf.plot_state_areas(PARTS.iloc[:0])
    with pytest.raises(TableError, match="missing"):
        sf.plot_state_areas(PARTS.drop(columns="state"))


def test_a_survival_curve_starts_at_one_and_steps_where_the_table_does():
    drawn = sf.plot_survival(CURVE)
    x, y = drawn.lines[0].get_data()
    assert list(x) == [0, 2, 5, 9, 9]
    assert list(y) == [1, 0.8, 0.5, 0.4, 0.4]
    assert drawn.lines[0].get_drawstyle() == "steps-post"
    assert drawn.alt_text == "Curves of per cent over time. 50 at 5, 40 at 9."


def test_an_incidence_curve_starts_at_nothing_and_has_a_line_a_kind():
    rows = pd.concat([CURVE.assign(to_state="job"), CURVE.assign(to_state="school")])
    drawn = sf.plot_incidence(rows, until=6)
    assert len(drawn.lines) == 2
    assert drawn.lines[0].get_ydata()[0] == 0
    assert drawn.get_xlim() == (0, 6)
    assert drawn.lines[0].get_ydata()[-1] == 0.5  # the last step before the end of the axis
    assert "job: 50 at 5, 40 at 9." in drawn.alt_text


def test_the_number_at_risk_stands_under_the_axis_and_small_numbers_do_not():
    drawn = sf.plot_survival(CURVE)
    written = texts(drawn)
    assert "At risk" in written
    assert "1,250" in written
    assert "31" in written
    assert "<10" in written
    assert "4" not in written
    assert "At risk" not in texts(sf.plot_survival(CURVE, risk_table=False))
    assert "At risk" not in texts(sf.plot_survival(CURVE.drop(columns="at_risk")))


def test_bands_are_drawn_where_there_are_intervals():
    assert len(sf.plot_survival(CURVE).collections) == 1
    assert len(sf.plot_survival(CURVE, bands=False).collections) == 0
    assert len(sf.plot_survival(CURVE[["time", "probability"]]).collections) == 0


def test_curves_of_wrong_tables_are_refused():
    with pytest.raises(TableError, match="several"):
        sf.plot_survival(pd.concat([CURVE, CURVE]))
    many = pd.concat([CURVE.assign(kind=str(i)) for i in range(7)])
    with pytest.raises(TableError, match="6 at most"):
        sf.plot_survival(many, group="kind")
    with pytest.raises(ParameterError, match="language"):
        sf.plot_survival(CURVE, language="de")


def test_ribbons_are_as_wide_as_the_flows():
    drawn = sf.plot_flows(MOVES, before="2023", after="2024")
    ribbons = [patch for patch in drawn.patches if isinstance(patch, PathPatch)]
    sizes = sorted(
        patch.get_path().vertices[7, 1] - patch.get_path().vertices[0, 1] for patch in ribbons
    )
    assert sizes == pytest.approx(sorted(MOVES["persons"] / 150))
    bars = [patch.get_height() for patch in drawn.patches if isinstance(patch, Rectangle)]
    assert bars == pytest.approx([100 / 150, 50 / 150, 110 / 150, 40 / 150])
    assert "2023" in texts(drawn)
    assert "Largest moves: U to E 13.3, E to U 6.7 per cent." in drawn.alt_text
    shares = MOVES.assign(share=MOVES["persons"] / 150).drop(columns="persons")
    assert (
        sf.plot_flows(shares).alt_text.split("Before")[1]
        == sf.plot_flows(MOVES).alt_text.split("Before")[1]
    )


def test_flows_of_wrong_tables_are_refused():
    with pytest.raises(TableError, match="negative"):
        sf.plot_flows(MOVES.assign(persons=-1.0))
    with pytest.raises(TableError, match="all zero"):
        sf.plot_flows(MOVES.assign(persons=0.0))
    with pytest.raises(TableError, match="several"):
        sf.plot_flows(pd.concat([MOVES, MOVES]))
    stays = MOVES[MOVES["from_state"] == MOVES["to_state"]]
    assert "Nobody moved" in sf.plot_flows(stays).alt_text


def test_ratios_are_open_where_the_interval_crosses_one():
    drawn = sf.plot_ratios(RATIOS, labels={"age": "one year older"})
    marks = [line for line in drawn.lines if line.get_marker() == "o"]
    assert to_hex(marks[0].get_markerfacecolor()) == "#ffffff"
    assert to_hex(marks[1].get_markerfacecolor()) != "#ffffff"
    assert drawn.get_xscale() == "log"
    assert "one year older: 1.60 (1.30 to 1.90)" in drawn.alt_text
    low, high = drawn.get_xlim()
    assert low < 0.6
    assert high > 1.9
    with pytest.raises(TableError, match="not above 0"):
        sf.plot_ratios(RATIOS.assign(lower=0.0))


@pytest.fixture(scope="module")
def mvad():
    return sf.read_sequences(sf.load_microdata("mvad"))


def test_no_line_of_trajectories_has_fewer_persons_than_asked(mvad):
    for fewest, lines in ((10, 60), (25, 1000), (100, 5)):
        made = sf.summarise_trajectories(mvad, fewest=fewest, lines=lines, group="sex")
        each = made.table.drop_duplicates(["sex", "line"])
        assert each["persons"].min() >= fewest
        assert each["persons"].sum() == 712
        assert each.groupby("sex").size().max() <= lines
        assert each["weight"].sum() == pytest.approx(mvad.weight.sum())


def test_a_line_shows_what_most_of_its_persons_do():
    codes = np.repeat([[0, 0, 1], [0, 1, 1], [1, 1, 1]], [6, 5, 4], axis=0)
    made = sf.summarise_trajectories(sequences_of(codes, states="SE"), fewest=15, lines=9)
    assert made.table["state"].tolist() == ["S", "E", "E"]
    assert made.table["share"].tolist() == pytest.approx([11 / 15, 9 / 15, 1.0])


def test_with_one_person_a_line_the_lines_are_the_trajectories(mvad):
    made = sf.summarise_trajectories(mvad, fewest=1, lines=712)
    lines = made.table.pivot_table(index="line", columns="period", values="state", aggfunc="first")
    order = np.lexsort(mvad.codes.T)
    assert (lines.to_numpy() == mvad.to_wide().to_numpy()[order]).all()
    assert (made.table["share"] == 1).all()


def test_small_groups_are_left_out_and_said(mvad):
    persons = pd.DataFrame({"person": range(13), "kind": ["a"] * 10 + ["b"] * 3})
    tiny = sequences_of(np.zeros((13, 2), dtype=int), states="S", persons=persons)
    made = sf.summarise_trajectories(tiny, group="kind")
    assert set(made.table["kind"]) == {"a"}
    assert "Left out: b (fewer than 10)" in made.notes[1]
    with pytest.raises(CoverageError, match="no group has 20 persons"):
        sf.summarise_trajectories(tiny, group="kind", fewest=20)
    with pytest.raises(ParameterError, match="Did you mean 'kind'"):
        sf.summarise_trajectories(tiny, group="kinds")
    with pytest.raises(ParameterError) as caught:
        sf.summarise_trajectories(tiny, fewest=0, lines=0)
    assert len(caught.value.problems) == 2
    with pytest.raises(ParameterError, match="Did you mean 'end'"):
        sf.summarise_trajectories(tiny, order="ends")
    with pytest.raises(ParameterError, match="one finite number"):
        sf.summarise_trajectories(tiny, order=[1.0])


def test_an_order_of_ones_own_is_kept(mvad):
    given = np.arange(712)[::-1]
    made = sf.summarise_trajectories(mvad, order=given, fewest=1, lines=712)
    first = made.table[made.table["line"] == 0]["state"].tolist()
    assert first == mvad.to_wide().iloc[-1].tolist()


def test_trajectories_are_drawn_as_a_picture_of_points(mvad):
    made = sf.summarise_trajectories(mvad, group="sex", lines=20)
    drawn = sf.plot_trajectories(made, group="sex", labels={"FE": "further education"})
    assert len(drawn.images) == 2
    assert drawn.images[0].get_array().shape == (20, 72, 3)
    assert len(drawn.lines) == 0
    labels = [label.get_text() for label in drawn.get_yticklabels()]
    assert labels == ["Women\n342 persons", "Men\n370 persons"]
    assert "712 persons" in drawn.alt_text
    assert "further education" in [t.get_text() for t in drawn.get_legend().get_texts()]


def test_axes_of_ones_own_are_drawn_on(mvad):
    from matplotlib.figure import Figure

    made = sf.summarise_trajectories(mvad, lines=10)
    figure = Figure()
    for at, (draw, table) in enumerate(
        [
            (sf.plot_state_areas, PARTS[PARTS["sex"] == "F"]),
            (sf.plot_survival, CURVE),
            (sf.plot_flows, MOVES),
            (sf.plot_ratios, RATIOS),
            (sf.plot_trajectories, made),
        ],
        start=1,
    ):
        axes = figure.add_subplot(2, 3, at)
        assert draw(table, ax=axes, title="A title") is axes
        assert len(axes.alt_text) > 40


def test_the_number_at_risk_is_only_told_where_the_table_knows_it():
    from skillsfc.report.charts.risk_table import count_at

    told = CURVE.assign(at_risk=[50, 40, 30], events=[5, 5, 5], censored=[5, 5, 5])
    assert [count_at(told, time, whole=True) for time in (0, 2, 3, 9, 20)] == [
        *("50", "50", "40", "30", "20"),
    ]
    assert [count_at(told, time, whole=False) for time in (0, 2, 3, 9, 20)] == [
        *("", "50", "", "30", ""),
    ]


def test_groups_that_are_missing_are_drawn_as_such_and_missing_numbers_are_refused():
    rows = PARTS.assign(sex=[None] * 4 + ["M"] * 4)
    assert "not stated" in texts(sf.plot_state_areas(rows, group="sex"))
    curves = pd.concat([CURVE.assign(kind=None), CURVE.assign(kind="a")])
    assert "not stated: " in sf.plot_survival(curves, group="kind").alt_text
    with pytest.raises(TableError, match="missing, endless or no number in 1 rows"):
        sf.plot_state_areas(PARTS.assign(share=[np.nan, *PARTS["share"][1:]]), group="sex")
    with pytest.raises(TableError, match="nothing is drawn as zero"):
        sf.plot_flows(MOVES.assign(persons=[np.nan, 1.0, 1.0, 1.0]))
    with pytest.raises(TableError, match="no number"):
        sf.plot_state_areas(PARTS.assign(time=["Jan", "Jan", "Feb", "Feb"] * 2), group="sex")
    with pytest.raises(TableError, match="'upper': missing, endless"):
        sf.plot_ratios(RATIOS.assign(upper=np.inf))


def test_a_line_says_nothing_where_few_of_its_persons_are_still_seen():
    codes = np.array([[0, 0, -2]] * 9 + [[0, 0, 1]])
    made = sf.summarise_trajectories(sequences_of(codes, states="SE"), fewest=10)
    assert made.table["period"].tolist() == [0, 1]
    persons = pd.DataFrame({"person": range(10), "kind": [None] * 10})
    unknown = sequences_of(codes, states="SE", persons=persons)
    assert set(sf.summarise_trajectories(unknown, group="kind").table["kind"]) == {"not stated"}


def test_a_curve_in_per_cent_is_refused_with_what_to_do():
    told = pd.DataFrame({"time": [1.0, 2.0], "probability": [100.0, 50.0]})
    with pytest.raises(TableError, match=r"above 1 in 2 rows.*divided by 100"):
        sf.plot_survival(told)
