# Everything a person or a machine does with the source. `make help` lists it.
# Needs Python 3.11 or newer and make; what else is needed is fetched or built, and named when it cannot be.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PAGE_SOURCES := $(shell find web -name node_modules -prune -o -type f -print 2>/dev/null)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
# Tests that start servers or the whole system run one after another: two cores hold one system in real time.
PYTEST := $(BIN)/python -m pytest

.PHONY: help setup run test lint docs lock clean sfu models

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(STAMPS)/installed sfu models $(STAMPS)/page ## make .venv, get the SFU and the models, build the page
	@echo "viva: set-up is complete"

run: setup ## set up what is missing and start everything
	@exec $(BIN)/viva up

test: setup $(STAMPS)/dev $(STAMPS)/chromium lint ## lint, types, layers, and every test
	$(PYTEST) tests/unit tests/guards -n 2
	$(PYTEST) tests --ignore tests/unit --ignore tests/guards

lint: setup $(STAMPS)/dev ## style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m agent.setup.page check

docs: $(STAMPS)/installed ## write the pages of settings, commands and licences from the code
	$(BIN)/python -m agent.setup.docs

lock: ## write the lock files anew from pyproject.toml, keeping pinned versions (needs uv)
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) --no-annotate web/node.in --output-file web/node.lock
	$(LOCK) --no-annotate servers/go-toolchain.in --output-file servers/go-toolchain.lock

clean: ## remove what set-up made here; data in var/ and the cache stay
	rm -rf $(VENV) web/node_modules agent/web/static/build build *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "viva: $(PYTHON) is not Python 3.11 to 3.13; name one with make PYTHON=..." >&2; exit 1; }
	@echo "viva: making $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "viva: $(PYTHON) cannot make a virtual environment; install its venv module" >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/installed: requirements.lock pyproject.toml | $(STAMPS)/venv
	@echo "viva: installing the packages of requirements.lock"
	@$(PIP) install --quiet --progress-bar on --require-hashes --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/installed
	@echo "viva: installing the packages of requirements-dev.lock"
	@$(PIP) install --quiet --progress-bar on --require-hashes --requirement requirements-dev.lock
	@touch $@

sfu: $(STAMPS)/installed
	@$(BIN)/python -m agent.setup.sfu

models: $(STAMPS)/installed
	@$(BIN)/viva models pull

$(STAMPS)/page: $(PAGE_SOURCES) $(STAMPS)/installed
	@$(BIN)/python -m agent.setup.page build
	@touch $@

$(STAMPS)/chromium: | $(STAMPS)/dev
	@$(BIN)/python -m agent.setup.chromium
	@touch $@
