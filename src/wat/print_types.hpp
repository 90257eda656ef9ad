// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core types as text.
// https://webassembly.github.io/spec/core/text/types.html
#pragma once

#include "wasm/module.hpp"
#include "wat/print_layout.hpp"
#include "wat/print_scope.hpp"

namespace tenon::wat {

void put_type(PrintLayout& to, const PrintScope& in, wasm::ValType type);
/// `any`, or the index of a type.
void put_heap_type(PrintLayout& to, const PrintScope& in, wasm::ValType reference);
/// `(type $t)`.
void put_type_use(PrintLayout& to, const PrintScope& in, std::uint32_t type);
/// ` (param i32) (result i32)`, each with a blank in front; parameters with their names in
/// `locals`.
void put_signature(PrintLayout& to, const PrintScope& in, const wasm::FuncType& type,
                   const PrintSpace* locals);
/// `(type $t) (param i32)`: what a function type is, where that is known.
void put_type_use_in_full(PrintLayout& to, const PrintScope& in, std::uint32_t type,
                          const PrintSpace* locals);

/// Prints the types of a group, and adds them to the scope. `word` is `type` or `core type`, and
/// `group` what stands for `rec`. `group_types` must outlive the scope.
void put_rec_type(PrintLayout& to, PrintScope& in, const wasm::RecType& group_types,
                  std::optional<std::uint64_t> offset, bool of_component);

/// `(func $f (;0;) (type 0)`, without `)`. A number for what is defined, where `is_definition`; it
/// is not counted.
void begin_extern(PrintLayout& to, const PrintScope& in, const wasm::ExternType& type,
                  bool is_definition);
/// Counts the definition.
void define(PrintScope& in, const wasm::ExternType& type);

/// `(func $f)`: what an export names.
void put_extern_index(PrintLayout& to, const PrintScope& in, wasm::ExternKind kind,
                      std::uint32_t index);

/// Locals or parameters: those that have no name share a group.
class LocalGroups {
public:
    /// `word` is `param` or `local`; `names` are null where none can be given.
    LocalGroups(PrintLayout& to, const PrintScope& in, std::string_view word,
                const PrintSpace* names)
        : to_(to), in_(in), word_(word), names_(names) {}
    void put(std::uint32_t index, wasm::ValType type);
    void finish();

private:
    PrintLayout& to_;
    const PrintScope& in_;
    std::string_view word_;
    const PrintSpace* names_;
    bool is_open_ = false, is_first_ = true;
};

} // namespace tenon::wat
