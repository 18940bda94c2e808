"""Charts: units on axes, numbers in alt texts, errors for empty tables, nothing global left behind.

All tables here are made up; they stand for no country.
"""

import functools
import io
import itertools
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from skillsfc.errors import CoverageError, ParameterError, TableError
from skillsfc.report import charts
from skillsfc.report.charts import style, words
from skillsfc.report.charts.dots import OTHER_MARKS
from skillsfc.report.charts.fan import BAND_TINTS

LEVELS = (0.8, 0.95)


def history():
    years = list(range(2000, 2018))
    persons = [8.0e6 + 0.15e6 * i for i in range(len(years))]
    return pd.DataFrame({"year": years, "persons": persons, "source": "made up"})


def forecast():
    rows = [
        (2017 + h, level, 10.55e6 + 0.1e6 * h, 10.55e6 + 0.1e6 * h - w, 10.55e6 + 0.1e6 * h + w)
        for h in range(1, 11)
        for level, w in ((0.8, 0.1e6 * h), (0.95, 0.16e6 * h))
    ]
    return pd.DataFrame(rows, columns=["year", "level", "persons", "lower", "upper"])


def other():
    return pd.DataFrame({"year": [2024], "persons": [9.87e6], "source": ["second"]})


def population(years=(2025, 2050)):
    ages = [f"{5 * i}-{5 * i + 4}" for i in range(17)] + ["85+"]
    rows = [
        (year, sex, ages[i], (18 - i) * 8.1e4 + 3e3 * (sex == "M"))
        for year in years
        for sex in "FM"
        for i in range(18)
    ]
    return pd.DataFrame(rows, columns=["year", "sex", "age", "persons"])


def age_groups():
    rows = [
        (year, age, base * (1 + 0.01 * (year - 2000)), "projected" if year > 2020 else "estimated")
        for year in range(2000, 2051, 5)
        for age, base in (("0-14", 9e6), ("15-24", 5e6), ("15-64", 15e6), ("65+", 1.2e6))
    ]
    return pd.DataFrame(rows, columns=["year", "age", "persons", "status"])


def flows():
    rows = [
        (2017, "entrants", 598e3, np.nan, np.nan, "estimated", "2007-2017"),
        (2017, "jobs", 92e3, np.nan, np.nan, "observed", "2007-2017"),
        (2030, "entrants", 642e3, np.nan, np.nan, "projected", "2017-2030"),
        (2030, "jobs", 104e3, -22e3, 231e3, "projected", "2017-2030"),
    ]
    names = ["year", "indicator", "value", "lower", "upper", "status", "note"]
    return pd.DataFrame(rows, columns=names).assign(level=0.8)


