// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: content that compresses and content that does not, packed and unpacked in one go.
#pragma once

#include "pack/gzip_source.hpp"
#include "pack/gzip_writer.hpp"
#include "pack/read_ahead.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace tenon::pack::test {

inline Buffer text(std::size_t size) {
    Buffer bytes;
    for (unsigned i = 0; bytes.size() < size; ++i) {
        const auto line = std::to_string(i * i) + " bottles of beer\n";
        bytes.insert(bytes.end(), line.begin(), line.end());
    }
    bytes.resize(size);
    return bytes;
}

inline Buffer noise(std::size_t size) {
    std::mt19937 random(42);
    Buffer bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<Byte>(random());
    return bytes;
}

struct Unpacked {
    Buffer bytes;
    Behind behind;
    std::vector<FlushPoint> points;
};
inline Result<Unpacked> unpack(Bytes packed, GzipSource::Mode mode = GzipSource::Mode::plain,
                               GzipLimits limits = {}, unsigned threads = 2) {
    MemorySource memory(packed);
    GzipSource source(memory, limits, mode, threads);
    ReadAhead in(source, ReadAhead::Threading::same_thread, {});
    Buffer all;
    for (;;) {
        const auto piece = TENON_TRY(in.take(10'000));
        if (piece.empty())
            return Unpacked{all, source.behind(), source.flush_points()};
        all.insert(all.end(), piece.begin(), piece.end());
    }
}

/// Packs pieces, with a cut behind each.
inline Buffer pack(std::initializer_list<Bytes> pieces, unsigned threads = 2) {
    Buffer packed;
    GzipWriter writer(
        [&](Bytes bytes) -> Result<> {
            packed.insert(packed.end(), bytes.begin(), bytes.end());
            return {};
        },
        threads, {});
    for (const auto piece : pieces)
        EXPECT_TRUE(writer.write(piece).has_value() && writer.cut().has_value());
    EXPECT_TRUE(writer.finish().has_value());
    return packed;
}

} // namespace tenon::pack::test
