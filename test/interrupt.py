#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Presses Ctrl-C while the program works: it must leave with 130 within seconds, say so, and leave no half file.

    test/interrupt.py --tenon PROGRAM

The work would last far longer than the test waits: the executable to pack is a sparse file, large without taking room, and the command that a build runs sleeps. The signal is sent once the program has that file open, or the
command has started, not after some time.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

patience = 30  # seconds, for a slow machine and a build with sanitizers
kept_variables = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")


class Broken(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Broken(message)


def wait_for(what, condition, process):
    end = time.monotonic() + patience
    while not condition():
        require(process.poll() is None, f"left with {process.returncode} before {what}")
        require(time.monotonic() < end, f"{patience} s passed, and not yet: {what}")
        time.sleep(0.005)


def reads(process, path):
    """Has the process opened the file, and read more than its own libraries and settings?"""
    try:
        opened = any(os.readlink(entry.path) == str(path) for entry in os.scandir(f"/proc/{process.pid}/fd"))
        counts = pathlib.Path(f"/proc/{process.pid}/io").read_text()
    except FileNotFoundError:  # a descriptor that was closed while we looked
        return False
    return opened and int(counts.split()[1]) >= 8 << 20


class Room:
    def __init__(self, tenon, folder):
        self.tenon, self.folder = tenon, folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "USER": "tester", "LANG": "C.UTF-8"}
        self.environment |= {name: os.environ[name] for name in kept_variables if name in os.environ}
        self.work = folder / "work"
        self.work.mkdir()
        self.huge = self.work / "huge.bin"
        with open(self.huge, "wb") as file:
            file.write(b"\x7fELF")
            file.truncate(1 << 38)
        (self.work / "small.bin").write_bytes(b"\x7fELF" + bytes(4096))

    def start(self, words):
        return subprocess.Popen([self.tenon, *words], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def contents(self):
        """All files, also hidden ones, except the huge one."""
        return {path.relative_to(self.work).as_posix(): path.read_bytes() for path in self.work.rglob("*")
                if path.is_file() and path != self.huge}

    def interrupt(self, words, begun, number, may_appear=()):
        """Begins the verb, sends the signal once `begun(process)`, and looks at what is left."""
        before = self.contents()
        process = self.start(words)
        try:
            wait_for("the work began", lambda: begun(process), process)
            process.send_signal(number)
            output, errors = process.communicate(timeout=patience)
        finally:
            process.kill()
            process.wait()
        require(process.returncode == 128 + number, f"left with {process.returncode}:\n{output}{errors}")
        require("error[interrupted]: " in errors, f"does not say why it ended:\n{output}{errors}")
        after = self.contents()
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        require(changed <= set(may_appear), f"files changed: {', '.join(sorted(changed))}")


def end_group_of(note):
    """Ends the process group whose leader wrote its number into the file; was there one?"""
    try:
        os.killpg(int(note.read_text()), signal.SIGKILL)
        return True
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False


def create(room):
    """par create --compress"""
    room.interrupt(["par", "create", "-v", "Acme", "-n", "Echo", "-b", "huge.bin", "-a", "x86_64-linux", "--destination", "echo.par.gz",
                    "--compress", "-d", "keys"], lambda process: reads(process, room.huge), signal.SIGINT,
                   {"keys/tester_account.nk", "keys/huge_service.nk"})


def insert(room):
    """par insert, into an archive that stays as it was"""
    done = subprocess.run([room.tenon, "par", "create", "-v", "Acme", "-n", "Echo", "-b", "small.bin", "-a", "x86_64-linux", "--destination",
                           "echo.par", "-d", "keys"], cwd=room.work, env=room.environment, stdout=subprocess.DEVNULL, check=False)
    require(done.returncode == 0, "no archive to insert into")
    room.interrupt(["par", "insert", "echo.par", "-b", "huge.bin", "-a", "aarch64-linux", "-d", "keys"],
                   lambda process: reads(process, room.huge), signal.SIGINT)


def terminate(room):
    """par insert, ended by SIGTERM"""
    room.interrupt(["par", "insert", "echo.par", "-b", "huge.bin", "-a", "aarch64-linux", "-d", "keys"],
                   lambda process: reads(process, room.huge), signal.SIGTERM)


def build(room):
    """build, whose command ends too"""
    (room.work / "wasmcloud.toml").write_text(
        'name = "prog"\nversion = "0.1.0"\nlanguage = "other"\ntype = "provider"\n\n[provider]\nvendor = "Acme"\n'
        'bin_name = "prog"\nbuild_command = "sh -c \'echo $$ > started; exec sleep 600\'"\n')
    started = room.work / "started"
    try:
        room.interrupt(["build", "--keys-directory", "keys"], lambda process: started.exists() and started.read_text().endswith("\n"),
                       signal.SIGINT, {"started"})
    finally:
        left = end_group_of(started)
    require(not left, "the command that build ran is still running")


def twice(room):
    """build, whose command does not listen: a second Ctrl-C ends tenon at once"""
    (room.work / "wasmcloud.toml").write_text(
        'name = "prog"\nversion = "0.1.0"\nlanguage = "other"\ntype = "provider"\n\n[provider]\nvendor = "Acme"\n'
        'bin_name = "prog"\nbuild_command = "sh -c \'trap : TERM; echo $$ > deaf; i=0; while [ $i -lt 200 ]; do sleep 0.1; i=$((i+1)); done\'"\n')
    deaf = room.work / "deaf"
    process = room.start(["build", "--keys-directory", "keys"])
    try:
        wait_for("the command started", lambda: deaf.exists() and deaf.read_text().endswith("\n"), process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        require(process.poll() is None, "did not wait for the command after the first Ctrl-C")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=3)  # without the second one: five seconds, then SIGKILL for the command
    finally:
        process.kill()
        process.communicate()
        end_group_of(deaf)
    require(process.returncode == -signal.SIGINT, f"left with {process.returncode}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    tenon = parser.parse_args().tenon.resolve()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="tenon-interrupt-") as folder:
        room = Room(tenon, pathlib.Path(folder).resolve())
        for scene in (create, insert, terminate, build, twice):
            begin = time.monotonic()
            try:
                scene(room)
                print(f"{scene.__doc__}: {time.monotonic() - begin:.1f} s", flush=True)
                passed += 1
            except (Broken, subprocess.TimeoutExpired) as broken:
                print(f"{scene.__doc__}: FAILED: {broken}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
