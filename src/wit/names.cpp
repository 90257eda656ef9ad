// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/names.hpp"

#include "base/nearest.hpp"
#include "wit/docs.hpp"
#include "wit/order.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

/// Calls `visit(path, wants_world)` for each path in an interface or world.
template <class Visit> Result<> each_path(const ast::Interface& interface, Visit visit) {
    for (const auto& item : interface.items) {
        if (const auto* const use = std::get_if<ast::Use>(&item))
            TENON_TRY(visit(use->from, false));
    }
    return {};
}
template <class Visit> Result<> each_path(const ast::World& world, Visit visit) {
    for (const auto& item : world.items) {
        if (const auto* const use = std::get_if<ast::Use>(&item)) {
            TENON_TRY(visit(use->from, false));
        } else if (const auto* const include = std::get_if<ast::Include>(&item)) {
            TENON_TRY(visit(include->from, true));
        } else if (const auto* const external = std::get_if<ast::Extern>(&item)) {
            if (const auto* const path = std::get_if<ast::Path>(&external->what))
                TENON_TRY(visit(*path, false));
            else if (const auto* const inner = std::get_if<ast::Interface>(&external->what))
                TENON_TRY(each_path(*inner, visit));
        }
    }
    return {};
}

} // namespace

PackageName package_name(const ast::PackageId& id) {
    return PackageName{std::string(id.space.name), std::string(id.name.name), id.version};
}

std::string docs_of(const Sources& sources, const ast::File& file, Comments comments) {
    if (comments.count == 0)
        return {};
    std::vector<std::string_view> texts;
    const auto whole = sources.text(file.source);
    for (std::uint32_t i = 0; i < comments.count; ++i) {
        const auto span = file.comments.at(comments.first + i);
        texts.push_back(whole.substr(span.begin, span.end - span.begin));
    }
    return docs_text(texts);
}

const ast::Id& LocalItem::name() const {
    return is_world() ? std::get<const ast::World*>(tree)->name
                      : std::get<const ast::Interface*>(tree)->name;
}

Result<PackageNames> PackageNames::create(const PackageText& text, const Sources& sources) {
    PackageNames names(text, sources);
    names.used_.resize(text.parts.size());
    for (std::uint32_t part = 0; part < text.parts.size(); ++part)
        TENON_TRY(names.declare(part));
    for (std::uint32_t part = 0; part < text.parts.size(); ++part)
        TENON_TRY(names.resolve_uses(part));
    for (const auto& item : names.items_) {
        const auto note = [&](const ast::Path& path, bool) -> Result<> {
            names.note_foreign(path);
            return {};
        };
        if (const auto* const* const world = std::get_if<const ast::World*>(&item.tree))
            TENON_TRY(each_path(**world, note));
        else
            TENON_TRY(each_path(*std::get<const ast::Interface*>(item.tree), note));
    }
    return names;
}

/// The interfaces and worlds of a part; and that no name stands for two things in it.
Result<> PackageNames::declare(std::uint32_t part) {
    std::map<std::string_view, Span> in_file;
    const auto clash = [&](const ast::Id& name, Span before, std::string message) {
        auto error = sources_->point(base::Error(Errc::invalid, std::move(message)), name.span);
        return fail(
            std::move(error).help(fmt::format("the first one is at {}", sources_->where(before))));
    };
    const auto claim = [&](const ast::Id& name) -> Result<> {
        const auto [there, is_new] = in_file.emplace(name.name, name.span);
        if (!is_new) {
            return clash(name, there->second,
                         fmt::format("duplicate name `{}` in this file", name.name));
        }
        return {};
    };
    for (const auto& item : *text_->parts[part].items) {
        if (const auto* const use = std::get_if<ast::TopUse>(&item)) {
            TENON_TRY(claim(use->local()));
            note_foreign(use->path);
            continue;
        }
        LocalItem local{static_cast<const ast::World*>(nullptr), part};
        if (const auto* const world = std::get_if<ast::World>(&item))
            local.tree = world;
        else
            local.tree = &std::get<ast::Interface>(item);
        const auto& name = local.name();
        const auto [there, is_new] =
            by_name_.emplace(name.name, static_cast<std::uint32_t>(items_.size()));
        if (!is_new) {
            return clash(name, items_[there->second].name().span,
                         fmt::format("duplicate item named `{}`", name.name));
        }
        TENON_TRY(claim(name));
        items_.push_back(local);
    }
    return {};
}

