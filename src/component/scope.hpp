// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The index spaces of a component, or of a component or instance type, while it is being read.
#pragma once

#include "component/ast.hpp"
#include "component/types.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <vector>

namespace tenon::component {

class Scope {
public:
    enum class Kind { component, component_type, instance_type };
    Scope(Kind kind, const Scope* outer) : kind_(kind), outer_(outer) {}

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
    void add(Sort sort, TypeIdx type) { space(sort).push_back(type); }

    /// Core definitions are counted only.
    void add_core(CoreSort sort) { ++core_[slot(sort)]; }
    [[nodiscard]] Result<> check_core(CoreSort sort, std::uint32_t index) const;

    /// Adds a name to the imports or exports, or says why it cannot be there.
    Result<> add_import(const ast::ExternName& name, Extern item);
    Result<> add_export(const ast::ExternName& name, Extern item);

    Externs imports, exports;

private:
    static std::size_t slot(CoreSort sort) noexcept {
        const auto code = static_cast<std::size_t>(sort);
        return code < 5 ? code : code - 0x10 + 5;
    }
    [[nodiscard]] static base::Error wrong_kind(std::uint32_t index, std::string_view wanted);
    std::vector<TypeIdx>& space(Sort sort) { return spaces_.at(static_cast<std::size_t>(sort)); }

    Kind kind_;
    const Scope* outer_; ///< outlives this one
    std::array<std::vector<TypeIdx>, 6> spaces_;
    std::array<std::uint32_t, 8> core_ = {};
    std::set<std::string> import_forms_, export_forms_;
};

} // namespace tenon::component