def shares():
    rows = [
        (year, sector, share)
        for year, values in ((2014, (0.394, 0.215, 0.391)), (2024, (0.259, 0.242, 0.499)))
        for sector, share in zip(("p", "q", "r"), values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["year", "part", "share"])


def by_sex():
    rows = [("a", 0.31, 0.22), ("b", 0.02, 0.03), ("c", 0.24, 0.095)]
    return pd.DataFrame(
        [(part, sex, v) for part, f, m in rows for sex, v in (("F", f), ("M", m))],
        columns=["part", "sex", "share"],
    )


def points():
    income = np.geomspace(1000, 80000, 40)
    share = 1 / (1 + np.exp(1.2 * (np.log(income) - 8)))
    codes = [f"Z{i:02d}" for i in range(40)]
    return pd.DataFrame({"country": codes, "usd": income, "share": share})


def fitted():
    income = np.geomspace(1000, 80000, 30)
    share = 1 / (1 + np.exp(1.2 * (np.log(income) - 8)))
    lower, upper = np.clip(share - 0.1, 0, 1), np.clip(share + 0.1, 0, 1)
    return pd.DataFrame({"usd": income, "expected": share, "lower": lower, "upper": upper})


def group():
    rows = [
        (f"Z{i}", name, low + i * step, unit)
        for name, low, step, unit in (
            ("Unemployment rate", 0.05, 0.031, "share"),
            ("Labour force", 4e5, 2.1e6, "persons"),
            ("GDP per head", 2500.0, 1850.0, "PPP US dollars"),
        )
        for i in range(8)
    ]
    return pd.DataFrame(rows, columns=["country", "indicator", "value", "unit"])


def medians():
    names = ["Unemployment rate", "Labour force", "GDP per head"]
    return pd.DataFrame({"indicator": names, "value": [0.1585, 7.75e6, 8975.0]})


def errors():
    rows = [
        (model, h, "MASE", factor * h)
        for model, factor in (("last_value", 1.0), ("drift", 0.83), ("theta", 0.81))
        for h in range(1, 6)
    ]
    return pd.DataFrame(rows, columns=["model", "horizon", "metric", "value"])


def coverage():
    rows = [(h, level, level - 0.011 * h) for level in LEVELS for h in range(1, 6)]
    return pd.DataFrame(rows, columns=["horizon", "level", "value"])


def regions():
    return by_sex().rename(columns={"part": "region"})


CHARTS = {
    "fan": lambda **k: charts.plot_fan(history(), forecast(), other=other(), **k),
    "pyramid": lambda **k: charts.plot_pyramid(population(), **k),
    "age_groups": lambda **k: charts.plot_age_groups(age_groups(), **k),
    "entrants": lambda **k: charts.plot_entrants(flows(), **k),
    "shares": lambda **k: charts.plot_shares(shares(), category="part", by="year", **k),
    "slope": lambda **k: charts.plot_slope(shares(), category="part", **k),
    "share_bars": lambda **k: charts.plot_share_bars(by_sex(), category="part", **k),
    "regions": lambda **k: charts.plot_regions(regions(), **k),
    "structure": lambda **k: charts.plot_structure_line(
        points(), fitted(), highlight="Z10", group=["Z01", "Z02"], **k
    ),
    "comparison": lambda **k: charts.plot_comparison(group(), country="Z3", medians=medians(), **k),
    "accuracy": lambda **k: charts.plot_accuracy(errors(), naive="last_value", **k),
    "coverage": lambda **k: charts.plot_coverage(coverage(), **k),
}


@functools.cache
def plain(name):
    """Return a chart drawn once and only looked at, since a layout takes a tenth of a second."""
    return CHARTS[name]()


@functools.cache
def captioned(name):
    return CHARTS[name](title="A <title> & more", source="Somewhere 2024")


every_chart = pytest.mark.parametrize("name", CHARTS)


def axis_texts(axes):
    found = [axes.get_xlabel(), axes.get_ylabel()]
    for child in axes.child_axes:
        found += [child.get_xlabel(), child.get_ylabel()]
    return " | ".join(found)


def drawn_texts(axes):
    found = [text.get_text() for text in axes.texts]
    legend = axes.get_legend()
    found += [text.get_text() for text in legend.get_texts()] if legend else []
    return " | ".join(found)


UNITS = {
    "fan": "Million persons",
    "pyramid": "Million persons",
    "age_groups": "Million persons",
    "entrants": "Thousand persons per year",
    "shares": "Per cent",
    "slope": "Per cent",
    "share_bars": "Per cent",
    "regions": "Per cent",
    "structure": "per cent",
    "comparison": "million persons",
    "accuracy": "MASE",
    "coverage": "per cent",
}

NUMBERS = {  # start, end and interval, as a reader of the alt text must find them
    "fan": [
        "8.0 in 2000",
        "10.6 in 2017",
        "11.6 in 2027",
        "10.6 to 12.6",
        "9.9 to 13.2",
        "9.9 in 2024",
    ],
    "pyramid": ["2025", "2050", "1.46"],
    "age_groups": ["9.0 in 2000", "10.8 in 2020", "projected 13.5 in 2050"],
    "entrants": ["598", "92", "642", "104", "\N{MINUS SIGN}22 to 231", "80 %"],
    "shares": ["39.4", "21.5", "39.1", "25.9", "24.2", "49.9"],
    "slope": ["39.4 to 25.9", "21.5 to 24.2", "39.1 to 49.9"],
    "share_bars": ["31.0", "22.0", "24.0", "9.5"],
    "regions": ["31.0", "22.0", "24.0", "9.5"],
    "structure": ["40 countries", "1,000 dollars", "80,000 dollars"],
    "comparison": ["14.3", "median 15.8", "6.7", "8,050", "group of 7 others"],
    "accuracy": ["0.83 to 4.15", "0.81 to 4.05", "1.00 to 5.00", "naive"],
    "coverage": ["Nominal 80 %", "78.9 %", "74.5 %", "93.9 %", "89.5 %"],
}


@every_chart
def test_axes_carry_their_unit(name):
    assert UNITS[name] in axis_texts(plain(name))


@every_chart
def test_alt_text_holds_the_numbers_drawn(name):
    alt = plain(name).alt_text
    for number in NUMBERS[name]:
        assert number in alt
    assert alt.endswith(".")


@every_chart
def test_title_and_source_are_written(name):
    figure = captioned(name).figure
    assert figure.get_suptitle() == "A <title> & more"
    assert figure.get_supxlabel() == "Source: Somewhere 2024"


@every_chart
def test_nothing_is_clipped_at_the_figure_edge(name):
    figure = captioned(name).figure
    figure.draw_without_rendering()
    inside = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert inside.x0 > -0.01
    assert inside.y0 > -0.01
    assert inside.x1 < width + 0.01
    assert inside.y1 < height + 0.01


@every_chart
def test_figure_has_the_width_of_a_page(name):
    assert plain(name).figure.get_size_inches()[0] == pytest.approx(6.3)


@every_chart
def test_user_axes_are_used_and_returned(name):
    figure = Figure(figsize=(6.3, 4), layout="constrained")
    FigureCanvasAgg(figure)
    given_axes = figure.add_subplot()
    drawn = CHARTS[name](ax=given_axes, title="A title", source="Somewhere")
    assert drawn is given_axes
    assert drawn.get_title(loc="left") == "A title"
    figure.savefig(io.BytesIO(), dpi=60)


@every_chart
def test_settings_of_matplotlib_stay_untouched(name):
    before = dict(mpl.rcParams)
    axes = CHARTS[name]()
    charts.chart_svg(axes)
    assert dict(mpl.rcParams) == before


@every_chart
def test_arabic_labels_are_drawn_without_missing_glyphs(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is only a warning in matplotlib
        axes = CHARTS[name](
            title="عنوان عربي",
            language="ar",
            source="مصدر",
            labels={"Projection": "توقعات", "F": "نساء"},
        )
        axes.figure.savefig(io.BytesIO(), dpi=60)
    assert axes.figure.get_suptitle() == "عنوان عربي"


@every_chart
def test_same_table_gives_the_same_file(name):
    assert charts.chart_svg(plain(name)) == charts.chart_svg(CHARTS[name]())


@every_chart
def test_unknown_language_is_refused_with_the_nearest(name):
    with pytest.raises(ParameterError, match="'fr'"):
        CHARTS[name](language="frr")


def test_inputs_are_not_changed():
    tables = [history(), forecast()]
    charts.plot_fan(*tables)
    pd.testing.assert_frame_equal(tables[0], history())
    pd.testing.assert_frame_equal(tables[1], forecast())


def test_charts_never_import_pyplot():
    code = (
        "import sys, pandas as pd; from skillsfc.report import charts;"
        "charts.plot_coverage(pd.DataFrame({'horizon': [1, 2], 'level': .8, 'value': [.8, .7]}));"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_pyplot_figure_is_left_open():
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    for draw in CHARTS.values():
        draw()
    assert plt.get_fignums() == before


# Errors ------------------------------------------------------------------------------------------

EMPTY = {
    "history": lambda: charts.plot_fan(history().iloc[:0], forecast()),
    "forecast": lambda: charts.plot_fan(history(), forecast().iloc[:0]),
    "other source": lambda: charts.plot_fan(history(), forecast(), other=other().iloc[:0]),
    "population": lambda: charts.plot_pyramid(population().iloc[:0]),
    "age groups": lambda: charts.plot_age_groups(age_groups().query("year > 2100")),
    "entrants": lambda: charts.plot_entrants(flows().iloc[:0]),
    "shares": lambda: charts.plot_shares(shares().iloc[:0], category="part", by="year"),
    "slopes": lambda: charts.plot_slope(shares().iloc[:0], category="part"),
    "dot plot": lambda: charts.plot_share_bars(by_sex().iloc[:0], category="part"),
    "countries": lambda: charts.plot_structure_line(points().iloc[:0], fitted()),
    "line": lambda: charts.plot_structure_line(points(), fitted().iloc[:0]),
    "comparison": lambda: charts.plot_comparison(group().iloc[:0], country="Z3"),
    "medians": lambda: charts.plot_comparison(group(), country="Z3", medians=medians().iloc[:0]),
    "accuracy": lambda: charts.plot_accuracy(errors().iloc[:0]),
    "coverage": lambda: charts.plot_coverage(coverage().iloc[:0]),
}


@pytest.mark.parametrize("subject", EMPTY)
def test_empty_after_filter_is_an_error_that_names_the_table(subject):
    with pytest.raises(CoverageError, match="filter") as caught:
        EMPTY[subject]()
    assert caught.value.subject.startswith(subject)


def test_all_missing_values_are_an_error_not_an_empty_chart():
    with pytest.raises(CoverageError, match="no value in 18 rows"):
        charts.plot_fan(history().assign(persons=np.nan), forecast())


def test_missing_columns_are_all_named_with_a_guess():
    table = errors().rename(columns={"model": "modell", "horizon": "horizn"})
    with pytest.raises(TableError, match="2 problems") as caught:
        charts.plot_accuracy(table)
    assert "Did you mean 'modell'" in str(caught.value)
    assert "Did you mean 'horizn'" in str(caught.value)


def test_two_series_in_one_line_are_refused_and_the_column_named():
    both = pd.concat([history().assign(sex="F"), history().assign(sex="M")])
    with pytest.raises(TableError, match="Filter 'sex' to one value"):
        charts.plot_fan(both, forecast())


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        (lambda t: t.assign(persons="many"), "text"),
        (lambda t: t.assign(persons=np.inf), "infinite"),
        (lambda t: t.assign(year=t["year"] + 0.5), "whole years"),
        (lambda t: [1, 2], "pandas DataFrame"),
        (lambda t: t.drop(columns="persons"), "no measure column"),
    ],
)
def test_bad_history_is_a_table_error(bad, match):
    with pytest.raises(TableError, match=match):
        charts.plot_fan(bad(history()), forecast())


def test_pyramid_needs_both_sexes_and_at_most_two_years():
    women = population((2000, 2010, 2020)).query("sex == 'F'")
    with pytest.raises(TableError, match="2 problems"):
        charts.plot_pyramid(women)


def test_pyramid_refuses_an_age_that_is_none():
    with pytest.raises(TableError, match="'young'"):
        charts.plot_pyramid(population().replace({"age": {"0-4": "young"}}))


def test_shares_above_one_are_refused():
    with pytest.raises(TableError, match="add up to"):
        charts.plot_shares(
            shares().assign(share=shares()["share"] * 100), category="part", by="year"
        )


def test_nine_parts_are_too_many_for_a_stack():
    table = pd.DataFrame({"year": 2024, "part": list("abcdefghi"), "share": 0.1})
    with pytest.raises(TableError, match="8 at most"):
        charts.plot_shares(table, category="part", by="year")


def test_slope_wants_two_years():
    with pytest.raises(TableError, match="exactly two years"):
        charts.plot_slope(shares().query("year == 2014"), category="part")


def test_dots_refuse_a_sixth_group_and_an_unknown_order():
    table = pd.DataFrame({"part": "a", "area": list("abcdef"), "share": 0.1})
    with pytest.raises(TableError, match="2 problems"):
        charts.plot_share_bars(table, category="part", by="area", order="size")


def test_structure_line_refuses_income_of_zero():
    with pytest.raises(TableError, match="zero or negative in rows 0"):
        charts.plot_structure_line(points().assign(usd=[0.0, *points()["usd"][1:]]), fitted())


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.plot_structure_line(points(), fitted(), highlight="Z1"),
        lambda: charts.plot_comparison(group(), country="Z"),
        lambda: charts.plot_accuracy(errors(), naive="last_values"),
        lambda: charts.plot_accuracy(errors(), metric="MASES"),
        lambda: charts.plot_slope(shares(), category="part", highlight=["z"]),
    ],
)
def test_what_is_not_in_the_table_cannot_be_shown(draw):
    with pytest.raises(CoverageError, match="not in the table"):
        draw()


