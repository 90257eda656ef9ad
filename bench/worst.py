#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The worst that 10 MB can be: files made to be slow or large to read, each given to the verb that reads it. Prints processor time
and peak memory of each as a table; what is accepted and what is refused is a matter of limits, and shown.

    bench/worst.py --tenon build/release/bin/tenon [--only WORD]
"""
import argparse
import os
import pathlib
import subprocess
import tempfile

size = 10_000_000
body = 7_600_000 # the longest function that engines take
preamble = b"\0asm\1\0\0\0"
component = b"\0asm\x0d\0\1\0"


def leb(n):
    out = b""
    while True:
        byte, n = n & 0x7F, n >> 7
        if not n:
            return out + bytes([byte])
        out += bytes([byte | 0x80])


def index(n):
    """A type's index where it stands among the codes of types: a signed number of 33 bits."""
    out = b""
    while n > 0x3F:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def section(number, body):
    return bytes([number]) + leb(len(body)) + body


def vector(items):
    return leb(len(items)) + b"".join(items)


def name(text):
    return leb(len(text)) + text.encode()


def one_function(operators):
    code = b"\0" + operators + b"\x0b"
    return preamble + section(1, b"\1\x60\0\0") + section(3, b"\1\0") + section(10, b"\1" + leb(len(code)) + code)


def many_functions(count, content):
    code = leb(len(content)) + content
    return preamble + section(1, b"\1\x60\0\0") + section(3, leb(count) + b"\0" * count) + section(10, leb(count) + code * count)


# --- core modules

def deep_blocks():
    count = body // 3
    return one_function(b"\x02\x40" * count + b"\x0b" * count)


def wide_br_table():
    return one_function(b"\x41\0\x0e" + leb(body) + b"\0" * body + b"\0")


