// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/docs.hpp"

#include <algorithm>

namespace tenon::wit {
namespace {

std::string_view without_trailing_blanks(std::string_view line) noexcept {
    const auto end = line.find_last_not_of(" \t\r\n");
    return line.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

struct Line {
    std::string_view text;
    bool moves; ///< to the left with the others
};

void append_lines(std::vector<Line>& lines, std::string_view text) {
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.push_back(Line{without_trailing_blanks(text.substr(at, end - at)), true});
        at = end + 1;
    }
}

/// Where text stands behind the opening mark of a block, its further lines keep their indentation,
/// as existing parsers have it; else all of them move.
void append_comment(std::vector<Line>& lines, std::string_view text) {
    auto first = lines.size();
    append_lines(lines, text);
    if (lines.size() == first + 1)
        return;
    if (lines[first].text.empty()) {
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first));
        return;
    }
    while (++first < lines.size())
        lines[first].moves = false;
}

/// A plain block comment keeps its `*`, as existing parsers have it.
std::string_view without_marks(std::string_view comment) noexcept {
    if (comment.starts_with("/**") && comment.size() >= 5) {
        comment.remove_prefix(3);
        comment.remove_suffix(2);
    } else {
        comment.remove_prefix(std::min(comment.find_first_not_of('/'), comment.size()));
    }
    return comment;
}

/// Moves them, and takes empty ones away at the end.
void dedent(std::vector<Line>& lines) {
    auto indent = std::string_view::npos;
    for (const auto& line : lines) {
        if (line.moves && !line.text.empty())
            indent = std::min(indent, line.text.find_first_not_of(' '));
    }
    for (auto& line : lines) {
        if (line.moves)
            line.text.remove_prefix(std::min(indent, line.text.size()));
    }
    while (!lines.empty() && lines.back().text.empty())
        lines.pop_back();
}

} // namespace

std::string docs_text(std::span<const std::string_view> comments) {
    std::vector<Line> lines;
    lines.reserve(comments.size());
    for (const auto comment : comments)
        append_comment(lines, without_marks(comment));
    dedent(lines);
    std::size_t size = 0;
    for (const auto& line : lines)
        size += line.text.size() + 1;
    std::string out;
    out.reserve(size);
    for (const auto& line : lines) {
        if (&line != lines.data())
            out += '\n';
        out += line.text;
    }
    return out;
}

std::vector<std::string_view> dedented_lines(std::string_view text) {
    std::vector<Line> lines;
    append_lines(lines, text);
    dedent(lines);
    std::vector<std::string_view> out;
    out.reserve(lines.size());
    for (const auto& line : lines)
        out.push_back(line.text);
    return out;
}

} // namespace tenon::wit
