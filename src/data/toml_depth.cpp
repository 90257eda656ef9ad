// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/toml_depth.hpp"

#include <algorithm>
#include <vector>

namespace tenon::data {
namespace {

/// Offset behind the string that begins at `at` (a quote). A string that is not closed ends with
/// its line, or with the text if it may span lines.
std::size_t skip_string(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
    const bool many_lines = text.substr(at).starts_with(triple);
    at += many_lines ? 3 : 1;
    while (at < text.size()) {
        if (quote == '"' && text[at] == '\\') {
            at += 2;
            continue;
        }
        if (many_lines ? text.substr(at).starts_with(triple) : text[at] == quote) {
            at += many_lines ? 3 : 1;
            // Up to two quotes may stand before the closing ones.
            while (many_lines && at < text.size() && text[at] == quote)
                ++at;
            return at;
        }
        if (!many_lines && text[at] == '\n')
            return at;
        ++at;
    }
    return text.size();
}

} // namespace

std::optional<std::size_t> first_too_deep_in_toml(std::string_view text, std::size_t limit) {
    std::vector<std::size_t> open; // levels that each open bracket stands for
    std::size_t header = 0;        // levels of the last [header]
    std::size_t dots = 0;          // in the key, or number, that is being read
    std::size_t sum = 0;           // of `open`
    bool line_is_header = false;
    bool line_begins = true;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        const bool first_in_line = line_begins;
        if (c != ' ' && c != '\t' && c != '\r')
            line_begins = c == '\n';
        switch (c) {
        case '#': at = std::min(text.find('\n', at), text.size()); continue;
        case '"':
        case '\'': at = skip_string(text, at); continue;
        case '.': ++dots; break;
        case '\n':
            if (line_is_header)
                header = dots + 1;
            line_is_header = false;
            dots = 0;
            break;
        case '[':
        case '{':
            if (c == '[' && open.empty() && first_in_line) {
                line_is_header = true;
                header = 0;
            } else if (!line_is_header) {
                open.push_back(dots + 1);
                sum += dots + 1;
            }
            dots = 0;
            break;
        case ']':
        case '}':
            if (!open.empty() && !line_is_header) {
                sum -= open.back();
                open.pop_back();
                dots = 0;
            }
            break;
        case ',': dots = 0; break;
        default: break; // `=` keeps the dots for the bracket behind it
        }
        if (header + sum + dots > limit)
            return at;
        ++at;
    }
    return std::nullopt;
}

} // namespace tenon::data
