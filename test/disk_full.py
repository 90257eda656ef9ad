#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the verbs that write on a disk that is full: each must fail with the system's own words and leave what was there.

    test/disk_full.py --tenon PROGRAM

The disk is a small tmpfs in a mount namespace of the test's own. Where such a namespace is not allowed the test is skipped (77).
"""
import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

full = "No space left on device (os error 28)"
disk_kib = 256


def inside_namespace():
    """Starts this program again where it may mount; gives the exit status, or None when already there."""
    if os.environ.get("TENON_DISK_FULL") == "inside":
        return None
    if not shutil.which("unshare"):
        print("skipped: there is no program `unshare` here")
        return 77
    if subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode:
        print("skipped: a mount namespace of the test's own is not allowed here")
        return 77
    environment = os.environ | {"TENON_DISK_FULL": "inside"}
    return subprocess.run(["unshare", "-rm", sys.executable, "-B", *sys.argv], env=environment, check=False).returncode


class Disk:
    def __init__(self, tenon, disk, elsewhere):
        self.tenon, self.disk, self.elsewhere = tenon, disk, elsewhere
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(elsewhere), "USER": "tester", "LANG": "C.UTF-8"}
        self.environment |= {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}

    def run(self, *words):
        return subprocess.run([self.tenon, *map(str, words)], cwd=self.disk, env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=100, check=False)

    def contents(self):
        return {str(path.relative_to(self.disk)): path.read_bytes() for path in self.disk.rglob("*") if path.is_file()}

    def check(self, title, *words):
        before = self.contents()
        done = self.run(*words)
        problems = []
        if done.returncode != 1 or full not in done.stderr:
            problems.append(f"exit {done.returncode}, and not `{full}`:\n{done.stdout}{done.stderr}")
        after = self.contents()
        if after != before:
            changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
            problems.append(f"files changed: {', '.join(changed)}")
        for problem in problems:
            print(f"{title}: {problem}")
        return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    tenon = parser.parse_args().tenon.resolve()
    status = inside_namespace()
    if status is not None:
        sys.exit(status)
    with tempfile.TemporaryDirectory(prefix="tenon-full-") as folder:
        root = pathlib.Path(folder).resolve()
        disk = root / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={disk_kib}k", "none", disk], check=True)
        (root / "noise").write_bytes(random.Random(1).randbytes(2 * disk_kib << 10))
        (root / "little").write_bytes(b"\x7fELF little")
        (root / "big.wasm").write_bytes(b"\0asm\1\0\0\0" + b"\0\x80\x80\x20" + b"\1x" + bytes((32 << 14) - 2))
        test = Disk(tenon, disk, root)
        keys = ("-d", root / "keys")
        made = test.run("par", "create", "-v", "acme", "-n", "Echo", "-b", root / "little", "--destination", "old.par", *keys)
        if made.returncode:
            sys.exit(f"the archive to begin with was not made:\n{made.stderr}")
        create = ("par", "create", "-v", "acme", "-n", "Echo", "-b", root / "noise", *keys)
        passed = [
            test.check("par create", *create, "--destination", "new.par"),
            test.check("par create, gzip", *create, "--destination", "new.par.gz", "--compress"),
            test.check("par create over an archive", *create, "--destination", "old.par"),
            test.check("par insert", "par", "insert", "old.par", "-a", "mips-linux", "-b", root / "noise", *keys),
            test.check("claims sign", "claims", "sign", root / "big.wasm", "-d", "signed.wasm", "-n", "big", "-r", "1", "-v", "0.1.0",
                       "--directory", root / "keys"),
        ]
        # To the last byte, for a key that is to be made there.
        (disk / "filler").write_bytes(b"")
        with open(disk / "filler", "ab", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
        passed.append(test.check("a new key", "claims", "token", "operator", "-n", "acme", "--directory", "keys"))
        subprocess.run(["umount", disk], check=False)
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
