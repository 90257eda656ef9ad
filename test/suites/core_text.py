#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the static commands of the core suites: modules that must be read and be valid, and those that must be refused, as
malformed or as invalid.

Usage: core_text.py SCRIPT_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
What needs an engine counts as not run.
"""
import os
import sys

import script_suite

LEAST = {
    "core": {"module": 2510, "malformed": 1940, "invalid": 2723},
    "custom": {"module": 1, "malformed-custom": 19, "invalid-custom": 1},
    "legacy": {"module": 1},
    "proposals-not-merged": {"module": 1},
}
# Sizes that an older suite calls malformed; core/memory.wast has the same text as well-formed and invalid.
INVALID_TODAY = {("proposals-not-merged/threads/memory.wast", line) for line in (83, 87, 91)}


def adjusted(path, line, kind, verdict, why):
    return kind, "not-run" if verdict == "failed" and (path, line) in INVALID_TODAY else verdict


def main():
    root = script_suite.find_root("conformance/spec/core")
    if root is None:
        return script_suite.skip("conformance/spec")
    return script_suite.run(sys.argv[1], os.path.join(root, "conformance", "spec"), LEAST, ".wast", "-v" in sys.argv[2:], adjusted)


if __name__ == "__main__":
    sys.exit(main())
