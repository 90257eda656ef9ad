#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the `ui` cases of the wit-parser project: 74 packages whose model must be the expected one, 153 expectations for those that must be refused (three of them came without their input).

Usage: wit_ui.py WIT_CASES [-v]

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
Models are compared by structure: what is referred to by index takes the place of the index, so that the order in which a
parser numbers things does not matter. Anonymous types are their structure and nothing else.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

# What each count must at least be.
GOOD, BAD, PLACES = 74, 150, 140
PRINTED, MERGED, ENCODED, GUESTS = 41, 10, 106, 16
# A file of the suite that its copy leaves out, for being binary; its NOTICE spells it.
LEFT_OUT = ("kinds-of-deps/deps/e.wasm", "0061736d0d0001000710014102014200040105653a652f6505000b0701000165030000")


def find_suites():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        if os.path.isdir(os.path.join(root, "conformance", "wit-parser-ui", "ui")):
            return os.path.abspath(root)
    return None


def run(program, mode, paths):
    """{path: ("model", value) or ("error", (file, line, column), code, text)}"""
    done = subprocess.run([program, mode] + paths, capture_output=True, text=True, timeout=300)
    out = {}
    for block in done.stdout.split("\nend of case\n"):
        if not block.startswith("case "):
            continue
        head, kind, body = (block.split("\n", 2) + ["", ""])[:3]
        if kind == "error":
            place, code, text = body.split("\n", 2)
            file, line, column = place.split("\t")
            out[head[5:]] = ("error", (file, int(line), int(column)), code, text)
        else:
            out[head[5:]] = (kind, body)
    if done.returncode != 0:
        print(f"{program} ended with {done.returncode}: {done.stderr[-2000:]}")
    return out


class Structure:
    """A model with names and structures in the place of indices."""

    def __init__(self, model):
        self.model = model
        self.inner = {}  # inline interfaces by index: where they stand
        for world in model["worlds"]:
            for side in ("imports", "exports"):
                for key, item in world[side].items():
                    if "interface" in item and not key.startswith("interface-"):
                        self.inner[item["interface"]["id"]] = f"{self.world_id(world)} {side} {key}"

    def package_name(self, index):
        return self.model["packages"][index]["name"]

    def world_id(self, world):
        return f"{self.package_name(world['package'])} world {world['name']}"

    def interface_id(self, index):
        interface = self.model["interfaces"][index]
        if interface["name"] is None:
            return self.inner[index]
        return f"{self.package_name(interface['package'])} {interface['name']}"

    def type_ref(self, ref):
        if not isinstance(ref, int):
            return ref
        type_ = self.model["types"][ref]
        if type_["name"] is None:
            return self.kind(type_["kind"])
        return f"{self.owner(type_['owner'])} {type_['name']}"

    def owner(self, owner):
        if owner is None:
            return None
        if "interface" in owner:
            return self.interface_id(owner["interface"])
        return self.world_id(self.model["worlds"][owner["world"]])

    def kind(self, kind):
        if isinstance(kind, str):
            return kind
        (name, body), = kind.items()
        if name == "record":
            return {name: [dict(f, type=self.type_ref(f["type"])) for f in body["fields"]]}
        if name == "variant":
            return {name: [dict(c, type=self.type_ref(c["type"])) for c in body["cases"]]}
        if name == "tuple":
            return {name: [self.type_ref(t) for t in body["types"]]}
        if name in ("enum", "flags"):
            return kind
        if name == "fixed-length-list":
            return {name: [self.type_ref(body[0]), body[1]]}
        if name == "map":
            return {name: [self.type_ref(t) for t in body]}
        if name == "result":
            return {name: {side: self.type_ref(t) for side, t in body.items()}}
        if name == "handle":
            return {name: {mode: self.type_ref(t) for mode, t in body.items()}}
        return {name: self.type_ref(body)}

    def function(self, function):
        out = dict(function)
        if isinstance(out["kind"], dict):
            out["kind"] = {mode: self.type_ref(t) for mode, t in out["kind"].items()}
        out["params"] = [dict(p, type=self.type_ref(p["type"])) for p in out["params"]]
        if "result" in out:
            out["result"] = self.type_ref(out["result"])
        return out

    def item(self, item):
        if "interface" in item:
            return {"interface": dict(item["interface"], id=self.interface_id(item["interface"]["id"]))}
        if "function" in item:
            return {"function": self.function(item["function"])}
        return {"type": self.type_ref(item["type"])}

    def items(self, items):
        def key_of(key):
            return self.interface_id(int(key[10:])) if re.fullmatch(r"interface-\d+", key) else key
        return [(key_of(key), self.item(item)) for key, item in items.items()]

    def whole(self):
        model = self.model
        types = {}
        for type_ in model["types"]:
            if type_["name"] is not None:
                full = f"{self.owner(type_['owner'])} {type_['name']}"
                types[full] = dict(type_, kind=self.kind(type_["kind"]), owner=self.owner(type_["owner"]))
        return {
            "worlds": {self.world_id(w): dict(w, package=self.package_name(w["package"]), imports=self.items(w["imports"]),
                                              exports=self.items(w["exports"])) for w in model["worlds"]},
            "interfaces": {self.interface_id(n): dict(
                i, package=self.package_name(i["package"]), types=[(k, self.type_ref(t)) for k, t in i["types"].items()],
                functions=[(k, self.function(f)) for k, f in i["functions"].items()])
                for n, i in enumerate(model["interfaces"])},
            "types": types,
            "packages": {p["name"]: dict(p, interfaces=sorted(p["interfaces"]), worlds=sorted(p["worlds"])) for p in model["packages"]},
        }


