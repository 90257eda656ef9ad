// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which parts of the language a module or component may use.
#pragma once

#include "base/error.hpp"
#include "wasm/op.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace tenon::wasm {

class Features {
public:
    constexpr Features() noexcept = default;
    constexpr Features(std::initializer_list<Feature> features) noexcept {
        for (const auto one : features)
            set(one, true);
    }
    /// WebAssembly 3.0, no more and no less; of the gated parts of the Component Model those that
    /// came with WASI 0.3.0 and 0.3.1.
    static constexpr Features standard() noexcept {
        Features all = everything();
        for (const auto beyond :
             {Feature::legacy_exceptions, Feature::threads, Feature::wide_arithmetic,
              Feature::custom_page_sizes, Feature::shared_everything_threads,
              Feature::cm_async_stackful, Feature::cm_more_async_builtins, Feature::cm_threading,
              Feature::cm_error_context, Feature::cm_fixed_length_lists, Feature::cm_gc,
              Feature::cm_values, Feature::cm_nested_names, Feature::cm64, Feature::cm_canon_names,
              Feature::cm_forward})
            all.set(beyond, false);
        return all;
    }
    static constexpr Features everything() noexcept {
        Features all;
        all.bits_ = ~std::uint64_t{0};
        return all;
    }
    /// What is taken where nothing is said: the proposals in phase 4 too, as wasm-tools has it.
    static constexpr Features usual() noexcept {
        Features all = standard();
        for (const auto beyond : {Feature::threads, Feature::wide_arithmetic})
            all.set(beyond, true);
        return all;
    }
    /// A version of the language by its name (`wasm2`), or nothing.
    static std::optional<Features> version(std::string_view name) noexcept;
    [[nodiscard]] static std::span<const std::string_view> version_names() noexcept;

    [[nodiscard]] constexpr bool has(Feature feature) const noexcept {
        return (bits_ & bits(feature)) == bits(feature);
    }
    constexpr void set(Feature feature, bool on) noexcept {
        bits_ = on ? bits_ | bits(feature) : bits_ & ~bits(feature);
    }
    /// `unsupported` where it is off; `what` is the subject of a sentence: `shared memories`.
    Result<> need(Feature feature, std::string_view what) const {
        return has(feature) ? Result<>() : fail(missing(feature, what));
    }
    /// Whether the type may be used; its index is not looked up.
    Result<> need(ValType type) const;
    /// So for what is in the types.
    Result<> need(const RecType& group) const;

    friend constexpr bool operator==(Features, Features) = default;

private:
    static_assert(static_cast<unsigned>(last_feature) < 63);
    static constexpr std::uint64_t bit(Feature feature) noexcept {
        return feature == Feature::mvp ? std::uint64_t{1} << 63
                                       : std::uint64_t{1} << static_cast<unsigned>(feature);
    }
    static constexpr std::uint64_t bits(Feature feature) noexcept {
        return feature == Feature::bulk_memory ? bit(feature) | bit(Feature::bulk_memory_opt)
                                               : bit(feature);
    }
    static base::Error missing(Feature feature, std::string_view what);
    std::uint64_t bits_ = bit(Feature::mvp);
};

} // namespace tenon::wasm
