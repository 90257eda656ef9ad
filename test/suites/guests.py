#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Validates what eight toolchains made: components and core modules, all valid with the features that are on by default.

Usage: guests.py COMPONENT_FILES

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
"""
import glob
import os
import subprocess
import sys

LEAST = 20


def find_guests():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        folder = os.path.join(root, "vectors", "guests")
        if os.path.isdir(folder):
            return sorted(glob.glob(os.path.join(folder, "*.wasm")))
    return None


def main():
    files = find_guests()
    if files is None:
        print("skipped: the guests are not here; set TENON_SUITES to the folder that holds vectors/guests")
        return 77
    done = subprocess.run([sys.argv[1], "--standard"] + files, capture_output=True, text=True, timeout=300)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    for path, verdict, why in lines:
        if verdict != "valid":
            print(f"  {os.path.basename(path)}: {verdict}: {why}")
    valid = sum(verdict == "valid" for _, verdict, _ in lines)
    print(f"guests: {len(files)} files, {valid} valid")
    return 0 if done.returncode == 0 and valid == len(files) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