def test_several_metrics_need_a_name():
    both = pd.concat([errors(), errors().assign(metric="RMSSE")])
    with pytest.raises(TableError, match="2 metrics"):
        charts.plot_accuracy(both)
    assert "RMSSE" in charts.plot_accuracy(both, metric="RMSSE").get_ylabel()


def test_coverage_in_per_cent_is_refused():
    with pytest.raises(TableError, match="Divide by 100"):
        charts.plot_coverage(coverage().assign(value=80.0))


# What is drawn -----------------------------------------------------------------------------------


def dashed(axes):
    return [line for line in axes.lines if line.is_dashed()]


def test_projection_is_dashed_and_history_solid():
    axes = charts.plot_fan(history(), forecast())
    years = {line.is_dashed(): line.get_xdata() for line in axes.lines if len(line.get_xdata()) > 5}
    assert max(years[False]) == 2017
    assert min(years[True]) == 2017  # the dashed line begins at the last point known
    assert max(years[True]) == 2027


def test_bands_are_darker_at_80_than_at_95_and_end_at_the_interval():
    axes = charts.plot_fan(history(), forecast())
    wide, narrow = axes.collections
    assert luminance(wide.get_facecolor()[0]) > luminance(narrow.get_facecolor()[0])
    top = {band: band.get_paths()[0].vertices[:, 1].max() for band in (wide, narrow)}
    end = forecast().query("year == 2027").set_index("level")["upper"]
    assert top[wide] == end[0.95]
    assert top[narrow] == end[0.8]


