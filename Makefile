# `make` lists the targets. All paths are relative, so the project may be in a folder with spaces.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
# Processes that run the tests.
JOBS ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CREATED := .venv/.created
INSTALLED := .venv/.installed
TESTABLE := .venv/.installed-test
# tests/conftest.py assigns the groups, and puts the longest one first.
PYTEST = $(BIN)/pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install native chat check lint test distributed soak bench bench-check bench-kinds bench-peers bench-search bench-speed cases fit-confidence fit-verifier fit-judge fit-kinds fit-orders graph messages lock clean distclean

help: ## list the targets
	@echo "Quoth. Usage: make TARGET [PYTHON=python3.12] [HOST=127.0.0.1] [PORT=7860]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# A virtual environment works only in the folder where it was created. The stamp records that folder, so that a
# moved or copied project gets a new one.
ifneq ($(shell cat $(CREATED) 2>/dev/null),$(CURDIR))
.PHONY: $(CREATED)
endif

IS_CURRENT = [ "$$($(BIN)/pip -V 2>/dev/null | sed 's|^pip [^ ]* from \(.*\)/lib/.*|\1|')" -ef .venv ] \
	&& $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'

$(CREATED):
	@if $(IS_CURRENT); then exit 0; fi; \
	fail() { echo "error: $$1" >&2; exit 1; }; \
	command -v "$(PYTHON)" >/dev/null || fail "'$(PYTHON)' was not found; install Python 3.11 or newer, or choose one: make PYTHON=python3.12"; \
	version=$$("$(PYTHON)" -V 2>&1 | head -n 1); \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || fail "Quoth needs Python 3.11 or newer, but '$(PYTHON)' is $$version; choose another: make PYTHON=python3.12"; \
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || fail "'$(PYTHON)' cannot create virtual environments; on Debian: apt-get install python3-venv"; \
	echo "Creating .venv with $$version"; \
	"$(PYTHON)" -m venv --clear .venv
	@echo "$(CURDIR)" > $@

$(INSTALLED): $(CREATED) pyproject.toml constraints.txt
	@echo "Installing Quoth into .venv (takes a few minutes the first time)"
	@$(PIP) install -q -c constraints.txt -e . || { echo "error: the installation failed (see above); fix the cause and run make again" >&2; exit 1; }
	@touch $@

$(TESTABLE): $(INSTALLED)
	@echo "Installing the test tools into .venv"
	@$(PIP) install -q -c constraints.txt -e '.[test]' || { echo "error: the installation failed (see above); fix the cause and run make again" >&2; exit 1; }
	@touch $@

install: $(INSTALLED) ## create .venv, install everything, download and verify the weights
	@$(BIN)/quoth models pull

# llama.cpp's wheel runs on every processor since 2013. Compiled for the one at hand it reads 1.5 times as fast with
# AVX-512, and more with AMX. What it does not need here would be fetched from the internet.
native: export CMAKE_ARGS = -DLLAMA_LLGUIDANCE=OFF -DLLAMA_BUILD_BORINGSSL=OFF -DCMAKE_CXX_FLAGS=-includetile_config.h
native: export CPATH = $(CURDIR)/deploy
native: $(INSTALLED) ## compile llama.cpp for this processor, so that answers come sooner (once, 8 to 15 minutes)
	@for tool in cmake c++; do command -v $$tool >/dev/null || { echo "error: '$$tool' was not found; on Debian: apt-get install cmake g++" >&2; exit 2; }; done
	@echo "Compiling llama.cpp for this processor (8 to 15 minutes)"
	@$(PIP) install -q --force-reinstall --no-deps --no-binary xllamacpp -c constraints.txt xllamacpp || { echo "error: llama.cpp could not be compiled (see above); what was installed before is still there" >&2; exit 1; }
	@$(BIN)/python -c 'import xllamacpp; print("llama.cpp uses", xllamacpp.get_system_info().strip(" |"))'

check: lint ## style, types, import contracts, quick tests (5 to 7 minutes)
	@$(BIN)/quoth models pull minilm
	@$(PYTEST) -m "not model and not browser and not slow and not soak and not distributed"

lint: $(TESTABLE) ## style, types and import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: lint ## install the test tools, run lint and all tests (needs Chromium)
	@$(BIN)/quoth models pull
	@$(PYTEST)

distributed: $(TESTABLE) ## run the tests with PostgreSQL, Chroma, two servers, two workers and haproxy on loopback
	@.ci/install haproxy postgresql chromium
	@$(PIP) install -q -c constraints.txt -e '.[server,test]'
	@$(BIN)/quoth models pull minilm
	@$(BIN)/pytest -n 0 -m distributed

soak: $(TESTABLE) ## run the tests that take many minutes
	@$(BIN)/quoth models pull
	@$(BIN)/pytest -m soak

# The tutorial's packages require older versions than Quoth uses, but work with these.
TUTORIAL := langchain-chroma==1.1.0 langchain-huggingface==1.2.3 langchain-text-splitters==1.1.3

fit-confidence: $(TESTABLE) ## fit the confidence's coefficients to tests/benchmarks/fitting/confidence.csv and compare them with the code's
	@$(BIN)/python -m tests.benchmarks.fitting.fit_confidence

