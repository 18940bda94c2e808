"""How often 95 % intervals of stage shares hold the truth: python benchmarks/coverage_transitions_stages.py

Examplia under many seeds: the true share of each form follows from its stated parameters, the
estimate from a drawn survey with strata and clusters. With answers taken out at random, the
interval is that around the range which the missing answers leave. SYNTHETIC data.
"""  # noqa: E501

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("", "tests")]

from stages_made_up import true_forms  # noqa: E402

import skillsfc as sf  # noqa: E402

DESIGN = {"stratum": "stratum", "cluster": "cluster"}
SEEDS, PERSONS, GONE = range(1, 41), 3000, 0.1


def holed(survey: pd.DataFrame, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    for name in ("contract", "wants_other_job", "intends_to_work"):
        survey[name] = survey[name].astype(object).mask(draw.random(len(survey)) < GONE)
    return survey


def hits(survey: pd.DataFrame, truth: pd.Series, **design: str) -> tuple[pd.Series, pd.Series]:
    table = sf.estimate_stage_shares(sf.classify_stages(survey), **design).table
    forms = table[(table["kind"] == "form") & (table["form"] != "9")].set_index("form")
    held = (forms["lower"] <= truth) & (truth <= forms["upper"])
    return held.astype(float), forms["upper"] - forms["lower"]


def main() -> None:
    rows = []
    for seed in SEEDS:
        country = sf.example(seed=seed, persons=PERSONS)
        truth = true_forms(country).groupby("form")["persons"].sum()
        truth = truth / truth.sum()
        survey = country.labour_force_survey
        for name, people, design in (
            ("strata and clusters", survey, DESIGN),
            ("weights only (Kish)", survey, {}),
            (f"{GONE:.0%} of answers missing", holed(survey.copy(), seed), DESIGN),
        ):
            held, width = hits(people, truth, **design)
            rows += [(name, form, held[form], width[form]) for form in truth.index]
    found = pd.DataFrame(rows, columns=["case", "form", "held", "width"])
    table = found.groupby("case", sort=False)[["held", "width"]].mean()
    count = len(SEEDS) * found["form"].nunique()
    error = (0.95 * 0.05 / count) ** 0.5
    print(f"{len(SEEDS)} seeds, {PERSONS} persons, {count} intervals a case (SYNTHETIC)")
    print(f"nominal 0.950, Monte Carlo error {error:.3f}")
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
