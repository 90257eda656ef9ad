// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/typing_values.hpp"

#include "base/ascii.hpp"
#include "component/names.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

constexpr std::size_t max_flags = 32;

/// What must differ from each other: fields, cases, flags, parameters.
class Labels {
public:
    explicit Labels(std::string_view what) : what_(what) {}

    Result<> add(const std::string& label) {
        if (!is_label(label))
            return fail(Errc::invalid,
                        fmt::format("`{}` cannot name a {}: not in kebab case", label, what_));
        if (!there_.insert(base::lower_case(label)).second)
            return fail(Errc::invalid, fmt::format("{} `{}` is there twice", what_, label));
        return {};
    }

private:
    std::string_view what_;
    std::set<std::string> there_;
};

class Converter {
public:
    Converter(const Types& types, const Scope& scope, const wasm::Features& features)
        : types_(types), scope_(scope), features_(features) {}

    Result<Definition> operator()(Primitive type) const { return TENON_TRY(primitive(type)); }
    Result<Definition> operator()(const ast::Record& from) const {
        TENON_TRY(some(from.fields.size(), "record", "field"));
        Record record;
        record.fields = TENON_TRY(fields(from.fields, "field"));
        return record;
    }
    Result<Definition> operator()(const ast::Variant& from) const {
        TENON_TRY(some(from.cases.size(), "variant", "case"));
        Variant variant;
        Labels labels("case");
        for (const auto& one : from.cases) {
            TENON_TRY(labels.add(one.name));
            auto type = TENON_TRY(optional(one.type));
            variant.cases.emplace_back(one.name, type);
        }
        return variant;
    }
    Result<Definition> operator()(const ast::List& from) const {
        return List{TENON_TRY(value(from.element))};
    }
    Result<Definition> operator()(const ast::FixedList& from) const {
        TENON_TRY(check_feature(features_, wasm::Feature::cm_fixed_length_lists,
                                "a list of a fixed length"));
        TENON_TRY(some(from.length, "list of a fixed length", "element"));
        return FixedList{TENON_TRY(value(from.element)), from.length};
    }
    Result<Definition> operator()(const ast::Tuple& from) const {
        TENON_TRY(some(from.types.size(), "tuple", "type"));
        Tuple tuple;
        for (const auto& type : from.types)
            tuple.types.push_back(TENON_TRY(value(type)));
        return tuple;
    }
    Result<Definition> operator()(const ast::Flags& from) const {
        TENON_TRY(some(from.labels.size(), "set of flags", "flag"));
        if (from.labels.size() > max_flags)
            return fail(Errc::invalid,
                        fmt::format("flags are {}, and can be at most 32", from.labels.size()));
        TENON_TRY(check(from.labels, "flag"));
        return Flags{from.labels};
    }
    Result<Definition> operator()(const ast::Enum& from) const {
        TENON_TRY(some(from.labels.size(), "enum", "case"));
        TENON_TRY(check(from.labels, "case"));
        return Enum{from.labels};
    }
    Result<Definition> operator()(const ast::Option& from) const {
        return Option{TENON_TRY(value(from.type))};
    }
    Result<Definition> operator()(const ast::Result& from) const {
        auto ok = TENON_TRY(optional(from.ok));
        auto error = TENON_TRY(optional(from.error));
        return ResultType{ok, error};
    }
    Result<Definition> operator()(ast::Own from) const {
        return Own{TENON_TRY(resource(from.resource))};
    }
    Result<Definition> operator()(ast::Borrow from) const {
        return Borrow{TENON_TRY(resource(from.resource))};
    }
    Result<Definition> operator()(const ast::Stream& from) const {
        const auto element = TENON_TRY(sent(from.element, "stream"));
        if (const auto* const type = element ? primitive_in(*element) : nullptr;
            type != nullptr && *type == Primitive::char_)
            return fail(Errc::invalid,
                        "`stream<char>` is not valid at this time: use `stream<u8>`, "
                        "and say what the bytes mean");
        return Stream{element};
    }
    Result<Definition> operator()(const ast::Future& from) const {
        return Future{TENON_TRY(sent(from.payload, "future"))};
    }
    Result<Definition> operator()(const ast::Map& from) const {
        TENON_TRY(check_feature(features_, wasm::Feature::cm_map, "a map"));
        auto key = TENON_TRY(value(from.key));
        const auto* const type = primitive_in(key);
        if (type == nullptr || *type == Primitive::f32 || *type == Primitive::f64 ||
            *type == Primitive::error_context)
            return fail(Errc::invalid,
                        "the key of a map is a `bool`, an integer, a `char` or a `string`");
        auto mapped = TENON_TRY(value(from.value));
        if (types_.has_handle(mapped)) // later than the specification's text; hosts refuse it
            return fail(Errc::invalid, "the values of a map cannot hold resources, streams, "
                                       "futures or error contexts");
        return Map{key, mapped};
    }
    Result<Definition> operator()(const ast::Func& from) const {
        Func func;
        func.async = from.async;
        if (func.async)
            TENON_TRY(check_feature(features_, wasm::Feature::cm_async, "an async function"));
        func.params = TENON_TRY(fields(from.params, "parameter"));
        func.result = TENON_TRY(optional(from.result));
        if (func.result && types_.has_borrow(*func.result))
            return fail(Errc::invalid, "the result of a function cannot hold a `borrow`");
        return func;
    }
    template <class Other> Result<Definition> operator()(const Other&) const {
        return fail(Errc::unsupported, "definition is no type of a value");
    }

