// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types that others can see need names: a resource, record, variant, enum or flags type that an
// import or export speaks of must have been imported or exported itself.
//
// Source: Component Model, design/mvp/Explainer.md, "External Visibility of Types".
#pragma once

#include "component/types.hpp"

#include <optional>
#include <set>

namespace tenon::component {

/// The types that have names in one direction of a scope.
class Visibility {
public:
    void add(TypeIdx type) { named_.insert(type); }
    /// Nothing when all that the import or export speaks of has a name; else the type that has
    /// none. Types that an instance exports get names on the way, and are added to `also` too.
    std::optional<TypeIdx> add(const Types& types, const Extern& item, Visibility* also = nullptr);

private:
    std::optional<TypeIdx> unnamed_in(const Types& types, TypeIdx type);
    std::optional<TypeIdx> unnamed(const Types& types, const ValueType& type);

    std::set<TypeIdx> named_;
    std::set<TypeIdx> fine_; ///< without a name, but all in it have one; stays so
};

/// `record`, `resource`: what a type is called in messages.
[[nodiscard]] std::string_view kind_of(const Definition& definition) noexcept;

} // namespace tenon::component
