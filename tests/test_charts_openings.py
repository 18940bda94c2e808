"""Charts of openings: the numbers drawn, their order, what is refused."""

import numpy as np
import pandas as pd
import pytest

import skillsfc as sf
from skillsfc.report.charts import alt_openings, alt_yearly_openings
from skillsfc.report.charts.words import names_of_codes


def openings(**columns):
    rows = {
        "occupation": ["2", "6", "9"], "first_year": 2025, "year": 2035, "level": 0.8,
        "expansion": [400.0, -300.0, 0.0], "replacement": [300.0, 500.0, 100.0],
        "openings": [700.0, 200.0, 100.0], "lower": [300.0, -50.0, 20.0],
        "upper": [1200.0, 500.0, 160.0],
    }  # fmt: skip
    return pd.DataFrame(rows | columns)


def bars(axes):
    """Return left and right end of every bar, replacement first, then growth."""
    return [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches]


def test_bars_run_from_zero_and_growth_starts_where_replacement_ends():
    axes = sf.plot_openings(openings(), group="occupation")
    drawn = bars(axes)
    assert drawn[:3] == [(0, 30.0), (0, 50.0), (0, 10.0)]
    assert drawn[3] == (30.0, 70.0)
    assert drawn[4] == (0.0, -30.0)  # a loss goes left of zero and hides nothing


def test_the_order_is_that_of_openings_and_the_dots_are_the_openings():
    table = openings().sample(frac=1, random_state=3)
    axes = sf.plot_openings(table, group="occupation")
    names = [tick.get_text().split("\n")[0] for tick in axes.get_yticklabels()]
    assert names[0] == "Professionals"
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    assert dots.get_xdata().tolist() == [70.0, 20.0, 10.0]


def test_the_period_can_be_drawn_whole():
    axes = sf.plot_openings(openings(), group="occupation", per_year=False)
    assert axes.get_xlabel() == "Persons"
    assert bars(axes)[0] == (0, 300.0)


def test_every_number_is_in_the_alternative_text():
    text = alt_openings(openings(), group="occupation")
    assert "Professionals: 70 openings, 40 from growth and 30 from replacement" in text
    assert "20 openings, −30 from growth and 50 from replacement, between −5 and 50." in text


def test_a_table_without_intervals_is_drawn_without_them():
    table = openings().drop(columns=["level", "lower", "upper"])
    axes = sf.plot_openings(table, group="occupation")
    assert len(axes.collections) == 0
    assert "between" not in axes.alt_text


def test_only_the_level_asked_for_is_drawn():
    both = pd.concat([openings(), openings(level=0.95, upper=5000.0)])
    axes = sf.plot_openings(both, group="occupation", level=0.8)
    assert "between 30 and 120" in axes.alt_text
    with pytest.raises(sf.TableError, match="no rows of level"):
        sf.plot_openings(both, group="occupation", level=0.5)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda t: t.drop(columns="openings"), sf.TableError),
        (lambda t: pd.concat([t, t]), sf.TableError),
        (lambda t: t.iloc[:0].drop(columns="level"), sf.CoverageError),
        (lambda t: t.assign(openings="many"), sf.TableError),
        (lambda t: [1, 2], sf.TableError),
    ],
)
def test_tables_that_cannot_be_drawn_are_named(change, error):
    with pytest.raises(error):
        sf.plot_openings(change(openings()), group="occupation")


def test_french_words_and_labels_reach_the_picture():
    axes = sf.plot_openings(openings(), group="occupation", language="fr", labels={"2": "Cadres"})
    told = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "Départs à remplacer" in told
    assert axes.get_yticklabels()[0].get_text() == "Cadres"


def fan():
    return pd.DataFrame(
        {"year": [2026, 2026, 2027, 2027], "level": [0.8, 0.95] * 2,
         "persons": [40e3, 40e3, 45e3, 45e3], "lower": [10e3, -5e3, 8e3, -9e3],
         "upper": [70e3, 90e3, 80e3, 95e3]}
    )  # fmt: skip


def test_a_fan_of_openings_may_go_below_zero_and_needs_no_history():
    axes = sf.plot_yearly_openings(fan())
    assert axes.get_ylim()[0] < 0
    assert "Thousand persons per year" in axes.get_ylabel()
    text = alt_yearly_openings(fan())
    assert "2026: 40.0 (80 % interval 10.0 to 70.0, 95 % interval −5.0 to 90.0)." in text
    assert "2027: 45.0" in text


def test_a_fan_of_several_groups_is_refused():
    both = pd.concat([fan().assign(sector="A"), fan().assign(sector="C")])
    with pytest.raises(sf.TableError, match="Filter 'sector'"):
        sf.plot_yearly_openings(both)


def test_letters_of_the_sexes_are_sectors_where_sectors_are_named():
    assert names_of_codes(["F", "M"], "sector")["F"] == "Construction"
    assert names_of_codes(["F", "M"], "sex") == {"F": "Women", "M": "Men"}
    assert names_of_codes(["F"], "sector", labels={"F": "Building"}) == {"F": "Building"}


def test_long_labels_of_bars_are_wrapped():
    shares = pd.DataFrame({"part": ["a", "b"], "sector": "G", "share": [0.4, 0.6]})
    axes = sf.plot_shares(shares, category="part", by="sector")
    lines = axes.get_yticklabels()[0].get_text().split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 40
    assert np.isfinite(axes.get_xlim()).all()
