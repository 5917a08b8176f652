# Two commands are enough: `make demo` and `make test`. Both build what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check clean

demo: $(READY)  ## an embedded model writes 20 verified samples
	$(BIN)/apigen models pull qwen2.5-coder-1.5b
	$(BIN)/apigen run configs/quickstart.yaml

test: $(READY)  ## the whole test suite
	$(BIN)/apigen models pull smollm2-135m
	$(BIN)/python -m pytest -n auto

check: $(READY)  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[local,dev]'
	touch $@

clean:
	rm -rf $(VENV) runs build *.egg-info
