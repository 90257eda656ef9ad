// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sections, nested components, types.
#include "component/typing.hpp"

#include "component/decode.hpp"
#include "component/difference.hpp"
#include "component/typing_detail.hpp"
#include "component/typing_values.hpp"
#include "component/validate.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

/// `component 2`, or `component "auth"` if its name section says so.
std::string component_frame(const ast::Component& tree, std::size_t index) {
    for (const auto& section : tree.sections) {
        const auto* const custom = std::get_if<ast::Custom>(&section.kind);
        if (custom == nullptr || custom->name != "component-name")
            continue;
        Reader in(custom->payload);
        const auto id = in.u8();
        if (!id || *id != 0 || !in.u32())
            break;
        if (const auto name = in.name())
            return fmt::format("component \"{}\"", *name);
        break;
    }
    return fmt::format("component {}", index);
}

} // namespace

base::Error located(base::Error error, std::uint64_t offset) {
    if (error.offset() || error.code() == Errc::interrupted)
        return error;
    base::Error there(error.code(), error.message(), offset);
    for (const auto& frame : error.frames())
        there = std::move(there).within(frame);
    for (const auto& help : error.helps())
        there = std::move(there).help(help);
    return there;
}

Result<Scope> Typing::component(const ast::Component& tree, const Scope* outer) {
    Scope scope(Scope::Kind::component, outer, {types_.resource_count()});
    for (const auto& section : tree.sections) {
        auto done = std::visit(
            [&]<class Kind>(const Kind& kind) {
                if constexpr (std::is_same_v<Kind, ast::CoreModule>)
                    return this->section(scope, kind, section.offset);
                else
                    return this->section(scope, kind);
            },
            section.kind);
        if (!done)
            return fail(located(std::move(done).error(), section.offset));
    }
    if (const auto unused = scope.unused_value())
        return fail(Errc::invalid,
                    fmt::format("value {} is not used: each value is given to an instance or to "
                                "the start function, or exported",
                                *unused),
                    tree.offset);
    if (auto done = finish(scope); !done)
        return fail(located(std::move(done).error(), tree.offset));
    return scope;
}

