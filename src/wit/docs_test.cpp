// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/docs.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace tenon::wit {
namespace {

std::string docs(std::vector<std::string_view> comments) {
    return docs_text(comments);
}

TEST(Docs, cuts_marks_and_the_smallest_indentation) {
    EXPECT_EQ(docs({"/// a", "///", "///   b  "}), "a\n\n  b");
}

TEST(Docs, takes_plain_comments_too) {
    EXPECT_EQ(docs({"// hello", "/* this too */"}), " hello\n* this too */");
}

TEST(Docs, keeps_the_indentation_within_a_block_that_begins_with_text) {
    EXPECT_EQ(docs({"/** a\n    b */"}), "a\n    b");
}

TEST(Docs, moves_all_of_a_block_that_begins_with_a_line_of_its_own) {
    EXPECT_EQ(docs({"/**\n   a\n     b\n */"}), "a\n  b");
}

TEST(Docs, cuts_empty_lines_at_the_end) {
    EXPECT_EQ(docs({"/// a", "///", "///"}), "a");
    EXPECT_EQ(docs({"//"}), "");
    EXPECT_EQ(docs({"/**/"}), "**/");
}

TEST(Docs, dedents_what_comes_from_elsewhere) {
    EXPECT_EQ(dedented_lines("  a\n\n    b\n"), (std::vector<std::string_view>{"a", "", "  b"}));
    EXPECT_TRUE(dedented_lines("").empty());
}

} // namespace
} // namespace tenon::wit
