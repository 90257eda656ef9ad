// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

std::string dotted(std::string text) {
    for (auto& c : text)
        c = c == ' ' ? '.' : c;
    return text;
}

// Captured from wash 0.39: 80 columns, since half of the title is wider than any label.
TEST(TextTable, lays_out_a_provider_as_wash_does) {
    TextTable table;
    table.heading("Test parJEEzy - Capability Provider");
    table.row("Account", "AA7R5L74E45BJ4XVUYTELQ56P5VCOSPOAA474L7QWH4ZAILLKTZFWYYW");
    table.row("Revision", "42");
    table.heading("Supported Architecture Targets");
    table.line("x86_64-linux");
    EXPECT_EQ(dotted(table.text()),
              "................................................................................\n"
              ".......................Test.parJEEzy.-.Capability.Provider......................\n"
              "..Account.............AA7R5L74E45BJ4XVUYTELQ56P5VCOSPOAA474L7QWH4ZAILLKTZFWYYW..\n"
              "..Revision..................................................................42..\n"
              ".........................Supported.Architecture.Targets.........................\n"
              "..x86_64-linux..................................................................\n"
              "................................................................................\n");
}

TEST(TextTable, counts_wide_characters_as_two_columns) {
    TextTable table;
    table.row("\xe5\x90\x8d", "x"); // one ideograph
    EXPECT_EQ(dotted(table.text()), "..........\n"
                                    "..\xe5\x90\x8d...x..\n"
                                    "..........\n");
}

TEST(TextTable, makes_control_characters_visible) {
    TextTable table;
    table.line("a\x1b[2J");
    EXPECT_NE(table.text().find("a\\u{1b}[2J"), std::string::npos);
}

} // namespace
} // namespace tenon::cli
