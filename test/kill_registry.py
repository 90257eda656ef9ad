#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kills clients and the server of a registry, and looks at what is left.

    test/kill_registry.py --tenon PROGRAM [--kills 50] [--seed N] [--only TITLE]

`push`, `pull` and `inspect` are killed after a random part of the time that they take: what the registry shows is absent or whole,
a pulled file is the old one, the new one or none, and what lies in the cache has the digest of its name. The server is killed while
several clients push, tag, mount and delete. They write down whatever it acknowledges, and after each kill all of that must be there,
in the files while it is down and over HTTP when it is up again, and nothing else may be in its place. A failure prints the seed.
"""
import argparse
import hashlib
import json
import pathlib
import random
import sys
import tempfile
import time

from kill import Broken, Scene, play, require, unnamed_files_work, x86
from kill_server import load_scene
from served import Served, sanitizer_options

kibibytes = 192  # of an archive


class Shipping(Scene):
    """A scene with a registry beside it, and two archives."""

    def prepare(self):
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.environment |= {"TMPDIR": str(self.temporary)} | sanitizer_options()
        self.served = Served(self.tenon, None, "--access-log", "none", environment=self.environment).start()
        self.turn = 0
        self.archives = []
        for name, payload in zip(("one", "two"), self.payloads):
            (self.folder / name).write_bytes(payload)
            self.run("par", "create", "-v", "Acme", "-n", "Echo", "-b", self.folder / name, "-a", x86, "--destination",
                     self.folder / f"{name}.par", "-d", self.folder / "signing")
            self.archives.append(self.folder / f"{name}.par")

    def close(self):
        self.served.end()

    def reference(self, name):
        return f"{self.served.address}/{name}"

    def push(self, name, archive):
        self.run("push", self.reference(name), archive, "--insecure")

    def check_temporary(self):
        left = sorted(path.name for path in self.temporary.iterdir())
        require(not left, f"left in the folder for temporary files: {', '.join(left)}")


class Push(Shipping):
    """push: each into a repository of its own, so that every part is sent."""
    title = "push"

    def before(self):
        self.turn += 1
        self.repository = f"demo/echo{self.turn}"

    def command(self):
        return ["push", self.reference(f"{self.repository}:1"), self.archives[self.turn % 2], "--insecure"]

    def check(self, old):
        self.check_temporary()
        shown = self.shown()
        if shown is not None:
            require(shown == self.archives[self.turn % 2].read_bytes(), "the registry shows another file than the one pushed")
        else:
            self.run(*self.command())
            require(self.shown() is not None, "pushed after the kill, and not there")

    def shown(self):
        """The file that the tag leads to, every digest on the way checked; None where there is no such tag."""
        status, headers, manifest = self.served.request("GET", f"/v2/{self.repository}/manifests/1")
        listed = self.served.request("GET", f"/v2/{self.repository}/tags/list")
        tags = json.loads(listed[2]).get("tags") or []
        if tags and status == 404:  # the server was still busy with what the killed client had sent
            status, headers, manifest = self.served.request("GET", f"/v2/{self.repository}/manifests/1")
        require(tags == (["1"] if status == 200 else []), f"the tags are {tags}, and the manifest's status is {status}")
        if status == 404:
            return None
        require(status == 200, f"the manifest is answered with {status}")
        require(headers["Docker-Content-Digest"] == sha256(manifest), "the manifest has not its digest")
        manifest = json.loads(manifest)
        contents = []
        for part in (manifest["config"], *manifest["layers"]):
            status, _, content = self.served.request("GET", f"/v2/{self.repository}/blobs/{part['digest']}")
            require(status == 200, f"the manifest names {part['digest']}, which is answered with {status}")
            require(sha256(content) == part["digest"] and len(content) == part["size"], f"{part['digest']} is something else")
            contents.append(content)
        return contents[-1]


class Pull(Shipping):
    """pull: to a new name, or over an older file."""
    title = "pull"
    names = {"echo.par"}

    def prepare(self):
        super().prepare()
        self.push("demo/echo:1", self.archives[0])

    def before(self):
        self.turn += 1
        if self.turn % 2:
            (self.work / "echo.par").unlink(missing_ok=True)
            return None
        (self.work / "echo.par").write_bytes(self.archives[1].read_bytes())
        return self.archives[1].read_bytes()

    def command(self):
        return ["pull", self.reference("demo/echo:1"), "--destination", "echo.par", "--insecure"]

    def check(self, old):
        self.check_temporary()
        there = (self.work / "echo.par").read_bytes() if (self.work / "echo.par").exists() else None
        require(there in (old, self.archives[0].read_bytes()), "the file is neither the old one nor the one pulled")


class Inspect(Shipping):
    """inspect of a reference: fills the cache, or uses what is there."""
    title = "inspect"

    def prepare(self):
        super().prepare()
        self.push("demo/echo:1", self.archives[0])
        self.cache = self.folder / "cache"
        self.environment["XDG_CACHE_HOME"] = str(self.cache)

    def before(self):
        self.turn += 1
        if self.turn % 2:
            for path in self.blobs():
                path.unlink()

    def blobs(self):
        return [path for path in self.cache.rglob("*") if path.is_file() and path.name != "lock"]

    def command(self):
        return ["inspect", self.reference("demo/echo:1"), "--insecure", "-o", "json"]

    def check(self, old):
        self.check_temporary()
        for path in self.blobs():
            if path.name.startswith("."):
                self.leftovers += 1
                continue
            require(path.name == hashlib.sha256(path.read_bytes()).hexdigest(), f"in the cache {path.name} is something else")
        require(json.loads(self.run(*self.command()))["targets"] == [x86], "says something else after the kill")


def sha256(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def client_scene(kind, options, place, unnamed):
    content = random.Random(options.seed)
    payloads = [b"\x7fELF" + content.randbytes(kibibytes << 10) for _ in range(2)]
    scene = kind(options.tenon, place, payloads)
    try:
        killed, finished, whole = play(scene, options.kills, random.Random(f"{options.seed} {kind.title}"))
    finally:
        scene.close()
    require(not unnamed or scene.leftovers <= max(2, options.kills // 20), f"{scene.leftovers} hidden files were left")
    return f"{killed} killed, {finished} came to the end, {whole * 1000:.1f} ms whole, {scene.leftovers} hidden files left"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--kills", type=int, default=50, help="of each scene (default 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the title of one scene")
    options = parser.parse_args()
    scenes = {kind.title: lambda kind=kind, **more: client_scene(kind, options, **more) for kind in (Push, Pull, Inspect)}
    scenes["serve"] = lambda place, unnamed: load_scene(options.tenon, place, options.kills, options.seed)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="tenon-kill-registry-") as folder:
        unnamed = unnamed_files_work(folder)
        for title, scene in scenes.items():
            if options.only and title != options.only:
                continue
            place = pathlib.Path(folder, title)
            place.mkdir()
            begin = time.monotonic()
            try:
                print(f"{title}: {scene(place=place, unnamed=unnamed)}, {time.monotonic() - begin:.1f} s", flush=True)
                passed += 1
            except Broken as broken:
                print(f"{title}: FAILED with --seed {options.seed}: {broken}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
