// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/extern_names.hpp"

#include "component/names.hpp"
#include "wasm/type_text.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

using Kind = Name::Kind;

/// A function under an annotated name.
class Annotated {
public:
    Annotated(const Types& types, const ResourceNames& resources, std::string_view text,
              const Name& name)
        : types_(types), resources_(resources), text_(text), name_(name) {}

    Result<> check(const Func& func) const {
        switch (name_.kind) {
        case Kind::constructor: return constructor(func);
        case Kind::method: return method(func);
        case Kind::static_:
            if (resources_.has(name_.label))
                return {};
            return problem(fmt::format("no resource is named `{}` before it", name_.label));
        case Kind::label:
        case Kind::interface: break;
        }
        return {};
    }

private:
    Result<> constructor(const Func& func) const {
        if (func.async)
            return problem("a constructor cannot be async");
        if (!func.result)
            return problem("a constructor returns `own` of its resource, or a `result` with that; "
                           "this one returns nothing");
        const auto* made = defined<Own>(*func.result);
        if (const auto* const result = defined<ResultType>(*func.result); result && result->ok)
            made = defined<Own>(*result->ok);
        if (made == nullptr)
            return problem("a constructor returns `own` of its resource, or a `result` with that");
        return resource(made->resource);
    }
    Result<> method(const Func& func) const {
        if (func.params.empty())
            return problem("a method has at least one parameter");
        const auto& [name, type] = func.params.front();
        if (name != "self")
            return problem(
                fmt::format("the first parameter of a method is `self`, not `{}`", name));
        const auto* const self = defined<Borrow>(type);
        if (self == nullptr)
            return problem("the first parameter of a method is a `borrow` of its resource");
        return resource(self->resource);
    }
    Result<> resource(TypeIdx type) const {
        const auto* const known = resources_.name_of(type);
        if (known == nullptr)
            return problem("the resource of the function has no name here");
        if (*known != name_.label)
            return problem(fmt::format("the function is of the resource `{}`, not of `{}`", *known,
                                       name_.label));
        return {};
    }
    template <class Wanted> const Wanted* defined(const ValueType& type) const {
        const auto* const at = std::get_if<TypeIdx>(&type);
        return at == nullptr ? nullptr : types_.get<Wanted>(*at);
    }
    std::unexpected<base::Error> problem(const std::string& why) const {
        return fail(Errc::invalid, fmt::format("`{}` does not fit what it names: {}", text_, why));
    }

    const Types& types_;
    const ResourceNames& resources_;
    std::string_view text_;
    const Name& name_;
};

Result<> check_implements(const ast::ExternName& name, const Extern& item, Kind kind,
                          const wasm::Features& features) {
    TENON_TRY(check_feature(features, wasm::Feature::cm_implements, "`implements`"));
    if (item.sort != Sort::instance || kind != Kind::label)
        return fail(Errc::invalid,
                    fmt::format("`{}` cannot say which interface it implements: only instances "
                                "with plain names do",
                                name.name));
    const auto implemented = parse_name(*name.implements + name.version_suffix.value_or(""),
                                        features.has(wasm::Feature::cm_nested_names));
    if (!implemented || implemented->kind != Kind::interface)
        return fail(Errc::invalid,
                    fmt::format("`{}` is no name of an interface", *name.implements));
    return {};
}

/// The name with what its suffix adds to the version is a name as well.
Result<std::optional<Name>> parsed_name(const ast::ExternName& name, const Extern& item,
                                        const wasm::Features& features) {
    const bool nested = features.has(wasm::Feature::cm_nested_names);
    if (!name.version_suffix)
        return parse_name(name.name, nested);
    TENON_TRY(check_feature(features, wasm::Feature::cm_canon_names, "`version-suffix`"));
    const auto& versioned = name.implements ? *name.implements : name.name;
    if (item.sort != Sort::instance || !versioned.contains('@'))
        return fail(Errc::invalid, fmt::format("`{}` has no version that a suffix could complete: "
                                               "only interfaces with versions have",
                                               versioned));
    if (name.version_suffix->empty())
        return fail(Errc::invalid, fmt::format("the version suffix of `{}` is empty", versioned));
    if (name.implements)
        return parse_name(name.name, nested); // the other name is looked at with it
    return parse_name(name.name + *name.version_suffix, nested);
}

} // namespace

void ResourceNames::add(TypeIdx resource, const std::string& name) {
    by_type_.emplace(resource, name);
    names_.insert(name);
}

const std::string* ResourceNames::name_of(TypeIdx resource) const {
    const auto found = by_type_.find(resource);
    return found == by_type_.end() ? nullptr : &found->second;
}

Result<> check_feature(const wasm::Features& features, wasm::Feature feature,
                       std::string_view what) {
    if (features.has(feature))
        return {};
    return fail(
        base::Error(Errc::unsupported, fmt::format("{} needs the feature `{}`, which is off", what,
                                                   wasm::name_of(feature)))
            .help(fmt::format("`--features={}` allows it", wasm::name_of(feature))));
}

Result<> check_extern_name(const Types& types, const ast::ExternName& name, const Extern& item,
                           const ResourceNames& resources, const wasm::Features& features) {
    const auto parsed = TENON_TRY(parsed_name(name, item, features));
    if (!parsed)
        return fail(Errc::invalid,
                    fmt::format("`{}` is no name of an import or export", name.name));
    const bool is_annotated = parsed->kind == Kind::constructor || parsed->kind == Kind::method ||
                              parsed->kind == Kind::static_;
    if (is_annotated && item.sort != Sort::func)
        return fail(Errc::invalid, fmt::format("`{}` is the name of a function, not of a {}",
                                               name.name, name_of(item.sort, CoreSort::module)));
    if (name.implements)
        TENON_TRY(check_implements(name, item, parsed->kind, features));
    if (name.external_id)
        TENON_TRY(check_feature(features, wasm::Feature::cm_implements, "`external-id`"));
    if (is_annotated)
        return Annotated(types, resources, name.name, *parsed).check(*types.get<Func>(item.type));
    return {};
}

} // namespace tenon::component
