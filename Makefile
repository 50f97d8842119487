# Two commands do everything on a fresh machine:
#   make run    the main job on the bundled sample ward
#   make test   every check and the whole test suite

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= maps/sample

.PHONY: run test test-everywhere lint sample docs lock clean

run: $(VENV)/.ready
	@$(BIN)/sharemap run --out $(OUT)

test: $(VENV)/.ready-dev lint
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

# the sample under each Python of this machine, newest and lowest versions: all must say the same
test-everywhere: $(VENV)/.ready-dev
	@$(BIN)/python -m tools.everywhere

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ -x $(BIN)/oxlint ]; then $(BIN)/oxlint src; else echo "the page's script is not linted: oxlint has no wheel for this machine"; fi

# the sample ward is made by the project's own code; a test says so when the committed files differ
sample: $(VENV)/.ready-dev
	$(BIN)/python -m tools.ward data/raw/sample

# the pages of all tables and of the walking rules are printed from the code; a test says so when one is another
docs: $(VENV)/.ready-dev
	$(BIN)/python -m tools.tables
	$(BIN)/python -m tools.walking

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "sharemap needs Python 3.11 or newer; try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# what checks and tests need stands in a lock of its own: whoever runs the main job installs none of it
$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# the locks name no index: whoever installs chooses where packages come from; both hold the same versions
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock:
	$(LOCK) --extra dev --upgrade --output-file requirements-dev.lock
	$(LOCK) --extra install --constraints requirements-dev.lock --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) .venvs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis $(OUT)
