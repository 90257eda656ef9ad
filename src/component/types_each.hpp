// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walking over the types that a definition names, and copying it with others in their places.
#pragma once

#include "component/types.hpp"

namespace tenon::component {

/// Calls `visit` with each reference to a type: `ValueType&` or `TypeIdx&`, const if the definition
/// is. Those of instance and component types are the types of their imports and exports.
template <class Definition, class Visit> void for_each_type(Definition& definition, Visit visit);

/// The index that a reference (`ValueType` or `TypeIdx`) holds, or null.
template <class Reference> auto* index_in(Reference& reference) {
    if constexpr (std::is_same_v<std::remove_const_t<Reference>, TypeIdx>)
        return &reference;
    else
        return std::get_if<TypeIdx>(&reference);
}

namespace detail {

template <class Visit> struct EachType {
    Visit& visit;

    void optional(auto& type) const {
        if (type)
            visit(*type);
    }
    void externs(auto& list) const {
        for (std::size_t i = 0; i < list.size(); ++i)
            if (auto& item = list.value(i); item.sort != Sort::core)
                visit(item.type);
    }
    template <class Kind> void operator()(Kind& kind) const {
        using Plain = std::remove_const_t<Kind>;
        if constexpr (std::is_same_v<Plain, Record>) {
            for (auto& [name, type] : kind.fields)
                visit(type);
        } else if constexpr (std::is_same_v<Plain, Variant>) {
            for (auto& [name, type] : kind.cases)
                optional(type);
        } else if constexpr (std::is_same_v<Plain, List> || std::is_same_v<Plain, FixedList>) {
            visit(kind.element);
        } else if constexpr (std::is_same_v<Plain, Tuple>) {
            for (auto& type : kind.types)
                visit(type);
        } else if constexpr (std::is_same_v<Plain, Option>) {
            visit(kind.type);
        } else if constexpr (std::is_same_v<Plain, ResultType>) {
            optional(kind.ok);
            optional(kind.error);
        } else if constexpr (std::is_same_v<Plain, Own> || std::is_same_v<Plain, Borrow>) {
            visit(kind.resource);
        } else if constexpr (std::is_same_v<Plain, Stream>) {
            optional(kind.element);
        } else if constexpr (std::is_same_v<Plain, Future>) {
            optional(kind.payload);
        } else if constexpr (std::is_same_v<Plain, Map>) {
            visit(kind.key);
            visit(kind.value);
        } else if constexpr (std::is_same_v<Plain, Func>) {
            for (auto& [name, type] : kind.params)
                visit(type);
            optional(kind.result);
        } else if constexpr (std::is_same_v<Plain, InstanceType>) {
            externs(kind.exports);
        } else if constexpr (std::is_same_v<Plain, ComponentType>) {
            externs(kind.imports);
            externs(kind.exports);
        }
    }
};

} // namespace detail

template <class Definition, class Visit> void for_each_type(Definition& definition, Visit visit) {
    std::visit(detail::EachType<Visit>{visit}, definition);
}

} // namespace tenon::component
