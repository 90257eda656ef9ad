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

/// Equal for equal definitions without a name, and for no others.
std::string key_of(const TypeKind& kind) {
    std::string key(1, static_cast<char>(kind.index()));
    if (const auto* const list = std::get_if<FixedList>(&kind))
        append_number(key, list->length);
    if (const auto* const result = std::get_if<ResultType>(&kind))
        key += static_cast<char>((result->ok ? 1 : 0) + (result->error ? 2 : 0));
    each_type(kind, [&](const Type& type) {
        key += static_cast<char>(type.index());
        append_number(key, std::holds_alternative<Primitive>(type)
                               ? static_cast<std::uint32_t>(std::get<Primitive>(type))
                               : std::get<TypeIdx>(type).value);
    });
    return key;
}

} // namespace

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
    auto key = key_of(kind);
    if (const auto there = anonymous_.find(key); there != anonymous_.end())
        return there->second;
    TypeDef type;
    type.kind = std::move(kind);
    const auto at = add(std::move(type));
    anonymous_.emplace(std::move(key), at);
    return at;
}

void Types::learn() {
    while (facts_.size() < model_->types.size()) {
        const TypeIdx at{static_cast<std::uint32_t>(facts_.size())};
        const auto& kind = model_->types[at.value].kind;
        Facts facts{at, std::holds_alternative<Borrow>(kind)};
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

bool Types::is_map_key(const Type& type) {
    if (const auto* const index = std::get_if<TypeIdx>(&type)) {
        const auto* const alias = std::get_if<Alias>(&(*model_)[base(*index)].kind);
        return alias != nullptr && is_map_key(alias->of);
    }
    const auto primitive = std::get<Primitive>(type);
    return primitive != Primitive::f32 && primitive != Primitive::f64 &&
           primitive != Primitive::error_context;
}

void Types::forget_from(std::uint32_t first) {
    if (facts_.size() > first)
        facts_.resize(first, Facts{TypeIdx{0}, false});
    std::erase_if(anonymous_, [&](const auto& entry) { return entry.second.value >= first; });
}

} // namespace tenon::wit
