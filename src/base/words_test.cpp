// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/process.hpp"

#include <gtest/gtest.h>

namespace tenon::base {
namespace {

using Words = std::vector<std::string>;

void expect_words(std::string_view line, const Words& words) {
    const auto result = split_words(line);
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(*result, words) << line;
}

void expect_error(std::string_view line, std::uint64_t offset, std::string_view message) {
    const auto result = split_words(line);
    ASSERT_FALSE(result) << line;
    EXPECT_EQ(result.error().code(), Errc::malformed);
    EXPECT_EQ(result.error().offset(), offset);
    EXPECT_EQ(result.error().message(), message);
}

TEST(SplitWords, at_blanks) {
    expect_words("", {});
    expect_words(" \t ", {});
    expect_words("make", {"make"});
    expect_words("  make -j2\t all ", {"make", "-j2", "all"});
}

TEST(SplitWords, single_quotes_keep_everything) {
    expect_words(R"('a b' c)", {"a b", "c"});
    expect_words(R"('$x \ "`|' )", {R"($x \ "`|)"});
    expect_words("''", {""});
    expect_words("a '' b", {"a", "", "b"});
}

TEST(SplitWords, double_quotes_keep_blanks_and_know_four_escapes) {
    expect_words(R"("a  b")", {"a  b"});
    expect_words(R"("\$x \` \" \\ \n \' ;")", {R"($x ` " \ \n \' ;)"});
    expect_words("\"\"", {""});
    expect_words("\"one\\\nline\"", {"oneline"});
}

TEST(SplitWords, a_backslash_quotes_one_character) {
    expect_words(R"(a\ b \$x \\ \')", {"a b", "$x", "\\", "'"});
    expect_words("one \\\n two", {"one", "two"});
    expect_words("o\\\nne", {"one"});
}

TEST(SplitWords, quotes_join_with_what_stands_beside_them) {
    expect_words(R"(--flag='a b'"c"\ d)", {"--flag=a bc d"});
    expect_words("it''s", {"its"});
}

TEST(SplitWords, patterns_and_tildes_are_plain_letters) {
    expect_words("ls *.c ~/x a=b #c {d} !", {"ls", "*.c", "~/x", "a=b", "#c", "{d}", "!"});
    expect_words("m\xc3\xb6w \xe6\xbc\xa2", {"m\xc3\xb6w", "\xe6\xbc\xa2"});
}

TEST(SplitWords, line_ends_may_stand_around_the_command) {
    expect_words("\nmake all\n", {"make", "all"});
    expect_words("make \r\n \n", {"make"});
    expect_error("make\nmake install", 4,
                 "a line end between commands means something to a shell only");
}

TEST(SplitWords, what_needs_a_shell_is_an_error_at_its_place) {
    expect_error("echo $HOME", 5, "`$` means something to a shell only");
    expect_error("echo `date`", 5, "`` ` `` means something to a shell only");
    expect_error("a|b", 1, "`|` means something to a shell only");
    expect_error("a && b", 2, "`&` means something to a shell only");
    expect_error("a; b", 1, "`;` means something to a shell only");
    expect_error("a <b", 2, "`<` means something to a shell only");
    expect_error("a >b", 2, "`>` means something to a shell only");
    expect_error("(a)", 0, "`(` means something to a shell only");
    expect_error("a)", 1, "`)` means something to a shell only");
    expect_error(R"(a "$HOME/b")", 3, "`$` means something to a shell only");
    EXPECT_EQ(split_words("a|b").error().helps(), Words{"quote it, or run a shell: `sh -c '…'`"});
}

TEST(SplitWords, open_quotes_are_an_error_where_they_begin) {
    expect_error("a 'b c", 2, "the quote is not closed");
    expect_error("a \"b\\\"", 2, "the quote is not closed");
    expect_error("a \"b\\", 2, "the quote is not closed");
    expect_error("a \\", 2, "nothing follows the backslash");
}

TEST(SplitWords, a_nul_character_is_an_error) {
    expect_error(std::string_view("a '\0'", 5), 3, "a NUL character cannot be in a command");
}

} // namespace
} // namespace tenon::base
