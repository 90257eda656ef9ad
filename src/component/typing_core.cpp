// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core definitions: modules and their types, instances, and what is taken out of these.
#include "component/typing_detail.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::component {
namespace {

/// The last one of the index space that the type belongs to.
CoreExtern last(const wasm::ModuleInfo& info, const wasm::ExternType& type) {
    switch (type.index()) {
    case 0: return CoreFunc{info.functions.back()};
    case 1: return info.tables.back();
    case 2: return info.memories.back();
    case 3: return info.globals.back();
    default: return CoreTag{info.tags.back()};
    }
}

/// What an index of a module names.
CoreExtern item_of(const wasm::ModuleInfo& info, wasm::ExternKind kind, std::uint32_t index) {
    switch (kind) {
    case wasm::ExternKind::func: return CoreFunc{info.functions[index]};
    case wasm::ExternKind::table: return info.tables[index];
    case wasm::ExternKind::memory: return info.memories[index];
    case wasm::ExternKind::global: return info.globals[index];
    case wasm::ExternKind::tag: break;
    }
    return CoreTag{info.tags[index]};
}

/// What an export of an instance is in an index space.
CoreItem core_item(const CoreExtern& item) {
    if (const auto* const func = std::get_if<CoreFunc>(&item))
        return func->type;
    if (const auto* const tag = std::get_if<CoreTag>(&item))
        return tag->type;
    if (const auto* const table = std::get_if<wasm::TableType>(&item))
        return *table;
    if (const auto* const memory = std::get_if<wasm::MemoryType>(&item))
        return *memory;
    return std::get<wasm::GlobalType>(item);
}
CoreExtern core_extern(CoreSort sort, const CoreItem& item) {
    switch (sort) {
    case CoreSort::func: return CoreFunc{std::get<wasm::TypeId>(item)};
    case CoreSort::table: return std::get<wasm::TableType>(item);
    case CoreSort::memory: return std::get<wasm::MemoryType>(item);
    case CoreSort::global: return std::get<wasm::GlobalType>(item);
    default: return CoreTag{std::get<wasm::TypeId>(item)};
    }
}

Result<> add_import(ModuleType& type, std::string_view module, std::string_view name,
                    CoreExtern item) {
    if (type.imports.insert({std::string(module), std::string(name)}, item).second)
        return {};
    return fail(Errc::invalid, fmt::format("duplicate import name `{}:{}`: in a component each "
                                           "import of a core module needs a name of its own",
                                           module, name));
}

} // namespace

// --- modules

Result<> Typing::section(Scope& scope, const ast::CoreModule& module, std::uint64_t offset) {
    if (!options_.looks_into_core)
        return scope.add_core(CoreSort::module, TENON_TRY(opaque_module()));
    auto type = validated_module(module.whole, offset);
    if (!type)
        return fail(std::move(type).error().within(
            fmt::format("core module {}", scope.size(CoreSort::module))));
    return scope.add_core(CoreSort::module, TENON_TRY(types_.define(CoreModule{*type})));
}

Result<TypeIdx> Typing::opaque_module() {
    if (!opaque_module_)
        opaque_module_ = TENON_TRY(types_.define(CoreModule{}));
    return *opaque_module_;
}

// One module after the other, each on all processors: so the first error in the file is the one
// that is told, and a module's definitions are forgotten before the next one is read.
Result<ModuleIdx> Typing::validated_module(Bytes whole, std::uint64_t offset) {
    auto& core = types_.core();
    const auto module = TENON_TRY(wasm::decode_module(whole, offset));
    const auto info =
        TENON_TRY(wasm::validate_definitions(module, core.store, features(), options_.core.stop));
    TENON_TRY(wasm::validate_bodies_in_parallel(module, info, options_.core));
    TENON_TRY(types_.charge(module.imports.size() + module.exports.size()));
    ModuleType type;
    std::uint32_t counts[5] = {};
    for (const auto& import : module.imports) {
        const auto kind = static_cast<wasm::ExternKind>(import.type.index());
        auto done = add_import(type, import.module, import.name,
                               item_of(info, kind, counts[import.type.index()]++));
        if (!done)
            return fail(located(std::move(done).error(), import.offset));
    }
    for (const auto& exported : module.exports)
        type.exports.insert(std::string(exported.name),
                            item_of(info, exported.kind, exported.index));
    return core.add(std::move(type));
}

