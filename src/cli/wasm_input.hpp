// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core modules that verbs are given: binary, or text, which is made binary.
#pragma once

#include "cli/verb.hpp"

namespace tenon::cli {

/// `path`, or standard input for `-`.
Result<Buffer> read_core_module(const Call& call, const std::string& path);

} // namespace tenon::cli
