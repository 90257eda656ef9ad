// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where two types part, in words, for the message that they are not the same.
#pragma once

#include "component/types.hpp"

#include <string>

namespace tenon::component {

/// The first difference of two types that are not equal, outermost place first: ``parameter `x`:
/// expected `s32`, found `u32` ``.
[[nodiscard]] std::string difference(const Types& types, TypeIdx actual, TypeIdx expected);

/// A type as WIT would have it, shortened where it is long: `func(x: u32) -> list<u8>`. Types that
/// have names of their own are called by their kind.
[[nodiscard]] std::string type_text(const Types& types, const ValueType& type);

} // namespace tenon::component
