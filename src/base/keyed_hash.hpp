// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hashes of texts that strangers choose. `std::hash` has a seed that everybody knows, so that a
// file can name ten thousand things which all fall into one place of a table; with a key drawn when
// the process starts nobody can.
//
// SipHash: https://www.aumasson.jp/siphash/siphash.pdf
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace tenon::base {

struct SipKey {
    std::uint64_t low, high;
};

/// SipHash with so many rounds a word and at the end.
template <int word_rounds, int last_rounds>
[[nodiscard]] std::uint64_t sip_hash(SipKey key, std::string_view text) noexcept {
    std::uint64_t v0 = key.low ^ 0x736f6d6570736575;
    std::uint64_t v1 = key.high ^ 0x646f72616e646f6d;
    std::uint64_t v2 = key.low ^ 0x6c7967656e657261;
    std::uint64_t v3 = key.high ^ 0x7465646279746573;
    const auto rounds = [&](int count) {
        for (int i = 0; i < count; ++i) {
            v0 += v1;
            v1 = std::rotl(v1, 13) ^ v0;
            v0 = std::rotl(v0, 32);
            v2 += v3;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 += v3;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 += v1;
            v1 = std::rotl(v1, 17) ^ v2;
            v2 = std::rotl(v2, 32);
        }
    };
    const auto take = [&](std::uint64_t word) {
        v3 ^= word;
        rounds(word_rounds);
        v0 ^= word;
    };
    // Little-endian, as all processors are that we build for.
    static_assert(std::endian::native == std::endian::little);
    const auto* at = text.data();
    auto left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        take(word);
    }
    std::uint64_t last = std::uint64_t{text.size()} << 56;
    for (std::size_t i = 0; i < left; ++i)
        last |= std::uint64_t{static_cast<unsigned char>(at[i])} << 8 * i;
    take(last);
    v2 ^= 0xff;
    rounds(last_rounds);
    return v0 ^ v1 ^ v2 ^ v3;
}

/// The key of this process, from the system's generator.
[[nodiscard]] SipKey process_key() noexcept;

/// The hash for tables whose keys come from input. The order of such a table differs from one run
/// to the next: nothing that is shown or written may follow it.
class KeyedHash {
public:
    using is_transparent = void;
    // Not noexcept: a table then keeps the hashes beside its keys and need not compute them again.
    [[nodiscard]] std::size_t operator()(std::string_view text) const {
        return sip_hash<1, 3>(key_, text);
    }

private:
    SipKey key_ = process_key();
};

template <class Value> using TextMap =
    std::unordered_map<std::string, Value, KeyedHash, std::equal_to<>>;
using TextSet = std::unordered_set<std::string, KeyedHash, std::equal_to<>>;
/// Keys lie elsewhere.
template <class Value> using TextViewMap = std::unordered_map<std::string_view, Value, KeyedHash>;
using TextViewSet = std::unordered_set<std::string_view, KeyedHash>;

} // namespace tenon::base
