// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How core modules call what the Component Model calls otherwise: the two schemes of names, as
// tables. Nothing else in this module spells such a name.
//
// Sources: for the scheme of all bindings generators (here `legacy`) what they write; for `cm32p2`
// the draft https://github.com/WebAssembly/component-model/pull/378.
#pragma once

#include "component/ast.hpp"
#include "wasm/types.hpp"
#include "wit/model.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tenon::compose {

/// Takes the prefix from the text's beginning, if it is there. An empty one never is: a scheme has
/// no such name.
bool strip(std::string_view& text, std::string_view prefix) noexcept;

/// What stands around a name; one of them is empty.
struct Affix {
    std::string_view before, after;

    [[nodiscard]] std::string around(std::string_view name) const;
    /// The name inside, or nothing. An affix without text fits nothing.
    [[nodiscard]] std::optional<std::string_view> inside(std::string_view text) const noexcept;
};

struct Scheme {
    std::string_view prefix; ///< of every module and export: `cm32p2`

    // Names of modules that are imported, behind the prefix.
    std::string_view root;      ///< what the world has itself
    std::string_view interface; ///< stands in front of an interface
    std::string_view own;       ///< what concerns exports stands in modules that begin so

    // Exports, behind the prefix.
    std::string_view memory, realloc, initialize, table, task_hook;
    std::string_view export_root;                 ///< before a function of the world
    std::string_view export_begin, export_middle; ///< around an interface, before its function
    Affix post_return, destructor;
    std::string_view async_lift, async_lift_stackful, callback;

    // Fields.
    Affix resource_drop, resource_new, resource_rep;
    std::string_view task_return, task_cancel;
    std::string_view async_lower; ///< before functions and built-ins that are not waited for
    std::string_view cancellable;

    bool full_versions; ///< in names of interfaces: `1.2.3`, not `1`
    bool has_async;
};
extern const Scheme legacy_scheme;
extern const Scheme standard_scheme;

/// The memory of the main module is imported by this name, whatever the scheme.
inline constexpr std::string_view env_module = "env";
inline constexpr std::string_view memory_field = "memory";
/// Where adapters import what the main module exports.
inline constexpr std::string_view main_module = "__main_module__";
/// Stands for the number of a stream or future of no values.
inline constexpr std::string_view unit_number = "unit";

/// Exports that go by these names in both schemes: allocators.
struct Allocator {
    std::string_view name;
    enum class Use : std::uint8_t { all, imports, exports, adapters } use;
};
[[nodiscard]] const Allocator* find_allocator(std::string_view name) noexcept;
/// Whether an adapter means the main module's allocator by this field of `main_module`.
[[nodiscard]] bool is_main_realloc(std::string_view field) noexcept;

/// Functions of module `env` that linkers leave behind; where a thread keeps its stack and its
/// local storage.
struct ThreadLocal {
    std::string_view name;
    bool is_base; ///< of local storage, not the stack pointer
    bool is_set;
};
[[nodiscard]] const ThreadLocal* find_thread_local(std::string_view field) noexcept;

/// A name that stands for a built-in, whatever world it is.
struct BuiltIn {
    std::string_view name; ///< the legacy field
    component::ast::CanonOp op;
    enum class Form : std::uint8_t { plain, may_cancel, may_be_async } form;
    std::string_view params, results; ///< a letter is a type: `i` i32, `I` i64
    /// What it needs of the module that imports it.
    enum class Uses : std::uint8_t { nothing, memory, encoding, table } uses;
};
/// A name with a number, the number of a stream or future in the function's signature, or `unit`:
/// `[stream-new-0]f`.
struct CopyBuiltIn {
    std::string_view name; ///< up to the number
    component::ast::CanonOp op;
    bool may_be_async;
    std::string_view params, results;
    bool is_stream;
    bool copies, reads; ///< values, to or from memory
};

/// The rows of one operation; there is one for each that has a name.
[[nodiscard]] const BuiltIn& built_in_row(component::ast::CanonOp op) noexcept;
[[nodiscard]] const CopyBuiltIn& copy_row(component::ast::CanonOp op) noexcept;

/// A built-in that was found by its name.
struct FoundBuiltIn {
    const BuiltIn* row;
    bool flag = false;         ///< `[cancellable]` or `[async-lower]` stood in front
    std::uint8_t encoding = 0; ///< of `error-context.*`: a `StringEncoding`
    std::uint32_t slot = 0;    ///< of `context.*`
    wasm::ValType slot_type = {};
};
[[nodiscard]] std::optional<FoundBuiltIn> find_built_in(const Scheme& scheme,
                                                        std::string_view field);
/// The core type of it.
[[nodiscard]] wasm::FuncType type_of(const FoundBuiltIn& built_in);

struct FoundCopy {
    const CopyBuiltIn* row;
    bool async = false;
    std::string_view number; ///< digits, or `unit`
    std::string_view function;
};
[[nodiscard]] std::optional<FoundCopy> find_copy(const Scheme& scheme, std::string_view field);
/// The types that the letters of a row mean.
[[nodiscard]] wasm::FuncType type_of(std::string_view params, std::string_view results);

/// How a scheme calls the interface or name of an import or export.
[[nodiscard]] std::string key_text(const Scheme& scheme, const wit::Model& model,
                                   const wit::WorldKey& key);
/// The export for a function, in full; without an interface one of the world.
[[nodiscard]] std::string export_text(const Scheme& scheme, const wit::Model& model,
                                      const wit::WorldKey* interface, std::string_view function);

} // namespace tenon::compose
