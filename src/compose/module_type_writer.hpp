// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of core modules as definitions of a component: what `typing` found out about a module,
// spelled again, so that the module can be imported.
#pragma once

#include "component/ast.hpp"
#include "component/core_types.hpp"

#include <functional>
#include <map>
#include <string>

namespace tenon::compose {

namespace ast = component::ast;

/// A function type that needs nothing beside it. `unsupported` for types with supertypes, for those
/// that others can extend, and for those that speak of defined types.
Result<wasm::RecType> plain_func_type(const wasm::TypeStore& store, wasm::TypeId id);

class ModuleTypeWriter {
public:
    /// Gives what puts the type of a function into the index space of a module type: a definition,
    /// or an alias of one that is outside.
    using Declare = std::function<Result<ast::ModuleDeclarator>(wasm::TypeId)>;
    explicit ModuleTypeWriter(Declare declare) : declare_(std::move(declare)) {}

    /// What the module imports, and then what it exports. `unsupported` for types that need others.
    Result<ast::ModuleType> write(const component::ModuleType& module);

private:
    Result<wasm::ExternType> item(const component::CoreExtern& item);
    Result<std::uint32_t> func(wasm::TypeId id);

    Declare declare_;
    std::map<wasm::TypeId, std::uint32_t> known_;
    ast::ModuleType made_;
};

} // namespace tenon::compose
