// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/exports.hpp"

#include "base/nearest.hpp"

#include <fmt/core.h>

namespace tenon::compose {

/// Holds each export against the names that the wanted parts of the world have in both schemes.
class ExportClassifier {
public:
    ExportClassifier(const ModuleView& module, const Target& target,
                     const std::vector<wit::WorldKey>& wanted)
        : module_(module), target_(target), wanted_(wanted) {}

    Result<Exports> run();

private:
    using Kind = Export::Kind;

    void name_all(const Scheme& scheme);
    Result<> classify(const ModuleView::Export& one);
    Result<bool> known_name(const ModuleView::Export& one, const Scheme& scheme,
                            std::string_view rest);
    Result<bool> function(const ModuleView::Export& one, const Scheme& scheme);
    Result<bool> beside_function(const ModuleView::Export& one, const Scheme& scheme);
    [[nodiscard]] const WorldFunction* find(std::string_view name) const;
    void add(Export made);
    Result<> check_callbacks() const;
    Result<> check_wanted() const;
    Result<> require(const wit::WorldKey& key, const wit::Function& function,
                     bool in_interface) const;

    const ModuleView& module_;
    const Target& target_;
    const std::vector<wit::WorldKey>& wanted_;
    std::map<std::string, WorldFunction, std::less<>> functions_; ///< by the name of the export
    std::map<std::string, wit::TypeIdx, std::less<>> destructors_;
    Exports out_;
};

namespace {

wasm::FuncType post_return_type(const Layout& layout, const wit::Function& function) {
    auto type = layout.signature(function, Abi::lift).type;
    type.params = std::move(type.results);
    type.results.clear();
    return type;
}

} // namespace

Result<Exports> ExportClassifier::run() {
    if (!target_.reject_legacy_names)
        name_all(legacy_scheme);
    name_all(standard_scheme);
    for (const auto& one : module_.exports) {
        out_.by_name_.emplace(one.name, &one);
        auto done = classify(one);
        if (!done)
            return fail(std::move(done).error().within(fmt::format("export `{}`", one.name)));
    }
    TENON_TRY(check_callbacks());
    TENON_TRY(check_wanted());
    return std::move(out_);
}

void ExportClassifier::name_all(const Scheme& scheme) {
    const auto& model = target_.model;
    for (const auto& key : wanted_) {
        const auto& item = target_.world.exports.at(key);
        if (const auto* const function = std::get_if<wit::Function>(&item)) {
            functions_.emplace(export_text(scheme, model, nullptr, function->name),
                               WorldFunction{key, std::nullopt, function});
            continue;
        }
        const auto* const one = std::get_if<wit::WorldInterface>(&item);
        if (one == nullptr)
            continue;
        const auto& interface = model[one->interface];
        for (const auto& [name, function] : interface.functions)
            functions_.emplace(export_text(scheme, model, &key, name),
                               WorldFunction{key, one->interface, &function});
        for (const auto& [name, type] : interface.types)
            if (std::holds_alternative<wit::Resource>(model[type].kind))
                destructors_.emplace(
                    export_text(scheme, model, &key, scheme.destructor.around(name)), type);
    }
}

void ExportClassifier::add(Export made) {
    const auto at = out_.all_.size();
    if (made.function.function != nullptr) {
        const Exports::Key key(made.function.key, made.function.function->name);
        if (made.kind == Kind::function)
            out_.functions_.emplace(key, at);
        else if (made.kind == Kind::post_return)
            out_.post_returns_.emplace(key, at);
        else
            out_.callbacks_.emplace(key, at);
    }
    if (made.kind == Kind::destructor)
        out_.destructors_.emplace(made.resource, at);
    if (auto& first = out_.first_[static_cast<std::size_t>(made.kind)]; !first)
        first = at;
    out_.all_.push_back(std::move(made));
}

Result<> ExportClassifier::classify(const ModuleView::Export& one) {
    if (const auto* const allocator = find_allocator(one.name)) {
        constexpr Kind kinds[] = {Kind::realloc, Kind::import_realloc, Kind::export_realloc,
                                  Kind::adapter_realloc};
        if (one.kind != wasm::ExternKind::func)
            return fail(Errc::invalid, "this has to be a function", one.offset);
        TENON_TRY(check_type(one.name, type_of("iiii", "i"), *one.function));
        add({.kind = kinds[static_cast<std::size_t>(allocator->use)],
             .name = std::string(one.name)});
        return {};
    }
    auto rest = one.name;
    const auto& scheme = target_.scheme_of(rest);
    if (target_.reject_legacy_names && rest.size() == one.name.size())
        return {};
    if (TENON_TRY(known_name(one, scheme, rest)) || one.kind != wasm::ExternKind::func)
        return {};
    if (TENON_TRY(function(one, scheme)))
        return {};
    TENON_TRY(beside_function(one, scheme));
    return {};
}

/// Names that do not depend on the world.
Result<bool> ExportClassifier::known_name(const ModuleView::Export& one, const Scheme& scheme,
                                          std::string_view rest) {
    struct Row {
        std::string_view name;
        Kind kind;
        wasm::ExternKind core;
        std::string_view params, results;
    };
    using Core = wasm::ExternKind;
    const Row rows[] = {{scheme.memory, Kind::memory, Core::memory, "", ""},
                        {scheme.table, Kind::table, Core::table, "", ""},
                        {scheme.realloc, Kind::realloc, Core::func, "iiii", "i"},
                        {scheme.initialize, Kind::initialize, Core::func, "", ""},
                        {scheme.task_hook, Kind::task_hook, Core::func, "i", ""}};
    for (const auto& row : rows) {
        if (row.name.empty() || rest != row.name || one.kind != row.core)
            continue;
        if (row.core == Core::func)
            TENON_TRY(check_type(one.name, type_of(row.params, row.results), *one.function));
        if (row.kind == Kind::memory && out_.first(Kind::memory) != nullptr)
            return fail(Errc::invalid, "the module exports more than one memory", one.offset);
        add({.kind = row.kind, .name = std::string(one.name)});
        return true;
    }
    return false;
}

const WorldFunction* ExportClassifier::find(std::string_view name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : &found->second;
}

Result<bool> ExportClassifier::function(const ModuleView::Export& one, const Scheme& scheme) {
    auto name = one.name;
    auto abi = Abi::lift;
    if (strip(name, scheme.async_lift))
        abi = Abi::lift_async;
    else if (strip(name, scheme.async_lift_stackful))
        abi = Abi::lift_stackful;
    const auto* const found = find(name);
    if (found == nullptr)
        return false;
    TENON_TRY(check_type(found->function->name,
                         target_.layout.signature(*found->function, abi).type, *one.function));
    add({.kind = Kind::function, .name = std::string(one.name), .function = *found, .abi = abi});
    return true;
}

Result<bool> ExportClassifier::beside_function(const ModuleView::Export& one,
                                               const Scheme& scheme) {
    auto name = one.name;
    if (strip(name, scheme.callback) && strip(name, scheme.async_lift))
        if (const auto* const of = find(name)) {
            TENON_TRY(check_type(one.name, type_of("iii", "i"), *one.function));
            add({.kind = Kind::callback, .name = std::string(one.name), .function = *of});
            return true;
        }
    name = one.name;
    if (!strip(name, scheme.async_lift))
        strip(name, scheme.async_lift_stackful);
    if (const auto inner = scheme.post_return.inside(name))
        if (const auto* const of = find(*inner)) {
            TENON_TRY(check_type(fmt::format("{} post-return", of->function->name),
                                 post_return_type(target_.layout, *of->function), *one.function));
            add({.kind = Kind::post_return, .name = std::string(one.name), .function = *of});
            return true;
        }
    const auto destructor = destructors_.find(name);
    if (destructor == destructors_.end())
        return false;
    TENON_TRY(check_type(one.name, type_of("i", ""), *one.function));
    add({.kind = Kind::destructor, .name = std::string(one.name), .resource = destructor->second});
    return true;
}

// --- what has to be there

Result<> ExportClassifier::check_callbacks() const {
    for (const auto& one : out_.all_)
        if (one.kind == Kind::function && one.abi == Abi::lift_async &&
            out_.callback(one.function.key, one.function.function->name) == nullptr)
            return fail(
                base::Error(Errc::not_found, fmt::format("missing callback for `{}`", one.name))
                    .help(fmt::format("export `{}{}` with the type `[i32 i32 i32] -> "
                                      "[i32]` beside it",
                                      legacy_scheme.callback, one.name)));
    return {};
}

Result<> ExportClassifier::require(const wit::WorldKey& key, const wit::Function& function,
                                   bool in_interface) const {
    if (out_.function(key, function.name) != nullptr)
        return {};
    const auto& scheme = target_.reject_legacy_names ? standard_scheme : legacy_scheme;
    const auto wanted =
        export_text(scheme, target_.model, in_interface ? &key : nullptr, function.name);
    auto error = base::Error(
        Errc::not_found,
        in_interface ? fmt::format("the world exports function `{}` of interface `{}`, and the "
                                   "module does not",
                                   function.name, target_.model.key_name(key))
                     : fmt::format("the world exports function `{}`, and the module does not",
                                   function.name));
    std::vector<std::string_view> names;
    for (const auto& one : module_.exports)
        names.push_back(one.name);
    if (const auto near = base::nearest(wanted, names))
        return fail(std::move(error).help(
            fmt::format("the module exports `{}`; it would have to be `{}`", *near, wanted)));
    return fail(std::move(error).help(
        fmt::format("export it from the module as `{}` with the type `{}`", wanted,
                    text_of(target_.layout.signature(function, Abi::lift).type))));
}

Result<> ExportClassifier::check_wanted() const {
    for (const auto& key : wanted_) {
        const auto& item = target_.world.exports.at(key);
        if (const auto* const function = std::get_if<wit::Function>(&item)) {
            TENON_TRY(require(key, *function, false));
        } else if (const auto* const one = std::get_if<wit::WorldInterface>(&item)) {
            for (const auto& [name, inner] : target_.model[one->interface].functions)
                TENON_TRY(require(key, inner, true));
        }
    }
    return {};
}

// --- looking up

Result<Exports> Exports::find(const ModuleView& module, const Target& target,
                              const std::vector<wit::WorldKey>& wanted) {
    return ExportClassifier(module, target, wanted).run();
}

const ModuleView::Export* Exports::named(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const Export* Exports::first(Export::Kind kind) const noexcept {
    const auto at = first_[static_cast<std::size_t>(kind)];
    return at ? &all_[*at] : nullptr;
}

const Export* Exports::at(const std::map<Key, std::size_t>& by, const wit::WorldKey& key,
                          const std::string& name) const {
    const auto found = by.find(Key(key, name));
    return found == by.end() ? nullptr : &all_[found->second];
}

const Export* Exports::function(const wit::WorldKey& key, const std::string& name) const {
    return at(functions_, key, name);
}
const Export* Exports::post_return(const wit::WorldKey& key, const std::string& name) const {
    return at(post_returns_, key, name);
}
const Export* Exports::callback(const wit::WorldKey& key, const std::string& name) const {
    return at(callbacks_, key, name);
}

const Export* Exports::destructor(wit::TypeIdx resource) const {
    const auto found = destructors_.find(resource);
    return found == destructors_.end() ? nullptr : &all_[found->second];
}

const Export* Exports::realloc_for_exports() const noexcept {
    const auto* const special = first(Export::Kind::export_realloc);
    return special != nullptr ? special : first(Export::Kind::realloc);
}
const Export* Exports::realloc_for_imports() const noexcept {
    const auto* const special = first(Export::Kind::import_realloc);
    return special != nullptr ? special : first(Export::Kind::realloc);
}
const Export* Exports::realloc_for_adapters() const noexcept {
    const auto* const special = first(Export::Kind::adapter_realloc);
    return special != nullptr ? special : first(Export::Kind::realloc);
}

} // namespace tenon::compose