def unordered(value):
    """Lists of pairs (objects whose order was kept) as objects."""
    if isinstance(value, list) and value and all(isinstance(v, tuple) for v in value):
        return {k: unordered(v) for k, v in value}
    if isinstance(value, list):
        return [unordered(v) for v in value]
    if isinstance(value, dict):
        return {k: unordered(v) for k, v in value.items()}
    return value


def difference(expected, found, path=""):
    if type(expected) is not type(found):
        return f"{path}: expected {expected!r}, found {found!r}"
    if isinstance(expected, dict):
        for key in list(expected) + [k for k in found if k not in expected]:
            if key not in found:
                return f"{path}/{key}: missing"
            if key not in expected:
                return f"{path}/{key}: not expected: {found[key]!r}"
            inner = difference(expected[key], found[key], f"{path}/{key}")
            if inner:
                return inner
        return None
    if isinstance(expected, (list, tuple)) and len(expected) == len(found):
        for n, (a, b) in enumerate(zip(expected, found)):
            inner = difference(a, b, f"{path}/{n}")
            if inner:
                return inner
        return None
    return None if expected == found else f"{path}: expected {expected!r}, found {found!r}"


def cases_in(folder, suffix):
    """{expectation: input}, and the expectations that have none."""
    out, missing = {}, []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(suffix):
            continue
        stem = name[:-len(suffix)]
        for candidate in (stem, stem[:-4] if stem.endswith(".wit") else stem, (stem[:-4] if stem.endswith(".wit") else stem) + ".wat"):
            if os.path.exists(os.path.join(folder, candidate)):
                out[os.path.join(folder, name)] = os.path.join(folder, candidate)
                break
        else:
            missing.append(name)
    return out, missing


def good_cases(program, folder, verbose):
    cases, _ = cases_in(folder, ".json")
    results = run(program, "json", list(cases.values()))
    equal = same_order = 0
    for expectation, path in cases.items():
        result = results.get(path)
        name = os.path.basename(path)
        if result is None:
            print(f"  {name}: no result")
            continue
        if result[0] == "error":
            print(f"  {name}: refused\n{result[3]}")
            continue
        with open(expectation, encoding="utf-8") as file:
            expected = Structure(json.load(file)).whole()
        found = Structure(json.loads(result[1])).whole()
        problem = difference(unordered(expected), unordered(found))
        if problem:
            print(f"  {name}: {problem}")
            continue
        equal += 1
        order = difference(expected, found)
        same_order += order is None
        if order and verbose:
            print(f"  {name}: another order: {order}")
    print(f"wit-parser, good: {len(cases)} cases, {equal} equal ({same_order} also in order)")
    return equal


def expected_place(text):
    for pattern in (r"--> (\S+?):(\d+):(\d+)", r"^\s+\* (\S+?):(\d+):(\d+)", r"^(\S+?):(\d+):(\d+): "):
        match = re.search(pattern, text, re.M)
        if match:
            return match.group(1), int(match.group(2)), int(match.group(3))
    return None


def bad_cases(program, folder, verbose):
    cases, missing = cases_in(folder, ".result")
    results = run(program, "json", list(cases.values()))
    refused = places = given = 0
    root = os.path.dirname(os.path.dirname(folder))
    for expectation, path in cases.items():
        result = results.get(path)
        name = os.path.basename(path)
        if result is None or result[0] != "error":
            print(f"  {name}: not refused")
            continue
        if result[2] == "unsupported":  # what cannot be read at all has not been judged
            print(f"  {name}: unsupported\n{result[3]}")
            continue
        refused += 1
        with open(expectation, encoding="utf-8") as file:
            text = file.read()
        wanted = expected_place(text)
        given += wanted is not None
        file, line, column = result[1]
        found = ("tests/" + os.path.relpath(file, root) if file != "-" else "-", line, column)
        if wanted is not None and found == wanted:
            places += 1
        elif wanted is not None:
            print(f"  {name}: at {found}, expected {wanted}")
        if verbose:
            print(f"--- {name}\n{text.strip()}\n{result[3]}")
    print(f"wit-parser, bad: {len(cases) + len(missing)} expectations, {len(missing)} without input ({', '.join(missing)}); {refused} refused; {given} with a place, {places} of them equal")
    return refused, places