// --- types

Result<> Typing::define(Scope& scope, const ast::CoreType& type) {
    if (const auto* const module = std::get_if<ast::ModuleType>(&type.kind)) {
        if (!options_.looks_into_core)
            return scope.add_core(CoreSort::type, TENON_TRY(opaque_module()));
        const auto made = TENON_TRY(module_type(scope, *module));
        return scope.add_core(CoreSort::type, TENON_TRY(types_.define(CoreModule{made})));
    }
    const auto& group = std::get<wasm::RecType>(type.kind);
    if (!options_.looks_into_core) {
        for (std::size_t i = 0; i < group.types.size(); ++i)
            TENON_TRY(scope.add_core(CoreSort::type, {}));
        return {};
    }
    TENON_TRY(features().need(group));
    for (const auto id : TENON_TRY(types_.core().store.add(group, scope.core_types(), type.offset)))
        TENON_TRY(scope.add_core(CoreSort::type, id));
    return {};
}

namespace {

/// A module type while it is being read: its own type index space, and what it has so far.
class ModuleTyping {
public:
    ModuleTyping(CoreTypes& core, const Scope& scope, const wasm::Features& features)
        : core_(core), scope_(scope) {
        info_.store = &core.store;
        info_.features = features;
    }

    Result<> add(const wasm::RecType& group, std::uint64_t offset) {
        TENON_TRY(info_.features.need(group));
        const auto ids = TENON_TRY(core_.store.add(group, info_.types, offset));
        info_.types.insert(info_.types.end(), ids.begin(), ids.end());
        return {};
    }
    // Level 0 is the module type itself.
    Result<> add(const ast::Alias& alias, std::uint64_t) {
        const auto [count, index] = std::get<ast::Alias::Outer>(alias.target);
        if (count == 0) {
            if (index >= info_.types.size())
                return fail(Errc::invalid, fmt::format("unknown type {}", index));
            info_.types.push_back(info_.types[index]);
            return {};
        }
        const Scope* from = &scope_;
        for (std::uint32_t i = 1; i < count && from != nullptr; ++i)
            from = from->outer();
        if (from == nullptr)
            return fail(Errc::invalid,
                        fmt::format("there is nothing {} levels further out", count));
        const auto item = TENON_TRY(from->core_at(CoreSort::type, index));
        const auto* const id = std::get_if<wasm::TypeId>(&item);
        if (id == nullptr)
            return fail(Errc::unsupported,
                        "types of modules are not supported in the types of modules");
        info_.types.push_back(*id);
        return {};
    }
    Result<> add(const ast::ModuleDeclarator::Import& import, std::uint64_t) {
        TENON_TRY(declare(info_, core_.store, import.type));
        return add_import(type_, import.module, import.name, last(info_, import.type));
    }
    // An export is not an import: it leaves the index spaces as they are.
    Result<> add(const ast::ModuleDeclarator::Export& exported, std::uint64_t) {
        exports_.types = std::move(info_.types);
        exports_.store = info_.store;
        exports_.features = info_.features;
        auto done = declare(exports_, core_.store, exported.type);
        info_.types = std::move(exports_.types);
        TENON_TRY(std::move(done));
        const auto item = last(exports_, exported.type);
        exports_ = {};
        if (!type_.exports.insert(exported.name, item).second)
            return fail(Errc::invalid, fmt::format("duplicate export name `{}`", exported.name));
        return {};
    }
    ModuleType take() { return std::move(type_); }

private:
    CoreTypes& core_;
    const Scope& scope_;
    wasm::ModuleInfo info_, exports_;
    ModuleType type_;
};

} // namespace

Result<ModuleIdx> Typing::module_type(const Scope& scope, const ast::ModuleType& type) {
    ModuleTyping typing(types_.core(), scope, features());
    TENON_TRY(types_.charge(type.declarators.size()));
    for (const auto& one : type.declarators) {
        auto done =
            std::visit([&](const auto& kind) { return typing.add(kind, one.offset); }, one.kind);
        if (!done)
            return fail(located(std::move(done).error(), one.offset));
    }
    return types_.core().add(typing.take());
}

