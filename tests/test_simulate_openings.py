"""Openings simulated through the chain: identities, bands, and a split that adds up."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.forecast.simulation.attribution import split_variance
from skillsfc.forecast.simulation.chain import SOURCES
from skillsfc.forecast.simulation.paths import read_totals

FLAGS = {"unit": "persons", "status": "projected", "source": "made up"}
YEARS = np.arange(2025, 2031)


def totals(sectors=("C", "F"), persons=(1000.0, 400.0), growth=0.02, width=0.05):
    """Return a forecast whose log band grows with the years, base year seen without error."""
    rows = [
        {"sector": s, "year": int(y), "level": level, "persons": n * np.exp(growth * k),
         "lower": n * np.exp(growth * k - z * width * k),
         "upper": n * np.exp(growth * k + z * width * k), **FLAGS}
        for s, n in zip(sectors, persons, strict=True)
        for k, y in enumerate(YEARS)
        for level, z in ((0.8, 1.2816), (0.95, 1.96))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def rates(rate=0.03, error=0.006, **keys):
    return pd.DataFrame({**keys, "annual_rate": rate, "rate_error": error}, index=None
                        if keys else [0])  # fmt: skip


class Split:
    """A share forecast of two occupations in every sector, with a stated error."""

    by_labels = ("2", "7")
    years = YEARS[1:]
    within_labels = (("C",), ("F",))
    settings = SimpleNamespace(within=("sector",), by="occupation")

    def __init__(self, first=(0.3, 0.6), drift=0.01, noise=0.02):
        self.share = {s: first[k] + drift * np.arange(6) for k, s in enumerate(("C", "F"))}
        self.noise = noise
        rows = [
            {"sector": s, "occupation": o, "year": int(y),
             "share": self.share[s][k] if o == "2" else 1 - self.share[s][k]}
            for s in ("C", "F") for o in self.by_labels for k, y in enumerate(YEARS)
        ]  # fmt: skip
        frame = pd.DataFrame(rows)
        self.history = frame[frame["year"] == YEARS[0]]
        self.table = frame[frame["year"] > YEARS[0]].assign(level=0.8)

    @property
    def centre(self):
        first = np.stack([self.share["C"][1:], self.share["F"][1:]], axis=1)
        return np.stack([first, 1 - first], axis=-1)

    def simulate(self, draws, rng, parts=("trend", "sampling")):
        size = self.noise * len(parts) ** 0.5
        first = np.stack([self.share["C"][1:], self.share["F"][1:]], axis=1)
        moved = np.clip(first + size * rng.standard_normal((draws, 1, 2)), 0.01, 0.99)
        return np.stack([moved, 1 - moved], axis=-1)


def run(by=(), shares=(), **more):
    return sf.simulate_openings(totals(), more.pop("rates", rates()), shares=shares, by=by,
                                draws=more.pop("draws", 400), **more)  # fmt: skip


def test_expansion_and_replacement_are_the_openings_for_every_group():
    for by in ((), "sector", ("sector", "occupation"), "occupation"):
        made = run(by, shares=Split())
        t = made.table
        assert np.allclose(t["expansion"] + t["replacement"], t["openings"], rtol=1e-12)
        assert np.allclose(t["employment_end"] - t["employment_start"], t["expansion"])
        assert np.allclose(t["openings_per_year"] * 5, t["openings"])


def test_openings_by_hand():
    made = run(rates=rates(0.1, 0.0), levels=(0.8,)).table.iloc[0]
    path = 1400.0 * np.exp(0.02 * np.arange(6))
    leavers = 0.1 * (path[1:] + path[:-1]).sum() / 2
    assert made["openings"] == pytest.approx(path[-1] - path[0] + leavers)
    assert made["replacement"] == pytest.approx(leavers)


def test_groups_add_up_to_the_total():
    whole = run((), shares=Split()).table
    parts = run(("sector", "occupation"), shares=Split()).table
    for column in ("employment_start", "employment_end", "replacement", "openings"):
        assert parts.groupby("level")[column].sum().tolist() == pytest.approx(
            whole[column].tolist()
        )


def test_the_stated_bands_come_out_of_the_draws():
    made = run("sector", draws=20_000, sources=("totals",))
    given_ = totals()
    joined = made.employment.merge(given_, on=["sector", "year", "level"], suffixes=("", "_stated"))
    late = joined[joined["year"] > YEARS[0]]
    for end in ("lower", "upper"):
        assert np.abs(np.log(late[end] / late[f"{end}_stated"])).max() < 0.03


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    one, two, other = run(seed=3), run(seed=3), run(seed=4)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert not np.allclose(one.table["lower"], other.table["lower"])
    assert np.allclose(one.table["openings"], other.table["openings"])  # no value depends on luck


def test_the_parts_of_the_variance_add_up_to_one():
    made = run("occupation", shares=Split())
    sums = made.uncertainty.groupby("occupation")["share"].sum()
    assert np.allclose(sums, 1.0)
    assert set(made.uncertainty["component"]) == set(SOURCES)


def test_what_is_held_still_adds_nothing_and_is_said():
    quiet = run(shares=Split(), sources=())
    assert np.allclose(quiet.table["lower"], quiet.table["openings"])
    assert "Held still" in " ".join(quiet.notes)
    only = run(shares=Split(), sources=("exits",)).uncertainty
    assert only["component"].tolist() == ["exits"]
    assert only["share"].tolist() == pytest.approx([1.0])


def test_more_sources_never_give_a_narrower_interval_here():
    few = run("occupation", shares=Split(), sources=("exits",), draws=4000)
    many = run("occupation", shares=Split(), draws=4000)
    width = [(made.table["upper"] - made.table["lower"]).to_numpy() for made in (few, many)]
    assert (width[1] > width[0]).all()


def test_correlation_widens_the_sum_and_leaves_the_parts():
    apart, together = (run(correlation=c, draws=8000, sources=("totals",)) for c in (0.0, 1.0))
    span = [(m.table["upper"] - m.table["lower"]).iloc[0] for m in (apart, together)]
    assert span[1] > 1.15 * span[0]
    parts = [run("sector", correlation=c, draws=8000, sources=("totals",)) for c in (0.0, 1.0)]
    widths = [(m.table["upper"] - m.table["lower"]).to_numpy() for m in parts]
    assert np.allclose(widths[0], widths[1], rtol=0.08)


def test_rates_by_the_keys_of_the_cells_reach_their_cells():
    own = rates([0.02, 0.08], 0.0, occupation=["2", "7"])
    made = run("occupation", shares=Split(), rates=own, levels=(0.8,)).table.set_index("occupation")
    mean = (made["employment_start"] + made["employment_end"]) / 2 * 5
    assert (made["replacement"] / mean).round(2).to_dict() == {"2": 0.02, "7": 0.08}


def test_a_cell_without_a_rate_is_named():
    with pytest.raises(sf.CoverageError, match="none for 'C 7'"):
        run("occupation", shares=Split(), rates=rates([0.02], 0.0, occupation=["2"]))


def test_a_sector_without_shares_is_named():
    more = totals(sectors=("C", "G"))
    with pytest.raises(sf.CoverageError, match="no shares for 'G'"):
        sf.simulate_openings(more, rates(), shares=Split(), draws=100)


def test_shares_within_a_key_that_the_totals_lack_are_refused():
    national = totals(sectors=("C",), persons=(1.0,)).drop(columns="sector")
    with pytest.raises(sf.ParameterError, match="within"):
        sf.simulate_openings(national, rates(), shares=Split(), draws=100)


def test_row_01_a_missing_year_of_the_totals_is_named_not_bridged():
    gap = totals()
    gap = gap[gap["year"] != 2027]
    with pytest.raises(sf.CoverageError, match="no value in 2027"):
        sf.simulate_openings(gap, rates(), draws=100)


def test_row_07_zero_employment_is_refused_with_its_name():
    empty = totals(persons=(1000.0, 0.0))
    with pytest.raises(sf.CoverageError, match="F: 0 persons"):
        sf.simulate_openings(empty, rates(), draws=100)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"draws": 10}, "draws"), ({"draws": True}, "draws"), ({"levels": (80,)}, "levels"),
        ({"sources": ("total",)}, "Did you mean 'totals'"), ({"sources": "exits"}, "sources"),
        ({"by": "occupations", "shares": Split()}, "Did you mean 'occupation'"),
        ({"shares": [3]}, "outcomes of sf.forecast_shares"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(wrong, said):
    with pytest.raises(sf.ParameterError, match=said):
        run(**wrong)


def test_a_horizon_before_the_base_is_refused():
    with pytest.raises(sf.CoverageError, match="after the base year"):
        run(horizon=2025)


def test_history_gives_the_base_year_and_is_certain():
    ahead = totals()
    past = ahead[ahead["year"] == 2025].drop_duplicates("sector")[["sector", "year", "persons"]]
    forecast = SimpleNamespace(table=ahead[ahead["year"] > 2025], history=past)
    made = sf.simulate_openings(forecast, rates(), draws=200)
    assert made.settings.base_year == 2025
    first = made.employment[made.employment["year"] == 2025]
    assert np.allclose(first["lower"], first["upper"])


@settings(max_examples=8, deadline=None)
@given(st.floats(0.1, 50.0), st.integers(0, 10_000))
def test_scaling_persons_scales_openings_and_their_interval(factor, seed):
    small, large = totals(), totals()
    large[["persons", "lower", "upper"]] *= factor
    one, two = (sf.simulate_openings(t, rates(), draws=100, seed=seed) for t in (small, large))
    for column in ("openings", "lower", "upper"):
        assert np.allclose(one.table[column] * factor, two.table[column], rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.0, 10.0), min_size=3, max_size=3), st.floats(-1.0, 1.0))
def test_shapley_parts_add_up_to_the_whole_for_any_game(values, extra):
    names = ["a", "b", "c"]
    alone = dict(zip(names, values, strict=True))

    def worth(subset):
        return np.array([sum(alone[n] for n in subset) + extra * (len(subset) == 3)])

    parts = split_variance(names, worth)
    assert sum(part[0] for part in parts.values()) == pytest.approx(sum(values) + extra)
    for name in names:
        assert parts[name][0] == pytest.approx(alone[name] + extra / 3)


def test_a_yearly_change_is_not_noisier_late_than_the_bands_say():
    """An uncertain trend makes late levels uncertain, not the change from one year to the next."""
    made = read_totals(totals(), None, keys=["sector"], base_year=None, horizon=None)
    paths = np.log(made.simulate(5000, np.random.default_rng(1), correlation=0.0))
    changes = np.diff(paths, axis=2).std(axis=0)
    assert (changes[:, -1] < 1.6 * changes[:, 0]).all()


def test_cells_are_added_up_over_another_key_and_the_unlisted_stay_unknown():
    norm = pd.DataFrame({"occupation": ["2"], "qualification": ["ADV"]})
    fine = run("occupation", shares=Split(), levels=(0.8,)).table.set_index("occupation")
    made = run("qualification", shares=Split(), regroup=norm, levels=(0.8,)).table
    assert made["qualification"].tolist() == ["ADV", "unknown"]
    assert made["openings"].tolist() == pytest.approx(fine.loc[["2", "7"], "openings"].tolist())
    with pytest.raises(sf.ParameterError, match="regroup"):
        run("qualification", shares=Split(), regroup=pd.concat([norm, norm]))


def test_a_survey_of_unknown_size_is_said_and_not_taken_for_certain():
    jobs = sf.load_country("XEX").get("employment_by_occupation")
    jobs = jobs[jobs["sector"].isin(["C", "F"]) & jobs["year"].isin([2019, 2021, 2023])]
    unknown, known = (
        sf.forecast_shares(jobs.drop(columns="country"), by="occupation", within="sector",
                           horizon=2030, sample_size=size)
        for size in (None, 3000)
    )  # fmt: skip
    base = {"draws": 200, "by": "occupation", "base_year": 2025}
    blind = sf.simulate_openings(totals(), rates(), shares=unknown, **base)
    seen = sf.simulate_openings(totals(), rates(), shares=known, **base)
    assert "sampling" not in set(blind.uncertainty["component"])
    assert "asked is not known" in " ".join(blind.notes)
    part = seen.uncertainty.set_index(["occupation", "component"])["share"]
    assert part.loc[("1", "sampling")] > 0.0
    assert "asked is not known" not in " ".join(seen.notes)


def test_a_band_that_reaches_zero_is_taken_as_wide_not_as_none():
    wide = totals()
    wide["lower"] = np.where(wide["year"] > 2025, 0.0, wide["persons"])
    made = sf.simulate_openings(wide, rates(), draws=400, by="sector", sources=("totals",))
    end = made.employment[made.employment["year"] == 2030]
    assert (end["lower"] < 0.5 * end["persons"]).all()


def test_a_stated_range_of_the_rate_is_read_as_four_chances_in_five():
    ranged = rates(0.03, np.nan).assign(annual_rate_low=0.02, annual_rate_high=0.04)
    made = run("sector", rates=ranged, sources=("exits",), draws=8000, levels=(0.8,))
    table = made.table.iloc[0]
    share = (table["upper"] - table["lower"]) / table["replacement"]
    assert share == pytest.approx(0.02 / 0.03, rel=0.1)


def test_bands_that_widen_by_fits_and_starts_do_not_make_news_of_every_fit():
    uneven = totals(sectors=("C",), persons=(1000.0,))
    bump = np.where(uneven["year"] == 2028, 1.3, 1.0)
    for side in ("lower", "upper"):
        gap = np.log(uneven[side] / uneven["persons"])
        uneven[side] = uneven["persons"] * np.exp(gap * bump)
    made = read_totals(uneven, None, keys=["sector"], base_year=None, horizon=None)
    stated = np.log(uneven["upper"] / uneven["persons"]).to_numpy().reshape(6, 2)
    assert made.above[0, -1] == pytest.approx(stated[-1])  # the end is as stated
    assert made.above[0, 3, 0] < stated[3, 0]  # the bump is spread over its neighbours
    assert made.above[0, 4, 0] > stated[4, 0]


def test_cells_of_one_rate_share_its_error_however_finely_they_are_cut():
    spread = [
        run(shares=cut, sources=("exits",), draws=4000).uncertainty["deviation"].iloc[0]
        for cut in ((), Split())
    ]
    assert spread[0] == pytest.approx(spread[1], rel=1e-6)


def test_rates_of_the_base_stock_are_applied_to_it_as_by_job_openings():
    for annual, rate_base in (("simple", "start"), ("warwick", "start"), ("simple", "mean")):
        told = SimpleNamespace(annual=annual, rate_base=rate_base, method="net")
        made = sf.simulate_openings(
            totals(), SimpleNamespace(table=rates(0.1, 0.0), settings=told), draws=100
        ).table.iloc[0]
        path = 1400.0 * np.exp(0.02 * np.arange(6))
        expected = {
            ("simple", "start"): 0.1 * 5 * path[0],
            ("warwick", "start"): path[0] * (1.1**5 - 1),
            ("simple", "mean"): 0.1 * (path[1:] + path[:-1]).sum() / 2,
        }
        assert made["replacement"] == pytest.approx(expected[annual, rate_base])


def test_finer_rates_are_weighed_by_their_persons_and_totals_are_not_counted_twice():
    fine = rates([0.10, 0.02, 0.5], [0.0, 0.0, 0.0], sex=["F", "M", "T"], persons=[10.0, 990, 1000])
    made = run(rates=fine, levels=(0.8,)).table.iloc[0]
    plain = run(rates=rates(0.0208, 0.0), levels=(0.8,)).table.iloc[0]
    assert made["replacement"] == pytest.approx(plain["replacement"])
    with pytest.raises(sf.TableError, match="persons to weigh"):
        run(rates=fine.drop(columns="persons"))
    with pytest.raises(sf.CoverageError, match="none for"):
        run(rates=fine.assign(annual_rate=[np.nan, 0.02, 0.5]))


@pytest.mark.parametrize("rate", [3.0, -0.03])
def test_row_11_rates_in_per_cent_or_below_zero_are_refused(rate):
    with pytest.raises(sf.TableError, match="0 to 1 a year"):
        run(rates=rates(rate))


@pytest.mark.parametrize("wrong", [{"correlation": 2.0}, {"correlation": -1.0}, {"seed": -1}])
def test_numbers_that_would_give_no_intervals_are_refused(wrong):
    with pytest.raises(sf.ParameterError, match=next(iter(wrong))):
        run(**wrong)


def test_what_was_measured_wrongly_in_the_base_stays_and_is_no_change():
    """Sampling draws move level, never the change of structure between base and first year."""
    made = run("occupation", shares=Split(drift=0.05), sources=("sampling",), draws=4000)
    table = made.table[made.table["level"] == 0.8].set_index("occupation")
    assert (table["lower"] < table["openings"]).all()
    assert (table["upper"] > table["openings"]).all()
    first = made.employment[made.employment["year"] == 2025]
    assert ((first["lower"] <= first["persons"]) & (first["persons"] <= first["upper"])).all()


def test_a_series_seen_for_longer_starts_its_doubt_later():
    ahead = totals()
    ahead = ahead[~((ahead["sector"] == "C") & (ahead["year"] <= 2027))]
    past = totals().drop_duplicates(["sector", "year"])[["sector", "year", "persons"]]
    past = past[(past["year"] == 2025) | ((past["sector"] == "C") & (past["year"] <= 2027))]
    made = read_totals(ahead, past, keys=["sector"], base_year=2025, horizon=None)
    paths = np.log(made.simulate(4000, np.random.default_rng(1), correlation=0.0))
    assert paths[:, 0, :3].std(axis=0) == pytest.approx(0.0, abs=1e-12)
    assert paths[:, 0, 3].std() > 0.05
    assert np.diff(paths[:, 0, 3:], axis=1).std(axis=0).min() > 0.02
