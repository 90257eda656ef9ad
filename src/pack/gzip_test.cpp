// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gzip in both directions: bytes that do not depend on threads, pieces that can be cut out and put
// together, and every way in which a member can be broken.
#include "pack/crc32.hpp"
#include "pack/gzip_source.hpp"
#include "pack/gzip_writer.hpp"
#include "pack/read_ahead.hpp"
#include "pack/test_gzip.hpp"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace tenon::pack {
namespace {

using namespace test;

/// `hello` by gzip 1.12 (`printf hello | gzip -n9`).
const Buffer hello = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd,
                      0xc9, 0xc9, 0x07, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00};

void expect_error(Bytes packed, Errc code, std::string_view message, std::uint64_t offset,
                  GzipLimits limits = {}) {
    const auto result = unpack(packed, GzipSource::Mode::plain, limits);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().offset(), offset);
}

TEST(GzipSource, reads_what_gzip_wrote) {
    const auto unpacked = unpack(hello).value();
    EXPECT_EQ(as_text(unpacked.bytes), "hello");
    EXPECT_EQ(unpacked.behind, Behind::nothing);
}

TEST(GzipSource, skips_extra_fields_name_and_comment) {
    Buffer packed = hello;
    packed[3] = 0x1c;
    const std::string_view fields("\3\0abcname\0comment\0", 18);
    packed.insert(packed.begin() + 10, fields.begin(), fields.end());
    EXPECT_EQ(as_text(unpack(packed).value().bytes), "hello");
}

TEST(GzipSource, checks_the_checksum_of_the_header) {
    Buffer packed = hello;
    packed[3] = 0x02;
    const auto crc = crc32(0, Bytes(packed).first(10));
    packed.insert(packed.begin() + 10, {static_cast<Byte>(crc), static_cast<Byte>(crc >> 8)});
    EXPECT_EQ(as_text(unpack(packed).value().bytes), "hello");
    packed[10] ^= 1;
    expect_error(packed, Errc::checksum, "gzip header checksum mismatch", 10);
}

TEST(GzipSource, says_what_stands_behind_the_member) {
    Buffer packed = hello;
    packed.insert(packed.end(), hello.begin(), hello.end());
    const auto two = unpack(packed).value();
    EXPECT_EQ(as_text(two.bytes), "hello");
    EXPECT_EQ(two.behind, Behind::second_member);
    packed.resize(hello.size() + 1);
    EXPECT_EQ(unpack(packed).value().behind, Behind::other_bytes);
}

TEST(GzipSource, tells_where_it_is_cut) {
    for (std::size_t size = 2; size < hello.size(); ++size) {
        const auto* const what = size < 10   ? "gzip file ends in its header"
                                 : size < 17 ? "compressed data ends too early"
                                             : "gzip file ends in its checksum";
        expect_error(Bytes(hello).first(size), Errc::truncated, what, size);
    }
}

TEST(GzipSource, tells_a_wrong_checksum_and_a_wrong_length) {
    Buffer packed = hello;
    packed[17] ^= 0xff;
    expect_error(packed, Errc::checksum,
                 "gzip checksum mismatch: 3610a679 promised, 3610a686 found", 17);
    packed = hello;
    packed[21] = 6;
    expect_error(packed, Errc::checksum, "gzip length mismatch: 6 promised, 5 found", 21);
}

TEST(GzipSource, tells_corrupt_data) {
    Buffer packed = hello;
    packed[10] = 0x07; // block type 3
    expect_error(packed, Errc::malformed, "compressed data is corrupt: invalid block", 10);
}

TEST(GzipSource, refuses_other_methods_and_reserved_flags) {
    Buffer packed = hello;
    packed[2] = 7;
    expect_error(packed, Errc::unsupported, "unknown gzip compression method 7", 2);
    packed = hello;
    packed[3] = 0x20;
    expect_error(packed, Errc::malformed, "reserved flags in the gzip header", 3);
}

