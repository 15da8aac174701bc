# Every command of a clone. Needs Python 3.11 or newer with pip, Node 20 or newer with npm, make and git; the rest
# fetches itself into .venv and web/node_modules.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTHON := $(BIN)/python
READY := .venv/.ready
CODE := src tests scripts bench docs/conf.py

.PHONY: help setup console check test soak bench docs demo up format lint types contracts budgets dead words pages web units news clean

help:  ## show this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml uv.lock scripts/setup
	@scripts/setup

setup: $(READY) console  ## make a bare clone ready (every other target does this first)

console: $(READY)  ## build the console where its sources changed (whatever starts a station does this first)
	@scripts/console

check: lint types contracts budgets dead words pages web  ## format, lint, types, import contracts, sizes, dead code, words, docs that lie
	@echo "check: all kept"

lint: $(READY)
	@$(BIN)/ruff format --check --output-format concise $(wildcard $(CODE)) >build/format.txt || { cat build/format.txt; echo "mend it: make format"; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise $(wildcard $(CODE))

types: $(READY)
	@$(BIN)/mypy --no-error-summary $(wildcard $(CODE))

contracts: $(READY)
	@PYTHONPATH=src $(BIN)/lint-imports --no-logo >build/contracts.txt || { cat build/contracts.txt; exit 1; }
	@$(BIN)/deptry --no-ansi src 2>build/deptry.txt || { cat build/deptry.txt; exit 1; }

budgets: $(READY)
	@$(PYTHON) scripts/budgets.py

dead: $(READY)
	@$(PYTHON) scripts/dead.py

words: $(READY)
	@$(PYTHON) scripts/words.py
	@$(BIN)/codespell $$(git ls-files --cached --others --exclude-standard)

pages: $(READY)
	@$(PYTHON) scripts/reference.py --check

web: console
	@[ ! -d web/node_modules ] || { cd web && npm run --silent format:check && npm run --silent lint && npm run --silent types; }

format: $(READY)  ## put all files into the one format
	@$(BIN)/ruff check --quiet --fix-only $(wildcard $(CODE))
	@$(BIN)/ruff format --quiet $(wildcard $(CODE))
	@[ ! -d web/node_modules ] || npm --prefix web run --silent format

# The tests of a file share what is dear, such as a station; files go out by name, those that take long first.
PYTEST = $(PYTHON) -m pytest -n 4 --dist loadfile --no-loadscope-reorder

units: console
	@[ ! -d web/node_modules ] || npm --prefix web run --silent test

test: $(READY) console units  ## run every test, with small counts
	@$(PYTEST) $(ARGS)

soak: $(READY) console  ## run every test with the full counts; writes soak/latest.json
	@FIELDSTATION_TEST_SOAK=1 $(PYTEST) --timeout 3600 -o faulthandler_timeout=3700 $(ARGS)

bench: $(READY)  ## measure what we promise; writes bench/out/latest.json
	@$(PYTHON) -m bench $(ARGS)

docs: $(READY)  ## build the documentation into docs/_build/html
	@$(PYTHON) scripts/reference.py
	@$(BIN)/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going -b html docs docs/_build/html
	@echo "docs: docs/_build/html/index.html"

demo: $(READY) $(if $(DEMO_KEEP),console)  ## register data, run a tool beside it, see result and lineage (DEMO_KEEP=1: keep the station)
	@$(PYTHON) scripts/demo.py

up: $(READY) console  ## run a station in the foreground
	@$(BIN)/fieldstation up $(ARGS)

news: $(READY)  ## show what the next CHANGELOG entry will say
	@$(BIN)/towncrier build --draft --version next

clean:  ## remove what the commands made
	rm -rf .venv build web/node_modules web/build web/reports src/fieldstation/facades/console/static docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
