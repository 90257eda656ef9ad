#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs, with tenon in the place of wash, the command lines that were once run with wash 0.39, and compares.

    wash.py TENON DIFFERENCES.md [CASE ...]

A step agrees when exit status, standard output and the files it leaves are those of wash, apart from what no two runs
share (token ids, keys made on the way, order of JSON keys and targets, compressed bytes). A step that wash fails must
fail, with a diagnostic of ours that names the file and the cause (table FAILURES). Where tenon differs on purpose, the
step stands in DIFFERENCES with a heading of differences-from-wash.md and what tenon does instead; where it needs a part
that is not there yet, in NOT_YET. A step that is in no table must agree.

The data is looked for in $TENON_SUITES, else in ../shared beside the checkout; without it the test is skipped (77).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from wash_facts import Keys, Normal, file_facts, read_text
from wash_registry import Registries, artifact_facts
from wash_table import DIFFERENCES, EXTRA_INPUTS, FAILURES, LATER_CASES, MADE_BY_STEPS, NEIGHBOURS, NOT_YET, PREPARED

SHELL = ["bash", "-o", "pipefail", "-c"]


def find_suite():
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        folder = os.path.join(root, "vectors", "wash")
        if os.path.isdir(folder):
            return os.path.abspath(folder)
    return None


def is_record(path):
    """Written by whoever captured the case, not by a step."""
    return path == "steps.tsv" or re.fullmatch(r"\d+\.(out|err)", path) or path.endswith(".sha")


def files_below(folder):
    for place, _, files in os.walk(folder):
        for file in files:
            yield os.path.relpath(os.path.join(place, file), folder)


