// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What function bodies are validated against: the module's index spaces, imports first, with types
// made canonical.
#pragma once

#include "wasm/features.hpp"
#include "wasm/type_store.hpp"

#include <vector>

namespace tenon::wasm {

/// References in it are ids of the store.
struct ModuleInfo {
    const TypeStore* store = nullptr; ///< outlives it
    Features features = Features::standard();
    std::vector<TypeId> types;
    std::vector<TypeId> functions;
    std::vector<TableType> tables;
    std::vector<MemoryType> memories;
    std::vector<GlobalType> globals;
    std::size_t imported_globals = 0;
    std::vector<TypeId> tags;
    std::vector<ValType> elements; ///< of each segment
    std::optional<std::uint32_t> data_count;
    std::vector<bool> may_be_referenced; ///< by `ref.func` in a body, by function

    /// A value type of the file with ids in the place of indices; `invalid` for an unknown type,
    /// `unsupported` for one that needs a feature which is off.
    [[nodiscard]] Result<ValType> canonical(ValType type) const;
    /// A canonical type in words, for messages: with the first index that it has in the module.
    [[nodiscard]] std::string text(ValType canonical) const;
};

} // namespace tenon::wasm
