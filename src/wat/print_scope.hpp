// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is known where a definition is printed: names, how many definitions of each sort came before
// it, and the core types among them.
#pragma once

#include "wasm/types.hpp"
#include "wat/print_names.hpp"

#include <vector>

namespace tenon::wat {

/// The definitions of a module, a component, or one of their types up to a place in it.
struct PrintScope {
    explicit PrintScope(bool of_component) : names(of_component) {}

    PrintNames names;
    /// Core types; null for those that are no function, structure or array.
    std::vector<const wasm::SubType*> types;
    std::uint32_t funcs = 0, tables = 0, memories = 0, globals = 0, tags = 0;
    std::uint32_t modules = 0, instances = 0; ///< core ones
    std::uint32_t component_types = 0, component_funcs = 0, components = 0, component_instances = 0,
                  values = 0;
    /// Types of the functions and tags of a module; of a component they are not known.
    std::vector<std::uint32_t> func_types, tag_types;

    /// The function type of an index, or null.
    [[nodiscard]] const wasm::FuncType* func_type(std::uint32_t type) const noexcept {
        if (type >= types.size() || types[type] == nullptr)
            return nullptr;
        return std::get_if<wasm::FuncType>(&types[type]->composite);
    }
};

} // namespace tenon::wat