def test_other_source_is_a_mark_never_joined():
    axes = charts.plot_fan(history(), forecast(), other=other(), labels={"second": "Survey"})
    marks = [line for line in axes.lines if line.get_marker() == "D"]
    assert [line.get_linestyle() for line in marks] == ["None"]
    assert list(marks[0].get_ydata()) == [9.87e6]
    assert "Survey:\n9.9 (2024)" in drawn_texts(axes)


@pytest.mark.parametrize("year", [2018, 2024, 2027])
def test_name_of_the_other_source_overlaps_no_other_text(year):
    axes = charts.plot_fan(history(), forecast(), other=other().assign(year=year))
    axes.figure.draw_without_rendering()
    boxes = {t.get_text(): Text.get_window_extent(t) for t in axes.texts}
    own = next(text for text in boxes if text.startswith("second"))
    assert not any(boxes[own].overlaps(box) for text, box in boxes.items() if text != own)


def test_missing_year_leaves_a_gap_and_is_told():
    table = history()
    table.loc[4:5, "persons"] = np.nan
    axes = charts.plot_fan(table, forecast())
    assert "No value for 2004-2005." in axes.alt_text
    drawn = next(line for line in axes.lines if len(line.get_xdata()) == 18)
    assert np.isnan(drawn.get_ydata()[4:6]).all()


