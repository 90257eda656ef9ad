// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Running a language's own tools, and telling how they failed.
#pragma once

#include "base/process.hpp"

#include <functional>
#include <stop_token>

namespace tenon::project {

/// What came out of a tool: bytes, and whether they came from its standard error.
using OnOutput = std::function<void(Bytes, bool)>;

/// Runs to the end and wants exit status 0; `what` says what for: `failed to build …`.
Result<> run_tool(base::Command command, std::string_view what, const OnOutput& on_output,
                  const std::stop_token& stop);

/// `what: exit status: 1`, with the command and the last lines of its output.
base::Error tool_failed(std::string_view what, const base::Command& command,
                        const base::Outcome& outcome);

} // namespace tenon::project
