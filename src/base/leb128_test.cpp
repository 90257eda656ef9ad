// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/leb128.hpp"

#include "base/reader.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace tenon::base {
namespace {

Buffer unsigned_leb(std::uint64_t value) {
    Buffer out;
    append_unsigned_leb(out, value);
    return out;
}

Buffer signed_leb(std::int64_t value) {
    Buffer out;
    append_signed_leb(out, value);
    return out;
}

TEST(Leb128, writes_unsigned_integers_in_their_shortest_form) {
    EXPECT_EQ(unsigned_leb(0), (Buffer{0x00}));
    EXPECT_EQ(unsigned_leb(127), (Buffer{0x7f}));
    EXPECT_EQ(unsigned_leb(128), (Buffer{0x80, 0x01}));
    EXPECT_EQ(unsigned_leb(16383), (Buffer{0xff, 0x7f}));
    EXPECT_EQ(unsigned_leb(16384), (Buffer{0x80, 0x80, 0x01}));
    EXPECT_EQ(unsigned_leb(624485), (Buffer{0xe5, 0x8e, 0x26}));
    EXPECT_EQ(unsigned_leb(0xffffffff), (Buffer{0xff, 0xff, 0xff, 0xff, 0x0f}));
    EXPECT_EQ(unsigned_leb(std::numeric_limits<std::uint64_t>::max()),
              (Buffer{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}));
}

TEST(Leb128, writes_signed_integers_in_their_shortest_form) {
    EXPECT_EQ(signed_leb(0), (Buffer{0x00}));
    EXPECT_EQ(signed_leb(-1), (Buffer{0x7f}));
    EXPECT_EQ(signed_leb(63), (Buffer{0x3f}));
    EXPECT_EQ(signed_leb(64), (Buffer{0xc0, 0x00}));
    EXPECT_EQ(signed_leb(-64), (Buffer{0x40}));
    EXPECT_EQ(signed_leb(-65), (Buffer{0xbf, 0x7f}));
    EXPECT_EQ(signed_leb(-123456), (Buffer{0xc0, 0xbb, 0x78}));
    EXPECT_EQ(signed_leb(std::numeric_limits<std::int64_t>::min()),
              (Buffer{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}));
}

TEST(Leb128, appends_behind_what_is_there) {
    Buffer out{0xaa};
    append_unsigned_leb(out, 300);
    EXPECT_EQ(out, (Buffer{0xaa, 0xac, 0x02}));
}

TEST(Leb128, knows_the_size_before_writing) {
    EXPECT_EQ(unsigned_leb_size(0), 1U);
    EXPECT_EQ(unsigned_leb_size(127), 1U);
    EXPECT_EQ(unsigned_leb_size(128), 2U);
    EXPECT_EQ(unsigned_leb_size(0xffffffff), 5U);
    EXPECT_EQ(unsigned_leb_size(std::numeric_limits<std::uint64_t>::max()), 10U);
}

// Around every power of two, where the number of bytes or the sign bit changes.
TEST(Leb128, is_read_back_by_the_reader) {
    for (int bit = 0; bit < 64; ++bit)
        for (const int step : {-1, 0, 1}) {
            const auto value = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(step);
            const auto plain = unsigned_leb(value);
            EXPECT_EQ(plain.size(), unsigned_leb_size(value));
            EXPECT_EQ(Reader(plain).u64().value(), value);
            const auto as_signed = static_cast<std::int64_t>(value);
            EXPECT_EQ(Reader(signed_leb(as_signed)).s64().value(), as_signed);
        }
}

} // namespace
} // namespace tenon::base
