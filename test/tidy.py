#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the tree against the rules that no compiler checks: arrows between modules, files that nothing uses, banned words, links
in the documentation. Prints one line a finding; exit 1 when there is one. A line that must break a rule says
`tidy: allow RULE` and why.

    test/tidy.py [ROOT]
"""
import ast
import os
import pathlib
import re
import subprocess
import sys

max_lines = 800
cxx = {".cpp", ".hpp", ".h", ".def"}
header = {".hpp", ".h", ".def"}
skipped_folders = {"build", ".git", ".cache", "target", "__pycache__", "node_modules"}
# What a folder of test data may hold is whatever its tests need.
data_folders = ("fuzz/corpus/", "test/cli/", "test/vectors/", "test/data/")

# Third-party headers: who may include them (the door's name in src/CMakeLists.txt, or several), and whether in one file only.
doors = [
    (r"nlohmann/", "json", True),
    (r"toml\+\+/", "toml", True),
    (r"yaml-cpp/", "yaml", True),
    (r"zlib\.h", "zlib", False),
    (r"isa-l", "isal", False),
    (r"libdeflate\.h", "deflate", False),
    (r"openssl/", "crypto|ssl", False),
    (r"boost/", "boost", False),
    (r"sodium(/|\.h)", "sodium", False),
]
vague_names = {"util", "utils", "helper", "helpers", "manager", "common", "misc", "impl2", "stuff"}


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.findings = []
        self.files = {}
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in skipped_folders)
            for name in sorted(names):
                path = pathlib.Path(folder, name)
                if path.is_symlink() or name == ".git":
                    continue
                self.files[path.relative_to(self.root).as_posix()] = None

    def text(self, name):
        """The file's text, or nothing when it is not text."""
        if self.files[name] is None:
            data = (self.root / name).read_bytes()
            try:
                self.files[name] = "" if b"\0" in data else data.decode()
            except UnicodeDecodeError:
                self.files[name] = ""
        return self.files[name]

    def report(self, rule, name, line, message):
        if line:
            lines = self.text(name).split("\n")
            if f"tidy: allow {rule}" in lines[line - 1] or (line > 1 and f"tidy: allow {rule}" in lines[line - 2]):
                return
        self.findings.append((name, line, rule, message))

    def is_data(self, name):
        return name.startswith(data_folders)

    def code(self):
        """Files that people write as code, in whatever language."""
        for name in self.files:
            if self.is_data(name) and not name.endswith(("CMakeLists.txt", ".py")):
                continue
            if kind_of(self, name):
                yield name


