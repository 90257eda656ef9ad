// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A table with a head, drawn with lines between its cells, as `metadata show` of wasm-tools draws
// it. Columns are as wide as they need to be; in a table of many rows a cell that is much too wide
// stands out of its column instead, since every row would grow with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

class FramedTable {
public:
    struct Column {
        std::string_view head;
        bool to_the_right = false;
    };
    explicit FramedTable(std::vector<Column> columns);

    /// One cell a column. Control characters are made visible.
    void row(const std::vector<std::string>& cells);
    /// Ends in `\n`.
    [[nodiscard]] std::string text() const;

private:
    struct Cell {
        std::string text;
        std::size_t width;
    };
    using Widths = std::vector<std::size_t>;
    struct Joints {
        std::string_view left, line, middle, right;
    };
    [[nodiscard]] Widths widths() const;
    [[nodiscard]] static std::string rule(const Widths& widths, const Joints& joints);
    [[nodiscard]] std::string cells(const Widths& widths, const std::vector<Cell>& row) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

} // namespace tenon::cli
