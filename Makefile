# Each target makes the virtual environment it needs, and re-uses it while nothing has changed.
#   make report COUNTRY=MAR     one country brief, offline        (also HORIZON=2040)
#   make batch                  all 34 countries and an index page
#   make test                   every check that a change must pass
#   make test-pandas2           the tests on the older pandas, in an environment of its own
#   make lab                    JupyterLab on the notebooks
#   make bench                  time and memory beside the peers   (also NAME=balancing, NAME=large)
PYTHON ?= python3
VENV   ?= .venv
COUNTRY ?= MAR
HORIZON ?=
WORKERS ?= 2
BIN := $(VENV)/bin
# Python compiles what it imports, once; compiling all of scipy beforehand takes half a minute.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints-py311.txt
INPUTS := pyproject.toml constraints-py311.txt

.PHONY: report batch test test-pandas2 lab bench clean
.DEFAULT_GOAL := report

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "skillsfc needs Python 3.11 or newer; found $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) (once, about two minutes) ..."; $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/.core: $(VENV)/.python $(INPUTS)
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.python $(INPUTS)
	@$(INSTALL) -e ".[test]"
	@touch $(VENV)/.core $@

$(VENV)/.lab: $(VENV)/.core
	@$(INSTALL) -e ".[lab]"
	@touch $@

report: $(VENV)/.core
	@$(BIN)/skillsfc report $(COUNTRY) $(if $(HORIZON),--horizon $(HORIZON))

batch: $(VENV)/.core
	@$(BIN)/skillsfc batch reports/batch.yml --workers $(WORKERS)

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m compileall -q skillsfc  # once, not in every worker and kernel
	@# Types are checked beside the tests, which start and end on one core.
	$(BIN)/mypy & types=$$!; \
	  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile; \
	  tests=$$?; wait $$types || exit 1; exit $$tests

# Ministries keep an installed pandas for long: the suite must pass on the last of series 2 too.
test-pandas2:
	@test -x $(VENV)-pandas2/bin/python || { $(PYTHON) -m venv $(VENV)-pandas2 && \
	  $(VENV)-pandas2/bin/python -m pip install --quiet --disable-pip-version-check -e ".[test]" "pandas<3"; }
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)-pandas2/bin/python -m pytest -n 2 --dist loadfile

lab: $(VENV)/.lab
	$(BIN)/jupyter lab notebooks/00_start_here.ipynb

# The peers want an older pandas than the constraints name: an environment of their own.
bench:
	@test -x $(VENV)-bench/bin/python || { $(PYTHON) -m venv $(VENV)-bench && \
	  $(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"; }
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(VENV)-bench/bin/python -m benchmarks run $(NAME)

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-pandas2 reports/.runs .pytest_cache .mypy_cache .ruff_cache
