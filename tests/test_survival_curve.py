"""Kaplan-Meier, Nelson-Aalen, log-rank: R's numbers, brute force, identities, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survival_cases import expected, lung, made_up, mgus2

import skillsfc as sf
from skillsfc.errors import ParameterError
from skillsfc.transitions.survival.product_limit import product_limit

SEEDS = st.integers(0, 10_000)


def compare_at(case, made):
    """Compare a curve with every value of an oracle case named column@time."""
    values = expected(case)
    parts = values["name"].str.split("@", expand=True)
    times = parts[1].astype(float)
    table = made.at(times.unique()).set_index("time")
    for row, column, time in zip(values.itertuples(), parts[0], times, strict=True):
        found = table.loc[time, column]
        assert found == pytest.approx(row.value, abs=row.tolerance, rel=row.tolerance), row.name


@pytest.mark.parametrize("interval", ["log", "log-log", "plain", "logit"])
def test_lung_equals_survfit_with_each_kind_of_limits(interval):
    compare_at(f"lung_{interval}", sf.estimate_survival(lung(), interval=interval, unit="day"))


def test_nelson_aalen_equals_survfit():
    compare_at("lung_nelson_aalen", sf.estimate_survival(lung(), estimator="nelson_aalen"))


def test_published_values_of_lung():
    made = sf.estimate_survival(lung())
    values = expected("published_lung").set_index("name")["value"]
    median = made.median.iloc[0]
    assert [median["time"], median["lower"], median["upper"]] == [
        values["median"], values["median_lower"], values["median_upper"]
    ]  # fmt: skip
    at = made.at([180, 365])["probability"].round(4).tolist()
    assert at == [values["probability@180"], values["probability@365"]]


def test_quantiles_equal_survfit():
    made = sf.estimate_survival(lung()).quantiles([0.25, 0.5, 0.75]).set_index("share")
    for row in expected("lung_quantiles").itertuples():
        column, share = row.name.split("@")
        assert made.loc[int(share) / 100, column] == row.value


def test_restricted_mean_equals_survfit():
    made = sf.estimate_survival(lung()).restricted_mean(365).iloc[0]
    for row in expected("lung_restricted_mean").itertuples():
        assert made[row.name] == pytest.approx(row.value, rel=1e-9)


@pytest.mark.parametrize(
    ("case", "arguments"),
    [
        ("mgus2_weights", {"weight": "w"}),
        ("mgus2_clusters", {"weight": "w", "cluster": "hospital"}),
        ("mgus2_counts", {"weight": "count", "errors": "greenwood"}),
    ],
)
def test_weights_and_clusters_equal_survfit(case, arguments):
    compare_at(case, sf.estimate_survival(mgus2(by_death=True), **arguments))


@pytest.mark.parametrize(
    ("case", "arguments"),
    [("mgus2_late", {}), ("mgus2_late_clusters", {"weight": "w", "cluster": "hospital"})],
)
def test_delayed_entry_equals_survfit(case, arguments):
    people = mgus2(by_death=True).query("futime > 0")
    born = people["age"] * 12
    people = people.assign(entry=born, end=born + people["futime"])
    made = sf.estimate_survival(people, **arguments)
    compare_at(case, made)
    assert any("come under observation after time 0" in note for note in made.notes)


@pytest.mark.parametrize(
    ("case", "group", "arguments"),
    [
        ("lung_log_rank", "sex", {}),
        ("lung_peto", "sex", {"rho": 1}),
        ("lung_stratified", "sex", {"strata": "ph.ecog"}),
        ("lung_four_groups", "ph.ecog", {}),
    ],
)
def test_log_rank_equals_survdiff(case, group, arguments):
    people = lung().dropna(subset=["ph.ecog"]) if "ecog" in f"{group}{arguments}" else lung()
    made = sf.estimate_survival(people, group=group).compare(**arguments)
    values = expected(case).set_index("name")["value"]
    assert made.table["statistic"].iloc[0] == pytest.approx(values["statistic"], rel=1e-9)
    assert made.observed["expected"].iloc[0] == pytest.approx(values["expected_1"], rel=1e-9)
    assert made.observed["events"].sum() == pytest.approx(made.observed["expected"].sum())


def angina(**columns):
    """Return Lee's life table of men with angina: a row for each year and kind of end."""
    died = [456, 226, 152, 171, 135, 125, 83, 74, 51, 42, 43, 34, 18, 9, 6, 0]
    lost = [0, 39, 22, 23, 24, 107, 133, 102, 68, 64, 45, 53, 33, 27, 23, 30]
    table = pd.DataFrame({
        "start": 0, "end": np.repeat(np.arange(1, 17), 2), "event": [True, False] * 16,
        "men": np.stack([died, lost], axis=1).ravel(),
    })  # fmt: skip
    return table[table["men"] > 0].assign(**columns)


