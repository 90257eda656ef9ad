// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_layout.hpp"

#include "base/utf8.hpp"

namespace tenon::wat {
namespace {

/// What stands in a string as itself.
constexpr bool is_plain(unsigned char c) noexcept {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

} // namespace

PrintLayout::PrintLayout(TextOut& text, const PrintOptions& options)
    : out_(&text), options_(options), newline_("\n") {
    for (std::size_t i = 0; i < deepest; ++i)
        newline_ += options.indent;
}

// `(;@1f    ;)`: as wide as the eleven blanks of lines that have no offset.
void PrintLayout::line_with_offset(std::optional<std::uint64_t> offset) {
    constexpr int digits = 6;
    put('\n');
    if (!offset) {
        put("           ");
    } else {
        put("(;@");
        out_->put_hex(*offset);
        int used = 1;
        for (auto rest = *offset >> 4; rest != 0; rest >>= 4)
            ++used;
        for (; used < digits; ++used)
            put(' ');
        put(";)");
    }
    put(std::string_view(newline_).substr(1, width_of(nesting_) - 1));
}

void PrintLayout::end() {
    --nesting_;
    if (begun_at_.back() != lines_)
        line({});
    begun_at_.pop_back();
    put(')');
}

void PrintLayout::end_at(std::uint64_t offset) {
    --nesting_;
    if (options_.offsets || begun_at_.back() != lines_)
        line(offset);
    begun_at_.pop_back();
    put(')');
}

void PrintLayout::put_string(std::string_view text) {
    put('"');
    put_string_content(text);
    put('"');
}

void PrintLayout::put_string_content(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (is_plain(static_cast<unsigned char>(text[at]))) {
            put(text[at++]);
            continue;
        }
        put("\\u{");
        out_->put_hex(base::next_code_point(text, at));
        put('}');
    }
}

void PrintLayout::put_bytes(Bytes bytes) {
    put('"');
    for (const auto byte : bytes) {
        if (is_plain(byte)) {
            put(static_cast<char>(byte));
            continue;
        }
        put('\\');
        out_->put_hex(byte, 2);
    }
    put('"');
}

} // namespace tenon::wat
