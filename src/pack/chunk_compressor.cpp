// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/chunk_compressor.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <libdeflate.h>
#include <zlib.h>

namespace tenon::pack {
namespace {

// The knee of the curve: level 7 takes half as long again for half a percent.
constexpr int level = 6;
// Behind the end of the last block: a header of three bits, then length and its complement.
constexpr std::size_t flush_size = 5;

// What zlib's `inflate` says in `data_type` when it stops between blocks.
constexpr int unused_bits_mask = 63;
constexpr int in_last_block = 64;
constexpr int between_blocks = 128;

/// Bit positions in a deflate stream.
struct LastBlock {
    std::uint64_t begin; // of its header, whose first bit marks it as the last
    std::uint64_t end;
};

} // namespace

struct ChunkCompressor::State {
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(level);
    z_stream unpacker{};
    Buffer unpacked;

    State() {
        TENON_ASSERT(compressor != nullptr);
        TENON_ASSERT(inflateInit2(&unpacker, -MAX_WBITS) == Z_OK);
        unpacked.resize(std::size_t{64} * 1024);
    }
    ~State() {
        inflateEnd(&unpacker);
        libdeflate_free_compressor(compressor);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    LastBlock find_last_block(Bytes packed, Bytes chunk);
    /// Unpacks some more and holds it against the start of `chunk`, which is taken off.
    void unpack_some(Bytes& chunk);
};

void ChunkCompressor::State::unpack_some(Bytes& chunk) {
    unpacker.next_out = unpacked.data();
    unpacker.avail_out = static_cast<uInt>(unpacked.size());
    const int outcome = inflate(&unpacker, Z_BLOCK);
    const auto count = unpacked.size() - unpacker.avail_out;
    // An end-of-block code that was buffered already counts as no progress for zlib.
    TENON_ASSERT(outcome == Z_OK || outcome == Z_STREAM_END ||
                 (outcome == Z_BUF_ERROR && (unpacker.data_type & between_blocks) != 0));
    TENON_ASSERT(count <= chunk.size());
    TENON_ASSERT(std::equal(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(count),
                            unpacked.begin()));
    chunk = chunk.subspan(count);
}

// zlib is the one that can stop between blocks.
LastBlock ChunkCompressor::State::find_last_block(Bytes packed, Bytes chunk) {
    TENON_ASSERT(inflateReset(&unpacker) == Z_OK);
    unpacker.next_in = const_cast<Bytef*>(packed.data());
    unpacker.avail_in = static_cast<uInt>(packed.size());
    LastBlock last{0, 0};
    for (;;) {
        unpack_some(chunk);
        if ((unpacker.data_type & between_blocks) == 0)
            continue; // its output was full
        const auto bit = std::uint64_t{unpacker.total_in} * 8 -
                         static_cast<unsigned>(unpacker.data_type & unused_bits_mask);
        if ((unpacker.data_type & in_last_block) != 0) {
            TENON_ASSERT(chunk.empty() && unpacker.avail_in == 0);
            last.end = bit;
            return last;
        }
        last.begin = bit;
    }
}

ChunkCompressor::ChunkCompressor() : state_(std::make_unique<State>()) {}
ChunkCompressor::~ChunkCompressor() = default;
ChunkCompressor::ChunkCompressor(ChunkCompressor&&) noexcept = default;

void ChunkCompressor::compress(Bytes chunk, Position position, Buffer& packed) {
    const auto bound = libdeflate_deflate_compress_bound(state_->compressor, chunk.size());
    packed.resize(bound + flush_size);
    const auto size = libdeflate_deflate_compress(state_->compressor, chunk.data(), chunk.size(),
                                                  packed.data(), bound);
    TENON_ASSERT(size > 0);
    const auto last = state_->find_last_block(Bytes(packed).first(size), chunk);
    packed.resize(size);
    if (position == Position::last)
        return;
    packed[last.begin / 8] &= static_cast<Byte>(~(1U << last.begin % 8));
    // libdeflate leaves the bits behind the end zero, which is what the header of a stored block
    // wants.
    if (size * 8 - last.end < 3)
        packed.push_back(0);
    packed.insert(packed.end(), {0x00, 0x00, 0xff, 0xff});
}

} // namespace tenon::pack
