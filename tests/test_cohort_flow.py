"""Reconstructed cohorts: published values, brute force, identities, and a known truth."""

import functools
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.transitions.cohorts.kernel import Rates, follow_cohort

FOLDER = Path(__file__).parent / "oracles" / "cohort_flow"
EXPECTED = pd.read_csv(FOLDER / "expected.csv")
P = [0.80, 0.85, 0.86, 0.85, 0.84, 0.82]
R = [0.15, 0.10, 0.09, 0.08, 0.08, 0.10]
LEVELS = {"2": 9, "3": 12, "6": 15}
FLAGS = {"unit": "persons", "status": "observed", "source": "made up"}


@functools.cache
def _recompute():
    spec = importlib.util.spec_from_file_location("cohort_recompute", FOLDER / "recompute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rate_table(promotion=P, repetition=R, **more):
    grades = range(1, len(promotion) + 1)
    return pd.DataFrame({"grade": grades, "promotion": promotion, "repetition": repetition, **more})


def rates_of(promotion, repetition):
    """One group's rates for the kernel, the last grade's promotion as its completion."""
    p, r = (np.asarray(shares, dtype=float)[None] for shares in (promotion, repetition))
    return Rates(p, r, np.where(np.arange(p.shape[1]) == p.shape[1] - 1, p, np.nan),
                 np.array([0]), np.array([p.shape[1] - 1]))  # fmt: skip


def values_of(flow):
    """Name every value of a flow with one group as the oracle does."""
    table = flow.table
    found = flow.efficiency.set_index("indicator")["value"].to_dict()
    for name in ("survival", "dropouts", "repetition", "dropout"):
        found |= {f"{name}_{g}": x for g, x in zip(table["grade"], table[name], strict=True)}
    return found


def morocco(years=(2009, 2010)):
    rows = pd.read_csv(FOLDER / "morocco.csv").assign(country="MAR", **FLAGS)
    rows = rows[rows["year"].isin(years)]
    pupils = rows.rename(columns={"pupils": "persons"}).drop(columns="repeaters")
    again = rows.rename(columns={"repeaters": "persons"}).drop(columns="pupils")
    return pupils, again.dropna(subset=["persons"])


@functools.cache
def country():
    """The synthetic country, made once for all tests of cohorts."""
    return sf.example(seed=1)


@functools.cache
def morocco_flow(**settings):
    """A flow of Moroccan primary schools, estimated once for each choice of settings."""
    by = settings.pop("by", None)
    return sf.estimate_student_flow(*morocco(), by=by and by.split(), **settings)


@pytest.fixture(scope="module")
def examplia():
    return country()


@pytest.fixture(scope="module")
def flow(examplia):
    x = examplia
    return sf.estimate_student_flow(x.enrolment, x.repeaters, x.graduates, levels=LEVELS)


# Published values and brute force


@pytest.mark.parametrize("case", [c for c in EXPECTED["case"].unique() if "morocco" not in c])
def test_made_up_rates_give_the_expected_values(case):
    cap = None if case == "unlimited" else int(case.removeprefix("cap_"))
    found = values_of(sf.reconstruct_cohort(rate_table(), most_repetitions=cap))
    rows = EXPECTED[EXPECTED["case"] == case]
    for row in rows.itertuples():
        assert found[row.name] == pytest.approx(row.value, abs=0.51 * 10.0**-row.decimals), row.name
    assert len(rows) == 14


@pytest.mark.parametrize("sexes", ["F", "M", "T"])
def test_morocco_gives_the_rates_that_unesco_published(sexes):
    made = morocco_flow(by="country" if sexes == "T" else "country sex", excess="uis")
    if sexes != "T":
        made = _only(made, sexes)
    found = values_of(made)
    for row in EXPECTED[EXPECTED["case"] == f"morocco_{sexes}"].itertuples():
        assert found[row.name] == pytest.approx(row.value, abs=0.6 * 10.0**-row.decimals), row.name


def _only(flow, sex):
    from dataclasses import replace

    rows = {n: getattr(flow, n)[getattr(flow, n)["sex"] == sex] for n in ("table", "efficiency")}
    return replace(flow, **rows)


def test_unesco_does_not_cap_repetitions():
    published = EXPECTED.set_index(["case", "name"])["value"]["morocco_T", "survival_6"]
    for cap in (2, 4):
        made = sf.estimate_student_flow(
            *morocco(), by="country", excess="uis", most_repetitions=cap
        )
        assert abs(made.table["survival"].iloc[-1] - published) > 1e-4


def test_expected_values_are_those_of_the_script():
    found = _recompute().everything()
    own = EXPECTED[~EXPECTED["case"].str.startswith("morocco")]
    for row in own.itertuples():
        assert found[row.case, row.name] == pytest.approx(row.value, abs=0.51 * 10.0**-row.decimals)


@given(
    st.lists(
        st.tuples(st.floats(0.05, 0.9), st.floats(0.0, 0.5)).filter(lambda x: sum(x) <= 1),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 3),
)
def test_any_rates_with_any_cap_agree_with_every_path_followed(shares, cap):
    promotion, repetition = (list(part) for part in zip(*shares, strict=True))
    script = _recompute()
    made = follow_cohort(rates_of(promotion, repetition), cap)
    reached, spent, out, ended = script.run_paths(promotion, repetition, cap)
    assert made.survival[0].tolist() == pytest.approx(reached)
    assert made.pupil_years[0].tolist() == pytest.approx(spent)
    assert made.dropouts[0].tolist() == pytest.approx(out, abs=1e-9)
    assert made.duration_of_graduates[0] == pytest.approx(script.mean_years(ended["graduate"]))
    if sum(out) > 1e-6:
        expected = script.mean_years(ended["dropout"])
        assert made.duration_of_dropouts[0] == pytest.approx(expected, rel=1e-6)


# Identities

RATES = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 0.95)).filter(lambda x: sum(x) <= 1),
    min_size=1,
    max_size=12,
)


