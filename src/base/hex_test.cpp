// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace tenon::base {
namespace {

TEST(Hex, has_two_digits_a_byte_in_the_case_asked_for) {
    const Buffer bytes{0x00, 0x0f, 0xa5, 0xff};
    EXPECT_EQ(lower_hex(bytes), "000fa5ff");
    EXPECT_EQ(upper_hex(bytes), "000FA5FF");
    EXPECT_EQ(lower_hex({}), "");
}

} // namespace
} // namespace tenon::base
