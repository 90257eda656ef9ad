// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace tenon::base {
namespace {

// The neighbours of each range in ASCII: / 0 9 : @ A Z [ ` a z {
TEST(Ascii, ranges_end_where_they_should) {
    const std::string_view around = "/09:@AZ[`az{";
    std::string digits, lower, upper, letters, both;
    for (const char c : around) {
        digits += is_digit(c) ? c : '.';
        lower += is_lower(c) ? c : '.';
        upper += is_upper(c) ? c : '.';
        letters += is_letter(c) ? c : '.';
        both += is_alphanumeric(c) ? c : '.';
    }
    EXPECT_EQ(digits, ".09.........");
    EXPECT_EQ(lower, ".........az.");
    EXPECT_EQ(upper, ".....AZ.....");
    EXPECT_EQ(letters, ".....AZ..az.");
    EXPECT_EQ(both, ".09..AZ..az.");
}

TEST(Ascii, bytes_beyond_it_are_neither) {
    for (const int byte : {0x80, 0xb5, 0xe4, 0xff}) {
        const char c = static_cast<char>(byte);
        EXPECT_FALSE(is_alphanumeric(c));
        EXPECT_EQ(lower_case(c), c);
        EXPECT_EQ(upper_case(c), c);
    }
}

TEST(Ascii, hexadecimal_digits_have_values) {
    EXPECT_EQ(hex_value('0'), 0U);
    EXPECT_EQ(hex_value('9'), 9U);
    EXPECT_EQ(hex_value('a'), 10U);
    EXPECT_EQ(hex_value('F'), 15U);
    for (const char c : std::string_view("/:@G`g"))
        EXPECT_EQ(hex_value(c), std::nullopt) << c;
}

TEST(Ascii, case_is_changed_of_letters_only) {
    EXPECT_EQ(lower_case("@AZ[ Ä1"), "@az[ Ä1");
    EXPECT_EQ(upper_case("`az{ ä1"), "`AZ{ ä1");
}

} // namespace
} // namespace tenon::base
