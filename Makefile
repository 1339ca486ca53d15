# Two commands matter: `make demo` shows the product, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
LEADS ?= 1200

.PHONY: setup demo test lint proof bench shots clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[postgres,dev]'
	touch $@

demo: setup
	$(BIN)/treaty demo --leads $(LEADS) --port $(PORT)

test: setup
	bash scripts/test.sh

lint: setup
	bash scripts/lint.sh

proof: setup
	bash scripts/proof.sh

bench: setup
	bash scripts/bench.sh

shots: setup
	$(BIN)/python scripts/tour.py docs/proof/shots

clean:
	rm -rf $(VENV) var
