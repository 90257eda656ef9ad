// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How deep a TOML text nests, found without building anything: toml++ limits brackets, but not
// dotted keys, and its tables are destroyed by recursion.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tenon::data {

/// Offset of the first byte where arrays, inline tables, headers and dotted keys together nest more
/// than `limit` levels. Exact for well-formed text up to a few levels; for other text, no deeper
/// than a parser could get before it meets the error.
std::optional<std::size_t> first_too_deep_in_toml(std::string_view text, std::size_t limit);

} // namespace tenon::data
