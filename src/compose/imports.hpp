// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a core module imports, and what each import means in its world.
#pragma once

#include "compose/metadata.hpp"
#include "compose/module_view.hpp"
#include "compose/target.hpp"

#include <string>
#include <vector>

namespace tenon::compose {

struct Import {
    enum class Kind : std::uint8_t {
        function,        ///< that the world imports: `function`, `abi`
        resource_drop,   ///< of an imported resource: `resource`
        own_resource,    ///< of an exported one: `resource`, `op`
        task_return,     ///< of `function`
        task_cancel,     ///
        built_in,        ///< `built_in`
        copy,            ///< a built-in of a stream or future: `copy`, `type`
        thread_base_get, ///< of `type_of_value`
        thread_base_set,
        adapter,     ///< an export of the adapter that is called like the module
        memory,      ///< that of the main module
        main_export, ///< of the main module
    };

    Kind kind;
    std::string module; ///< as the module has it
    std::string field;  ///< as the module has it; made different where it was there before
    std::string name;   ///< what `field` was before that

    WorldFunction function = {}; ///< of a copy, the function whose signature has the type
    Abi abi = Abi::lower;
    std::optional<wit::InterfaceIdx> interface = {}; ///< of resources and copies
    wit::TypeIdx resource = {};
    component::ast::CanonOp op = {};
    FoundBuiltIn built_in = {};
    const CopyBuiltIn* copy = nullptr;
    std::optional<wit::TypeIdx> type = {}; ///< the stream or future; nothing for one of no values
    bool async = false;                    ///< of a copy
    bool exported = false;                 ///< copies: the function is one that is exported
    wasm::FuncType core_type = {};         ///< of functions
    wasm::MemoryType memory_type = {};
    wasm::ExternKind core_kind = wasm::ExternKind::func;
};

/// In the order of the module, by the module that they are imported from.
using Imports = base::OrderedMap<std::string, std::vector<Import>>;

/// Finds out what each import is. Errors name the import, and help with what to do.
Result<Imports> find_imports(const ModuleView& module, const Target& target);

/// The memory that is imported, if any.
[[nodiscard]] const wasm::MemoryType* imported_memory(const Imports& imports);

} // namespace tenon::compose
