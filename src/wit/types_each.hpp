// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What stands inside a type, for all kinds of types in one place.
#pragma once

#include "wit/model.hpp"

namespace tenon::wit {

template <class Visit> struct EachType {
    Visit visit;

    void operator()(const Record& type) {
        for (const auto& field : type.fields)
            visit(field.type);
    }
    void operator()(const Variant& type) {
        for (const auto& one : type.cases)
            maybe(one.type);
    }
    void operator()(const Enum&) {}
    void operator()(const Flags&) {}
    void operator()(const Tuple& type) {
        for (const auto& one : type.types)
            visit(one);
    }
    void operator()(const List& type) { visit(type.element); }
    void operator()(const FixedList& type) { visit(type.element); }
    void operator()(const Map& type) {
        visit(type.key);
        visit(type.value);
    }
    void operator()(const Option& type) { visit(type.type); }
    void operator()(const ResultType& type) {
        maybe(type.ok);
        maybe(type.error);
    }
    void operator()(const Future& type) { maybe(type.payload); }
    void operator()(const Stream& type) { maybe(type.payload); }
    void operator()(const Resource&) {}
    void operator()(const Own& type) { visit(Type(type.resource)); }
    void operator()(const Borrow& type) { visit(Type(type.resource)); }
    void operator()(const Alias& type) { visit(type.of); }

private:
    void maybe(const std::optional<Type>& type) {
        if (type)
            visit(*type);
    }
};

/// Calls `visit(type)` for each type that stands in a definition.
template <class Visit> void each_type(const TypeKind& kind, Visit visit) {
    std::visit(EachType<Visit>{std::move(visit)}, kind);
}

/// The same definition with `change(type)` in the place of each type.
template <class Change> TypeKind with_types(TypeKind kind, Change change) {
    struct Changer {
        Change change;
        void one(Type& type) { type = change(type); }
        void one(std::optional<Type>& type) {
            if (type)
                type = change(*type);
        }
        void one(TypeIdx& type) { type = std::get<TypeIdx>(change(Type(type))); }

        void operator()(Record& type) {
            for (auto& field : type.fields)
                one(field.type);
        }
        void operator()(Variant& type) {
            for (auto& entry : type.cases)
                one(entry.type);
        }
        void operator()(Enum&) {}
        void operator()(Flags&) {}
        void operator()(Tuple& type) {
            for (auto& entry : type.types)
                one(entry);
        }
        void operator()(List& type) { one(type.element); }
        void operator()(FixedList& type) { one(type.element); }
        void operator()(Map& type) {
            one(type.key);
            one(type.value);
        }
        void operator()(Option& type) { one(type.type); }
        void operator()(ResultType& type) {
            one(type.ok);
            one(type.error);
        }
        void operator()(Future& type) { one(type.payload); }
        void operator()(Stream& type) { one(type.payload); }
        void operator()(Resource&) {}
        void operator()(Own& type) { one(type.resource); }
        void operator()(Borrow& type) { one(type.resource); }
        void operator()(Alias& type) { one(type.of); }
    };
    std::visit(Changer{std::move(change)}, kind);
    return kind;
}

} // namespace tenon::wit
