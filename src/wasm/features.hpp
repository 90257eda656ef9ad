// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which parts of the language a module may use.
#pragma once

#include "wasm/op.hpp"

#include <cstdint>

namespace tenon::wasm {

class Features {
public:
    /// WebAssembly 3.0, no more and no less.
    static constexpr Features standard() noexcept {
        Features all = everything();
        for (const auto beyond :
             {Feature::legacy_exceptions, Feature::threads, Feature::wide_arithmetic})
            all.bits_ &= ~bit(beyond);
        return all;
    }
    static constexpr Features everything() noexcept {
        Features all;
        all.bits_ = ~std::uint32_t{0};
        return all;
    }
    [[nodiscard]] constexpr bool has(Feature feature) const noexcept {
        return (bits_ & bit(feature)) != 0;
    }
    constexpr void set(Feature feature, bool on) noexcept {
        bits_ = on ? bits_ | bit(feature) : bits_ & ~bit(feature);
    }

private:
    static constexpr std::uint32_t bit(Feature feature) noexcept {
        return feature == Feature::mvp ? 1U << 31 : 1U << static_cast<unsigned>(feature);
    }
    std::uint32_t bits_ = 1U << 31;
};

} // namespace tenon::wasm
