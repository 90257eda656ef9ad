# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The ways to build, for people and packagers; each is a few lines over CMake, whose presets (CMakePresets.json) say the rest.
# A packager who sets compiler and flags uses CMake directly: see packaging/README.md.
prefix ?= /usr/local
SECONDS_EACH ?= 1800

.PHONY: all demo test install bench fuzz soak test-asan test-tsan test-gcc test-peers test-page lint clean

# The program, optimised: build/release/bin/tenon
all:
	@scripts/configure release
	@cmake --build --preset release

# A provider from its project file to a signed archive of two platforms
demo:
	@scripts/demo

# One build and the whole suite
test:
	@scripts/test

install: all
	DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(prefix)"

test-asan test-tsan test-gcc:
	@scripts/test $(subst test-,,$@)

# Files of ours read by other tools and the other way round; needs the other tools and installs none
test-peers: all
	@python3 test/peers/peers.py build/release/bin/tenon

# The registry's pages in a Chromium, with keyboard, screen reader and narrow window; needs chromium and chromedriver and installs neither
test-page: all
	@python3 test/page/page.py build/release/bin/tenon

bench: all
	@python3 bench/provider.py --tenon build/release/bin/tenon
	@python3 bench/registry.py --tenon build/release/bin/tenon
	@bench/fetch
	@python3 bench/modules.py --tenon build/release/bin/tenon
	@python3 bench/worst.py --tenon build/release/bin/tenon

# Every fuzz target until it finds no new edge for 15 minutes, and at least SECONDS_EACH
fuzz:
	@scripts/fuzz all $(SECONDS_EACH)

# What takes hours: 1000 kills of every writing verb and of the registry's server, then fuzzing
soak: all
	@python3 test/kill.py --tenon build/release/bin/tenon --kills 1000
	@python3 test/kill_registry.py --tenon build/release/bin/tenon --kills 1000
	@scripts/fuzz all $(SECONDS_EACH)

lint:
	@scripts/lint

clean:
	rm -rf build
