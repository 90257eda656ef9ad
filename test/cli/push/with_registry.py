# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command for sh while a registry serves from memory; $REGISTRY is where.

    with_registry.py COMMAND [OPTION OF registry serve ...]
"""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from served import Served

command, *options = sys.argv[1:]
with Served(shutil.which("tenon"), None, "--access-log", "none", *options, environment=dict(os.environ)) as served:
    sys.exit(subprocess.run(["sh", "-c", command], env={**os.environ, "REGISTRY": served.address}).returncode)
