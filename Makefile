# Everything a user or a contributor runs. `make help` lists the targets.
#
# Each environment comes from a lock of exact versions with hashes, by plain pip. Stamp files inside
# the environment remember what is installed, so that a second call installs nothing.

PYTHON ?= python3
PYTEST_ARGS ?= -n 2 --dist loadfile

VENV := .venv
LOWEST := .venv-lowest
PEERS := .venv-peers
LOCKING := .venv-lock
BIN := $(VENV)/bin
SOURCES := $(shell find src -name '*.py')
DATA := $(shell find src -name '*.toml' -o -name '*.csv')
TODAY := $(shell date +%F)

# --compile: start-up is slow without bytecode, whatever the user's environment says about it.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --require-virtualenv --compile
INSTALL_PACKAGE := $(PIP_INSTALL) --no-deps --no-build-isolation --editable .

# Small products of matrices wait for threads longer than they take; processes use the cores.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help reproduce test test-lowest lint format types docs benchmark benchmark-peers verify lock upgrade clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

reproduce: $(VENV)/.compiled ## the ledger of published claims, as a table and as report/index.html
	@mkdir -p report
	@status=0; \
	$(BIN)/gallus reproduce --html report/index.html --figures report/figures || status=$$?; \
	if [ -f report/index.html ]; then \
		echo; echo "Report:  $(CURDIR)/report/index.html"; echo "Figures: $(CURDIR)/report/figures"; \
	fi; exit $$status

test: $(VENV)/.test $(VENV)/.compiled ## the test suite, without the slow tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-lowest: $(LOWEST)/.package ## the test suite on the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## ruff: repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

docs: $(VENV)/.dev $(VENV)/.compiled docs/.jupyter_cache/.stamp ## the site, its pages executed, warnings are errors
	@rm -rf docs/api/generated
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "Site:    $(CURDIR)/docs/_build/html/index.html"

benchmark: $(VENV)/.test $(VENV)/.compiled ## timings, as tables and as JSON in benchmarks/results
	@mkdir -p benchmarks/results
	$(BIN)/python -m benchmarks --json benchmarks/results
	$(BIN)/python benchmarks/startup.py --json benchmarks/results/startup.json

benchmark-peers: $(VENV)/.test $(VENV)/.compiled $(PEERS)/.peers ## the same next to other programs, as a dated report
	@mkdir -p benchmarks/results
	$(BIN)/python benchmarks/startup.py --json benchmarks/results/startup.json
	$(BIN)/python -m benchmarks --json benchmarks/results --peers $(PEERS)/bin/python \
		--report benchmarks/report-$(TODAY).json

verify: $(VENV)/.test $(VENV)/.compiled ## the long checks, with a dated report in verification/reports
	$(BIN)/python -m verification --output verification/reports/$(TODAY).json

# Executed pages are kept until a page, the code or the data change.
docs/.jupyter_cache/.stamp: $(SOURCES) $(DATA) $(wildcard benchmarks/report-*.json)
	@rm -rf $(@D) docs/_build
	@mkdir -p $(@D)
	@touch $@

# --- environments -----------------------------------------------------------------------------

$(VENV)/.created $(LOWEST)/.created $(LOCKING)/.created $(PEERS)/.created:
	@$(PYTHON) -c 'import sys; sys.exit("Gallus needs Python 3.11 or newer, for example: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(@D)
	@touch $@

$(VENV)/.run: locks/run.txt $(VENV)/.created
	@echo "Installing what Gallus needs to run; this takes about a minute, once."
	$(BIN)/python $(PIP_INSTALL) -r locks/run.txt
	@touch $@

$(VENV)/.package: pyproject.toml src/gallus/__init__.py $(VENV)/.run
	$(BIN)/python $(INSTALL_PACKAGE)
	@touch $@

$(VENV)/.compiled: $(SOURCES) $(VENV)/.package
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.test: locks/test.txt | $(VENV)/.package
	$(BIN)/python $(PIP_INSTALL) -r locks/test.txt
	@touch $@

$(VENV)/.dev: locks/dev.txt | $(VENV)/.test
	$(BIN)/python $(PIP_INSTALL) -r locks/dev.txt
	@touch $@

$(LOWEST)/.package: locks/lowest.txt pyproject.toml $(LOWEST)/.created
	$(LOWEST)/bin/python $(PIP_INSTALL) -r locks/lowest.txt
	$(LOWEST)/bin/python $(INSTALL_PACKAGE)
	@touch $@

# Other programs that do the same work; they meet Gallus in benchmarks only.
$(PEERS)/.peers: benchmarks/peers.txt $(PEERS)/.created
	$(PEERS)/bin/python $(PIP_INSTALL) -r benchmarks/peers.txt
	@touch $@

# --- locks ------------------------------------------------------------------------------------

UV_VERSION := 0.13.8
LOCK_FLAGS ?=
# One set of versions for all Pythons and systems.
COMPILE = $(LOCKING)/bin/uv pip compile --quiet pyproject.toml --universal --fork-strategy fewest \
	--generate-hashes --no-annotate \
	--custom-compile-command "make lock" $(LOCK_FLAGS)

$(LOCKING)/.uv: Makefile $(LOCKING)/.created
	$(LOCKING)/bin/python $(PIP_INSTALL) uv==$(UV_VERSION)
	@touch $@

lock: $(LOCKING)/.uv ## write locks/ again after a change of the dependencies
	$(COMPILE) --group dev --output-file locks/dev.txt
	$(COMPILE) --group build --group test --constraints locks/dev.txt --output-file locks/test.txt
	$(COMPILE) --group build --constraints locks/dev.txt --output-file locks/run.txt
	$(COMPILE) --group build --group test --resolution lowest-direct --output-file locks/lowest.txt

upgrade: ## the newest versions into locks/
	$(MAKE) lock LOCK_FLAGS=--upgrade

# --- cleaning ---------------------------------------------------------------------------------

clean: ## remove reports, built pages and caches
	rm -rf report build dist benchmarks/results docs/_build docs/.jupyter_cache docs/api/generated
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f $(VENV)/.compiled

distclean: clean ## remove the environments too
	rm -rf $(VENV) $(LOWEST) $(LOCKING) $(PEERS)
