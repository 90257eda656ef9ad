// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The two-column table in which `inspect` shows what it found, laid out as wash does: drawn with
// blanks only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

class TextTable {
public:
    /// A label and, to the right edge, its value.
    void row(std::string_view label, std::string_view value);
    /// A line across both columns.
    void heading(std::string_view text); ///< centred
    void line(std::string_view text);    ///< from the left

    /// The table with one line of blanks above and below; lines end in `\n`. Control characters in
    /// cells are made visible.
    [[nodiscard]] std::string text() const;

private:
    enum class Shape { pair, centred, left };
    struct Row {
        Shape shape;
        std::string first;
        std::string second;
    };
    std::vector<Row> rows_;
};

} // namespace tenon::cli
