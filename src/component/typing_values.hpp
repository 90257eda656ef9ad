// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of values and functions, with the rules that each keeps by itself.
#pragma once

#include "component/scope.hpp"

namespace tenon::component {

/// A definition of a value type or function; `invalid` if it breaks a rule, `unsupported` if it
/// needs a feature that is off. Resources, instance and
/// component types are none of these: `unsupported` would be a mistake of the caller.
Result<Definition> value_definition(const Types& types, const Scope& scope,
                                    const ast::TypeKind& kind, const wasm::Features& features);
/// The type of a value where it is used.
Result<ValueType> value_type(const Types& types, const Scope& scope, ast::ValType type,
                             const wasm::Features& features);
/// Whether `kind` is one that `value_definition` takes.
[[nodiscard]] bool is_value_definition(const ast::TypeKind& kind) noexcept;

} // namespace tenon::component
