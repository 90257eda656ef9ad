#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times the reading, checking and printing of modules and WIT beside wasm-tools', alternating in one run, and prints the rows of
docs/benchmarks.md.

    bench/modules.py --tenon PROGRAM [--runs 5] [--inputs DIR] [--wit DIR]

The inputs are those that bench/fetch gets (default: build/bench-inputs). --wit names a folder that holds a WIT package with its
`deps`. wasm-tools (in PATH) is optional. Seconds are wall time of the whole process; the median of the runs counts. MiB are the
largest resident size.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile

from paired import Bench

root = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--inputs", type=pathlib.Path, default=root / "build/bench-inputs")
    parser.add_argument("--wit", type=pathlib.Path, help="a WIT package with its `deps`")
    options = parser.parse_args()
    tenon, peer = options.tenon.resolve(), shutil.which("wasm-tools")
    if not peer:
        print("bench: wasm-tools is not in PATH; its figures are left out", file=sys.stderr)
    modules = sorted(options.inputs.resolve().glob("*.wasm"))
    if not modules:
        sys.exit(f"bench: no module in {options.inputs}; bench/fetch gets them")
    one_thread = {"RAYON_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="tenon-bench-") as folder:
        bench = Bench(folder, options.runs)
        print("| what | tenon | peer | ratio |\n| --- | --- | --- | --- |")
        for module in modules:
            size = f"{module.name} ({module.stat().st_size / 1e6:.1f} MB)"
            bench.once([tenon, "validate", module])  # fills the file cache
            bench.pair(f"`validate` {size}, one thread", [tenon, "validate", "--threads", "1", module],
                       peer and [peer, "validate", "--features", "all", module], environment=one_thread)
            bench.pair(f"`validate` {size}, all processors", [tenon, "validate", module], peer and [peer, "validate", "--features", "all", module])
        if options.wit:
            bench.pair("`component wit` of a package with `deps`", [tenon, "component", "wit", options.wit.resolve(), "-o", "ours.wit"],
                       peer and [peer, "component", "wit", options.wit.resolve(), "-o", "theirs.wit"], runs=101)


if __name__ == "__main__":
    main()
