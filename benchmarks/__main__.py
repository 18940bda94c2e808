"""Run the comparisons with the peers a user would pick instead.

usage: python -m benchmarks run [NAME ...] [--json]      names: all, a file, or a comparison in one
       python -m benchmarks run large                    ten million spells, 20,000 sequences
       python -m benchmarks list

Every row tells CPU seconds, the peak of memory above data and libraries, and the ratios of both to
ours (`benchmarks.compare`, `benchmarks.memory`), once the answers are found equal. Peers are in the
extra ``bench`` (``make bench`` installs them in an environment of their own, since some of them
need an older pandas); R's are packages of R. A peer that cannot be imported is named in the output.
"""

from __future__ import annotations

import runpy
import sys

FILES = {
    "forecasting": "naive and smoothed series, their back-test: statsforecast, statsmodels, pandas",
    "reconciliation": "coherent forecasts: hierarchicalforecast, scipy",
    "balancing": "margins: pyipf, ipfn",
    "transitions_counts": "weighted transition counts, conversions of spells: pandas, duckdb",
    "survival": "survival curves, incidence, discrete hazards: statsmodels, lifelines, "
    "scikit-survival, sklearn, R",
    "cox": "Cox's model: statsmodels, lifelines, scikit-survival, R",
    "multistate": "state probabilities: R etm, R survival, scikit-survival",
    "sequences": "distances between sequences: sequenzo",
    "panel_markov": "rates from interviews: R msm",
}

WITH_LARGE = ("survival", "cox", "multistate", "sequences")

# The first part of a comparison's name, and the file it stands in.
PREFIXES = {
    "fc": "forecasting",
    "rec": "reconciliation",
    "ipf": "balancing",
    "trans": "transitions_counts",
    "km": "survival",
    "cif": "survival",
    "dthaz": "survival",
    "aj": "multistate",
    "msm": "panel_markov",
    "om": "sequences",
    "twed": "sequences",
    "omspell": "sequences",
    "ham": "sequences",
}


def main(arguments: list[str]) -> int:
    """Run the files asked for, each as it would run on its own."""
    if arguments[:1] == ["list"]:
        for name, what in FILES.items():
            print(f"{name:16s} {what}")
        return 0
    words = [word for word in arguments[1:] if not word.startswith("--")]
    known = {"all", "large", *PREFIXES, *FILES}
    unknown = [word for word in words if word.split("-")[0] not in known]
    if arguments[:1] != ["run"] or unknown:
        print(__doc__, file=sys.stderr)
        return 2
    wanted = [PREFIXES.get(word.split("-")[0], word) for word in words if word != "all"]
    if "large" in words:
        wanted = list(WITH_LARGE)
    for name in [name for name in FILES if name in wanted] or list(FILES):
        own = (
            ["large"]
            if "large" in words
            else [word for word in words if PREFIXES.get(word.split("-")[0]) == name]
        )
        flags = [word for word in arguments if word.startswith("--")]
        sys.argv = [f"benchmarks/{name}.py", *own, *flags]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
