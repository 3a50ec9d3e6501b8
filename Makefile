# How to work here; `make` alone prints this table of contents.
# One environment, .venv, serves running and testing alike: what was tested is what runs.
# A server that only runs the bot can install requirements-build.txt and requirements.txt instead, as `setup` does below.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE PIP_NO_COMPILE  # cached bytecode makes a start 3.6 times as fast

PYTHON ?= python3.13 python3.12 python3.11 python3
VENV := .venv/bin
READY := .venv/.ready
GATEWAY := tests/npm
UV := $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
      --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: help setup run chat check test lint types unit format bench migration gateway lock hooks clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## make the environment in .venv: the first Python from 3.11 up that runs, everything locked and hashed
	@:

run: setup ## start the bot: on the gateway that .env names, else on a simulated WeChat in this terminal
	@$(VENV)/python bot.py run $(ARGS)

chat: setup ## talk to the bot in this terminal, as any resident
	@$(VENV)/python bot.py chat $(ARGS)

check: setup ## look over settings, templates, schedules and database; every fault with file and line
	@$(VENV)/python bot.py check $(ARGS)

test: setup lint types unit ## format, lint, types, import contract, all tests (ARGS="-k word" for some of them)

lint: setup ## format, lint and import contract, changing nothing
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/lint-imports --no-logo

types: setup ## types, strictly
	@$(VENV)/mypy .

unit: setup gateway
	@$(VENV)/python -m pytest $(ARGS)

format: setup ## put the code into its one format and mend what lint can mend by itself
	@$(VENV)/ruff check --fix --quiet . ; $(VENV)/ruff format .

bench: setup ## measure, and print the figures as JSON
	@$(VENV)/python -m benchmarks $(ARGS)

migration: setup ## draft the change of the database that changed tables need (MSG="Keep wishes")
	@$(VENV)/python -m community.migrate "$(MSG)"
	@$(VENV)/ruff format --quiet community/migrations/versions

lock: setup ## write the lock files anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(UV) $(ARGS) --group build --output-file requirements-build.txt
	@$(UV) $(ARGS) pyproject.toml --output-file requirements.txt
	@$(UV) $(ARGS) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt

hooks: setup ## have git run lint and types before each commit
	@$(VENV)/pre-commit install

clean: ## remove what make made: .venv, node_modules, caches; never a shop's data
	rm -rf .venv $(GATEWAY)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on the path need not run (pyenv leaves such names behind), so each candidate is tried, venv module included.
# An environment that works is kept: a changed lock only installs what changed.
$(READY): requirements-build.txt requirements-dev.txt
	@if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
	    for candidate in $(PYTHON); do \
	        if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	        then found=$$candidate; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "Keting needs Python 3.11 or newer with its venv module, and none was found." >&2; \
	        echo "If it is somewhere special: make setup PYTHON=/path/to/python3" >&2; \
	        exit 1; \
	    fi; \
	    $$found -m venv --clear .venv || exit 1; \
	fi
	@echo "Installing into .venv for $$($(VENV)/python --version); the first time takes about a minute."
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-build.txt
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation \
	    --requirement requirements-dev.txt
	@touch $@

# The real npm gateway, for the end-to-end tests. Without Node.js they skip themselves and say so; CI may not skip them.
gateway:
	@if command -v node >/dev/null && command -v npm >/dev/null; then \
	    $(MAKE) --silent $(GATEWAY)/node_modules/.ready; \
	elif [ "$$CI" = true ]; then \
	    echo "CI needs Node.js and npm for the tests against the real gateway." >&2; exit 1; \
	else \
	    echo "Node.js is not installed here: the tests against the real npm gateway will be skipped."; \
	fi

$(GATEWAY)/node_modules/.ready: $(GATEWAY)/package-lock.json
	@echo "Installing the npm gateway for the tests; the first time takes about half a minute."
	@cd $(GATEWAY) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
