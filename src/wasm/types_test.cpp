// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/types.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

std::string hex(const Buffer& bytes) {
    std::string out;
    for (const auto byte : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

/// What is read is written again; what is left over is shown behind a bar.
template <class Read> std::string again(const Buffer& bytes, Read read) {
    Reader in(bytes);
    const auto type = read(in);
    if (!type)
        return std::string(errc_name(type.error().code())) + " @" +
               std::to_string(type.error().offset().value_or(999)) + " " + type.error().message();
    Buffer out;
    append(out, *type);
    return hex(out) + (in.at_end() ? "" : "|" + hex(Buffer(in.rest().begin(), in.rest().end())));
}

TEST(CoreTypes, value_types_are_what_they_were) {
    for (const Buffer& bytes :
         {Buffer{0x7f}, Buffer{0x7b}, Buffer{0x70}, Buffer{0x74}, Buffer{0x64, 0x70},
          Buffer{0x63, 0x05}, Buffer{0x64, 0xc0, 0x00}, Buffer{0x63, 0xbf, 0x84, 0x3d}})
        EXPECT_EQ(again(bytes, read_val_type), hex(bytes));
    EXPECT_EQ(again({0x63, 0x6f, 0x01}, read_val_type), "6f|01"); // the long form of externref
}

TEST(CoreTypes, value_type_knows_what_it_refers_to) {
    constexpr auto type = ValType::ref_to(999'999, false);
    EXPECT_EQ(type.type(), 999'999u);
    EXPECT_FALSE(type.is_nullable());
    EXPECT_TRUE(type.is_reference());
    EXPECT_EQ(ValType::ref(Heap::exn, true).heap(), Heap::exn);
    EXPECT_FALSE(ValType(ValType::Kind::v128).is_reference());
}

TEST(CoreTypes, refuses_codes_that_no_type_has) {
    EXPECT_EQ(again({0x7a}, read_val_type), "malformed @0 no value type has the code 0x7a");
    EXPECT_EQ(again({0x63, 0x75}, read_val_type), "malformed @1 no heap type has the code 0x75");
    EXPECT_EQ(again({0x64, 0xf0, 0x7f}, read_val_type),
              "malformed @1 a heap type's code is one byte");
    EXPECT_EQ(again({0x63, 0xc0, 0x84, 0x3d}, read_val_type),
              "limit @1 type index 1000000 is beyond the limit of 1000000");
    EXPECT_EQ(again({0x61}, read_rec_type), "malformed @0 no type begins with 0x61");
}

TEST(CoreTypes, recursive_groups_and_subtypes_are_what_they_were) {
    const Buffer group{0x4e, 0x02, 0x50, 0x00, 0x5f, 0x02, 0x78, 0x01, 0x63,
                       0x01, 0x00, 0x4f, 0x01, 0x00, 0x5e, 0x7e, 0x01};
    EXPECT_EQ(again(group, read_rec_type), hex(group));
    const Buffer func{0x60, 0x02, 0x7f, 0x7e, 0x01, 0x7c};
    EXPECT_EQ(again(func, read_rec_type), hex(func));
    EXPECT_EQ(again({0x5e, 0x7e, 0x02}, read_rec_type),
              "malformed @2 mutability is 0 or 1, not 0x02");
}

TEST(CoreTypes, external_types_are_what_they_were) {
    for (const Buffer& bytes :
         {Buffer{0x00, 0x07}, Buffer{0x01, 0x70, 0x01, 0x0a, 0x14}, Buffer{0x02, 0x00, 0x01},
          Buffer{0x02, 0x0f, 0x01, 0x02, 0x00}, Buffer{0x03, 0x7f, 0x01}, Buffer{0x04, 0x00, 0x03}})
        EXPECT_EQ(again(bytes, read_extern_type), hex(bytes));
    EXPECT_EQ(again({0x01, 0x7f, 0x00, 0x01}, read_extern_type),
              "malformed @1 a table holds references");
    EXPECT_EQ(again({0x01, 0x70, 0x08, 0x01}, read_extern_type),
              "malformed @2 no limits begin with 0x08");
    EXPECT_EQ(again({0x04, 0x01, 0x00}, read_extern_type),
              "malformed @1 no tag has the attribute 0x01");
}

TEST(CoreTypes, limits_have_sixty_four_bits_whatever_the_addresses_have) {
    const Buffer memory{0x02, 0x00, 0x80, 0x80, 0x80, 0x80, 0x10}; // 2^32 pages
    EXPECT_EQ(again(memory, read_extern_type), hex(memory));
}

TEST(CoreTypes, a_count_reserves_no_more_than_there_are_bytes) {
    EXPECT_EQ(again({0x60, 0xe8, 0x07, 0x7f}, read_rec_type).substr(0, 9), "truncated");
}

} // namespace
} // namespace tenon::wasm
