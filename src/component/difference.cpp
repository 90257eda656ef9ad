// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/difference.hpp"

#include "base/join.hpp"
#include "base/utf8.hpp"
#include "component/types_each.hpp"
#include "component/visibility.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::component {
namespace {

constexpr int max_text_depth = 4;
constexpr std::size_t max_text_items = 8;
constexpr std::size_t max_name_bytes = 64;
/// Of types of more parts nobody is told where they part: it is asked for at each level again.
constexpr std::uint32_t max_compared_size = 10'000;

struct TypeText {
    const Types& types;
    int depth = 0;

    std::string operator()(const ValueType& type) const {
        if (const auto* const primitive = std::get_if<Primitive>(&type))
            return std::string(name_of(*primitive));
        if (depth >= max_text_depth)
            return "…";
        return std::visit(TypeText{types, depth + 1}, types[std::get<TypeIdx>(type)]);
    }
    std::string operator()(const std::optional<ValueType>& type) const {
        return type ? (*this)(*type) : "_";
    }
    std::string operator()(Primitive primitive) const { return std::string(name_of(primitive)); }
    std::string operator()(const Record& type) const { return named("record", type.fields); }
    std::string operator()(const Variant& type) const {
        return fmt::format("variant of {} cases", type.cases.size());
    }
    std::string operator()(const Flags& type) const {
        return fmt::format("flags of {}", type.labels.size());
    }
    std::string operator()(const Enum& type) const {
        return fmt::format("enum of {} cases", type.labels.size());
    }
    std::string operator()(const List& type) const {
        return fmt::format("list<{}>", (*this)(type.element));
    }
    std::string operator()(const FixedList& type) const {
        return fmt::format("list<{}, {}>", (*this)(type.element), type.length);
    }
    std::string operator()(const Tuple& type) const {
        std::vector<std::string> items;
        for (const auto& one : type.types) {
            items.push_back(items.size() < max_text_items ? (*this)(one) : "…");
            if (items.size() > max_text_items)
                break;
        }
        return fmt::format("tuple<{}>", base::joined(items, ", "));
    }
    std::string operator()(const Option& type) const {
        return fmt::format("option<{}>", (*this)(type.type));
    }
    std::string operator()(const ResultType& type) const {
        if (!type.ok && !type.error)
            return "result";
        return fmt::format("result<{}, {}>", (*this)(type.ok), (*this)(type.error));
    }
    std::string operator()(const Stream& type) const {
        return type.element ? fmt::format("stream<{}>", (*this)(*type.element)) : "stream";
    }
    std::string operator()(const Future& type) const {
        return type.payload ? fmt::format("future<{}>", (*this)(*type.payload)) : "future";
    }
    std::string operator()(const Map& type) const {
        return fmt::format("map<{}, {}>", (*this)(type.key), (*this)(type.value));
    }
    std::string operator()(Own) const { return "own"; }
    std::string operator()(Borrow) const { return "borrow"; }
    std::string operator()(const Func& type) const {
        auto text = named(type.async ? "async func" : "func", type.params, '(', ')');
        return type.result ? text + " -> " + (*this)(*type.result) : text;
    }
    template <class Other> std::string operator()(const Other& type) const {
        return std::string(kind_of(Definition(type)));
    }

private:
    [[nodiscard]] std::string named(std::string_view what,
                                    const std::vector<std::pair<std::string, ValueType>>& list,
                                    char open = '{', char close = '}') const {
        std::vector<std::string> items;
        for (const auto& [name, type] : list) {
            items.push_back(
                items.size() < max_text_items
                    ? fmt::format("{}: {}", base::shortened(name, max_name_bytes), (*this)(type))
                    : "…");
            if (items.size() > max_text_items)
                break;
        }
        return fmt::format("{}{}{}{}", what, open, base::joined(items, ", "), close);
    }
};

/// Goes down where the types part. Each step asks `is_equal` of the parts, so it is called for
/// types that differ, once, and that are not large.
class Difference {
public:
    explicit Difference(const Types& types) : types_(types) {}

