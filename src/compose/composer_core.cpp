// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The core modules of a component, and how what they import is satisfied.
#include "compose/composer.hpp"
#include "compose/core_module.hpp"
#include "compose/shim_module.hpp"

#include <fmt/core.h>

namespace tenon::compose {

using Kind = Import::Kind;
using CanonOp = ast::CanonOp;

namespace {

std::string_view text_of(CanonOp op) {
    return ast::canon_row(static_cast<std::uint8_t>(op))->text;
}

} // namespace

Result<TreeBuilder> Composer::run() {
    imports();
    core_modules();
    shim_module();
    own_types();
    for (std::size_t part = 0; part < plan_.parts().size(); ++part)
        TENON_TRY(instantiate(part));
    TENON_TRY(fix_up());
    for (const auto& provider : plan_.providers())
        TENON_TRY(exports(provider));
    if (missing_)
        return fail(Errc::invalid, fmt::format("a type of interface `{}` is used, and the world "
                                               "neither imports nor exports it before that",
                                               plan_.model().id_of(*missing_).value_or("")));
    if (options_.debug_names)
        out_.names();
    out_.custom(producers_section,
                Producers::processed_by(options_.producer, options_.producer_version).payload());
    return std::move(out_);
}

void Composer::core_modules() {
    for (const auto& part : plan_.parts()) {
        const bool is_main = modules_.empty();
        modules_.push_back(out_.core_module(
            part.bytes, is_main ? part.name : "wit-component:adapter:" + part.name));
    }
}

void Composer::shim_module() {
    auto module = write_shim_module(plan_, shims_, options_);
    if (!module)
        return;
    const auto index = out_.core_module(*std::move(module), "wit-component-shim-module");
    shim_instance_ = out_.core_instance(index, {}, "wit-component-shim-instance");
    if (plan_.memory_from_outside() != nullptr)
        memory_ = core_alias(*shim_instance_, std::string(shim_memory), CoreSort::memory, "memory");
}

/// The types of exported interfaces, first of all their resources: the built-ins that modules
/// import speak of them.
void Composer::own_types() {
    const auto& model = plan_.model();
    for (const auto& provider : plan_.providers())
        for (const auto& key : provider.exports) {
            const auto& item = plan_.world().exports.at(key);
            const auto* const one = std::get_if<wit::WorldInterface>(&item);
            if (one == nullptr)
                continue;
            for (const auto& [name, type] : model[one->interface].types) {
                if (!std::holds_alternative<wit::Resource>(model[type].kind)) {
                    RootTypeWriter(*this, one->interface).value(wit::Type(type));
                    continue;
                }
                ast::Resource resource{};
                const auto* const destructor =
                    provider.part ? plan_.parts()[*provider.part].exports.destructor(type)
                                  : nullptr;
                if (destructor != nullptr)
                    resource.destructor =
                        shim(*shims_.destructor(*provider.part, destructor->name));
                known_.types.emplace(type, out_.type(std::move(resource), name));
            }
        }
}

Result<> Composer::instantiate(std::size_t part) {
    const auto& of = plan_.parts()[part];
    CoreArguments arguments;
    for (const auto& [module, list] : of.imports) {
        CoreExports exports;
        for (const auto& import : list) {
            auto made = satisfy(part, import);
            if (!made)
                return fail(of.placed(std::move(made).error().within(
                    fmt::format("import `{}` `{}`", import.module, import.name))));
            exports.push_back({import.field, made->first, made->second});
        }
        arguments.push_back({module, out_.core_instance(std::move(exports), module)});
    }
    core_instances_.push_back(out_.core_instance(modules_[part], std::move(arguments), of.name));
    if (part == Plan::main_part && !memory_)
        if (const auto* const memory = of.exports.first(Export::Kind::memory))
            memory_ = core_alias(core_instances_[part], memory->name, CoreSort::memory, "memory");
    return {};
}

Result<std::pair<CoreSort, std::uint32_t>> Composer::satisfy(std::size_t part,
                                                             const Import& import) {
    if (import.kind == Kind::memory) {
        if (!memory_)
            return fail(
                base::Error(Errc::not_found, "module does not export a memory named `memory`")
                    .help("an adapter uses the memory of the main module: export it"));
        return std::pair(CoreSort::memory, *memory_);
    }
    if (import.kind == Kind::main_export) {
        if (core_instances_.empty())
            return fail(Errc::invalid, "the main module cannot import from itself");
        const auto sort = static_cast<CoreSort>(import.core_kind);
        const auto* const there = plan_.main().exports.named(import.name);
        if (there == nullptr || there->kind != import.core_kind)
            return fail(Errc::not_found,
                        fmt::format("the main module exports no {} `{}`",
                                    component::name_of(Sort::core, sort), import.name));
        return std::pair(
            sort, core_alias(core_instances_[Plan::main_part], import.name, sort, import.name));
    }
    const auto index = TENON_TRY(function(part, import));
    return std::pair(CoreSort::func, index);
}

Result<std::uint32_t> Composer::function(std::size_t part, const Import& import) {
    if (const auto number = shims_.find(part, import))
        return shim(*number);
    switch (import.kind) {
    case Kind::function: return lowered(part, import);
    case Kind::resource_drop:
        return canon(CanonOp::resource_drop, imported_resource(import.resource));
    case Kind::own_resource: return canon(import.op, known_.types.at(import.resource));
    case Kind::task_return: {
        const auto encoding = TENON_TRY(Shims::encoding_of(plan_, part, import));
        return task_return(import, Shims::needs_of(plan_, import), encoding);
    }
    case Kind::task_cancel: return canon(CanonOp::task_cancel);
    case Kind::built_in: return built_in(part, import, Moment::before_modules);
    case Kind::copy: return copy(part, import, Moment::before_modules);
    case Kind::thread_base_get:
    case Kind::thread_base_set: return thread_base(import);
    case Kind::adapter:
    case Kind::memory:
    case Kind::main_export: break;
    }
    return fail(Errc::invalid, "this cannot be satisfied"); // adapters always have a shim
}

// --- canonical definitions

std::uint32_t Composer::canon(CanonOp op, std::uint32_t number, bool flag) {
    ast::Canon made{};
    made.op = op;
    made.numbers[0] = number;
    made.flag = flag;
    return out_.canon(std::move(made), text_of(op));
}

Result<std::vector<ast::CanonOption>>
Composer::options(const Needs& needs, StringEncoding encoding,
                  std::optional<std::uint32_t> realloc) const {
    using Option = ast::CanonOption;
    std::vector<Option> out;
    if (needs.memory) {
        if (!memory_)
            return fail(
                base::Error(Errc::not_found, "module does not export a memory named `memory`")
                    .help("values pass through it: let the linker export it, or write "
                          "`(memory (export \"memory\") 1)`"));
        out.push_back({Option::Kind::memory, *memory_});
    }
    if (needs.realloc) {
        if (!realloc)
            return fail(base::Error(Errc::not_found,
                                    "module does not export a function named `cabi_realloc`")
                            .help("lists and strings that come in need room: bindings generators "
                                  "write that function, and the linker must keep it; its type is "
                                  "`[i32 i32 i32 i32] -> [i32]`"));
        out.push_back({Option::Kind::realloc, *realloc});
    }
    if (needs.encoding)
        out.push_back({static_cast<Option::Kind>(encoding)}); // the first of both lists agree
    if (needs.async)
        out.push_back({Option::Kind::async});
    return out;
}

std::uint32_t Composer::core_alias(std::uint32_t instance, const std::string& name, CoreSort sort,
                                   std::string_view debug_name) {
    const auto there = core_aliases_.find({instance, name});
    if (there != core_aliases_.end())
        return there->second;
    const auto made = out_.core_alias(instance, name, sort, debug_name);
    core_aliases_.emplace(std::pair(instance, name), made);
    return made;
}

std::uint32_t Composer::shim(std::uint32_t number) {
    return core_alias(*shim_instance_, std::to_string(number), CoreSort::func,
                      shims_.all()[number].debug_name);
}

std::optional<std::uint32_t> Composer::realloc(const Needs& needs, const std::optional<Realloc>& of,
                                               Moment moment) {
    if (!needs.realloc || !of)
        return std::nullopt;
    if (Shims::is_wrapped(plan_, moment))
        if (const auto number = shims_.realloc(*of))
            return shim(*number);
    return core_alias(core_instances_[of->part], *of->exported, CoreSort::func, *of->exported);
}

/// Of an imported resource. Each use has an alias of its own: one that was shared would have to
/// stand before all of them.
std::uint32_t Composer::imported_resource(wit::TypeIdx resource) {
    const auto* const owner = std::get_if<wit::InterfaceIdx>(&plan_.model()[resource].owner);
    return owner != nullptr ? type_of(*owner, resource) : known_.types.at(resource);
}

std::uint32_t Composer::component_function(const WorldFunction& of) {
    if (!of.interface)
        return imported_functions_.at(of.function->name);
    return out_.alias(instances_.at(*of.interface), of.function->name, Sort::func);
}

Result<std::uint32_t> Composer::lowered(std::size_t part, const Import& import) {
    const auto needs = Shims::needs_of(plan_, import);
    const auto of = component_function(import.function);
    const auto encoding = TENON_TRY(Shims::encoding_of(plan_, part, import));
    const auto allocator =
        realloc(needs, Shims::realloc_for_imports(plan_, part), Moment::before_modules);
    ast::Canon made{};
    made.op = CanonOp::lower;
    made.numbers[0] = of;
    made.options = TENON_TRY(options(needs, encoding, allocator));
    return out_.canon(std::move(made), import.function.function->name);
}

Result<std::uint32_t> Composer::task_return(const Import& import, Needs needs,
                                            StringEncoding encoding) {
    // The types of a world's own functions are those that it imports.
    RootTypeWriter types(*this, import.function.interface);
    ast::Canon made{};
    made.op = CanonOp::task_return;
    made.result = types.value(import.function.function->result);
    made.options = TENON_TRY(options(needs, encoding, std::nullopt));
    return out_.canon(std::move(made), text_of(made.op));
}

/// Types of functions that are imported come from imports, and so do those of the world itself.
std::uint32_t Composer::payload_type(const Import& import) {
    RootTypeWriter types(*this, import.exported ? import.interface : std::nullopt);
    if (!import.type)
        return types.unit(import.copy->is_stream);
    return types.index_of(*import.type);
}

Result<std::uint32_t> Composer::copy(std::size_t part, const Import& import, Moment moment) {
    const auto needs = Shims::needs_of(plan_, import);
    if (!import.copy->copies)
        return canon(import.copy->op, payload_type(import), import.async);
    const auto encoding = Shims::encoding_of(plan_, part, import).value_or(StringEncoding::utf8);
    const auto allocator = realloc(needs, Shims::realloc_for_copy(plan_, part, import), moment);
    ast::Canon made{};
    made.op = import.copy->op;
    made.numbers[0] = payload_type(import);
    made.options = TENON_TRY(options(needs, encoding, allocator));
    return out_.canon(std::move(made), text_of(made.op));
}

Result<std::uint32_t> Composer::built_in(std::size_t part, const Import& import, Moment moment) {
    const auto& of = import.built_in;
    if (of.row->uses == BuiltIn::Uses::table)
        return thread_new(import);
    ast::Canon made{};
    made.op = of.row->op;
    made.flag = of.flag;
    std::string name(text_of(made.op));
    if (made.op == CanonOp::context_get || made.op == CanonOp::context_set) {
        made.slot_type = of.slot_type;
        made.numbers[0] = of.slot;
        name += ' ' + std::to_string(of.slot);
    }
    if (of.row->uses == BuiltIn::Uses::memory) {
        TENON_TRY(options({.memory = true}, {}, std::nullopt));
        made.numbers[0] = *memory_;
    }
    if (of.row->uses == BuiltIn::Uses::encoding) {
        const auto needs = Shims::needs_of(plan_, import);
        const auto allocator = realloc(needs, Shims::realloc_for_imports(plan_, part), moment);
        made.options =
            TENON_TRY(options(needs, static_cast<StringEncoding>(of.encoding), allocator));
    }
    return out_.canon(std::move(made), name);
}

/// With threads the second slot of the context, without them a global that all modules share.
std::uint32_t Composer::thread_base(const Import& import) {
    const bool is_set = import.kind == Kind::thread_base_set;
    if (!plan_.has_threads())
        return core_alias(*shim_instance_, std::string(is_set ? shim_base_set : shim_base_get),
                          CoreSort::func, is_set ? shim_base_set : shim_base_get);
    ast::Canon made{};
    made.op = is_set ? CanonOp::context_set : CanonOp::context_get;
    made.slot_type = is_set ? import.core_type.params[0] : import.core_type.results[0];
    made.numbers[0] = 1;
    return out_.canon(std::move(made), std::string(text_of(made.op)) + " 1");
}

} // namespace tenon::compose
