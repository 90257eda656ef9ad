// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/select.hpp"

#include "base/nearest.hpp"

#include <fmt/core.h>
#include <vector>

namespace tenon::wit {
namespace {

std::vector<std::string_view> worlds_of(const Package& package) {
    std::vector<std::string_view> out;
    for (const auto& [name, at] : package.worlds)
        out.push_back(name);
    return out;
}

std::string quoted(const std::vector<std::string_view>& names) {
    std::string out;
    for (const auto name : names)
        out += fmt::format("{}`{}`", out.empty() ? "" : ", ", name);
    return out;
}

Result<WorldIdx> world_of(const Package& package, std::string_view name) {
    if (const auto* const found = package.worlds.find(name))
        return *found;
    base::Error error(Errc::not_found, fmt::format("world `{}` not found in package `{}`", name,
                                                   package.name.text()));
    if (package.interfaces.contains(name))
        return fail(std::move(error).help(fmt::format("`{}` is an interface", name)));
    const auto known = worlds_of(package);
    if (const auto near = base::nearest(name, known))
        return fail(std::move(error).help(fmt::format("did you mean `{}`?", *near)));
    return fail(known.empty() ? std::move(error).help("the package has no worlds")
                              : std::move(error).help("its worlds are " + quoted(known)));
}

struct WorldId {
    std::string_view space, package, world;
    std::optional<Version> version;
};

Result<WorldId> parse_id(std::string_view text) {
    const auto wrong = [&] {
        return fail(base::Error(Errc::usage, fmt::format("invalid name of a world: `{}`", text))
                        .help("a world is named `world`, `namespace:package/world` or "
                              "`namespace:package/world@version`"));
    };
    WorldId out;
    const auto colon = text.find(':');
    const auto slash = text.find('/', colon);
    if (colon == std::string_view::npos || slash == std::string_view::npos)
        return wrong();
    const auto at = text.find('@', slash);
    out.space = text.substr(0, colon);
    out.package = text.substr(colon + 1, slash - colon - 1);
    out.world = text.substr(slash + 1, at == std::string_view::npos ? at : at - slash - 1);
    if (out.space.empty() || out.package.empty() || out.world.empty())
        return wrong();
    if (at != std::string_view::npos)
        out.version = TENON_TRY(Version::parse(text.substr(at + 1)));
    return out;
}

Result<WorldIdx> by_id(const Model& model, std::string_view text) {
    const auto id = TENON_TRY(parse_id(text));
    std::vector<const Package*> candidates;
    std::vector<std::string> versions;
    for (const auto& package : model.packages) {
        if (package.name.space != id.space || package.name.name != id.package)
            continue;
        versions.push_back(package.name.text());
        if (!id.version || package.name.version == id.version)
            candidates.push_back(&package);
    }
    if (candidates.size() == 1)
        return world_of(*candidates.front(), id.world);
    const std::vector<std::string_view> known(versions.begin(), versions.end());
    if (candidates.size() > 1) {
        return fail(
            base::Error(Errc::usage, fmt::format("there are several versions of package `{}:{}`",
                                                 id.space, id.package))
                .help("say which one: " + quoted(known)));
    }
    base::Error error(Errc::not_found, fmt::format("package of world `{}` is not known", text));
    return fail(known.empty() ? std::move(error)
                              : std::move(error).help("there is " + quoted(known)));
}

} // namespace

Result<WorldIdx> select_world(const Model& model, PackageIdx main,
                              std::optional<std::string_view> name) {
    const auto& package = model[main];
    if (name)
        return name->find(':') == std::string_view::npos ? world_of(package, *name)
                                                         : by_id(model, *name);
    if (package.worlds.size() == 1)
        return package.worlds.entry(0).second;
    if (package.worlds.empty()) {
        return fail(Errc::not_found,
                    fmt::format("package `{}` has no worlds", package.name.text()));
    }
    return fail(base::Error(Errc::usage,
                            fmt::format("package `{}` has several worlds", package.name.text()))
                    .help("choose one of " + quoted(worlds_of(package))));
}

} // namespace tenon::wit
