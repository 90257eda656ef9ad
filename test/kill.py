#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kills the program while it writes and looks at what is left: every visible file must be a complete old or a complete new one.

    test/kill.py --tenon PROGRAM [--kills 50] [--seed N] [--mebibytes 3]

Each scene is run to its end first, to learn how long it takes; then N times with SIGKILL after a random part of that time. A
failure prints the seed that brings it back.
"""
import argparse
import base64
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

x86 = "x86_64-linux"
arm = "aarch64-linux"


class Broken(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Broken(message)


def is_whole_seed(data):
    """58 characters of base32 whose last two bytes are the CRC-16/XMODEM of the rest, low byte first."""
    if len(data) != 58:
        return False
    try:
        raw = base64.b32decode(data + b"======")
    except ValueError:
        return False
    crc = 0
    for byte in raw[:-2]:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xffff if crc & 0x8000 else crc << 1
    return raw[-2:] == crc.to_bytes(2, "little")


def unnamed_files_work(folder):
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
        return True
    except OSError:
        return False


def leb128(value):
    out = bytearray()
    while True:
        out.append(value & 0x7f | (0x80 if value > 0x7f else 0))
        value >>= 7
        if not value:
            return bytes(out)


def big_module(payload):
    """A core module with one custom section `pad`."""
    content = b"\x03pad" + payload
    return b"\0asm\1\0\0\0" + b"\0" + leb128(len(content)) + content


class Scene:
    """One command in a folder of its own. `work` is where it runs; `files` are the names that may be there afterwards."""

    def __init__(self, tenon, folder, payloads):
        self.tenon = tenon
        self.folder = folder
        self.payloads = payloads
        self.work = folder / "work"
        self.home = folder / "home"
        self.keys = folder / "keys"
        self.leftovers = 0
        for place in (self.work, self.home):
            place.mkdir(parents=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "USER": "tester", "LANG": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.prepare()

    def run(self, *words):
        done = subprocess.run([self.tenon, *map(str, words)], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        require(done.returncode == 0, f"`tenon {' '.join(map(str, words))}` left with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, words):
        return subprocess.Popen([self.tenon, *map(str, words)], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)

    # What a scene says about itself.
    names = set()  # of files that may be in `work`
    least = 10  # so many of a hundred kills must come before the end, or little was proved

    def prepare(self):
        pass

    def before(self):
        """Once before every kill; gives what `check` wants to know about the state."""

    def command(self):
        raise NotImplementedError

    def check(self, old):
        raise NotImplementedError

    # What holds for all of them.
    def check_folders(self):
        for place, allowed in ((self.work, self.names), (self.keys, None), (self.home, set())):
            if not place.exists():
                continue
            for path in sorted(place.rglob("*")):
                name = path.relative_to(place).as_posix()
                if path.is_dir():
                    continue
                if re.fullmatch(r"\..+\.[0-9a-f]{16}\.tmp", path.name):
                    # Between the link beside the target and the rename over it: hidden, and one step of the kernel long. Without
                    # unnamed files it is there for all of the writing.
                    self.leftovers += 1
                    path.unlink()
                elif allowed is None:
                    require(path.suffix == ".nk", f"a file that is no key among the keys: {name}")
                    require(is_whole_seed(path.read_bytes()), f"a key file that is not whole: {name}, {path.stat().st_size} bytes")
                    require(path.stat().st_mode & 0o777 == 0o600, f"a key file that others may read: {name}")
                else:
                    require(name in allowed, f"an unexpected file: {name}, {path.stat().st_size} bytes")
        if self.keys.exists():
            require(self.keys.stat().st_mode & 0o777 == 0o700, "a key directory that others may read")

    def check_archive(self, path, targets):
        self.run("par", "verify", path)
        found = json.loads(self.run("inspect", path, "-o", "json"))["targets"]
        require(sorted(found) in [sorted(t) for t in targets], f"{path.name} holds {found}")


class Create(Scene):
    """par create: keys and archive are made from nothing, or the archive replaces an older one."""
    title = "par create"
    names = {"one.bin", "echo.par.gz"}

    def prepare(self):
        (self.work / "one.bin").write_bytes(self.payloads[0])
        self.turn = 0

    def before(self):
        self.turn += 1
        if self.turn % 2:
            shutil.rmtree(self.keys, ignore_errors=True)
            (self.work / "echo.par.gz").unlink(missing_ok=True)
        return (self.work / "echo.par.gz").exists()

    def command(self):
        return ["par", "create", "-v", "Acme", "-n", "Echo", "-b", "one.bin", "-a", x86, "--destination", "echo.par.gz", "--compress",
                "-d", self.keys]

    def check(self, old):
        archive = self.work / "echo.par.gz"
        require(archive.exists() or not old, "the old archive is gone")
        if archive.exists():
            self.check_archive(archive, [[x86]])


class Insert(Scene):
    """par insert: the archive grows by a target, or one of its targets is replaced."""
    title = "par insert"
    names = {"one.bin", "two.bin", "echo.par.gz"}

    def prepare(self):
        (self.work / "one.bin").write_bytes(self.payloads[0])
        (self.work / "two.bin").write_bytes(self.payloads[1])
        self.run("par", "create", "-v", "Acme", "-n", "Echo", "-b", "one.bin", "-a", x86, "--destination", "echo.par.gz", "--compress",
                 "-d", self.keys)
        self.first = (self.work / "echo.par.gz").read_bytes()
        self.turn = 0

    def before(self):
        self.turn += 1
        if self.turn % 2:
            (self.work / "echo.par.gz").write_bytes(self.first)
        return (self.work / "echo.par.gz").read_bytes()

    def command(self):
        return ["par", "insert", "echo.par.gz", "-b", "two.bin", "-a", arm, "-d", self.keys]

    def check(self, old):
        archive = self.work / "echo.par.gz"
        require(archive.exists(), "the archive is gone")
        if archive.read_bytes() != old:
            self.check_archive(archive, [[x86, arm]])


class Sign(Scene):
    """claims sign: keys and the signed file are made from nothing, or the file replaces an older one."""
    title = "claims sign"
    names = {"pad.wasm", "signed.wasm"}

    def prepare(self):
        (self.work / "pad.wasm").write_bytes(big_module(self.payloads[0] * 2))
        self.turn = 0

    def before(self):
        self.turn += 1
        if self.turn % 2:
            shutil.rmtree(self.keys, ignore_errors=True)
            (self.work / "signed.wasm").unlink(missing_ok=True)
        signed = self.work / "signed.wasm"
        return signed.read_bytes() if signed.exists() else None

    def command(self):
        return ["claims", "sign", "pad.wasm", "-d", "signed.wasm", "-n", "pad", "-r", "1", "-v", "0.1.0", "--directory", self.keys]

    def check(self, old):
        signed = self.work / "signed.wasm"
        require(signed.exists() or old is None, "the old file is gone")
        if signed.exists() and signed.read_bytes() != old:
            self.run("claims", "verify", signed)


class Build(Scene):
    """build: a provider whose executable is there already, so that all of the time is tenon's."""
    title = "build"
    names = {"wasmcloud.toml", "prog.bin", "build/prog.par.gz"}

    def prepare(self):
        (self.work / "prog.bin").write_bytes(self.payloads[0])
        (self.work / "wasmcloud.toml").write_text(
            'name = "prog"\nversion = "0.1.0"\nlanguage = "other"\ntype = "provider"\n\n[provider]\nvendor = "Acme"\n'
            'bin_name = "prog"\nos = "linux"\narch = "x86_64"\nbuild_command = "true"\nbuild_artifact = "prog.bin"\n')
        self.turn = 0

    def before(self):
        self.turn += 1
        if self.turn % 2:
            shutil.rmtree(self.keys, ignore_errors=True)
            shutil.rmtree(self.work / "build", ignore_errors=True)
        archive = self.work / "build/prog.par.gz"
        return archive.read_bytes() if archive.exists() else None

    def command(self):
        return ["build", "-p", ".", "--keys-directory", self.keys]

    def check(self, old):
        archive = self.work / "build/prog.par.gz"
        require(archive.exists() or old is None, "the old archive is gone")
        if archive.exists() and archive.read_bytes() != old:
            self.check_archive(archive, [[x86]])


