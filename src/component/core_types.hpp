// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What core modules and core instances are to a component: names with the types of functions,
// tables, memories, globals and tags behind them. Defined types are ids of one store, so that
// modules can be compared.
//
// Source: https://webassembly.github.io/spec/core/valid/matching.html#external-types
#pragma once

#include "base/error.hpp"
#include "base/ordered_map.hpp"
#include "component/index.hpp"
#include "wasm/module_info.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tenon::component {

using ModuleIdx = Index<struct ModuleTag>;
using CoreInstanceIdx = Index<struct CoreInstanceTag>;

struct CoreFunc {
    wasm::TypeId type;
};
struct CoreTag {
    wasm::TypeId type;
};
/// In the order of `CoreSort`.
using CoreExtern =
    std::variant<CoreFunc, wasm::TableType, wasm::MemoryType, wasm::GlobalType, CoreTag>;
using CoreExterns = base::OrderedMap<std::string, CoreExtern>;

struct ModuleType {
    /// By module and field.
    base::OrderedMap<std::pair<std::string, std::string>, CoreExtern> imports;
    CoreExterns exports;
};

class CoreTypes {
public:
    wasm::TypeStore store;

    [[nodiscard]] const ModuleType& operator[](ModuleIdx at) const { return modules_.at(at.value); }
    ModuleIdx add(ModuleType module);
    /// An instance of a module: its exports are the module's.
    CoreInstanceIdx add_instance(ModuleIdx of);
    CoreInstanceIdx add_instance(CoreExterns exports);
    [[nodiscard]] const CoreExterns& exports(CoreInstanceIdx at) const;

    /// The type of a function.
    Result<wasm::TypeId> func(std::vector<wasm::ValType> params,
                              std::vector<wasm::ValType> results);

    /// Whether `actual` can stand where `expected` is asked for; `invalid` says why not, with both
    /// types.
    [[nodiscard]] Result<> check_fits(const CoreExtern& actual, const CoreExtern& expected) const;
    /// So for modules: what is expected imports at least what `actual` does, and exports at most
    /// that.
    [[nodiscard]] Result<> check_fits(const ModuleType& actual, const ModuleType& expected) const;

private:
    std::vector<ModuleType> modules_;
    std::vector<std::variant<ModuleIdx, CoreExterns>> instances_;
};

/// `(func (param i32) (result i64))`.
[[nodiscard]] std::string func_text(const wasm::FuncType& type);
/// `function`, `memory`.
[[nodiscard]] std::string_view kind_of(const CoreExtern& item) noexcept;

} // namespace tenon::component