fit-verifier: $(TESTABLE) ## fit the verifier's calibration to tests/benchmarks/fitting/proof_labels.jsonl and compare it with the code's
	@$(BIN)/python -m tests.benchmarks.fitting.fit_verifier

fit-judge: $(TESTABLE) ## train the adapter with which the default model judges proofs (needs a GPU): make fit-judge DATA=DIR
	@[ -d "$(DATA)" ] || { echo "error: DATA must be a folder with a subfolder for each set (articles.jsonl, questions.jsonl)" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(PIP) install -q --no-deps gguf==0.19.0
	@$(BIN)/python -m tests.benchmarks.judge.train "$(DATA)"

fit-kinds: $(TESTABLE) ## fit the classifiers of questions and of names, and print how well they do
	@$(BIN)/python -m tests.benchmarks.fitting.fit_kinds

fit-orders: $(TESTABLE) ## fit the classifier of orders in articles, and print how well it does; DATA=articles.jsonl: count its false alarms
	@$(BIN)/python -m tests.benchmarks.fitting.fit_orders $(if $(DATA),"$(DATA)")
bench-kinds: $(TESTABLE) ## measure answers to broad questions by kind: make bench-kinds DATA=DIR
	@[ -d "$(DATA)" ] || { echo "error: DATA must be a folder with a folder of articles.jsonl for each collection of the questions" >&2; exit 2; }
	@$(BIN)/quoth models pull minilm
	@$(BIN)/python -m tests.benchmarks.kinds "$(DATA)"

messages: $(TESTABLE) ## bring the window's words from the code into the catalogues
	@$(BIN)/python -m tests.project.catalogues

graph: $(TESTABLE) ## draw in ARCHITECTURE.md how each kind of question is answered
	@$(BIN)/python -m tests.project.architecture_graph

bench-search: $(TESTABLE) ## measure ingestion and retrieval: make bench-search DATA=DIR
	@[ -f "$(DATA)/articles.jsonl" ] || { echo "error: DATA must be a folder with articles.jsonl and questions.jsonl" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(PIP) install -q --no-deps $(TUTORIAL)
	@$(BIN)/python -m tests.benchmarks.storage.search "$(DATA)"

bench-speed: $(TESTABLE) ## measure how long answers take, alone and beside a busy program: make bench-speed [DATA=DIR/SET]
	@$(BIN)/quoth models pull
	@$(BIN)/python -m tests.benchmarks.speed $(if $(DATA),"$(DATA)")

bench-peers: $(TESTABLE) ## compare with other systems, each in an environment of its own: make bench-peers DATA=DIR/SET [ARGS="--questions 8"]
	@[ -f "$(DATA)/articles.jsonl" ] || { echo "error: DATA must be a folder with articles.jsonl and questions.jsonl" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(BIN)/python -m tests.benchmarks.peers.bench "$(DATA)" $(ARGS)

bench: $(TESTABLE) ## compare with targets and LangChain's tutorial: make bench DATA=DIR [OUT=FILE.md]
	@ls "$(DATA)"/*/questions.jsonl >/dev/null 2>&1 || { echo "error: DATA must be a folder with a subfolder for each data set (articles.jsonl, questions.jsonl)" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(PIP) install -q --no-deps $(TUTORIAL)
	@$(BIN)/python -m tests.benchmarks.answers "$(DATA)" $(if $(OUT),--out "$(OUT)")

bench-check: $(TESTABLE) ## measure which sentences are told proven or contradicted: make bench-check DATA=DIR [ARGS="--half a --verbose"]
	@[ -d "$(DATA)" ] || { echo "error: DATA must be a folder with a subfolder for each collection (articles.jsonl)" >&2; exit 2; }
	@$(BIN)/quoth models pull
	@$(BIN)/python -m tests.benchmarks.checking.bench "$(DATA)" $(ARGS)

chat: install ## install, add the articles of seeds/, serve the chat window
	@$(BIN)/quoth add seeds
	@$(BIN)/quoth serve --host "$(HOST)" --port "$(PORT)"

cases: $(TESTABLE) ## add a folder of difficult inputs one by one and print a table: make cases DIR=DIR
	@[ -d "$(DIR)" ] || { echo "error: DIR must be a folder of inputs" >&2; exit 2; }
	@$(BIN)/quoth models pull minilm
	@$(BIN)/python -m tests.benchmarks.cases "$(DIR)"

lock: $(TESTABLE) ## write the installed versions to constraints.txt
	@{ echo "# Exact versions that Quoth is tested with, written by \`make lock\`. To change one, run"; \
	   echo "# \`.venv/bin/pip install 'name==version'\`, \`make test\`, \`make lock\`. Build tags (+cpu) are omitted."; \
	   $(PIP) freeze --exclude-editable | sed -e '/ @ /d' -e '/^-e/d' -e 's/+[[:alnum:].]*$$//' | LC_ALL=C sort -f; } > .venv/constraints.new
	@mv .venv/constraints.new constraints.txt
	@touch $(INSTALLED) $(TESTABLE)
	@echo "constraints.txt: $$(grep -c == constraints.txt) versions"

clean: ## remove caches and built files; keep .venv, articles and weights
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@find qa index tests -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## also remove .venv
	@rm -rf .venv
