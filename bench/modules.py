#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times the reading, checking and printing of modules and WIT beside wasm-tools', alternating in one run, and prints the rows of
docs/benchmarks.md.

    bench/modules.py --tenon PROGRAM [--runs 5] [--inputs DIR] [--wit DIR]

The inputs are those that bench/fetch gets (default: build/bench-inputs). --wit names a folder that holds a WIT package with its
`deps`. wasm-tools and wat2wasm (in PATH) are optional. Seconds are wall time of the whole process; the median of the runs counts.
MiB are the largest resident size.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile

from paired import Bench

root = pathlib.Path(__file__).resolve().parent.parent
largest_printed = 40_000_000  # bytes of a module; its text is some 17 times as large


def validation(bench, tenon, peer, module, size):
    one_thread = {"RAYON_NUM_THREADS": "1"}
    bench.once([tenon, "validate", module])  # fills the file cache
    theirs = peer and [peer, "validate", "--features", "all", module]
    bench.pair(f"`validate` {size}, one thread", [tenon, "validate", "--threads", "1", module], theirs, environment=one_thread)
    bench.pair(f"`validate` {size}, all processors", [tenon, "validate", module], theirs)


def text(bench, tenon, peer, module, size):
    """Both print the module; both, and wabt, parse the text that we print."""
    printed = bench.folder / "ours.wat"
    bench.pair(f"`print` {size}", [tenon, "print", module, "-o", printed], peer and [peer, "print", module, "-o", bench.folder / "theirs.wat"])
    title = f"`parse` its {printed.stat().st_size / 1e6:.0f} MB of text"
    ours = [tenon, "parse", printed, "-o", "ours.wasm"]
    bench.pair(title, ours, peer and [peer, "parse", printed, "-o", "theirs.wasm"])
    if wabt := shutil.which("wat2wasm"):
        bench.pair(f"{title}, beside wabt", ours, [wabt, "--enable-all", printed, "-o", "wabt.wasm"])


def wrapping(bench, tenon, peer, module, size, adapter):
    words = ["component", "new", module, "--adapt", f"wasi_snapshot_preview1={adapter}", "-o"]
    bench.pair(f"`component new` {size} with the adapter for commands, validated", [tenon, *words, "ours.wasm"], peer and [peer, *words, "theirs.wasm"])


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
    adapter = options.inputs.resolve() / "adapters/wasi_snapshot_preview1.command.wasm"
    with tempfile.TemporaryDirectory(prefix="tenon-bench-") as folder:
        bench = Bench(folder, options.runs)
        print("| what | tenon | peer | ratio |\n| --- | --- | --- | --- |")
        for module in modules:
            size = f"{module.name} ({module.stat().st_size / 1e6:.1f} MB)"
            validation(bench, tenon, peer, module, size)
            if module.stat().st_size <= largest_printed:
                text(bench, tenon, peer, module, size)
            if module.stem == "yosys" and adapter.exists():
                wrapping(bench, tenon, peer, module, size, adapter)
        if options.wit:
            bench.pair("`component wit` of a package with `deps`", [tenon, "component", "wit", options.wit.resolve(), "-o", "ours.wit"],
                       peer and [peer, "component", "wit", options.wit.resolve(), "-o", "theirs.wit"], runs=101)


if __name__ == "__main__":
    main()
