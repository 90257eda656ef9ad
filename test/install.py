#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Installs into an empty folder and looks at what is there: program, man pages, completions, documentation, each where GNU's
conventions put it; DESTDIR in front and in no file; the program runs from its new place.

    test/install.py --cmake CMAKE --build FOLDER
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

wanted = [
    r"bin/tenon",
    r"share/man/man1/tenon\.1(\.gz)?",
    r"share/man/man1/tenon-par-create\.1(\.gz)?",
    r"share/bash-completion/completions/tenon",
    r"share/zsh/(site-functions|vendor-completions)/_tenon",
    r"share/fish/vendor_completions\.d/tenon\.fish",
    r"lib/systemd/system/tenon-registry\.service",
    r"share/doc/tenon/LICENSE",
    r"share/doc/tenon/README\.md",
    r"share/doc/tenon/docs/manual/README\.md",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cmake", required=True)
    parser.add_argument("--build", required=True)
    options = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory(prefix="tenon-install-") as stage:
        prefix = "/opt/tenon-prefix"
        subprocess.run([options.cmake, "--install", options.build, "--prefix", prefix], env=dict(os.environ, DESTDIR=stage), check=True,
                       stdout=subprocess.DEVNULL)
        root = pathlib.Path(stage + prefix)
        outside = [p for p in pathlib.Path(stage).rglob("*") if p.is_file() and root not in p.parents]
        problems += [f"installed outside the prefix: {p}" for p in outside]
        files = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
        for pattern in wanted:
            if not any(re.fullmatch(pattern, name) for name in files):
                problems.append(f"missing: {pattern}")
        for name in files:
            if stage.encode() in (root / name).read_bytes():
                problems.append(f"DESTDIR stands in {name}")
        unit = root / "lib/systemd/system/tenon-registry.service"
        if unit.exists() and f"\nExecStart={prefix}/bin/tenon " not in unit.read_text():
            problems.append(f"{unit.name} does not start {prefix}/bin/tenon")
        program = root / "bin/tenon"
        if program.exists():
            done = subprocess.run([program, "--version"], capture_output=True, text=True, env={})
            if done.returncode or not done.stdout.strip().startswith("tenon "):
                problems.append(f"the installed program says {done.stdout!r} {done.stderr!r}, exit {done.returncode}")
        print("\n".join(files))
    for problem in problems:
        print(f"FAILED: {problem}")
    print(f"{len(files)} files, {len(problems)} failed")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
