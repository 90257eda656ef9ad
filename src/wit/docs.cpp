// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/docs.hpp"

#include <algorithm>
#include <vector>

namespace tenon::wit {
namespace {

std::string_view without_trailing_blanks(std::string_view line) noexcept {
    const auto end = line.find_last_not_of(" \t\r\n");
    return line.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

/// The lines of one comment. A plain block comment keeps its `*`, as existing parsers have it.
void append_lines(std::vector<std::string_view>& lines, std::string_view comment) {
    if (comment.starts_with("/**") && comment.size() >= 5) {
        comment.remove_prefix(3);
        comment.remove_suffix(2);
    } else {
        comment.remove_prefix(std::min(comment.find_first_not_of('/'), comment.size()));
    }
    for (std::size_t at = 0; at <= comment.size();) {
        const auto end = std::min(comment.find('\n', at), comment.size());
        lines.push_back(without_trailing_blanks(comment.substr(at, end - at)));
        at = end + 1;
    }
}

} // namespace

std::string docs_text(std::span<const std::string_view> comments) {
    std::vector<std::string_view> lines;
    for (const auto comment : comments)
        append_lines(lines, comment);

    auto indent = std::string_view::npos;
    for (const auto line : lines) {
        if (!line.empty())
            indent = std::min(indent, line.find_first_not_of(' '));
    }
    std::string out;
    for (const auto line : lines) {
        if (!line.empty())
            out += line.substr(std::min(indent, line.size()));
        out += '\n';
    }
    while (!out.empty() && out.back() == '\n')
        out.pop_back();
    return out;
}

} // namespace tenon::wit