def normal(text):
    """Printed WIT without the empty lines between its interfaces and worlds, and at its end, where printers differ. Inside them all must be equal."""
    lines = text.split("\n")
    return "\n".join(line for n, line in enumerate(lines) if line or any(lines[n + 1:n + 2]) and lines[n + 1].startswith(" "))


def printed_cases(program, folder):
    """`X.wit` or `X/` with what another printer makes of it."""
    cases = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            prints = [n for n in os.listdir(path) if n.endswith(".wit.print")]
            if len(prints) == 1:
                cases[path] = os.path.join(path, prints[0])
        elif os.path.exists(path + ".print"):
            cases[path] = path + ".print"
    results = run(program, "print", list(cases))
    equal = 0
    for path, expectation in cases.items():
        result = results.get(path, ("error", None, None, "no result"))
        if result[0] == "error":
            print(f"  {os.path.basename(path)}: refused\n{result[3]}")
            continue
        with open(expectation, encoding="utf-8") as file:
            expected = normal(file.read())
        if normal(result[1]) == expected:
            equal += 1
        else:
            print(f"  {os.path.basename(path)}: printed otherwise")
            import difflib
            print("\n".join(list(difflib.unified_diff(expected.splitlines(), normal(result[1]).splitlines(), lineterm=""))[:20]))
    print(f"wit-component, interfaces printed: {len(cases)} cases, {equal} equal")
    return equal == len(cases) >= PRINTED


def merge_cases(program, folder):
    good = 0
    names = sorted(os.listdir(folder))
    for name in names:
        case = os.path.join(folder, name)
        into, from_ = os.path.join(case, "into"), os.path.join(case, "from")
        done = subprocess.run([program, "merge", into, from_], capture_output=True, text=True, timeout=60)
        head, kind, body = done.stdout.split("\n", 2)
        body = body.replace("\nend of case\n", "")
        if os.path.exists(os.path.join(case, "error.txt")):
            with open(os.path.join(case, "error.txt"), encoding="utf-8") as file:
                words = file.read().strip().split(": ")
            good += kind == "error" and all(part in body for part in words[:1] + words[-1:])
            if kind != "error" or not all(part in body for part in words[:1] + words[-1:]):
                print(f"  {name}: {words}\n{body}")
            continue
        found = dict(part.split("\n", 1) for part in body.split("file ")[1:]) if kind == "text" else {}
        wanted = {}
        for file_name in os.listdir(os.path.join(case, "merge")):
            with open(os.path.join(case, "merge", file_name), encoding="utf-8") as file:
                wanted[file_name] = normal(file.read())
        equal = {k: normal(v) for k, v in found.items()} == wanted
        good += equal
        if not equal:
            print(f"  {name}: merged otherwise\n{body}")
    print(f"wit-component, merge: {len(names)} cases, {good} as expected")
    return good == len(names) >= MERGED


def stable_packages(program, root, ui):
    """WASI as it is published, and all good cases: printed, read, printed again."""
    # Encoded dependencies are read first, so that packages come in another order once all are text.
    paths = [path for path in cases_in(ui, ".json")[0].values() if not path.endswith("kinds-of-deps")]
    results = run(program, "stable", paths)
    bad = [p for p, r in results.items() if r[0] == "error" or r[1].startswith("not stable")]
    for path in bad:
        print(f"  {os.path.basename(path)}: {results[path][-1]}")
    print(f"printed, read and printed again: {len(results)} packages of wit-parser, {len(results) - len(bad)} stable")
    fine = not bad
    for version in ("wasi-0.2.12", "wasi-0.3.0"):
        folder = os.path.join(root, "wit", version)
        if not os.path.isdir(folder):
            continue
        names = sorted(n for n in os.listdir(folder) if os.path.isdir(os.path.join(folder, n)))
        stable = 0
        with tempfile.TemporaryDirectory() as place:
            for name in names:
                package = os.path.join(place, name)
                shutil.copytree(os.path.join(folder, name), package)
                for other in names:
                    if other != name:
                        shutil.copytree(os.path.join(folder, other), os.path.join(package, "deps", other))
            for path, result in run(program, "stable", [os.path.join(place, n) for n in names]).items():
                if result[0] == "error" or result[1].startswith("not stable"):
                    print(f"  {os.path.basename(path)}: {result[-1]}")
                else:
                    stable += 1
        print(f"{version}: {len(names)} packages, {stable} stable")
        fine = fine and stable == len(names)
    return fine


