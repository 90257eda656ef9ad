// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/importize.hpp"

#include "wit/elaborate.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

/// The world under its new name, in the place of the old one.
Result<> rename(Package& package, const World& world, WorldIdx at, const std::string& name) {
    if (name != world.name && package.worlds.contains(name)) {
        return fail(Errc::exists, fmt::format("package `{}` has a world `{}` already",
                                              package.name.text(), name));
    }
    base::OrderedMap<std::string, WorldIdx> worlds;
    for (const auto& [other, index] : package.worlds)
        worlds.insert(index == at ? name : other, index);
    package.worlds = std::move(worlds);
    return {};
}

} // namespace

Result<> importize(Model& model, WorldIdx at, const std::optional<std::string>& name) {
    auto world = model[at];
    auto package = model[world.package];
    const auto new_name = name.value_or(world.name + "-importized");
    TENON_TRY(rename(package, world, at, new_name));
    world.name = new_name;

    world.imports.erase_if([](const WorldKey&, const WorldItem& item) {
        return !std::holds_alternative<TypeIdx>(item);
    });
    for (const auto& [key, item] : world.exports) {
        if (!world.imports.insert(key, item).second) {
            return fail(Errc::invalid,
                        fmt::format("world export `{}` conflicts with import of same name",
                                    model.key_name(key)));
        }
    }
    // The functions of the world's own resources were imports; without them the resources stay as
    // types that can be passed on.
    world.exports.clear();

    auto changed = model;
    changed.packages[world.package.value] = std::move(package);
    changed.worlds[at.value] = std::move(world);
    Session session(changed, Features());
    TENON_TRY(elaborate(session, at));
    model = std::move(changed);
    return {};
}

} // namespace tenon::wit
