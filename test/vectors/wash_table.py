# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What wash.py knows about the captured cases. See there."""

# Cases of parts that are not built yet, or that show what tenon does not do at all.
LATER_CASES = {"oci-par": "registries", "oci-component": "registries", "oci-core": "registries",
               "oci-errors": "registries", "drain": "registries",
               "first-run": "there is no first-run greeting"}

# Files that a step makes; everything else in a case's folder was there before its first step.
MADE_BY_STEPS = {
    "par-plain": [r"echo\.par"],
    "par-gzip": [r"echo\.par\.gz"],
    "par-defaults": [r"echo-provider\.par(\.gz)?"],
    "par-insert": [r".*\.par\.gz"],
    "par-replace": [r"echo\.par"],
    "par-autokeys": [r".*\.par", r"keys/.*"],
    "par-home-keys": [r".*\.par", r"home/.*"],
    "par-gz-without-name": [r".*"],
    "par-create-errors": [r"wrongtype\.par"],
    "claims-sign-core": [r"add_s\.wasm"],
    "claims-sign-empty": [r".*"],
    "claims-sign-component": [r"greet_s\.wasm"],
    "claims-sign-padded": [r".*"],
    "claims-resign": [r".*"],
    "claims-sign-project": [r"add_s\.wasm"],
    "claims-sign-autokeys": [r"add_s\.wasm", r"keys/.*"],
    "claims-sign-errors": [r"x\.wasm"],
    "claims-token-autokeys": [r"keys/.*"],
    "claims-dates": [r".*"],
    "build-other": [r"build/.*", r"keys/.*"],
    "build-provider-rust": [r"build/.*", r"keys/.*", r"wasmcloud\.lock", r"target/.*"],
    "keys-choice": [r".*\.par"],
}

# Files of the folder inputs/ that stood in a case's folder, too.
EXTRA_INPUTS = {"build-no-artifact": ["greet.wasm"]}

# Steps that need what is not built yet; each must say `unsupported`.
NOT_YET = {}

# Steps that wash fails: what our diagnostic must say.
FAILURES = {}

# (case, step or file): heading in differences-from-wash.md, our exit status, what our output must match.
DIFFERENCES = {}
