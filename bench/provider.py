#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times the provider path beside wash's, alternating in one run, and prints the rows of docs/benchmarks.md.

    bench/provider.py --tenon PROGRAM [--runs 3] [--mebibytes 100] [--program FILE]...

The input is machine code: the programs given, or the largest of /usr/bin and /usr/lib, one after another. wash (`wash` in PATH) and
wasm-tools are optional; what is missing is named and its column stays empty. Seconds are wall time of the whole process; the
median of the runs counts. MiB are the largest resident size.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile

from paired import Bench


def largest_programs():
    found = {}
    for folder in ("/usr/bin", "/usr/lib"):
        for path in pathlib.Path(folder).rglob("*"):
            try:
                if path.is_file() and not path.is_symlink() and path.stat().st_size > 1 << 20:
                    with open(path, "rb") as file:
                        if file.read(4) == b"\x7fELF":
                            found[path] = path.stat().st_size
            except OSError:
                continue
    return sorted(found, key=lambda path: (-found[path], str(path)))


def write_machine_code(place, size, programs):
    """In pieces: what this process holds in memory counts in the peak of the processes that it starts."""
    programs = programs or largest_programs()
    if not programs:
        sys.exit("bench: no program found to take machine code from; name some with --program")
    with open(place, "wb") as out:
        while out.tell() < size:
            before = out.tell()
            for path in programs:
                with open(path, "rb") as file:
                    while out.tell() < size and (piece := file.read(min(1 << 20, size - out.tell()))):
                        out.write(piece)
            if out.tell() == before:
                sys.exit("bench: the programs named are empty")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--mebibytes", type=int, default=100)
    parser.add_argument("--program", action="append", type=pathlib.Path, help="a program whose machine code is the input")
    options = parser.parse_args()
    tenon, wash, wasm_tools = options.tenon.resolve(), shutil.which("wash"), shutil.which("wasm-tools")
    for name, found in (("wash", wash), ("wasm-tools", wasm_tools)):
        if not found:
            print(f"bench: {name} is not in PATH; its figures are left out", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="tenon-bench-") as folder:
        bench = Bench(folder, options.runs)
        place = bench.folder
        write_machine_code(place / "prog", options.mebibytes << 20, options.program)
        create = ["par", "create", "-v", "Acme", "-n", "Bench", "-b", "prog", "-a", "x86_64-linux", "--compress", "-d", "keys"]
        insert = ["-b", "prog", "-a", "aarch64-linux", "-d", "keys"]
        bench.once([tenon, *create, "--destination", "ours.par.gz"])  # makes the keys and fills the file cache
        print("| what | tenon | peer | ratio |\n| --- | --- | --- | --- |")

        def unlink(side):
            # Into a new file: what replaces an archive tenon syncs to the disk, and wash does not.
            (place / f"{side}.par.gz").unlink(missing_ok=True)

        bench.pair("`par create`, gzip", [tenon, *create, "--destination", "ours.par.gz"],
                   wash and [wash, *create, "--destination", "theirs.par.gz"], unlink)
        sizes = {name: (place / name).stat().st_size for name in ("ours.par.gz", "theirs.par.gz") if (place / name).exists()}

        def fresh(_side):
            for name in sizes:
                shutil.copyfile(place / name, place / f"grown-{name}")

        bench.pair("`par insert` into an archive of tenon's", [tenon, "par", "insert", "grown-ours.par.gz", *insert],
                   wash and [wash, "par", "insert", "grown-ours.par.gz", *insert], fresh)
        if wash:
            bench.pair("`par insert` into an archive of wash's", [tenon, "par", "insert", "grown-theirs.par.gz", *insert],
                       [wash, "par", "insert", "grown-theirs.par.gz", *insert], fresh)
        bench.pair("`inspect`, one target, gzip", [tenon, "inspect", "ours.par.gz"], wash and [wash, "inspect", "ours.par.gz"])
        bench.pair("`--version`, whole process", [tenon, "--version"], wasm_tools and [wasm_tools, "--version"], runs=101)
        for name, size in sizes.items():
            print(f"{name}: {size} bytes, {size / max(1, sizes.get('theirs.par.gz', size)):.4f} of wash's")


if __name__ == "__main__":
    main()
