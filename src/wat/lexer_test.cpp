// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/lexer.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

/// All tokens, each as a letter for its kind and its text; of a bad one the problem and its offset.
std::string tokens(std::string_view text) {
    Lexer in("t", text, 0, text.size());
    std::string out;
    for (;;) {
        const auto token = in.next();
        if (token.kind == TokenKind::end)
            return out;
        out += out.empty() ? "" : " ";
        if (token.kind == TokenKind::bad)
            return out + "bad@" + std::to_string(*in.problem().offset()) + ": " +
                   in.problem().message();
        out += "e()akisnr!"[static_cast<int>(token.kind)];
        out += token.text;
    }
}

TEST(Lexer, tells_the_kinds_of_tokens) {
    EXPECT_EQ(tokens("(func $f \"s\" 1 -2.5 nan:0x1 =a)"),
              "(( kfunc i$f s\"s\" n1 n-2.5 knan:0x1 r=a ))");
}

TEST(Lexer, strings_and_words_must_be_apart) {
    EXPECT_EQ(tokens(R"("a""b")"), R"(r"a""b")");
    EXPECT_EQ(tokens(R"(x"a")"), R"(rx"a")");
    EXPECT_EQ(tokens(R"($"a b" $"a"b)"), R"(i$"a b" r$"a"b)");
}

TEST(Lexer, comments_are_nothing) {
    EXPECT_EQ(tokens("a;;b\nc (;d (;e;) ;)f ;;"), "ka kc kf");
    EXPECT_EQ(tokens("a ;; to the carriage return\rb"), "ka kb");
    EXPECT_EQ(tokens("a (; (; ;)"), "ka bad@2: a comment that is not closed");
}

TEST(Lexer, annotations_are_passed_over_unless_known) {
    EXPECT_EQ(tokens("(@a (x) \")\" ;; )\n )b"), "kb");
    EXPECT_EQ(tokens("(@custom \"x\")"), "a(@custom s\"x\" ))");
    EXPECT_EQ(tokens("(@\"na\\6de\" x)"), "a(@\"na\\6de\" kx ))");
    EXPECT_EQ(tokens("(@ a)"), "bad@0: an annotation without a name");
    EXPECT_EQ(tokens("(@a (b)"), "bad@0: an annotation that is not closed");
}

TEST(Lexer, refuses_what_no_text_may_hold) {
    EXPECT_EQ(tokens("a \x01"), "ka bad@2: illegal character `\\u{1}`");
    EXPECT_EQ(tokens("\"a\nb\""), "bad@2: illegal character `\\0a` in a string");
    EXPECT_EQ(tokens("\"a"), "bad@0: a string that is not closed");
    EXPECT_EQ(tokens("\"\\q\""), "bad@1: an escape that strings do not have");
    EXPECT_EQ(tokens("\"\\u{d800}\""), "bad@1: an escape that strings do not have");
    EXPECT_EQ(tokens("\"\xff\""), "bad@1: malformed UTF-8");
    EXPECT_EQ(tokens("$"), "bad@0: an identifier without a name");
    EXPECT_EQ(tokens("$\"\\ef\""), "bad@1: malformed UTF-8 in an identifier");
}

TEST(Lexer, strings_are_worth_their_bytes) {
    EXPECT_EQ(string_value(R"("a\t\n\r\"\'\\\41\fF\u{20_AC}")"), "a\t\n\r\"'\\A\xff\xe2\x82\xac");
}

TEST(Lexer, a_form_is_passed_over_with_all_that_is_in_it) {
    const std::string_view text = "a (b) \")\\\"\" ;; )\n (;)(;;) ;) $\")\" ) c";
    Lexer in("t", text, 0, text.size());
    in.skip_form();
    EXPECT_EQ(in.next().text, "c");
}

TEST(Lexer, errors_show_the_place) {
    Lexer in("file.wat", "\n  bad", 0, 6);
    const auto error = in.error(Errc::malformed, "m", in.next());
    EXPECT_EQ(error.offset(), 3U);
    EXPECT_EQ(error.source()->place, (Place{2, 3, 3}));
    EXPECT_EQ(error.source()->line_text, "  bad");
}

} // namespace
} // namespace tenon::wat
