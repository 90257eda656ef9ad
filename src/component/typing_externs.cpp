// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Imports, exports, aliases and instances: what has a name outside.
#include "component/typing_detail.hpp"
#include "component/typing_values.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

bool is_abstract(const ast::ExternType& type) {
    return type.sort == Sort::type && type.bound == ast::ExternType::Bound::sub_resource;
}

} // namespace

// --- imports and exports

Result<> Typing::define(Scope& scope, const ast::Import& import) {
    const auto first = types_.resource_count();
    auto item = TENON_TRY(external(scope, import.type));
    for (auto id = first; id < types_.resource_count(); ++id)
        scope.imported_ids.insert({id});
    TENON_TRY(types_.work(types_.size(item.type)));
    TENON_TRY(add(scope, item));
    TENON_TRY(check_named(scope, import.name.name, item, true));
    return scope.add_import(types_, import.name, std::move(item), features());
}

Result<> Typing::define(Scope& scope, const ast::ExportDecl& exported) {
    return add_export(scope, exported.name, TENON_TRY(external(scope, exported.type)));
}

// What is exported has an index of its own from here on, with the type that is ascribed.
Result<> Typing::define(Scope& scope, const ast::Export& exported) {
    auto item = TENON_TRY(found(scope, exported.what));
    if (exported.type) {
        auto ascribed = TENON_TRY(external(scope, *exported.type));
        if (!is_abstract(*exported.type)) {
            if (auto fits = check_fits(types_, item, ascribed); !fits)
                return fail(std::move(fits).error().within(
                    fmt::format("the type ascribed to the export `{}`", exported.name.name)));
        } else if (item.sort != Sort::type || types_.get<Resource>(item.type) == nullptr) {
            return fail(Errc::invalid, "what is exported as a resource is none");
        }
        item = std::move(ascribed);
    } else if (item.sort == Sort::type) {
        item.type = TENON_TRY(types_.alias(item.type));
    }
    return add_export(scope, exported.name, std::move(item));
}

Result<> Typing::add_export(Scope& scope, const ast::ExternName& name, Extern item) {
    TENON_TRY(types_.work(types_.size(item.type)));
    TENON_TRY(add(scope, item));
    if (item.sort == Sort::value) // what leaves by an export is used by that
        TENON_TRY(scope.use_value(static_cast<std::uint32_t>(scope.size(Sort::value) - 1)));
    note_resources(scope.exported_ids, item);
    TENON_TRY(check_named(scope, name.name, item, false));
    return scope.add_export(types_, name, std::move(item), features());
}

Result<> Typing::check_named(Scope& scope, const std::string& name, const Extern& item,
                             bool is_import) {
    if (item.sort == Sort::type && types_.get<Resource>(item.type) != nullptr)
        (is_import ? scope.imported_resources : scope.exported_resources).add(item.type, name);
    // Types of instances are asked when an import or export makes an instance of them.
    if (scope.kind() == Scope::Kind::instance_type)
        return {};
    const auto without = is_import ? scope.imported.add(types_, item, &scope.exported)
                                   : scope.exported.add(types_, item);
    if (!without)
        return {};
    const auto kind = kind_of(types_[*without]);
    const std::string_view way = is_import ? "import" : "export";
    return fail(
        base::Error(Errc::invalid,
                    fmt::format("{} `{}` cannot be {}ed: its type speaks of a {} that has "
                                "no name, as it is not {}ed itself",
                                name_of(item.sort, CoreSort::module), name, way, kind, way))
            .help(fmt::format("{} the {} before it, and use the type that this makes", way, kind)));
}

void Typing::note_resources(std::set<ResourceId>& into, const Extern& item) const {
    if (item.sort == Sort::type) {
        if (const auto* const resource = types_.get<Resource>(item.type))
            into.insert(resource->id);
    } else if (item.sort == Sort::instance) {
        for (const auto& [name, exported] : types_.get<InstanceType>(item.type)->exports)
            note_resources(into, exported);
    }
}

// --- what stands in index spaces

Result<Extern> Typing::external(Scope& scope, const ast::ExternType& type) {
    Extern item{type.sort, {}, {}, {}, {}};
    switch (type.sort) {
    case Sort::core: {
        const auto there = TENON_TRY(scope.core_at(CoreSort::type, type.index));
        const auto* const module = std::get_if<TypeIdx>(&there);
        if (module == nullptr)
            return fail(Errc::invalid,
                        fmt::format("core type {} is not the type of a module", type.index));
        item.type = *module;
        break;
    }
    case Sort::func:
        item.type = TENON_TRY(scope.type_at<Func>(types_, type.index, "the type of a function"));
        break;
    case Sort::type:
        if (is_abstract(type))
            item.type = TENON_TRY(types_.define_resource());
        else
            item.type = TENON_TRY(types_.alias(TENON_TRY(scope.at(Sort::type, type.index))));
        break;
    case Sort::component:
        item.type =
            TENON_TRY(scope.type_at<ComponentType>(types_, type.index, "the type of a component"));
        break;
    case Sort::instance:
        item.type = TENON_TRY(open(types_, TENON_TRY(scope.type_at<InstanceType>(
                                               types_, type.index, "the type of an instance"))));
        break;
    case Sort::value:
        TENON_TRY(check_feature(features(), wasm::Feature::cm_values, "a value"));
        if (type.bound == ast::ExternType::Bound::eq)
            item.type = TENON_TRY(scope.at(Sort::value, type.index));
        else
            item.type = TENON_TRY(
                types_.index_of(TENON_TRY(value_type(types_, scope, type.value, features()))));
        break;
    }
    return item;
}

