// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/model.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::wit {

std::string PackageName::text() const {
    auto out = fmt::format("{}:{}", space, name);
    if (version)
        out += '@' + version->text();
    return out;
}

std::string PackageName::item(std::string_view item) const {
    auto out = fmt::format("{}:{}/{}", space, name, item);
    if (version)
        out += '@' + version->text();
    return out;
}

std::string_view name_of(Primitive primitive) noexcept {
    static constexpr std::array<std::string_view, 14> names = {
        "bool", "s8",  "u8",  "s16", "u16",  "s32",    "u32",
        "s64",  "u64", "f32", "f64", "char", "string", "error-context"};
    return names[static_cast<std::size_t>(primitive)];
}

std::string_view Function::item_name() const noexcept {
    const std::string_view full = name;
    if (kind == Kind::freestanding)
        return full;
    const auto after = full.find(kind == Kind::constructor ? ']' : '.');
    return after == std::string_view::npos ? full : full.substr(after + 1);
}

std::optional<std::string> Model::id_of(InterfaceIdx at) const {
    const auto& interface = (*this)[at];
    if (!interface.name)
        return std::nullopt;
    return (*this)[interface.package].name.item(*interface.name);
}

std::string Model::id_of(WorldIdx at) const {
    const auto& world = (*this)[at];
    return (*this)[world.package].name.item(world.name);
}

TypeIdx Model::unaliased(TypeIdx at) const {
    while (const auto* const alias = std::get_if<Alias>(&(*this)[at].kind)) {
        const auto* const next = std::get_if<TypeIdx>(&alias->of);
        if (next == nullptr)
            break;
        at = *next;
    }
    return at;
}

std::optional<InterfaceIdx> Model::used_from(TypeIdx at) const {
    const auto& type = (*this)[at];
    const auto* const alias = std::get_if<Alias>(&type.kind);
    const auto* const next = alias != nullptr ? std::get_if<TypeIdx>(&alias->of) : nullptr;
    if (next == nullptr)
        return std::nullopt;
    const auto& owner = (*this)[*next].owner;
    const auto* const from = std::get_if<InterfaceIdx>(&owner);
    if (from == nullptr || owner == type.owner)
        return std::nullopt;
    return *from;
}

std::string Model::key_name(const WorldKey& key) const {
    if (const auto* const name = std::get_if<std::string>(&key))
        return *name;
    return id_of(std::get<InterfaceIdx>(key)).value_or("");
}

} // namespace tenon::wit
