# make serve   build the book in both languages and serve it (PORT=8000)
# make test    prove that everything works
# make bench   measure, as ratios in one run (ONLY=grading for that part alone, printed and not kept)
# make soak    disturb and prolong the grading of a class, and compare it with nbgrader on nbgrader's own notebooks
#              (about 20 minutes on a quiet machine)
# make lab     JupyterLab with nbgrader on this course
# make clean   remove what these made
.PHONY: serve test bench soak lab clean
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Debian packages that the jail, tests in a browser and the spell check need.
PACKAGES := bubblewrap chromium fonts-dejavu-core hunspell hunspell-en-gb hunspell-lt
BESIDE := tests/assignments tests/data tests/evidence tests/figures tests/methods tests/plan tests/translate
ROOT := $(filter 0,$(shell id -u))
# nbgrader starts alembic by its name.
export PATH := $(CURDIR)/$(BIN):$(PATH)

serve: $(STAMP)
	@$(BIN)/klasteryste book build
	@$(BIN)/klasteryste book serve --port $(PORT)

test: $(STAMP)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@git ls-files '*.ipynb' | xargs $(BIN)/nbstripout --verify --keep-id --keep-count
	@$(BIN)/klasteryste data verify
	@$(BIN)/klasteryste translate status
	@if ! { command -v chromium && command -v bwrap \
	    && hunspell -d en_GB -l </dev/null && hunspell -d lt_LT -l </dev/null; } >/dev/null 2>&1; then \
	  if [ -n "$(ROOT)" ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(PACKAGES); \
	  else \
	    echo "Tests in a browser, in the jail or of the spelling are skipped; to enable: sudo apt-get install $(PACKAGES)"; \
	  fi; \
	fi
	@$(BIN)/klasteryste book build
	@# On the other core meanwhile: each notebook once more, against what it gave for the book (the same, or it is not
	@# deterministic; a copy, since tests build the book again), then the assignments and the tests that only compute.
	@rm -rf _build/again && cp -r _build/source _build/again
	@{ $(BIN)/pytest --nbval _build/again && $(BIN)/pytest $(BESIDE); } > _build/beside.txt 2>&1 & beside=$$!; \
	  $(BIN)/pytest tests $(BESIDE:%=--ignore=%); outcome=$$?; \
	  if wait $$beside; then grep -E '^=+ .* in [0-9.]+s' _build/beside.txt; else cat _build/beside.txt; outcome=1; fi; \
	  exit $$outcome

bench: $(STAMP)
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

soak: $(STAMP)
	@$(BIN)/pytest -m soak tests
	@$(BIN)/python -m tests.soak

lab: $(STAMP)
	@cd assignments && ../$(BIN)/jupyter lab $(if $(ROOT),--allow-root)

clean:
	rm -rf _build $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The environment, made again whenever what is locked or declared changes.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 2) <= sys.version_info[:3] < (3, 14))' \
	  || { echo "Python 3.11.2 to 3.13 is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what is locked in requirements.txt (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@