/// Some bytes, then the same ones again and again; at the tenth reading it asks for a stop.
class EndlessSource final : public Source {
public:
    EndlessSource(Buffer first, Buffer again)
        : first_(std::move(first)), again_(std::move(again)) {}
    Result<std::size_t> read(MutableBytes into, const std::stop_token&) override {
        if (++readings_ == 10)
            stop.request_stop();
        const auto& bytes = readings_ == 1 ? first_ : again_;
        std::size_t count = 0;
        for (; count + bytes.size() <= into.size(); count += bytes.size()) {
            std::ranges::copy(bytes, into.begin() + static_cast<std::ptrdiff_t>(count));
            if (readings_ == 1)
                return bytes.size();
        }
        return count;
    }
    std::stop_source stop;

private:
    Buffer first_, again_;
    std::size_t readings_ = 0;
};

TEST(GzipSource, refuses_a_header_without_end) {
    for (const Byte flag : {Byte{0x08}, Byte{0x10}}) { // name, comment
        EndlessSource endless({0x1f, 0x8b, 0x08, flag, 0, 0, 0, 0, 0, 0}, {'x'});
        GzipSource source(endless, {});
        Buffer piece(1000);
        const auto count = source.read(piece, {});
        ASSERT_FALSE(count.has_value());
        EXPECT_EQ(count.error().code(), Errc::limit);
        EXPECT_EQ(count.error().message(), "gzip header is longer than 1048576 bytes");
        EXPECT_EQ(count.error().offset(), 1048576U);
    }
}

TEST(GzipSource, can_be_stopped_among_empty_blocks_without_end) {
    for (const auto mode :
         {GzipSource::Mode::plain, GzipSource::Mode::cut, GzipSource::Mode::parallel}) {
        EndlessSource endless(Buffer(hello.begin(), hello.begin() + 10), {0, 0, 0, 0xff, 0xff});
        GzipSource source(endless, {}, mode);
        ReadAhead in(source, ReadAhead::Threading::same_thread, endless.stop.get_token());
        const auto piece = in.take(1000);
        ASSERT_FALSE(piece.has_value());
        EXPECT_EQ(piece.error().code(), Errc::interrupted);
    }
}

