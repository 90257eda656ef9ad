#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs one file-drop test of the command line: a file with commands, and beside it what they print.

    test/cli/run.py --tenon PROGRAM FILE.test

Lines of FILE.test:

    # RUN: tenon help par create        a command for sh; must succeed. Several run in order, in one fresh folder.
    # FAIL: tenon nosuch                the same, must fail
    # ENV: SOURCE_DATE_EPOCH=1700000000 a variable for all commands
    # MASK: jti [A-Za-z0-9]{22} => jti  a regular expression whose matches are replaced before comparing
    # FILE: wasmcloud.toml              begins a file that is there before the first command; ends with
    # END

Anything else at the top is a remark. A folder FILE.in is copied into the fresh folder, too. HOME is the fresh folder, USER is
`tester`, TZ is UTC; the folder's name is printed as `$DIR`. TEST_DIR is the folder of FILE.test. Programs that its tests share stand
there, e.g. push/with_registry.py, which has a registry serve meanwhile.

FILE.golden holds each command with its standard output, then `[stderr]` and standard error if there was any, then `[exit N]`.
TENON_BLESS=1 writes it anew; a test without one fails.
"""
import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

kept_variables = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE")


class Test:
    def __init__(self, path):
        self.path = path
        self.steps = []  # (command, whether it must fail)
        self.environment = {}
        self.masks = []
        self.files = {}
        lines = iter(path.read_text().splitlines())
        for line in lines:
            kind, _, rest = line.partition(": ")
            if kind in ("# RUN", "# FAIL"):
                self.steps.append((rest, kind == "# FAIL"))
            elif kind == "# ENV":
                name, _, value = rest.partition("=")
                self.environment[name] = value
            elif kind == "# MASK":
                pattern, _, text = rest.rpartition(" => ")
                self.masks.append((re.compile(pattern, re.MULTILINE), text))
            elif kind == "# FILE":
                self.files[rest] = "".join(f"{content}\n" for content in iter(lambda: next(lines), "# END"))
        if not self.steps:
            sys.exit(f"{path}: no `# RUN:` or `# FAIL:` line")

    def masked(self, text, folder):
        text = text.replace(str(folder), "$DIR")
        for pattern, replacement in self.masks:
            text = pattern.sub(replacement, text)
        return text

    def run(self, tenon):
        """What all steps printed, and complaints about their exit statuses."""
        printed, complaints = [], []
        with tempfile.TemporaryDirectory(prefix="tenon-cli-") as place:
            root = pathlib.Path(place).resolve()
            folder = root / "here"
            inputs = self.path.with_suffix(".in")
            if inputs.is_dir():
                shutil.copytree(inputs, folder)
            else:
                folder.mkdir()
            for name, content in self.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(content)
            (root / "bin").mkdir()
            (root / "bin/tenon").symlink_to(tenon)
            environment = {name: os.environ[name] for name in kept_variables if name in os.environ}
            environment |= {"PATH": f"{root}/bin:/usr/bin:/bin", "HOME": str(folder), "USER": "tester", "TZ": "UTC", "LANG": "C.UTF-8",
                            "TEST_DIR": str(self.path.resolve().parent)}
            environment |= self.environment
            for command, must_fail in self.steps:
                done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                                      timeout=100)
                if must_fail != (done.returncode != 0):
                    complaints.append(f"exit {done.returncode} where {'failure' if must_fail else 'success'} was expected: {command}")
                printed.append(f"$ {command}\n" + self.masked(stream(done.stdout), folder))
                if done.stderr:
                    printed.append("[stderr]\n" + self.masked(stream(done.stderr), folder))
                printed.append(f"[exit {done.returncode}]\n")
        return "".join(printed), complaints


def stream(output):
    text = output.decode(errors="backslashreplace")
    return text if not text or text.endswith("\n") else text + "\n[no newline at the end]\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    parser.add_argument("test", type=pathlib.Path)
    options = parser.parse_args()
    printed, complaints = Test(options.test).run(options.tenon.resolve())
    golden = options.test.with_suffix(".golden")
    if os.environ.get("TENON_BLESS") == "1" and not complaints:
        golden.write_text(printed)
    elif not golden.exists():
        complaints.append(f"{golden.name} does not exist; TENON_BLESS=1 writes it")
        sys.stdout.write(printed)
    else:
        expected = golden.read_text()
        if printed != expected:
            complaints.append(f"the output differs from {golden.name}; TENON_BLESS=1 rewrites it")
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), printed.splitlines(True), golden.name, "printed"))
    for complaint in complaints:
        print(f"{options.test.name}: {complaint}")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
