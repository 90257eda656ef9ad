// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/resolve.hpp"

#include "wit/definitions.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

/// What is behind a closed gate is not made, but its types must be behind closed gates too: they
/// could be spoken of from elsewhere.
template <class Items> Result<> check_closed(const PackageContext& context, const Items& items,
                                             std::string_view what, std::string_view feature) {
    const auto complain = [&](Span span) {
        auto error = context.error(
            fmt::format("found a reference to a {0} which is excluded due to its feature not being "
                        "activated; this type is not gated by a feature but its {0} is",
                        what),
            span);
        return fail(
            std::move(error).help(fmt::format("put `@unstable(feature = {})` before it", feature)));
    };
    for (const auto& item : items) {
        if (const auto* const type = std::get_if<ast::TypeDef>(&item)) {
            const auto gate = TENON_TRY(context.gate_of(type->attributes, type->name.span));
            if (gate.open)
                return complain(type->name.span);
        } else if (const auto* const use = std::get_if<ast::Use>(&item)) {
            const auto span = use->names.empty() ? use->from.name.span : use->names[0].name.span;
            const auto gate = TENON_TRY(context.gate_of(use->attributes, span));
            if (gate.open && !use->names.empty())
                return complain(span);
        }
    }
    return {};
}

Result<> resolve_item(PackageContext& context, std::uint32_t at) {
    const auto& item = context.names.items()[at];
    const auto& name = item.name();
    const auto* const* const world = std::get_if<const ast::World*>(&item.tree);
    const auto& attributes = world != nullptr
                                 ? (*world)->attributes
                                 : std::get<const ast::Interface*>(item.tree)->attributes;
    auto gate = TENON_TRY(context.gate_of(attributes, name.span));
    if (!gate.open) {
        const auto& feature = gate.stability.feature;
        context.session.closed_items.emplace(std::pair(context.package, std::string(name.name)),
                                             feature);
        if (world != nullptr)
            return check_closed(context, (*world)->items, "world", feature);
        return check_closed(context, std::get<const ast::Interface*>(item.tree)->items, "interface",
                            feature);
    }
    auto& model = context.session.model;
    if (world != nullptr) {
        const auto made = TENON_TRY(resolve_world(context, **world, item.part, std::move(gate)));
        context.made[at] = made.value;
        model.packages[context.package.value].worlds.insert(std::string(name.name), made);
    } else {
        const auto& tree = *std::get<const ast::Interface*>(item.tree);
        const auto made = TENON_TRY(
            resolve_interface(context, tree, item.part, std::string(name.name), std::move(gate)));
        context.made[at] = made.value;
        model.packages[context.package.value].interfaces.insert(std::string(name.name), made);
    }
    return {};
}

/// What `use` outside of interfaces brings from other packages are interfaces that exist, used or
/// not.
Result<> check_uses(const PackageContext& context) {
    for (std::uint32_t part = 0; part < context.text.parts.size(); ++part) {
        for (const auto& item : *context.text.parts[part].items) {
            const auto* const use = std::get_if<ast::TopUse>(&item);
            if (use == nullptr || !use->path.package)
                continue;
            const auto& model = context.session.model;
            const auto package = model.by_name.at(package_name(*use->path.package));
            const std::string name(use->path.name.name);
            if (!context.session.closed_items.contains(std::pair(package, name)))
                TENON_TRY(context.interface(use->path, part));
        }
    }
    return {};
}

} // namespace

Result<PackageIdx> resolve(Session& session, const PackageText& text, const PackageNames& names) {
    auto& model = session.model;
    const PackageIdx at{static_cast<std::uint32_t>(model.packages.size())};
    Package package;
    package.name = text.name;
    package.docs = text.docs;
    package.span = text.span;
    model.packages.push_back(std::move(package));
    model.by_name.emplace(text.name, at);

    const auto order = TENON_TRY(names.order());
    PackageContext context{session, text, names, at, {}};
    context.made.resize(names.items().size());
    TENON_TRY(check_uses(context));
    for (const auto item : order)
        TENON_TRY(resolve_item(context, item));
    return at;
}

Result<InterfaceIdx> resolve_interface(PackageContext& context, const ast::Interface& tree,
                                       std::uint32_t part, std::optional<std::string> name,
                                       Gate gate) {
    auto& model = context.session.model;
    const InterfaceIdx at{static_cast<std::uint32_t>(model.interfaces.size())};
    Interface made;
    made.name = std::move(name);
    made.package = context.package;
    made.docs = context.docs(part, tree.docs);
    made.stability = std::move(gate.stability);
    made.external_id = std::move(gate.external_id);
    made.span = tree.name.span;
    model.interfaces.push_back(std::move(made));

    Definitions definitions(context, part, at);
    std::vector<const ast::TypeDef*> types;
    for (const auto& item : tree.items) {
        if (const auto* const use = std::get_if<ast::Use>(&item))
            TENON_TRY(definitions.use(*use));
        else if (const auto* const type = std::get_if<ast::TypeDef>(&item))
            types.push_back(type);
        else
            definitions.note_function(std::get<ast::Function>(item).name);
    }
    TENON_TRY(definitions.types(types));
    for (const auto type : definitions.made())
        model.interfaces[at.value].types.insert(*model[type].name, type);
    for (const auto& item : tree.items) {
        if (const auto* const function = std::get_if<ast::Function>(&item))
            TENON_TRY(definitions.claim_function(function->name));
    }
    const auto add = [&](Function function) {
        auto key = function.name;
        model.interfaces[at.value].functions.insert(std::move(key), std::move(function));
    };
    for (const auto& item : tree.items) {
        if (const auto* const type = std::get_if<ast::TypeDef>(&item)) {
            auto methods = TENON_TRY(definitions.methods(*type));
            for (auto& method : methods)
                add(std::move(method));
        } else if (const auto* const function = std::get_if<ast::Function>(&item)) {
            auto own_gate = TENON_TRY(context.gate_of(function->attributes, function->name.span));
            if (!own_gate.open)
                continue;
            auto one = TENON_TRY(definitions.function(*function, std::move(own_gate)));
            add(std::move(one));
        }
    }
    return at;
}

} // namespace tenon::wit