template <class Item> Result<> Typing::section(Scope& scope, const std::vector<Item>& items) {
    for (const auto& item : items) {
        if (options_.core.stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        if (auto done = define(scope, item); !done)
            return fail(located(std::move(done).error(), item.offset));
    }
    return {};
}

Result<> Typing::section(Scope& scope, const ast::Start& start) {
    TENON_TRY(check_feature(features(), wasm::Feature::cm_values, "a start definition"));
    if (scope.has_start)
        return fail(Errc::invalid, "a component has at most one start definition");
    scope.has_start = true;
    const auto func = *types_.get<Func>(TENON_TRY(scope.at(Sort::func, start.function)));
    if (func.params.size() != start.arguments.size())
        return fail(Errc::invalid, fmt::format("the start function takes {} arguments, and is "
                                               "given {}",
                                               func.params.size(), start.arguments.size()));
    if (start.results != (func.result ? 1U : 0U))
        return fail(Errc::invalid,
                    fmt::format("the start function gives {} results, and {} are expected",
                                func.result ? 1 : 0, start.results));
    for (std::size_t i = 0; i < start.arguments.size(); ++i) {
        const auto actual = TENON_TRY(scope.use_value(start.arguments[i]));
        const auto& [name, wanted] = func.params[i];
        const auto expected = TENON_TRY(types_.index_of(wanted));
        TENON_TRY(types_.work(types_.size(actual)));
        if (!types_.is_equal(actual, expected))
            return fail(base::Error(Errc::invalid, difference(types_, actual, expected))
                            .within(fmt::format("argument `{}` of the start function", name)));
    }
    if (func.result)
        TENON_TRY(scope.add(Sort::value, TENON_TRY(types_.index_of(*func.result))));
    return {};
}

// Resources that a component defines do not show in its imports, and show in its exports under a
// name only. Most of it follows from the names that types need; this is for types of components,
// which keep their names to themselves.
Result<> Typing::finish(const Scope& scope) {
    const auto is_local = [&](ResourceId id) { return !scope.imported_ids.contains(id); };
    std::set<ResourceId> seen;
    for (const auto& [name, item] : scope.imports)
        if (item.sort != Sort::core)
            types_.add_free_resources(item.type, scope.first_resource, seen);
    for (const auto id : seen)
        if (is_local(id))
            return fail(Errc::invalid, "a resource that the component defines is in its imports");
    seen.clear();
    for (const auto& [name, item] : scope.exports)
        if (item.sort != Sort::core)
            types_.add_free_resources(item.type, scope.first_resource, seen);
    for (const auto id : seen)
        if (is_local(id) && !scope.exported_ids.contains(id))
            return fail(Errc::invalid,
                        "a resource that the component defines is in its exports, but is not "
                        "exported itself");
    return {};
}

// --- components and types

Result<> Typing::define(Scope& scope, const ast::Component& tree) {
    const auto first = types_.resource_count();
    auto inner = component(tree, &scope);
    if (!inner)
        return fail(
            std::move(inner).error().within(component_frame(tree, scope.size(Sort::component))));
    return scope.add(Sort::component,
                     TENON_TRY(types_.define(ComponentType{std::move(inner->imports),
                                                           std::move(inner->exports),
                                                           {first, types_.resource_count()}})));
}

Result<> Typing::define(Scope& scope, const ast::Type& type) {
    return scope.add(Sort::type, TENON_TRY(this->type(scope, type)));
}

Result<TypeIdx> Typing::type(Scope& scope, const ast::Type& type) {
    if (is_value_definition(type.kind))
        return types_.define(TENON_TRY(value_definition(types_, scope, type.kind, features())));
    if (const auto* const resource = std::get_if<ast::Resource>(&type.kind))
        return this->resource(scope, *resource);
    const auto first = types_.resource_count();
    if (const auto* const instance = std::get_if<ast::InstanceType>(&type.kind)) {
        Scope inner(Scope::Kind::instance_type, &scope, {first});
        TENON_TRY(declarators(inner, instance->declarators));
        return types_.define(
            InstanceType{std::move(inner.exports), {first, types_.resource_count()}});
    }
    Scope inner(Scope::Kind::component_type, &scope, {first});
    TENON_TRY(declarators(inner, std::get<ast::ComponentType>(type.kind).declarators));
    TENON_TRY(finish(inner));
    return types_.define(ComponentType{
        std::move(inner.imports), std::move(inner.exports), {first, types_.resource_count()}});
}

Result<TypeIdx> Typing::resource(Scope& scope, const ast::Resource& resource) {
    if (scope.kind() != Scope::Kind::component)
        return fail(Errc::invalid, "resources are defined in components, not in their types");
    using Kind = wasm::ValType::Kind;
    if (resource.rep == wasm::ValType(Kind::i64))
        TENON_TRY(check_feature(features(), wasm::Feature::cm64,
                                "a resource that is represented by an `i64`"));
    else if (resource.rep != wasm::ValType(Kind::i32))
        return fail(Errc::invalid, "a resource is represented by an `i32` or an `i64`");
    TENON_TRY(check_destructor(scope, resource));
    const auto made = TENON_TRY(types_.define_resource());
    scope.local_resources.emplace(types_.get<Resource>(made)->id, resource.rep);
    return made;
}

Result<> Typing::check_destructor(const Scope& scope, const ast::Resource& resource) {
    if (!resource.destructor)
        return {};
    const auto item = TENON_TRY(scope.core_at(CoreSort::func, *resource.destructor));
    const auto* const id = std::get_if<wasm::TypeId>(&item);
    if (id == nullptr) // nobody looks into core modules
        return {};
    const wasm::FuncType wanted{{resource.rep}, {}};
    const auto& found = *types_.core().store.func(*id);
    if (found.params == wanted.params && found.results.empty())
        return {};
    return fail(Errc::invalid, fmt::format("the destructor of the resource is {}, and should be {}",
                                           func_text(found), func_text(wanted)));
}

Result<> Typing::declarators(Scope& scope, const std::vector<ast::Declarator>& list) {
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

// --- entries

namespace {

Result<Typed> typed(const ast::Component& component, TypingOptions options) {
    Typed typed;
    auto scope = TENON_TRY(Typing(typed.types, std::move(options)).component(component, nullptr));
    typed.imports = std::move(scope.imports);
    typed.exports = std::move(scope.exports);
    return typed;
}

} // namespace

Result<Typed> find_types(const ast::Component& component) {
    TypingOptions options;
    options.core.features = wasm::Features::everything();
    // What it allows is for names only, and nothing that reads interfaces knows such names.
    options.core.features.set(wasm::Feature::cm_nested_names, false);
    return typed(component, std::move(options));
}

Result<Typed> validate(const ast::Component& component, const wasm::ValidateOptions& options) {
    return typed(component, {options, true});
}

Result<> validate(Bytes component, const wasm::ValidateOptions& options) {
    auto typed = validate(TENON_TRY(decode(component)), options);
    if (typed)
        return {};
    auto error = std::move(typed).error();
    if (error.offset() && !error.bytes())
        error = std::move(error).show(component, 0);
    return fail(std::move(error));
}

} // namespace tenon::component
