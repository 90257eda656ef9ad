// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Interfaces that are described more than once: a later description must say what the first one
// said, as far as it goes, and its types stand for those that are known.
#include "component/interface_decode.hpp"
#include "component/primitives.hpp"
#include "component/types_each.hpp"
#include "wit/types_each.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

/// What a definition says beside the types in it.
struct Outline {
    std::string_view kind;
    std::vector<std::string> parts = {}; ///< names, or what is there and what is not
    friend bool operator==(const Outline&, const Outline&) = default;
};

const std::string& name_of_part(const std::string& label) {
    return label;
}
template <class Type> const std::string& name_of_part(const std::pair<std::string, Type>& part) {
    return part.first;
}
template <class Part> const std::string& name_of_part(const Part& part) {
    return part.name;
}
template <class Type> bool has_type(const std::pair<std::string, std::optional<Type>>& part) {
    return part.second.has_value();
}
bool has_type(const wit::Case& part) {
    return part.type.has_value();
}

template <class Kind, class... Others> constexpr bool is_one_of =
    (std::is_same_v<Kind, Others> || ...);

/// The same words for kinds of types of WIT and of components.
struct OutlineOf {
    template <class Kind> Outline operator()(const Kind& of) const {
        if constexpr (is_one_of<Kind, Record, wit::Record>)
            return {"record", names(of.fields)};
        else if constexpr (is_one_of<Kind, Variant, wit::Variant>)
            return {"variant", cases(of.cases)};
        else if constexpr (is_one_of<Kind, Enum>)
            return {"enum", names(of.labels)};
        else if constexpr (is_one_of<Kind, wit::Enum>)
            return {"enum", names(of.cases)};
        else if constexpr (is_one_of<Kind, Flags>)
            return {"flags", names(of.labels)};
        else if constexpr (is_one_of<Kind, wit::Flags>)
            return {"flags", names(of.flags)};
        else if constexpr (is_one_of<Kind, Tuple, wit::Tuple>)
            return {"tuple"};
        else if constexpr (is_one_of<Kind, List, wit::List>)
            return {"list"};
        else if constexpr (is_one_of<Kind, FixedList, wit::FixedList>)
            return {"fixed-length list", {std::to_string(of.length)}};
        else if constexpr (is_one_of<Kind, Map, wit::Map>)
            return {"map"};
        else if constexpr (is_one_of<Kind, Option, wit::Option>)
            return {"option"};
        else if constexpr (is_one_of<Kind, ResultType, wit::ResultType>)
            return {"result", {of.ok ? "ok" : "", of.error ? "error" : ""}};
        else if constexpr (is_one_of<Kind, Future, wit::Future>)
            return {"future"};
        else if constexpr (is_one_of<Kind, Stream, wit::Stream>)
            return {"stream"};
        else if constexpr (is_one_of<Kind, Resource, wit::Resource>)
            return {"resource"};
        else if constexpr (is_one_of<Kind, Own, wit::Own>)
            return {"own"};
        else if constexpr (is_one_of<Kind, Borrow, wit::Borrow>)
            return {"borrow"};
        else
            return {"other"}; // a primitive, or no type of a value
    }

private:
    template <class List> static std::vector<std::string> names(const List& list) {
        std::vector<std::string> out;
        for (const auto& part : list)
            out.push_back(name_of_part(part));
        return out;
    }
    template <class List> static std::vector<std::string> cases(const List& list) {
        auto out = names(list);
        for (std::size_t i = 0; i < out.size(); ++i)
            if (has_type(list[i]))
                out[i] += "()";
        return out;
    }
};

std::vector<wit::Type> types_in(const wit::TypeKind& kind) {
    std::vector<wit::Type> list;
    wit::each_type(kind, [&](const wit::Type& type) { list.push_back(type); });
    return list;
}
std::vector<ValueType> types_in(const Definition& definition) {
    std::vector<ValueType> list;
    for_each_type(definition, [&](const auto& type) { list.emplace_back(type); });
    return list;
}

} // namespace

Result<> WitDecoder::same_named(const std::string& name, const Extern& item, wit::TypeIdx as) {
    if (!matches(ValueType(item.type), wit::Type(as))) {
        const auto& kind = model_[wit_types_.base(as)].kind;
        const auto* const alias = std::get_if<wit::Alias>(&kind);
        const auto expected = alias != nullptr ? wit::name_of(std::get<wit::Primitive>(alias->of))
                                               : std::visit(OutlineOf{}, kind).kind;
        return fail(Errc::invalid,
                    fmt::format("type `{}` is not the {} that it was before", name, expected));
    }
    known_.insert_or_assign(item.type, as);
    return {};
}

Result<> WitDecoder::same_function(const std::string& name, const Extern& item,
                                   const wit::Function& as) {
    const auto& type = *types_.get<Func>(item.type);
    bool same = type.async == as.async && type.params.size() == as.params.size() &&
                type.result.has_value() == as.result.has_value();
    for (std::size_t i = 0; same && i < type.params.size(); ++i)
        same = type.params[i].first == as.params[i].name &&
               matches(type.params[i].second, as.params[i].type);
    if (same && (!type.result || matches(*type.result, *as.result)))
        return {};
    return fail(Errc::invalid, fmt::format("function `{}` is not what it was before", name));
}

bool WitDecoder::matches(const ValueType& type, const wit::Type& as) {
    const auto* const at = std::get_if<TypeIdx>(&type);
    const auto* const known = std::get_if<wit::TypeIdx>(&as);
    if (known == nullptr) {
        const auto* const primitive =
            at != nullptr ? types_.get<Primitive>(*at) : std::get_if<Primitive>(&type);
        return primitive != nullptr && to_wit(*primitive) == std::get<wit::Primitive>(as);
    }
    const auto base = wit_types_.base(*known);
    if (const auto* const alias = std::get_if<wit::Alias>(&model_[base].kind))
        return matches(type, alias->of); // a primitive
    if (at == nullptr)
        return false;
    if (model_[base].name)
        if (const auto found = find(*at))
            return wit_types_.base(*found) == base;
    known_.emplace(*at, *known);
    return matches_inside(*at, base);
}

bool WitDecoder::matches_inside(TypeIdx type, wit::TypeIdx as) {
    if (!compared_.emplace(type, as).second)
        return true; // or it is being said elsewhere that it is not
    const auto& kind = model_[as].kind;
    const auto& definition = types_[type];
    const auto left = types_in(definition);
    const auto right = types_in(kind);
    bool same = std::visit(OutlineOf{}, definition) == std::visit(OutlineOf{}, kind) &&
                left.size() == right.size();
    for (std::size_t i = 0; same && i < left.size(); ++i)
        same = matches(left[i], right[i]);
    return same;
}

} // namespace tenon::component
