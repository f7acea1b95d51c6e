# The commands of the README. `make build` needs a Debian 12 machine; it installs the packages that are missing.

PACKAGES := cmake ninja-build g++ libfmt-dev libhwy-dev nlohmann-json3-dev libcli11-dev zlib1g-dev libgtest-dev libbenchmark-dev
SANITIZER_PACKAGES := clang libclang-rt-14-dev
LINT_PACKAGES := clang-format clang-tidy
JOBS ?= $(shell nproc)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: build test asan tsan format lint clean
.DELETE_ON_ERROR:

# $(call packages,LIST): installs what is not there yet.
packages = @missing=""; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; fi

build:
	$(call packages,$(PACKAGES))
	cmake --preset release -DWICK_TESTS=ON
	cmake --build build -j$(JOBS)

test: build
	ctest --test-dir build --output-on-failure -j$(JOBS)

asan:
	$(call packages,$(PACKAGES) $(SANITIZER_PACKAGES))
	cmake --preset asan -DWICK_TESTS=ON
	cmake --build build-asan -j$(JOBS)
	ctest --test-dir build-asan --output-on-failure -j$(JOBS)

tsan:
	$(call packages,$(PACKAGES))
	cmake --preset tsan -DWICK_TESTS=ON
	cmake --build build-tsan -j$(JOBS)
	ctest --test-dir build-tsan --output-on-failure -j$(JOBS) -R 'Thread|Parallel|Future|Fork'

format:
	$(call packages,$(LINT_PACKAGES))
	git ls-files '*.h' '*.cpp' | xargs clang-format -i

lint:
	$(call packages,$(LINT_PACKAGES))
	git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
	git ls-files 'src/*.cpp' | xargs clang-tidy -p build --quiet

clean:
	rm -rf build build-debug build-asan build-tsan
