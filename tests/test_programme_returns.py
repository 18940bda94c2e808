"""Returns to schooling: Mroz's published numbers, R, recovery, odd input."""

import numpy as np
import pandas as pd
import pytest
from programme_cases import check, mroz

import skillsfc as sf
from skillsfc.errors import ConvergenceError, ParameterError, TableError

CHOICE = "nwifeinc + educ + exper + exper^2 + age + kidslt6 + kidsge6"
RENAMED = {"exper^2": "expersq"}


def returns(table: pd.DataFrame | None = None, **choice):
    given = {"earnings": "wage", "schooling": "educ", "covariates": "exper + exper^2", **choice}
    return sf.estimate_returns(mroz() if table is None else table, **given)


def numbers(made, word: str, equation: str = "earnings") -> dict[str, float]:
    rows = made.coefficients
    rows = rows[rows["equation"] == equation]
    found = {}
    for row in rows.itertuples():
        name = RENAMED.get(row.term, row.term)
        found[f"estimate:{name}"] = row.estimate
        found[f"{word}:{name}"] = row.standard_error
    return found


def test_mroz_has_the_published_return():
    made = returns()
    found = numbers(made, "error robust")
    check("ols", found, names="estimate")
    check("ols", found, names="error robust")
    check("ols", numbers(returns(errors="model"), "error model"), names="error model")
    check("ols", {"r_squared": made.table["r_squared"].iloc[0]}, names="r_squared")
    row = made.table.iloc[0]
    assert row["rate_of_return"] == pytest.approx(np.exp(0.107489640149) - 1, abs=1e-8)
    assert row["return_lower"] == pytest.approx(np.exp(row["lower"]) - 1)
    assert row[["persons", "earners"]].tolist() == [428, 428]


def test_clusters_and_weights_are_those_of_r():
    check("ols", numbers(returns(cluster="county"), "error clustered"), names="error clustered")
    check("ols weighted", numbers(returns(weight="w"), "error robust"))


def test_heckman_s_two_steps_are_the_published_ones():
    made = returns(selection=CHOICE, errors="model")
    check("heckman", numbers(made, "error observed"), names="estimate")
    check("heckman", numbers(made, "error observed"), names="error observed")
    told = made.diagnostics.iloc[0]
    check("heckman", {"sigma": told["sigma"]}, names="sigma")
    check("heckman", {"rho": told["rho"]}, names="rho")
    check("probit", {"log_likelihood": told["probit_log_likelihood"]}, names="log_likelihood")
    assert told["lambda"] == pytest.approx(0.0322619, abs=5e-8)
    choice = numbers(made, "error observed", "participation")
    check("probit", choice, names="error observed")
    choice["estimate:(Intercept)"] = choice["estimate:intercept"]
    check("probit", choice, names="estimate")
    assert made.table[["persons", "earners", "method"]].iloc[0].tolist() == [753, 428, "heckman"]


def test_robust_errors_know_of_both_steps():
    check("heckman", numbers(returns(selection=CHOICE), "error robust"), names="error robust")
    clustered = numbers(returns(selection=CHOICE, cluster="county"), "error clustered")
    check("heckman", clustered, names="error clustered")
    check("heckman weighted", numbers(returns(selection=CHOICE, weight="w"), "error robust"))


def test_logarithms_may_be_given():
    one, other = returns(), returns(earnings="lwage", logged=True)
    # The file's logarithms have seven digits.
    assert other.table["estimate"].iloc[0] == pytest.approx(one.table["estimate"].iloc[0], abs=1e-7)


def test_the_unit_of_money_does_not_matter():
    one, other = returns(), returns(mroz().assign(wage=lambda t: t["wage"] * 655.957))
    for name in ("estimate", "standard_error", "rate_of_return", "r_squared"):
        assert other.table[name].iloc[0] == pytest.approx(one.table[name].iloc[0], rel=1e-9)


def test_who_has_no_earnings_is_left_out_and_said():
    made = returns()
    assert any("325 of 753 persons have no earnings" in note for note in made.notes)
    assert not any("325" in note for note in returns(selection=CHOICE).notes)


