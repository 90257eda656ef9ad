// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Numbers of protocols and formats, whatever the locale says.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace tenon::base {

/// The whole text as a decimal number: digits, with `-` in front where `T` has a sign, and not more
/// than it holds.
template <std::integral T> std::optional<T> parse_decimal(std::string_view text) noexcept {
    T value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && stop == text.data() + text.size() ? std::optional(value)
                                                                     : std::nullopt;
}

} // namespace tenon::base
