// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The letters and digits of protocols and formats, which are ASCII's whatever the locale says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenon::base {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) noexcept {
    return is_lower(c) || is_upper(c);
}
constexpr bool is_alphanumeric(char c) noexcept {
    return is_letter(c) || is_digit(c);
}

/// What a hexadecimal digit of either case stands for.
constexpr std::optional<unsigned> hex_value(char c) noexcept {
    if (is_digit(c))
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

/// Letters change their case, all else stays.
constexpr char lower_case(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char upper_case(char c) noexcept {
    return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}
inline std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = lower_case(c);
    return out;
}
inline std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = upper_case(c);
    return out;
}

} // namespace tenon::base
