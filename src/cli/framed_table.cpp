// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/framed_table.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace tenon::cli {
namespace {

/// So wide a column may be in any case, and all rows of one together.
constexpr std::size_t least_most_width = 60;
constexpr std::size_t width_of_all_rows = 1'000'000;

} // namespace

FramedTable::FramedTable(std::vector<Column> columns) : columns_(std::move(columns)) {
    std::vector<std::string> heads;
    for (const auto& column : columns_)
        heads.emplace_back(column.head);
    row(heads);
}

void FramedTable::row(const std::vector<std::string>& cells) {
    TENON_ASSERT(cells.size() == columns_.size());
    auto& row = rows_.emplace_back();
    for (const auto& cell : cells) {
        auto printable = base::printable(cell);
        const auto width = base::display_width(printable);
        row.push_back({std::move(printable), width});
    }
}

std::string FramedTable::text() const {
    const auto widths = this->widths();
    const auto between = rule(widths, {"├", "╌", "┼", "┤"});
    auto out = rule(widths, {"╭", "─", "┬", "╮"});
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (i > 0)
            out += i == 1 ? rule(widths, {"╞", "═", "╪", "╡"}) : between;
        out += cells(widths, rows_[i]);
    }
    return out + rule(widths, {"╰", "─", "┴", "╯"});
}

FramedTable::Widths FramedTable::widths() const {
    const auto most = std::max(least_most_width, width_of_all_rows / rows_.size());
    Widths widths(columns_.size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i].width <= most)
                widths[i] = std::max(widths[i], row[i].width);
    return widths;
}

std::string FramedTable::rule(const Widths& widths, const Joints& joints) {
    std::string out(joints.left);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (i > 0)
            out += joints.middle;
        for (std::size_t j = 0; j < widths[i] + 2; ++j)
            out += joints.line;
    }
    out += joints.right;
    return out + "\n";
}

std::string FramedTable::cells(const Widths& widths, const std::vector<Cell>& row) const {
    std::string out = "│";
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string blanks(widths[i] - std::min(widths[i], row[i].width), ' ');
        out += i > 0 ? "┆ " : " ";
        out += columns_[i].to_the_right ? blanks + row[i].text : row[i].text + blanks;
        out += " ";
    }
    return out + "│\n";
}

} // namespace tenon::cli