def test_missing_last_years_start_the_projection_at_the_last_value():
    table = history()
    table.loc[16:, "persons"] = np.nan
    axes = charts.plot_fan(table, forecast())
    assert min(dashed(axes)[0].get_xdata()) == 2015
    assert "in 2015;" in axes.alt_text


def test_fan_table_holds_every_number_drawn():
    table = charts.table_fan(history(), forecast(), other=other())
    assert len(table) == 18 + 1 + 20
    assert set(table["status"]) == {"observed", "projected"}
    assert table["upper"].max() == forecast()["upper"].max()


def test_fan_of_shares_is_in_per_cent():
    past = history().rename(columns={"persons": "share"}).assign(share=np.linspace(0.1, 0.2, 18))
    ahead = pd.DataFrame(
        {"year": [2018], "level": [0.8], "share": [0.21], "lower": [0.19], "upper": [0.23]}
    )
    axes = charts.plot_fan(past, ahead, quantity="Unemployment rate")
    assert axes.get_ylabel() == "Unemployment rate, per cent"
    assert "80 % interval 19.0 to 23.0" in axes.alt_text


def test_pyramid_puts_men_left_and_women_right():
    axes = charts.plot_pyramid(population((2025,)))
    widths = [bar.get_width() for bar in axes.patches]
    assert min(widths) == -population()["persons"].max()
    assert sum(w > 0 for w in widths) == sum(w < 0 for w in widths) == 18
    assert all("\N{MINUS SIGN}" not in t.get_text() for t in axes.get_xticklabels())


def test_pyramid_ages_stand_in_order_whatever_the_rows():
    axes = charts.plot_pyramid(population().sample(frac=1, random_state=3))
    labels = [tick.get_text() for tick in axes.get_yticklabels()]
    assert labels[:3] == ["0-4", "5-9", "10-14"]
    assert labels[-1] == "85+"


@pytest.mark.parametrize(("status", "style_"), [("projected", False), ("estimated", True)])
def test_second_year_is_dashed_only_where_projected(status, style_):
    table = population().assign(status=lambda t: np.where(t["year"] == 2050, status, "estimated"))
    outlines = charts.plot_pyramid(table).patches[-1:]
    assert (outlines[0].get_linestyle() in ("-", "solid")) is style_