def test_a_life_table_equals_the_printed_one():
    table = angina()
    arguments = {"estimator": "life_table", "errors": "greenwood"}
    made = sf.estimate_survival(table, weight="men", **arguments)
    compare_at("angina_life_table", made)
    one_by_one = table.loc[table.index.repeat(table["men"])]
    rows = sf.estimate_survival(one_by_one, **arguments).table
    columns = ["probability", "standard_error", "hazard", "cumulative_hazard"]
    assert rows[columns].to_numpy() == pytest.approx(made.table[columns].to_numpy(), nan_ok=True)
    assert rows["at_risk"].tolist()[:2] == [2418, 1962]
    without = sf.estimate_survival(one_by_one[one_by_one["event"]], **arguments).table
    plain = sf.estimate_survival(one_by_one[one_by_one["event"]]).table
    assert without["probability"].tolist() == pytest.approx(plain["probability"].tolist())


def test_robust_errors_of_a_life_table_are_its_numerical_derivative():
    rng = np.random.default_rng(4)
    entry, end = np.zeros(40), rng.integers(1, 5, 40).astype(float)
    entry[::4] = np.maximum(end[::4] - 2, 0)
    event, weight, cluster = rng.random(40) < 0.5, rng.uniform(0.5, 2, 40), np.arange(40) // 2
    made = product_limit(entry, end, event, weight, cluster, estimator="life_table")

    def moved(own, by):
        other = weight * np.where(cluster == own, 1 + by, 1)
        return product_limit(entry, end, event, other, cluster, estimator="life_table").survival

    change = [(moved(own, 1e-5) - moved(own, -1e-5)) / 2e-5 for own in range(20)]
    assert made.survival_error == pytest.approx(np.sqrt(np.square(change).sum(axis=0)), rel=1e-6)


def test_a_life_table_needs_whole_periods():
    with pytest.raises(ParameterError, match="'life_table' with 1 spells that enter or end within"):
        sf.estimate_survival(
            pd.DataFrame({"start": 0, "end": [1, 2.5], "event": True}), estimator="life_table"
        )


def brute_force(spells, times):
    """Return the curve by one loop over times and rows: entry < t <= end."""
    start = spells["start"]
    entry, end = spells["entry"] - start, spells["end"] - start
    moved, weight = spells["to_state"] != "", spells["weight"]
    curve, value = [], 1.0
    for time in times:
        risk = weight[(entry < time) & (end >= time)].sum()
        gone = weight[(end == time) & moved].sum()
        value *= 1 - gone / risk
        curve.append(value)
    return np.array(curve)


@given(SEEDS)
def test_equals_a_loop_over_times_and_rows(seed):
    spells = made_up(seed)
    made = sf.estimate_survival(spells).table
    assert np.allclose(made["probability"], brute_force(spells, made["time"]), atol=1e-12)


@settings(max_examples=8)
@given(SEEDS)
def test_robust_error_is_the_numerical_derivative_by_cluster(seed):
    spells = made_up(seed, 30)
    made = sf.estimate_survival(spells).table
    start, moved = spells["start"].to_numpy(), (spells["to_state"] != "").to_numpy()
    entry, end = (spells[name].to_numpy(float) - start for name in ("entry", "end"))
    weight = spells["weight"].to_numpy()

    def curve(weights):
        return product_limit(entry, end, moved, weights).survival

    variance, step = 0.0, 1e-6
    for person in spells["person"].unique():
        own = np.where(spells["person"] == person, step, 0.0)
        slope = curve(weight * (1 + own)) - curve(weight * (1 - own))
        variance = variance + (slope / (2 * step)) ** 2
    assert np.allclose(made["standard_error"], np.sqrt(variance), atol=1e-6)


@given(SEEDS, st.floats(0.01, 100))
def test_scale_of_weights_order_and_names_change_nothing(seed, factor):
    spells = made_up(seed)
    columns = ["time", "at_risk", "events", "probability", "standard_error", "lower"]
    made = sf.estimate_survival(spells).table[columns]
    other = spells.assign(
        weight=spells["weight"] * factor, person=1000 - spells["person"], start=spells["start"]
    ).sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(made, sf.estimate_survival(other).table[columns], rtol=1e-8)


