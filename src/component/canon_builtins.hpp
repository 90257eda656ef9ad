// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The canonical built-ins whose signature is fixed: a row each.
//
// Source: Component Model, design/mvp/CanonicalABI.md, "Canonical Definitions".
#pragma once

#include "component/ast.hpp"
#include "wasm/op.hpp"

#include <string_view>

namespace tenon::component {

/// What the type that a built-in names must be.
enum class BuiltinOf : std::uint8_t { nothing, resource, local_resource, stream, future };

struct Builtin {
    ast::CanonOp op;
    BuiltinOf of;
    wasm::Feature feature; ///< `mvp`: always there
    /// Of core types, a letter each: `i` i32, `l` i64, `p` an address in the memory of the options,
    /// `m` one in the memory that the built-in names, `r` what represents the resource, `c` what
    /// `context` holds.
    std::string_view params, results;
    /// What `async` (an immediate, or an option that is left out) needs; `mvp`: nothing.
    wasm::Feature unusual = wasm::Feature::mvp;
    /// What of the options is needed where the elements are values: memory, or `realloc` too where
    /// they have pointers. Without elements nothing is, but for error contexts.
    enum class Memory : std::uint8_t { none, for_elements, for_pointers, always, with_realloc };
    Memory memory = Memory::none;
};

/// The row, or null for what is not in the table: `lift`, `lower`, `task.return`,
/// `thread.new-indirect`, `thread.spawn-ref`, `thread.spawn-indirect`.
[[nodiscard]] const Builtin* builtin(ast::CanonOp op) noexcept;

} // namespace tenon::component
