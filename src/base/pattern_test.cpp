// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/pattern.hpp"

#include <gtest/gtest.h>

namespace tenon::base {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
    return Pattern::compile(pattern).value().matches(text);
}

std::string problem(std::string_view pattern) {
    const auto compiled = Pattern::compile(pattern);
    return compiled ? "fine" : compiled.error().message();
}

TEST(Pattern, matches_anywhere_unless_it_is_held_to_the_ends) {
    EXPECT_TRUE(matches("bu", ".debug_info"));
    EXPECT_TRUE(matches("", "x"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("^debug", ".debug_info"));
    EXPECT_TRUE(matches("^\\.debug_", ".debug_info"));
    EXPECT_TRUE(matches("info$", ".debug_info"));
    EXPECT_FALSE(matches("debug$", ".debug_info"));
    EXPECT_TRUE(matches("^$", ""));
    EXPECT_FALSE(matches("^$", "a"));
}

TEST(Pattern, knows_alternatives_and_groups) {
    for (const auto* const text : {"linking", "reloc.CODE", "reloc.DATA"})
        EXPECT_TRUE(matches("^(linking|reloc\\.(?:CODE|DATA))$", text)) << text;
    EXPECT_FALSE(matches("^(linking|reloc\\.(?:CODE|DATA))$", "reloc.TEXT"));
    EXPECT_FALSE(matches("^(linking|reloc\\.(?:CODE|DATA))$", "linkingreloc"));
    EXPECT_TRUE(matches("^(a||b)$", ""));
    EXPECT_TRUE(matches("^a|b|c$", "xc"));
    EXPECT_FALSE(matches("^a|b|c$", "cx"));
}

TEST(Pattern, repeats) {
    EXPECT_TRUE(matches("^ab*c$", "ac"));
    EXPECT_TRUE(matches("^ab*c$", "abbbc"));
    EXPECT_FALSE(matches("^ab+c$", "ac"));
    EXPECT_TRUE(matches("^ab+?c$", "abbc"));
    EXPECT_TRUE(matches("^ab?c$", "abc"));
    EXPECT_FALSE(matches("^ab?c$", "abbc"));
    EXPECT_TRUE(matches("^(ab|c)*$", "abcab"));
    EXPECT_FALSE(matches("^(ab|c)*$", "abca"));
    EXPECT_TRUE(matches("^((a+)+)+$", "aaa"));
    EXPECT_TRUE(matches("^(a|b){2}$", "ab"));
    for (const auto& [text, expected] :
         {std::pair{"a", false}, {"aa", true}, {"aaa", true}, {"aaaa", false}})
        EXPECT_EQ(matches("^a{2,3}$", text), expected) << text;
    EXPECT_TRUE(matches("^a{0}b{2,}$", "bbbb"));
    EXPECT_FALSE(matches("^a{0}b{2,}$", "abb"));
    EXPECT_TRUE(matches("^a{0,2}$", ""));
    EXPECT_FALSE(matches("^a{0,2}$", "aaa"));
}

TEST(Pattern, knows_classes_and_escapes) {
    EXPECT_TRUE(matches("^[a-c_]+$", "b_a"));
    EXPECT_FALSE(matches("^[^a-c_]+$", "xb"));
    EXPECT_TRUE(matches("^[]a]+$", "]a"));
    EXPECT_TRUE(matches("^[a-]+$", "-a"));
    EXPECT_TRUE(matches("^[\\[&]+$", "&["));
    EXPECT_TRUE(matches("^\\d\\D\\w\\W\\s\\S$", "1x_- y"));
    EXPECT_TRUE(matches("^[\\d.]+$", "1.2"));
    EXPECT_TRUE(matches("^[\\D]+$", "a-b"));
    EXPECT_FALSE(matches("^[\\D]+$", "a1"));
    EXPECT_TRUE(matches("^\\x41\\$\\.\\n$", "A$.\n"));
    EXPECT_FALSE(matches("^.$", "\n"));
    EXPECT_TRUE(matches("\\Ax\\z", "x"));
}

TEST(Pattern, counts_characters_and_not_bytes) {
    EXPECT_TRUE(matches("^.$", "\xe2\x82\xac"));
    EXPECT_TRUE(matches("^[\xc3\xa0-\xc3\xa9]+$", "\xc3\xa4"));
    EXPECT_TRUE(matches("^\xc3\xa4{2}$", "\xc3\xa4\xc3\xa4"));
}

TEST(Pattern, is_not_led_astray_by_text_that_nearly_matches) {
    EXPECT_FALSE(matches("^(a+)+$", std::string(100'000, 'a') + "b"));
}

TEST(Pattern, says_what_is_wrong) {
    EXPECT_EQ(problem("a("), "the pattern `a(` lacks a `)` (at byte 2)");
    EXPECT_EQ(problem("a)"), "the pattern `a)` has a `)` too many (at byte 1)");
    EXPECT_EQ(problem("*"), "the pattern `*` repeats nothing (at byte 0)");
    EXPECT_EQ(problem("a**"), "the pattern `a**` repeats what is repeated (at byte 2)");
    EXPECT_EQ(problem("[a"), "the pattern `[a` lacks a `]` (at byte 2)");
    EXPECT_EQ(problem("[b-a]"), "the pattern `[b-a]` has a range that goes backwards (at byte 4)");
    EXPECT_EQ(problem("[[:alpha:]]"), "the pattern `[[:alpha:]]` has a set in a set, which is not "
                                      "known here; a bracket itself is `\\[` (at byte 1)");
    EXPECT_EQ(problem("[a-z&&b]"),
              "the pattern `[a-z&&b]` has an operation on sets, which is not "
              "known here; characters stand there with a backslash (at byte 4)");
    EXPECT_EQ(problem("a{2"), "the pattern `a{2` lacks a `}` (at byte 3)");
    EXPECT_EQ(problem("\\q"), "the pattern `\\q` has an unknown escape `\\q` (at byte 1)");
    EXPECT_EQ(problem("\\"), "the pattern `\\` ends with `\\` (at byte 1)");
    EXPECT_EQ(problem("a{1001}"), "the pattern repeats something more than 1000 times");
    EXPECT_EQ(problem("((a{100}){100}){100}"), "the pattern is too long");
    EXPECT_EQ(problem("((((){1000}){1000}){1000})"), "the pattern is too long");
    EXPECT_EQ(problem(std::string(200, '(')), "the pattern is nested more than 100 levels deep");
}

} // namespace
} // namespace tenon::base
