# The commands of the README, for a Debian 12 machine; each installs the packages that are missing.

PACKAGES := cmake ninja-build g++ libfmt-dev libhwy-dev nlohmann-json3-dev libcli11-dev zlib1g-dev
TEST_PACKAGES := $(PACKAGES) libgtest-dev python3-venv python3-dev
SANITIZER_PACKAGES := $(TEST_PACKAGES) clang libclang-rt-14-dev
LINT_PACKAGES := clang-format clang-tidy
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: build demo test oracle bench fuzz asan tsan install format lint clean
.DELETE_ON_ERROR:

# $(call packages,LIST): installs what is not there yet.
packages = @missing=""; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update -qq && \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi

# build/bin/wick and build/libwick.a.
build:
	$(call packages,$(PACKAGES))
	cmake --preset release -DWICK_TESTS=OFF
	cmake --build build -j$(JOBS) --target wick_cli

# Runs archives that PyTorch wrote, beside what PyTorch had given for them.
demo:
	$(call packages,$(PACKAGES))
	@cmake --preset release -DWICK_TESTS=OFF
	@cmake --build build -j$(JOBS) --target wick_cli wick_demo
	@build/bin/demo tests/data

# All tests that need no PyTorch, those of the Python package too. libwick.so is there for the test of installing it.
test:
	$(call packages,$(TEST_PACKAGES))
	cmake --preset release -DWICK_TESTS=ON -DBUILD_SHARED_LIBS=ON $$(tests/python/setup.sh)
	cmake --build build -j$(JOBS)
	ctest --test-dir build --output-on-failure -j$(JOBS)

# Models built in PyTorch 2.13 (pip) and 1.13 (apt), run there and in wick, compared.
oracle: build
	tests/oracle/all.sh

# Times side by side with PyTorch (and CPython); docs/benchmarks.md has tables made by it. PEERS=programs: scalar programs and
# compiling; eager: calls from Python; operators: on tensors of some size; training: its steps.
PEERS ?= peers
bench: build
	$(call packages,$(TEST_PACKAGES))
	cmake --preset release $$(tests/python/setup.sh)
	cmake --build build -j$(JOBS) --target wick_python
	eval "$$(tests/oracle/setup.sh)" && "$$WICK_ORACLE_PY213" bench/$(PEERS).py $(BENCH)

# Each fuzz target for FUZZ_SECONDS, with what earlier runs found (fuzz-corpus/).
fuzz:
	$(call packages,$(SANITIZER_PACKAGES))
	FUZZ_SECONDS=$(FUZZ_SECONDS) JOBS=$(JOBS) fuzz/run.sh

asan:
	$(call packages,$(SANITIZER_PACKAGES))
	cmake --preset asan -DWICK_TESTS=ON
	cmake --build build-asan -j$(JOBS)
	ctest --test-dir build-asan --output-on-failure -j$(JOBS)

tsan:
	$(call packages,$(TEST_PACKAGES))
	cmake --preset tsan -DWICK_TESTS=ON
	cmake --build build-tsan -j$(JOBS) --target wick_cli wick_tests
	TSAN_OPTIONS=allocator_may_return_null=1 ctest --test-dir build-tsan --output-on-failure -j$(JOBS) \
		-R 'Thread|Parallel|Future|Fork|Limit|Stop' -E 'Memory'

# make install PREFIX=/usr/local
PREFIX ?= /usr/local
install: build
	cmake --install build --prefix $(PREFIX)

format:
	$(call packages,$(LINT_PACKAGES))
	git ls-files '*.h' '*.cpp' | xargs clang-format -i

lint:
	$(call packages,$(LINT_PACKAGES))
	git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
	git ls-files 'src/*.cpp' | xargs clang-tidy -p build --quiet

clean:
	rm -rf build build-debug build-asan build-tsan
