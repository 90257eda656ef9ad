// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Unpacking on several threads: what is cut into pieces that stand alone, what only looks so, and
// what is broken must give what one thread gives, to the byte of the error.
#include "pack/parallel_inflate.hpp"

#include "pack/read_ahead.hpp"
#include "pack/test_deflate.hpp"
#include "pack/test_gzip.hpp"

#include <gtest/gtest.h>

namespace tenon::pack {
namespace {

using namespace test;

constexpr std::size_t gzip_header_size = 10;

void append(Buffer& all, Bytes bytes) {
    all.insert(all.end(), bytes.begin(), bytes.end());
}

struct Pieces {
    std::vector<std::size_t> sizes; // of each, packed
    Buffer unpacked;
    Buffer rest;
    Buffer window;
};
Pieces pieces_of(Bytes packed, unsigned threads, ParallelInflate::Sizes sizes = {}) {
    MemorySource memory(packed.subspan(gzip_header_size + 3));
    ParallelInflate inflate(memory, packed.subspan(gzip_header_size, 3), threads, sizes);
    Pieces all;
    while (const auto piece = inflate.next({}).value()) {
        all.sizes.push_back(piece->packed_size);
        EXPECT_EQ(piece->crc, crc32(0, piece->unpacked));
        append(all.unpacked, piece->unpacked);
    }
    all.rest = inflate.rest({}).value();
    append(all.window, inflate.window());
    return all;
}

/// All that can be said about unpacking something.
std::string story(Bytes packed, GzipSource::Mode mode, unsigned threads) {
    const auto unpacked = unpack(packed, mode, {}, threads);
    if (unpacked)
        return std::to_string(unpacked->bytes.size()) + " bytes, " +
               std::to_string(crc32(0, unpacked->bytes)) + ", behind " +
               std::to_string(static_cast<int>(unpacked->behind));
    const auto& error = unpacked.error();
    return std::to_string(static_cast<int>(error.code())) + " " + error.message() + " " +
           std::to_string(error.offset().value_or(0));
}
void expect_same(Bytes packed) {
    const auto alone = story(packed, GzipSource::Mode::plain, 1);
    for (const unsigned threads : {1U, 2U})
        EXPECT_EQ(story(packed, GzipSource::Mode::parallel, threads), alone);
}

/// Small chunks, each flushed.
Buffer small_chunks(std::size_t count) {
    const auto content = noise(3000 * count);
    PlainGzip gzip(1);
    for (std::size_t i = 0; i < count; ++i)
        gzip.write(Bytes(content).subspan(3000 * i, 3000)).full_flush();
    return gzip.finish();
}

TEST(ParallelInflate, takes_the_chunks_of_our_own_writer) {
    const auto first = text(3'500'000);
    const auto second = noise(2'000'000);
    auto content = first;
    append(content, second);
    const auto packed = pack({first, second});
    for (const unsigned threads : {0U, 1U, 3U}) {
        const auto all = pieces_of(packed, threads);
        EXPECT_EQ(all.sizes.size(), 6U); // 3 MiB and a rest, 1 MiB and a rest
        EXPECT_TRUE(all.unpacked == content);
        EXPECT_TRUE(all.window == Buffer(content.end() - 32768, content.end()));
        EXPECT_LT(all.rest.size(), 20U); // an empty last block and the checksum
    }
}

TEST(ParallelInflate, takes_the_densest_chunks_of_our_own_writer) {
    const Buffer zeros(std::size_t{16} << 20);
    const auto all = pieces_of(pack({zeros}), 2);
    EXPECT_EQ(all.sizes.size(), 16U);
    EXPECT_TRUE(all.unpacked == zeros);
}

TEST(ParallelInflate, takes_small_pieces_together) {
    const auto packed = small_chunks(40);
    EXPECT_EQ(pieces_of(packed, 2).sizes.size(), 40U);
    const auto some = pieces_of(packed, 2, {.least_packed = 10'000});
    EXPECT_EQ(some.sizes.size(), 10U); // of 3.3 kB each, every fourth flush is far enough
    EXPECT_EQ(some.unpacked.size(), 120'000U);
}

TEST(ParallelInflate, ends_where_a_piece_is_too_large) {
    const auto packed = small_chunks(40);
    const auto long_packed = pieces_of(packed, 2, {.least_packed = 1000, .most_packed = 2000});
    EXPECT_EQ(long_packed.sizes.size(), 0U);
    EXPECT_TRUE(std::ranges::equal(long_packed.rest, Bytes(packed).subspan(gzip_header_size)));
    const auto long_unpacked =
        pieces_of(packed, 2, {.least_packed = 1000, .most_packed = 5000, .most_unpacked = 3000});
    EXPECT_EQ(long_unpacked.sizes.size(), 0U);
    EXPECT_TRUE(std::ranges::equal(long_unpacked.rest, Bytes(packed).subspan(gzip_header_size)));
}

TEST(ParallelInflate, does_not_believe_marks_inside_a_block) {
    auto content = noise(400'000); // stored as it is
    for (std::size_t at = 10'000; at + 4 < content.size(); at += 10'007)
        std::ranges::copy(Buffer{0, 0, 0xff, 0xff},
                          content.begin() + static_cast<std::ptrdiff_t>(at));
    const auto first = text(2'000'000);
    const auto packed = pack({first, content, first});
    const auto all = pieces_of(packed, 2);
    EXPECT_EQ(all.sizes.size(), 2U);
    EXPECT_TRUE(all.unpacked == first);
    expect_same(packed);
}

TEST(ParallelInflate, lets_the_rest_refer_back_to_its_pieces) {
    const auto content = noise(20'000);
    PlainGzip gzip(20'000);
    for (int round = 0; round < 2; ++round)
        for (std::size_t at = 0; at < content.size(); at += 4000)
            gzip.write(Bytes(content).subspan(at, 4000)).sync_flush();
    const auto packed = gzip.finish();
    EXPECT_LT(packed.size(), 25'000U); // so it does refer back
    EXPECT_EQ(pieces_of(packed, 2).unpacked.size(), 20'000U);
    expect_same(packed);
}

TEST(ParallelInflate, does_not_let_the_rest_refer_to_before_the_start) {
    const auto content = noise(20'000);
    PlainGzip gzip(20'000);
    for (std::size_t at = 0; at < content.size(); at += 4000)
        gzip.write(Bytes(content).subspan(at, 4000)).sync_flush();
    const auto begin = gzip.size();
    auto packed = gzip.write(content).finish();
    // Without its first piece, the stream refers to bytes that are missing.
    EXPECT_GT(begin, 20'000U);
    packed.erase(packed.begin() + gzip_header_size,
                 packed.begin() + static_cast<std::ptrdiff_t>(gzip_header_size +
                                                              pieces_of(packed, 0).sizes.at(0)));
    EXPECT_TRUE(story(packed, GzipSource::Mode::parallel, 2)
                    .contains("compressed data is corrupt: reference to before the start"));
    expect_same(packed);
}

TEST(ParallelInflate, gives_what_one_thread_gives_of_all_kinds_of_streams) {
    expect_same(pack({}));
    expect_same(pack({text(10)}));
    expect_same(pack({text(5'000'000), noise(3'000'000), Buffer(9'000'000), text(77)}));
    auto more = small_chunks(50);
    append(more, pack({text(100)}));
    expect_same(more);
    std::vector<Buffer> parts;
    Buffer packed;
    GzipWriter writer(
        [&](Bytes bytes) -> Result<> {
            append(packed, bytes);
            return {};
        },
        2, {});
    for (std::size_t i = 0; i < 300; ++i)
        EXPECT_TRUE(writer.write(noise(900 + i * 7)).has_value() && writer.cut().has_value());
    EXPECT_TRUE(writer.finish().has_value());
    expect_same(packed);
}

TEST(ParallelInflate, gives_the_same_errors_as_one_thread) {
    const auto whole = small_chunks(12);
    for (std::size_t at = gzip_header_size; at < whole.size(); at += 101) {
        expect_same(Bytes(whole).first(at));
        auto broken = whole;
        broken[at] ^= static_cast<Byte>(1U << at % 8);
        expect_same(broken);
    }
}

TEST(ParallelInflate, can_be_left_in_the_middle) {
    const auto packed = pack({text(9'000'000)});
    MemorySource memory(packed);
    GzipSource source(memory, {}, GzipSource::Mode::parallel, 3);
    ReadAhead in(source, ReadAhead::Threading::own_thread, {});
    EXPECT_EQ(in.take(10).value().size(), 10U);
}

} // namespace
} // namespace tenon::pack
