// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "blob/background_hasher.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace tenon::blob {
namespace {

void feed(BackgroundHasher& hasher, Bytes bytes) {
    while (!bytes.empty()) {
        const auto into = hasher.buffer();
        const auto now = std::min(into.size(), bytes.size());
        std::ranges::copy(bytes.first(now), into.begin());
        hasher.push(now);
        bytes = bytes.subspan(now);
    }
}

Buffer counted(std::size_t size) {
    Buffer bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<Byte>(i * 7 + (i >> 12));
    return bytes;
}

TEST(BackgroundHasher, gives_the_digest_of_the_whole) {
    for (const std::size_t size : {0u, 1u, 262144u, 262145u, 9'000'001u}) {
        const auto bytes = counted(size);
        for (const auto algorithm : {Algorithm::sha256, Algorithm::sha512}) {
            BackgroundHasher hasher(algorithm);
            feed(hasher, bytes);
            EXPECT_EQ(hasher.finish(), Digest::of(bytes, algorithm)) << size;
        }
    }
}

TEST(BackgroundHasher, begins_anew) {
    BackgroundHasher hasher(Algorithm::sha256);
    feed(hasher, counted(3'000'000));
    hasher.restart();
    feed(hasher, as_bytes("abc"));
    EXPECT_EQ(hasher.finish(), Digest::of(as_bytes("abc")));
}

TEST(BackgroundHasher, may_be_dropped_in_the_middle) {
    BackgroundHasher hasher(Algorithm::sha256);
    feed(hasher, counted(3'000'000));
    SUCCEED();
}

} // namespace
} // namespace tenon::blob
