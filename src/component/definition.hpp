// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The definition of one WIT type as the tree of a component has it. What stands inside is the
// caller's knowledge: whoever defines types in some scope knows their indices there.
#pragma once

#include "component/ast.hpp"
#include "wit/model.hpp"

#include <concepts>
#include <utility>

namespace tenon::component {

/// Gives the types inside a definition their indices.
template <class Scope>
concept TypeScope = requires(Scope& scope, const wit::Type& type, wit::TypeIdx resource) {
    { scope.value(type) } -> std::same_as<ast::ValType>;
    { scope.index_of(resource) } -> std::same_as<std::uint32_t>;
};

namespace detail {

template <class Scope> struct Define {
    Scope& scope;

    std::optional<ast::ValType> maybe(const std::optional<wit::Type>& type) const {
        return type ? std::optional(scope.value(*type)) : std::nullopt;
    }
    static std::vector<std::string> names(const std::vector<wit::Label>& labels) {
        std::vector<std::string> list;
        for (const auto& label : labels)
            list.push_back(label.name);
        return list;
    }

    ast::TypeKind operator()(const wit::Record& of) const {
        ast::Record record;
        for (const auto& field : of.fields)
            record.fields.push_back({field.name, scope.value(field.type)});
        return record;
    }
    ast::TypeKind operator()(const wit::Variant& of) const {
        ast::Variant variant;
        for (const auto& one : of.cases)
            variant.cases.push_back({one.name, maybe(one.type)});
        return variant;
    }
    ast::TypeKind operator()(const wit::Enum& of) const { return ast::Enum{names(of.cases)}; }
    ast::TypeKind operator()(const wit::Flags& of) const { return ast::Flags{names(of.flags)}; }
    ast::TypeKind operator()(const wit::Tuple& of) const {
        ast::Tuple tuple;
        for (const auto& type : of.types)
            tuple.types.push_back(scope.value(type));
        return tuple;
    }
    ast::TypeKind operator()(const wit::List& of) const {
        return ast::List{scope.value(of.element)};
    }
    ast::TypeKind operator()(const wit::FixedList& of) const {
        return ast::FixedList{scope.value(of.element), of.length};
    }
    ast::TypeKind operator()(const wit::Map& of) const {
        const auto key = scope.value(of.key);
        return ast::Map{key, scope.value(of.value)};
    }
    ast::TypeKind operator()(const wit::Option& of) const {
        return ast::Option{scope.value(of.type)};
    }
    ast::TypeKind operator()(const wit::ResultType& of) const {
        const auto ok = maybe(of.ok);
        return ast::Result{ok, maybe(of.error)};
    }
    ast::TypeKind operator()(const wit::Future& of) const { return ast::Future{maybe(of.payload)}; }
    ast::TypeKind operator()(const wit::Stream& of) const { return ast::Stream{maybe(of.payload)}; }
    ast::TypeKind operator()(wit::Own of) const { return ast::Own{scope.index_of(of.resource)}; }
    ast::TypeKind operator()(wit::Borrow of) const {
        return ast::Borrow{scope.index_of(of.resource)};
    }
    // These have no definition of their own: resources are imported or exported, aliases are what
    // they stand for.
    ast::TypeKind operator()(const wit::Resource&) const { std::unreachable(); }
    ast::TypeKind operator()(const wit::Alias&) const { std::unreachable(); }
};

} // namespace detail

/// Of anything but a resource or an alias. The types inside are asked for in their order.
template <TypeScope Scope> ast::TypeKind definition_of(const wit::TypeKind& kind, Scope& scope) {
    return std::visit(detail::Define<Scope>{scope}, kind);
}

} // namespace tenon::component
