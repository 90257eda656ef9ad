// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Imports by their types: what `typing` knows of them, spelled again as definitions of a component
// that is being built. A type that another import exports is taken from there, so that it is the
// same one; so imports come in the order in which they need each other.
#pragma once

#include "component/types.hpp"
#include "compose/tree_builder.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::compose {

struct WantedImport {
    std::string name;
    component::Extern item;
    /// Written only where another one needs a type of it.
    bool is_optional = false;
};

class ExternWriter {
public:
    /// `out` and `types` outlive it; the imports speak of types in `types`. Nothing else was put
    /// into `out` yet.
    ExternWriter(TreeBuilder& out, const component::Types& types,
                 std::vector<WantedImport> imports);

    /// `invalid` for an import that speaks of a resource which no import brings, and where imports
    /// need each other in a circle; `unsupported` for values and some core modules; `limit`. Those
    /// in `first` come before others that do not need to.
    Result<> write(const std::vector<std::size_t>& first = {});
    /// The type of an export that speaks of types of optional imports, which are written then: so
    /// these types have names outside. Nothing for one that does not need it, or has resources.
    Result<std::optional<ast::ExternType>> ascribed(const component::Extern& exported);
    /// What an import got in its index space; of one that was written.
    [[nodiscard]] std::uint32_t index(std::size_t import) const {
        return *states_.at(import).index;
    }

private:
    using TypeIdx = component::TypeIdx;

    /// An instance whose exports can be taken: it has an index, or is an export of another one.
    struct Place {
        std::optional<std::uint32_t> index;
        std::size_t parent = 0;
        std::string_view name; ///< in `types_`, which does not change
    };
    struct Via {
        std::size_t place;
        std::string_view name;
    };
    /// The index spaces of the component itself, or of the type of an instance or component.
    struct Level {
        bool is_root = false;
        std::vector<ast::Declarator> declarators;
        std::uint32_t types = 0, instances = 0, core_types = 0;
        std::map<TypeIdx, std::uint32_t> known;
        std::map<TypeIdx, Via> via;
        std::vector<Place> places;
    };
    struct State {
        enum { waiting, begun, done } at = waiting;
        std::optional<std::uint32_t> index;
    };

    bool needs_optional(TypeIdx type);
    bool needs_optional_inside(TypeIdx type);
    void note_owner(std::size_t import, const component::Extern& item);
    Result<> write_import(std::size_t import);
    Result<std::uint32_t> written(std::size_t import);

    // In the innermost level.

    [[nodiscard]] Level& level() { return inner_.empty() ? root_ : *inner_.back(); }
    Result<std::uint32_t> type(TypeIdx type);
    Result<ast::ValType> value(const component::ValueType& type);
    Result<std::optional<ast::ValType>> value(const std::optional<component::ValueType>& type);
    Result<std::optional<std::uint32_t>> find(TypeIdx type);
    Result<ast::TypeKind> definition(TypeIdx type);
    Result<ast::ExternType> extern_type(const component::Extern& item);
    Result<std::uint32_t> module_type(TypeIdx type);
    Result<> declare(const std::string& name, const component::Extern& item, bool is_import);
    struct Define;

    std::uint32_t define(Level& level, ast::TypeKind kind);
    std::uint32_t take(Level& level, std::uint32_t instance, std::string_view name, Sort sort);
    std::uint32_t instance_of(Level& level, std::size_t place);
    std::optional<std::uint32_t> known_in(Level& level, TypeIdx type);
    void note(Level& level, Place place, TypeIdx instance);

    TreeBuilder& out_;
    const component::Types& types_;
    std::vector<WantedImport> imports_;
    std::vector<State> states_;
    std::map<TypeIdx, std::size_t> owners_; ///< which import brings a type
    std::set<TypeIdx> without_optional_;    ///< known to need none
    Level root_;
    std::vector<std::unique_ptr<Level>> inner_;
    std::size_t depth_ = 0; ///< of imports that are waiting for others
};

} // namespace tenon::compose
