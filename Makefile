# Every tool lives in this folder (.venv, .tools); nothing is taken from an activated environment.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE CONDA_PREFIX
# Only these two act with the deployer's own credentials; nothing else sees any.
ifeq (,$(filter deploy doctor,$(MAKECMDGOALS)))
unexport AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
export AWS_DEFAULT_REGION := ca-central-1
endif
export SAM_CLI_TELEMETRY := 0
export __SAM_CLI_APP_DIR := $(CURDIR)/.tools/sam/home
export PYTHONNOUSERSITE := 1
export UV_SYSTEM_CERTS := 1

BIN := .venv/bin
SAM := .tools/sam/bin
DEV := .venv/.stamp
SAM_CLI := .tools/sam/.stamp
MINISTACK := .tools/ministack/.stamp
CLIENT := .tools/client/.stamp
TEMPLATES := $(wildcard template*.yaml)
CODE := $(wildcard layers/reconnect/flinks_reconnect functions local operate sandbox demo docs clients/python/src bench bulk_import tests)

.PHONY: help quick setup browser build deploy doctor up down test check lint types imports template unit e2e prove bench audit sbom docs fmt lock clean

help: ## show the targets
	@sed -n 's/^\([a-z]*\):.*## /\1 - /p' Makefile

setup: $(DEV) $(SAM_CLI) $(MINISTACK) $(CLIENT) ## install every tool into .venv and .tools

.tools/uv/.stamp: requirements/uv.txt
	local/make-venv uv
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml clients/python/pyproject.toml .tools/uv/.stamp
	local/make-venv .venv requirements/dev.txt
	.tools/uv/bin/uv pip install -q --no-config --no-deps --python $(BIN)/python --editable . --editable clients/python
	@touch $@

$(SAM_CLI): requirements/sam.txt .tools/uv/.stamp
	local/make-venv .tools/sam requirements/sam.txt
	@touch $@

$(MINISTACK): requirements/ministack.txt .tools/uv/.stamp
	local/make-venv .tools/ministack requirements/ministack.txt
	@touch $@

$(CLIENT): requirements/client.txt .tools/uv/.stamp
	local/make-venv .tools/client requirements/client.txt
	@touch $@

browser: $(DEV) ## find a Chromium, or install one
	@$(BIN)/python -u -m local.browser

build: $(DEV) $(SAM_CLI) ## what sam deploy uploads, with byte code (before a real `sam deploy`, too)
	$(BIN)/python -u -m local build

deploy: $(DEV) $(SAM_CLI) ## to AWS: make deploy ENV=dev (see samconfig.toml); asks what it must know
	@$(BIN)/python -u -m operate deploy

doctor: $(DEV) ## how a deployed stack is: make doctor ENV=dev [LOGIN=<LoginId of a test login>]
	@$(BIN)/python -u -m operate doctor

up: setup ## the whole service on this machine
	@$(BIN)/python -u -m local up

down: $(DEV) ## stop what `make up` started
	@$(BIN)/python -u -m local down

test: check unit e2e ## everything

check: lint types imports template ## whatever needs no running code

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/mypy $(CODE)

imports: $(DEV)
	$(BIN)/lint-imports

template: $(SAM_CLI)
ifneq ($(TEMPLATES),)
	$(SAM)/cfn-lint --append-rules cfn_lint_serverless.rules -- $(TEMPLATES)
	for template in $(TEMPLATES); do $(SAM)/sam validate --lint --template $$template || exit 1; done
endif

NODE := $(addsuffix /node_modules/.stamp, clients/typescript clients/web tests/docs/asyncapi tests/sandbox/clients)
$(NODE): %/node_modules/.stamp: %/package.json
	@mkdir -p $(@D)
	@if command -v npm >/dev/null; then \
	  npm install --silent --fetch-retries 1 --fetch-timeout 30000 --no-package-lock --no-audit --no-fund --cache .tools/npm --prefix $* \
	  || echo "unit: npm brings nothing here, so $* is not tried"; \
	else echo "unit: no npm here, so $* is not tried"; fi
	@touch $@

unit: setup $(NODE) browser ## all tests but those on a deployed stack
	$(BIN)/pytest -n 2 --dist loadfile --ignore tests/e2e --ignore tests/deploy
	$(BIN)/pytest tests/deploy

quick: $(DEV) ## the core alone, while one works on it
	$(BIN)/pytest -n 2 -q tests/unit/domain tests/unit/usecases tests/simulation/test_seeds.py

e2e: setup $(NODE) browser ## the stories in a real browser, on a freshly deployed stack
	$(BIN)/pytest tests/e2e

.tools/audit/.stamp: requirements/audit.txt .tools/uv/.stamp
	local/make-venv .tools/audit requirements/audit.txt
	@touch $@

audit: .tools/audit/.stamp ## ask the advisories about every pin (needs a network)
	for lock in layers/reconnect/requirements.txt requirements/*.txt; do \
	  .tools/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$lock || exit 1; done

sbom: $(DEV) ## what the layer brings, as CycloneDX: dist/sbom.json
	$(BIN)/python -m operate.sbom

PROVE_STEPS := 10000000
PROVE_FIRST := 0
prove: $(DEV) ## search long, kill everywhere, hunt deliberate bugs; writes docs/proof.md
	$(BIN)/python -m tests.simulation.prove --steps $(PROVE_STEPS) --first $(PROVE_FIRST) --jobs 2 --kept .prove.json

bench: setup ## what a bad day and a first request cost, each beside its budget
	$(BIN)/python -m bench.hanging_bank
	$(BIN)/python -m bench.bad_minute
	$(BIN)/python -m bench.nightly_list
	$(BIN)/python -m bench.large_answer
	$(BIN)/python -m bench.cold
	$(BIN)/python -m tests.sandbox.throughput

docs: $(DEV) ## write the generated parts of the documents
	$(BIN)/python -m docs.tools

fmt: $(DEV) ## format and repair the source
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

COMPILE := .tools/uv/bin/uv pip compile --quiet --no-config --universal --python-version 3.13 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade

lock: .tools/uv/.stamp ## compile the hash-pinned requirements anew
	$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o layers/reconnect/requirements.txt
	for group in client sam ministack audit uv; do $(COMPILE) --group $$group -o requirements/$$group.txt || exit 1; done

clean: down ## remove what was built and run, keep the tools
	rm -rf .aws-sam .local
