// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which parts of the language a module or component may use.
#pragma once

#include "wasm/op.hpp"

#include <cstdint>

namespace tenon::wasm {

class Features {
public:
    /// WebAssembly 3.0, no more and no less; of the gated parts of the Component Model those that
    /// WASI 0.3 is made of.
    static constexpr Features standard() noexcept {
        Features all = everything();
        for (const auto beyond :
             {Feature::legacy_exceptions, Feature::threads, Feature::wide_arithmetic,
              Feature::cm_async_stackful, Feature::cm_more_async_builtins, Feature::cm_threading,
              Feature::cm_error_context, Feature::cm_fixed_length_lists, Feature::cm_gc,
              Feature::cm_values, Feature::cm_nested_names, Feature::cm_map, Feature::cm64,
              Feature::cm_implements, Feature::cm_canon_names})
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
    static_assert(static_cast<unsigned>(last_feature) < 31);
    static constexpr std::uint32_t bit(Feature feature) noexcept {
        return feature == Feature::mvp ? 1U << 31 : 1U << static_cast<unsigned>(feature);
    }
    std::uint32_t bits_ = 1U << 31;
};

} // namespace tenon::wasm
