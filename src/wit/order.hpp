// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts what depends on each other in order: everything after what it needs, and otherwise in the
// order in which it came.
#pragma once

#include "wit/source.hpp"

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

namespace tenon::wit {

/// One thing needs another.
struct Need {
    std::uint32_t what;
    Span span; ///< shown when it is part of a cycle
};

/// The order, or the first need that is part of a cycle or leads to one.
std::expected<std::vector<std::uint32_t>, Need>
in_order(std::span<const std::vector<Need>> needs_of_each);

} // namespace tenon::wit
