// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Draws an error for people. Knows nothing of where the text goes: colour is asked for, the width
// of an excerpt is fixed. Everything that may come from input is made printable on its way.
#include "base/diagnostic.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::base {
namespace {

constexpr std::size_t excerpt_columns = 100;
constexpr std::size_t tab_columns = 4;
/// So far from the place nothing is drawn any more.
constexpr std::size_t far_bytes = 4 * excerpt_columns;

enum class Paint { headline, error, warning, note, gutter, help };

std::string_view escape(Paint paint) noexcept {
    switch (paint) {
    case Paint::headline: return "\x1b[1m";
    case Paint::error: return "\x1b[1;31m";
    case Paint::warning: return "\x1b[1;33m";
    case Paint::note: return "\x1b[1;32m";
    case Paint::gutter: return "\x1b[1;34m";
    case Paint::help: return "\x1b[1;36m";
    }
    return "";
}

class Painter {
public:
    explicit Painter(bool color) noexcept : color_(color) {}
    [[nodiscard]] std::string operator()(Paint paint, std::string_view text) const {
        if (!color_ || text.empty())
            return std::string(text);
        return fmt::format("{}{}\x1b[0m", escape(paint), text);
    }

private:
    bool color_;
};

Paint paint_of(Severity severity) noexcept {
    switch (severity) {
    case Severity::error: return Paint::error;
    case Severity::warning: return Paint::warning;
    case Severity::note: return Paint::note;
    }
    return Paint::error;
}

std::string_view word_of(Severity severity) noexcept {
    switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
    }
    return "error";
}

/// Text with its further lines moved under the first, so that none of them can pass for a line of
/// ours.
std::string indented(std::string_view text, std::size_t indent) {
    auto out = printable(text, true);
    while (!out.empty() && out.back() == '\n')
        out.pop_back();
    for (std::size_t at = 0; (at = out.find('\n', at)) != std::string::npos; at += indent + 1)
        out.insert(at + 1, indent, ' ');
    return out;
}

/// One character of a source line as it is drawn: a tab as blanks, an invalid byte as `\x9f`.
struct Glyph {
    std::string text;
    std::size_t columns;
};

/// Reads the glyph at `line[at]` and advances past it; `column` decides how wide a tab is.
Glyph next_glyph(std::string_view line, std::size_t& at, std::size_t column) {
    if (line[at] == '\t') {
        ++at;
        const auto columns = tab_columns - column % tab_columns;
        return {std::string(columns, ' '), columns};
    }
    const auto start = at;
    next_code_point(line, at);
    auto text = printable(line.substr(start, at - start));
    const auto columns = display_width(text);
    return {std::move(text), columns};
}

/// Where the carets stand, and how long the line is, in columns.
struct Extent {
    std::size_t begin = 0, end = 0, line = 0;
};

Extent measure(std::string_view line, std::size_t first_byte, std::size_t last_byte) {
    Extent extent;
    std::size_t column = 0;
    for (std::size_t at = 0; at < line.size();) {
        const auto start = at;
        const auto glyph = next_glyph(line, at, column);
        if (first_byte >= start)
            extent.begin = first_byte >= at ? column + glyph.columns : column;
        column += glyph.columns;
        if (last_byte > start)
            extent.end = column;
    }
    extent.line = column;
    extent.end = std::max(extent.end, extent.begin + 1); // a place behind the end has a caret, too
    return extent;
}

struct Drawn {
    std::string line;
    std::size_t caret = 0, carets = 1; // in columns
};

/// The part of the line around the carets that fits; `…` stands for what is left out.
Drawn draw_line(std::string_view line, const Extent& extent, bool cut_front) {
    std::size_t from = 0;
    std::size_t limit = std::max(extent.line, extent.end);
    if (limit > excerpt_columns) {
        const auto carets = std::min(extent.end - extent.begin, excerpt_columns / 2);
        const auto before = (excerpt_columns - carets) / 2;
        from = std::min(extent.begin > before ? extent.begin - before : 0, limit - excerpt_columns);
        limit = from + excerpt_columns;
    }
    cut_front = cut_front || from > 0;
    const bool cut_back = extent.line > limit;

    Drawn drawn;
    drawn.line = cut_front ? "…" : "";
    std::size_t column = 0;
    for (std::size_t at = 0; at < line.size() && column < limit;) {
        const auto begin = column;
        const auto glyph = next_glyph(line, at, column);
        column += glyph.columns;
        if (column <= from && from > 0)
            continue;
        if (begin < from || column > limit) // a wide character or a tab across the cut
            drawn.line.append(std::min(column, limit) - std::max(begin, from), ' ');
        else
            drawn.line += glyph.text;
    }
    if (cut_back)
        drawn.line += "…";
    else
        drawn.line.erase(drawn.line.find_last_not_of(' ') + 1);
    drawn.caret = extent.begin - from + (cut_front ? 1 : 0);
    drawn.carets = std::min(extent.end, limit) - extent.begin;
    return drawn;
}

/// `app.wasm @ 0x1f3, in component "auth", core module 2`, or nothing where no place is known.
std::string where(const Error& error) {
    std::string out;
    if (const auto& source = error.source()) {
        out = printable(source->file);
        if (source->place.line != 0)
            out += fmt::format(":{}:{}", source->place.line, source->place.column);
        // A text that lies in a file, such as a token in an archive.
        if (!error.file().empty() && error.file() != source->file)
            out += ", in " + printable(error.file());
    } else {
        out = printable(error.file());
        if (error.offset())
            out += fmt::format("{}@ 0x{:x}", out.empty() ? "" : " ", *error.offset());
    }
    const auto& frames = error.frames();
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
        out += (frame != frames.rbegin() ? ", "
                : out.empty()            ? "in "
                                         : ", in ") +
               printable(*frame);
    return out;
}

