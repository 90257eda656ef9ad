# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the suites of scripts have in common: where their files are, and what the program says of them."""
import collections
import os
import subprocess


def find_root(folder):
    """The folder of all suites that has this one in it, or None."""
    here = os.path.dirname(os.path.abspath(__file__))
    for root in filter(None, [os.environ.get("TENON_SUITES"), os.path.join(here, "..", "..", "..", "shared")]):
        if os.path.isdir(os.path.join(root, folder)):
            return os.path.abspath(root)
    return None


def skip(folder):
    print(f"skipped: the suite is not here; docs/suites.md says where it comes from, and TENON_SUITES names the folder that holds {folder}")
    return 77


def files_of(folder, endings):
    return sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names if name.endswith(endings))


def check(program, files, base, verbose, adjusted):
    """{kind: {verdict: count}}, and whether the program came to its end; failures are printed. `adjusted` is asked what a check
    counts as: it gives its kind and verdict, from the file, the line, these two, and what went wrong."""
    done = subprocess.run([program, "check"] + files, capture_output=True, text=True, timeout=300)
    counts = collections.defaultdict(collections.Counter)
    path, shown = "", 0
    for line in done.stdout.splitlines():
        kind, *rest = line.split("\t", 3)
        if kind == "file":
            path = os.path.relpath(rest[0], base)
            continue
        verdict, number, why = rest
        kind, verdict = adjusted(path, int(number), kind, verdict, why)
        counts[kind][verdict] += 1
        if verdict == "failed" and (verbose or shown < 50):
            shown += 1
            print(f"  {path}:{number}: {kind}: {why[:400]}")
    if done.returncode != 0:
        print(f"{program} ended with {done.returncode} at {path}: {done.stderr[-2000:]}")
    return counts, done.returncode == 0


def run(program, base, least, endings, verbose, adjusted):
    """Checks each folder of `least`, which says how many of each kind it has at least, so that a suite that lost files is noticed."""
    fine = True
    for folder, wanted in least.items():
        files = files_of(os.path.join(base, folder), endings)
        counts, ended = check(program, files, base, verbose, adjusted)
        fine = fine and ended and len(files) > 0
        print(f"{folder}: {len(files)} files")
        for kind, verdicts in sorted(counts.items()):
            print(f"  {kind}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
            fine = fine and verdicts["failed"] == 0
        for kind, count in wanted.items():
            if counts[kind]["passed"] < count:
                print(f"  {kind}: {count} were to pass")
                fine = False
    return 0 if fine else 1
