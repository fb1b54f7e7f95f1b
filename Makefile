# Everything is done in .venv, which `make` creates from hash-pinned wheels. Needs: make, Python >= 3.11.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TOCSIN := $(BIN)/tocsin
SEEDS ?= 100
JOBS ?= 2

.PHONY: demo test coverage check format bench study incidents corruption mutation wheel requirements clean help

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "tocsin needs Python 3.11 or newer; none was found (make PYTHON=/path/to/python3)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run  ## the demonstration: an attack of six missiles among harmless things
	$(TOCSIN) run scenarios/first-light.toml --out out/first-light

test: $(VENV)/.dev  ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

coverage: $(VENV)/.dev  ## every branch of assessment and dissemination is taken by their unit tests, or this fails
	$(BIN)/python -m coverage run -m pytest tests/unit/assessment tests/unit/dissemination
	$(BIN)/python -m coverage report

check: $(VENV)/.dev  ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev  ## put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.run  ## measured figures of this machine
	for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

study: $(VENV)/.run  ## do the ellipses cover what they say, is any missile missed (long: SEEDS=100 JOBS=2)
	$(TOCSIN) study ellipses --seeds $(SEEDS) --jobs $(JOBS) --out out/study-ellipses
	$(TOCSIN) study variants --seeds 50 --jobs $(JOBS) --out out/study-variants

incidents: $(VENV)/.run  ## every false alarm and miss of the past, each with a twin in which the attack is real
	$(TOCSIN) study incidents --jobs $(JOBS) --out out/incidents

corruption: $(VENV)/.run  ## one line, site, clock or parser wrong at a time, no attack: nothing may be confirmed (an hour)
	$(TOCSIN) study corruption --jobs $(JOBS) --out out/study-corruption

mutation: $(VENV)/.dev  ## how many small mistakes in assessment and dissemination their tests find; less than 90 % fails (long, resumable)
	$(BIN)/python tools/mutation.py --out out/mutation

wheel: $(VENV)/.run  ## a wheel in dist/
	rm -rf dist
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

requirements: $(VENV)/.dev  ## compile the pinned requirements anew (needs uv)
	uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes \
		--only-binary :all: --no-emit-index-url --custom-compile-command "make requirements" --quiet -o requirements/run.txt
	uv pip compile pyproject.toml requirements/build.in --group dev --universal --python-version 3.11 --generate-hashes \
		--only-binary :all: --no-emit-index-url --custom-compile-command "make requirements" --quiet -o requirements/dev.txt

clean:  ## remove what was made here (not .venv)
	rm -rf out dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
