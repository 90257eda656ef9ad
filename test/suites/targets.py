#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the cases of wit-component/targets: components that fit a world, and components that must be refused.

Usage: targets.py TENON

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
"""
import os
import subprocess
import sys

LEAST = 4


def find_suite():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        folder = os.path.join(root, "conformance", "wit-component", "targets")
        if os.path.isdir(folder):
            return os.path.abspath(folder)
    return None


def main():
    folder = find_suite()
    if folder is None:
        print("skipped: the suite is not here; set TENON_SUITES to the folder that holds conformance/wit-component")
        return 77
    failed = 0
    cases = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    for name in cases:
        case = os.path.join(folder, name)
        done = subprocess.run([sys.argv[1], "component", "targets", os.path.join(case, "test.wit"), "--world", "foobar", os.path.join(case, "test.wat")],
                              capture_output=True, text=True, timeout=60)
        wanted = 1 if os.path.exists(os.path.join(case, "error.txt")) else 0
        if done.returncode != wanted or (wanted == 1 and "does not fit the world" not in done.stderr):
            failed += 1
            print(f"  {name}: ended with {done.returncode}, not {wanted}: {done.stderr[:400]}")
    print(f"targets: {len(cases) - failed} of {len(cases)} as expected")
    return 0 if failed == 0 and len(cases) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
