// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/sha512.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tenon::crypto {
namespace {

// The examples of FIPS 180-4.
TEST(Sha512, hashes_nothing) {
    EXPECT_EQ(base::lower_hex(sha512({})),
              "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
              "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
}

TEST(Sha512, hashes_abc) {
    EXPECT_EQ(base::lower_hex(sha512(as_bytes("abc"))),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Sha512, hashes_a_million_letters_in_pieces) {
    const std::string piece(997, 'a');
    Sha512 hash;
    std::size_t left = 1'000'000;
    while (left > 0) {
        const auto now = std::min(left, piece.size());
        hash.update(as_bytes(std::string_view(piece).substr(0, now))).update({});
        left -= now;
    }
    EXPECT_EQ(base::lower_hex(hash.finish()),
              "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
              "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b");
}

} // namespace
} // namespace tenon::crypto
