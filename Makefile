# The two commands: `make demo` and `make test`. Both set up .venv/ once; nothing else is needed but Python >= 3.11.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
DEMO := out/demo

.PHONY: demo test check lock clean
.DEFAULT_GOAL := demo

demo: .venv/.ready  ## plan the sample county qinyuan for four weeks and say where the pages are
	$(BIN)/xunzhen plan data/samples/qinyuan --weeks 4 --seconds 25 --out $(DEMO) || test $$? -eq 3  # 3: planned, some visits listed as owed

# Where it is set, each of hundreds of processes would compile again what it imports, and the tests rewritten by pytest.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.ready  ## every check: style, types, walls between the rooms, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	nice -n 19 $(BIN)/pytest -n 5 --dist loadgroup  # two cores: what waits leaves room; as low as the children that give way, or they starve

# Two steps, so that Ctrl-C while the search is compiled loses nothing installed; compiling goes on where it was.
.venv/.ready: .venv/.installed
	$(BIN)/python -m planner.solver.first_run  # compile the search now, so that no plan waits for it: says how far it is
	@touch $@

.venv/.installed: pyproject.toml requirements.txt
	@test -n "$(PYTHON)" || { echo "xunzhen needs Python 3.11 or newer; none was found. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up .venv, once: a few minutes on a slow line ..."
	@echo "正在准备 .venv，只需一次：网络慢时要几分钟……"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock:  ## pin every dependency with its hashes again (needs pip-tools)
	pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
		--strip-extras --allow-unsafe --extra dev --output-file requirements.txt pyproject.toml

clean:
	rm -rf .venv out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