class Case:
    def __init__(self, suite, name, tenon, keys, registries):
        self.registries = registries if name in NEIGHBOURS else None
        self.name, self.source = name, os.path.join(suite, "cases", name)
        self.suite, self.tenon, self.keys = suite, tenon, keys
        self.problems, self.agreed, self.different, self.not_yet = [], 0, 0, 0
        self.frozen = True

    def run(self):
        with tempfile.TemporaryDirectory(prefix="tenon-vectors-") as root:
            self.root = os.path.realpath(root)
            self.dir = os.path.join(self.root, "cases", self.name)
            self.prepare()
            for line in read_text(os.path.join(self.source, "steps.tsv")).splitlines()[1:]:
                number, status, clock, command = line.split("\t")
                self.step(int(number), int(status), clock, command)
            self.compare_files()

    def made_by_step(self, path):
        return any(re.fullmatch(pattern, path) for pattern in MADE_BY_STEPS.get(self.name, []))

    def prepare(self):
        shutil.copytree(os.path.join(self.suite, "inputs"), os.path.join(self.root, "inputs"))
        os.makedirs(os.path.join(self.dir, "home"))
        for name in NEIGHBOURS.get(self.name, []):
            shutil.copytree(os.path.join(self.suite, "cases", name), os.path.join(self.root, "cases", name))
        for name in EXTRA_INPUTS.get(self.name, []):
            shutil.copy2(os.path.join(self.suite, "inputs", name), self.dir)
        for path in files_below(self.source):
            if not is_record(path) and not self.made_by_step(path):
                os.makedirs(os.path.dirname(os.path.join(self.dir, path)), exist_ok=True)
                shutil.copy2(os.path.join(self.source, path), os.path.join(self.dir, path))
        for path in PREPARED.get(self.name, []):
            place = os.path.join(self.dir, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if not path.endswith("/"):
                open(place, "w", encoding="utf-8").close()
        # tenon warns of keys that others can read, and these come out of a checkout.
        for path in files_below(self.root):
            if path.endswith(".nk"):
                os.chmod(os.path.join(self.root, path), 0o600)
        self.tools = os.path.join(self.root, "tools")
        os.makedirs(self.tools)

    def write_shim(self, clock):
        """A program called wash that is tenon; with the clock stopped where dates are shown."""
        shim = os.path.join(self.tools, "wash")
        stop_clock = 'faketime -f "%s" ' % clock if self.name == "claims-dates" else ""
        with open(shim, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nexec %s"%s" "$@"\n' % (stop_clock, self.tenon))
        os.chmod(shim, 0o755)

    def environment(self, clock):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("WASH_", "WASMCLOUD_", "TENON_", "XDG_", "GIT_"))}
        home = os.path.expanduser("~")
        env.setdefault("CARGO_HOME", os.path.join(home, ".cargo"))
        env.setdefault("RUSTUP_HOME", os.path.join(home, ".rustup"))
        env.update(HOME=os.path.join(self.dir, "home"), USER="tester", TZ="UTC", LANG="C.UTF-8", TMPDIR=self.tools,
                   CARGO_NET_OFFLINE="true", PATH=self.tools + ":" + os.environ["PATH"])
        if clock != "now":
            stamp = subprocess.run(["date", "-u", "-d", clock, "+%s"], capture_output=True, text=True, check=True)
            env["SOURCE_DATE_EPOCH"] = stamp.stdout.strip()
        return env

    def step(self, number, status, clock, command):
        self.frozen = clock != "now"
        self.write_shim(clock)
        real = self.registries.to_real(command) if self.registries else command
        done = subprocess.run(SHELL + [real], cwd=self.dir, env=self.environment(clock),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
        out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        if self.registries:
            out, err = self.registries.to_captured(out), self.registries.to_captured(err)
        self.keep_record(number, out, err)
        normal = Normal(self.dir, self.keys, self.frozen)
        where = "%s step %d: %s" % (self.name, number, command)
        key, code, text = (self.name, number), done.returncode, normal.text(out + err)
        if key in NOT_YET:
            self.not_yet += 1
            if NOT_YET[key] == "unsupported" and (code != 1 or "unsupported" not in text):
                self.problem(where, "needs a part that is not there yet, but does not say `unsupported`", code, text)
        elif key in DIFFERENCES:
            self.different += 1
            _, wanted, pattern = DIFFERENCES[key]
            self.expect(where, "differs on purpose, but not as the table says", wanted, pattern, code, text)
        elif status != 0:
            self.agreed += 1
            pattern = FAILURES.get(key, "a row for this step in the table FAILURES")
            self.expect(where, "wash fails here", status, pattern, code, text)
        else:
            self.check_success(where, number, code, out, err, normal)

    def keep_record(self, number, out, err):
        """As the one who captured the case did, since some steps list the folder."""
        for ending, text in (("out", out), ("err", err)):
            if text or ending == "out":
                with open(os.path.join(self.dir, "%d.%s" % (number, ending)), "w", encoding="utf-8") as file:
                    file.write(text)

    def expect(self, where, what, wanted, pattern, code, text):
        if code != wanted or not re.search(pattern, text, re.S):
            self.problem(where, "%s: exit %d and /%s/" % (what, wanted, pattern), code, text)

    def check_success(self, where, number, code, out, err, normal):
        captured = os.path.join(self.source, "%d.out" % number)
        words = read_text(captured) if os.path.exists(captured) else ""
        if self.registries:
            words = self.registries.to_captured(words)
        wanted = Normal("$CASE", self.keys, self.frozen).output(words)
        if code != 0:
            self.problem(where, "wash succeeds here", code, out + err)
        elif normal.output(out) != wanted:
            self.problem(where, "wash prints something else", code,
                         "%s\n--- instead of\n%s" % (normal.output(out), wanted))
        else:
            self.agreed += 1

    def compare_files(self):
        ours, theirs = Normal(self.dir, self.keys, self.frozen), Normal("$CASE", self.keys, self.frozen)
        for path in files_below(self.source):
            if is_record(path) or not self.made_by_step(path):
                continue
            if (self.name, path) in DIFFERENCES or (self.name, path) in NOT_YET:
                continue
            where, found = "%s file %s" % (self.name, path), os.path.join(self.dir, path)
            if not os.path.exists(found):
                self.problem(where, "is missing", 0, "")
            elif path.endswith(".nk"):
                if (os.path.getsize(found), os.stat(found).st_mode & 0o777) != (58, 0o600):
                    self.problem(where, "is no private file of 58 characters", 0, "")
            elif self.registries and path.endswith(".json"):
                with open(os.path.join(self.source, path), "rb") as one, open(found, "rb") as other:
                    if artifact_facts(one.read()) != artifact_facts(other.read()):
                        self.problem(where, "says something else than wash's", 0, "")
            elif file_facts(os.path.join(self.source, path), theirs) != file_facts(found, ours):
                self.problem(where, "differs from what wash wrote", 0, "")

    def problem(self, where, what, code, text):
        lines = "\n".join("    | " + line for line in text.split("\n"))
        self.problems.append("%s\n  %s (exit %d)\n%s" % (where, what, code, lines))


def check_headings(document):
    headings = set(re.findall(r"^#+ (.+)$", read_text(document), re.M))
    return ["differences-from-wash.md has no heading `%s`" % heading
            for heading in sorted({row[0] for row in DIFFERENCES.values()} - headings)]


def main():
    tenon, document = os.path.abspath(sys.argv[1]), sys.argv[2]
    suite = find_suite()
    problems = check_headings(document)
    if suite is None:
        print("skipped: the captured cases are not here; set TENON_SUITES to the folder that holds vectors/wash")
        print("\n".join(problems))
        return 1 if problems else 77
    keys = Keys(suite)
    agreed = different = not_yet = 0
    registries = Registries(tenon)
    for name in sys.argv[3:] or sorted(os.listdir(os.path.join(suite, "cases"))):
        if name in LATER_CASES:
            continue
        if name == "claims-dates" and (not shutil.which("faketime") or os.environ.get("TENON_NO_FAKETIME") == "1"):
            print("skipped: %s needs the program `faketime`, which sanitizers do not bear" % name)
            continue
        if name in NEIGHBOURS and registries.missing_tools():
            print("skipped: %s needs %s" % (name, " and ".join(registries.missing_tools())))
            continue
        if name in NEIGHBOURS:
            registries.start()
        case = Case(suite, name, tenon, keys, registries)
        case.run()
        problems += case.problems
        agreed, different, not_yet = agreed + case.agreed, different + case.different, not_yet + case.not_yet
    registries.stop()
    print("\n\n".join(problems))
    print("%d steps agree, %d differ on purpose, %d wait for what is not built yet; %d problems" %
          (agreed, different, not_yet, len(problems)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