/// What each `use` of a part leads to, in the end.
Result<> PackageNames::resolve_uses(std::uint32_t part) {
    std::vector<const ast::TopUse*> uses;
    std::map<std::string_view, std::uint32_t> by_local;
    for (const auto& item : *text_->parts[part].items) {
        if (const auto* const use = std::get_if<ast::TopUse>(&item)) {
            by_local.emplace(use->local().name, static_cast<std::uint32_t>(uses.size()));
            uses.push_back(use);
        }
    }
    std::vector<std::vector<Need>> needs(uses.size());
    for (std::size_t i = 0; i < uses.size(); ++i) {
        const auto& path = uses[i]->path;
        const auto other = by_local.find(path.name.name);
        if (!path.package && other != by_local.end() && other->second != i)
            needs[i].push_back(Need{other->second, path.name.span});
    }
    const auto order = in_order(needs);
    if (!order) {
        return fail(sources_->point(
            base::Error(Errc::invalid, fmt::format("interface or world `{}` depends on itself",
                                                   uses[order.error().what]->local().name)),
            order.error().span));
    }
    for (const auto i : *order) {
        const auto& use = *uses[i];
        const auto target = TENON_TRY(look_up(use.path, part));
        used_[part].emplace(use.local().name, target);
    }
    return {};
}

void PackageNames::note_foreign(const ast::Path& path) {
    if (path.package && foreign_seen_.emplace(package_name(*path.package), true).second)
        foreign_.push_back(&*path.package);
}

Result<Target> PackageNames::look_up(const ast::Path& path, std::uint32_t part) const {
    if (path.package)
        return Target(ForeignItem{&*path.package, path.name});
    if (const auto used = used_[part].find(path.name.name); used != used_[part].end())
        return used->second;
    if (const auto local = by_name_.find(path.name.name); local != by_name_.end())
        return Target(local->second);
    return fail(unknown(path.name, part));
}

base::Error PackageNames::unknown(const ast::Id& name, std::uint32_t part) const {
    auto error = sources_->point(
        base::Error(Errc::invalid,
                    fmt::format("interface or world `{}` does not exist", name.name)),
        name.span, "not found");
    std::vector<std::string_view> known;
    known.reserve(by_name_.size() + used_[part].size());
    for (const auto& [other, item] : by_name_)
        known.push_back(other);
    for (const auto& [other, target] : used_[part])
        known.push_back(other);
    if (const auto near = base::nearest(name.name, known))
        return std::move(error).help(fmt::format("did you mean `{}`?", *near));
    return std::move(error).help(fmt::format(
        "an interface of another package is named in full, as in `namespace:package/{}`",
        name.name));
}

Result<std::vector<std::uint32_t>> PackageNames::order() const {
    std::vector<std::vector<Need>> all;
    for (std::uint32_t i = 0; i < items_.size(); ++i) {
        auto one = TENON_TRY(needs(i));
        all.push_back(std::move(one));
    }
    auto order = in_order(all);
    if (!order) {
        return fail(sources_->point(
            base::Error(Errc::invalid, fmt::format("interface or world `{}` depends on itself",
                                                   items_[order.error().what].name().name)),
            order.error().span));
    }
    return *std::move(order);
}

Result<std::vector<Need>> PackageNames::needs(std::uint32_t item) const {
    std::vector<Need> out;
    const auto& local = items_[item];
    const auto note = [&](const ast::Path& path, bool world) {
        return need(out, path, local.part, world);
    };
    if (const auto* const* const world = std::get_if<const ast::World*>(&local.tree))
        TENON_TRY(each_path(**world, note));
    else
        TENON_TRY(each_path(*std::get<const ast::Interface*>(local.tree), note));
    return out;
}

Result<> PackageNames::need(std::vector<Need>& needs, const ast::Path& path, std::uint32_t part,
                            bool world) const {
    const auto target = TENON_TRY(look_up(path, part));
    const auto* const at = std::get_if<std::uint32_t>(&target);
    if (at == nullptr)
        return {};
    const auto& item = items_[*at];
    if (item.is_world() != world) {
        auto error = sources_->point(
            base::Error(Errc::invalid,
                        fmt::format("name `{}` is defined as {}, not {}", path.name.name,
                                    world ? "an interface" : "a world",
                                    world ? "a world" : "an interface")),
            path.name.span);
        return fail(world ? std::move(error)
                          : std::move(error).help("the items of a world are taken over with "
                                                  "`include`"));
    }
    needs.push_back(Need{*at, item.name().span});
    return {};
}

} // namespace tenon::wit
