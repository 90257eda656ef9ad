#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says per verb which shared libraries the program maps, while it does the verb's work, and holds that against the list below: a
library that creeps in costs every start of the program. A verb that is not in the list fails the test.

    test/maps.py --tenon PROGRAM

Works for a program that was linked with TENON_STATIC_DEPS. The dynamic linker's own report (LD_DEBUG=files, see ld.so(8)) is
read, so that libraries opened while running are seen too.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Verb and its arguments; what it may map besides the dynamic linker. Debian's ISA-L has no archive to link statically, so that it is
# mapped by those who read a gzip stream.
libc = {"libc.so.6"}
gzip = {"libc.so.6", "libisal.so.2"}
verbs = [
    (["--version"], libc),
    (["--help"], libc),
    (["version"], libc),
    (["help", "--all"], libc),
    (["completions", "bash"], libc),
    (["keys", "gen", "account"], libc),
    (["keys", "list", "-d", "keys"], libc),
    (["keys", "get", "tester_account", "-d", "keys"], libc),
    (["par", "create", "-v", "Acme", "-n", "Echo", "-b", "prog", "-a", "x86_64-linux", "--destination", "echo.par.gz", "--compress",
      "-d", "keys"], libc),
    (["par", "insert", "echo.par.gz", "-b", "prog", "-a", "aarch64-linux", "-d", "keys"], gzip),
    (["par", "inspect", "echo.par.gz"], gzip),
    (["par", "verify", "echo.par.gz"], gzip),
    (["par", "extract", "echo.par.gz", "-a", "x86_64-linux", "--destination", "out"], gzip),
    (["inspect", "echo.par.gz"], gzip),
    (["claims", "token", "operator", "-n", "acme", "--directory", "keys"], libc),
    (["claims", "token", "account", "-n", "acme", "--directory", "keys"], libc),
    (["claims", "token", "component", "-n", "empty", "-r", "1", "-v", "0.1.0", "--directory", "keys"], libc),
    (["claims", "token", "provider", "-n", "Echo", "-v", "Acme", "-r", "1", "-e", "0.1.0", "--directory", "keys"], libc),
    (["claims", "sign", "empty.wasm", "-n", "empty", "-r", "1", "-v", "0.1.0", "--directory", "keys"], libc),
    (["claims", "verify", "empty_s.wasm"], libc),
    (["claims", "inspect", "empty_s.wasm"], libc),
    (["build", "-p", "project", "--keys-directory", "keys"], libc),
    (["registry", "serve", "--addr", "127.0.0.1:0", "--dir", "served"], libc),
    (["registry", "gc", "--dir", "served"], libc),
    (["push", "REGISTRY/demo/echo:0.1.0", "echo.par.gz", "--insecure"], gzip),
    (["reg", "push", "REGISTRY/demo/empty:0.1.0", "empty_s.wasm", "--insecure"], libc),
    (["pull", "REGISTRY/demo/echo:0.1.0", "--insecure"], gzip),
    (["reg", "pull", "REGISTRY/demo/empty:0.1.0", "--insecure"], libc),
    (["drain", "all"], libc),
    (["parse", "add.wat", "-o", "add.wasm"], libc),
    (["validate", "add.wat", "add.wasm"], libc),
    (["wast", "add.wat"], libc),
    (["print", "add.wasm"], libc),
    (["smith", "--seed", "1", "-o", "smith.wasm"], libc),
    (["objdump", "add.wasm"], libc),
    (["dump", "add.wasm"], libc),
    (["strip", "add.wasm", "-o", "stripped.wasm"], libc),
    (["metadata", "add", "add.wasm", "--name", "sum", "-o", "named.wasm"], libc),
    (["metadata", "show", "named.wasm"], libc),
    (["wit", "fmt", "wit/world.wit"], libc),
    (["wit", "lint", "wit"], libc),
    (["wit", "validate", "wit"], libc),
    (["wit", "print", "wit", "--wasm", "-o", "wit.wasm"], libc),
    (["component", "wit", "wit.wasm"], libc),
    (["component", "embed", "wit", "--dummy", "-o", "dummy.wasm"], libc),
    (["component", "new", "dummy.wasm", "-o", "new.wasm"], libc),
    (["check", "wit.wasm"], libc),
    (["component", "targets", "wit", "echo.wat"], libc),
    (["component", "semver-check", "wit", "--prev", "echo", "--new", "echo"], libc),
    (["component", "plug", "caller.wat", "--plug", "echo.wat", "-o", "plugged.wasm"], libc),
    (["component", "unbundle", "echo.wat", "--module-dir", "modules", "-o", "unbundled.wasm"], libc),
]


