.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
# uv where there is one, pip everywhere else; both refuse what the lock has no hash of.
install_with = $(if $(UV),$(UV) pip install --quiet --python $(1)/bin/python,$(1)/bin/python -m pip install --quiet --disable-pip-version-check)
INSTALL := $(call install_with,$(VENV))
# What the bench compares us with, each in an environment of its own.
PEERS := fastapi_users flask
JOBS ?= auto
DOCKER ?= docker

.PHONY: help run test coverage check audit fix migration clients bench bench-peers faults image image-check lock install dev openapi

help: ## Say what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## Set up .venv with what the service needs

run: install ## Serve on http://127.0.0.1:5000, with SQLite
	@exec $(BIN)/uservault serve

test: dev ## Run the whole suite, with the databases there are
	$(BIN)/pytest -n $(JOBS) $(ARGS)

# Measuring doubles the work, and the servers' drivers are the only lines that SQLite does not reach.
coverage: dev ## Run what needs no server's database, and measure the coverage
	$(BIN)/pytest -n $(JOBS) --backend sqlite --cov --cov-report=term $(ARGS)

check: dev ## Lint, types, import contracts, migrations, published files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@rm -rf build/migrated && mkdir -p build/migrated
	$(MIGRATED) $(BIN)/uservault migrate up
	$(MIGRATED) $(BIN)/alembic check
	$(BIN)/uservault openapi | diff -u openapi.json - || (echo 'run: make openapi' && false)
	$(BIN)/uservault problems | diff -u docs/problems.md - || (echo 'run: make openapi' && false)
	$(BIN)/python -m tests.support.pages --check

audit: dev ## Look for known vulnerabilities in what the service needs (asks a service on the net)
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements/run.txt

fix: dev ## Format, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

openapi: dev ## Renew openapi.json and the generated parts of the documentation
	$(BIN)/uservault openapi > openapi.json
	$(BIN)/uservault problems > docs/problems.md
	$(BIN)/python -m tests.support.pages

migration: dev ## Draft a migration: make migration name=add_invitations
	@test -n "$(name)" || (echo 'make migration name=what_it_does' && false)
	@rm -rf build/migrated && mkdir -p build/migrated
	$(MIGRATED) $(BIN)/uservault migrate up
	$(MIGRATED) $(BIN)/alembic revision --autogenerate -m "$(name)" \
		--rev-id $$(printf '%04d' $$(($$(ls alembic/versions/*.py | wc -l) + 1)))
	$(BIN)/ruff format alembic

bench: dev ## Measure, each figure beside its reference
	$(BIN)/python -m bench $(ARGS)

bench-peers: dev $(PEERS:%=build/peers/%/.installed) ## Measure it beside other services
	$(BIN)/python -m bench.peers $(ARGS)

faults: dev ## Kill it under load, and look whether it kept its word
	$(BIN)/python -m faults $(ARGS)

clients: dev ## Compile generated TypeScript types, try an OAuth client in Node (needs npm)
	npm ci --silent --prefix tests/clients
	@mkdir -p build/clients
	npm run --silent --prefix tests/clients check
	$(BIN)/python -m tests.support.node_client

image: ## Build the container image (DOCKER=podman does it too)
	$(DOCKER) build --tag uservault .

image-check: ## Build and try the image without a Docker engine (Debian, as root)
	sh docker/check.sh

lock: ## Resolve the dependencies anew (needs uv)
	@test -n "$(UV)" || (echo 'make lock needs uv' && false)
	$(UV) pip compile $(LOCK) --upgrade --extra argon2 --extra redis pyproject.toml -o requirements/run.txt
	$(UV) pip compile $(LOCK) --upgrade --group build -o requirements/build.txt
	$(UV) pip compile $(LOCK) --upgrade --extra argon2 --extra redis --group dev --group build -c requirements/run.txt -c requirements/build.txt pyproject.toml -o requirements/dev.txt
	$(foreach peer,$(PEERS),$(UV) pip compile $(LOCK) --upgrade bench/peers/$(peer)/requirements.in -o bench/peers/$(peer)/requirements.txt &&) true

# A database of its own, whatever the environment says.
MIGRATED := DATABASE_URL=sqlite:///build/migrated/app.db USERVAULT_ENV=development
LOCK := --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-annotate

dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "UserVault needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Another one: make PYTHON=python3.13 …")'
	@$(PYTHON) -m venv $(VENV) || (rm -rf $(VENV) && false)

$(VENV)/.installed: $(VENV)/bin/python requirements/run.txt requirements/build.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --require-hashes -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

build/peers/%/.installed: bench/peers/%/requirements.txt $(VENV)/bin/python
	@$(BIN)/python -m venv --clear $(@D)
	$(call install_with,$(@D)) --require-hashes -r $<
	@touch $@
