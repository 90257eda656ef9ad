// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Semantic versions, https://semver.org, only as far as to tell whether a text is one.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace tenon::project {

/// `MAJOR.MINOR.PATCH`, perhaps with `-pre.release` and `+build`. The error (`Errc::config`) has
/// the offset of the first character that cannot stand there.
Result<> check_version(std::string_view text);

} // namespace tenon::project