TEST(GzipSource, gives_what_lies_before_an_error_first) {
    auto packed = pack({text(5000)});
    packed.resize(packed.size() - 9);
    MemorySource memory(packed);
    GzipSource source(memory, {});
    Buffer piece(100'000);
    EXPECT_EQ(source.read(piece, {}).value(), 5000U);
    const auto behind = source.read(piece, {});
    ASSERT_FALSE(behind.has_value());
    EXPECT_EQ(behind.error().code(), Errc::truncated);
}

TEST(GzipSource, stops_at_its_limit) {
    const auto bomb = pack({Buffer(std::size_t{8} << 20)});
    EXPECT_LT(bomb.size(), 20'000U);
    const auto too_large = unpack(bomb, GzipSource::Mode::plain, {.max_unpacked_bytes = 1 << 20});
    ASSERT_FALSE(too_large.has_value());
    EXPECT_EQ(too_large.error().code(), Errc::limit);
    EXPECT_EQ(too_large.error().message(), "unpacks to more than 1048576 bytes");
}

TEST(GzipWriter, writes_the_header_of_the_reference_writer) {
    EXPECT_THAT(Bytes(pack({text(10)})).first(10),
                testing::ElementsAre(0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff));
}

TEST(GzipWriter, gives_back_what_it_took) {
    for (const std::size_t size :
         {0U, 1U, 2U, 1000U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1, (3U << 20) + 12345U})
        for (const auto& content : {text(size), noise(size), Buffer(size)}) {
            const auto unpacked = unpack(pack({content})).value();
            EXPECT_TRUE(unpacked.bytes == content) << size;
            EXPECT_EQ(unpacked.behind, Behind::nothing);
        }
}

TEST(GzipWriter, gives_the_same_bytes_whatever_the_number_of_threads) {
    const auto content = text(5'000'000);
    const auto one = pack({content}, 1);
    EXPECT_TRUE(pack({content}, 2) == one);
    EXPECT_TRUE(pack({content}, 7) == one);
}

TEST(GzipWriter, stops_when_asked) {
    std::stop_source stop;
    GzipWriter writer([](Bytes) -> Result<> { return {}; }, 2, stop.get_token());
    stop.request_stop();
    const auto finished = writer.finish();
    ASSERT_FALSE(finished.has_value());
    EXPECT_EQ(finished.error().code(), Errc::interrupted);
}

TEST(GzipWriter, reports_a_sink_that_fails) {
    GzipWriter writer([](Bytes) -> Result<> { return fail(Errc::io, "disk full"); }, 2, {});
    const auto finished = writer.finish();
    ASSERT_FALSE(finished.has_value());
    EXPECT_EQ(finished.error().message(), "disk full");
}

TEST(FlushPoints, stand_at_every_cut) {
    const auto first = text(700);
    const auto second = noise(1300);
    const auto unpacked = unpack(pack({first, second}), GzipSource::Mode::cut).value();
    ASSERT_EQ(unpacked.points.size(), 3U);
    EXPECT_EQ(unpacked.points[0].packed, 10U);
    EXPECT_EQ(unpacked.points[0].unpacked, 0U);
    EXPECT_EQ(unpacked.points[1].unpacked, 700U);
    EXPECT_EQ(unpacked.points[1].crc, crc32(0, first));
    EXPECT_EQ(unpacked.points[2].unpacked, 2000U);
}

TEST(FlushPoints, are_found_wherever_blocks_and_buffers_end) {
    // Every chunk has its own length of bits; the packed file is longer than the reader's buffer.
    std::vector<Buffer> pieces;
    for (std::size_t i = 0; i < 300; ++i)
        pieces.push_back(noise(1000 + i * 7));
    Buffer packed;
    GzipWriter writer(
        [&](Bytes bytes) -> Result<> {
            packed.insert(packed.end(), bytes.begin(), bytes.end());
            return {};
        },
        2, {});
    for (const auto& piece : pieces)
        EXPECT_TRUE(writer.write(piece).has_value() && writer.cut().has_value());
    EXPECT_TRUE(writer.finish().has_value());
    const auto unpacked = unpack(packed, GzipSource::Mode::cut).value();
    ASSERT_EQ(unpacked.points.size(), 301U);
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < 300; ++i)
        EXPECT_EQ(unpacked.points[i + 1].unpacked, end += pieces[i].size());
}

TEST(FlushPoints, let_a_piece_be_put_into_another_stream) {
    const auto first = text(3'000'000);
    const auto second = noise(500);
    const auto third = text(40);
    const auto packed = pack({first, second, third});
    const auto points = unpack(packed, GzipSource::Mode::cut).value().points;
    const auto begin = std::ranges::find(points, 3'000'000U, &FlushPoint::unpacked);
    const auto end = std::ranges::find(points, 3'000'500U, &FlushPoint::unpacked);
    ASSERT_TRUE(begin != points.end() && end != points.end());
    Buffer other;
    GzipWriter writer(
        [&](Bytes bytes) -> Result<> {
            other.insert(other.end(), bytes.begin(), bytes.end());
            return {};
        },
        2, {});
    ASSERT_TRUE(writer.write(third).has_value());
    MemorySource piece(Bytes(packed).subspan(begin->packed, end->packed - begin->packed));
    const auto crc = crc32_between(begin->crc, end->crc, 500);
    EXPECT_EQ(crc, crc32(0, second));
    ASSERT_TRUE(writer.append(piece, crc, 500).has_value());
    ASSERT_TRUE(writer.write(first).has_value());
    ASSERT_TRUE(writer.cut().has_value());
    ASSERT_TRUE(writer.finish().has_value());
    EXPECT_TRUE(other == pack({third, second, first}));
    Buffer expected = third;
    expected.insert(expected.end(), second.begin(), second.end());
    expected.insert(expected.end(), first.begin(), first.end());
    EXPECT_TRUE(unpack(other).value().bytes == expected);
}

TEST(FlushPoints, are_not_where_data_refers_back) {
    // 43 letters, a sync flush, the same 43 letters: zlib 1.2.13, level 9. The second half refers
    // to the first.
    const Buffer packed = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x2a, 0xc9,
                           0x48, 0x55, 0x28, 0x2c, 0xcd, 0x4c, 0xce, 0x56, 0x48, 0x2a, 0xca, 0x2f,
                           0xcf, 0x53, 0x48, 0xcb, 0xaf, 0x50, 0xc8, 0x2a, 0xcd, 0x2d, 0x28, 0x56,
                           0xc8, 0x2f, 0x4b, 0x2d, 0x52, 0x28, 0x01, 0x4a, 0xe7, 0x24, 0x56, 0x55,
                           0x2a, 0xa4, 0xe4, 0xa7, 0x03, 0x00, 0x00, 0x00, 0xff, 0xff, 0x2b, 0x21,
                           0x5e, 0x29, 0x00, 0xdc, 0x89, 0xb1, 0xe6, 0x56, 0x00, 0x00, 0x00};
    const std::string_view line = "the quick brown fox jumps over the lazy dog";
    EXPECT_EQ(as_text(unpack(packed).value().bytes), std::string(line) + std::string(line));

    MemorySource memory(packed);
    GzipSource source(memory, {}, GzipSource::Mode::cut);
    Buffer piece(1000);
    // The first letter behind the flush stands there itself.
    EXPECT_EQ(source.read(piece, {}).value(), line.size() + 1);
    const auto behind = source.read(piece, {});
    ASSERT_FALSE(behind.has_value());
    EXPECT_EQ(behind.error().message(),
              "compressed data is corrupt: reference to before the start");
    EXPECT_TRUE(source.not_cuttable());
}

