#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A registry whose disk is full, and clients whose disk is full: it is said, nothing that was acknowledged is lost, no half file is
left, and with room again the work goes on.

    test/disk_full_registry.py --tenon PROGRAM

The disk is a small tmpfs in a mount namespace of the test's own. Where such a namespace is not allowed the test is skipped (77).
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from disk_full import full, inside_namespace
from kill import Broken, require
from kill_server import Layouts, digest_of, manifest_type
from served import Served, sanitizer_options

disk_kib = 2048
noise = random.Random(1)


class Filler:
    """A file that takes all the room there is, to the last byte."""

    def __init__(self, disk):
        self.path = disk / "filler"

    def __enter__(self):
        with open(self.path, "ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    pass
        return self

    def __exit__(self, *_):
        self.path.unlink()


class Room:
    def __init__(self, tenon, folder):
        self.tenon, self.folder, self.disk = tenon, folder, folder / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={disk_kib}k", "none", self.disk], check=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "USER": "tester", "LANG": "C.UTF-8"} | sanitizer_options()
        self.kept = {}  # path -> content, acknowledged
        (folder / "little").write_bytes(b"\x7fELF" + noise.randbytes(40000))
        self.tool("par", "create", "-v", "acme", "-n", "Echo", "-b", folder / "little", "--destination", folder / "echo.par", "-d", folder / "keys")

    def run(self, *words, **more):
        return subprocess.run([self.tenon, *map(str, words)], cwd=self.folder, env=self.environment | more, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=200, check=False)

    def tool(self, *words, **more):
        done = self.run(*words, **more)
        require(done.returncode == 0, f"`tenon {' '.join(map(str, words))}` left with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    # --- the registry
    def serve(self):
        self.served = Served(self.tenon, self.disk / "registry", "--access-log", "none", environment=self.environment).start()

    def ask(self, wanted, method, path, body=None, headers=None):
        status, fields, content = self.served.request(method, path, body, headers)
        require(status == wanted, f"{method} {path} is answered with {status} instead of {wanted}: {content[:300]}")
        if status == 507:
            error = json.loads(content)["errors"][0]
            require(error["code"] == "UNAVAILABLE" and "room" in error["message"], f"507 says {error}")
        return fields

    def put_blob(self, wanted, repository, content):
        path = f"/v2/{repository}/blobs/{digest_of(content)}"
        self.ask(wanted, "POST", f"/v2/{repository}/blobs/uploads/?digest={digest_of(content)}", content,
                 {"Content-Type": "application/octet-stream"})
        if wanted == 201:
            self.kept[path] = content
        return content

    def put_manifest(self, wanted, repository, tag, blob):
        part = {"mediaType": "application/octet-stream", "digest": digest_of(blob), "size": len(blob)}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": manifest_type, "config": part, "layers": [], "annotations": {"tag": tag}}).encode()
        path = f"/v2/{repository}/manifests/{tag}"
        self.ask(wanted, "PUT", path, manifest, {"Content-Type": manifest_type})
        if wanted == 201:
            self.kept[path] = manifest

    def check_kept(self):
        for path, wanted in self.kept.items():
            status, _, found = self.served.request("GET", path)
            require(status == 200 and found == wanted, f"{path} was acknowledged, and is answered with {status} and {len(found)} bytes")
        # The digest of each file fits its name, and index.json names only what is there.
        Layouts(self.disk / "registry").look(all_again=True)


def serve_to_the_brim(room):
    """serve: blobs until the disk is full"""
    room.serve()
    count = 0
    while count < disk_kib:
        status, _, content = room.served.request("POST", f"/v2/a/blobs/uploads/?digest={digest_of(blob := noise.randbytes(100 << 10))}", blob)
        if status != 201:
            break
        room.kept[f"/v2/a/blobs/{digest_of(blob)}"] = blob
        count += 1
    require(status == 507, f"a full disk is answered with {status}: {content[:300]}")
    require(count >= 5, f"only {count} blobs fitted")
    room.check_kept()
    # What did not fit has taken no room that is not given back: a smaller one fits.
    for path in list(room.kept)[:2]:
        room.ask(202, "DELETE", path)
        del room.kept[path]
    blob = room.put_blob(201, "a", noise.randbytes(100 << 10))
    room.put_manifest(201, "a", "1", blob)


def serve_without_a_byte(room):
    """serve: every kind of write while there is no byte left, and again when there is"""
    blob = next(content for path, content in room.kept.items() if "/blobs/" in path)
    opened = room.ask(202, "POST", "/v2/a/blobs/uploads/")["Location"]
    opened = room.ask(202, "PATCH", opened, noise.randbytes(20000))["Location"]
    with Filler(room.disk):
        room.put_blob(507, "a", b"a small one")
        room.put_blob(507, "new/repository", b"a small one")
        room.put_manifest(507, "a", "2", blob)
        room.put_manifest(507, "a", "1", blob)
        room.ask(404, "GET", "/v2/a/manifests/2")
        room.ask(200, "GET", "/v2/_catalog")
        room.ask(200, "GET", "/healthz")
        room.check_kept()
        done = room.run("push", f"{room.served.address}/demo/echo:1", "echo.par", "--insecure")
        require(done.returncode == 1 and "no room left" in done.stderr, f"push left with {done.returncode}:\n{done.stdout}{done.stderr}")
        # The listing is written anew beside the old one, in room that was set aside; and that more than once.
        manifest = room.kept.pop("/v2/a/manifests/1")
        for name in ("1", digest_of(manifest)):
            room.ask(202, "DELETE", f"/v2/a/manifests/{name}")
            room.ask(404, "GET", f"/v2/a/manifests/{name}")
            room.check_kept()
        room.put_manifest(507, "a", "1", blob)
        require("Removed 0 blobs" in room.tool("registry", "gc", "--dir", room.disk / "registry"), "the collection found something")
        # What an upload takes up that cannot be ended is given to others.
        room.ask(507, "PATCH", opened, noise.randbytes(30000))
        room.ask(404, "GET", opened)
        left = os.listdir(room.disk / "registry/_uploads")
        require(not left, f"left of uploads that failed: {left}")
    with Filler(room.disk):
        path = next(path for path, content in room.kept.items() if "/blobs/" in path and content is not blob)
        room.ask(202, "DELETE", path)
        del room.kept[path]
    for path in [path for path in room.kept if "/blobs/" in path][:3]:
        if room.kept[path] is not blob:
            room.ask(202, "DELETE", path)
            del room.kept[path]
    room.put_blob(201, "new/repository", b"a small one")
    room.put_manifest(201, "a", "2", blob)
    room.tool("push", f"{room.served.address}/demo/echo:1", "echo.par", "--insecure")
    room.check_kept()


def serve_again(room):
    """serve: killed and started on a full disk, it shows what was acknowledged; garbage is collected there too"""
    named = {json.loads(content)["config"]["digest"] for path, content in room.kept.items() if "/manifests/" in path}
    with Filler(room.disk):
        room.served.kill()
        done = room.tool("registry", "gc", "--dir", room.disk / "registry", "--grace", "0")
        require("Removed 0 blobs" not in done, f"blobs without a manifest are still there: {done}")
        room.kept = {path: content for path, content in room.kept.items() if "/manifests/" in path or digest_of(content) in named}
        room.serve()
        room.check_kept()
        room.served.end()
    room.serve()
    room.check_kept()


def pull(room):
    """pull to a full disk: to a new name, and over an older file"""
    (room.disk / "old.par").write_bytes(b"an older file")
    with Filler(room.disk):
        for name in ("new.par", "old.par"):
            before = {path.name: path.stat().st_size for path in room.disk.iterdir()}
            done = room.run("pull", f"{room.served.address}/demo/echo:1", "--insecure", "--destination", room.disk / name)
            require(done.returncode == 1 and full in done.stderr, f"left with {done.returncode}, and not `{full}`:\n{done.stdout}{done.stderr}")
            after = {path.name: path.stat().st_size for path in room.disk.iterdir()}
            require(after == before, f"files changed: {sorted(before.items() ^ after.items())}")
    require((room.disk / "old.par").read_bytes() == b"an older file", "the older file is gone")


def inspect(room):
    """inspect of a reference, with the cache on a full disk: answers all the same, or says why not; nothing half is kept"""
    cache = room.disk / "cache"
    with Filler(room.disk):
        done = room.run("inspect", f"{room.served.address}/demo/echo:1", "--insecure", XDG_CACHE_HOME=str(cache))
        require(done.returncode == 0 or full in done.stderr, f"left with {done.returncode}:\n{done.stdout}{done.stderr}")
    kept = [path for path in cache.rglob("*") if path.is_file() and path.name != "lock"]
    require(not kept, f"left in the cache: {kept}")
    room.tool("inspect", f"{room.served.address}/demo/echo:1", "--insecure", XDG_CACHE_HOME=str(cache))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    tenon = parser.parse_args().tenon.resolve()
    status = inside_namespace()
    if status is not None:
        sys.exit(status)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="tenon-full-") as folder:
        room = Room(tenon, pathlib.Path(folder).resolve())
        try:
            for scene in (serve_to_the_brim, serve_without_a_byte, serve_again, pull, inspect):
                try:
                    scene(room)
                    print(f"{scene.__doc__}: ok", flush=True)
                    passed += 1
                except (Broken, subprocess.TimeoutExpired) as broken:
                    print(f"{scene.__doc__}: FAILED: {broken}", flush=True)
                    failed += 1
        finally:
            room.served.end()
            subprocess.run(["umount", room.disk], check=False)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
