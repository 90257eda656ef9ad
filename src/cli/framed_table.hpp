// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A table with a head, drawn with lines between its cells, as `metadata show` of wasm-tools draws
// it. Rows are as wide as they need to be.
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
    struct Joints {
        std::string_view left, line, middle, right;
    };
    [[nodiscard]] std::string rule(const Joints& joints) const;
    [[nodiscard]] std::string cells(const std::vector<std::string>& row) const;

    std::vector<Column> columns_;
    std::vector<std::size_t> widths_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace tenon::cli