def failures(results):
    """What `wit_cases` refused, or found to change on the way."""
    return {path: r[-1] for path, r in results.items() if r[0] == "error" or r[1].startswith("not stable")}


def encoded_packages(program, root, ui):
    """Packages as components and back: their text stays. One without an item has no place for its name, so it is left out."""
    interfaces = os.path.join(root, "conformance", "wit-component", "interfaces")
    paths = [path for path in cases_in(ui, ".json")[0].values() if path.endswith((".wit", os.sep)) or os.path.isdir(path)]
    if os.path.isdir(interfaces):
        paths += [os.path.join(interfaces, n) for n in sorted(os.listdir(interfaces)) if n.endswith(".wit") or os.path.isdir(os.path.join(interfaces, n))]
    for version in ("wasi-0.2.12", "wasi-0.3.0"):
        folder = os.path.join(root, "wit", version)
        if os.path.isdir(folder):
            paths += [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if os.path.isdir(os.path.join(folder, n))]
    printed = {path for path, r in run(program, "print", paths).items() if r[0] == "text" and "{" in r[1]}
    results = run(program, "encoded", sorted(printed))
    impossible = [path for path, r in results.items() if r[0] == "error" and "has no binary encoding" in r[3]]
    bad = {path: text for path, text in failures(results).items() if path not in impossible}
    for path, text in bad.items():
        print(f"  {path}: {text[:1500]}")
    print(f"encoded and decoded: {len(results)} packages, {len(results) - len(bad) - len(impossible)} with the same text, "
          f"{len(impossible)} with empty records, which cannot be encoded")
    return not bad and len(results) == len(printed) >= ENCODED


def guest_components(program, root):
    """Components of several toolchains: decoded, encoded to the same bytes, their WIT read again."""
    folder = os.path.join(root, "vectors", "guests")
    if not os.path.isdir(folder):
        return True
    components = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".wasm"):
            with open(os.path.join(folder, name), "rb") as file:
                if file.read(8)[4:] == bytes.fromhex("0d000100"):
                    components.append(os.path.join(folder, name))
    results = run(program, "component", components)
    bad = failures(results)
    for path, text in bad.items():
        print(f"  {path}: {text[:1500]}")
    print(f"guests: {len(components)} components, {len(results) - len(bad)} with the same bytes again and with WIT")
    return not bad and len(results) == len(components) >= GUESTS


def formatted_files(program, root):
    """Every file that parses: formatting it twice is formatting it once, and its meaning stays."""
    paths = [os.path.join(folder, name) for part in ("conformance/wit-parser-ui/ui", "conformance/wit-component/interfaces", "wit")
             for folder, _, names in os.walk(os.path.join(root, part)) for name in names if name.endswith(".wit")]
    results = run(program, "format", paths)
    parsed = {path: result[1] for path, result in results.items() if result[0] == "text"}
    bad = [path for path, text in parsed.items() if text.startswith("not stable")]
    for path in bad:
        print(f"  {path}: {parsed[path][:1500]}")
    print(f"formatted: {len(parsed)} files that parse, {len(parsed) - len(bad)} stable and equal in meaning")
    return not bad and len(results) == len(paths)


def main():
    root = find_suites()
    if root is None:
        print("skipped: the suite is not here; docs/suites.md says where it comes from, and TENON_SUITES names the folder that holds conformance/wit-parser-ui")
        return 77
    with tempfile.TemporaryDirectory(prefix="tenon-wit-ui-") as place:
        suite = os.path.join(place, "ui")
        shutil.copytree(os.path.join(root, "conformance", "wit-parser-ui", "ui"), suite)
        name, content = LEFT_OUT
        with open(os.path.join(suite, name), "wb") as file:
            file.write(bytes.fromhex(content))
        return 0 if run_all(sys.argv[1], root, suite, "-v" in sys.argv[2:]) else 1


def run_all(program, root, suite, verbose):
    component = os.path.join(root, "conformance", "wit-component")
    good = good_cases(program, suite, verbose)
    bad, places = bad_cases(program, os.path.join(suite, "parse-fail"), verbose)
    fine = good >= GOOD and bad >= BAD and places >= PLACES
    if os.path.isdir(component):
        fine = printed_cases(program, os.path.join(component, "interfaces")) and fine
        fine = merge_cases(program, os.path.join(component, "merge")) and fine
    fine = stable_packages(program, root, suite) and fine
    fine = encoded_packages(program, root, suite) and fine
    fine = guest_components(program, root) and fine
    return formatted_files(program, root) and fine


if __name__ == "__main__":
    sys.exit(main())