def test_age_lines_are_dashed_after_the_last_estimate():
    axes = charts.plot_age_groups(age_groups())
    assert {min(line.get_xdata()) for line in dashed(axes) if len(line.get_xdata()) > 2} == {2020}
    solid = [line for line in axes.lines if not line.is_dashed()]
    assert {max(line.get_xdata()) for line in solid} == {2020}
    assert "15-24: 7.5" in drawn_texts(axes)  # direct label, no legend
    assert axes.get_legend() is None


def test_age_group_without_any_value_is_left_out():
    table = age_groups()
    table.loc[table["age"] == "65+", "persons"] = np.nan
    assert "65+" not in charts.plot_age_groups(table).alt_text


def test_projected_bars_are_hatched_for_print():
    axes = charts.plot_entrants(flows())
    assert [bool(bar.get_hatch()) for bar in axes.patches[:4]] == [False, False, True, True]
    assert "104 (\N{MINUS SIGN}22 to 231)" in drawn_texts(axes)


def test_entrants_without_interval_or_note_use_the_year():
    table = flows().drop(columns=["lower", "upper", "note", "level"])
    assert " 2030 (projected): " in charts.plot_entrants(table).alt_text


def test_stacked_shares_end_where_their_sum_ends():
    axes = charts.plot_shares(shares(), category="part", by="year")
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    assert max(ends) == pytest.approx(1.0)


def test_projected_bar_gets_a_dashed_frame_and_says_so():
    table = shares().assign(status=lambda t: np.where(t["year"] == 2024, "projected", "observed"))
    axes = charts.plot_shares(table, category="part", by="year")
    assert axes.patches[-1].get_linestyle() not in ("-", "solid")
    assert [t.get_text() for t in axes.get_yticklabels()] == ["2014", "2024\n(projection)"]


def test_missing_share_is_no_segment_and_told():
    table = shares()
    table.loc[0, "share"] = np.nan
    assert "p not available" in charts.plot_shares(table, category="part", by="year").alt_text


def test_slope_to_a_projected_year_is_dashed_and_a_lost_part_keeps_its_name():
    table = shares().assign(status=lambda t: np.where(t["year"] == 2024, "projected", "observed"))
    table.loc[5, "share"] = np.nan
    axes = charts.plot_slope(table, category="part", labels={"r": "Rest"})
    assert len([line for line in dashed(axes) if len(line.get_xdata()) == 2]) >= 2
    assert "Rest  39.1" in drawn_texts(axes)


def test_dots_stand_in_order_of_the_first_group_or_the_total():
    table = by_sex()
    order = [t.get_text() for t in charts.plot_share_bars(table, category="part").get_yticklabels()]
    assert order == ["a", "c", "b"]
    total = pd.DataFrame({"part": list("abc"), "sex": "T", "share": [0.1, 0.3, 0.2]})
    with_total = charts.plot_share_bars(pd.concat([table, total]), category="part")
    assert [t.get_text() for t in with_total.get_yticklabels()] == ["b", "c", "a"]


def test_dots_of_women_and_men_differ_in_mark_and_colour():
    lines = [
        line
        for line in charts.plot_share_bars(by_sex(), category="part").lines
        if line.get_label() in ("Women", "Men")
    ]
    assert (
        len({line.get_marker() for line in lines}) == len({line.get_color() for line in lines}) == 2
    )


def test_long_names_are_wrapped_without_a_lonely_word():
    name = "Labourers outside agriculture, and people in small trades of the street"
    axes = charts.plot_share_bars(by_sex(), category="part", labels={"a": name})
    lines = axes.get_yticklabels()[0].get_text().split("\n")
    assert " ".join(lines) == name
    assert min(map(len, lines)) > 20


def test_highlighted_country_is_named_and_stands_at_its_values():
    axes = charts.plot_structure_line(
        points(), fitted(), highlight="Z10", group=["Z01"], labels={"Z10": "Here"}
    )
    own = points().set_index("country").loc["Z10"]
    big = max(axes.lines, key=lambda line: line.get_markersize() if line.get_marker() == "o" else 0)
    assert (big.get_xdata()[0], big.get_ydata()[0]) == (own["usd"], own["share"])
    assert f"Here {100 * own['share']:.1f} %" in drawn_texts(axes)
    assert axes.get_xscale() == "log"


