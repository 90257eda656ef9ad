#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests the runner of file-drop tests: it must fail when it should. `sh` stands in for the program."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

runner = pathlib.Path(__file__).with_name("run.py")


class RunnerTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.test = pathlib.Path(place.name) / "a.test"
        self.golden = pathlib.Path(place.name) / "a.golden"

    def run_test(self, content, golden=None, bless=False):
        self.test.write_text(content)
        if golden is not None:
            self.golden.write_text(golden)
        environment = dict(os.environ, TENON_BLESS="1" if bless else "")
        done = subprocess.run([sys.executable, "-B", runner, "--tenon", "/bin/sh", self.test], env=environment, capture_output=True, text=True)
        return done.returncode

    def test_passes_when_everything_agrees(self):
        self.assertEqual(self.run_test("# RUN: tenon -c 'echo out; echo err >&2'\n",
                                       "$ tenon -c 'echo out; echo err >&2'\nout\n[stderr]\nerr\n[exit 0]\n"), 0)

    def test_fails_without_golden(self):
        self.assertEqual(self.run_test("# RUN: echo x\n"), 1)
        self.assertFalse(self.golden.exists())

    def test_fails_when_output_differs(self):
        self.assertEqual(self.run_test("# RUN: echo x\n", "$ echo x\ny\n[exit 0]\n"), 1)

    def test_fails_when_a_run_line_fails(self):
        self.assertEqual(self.run_test("# RUN: exit 3\n", "$ exit 3\n[exit 3]\n"), 1)

    def test_fails_when_a_fail_line_succeeds(self):
        self.assertEqual(self.run_test("# FAIL: true\n", "$ true\n[exit 0]\n"), 1)

    def test_fails_when_there_is_nothing_to_run(self):
        self.assertEqual(self.run_test("# RUN echo\n", ""), 1)

    def test_blesses_but_no_unexpected_status(self):
        self.assertEqual(self.run_test("# FAIL: exit 2\n", bless=True), 0)
        self.assertEqual(self.golden.read_text(), "$ exit 2\n[exit 2]\n")
        self.assertEqual(self.run_test("# RUN: exit 2\n", bless=True), 1)

    def test_runs_steps_in_one_fresh_folder_with_files_variables_and_masks(self):
        self.assertEqual(self.run_test("A remark.\n# FILE: sub/f.txt\n# RUN: not a command\n# END\n# ENV: A=b c\n# MASK: [0-9]+ => N\n"
                                       "# RUN: pwd; echo $HOME $USER; echo \"$A\" 123 > out\n# RUN: cat sub/f.txt out\n", bless=True), 0)
        self.assertEqual(self.golden.read_text(), "$ pwd; echo $HOME $USER; echo \"$A\" 123 > out\n$DIR\n$DIR tester\n[exit 0]\n"
                                                  "$ cat sub/f.txt out\n# RUN: not a command\nb c N\n[exit 0]\n")

    def test_copies_the_folder_of_inputs(self):
        (self.test.parent / "a.in").mkdir()
        (self.test.parent / "a.in/data").write_bytes(b"no newline")
        self.assertEqual(self.run_test("# RUN: cat data\n", "$ cat data\nno newline\n[no newline at the end]\n[exit 0]\n"), 0)


if __name__ == "__main__":
    unittest.main()
