"""Charts of contributions and of replacement: numbers in the alt text, sums held, refusals by name.

All tables here are made up, but for those of the synthetic example country.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

import skillsfc as sf
from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.report.charts import (
    alt_contributions,
    alt_replacement,
    plot_contributions,
    plot_replacement,
    table_contributions,
    table_replacement,
)
from skillsfc.report.charts.contribution_rows import LEVERS
from skillsfc.report.charts.style import figure_of

LONG = "Workers who repair, refit, recycle and resell what others have long since thrown away"


def moved():
    rows = [
        ("F", "green_sectors", 900.0), ("F", "ai_saving", -400.0), ("F", "ai_response", 200.0),
        ("J", "green_sectors", 0.0), ("J", "ai_saving", -1500.0), ("J", "ai_response", 750.0),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["sector", "lever", "contribution"])


def ranges():
    return pd.DataFrame(
        {"sector": ["F", "J"], "difference": [700.0, -750.0], "lower": [-100.0, -2000.0],
         "upper": [1500.0, 300.0]}
    )  # fmt: skip


def rates():
    cells = [("2", "F", 300.0, 0.02), ("2", "M", 100.0, 0.04), ("6", "F", 50.0, 0.05),
             ("6", "M", 150.0, 0.07)]  # fmt: skip
    return pd.DataFrame(cells, columns=["occupation", "sex", "persons", "annual_rate"])


@cache
def compared():
    """Compare two scenarios on the broad sectors of the example country: AI reaches none."""
    jobs = sf.example(seed=1).table("employment_by_sector").assign(status="observed")
    green, digital = sf.load_scenario("green"), sf.load_scenario("digital")
    chosen = [green, digital, sf.combine_scenarios([green, digital], name="both")]
    return sf.compare_scenarios(jobs, chosen, horizon=2026, unreached="keep", draws=50)


def spans(axes):
    """Return left and right end of every bar that has a width, by row."""
    found = {}
    for bar in axes.patches:
        if bar.get_width() != 0:
            ends = sorted((bar.get_x(), bar.get_x() + bar.get_width()))
            found.setdefault(round(bar.get_y() + bar.get_height() / 2), []).append(ends)
    return found


def test_the_alt_text_of_contributions_has_every_number_and_every_name():
    text = alt_contributions(moved(), group="sector", totals=ranges(), quantity="Jobs")
    assert text == (
        "Stacked bars of jobs, persons. "
        "Construction: 700 in all, between −100 and 1,500, green growth of sectors 900, "
        "labour saved by AI −400, more demand where AI makes work cheaper 200. "
        "Information and communication: −750 in all, between −2,000 and 300, "
        "labour saved by AI −1,500, more demand where AI makes work cheaper 750."
    )
    axes = plot_contributions(moved(), group="sector", totals=ranges(), quantity="Jobs")
    assert axes.alt_text == text


def test_gains_stack_right_of_zero_and_losses_left_without_overlap():
    bars = spans(plot_contributions(moved(), group="sector"))
    assert sorted(bars[0]) == [[-400.0, 0.0], [0.0, 900.0], [900.0, 1100.0]]
    assert sorted(bars[1]) == [[-1500.0, 0.0], [0.0, 750.0]]


def test_the_diamond_stands_at_the_sum_and_the_line_spans_the_range():
    axes = plot_contributions(moved(), group="sector", totals=ranges())
    diamond = next(line for line in axes.lines if line.get_marker() == "D")
    assert diamond.get_xdata().tolist() == [700.0, -750.0]
    ends = [sorted(part[:, 0].tolist()) for part in axes.collections[0].get_segments()]
    assert ends == [[-100.0, 1500.0], [-2000.0, 300.0]]


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_parts_add_up_to_the_difference_in_the_table(sizes):
    rows = pd.DataFrame({"sector": "F", "lever": [f"l{i}" for i in range(len(sizes))]})
    made = table_contributions(rows.assign(contribution=sizes), group="sector")
    assert made["difference"].iloc[0] == pytest.approx(sum(sizes), abs=1e-6)
    assert made[[f"l{i}" for i in range(len(sizes))]].iloc[0].tolist() == sizes


def test_a_sum_with_a_missing_part_is_missing():
    rows = moved()
    rows.loc[1, "contribution"] = np.nan
    made = table_contributions(rows, group="sector").set_index("sector")["difference"]
    assert np.isnan(made["F"])
    assert made["J"] == -750.0
    assert "Construction: not available in all" in alt_contributions(rows, group="sector")


def test_a_lever_has_the_same_colour_in_every_chart():
    first = plot_contributions(moved(), group="sector")
    second = plot_contributions(moved().iloc[1:3], group="sector")
    colours = []
    for axes in (first, second):
        key = axes.get_legend()
        colours.append({
            text.get_text(): to_hex(mark.get_facecolor())
            for mark, text in zip(key.legend_handles, key.get_texts(), strict=True)
            if hasattr(mark, "get_facecolor")
        })  # fmt: skip
    assert LEVERS["ai_saving"] in colours[1]
    assert all(colours[0][name] == colour for name, colour in colours[1].items())


def test_most_keeps_the_largest_sums_up_or_down_and_says_how_many_are_left():
    rows = pd.DataFrame(
        {"sector": list("ABCD"), "lever": "x", "contribution": [5.0, -90.0, 40.0, 1.0]}
    )
    axes = plot_contributions(rows, group="sector", most=2)
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "Manufacturing", "Mining and quarrying"
    ]  # fmt: skip
    assert axes.alt_text.endswith("2 smaller sums are not drawn.")
    assert len(table_contributions(rows, group="sector")) == 4


def test_other_units_are_named_on_the_axis():
    rows = pd.DataFrame({"activity": ["a"], "receives": ["x"], "contribution": [0.44]})
    unit = "birr per birr of demand"
    axes = plot_contributions(rows, group="activity", part="receives", unit=unit)
    assert axes.get_xlabel() == "Birr per birr of demand"
    assert "0.44 in all" in axes.alt_text


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"table": moved().iloc[:0]}, CoverageError, "rows: none"),
        ({"table": moved().drop(columns="lever")}, TableError, "lever"),
        ({"table": pd.concat([moved(), moved()])}, TableError, "several"),
        ({"order": "size"}, ParameterError, "size"),
        ({"totals": ranges().iloc[:1]}, CoverageError, "lacks 'J'"),
        ({"totals": ranges().assign(difference=1.0)}, TableError, "sum of its parts"),
        ({"language": "de"}, ParameterError, "de"),
    ],
)
def test_contributions_that_cannot_be_drawn_are_refused_by_name(change, error, said):
    given_ = {"table": moved(), "group": "sector"} | change
    with pytest.raises(error, match=said):
        plot_contributions(given_.pop("table"), **given_)


def test_more_than_eight_parts_are_refused():
    rows = pd.DataFrame({"sector": "F", "lever": [f"l{i}" for i in range(9)], "contribution": 1.0})
    with pytest.raises(TableError, match="9 parts"):
        plot_contributions(rows, group="sector")


def test_a_comparison_is_drawn_without_levers_that_reach_nothing():
    made = table_contributions(compared(), group="scenario")
    assert made["scenario"].tolist() == ["green", "digital", "both"]
    assert not {"ai_saving", "ai_response", "green_occupations"} & set(made.columns)
    ends = compared().totals
    ends = ends[ends["year"] == 2026].set_index("scenario")
    for name in ("baseline", "difference", "lower", "upper"):
        assert made.set_index("scenario")[name].to_dict() == pytest.approx(ends[name].to_dict())


def test_a_comparison_by_sector_shows_its_last_scenario_and_adds_up_to_its_total():
    made = table_contributions(compared(), group="sector").set_index("sector")
    assert made.loc["F", "sector_label"] == "Construction"
    whole = table_contributions(compared(), group="scenario").set_index("scenario")["difference"]
    assert made["difference"].sum() == pytest.approx(whole["both"])


def test_a_scenario_that_only_repeats_another_is_left_out():
    jobs = sf.example(seed=1).table("employment_by_sector").assign(status="observed")
    jobs = jobs[jobs["sector"] != "J"]  # nothing is left for digital growth
    green, digital = sf.load_scenario("green"), sf.load_scenario("digital")
    chosen = [green, digital, sf.combine_scenarios([green, digital])]
    made = sf.compare_scenarios(jobs, chosen, horizon=2025, unreached="keep", draws=20)
    assert table_contributions(made, group="scenario")["scenario"].tolist() == ["green"]
    faster = green.with_(growth_sector_F=0.01)
    made = sf.compare_scenarios(jobs, [green, faster], horizon=2025, unreached="keep", draws=20)
    assert len(table_contributions(made, group="scenario")) == 2


def test_the_alt_text_of_replacement_weights_by_persons_and_names_definitions():
    text = alt_replacement({"net": rates()}, group="occupation", quantity=None)
    assert text == (
        "Dots of per cent. Skilled agricultural, forestry and fishery workers: net 6.5. "
        "Professionals: net 2.5."
    )


def test_a_range_is_drawn_and_told():
    rows = rates().assign(annual_rate_low=0.01, annual_rate_high=0.09)
    axes = plot_replacement({"leavers": rows}, group="sex")
    assert "Women: passing the last age of work, or dying 2.4, between 1.0 and 9.0." in (
        axes.alt_text
    )
    drawn = [part[:, 0].tolist() for c in axes.collections for part in c.get_segments()]
    assert any(ends == pytest.approx([0.01, 0.09]) for ends in drawn)
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Women", "Men"]


def test_the_axis_of_rates_begins_at_zero_and_says_per_cent():
    axes = plot_replacement({"net": rates(), "separations": rates()}, group="occupation")
    assert axes.get_xlim()[0] == 0
    assert axes.get_xlabel() == "Workers who leave in a year, per cent"
    assert len(axes.get_legend().get_texts()) == 2


def test_rates_times_workers_are_persons_of_the_last_year():
    workers = pd.DataFrame({"year": [2020, 2020, 2023, 2023], "sex": ["F", "M"] * 2,
                            "persons": [1.0, 1.0, 1000.0, 2000.0]})  # fmt: skip
    made = table_replacement({"net": rates()}, by="sex", workers=workers, named=True)
    assert made["sex"].tolist() == ["Women", "Men"]
    assert made["workers"].tolist() == [1000.0, 2000.0]
    women = (300 * 0.02 + 50 * 0.05) / 350
    assert made["net"].iloc[0] == pytest.approx(women)
    assert made["net_per_year"].iloc[0] == pytest.approx(1000 * women)


def test_a_cell_with_workers_but_no_rate_leaves_its_group_missing():
    rows = rates()
    rows.loc[0, "annual_rate"] = np.nan
    made = table_replacement({"net": rows}, by="occupation").set_index("occupation")["net"]
    assert np.isnan(made["2"])
    assert made["6"] == pytest.approx(0.065)


def test_an_empty_cell_without_a_rate_does_not_count():
    rows = rates()
    rows.loc[0, ["persons", "annual_rate"]] = [0.0, np.nan]
    made = table_replacement({"net": rows}, by="occupation").set_index("occupation")["net"]
    assert made["2"] == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("results", "error", "said"),
    [
        ({}, CoverageError, "none"),
        ({"net": rates().iloc[:0]}, CoverageError, "rows: none"),
        ({"net": rates().drop(columns="annual_rate")}, TableError, "annual_rate"),
        ({"net": rates().assign(persons=-1.0)}, TableError, "below zero"),
        ({f"m{i}": rates() for i in range(6)}, ParameterError, "6"),
    ],
)
def test_rates_that_cannot_be_drawn_are_refused_by_name(results, error, said):
    with pytest.raises(error, match=said):
        plot_replacement(results, group="occupation")


def test_workers_that_lack_a_group_are_refused():
    with pytest.raises(CoverageError, match="lacks 'M'"):
        table_replacement({"net": rates()}, by="sex", workers=rates()[rates()["sex"] == "F"])


@pytest.mark.parametrize("kind", ["contributions", "replacement"])
def test_long_names_stay_inside_the_figure_and_apart(kind):
    if kind == "contributions":
        axes = plot_contributions(moved(), group="sector", labels={"F": LONG, "J": LONG.upper()})
    else:
        axes = plot_replacement(
            {"net": rates()}, group="occupation", labels={"2": LONG, "6": LONG.upper()}
        )
    figure = figure_of(axes)
    figure.draw_without_rendering()
    boxes = [tick.get_window_extent() for tick in axes.get_yticklabels()]
    assert all("\n" in tick.get_text() for tick in axes.get_yticklabels())
    assert all(box.x0 >= 0 for box in boxes)
    assert not boxes[0].overlaps(boxes[1])
    assert axes.get_window_extent().width > 0.4 * figure.bbox.width
