// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/session.hpp"

#include "base/nearest.hpp"
#include "wit/dependencies.hpp"

#include <fmt/core.h>

namespace tenon::wit {

Result<> WorldBudget::spend(std::size_t steps) {
    if (steps <= left_) {
        left_ -= steps;
        return {};
    }
    return fail(Errc::limit, "the worlds of these packages are too large together");
}

const std::vector<InterfaceIdx>& Session::needs_of(InterfaceIdx interface) {
    if (interface_needs.size() < model.interfaces.size())
        interface_needs.resize(model.interfaces.size());
    auto& needs = interface_needs.at(interface.value);
    if (!needs)
        needs = interfaces_used(model, interface);
    return *needs;
}

Result<Gate> PackageContext::gate_of(const ast::Attributes& attributes, Span span) const {
    if (attributes.empty())
        return Gate{};
    return gate(attributes, session.model[package].name, session.features, session.model.sources,
                span);
}

std::string PackageContext::docs(std::uint32_t part, Comments comments) const {
    return docs_of(session.model.sources, *text.parts[part].file, comments);
}

base::Error PackageContext::error(std::string message, Span span, std::string label) const {
    return session.model.sources.point(base::Error(Errc::invalid, std::move(message)), span,
                                       std::move(label));
}

base::Error PackageContext::closed(std::string_view what, std::string_view feature,
                                   Span span) const {
    auto out = error(fmt::format("found a reference to a {} which is excluded due to its feature "
                                 "not being activated",
                                 what),
                     span);
    if (feature.empty())
        return out;
    return std::move(out).help(fmt::format("gate this with `@unstable(feature = {0})` too, or "
                                           "activate the feature with `--features {0}`",
                                           feature));
}

base::Error PackageContext::not_in_package(const Package& other, const ast::Id& name,
                                           bool world) const {
    auto out = error(fmt::format("{} `{}` not found in package `{}`", world ? "world" : "interface",
                                 name.name, other.name.text()),
                     name.span, "not found");
    const bool is_other_kind =
        world ? other.interfaces.contains(name.name) : other.worlds.contains(name.name);
    if (is_other_kind) {
        return std::move(out).help(
            fmt::format("`{}` is {} there", name.name, world ? "an interface" : "a world"));
    }
    std::vector<std::string_view> known;
    if (world) {
        for (const auto& [there, index] : other.worlds)
            known.push_back(there);
    } else {
        for (const auto& [there, index] : other.interfaces)
            known.push_back(there);
    }
    if (const auto near = base::nearest(name.name, known))
        return std::move(out).help(fmt::format("did you mean `{}`?", *near));
    return out;
}

Result<std::uint32_t> PackageContext::find(const ast::Path& path, std::uint32_t part,
                                           bool world) const {
    const std::string_view what = world ? "world" : "interface";
    const auto target = TENON_TRY(names.look_up(path, part));
    const auto* const foreign = std::get_if<ForeignItem>(&target);
    auto owner = package;
    auto name = path.name.name;
    if (foreign == nullptr) {
        const auto item = std::get<std::uint32_t>(target);
        TENON_ASSERT(names.items()[item].is_world() ==
                     world); // `PackageNames::order` has seen to it
        if (made[item])
            return *made[item];
        name = names.items()[item].name().name;
    } else {
        const auto there = session.model.by_name.find(package_name(*foreign->package));
        TENON_ASSERT(there != session.model.by_name.end()); // packages come in order
        owner = there->second;
        name = foreign->name.name;
        const auto& other = session.model[owner];
        if (world) {
            if (const auto* const found = other.worlds.find(name))
                return found->value;
        } else if (const auto* const found = other.interfaces.find(name)) {
            return found->value;
        }
    }
    const auto gone = session.closed_items.find(std::pair(owner, std::string(name)));
    if (gone != session.closed_items.end())
        return fail(closed(what, gone->second, path.name.span));
    return fail(not_in_package(session.model[owner], ast::Id{name, path.name.span}, world));
}

Result<InterfaceIdx> PackageContext::interface(const ast::Path& path, std::uint32_t part) const {
    const auto at = TENON_TRY(find(path, part, false));
    return InterfaceIdx{at};
}

Result<WorldIdx> PackageContext::world(const ast::Path& path, std::uint32_t part) const {
    const auto at = TENON_TRY(find(path, part, true));
    return WorldIdx{at};
}

} // namespace tenon::wit
