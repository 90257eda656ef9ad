#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Other people's tools read what tenon writes, and tenon reads what they write.

    peers.py TENON

Installs nothing. A peer that is not in PATH is named and its checks are skipped. Ends with `N passed, N failed, N skipped`.
"""
import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import modules
import registries
from registries import expect

EMPTY_MODULE = bytes.fromhex("0061736d01000000")
# (component (core module)): a preamble of today and one nested module.
SMALL_COMPONENT = bytes.fromhex("0061736d0d000100" "0108" "0061736d01000000")


class Bench:
    """One folder to work in, and what came of each check."""

    def __init__(self, tenon, folder):
        self.tenon, self.folder = tenon, folder
        self.passed = self.failed = self.skipped = 0
        self.versions = {}
        self.sites = registries.Sites(self)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("WASH_", "WASMCLOUD_", "XDG_"))}
        self.env.update(HOME=folder, USER="tester", LANG="C.UTF-8", TZ="UTC")
        os.makedirs(os.path.join(folder, ".wash"))
        # The first-run greeting of wash would stand in its output.
        open(os.path.join(folder, ".wash", ".completion_suggested"), "w", encoding="utf-8").close()

    def run(self, *words, check=True, more=None, stdout=subprocess.PIPE):
        """`more` is added to the environment."""
        done = subprocess.run(words, cwd=self.folder, env=self.env | (more or {}), stdin=subprocess.DEVNULL, stdout=stdout,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError("%s: exit %d\n%s%s" % (" ".join(words), done.returncode, done.stdout, done.stderr))
        return done

    def json(self, *words):
        return json.loads(self.run(*words).stdout)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return name

    def remember_password(self, address):
        """As `docker login` would."""
        place = self.path(".docker/config.json")
        settings = {"auths": {}}
        if os.path.exists(place):
            with open(place, encoding="utf-8") as file:
                settings = json.load(file)
        else:
            os.mkdir(self.path(".docker"))
        who = "%s:%s" % (registries.USER, registries.PASSWORD)
        settings["auths"][address] = {"auth": base64.b64encode(who.encode()).decode()}
        self.write(".docker/config.json", json.dumps(settings).encode())

    def has(self, peer):
        version_words = VERSION_WORDS[peer]
        if peer in self.versions:
            return True
        if not shutil.which(peer, path=self.env["PATH"]):
            return False
        lines = []
        if version_words:
            text = self.run(peer, *version_words, check=False)
            lines = (text.stdout + text.stderr).strip().splitlines()
        self.versions[peer] = lines[0].strip() if lines else "unknown version"
        return True


def tenon_par(bench, name, *more):
    bench.run(bench.tenon, "par", "create", "-v", "acme", "-n", "Echo", "-r", "2", "--version", "0.3.0", "-a",
              "x86_64-linux", "-b", "one", "--destination", name, "-d", "keys", *more)
    return name


def wash_par(bench, name, *more):
    bench.run("wash", "par", "create", "-v", "acme", "-n", "Echo", "-r", "2", "--version", "0.3.0", "-a",
              "x86_64-linux", "-b", "one", "--destination", name, "-d", "keys", *more)
    return name


def wash_inspects(bench, name, targets):
    shown = bench.json("wash", "inspect", name, "-o", "json")
    expect((shown["name"], shown["vendor"], shown["version"], shown["revision"], sorted(shown["targets"])),
           ("Echo", "acme", "0.3.0", "2", sorted(targets)), "wash inspect")
    return shown


def wash_reads_plain(bench):
    wash_inspects(bench, tenon_par(bench, "t.par"), ["x86_64-linux"])


def wash_reads_gzip(bench):
    wash_inspects(bench, tenon_par(bench, "t.par.gz", "--compress"), ["x86_64-linux"])


def wash_reads_schema(bench):
    bench.write("schema.json", b'{"type":"object","properties":{"url":{"type":"string"}}}')
    shown = wash_inspects(bench, tenon_par(bench, "t.par", "-j", "schema.json"), ["x86_64-linux"])
    expect(shown["schema"]["type"], "object", "schema")


def wash_reads_two_targets(bench):
    for name, more in (("t.par", []), ("t.par.gz", ["--compress"])):
        tenon_par(bench, name, *more)
        bench.run(bench.tenon, "par", "insert", name, "-a", "aarch64-linux", "-b", "two", "-d", "keys")
        wash_inspects(bench, name, ["x86_64-linux", "aarch64-linux"])


def wash_extends(bench):
    for name, more in (("t.par", []), ("t.par.gz", ["--compress"])):
        tenon_par(bench, name, *more)
        bench.run("wash", "par", "insert", name, "-a", "aarch64-linux", "-b", "two", "-d", "keys", "-s",
                  "keys/one_service.nk")
        bench.run(bench.tenon, "par", "verify", name)
        shown = bench.json(bench.tenon, "inspect", name, "-o", "json")
        expect(sorted(shown["targets"]), ["aarch64-linux", "x86_64-linux"], "targets")


def tenon_reads(bench):
    for name, more in (("w.par", []), ("w.par.gz", ["--compress"])):
        wash_par(bench, name, *more)
        bench.run(bench.tenon, "par", "verify", name)


def tenon_extends(bench):
    for name, more in (("w.par", []), ("w.par.gz", ["--compress"])):
        wash_par(bench, name, *more)
        bench.run(bench.tenon, "par", "insert", name, "-a", "aarch64-linux", "-b", "two", "-d", "keys")
        wash_inspects(bench, name, ["x86_64-linux", "aarch64-linux"])
        bench.run(bench.tenon, "par", "extract", name, "-a", "aarch64-linux", "--destination", "out.bin")
        with open(bench.path("out.bin"), "rb") as out, open(bench.path("two"), "rb") as two:
            expect(out.read() == two.read(), True, "extracted bytes equal")


def sign(bench, tool, source, destination):
    bench.run(tool, "claims", "sign", source, "-d", destination, "-n", "adder", "-r", "3", "-v", "1.2.0", "-t", "zeta",
              "--directory", "keys")


def wash_reads_claims(bench):
    for name, content in (("m.wasm", EMPTY_MODULE), ("c.wasm", SMALL_COMPONENT)):
        bench.write(name, content)
        sign(bench, bench.tenon, name, "s.wasm")
        shown = bench.json("wash", "inspect", "s.wasm", "-o", "json")
        expect((shown["name"], shown["version"], shown["revision"], shown["tags"]), ("adder", "1.2.0", 3, "zeta"),
               "wash inspect")


def tenon_reads_claims(bench):
    for name, content in (("m.wasm", EMPTY_MODULE), ("c.wasm", SMALL_COMPONENT)):
        bench.write(name, content)
        sign(bench, "wash", name, "s.wasm")
        bench.run(bench.tenon, "claims", "verify", "s.wasm")


def same_bytes_but_token(bench):
    for name, content in (("m.wasm", EMPTY_MODULE), ("c.wasm", SMALL_COMPONENT)):
        bench.write(name, content)
        sign(bench, bench.tenon, name, "ours.wasm")
        sign(bench, "wash", name, "theirs.wasm")
        cut = []
        for signed in ("ours.wasm", "theirs.wasm"):
            with open(bench.path(signed), "rb") as file:
                data = file.read()
            cut.append((len(data), data[:data.index(b"eyJ")]))
        expect(cut[0], cut[1], "signed file up to the token")


def keys_of_each_other(bench):
    seed = bench.json("wash", "keys", "get", "one_service", "-d", "keys", "-o", "json")["seed"]
    expect(bench.json(bench.tenon, "keys", "get", "one_service", "-d", "keys", "-o", "json")["seed"], seed, "seed")
    bench.run("wash", "claims", "token", "operator", "-n", "theirs", "--directory", "keys")
    bench.run(bench.tenon, "keys", "get", "theirs_operator", "-d", "keys")


def nk_agrees(bench):
    for kind in ("account", "cluster", "server", "operator", "user", "curve"):
        made = bench.json(bench.tenon, "keys", "gen", kind, "-o", "json")
        bench.write("nk.seed", made["seed"].encode())
        expect(bench.run("nk", "-inkey", "nk.seed", "-pubout").stdout.strip(), made["public_key"], kind)


def nk_verifies(bench):
    token = bench.json(bench.tenon, "claims", "token", "operator", "-n", "root", "--directory", "keys", "-o",
                       "json")["token"]
    head, signature = token.rsplit(".", 1)
    bench.write("signed", head.encode())
    bench.write("signature", signature.encode())
    seed = bench.json(bench.tenon, "keys", "get", "root_operator", "-d", "keys", "-o", "json")["seed"]
    bench.write("nk.seed", seed.encode())
    theirs = bench.run("nk", "-sign", "signed", "-inkey", "nk.seed").stdout.strip().rstrip("=")
    expect(theirs.replace("+", "-").replace("/", "_"), signature, "signature")


def wasm_tools_validates(bench):
    for name, content in (("m.wasm", EMPTY_MODULE), ("c.wasm", SMALL_COMPONENT)):
        bench.write(name, content)
        sign(bench, bench.tenon, name, "s.wasm")
        bench.run("wasm-tools", "validate", "--features", "all", "s.wasm")


PLUG = """(component
  (core module $m (func (export "f") (param i32) (result i32) local.get 0))
  (core instance $i (instantiate $m))
  (type $f (func (param "x" u32) (result u32)))
  (func $f (type $f) (canon lift (core func $i "f")))
  (import "demo:a/log@0.1.0" (instance (export "flush" (func))))
  (instance $double (export "double" (func $f)))
  (export "demo:a/double@0.1.0" (instance $double)))
