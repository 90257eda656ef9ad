// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/number.hpp"

#include <cstdint>
#include <gtest/gtest.h>

namespace tenon::base {
namespace {

TEST(ParseDecimal, takes_no_more_than_the_type_holds) {
    EXPECT_EQ(parse_decimal<std::uint64_t>("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(parse_decimal<std::uint64_t>("18446744073709551616"), std::nullopt);
    EXPECT_EQ(parse_decimal<std::int64_t>("-9223372036854775808"), INT64_MIN);
    EXPECT_EQ(parse_decimal<unsigned>("4294967296"), std::nullopt);
}

TEST(ParseDecimal, takes_digits_and_nothing_else) {
    EXPECT_EQ(parse_decimal<unsigned>("007"), 7u);
    for (const auto* text : {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1e3", "-"})
        EXPECT_EQ(parse_decimal<unsigned>(text), std::nullopt) << text;
    EXPECT_EQ(parse_decimal<int>(std::string_view()), std::nullopt);
    EXPECT_EQ(parse_decimal<unsigned>(std::string_view("12x").substr(0, 2)), 12u);
}

} // namespace
} // namespace tenon::base
