// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which gated parts of the Component Model a component uses, nested ones included. Nothing is
// validated.
#pragma once

#include "component/ast.hpp"
#include "wasm/features.hpp"

namespace tenon::component {

/// As the validator asks for them, but for `cm64` where that follows from the types of core
/// memories and tables: core modules are not looked into.
[[nodiscard]] wasm::Features features_used(const ast::Component& component);

} // namespace tenon::component
