// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The index spaces of a component, or of a component or instance type, while it is being read, and
// what it has to remember for rules that look back.
#pragma once

#include "component/ast.hpp"
#include "component/extern_names.hpp"
#include "component/types.hpp"
#include "component/visibility.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <variant>
#include <vector>

namespace tenon::component {

/// What has an index in a core space: nothing that is known (where nobody looks into core modules),
/// the type of a function, a tag, or a defined type, a module or its type, an instance, or one of
/// the others.
using CoreItem = std::variant<std::monostate, wasm::TypeId, TypeIdx, CoreInstanceIdx,
                              wasm::TableType, wasm::MemoryType, wasm::GlobalType>;

class Scope {
public:
    enum class Kind { component, component_type, instance_type };
    /// `first` is the first resource that is not older than the scope.
    Scope(Kind kind, const Scope* outer, ResourceId first)
        : first_resource(first), kind_(kind), outer_(outer) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const Scope* outer() const noexcept { return outer_; }

    /// The type of what an index names: of functions, instances and components theirs, of types the
    /// type itself. `invalid` if there is nothing.
    [[nodiscard]] Result<TypeIdx> at(Sort sort, std::uint32_t index) const;
    /// The same, and its type is of the kind.
    template <class Wanted> [[nodiscard]] Result<TypeIdx>
    type_at(const Types& types, std::uint32_t index, std::string_view wanted) const {
        const auto type = TENON_TRY(at(Sort::type, index));
        if (types.get<Wanted>(type) == nullptr)
            return fail(wrong_kind(index, wanted));
        return type;
    }
    [[nodiscard]] std::size_t size(Sort sort) const noexcept {
        return spaces_[static_cast<std::size_t>(sort)].size();
    }
    [[nodiscard]] std::size_t size(CoreSort sort) const noexcept {
        return core_[slot(sort)].size();
    }
    /// `limit` when there are more than a component may have.
    Result<> add(Sort sort, TypeIdx type);

    /// `invalid` if there is nothing.
    [[nodiscard]] Result<CoreItem> core_at(CoreSort sort, std::uint32_t index) const;
    Result<> add_core(CoreSort sort, CoreItem item);
    /// The core types by index, as `TypeStore::add` takes them.
    [[nodiscard]] const std::vector<wasm::TypeId>& core_types() const noexcept {
        return core_types_;
    }

    /// The type of a value, which is used up by that.
    Result<TypeIdx> use_value(std::uint32_t index);
    /// The index of a value that was not used.
    [[nodiscard]] std::optional<std::uint32_t> unused_value() const;

    /// Adds a name to the imports or exports, or says why it cannot be there.
    Result<> add_import(const Types& types, const ast::ExternName& name, Extern item,
                        const wasm::Features& features);
    Result<> add_export(const Types& types, const ast::ExternName& name, Extern item,
                        const wasm::Features& features);

    Externs imports, exports;
    /// The types that have a name among the imports, and those that have one among either.
    Visibility imported, exported;
    ResourceNames imported_resources, exported_resources;
    const ResourceId first_resource;
    /// What represents the resources that the component itself defines.
    std::map<ResourceId, wasm::ValType> local_resources;
    std::set<ResourceId> imported_ids; ///< resources that imports brought
    std::set<ResourceId> exported_ids; ///< resources that an export names
    bool has_start = false;
    std::optional<wasm::ValType> context_type; ///< of `context.get` and `context.set`

private:
    static std::size_t slot(CoreSort sort) noexcept {
        const auto code = static_cast<std::size_t>(sort);
        return code < 5 ? code : code - 0x10 + 5;
    }
    [[nodiscard]] static base::Error wrong_kind(std::uint32_t index, std::string_view wanted);
    Result<> add_to(Externs& externs, std::set<std::string>& forms, const ast::ExternName& name,
                    Extern item, std::string_view what);
    [[nodiscard]] std::size_t count(Sort sort, CoreSort core) const;
    [[nodiscard]] Result<> check_room(Sort sort, CoreSort core = {}) const;

    Kind kind_;
    const Scope* outer_; ///< outlives this one
    std::array<std::vector<TypeIdx>, 6> spaces_;
    std::array<std::vector<CoreItem>, 8> core_;
    std::vector<wasm::TypeId> core_types_;
    std::vector<bool> used_values_;
    std::set<std::string> import_forms_, export_forms_;
    std::uint64_t size_ = 0; ///< of the types of imports and exports
};

} // namespace tenon::component
