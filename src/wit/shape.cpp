// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/shape.hpp"

#include "wit/types_each.hpp"

#include <algorithm>

namespace tenon::wit {
namespace {

template <class List> std::vector<std::string> names_in(const List& list) {
    std::vector<std::string> out;
    out.reserve(list.size());
    for (const auto& entry : list)
        out.push_back(entry.name);
    return out;
}

/// Names of members, or the length of a list.
std::vector<std::string> labels(const TypeKind& kind) {
    if (const auto* const record = std::get_if<Record>(&kind))
        return names_in(record->fields);
    if (const auto* const variant = std::get_if<Variant>(&kind))
        return names_in(variant->cases);
    if (const auto* const cases = std::get_if<Enum>(&kind))
        return names_in(cases->cases);
    if (const auto* const flags = std::get_if<Flags>(&kind))
        return names_in(flags->flags);
    if (const auto* const list = std::get_if<FixedList>(&kind))
        return {std::to_string(list->length)};
    return {};
}

/// With a place of its own for each that is left out.
std::vector<std::optional<Type>> inner_types(const TypeKind& kind) {
    std::vector<std::optional<Type>> out;
    if (const auto* const variant = std::get_if<Variant>(&kind)) {
        for (const auto& one : variant->cases)
            out.push_back(one.type);
    } else if (const auto* const result = std::get_if<ResultType>(&kind)) {
        out = {result->ok, result->error};
    } else {
        each_type(kind, [&](const Type& type) { out.emplace_back(type); });
    }
    return out;
}

} // namespace

bool same_shape(const TypeKind& left, const TypeKind& right, const SameType& same) {
    return left.index() == right.index() && labels(left) == labels(right) &&
           std::ranges::equal(inner_types(left), inner_types(right), same);
}

} // namespace tenon::wit