class Registry:
    """One that is served while the list is worked through."""

    def __init__(self, tenon, folder):
        self.process = subprocess.Popen([tenon, "registry", "serve", "--addr", "127.0.0.1:0", "--memory"], cwd=folder, env={"HOME": str(folder)},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = address_of(self.process)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def address_of(process):
    """What a server that was started says of itself, once it listens."""
    for line in process.stdout:
        if found := re.search(r"http://(\S+)", line):
            return found[1]
    sys.exit("the registry ended before it listened")


def mapped(tenon, words, folder):
    """Base names of the libraries that the dynamic linker gave a link map, and the exit status."""
    report = folder / "report"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "USER": "tester", "LANG": "C.UTF-8", "LD_DEBUG": "files",
                   "LD_DEBUG_OUTPUT": str(report)}
    process = subprocess.Popen([tenon, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
    if words[:2] == ["registry", "serve"]: # ends only when told to
        address_of(process)
        process.terminate()
    output, _ = process.communicate()
    # One report a process, named after its number: those of a tool that a verb runs are not ours.
    text = pathlib.Path(f"{report}.{process.pid}").read_text()
    for path in folder.glob("report.*"):
        path.unlink()
    names = set(re.findall(r"file=(\S+) \[\d+\];  generating link map", text))
    names = {os.path.basename(name) for name in names}
    names = {name for name in names if not name.startswith(("ld-linux", "linux-vdso")) and name != tenon.name}
    return names, process.returncode, output


def without_a_row(tenon):
    """Verbs that the program has and the list has not."""
    pages = subprocess.run([tenon, "help", "--all"], env={}, stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True).stdout
    paths = [re.match(r"tenon ([a-z-]+(?: [a-z-]+)*) [\[<]", line).group(1) for line in pages.splitlines()]
    if not paths:
        sys.exit("`tenon help --all` names no verb, so nothing would be proved")
    return [path for path in paths if not any(words[:len(path.split())] == path.split() for words, _ in verbs)]


def without_isal(tenon, folder):
    """A library that cannot be opened is a diagnostic: something that is no library stands in its way. Gives what went wrong."""
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere/libisal.so.2").write_text("no library " * 100)
    done = subprocess.run([tenon, "par", "verify", "echo.par.gz"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True,
                          env={"HOME": str(folder), "LD_LIBRARY_PATH": str(folder / "elsewhere")})
    if done.returncode == 1 and "error[unsupported]: gzip streams cannot be read without ISA-L" in done.stderr and "libisal2" in done.stderr:
        return None
    return f"FAILED: exit {done.returncode}\n{done.stdout}{done.stderr}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    tenon = parser.parse_args().tenon.resolve()
    missing = without_a_row(tenon)
    for path in missing:
        print(f"  FAILED: the verb `{path}` is not in the list")
    failed = len(missing)
    seen = set()
    with tempfile.TemporaryDirectory(prefix="tenon-maps-") as place:
        folder = pathlib.Path(place)
        (folder / "prog").write_bytes(b"\x7fELF" + bytes(4096))
        (folder / "empty.wasm").write_bytes(b"\0asm\1\0\0\0")
        (folder / "add.wat").write_text('(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))')
        (folder / "wit").mkdir()
        (folder / "echo.wat").write_text(
            '(component (core module $m (memory (export "m") 1) (func (export "s") (param i32 i32) (result i32) i32.const 0)\n'
            '  (func (export "r") (param i32 i32 i32 i32) (result i32) i32.const 0)) (core instance $i (instantiate $m))\n'
            '  (alias core export $i "m" (core memory $m)) (alias core export $i "r" (core func $r))\n'
            '  (func (export "say") (param "what" string) (result string) (canon lift (core func $i "s") (memory $m) (realloc $r))))\n')
        (folder / "caller.wat").write_text(
            '(component (import "say" (func $say (param "what" string) (result string))) (export "call" (func $say)))\n')
        (folder / "wit/world.wit").write_text("/// To be heard again.\npackage acme:echo@0.1.0;\n\n/// What says it.\nworld echo {\n  /// Says it.\n  export say: func(what: string) -> string;\n}\n")
        (folder / "project").mkdir()
        (folder / "project/prog").write_bytes(b"\x7fELF" + bytes(4096))
        (folder / "project/wasmcloud.toml").write_text(
            'name = "prog"\nversion = "0.1.0"\nlanguage = "other"\ntype = "provider"\n\n[provider]\nvendor = "Acme"\n'
            'bin_name = "prog"\nos = "linux"\narch = "x86_64"\nbuild_command = "true"\nbuild_artifact = "prog"\n')
        # The key that `keys get` asks for.
        subprocess.run([tenon, "claims", "token", "component", "-n", "x", "-r", "1", "-v", "0.1.0", "--directory", "keys"], cwd=folder, check=True,
                       env={"HOME": place, "USER": "tester"}, stdout=subprocess.DEVNULL)
        registry = Registry(tenon, folder)
        for words, expected in verbs:
            names, status, output = mapped(tenon, [word.replace("REGISTRY", registry.address) for word in words], folder)
            seen |= names
            surplus = sorted(names - expected)
            print(f"tenon {' '.join(words)}: {' '.join(sorted(names)) or 'nothing'}")
            if surplus or status != 0:
                failed += 1
                print(f"  FAILED: exit {status}, mapped beyond its list: {' '.join(surplus) or 'nothing'}\n{output}")
        registry.stop()
        if any(name.startswith("libisal") for name in seen):  # where it has an archive, it is never absent
            passed_over = without_isal(tenon, folder)
            failed += passed_over is not None
            print(f"without ISA-L: {passed_over or 'says so'}")
    print(f"{failed} failed" if failed else "all passed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