// --- instances

Result<> Typing::define(Scope& scope, const ast::CoreInstance& instance) {
    using Instantiate = ast::CoreInstance::Instantiate;
    if (const auto* const made = std::get_if<Instantiate>(&instance.kind))
        return scope.add_core(CoreSort::instance, TENON_TRY(instantiated(scope, *made)));
    const auto& exports = std::get<std::vector<ast::CoreInstance::Export>>(instance.kind);
    return scope.add_core(CoreSort::instance, TENON_TRY(bundled(scope, exports)));
}

Result<CoreItem> Typing::instantiated(const Scope& scope,
                                      const ast::CoreInstance::Instantiate& instantiate) {
    const auto module =
        std::get<TypeIdx>(TENON_TRY(scope.core_at(CoreSort::module, instantiate.module)));
    base::OrderedMap<std::string_view, CoreItem> arguments;
    for (const auto& argument : instantiate.arguments)
        if (!arguments
                 .insert(argument.name,
                         TENON_TRY(scope.core_at(CoreSort::instance, argument.instance)))
                 .second)
            return fail(Errc::invalid, fmt::format("argument `{}` is there twice", argument.name));
    const auto type = types_.get<CoreModule>(module)->type;
    if (!type)
        return CoreItem();
    auto& core = types_.core();
    TENON_TRY(types_.charge(core[*type].imports.size() / 4));
    for (const auto& [key, wanted] : core[*type].imports) {
        const auto& [from, name] = key;
        const auto* const argument = arguments.find(from);
        if (argument == nullptr)
            return fail(Errc::invalid, fmt::format("missing module instantiation argument: the "
                                                   "module imports `{}` `{}`, and is not given "
                                                   "`{}`",
                                                   from, name, from));
        const auto* const there = core.exports(std::get<CoreInstanceIdx>(*argument)).find(name);
        if (there == nullptr)
            return fail(Errc::invalid, fmt::format("the instance given for `{}` does not export "
                                                   "`{}`, which the module imports",
                                                   from, name));
        if (auto fits = core.check_fits(*there, wanted); !fits)
            return fail(
                std::move(fits).error().within(fmt::format("import `{}` `{}`", from, name)));
    }
    return core.add_instance(*type);
}

Result<CoreItem> Typing::bundled(const Scope& scope,
                                 const std::vector<ast::CoreInstance::Export>& exports) {
    CoreExterns bundle;
    std::set<std::string_view> names;
    TENON_TRY(types_.charge(exports.size()));
    for (const auto& exported : exports) {
        const auto item = TENON_TRY(scope.core_at(exported.sort, exported.index));
        if (!names.insert(exported.name).second)
            return fail(Errc::invalid,
                        fmt::format("export name `{}` is there twice", exported.name));
        if (exported.sort > CoreSort::tag)
            return fail(Errc::invalid, fmt::format("a {} is no export of a core instance",
                                                   name_of(Sort::core, exported.sort)));
        if (options_.looks_into_core)
            bundle.insert(exported.name, core_extern(exported.sort, item));
    }
    if (!options_.looks_into_core)
        return CoreItem();
    return types_.core().add_instance(std::move(bundle));
}

Result<> Typing::core_alias(Scope& scope, CoreSort sort, const ast::Alias::Export& exported) {
    const auto instance = TENON_TRY(scope.core_at(CoreSort::instance, exported.instance));
    if (sort > CoreSort::tag)
        return fail(Errc::invalid,
                    fmt::format("a {} is no export of a core instance", name_of(Sort::core, sort)));
    if (!options_.looks_into_core)
        return scope.add_core(sort, {});
    const auto* const item =
        types_.core().exports(std::get<CoreInstanceIdx>(instance)).find(exported.name);
    if (item == nullptr)
        return fail(Errc::invalid, fmt::format("core instance {} has no export `{}`",
                                               exported.instance, exported.name));
    if (item->index() != static_cast<std::size_t>(sort))
        return fail(Errc::invalid,
                    fmt::format("export `{}` of core instance {} is a {}, not a {}", exported.name,
                                exported.instance, kind_of(*item), name_of(Sort::core, sort)));
    return scope.add_core(sort, core_item(*item));
}

} // namespace tenon::component