class Renderer {
public:
    Renderer(const Error& error, Severity severity, DiagnosticStyle style)
        : error_(error), severity_(severity), paint_(style.color) {}

    std::string render() {
        headline();
        place();
        for (const auto& cause : error_.causes())
            remark(Paint::headline, "note: caused by: ", cause);
        for (const auto& help : error_.helps())
            remark(Paint::help, "help: ", help);
        return std::move(out_);
    }

private:
    // A mistake in the command line needs no code: the message is the whole story.
    void headline() {
        std::string head(word_of(severity_));
        if (severity_ != Severity::note && error_.code() != Errc::usage)
            head += fmt::format("[{}]", errc_name(error_.code()));
        out_ += paint_(paint_of(severity_), head);
        out_ += paint_(Paint::headline, ": " + indented(error_.message(), 2)) + "\n";
    }

    void place() {
        const auto name = where(error_);
        const auto& source = error_.source();
        const auto& bytes = error_.bytes();
        std::string label; // what stands before the `|`
        if (source && source->place.line != 0)
            label = fmt::format("{}", source->place.line);
        else if (!source && bytes && error_.offset() && !bytes->window.empty())
            label = fmt::format("0x{:x}", bytes->window_offset);
        width_ = std::max<std::size_t>(1, label.size());
        if (!name.empty())
            out_ += std::string(width_, ' ') + paint_(Paint::gutter, "-->") + " " + name + "\n";
        if (label.empty())
            return;
        if (source)
            source_lines(*source, label);
        else
            byte_lines(*bytes, label);
    }

    void source_lines(const SourceExcerpt& source, std::string_view label) {
        std::string_view line = source.line_text;
        auto first = std::min<std::size_t>(source.place.column > 0 ? source.place.column - 1 : 0,
                                           line.size());
        const auto length = std::max<std::size_t>(1, source.place.length);
        // Only the neighbourhood is looked at, however long the line.
        auto skipped = first > far_bytes ? first - far_bytes : 0;
        while (skipped > 0 && (static_cast<Byte>(line[skipped]) & 0xc0) == 0x80)
            --skipped;
        line = line.substr(skipped, 2 * far_bytes);
        first -= skipped;
        const auto drawn = draw_line(line, measure(line, first, first + length), skipped > 0);
        excerpt_lines(label, drawn.line, drawn.caret, drawn.carets, source.label);
    }

    void byte_lines(const ByteExcerpt& bytes, std::string_view label) {
        std::string row;
        for (const auto byte : bytes.window)
            row += fmt::format("{}{:02x}", row.empty() ? "" : " ", byte);
        const auto at = std::min<std::size_t>(*error_.offset() -
                                                  std::min(*error_.offset(), bytes.window_offset),
                                              bytes.window.size());
        // An offset at the end of the input has one caret pair behind the last byte.
        const auto count =
            std::max<std::size_t>(1, std::min<std::size_t>(bytes.length, bytes.window.size() - at));
        excerpt_lines(label, row, at * 3, count * 3 - 1, "");
    }

    void excerpt_lines(std::string_view label, std::string_view line, std::size_t caret,
                       std::size_t carets, std::string_view remark) {
        const std::string empty_gutter(width_ + 1, ' ');
        out_ += empty_gutter + paint_(Paint::gutter, "|") + "\n";
        out_ += paint_(Paint::gutter, fmt::format("{} |", label));
        out_ += line.empty() ? "\n" : fmt::format(" {}\n", line);
        out_ += empty_gutter + paint_(Paint::gutter, "|") + std::string(caret + 1, ' ');
        std::string marks(carets, '^');
        if (!remark.empty())
            marks += " " + printable(remark);
        out_ += paint_(paint_of(severity_), marks) + "\n";
    }

    void remark(Paint paint, std::string_view title, std::string_view text) {
        out_ += std::string(width_ + 1, ' ') + paint_(Paint::gutter, "=") + " ";
        out_ += paint_(paint, title) + indented(text, width_ + 3 + title.size()) + "\n";
    }

    const Error& error_;
    Severity severity_;
    Painter paint_;
    std::size_t width_ = 1; // of what stands before the `|`
    std::string out_;
};

} // namespace

std::string render(const Error& error, Severity severity, DiagnosticStyle style) {
    return Renderer(error, severity, style).render();
}

SourceExcerpt excerpt(std::string_view file, std::string_view text, Place place,
                      std::string label) {
    SourceExcerpt out{std::string(file), place, {}, std::move(label)};
    if (place.line == 0)
        return out;
    std::size_t begin = 0;
    for (std::uint32_t line = 1; line < place.line; ++line) {
        const auto end = text.find('\n', begin);
        if (end == std::string_view::npos)
            return out; // a place behind the last line has an empty one
        begin = end + 1;
    }
    auto line = text.substr(begin, text.find('\n', begin) - begin);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    // What lies far behind the place is never drawn; a minified file is one line of megabytes.
    out.line_text = line.substr(0, std::size_t{place.column} + far_bytes);
    return out;
}

} // namespace tenon::base