"""
SOCKET = """(component
  (import "demo:a/log@0.1.0" (instance (export "write" (func))))
  (import "demo:a/double@0.1.0" (instance $double (export "double" (func (param "x" u32) (result u32)))))
  (export "demo:a/again@0.1.0" (instance $double)))
"""


def wasm_tools_plugs(bench):
    for name, text in (("plug", PLUG), ("socket", SOCKET)):
        bench.write(name + ".wat", text.encode())
        bench.run(bench.tenon, "parse", name + ".wat", "-o", name + ".wasm")
    bench.run(bench.tenon, "component", "plug", "socket.wasm", "--plug", "plug.wasm", "-o", "ours.wasm")
    bench.run("wasm-tools", "validate", "ours.wasm")
    bench.run("wasm-tools", "compose", "socket.wasm", "-d", "plug.wasm", "-o", "theirs.wasm")
    # What both import is one interface, whose functions each puts in an order of its own.
    ours, theirs = (sorted(bench.run("wasm-tools", "component", "wit", name).stdout.split("\n")) for name in ("ours.wasm", "theirs.wasm"))
    expect(ours, theirs, "the WIT of what was put together")


def wasm_tools_unbundles(bench):
    bench.write("plug.wat", PLUG.encode())
    bench.run(bench.tenon, "parse", "plug.wat", "-o", "plug.wasm")
    for tool, name in ((bench.tenon, "ours"), ("wasm-tools", "theirs")):
        bench.run(tool, "component", "unbundle", "plug.wasm", "--threshold", "0", "--module-dir", name, "-o", name + ".wasm")
    for file in (".wasm", "/unbundled-module0.wasm"):
        with open(bench.path("ours" + file), "rb") as ours, open(bench.path("theirs" + file), "rb") as theirs:
            expect(ours.read() == theirs.read(), True, file + " has equal bytes")


def tar_and_gzip_read(bench):
    tenon_par(bench, "t.par.gz", "--compress")
    bench.run("gzip", "-t", "t.par.gz")
    listing = bench.run("sh", "-c", "gzip -dc t.par.gz | tar tf -").stdout.split()
    expect(listing, ["claims.jwt", "x86_64-linux.bin"], "tar tf")
    with gzip.open(bench.path("t.par.gz")) as packed, open(bench.path("one"), "rb") as file:
        expect(file.read() in packed.read(), True, "the executable is in what Python's gzip unpacks")


CHECKS = [
    ("wash", "inspects a plain archive of tenon's", wash_reads_plain),
    ("wash", "inspects a gzip archive of tenon's", wash_reads_gzip),
    ("wash", "shows the schema in an archive of tenon's", wash_reads_schema),
    ("wash", "inspects archives that tenon extended", wash_reads_two_targets),
    ("wash", "extends archives of tenon's; tenon verifies the result", wash_extends),
    ("wash", "writes archives that tenon verifies", tenon_reads),
    ("wash", "inspects archives of its own that tenon extended", tenon_extends),
    ("wash", "inspects modules and components that tenon signed", wash_reads_claims),
    ("wash", "signs modules and components that tenon verifies", tenon_reads_claims),
    ("wash", "signs to the same bytes, token aside", same_bytes_but_token),
    ("wash", "and tenon read each other's key files", keys_of_each_other),
    ("nk", "derives the public keys that tenon prints, curve keys too", nk_agrees),
    ("nk", "makes the signature that tenon makes", nk_verifies),
    ("wasm-tools", "validates modules and components that tenon signed", wasm_tools_validates),
    ("wasm-tools", "composes what tenon plugs, to the same WIT", wasm_tools_plugs),
    ("wasm-tools", "unbundles to the same bytes", wasm_tools_unbundles),
    ("tar", "and gzip list an archive of tenon's", tar_and_gzip_read),
    *modules.CHECKS,
    *registries.CHECKS,
]
VERSION_WORDS = {"wash": ["--version"], "nk": ["-v"], "wasm-tools": ["--version"], "tar": ["--version"], **modules.VERSION_WORDS, **registries.VERSION_WORDS}


def play(bench):
    for peers, what, check in CHECKS:
        peers = (peers,) if isinstance(peers, str) else peers
        peer = peers[0]
        missing = [name for name in peers if not bench.has(name)]
        if missing:
            print("skip  %s is not here: %s %s" % (missing[0], peer, what))
            bench.skipped += 1
            continue
        try:
            check(bench)
        except (AssertionError, KeyError, ValueError, OSError, subprocess.TimeoutExpired) as error:
            print("FAIL  %s %s\n%s" % (peer, what, re.sub(r"^", "      ", str(error), flags=re.M)))
            bench.failed += 1
        else:
            print("ok    %s %s" % (peer, what), flush=True)
            bench.passed += 1


def main():
    tenon = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tenon-peers-") as folder:
        bench = Bench(tenon, folder)
        noise = b"".join(hashlib.sha256(b"%d" % i).digest() + bytes(96) for i in range(20000))
        bench.write("one", b"\x7fELF" + noise)
        bench.write("two", b"\x7fELF" + noise[::-1])
        tenon_par(bench, "first.par")  # makes the keys that all checks use
        try:
            play(bench)
        finally:
            bench.sites.stop()
        for peer, version in sorted(bench.versions.items()):
            print("with  %s: %s" % (peer, version))
    print("%d passed, %d failed, %d skipped" % (bench.passed, bench.failed, bench.skipped))
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
