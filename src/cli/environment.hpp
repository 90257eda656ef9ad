// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The environment variables of a World.
#pragma once

#include "cli/verb.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tenon::cli {

/// The variable's value; an empty one counts as not set, and so does one without a name.
std::optional<std::string> environment_value(const World& world, std::string_view name);

} // namespace tenon::cli
