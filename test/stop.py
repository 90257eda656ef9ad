#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ctrl-C while the program waits for a pipe, and while it writes: it leaves with 130 at once, and leaves nothing behind.

    test/stop.py --tenon PROGRAM
"""
import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

patience_s = 60  # a machine may be slow; a program that does not notice waits for ever


class Stop:
    def __init__(self, tenon, folder):
        self.tenon = tenon
        self.folder = folder
        self.environment = {**os.environ, "HOME": str(folder / "home"), "USER": "tester"}
        (folder / "home").mkdir()
        (folder / "work").mkdir()
        self.failures = 0

    def start(self, words, **streams):
        return subprocess.Popen([self.tenon, *map(str, words)], cwd=self.folder / "work", env=self.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **streams)

    def expect_130(self, what, process):
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return self.fail(f"{what}: does not notice SIGINT")
        if process.returncode != 130 or not errors.endswith("error[interrupted]: interrupted\n"):
            self.fail(f"{what}: left with {process.returncode}:\n{errors}")

    def fail(self, message):
        print(f"stop: {message}", file=sys.stderr)
        self.failures += 1

    def waiting(self, what, words, **streams):
        """Until the program sleeps; what it waits for never comes."""
        process = self.start(words, **streams)
        deadline = time.monotonic() + patience_s
        asleep = 0
        while asleep < 20 and process.poll() is None and time.monotonic() < deadline:
            state = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
            asleep = asleep + 1 if state == "S" else 0
            time.sleep(0.01)
        self.expect_130(what, process)

    def writing(self, what, words, task, size):
        """Once the program says that it has begun with `task`."""
        binary = self.folder / "binary"
        for _ in range(4):
            binary.write_bytes(random.Random(1).randbytes(1 << 20) * (size >> 20))
            process = self.start(["--progress", "plain", *words, "--binary", binary], stdin=subprocess.DEVNULL)
            for line in process.stderr:
                if line.startswith(task):
                    break
            if process.poll() is None:
                self.expect_130(what, process)
                break
            size *= 4  # it was too fast
        else:
            self.fail(f"{what}: cannot be caught at work")
        left = sorted(path.name for path in (self.folder / "work").iterdir())
        if left:
            self.fail(f"{what}: leaves {left}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    tenon = parser.parse_args().tenon.resolve()
    with tempfile.TemporaryDirectory(prefix="tenon-stop-") as name:
        folder = pathlib.Path(name)
        stop = Stop(tenon, folder)
        fifo = folder / "fifo"
        os.mkfifo(fifo)
        create = ["par", "create", "--vendor", "a", "--name", "b", "--arch", "x86_64-linux", "--destination", "x.par.gz", "--compress"]
        stop.waiting("inspect of a pipe without writer", ["inspect", fifo], stdin=subprocess.DEVNULL)
        stop.waiting("par verify of a pipe without writer", ["par", "verify", fifo], stdin=subprocess.DEVNULL)
        stop.waiting("par create with a schema from a pipe", [*create, "--binary", "/bin/sh", "--schema", fifo], stdin=subprocess.DEVNULL)
        silent, _ = os.pipe()
        for verb in ("inspect", "par verify"):
            stop.waiting(f"{verb} of a silent standard input", [*verb.split(), "/dev/stdin"], stdin=silent)
        stop.writing("par create", create, "compressing", 64 << 20)
    if stop.failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
