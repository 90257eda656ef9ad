// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/imports.hpp"

#include "base/nearest.hpp"
#include "base/number.hpp"

#include <fmt/core.h>
#include <map>

namespace tenon::compose {
namespace {

using component::ast::CanonOp;
using Kind = Import::Kind;

/// The module that a name imports from, with what it means.
struct Place {
    const Scheme* scheme = nullptr;
    bool is_root = false;  ///< the world itself
    bool exported = false; ///< concerns exports
    std::optional<FoundInterface> interface;
};

class Classifier {
public:
    Classifier(const ModuleView& module, const Target& target) : module_(module), target_(target) {}

    Result<Imports> run();

private:
    Result<Import> classify(const ModuleView::Import& import);
    Result<Place> place_of(std::string_view module) const;
    Result<> in_world(Import& into);
    Result<> of_root(Import& into, const Place& place);
    Result<> of_interface(Import& into, const Place& place);
    Result<bool> function(Import& into, const Place& place);
    Result<bool> intrinsic(Import& into, const Place& place);
    Result<bool> resource_intrinsic(Import& into, const Place& place);
    Result<bool> task_intrinsic(Import& into, const Place& place);
    Result<bool> copy(Import& into, const Place& place);
    Result<bool> thread_local_storage(Import& into);
    [[nodiscard]] base::Error unknown_function(const Import& import, const Place& place) const;