def test_comparison_gives_each_figure_its_own_axis_and_unit():
    axes = plain("comparison")
    units = [strip.get_ylabel().split("\n")[-1] for strip in axes.child_axes]
    assert units == ["per cent", "million persons", "PPP US dollars"]
    limits = [strip.get_xlim() for strip in axes.child_axes]
    assert len(set(limits)) == 3


def test_comparison_table_matches_its_inputs_and_counts_the_others():
    table = charts.table_comparison(group(), country="Z3", medians=medians())
    assert table["median"].tolist() == medians()["value"].tolist()
    assert table["members"].tolist() == [7, 7, 7]
    without = charts.table_comparison(group(), country="Z3")
    assert without["median"].isna().all()


def test_country_without_a_figure_is_shown_as_missing_not_as_zero():
    table = group()
    table.loc[(table["country"] == "Z3") & (table["indicator"] == "Labour force"), "value"] = np.nan
    axes = charts.plot_comparison(table, country="Z3")
    assert ".." in [text.get_text() for text in axes.texts]
    assert "Labour force, million persons: Z3 not available" in axes.alt_text


def test_naive_line_is_the_thickest_and_black():
    lines = charts.plot_accuracy(errors(), naive="last_value").lines
    thick = max(lines, key=lambda line: line.get_linewidth())
    assert list(thick.get_ydata()) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert thick.get_color() == style.INK


def test_coverage_shows_its_targets():
    axes = charts.plot_coverage(coverage())
    targets = {line.get_ydata()[0] for line in dashed(axes)}
    assert targets == set(LEVELS)
    assert "nominal 95 %" in drawn_texts(axes)


def test_coverage_takes_the_measure_share_too():
    table = coverage().rename(columns={"value": "share"})
    assert charts.alt_coverage(table) == charts.alt_coverage(coverage())


def test_end_labels_do_not_overlap():
    rows = [(f"m{i}", h, 2.0 + 0.01 * i * h) for i in range(9) for h in (1, 2, 3)]
    axes = charts.plot_accuracy(pd.DataFrame(rows, columns=["model", "horizon", "value"]))
    axes.figure.draw_without_rendering()
    # Of the text alone: an annotation's own extent includes its leader line.
    boxes = [Text.get_window_extent(t) for t in axes.texts if t.get_text().startswith("M")]
    tops = sorted((box.y0, box.y1) for box in boxes)
    gaps = [above[0] - below[1] for below, above in itertools.pairwise(tops)]
    assert len(boxes) == 9
    assert min(gaps) > -2.0  # pixels at 200 dpi: letters do not touch


# Numbers and words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "value", "language", "text"),
    [
        ("persons", 12_345_678.0, "en", "12.3"),
        ("persons", 123_456.0, "en", "123"),
        ("persons", 812.0, "en", "812"),
        ("share", 0.1175, "en", "11.8"),
        ("share", 0.1175, "fr", "11,8"),
        ("PPP US dollars", 12_345.0, "fr", "12\N{NARROW NO-BREAK SPACE}345"),
        ("years", 12.34, "ru", "12,3"),
        ("persons", -22_000.0, "en", "\N{MINUS SIGN}22.0"),
        ("persons", float("nan"), "en", "not available"),
    ],
)
def test_numbers_are_written_in_the_unit_of_the_axis(unit, value, language, text):
    assert words.scale_of(unit, [value]).text(value, language) == text


@settings(max_examples=50, deadline=None)
@given(st.floats(1e-3, 1e9), st.sampled_from(["persons", "share", "years"]))
def test_scaled_number_times_its_unit_is_the_number(value, unit):
    scale = words.scale_of(unit, [value])
    shown = float(scale.text(value).replace(",", "").replace("\N{MINUS SIGN}", "-"))
    assert shown * scale.divisor == pytest.approx(
        value, abs=0.51 * scale.divisor * 10**-scale.decimals
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-500, 500), min_size=1, max_size=12), st.floats(1, 30))
def test_spread_labels_keep_their_order_their_gap_and_their_middle(places, gap):
    moved = style.spread(places, gap)
    order = sorted(range(len(places)), key=lambda i: places[i])
    steps = [moved[b] - moved[a] for a, b in itertools.pairwise(order)]
    assert all(step >= gap - 1e-6 for step in steps)
    assert np.mean(moved) == pytest.approx(np.mean(places), abs=1e-6)


def test_labels_far_apart_stay_where_they_are():
    assert style.spread([0.0, 50.0, 100.0], 10.0) == [0.0, 50.0, 100.0]


