# Every target installs what it needs. The machine needs only git, make and a Python 3 with pip.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PORT ?= 5000
ARGS ?=
# `uv --version` and not `command -v uv`: a version manager may have a uv on the path that only works with another Python.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/uv/bin/uv)
UV_IS_HERE := $(if $(filter .tools/%,$(UV)),$(UV))
LOCK := uv.lock pyproject.toml client/pyproject.toml layers/analytics/pyproject.toml layers/service/pyproject.toml .python-version
export UV_LINK_MODE ?= copy
# The template is validated without an account.
export AWS_DEFAULT_REGION ?= eu-central-1
export SAM_CLI_TELEMETRY ?= 0
# The processor of the functions: x86_64 or arm64. The stamp of the artifact holds the one that it was built for.
ARCH ?= x86_64
# In the build folder, which `sam build` empties, so a failed or foreign build has no stamp.
ARTIFACT := .aws-sam/build/.built
SPECS := tests/browser/e2e
# Whether there is a Node of 18 or later with npm, for the code in TypeScript.
NODE := $(shell node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null && command -v npm)
PAGE := functions/site/page/index.html
PAGE_INSTEAD = the $(if $(wildcard $(PAGE)),page that was built before,small page)
GENERATED := dashboard/generated
ARTIFACT_SOURCES := template.yaml $(shell find tools/artifact_build functions layers -type f ! -name '*.pyc')

.PHONY: help run wheels dashboard test test-fast mutants fuzz check package run-artifact cold-start bench bench-formats bench-cost sample train evaluate-life protocols contract formats-page smoke token licences format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | column -t -s "$$(printf '\t')"

run: .venv/.runtime page-if-possible ## start the API on http://127.0.0.1:5000 (PORT=8080 for another port)
	.venv/bin/python battery_analytics_api.py $(PORT) $(ARGS)

test: artifact $(if $(NODE),browser-specs) ## run the tests (ARGS='-k pickle' for some of them)
	.venv/bin/pytest -n auto $(ARGS)

test-fast: .venv/.dev ## run the unit tests that take no seconds: no artifact, no browser
	.venv/bin/pytest -n auto tests/unit -m "not slow" $(ARGS)

mutants: .venv/.dev ## put small faults into the analysis, and count how many the tests notice (ten minutes)
	.venv/bin/python -m tools.mutants $(ARGS)

fuzz: .venv/.dev ## send the readers what no program writes (MINUTES=60 for a night; ARGS='--target pickles')
	PYTHONPATH=. .venv/bin/python -m tests.fuzz --minutes $(or $(MINUTES),2) $(ARGS)

check: .venv/.dev ## lint, types, import rules, the template, the lock file and known vulnerabilities
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m tools.contract --check
	.venv/bin/python -m tools.formats_page --check
	AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none .venv/bin/sam validate --template template.yaml
	AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none .venv/bin/sam validate --template template.yaml --lint
	$(UV) lock --check
	.venv/bin/python -m tools.artifact_build.audit
ifneq ($(NODE),)
	$(MAKE) -s dashboard/node_modules/.stamp $(GENERATED)/api.ts
	cd dashboard && npm run --silent lint -- ../$(SPECS)/src ../docs/embedding && npm run --silent typecheck
else
	@echo "There is no Node 18 with npm, so the dashboard's TypeScript is not checked."
endif

package: artifact ## build the artifact, run it, and print its sizes (ARCH=arm64 for Graviton)
	@cat .aws-sam/sizes.txt

run-artifact: artifact ## run the artifact as Lambda would, on http://127.0.0.1:5000 (ARGS='--parameter SnapStart=on')
	.venv/bin/python -m local.artifact.serve $(PORT) $(ARGS)

cold-start: artifact ## measure the time from the start of the artifact to its first answer
	.venv/bin/python -m tools.benchmarks.cold_start $(ARGS)

