# make run   everything from nothing to a service on http://127.0.0.1:8000
# make test  everything from nothing to a tested checkout
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORE ?= var/store
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check format bench docs lock goldens pictures clean setup build debian

run: build  ## build the pilot venues and serve them
	@$(BIN)/indoor3d demo --store $(STORE) --port $(PORT)

test: build $(VENV)/.peers debian web/node_modules  ## run every test
	@$(BIN)/python -m pytest -n 2 --dist loadgroup
	@cd web && npm test --silent

check: setup web/node_modules  ## style, types, layers, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	cd web && npm run check --silent

format: setup  ## let the tools fix what they can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: build  ## performance, as ratios in one run; results in docs/benchmarks.md
	$(BIN)/python tools/bench.py

docs: setup  ## the documentation, strictly
	$(BIN)/mkdocs build --strict

goldens: setup  ## write the golden files again; look at the difference before committing
	$(BIN)/python tools/goldens.py

pictures: build  ## take the pictures of the documentation again; needs Chromium
	$(BIN)/python tools/pictures.py

lock: setup  ## resolve the dependencies again
	$(BIN)/pip-compile --quiet --upgrade --extra test --extra check --extra docs --extra lock --generate-hashes \
	  --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header -o requirements.lock pyproject.toml

clean:  ## remove what was made
	rm -rf $(VENV) build dist site var indoor3d/_web indoor3d/_demo indoor3d/_data web/node_modules

setup: $(VENV)/.installed

web/node_modules: web/package-lock.json
	@cd web && npm ci --silent --no-audit --no-fund && touch node_modules

build: setup
	@$(BIN)/python tools/build_hook.py
	@$(BIN)/python -c 'from indoor3d.api.warm import warm, warm_plans; warm(); warm_plans()'  # compiles once what searches and plans run on

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("indoor3d needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else echo "Python's venv module is missing: install it (Debian: apt install python3-venv) and try again." >&2; exit 1; fi; }
	@echo "installing the locked environment …"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@INDOOR3D_SKIP_BUILD=1 $(BIN)/pip install --quiet --no-build-isolation --no-deps -e .
	@touch $@

# Other people's simulators, to compare with: their declared dependencies (PySide6, VTK) draw windows that no test opens.
$(VENV)/.peers: requirements-peers.txt $(VENV)/.installed
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-peers.txt
	@touch $@

# What tests need from Debian is installed in CI only; elsewhere the tests that need it skip and say so.
debian:
ifeq ($(CI),true)
	@{ command -v chromium && command -v curl; } >/dev/null || { export DEBIAN_FRONTEND=noninteractive; s=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$s apt-get update -qq && $$s apt-get install -y -qq --no-install-recommends chromium curl fonts-noto-cjk >/dev/null; }
endif
