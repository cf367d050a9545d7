# Everything sets itself up: only Python 3.11+, git and make are needed.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup retrain serve test rehearse test-fast check bench bench-gate drills demo stack lock ui clean

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

serve: $(READY)  ## answer tickets over HTTP with this home's champion, on this machine alone, until Ctrl-C
	$(BIN)/ecomintent serve

# Each process has one thread for its mathematics: two trainings on shared threads are slower
# than one after the other. The tests of a file share a shop and stay in their order.
# One process more than there are cores, as many of the tests wait for servers.
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Markers of what make test leaves out; CI, on two slow cores and with a time limit, also leaves out what is long.
LEFT_OUT ?= rehearsal
TOGETHER := --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

test: $(READY)  ## every test but the rehearsals; those that need a server skip with their reason where there is none
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not ($(LEFT_OUT))" $(TOGETHER)

rehearse: $(READY)  ## the long ones: a month on the services, two workers, a changed taxonomy, a Ray cluster
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m rehearsal $(TOGETHER)

test-fast: $(READY)  ## the tests that train nothing and need no server
	$(BIN)/python -m pytest -m "not slow and not service"

check: $(READY)  ## format, lint, types, import contracts, known vulnerabilities of what is locked
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.audit

bench-gate: $(READY)  ## how often the gate is wrong, and how fast it is: the tables of docs/gate.md (4-15 min)
	$(BIN)/python -m tests.bench.bench_gate

# Each prints what it measured and whether it met its goal; a missed goal fails the target once all have run.
# Latency needs a release: the champion of this home, or RELEASE=FOLDER; a goal it misses is said and is no failure.
# With DATA=FOLDER the public baseline's recipe is run on its split too, which takes an hour more.
# With SERVED=HOME, a home with a promoted release, its server is put under load beside the baseline's: 4 minutes more.
BENCHES := bench_gate train_speed label_issues redaction_recall label_store data_scale
RELEASE ?= champion

bench: $(READY)  ## every benchmark, one after the other (about an hour on one quiet core)
	@failed=; for each in $(BENCHES); do \
	  printf '\n## %s\n\n' $$each; $(BIN)/python -m tests.bench.$$each || failed="$$failed $$each"; \
	done; \
	printf '\n## latency\n\n'; $(BIN)/ecomintent bench latency --release $(RELEASE) || failed="$$failed latency"; \
	test -z "$(DATA)" || { printf '\n## public_baseline\n\n'; \
	  $(BIN)/python -m tests.bench.public_baseline --data $(DATA) || failed="$$failed public_baseline"; }; \
	test -z "$(SERVED)" || { printf '\n## serve_load\n\n'; \
	  $(BIN)/python -m tests.bench.serve_load --home $(SERVED) || failed="$$failed serve_load"; }; \
	test -z "$$failed" || { echo "missed or failed:$$failed" >&2; exit 1; }

drills: $(READY)  ## break everything on purpose, see what holds: the table of docs/reliability.md
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.drills --json .drills.json --table docs/reliability.md

demo: $(READY)  ## a month of corrections in doubles of six tools: synced, retrained, counted (in a home of its own)
	$(BIN)/python -m tests.twins.demo

ui: $(READY)  ## the MLflow and Prefect pages of this home, until Ctrl-C
	$(BIN)/ecomintent ui

stack: $(READY)  ## Postgres, S3 double, MLflow and Prefect with accounts, two workers and the API, as processes (docs/stack.md)
	infra/local-stack up

lock:  ## compile requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra train --extra dev --extra trace --extra services --extra ray --extra kube --python-version 3.11 --no-header --annotation-style line --quiet \
	  | sed -e 's/+cpu//' -e 's/ *#.*//' -e '/^nvidia-/d' -e '/^triton==/d' -e '/^cuda-/d' -e '/^pip==/d' > requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:  ## remove the virtual environment and caches; homes and data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
