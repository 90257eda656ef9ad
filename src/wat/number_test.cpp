// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/number.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

constexpr auto malformed = std::unexpected(NumberProblem::malformed);
constexpr auto out_of_range = std::unexpected(NumberProblem::out_of_range);

TEST(Number, integers_have_both_ranges) {
    EXPECT_EQ(parse_integer("4294967295", 32), -1);
    EXPECT_EQ(parse_integer("-2147483648", 32), -2147483648LL);
    EXPECT_EQ(parse_integer("+0x7F", 8), 127);
    EXPECT_EQ(parse_integer("0xff", 8), -1);
    EXPECT_EQ(parse_integer("0xffff_ffff_ffff_ffff", 64), -1);
    EXPECT_EQ(parse_integer("-0x8000_0000_0000_0000", 64), INT64_MIN);
    EXPECT_EQ(parse_integer("4294967296", 32), out_of_range);
    EXPECT_EQ(parse_integer("-2147483649", 32), out_of_range);
    EXPECT_EQ(parse_integer("18446744073709551616", 64), out_of_range);
    EXPECT_EQ(parse_integer("-129", 8), out_of_range);
}

TEST(Number, digits_and_underscores_have_their_places) {
    EXPECT_EQ(parse_integer("1_000", 32), 1000);
    for (const auto* const text : {"", "-", "_1", "1_", "1__0", "0x", "0x_1", "1a", "0xg", "- 1"})
        EXPECT_EQ(parse_integer(text, 32), malformed) << text;
    EXPECT_EQ(parse_unsigned("+1", 32), malformed);
    EXPECT_EQ(parse_unsigned("256", 8), out_of_range);
}

TEST(Number, decimal_floats_are_the_nearest) {
    EXPECT_EQ(parse_f32("1"), 0x3f800000U);
    EXPECT_EQ(parse_f32("-0.1"), 0xbdcccccdU);
    EXPECT_EQ(parse_f32("1_0.2_5e-1"), 0x3f833333U);
    EXPECT_EQ(parse_f32("3."), 0x40400000U);
    EXPECT_EQ(parse_f64("0.1"), 0x3fb999999999999aU);
    EXPECT_EQ(parse_f32("16777217"), 0x4b800000U); // between two, to the even one
    EXPECT_EQ(parse_f32("16777219"), 0x4b800002U);
    EXPECT_EQ(parse_f64("-0"), 0x8000000000000000U);
}

TEST(Number, too_small_is_zero_and_too_large_an_error) {
    EXPECT_EQ(parse_f32("1e-60"), 0U);
    EXPECT_EQ(parse_f64("-1e-999999999999999999999"), 0x8000000000000000U);
    EXPECT_EQ(parse_f64("0e999999999999999999999"), 0U);
    EXPECT_EQ(parse_f32("1e-45"), 1U);
    EXPECT_EQ(parse_f32("3.4028235e38"), 0x7f7fffffU);
    EXPECT_EQ(parse_f32("3.4028236e38"), out_of_range);
    EXPECT_EQ(parse_f32("1e39"), out_of_range);
    EXPECT_EQ(parse_f64("1e309"), out_of_range);
    EXPECT_EQ(parse_f64("0.000001e999999999999999999999"), out_of_range);
}

TEST(Number, hexadecimal_floats_are_the_nearest) {
    EXPECT_EQ(parse_f32("0x1.8p3"), 0x41400000U);
    EXPECT_EQ(parse_f32("0x1.000001p0"), 0x3f800000U); // a tie, to the even one
    EXPECT_EQ(parse_f32("0x1.000003p0"), 0x3f800002U); // a tie, up to the even one
    EXPECT_EQ(parse_f32("0x1.00000100000000000000000001p0"), 0x3f800001U);
    EXPECT_EQ(parse_f32("0x1p-149"), 1U);
    EXPECT_EQ(parse_f32("0x1p-150"), 0U);
    EXPECT_EQ(parse_f32("0x1.8p-150"), 1U);
    EXPECT_EQ(parse_f32("0x1.fffffep-127"), 0x00800000U); // a subnormal that becomes normal
    EXPECT_EQ(parse_f32("0x1.fffffep127"), 0x7f7fffffU);
    EXPECT_EQ(parse_f32("0x1.ffffffp127"), out_of_range);
    EXPECT_EQ(parse_f64("0x1p1023"), 0x7fe0000000000000U);
    EXPECT_EQ(parse_f64("0x1p1024"), out_of_range);
    EXPECT_EQ(parse_f64("0x0.0p99999999999"), 0U);
    EXPECT_EQ(parse_f64("-0x1.921fb54442d18p1"), 0xc00921fb54442d18U);
    EXPECT_EQ(parse_f64("0x1p-99999999999999999999"), 0U);
    EXPECT_EQ(parse_f64("0x123456789abcdef01"), 0x43f23456789abcdfU);
}

TEST(Number, infinity_and_nans) {
    EXPECT_EQ(parse_f32("-inf"), 0xff800000U);
    EXPECT_EQ(parse_f32("nan"), 0x7fc00000U);
    EXPECT_EQ(parse_f64("-nan:0x1"), 0xfff0000000000001U);
    EXPECT_EQ(parse_f32("nan:0x7f_ffff"), 0x7fffffffU);
    EXPECT_EQ(parse_f32("nan:0x80_0000"), out_of_range);
    EXPECT_EQ(parse_f32("nan:0x0"), out_of_range);
    EXPECT_EQ(parse_f32("nan:1"), malformed);
}

TEST(Number, parts_of_floats_have_their_places) {
    for (const auto* const text :
         {"", ".5", "1e", "1e+", "1.e_1", "0x1.p", "1p3", "0x", "0x.8", "1._5", "1_.5", "in", "1f"})
        EXPECT_EQ(parse_f64(text), malformed) << text;
}

} // namespace
} // namespace tenon::wat
