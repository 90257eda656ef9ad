# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Modules, components and WIT packages: other tools accept and refuse what tenon accepts and refuses, and read what it writes."""
import re

from registries import expect

MODULE = """(module
  (type $t (func (param i32 i64) (result i32)))
  (import "m" "f" (func $f (type $t)))
  (import "m" "g" (global $g i32))
  (table $tab 2 5 funcref)
  (memory 1 3)
  (global $h (mut f64) (f64.const 1.5))
  (export "run" (func $run))
  (export "mem" (memory 0))
  (elem (i32.const 0) $f $run)
  (elem $later func $f)
  (data $d "abc")
  (data (i32.const 8) "xyz")
  (func $run (type $t) (local $x i32) (local f32)
    (block $out (result i32)
      (loop $again
        (br_if $again (i32.load offset=4 (local.get 0)))
        (global.set $h (f64.add (global.get $h) (f64.const 2))))
      (br_table $out $out (local.get $x) (i32.const 1)))
    (if (result i32)
      (then (call $f (i32.const 1) (i64.const -1)))
      (else (call_indirect (type $t) (i32.const 0) (local.get 1) (i32.const 1))))
    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 2))
    (drop (i8x16.extract_lane_s 3 (v128.const i32x4 1 2 3 4)))
    (table.init $later (i32.const 0) (i32.const 0) (i32.const 1))))
"""


def accepts(bench, *words):
    return bench.run(*words, "changed.wasm", check=False).returncode == 0


def each_bit_changed(bench):
    """Writes changed.wasm again and again, each time with one bit of the module turned, and gives the place."""
    bench.write("bits.wat", MODULE.encode())
    bench.run(bench.tenon, "parse", "bits.wat", "-o", "bits.wasm")
    with open(bench.path("bits.wasm"), "rb") as file:
        module = file.read()
    for place in range(8, len(module)):
        for bit in range(8):
            changed = bytearray(module)
            changed[place] ^= 1 << bit
            bench.write("changed.wasm", changed)
            yield place, bit


def wasm_tools_agrees_on_each_bit(bench):
    other = [at for at in each_bit_changed(bench) if accepts(bench, bench.tenon, "validate") != accepts(bench, "wasm-tools", "validate")]
    expect(other, [], "bytes and bits where the verdicts differ")


def wabt_agrees_on_each_bit(bench):
    """Of WebAssembly 2.0, which is what wabt takes without being asked for more. It lets bodies end in the middle of a block and
    flags of data segments be anything, where wasm-tools is with us."""
    other = []
    for at in each_bit_changed(bench):
        ours = accepts(bench, bench.tenon, "validate", "--features", "wasm2")
        theirs = accepts(bench, "wasm-validate", "--ignore-custom-section-errors")
        if ours != theirs and (ours or accepts(bench, "wasm-tools", "validate", "--features", "wasm2")):
            other.append(at)
    expect(other, [], "bytes and bits where wabt differs and wasm-tools does not take our side")


def wasm_tools_reads_made_up_modules(bench):
    for seed in range(20):
        bench.run(bench.tenon, "smith", "--seed", str(seed), "-o", "made.wasm")
        bench.run("wasm-tools", "validate", "made.wasm")
        bench.run(bench.tenon, "print", "made.wasm", "-o", "made.wat")
        bench.run("wasm-tools", "parse", "made.wat", "-o", "again.wasm")
        with open(bench.path("made.wasm"), "rb") as ours, open(bench.path("again.wasm"), "rb") as theirs:
            expect(theirs.read() == ours.read(), True, f"seed {seed}: wasm-tools parses what tenon prints to equal bytes")


def lines_of(bench, *words):
    return [line for line in bench.run(*words).stdout.split("\n") if line]


def wasm_tools_reads_made_up_packages(bench):
    for seed in range(20):
        bench.run(bench.tenon, "smith", "--wit", "--seed", str(seed), "-o", "made.wit")
        bench.run(bench.tenon, "component", "wit", "--wasm", "made.wit", "-o", "package.wasm")
        expect(lines_of(bench, bench.tenon, "component", "wit", "package.wasm"), lines_of(bench, "wasm-tools", "component", "wit", "package.wasm"),
               f"seed {seed}: the WIT of the package")
        with open(bench.path("made.wit"), encoding="utf-8") as file:
            worlds = re.findall(r"^world (\S+)", file.read(), re.M)
        bench.run(bench.tenon, "component", "embed", "--dummy-names", "legacy", "-w", worlds[-1], "made.wit", "-o", "module.wasm")
        bench.run(bench.tenon, "component", "new", "module.wasm", "-o", "component.wasm")
        bench.run("wasm-tools", "validate", "component.wasm")
        expect(lines_of(bench, bench.tenon, "component", "wit", "component.wasm"), lines_of(bench, "wasm-tools", "component", "wit", "component.wasm"),
               f"seed {seed}: the WIT of the component")


CHECKS = [
    ("wasm-tools", "accepts and refuses what tenon does, whichever bit of a module is turned", wasm_tools_agrees_on_each_bit),
    (("wasm-validate", "wasm-tools"), "accepts and refuses what tenon does, whichever bit of a module is turned", wabt_agrees_on_each_bit),
    ("wasm-tools", "reads modules that tenon made up and printed", wasm_tools_reads_made_up_modules),
    ("wasm-tools", "reads WIT packages and components that tenon made up", wasm_tools_reads_made_up_packages),
]
VERSION_WORDS = {"wasm-validate": ["--version"]}
