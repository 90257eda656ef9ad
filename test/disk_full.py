#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the verbs that write on a disk that is full: each must fail with the system's own words and leave what was there. Then a
registry whose disk is full: it says so to its clients, keeps what it has, and goes on when there is room.

    test/disk_full.py --tenon PROGRAM

The disk is a small tmpfs in a mount namespace of the test's own. Where such a namespace is not allowed the test is skipped (77).
"""
import argparse
import hashlib
import http.client
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


def fill(path):
    """Takes what is left of a disk, to the last byte."""
    with open(path, "ab", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            pass


class Registry:
    """A server on a disk of its own, and what a client sees of it."""

    def __init__(self, test, root):
        self.test, self.root = test, root
        self.server = subprocess.Popen([test.tenon, "registry", "serve", "--dir", root, "--addr", "127.0.0.1:0", "--access-log", "none"],
                                       env=test.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        self.port = None
        for line in self.server.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.stdout.close()
        return self.server.wait(timeout=60)

    def ask(self, method, target, content=None, headers=None):
        """Status, error code or content, and where to go on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, target, content, headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        try:
            body = json.loads(body)["errors"][0]["code"]
        except (ValueError, KeyError, TypeError):
            pass
        return answer.status, body, answer.getheader("Location")

    def begin(self):
        return self.ask("POST", "/v2/demo/blobs/uploads/")[2]

    def uploads(self):
        return sorted(path.name for path in (self.root / "_uploads").iterdir())


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def registry(test, disk):
    noise = random.Random(2)
    small, another, large = noise.randbytes(60 << 10), noise.randbytes(50 << 10), noise.randbytes(disk_kib * 2 << 10)
    config = b"{}"

    def manifest(blob):
        kind = "application/vnd.oci.image.manifest.v1+json"
        return json.dumps({"schemaVersion": 2, "mediaType": kind, "layers": [{"mediaType": "a/b", "digest": digest_of(blob), "size": len(blob)}],
                           "config": {"mediaType": "a/b", "digest": digest_of(config), "size": len(config)}}).encode()

    problems = []

    def expect(title, found, wanted):
        if found != wanted:
            problems.append(f"{title}: {found}, not {wanted}")

    server = Registry(test, disk / "registry")
    if not server.port:
        return ["the registry does not start"]
    whole = "/v2/demo/blobs/uploads/?digest="
    for blob in (config, small):
        expect("a blob for which there is room", server.ask("POST", whole + digest_of(blob), blob)[0], 201)
    expect("a manifest", server.ask("PUT", "/v2/demo/manifests/v1", manifest(small))[0], 201)
    # More than there is room for, in each way in which a blob can come.
    refused = (507, "UNAVAILABLE")
    expect("one POST", server.ask("POST", whole + digest_of(large), large)[:2], refused)
    expect("POST and PUT", server.ask("PUT", f"{server.begin()}?digest={digest_of(large)}", large)[:2], refused)
    location = server.begin()
    expect("a stream", server.ask("PATCH", location, iter([large]))[:2], refused)
    expect("what came of it", server.ask("GET", location)[:2], (404, "BLOB_UPLOAD_UNKNOWN"))
    expect("uploads that are left", server.uploads(), [])
    expect("a blob for which there is still room", server.ask("POST", whole + digest_of(another), another)[0], 201)
    # Not a byte is left: neither for a manifest nor for the listing.
    fill(disk / "filler")
    expect("a manifest on a full disk", server.ask("PUT", "/v2/demo/manifests/v2", manifest(another))[:2], refused)
    expect("a tag on a full disk", server.ask("PUT", "/v2/demo/manifests/v2", manifest(small))[:2], refused)
    expect("a new repository on a full disk", server.ask("PUT", "/v2/other/manifests/v1", manifest(small))[0] in (404, 507), True)
    expect("tags on a full disk", server.ask("GET", "/v2/demo/tags/list")[1], b'{"name":"demo","tags":["v1"]}\n')
    expect("a pull from a full disk", server.ask("GET", f"/v2/demo/blobs/{digest_of(small)}")[1], small)
    expect("files of the failed ones", server.uploads(), [])
    # Whoever makes room need not restart anything.
    (disk / "filler").unlink()
    expect("a manifest when there is room", server.ask("PUT", "/v2/demo/manifests/v2", manifest(another))[0], 201)
    expect("the end", server.stop(), 0)
    server = Registry(test, disk / "registry")
    for tag, blob in (("v1", small), ("v2", another)):
        expect(f"{tag} after a restart", server.ask("GET", f"/v2/demo/manifests/{tag}")[1], manifest(blob))
        expect(f"blob of {tag} after a restart", server.ask("GET", f"/v2/demo/blobs/{digest_of(blob)}")[1], blob)
    expect("the end", server.stop(), 0)
    return problems


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
        fill(disk / "filler")
        passed.append(test.check("a new key", "claims", "token", "operator", "-n", "acme", "--directory", "keys"))
        subprocess.run(["umount", disk], check=False)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={disk_kib}k", "none", disk], check=True)
        problems = registry(test, disk)
        for problem in problems:
            print(f"registry: {problem}")
        passed.append(not problems)
        subprocess.run(["umount", disk], check=False)
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