@given(RATES, st.one_of(st.none(), st.integers(0, 6)))
def test_everybody_who_enters_graduates_or_drops_out(shares, cap):
    promotion, repetition = (list(part) for part in zip(*shares, strict=True))
    made = follow_cohort(rates_of(promotion, repetition), cap)
    assert (made.dropouts + made.completing_leavers).sum() == pytest.approx(1.0)
    assert (made.survival <= 1 + 1e-12).all()


@given(RATES)
def test_a_higher_cap_lets_more_survive_and_in_the_end_is_no_cap(shares):
    promotion, repetition = np.array(shares).T[:, :6]
    rates = rates_of(promotion, np.minimum(repetition, 0.4))
    few, some, many, free = (follow_cohort(rates, cap).survival[0] for cap in (0, 2, 60, None))
    assert (few <= some + 1e-12).all()
    assert (some <= many + 1e-12).all()
    assert many == pytest.approx(free, abs=1e-9)


def test_without_repetition_survival_is_the_product_of_promotion():
    made = sf.reconstruct_cohort(rate_table(P, [0.0] * 6))
    assert made.table["survival"].tolist() == pytest.approx(np.cumprod([1.0, *P[:-1]]).tolist())
    assert values_of(made)["duration_of_graduates"] == pytest.approx(6.0)


def test_a_year_is_a_cohort_of_its_own_and_entrants_only_scale():
    rates = pd.concat([rate_table().assign(year=2020), rate_table(P, [0.0] * 6).assign(year=2021)])
    made = sf.reconstruct_cohort(rates, entrants=1.0)
    first = sf.reconstruct_cohort(rate_table())
    rows = made.table[made.table["year"] == 2020]
    assert (1000 * rows["pupil_years"]).tolist() == pytest.approx(first.table["pupil_years"])
    assert made.efficiency.groupby("year")["value"].first().iloc[1] < 1


def test_everybody_repeating_has_no_end_and_no_number():
    made = sf.reconstruct_cohort(rate_table([0.0, 0.9], [1.0, 0.0]))
    assert np.isnan(values_of(made)["pupil_years"])