@given(SEEDS)
def test_weight_two_is_the_row_twice(seed):
    spells = made_up(seed).assign(weight=1.0).reset_index(drop=True)
    twice = pd.concat([spells, spells.iloc[::3]])
    heavy = spells.assign(weight=np.where(spells.index % 3 == 0, 2.0, 1.0))
    one, other = (sf.estimate_survival(table).table for table in (twice, heavy))
    assert np.allclose(one["probability"], other["probability"])
    assert np.allclose(one["standard_error"], other["standard_error"])


@given(SEEDS)
def test_without_censoring_it_is_the_empirical_distribution(seed):
    end = np.random.default_rng(seed).integers(1, 10, 50)
    made = sf.estimate_survival(pd.DataFrame({"start": 0, "end": end, "event": 1})).table
    share = np.array([(end > time).mean() for time in made["time"]])
    assert np.allclose(made["probability"], share)
    inside = share > 0
    binomial = np.sqrt(share * (1 - share) / 50)
    assert np.allclose(made["standard_error"][inside], binomial[inside])


def test_without_censoring_the_jackknife_is_the_binomial_error_too():
    end = np.random.default_rng(1).integers(1, 10, 50)
    made = sf.estimate_survival(
        pd.DataFrame({"start": 0, "end": end, "event": 1}), errors="robust"
    ).table
    share = made["probability"]
    assert np.allclose(made["standard_error"], np.sqrt(share * (1 - share) / 50))
    assert np.isnan(made["lower"].iloc[-1])


def test_fractions_of_time_tie_as_on_paper():
    spells = pd.DataFrame({"start": [0.1, 0.0, 0.2], "end": [0.3, 0.2, 0.4], "event": [1, 1, 0]})
    made = sf.estimate_survival(spells).table
    assert made["time"].tolist() == [0.2]
    assert made["events"].tolist() == [2]


def test_whole_and_fractional_times_give_the_same_curve():
    whole = made_up(3)
    half = whole.assign(**{name: whole[name] * 0.37 for name in ("start", "end", "entry")})
    one, other = sf.estimate_survival(whole).table, sf.estimate_survival(half).table
    assert np.allclose(one["probability"], other["probability"])
    assert np.allclose(one["standard_error"], other["standard_error"])


def test_clocks_differ_where_spells_start_late():
    spells = pd.DataFrame({"start": [0, 4], "end": [3, 9], "event": [1, 1]})
    assert sf.estimate_survival(spells).table["time"].tolist() == [3.0, 5.0]
    study = sf.estimate_survival(spells, clock="study")
    assert study.table["time"].tolist() == [3.0, 9.0]
    assert study.table["at_risk"].tolist() == [1, 1]
    assert any("the curve is 0 from there" in note for note in study.notes)


def test_at_gives_values_between_before_and_beyond_the_times():
    spells = pd.DataFrame({"start": 0, "end": [2, 3, 5, 8], "event": [1, 0, 1, 0]})
    made = sf.estimate_survival(spells).at([1, 2, 4, 9])
    assert made["probability"].tolist()[:3] == [1.0, 0.75, 0.75]
    assert np.isnan(made["probability"].iloc[3])
    assert made["note"].tolist() == ["", "", "", "beyond the last time seen"]
    assert made["at_risk"].tolist() == [4, 4, 2, 0]
    assert made["events"].tolist() == [0, 1, 0, 1]
    assert made["censored"].tolist() == [0, 0, 1, 1]


def test_after_everybody_moved_the_curve_stays_at_zero():
    spells = pd.DataFrame({"start": 0, "end": [2, 3], "event": [1, 1]})
    assert sf.estimate_survival(spells).at(10)["probability"].tolist() == [0.0]


def test_times_choose_the_rows_of_the_table_and_leave_the_curve():
    spells = made_up(1)
    made = sf.estimate_survival(spells, times=[2, 6])
    assert made.table["time"].tolist() == [2.0, 6.0]
    whole = sf.estimate_survival(spells)
    pd.testing.assert_frame_equal(made.median, whole.median)
    pd.testing.assert_frame_equal(made.table, whole.at([6, 2, 2]))