def many_br_tables():
    """Each to the same 1000 labels."""
    table = b"\x41\0\x0e" + leb(1000) + b"".join(leb(i % 100) for i in range(1000)) + b"\0"
    return one_function(b"\x02\x40" * 100 + (b"\x02\x40" + table + b"\x0b") * (body // 1010) + b"\x0b" * 100)


def many_locals():
    """Fifty thousand a function. Not printed: the text would have 40 billion words."""
    return many_functions(size // 16, b"\3" + leb(20000) + b"\x7f" + leb(20000) + b"\x7e" + leb(9000) + b"\x7d" + b"\x0b")


def long_rec_group():
    """A million structures, each of which refers to the next."""
    count = 999_999
    return preamble + section(1, b"\1\x4e" + leb(count) + b"".join(b"\x5f\1\x63" + index((i + 1) % count) + b"\0" for i in range(count)))


def equal_rec_groups():
    return preamble + section(1, leb(300_000) + b"\x4e\2\x5f\1\x63\0\0\x5f\1\x63\1\0" * 300_000)


def deep_subtypes():
    """Chains as long as they may be, again and again."""
    types = []
    while len(types) < 900_000:
        begin = len(types)
        types.append(b"\x50\0\x5f\0")
        types += [b"\x50\1" + leb(begin + i) + b"\x5f\0" for i in range(62)]
    return preamble + section(1, vector(types))


def many_exports():
    exports = vector([name(f"f{i}") + b"\0\0" for i in range(900_000)])
    return preamble + section(1, b"\1\x60\0\0") + section(3, b"\1\0") + section(7, exports) + section(10, b"\1\2\0\x0b")


def many_names():
    count = 1_000_000
    names = vector([leb(i) + name("same") for i in range(count)])
    return many_functions(count, b"\0\x0b") + section(0, name("name") + section(1, names))


def many_sections():
    return preamble + section(0, name("")) * (size // 3)


def unreachable_stack():
    return one_function(b"\0" + b"\x1a" * (body - 1))


# --- components

def long_list_chain():
    """Each type a list of the one before."""
    count = 900_000
    types = [b"\x70\x7d"] + [b"\x70" + index(i) for i in range(count)]
    return component + section(7, vector(types))


def doubling_tuples():
    """Each type a tuple of the one before, twice."""
    types = [b"\x6f\2\x7d\x7d"] + [b"\x6f\2" + index(i) * 2 for i in range(900_000)]
    return component + section(7, vector(types))


def wide_records():
    record = b"\x72" + vector([name(f"f{i}") + b"\x7d" for i in range(10_000)])
    return component + section(7, vector([record] * 120))


def many_imports():
    return component + section(7, b"\1\x40\0\1\0") + section(10, vector([b"\0" + name(f"f{i}") + b"\1\0" for i in range(800_000)]))


def nested_components():
    out = component
    for _ in range(99):
        out = component + section(4, out)
    return out + section(0, name("")) * (size // 3)


def many_core_modules():
    return component + section(1, preamble) * (size // 10)


def instance_type_of_instances():
    """An instance type with many exports, imported many times: what it holds could be counted again for each."""
    exports = [b"\1\x40\0\1\0"] + [b"\4\0" + name(f"f{i}") + b"\1\0" for i in range(2000)]
    return component + section(7, b"\1\x42" + vector(exports)) + section(10, vector([b"\0" + name(f"i{i}") + b"\5\0" for i in range(90_000)]))


# --- text

def deep_folded():
    return b"(module (func " + b"(block " * (size // 8) + b")" * (size // 8) + b"))"


def deep_comment():
    return b"(;" * (size // 2)


def one_string():
    return b'(module (memory 1) (data (i32.const 0) "' + b"\\00" * (size // 3) + b'"))'


def many_named_functions():
    return b"(module " + b"".join(b"(func $f%d)" % i for i in range(600_000)) + b")"


def long_number():
    return b"(module (global f64 (f64.const 1." + b"3" * size + b")))"


def many_exports_in_wit():
    return b"package a:b; interface i { " + b"".join(b"call%d: func(a: u8) -> string; " % i for i in range(350_000)) + b"}"


def uses_of_all():
    """Interfaces each of which uses a type of every one before it."""
    out = [b"package a:b;"]
    for i in range(700):
        out.append(b"interface i%d { type t%d = u8; " % (i, i) + b"".join(b"use i%d.{t%d as used%d};" % (j, j, j) for j in range(i)) + b"}")
    return b"\n".join(out)


def worlds_that_include_all():
    """Worlds each of which includes every one before it."""
    out = [b"package a:b;"]
    for i in range(700):
        out.append(b"world world%d { " % i + b"".join(b"include world%d;" % j for j in range(i)) + b"}")
    return b"\n".join(out)


def deep_list():
    return b"package a:b; interface i { type t = " + b"list<" * (size // 6) + b"u8" + b">" * (size // 6) + b"; }"


def long_docs():
    return b"package a:b;\n" + b"/// x\n" * (size // 6) + b"interface i {}\n"


modules = [deep_blocks, wide_br_table, many_br_tables, many_locals, long_rec_group, equal_rec_groups, deep_subtypes, many_exports, many_names,
           many_sections, unreachable_stack]
components = [long_list_chain, doubling_tuples, wide_records, many_imports, nested_components, many_core_modules, instance_type_of_instances]
texts = [deep_folded, deep_comment, one_string, many_named_functions, long_number]
wits = [many_exports_in_wit, uses_of_all, worlds_that_include_all, deep_list, long_docs]


def written(path, make):
    """By another process: what a child of this one weighs counts from what this one does."""
    child = os.fork()
    if child == 0:
        path.write_bytes(make())
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"worst: {make.__name__} could not be written")


def measured(command):
    """Processor seconds, peak memory in MiB, and the first line that was said."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=subprocess.PIPE)
    said = process.stderr.read(100_000).decode(errors="replace").strip()
    while process.stderr.read(1 << 20):
        pass
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    verdict = "accepted" if process.returncode == 0 or not said else said.split("\n")[0][:90] if process.returncode == 1 else f"ended with {process.returncode}"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True)
    parser.add_argument("--only", default="", help="inputs with this in their name")
    options = parser.parse_args()
    tenon = os.path.abspath(options.tenon)
    longest = most = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for makers, ending, verbs in ((modules, "wasm", ["validate", "print", "inspect"]), (components, "wasm", ["validate", "print", "component wit"]),
                                      (texts, "wat", ["parse"]), (wits, "wit", ["component wit", "wit fmt --check"])):
            for make in makers:
                if options.only not in make.__name__:
                    continue
                path = pathlib.Path(folder, f"{make.__name__}.{ending}")
                written(path, make)
                for verb in verbs:
                    if make is many_locals and verb == "print":
                        continue
                    at_end = ["-o", os.devnull] if verb in ("print", "parse") else []
                    seconds, peak, verdict = measured([tenon, *verb.split(), path, *at_end])
                    longest, most = max(longest, seconds), max(most, peak)
                    print(f"| {make.__name__.replace('_', ' ')}, {path.stat().st_size / 1e6:.1f} MB | `{verb}` | {seconds:.2f} s | {peak:.0f} MiB | "
                          f"{verdict} |", flush=True)
                path.unlink()
    print(f"longest: {longest:.2f} s; most memory: {most:.0f} MiB")


if __name__ == "__main__":
    main()
