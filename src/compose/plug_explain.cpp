// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/plug_explain.hpp"

#include "base/utf8.hpp"
#include "component/package_decode.hpp"
#include "wit/compare.hpp"

#include <fmt/core.h>
#include <utility>

namespace tenon::compose {
namespace {

constexpr std::size_t max_shown_bytes = 500;

std::string key_text(const wit::Model& model, const wit::WorldKey& key) {
    const auto* const at = std::get_if<wit::InterfaceIdx>(&key);
    if (at == nullptr)
        return std::get<std::string>(key);
    const auto& interface = model[*at];
    return model[interface.package].name.item(interface.name.value_or(""));
}

} // namespace

std::optional<std::string> explain_misfit(const component::ast::Component& socket,
                                          const std::string& import,
                                          const component::ast::Component& plug) {
    auto wanted = component::decode_wit(socket);
    auto offered = component::decode_wit(plug);
    if (!wanted || !wanted->world || !offered || !offered->world)
        return std::nullopt;
    // As if the socket were a world that the plug is to be of.
    auto& world = wanted->model.worlds.at(wanted->world->value);
    decltype(world.exports) asked;
    for (const auto& [key, item] : world.imports)
        if (key_text(wanted->model, key) == import)
            asked.insert(key, item);
    world.exports = std::move(asked);
    offered->model.worlds.at(offered->world->value).imports = {};
    const auto differences = wit::fits({offered->model, *offered->world},
                                       {wanted->model, *wanted->world}, wit::VersionRule::track, 1);
    if (differences.empty())
        return std::nullopt;
    const auto& first = differences.front();
    if (first.is_missing())
        return fmt::format("the plug has no {} (the socket wants `{}`)", first.item,
                           base::shortened(first.needed, max_shown_bytes));
    return fmt::format("{}: the plug has `{}`, the socket wants `{}`", first.item,
                       base::shortened(first.found, max_shown_bytes),
                       base::shortened(first.needed, max_shown_bytes));
}

} // namespace tenon::compose
