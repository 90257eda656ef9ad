// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How values lie in linear memory.
//
// Source: Component Model, design/mvp/CanonicalABI.md, "Alignment" and "Element Size".
#pragma once

#include "component/index.hpp"

#include <cstddef>
#include <cstdint>

namespace tenon::component {

/// No value may take so many bytes, counted with addresses of 64 bits.
inline constexpr std::uint64_t max_value_bytes = std::uint64_t{1} << 28;

struct Layout {
    std::uint64_t bytes = 0;
    std::uint32_t align = 1;

    /// What comes behind in a record.
    void append(Layout next) noexcept {
        bytes = rounded(bytes, next.align) + next.bytes;
        align = align < next.align ? next.align : align;
    }
    /// With padding up to the next multiple of its alignment, as elements of a list have it.
    [[nodiscard]] Layout padded() const noexcept { return {rounded(bytes, align), align}; }

    static std::uint64_t rounded(std::uint64_t bytes, std::uint32_t align) noexcept {
        return (bytes + align - 1) / align * align;
    }
};

/// Of the number that says which of so many cases a variant is.
[[nodiscard]] constexpr std::uint32_t discriminant_bytes(std::size_t cases) noexcept {
    return cases <= 0x100 ? 1 : cases <= 0x1'0000 ? 2 : 4;
}
/// Of flags, of which there are at most 32.
[[nodiscard]] constexpr std::uint32_t flags_bytes(std::size_t flags) noexcept {
    return flags <= 8 ? 1 : flags <= 16 ? 2 : 4;
}

} // namespace tenon::component
