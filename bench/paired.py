# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Our command and the peer's, alternating in one run, so that the ratio means something where the seconds do not."""
import os
import pathlib
import statistics
import subprocess
import sys
import time


class Bench:
    """Runs commands in a folder of its own, with a home of its own."""

    def __init__(self, folder, runs):
        self.folder, self.runs = pathlib.Path(folder), runs
        home = self.folder / "home"
        (home / ".wash").mkdir(parents=True)
        (home / ".wash/.completion_suggested").touch()  # wash's greeting is not what is measured
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "USER": "bench", "LANG": "C.UTF-8"}

    def once(self, words, environment=None):
        """Wall seconds and peak MiB of one run, which must succeed."""
        begin = time.monotonic()
        process = subprocess.Popen([str(w) for w in words], cwd=self.folder, env=self.environment | (environment or {}), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"bench: `{' '.join(map(str, words))}` left with {process.returncode}: {errors.decode(errors='replace')}")
        return seconds, usage.ru_maxrss / 1024

    def pair(self, title, ours, theirs, prepare=lambda side: None, runs=None, environment=None):
        """Runs both in turn and prints the row of the medians."""
        results = {"ours": [], "theirs": []}
        for _ in range(runs or self.runs):
            for side, words in (("ours", ours), ("theirs", theirs)):
                if words:
                    prepare(side)
                    results[side].append(self.once(words, environment))
        row = []
        for side in ("ours", "theirs"):
            if results[side]:
                seconds, peak = (statistics.median(r[i] for r in results[side]) for i in (0, 1))
                row.append((seconds, peak))
            else:
                row.append(None)

        def cell(figure):
            return f"{figure[0]:.4f} s, {figure[1]:.0f} MiB" if figure else ""

        ratio = f"{row[1][0] / row[0][0]:.1f}" if all(row) else ""
        print(f"| {title} | {cell(row[0])} | {cell(row[1])} | {ratio} |", flush=True)
