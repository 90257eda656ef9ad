// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/typing.hpp"

#include "component/scope.hpp"
#include "component/substitution.hpp"
#include "component/typing_values.hpp"

#include <fmt/format.h>

namespace tenon::component {
namespace {

/// The same error, at the definition that it is about unless it has a place already.
base::Error located(base::Error error, std::uint64_t offset) {
    if (error.offset())
        return error;
    base::Error there(error.code(), error.message(), offset);
    for (const auto& frame : error.frames())
        there = std::move(there).within(frame);
    return there;
}

class Typing {
public:
    explicit Typing(Types& types) : types_(types) {}

    Result<Scope> component(const ast::Component& tree, const Scope* outer) {
        Scope scope(Scope::Kind::component, outer);
        for (const auto& section : tree.sections)
            if (auto done = std::visit([&](const auto& kind) { return this->section(scope, kind); },
                                       section.kind);
                !done)
                return fail(located(std::move(done).error(), section.offset));
        return scope;
    }

private:
    // --- sections

    template <class Item> Result<> section(Scope& scope, const std::vector<Item>& items) {
        for (const auto& item : items)
            if (auto done = define(scope, item); !done)
                return fail(located(std::move(done).error(), item.offset));
        return {};
    }
    static Result<> section(Scope&, const ast::Custom&) { return {}; }
    static Result<> section(Scope& scope, const ast::CoreModule&) {
        scope.add_core(CoreSort::module);
        return {};
    }
    static Result<> section(Scope&, const ast::Start&) {
        return fail(Errc::unsupported, "start definitions of components are not supported");
    }

    // --- definitions

