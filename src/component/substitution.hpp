// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types with others in the places of some: how a description (the type of an instance or component)
// becomes that of one instance, with resources of its own.
//
// Source: Component Model, design/mvp/Explainer.md, "Type Checking": instantiation substitutes the
// types supplied and makes every remaining resource a fresh one.
#pragma once

#include "component/types.hpp"

#include <map>

namespace tenon::component {

class Substitution {
public:
    /// Resources of `bound` that `replace` does not name become fresh ones when they are met.
    Substitution(Types& types, ResourceRange bound) : types_(types), bound_(bound) {}

    /// `type` becomes `by`, and with it the resource that it is.
    void replace(TypeIdx type, TypeIdx by);

    Result<TypeIdx> apply(TypeIdx type);
    Result<Externs> apply(Externs externs);
    [[nodiscard]] bool is_replaced(TypeIdx type) const { return done_.contains(type); }
    /// Whether the resource would become a fresh one.
    [[nodiscard]] bool is_bound(ResourceId id) const;

private:
    Result<TypeIdx> apply_to_root(TypeIdx type);
    Result<TypeIdx> resource(TypeIdx type, ResourceId id);
    Result<TypeIdx> copy(TypeIdx type);

    Types& types_;
    ResourceRange bound_;
    std::map<TypeIdx, TypeIdx> done_;
    std::map<ResourceId, TypeIdx> resources_;
    std::vector<ResourceRange> inner_; ///< of the descriptions that are being copied
};

/// The type of one instance of what `type` describes.
Result<TypeIdx> open(Types& types, TypeIdx type);

/// What an instantiation is given, by name.
using Arguments = base::OrderedMap<std::string, Extern>;
/// The type of an instance of the component type. `invalid` for an argument that is missing or does
/// not fit; the message names the import.
Result<TypeIdx> instantiate(Types& types, TypeIdx component, const Arguments& arguments);

/// One argument of an instantiation after the other: whether `actual` can stand where `expected` is
/// asked for. `learned` is that of the component whose import `expected` is, and knows afterwards
/// what its types stand for.
Result<> fit(Types& types, Substitution& learned, const Extern& actual, const Extern& expected);

/// Whether `actual` can stand where `expected` is asked for; `invalid` says why not.
Result<> check_fits(Types& types, const Extern& actual, const Extern& expected);

} // namespace tenon::component