def test_levels_of_schooling_are_compared_with_the_first():
    table = mroz().assign(educ=lambda t: pd.cut(t["educ"], [0, 11, 12, 99],
                                                labels=["basic", "secondary", "more"]))  # fmt: skip
    made = returns(table, covariates=None).table
    assert made["term"].tolist() == ["educ[secondary]", "educ[more]"]
    logs = np.log(table["wage"]).groupby(table["educ"], observed=True).mean()
    assert made["estimate"].tolist() == pytest.approx((logs - logs["basic"]).iloc[1:].tolist())
    assert "against the reference" in returns(table, covariates=None).notes[0]


def test_groups_are_estimated_apart():
    table = mroz().assign(mother=lambda t: np.where(t["kidslt6"] > 0, "yes", "no"))
    made = returns(table, group="mother")
    assert made.table["mother"].tolist() == ["no", "yes"]
    alone = returns(table[table["mother"] == "yes"]).table.iloc[0]
    assert made.table["estimate"].iloc[1] == pytest.approx(alone["estimate"])
    assert made.coefficients["mother"].tolist() == ["no"] * 4 + ["yes"] * 4


def earners(seed: int, size: int = 1500) -> pd.DataFrame:
    """Synthetic: 8 % a year; who earns goes with the error of the wage."""
    rng = np.random.default_rng(seed)
    years, young = rng.integers(8, 17, size), rng.random(size) < 0.4
    hidden = rng.normal(size=(2, size))
    works = 0.15 * (years - 12) + 0.3 - 1.2 * young + hidden[0] > 0
    noise = 0.5 * (0.8 * hidden[0] + 0.6 * hidden[1])
    wage = np.where(works, np.exp(0.08 * years + noise), np.nan)
    return pd.DataFrame({"years": years, "young": young, "wage": wage})


def test_the_correction_recovers_what_least_squares_misses():
    plain, corrected, errors = [], [], []
    for seed in range(12):
        choice = {"earnings": "wage", "schooling": "years"}
        table = earners(seed)
        plain.append(sf.estimate_returns(table, **choice).table["estimate"].iloc[0])
        row = sf.estimate_returns(table, selection="years + young", **choice).table.iloc[0]
        corrected.append(row["estimate"])
        errors.append(row["standard_error"])
    noise = np.mean(errors) / np.sqrt(12)
    assert abs(np.mean(corrected) - 0.08) < 3 * noise
    assert abs(np.mean(plain) - 0.08) > 6 * noise
    assert 0.5 < np.mean(errors) / np.std(corrected, ddof=1) < 2


def test_examplia_s_wage_equation_is_recovered():
    example = sf.example(seed=1)
    truth = example.truth["tracer"]["log_wage"]["value"]
    table = example.tracer[example.tracer["months_since_graduation"] == 12]
    made = sf.estimate_returns(
        table, earnings="wage", schooling="final_grade", covariates="sex + work_based_learning"
    )
    rows = made.coefficients.set_index("term")
    for term, value in (("final_grade", truth["grade"] / 10), ("sex[M]", -truth["women"]),
                        ("work_based_learning[True]", truth["work_based"])):  # fmt: skip
        assert abs(rows.loc[term, "estimate"] - value) < 3 * rows.loc[term, "standard_error"]


def test_earnings_of_zero_or_less_are_explained():
    table = mroz().assign(wage=lambda t: t["wage"].fillna(0).mask(t.index < 3, -5.0))
    with pytest.raises(TableError) as caught:
        returns(table)
    assert "negative in 3 rows" in str(caught.value)
    assert "0 in 325 rows" in str(caught.value)
    assert "zero='not_working'" in str(caught.value)
    whole = mroz().assign(wage=lambda t: t["wage"].fillna(0))
    made = returns(whole, zero="not_working")
    assert made.table["estimate"].iloc[0] == returns().table["estimate"].iloc[0]
    assert any("325 persons with earnings of 0 are taken as not working" in n for n in made.notes)


def test_who_works_but_says_no_earnings_is_in_neither_equation():
    table = mroz().assign(works=lambda t: t["wage"].notna())
    table.loc[table.index < 10, "wage"] = np.nan
    made = returns(table, selection=CHOICE, working="works")
    assert made.table["persons"].iloc[0] == 743
    assert any("10 persons work but gave no earnings" in note for note in made.notes)
    other = returns(mroz().iloc[10:], selection=CHOICE).table
    assert made.table["estimate"].iloc[0] == pytest.approx(other["estimate"].iloc[0])
    with pytest.raises(TableError, match="false in 428 rows with earnings"):
        returns(mroz().assign(works=False), working="works")


