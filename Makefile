# `make run` shows the portal, `make check` says whether a change may be committed. Both need Python 3.11 or newer with venv, and make.
# uv is used where it is found. Everything is written into .venv/ and var/.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PORT ?= 8000
PYTHON ?= python3
LOAD ?=
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
LOCKER = $(or $(UV),$(wildcard $(BIN)/uv))
SOURCES := app tests migrations/env.py

ifdef UV
install = $(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement $(1)
else
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1)
endif

.PHONY: help
help: ## show what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: run
run: .venv/run.stamp ## start the portal with demonstration data on http://127.0.0.1:8000 (PORT=…, LOAD=40 for many contributions)
	@mkdir -p var
	@export PORTAL_DEMONSTRATION=true PORTAL_PUBLIC_URL=http://127.0.0.1:$(PORT); \
	$(BIN)/python -m app migrate; \
	$(BIN)/python -m app seed --load "$(LOAD)"; \
	exec $(BIN)/python -m app serve --port $(PORT)

.PHONY: dev
dev: .venv/run.stamp ## the same, and start anew when a file of ours changes
	@mkdir -p var
	@export PORTAL_DEMONSTRATION=true PORTAL_PUBLIC_URL=http://127.0.0.1:$(PORT); \
	$(BIN)/python -m app migrate; \
	$(BIN)/python -m app seed --load "$(LOAD)"; \
	exec $(BIN)/python -m app serve --port $(PORT) --reload

# What is read and not run: format, lint, types, imports, messages.
define read_over
$(BIN)/ruff format --check --quiet --output-format concise $(SOURCES); \
$(BIN)/ruff check --quiet --output-format concise $(SOURCES); \
$(BIN)/mypy --no-error-summary; \
$(BIN)/lint-imports --no-cache >var/imports.log || { cat var/imports.log; exit 1; }; \
$(BIN)/python -m app translations check
endef

.PHONY: test
test: .venv/check.stamp ## the quick part of the tests: SQLite, no browser
	@$(BIN)/pytest -n 2 --scope quick

.PHONY: check
check: .venv/check.stamp chromium ## before a commit: format, lint, types, imports, messages; tests in a browser and, where it matters, on PostgreSQL
	@SECONDS=0; \
	$(read_over); \
	$(BIN)/pytest -n 2 --scope usual; \
	echo "make check: all is well after $$SECONDS seconds"

.PHONY: check-all
check-all: .venv/check.stamp chromium ## everything: both databases, six languages, random walks, every form (what continuous integration runs)
	@SECONDS=0; \
	$(read_over); \
	$(BIN)/pytest -n 2 --scope all; \
	echo "make check-all: all is well after $$SECONDS seconds"

.PHONY: coverage
coverage: .venv/workshop.stamp ## how much of the code the quick tests run
	@$(BIN)/pytest -n 2 --scope quick --cov app --cov-report term:skip-covered

.PHONY: licences
licences: .venv/workshop.stamp ## under which licence each library comes
	@$(BIN)/pip-licenses --order license --format markdown

.PHONY: sbom
sbom: .venv/workshop.stamp ## write var/sbom.json: what an installation consists of, as CycloneDX
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-reproducible --output-file var/sbom.json
	@echo "var/sbom.json"

.PHONY: hooks
hooks: .venv/workshop.stamp ## have git run the quick readings before each commit
	@$(BIN)/pre-commit install

.PHONY: mutants
mutants: .venv/check.stamp ## leave out each question to a policy and see that a test notices (half an hour)
	@$(BIN)/python -m tests.mutants

.PHONY: walks
walks: .venv/check.stamp ## walk a thousand times at random through the forms and see that no word is lost (a quarter of an hour)
	@$(BIN)/python -m tests.walks

.PHONY: bench
bench: .venv/check.stamp ## measure the portal against its own ceiling, and at 100, 1,000 and 10,000 contributions (LOAD=100,1000 for less)
	@LOAD="$(LOAD)" $(BIN)/python -m tests.bench

.PHONY: lock
lock: .venv/check.stamp ## choose versions anew and write both lock files (needs uv)
	@[ -n "$(LOCKER)" ] || { echo "make lock needs uv: $(BIN)/python -m pip install uv"; exit 1; }; \
	$(LOCKER) lock --upgrade --quiet; \
	$(LOCKER) export --quiet --no-header --no-emit-project --no-default-groups --output-file requirements.lock; \
	$(LOCKER) export --quiet --no-header --no-emit-project --group test --output-file requirements-test.lock; \
	$(LOCKER) export --quiet --no-header --no-emit-project --group test --group workshop --output-file requirements-workshop.lock; \
	! grep --line-number --extended-regexp 'https?://|file:|--(extra-)?index-url|--find-links' requirements*.lock

.PHONY: chromium
chromium: # the pages are tried in a real browser where there is one
	@mkdir -p var; \
	if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get -qq update && apt-get -qq install -y --no-install-recommends \
			chromium fonts-noto-core fonts-noto-cjk; } >var/chromium.log 2>&1 && exit 0; \
		echo "Chromium could not be installed (var/chromium.log)."; \
	fi; \
	echo "Left out: the tests marked 'browser', because there is no chromium on this machine."

.venv/pyvenv.cfg:
ifdef UV
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
else
	@$(PYTHON) -m venv .venv
endif

.venv/run.stamp: requirements.lock | .venv/pyvenv.cfg
	@echo "Installing the portal's libraries …"
	@$(call install,requirements.lock)
	@touch $@

.venv/check.stamp: requirements-test.lock | .venv/pyvenv.cfg
	@echo "Installing what the tests need …"
	@$(call install,requirements-test.lock)
	@touch $@ .venv/run.stamp

.venv/workshop.stamp: requirements-workshop.lock | .venv/pyvenv.cfg
	@echo "Installing what the workshop needs …"
	@$(call install,requirements-workshop.lock)
	@touch $@ .venv/check.stamp .venv/run.stamp