    const ModuleView& module_;
    const Target& target_;
    std::map<const wit::Function*, Layout::Streams> streams_; ///< of functions that were asked for
};

Result<Imports> Classifier::run() {
    Imports out;
    const wasm::MemoryType* memory = nullptr;
    for (const auto& import : module_.imports) {
        auto made = classify(import);
        if (!made)
            return fail(std::move(made).error().within(
                fmt::format("import `{}` `{}`", import.module, import.name)));
        if (made->kind == Kind::memory) {
            if (memory != nullptr)
                return fail(Errc::invalid, "the module imports more than one memory",
                            import.offset);
            memory = &std::get<wasm::MemoryType>(*import.type);
        }
        out.insert(std::string(import.module), {}).first->push_back(*std::move(made));
    }
    return out;
}

Result<Import> Classifier::classify(const ModuleView::Import& import) {
    Import out{.kind = Kind::memory,
               .module = std::string(import.module),
               .field = import.field,
               .name = std::string(import.name)};
    if (import.module == env_module && import.name == memory_field)
        if (const auto* const memory = std::get_if<wasm::MemoryType>(import.type)) {
            out.memory_type = *memory;
            return out;
        }
    out.core_kind = static_cast<wasm::ExternKind>(import.type->index());
    if (import.function != nullptr)
        out.core_type = *import.function;
    if (import.module == main_module) {
        out.kind = Kind::main_export;
        return out;
    }
    if (import.function == nullptr)
        return fail(base::Error(Errc::invalid, "a module may import functions only", import.offset)
                        .help("the one other thing that it may import is the memory `env` "
                              "`memory`"));
    if (target_.adapters.contains(import.module)) {
        out.kind = Kind::adapter;
        return out;
    }
    TENON_TRY(in_world(out));
    return out;
}

// --- what the world has

Result<Place> Classifier::place_of(std::string_view module) const {
    Place place;
    place.scheme = &target_.scheme_of(module);
    if (module == place.scheme->root) {
        place.is_root = true;
        return place;
    }
    auto rest = module;
    if (strip(rest, place.scheme->own) && rest == place.scheme->root &&
        !place.scheme->root.empty()) {
        place.exported = place.is_root = true;
        return place;
    }
    if (!place.scheme->interface.empty() && !strip(module, place.scheme->interface))
        return fail(base::Error(Errc::invalid, "the module that is imported from has no name that "
                                               "the component model knows")
                        .help(target_.reject_legacy_names
                                  ? "names begin with `cm32p2`, since `--reject-legacy-names` is "
                                    "given"
                                  : "an interface stands in it as `cm32p2|namespace:package/"
                                    "interface`"));
    place.exported = strip(module, place.scheme->own);
    place.interface = TENON_TRY(target_.interface(*place.scheme, module, place.exported));
    return place;
}

Result<> Classifier::in_world(Import& into) {
    if (into.module == env_module && TENON_TRY(thread_local_storage(into)))
        return {};
    const auto place = TENON_TRY(place_of(into.module));
    return place.interface ? of_interface(into, place) : of_root(into, place);
}

Result<> Classifier::of_root(Import& into, const Place& place) {
    if (!place.exported) {
        if (const auto found = find_built_in(*place.scheme, into.name)) {
            into.kind = Kind::built_in;
            into.built_in = *found;
            return check_type(into.name, type_of(*found), into.core_type);
        }
        if (TENON_TRY(function(into, place)))
            return {};
    }
    if (TENON_TRY(intrinsic(into, place)))
        return {};
    return fail(unknown_function(into, place));
}

Result<> Classifier::of_interface(Import& into, const Place& place) {
    if (!place.exported && TENON_TRY(function(into, place)))
        return {};
    if (TENON_TRY(intrinsic(into, place)))
        return {};
    return fail(unknown_function(into, place));
}

/// A function that the world imports, waited for or not.
Result<bool> Classifier::function(Import& into, const Place& place) {
    std::string_view name = into.name;
    const bool async = strip(name, place.scheme->async_lower);
    const auto* const found = target_.function(place.interface, name, false);
    if (found == nullptr)
        return false;
    into.kind = Kind::function;
    into.abi = async ? Abi::lower_async : Abi::lower;
    if (place.interface)
        into.function = {place.interface->key, place.interface->interface, found};
    else
        into.function = {wit::WorldKey(found->name), std::nullopt, found};
    TENON_TRY(
        check_type(found->name, target_.layout.signature(*found, into.abi).type, into.core_type));
    return true;
}

Result<bool> Classifier::intrinsic(Import& into, const Place& place) {
    if (TENON_TRY(resource_intrinsic(into, place)))
        return true;
    if (place.exported && TENON_TRY(task_intrinsic(into, place)))
        return true;
    return copy(into, place);
}

Result<bool> Classifier::resource_intrinsic(Import& into, const Place& place) {
    struct Row {
        const Affix* affix;
        CanonOp op;
        std::string_view results;
        bool exported_only;
    };
    const auto& scheme = *place.scheme;
    const Row rows[] = {{&scheme.resource_drop, CanonOp::resource_drop, "", false},
                        {&scheme.resource_new, CanonOp::resource_new, "i", true},
                        {&scheme.resource_rep, CanonOp::resource_rep, "i", true}};
    for (const auto& row : rows) {
        const auto name = row.affix->inside(into.name);
        if (!name || (row.exported_only && !place.exported))
            continue;
        const auto resource = target_.resource(place.interface, *name);
        if (!resource)
            continue;
        into.kind = place.exported ? Kind::own_resource : Kind::resource_drop;
        into.op = row.op;
        into.resource = *resource;
        if (place.interface)
            into.interface = place.interface->interface;
        TENON_TRY(check_type(into.name, type_of("i", row.results), into.core_type));
        return true;
    }
    return false;
}

Result<bool> Classifier::task_intrinsic(Import& into, const Place& place) {
    if (!place.scheme->has_async)
        return false;
    std::string_view name = into.name;
    if (name == place.scheme->task_cancel) {
        into.kind = Kind::task_cancel;
        TENON_TRY(check_type(name, {}, into.core_type));
        return true;
    }
    if (!strip(name, place.scheme->task_return))
        return false;
    const auto* const found = target_.function(place.interface, name, true);
    if (found == nullptr)
        return fail(Errc::not_found,
                    fmt::format("no function `{}` is exported that could return", name));
    into.kind = Kind::task_return;
    into.function.function = found;
    if (place.interface) {
        into.function.key = place.interface->key;
        into.function.interface = place.interface->interface;
    } else {
        into.function.key = found->name;
    }
    TENON_TRY(check_type(into.name, target_.layout.task_return(*found), into.core_type));
    return true;
}

/// Of a stream or future that stands in the signature of some function.
Result<bool> Classifier::copy(Import& into, const Place& place) {
    const auto found = find_copy(*place.scheme, into.name);
    if (!found)
        return false;
    const auto* const function = target_.function(place.interface, found->function, place.exported);
    if (found->number != unit_number) {
        const auto number = base::parse_decimal<std::uint32_t>(found->number);
        if (function == nullptr || !number)
            return false;
        auto known = streams_.find(function);
        if (known == streams_.end())
            known = streams_.emplace(function, target_.layout.streams(*function)).first;
        const auto& streams = known->second;
        into.type = streams.at(*number);
        if (!into.type)
            return fail(Errc::invalid, fmt::format("`{}` has no stream or future {}: there are {}",
                                                   function->name, *number, streams.count()));
        if (std::holds_alternative<wit::Stream>(target_.model[*into.type].kind) !=
            found->row->is_stream)
            return fail(Errc::invalid,
                        fmt::format("number {} in `{}` is a {}, not a {}", *number, function->name,
                                    found->row->is_stream ? "future" : "stream",
                                    found->row->is_stream ? "stream" : "future"));
    }
    into.kind = Kind::copy;
    into.copy = found->row;
    into.async = found->async;
    into.exported = place.exported;
    into.function.function = into.type ? function : nullptr;
    if (place.interface) {
        into.function.key = place.interface->key;
        into.interface = place.interface->interface;
    } else {
        into.function.key = std::string(found->function);
    }
    into.function.interface = into.interface;
    TENON_TRY(
        check_type(into.name, type_of(found->row->params, found->row->results), into.core_type));
    return true;
}

Result<bool> Classifier::thread_local_storage(Import& into) {
    const auto* const row = target_.reject_legacy_names ? nullptr : find_thread_local(into.name);
    if (row == nullptr)
        return false;
    const auto& side = row->is_set ? into.core_type.params : into.core_type.results;
    const auto& other = row->is_set ? into.core_type.results : into.core_type.params;
    using ValKind = wasm::ValType::Kind;
    if (side.size() != 1 || !other.empty() ||
        (side[0].kind() != ValKind::i32 && side[0].kind() != ValKind::i64))
        return fail(Errc::invalid,
                    fmt::format("`{}` {} one i32 or i64, and has the type `{}`", into.name,
                                row->is_set ? "takes" : "gives", text_of(into.core_type)));
    if (row->is_base) {
        into.kind = row->is_set ? Kind::thread_base_set : Kind::thread_base_get;
        return true;
    }
    into.kind = Kind::built_in;
    into.built_in =
        *find_built_in(legacy_scheme, row->is_set ? "[context-set-0]" : "[context-get-0]");
    into.built_in.slot_type = side[0];
    return true;
}

base::Error Classifier::unknown_function(const Import& import, const Place& place) const {
    std::vector<std::string_view> names;
    if (place.interface)
        for (const auto& [name, function] : target_.model[place.interface->interface].functions)
            names.push_back(name);
    else
        for (const auto& [key, item] : target_.items(place.exported))
            if (const auto* const function = std::get_if<wit::Function>(&item))
                names.push_back(function->name);
    const auto where = place.interface ? fmt::format("interface `{}`",
                                                     target_.model.key_name(place.interface->key))
                                       : std::string("the world");
    const auto does = place.interface ? "has" : place.exported ? "exports" : "imports";
    auto error = base::Error(Errc::not_found,
                             fmt::format("{} {} no function `{}`", where, does, import.name));
    if (const auto near = base::nearest(import.name, names))
        return std::move(error).help(fmt::format("did you mean `{}`?", *near));
    return error;
}

} // namespace

Result<Imports> find_imports(const ModuleView& module, const Target& target) {
    return Classifier(module, target).run();
}

const wasm::MemoryType* imported_memory(const Imports& imports) {
    for (const auto& [module, list] : imports)
        for (const auto& import : list)
            if (import.kind == Kind::memory)
                return &import.memory_type;
    return nullptr;
}

} // namespace tenon::compose
