#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the static commands of the suites of components: what must be valid is valid, and stays what it is when decoded
and encoded again; what is malformed or invalid is refused. The files of `nyi.txt` are among them.

Usage: component_text.py COMPONENT_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
What needs an engine counts as not run.
"""
import collections
import os
import subprocess
import sys

# What there is at least, so that a suite that lost files is noticed.
LEAST = {"component-model": {"module": 287, "malformed": 75, "invalid": 380}, "wit-component": {"text": 172, "core-text": 204}}
# Kept from before functions lost names for their results; no tool reads it any more.
STALE = {"wit-component/interfaces/single-named-result.wat"}


def find_suites():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        if os.path.isdir(os.path.join(root, "conformance", "component-model")):
            return os.path.abspath(root)
    return None


def texts(folder):
    return sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names if name.endswith((".wast", ".wat")))


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
        if path in STALE:
            verdict = "passed" if verdict == "failed" and "expected a type, found a string" in why else "failed"
            kind = "refused-text"
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
        print("skipped: the suite is not here; docs/suites.md says where it comes from, and TENON_SUITES names the folder that holds conformance/component-model")
        return 77
    program, verbose = sys.argv[1], "-v" in sys.argv[2:]
    base = os.path.join(root, "conformance")
    fine = True
    for folder, least in LEAST.items():
        files = texts(os.path.join(base, folder))
        counts, ended = check(program, files, base, verbose)
        print(f"{folder}: {len(files)} files")
        for kind, verdicts in sorted(counts.items()):
            print(f"  {kind}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
            fine = fine and verdicts["failed"] == 0
        fine = fine and ended and files
        fine = fine and all(counts[kind]["passed"] >= count for kind, count in least.items())
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
