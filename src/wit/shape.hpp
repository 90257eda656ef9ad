// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether two definitions of a type say the same. What makes two types inside them the same is the
// caller's knowledge.
#pragma once

#include "wit/model.hpp"

#include <functional>
#include <optional>

namespace tenon::wit {

/// Whether a type of the left definition stands for that of the right; nothing where one is left
/// out.
using SameType = std::function<bool(const std::optional<Type>&, const std::optional<Type>&)>;

/// The same kind with the same names of members, the same length of a list, and `same` types at the
/// same places: `result<a>` and `result<_, a>` differ.
[[nodiscard]] bool same_shape(const TypeKind& left, const TypeKind& right, const SameType& same);

} // namespace tenon::wit