    [[nodiscard]] Result<ValueType> value(ast::ValType type) const {
        if (const auto* const plain = std::get_if<Primitive>(&type))
            return TENON_TRY(primitive(*plain));
        const auto index = std::get<ast::TypeRef>(type).index;
        const auto there = TENON_TRY(scope_.at(Sort::type, index));
        if (!types_.is_value(there))
            return fail(Errc::invalid, fmt::format("type {} is not the type of a value", index));
        return there;
    }

private:
    [[nodiscard]] Result<Primitive> primitive(Primitive type) const {
        if (type == Primitive::error_context)
            TENON_TRY(check_feature(features_, wasm::Feature::cm_error_context, "`error-context`"));
        return type;
    }
    [[nodiscard]] const Primitive* primitive_in(const ValueType& type) const {
        const auto* const at = std::get_if<TypeIdx>(&type);
        return at != nullptr ? types_.get<Primitive>(*at) : std::get_if<Primitive>(&type);
    }
    static Result<> some(std::size_t count, std::string_view what, std::string_view item) {
        if (count == 0)
            return fail(Errc::invalid, fmt::format("a {} has at least one {}", what, item));
        return {};
    }
    static Result<> check(const std::vector<std::string>& list, std::string_view what) {
        Labels labels(what);
        for (const auto& label : list)
            TENON_TRY(labels.add(label));
        return {};
    }
    [[nodiscard]] Result<std::optional<ValueType>>
    optional(const std::optional<ast::ValType>& type) const {
        std::optional<ValueType> there;
        if (type)
            there = TENON_TRY(value(*type));
        return there;
    }
    [[nodiscard]] Result<std::optional<ValueType>> sent(const std::optional<ast::ValType>& type,
                                                        std::string_view by) const {
        TENON_TRY(check_feature(features_, wasm::Feature::cm_async, fmt::format("a {}", by)));
        auto there = TENON_TRY(optional(type));
        if (there && types_.has_borrow(*there))
            return fail(Errc::invalid, fmt::format("a {} cannot send a `borrow`", by));
        return there;
    }
    [[nodiscard]] Result<TypeIdx> resource(std::uint32_t index) const {
        return scope_.type_at<Resource>(types_, index, "a resource");
    }
    [[nodiscard]] Result<std::vector<std::pair<std::string, ValueType>>>
    fields(const std::vector<ast::Field>& from, std::string_view what) const {
        std::vector<std::pair<std::string, ValueType>> list;
        Labels labels(what);
        for (const auto& field : from) {
            TENON_TRY(labels.add(field.name));
            auto type = TENON_TRY(value(field.type));
            list.emplace_back(field.name, type);
        }
        return list;
    }

    const Types& types_;
    const Scope& scope_;
    const wasm::Features& features_;
};

} // namespace

Result<Definition> value_definition(const Types& types, const Scope& scope,
                                    const ast::TypeKind& kind, const wasm::Features& features) {
    return std::visit(Converter(types, scope, features), kind);
}

Result<ValueType> value_type(const Types& types, const Scope& scope, ast::ValType type,
                             const wasm::Features& features) {
    return Converter(types, scope, features).value(type);
}

bool is_value_definition(const ast::TypeKind& kind) noexcept {
    return !std::holds_alternative<ast::Resource>(kind) &&
           !std::holds_alternative<ast::ComponentType>(kind) &&
           !std::holds_alternative<ast::InstanceType>(kind);
}

} // namespace tenon::component
