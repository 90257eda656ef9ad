// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of values and functions, with the rules that each keeps by itself.
#pragma once

#include "component/scope.hpp"

namespace tenon::component {

/// A definition that `is_value_definition`; `invalid` if it breaks a rule, `unsupported` if it
/// needs a feature that is off.
Result<Definition> value_definition(const Types& types, const Scope& scope,
                                    const ast::TypeKind& kind, const wasm::Features& features);
/// The type of a value where it is used.
Result<ValueType> value_type(const Types& types, const Scope& scope, ast::ValType type,
                             const wasm::Features& features);
/// Whether it is the type of a value or function: no resource, nor the type of an instance or
/// component.
[[nodiscard]] bool is_value_definition(const ast::TypeKind& kind) noexcept;

} // namespace tenon::component
