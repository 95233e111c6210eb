# What people, the README and .ci/run call. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
# Debian keeps the pip that venv brings in a package of its own (python3-venv); where only pip itself is installed, it can
# fill an environment that has none.
MAKE_VENV = test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --without-pip $(VENV)
ADD_PIP = $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null 2>&1 \
	|| $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet pip 2>/dev/null
# uv is quicker; pip does the same where uv cannot reach the registry that pip is configured for
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) \
	|| $(BIN)/python -m pip install --quiet --require-hashes -r $(1)

# a file's tests stay in one process; a process takes up to 1 GB
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup setup-dev run test test-all check format lock clean
.PHONY: create-sagemaker-role create-sagemaker-execution-role deploy-inference-endpoint delete-inference-endpoint

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
		awk -F'|' '{printf "  make %-32s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## build .venv with what the console needs (done by the others when missing or stale)

$(VENV)/.ready: requirements.txt requirements-bootstrap.txt requirements-model.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Sagedeck needs Python 3.11 or newer; none was found on the PATH."; exit 1; }
	@echo "Building $(VENV) (a minute or less when the packages are cached) ..."
	@{ $(MAKE_VENV); } && { $(ADD_PIP); } || { \
		echo "$(PYTHON) has neither venv nor pip. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@$(call INSTALL,requirements.txt)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . --offline \
		|| $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 app.py cli facts services sandbox ui pages
	@$(BIN)/python -m sandbox.models.weights
	@touch $@

setup-dev: $(VENV)/.ready-dev ## also what tests and checks need

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@$(call INSTALL,requirements-dev.txt)
	@touch $@

run: setup ## start the console and open it in a browser
	@$(BIN)/python -m cli console $(ARGS)

# The names of the scripts that people come from; each is one `sagedeck` command, to which ARGS are added (ARGS=--yes).
MODEL ?= huggingface-llm-qwen2-5-7b-instruct
ROLE_JSON ?= sagemaker_execution_role.json

create-sagemaker-role: setup ## create the IAM user that deploys; its key is shown once, or saved: OUT=FILE
	@$(BIN)/python -m cli user create $(if $(OUT),--out "$(OUT)") $(ARGS)

create-sagemaker-execution-role: setup ## create the role SageMaker takes on; its ARN also goes into ROLE_JSON
	@$(BIN)/python -m cli role create --out "$(ROLE_JSON)" $(ARGS)

deploy-inference-endpoint: setup ## deploy MODEL=… as ENDPOINT_NAME=… and wait until it answers
	@$(BIN)/python -m cli deploy "$(MODEL)" $(if $(ENDPOINT_NAME),--name "$(ENDPOINT_NAME)") $(ARGS)

delete-inference-endpoint: setup ## delete ENDPOINT_NAME=… with its configuration and model
	@$(BIN)/python -m cli delete "$(or $(ENDPOINT_NAME),$(error Say which: make $@ ENDPOINT_NAME=…))" $(ARGS)

test: setup-dev ## every test but the slow ones; says which were left out and why
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow and not live"

test-all: setup-dev ## the slow ones too
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not live"

check: setup-dev ## style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: setup-dev ## let ruff put the code in order
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: ## resolve the hash-pinned requirements anew
	@for pair in "requirements-dev.txt --group=dev" "requirements.txt --constraint=requirements-dev.txt"; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			pyproject.toml $${pair#* } --output-file $${pair%% *}; done

clean: ## remove what the targets made; state under SAGEDECK_HOME stays
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache *.egg-info