def test_nobody_graduating_is_no_division_by_zero():
    found = values_of(sf.reconstruct_cohort(rate_table([0.5, 0.0], [0.1, 0.1])))
    assert found["graduates"] == found["efficiency"] == 0
    assert np.isnan(found["years_per_graduate"])


# The synthetic country


def test_rates_of_examplia_are_those_it_states(examplia, flow):
    truth = examplia.truth["school"]
    for sex in ("F", "M"):
        rows = flow.table[flow.table["sex"] == sex].reset_index(drop=True)
        repetition = np.array(truth["repetition"]["value"][sex])
        promotion = np.array(truth["promotion"]["value"][sex])
        seen = examplia.enrolment
        seen = seen[(seen["sex"] == sex) & (seen["year"] < 2023)]
        pupils = seen.groupby("grade")["persons"].sum().to_numpy()

        def z(found, stated, pupils=pupils):
            return np.abs(found - stated) / np.sqrt(stated * (1 - stated) / pupils)

        assert z(rows["repetition"], repetition).max() < 4
        assert z(rows["promotion"][:14], promotion[:14], pupils[:14]).max() < 4
        for grade, share in truth["completion"]["value"][sex].items():
            at = int(grade) - 1
            assert z(rows["completion"][at], share, pupils[at]) < 4


def test_survival_of_examplia_is_within_four_errors_of_what_its_rates_imply(examplia, flow):
    truth = examplia.truth["school"]
    for sex in ("F", "M"):
        p, r = (np.array(truth[n]["value"][sex]) for n in ("promotion", "repetition"))
        implied = np.cumprod(np.concatenate([[1.0], (p / (1 - r))[:-1]]))
        rows = flow.table[flow.table["sex"] == sex]
        z = (rows["survival"] - implied) / rows["standard_error"]
        assert z.iloc[1:].abs().max() < 4
        assert ((rows["lower"] <= implied) & (implied <= rows["upper"])).mean() > 0.7


def test_who_completes_a_level_and_leaves_is_no_dropout(examplia, flow):
    row = flow.table[(flow.table["sex"] == "F") & (flow.table["grade"] == 9)].iloc[0]
    assert row["dropout"] == pytest.approx(1 - 0.90 - 0.05, abs=0.003)
    assert row["completing_leavers"] / row["pupil_years"] == pytest.approx(0.12, abs=0.003)
    assert any("mid-way" in note for note in flow.notes)


def drawn_school_systems(regions=250, years=8, seed=5):
    """Pupils, repeaters and graduates of regions whose pupils draw from the same known rates."""
    rng = np.random.default_rng(seed)
    codes = [a + b for a in "ABCDEFGHIJKLMNOPQRST" for b in "ABCDEFGHIJKLMNOPQRST"][:regions]
    chance = np.stack([P, R, 1 - np.add(P, R)], axis=1)
    pupils = np.tile([2000, 1500, 1300, 1200, 1100, 1000], (regions, 1))
    again = np.zeros_like(pupils)
    rows = []
    for year in range(2000, 2000 + years):
        moved = rng.multinomial(pupils, chance)
        keys = {"region": np.repeat(codes, 6), "grade": np.tile(np.arange(1, 7), regions)}
        now = {"pupils": pupils.ravel(), "again": again.ravel(), "done": moved[..., 0].ravel()}
        rows.append(pd.DataFrame({**keys, **now}).assign(year=year))
        again = moved[..., 1]
        pupils = again + np.roll(moved[..., 0], 1, axis=1)
        pupils[:, 0] = again[:, 0] + 1700
    table = pd.concat(rows, ignore_index=True).assign(**FLAGS)
    keys = ["region", "year", "grade", *FLAGS]
    return [
        table[[*keys, name]].rename(columns={name: "persons"})
        for name in ("pupils", "again", "done")
    ]


def test_limits_cover_the_truth_at_their_level():
    pupils, again, done = drawn_school_systems()
    made = sf.estimate_student_flow(pupils, again, done[done["grade"] == 6])
    error = np.sqrt(0.95 * 0.05 / 250)
    last = made.table[made.table["grade"] == 6]
    efficiency = made.efficiency[made.efficiency["indicator"] == "efficiency"]
    for rows, truth in ((last, 0.70864233), (efficiency, 0.67453059)):
        covered = rows["lower"].le(truth) & rows["upper"].ge(truth)
        assert covered.mean() == pytest.approx(0.95, abs=3 * error)


