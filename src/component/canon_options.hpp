// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of canonical definitions: each at most once, and each fit for what it names.
//
// Source: Component Model, design/mvp/CanonicalABI.md, "canonopt Validation".
#pragma once

#include "component/scope.hpp"

#include <optional>

namespace tenon::component {

struct CanonOptions {
    std::optional<ast::CanonOption::Kind> encoding;
    std::optional<std::uint32_t> memory, realloc, post_return, callback;
    std::optional<wasm::TypeId> core_type;
    bool is_async = false, is_gc = false;
    wasm::ValType address; ///< of the memory; `i32` without one
};

/// All that can be said without knowing what they are options of. `invalid`, or `unsupported` for a
/// feature that is off.
Result<CanonOptions> check_canon_options(const Scope& scope, const wasm::TypeStore& store,
                                         const std::vector<ast::CanonOption>& options,
                                         const wasm::Features& features);

/// The type of a core function, of which a component whose core modules were looked into knows it.
Result<wasm::TypeId> core_func_at(const Scope& scope, std::uint32_t index);
/// The address type of a memory that the canonical ABI can use.
Result<wasm::ValType> address_of_memory(const Scope& scope, std::uint32_t index,
                                        const wasm::Features& features);
/// The option as the text format spells it.
[[nodiscard]] std::string_view name_of(ast::CanonOption::Kind option) noexcept;

} // namespace tenon::component
