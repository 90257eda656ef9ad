// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The version, as the build names it.
#pragma once

#include <string_view>

namespace tenon::cli {

/// `tenon 0.1.0`
inline constexpr std::string_view version_line = "tenon " TENON_VERSION "\n";

} // namespace tenon::cli