def test_groups_are_curves_of_their_own():
    spells = made_up(5)
    both = sf.estimate_survival(spells, group="g")
    for name in ("u", "v"):
        alone = sf.estimate_survival(spells[spells["g"] == name]).table
        part = both.table[both.table["g"] == name].drop(columns="g").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone)
    assert both.diagnostics["spells"].sum() == len(spells)


def test_a_missing_group_is_a_group():
    spells = made_up(5)
    spells.loc[:4, "g"] = None
    made = sf.estimate_survival(spells, group="g")
    assert set(made.table["g"]) == {"not stated", "u", "v"}
    assert any("5 spells without g" in note for note in made.notes)


def test_moves_that_do_not_count_are_censored_and_said():
    spells = made_up(6)
    made = sf.estimate_survival(spells, to="A")
    by_hand = spells.assign(to_state=spells["to_state"].where(spells["to_state"] == "A", ""))
    other = sf.estimate_survival(by_hand)
    pd.testing.assert_frame_equal(made.table, other.table)
    assert any("taken as censored" in note for note in made.notes)


def test_clustered_log_rank_equals_the_classic_one_about_in_independent_rows():
    rng = np.random.default_rng(4)
    spells = pd.DataFrame({"start": 0, "end": rng.integers(1, 40, 4000), "event": 1,
                           "g": rng.choice(["a", "b"], 4000)})  # fmt: skip
    classic = sf.estimate_survival(spells, group="g").compare().table["statistic"].iloc[0]
    robust = sf.estimate_survival(spells, group="g", errors="robust").compare()
    assert robust.settings.variance == "clustered"
    assert robust.table["statistic"].iloc[0] == pytest.approx(classic, rel=0.05)


def test_intervals_cover_the_truth_in_19_of_20_samples():
    """Late entry, censoring, weights and two spells of a person that are alike."""
    rng, hits, rounds = np.random.default_rng(7), 0, 300
    for _ in range(rounds):
        end = np.repeat(rng.geometric(0.1, 150), 2)
        limit = rng.integers(3, 30, 300)
        event, seen = end <= limit, np.minimum(end, limit)
        entry = np.where(rng.random(300) < 0.3, rng.integers(0, 4, 300), 0)
        kept = entry < seen
        made = product_limit(
            entry[kept].astype(float), seen[kept].astype(float), event[kept],
            rng.uniform(0.5, 1.5, 300)[kept], np.repeat(np.arange(150), 2)[kept],
        )  # fmt: skip
        place = np.searchsorted(made.counts.times, 8, side="right") - 1
        z = (np.log(made.survival[place]) - 8 * np.log(0.9)) / (
            made.survival_error[place] / made.survival[place]
        )
        hits += abs(z) < 1.96
    assert abs(hits / rounds - 0.95) < 4 * np.sqrt(0.95 * 0.05 / rounds)


def test_examplia_leaves_unemployment_as_its_truth_says():
    example = sf.example(seed=1)
    rates = example.truth["spells"]["transition_rate"]["value"]
    chosen = example.spells[example.spells["track"] == "general"]
    made = sf.estimate_survival(chosen, state="unemployment", group="sex", times=[6, 12])
    for row in made.table.itertuples():
        truth = (1 - sum(rates[row.sex]["unemployment"].values())) ** row.time
        assert abs(row.probability - truth) < 4 * row.standard_error


def test_row_21_to_24_weights_that_cannot_be_meant():
    spells = made_up(1)
    for bad, text in ((np.nan, "missing"), (-1.0, "negative")):
        with pytest.raises(sf.TableError, match=text):
            sf.estimate_survival(spells.assign(weight=[bad, *spells["weight"][1:]]))
    with pytest.raises(sf.TableError, match="all zero"):
        sf.estimate_survival(spells.assign(weight=0))


def test_row_22_rows_of_weight_zero_are_in_no_count():
    spells = made_up(2)
    zero = pd.concat([spells, spells.head(7).assign(weight=0.0, end=lambda t: t["end"] + 50)])
    one, other = sf.estimate_survival(spells), sf.estimate_survival(zero)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert any("7 rows of weight 0 are left out" in note for note in other.notes)


def test_row_25_one_giant_weight_is_noted():
    spells = made_up(2, 100)
    spells.loc[0, "weight"] = 1000.0
    assert any("design effect" in note for note in sf.estimate_survival(spells).notes)


