# Everything from a fresh machine with Python >= 3.11, make and git. `make help` lists the targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable
REQUIREMENTS := pyproject.toml constraints.txt

.PHONY: help demo test test-fast check bench constraints clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

demo: $(VENV)/.demo ## run the taxi pipeline on generated data (under 2 minutes, most of it download)
	@$(BIN)/penstock run examples/taxi/pipeline.py
	@echo
	@echo "Everything it made is in .penstock/: artifacts/ by content, metadata.db with runs and lineage, logs/."
	@echo "Next:"
	@echo "  $(BIN)/penstock run examples/taxi/pipeline.py     the same again: every step is reused"
	@echo "  $(BIN)/penstock show last                         steps, times and outputs"
	@echo "  $(BIN)/penstock why last evaluate                 why a step ran or was reused"

test: $(VENV)/.all ## all tests with all extras (within 60 minutes; each heavy suite states its budget)
	@$(BIN)/pytest

test-fast: $(VENV)/.check ## all but the heavy suites (at most 10 minutes)
	@$(BIN)/pytest -m "not heavy"

check: $(VENV)/.check ## format, lint, import contracts, types, shape (under a minute)
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(BIN)/pytest --quiet tests/test_shape.py

bench: $(VENV)/.check ## measure engine and data room against their bounds; writes benchmarks/results/*.json
	@status=0; for each in engine data; do $(BIN)/python benchmarks/$$each.py || status=1; done; exit $$status

constraints: ## resolve all extras anew and write constraints.txt
	@.ci/constraints $(PYTHON) > constraints.new && mv constraints.new constraints.txt

clean: ## remove the environment, caches and results; workspaces (.penstock/) stay
	rm -rf $(VENV) build dist benchmarks/results .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is renewed only when the requirements change, so nothing is installed twice.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Penstock needs Python 3.11 or newer: make PYTHON=/path/to/python" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(REQUIREMENTS) | $(BIN)/python
	$(PIP) '.[sklearn,xgboost]'
	@touch $@

$(VENV)/.check: $(REQUIREMENTS) | $(BIN)/python
	$(PIP) '.[dev,sklearn,xgboost,postgres,s3,http,avro,images]'
	@touch $@ $(VENV)/.demo

$(VENV)/.all: $(REQUIREMENTS) | $(BIN)/python
	$(PIP) '.[all,dev]'
	@touch $@ $(VENV)/.check $(VENV)/.demo