# Tables and their order


def test_rates_and_reconstruction_are_two_steps_of_one_way(flow):
    again = sf.reconstruct_cohort(flow.table)
    for name in ("survival", "pupil_years", "graduates", "dropouts"):
        assert again.table[name].to_numpy() == pytest.approx(
            flow.table[name].to_numpy(), nan_ok=True
        )


def test_order_of_rows_and_names_of_groups_change_nothing(examplia, flow):
    x = examplia
    mixed = [t.sample(frac=1, random_state=3) for t in (x.enrolment, x.repeaters, x.graduates)]
    again = sf.estimate_student_flow(*mixed, levels=LEVELS)
    pd.testing.assert_frame_equal(again.table, flow.table)
    pd.testing.assert_frame_equal(again.efficiency, flow.efficiency)
    assert again.provenance["inputs"] == flow.provenance["inputs"]


def test_sums_over_sexes_are_those_of_summed_tables(examplia):
    x = examplia
    summed = [
        t.groupby(["country", "year", "grade"], as_index=False)["persons"].sum().assign(**FLAGS)
        for t in (x.enrolment, x.repeaters)
    ]
    one = sf.estimate_student_flow(x.enrolment, x.repeaters, by="country")
    two = sf.estimate_student_flow(*summed)
    names = ["grade", "survival", "lower", "upper", "pupil_years"]
    pd.testing.assert_frame_equal(one.table[names], two.table[names])


def test_each_pair_alone_is_the_cohort_of_its_own_rates(examplia, flow):
    x = examplia
    made = sf.estimate_student_flow(
        x.enrolment, x.repeaters, x.graduates, levels=LEVELS, pool=False, years=[2010, 2011]
    )
    rows = flow.rates[(flow.rates["year"] == 2010) & (flow.rates["sex"] == "F")]
    alone = sf.reconstruct_cohort(rows)
    found = made.table[(made.table["year"] == 2010) & (made.table["sex"] == "F")]
    assert found["survival"].tolist() == pytest.approx(alone.table["survival"].tolist())
    assert made.table["lower"].isna().all()
    assert any("stands alone" in note for note in made.notes)


def test_a_span_of_grades_ends_where_it_says(examplia):
    x = examplia
    nine = sf.estimate_student_flow(
        x.enrolment, x.repeaters, x.graduates, levels=LEVELS, grades=(1, 9), by="sex"
    )
    six = sf.estimate_student_flow(x.enrolment, x.repeaters, grades=(1, 6), by="sex")
    assert nine.table["grade"].max() == 9
    assert nine.table.loc[nine.table["grade"] == 9, "completion"].tolist() == pytest.approx(
        [0.90, 0.87], abs=0.003
    )
    # No level ends with grade 6: those who go on to grade 7 stand for those who complete it.
    last = six.table[six.table["grade"] == 6]
    assert last["promotion"].tolist() == pytest.approx([0.93, 0.92], abs=0.003)
    later = sf.estimate_student_flow(x.enrolment, x.repeaters, grades=(10, 12), by="sex")
    assert later.table["survival"].iloc[0] == 1.0


def test_a_programme_is_a_group_like_any_other(examplia):
    x = examplia
    tables = [t.assign(programme="general") for t in (x.enrolment, x.repeaters)]
    made = sf.estimate_student_flow(*tables, years=[2010])
    assert made.table["programme"].eq("general").all()
    assert sf.estimate_student_flow(*tables, by="sex", years=2010).table["sex"].nunique() == 2


def test_new_entrants_are_pupils_of_the_first_grade_who_do_not_repeat_it(examplia, flow):
    x = examplia
    first = x.enrolment.merge(x.repeaters, on=["year", "sex", "grade"]).query("grade == 1")
    expected = (first["persons_x"] - first["persons_y"]).sort_values().tolist()
    assert flow.new_entrants["persons"].sort_values().tolist() == expected
    sf.check(flow.new_entrants)
