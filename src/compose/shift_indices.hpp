// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Room for core types and core modules in front of those that a component has: everything that
// names one of its own by index is told the new one.
#pragma once

#include "base/bytes.hpp"
#include "component/ast.hpp"

#include <cstdint>
#include <deque>

namespace tenon::compose {

namespace ast = component::ast;

/// How many are put in front.
struct Shift {
    std::uint32_t core_types = 0, core_modules = 0;
};

/// Whatever names them, at any depth. Indices that name nothing stay wrong.
void shift_indices(ast::Component& tree, Shift shift);

/// The same for the component's own section of names, which then looks into `kept`. A section that
/// cannot be read is left as it is.
void shift_names(ast::Component& tree, Shift shift, std::deque<Buffer>& kept);

} // namespace tenon::compose
