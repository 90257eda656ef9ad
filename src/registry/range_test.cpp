// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/range.hpp"

#include <gtest/gtest.h>

namespace tenon::registry {
namespace {

constexpr std::uint64_t size = 2048; // as the conformance suite has it
constexpr Selection whole{};
constexpr Selection unsatisfiable{Selection::Kind::unsatisfiable, 0, 0};

Selection part(std::uint64_t offset, std::uint64_t length) {
    return {Selection::Kind::part, offset, length};
}

TEST(Range, selects_from_first_to_last) {
    EXPECT_EQ(select_range("bytes=500-1499", size), part(500, 1000));
    EXPECT_EQ(select_range("bytes=0-0", size), part(0, 1));
}

TEST(Range, without_last_selects_the_rest) {
    EXPECT_EQ(select_range("bytes=500-", size), part(500, 1548));
    EXPECT_EQ(select_range("bytes=2047-", size), part(2047, 1));
}

TEST(Range, suffix_selects_the_end) {
    EXPECT_EQ(select_range("bytes=-500", size), part(1548, 500));
    EXPECT_EQ(select_range("bytes=-5000", size), part(0, 2048));
    EXPECT_EQ(select_range("bytes=-0", size), unsatisfiable);
}

TEST(Range, last_beyond_the_end_is_cut) {
    EXPECT_EQ(select_range("bytes=2000-5000", size), part(2000, 48));
    EXPECT_EQ(select_range("bytes=0-99999999999999999999999", size), part(0, 2048));
}

TEST(Range, that_ends_before_it_begins_is_unsatisfiable) {
    EXPECT_EQ(select_range("bytes=500-0", size), unsatisfiable);
}

TEST(Range, that_begins_behind_the_end_is_unsatisfiable) {
    EXPECT_EQ(select_range("bytes=5000-10000", size), unsatisfiable);
    EXPECT_EQ(select_range("bytes=2048-", size), unsatisfiable);
    EXPECT_EQ(select_range("bytes=99999999999999999999999-", size), unsatisfiable);
    EXPECT_EQ(select_range("bytes=0-", 0), unsatisfiable);
}

TEST(Range, unit_is_read_without_regard_to_case) {
    EXPECT_EQ(select_range("Bytes=0-9", size), part(0, 10));
}

TEST(Range, several_ranges_and_nonsense_select_the_whole) {
    for (const auto* field : {"bytes=0-1,5-6", "items=0-1", "bytes=", "bytes=-", "bytes=a-b",
                              "bytes=1", "bytes=+1-2", "0-1", "", "bytes=--5", "bytes=1-2-3"})
        EXPECT_EQ(select_range(field, size), whole) << field;
}

TEST(Range, suffix_of_an_empty_representation_selects_the_whole) {
    EXPECT_EQ(select_range("bytes=-5", 0), whole);
}

TEST(ChunkRange, is_two_numbers) {
    EXPECT_EQ(parse_chunk_range("0-1023"), (ChunkRange{0, 1023}));
    EXPECT_EQ(parse_chunk_range("5-5"), (ChunkRange{5, 5}));
}

TEST(ChunkRange, may_have_unit_and_size) {
    EXPECT_EQ(parse_chunk_range("bytes 0-1023/2048"), (ChunkRange{0, 1023}));
    EXPECT_EQ(parse_chunk_range("bytes 0-1023/*"), (ChunkRange{0, 1023}));
    EXPECT_EQ(parse_chunk_range("bytes=0-1023"), (ChunkRange{0, 1023}));
}

TEST(ChunkRange, is_nothing_for_all_else) {
    for (const auto* field : {"", "-", "0-", "-5", "5-4", "a-b", "0x0-5", "1 - 2", "0-5/x",
                              "0-18446744073709551615", "0-18446744073709551616", "bytes0-1"})
        EXPECT_EQ(parse_chunk_range(field), std::nullopt) << field;
}

} // namespace
} // namespace tenon::registry
