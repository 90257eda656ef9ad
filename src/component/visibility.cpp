// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/visibility.hpp"

#include "component/types_each.hpp"

namespace tenon::component {
namespace {

bool needs_name(const Definition& definition) {
    return std::holds_alternative<Resource>(definition) ||
           std::holds_alternative<Record>(definition) ||
           std::holds_alternative<Variant>(definition) ||
           std::holds_alternative<Enum>(definition) || std::holds_alternative<Flags>(definition);
}

} // namespace

std::optional<TypeIdx> Visibility::add(const Types& types, const Extern& item, Visibility* also) {
    switch (item.sort) {
    case Sort::type: {
        if (auto without = unnamed_in(types, item.type))
            return without;
        add(item.type);
        if (also != nullptr)
            also->add(item.type);
        return std::nullopt;
    }
    case Sort::instance:
        for (const auto& [name, exported] : types.get<InstanceType>(item.type)->exports)
            if (auto without = add(types, exported, also))
                return without;
        return std::nullopt;
    case Sort::func: return unnamed_in(types, item.type);
    case Sort::value: return unnamed(types, item.type);
    case Sort::component: // validated where they were made
    case Sort::core: return std::nullopt;
    }
    return std::nullopt;
}

// What is in a type that has a name, or that is getting one.
std::optional<TypeIdx> Visibility::unnamed_in(const Types& types, TypeIdx type) {
    if (fine_.contains(type))
        return std::nullopt;
    const auto& definition = types[type];
    std::optional<TypeIdx> found;
    if (const auto* const instance = std::get_if<InstanceType>(&definition)) {
        for (const auto& [name, item] : instance->exports)
            if (!found && item.sort != Sort::core && item.sort != Sort::component)
                found = item.sort == Sort::value ? unnamed(types, item.type)
                                                 : unnamed_in(types, item.type);
    } else if (!std::holds_alternative<ComponentType>(definition)) {
        for_each_type(definition, [&](const ValueType& one) {
            if (!found)
                found = unnamed(types, one);
        });
    }
    if (!found)
        fine_.insert(type);
    return found;
}

std::optional<TypeIdx> Visibility::unnamed(const Types& types, const ValueType& type) {
    const auto* const at = std::get_if<TypeIdx>(&type);
    if (at == nullptr || named_.contains(*at))
        return std::nullopt;
    if (needs_name(types[*at]))
        return *at;
    return unnamed_in(types, *at);
}

std::string_view kind_of(const Definition& definition) noexcept {
    constexpr std::string_view names[] = {"primitive type",
                                          "record",
                                          "variant",
                                          "list",
                                          "list of a fixed length",
                                          "tuple",
                                          "flags",
                                          "enum",
                                          "option",
                                          "result",
                                          "own",
                                          "borrow",
                                          "stream",
                                          "future",
                                          "map",
                                          "resource",
                                          "func",
                                          "instance",
                                          "component",
                                          "core module"};
    static_assert(std::size(names) == std::variant_size_v<Definition>);
    return names[definition.index()];
}

} // namespace tenon::component