def kind_of(tree, name):
    path = pathlib.PurePosixPath(name)
    if path.suffix in cxx or path.suffix in {".c", ".cc"}:
        return "cxx"
    if path.suffix == ".cmake" or path.name == "CMakeLists.txt":
        return "cmake"
    if path.name == "Makefile":
        return "make"
    if path.suffix in {".py", ".sh"}:
        return path.suffix[1:]
    if path.suffix == "" and tree.text(name).startswith("#!"):
        first = tree.text(name).split("\n", 1)[0]
        return "py" if "python" in first else "make" if "/make" in first else "sh"
    return None


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_comments_and_strings(text):
    """The same length and lines, with comments and literals blanked, so that words in them are not taken for code."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        start = match.start()
        # A digit separator (1'000) is no literal.
        if match[0][0] == "'" and start and text[start - 1].isalnum():
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return pattern.sub(blank, text)


# --- the house ------------------------------------------------------------------------------------------------------------

def read_modules(tree):
    """From src/CMakeLists.txt: name -> (floor, depends, doors, line). Floors are numbered by their headings, bottom first."""
    name = "src/CMakeLists.txt"
    if name not in tree.files:
        return {}
    modules = {}
    floor = -1
    text = tree.text(name)
    for match in re.finditer(r"^# (?:ground|top|floor \d+)\s*$|^tenon_module\(([^)]*)\)", text, re.M):
        if match[1] is None:
            floor += 1
            continue
        words = match[1].split()
        lists = {"DEPENDS": [], "DOORS": []}
        current = None
        for word in words[1:]:
            if word in lists:
                current = word
            elif current:
                lists[current].append(word)
        modules[words[0]] = (floor, lists["DEPENDS"], lists["DOORS"], line_of(text, match.start()))
    return modules


def check_arrows(tree, modules):
    for name, (floor, depends, _, line) in modules.items():
        for other in depends:
            if other not in modules:
                tree.report("arrow", "src/CMakeLists.txt", line, f"`{name}` depends on `{other}`, which is not declared above it")
            elif modules[other][0] >= floor:
                tree.report("arrow", "src/CMakeLists.txt", line,
                            f"`{name}` depends on `{other}`, which is not on a lower floor")
    for folder in sorted({n.split("/")[1] for n in tree.files if n.startswith("src/") and n.count("/") >= 2}):
        if folder not in modules:
            tree.report("unused", f"src/{folder}", 0, "this folder is no module of src/CMakeLists.txt")


include_line = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.M)


def check_includes(tree, modules):
    """Gives every include as (file, line, target)."""
    includes = []
    door_users = {}
    for name in tree.code():
        if kind_of(tree, name) != "cxx":
            continue
        text = tree.text(name)
        parts = name.split("/")
        module = parts[1] if parts[0] == "src" and len(parts) > 2 else None
        for match in include_line.finditer(text):
            target, line = match[1], line_of(text, match.start())
            includes.append((name, line, target))
            if ".." in target.split("/"):
                tree.report("include", name, line, f"`{target}` walks around the module's include view")
            room = target.split("/")[0]
            if module and room in modules and "/" in target and room != module and module in modules:
                if room not in modules[module][1]:
                    tree.report("include", name, line, f"`{target}`: `{room}` is not in the DEPENDS of `{module}`")
            for pattern, door, single in doors:
                if not re.match(pattern, target):
                    continue
                if pathlib.PurePosixPath(name).suffix in header:
                    tree.report("door", name, line, f"`{target}` in a header lets a third party's types out of their door")
                elif module and (module not in modules or not set(door.split("|")) & set(modules[module][2])):
                    tree.report("door", name, line, f"`{target}`: `{door}` is not in the DOORS of `{module}`")
                elif single and door_users.setdefault(door, name) != name:
                    tree.report("door", name, line, f"`{target}` is included by {door_users[door]} already; one file is its door")
            if re.match(r"fmt/", target) and pathlib.PurePosixPath(name).suffix in header and not re.search(r"(^|/)test_[^/]*\.hpp$|_test\.hpp$", name):
                tree.report("door", name, line, "fmt is included by .cpp files only")
            elif re.match(r"fmt/", target) and target != "fmt/core.h" and not name.endswith("src/base/format.cpp"):
                tree.report("door", name, line, f"<{target}> compiles for seconds in every file; <fmt/core.h> declares what base/format.cpp compiles once")
    return includes


# --- files that nothing uses ------------------------------------------------------------------------------------------------

def check_used(tree, modules, includes):
    included = {target for _, _, target in includes}
    included |= {f"{name.rsplit('/', 1)[0]}/{target}" for name, _, target in includes if "/" in name}
    everything = None
    for name in tree.code():
        path = pathlib.PurePosixPath(name)
        kind = kind_of(tree, name)
        if name.startswith("src/") and kind == "cxx":
            inside = name[len("src/"):]
            if path.suffix in header and inside not in included and name not in included:
                tree.report("unused", name, 0, "no file includes this header")
            if path.suffix == ".cpp" and inside.count("/") != 1 and path.name not in tree.text("src/CMakeLists.txt"):
                tree.report("unused", name, 0, "no module compiles this file: sources lie directly in their module's folder")
        elif kind in ("cmake", "py", "sh") and path.name not in ("CMakeLists.txt",) and name != ".ci/run":
            if everything is None:
                everything = {n: tree.text(n) for n in tree.files
                              if kind_of(tree, n) or n.endswith((".md", ".json")) or path.suffix == ".in"}
            word = path.stem if kind == "cmake" else path.name
            if word.startswith("."):
                continue
            words = re.escape(word) + (rf"|(?:import|from) {re.escape(path.stem)}" if kind == "py" else "")
            users = [n for n, text in everything.items() if n != name and re.search(rf"(?<![\w-])(?:{words})(?![\w-])", text)]
            if not users:
                tree.report("unused", name, 0, "nothing in the tree names this file")


# --- words ------------------------------------------------------------------------------------------------------------------

def check_words(tree):
    for name in tree.code():
        path = pathlib.PurePosixPath(name)
        kind = kind_of(tree, name)
        text = tree.text(name)
        lines = text.split("\n")
        if not any("SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception" in l for l in lines[:3]):  # tidy: allow spdx
            tree.report("spdx", name, 1, "the SPDX line is missing at the top")
        if len(lines) - 1 > max_lines:
            tree.report("size", name, 0, f"{len(lines) - 1} lines: which second idea moved in? (at most {max_lines})")
        if path.stem.removesuffix("_test") in vague_names:
            tree.report("name", name, 0, f"`{path.stem}` does not say what the file is about")
        for number, line in enumerate(lines, 1):
            if re.search(r"\bFIXME\b", line):  # tidy: allow word
                tree.report("word", name, number, "a leftover FIXME")  # tidy: allow word
            if re.search(r"\bTODO\b", line) and not re.search(r"\bTODO\b.*#\d+", line):  # tidy: allow todo
                tree.report("todo", name, number, "a TODO names its issue (#12)")  # tidy: allow todo
            machine = re.search(r"(?<![\w.$}/~])/(?:work|root|Users)/|(?<![\w.$}/~])/home/\w+/", line)  # tidy: allow path
            if machine and not (machine[0].startswith("/home/") and (name.endswith("_test.cpp") or name.endswith("_test.py"))):
                tree.report("path", name, number, f"`{machine[0]}` is a place on one machine")
            if kind in ("cmake", "sh") and re.search(r"\b(FetchContent|ExternalProject)\w*\b|file\(DOWNLOAD|\b(curl|wget) ", line):
                if not line.lstrip().startswith("#"):
                    tree.report("download", name, number, "the build and its scripts fetch nothing themselves")
        if kind == "cxx":
            check_cxx_words(tree, name, text, path)
        elif kind == "py":
            try:
                ast.parse(text)
            except SyntaxError as error:
                tree.report("syntax", name, error.lineno or 0, f"not Python: {error.msg}")
        elif kind == "sh":
            if not text.startswith("#!/bin/sh\n"):
                tree.report("shell", name, 1, "scripts are plain POSIX shell: the first line is `#!/bin/sh`")
            if not re.search(r"^set -eu$", text, re.M):
                tree.report("shell", name, 1, "`set -eu` is missing")
            done = subprocess.run(["sh", "-n", tree.root / name], capture_output=True, text=True)
            if done.returncode:
                tree.report("syntax", name, 0, done.stderr.strip().split("\n")[0])


def check_cxx_words(tree, name, text, path):
    bare = without_comments_and_strings(text)

    def every(rule, pattern, message, flags=0):
        for match in re.finditer(pattern, bare, flags):
            tree.report(rule, name, line_of(bare, match.start()), message)

    if path.suffix in header:
        every("word", r"\busing\s+namespace\b", "`using namespace` in a header reaches every file that includes it")
    every("word", r"\bstd\s*::\s*endl\b", "`std::endl` flushes; write '\\n'")
    every("word", r"\bcatch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}", "`catch (...) {}` loses the cause")
    every("word", r"\(\s*void\s*\)\s*[A-Za-z_]", "a cast to void throws a result away")
    # g++ 12 destroys a braced temporary in such an expression twice.
    every("co-await", r"\bco_await\b[^;{}]*\{", "`{` between `co_await` and `;`: name the value first")


# --- documentation ----------------------------------------------------------------------------------------------------------

def check_class_names(tree):
    """A class that two files define in one namespace is two classes to the compiler and one to the linker, which takes either's
    functions for both. Classes of one file stand in a namespace without a name."""
    homes = {}
    for name in tree.files:
        if not name.startswith("src/") or pathlib.PurePosixPath(name).suffix not in cxx:
            continue
        namespace, hidden = "", False
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            if found := re.match(r"namespace ([\w:]+) \{", line):
                namespace = found[1]
            elif re.match(r"namespace \{", line):
                hidden = True
            elif re.match(r"\} // namespace$", line):
                hidden = False
            elif not hidden and (found := re.match(r"(?:struct|class) (\w+)(?: final)?(?: :[^:].*)? \{", line)):
                first = homes.setdefault((namespace, found[1]), name)
                if first != name:
                    tree.report("twice", name, number, f"`{namespace}::{found[1]}` is defined in {first} too")


def slug(heading):
    """The anchor that a heading gets, as forges make it: markup gone, lower case, blanks to dashes, other signs dropped."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = heading.replace("`", "").strip().lower()
    heading = re.sub(r"[^\w\- ]", "", heading)
    return heading.replace(" ", "-")


def without_code(text):
    text = re.sub(r"^(```|~~~).*?^\1[^\n]*$", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", lambda m: " " * len(m[0]), text)


