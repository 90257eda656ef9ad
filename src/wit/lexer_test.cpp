// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/lexer.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace tenon::wit {
namespace {

std::vector<Tok> kinds(std::string text) {
    Sources sources;
    const auto file = sources.add("test.wit", std::move(text));
    auto in = TokenStream::open(sources, file);
    std::vector<Tok> out;
    while (in) {
        const auto token = in->next();
        if (!token || token->kind == Tok::end)
            break;
        out.push_back(token->kind);
    }
    return out;
}

/// `column: message` of the first error.
std::string problem(std::string text) {
    Sources sources;
    const auto file = sources.add("test.wit", std::move(text));
    auto in = TokenStream::open(sources, file);
    if (!in)
        return std::to_string(in.error().source()->place.column) + ": " + in.error().message();
    for (;;) {
        const auto token = in->next();
        if (!token)
            return std::to_string(token.error().source()->place.column) + ": " +
                   token.error().message();
        if (token->kind == Tok::end)
            return "none";
    }
}

TEST(Lexer, cuts_marks_and_words) {
    EXPECT_EQ(kinds("a: func() -> u8;"),
              (std::vector{Tok::id, Tok::colon, Tok::kw_func, Tok::left_paren, Tok::right_paren,
                           Tok::arrow, Tok::kw_u8, Tok::semicolon}));
}

TEST(Lexer, skips_a_byte_order_mark_and_carriage_returns) {
    EXPECT_EQ(kinds("\xef\xbb\xbf"
                    "world\r\n{"),
              (std::vector{Tok::kw_world, Tok::left_brace}));
}

TEST(Lexer, takes_a_keyword_with_percent_as_a_name) {
    Sources sources;
    const auto file = sources.add("test.wit", "%world");
    auto in = TokenStream::open(sources, file);
    ASSERT_TRUE(in.has_value());
    const auto token = in->next();
    ASSERT_TRUE(token.has_value());
    EXPECT_EQ(token->kind, Tok::id);
    EXPECT_EQ(token->text, "world");
    EXPECT_EQ(token->span.end, 6U);
}

TEST(Lexer, nests_block_comments) {
    EXPECT_EQ(kinds("/* a /* b */ c */ use"), std::vector{Tok::kw_use});
    EXPECT_EQ(problem("x /* /* */"), "3: unterminated block comment");
}

TEST(Lexer, refuses_characters_that_are_forbidden_even_in_comments) {
    EXPECT_EQ(problem("// \xe2\x80\xae"), "4: character U+202E is not allowed in WIT text");
    EXPECT_EQ(problem("// \xc5\x89"), "4: character U+0149 is not allowed in WIT text");
    EXPECT_EQ(problem("// \x01"), "4: character U+0001 is not allowed in WIT text");
    EXPECT_EQ(problem("a \xff"), "3: invalid UTF-8 in WIT text");
}

TEST(Lexer, refuses_names_that_are_not_in_kebab_case) {
    EXPECT_EQ(problem("fooBar"), "1: invalid identifier `fooBar`");
    EXPECT_EQ(problem("foo_bar"), "1: invalid identifier `foo_bar`");
    EXPECT_EQ(problem("foo--bar"), "1: invalid identifier `foo--bar`");
    EXPECT_EQ(problem("%1a"), "1: invalid identifier `1a`");
    EXPECT_EQ(problem("foo-"), "1: invalid identifier `foo-`");
}

TEST(Lexer, takes_acronyms_and_words_that_begin_with_digits) {
    EXPECT_EQ(identifier_problem("HTTP-2-server"), "");
    EXPECT_EQ(identifier_problem("a1-2b"), "");
    EXPECT_NE(identifier_problem("Http"), "");
}

TEST(Lexer, proposes_kebab_case) {
    EXPECT_EQ(kebab_case("fooBar"), "foo-bar");
    EXPECT_EQ(kebab_case("Foo_bar__2"), "foo-bar-2");
    EXPECT_EQ(kebab_case("1a"), "");
}

TEST(Lexer, leaves_the_last_dot_of_a_version_to_use) {
    Sources sources;
    const auto file = sources.add("test.wit", "1.0.0-x.{");
    auto in = TokenStream::open(sources, file);
    ASSERT_TRUE(in.has_value());
    const auto version = in->version();
    ASSERT_TRUE(version.has_value());
    EXPECT_EQ(version->text, "1.0.0-x");
    EXPECT_EQ(in->next().value_or(Token()).kind, Tok::dot);
}

std::string content(std::string text) {
    Sources sources;
    const auto file = sources.add("test.wit", std::move(text));
    auto in = TokenStream::open(sources, file);
    const auto token = in->next();
    if (!token)
        return token.error().message();
    auto read = string_content(*in, *token);
    return read ? *read : read.error().message();
}

TEST(Lexer, resolves_escapes) {
    EXPECT_EQ(content(R"("a\n\"\\\u{e9}\41")"), "a\n\"\\\xc3\xa9"
                                                "A");
    EXPECT_EQ(content(R"("\q")"), "invalid escape in a string");
    EXPECT_EQ(content(R"("\u{110000}")"), "invalid escape in a string");
    EXPECT_EQ(content(R"("\u{}")"), "invalid escape in a string");
    EXPECT_EQ(content(R"("\ff")"), "string is not valid UTF-8");
    EXPECT_EQ(content("\"a\n\""), "unterminated string literal");
    EXPECT_EQ(content("\"a\\"), "unterminated string literal");
}

TEST(Lexer, writes_strings_that_read_back) {
    const std::string text = "a\"\\\n\x01\xe2\x80\xae\xc3\xa9";
    EXPECT_EQ(content(string_literal(text)), text);
}

} // namespace
} // namespace tenon::wit
