# Two commands matter: `make demo` shows the product, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
LEADS ?= 1200

.PHONY: setup demo test lint proof bench shots clean

PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

setup: $(VENV)/.ready

# Where an image forbids Python to keep its bytecode, each of hundreds of processes would compile Django and Ibis anew, up to 6 s.
unexport PYTHONDONTWRITEBYTECODE

# What the product needs to run, and no more: a newcomer waits for it. Bytecode is made of what is imported, when it is.
$(VENV)/.runs: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --no-compile -e .
	touch $@

$(VENV)/.ready: $(VENV)/.runs
	$(PIP) -e '.[postgres,spark,clickhouse,identity,png,dev]'
	touch $@

demo: $(VENV)/.runs
	$(BIN)/treaty demo --leads $(LEADS) --port $(PORT) $(if $(SYSTEMS),--systems)

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
