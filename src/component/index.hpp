// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Numbers that name things in lists of their own, each kind with a type of its own.
#pragma once

#include <compare>
#include <cstdint>

namespace tenon::component {

template <class Tag> struct Index {
    std::uint32_t value;
    friend auto operator<=>(Index, Index) = default;
};
using TypeIdx = Index<struct TypeTag>;

} // namespace tenon::component
