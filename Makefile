# Two commands: `make publish` and `make test`. `make help` lists the rest.
# No target removes .kentongan/: the ledger in it is the only proof of what went out.
PYTHON ?= python3
PIP = .venv/bin/python -m pip --quiet --disable-pip-version-check
KENTONGAN = .venv/bin/kentongan

.PHONY: help setup publish build serve check doctor test lint benchmark messages lock clean

help:
	@echo "make publish   check, build, deploy and deliver; prints the receipts"
	@echo "make build     build the site into output/"
	@echo "make serve     preview on http://127.0.0.1:8001, drafts included"
	@echo "make check     read the content and say what is wrong"
	@echo "make doctor    say what is missing on this machine"
	@echo "make test      lint, types and tests; FULL=1 adds long tests and real services"

publish: setup
	$(KENTONGAN) publish $(ARGS)

build: setup
	$(KENTONGAN) build $(ARGS)

serve: setup
	$(KENTONGAN) serve $(ARGS)

check: setup
	$(KENTONGAN) check $(ARGS)

doctor: setup
	$(KENTONGAN) doctor $(ARGS)

test: .venv/.test $(if $(filter-out 0,$(FULL)),tests/npm/node_modules/.ok)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	FULL=$(FULL) .venv/bin/python -m pytest -n 2 $(ARGS)

lint: .venv/.test
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/mypy

messages: .venv/.test
	.venv/bin/pybabel compile --domain kentongan --directory publisher/locale

# Lock files: names, versions and hashes for every platform. The test set is resolved first; what runs is a part of it.
lock: .venv/.test
	$(PIP) install uv
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml locks/build.in --extra test --output-file locks/test.txt
	sed -n 's/^\([^ #]*==[^\\]*\) \\$$/\1/p' locks/test.txt > .venv/versions.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml locks/build.in --constraints .venv/versions.txt --output-file locks/run.txt

clean:
	rm -rf output .venv

setup: .venv/.run

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Kentongan needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python locks/run.txt pyproject.toml
	$(PIP) install --require-hashes -r locks/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# The Nu HTML checker, axe-core and Lighthouse: only tests look at pages with them, and nothing of theirs is run while they install.
tests/npm/node_modules/.ok: tests/npm/package-lock.json
	npm ci --prefix tests/npm --ignore-scripts --no-audit --no-fund --silent
	@touch $@

.venv/.test: .venv/.run locks/test.txt
	$(PIP) install --require-hashes -r locks/test.txt
	@touch $@