    Result<> define(Scope& scope, const ast::Component& tree) {
        const auto first = types_.resource_count();
        auto inner = component(tree, &scope);
        if (!inner)
            return fail(std::move(inner).error().within("component"));
        scope.add(Sort::component,
                  TENON_TRY(types_.define(ComponentType{std::move(inner->imports),
                                                        std::move(inner->exports),
                                                        {first, types_.resource_count()}})));
        return {};
    }
    static Result<> define(Scope& scope, const ast::CoreInstance& instance) {
        using Instantiate = ast::CoreInstance::Instantiate;
        if (const auto* const made = std::get_if<Instantiate>(&instance.kind)) {
            TENON_TRY(scope.check_core(CoreSort::module, made->module));
            for (const auto& argument : made->arguments)
                TENON_TRY(scope.check_core(CoreSort::instance, argument.instance));
        } else {
            for (const auto& exported :
                 std::get<std::vector<ast::CoreInstance::Export>>(instance.kind))
                TENON_TRY(scope.check_core(exported.sort, exported.index));
        }
        scope.add_core(CoreSort::instance);
        return {};
    }
    static Result<> define(Scope& scope, const ast::CoreType& type) {
        const auto* const rec = std::get_if<wasm::RecType>(&type.kind);
        const auto count = rec == nullptr ? 1 : rec->types.size();
        for (std::size_t i = 0; i < count; ++i)
            scope.add_core(CoreSort::type);
        return {};
    }
    Result<> define(Scope& scope, const ast::Type& type) {
        scope.add(Sort::type, TENON_TRY(this->type(scope, type)));
        return {};
    }
    Result<> define(Scope& scope, const ast::Import& import) {
        auto item = TENON_TRY(external(scope, import.type));
        add(scope, item);
        return scope.add_import(import.name, std::move(item));
    }
    Result<> define(Scope& scope, const ast::ExportDecl& exported) {
        auto item = TENON_TRY(external(scope, exported.type));
        add(scope, item);
        return scope.add_export(exported.name, std::move(item));
    }
    // What is exported has an index of its own from here on, with the type that is ascribed.
    Result<> define(Scope& scope, const ast::Export& exported) {
        auto item = TENON_TRY(found(scope, exported.what));
        if (exported.type) {
            auto ascribed = TENON_TRY(external(scope, *exported.type));
            if (!is_abstract(*exported.type))
                TENON_TRY(check_fits(types_, item, ascribed));
            else if (types_.get<Resource>(item.type) == nullptr)
                return fail(Errc::invalid, "what is exported as a resource is none");
            item = std::move(ascribed);
        } else if (item.sort == Sort::type) {
            item.type = TENON_TRY(types_.alias(item.type));
        }
        add(scope, item);
        return scope.add_export(exported.name, std::move(item));
    }
    Result<> define(Scope& scope, const ast::Alias& alias) {
        if (const auto* const outer = std::get_if<ast::Alias::Outer>(&alias.target))
            return outer_alias(scope, alias, *outer);
        const auto& exported = std::get<ast::Alias::Export>(alias.target);
        if (alias.sort == Sort::core && alias.core != CoreSort::module) {
            TENON_TRY(scope.check_core(CoreSort::instance, exported.instance));
            scope.add_core(alias.core);
            return {};
        }
        const auto instance = TENON_TRY(scope.at(Sort::instance, exported.instance));
        const auto* const item = types_.get<InstanceType>(instance)->exports.find(exported.name);
        if (item == nullptr)
            return fail(Errc::invalid, fmt::format("instance {} has no export `{}`",
                                                   exported.instance, exported.name));
        if (item->sort != alias.sort)
            return fail(Errc::invalid, fmt::format("export `{}` is a {}, not a {}", exported.name,
                                                   name_of(item->sort, CoreSort::module),
                                                   name_of(alias.sort, CoreSort::module)));
        add(scope, *item);
        return {};
    }
    Result<> define(Scope& scope, const ast::Instance& instance) {
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
            scope.add(Sort::instance, TENON_TRY(instantiate(types_, component, arguments)));
            return {};
        }
        Scope bundle(Scope::Kind::instance_type, nullptr); // for its check of names
        for (const auto& exported : std::get<std::vector<ast::Instance::Export>>(instance.kind))
            TENON_TRY(bundle.add_export(exported.name, TENON_TRY(found(scope, exported.what))));
        scope.add(Sort::instance,
                  TENON_TRY(types_.define(InstanceType{std::move(bundle.exports), {}})));
        return {};
    }
    Result<> define(Scope& scope, const ast::Canon& canon) {
        if (canon.op == ast::CanonOp::lift) {
            TENON_TRY(scope.check_core(CoreSort::func, canon.numbers[0]));
            const auto type =
                TENON_TRY(scope.type_at<Func>(types_, canon.numbers[1], "the type of a function"));
            scope.add(Sort::func, type);
            return {};
        }
        if (canon.op == ast::CanonOp::lower)
            TENON_TRY(scope.at(Sort::func, canon.numbers[0]));
        else if (ast::canon_row(static_cast<std::uint8_t>(canon.op))->immediates.starts_with('t'))
            TENON_TRY(scope.at(Sort::type, canon.numbers[0]));
        scope.add_core(CoreSort::func);
        return {};
    }

    // --- types

    Result<TypeIdx> type(Scope& scope, const ast::Type& type) {
        if (is_value_definition(type.kind))
            return types_.define(TENON_TRY(value_definition(types_, scope, type.kind)));
        if (const auto* const resource = std::get_if<ast::Resource>(&type.kind))
            return this->resource(scope, *resource);
        const auto first = types_.resource_count();
        if (const auto* const instance = std::get_if<ast::InstanceType>(&type.kind)) {
            Scope inner(Scope::Kind::instance_type, &scope);
            TENON_TRY(declarators(inner, instance->declarators));
            return types_.define(
                InstanceType{std::move(inner.exports), {first, types_.resource_count()}});
        }
        Scope inner(Scope::Kind::component_type, &scope);
        TENON_TRY(declarators(inner, std::get<ast::ComponentType>(type.kind).declarators));
        return types_.define(ComponentType{
            std::move(inner.imports), std::move(inner.exports), {first, types_.resource_count()}});
    }
    Result<TypeIdx> resource(const Scope& scope, const ast::Resource& resource) {
        if (scope.kind() != Scope::Kind::component)
            return fail(Errc::invalid, "resources are defined in components, not in their types");
        if (resource.rep != wasm::ValType(wasm::ValType::Kind::i32))
            return fail(Errc::invalid, "a resource is represented by an `i32`");
        if (resource.destructor)
            TENON_TRY(scope.check_core(CoreSort::func, *resource.destructor));
        return types_.define_resource();
    }
    Result<> declarators(Scope& scope, const std::vector<ast::Declarator>& list) {
        for (const auto& one : list)
            TENON_TRY(std::visit(
                [&](const auto& kind) -> Result<> {
                    if (auto done = define(scope, kind); !done)
                        return fail(located(std::move(done).error(), kind.offset));
                    return {};
                },
                one.kind));
        return {};
    }