Result<Extern> Typing::found(Scope& scope, const ast::SortIdx& what) {
    Extern item{what.sort, {}, {}, {}, {}};
    if (what.sort == Sort::value) {
        TENON_TRY(check_feature(features(), wasm::Feature::cm_values, "a value"));
        item.type = TENON_TRY(scope.use_value(what.index));
        return item;
    }
    if (what.sort != Sort::core) {
        item.type = TENON_TRY(scope.at(what.sort, what.index));
        return item;
    }
    if (what.core != CoreSort::module)
        return fail(Errc::invalid,
                    fmt::format("a {} stays inside its component", name_of(what.sort, what.core)));
    item.type = std::get<TypeIdx>(TENON_TRY(scope.core_at(what.core, what.index)));
    return item;
}

Result<> Typing::add(Scope& scope, const Extern& item) {
    if (item.sort == Sort::core)
        return scope.add_core(CoreSort::module, item.type);
    return scope.add(item.sort, item.type);
}

// --- aliases

Result<> Typing::define(Scope& scope, const ast::Alias& alias) {
    const auto* const outer = std::get_if<ast::Alias::Outer>(&alias.target);
    const bool is_core = alias.sort == Sort::core;
    if (scope.kind() != Scope::Kind::component) {
        const bool may_be =
            outer != nullptr ? alias.sort == Sort::type || (is_core && alias.core == CoreSort::type)
                             : alias.sort == Sort::type || alias.sort == Sort::instance;
        if (!may_be)
            return fail(Errc::invalid, fmt::format("aliases in the types of components and "
                                                   "instances may only be of types or instances, "
                                                   "not of a {}",
                                                   name_of(alias.sort, alias.core)));
    }
    if (outer != nullptr)
        return outer_alias(scope, alias, *outer);
    const auto& exported = std::get<ast::Alias::Export>(alias.target);
    if (is_core && alias.core != CoreSort::module)
        return core_alias(scope, alias.core, exported);
    const auto instance = TENON_TRY(scope.at(Sort::instance, exported.instance));
    const auto* const item = types_.get<InstanceType>(instance)->exports.find(exported.name);
    if (item == nullptr)
        return fail(Errc::invalid, fmt::format("instance {} has no export `{}`", exported.instance,
                                               exported.name));
    if (item->sort != alias.sort)
        return fail(Errc::invalid, fmt::format("export `{}` is a {}, not a {}", exported.name,
                                               name_of(item->sort, CoreSort::module),
                                               name_of(alias.sort, CoreSort::module)));
    return add(scope, *item);
}

Result<> Typing::outer_alias(Scope& scope, const ast::Alias& alias, ast::Alias::Outer target) {
    const Scope* from = &scope;
    bool leaves_component = false;
    for (std::uint32_t i = 0; i < target.count && from != nullptr; ++i) {
        leaves_component = leaves_component || from->kind() == Scope::Kind::component;
        from = from->outer();
    }
    if (from == nullptr)
        return fail(Errc::invalid,
                    fmt::format("there is nothing {} levels further out", target.count));
    if (alias.sort == Sort::core) {
        if (alias.core != CoreSort::module && alias.core != CoreSort::type)
            return fail(Errc::invalid, fmt::format("a {} cannot be taken from outside",
                                                   name_of(alias.sort, alias.core)));
        return scope.add_core(alias.core, TENON_TRY(from->core_at(alias.core, target.index)));
    }
    if (alias.sort != Sort::type && alias.sort != Sort::component)
        return fail(Errc::invalid,
                    fmt::format("a {} cannot be taken from outside", name_of(alias.sort)));
    const auto type = TENON_TRY(from->at(alias.sort, target.index));
    if (leaves_component && types_.has_free_resource(type))
        return fail(Errc::invalid,
                    "a type with resources cannot be taken from outside of a component");
    return scope.add(alias.sort, type);
}

// --- instances

Result<> Typing::define(Scope& scope, const ast::Instance& instance) {
    using Instantiate = ast::Instance::Instantiate;
    if (const auto* const made = std::get_if<Instantiate>(&instance.kind)) {
        Arguments arguments;
        for (const auto& argument : made->arguments) {
            auto item = TENON_TRY(found(scope, argument.what));
            if (!arguments.insert(argument.name, std::move(item)).second)
                return fail(Errc::invalid,
                            fmt::format("argument `{}` is there twice", argument.name));
        }
        const auto component = TENON_TRY(scope.at(Sort::component, made->component));
        return scope.add(Sort::instance, TENON_TRY(instantiate(types_, component, arguments)));
    }
    Scope bundle(Scope::Kind::instance_type, nullptr, {0}); // for its check of names
    for (const auto& exported : std::get<std::vector<ast::Instance::Export>>(instance.kind))
        TENON_TRY(bundle.add_export(types_, exported.name, TENON_TRY(found(scope, exported.what)),
                                    features()));
    return scope.add(Sort::instance,
                     TENON_TRY(types_.define(InstanceType{std::move(bundle.exports), {}})));
}

} // namespace tenon::component
