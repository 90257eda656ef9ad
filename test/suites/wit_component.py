#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the component encoding cases of the wit-component project: modules with their worlds that must become the expected component, or be
refused for the expected reason.

Usage: wit_component.py COMPOSE_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
The WIT of each component must be the expected one, and it must be valid, here and in the eyes of `wasm-tools` where that is found
($WASM_TOOLS, else in PATH). Its text is `equal` line by line, `equal in structure` where only the names that are given for people differ, or
`leaner` where ours has fewer
definitions or has them later. Cases of dynamic linking wait for the linker.
"""
import collections
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

# What each count must at least be.
MADE, REFUSED = 97, 14

# The reason why a case is refused, in our words, where the expected file has others.
REASONS = {
    "error-adapt-missing-memory": "module does not export a memory named `memory`",
    "error-async-export-missing-callback": "missing callback for `[async-lift]foo`",
    "error-default-export-sig-mismatch": "type mismatch for function `a`: expected `[i32 i32] -> [i32]`, found `[] -> []`",
    "error-empty-module-import": "the world imports no function `foo`",
    "error-export-sig-mismatch": "type mismatch for function `a`: expected `[i32 i32] -> [i32]`, found `[] -> []`",
    "error-import-resource-rep": "the world imports no function `[resource-rep]a`",
    "error-import-resource-wrong-signature": "type mismatch for function `[resource-drop]a`: expected `[i32] -> []`, found `[i32] -> [i32]`",
    "error-import-sig-mismatch": "type mismatch for function `bar`: expected `[i32 i32] -> []`, found `[] -> []`",
    "error-invalid-module-import": "a module may import functions only",
    "error-missing-default-export": "the world exports function `a`, and the module does not",
    "error-missing-export": "the world exports function `a` of interface `foo`, and the module does not",
    "error-missing-import": "the module needs an interface `foo`",
    "error-missing-import-func": "the module needs an interface `foo`",
    "error-missing-module-metadata": "missing component metadata for import of `new` `log`",
}

# Where ours has fewer definitions than the expected text, or has them in another order, and why.
ALIKE = "equal types that have no names are defined once"
LATER = "the alias of the allocator stands where it is first used"
LEANER = {
    "async-streams-and-futures": ALIKE,
    "async-task-return-param-string": LATER,
    "realloc-task-hook-async": ALIKE,
    "threading": LATER,
}


def find_suite():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        suite = os.path.join(root, "conformance", "wit-component", "components")
        if os.path.isdir(suite):
            return os.path.abspath(suite)
    return None


def run(program, out, folders):
    """{case: (kind, body)}"""
    done = subprocess.run([program, out] + folders, capture_output=True, text=True, timeout=300)
    results = {}
    for block in done.stdout.split("\nend of case\n"):
        if block.startswith("case "):
            head, kind, body = (block.split("\n", 2) + ["", ""])[:3]
            results[head[5:]] = (kind, body)
    if done.returncode != 0:
        print(f"{program} ended with {done.returncode}: {done.stderr[-2000:]}")
    return results


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def lines_of(text):
    """Newer printers repeat the type of a function that a core module imports."""
    return [re.sub(r'^(\s*\(import "[^"]*" "[^"]*" \(func .*\(type \d+\)).*', r"\1", line.rstrip()) for line in text.strip().splitlines()]


def nameless(lines):
    """Without what is there for people: names are replaced by where they first occur."""
    return [re.sub(r'\$(?:"[^"]*"|[^\s()]+)|\(@name "[^"]*"\)', "$", line) for line in lines]


def is_valid(tool, path):
    return tool is None or subprocess.run([tool, "validate", "--features", "all", path], capture_output=True, timeout=60).returncode == 0


def compare(suite, name, have, verbose):
    want = lines_of(read(suite, name, "component.wat"))
    have = lines_of(have)
    if want == have:
        return "equal"
    if nameless(want) == nameless(have):
        return "equal in structure"
    if name in LEANER and len(have) <= len(want):
        return "leaner"
    if verbose:
        print("\n".join(difflib.unified_diff(want, have, name + " (expected)", name, lineterm="", n=2)))
    return "differing"


def main():
    suite = find_suite()
    if suite is None:
        print("skipped: the suite is not here; docs/suites.md says where it comes from, and TENON_SUITES names the folder that holds conformance/wit-component")
        return 77
    program, verbose = sys.argv[1], "-v" in sys.argv[2:]
    only = [word for word in sys.argv[2:] if not word.startswith("-")]
    names = sorted(name for name in os.listdir(suite) if os.path.isdir(os.path.join(suite, name)) and (not only or name in only))
    cases = [name for name in names if os.path.exists(os.path.join(suite, name, "module.wat"))]
    tool = os.environ.get("WASM_TOOLS") or shutil.which("wasm-tools")
    counts = collections.Counter()
    failures = []
    with tempfile.TemporaryDirectory() as out:
        results = run(program, out, [os.path.join(suite, name) for name in cases])
        for name in cases:
            kind, body = results.get(name, ("lost", ""))
            if os.path.exists(os.path.join(suite, name, "error.txt")):
                fine = kind == "error" and REASONS[name] in body
                counts["refused"] += fine
                if not fine:
                    failures.append(f"{name}: expected to be refused: {REASONS[name]}\n{body}")
                continue
            if kind != "made":
                failures.append(f"{name}: {kind}\n{body}")
                continue
            counts["made"] += 1
            wit, _, text = body.partition("\ntext\n")
            if lines_of(wit) != lines_of(read(suite, name, "component.wit.print")):
                counts["WIT differing"] += 1
                failures.append(f"{name}: its WIT is\n{wit}")
            verdict = compare(suite, name, text, verbose)
            if not is_valid(tool, os.path.join(out, name + ".wasm")):
                verdict = "invalid"
            counts[verdict] += 1
            if verdict in ("invalid", "differing"):
                failures.append(f"{name}: {verdict}")
    for failure in failures:
        print(failure)
    print(f"{len(cases)} cases: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    print(f"{len(names) - len(cases)} cases of dynamic linking wait")
    fine = not failures and (only or (counts["made"] >= MADE and counts["refused"] >= REFUSED))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