    // --- what stands in index spaces

    static bool is_abstract(const ast::ExternType& type) {
        return type.sort == Sort::type && type.bound == ast::ExternType::Bound::sub_resource;
    }
    /// What an import or export of the type stands for, with resources of its own.
    Result<Extern> external(const Scope& scope, const ast::ExternType& type) {
        Extern item{type.sort, {}, {}, {}, {}};
        switch (type.sort) {
        case Sort::core: TENON_TRY(scope.check_core(CoreSort::type, type.index)); break;
        case Sort::func:
            item.type =
                TENON_TRY(scope.type_at<Func>(types_, type.index, "the type of a function"));
            break;
        case Sort::type:
            if (is_abstract(type))
                item.type = TENON_TRY(types_.define_resource());
            else
                item.type = TENON_TRY(types_.alias(TENON_TRY(scope.at(Sort::type, type.index))));
            break;
        case Sort::component:
            item.type = TENON_TRY(
                scope.type_at<ComponentType>(types_, type.index, "the type of a component"));
            break;
        case Sort::instance:
            item.type =
                TENON_TRY(open(types_, TENON_TRY(scope.type_at<InstanceType>(
                                           types_, type.index, "the type of an instance"))));
            break;
        case Sort::value: return fail(Errc::unsupported, "values are not supported");
        }
        return item;
    }
    static Result<Extern> found(const Scope& scope, const ast::SortIdx& what) {
        Extern item{what.sort, {}, {}, {}, {}};
        if (what.sort != Sort::core) {
            item.type = TENON_TRY(scope.at(what.sort, what.index));
            return item;
        }
        if (what.core != CoreSort::module)
            return fail(Errc::invalid, fmt::format("a {} stays inside its component",
                                                   name_of(what.sort, what.core)));
        TENON_TRY(scope.check_core(what.core, what.index));
        return item;
    }
    static void add(Scope& scope, const Extern& item) {
        if (item.sort == Sort::core)
            scope.add_core(CoreSort::module);
        else
            scope.add(item.sort, item.type);
    }
    Result<> outer_alias(Scope& scope, const ast::Alias& alias, ast::Alias::Outer target) {
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
            TENON_TRY(from->check_core(alias.core, target.index));
            scope.add_core(alias.core);
            return {};
        }
        if (alias.sort != Sort::type && alias.sort != Sort::component)
            return fail(Errc::invalid,
                        fmt::format("a {} cannot be taken from outside", name_of(alias.sort)));
        const auto type = TENON_TRY(from->at(alias.sort, target.index));
        if (leaves_component && types_.has_free_resource(type))
            return fail(Errc::invalid, "a type with resources cannot be taken from outside of a "
                                       "component");
        scope.add(alias.sort, type);
        return {};
    }

    Types& types_;
};

} // namespace

Result<Typed> find_types(const ast::Component& component) {
    Typed typed;
    auto scope = TENON_TRY(Typing(typed.types).component(component, nullptr));
    typed.imports = std::move(scope.imports);
    typed.exports = std::move(scope.exports);
    return typed;
}

} // namespace tenon::component