bench: .venv/.dev ## measure the library against plain pickle, read_csv and matplotlib in the same run
	.venv/bin/python -m tools.benchmarks.bench $(ARGS)

bench-formats: .venv/.dev ## measure large files of several formats against a plain read of each
	.venv/bin/python -m tools.benchmarks.formats $(ARGS)

bench-cost: artifact ## measure the artifact, and print the cost of 1,000 analyses
	.venv/bin/python -m tools.benchmarks.cost $(ARGS)

bench-dashboard: .venv/.dev $(PAGE) browser-specs ## measure the dashboard in Chromium: a dropped file, and 100,000 points
	.venv/bin/python -m tools.benchmarks.dashboard

screenshots: .venv/.dev $(PAGE) browser-specs ## make the screenshots of the dashboard in docs/images again
	.venv/bin/python -m tests.browser.screenshots

wheels: .venv/.runtime ## build the library and the client as wheels in dist/
	$(UV) build --quiet --wheel --out-dir dist --package battery-analytics
	$(UV) build --quiet --wheel --out-dir dist --package battery-analytics-client
	@ls dist/*.whl

contract: .venv/.dev ## write the contract that the functions read from the library's declarations
	.venv/bin/python -m tools.contract

formats-page: .venv/.dev ## write docs/formats.md from the declarations of the formats
	.venv/bin/python -m tools.formats_page

sample: .venv/.runtime ## write synthetic cells to sample_data/
	.venv/bin/python -m sample_cells $(ARGS)

train: .venv/.dev ## train the population model of cycle life (ARGS='--cells DIR --labels FILE')
	PYTHONPATH=. OMP_NUM_THREADS=1 .venv/bin/python -m tools.training.train $(ARGS)

protocols: .venv/.dev ## check the report on simulated tests and write docs/protocols.md (ARGS='--cells DIR')
	PYTHONPATH=. .venv/bin/python -m tools.protocols $(ARGS)

evaluate-life: .venv/.dev ## print the errors of the projections of cycle life (ARGS='--cells DIR --labels FILE')
	PYTHONPATH=. OMP_NUM_THREADS=1 .venv/bin/python -m tools.training.evaluate $(ARGS)

# In the environment, because every process of the machine can read a command line.
smoke: export BATTERY_API_TOKEN := $(or $(TOKEN),$(BATTERY_API_TOKEN))
smoke: .venv/.runtime ## check a deployment from outside (URL=https://… TOKEN=…, the local server by default)
	@.venv/bin/python -m tools.smoke $(or $(URL),http://127.0.0.1:$(PORT))

licences: .venv/.dev ## write docs/licences.md from the lock files
	.venv/bin/python -m tools.artifact_build.licences

token: .venv/.runtime ## make a token, and print how to add it to a deployment (CALLER=dashboard ARGS='--parameter /battery-analytics/prod/tokens')
	@.venv/bin/python -m tools.token_tool $(CALLER) $(ARGS)

format: .venv/.dev ## format the code
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

clean: ## remove everything that was built or installed here
	rm -rf .venv .tools .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache sample_data
	rm -rf functions/site/page $(GENERATED) dashboard/node_modules $(SPECS)/node_modules $(SPECS)/built

# In a second make, which sees the files of the page that this one has just built.
.PHONY: artifact
artifact: .venv/.dev page-if-possible
	@$(MAKE) --no-print-directory $(ARTIFACT)

# The layers' Makefiles get the architecture from the environment, the template from its parameter.
$(ARTIFACT): $(ARTIFACT_SOURCES) .venv/.dev $(if $(filter-out $(ARCH),$(file <$(ARTIFACT))),rebuild)
	@rm -f $@ .aws-sam/sizes.txt .aws-sam/sbom.json
	PATH="$(CURDIR)/.venv/bin:$$PATH" ARCH=$(ARCH) .venv/bin/sam build --parameter-overrides Architecture=$(ARCH)
	.venv/bin/python -m tools.artifact_build.pin --architecture $(ARCH)
	.venv/bin/python -m tools.artifact_build.check --architecture $(ARCH)
	.venv/bin/python -m tools.artifact_build.sizes >.aws-sam/sizes.txt
	.venv/bin/python -m tools.artifact_build.sbom >.aws-sam/sbom.json
	@echo $(ARCH) >$@

.PHONY: rebuild
rebuild:

dashboard: $(PAGE) ## build the page that the API serves at / (needs Node 18 or later)

# The API runs without Node: without it, or without npm's registry, the small page is served.
.PHONY: page-if-possible
page-if-possible:
ifneq ($(NODE),)
	@$(MAKE) -s $(PAGE) || echo "The dashboard could not be built (can npm's registry be reached?); $(PAGE_INSTEAD) is served."
else
	@test -f $(PAGE) || echo "There is no Node 18 with npm to build the dashboard; $(PAGE_INSTEAD) is served."
endif

$(PAGE): dashboard/node_modules/.stamp $(GENERATED)/api.ts $(GENERATED)/formats.json $(GENERATED)/plots.json $(GENERATED)/SAMPLE_CELL_cycles.csv \
		dashboard/index.html dashboard/vite.config.ts dashboard/tsconfig.json $(shell find dashboard/src -type f 2>/dev/null)
	@cd dashboard && npm run --silent build
	@touch $@

$(GENERATED)/api.ts: $(GENERATED)/openapi.json dashboard/node_modules/.stamp
	@cd dashboard && npm run --silent types >/dev/null
	@touch $@

$(GENERATED)/openapi.json $(GENERATED)/formats.json $(GENERATED)/plots.json: $(GENERATED)/.contract ;

$(GENERATED)/.contract: .venv/.runtime dashboard/contract.py $(shell find layers/service/battery_service -name '*.py' -o -name 'report.json')
	@.venv/bin/python dashboard/contract.py $(GENERATED)
	@touch $@

$(GENERATED)/SAMPLE_CELL_cycles.csv: .venv/.runtime $(shell find sample_cells -name '*.py')
	@.venv/bin/python -m sample_cells.showcase $(GENERATED)

dashboard/node_modules/.stamp: dashboard/package-lock.json dashboard/package.json
	@cd dashboard && npm ci --silent --ignore-scripts
	@touch $@

# Where npm's registry cannot be reached, the tests in Chromium are skipped with this reason, and the others run.
.PHONY: browser-specs
browser-specs:
	@if $(MAKE) -s $(SPECS)/node_modules/.stamp; then $(MAKE) -s $(SPECS)/built/.stamp; else echo "No specs in Chromium: npm ci failed."; fi

$(SPECS)/built/.stamp: $(SPECS)/node_modules/.stamp $(SPECS)/tsconfig.json $(shell find $(SPECS)/src -name '*.ts')
	@cd $(SPECS) && rm -rf built && npm run --silent build
	@touch $@

$(SPECS)/node_modules/.stamp: $(SPECS)/package-lock.json
	@cd $(SPECS) && npm ci --silent --ignore-scripts
	@touch $@

# uv installs only sources. Without this, the first start compiles them, or every start where Python may not write bytecode.
LOADED := numpy pandas matplotlib aws_lambda_powertools boto3 botocore moto werkzeug uvicorn starlette anyio h11 click yaml
COMPILE = @cd .venv/lib/python3.*/site-packages && $(CURDIR)/.venv/bin/python -m compileall -q -j 0 -x '/tests?/' $(LOADED)

.venv/.runtime: $(LOCK) | $(UV_IS_HERE)
	$(UV) sync --quiet --locked --all-packages --no-dev --group local --inexact
	$(COMPILE)
	@touch $@

.venv/.dev: $(LOCK) | $(UV_IS_HERE)
	$(UV) sync --quiet --locked --all-packages
	$(COMPILE)
	@touch $@ .venv/.runtime

.tools/uv/bin/uv:
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools/uv uv
