"""Charts take results as they are: their groups, units, dates, and what of them can be drawn."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

import skillsfc as sf
from skillsfc.errors import CoverageError, TableError
from skillsfc.report.charts.from_results import HIDDEN, grouped, stage_shares
from skillsfc.report.charts.style import figure_of

EXAMPLE = sf.example(seed=1, persons=400)
PANEL = EXAMPLE.labour_force_panel
JOBLESS = {"state": "unemployment"}
ARABIC = {"stable_job": "عمل مستقر", "temporary_job": "عمل مؤقت", "F": "نساء", "M": "رجال"}
RUSSIAN = {"employed": "заняты", "unemployed": "безработные", "outside": "вне рабочей силы"}


@pytest.fixture(scope="module")
def spells():
    return EXAMPLE.spells


@pytest.fixture(scope="module")
def incidence(spells):
    return sf.estimate_cumulative_incidence(spells, **JOBLESS, group="sex")


@pytest.fixture(scope="module")
def flows():
    return sf.estimate_flows(PANEL)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def key(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def title(axes):
    return getattr(figure_of(axes)._suptitle, "get_text", str)()


def names(axes):
    return [tick.get_text() for tick in axes.get_yticklabels()]


def test_flows_of_several_dates_are_drawn_as_their_average_and_say_so(flows):
    drawn = sf.plot_flows(flows)
    assert title(drawn) == "Average of 4 pairs of dates, 1 to 5"
    assert "average of 4 pairs of dates, 1 to 5, per cent of all. Before: " in drawn.alt_text
    whole = flows.average["flow"].sum()
    stay = flows.average[flows.average["from_state"] == "employed"]["flow"].sum() / whole
    assert f"Before: employed {100 * stay:.1f}" in drawn.alt_text
    assert title(sf.plot_flows(flows, title="Mine")) == "Mine"
    assert "заняты" in " ".join(texts(sf.plot_flows(flows, labels=RUSSIAN, language="ru")))


def test_flows_of_one_pair_are_named_by_its_dates():
    one = sf.estimate_flows(PANEL[PANEL["quarter"].isin([2, 3])])
    drawn = sf.plot_flows(one)
    assert {"2", "3"} <= set(texts(drawn))
    assert title(drawn) == ""
    assert "between two dates, per cent of all. 2: " in drawn.alt_text
    assert "spring: " in sf.plot_flows(one, before="spring").alt_text


def test_flows_of_groups_or_of_all_rows_are_refused_with_a_way_out(flows):
    by_sex = PANEL.assign(sex=np.where(PANEL["person"] % 2, "F", "M"))
    found = sf.estimate_flows(by_sex, group="sex")
    with pytest.raises(TableError, match=r"flows\.average\['sex'\] == 'F'"):
        sf.plot_flows(found)
    women = found.average[found.average["sex"] == "F"]
    assert sf.plot_flows(women).alt_text.startswith("Flows between two dates, per cent")
    with pytest.raises(TableError, match="Filter 'time' to one value"):
        sf.plot_flows(flows.table)


def test_ratios_of_a_discrete_model_leave_the_baseline_out(spells):
    made = sf.fit_hazard(spells, "sex + track", kind="discrete", **JOBLESS, to="stable_job")
    assert (made.table["ratio"] == 0).any(), "periods in which nobody moves"
    drawn = sf.plot_ratios(made)
    assert names(drawn) == ["Men", "track: vocational"]
    assert drawn.get_xlabel() == "Odds ratio"
    log = sf.fit_hazard(spells, "sex", kind="discrete", link="cloglog", **JOBLESS, to="stable_job")
    assert sf.plot_ratios(log).get_xlabel() == "Hazard ratio"


def test_ratios_of_several_kinds_of_moves_stand_under_their_names(spells):
    made = sf.fit_hazard(spells, "sex", kind="discrete", link="multinomial", **JOBLESS)
    drawn = sf.plot_ratios(made, labels=ARABIC)
    kinds = list(made.table["to_state"].unique())
    assert len(names(drawn)) == 2 * len(kinds)
    assert "عمل مستقر" in names(drawn)
    bold = [t.get_text() for t in drawn.get_yticklabels() if t.get_fontweight() == "bold"]
    assert len(bold) == len(kinds)
    covariates = made.table[made.table["part"] == "covariate"]
    points = [line.get_xdata()[0] for line in drawn.lines if line.get_marker() == "o"]
    assert points == pytest.approx(covariates["ratio"].tolist())
    assert drawn.alt_text.startswith("Odds ratio against staying with its interval. apprentice")
    assert drawn.alt_text.count("Men: ") == len(kinds)


def test_ratios_of_times_have_neither_intercept_nor_scale(spells):
    made = sf.fit_hazard(spells, "sex", kind="aft", **JOBLESS, to="stable_job")
    drawn = sf.plot_ratios(made)
    assert names(drawn) == ["Men"]
    assert drawn.get_xlabel() == "Ratio of times"


def test_a_term_without_a_finite_interval_is_named_below_and_not_drawn(spells):
    made = sf.fit_hazard(spells, "sex + track", **JOBLESS, to="stable_job")
    split = made.table.assign(upper=[np.inf, made.table["upper"].iloc[1]])
    drawn = sf.plot_ratios(type(made)(split, made.settings), source="me")
    assert names(drawn) == ["track: vocational"]
    small = figure_of(drawn)._supxlabel.get_text()
    assert small == "Source: me. Not drawn, without a finite interval: Men"
    with pytest.raises(TableError, match="'upper': missing, endless"):
        sf.plot_ratios(split)
    with pytest.raises((TableError, CoverageError)):
        sf.plot_ratios(type(made)(split.head(1), made.settings))


def test_survival_knows_its_groups_and_its_unit(spells):
    curve = sf.estimate_survival(spells, **JOBLESS, group="sex", unit="quarter")
    drawn = sf.plot_survival(curve)
    assert drawn.alt_text == sf.plot_survival(curve.table, group="sex").alt_text
    assert "Quarters" in texts(drawn)
    assert len(drawn.lines) == 2
    both = sf.estimate_survival(spells, **JOBLESS, group=["sex", "track"])
    assert "Women, vocational: " in sf.plot_survival(both).alt_text
    assert sf.plot_survival(both, labels={"F": "Girls"}).alt_text.count("Girls, ") == 2


def test_a_curve_at_chosen_times_is_still_drawn_with_all_its_steps(spells):
    chosen = sf.estimate_survival(spells, **JOBLESS, times=[6.0, 12.0])
    whole = sf.estimate_survival(spells, **JOBLESS)
    given = sf.plot_survival(chosen).lines[0].get_xydata()
    assert given == pytest.approx(sf.plot_survival(whole).lines[0].get_xydata())


def test_incidence_by_sex_is_a_panel_a_sex_with_one_look_for_each_kind_of_move(incidence):
    drawn = sf.plot_incidence(incidence)
    assert [text for text in texts(drawn) if text in ("Women", "Men")] == ["Women", "Men"]
    kinds = incidence.table["to_state"].unique()
    assert key(drawn) == [kind.replace("_", " ") for kind in kinds]
    steps = [line for line in drawn.lines if line.get_drawstyle() == "steps-post"]
    assert len(steps) == 2 * len(kinds)
    looks = [(line.get_color(), str(line.get_linestyle())) for line in steps]
    dashes = [str(line._unscaled_dash_pattern) for line in steps]
    assert looks[: len(kinds)] == looks[len(kinds) :]
    assert len(set(dashes)) == len(kinds), "apart in a grey print too"
    assert drawn.alt_text == sf.plot_incidence(incidence, group="sex").alt_text
    assert " Men: apprenticeship: " in drawn.alt_text
    for row, line in zip(incidence.table.groupby(["sex", "to_state"], sort=False), steps,
                         strict=True):  # fmt: skip
        assert line.get_ydata()[-1] == pytest.approx(row[1]["probability"].iloc[-1])


def test_panels_keep_one_scale_and_the_end_asked_for(incidence):
    drawn = sf.plot_incidence(incidence, until=12, bands=False, labels=ARABIC)
    starts = [line.get_xdata()[0] for line in drawn.lines if len(line.get_xdata()) == 2]
    assert starts == pytest.approx([0, 12 * 1.22])
    top = drawn.get_ylim()[1]
    highest = incidence.table.loc[incidence.table["time"] <= 12, "probability"].max()
    assert top == pytest.approx(np.ceil(10 * highest) / 10)
    assert "نساء" in texts(drawn)
    assert "عمل مستقر" in key(drawn)
    assert len([c for c in drawn.collections if isinstance(c, PolyCollection)]) == 0


def test_incidence_of_one_kind_of_move_is_a_curve_a_group(spells):
    one = sf.estimate_cumulative_incidence(spells, **JOBLESS, to="stable_job", group="sex")
    drawn = sf.plot_incidence(one)
    assert len(drawn.lines) == 2
    assert drawn.alt_text.startswith("Curves of per cent over time. Women: ")
    alone = sf.estimate_cumulative_incidence(spells, **JOBLESS)
    assert "stable job: " in sf.plot_incidence(alone).alt_text


def test_too_many_panels_are_refused(incidence):
    rows = pd.concat([incidence.table.assign(region=str(r)) for r in range(5)])
    with pytest.raises(TableError, match="5 different values; expected 4 at most"):
        sf.plot_incidence(rows[rows["sex"] == "F"], group="region")
    with pytest.raises(TableError, match="several"):
        sf.plot_incidence(rows, group="sex")


def test_areas_know_their_groups(spells):
    made = sf.estimate_state_probabilities(spells, group="sex", times=[0, 12, 24])
    drawn = sf.plot_state_areas(made, language="ar", labels=ARABIC)
    assert {"نساء", "رجال"} <= set(texts(drawn))
    assert "عمل مستقر" in key(drawn)
    assert "apprenticeship" in key(drawn)
    assert sf.plot_state_areas(made).alt_text == (
        sf.plot_state_areas(made.table, group="sex").alt_text
    )


def test_sequences_are_summarised_before_they_are_drawn():
    mvad = sf.load_microdata("mvad")
    paths = sf.read_sequences(mvad)
    drawn = sf.plot_trajectories(paths)
    lines = sf.summarise_trajectories(paths)
    assert lines.table["persons"].min() >= 10
    assert drawn.alt_text == sf.plot_trajectories(lines).alt_text
    (picture,) = drawn.images
    assert len(picture.get_array()) == lines.table["line"].nunique()
    by_sex = sf.plot_trajectories(paths, group="sex")
    assert by_sex.alt_text == (
        sf.plot_trajectories(sf.summarise_trajectories(paths, group="sex")).alt_text
    )
    few = sf.read_sequences(mvad.head(9))
    with pytest.raises(CoverageError, match="no group has 10 persons"):
        sf.plot_trajectories(few)


def test_stages_are_bars_by_sex_from_the_result_itself():
    stages = sf.classify_stages(sf.example(seed=1, persons=1200).labour_force_survey)
    made = sf.estimate_stage_shares(stages, by="sex")
    drawn = sf.plot_shares(made)
    assert names(drawn) == ["Women", "Men"]
    assert key(drawn)[:3] == ["Transited", "In transition", "Transition not yet started"]
    told = made.table[(made.table["kind"] == "stage") & (made.table["sex"] == "F")]
    widths = [bar[0].get_width() for bar in drawn.containers]
    assert widths == pytest.approx(told["share"].tolist()[: len(widths)])
    assert sum(widths) == pytest.approx(1.0)
    assert names(sf.plot_shares(sf.estimate_stage_shares(stages))) == ["all"]
    both = sf.estimate_stage_shares(stages, by=["sex", "area"])
    assert "Women, Urban" in names(sf.plot_shares(both))
    with pytest.raises(TableError, match="several"):
        sf.plot_shares(both, by="sex")
    own = sf.plot_shares(made, labels={"transited": "Пришли", "F": "Женщины"}, language="ru")
    assert key(own)[0] == "Пришли"
    assert names(own)[0] == "Женщины"


def test_stages_withheld_are_one_part_that_tells_no_more():
    few = EXAMPLE.labour_force_survey.head(150)
    made = sf.estimate_stage_shares(sf.classify_stages(few), by="area")
    stages = made.table[made.table["kind"] == "stage"]
    assert (stages["reliability"] == "w").any()
    rows, bar, _ = stage_shares(made)
    assert bar == "area"
    assert rows.groupby("area")["share"].sum().tolist() == pytest.approx([1.0] * 2)
    hidden = rows[rows["stage"] == HIDDEN]
    assert len(hidden) >= 1
    shown = set(rows.loc[rows["area"].isin(hidden["area"]), "stage"])
    assert len(set(stages["stage"]) - shown) >= 2
    drawn = sf.plot_shares(made)
    assert "withheld" in key(drawn)
    thin = set(stages.loc[stages["reliability"] == "w", "share"].round(3)) - {0.0}
    written = {float(text) / 100 for text in texts(drawn)}
    assert not thin & written


def test_shares_of_a_plain_table_need_their_columns():
    with pytest.raises(TableError, match=r"category: none.*\n.*by: none"):
        sf.plot_shares(pd.DataFrame({"share": [1.0]}))


def test_a_table_has_the_groups_that_the_caller_names():
    rows = pd.DataFrame({"sex": ["F"], "time": [1.0]})
    assert grouped(rows, None)[1] is None
    assert grouped(rows, "sex")[1] == "sex"
