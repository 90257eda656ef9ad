// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/utf8.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tenon::base {
namespace {

std::optional<std::size_t> invalid_in(std::string_view text) {
    return first_invalid_utf8(as_bytes(text));
}

TEST(Utf8, accepts_the_first_and_last_code_point_of_every_length) {
    using namespace std::string_view_literals;
    for (const auto text :
         {""sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv,
          "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv})
        EXPECT_EQ(invalid_in(text), std::nullopt) << text;
}

TEST(Utf8, refuses_overlong_forms) {
    EXPECT_EQ(invalid_in("\xc0\x80"), 0U);
    EXPECT_EQ(invalid_in("\xc1\xbf"), 0U);
    EXPECT_EQ(invalid_in("\xe0\x9f\xbf"), 0U);
    EXPECT_EQ(invalid_in("\xf0\x8f\xbf\xbf"), 0U);
}

TEST(Utf8, refuses_surrogates) {
    EXPECT_EQ(invalid_in("a\xed\xa0\x80"), 1U);
    EXPECT_EQ(invalid_in("a\xed\xbf\xbf"), 1U);
}

TEST(Utf8, refuses_what_is_above_10ffff) {
    EXPECT_EQ(invalid_in("\xf4\x90\x80\x80"), 0U);
    EXPECT_EQ(invalid_in("\xf5\x80\x80\x80"), 0U);
    EXPECT_EQ(invalid_in("\xf8\x88\x80\x80\x80"), 0U);
    EXPECT_EQ(invalid_in("\xff"), 0U);
}

TEST(Utf8, refuses_bytes_out_of_place) {
    EXPECT_EQ(invalid_in("ab\x80"), 2U);
    EXPECT_EQ(invalid_in("\xe2\x28\xa1"), 0U);
    EXPECT_EQ(invalid_in("\xf0\x9f\x98"), 0U); // ends too early
    EXPECT_EQ(invalid_in("\xc3\xb6\xc3"), 2U); // the second letter ends too early
    EXPECT_EQ(invalid_in("\xf0\x9f\x98"
                         "a"),
              0U); // a letter where a byte is missing
}

TEST(Utf8, finds_a_bad_byte_behind_blocks_of_ascii) {
    for (std::size_t before = 0; before < 20; ++before) {
        const auto text = std::string(before, 'x') + "\xff" + std::string(20, 'y');
        EXPECT_EQ(invalid_in(text), before);
    }
}

TEST(Utf8, code_points_are_read_and_written) {
    const std::string text = "a\xc3\xb6\xe2\x82\xac\xf0\x9f\x98\x80";
    std::string again;
    std::u32string points;
    for (std::size_t at = 0; at < text.size();) {
        points += next_code_point(text, at);
        append_utf8(again, points.back());
    }
    EXPECT_EQ(points, U"a\u00f6\u20ac\U0001f600");
    EXPECT_EQ(again, text);
}

TEST(DisplayWidth, counts_one_column_for_most_letters) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("m\xc3\xb6w"), 3U);
    EXPECT_EQ(display_width("\xd0\x96"), 1U); // Cyrillic
}

TEST(DisplayWidth, counts_two_columns_for_wide_characters) {
    EXPECT_EQ(display_width("\xe6\xbc\xa2\xe5\xad\x97"), 4U); // two ideographs
    EXPECT_EQ(display_width("\xed\x95\x9c"), 2U);             // Hangul
    EXPECT_EQ(display_width("\xef\xbc\xa1"), 2U);             // full-width A
    EXPECT_EQ(display_width("\xef\xbd\xb1"), 1U);             // half-width katakana
    EXPECT_EQ(display_width("\xf0\x9f\x9a\xbf"), 2U);         // an emoji
}

TEST(DisplayWidth, counts_nothing_for_combining_marks) {
    EXPECT_EQ(display_width("e\xcc\x81"), 1U); // e and an acute accent
    EXPECT_EQ(display_width("a\xe2\x80\x8d"
                            "b"),
              2U); // zero-width joiner
}

TEST(DisplayWidth, counts_invalid_bytes_one_by_one) {
    EXPECT_EQ(display_width("a\xff\xc3"), 3U);
}

TEST(Printable, leaves_letters_alone) {
    EXPECT_EQ(printable("m\xc3\xb6w \xe6\xbc\xa2 ~"), "m\xc3\xb6w \xe6\xbc\xa2 ~");
}

TEST(Printable, shows_control_characters_and_invalid_bytes) {
    EXPECT_EQ(printable("\x1b[31mred"), "\\u{1b}[31mred");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\u{0}");
    EXPECT_EQ(printable("\x7f"), "\\u{7f}");
    EXPECT_EQ(printable("\xc2\x9b"
                        "1m"),
              "\\u{9b}1m"); // the one-character form of ESC [
    EXPECT_EQ(printable("\x9b\xff"), "\\x9b\\xff");
    EXPECT_EQ(printable("a\r"), "a\\u{d}");
}

TEST(Printable, shows_marks_that_turn_the_direction_of_text) {
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "gpj.exe"),
              "\\u{202e}gpj.exe");
    EXPECT_EQ(printable("\xe2\x81\xa6"), "\\u{2066}");
}

TEST(Shortened, cuts_between_characters) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcd", 3), "abc…");
    EXPECT_EQ(shortened("ab\u00e9d", 3), "ab…"); // U+00E9 is two bytes
    EXPECT_EQ(shortened("ab\u00e9d", 4), "ab\u00e9…");
    EXPECT_EQ(shortened("\x80\x80", 1), "…");
}

TEST(Printable, keeps_line_feeds_only_when_asked) {
    EXPECT_EQ(printable("a\nb\tc"), "a\\u{a}b c");
    EXPECT_EQ(printable("a\nb\tc", true), "a\nb c");
}

} // namespace
} // namespace tenon::base
