// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The outside of a core module: what it imports and exports, each with its type.
#pragma once

#include "wasm/module.hpp"

#include <string>
#include <vector>

namespace tenon::compose {

/// Looks into the module that it was made of, which must outlive it.
struct ModuleView {
    struct Import {
        std::string_view module;
        std::string field;     ///< unique beside `module`
        std::string_view name; ///< as the module has it
        const wasm::ExternType* type;
        const wasm::FuncType* function; ///< of functions
        std::uint64_t offset;
    };
    struct Export {
        std::string_view name;
        wasm::ExternKind kind;
        const wasm::FuncType* function; ///< of functions
        std::uint64_t offset;
    };
    std::vector<Import> imports;
    std::vector<Export> exports;
    bool has_renamed_imports = false;

    /// `invalid` for indices that lead nowhere, and for functions whose type is none.
    static Result<ModuleView> create(const wasm::Module& module);
};

/// The import section with the unique names.
[[nodiscard]] Buffer import_section(const ModuleView& view);

} // namespace tenon::compose
