# Two commands: `make results` reproduces the study, `make test` proves the code.
# Each sets up .venv from requirements.lock on first use and again when the lock changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# shell: rules of the workflow call `oxymilk`; they must find the one of this .venv
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: results test test-all test-rest mutants lint format lock docs clean help
.DEFAULT_GOAL := help

help:
	@printf '%s\n' 'make results   run the pipeline on every study of config.yaml; see results/' \
	  'make test      run the tests' \
	  'make test-all  and those that need R, PSPP or a browser (installs them), and made-up studies in full size' \
	  'make mutants   change the code of stats, audit and explain one place at a time; say which share a test notices' \
	  'make lint      check formatting and style' \
	  'make format    put formatting right' \
	  'make docs      put the current figures into the documents' \
	  'make lock      resolve requirements.lock anew (needs uv)' \
	  'make clean     remove results, logs and the environment'

# one run at a time: the Snakefile and this line wait on one lock, which a dead run does not hold, so that
# snakemake's own, which it does, is not needed
results: $(READY)
	@mkdir -p .snakemake
	@flock --nonblock .snakemake/oxymilk.lock true || \
	  { echo 'Another run works in this folder; waiting until it has ended.'; flock .snakemake/oxymilk.lock true; }
	@snakemake --nolock

test: $(READY)
	@pytest -n auto

test-all: test test-rest

# what `make test` leaves out: live comparisons with R and PSPP, the report in a browser, and the full sizes
test-rest: $(READY)
	@tests/external/install.sh
	@OXYMILK_EXTERNAL=1 OXYMILK_FULL=1 pytest -n auto -m 'external or full'

mutants: $(READY)
	@tests/mutants/run.sh

lint: $(READY)
	@ruff check .
	@ruff format --check .
	@snakefmt --check Snakefile workflow
	@snakemake --lint

format: $(READY)
	@ruff check --fix .
	@ruff format .
	@snakefmt Snakefile workflow

# the pictures of the documents are figures of the pipeline; a test holds them to it
docs: results
	@cp results/bontang2023/en/figures/p_values.png docs/images/

lock:
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group dev pyproject.toml -o requirements.lock
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group mutants -o tests/mutants/requirements.lock

clean:
	@rm -rf results/*/ logs .snakemake $(VENV) .pytest_cache .ruff_cache
	@find src tests -name __pycache__ -prune -exec rm -r {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'oxymilk needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 1; }
	@echo 'Setting up $(VENV) from requirements.lock (once; about half a minute) ...'
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
	  $(PYTHON) -m venv --without-pip --clear $(VENV) && \
	  $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } || \
	  { echo 'This Python has neither ensurepip nor pip (on Debian and Ubuntu: apt install python3-venv).'; exit 1; }
	@for what in '--require-hashes -r requirements.lock' '--no-deps --no-build-isolation --editable .'; do \
	  $(BIN)/python -m pip install --disable-pip-version-check $$what >$(VENV)/pip.log 2>&1 || \
	    { cat $(VENV)/pip.log; exit 1; }; \
	done
	@# what pip installs it compiles, but not what it links to; a job would compile half of it each time
	@$(BIN)/python -m compileall -q src
	@touch $@
