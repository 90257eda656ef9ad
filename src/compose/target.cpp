// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/target.hpp"

#include "base/nearest.hpp"
#include "wit/version.hpp"

#include <fmt/core.h>
#include <vector>

namespace tenon::compose {
namespace {

/// The same for versions that can stand in for each other.
std::string track_text(const std::string& space, const std::string& package,
                       const std::string& interface, const base::Version& version) {
    return fmt::format("{}:{}/{}@{}", space, package, interface, wit::track_of(version));
}

base::Error unknown_interface(const Target& target, const Scheme& scheme, std::string_view module,
                              bool exported) {
    const std::string_view what = exported ? "exports" : "imports";
    auto error = base::Error(
        Errc::not_found, fmt::format("the module needs an interface `{}`, and its world {} none of "
                                     "that name",
                                     module, what));
    std::vector<std::string> names;
    for (const auto& [key, item] : target.items(exported))
        if (std::holds_alternative<wit::WorldInterface>(item))
            names.push_back(key_text(scheme, target.model, key));
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (const auto near = base::nearest(module, views))
        return std::move(error).help(fmt::format("did you mean `{}`?", *near));
    if (module.starts_with("wasi_snapshot_preview1") || module.starts_with("wasi_unstable"))
        return std::move(error).help(
            "this is WASI 0.1: an adapter makes it WASI 0.2, `tenon component new --adapt "
            "wasi_snapshot_preview1.command.wasm …` (`--adapt auto` looks for one)");
    if (module == "env")
        return std::move(error).help(
            "linkers leave in `env` what no object file defined: add what is missing to the link, "
            "or do not link with `--allow-undefined`");
    return std::move(error).help("`tenon component embed WIT MODULE` says which world a module was "
                                 "made for");
}

} // namespace

const Scheme& Target::scheme_of(std::string_view& name) const noexcept {
    if (name.starts_with(standard_scheme.prefix)) {
        name.remove_prefix(standard_scheme.prefix.size());
        return standard_scheme;
    }
    return reject_legacy_names ? standard_scheme : legacy_scheme;
}

Target::Target(const wit::Model& of, const wit::World& in, const Layout& with)
    : model(of), world(in), layout(with), imported_(named(false)), exported_(named(true)) {}

Target::Side Target::named(bool exported) const {
    Side out;
    for (const auto& [key, item] : items(exported)) {
        const auto* const one = std::get_if<wit::WorldInterface>(&item);
        if (one == nullptr)
            continue;
        const FoundInterface found{key, one->interface};
        out.legacy.emplace(key_text(legacy_scheme, model, key), found);
        out.standard.emplace(key_text(standard_scheme, model, key), found);
        const auto& interface = model[one->interface];
        const auto& package = model[interface.package].name;
        if (std::holds_alternative<wit::InterfaceIdx>(key) && interface.name && package.version)
            out.tracks.emplace(
                track_text(package.space, package.name, *interface.name, *package.version), found);
    }
    return out;
}

Result<FoundInterface> Target::interface(const Scheme& scheme, std::string_view module,
                                         bool exported) const {
    const auto& side = exported ? exported_ : imported_;
    const auto& names = scheme.full_versions ? side.legacy : side.standard;
    if (const auto found = names.find(module); found != names.end())
        return found->second;
    const auto name = component::parse_name(module);
    if (scheme.full_versions && name && name->kind == component::Name::Kind::interface &&
        name->version) {
        const auto found = side.tracks.find(
            track_text(name->space, name->package, name->interface, *name->version));
        if (found != side.tracks.end())
            return found->second;
    }
    return fail(unknown_interface(*this, scheme, module, exported));
}

const wit::Function* Target::function(const std::optional<FoundInterface>& of,
                                      std::string_view name, bool exported) const {
    if (of)
        return model[of->interface].functions.find(name);
    const auto* const item = items(exported).find(wit::WorldKey(std::string(name)));
    return item != nullptr ? std::get_if<wit::Function>(item) : nullptr;
}

std::optional<wit::TypeIdx> Target::resource(const std::optional<FoundInterface>& of,
                                             std::string_view name) const {
    const wit::TypeIdx* found = nullptr;
    if (of)
        found = model[of->interface].types.find(name);
    else if (const auto* const item = world.imports.find(wit::WorldKey(std::string(name))))
        found = std::get_if<wit::TypeIdx>(item);
    if (found == nullptr || !std::holds_alternative<wit::Resource>(model[*found].kind))
        return std::nullopt;
    return *found;
}

Result<> check_type(std::string_view name, const wasm::FuncType& wanted,
                    const wasm::FuncType& found) {
    if (is_equal(wanted, found))
        return {};
    return fail(
        base::Error(Errc::invalid,
                    fmt::format("type mismatch for function `{}`: expected `{}`, found `{}`", name,
                                text_of(wanted), text_of(found)))
            .help("the module was built with other bindings than its world says: generate "
                  "them again, and embed the same WIT"));
}

} // namespace tenon::compose
