// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The primitive types of WIT and those of components: the same ones, in the same order.
#pragma once

#include "component/ast.hpp"
#include "wit/model.hpp"

namespace tenon::component {

// Codes go down from `bool`, 0x7f; only `error-context` stands elsewhere.
inline constexpr std::uint8_t first_primitive_code = 0x7f;
static_assert(static_cast<int>(Primitive::string) ==
              first_primitive_code - static_cast<int>(wit::Primitive::string));

constexpr wit::Primitive to_wit(Primitive type) noexcept {
    if (type == Primitive::error_context)
        return wit::Primitive::error_context;
    return static_cast<wit::Primitive>(first_primitive_code - static_cast<std::uint8_t>(type));
}
constexpr Primitive from_wit(wit::Primitive type) noexcept {
    if (type == wit::Primitive::error_context)
        return Primitive::error_context;
    return static_cast<Primitive>(first_primitive_code - static_cast<std::uint8_t>(type));
}

} // namespace tenon::component
