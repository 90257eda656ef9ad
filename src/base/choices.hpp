// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What generators of test input are decided by: given bytes, then numbers out of a seed.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tenon::base {

class Choices {
public:
    Choices(Bytes given, std::uint64_t seed) : given_(given), state_(seed) {}

    std::uint64_t next() noexcept {
        if (given_.empty())
            return generated();
        std::uint64_t value = 0;
        for (int i = 0; i < 2 && !given_.empty(); ++i) {
            value = value << 8 | given_.front();
            given_ = given_.subspan(1);
        }
        return value;
    }
    /// 64 bits, all of which may be set.
    std::uint64_t wide() noexcept { return given_.empty() ? generated() : next() << 48 | next(); }
    /// Below `bound`, which is not 0.
    std::uint32_t below(std::size_t bound) noexcept {
        return static_cast<std::uint32_t>(next() % bound);
    }
    bool one_in(std::uint32_t count) noexcept { return below(count) == 0; }
    template <class Item> const Item& of(const std::vector<Item>& items) noexcept {
        return items[below(items.size())];
    }

private:
    // SplitMix64, https://prng.di.unimi.it/splitmix64.c: the same everywhere, unlike the
    // distributions of the standard library.
    std::uint64_t generated() noexcept {
        state_ += 0x9e3779b97f4a7c15;
        auto z = state_;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }

    Bytes given_;
    std::uint64_t state_;
};

} // namespace tenon::base
