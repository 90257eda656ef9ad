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

} // namespace
} // namespace tenon::cli
