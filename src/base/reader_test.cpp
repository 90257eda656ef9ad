// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/reader.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace tenon::base {
namespace {

template <class T> void expect_error(const Result<T>& result, Errc code, std::uint64_t offset,
                                     std::string_view message) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().offset(), offset);
    EXPECT_EQ(result.error().message(), message);
}

// Reads one integer and expects that nothing is left.
#define TENON_READS(method, value, ...)                                                            \
    do {                                                                                           \
        const Buffer bytes{__VA_ARGS__};                                                           \
        Reader in(bytes);                                                                          \
        const auto result = in.method();                                                           \
        ASSERT_TRUE(result) << result.error().message();                                           \
        EXPECT_EQ(*result, value);                                                                 \
        EXPECT_TRUE(in.at_end());                                                                  \
    } while (false)
// Expects an error at an offset.
#define TENON_REFUSES(method, code, offset, message, ...)                                          \
    do {                                                                                           \
        const Buffer bytes{__VA_ARGS__};                                                           \
        expect_error(Reader(bytes).method(), code, offset, message);                               \
    } while (false)

constexpr std::string_view too_long = "integer representation too long";
constexpr std::string_view too_large = "integer too large";
constexpr std::string_view one_more = "unexpected end: 1 more byte wanted here, 0 left";

// --- LEB128, https://webassembly.github.io/spec/core/binary/values.html#integers

TEST(ReaderU32, reads_values_of_every_length) {
    TENON_READS(u32, 0U, 0x00);
    TENON_READS(u32, 127U, 0x7f);
    TENON_READS(u32, 128U, 0x80, 0x01);
    TENON_READS(u32, 624485U, 0xe5, 0x8e, 0x26);
    TENON_READS(u32, 0x0fffffffU, 0xff, 0xff, 0xff, 0x7f);
    TENON_READS(u32, 0xffffffffU, 0xff, 0xff, 0xff, 0xff, 0x0f);
}

TEST(ReaderU32, reads_padded_values) {
    TENON_READS(u32, 3U, 0x83, 0x00);
    TENON_READS(u32, 0U, 0x80, 0x80, 0x80, 0x80, 0x00);
    TENON_READS(u32, 127U, 0xff, 0x80, 0x80, 0x80, 0x00);
}

