// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rows of the verb table, each defined in the file of its verb.
#pragma once

#include "cli/verb.hpp"

namespace tenon::cli {

extern const Verb program_verb;

extern const Verb completions_verb;
extern const Verb help_verb;
extern const Verb man_verb;
extern const Verb version_verb;

} // namespace tenon::cli
