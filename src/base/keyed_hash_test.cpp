// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/keyed_hash.hpp"

#include <gtest/gtest.h>
#include <set>

namespace tenon::base {
namespace {

// The example of the paper's appendix A: key 00 … 0f, text 00 … 0e.
TEST(KeyedHash, sip_hash_2_4_is_that_of_its_paper) {
    const SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string text;
    for (char c = 0; c < 15; ++c)
        text.push_back(c);
    EXPECT_EQ((sip_hash<2, 4>(key, text)), 0xa129ca6149be45e5U);
}

// As CPython hashes bytes with PYTHONHASHSEED=0, which is a key of zeros.
TEST(KeyedHash, sip_hash_1_3_is_that_of_others) {
    const auto hash = [](std::string_view text) { return sip_hash<1, 3>({0, 0}, text); };
    EXPECT_EQ(hash("abc"), 0xc03bc3a0042630f2U);
    EXPECT_EQ(hash("0123456"), 0x810aaf7acf670379U);
    EXPECT_EQ(hash("01234567"), 0xda3dcedf84ea6cc6U);
    EXPECT_EQ(hash("012345678"), 0xb79d8581f8552753U);
    EXPECT_EQ(hash("a longer text, of more than two words"), 0x0f2681c5ddd73ed3U);
}

TEST(KeyedHash, tables_of_one_process_have_one_key_that_is_not_zero) {
    EXPECT_EQ(KeyedHash()("name"), KeyedHash()("name"));
    EXPECT_NE(KeyedHash()("name"), (sip_hash<1, 3>({0, 0}, "name")));
}

/// Texts of which libstdc++'s `std::hash` gives one number: the second word undoes the first.
/// https://gcc.gnu.org/git/?p=gcc.git;a=blob;f=libstdc%2B%2B-v3/libsupc%2B%2B/hash_bytes.cc
std::string colliding(std::uint64_t number) {
    constexpr std::uint64_t factor = (std::uint64_t{0xc6a4a793} << 32) + 0x5bd1e995;
    constexpr std::uint64_t seed = 0xc70f6907;
    std::uint64_t inverse = 1;
    for (int i = 0; i < 6; ++i)
        inverse *= 2 - factor * inverse;
    const auto mixed = [](std::uint64_t value) { return value ^ value >> 47; };
    const auto first = (seed ^ 16 * factor ^ mixed(number * factor) * factor) * factor;
    const auto second = mixed(first * inverse) * inverse;
    std::string text(16, '\0');
    std::memcpy(text.data(), &number, sizeof number);
    std::memcpy(text.data() + sizeof number, &second, sizeof second);
    return text;
}

TEST(KeyedHash, texts_made_to_collide_do_not) {
    constexpr std::size_t count = 1'000;
    std::set<std::size_t> known, keyed;
    for (std::uint64_t i = 0; i < count; ++i) {
        known.insert(std::hash<std::string>()(colliding(i)));
        keyed.insert(KeyedHash()(colliding(i)));
    }
    EXPECT_EQ(known.size(), 1U);
    EXPECT_EQ(keyed.size(), count);
}

} // namespace
} // namespace tenon::base
