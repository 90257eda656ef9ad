#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The registry as systemd runs it: the command of the unit, readiness on a socket of the test's own, reload and stop.

    test/service.py --tenon PROGRAM --unit packaging/systemd/tenon-registry.service.in

Where `systemd-analyze` is found it looks at the unit too.
"""
import argparse
import http.client
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

patience_s = 60


class Broken(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Broken(message)


class Room:
    def __init__(self, tenon, unit, folder):
        self.tenon, self.folder = tenon, folder
        self.unit = unit.read_text(encoding="utf-8").replace("@CMAKE_INSTALL_FULL_BINDIR@/tenon", str(tenon))
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "STATE_DIRECTORY": str(folder / "state")}
        self.environment |= {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
        (folder / "state").mkdir()

    def setting(self, name):
        found = re.findall(rf"^{name}=(.*)$", self.unit, re.MULTILINE)
        require(len(found) == 1, f"the unit has {len(found)} lines {name}=")
        return found[0]

    def command(self):
        """ExecStart as systemd splits it, on a port that the system chooses."""
        words = [word.replace("${STATE_DIRECTORY}", self.environment["STATE_DIRECTORY"]) for word in shlex.split(self.setting("ExecStart"))]
        at = words.index("--addr") + 1
        require(words[at] == "127.0.0.1:5000", f"the unit serves at {words[at]}")
        return [*words[:at], "127.0.0.1:0", *words[at + 1:]]

    def start(self, address, words=None):
        """With a socket at `address` to tell of readiness; gives both."""
        waiting = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        waiting.settimeout(patience_s)
        waiting.bind("\0" + address[1:] if address.startswith("@") else address)
        process = subprocess.Popen(words or self.command(), env=self.environment | {"NOTIFY_SOCKET": address}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return process, waiting


def answers(process):
    """It says where it serves; a request there must be answered at once."""
    address = next(line for line in process.stdout if "http://" in line).rpartition("http://")[2].strip()
    connection = http.client.HTTPConnection(address, timeout=patience_s)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


def ready_by_path(room):
    """the unit's command: ready when it accepts, reload, stop"""
    require(room.setting("Type") == "notify", "the unit does not wait for readiness")
    process, waiting = room.start(str(room.folder / "notify"))
    try:
        require(waiting.recv(4096) == b"READY=1", "says something else than READY=1")
        require(answers(process) == 200, "/healthz is not answered with 200")
        require(room.setting("ExecReload") == "/bin/kill -HUP $MAINPID", "the unit reloads in a way that is not tested here")
        process.send_signal(signal.SIGHUP)
        require(any("read again" in line for line in process.stderr), "nothing is said of the reload")
        process.send_signal(signal.SIGTERM)
        require(process.wait(patience_s) == 0, f"left with {process.returncode} after SIGTERM, and would count as failed")
        require(os.listdir(room.folder / "state"), "its files are somewhere else than in the state directory")
    finally:
        process.kill()
        process.communicate()
        waiting.close()


def ready_by_name(room):
    """readiness on a socket that has no file"""
    process, waiting = room.start(f"@tenon-service-{os.getpid()}")
    try:
        require(waiting.recv(4096) == b"READY=1", "says something else than READY=1")
    finally:
        process.kill()
        process.communicate()
        waiting.close()


def not_ready(room):
    """where it cannot serve it never says that it is ready"""
    (room.folder / "file").touch()
    words = [str(room.tenon), "registry", "serve", "--addr", "127.0.0.1:0", "--dir", str(room.folder / "file")]
    process, waiting = room.start(str(room.folder / "never"), words)
    try:
        process.communicate(timeout=patience_s)
        require(process.returncode == 1, f"left with {process.returncode}")
        waiting.setblocking(False)
        try:
            require(False, f"said {waiting.recv(4096)}")
        except BlockingIOError:
            pass
    finally:
        process.kill()
        waiting.close()


def judged(room):
    """systemd-analyze verify"""
    if not shutil.which("systemd-analyze"):
        return
    place = room.folder / "tenon-registry.service"
    place.write_text(room.unit, encoding="utf-8")
    # The manual's page is not installed here.
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", place], capture_output=True, text=True, check=False)
    require(done.returncode == 0 and not done.stderr, f"left with {done.returncode}:\n{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    parser.add_argument("--unit", required=True, type=pathlib.Path)
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="tenon-service-") as folder:
        room = Room(options.tenon.resolve(), options.unit, pathlib.Path(folder).resolve())
        for scene in (ready_by_path, ready_by_name, not_ready, judged):
            try:
                scene(room)
                print(f"{scene.__doc__}: ok", flush=True)
                passed += 1
            except (Broken, OSError, subprocess.TimeoutExpired) as broken:
                print(f"{scene.__doc__}: FAILED: {broken}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
