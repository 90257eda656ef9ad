#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the static commands of the core suites: modules that must be read and be valid, and those that must be refused, as
malformed or as invalid.

Usage: core_text.py CORE_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
What needs an engine counts as not run.
"""
import collections
import os
import subprocess
import sys

FOLDERS = ("core", "custom", "legacy", "proposals-not-merged")
# What each folder has at least, so that a suite that lost files is noticed.
LEAST = {
    "core": {"module": 2510, "malformed": 1940, "invalid": 2723},
    "custom": {"module": 1, "malformed-custom": 19, "invalid-custom": 1},
    "legacy": {"module": 1},
    "proposals-not-merged": {"module": 1},
}
# Sizes that an older suite calls malformed; core/memory.wast has the same text as well-formed and invalid.
INVALID_TODAY = {("proposals-not-merged/threads/memory.wast", line) for line in (83, 87, 91)}


def find_suites():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        if os.path.isdir(os.path.join(root, "conformance", "spec", "core")):
            return os.path.abspath(root)
    return None


def scripts(folder):
    return sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names if name.endswith(".wast"))


def check(program, files, base, verbose):
    """{kind: {verdict: count}}, and whether the program came to its end; failures are printed."""
    done = subprocess.run([program, "check"] + files, capture_output=True, text=True, timeout=300)
    counts = collections.defaultdict(collections.Counter)
    path, shown = "", 0
    for line in done.stdout.splitlines():
        kind, *rest = line.split("\t", 3)
        if kind == "file":
            path = os.path.relpath(rest[0], base)
            continue
        verdict, number, why = rest
        if verdict == "failed" and (path, int(number)) in INVALID_TODAY:
            verdict = "not-run"
        counts[kind][verdict] += 1
        if verdict == "failed" and (verbose or shown < 50):
            shown += 1
            print(f"  {path}:{number}: {kind}: {why[:400]}")
    if done.returncode != 0:
        print(f"{program} ended with {done.returncode} at {path}: {done.stderr[-2000:]}")
    return counts, done.returncode == 0


def main():
    root = find_suites()
    if root is None:
        print("skipped: the suite is not here; docs/suites.md says where it comes from, and TENON_SUITES names the folder that holds conformance/spec")
        return 77
    program, verbose = sys.argv[1], "-v" in sys.argv[2:]
    base = os.path.join(root, "conformance", "spec")
    fine = True
    for folder in FOLDERS:
        files = scripts(os.path.join(base, folder))
        counts, ended = check(program, files, base, verbose)
        print(f"{folder}: {len(files)} scripts")
        for kind, verdicts in sorted(counts.items()):
            print(f"  {kind}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
            fine = fine and verdicts["failed"] == 0
        fine = fine and ended and files
        for kind, least in LEAST[folder].items():
            if counts[kind]["passed"] < least:
                print(f"  {kind}: {least} were to pass")
                fine = False
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
