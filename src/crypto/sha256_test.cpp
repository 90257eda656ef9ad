// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/sha256.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tenon::crypto {
namespace {

std::string hash(std::string_view text) {
    return base::lower_hex(sha256(as_bytes(text)));
}

// The examples of FIPS 180-4.
TEST(Sha256, hashes_nothing) {
    EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, hashes_abc) {
    EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, hashes_two_blocks) {
    EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, hashes_a_million_letters_in_pieces) {
    const std::string piece(997, 'a');
    Sha256 hash;
    std::size_t left = 1'000'000;
    while (left > 0) {
        const auto now = std::min(left, piece.size());
        hash.update(as_bytes(std::string_view(piece).substr(0, now)));
        left -= now;
    }
    EXPECT_EQ(base::lower_hex(hash.finish()),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, takes_empty_pieces) {
    Sha256 hash;
    hash.update({}).update(as_bytes("abc")).update({});
    EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
}

} // namespace
} // namespace tenon::crypto
