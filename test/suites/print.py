#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints modules and components, parses the text, and does it again: the second round must give what the first did. Says how many come
back as the same bytes, and of the others what is different, which has to be what text cannot express.

Usage: print.py PRINT_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
"""
import collections
import os
import subprocess
import sys

import script_suite

# Folder under the root, and how the names of its files end.
FOLDERS = (
    ("conformance/spec", ".wast"),
    ("conformance/component-model", ".wast"),
    ("conformance/wit-component", ".wat"),
    ("vectors/guests", ".wasm"),
    ("vectors/wash/inputs", ".wasm"),
)
# What text cannot say: a binary may differ by these alone.
INEXPRESSIBLE = {
    "empty sections", "split groups of locals", "long forms of segments", "operators not in their shortest form",
    "integers not in their shortest form", "data count without need", "place of custom sections", "grouping of definitions", "content of `name`", "custom section `name`",
    "custom section `component-name`",
}


def files_of(root, folder, ending, seen):
    new = [path for path in script_suite.files_of(os.path.join(root, folder), ending) if path not in seen]
    seen.update(new)
    return new


def check(program, files, root, verbose):
    """Counts of verdicts and of causes, and whether all is as it must be."""
    done = subprocess.run([program] + files, capture_output=True, text=True, timeout=580)
    verdicts, causes, fine, shown = collections.Counter(), collections.Counter(), done.returncode == 0, 0
    for line in done.stdout.splitlines():
        name, verdict, why = line.split("\t", 2)
        reasons = why.split(", ") if verdict == "differs" else []
        unknown = [reason for reason in reasons if reason not in INEXPRESSIBLE]
        causes.update(reasons)
        if unknown:
            verdict = "failed"
        verdicts[verdict] += 1
        if verdict == "failed":
            fine = False
        if verdict == "failed" and (verbose or shown < 30):
            shown += 1
            print(f"  {os.path.relpath(name, root)}: {why[:400]}")
    if done.returncode != 0:
        print(f"{program} ended with {done.returncode}: {done.stderr[-2000:]}")
    return verdicts, causes, fine


def main():
    root = script_suite.find_root("conformance/spec/core")
    if root is None:
        return script_suite.skip("conformance/spec")
    program, verbose = sys.argv[1], "-v" in sys.argv[2:]
    all_fine, seen = True, set()
    for folder, ending in FOLDERS:
        files = files_of(root, folder, ending, seen)
        if not files:
            print(f"{folder}: nothing is there")
            continue
        verdicts, causes, fine = check(program, files, root, verbose)
        print(f"{folder}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
        for cause, count in causes.most_common():
            print(f"  {count} {cause}")
        all_fine = all_fine and fine
    return 0 if all_fine else 1


if __name__ == "__main__":
    sys.exit(main())
