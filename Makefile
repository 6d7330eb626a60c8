# instag: `make` lists what there is to do.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUST   := Cargo.toml Cargo.lock $(shell find rust/src -name '*.rs')

.DEFAULT_GOAL := help
.PHONY: help demo test

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The environment: everything but Python and Rust is installed here, nothing elsewhere.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/.installed: $(BIN)/python pyproject.toml $(RUST)
	$(BIN)/python -m pip install --quiet --group dev --editable .
	@touch $@
