// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/framed_table.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace tenon::cli {

FramedTable::FramedTable(std::vector<Column> columns) : columns_(std::move(columns)) {
    std::vector<std::string> heads;
    for (const auto& column : columns_) {
        widths_.push_back(0);
        heads.emplace_back(column.head);
    }
    row(heads);
}

void FramedTable::row(const std::vector<std::string>& cells) {
    TENON_ASSERT(cells.size() == columns_.size());
    auto& printable = rows_.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        printable.push_back(base::printable(cells[i]));
        widths_[i] = std::max(widths_[i], base::display_width(printable.back()));
    }
}

std::string FramedTable::text() const {
    auto out = rule({"╭", "─", "┬", "╮"});
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (i > 0)
            out += i == 1 ? rule({"╞", "═", "╪", "╡"}) : rule({"├", "╌", "┼", "┤"});
        out += cells(rows_[i]);
    }
    return out + rule({"╰", "─", "┴", "╯"});
}

std::string FramedTable::rule(const Joints& joints) const {
    std::string out(joints.left);
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        if (i > 0)
            out += joints.middle;
        for (std::size_t j = 0; j < widths_[i] + 2; ++j)
            out += joints.line;
    }
    out += joints.right;
    return out + "\n";
}

std::string FramedTable::cells(const std::vector<std::string>& row) const {
    std::string out = "│";
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string blanks(widths_[i] - base::display_width(row[i]), ' ');
        out += i > 0 ? "┆ " : " ";
        out += columns_[i].to_the_right ? blanks + row[i] : row[i] + blanks;
        out += " ";
    }
    return out + "│\n";
}

} // namespace tenon::cli