def test_caller_words_win_over_the_language():
    assert words.word("F", "fr", {"F": "Filles"}) == "Filles"
    assert words.word("jobs", "ru") == words.word("jobs", "en")  # English stands in


def test_codes_of_no_list_are_shown_as_they_are():
    assert words.names_of_codes(["zzz"], "occupation") == {"zzz": "zzz"}


def test_a_dollar_in_a_label_is_a_dollar():
    axes = charts.plot_slope(shares(), category="part", labels={"p": "$a^2$ and $b$"})
    assert any("$a^2$" in text.get_text() and not text.get_parse_math() for text in axes.texts)


# Colour ------------------------------------------------------------------------------------------


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))


# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)


def lab(linear_rgb):
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(linear_rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, two, seen_by):
    return float(np.linalg.norm(lab(seen_by @ linear(one)) - lab(seen_by @ linear(two))))


def lightness_gap(one, two):
    return abs(lab(linear(one))[0] - lab(linear(two))[0])


def test_simulation_confuses_red_with_green_so_the_test_can_fail():
    assert (
        distance("#C04040", "#608020", DEUTERANOPIA) < distance("#C04040", "#608020", np.eye(3)) / 3
    )


@pytest.mark.parametrize(
    "seen_by", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["all", "deu", "pro"]
)
@pytest.mark.parametrize(
    ("colours", "least"),
    [
        (style.LINES, 15),
        (style.SEGMENTS, 8),
        ((style.WOMEN, style.MEN), 40),
        ((style.MAIN, style.ACCENT), 40),
    ],
)
def test_colours_stay_apart_for_colour_blind_readers(colours, least, seen_by):
    for one, two in itertools.combinations(colours, 2):
        assert distance(one, two, seen_by) > least, (one, two)


def test_neighbours_in_a_stack_and_the_sexes_stay_apart_in_grey():
    for one, two in itertools.pairwise(style.SEGMENTS):
        assert lightness_gap(one, two) > 20
    for one, two in itertools.combinations(style.SEGMENTS[:4], 2):
        assert lightness_gap(one, two) > 18
    assert lightness_gap(style.WOMEN, style.MEN) > 20
    assert lightness_gap(*BAND_TINTS[:2]) > 8


def test_lines_have_three_to_one_on_white_and_letters_four_and_a_half():
    for colour in (*style.LINES, *(colour for _, colour in OTHER_MARKS)):
        assert style.contrast_on_white(colour) >= 3
        assert style.contrast_on_white(style.text_colour(colour)) >= 4.5
    assert style.contrast_on_white(style.MUTED) >= 4.5


def test_numbers_on_segments_can_be_read():
    for fill in style.SEGMENTS:
        light, dark = sorted((luminance(fill), luminance(style.text_on(fill))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


# Files -------------------------------------------------------------------------------------------


@every_chart
def test_svg_is_one_accessible_image_without_outside_links(name):
    axes = captioned(name)
    svg = charts.chart_svg(axes)
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == axes.alt_text
    assert "http" not in svg
    assert "<style" not in svg
    assert "A &lt;title&gt; &amp; more" in svg  # text is text, and escaped


def test_every_reference_inside_an_svg_has_its_target():
    svg = charts.chart_svg(plain("pyramid"))
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    ids = re.findall(r' id="([^"]+)"', svg)
    assert used <= set(ids)
    assert len(ids) == len(set(ids))


def test_svgs_of_two_charts_share_no_id():
    one, two = (
        set(re.findall(r' id="([^"]+)"', charts.chart_svg(CHARTS[n]()))) for n in ("fan", "slope")
    )
    assert one
    assert two
    assert not one & two


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_files_carry_the_alt_text(tmp_path, ending):
    axes = charts.plot_coverage(coverage())
    file = charts.write_chart(axes, path=tmp_path / f"chart.{ending}")
    content = file.read_bytes()
    assert len(content) > 2000
    if ending != "pdf":
        assert b"Nominal 80 %" in content


def test_png_has_print_resolution(tmp_path):
    from matplotlib import image

    file = charts.write_chart(charts.plot_coverage(coverage()), path=tmp_path / "chart.png")
    assert image.imread(file).shape[1] == 1260  # 6.3 inches at 200 dots an inch


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"\.svg, \.png, \.pdf"):
        charts.write_chart(charts.plot_coverage(coverage()), path=tmp_path / "chart.gif")