def test_row_27_and_29_end_before_or_at_start():
    spells = made_up(1)
    for end, text in ((-1, "before 'start'"), (0, "equal to 'start'")):
        bad = spells.assign(end=[spells["start"][0] + end, *spells["end"][1:]])
        with pytest.raises(sf.TableError, match=text):
            sf.estimate_survival(bad)


def test_row_30_event_codes_one_and_two():
    with pytest.raises(sf.TableError, match="'2'"):
        sf.estimate_survival(pd.DataFrame({"start": 0, "end": [1, 2], "event": [1, 2]}))


def test_row_31_nobody_moves_is_not_reached():
    made = sf.estimate_survival(pd.DataFrame({"start": 0, "end": [4, 9], "event": 0}))
    assert made.median["note"].tolist() == ["not reached"]
    assert made.median["time"].isna().all()
    assert made.table["probability"].tolist() == [1.0, 1.0]
    assert made.restricted_mean(9)[["mean", "lower", "upper"]].values.tolist() == [[9.0] * 3]
    assert any("Nobody was seen to move" in note for note in made.notes)


def test_row_32_entry_after_the_end():
    spells = pd.DataFrame({"start": 0, "end": [4, 9], "entry": [4, 0], "event": 1})
    with pytest.raises(sf.TableError, match="'entry'"):
        sf.estimate_survival(spells)


def test_row_35_few_at_risk_are_marked():
    end = np.arange(1, 51)
    made = sf.estimate_survival(pd.DataFrame({"start": 0, "end": end, "event": 1}))
    marked = made.table.set_index("time")["reliability"]
    assert marked[21.0] == ""
    assert marked[22.0] == "u"
    assert any("Fewer than 30 at risk from time 22" in note for note in made.notes)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"group": "gg"}, "Did you mean 'g'"),
        ({"weight": "wieght"}, "Did you mean 'weight'"),
        ({"cluster": "persn"}, "Did you mean 'person'"),
        ({"to": "D"}, "no move to 'D'"),
        ({"clock": "studdy"}, "Did you mean 'study'"),
        ({"interval": "logg"}, "Did you mean 'log'"),
        ({"estimator": "kaplan"}, "estimator"),
        ({"errors": "robus"}, "Did you mean 'robust'"),
        ({"level": 95}, "between 0 and 1"),
        ({"level": "high"}, "between 0 and 1"),
        ({"times": [-1]}, "numbers of 0 or more"),
        ({"times": "soon"}, "numbers of 0 or more"),
    ],
)
def test_wrong_arguments_are_named(arguments, text):
    with pytest.raises(sf.SkillsfcError, match=text):
        sf.estimate_survival(made_up(1), **arguments)


def test_unknown_states_and_several_states_are_named():
    spells = made_up(1).assign(state=lambda t: np.where(t["x"] > 0, "work", "school"))
    with pytest.raises(sf.ParameterError, match="Did you mean 'school'"):
        sf.estimate_survival(spells, state="scool")
    with pytest.raises(sf.ParameterError, match="group='state'"):
        sf.estimate_survival(spells)
    assert set(sf.estimate_survival(spells, group="state").table["state"]) == {"school", "work"}


def test_comparisons_refuse_what_they_cannot_do():
    spells = made_up(1)
    with pytest.raises(sf.ParameterError, match="two or more"):
        sf.estimate_survival(spells).compare()
    grouped = sf.estimate_survival(spells, group="g")
    with pytest.raises(sf.ParameterError, match="no column 'y'"):
        grouped.compare(strata="y")
    with pytest.raises(sf.ParameterError, match="rho"):
        grouped.compare(rho=np.nan)
    with pytest.raises(sf.CoverageError, match="none was seen"):
        sf.estimate_survival(spells.assign(to_state=""), group="g").compare()
    with pytest.raises(sf.ParameterError, match="shares"):
        grouped.quantiles([50])


def test_result_shows_its_settings_and_input():
    made = sf.estimate_survival(made_up(1), unit="week")
    assert made.settings.errors == "robust"
    assert len(made.provenance["inputs"]["spells"]) == 64
    assert "estimator = kaplan_meier" in made.summary()
    assert made.median["unit"].tolist() == ["week"]


def test_limits_of_a_mean_time_stay_within_the_horizon():
    few = pd.DataFrame({"start": 0, "end": [3, 5, 30], "event": [1, 0, 1]})
    row = sf.estimate_survival(few).restricted_mean(24).iloc[0]
    assert 0 < row["lower"] < row["mean"] < row["upper"] < 24
