#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the static commands of the suites of components: what must be valid is valid, and stays what it is when decoded
and encoded again; what is malformed or invalid is refused. The files of `nyi.txt` are among them.

Usage: component_text.py SCRIPT_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
What needs an engine counts as not run.
"""
import os
import sys

import script_suite

LEAST = {"component-model": {"module": 287, "malformed": 75, "invalid": 380}, "wit-component": {"text": 172, "core-text": 204}}
# Kept from before functions lost names for their results; no tool reads it any more.
STALE = {"wit-component/interfaces/single-named-result.wat"}


def adjusted(path, line, kind, verdict, why):
    if path not in STALE:
        return kind, verdict
    return "refused-text", "passed" if verdict == "failed" and "expected a type, found a string" in why else "failed"


def main():
    root = script_suite.find_root("conformance/component-model")
    if root is None:
        return script_suite.skip("conformance/component-model")
    return script_suite.run(sys.argv[1], os.path.join(root, "conformance"), LEAST, (".wast", ".wat"), "-v" in sys.argv[2:], adjusted)


if __name__ == "__main__":
    sys.exit(main())
