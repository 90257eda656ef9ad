// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/utf8.hpp"

#include <array>
#include <cstring>
#include <fmt/core.h>

namespace tenon::base {
namespace {

/// Length of the valid sequence at `text[at]`, or 0.
std::size_t sequence_length(Bytes text, std::size_t at) noexcept {
    const auto lead = text[at];
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > text.size() - at)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((text[at + i] & 0xc0) != 0x80)
            return 0;
    const auto second = text[at + 1];
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second > 0x9f;
    const bool beyond = lead == 0xf4 && second > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

struct Range {
    char32_t first, last;
};

// Unicode 15 East Asian Width W and F, joined where only unassigned points lie between.
constexpr Range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
    {0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
    {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
    {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
    {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1aff0, 0x1b2ff},
    {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a},
    {0x1f200, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393},
    {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4},
    {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d},
    {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596},
    {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc},
    {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6d7}, {0x1f6dc, 0x1f6df}, {0x1f6eb, 0x1f6ec},
    {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f7f0, 0x1f7f0}, {0x1f90c, 0x1f93a},
    {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x2fffd},
    {0x30000, 0x3fffd},
};

// The combining blocks and format characters that names meet in practice.
constexpr Range zero_width[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

template <std::size_t n> bool contains(const Range (&ranges)[n], char32_t point) noexcept {
    for (const auto& range : ranges)
        if (point >= range.first && point <= range.last)
            return true;
    return false;
}

} // namespace

std::optional<std::size_t> first_invalid_utf8(Bytes text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        // Eight ASCII bytes at once: most names are ASCII only.
        if (text.size() - at >= 8) {
            std::uint64_t block;
            std::memcpy(&block, &text[at], sizeof block);
            if ((block & 0x8080808080808080) == 0) {
                at += 8;
                continue;
            }
        }
        const auto length = sequence_length(text, at);
        if (length == 0)
            return at;
        at += length;
    }
    return std::nullopt;
}

char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
    const auto bytes = as_bytes(text);
    const auto length = sequence_length(bytes, at);
    if (length <= 1)
        return bytes[at++];
    char32_t point = bytes[at] & (0xff >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        point = point << 6 | (bytes[at + i] & 0x3f);
    at += length;
    return point;
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0 | code_point >> 6);
        put(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        put(0xe0 | code_point >> 12);
        put(0x80 | (code_point >> 6 & 0x3f));
        put(0x80 | (code_point & 0x3f));
    } else {
        put(0xf0 | code_point >> 18);
        put(0x80 | (code_point >> 12 & 0x3f));
        put(0x80 | (code_point >> 6 & 0x3f));
        put(0x80 | (code_point & 0x3f));
    }
}

std::size_t display_width(std::string_view text) noexcept {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto point = next_code_point(text, at);
        width += point < 0x300                 ? 1
                 : contains(zero_width, point) ? 0
                 : contains(wide, point)       ? 2
                                               : 1;
    }
    return width;
}

std::string printable(std::string_view text, bool keep_lines) {
    std::string out;
    out.reserve(text.size());
    const auto bytes = as_bytes(text);
    for (std::size_t at = 0; at < text.size();) {
        const auto length = sequence_length(bytes, at);
        if (length == 0) {
            out += fmt::format("\\x{:02x}", bytes[at++]);
            continue;
        }
        const auto start = at;
        const auto point = next_code_point(text, at);
        const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        const bool reorders =
            (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
        if (point == '\t')
            out += ' ';
        else if (point == '\n' && keep_lines)
            out += '\n';
        else if (control || reorders)
            out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(point));
        else
            out += text.substr(start, at - start);
    }
    return out;
}

std::string shortened(std::string_view text, std::size_t most_bytes) {
    if (text.size() <= most_bytes)
        return std::string(text);
    auto end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
        --end;
    return std::string(text.substr(0, end)) + "…";
}

} // namespace tenon::base
