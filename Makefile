# Quorate. `make` lists what there is; every target installs what it needs first.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
STAMP := .venv/installed
UV := $(shell command -v uv 2>/dev/null)

# The newest Python that will do. Without uv it must be able to make a virtual environment.
NEEDS := import sys, venv$(if $(UV),,, ensurepip); sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c '$(NEEDS)' >/dev/null 2>&1 && echo "$$python" && break; done)

# $(call check,name,command): silent when it passes; its output and its name when it fails.
check = @$(2) >.venv/check.log 2>&1 && echo "ok      $(1)" \
	|| { cat .venv/check.log; echo "FAILED  $(1)" >&2; exit 1; }

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' Makefile

.PHONY: install
install: $(STAMP) ## make .venv from the hash-locked requirements

$(STAMP): requirements-dev.lock pyproject.toml
ifeq ($(PYTHON),)
	@echo "Quorate needs Python 3.11 or newer with venv (Debian: apt install python3-venv)." >&2; exit 1
endif
	@echo "install with $(if $(UV),uv,pip) on $$("$(PYTHON)" --version)"
ifneq ($(UV),)
	@uv venv --quiet --allow-existing --python "$(PYTHON)" .venv
	@uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
else
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps -e .
endif
	@touch $@

.PHONY: run
run: install ## load the demo once into ./quorate-data, and serve it on this machine
	@$(BIN)/quorate demo --data ./quorate-data

.PHONY: test
test: install ## check style, types and layers, then run the tests
	$(call check,ruff check,$(BIN)/ruff check .)
	$(call check,ruff format,$(BIN)/ruff format --check .)
	$(call check,mypy,$(BIN)/python -m mypy)
	$(call check,lint-imports,$(BIN)/lint-imports)
	@$(BIN)/python -m pytest -q -n auto

ROUNDS ?= 200
SEED ?=

.PHONY: soak
soak: install ## kill processes at random moments, ROUNDS times each, and look that nothing is lost
	@$(BIN)/python -m tests.faults.soak $(ROUNDS) $(SEED)

.PHONY: screenshots
screenshots: install ## take pictures of the pages of the demo, into docs/screens
	@$(BIN)/python -m tests.web.screenshots

.PHONY: bench
bench: install ## measure, as ratios to a floor in the same run
	@$(BIN)/python -m bench

# Existing pins stay unless asked: make lock FLAGS=--upgrade
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(FLAGS) pyproject.toml

.PHONY: lock
lock: install ## remake the lock files from pyproject.toml
	@$(COMPILE) -o requirements.lock >/dev/null
	@$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock >/dev/null

.PHONY: clean
clean: ## remove .venv and caches; never data
	@rm -rf .venv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