class Keys(Scene):
    """claims token account: two keys are made and nothing else is written, or the keys that are there are used."""
    title = "new keys"

    def prepare(self):
        self.turn = 0

    def before(self):
        self.turn += 1
        if self.turn % 2:
            shutil.rmtree(self.keys, ignore_errors=True)
        return self.contents()

    def contents(self):
        return {path.name: path.read_bytes() for path in self.keys.glob("*.nk")}

    def command(self):
        return ["claims", "token", "account", "-n", "Acme", "--directory", self.keys]

    def check(self, old):
        found = self.contents()
        require(set(found) <= {"Acme_operator.nk", "tester_account.nk"}, f"keys called {sorted(found)}")
        for name, seed in old.items():
            require(found.get(name) == seed, f"{name} was there and is another key now")


class Generate(Scene):
    """keys gen: prints, and leaves nothing anywhere. It writes no file that a kill could halve: what this shows is that none
    is there, whenever it ends."""
    title = "keys gen"
    least = 0  # over before a kill can be sure to meet it

    def command(self):
        return ["keys", "gen", "account"]

    def check(self, old):
        require(not self.keys.exists(), "keys gen made a directory")


def play(scene, kills, chance):
    """Gives (killed before the end, came to the end)."""
    times = []
    for _ in range(5):
        old = scene.before()
        process = scene.start(scene.command())
        begin = time.monotonic()
        _, errors = process.communicate()
        times.append(time.monotonic() - begin)
        require(process.returncode == 0, f"left with {process.returncode}: {errors.decode(errors='replace')}")
        scene.check(old)
        scene.check_folders()
    whole = sorted(times)[2]
    killed = finished = 0
    # The machine may be faster or slower than a moment ago: a run that came to its end was given too long.
    while killed < kills and killed + finished < 6 * kills:
        old = scene.before()
        delay = chance.uniform(0, whole)
        process = scene.start(scene.command())
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
        if process.returncode == -signal.SIGKILL:
            killed += 1
            whole *= 1.02
        else:
            require(process.returncode == 0, f"left with {process.returncode}: {errors.decode(errors='replace')}")
            finished += 1
            whole = max(min(whole, delay), 0.0005)
        try:
            scene.check(old)
            scene.check_folders()
        except Broken as broken:
            raise Broken(f"after kill {killed} and {finished} whole runs, {delay * 1000:.1f} ms of {whole * 1000:.1f} ms: {broken}") from None
    # Whatever was left behind does not stop the next run.
    scene.before()
    scene.run(*scene.command())
    require(killed * 100 >= kills * scene.least, f"only {killed} of {kills} kills came before the end, so little was proved")
    return killed, finished, whole


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=50, help="of each scene (default 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mebibytes", type=int, default=3, help="size of each executable (default 3)")
    parser.add_argument("--only", help="the title of one scene")
    options = parser.parse_args()
    tenon = options.tenon.resolve()
    content = random.Random(options.seed)
    # Half noise, half the program itself: neither all compressible nor not at all.
    program = tenon.read_bytes()
    half = options.mebibytes << 19
    payloads = [b"\x7fELF" + content.randbytes(half) + (program * (half // len(program) + 1))[:half] for _ in range(2)]
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="tenon-kill-") as folder:
        unnamed = unnamed_files_work(folder)
        for kind in (Generate, Keys, Create, Insert, Sign, Build):
            if options.only and kind.title != options.only:
                continue
            place = pathlib.Path(folder, kind.title.replace(" ", "-"))
            place.mkdir()
            chance = random.Random(f"{options.seed} {kind.title}")
            try:
                scene = kind(tenon, place, payloads)
                killed, finished, whole = play(scene, options.kills, chance)
                # With unnamed files a hidden neighbour lives for two system calls; most kills do not meet them.
                require(not unnamed or scene.leftovers <= max(2, options.kills // 20), f"{scene.leftovers} hidden files were left")
                print(f"{kind.title}: {killed} killed, {finished} came to the end, {whole * 1000:.1f} ms whole, "
                      f"{scene.leftovers} hidden files left", flush=True)
                passed += 1
            except Broken as broken:
                print(f"{kind.title}: FAILED with --seed {options.seed}: {broken}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
