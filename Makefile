# Quoth: `make` lists what can be made. Every path is relative, so the project may live in a folder with spaces.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CREATED := .venv/.created
INSTALLED := .venv/.installed
TESTABLE := .venv/.installed-test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install test lint soak bench bench-search chat lock clean distclean

help: ## list these targets
	@echo "Quoth. Usage: make TARGET [PYTHON=python3.12] [HOST=127.0.0.1] [PORT=7860]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# A virtual environment works only in the folder it was made in: its stamp holds that folder, and after a move or
# a copy it is made anew.
ifneq ($(shell cat $(CREATED) 2>/dev/null),$(CURDIR))
.PHONY: $(CREATED)
endif

OF_THIS_FOLDER = [ "$$($(BIN)/pip -V 2>/dev/null | sed 's|^pip [^ ]* from \(.*\)/lib/.*|\1|')" -ef .venv ] \
	&& $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'

$(CREATED):
	@if $(OF_THIS_FOLDER); then exit 0; fi; \
	fail() { echo "error: $$1" >&2; exit 1; }; \
	command -v "$(PYTHON)" >/dev/null || fail "there is no '$(PYTHON)'; install Python 3.11 or newer, or name one: make PYTHON=python3.12"; \
	version=$$("$(PYTHON)" -V 2>&1 | head -n 1); \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || fail "Quoth needs Python 3.11 or newer, and '$(PYTHON)' is $$version; name another: make PYTHON=python3.12"; \
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || fail "'$(PYTHON)' cannot make virtual environments; on Debian: apt-get install python3-venv"; \
	echo "Making .venv with $$version"; \
	"$(PYTHON)" -m venv --clear .venv
	@echo "$(CURDIR)" > $@

$(INSTALLED): $(CREATED) pyproject.toml constraints.txt
	@echo "Installing Quoth into .venv (the first time takes some minutes)"
	@$(PIP) install -q -c constraints.txt -e . || { echo "error: the installation failed, see above; once mended, run make again" >&2; exit 1; }
	@touch $@

$(TESTABLE): $(INSTALLED)
	@echo "Installing the test tools into .venv"
	@$(PIP) install -q -c constraints.txt -e '.[test]' || { echo "error: the installation failed, see above; once mended, run make again" >&2; exit 1; }
	@touch $@

install: $(INSTALLED) ## .venv with everything, weights fetched and verified
	@$(BIN)/quoth models pull

test: lint ## install with test tools, check style and types, run all tests
	@$(BIN)/quoth models pull
	@$(BIN)/pytest

lint: $(TESTABLE) ## style, types and who imports whom
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

soak: $(TESTABLE) ## the long tests that `make test` leaves out
	@$(BIN)/quoth models pull
	@$(BIN)/pytest -m soak

# The tutorial's packages ask for older versions than Quoth uses, and work with these.
TUTORIAL := langchain-chroma==1.1.0 langchain-huggingface==1.2.3 langchain-text-splitters==1.1.3

bench-search: $(TESTABLE) ## how fast articles are added and found, how well: make bench-search DATA=DIR
	@[ -f "$(DATA)/articles.jsonl" ] || { echo "error: DATA must be a folder with articles.jsonl and questions.jsonl" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(PIP) install -q --no-deps $(TUTORIAL)
	@$(BIN)/python -m tests.benchmarks.search "$(DATA)"

bench: $(TESTABLE) ## search and answers beside targets and tutorial: make bench DATA=DIR [OUT=docs/benchmarks.md]
	@ls "$(DATA)"/*/questions.jsonl >/dev/null 2>&1 || { echo "error: DATA must be a folder of folders with articles.jsonl and questions.jsonl" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(PIP) install -q --no-deps $(TUTORIAL)
	@$(BIN)/python -m tests.benchmarks.answers "$(DATA)" $(if $(OUT),--out "$(OUT)")

chat: install ## install, add the articles of seeds/, open the chat window
	@$(BIN)/quoth add seeds
	@$(BIN)/quoth serve --host "$(HOST)" --port "$(PORT)"

lock: $(TESTABLE) ## write the versions installed in .venv to constraints.txt
	@{ echo "# Exact versions Quoth is tested with. Written by \`make lock\` from .venv; to move one,"; \
	   echo "# \`.venv/bin/pip install 'name==version'\`, \`make test\`, \`make lock\`. Build tags (+cpu) are left out."; \
	   $(PIP) freeze --exclude-editable | sed -e '/ @ /d' -e '/^-e/d' -e 's/+[[:alnum:].]*$$//' | LC_ALL=C sort -f; } > .venv/constraints.new
	@mv .venv/constraints.new constraints.txt
	@touch $(INSTALLED) $(TESTABLE)
	@echo "constraints.txt: $$(grep -c == constraints.txt) versions"

clean: ## remove caches and built files; .venv, articles and weights stay
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@find qa index tests -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## also remove .venv
	@rm -rf .venv
