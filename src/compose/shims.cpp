// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/shims.hpp"

#include <fmt/core.h>

namespace tenon::compose {
namespace {

using Kind = Import::Kind;
using Uses = BuiltIn::Uses;

/// Which export of which part, as a key.
std::string key_of_export(std::string_view what, std::size_t part, const std::string& exported) {
    return fmt::format("{} {} {}", what, part, exported);
}

std::optional<Realloc> realloc(std::size_t part, const Export* one) {
    return one == nullptr ? std::nullopt : std::optional(Realloc{part, &one->name});
}

} // namespace

Result<Shims> Shims::create(const Plan& plan) {
    Shims out(plan);
    for (std::size_t part = 0; part < plan.parts().size(); ++part)
        TENON_TRY(out.add_part(part));
    return out;
}

// --- facts that whoever builds needs as well

bool Shims::has_task_hook(const Plan& plan) {
    return plan.main().exports.first(Export::Kind::task_hook) != nullptr;
}

bool Shims::is_wrapped(const Plan& plan, Moment moment) {
    return moment == Moment::before_modules || has_task_hook(plan);
}

std::optional<Realloc> Shims::realloc_for_imports(const Plan& plan, std::size_t part) {
    return compose::realloc(part, plan.parts()[part].exports.realloc_for_imports());
}
std::optional<Realloc> Shims::realloc_for_exports(const Plan& plan, std::size_t part) {
    return compose::realloc(part, plan.parts()[part].exports.realloc_for_exports());
}
std::optional<Realloc> Shims::realloc_for_copy(const Plan& plan, std::size_t part,
                                               const Import& import) {
    if (!import.type)
        return std::nullopt;
    return import.exported ? realloc_for_exports(plan, part) : realloc_for_imports(plan, part);
}

Result<StringEncoding> Shims::encoding_of(const Plan& plan, std::size_t part,
                                          const Import& import) {
    if (import.function.function == nullptr)
        return StringEncoding::utf8;
    const auto& of = plan.parts()[part];
    const bool exported = import.kind == Kind::task_return || import.exported;
    const auto found = (exported ? of.export_encodings : of.import_encodings)
                           .find(plan.model(), import.function.key, import.function.function->name);
    if (found)
        return *found;
    return fail(
        base::Error(Errc::not_found,
                    fmt::format("missing component metadata for {} of `{}` `{}`",
                                exported ? "export" : "import", import.module, import.name))
            .help(fmt::format("the world that {} itself carries does not have it; only "
                              "another module's world does",
                              part == Plan::main_part ? std::string("the main module")
                                                      : fmt::format("adapter `{}`", of.name))));
}

Needs Shims::needs_of(const Plan& plan, const Import& import) {
    const auto& layout = plan.layout();
    switch (import.kind) {
    case Kind::function: return layout.needs(*import.function.function, import.abi);
    case Kind::task_return: return layout.needs_of_task_return(*import.function.function);
    case Kind::copy: {
        std::optional<wit::Type> payload;
        if (import.type) {
            const auto& kind = plan.model()[*import.type].kind;
            const auto* const stream = std::get_if<wit::Stream>(&kind);
            payload = stream != nullptr ? stream->payload : std::get<wit::Future>(kind).payload;
        }
        return layout.needs_of_copy(payload, import.copy->reads, import.async);
    }
    case Kind::built_in: {
        Needs needs;
        needs.memory = needs.encoding = import.built_in.row->uses == Uses::encoding;
        needs.realloc = import.built_in.row->op == ast::CanonOp::error_context_message;
        return needs;
    }
    case Kind::resource_drop:
    case Kind::own_resource:
    case Kind::task_cancel:
    case Kind::thread_base_get:
    case Kind::thread_base_set:
    case Kind::adapter:
    case Kind::memory:
    case Kind::main_export: break;
    }
    return {};
}

bool Shims::is_direct(const Plan& plan, const Needs& needs) {
    return (!needs.memory && !needs.realloc) || plan.memory_from_outside() != nullptr;
}

// --- which there are

Result<> Shims::add_part(std::size_t part) {
    const auto& of = plan_->parts()[part];
    for (const auto& [module, list] : of.imports)
        for (const auto& import : list)
            TENON_TRY(add_import(part, import));
    for (const auto& one : of.exports.all())
        if (one.kind == Export::Kind::destructor)
            add(key_of_export("destructor", part, one.name),
                {.kind = Shim::Kind::destructor,
                 .part = part,
                 .exported = one.name,
                 .type = type_of("i", ""),
                 .debug_name =
                     fmt::format("dtor-{}", plan_->model()[one.resource].name.value_or(""))});
    return {};
}

Result<> Shims::add_import(std::size_t part, const Import& import) {
    switch (import.kind) {
    case Kind::function: return add_function(part, import);
    case Kind::task_return: {
        const auto needs = needs_of(*plan_, import);
        if (!needs.any() || plan_->memory_from_outside() != nullptr)
            return {};
        const auto encoding = TENON_TRY(encoding_of(*plan_, part, import));
        const auto& function = *import.function.function;
        add(key_of(part, import), {.kind = Shim::Kind::task_return,
                                   .part = part,
                                   .import = &import,
                                   .needs = needs,
                                   .encoding = encoding,
                                   .type = import.core_type,
                                   .debug_name = fmt::format("task-return-{}", function.name)});
        return {};
    }
    case Kind::copy: add_copy(part, import); return {};
    case Kind::built_in: add_built_in(part, import); return {};
    case Kind::adapter:
        add(key_of(part, import),
            {.kind = Shim::Kind::adapter,
             .part = part,
             .import = &import,
             .type = import.core_type,
             .debug_name = fmt::format("adapt-{}-{}", import.module, import.field)});
        return {};
    case Kind::resource_drop:
    case Kind::own_resource:
    case Kind::task_cancel:
    case Kind::thread_base_get:
    case Kind::thread_base_set:
    case Kind::memory:
    case Kind::main_export: break;
    }
    return {};
}

Result<> Shims::add_function(std::size_t part, const Import& import) {
    const auto needs = needs_of(*plan_, import);
    const auto realloc = realloc_for_imports(*plan_, part);
    if (is_direct(*plan_, needs)) {
        add_realloc(needs, Moment::before_modules, realloc);
        return {};
    }
    const auto encoding = TENON_TRY(encoding_of(*plan_, part, import));
    add(key_of(part, import),
        {.kind = Shim::Kind::lowering,
         .part = part,
         .import = &import,
         .needs = needs,
         .encoding = encoding,
         .type = import.core_type,
         .debug_name = fmt::format("indirect-{}-{}", import.module, import.field)});
    add_realloc(needs, Moment::after_modules, realloc);
    return {};
}

void Shims::add_copy(std::size_t part, const Import& import) {
    if (!import.copy->copies)
        return;
    const auto needs = needs_of(*plan_, import);
    if (!needs.realloc && plan_->memory_from_outside() != nullptr)
        return;
    add(key_of(part, import),
        {.kind = Shim::Kind::copy,
         .part = part,
         .import = &import,
         .needs = needs,
         .encoding = encoding_of(*plan_, part, import).value_or(StringEncoding::utf8),
         .type = import.core_type,
         .debug_name = fmt::format(
             "{}-{}", import.module,
             import.async ? import.name.substr(legacy_scheme.async_lower.size()) : import.name)});
    add_realloc(needs, Moment::after_modules, realloc_for_copy(*plan_, part, import));
}

void Shims::add_built_in(std::size_t part, const Import& import) {
    const auto& row = *import.built_in.row;
    const auto needs = needs_of(*plan_, import);
    if (row.uses == Uses::nothing ||
        (row.uses != Uses::table && !needs.realloc && plan_->memory_from_outside() != nullptr))
        return;
    using Op = ast::CanonOp;
    const std::string name =
        row.op == Op::error_context_new ? "error-new"
        : row.op == Op::error_context_message
            ? "error-debug-message"
            : std::string(ast::canon_row(static_cast<std::uint8_t>(row.op))->text);
    add(key_of(part, import), {.kind = Shim::Kind::built_in,
                               .part = part,
                               .import = &import,
                               .needs = needs,
                               .encoding = static_cast<StringEncoding>(import.built_in.encoding),
                               .type = import.core_type,
                               .debug_name = name});
    if (needs.realloc)
        add_realloc(needs, Moment::after_modules, realloc_for_imports(*plan_, part));
}

void Shims::add_realloc(const Needs& needs, Moment moment, const std::optional<Realloc>& of) {
    if (!needs.realloc || !of || !is_wrapped(*plan_, moment))
        return;
    add(key_of_export("realloc", of->part, *of->exported),
        {.kind = Shim::Kind::realloc,
         .part = of->part,
         .exported = *of->exported,
         .type = type_of("iiii", "i"),
         .debug_name = fmt::format("realloc-{}-{}", plan_->parts()[of->part].name, *of->exported)});
}

void Shims::add(std::string key, Shim shim) {
    if (by_key_.emplace(std::move(key), static_cast<std::uint32_t>(all_.size())).second)
        all_.push_back(std::move(shim));
}

/// Two imports with one key are the same function, and have one stand-in.
std::string Shims::key_of(std::size_t part, const Import& import) const {
    switch (import.kind) {
    case Kind::function:
        return fmt::format(
            "function {} {} {} {}", part, static_cast<int>(import.abi),
            import.function.interface ? std::to_string(import.function.interface->value) : "-",
            import.function.function->name);
    case Kind::built_in: {
        const auto& of = import.built_in;
        // Where no allocator is used it is the same for all parts: memory is the main module's.
        const bool is_shared = of.row->op != ast::CanonOp::error_context_message;
        return fmt::format("built-in {} {} {} {} {}", static_cast<int>(of.row->op), of.row->params,
                           of.flag, of.encoding, is_shared ? 0 : part);
    }
    default:
        return fmt::format("{} {} {} {}", static_cast<int>(import.kind), part, import.module,
                           import.name);
    }
}

std::optional<std::uint32_t> Shims::at(const std::string& key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> Shims::find(std::size_t part, const Import& import) const {
    return at(key_of(part, import));
}
std::optional<std::uint32_t> Shims::destructor(std::size_t part,
                                               const std::string& exported) const {
    return at(key_of_export("destructor", part, exported));
}
std::optional<std::uint32_t> Shims::realloc(const Realloc& of) const {
    return at(key_of_export("realloc", of.part, *of.exported));
}

} // namespace tenon::compose
