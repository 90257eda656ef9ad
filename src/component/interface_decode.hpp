// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types of components back into WIT: instances become interfaces, component types worlds, and a
// type that is an alias of one that is known already a `use` of it.
#pragma once

#include "component/names.hpp"
#include "component/types.hpp"
#include "wit/model.hpp"
#include "wit/types.hpp"

#include <map>
#include <set>
#include <string>

namespace tenon::component {

/// Builds one model. What it is given names types of `types`, which must outlive it.
class WitDecoder {
public:
    explicit WitDecoder(const Types& types) : types_(types) {}
    WitDecoder(const WitDecoder&) = delete;
    WitDecoder& operator=(const WitDecoder&) = delete;

    // Parts of the main package. Each gives the package that the part's id names.

    Result<wit::PackageName> interface(const std::string& id, const Externs& imports,
                                       const Extern& item);
    Result<wit::PackageName> world(const std::string& id, const ComponentType& type);
    /// A package in the form of 2023: everything is an export of one component type.
    Result<wit::PackageName> old_package(const std::string& id, const ComponentType& type);

    /// The outside of a component as the world `root`. Imports and exports of modules, components
    /// and types are not part of any world: the former are left out, exports of them are `invalid`.
    Result<wit::WorldIdx> component(const Externs& imports, const Externs& exports);

    /// Puts the packages in order, the main one, called `name`, last.
    Result<wit::PackageIdx> finish(const wit::PackageName& name);
    wit::Model take() { return std::move(model_); }

private:
    struct Package {
        wit::PackageName name;
        base::OrderedMap<std::string, wit::InterfaceIdx> interfaces;
        base::OrderedMap<std::string, wit::WorldIdx> worlds;
    };
    using Imported = std::pair<wit::WorldKey, wit::WorldInterface>;

    Result<wit::InterfaceIdx> known_interface(const std::string& id, const Extern& item);
    Result<wit::InterfaceIdx> own_interface(const std::string& name, const Extern& item);
    Result<wit::InterfaceIdx> foreign_interface(const std::string& id);
    Result<> add_again(wit::InterfaceIdx interface, bool is_own, const std::string& name,
                       const Extern& item);
    Result<Imported> world_interface(const std::string& name, const Extern& item);
    Result<wit::WorldIdx> new_world(const std::string& name, const Externs& imports,
                                    const Externs& exports, bool is_component);
    Result<> world_import(wit::WorldIdx world, const std::string& name, const Extern& item,
                          bool is_component);
    Result<> world_export(wit::WorldIdx world, const std::string& name, const Extern& item);

    Result<wit::TypeIdx> named_type(const std::string& name, const Extern& item, wit::Owner owner);
    Result<wit::Function> function(const std::string& name, const Extern& item,
                                   const wit::Owner& owner);
    [[nodiscard]] const wit::TypeIdx* resource_of(const wit::Owner& owner,
                                                  const std::string& name) const;
    /// What the type, or one that it is an alias of, has become.
    std::optional<wit::TypeIdx> find(TypeIdx type);
    Result<wit::Type> value(const ValueType& type);
    Result<std::optional<wit::Type>> value(const std::optional<ValueType>& type);
    Result<wit::TypeIdx> resource(TypeIdx type);
    Result<wit::TypeKind> kind(const Definition& definition);

    // What an interface has already is described once more: `invalid` if it differs.

    Result<> same_named(const std::string& name, const Extern& item, wit::TypeIdx as);
    Result<> same_function(const std::string& name, const Extern& item, const wit::Function& as);
    /// Whether it means the same, whatever aliases lead there. What has no name yet stands for
    /// that in `as` from then on.
    bool matches(const ValueType& type, const wit::Type& as);
    bool matches_inside(TypeIdx type, wit::TypeIdx as);

    wit::PackageIdx add_package(const Package& from);

    const Types& types_;
    wit::Model model_;
    wit::Types wit_types_{model_};
    Package main_;
    base::OrderedMap<std::string, Package> foreign_;
    std::map<std::string, wit::InterfaceIdx> own_by_id_;
    std::map<TypeIdx, wit::TypeIdx> known_;
    std::set<std::pair<TypeIdx, wit::TypeIdx>> compared_;
};

} // namespace tenon::component
