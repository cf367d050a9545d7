# Everything sets itself up: only Python 3.11+, git and make are needed.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup retrain test test-fast check bench-gate demo lock ui clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/  /' | sort

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

setup: $(READY)  ## virtual environment with the locked dependencies

retrain: $(READY)  ## the whole loop on the embedded defaults; fills an empty home with the invented samples
	$(BIN)/ecomintent samples
	$(BIN)/ecomintent retrain

test: $(READY)  ## every test; those that need a server skip with their reason where there is none
	$(BIN)/python -m pytest

test-fast: $(READY)  ## the tests that train nothing and need no server
	$(BIN)/python -m pytest -m "not slow and not service"

check: $(READY)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench-gate: $(READY)  ## how often the gate is wrong, and how fast it is: the tables of docs/gate.md (4-15 min)
	$(BIN)/python -m tests.bench.bench_gate

demo: $(READY)  ## a month of corrections in doubles of six tools: synced, retrained, counted (in a home of its own)
	$(BIN)/python -m tests.twins.demo

ui: $(READY)  ## the MLflow and Prefect pages of this home, until Ctrl-C
	$(BIN)/ecomintent ui

lock:  ## compile requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --no-header --annotation-style line --quiet \
	  | sed -e 's/+cpu//' -e 's/ *#.*//' -e '/^nvidia-/d' -e '/^triton==/d' -e '/^cuda-/d' > requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:  ## remove the virtual environment and caches; homes and data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
