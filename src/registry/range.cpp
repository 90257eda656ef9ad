// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/range.hpp"

#include <algorithm>
#include <charconv>

namespace tenon::registry {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// Units compare without regard to case (RFC 9110 section 14.1).
bool take_unit(std::string_view& text, std::string_view unit) noexcept {
    if (text.size() < unit.size())
        return false;
    for (std::size_t i = 0; i < unit.size(); ++i)
        if ((text[i] | 0x20) != (unit[i] | 0x20))
            return false;
    text.remove_prefix(unit.size());
    return true;
}

bool all_digits(std::string_view text) noexcept {
    return !text.empty() &&
           std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

/// A position that is too large for us lies behind every end.
std::optional<std::uint64_t> position(std::string_view digits) noexcept {
    if (!all_digits(digits))
        return std::nullopt;
    return parse_decimal(digits).value_or(UINT64_MAX);
}

constexpr Selection unsatisfiable{Selection::Kind::unsatisfiable, 0, 0};

Selection select_suffix(std::uint64_t wanted, std::uint64_t size) noexcept {
    if (wanted == 0)
        return unsatisfiable;
    const auto length = std::min(wanted, size);
    if (length == 0)
        return {}; // an empty representation has no part that could be named
    return {Selection::Kind::part, size - length, length};
}

} // namespace

std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
    if (!all_digits(text))
        return std::nullopt;
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

Selection select_range(std::string_view field, std::uint64_t size) noexcept {
    auto rest = trimmed(field);
    if (!take_unit(rest, "bytes="))
        return {};
    rest = trimmed(rest);
    const auto dash = rest.find('-');
    if (dash == std::string_view::npos || rest.find(',') != std::string_view::npos)
        return {};
    const auto before = rest.substr(0, dash);
    const auto behind = rest.substr(dash + 1);
    if (before.empty()) {
        const auto wanted = position(behind);
        return wanted ? select_suffix(*wanted, size) : Selection{};
    }
    const auto first = position(before);
    const auto last = behind.empty() ? std::optional(UINT64_MAX) : position(behind);
    if (!first || !last)
        return {};
    if (*last < *first || *first >= size)
        return unsatisfiable;
    return {Selection::Kind::part, *first, std::min(*last, size - 1) - *first + 1};
}

std::optional<ChunkRange> parse_chunk_range(std::string_view field) noexcept {
    auto rest = trimmed(field);
    if (take_unit(rest, "bytes ") || take_unit(rest, "bytes="))
        rest = trimmed(rest);
    if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
        const auto size = rest.substr(slash + 1);
        if (size != "*" && !parse_decimal(size))
            return std::nullopt;
        rest = rest.substr(0, slash);
    }
    const auto dash = rest.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto first = parse_decimal(rest.substr(0, dash));
    const auto last = parse_decimal(rest.substr(dash + 1));
    // A chunk that ends with the last number there is has a length that is none.
    if (!first || !last || *last < *first || *last == UINT64_MAX)
        return std::nullopt;
    return ChunkRange{*first, *last};
}

} // namespace tenon::registry