def anchors(text):
    seen = {}
    found = set()
    blocks = re.sub(r"^(```|~~~).*?^\1[^\n]*$", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S | re.M)
    for match in re.finditer(r"^#{1,6} +(.+?) *#*$", blocks, re.M):
        anchor = slug(match[1])
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        found.add(f"{anchor}-{count}" if count else anchor)
    return found


def check_documents(tree):
    linked = set()
    pages = [n for n in tree.files if n.endswith(".md") and not tree.is_data(n)]
    for name in pages:
        text = without_code(tree.text(name))
        # A definition `[x]: target` counts as a link too.
        for match in re.finditer(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)", text, re.M):
            target = match[1] or match[2]
            line = line_of(text, match.start())
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            file, _, anchor = target.partition("#")
            place = (pathlib.PurePosixPath(name).parent / file) if file else pathlib.PurePosixPath(name)
            place = os.path.normpath(place)
            if place.startswith("..") or not (tree.root / place).exists():
                tree.report("link", name, line, f"`{target}` leads nowhere")
                continue
            linked.add(place)
            if anchor and place.endswith(".md") and anchor not in anchors(tree.text(place)):
                tree.report("link", name, line, f"`{target}`: {place} has no heading for `#{anchor}`")
        # Files of ours that a page names as code, from the root or from src/.
        for match in re.finditer(r"`((?:[\w.-]+/)+[\w.-]+\.(?:cpp|hpp|py|cmake|txt|md))`", tree.text(name)):
            file = match[1]
            if re.search(r"\b[A-Z]{2,}\b", file.replace("CMakeLists", "").replace("README", "")):
                continue  # a placeholder, as in `fuzz/NAME.cpp`
            if file not in tree.files and f"src/{file}" not in tree.files:
                tree.report("link", name, line_of(tree.text(name), match.start()), f"`{file}` is no file of the tree")
    for name in pages:
        # A README of a folder is found by its place.
        if name.startswith("docs/") and pathlib.PurePosixPath(name).name != "README.md" and name not in linked:
            tree.report("unused", name, 0, "no page links to this page")


def check(root):
    tree = Tree(root)
    modules = read_modules(tree)
    check_arrows(tree, modules)
    includes = check_includes(tree, modules)
    check_used(tree, modules, includes)
    check_words(tree)
    check_class_names(tree)
    check_documents(tree)
    return sorted(tree.findings)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    findings = check(root)
    for name, line, rule, message in findings:
        print(f"{name}:{line}: [{rule}] {message}" if line else f"{name}: [{rule}] {message}")
    print(f"tidy: {len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
