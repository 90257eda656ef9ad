// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shape of printed text: lines with their indentation and offsets, groups in parentheses, and
// what is quoted. Knows nothing of what the groups mean.
#pragma once

#include "wat/print.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::wat {

class PrintLayout {
public:
    /// Both must outlive it.
    PrintLayout(TextOut& text, const PrintOptions& options);

    [[nodiscard]] TextOut& out() noexcept { return *out_; }
    [[nodiscard]] const PrintOptions& options() const noexcept { return options_; }
    /// Everything put from now on goes elsewhere. Gives what it was.
    TextOut& redirect(TextOut& text) noexcept { return *std::exchange(out_, &text); }

    void put(char c) { out_->put(c); }
    void put(std::string_view text) { out_->put(text); }
    template <class Integer> void put_number(Integer value) { out_->put_number(value); }

    /// A new line; where offsets are printed it shows this one, or blanks.
    void line(std::optional<std::uint64_t> offset) {
        ++lines_;
        if (options_.offsets) [[unlikely]]
            return line_with_offset(offset);
        out_->put(std::string_view(newline_).substr(0, width_of(nesting_)));
    }
    /// `(` and the text behind it; what follows on lines of its own stands further in.
    void begin(std::string_view text) {
        put('(');
        put(text);
        ++nesting_;
        begun_at_.push_back(lines_);
    }
    /// `)`, on a line of its own if the group has several.
    void end();
    /// The same, on a line of its own wherever offsets are printed.
    void end_at(std::uint64_t offset);
    void nest() noexcept { ++nesting_; }
    void unnest() noexcept { --nesting_; }

    /// With quotes; what is not printable ASCII as `\u{…}`. `text` is valid UTF-8.
    void put_string(std::string_view text);
    void put_string_content(std::string_view text);
    /// With quotes; what is not printable ASCII as two hexadecimal digits.
    void put_bytes(Bytes bytes);

private:
    /// Deeper nesting is not indented further, since a small module can nest without limit.
    static constexpr std::size_t deepest = 50;

    void line_with_offset(std::optional<std::uint64_t> offset);
    [[nodiscard]] std::size_t width_of(std::size_t nesting) const noexcept {
        return 1 + std::min(nesting, deepest) * options_.indent.size();
    }

    TextOut* out_;
    const PrintOptions& options_;
    std::string newline_; ///< a line feed and the widest indentation
    std::size_t nesting_ = 0;
    std::size_t lines_ = 0;
    std::vector<std::size_t> begun_at_; ///< of each open group its line
};

} // namespace tenon::wat