    std::string of(const ValueType& actual, const ValueType& expected) {
        const auto* const left = std::get_if<TypeIdx>(&actual);
        const auto* const right = std::get_if<TypeIdx>(&expected);
        if (left == nullptr || right == nullptr ||
            types_[*left].index() != types_[*right].index() ||
            std::max(types_.size(*left), types_.size(*right)) > max_compared_size)
            return expected_found(TypeText{types_}(expected), TypeText{types_}(actual));
        return std::visit(
            [&]<class Kind>(const Kind& wanted) {
                auto part = parts(std::get<Kind>(types_[*left]), wanted);
                return part.empty()
                           ? expected_found(TypeText{types_}(expected), TypeText{types_}(actual))
                           : part;
            },
            types_[*right]);
    }

private:
    static std::string expected_found(std::string_view expected, std::string_view actual) {
        return fmt::format("expected `{}`, found `{}`", expected, actual);
    }
    bool same(const ValueType& left, const ValueType& right) const {
        const auto* const first = std::get_if<TypeIdx>(&left);
        const auto* const second = std::get_if<TypeIdx>(&right);
        if (first != nullptr && second != nullptr)
            return types_.is_equal(*first, *second);
        const auto* const one = primitive(left);
        const auto* const other = primitive(right);
        return one != nullptr && other != nullptr && *one == *other;
    }
    const Primitive* primitive(const ValueType& type) const {
        const auto* const at = std::get_if<TypeIdx>(&type);
        return at != nullptr ? types_.get<Primitive>(*at) : std::get_if<Primitive>(&type);
    }
    /// Empty when they are the same.
    std::string at(const std::string& place, const std::optional<ValueType>& actual,
                   const std::optional<ValueType>& expected) {
        if (actual.has_value() != expected.has_value())
            return fmt::format("{}: {}", place,
                               expected ? "expected a type, found none"
                                        : "expected no type, found one");
        if (!actual || same(*actual, *expected))
            return {};
        return fmt::format("{}: {}", place, of(*actual, *expected));
    }
    template <class List>
    std::string list(std::string_view what, const List& actual, const List& expected) {
        if (actual.size() != expected.size())
            return fmt::format("expected {} {}s, found {}", expected.size(), what, actual.size());
        for (std::size_t i = 0; i < actual.size(); ++i) {
            if (actual[i].first != expected[i].first)
                return fmt::format("expected a {} named `{}`, found `{}`", what, expected[i].first,
                                   actual[i].first);
            if (auto part = at(fmt::format("{} `{}`", what, actual[i].first), actual[i].second,
                               expected[i].second);
                !part.empty())
                return part;
        }
        return {};
    }
    std::string labels(std::string_view what, const std::vector<std::string>& actual,
                       const std::vector<std::string>& expected) {
        if (actual.size() != expected.size())
            return fmt::format("expected {} {}s, found {}", expected.size(), what, actual.size());
        for (std::size_t i = 0; i < actual.size(); ++i)
            if (actual[i] != expected[i])
                return fmt::format("expected a {} named `{}`, found `{}`", what, expected[i],
                                   actual[i]);
        return {};
    }

    std::string parts(const Record& actual, const Record& expected) {
        return list("field", actual.fields, expected.fields);
    }
    std::string parts(const Variant& actual, const Variant& expected) {
        return list("case", actual.cases, expected.cases);
    }
    std::string parts(const Func& actual, const Func& expected) {
        if (actual.async != expected.async)
            return expected_found(expected.async ? "async func" : "func",
                                  actual.async ? "async func" : "func");
        auto part = list("parameter", actual.params, expected.params);
        return part.empty() ? at("result", actual.result, expected.result) : part;
    }
    std::string parts(const Flags& actual, const Flags& expected) {
        return labels("flag", actual.labels, expected.labels);
    }
    std::string parts(const Enum& actual, const Enum& expected) {
        return labels("case", actual.labels, expected.labels);
    }
    std::string parts(const Tuple& actual, const Tuple& expected) {
        if (actual.types.size() != expected.types.size())
            return fmt::format("expected a tuple of {}, found one of {}", expected.types.size(),
                               actual.types.size());
        for (std::size_t i = 0; i < actual.types.size(); ++i)
            if (auto part =
                    at(fmt::format("item {} of the tuple", i), actual.types[i], expected.types[i]);
                !part.empty())
                return part;
        return {};
    }
    std::string parts(const List& actual, const List& expected) {
        return at("element of the list", actual.element, expected.element);
    }
    std::string parts(const FixedList& actual, const FixedList& expected) {
        if (actual.length != expected.length)
            return fmt::format("expected a list of {}, found one of {}", expected.length,
                               actual.length);
        return at("element of the list", actual.element, expected.element);
    }
    std::string parts(const Option& actual, const Option& expected) {
        return at("option", actual.type, expected.type);
    }
    std::string parts(const ResultType& actual, const ResultType& expected) {
        auto part = at("`ok` of the result", actual.ok, expected.ok);
        return part.empty() ? at("`error` of the result", actual.error, expected.error) : part;
    }
    std::string parts(const Stream& actual, const Stream& expected) {
        return at("stream", actual.element, expected.element);
    }
    std::string parts(const Future& actual, const Future& expected) {
        return at("future", actual.payload, expected.payload);
    }
    std::string parts(const Map& actual, const Map& expected) {
        auto part = at("key of the map", actual.key, expected.key);
        return part.empty() ? at("value of the map", actual.value, expected.value) : part;
    }
    static std::string parts(const Own&, const Own&) { return other_resource(); }
    static std::string parts(const Borrow&, const Borrow&) { return other_resource(); }
    static std::string parts(const Resource&, const Resource&) { return other_resource(); }
    static std::string other_resource() { return "resource types are not the same"; }
    template <class Other> std::string parts(const Other&, const Other&) { return {}; }

    const Types& types_;
};

} // namespace

std::string difference(const Types& types, TypeIdx actual, TypeIdx expected) {
    return Difference(types).of(actual, expected);
}

std::string type_text(const Types& types, const ValueType& type) {
    return TypeText{types}(type);
}

} // namespace tenon::component
