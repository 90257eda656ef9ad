// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// UTF-8 as RFC 3629 has it: no surrogates, nothing above U+10FFFF, no overlong forms.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace tenon::base {

/// Index of the first byte that belongs to no valid sequence; nothing when all of it is valid.
std::optional<std::size_t> first_invalid_utf8(Bytes text) noexcept;

/// The code point that starts at `text[at]`, which must be valid UTF-8; advances `at` past it.
char32_t next_code_point(std::string_view text, std::size_t& at) noexcept;

void append_utf8(std::string& out, char32_t code_point);

/// Columns that a terminal uses for the text: 0 for combining marks, 2 for East Asian wide
/// characters, else 1. Invalid bytes count as one column each.
std::size_t display_width(std::string_view text) noexcept;

/// The text with control characters (C0, DEL, C1) and invalid bytes made visible as `\u{1b}` or
/// `\x9f`, so that names taken from hostile input cannot drive a terminal. Tabs become spaces; line
/// feeds are kept only with `keep_lines`.
std::string printable(std::string_view text, bool keep_lines = false);

/// At most so many bytes of a text of strangers, cut between characters, with `…` behind them where
/// there was more.
std::string shortened(std::string_view text, std::size_t most_bytes);

} // namespace tenon::base
