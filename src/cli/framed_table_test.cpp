// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/framed_table.hpp"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(FramedTable, draws_lines_between_cells) {
    FramedTable table({{"KIND"}, {"SIZE", true}});
    table.row({"module", "71B"});
    table.row({"x", "8.4k"});
    EXPECT_EQ(table.text(), "╭────────┬──────╮\n"
                            "│ KIND   ┆ SIZE │\n"
                            "╞════════╪══════╡\n"
                            "│ module ┆  71B │\n"
                            "├╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌┤\n"
                            "│ x      ┆ 8.4k │\n"
                            "╰────────┴──────╯\n");
}

TEST(FramedTable, counts_columns_and_shows_control_characters) {
    FramedTable table({{"A"}});
    table.row({"\xc3\xa4"});
    table.row({"\x1b["});
    EXPECT_EQ(table.text(), "╭─────────╮\n"
                            "│ A       │\n"
                            "╞═════════╡\n"
                            "│ ä       │\n"
                            "├╌╌╌╌╌╌╌╌╌┤\n"
                            "│ \\u{1b}[ │\n"
                            "╰─────────╯\n");
}

TEST(FramedTable, many_rows_do_not_grow_with_one_long_cell) {
    FramedTable table({{"A"}, {"B"}});
    const std::string longest(10'000, 'x');
    table.row({"name", longest});
    for (int i = 0; i < 999; ++i)
        table.row({"child", "y"});
    const auto text = table.text();
    EXPECT_NE(text.find("│ name  ┆ " + longest + " │\n"), text.npos);
    EXPECT_NE(text.find("│ child ┆ y │\n"), text.npos);
    EXPECT_LT(text.size(), 100'000);
}

TEST(FramedTable, few_rows_are_as_wide_as_the_widest) {
    FramedTable table({{"A"}});
    const std::string longest(10'000, 'x');
    table.row({longest});
    table.row({"y"});
    EXPECT_NE(table.text().find("│ y" + std::string(9'999, ' ') + " │\n"), std::string::npos);
}

} // namespace
} // namespace tenon::cli