TEST(ReadAhead, gives_the_same_with_and_without_a_thread) {
    const auto content = text(3'000'000);
    for (const auto threading :
         {ReadAhead::Threading::own_thread, ReadAhead::Threading::same_thread}) {
        MemorySource memory(content);
        ReadAhead in(memory, threading, {});
        Buffer all;
        for (;;) {
            const auto piece = in.take(77'777).value();
            if (piece.empty())
                break;
            all.insert(all.end(), piece.begin(), piece.end());
        }
        EXPECT_TRUE(all == content);
        EXPECT_EQ(in.offset(), content.size());
    }
}

TEST(ReadAhead, can_be_left_in_the_middle) {
    const auto content = text(5'000'000);
    MemorySource memory(content);
    ReadAhead in(memory, ReadAhead::Threading::own_thread, {});
    EXPECT_EQ(in.take(10).value().size(), 10U);
}

/// One byte, and then what a pipe gives.
struct ByteBeforePipe final : Source {
    explicit ByteBeforePipe(int fd) : pipe(fd, "pipe", {}) {}
    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) override {
        return std::exchange(first, false) ? 1 : pipe.read(into, stop);
    }
    PipeSource pipe;
    bool first = true;
};

TEST(ReadAhead, can_be_left_while_its_source_waits_for_a_pipe) {
    std::array<int, 2> ends;
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const base::Fd out(ends[0]), in(ends[1]);
    ByteBeforePipe source(out.get());
    ReadAhead ahead(source, ReadAhead::Threading::own_thread, {});
    EXPECT_EQ(ahead.take(10).value().size(), 1U);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

TEST(ReadAhead, stops_when_asked) {
    const auto content = text(5'000'000);
    for (const auto threading :
         {ReadAhead::Threading::own_thread, ReadAhead::Threading::same_thread}) {
        std::stop_source stop;
        MemorySource memory(content);
        ReadAhead in(memory, threading, stop.get_token());
        stop.request_stop();
        const auto drained = in.drain();
        ASSERT_FALSE(drained.has_value());
        EXPECT_EQ(drained.error().code(), Errc::interrupted);
    }
}

} // namespace
} // namespace tenon::pack