def test_missing_covariates_are_refused_or_counted_where_they_matter():
    table = mroz().assign(exper=lambda t: t["exper"].astype(float).mask(t.index < 5))
    with pytest.raises(TableError, match="column 'exper': missing in 5 of 428 rows"):
        returns(table)
    made = returns(table, missing="drop")
    assert made.table["earners"].iloc[0] == 423
    # Of those without earnings, the wage equation's columns are not needed.
    idle = mroz().assign(tenure=lambda t: t["exper"].astype(float).where(t["wage"].notna()))
    full = returns(idle, covariates="tenure + tenure^2", selection=CHOICE)
    assert full.table["estimate"].iloc[0] == pytest.approx(0.109065521228, abs=1e-8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"errors": "robst"}, "Did you mean 'robust'"),
        ({"missing": "x"}, "'refuse', 'drop'"),
        ({"zero": 0}, "zero: 0"),
        ({"level": 0}, "above 0 and below 1"),
        ({"schooling": 5}, "the name of a column"),
        ({"covariates": "exper + educ^2"}, "the schooling 'educ' again"),
        ({"covariates": "exper + wage"}, "the earnings 'wage'"),
        ({"selection": ""}, "terms of the choice to earn"),
        ({"errors": "model", "cluster": "county"}, "expected 'robust'"),
        ({"group": "term"}, "the result has a column of this name"),
    ],
)
def test_wrong_arguments_are_named(change, words):
    with pytest.raises(ParameterError) as caught:
        returns(mroz().assign(term=1), **change)
    assert words in str(caught.value)


def test_unknown_columns_and_no_table_are_named():
    with pytest.raises(TableError, match="Did you mean 'educ'"):
        returns(schooling="edu", covariates=None)
    with pytest.raises(TableError, match="a pandas DataFrame"):
        sf.estimate_returns(None, earnings="wage", schooling="educ")
    with pytest.raises(TableError, match="rows: none"):
        returns(mroz().head(0))


def test_everybody_or_nobody_earning_is_named():
    with pytest.raises(TableError, match=r"all of 428 persons have them.*Leave selection= out"):
        returns(mroz().dropna(), selection=CHOICE)
    with pytest.raises(TableError, match=r"nobody has any|missing in every row"):
        returns(mroz().assign(wage=np.nan))


def test_a_covariate_that_settles_who_earns_is_named():
    table = mroz().assign(contract=lambda t: t["wage"].notna() * 1.0)
    with pytest.raises(ConvergenceError, match="'contract'"):
        returns(table, selection="educ + age + contract")


def test_fewer_persons_than_terms_and_constant_schooling_are_named():
    with pytest.raises(TableError, match="more persons than terms"):
        returns(mroz().dropna().iloc[[0, 1, 7, 20]])
    with pytest.raises(TableError, match="'educ': constant"):
        returns(mroz().assign(educ=12))


def test_weights_that_cannot_be_meant_are_refused_and_few_earners_flagged():
    with pytest.raises(TableError, match="negative in 753 rows"):
        returns(mroz().assign(weight=-1.0))
    made = returns(mroz().dropna().head(25))
    assert made.table["reliability"].iloc[0] == "u"
    assert any("fewer than 30 earners" in note for note in made.notes)


def test_notes_say_that_a_return_is_no_effect_and_what_the_correction_rests_on():
    made = returns(selection="educ + exper + exper^2")
    text = " ".join(made.notes)
    assert "One more unit of 'educ' goes with earnings +" in text
    assert "no proof" in text
    assert "rests on that curve only" in text
    assert "rests on that curve only" not in " ".join(returns(selection=CHOICE).notes)


def test_a_correction_beyond_what_can_be_is_not_to_be_trusted():
    made = returns(covariates="exper", selection="educ")
    assert abs(made.diagnostics["rho"].iloc[0]) > 1
    assert any("beyond 1" in note for note in made.notes)
    assert not any("beyond 1" in note for note in returns(selection=CHOICE).notes)