TEST(ReaderU32, refuses_a_sixth_byte) {
    TENON_REFUSES(u32, Errc::malformed, 4U, too_long, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
}

TEST(ReaderU32, refuses_unused_bits_that_are_set) {
    TENON_REFUSES(u32, Errc::malformed, 4U, too_large, 0x83, 0x80, 0x80, 0x80, 0x10);
    TENON_REFUSES(u32, Errc::malformed, 4U, too_large, 0xff, 0xff, 0xff, 0xff, 0x1f);
    TENON_REFUSES(u32, Errc::malformed, 4U, too_large, 0x80, 0x80, 0x80, 0x80, 0x70);
    TENON_REFUSES(u32, Errc::malformed, 4U, too_large, 0x80, 0x80, 0x80, 0x80, 0x40);
}

TEST(ReaderU32, ends_where_the_input_ends) {
    TENON_REFUSES(u32, Errc::truncated, 0U, one_more);
    TENON_REFUSES(u32, Errc::truncated, 1U, one_more, 0x80);
    TENON_REFUSES(u32, Errc::truncated, 4U, one_more, 0xff, 0xff, 0xff, 0xff);
}

TEST(ReaderU64, reads_values_of_every_length) {
    TENON_READS(u64, 0U, 0x00);
    TENON_READS(u64, 1ULL << 35, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01);
    TENON_READS(u64, std::numeric_limits<std::uint64_t>::max(), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0x01);
    TENON_READS(u64, 0U, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
}

TEST(ReaderU64, refuses_an_eleventh_byte_and_unused_bits) {
    TENON_REFUSES(u64, Errc::malformed, 9U, too_long, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                  0x80, 0x80, 0x80, 0x00);
    TENON_REFUSES(u64, Errc::malformed, 9U, too_large, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                  0xff, 0xff, 0x02);
    TENON_REFUSES(u64, Errc::malformed, 9U, too_large, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                  0xff, 0xff, 0x7f);
}

TEST(ReaderS32, reads_values_of_both_signs) {
    TENON_READS(s32, 0, 0x00);
    TENON_READS(s32, 63, 0x3f);
    TENON_READS(s32, -64, 0x40);
    TENON_READS(s32, -1, 0x7f);
    TENON_READS(s32, 64, 0xc0, 0x00);
    TENON_READS(s32, -65, 0xbf, 0x7f);
    TENON_READS(s32, -123456, 0xc0, 0xbb, 0x78);
    TENON_READS(s32, std::numeric_limits<std::int32_t>::max(), 0xff, 0xff, 0xff, 0xff, 0x07);
    TENON_READS(s32, std::numeric_limits<std::int32_t>::min(), 0x80, 0x80, 0x80, 0x80, 0x78);
}

TEST(ReaderS32, reads_padded_values) {
    TENON_READS(s32, 0, 0x80, 0x80, 0x80, 0x80, 0x00);
    TENON_READS(s32, -1, 0xff, 0xff, 0xff, 0xff, 0x7f);
    TENON_READS(s32, -2, 0xfe, 0x7f);
}

TEST(ReaderS32, refuses_a_sixth_byte) {
    TENON_REFUSES(s32, Errc::malformed, 4U, too_long, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
    TENON_REFUSES(s32, Errc::malformed, 4U, too_long, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
}

TEST(ReaderS32, refuses_unused_bits_that_are_not_the_sign) {
    TENON_REFUSES(s32, Errc::malformed, 4U, too_large, 0x83, 0x80, 0x80, 0x80, 0x10);
    TENON_REFUSES(s32, Errc::malformed, 4U, too_large, 0x80, 0x80, 0x80, 0x80, 0x70);
    TENON_REFUSES(s32, Errc::malformed, 4U, too_large, 0xff, 0xff, 0xff, 0xff, 0x0f);
    TENON_REFUSES(s32, Errc::malformed, 4U, too_large, 0xff, 0xff, 0xff, 0xff, 0x4f);
    TENON_REFUSES(s32, Errc::malformed, 4U, too_large, 0xff, 0xff, 0xff, 0xff, 0xf7);
}

TEST(ReaderS33, has_one_bit_more) {
    TENON_READS(s33, 0xffffffffLL, 0xff, 0xff, 0xff, 0xff, 0x0f);
    TENON_READS(s33, -0x100000000LL, 0x80, 0x80, 0x80, 0x80, 0x70);
    TENON_READS(s33, -1, 0x7f);
    TENON_READS(s33, -64, 0x40);
    TENON_REFUSES(s33, Errc::malformed, 4U, too_large, 0x80, 0x80, 0x80, 0x80, 0x10);
    TENON_REFUSES(s33, Errc::malformed, 4U, too_large, 0x80, 0x80, 0x80, 0x80, 0x60);
    TENON_REFUSES(s33, Errc::malformed, 4U, too_long, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
}

TEST(ReaderS64, reads_values_of_both_signs) {
    TENON_READS(s64, -1, 0x7f);
    TENON_READS(s64, std::numeric_limits<std::int64_t>::max(), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0x00);
    TENON_READS(s64, std::numeric_limits<std::int64_t>::min(), 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                0x80, 0x80, 0x80, 0x7f);
}

TEST(ReaderS64, refuses_an_eleventh_byte_and_unused_bits_that_are_not_the_sign) {
    TENON_REFUSES(s64, Errc::malformed, 9U, too_long, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                  0x80, 0x80, 0x80, 0x00);
    TENON_REFUSES(s64, Errc::malformed, 9U, too_large, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                  0xff, 0xff, 0x01);
    TENON_REFUSES(s64, Errc::malformed, 9U, too_large, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                  0x80, 0x80, 0x7e);
    TENON_REFUSES(s64, Errc::truncated, 2U, one_more, 0xff, 0xff);
}

// --- everything else

TEST(Reader, reads_fixed_width_integers_low_byte_first) {
    TENON_READS(fixed_u32, 0x04030201U, 1, 2, 3, 4);
    TENON_READS(fixed_u64, 0x0807060504030201ULL, 1, 2, 3, 4, 5, 6, 7, 8);
    TENON_REFUSES(fixed_u32, Errc::truncated, 3U,
                  "unexpected end: 4 more bytes wanted here, 3 left", 1, 2, 3);
    TENON_REFUSES(fixed_u64, Errc::truncated, 5U,
                  "unexpected end: 8 more bytes wanted here, 5 left", 1, 2, 3, 4, 5);
}

TEST(Reader, counts_offsets_from_its_base) {
    const Buffer bytes{1, 0xff, 0xff, 0xff, 0xff, 0x7f};
    Reader in(bytes, 0x1000);
    EXPECT_EQ(in.offset(), 0x1000U);
    EXPECT_EQ(in.u8().value(), 1);
    EXPECT_EQ(in.offset(), 0x1001U);
    EXPECT_EQ(in.remaining(), 5U);
    expect_error(in.u32(), Errc::malformed, 0x1005, too_large);
}

TEST(Reader, gives_bytes_without_copying) {
    const Buffer bytes{1, 2, 3, 4};
    Reader in(bytes);
    const auto two = in.bytes(2).value();
    EXPECT_EQ(two.data(), bytes.data());
    EXPECT_EQ(two.size(), 2U);
    EXPECT_EQ(in.rest().data(), bytes.data() + 2);
    EXPECT_TRUE(in.skip(2));
    EXPECT_TRUE(in.bytes(0));
    EXPECT_TRUE(in.at_end());
}

TEST(Reader, does_not_move_when_too_much_is_asked_for) {
    const Buffer bytes{1, 2, 3};
    Reader in(bytes, 10);
    expect_error(in.bytes(4), Errc::truncated, 13,
                 "unexpected end: 4 more bytes wanted here, 3 left");
    expect_error(in.skip(std::numeric_limits<std::uint64_t>::max()), Errc::truncated, 13,
                 "unexpected end: 18446744073709551615 more bytes wanted here, 3 left");
    EXPECT_EQ(in.offset(), 10U);
}

TEST(Reader, of_nothing_is_at_its_end) {
    Reader in({});
    EXPECT_TRUE(in.at_end());
    expect_error(in.u8(), Errc::truncated, 0, one_more);
    EXPECT_TRUE(in.bytes(0));
}

TEST(Reader, reads_names) {
    const Buffer bytes{4, 'm', 0xc3, 0xb6, 'w', 0};
    Reader in(bytes);
    EXPECT_EQ(in.name().value(), "m\xc3\xb6w");
    EXPECT_EQ(in.name().value(), "");
    EXPECT_TRUE(in.at_end());
}

TEST(Reader, refuses_names_that_are_too_long_or_no_utf8) {
    TENON_REFUSES(name, Errc::truncated, 3U, "unexpected end: 5 more bytes wanted here, 2 left", 5,
                  'a', 'b');
    TENON_REFUSES(name, Errc::malformed, 3U, "malformed UTF-8 encoding", 4, 'a', 'b', 0xff, 'c');
}

TEST(Reader, errors_show_the_bytes_around_their_offset) {
    Buffer bytes(40, 0x55);
    bytes[30] = 0xff;
    const Reader in(bytes, 0x100);
    const auto error = in.error_at(0x100 + 30, Errc::invalid, "odd byte", 3);
    ASSERT_TRUE(error.bytes());
    EXPECT_EQ(error.bytes()->window_offset, 0x100U + 22);
    EXPECT_EQ(error.bytes()->window.size(), 16U);
    EXPECT_EQ(error.bytes()->window[8], 0xff);
    EXPECT_EQ(error.bytes()->length, 3U);
}

} // namespace
} // namespace tenon::base
