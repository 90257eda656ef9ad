// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/types.hpp"

#include "wit/types_each.hpp"

#include <algorithm>

namespace tenon::wit {
namespace {

void append_number(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8)
        out += static_cast<char>(value >> shift);
}

/// Equal for equal definitions without a name, and for no others. `canonical(type)` gives the index
/// that stands for a type.
template <class Canonical> std::string key_of(const TypeKind& kind, Canonical canonical) {
    std::string key(1, static_cast<char>(kind.index()));
    if (const auto* const list = std::get_if<FixedList>(&kind))
        append_number(key, list->length);
    if (const auto* const result = std::get_if<ResultType>(&kind))
        key += static_cast<char>((result->ok ? 1 : 0) + (result->error ? 2 : 0));
    each_type(kind, [&](const Type& type) {
        key += static_cast<char>(type.index());
        append_number(key, std::holds_alternative<Primitive>(type)
                               ? static_cast<std::uint32_t>(std::get<Primitive>(type))
                               : canonical(std::get<TypeIdx>(type)).value);
    });
    return key;
}

} // namespace

std::string Types::key_of(const TypeKind& kind) const {
    return wit::key_of(kind, [&](TypeIdx type) { return facts_.at(type.value).canonical; });
}

std::vector<TypeIdx> canonical_types(const Model& model,
                                     const std::function<TypeIdx(TypeIdx)>& named) {
    std::vector<TypeIdx> canonical;
    std::map<std::string, TypeIdx> anonymous;
    canonical.reserve(model.types.size());
    for (const auto& type : model.types) {
        const TypeIdx at{static_cast<std::uint32_t>(canonical.size())};
        const auto key = [&] {
            return key_of(type.kind, [&](TypeIdx inner) { return canonical.at(inner.value); });
        };
        if (type.name)
            canonical.push_back(named ? named(at) : at);
        else
            canonical.push_back(anonymous.emplace(key(), at).first->second);
    }
    return canonical;
}

TypeIdx Types::add(TypeDef type) {
    const TypeIdx at{static_cast<std::uint32_t>(model_->types.size())};
    each_type(type.kind, [&](const Type& inner) {
        const auto* const index = std::get_if<TypeIdx>(&inner);
        TENON_ASSERT(index == nullptr || index->value < at.value); // see `Model`
    });
    model_->types.push_back(std::move(type));
    return at;
}

TypeIdx Types::anonymous(TypeKind kind) {
    learn();
    if (const auto there = anonymous_.find(key_of(kind)); there != anonymous_.end())
        return there->second;
    TypeDef type;
    type.kind = std::move(kind);
    return add(std::move(type));
}

void Types::learn() {
    while (facts_.size() < model_->types.size()) {
        const TypeIdx at{static_cast<std::uint32_t>(facts_.size())};
        const auto& type = model_->types[at.value];
        const auto& kind = type.kind;
        Facts facts{at, at, std::holds_alternative<Borrow>(kind)};
        if (!type.name)
            facts.canonical = anonymous_.emplace(key_of(kind), at).first->second;
        each_type(kind, [&](const Type& inner) {
            if (const auto* const index = std::get_if<TypeIdx>(&inner))
                facts.borrow = facts.borrow || facts_.at(index->value).borrow;
        });
        if (const auto* const alias = std::get_if<Alias>(&kind)) {
            if (const auto* const of = std::get_if<TypeIdx>(&alias->of))
                facts.base = facts_[of->value].base;
        }
        facts_.push_back(facts);
    }
}

TypeIdx Types::base(TypeIdx type) {
    learn();
    return facts_.at(type.value).base;
}

bool Types::is_resource(TypeIdx type) {
    return std::holds_alternative<Resource>((*model_)[base(type)].kind);
}

bool Types::contains_borrow(const Type& type) {
    learn();
    const auto* const index = std::get_if<TypeIdx>(&type);
    return index != nullptr && facts_.at(index->value).borrow;
}

Type Types::canonical(const Type& type) {
    learn();
    const auto* const index = std::get_if<TypeIdx>(&type);
    return index == nullptr ? type : Type(facts_.at(index->value).canonical);
}

bool Types::is_map_key(const Type& type) {
    if (const auto* const index = std::get_if<TypeIdx>(&type)) {
        const auto* const alias = std::get_if<Alias>(&(*model_)[base(*index)].kind);
        return alias != nullptr && is_map_key(alias->of);
    }
    const auto primitive = std::get<Primitive>(type);
    return primitive != Primitive::f32 && primitive != Primitive::f64 &&
           primitive != Primitive::error_context;
}

} // namespace tenon::wit
