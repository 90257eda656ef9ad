// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/plug_names.hpp"

#include "component/names.hpp"
#include "wit/version.hpp"

#include <fmt/core.h>
#include <map>

namespace tenon::compose {
namespace {

constexpr std::size_t max_shown_names = 20;

/// The version in the name of an interface, if it has one.
std::optional<base::Version> version_in(std::string_view name) {
    const auto parsed = component::parse_name(name);
    return parsed && parsed->kind == component::Name::Kind::interface ? parsed->version
                                                                      : std::nullopt;
}

/// `` `a`, `b` and 3 more``; `nothing`.
std::string list_of(const component::Externs& externs) {
    if (externs.empty())
        return "nothing";
    std::string out;
    for (std::size_t i = 0; i < externs.size() && i < max_shown_names; ++i)
        out += fmt::format("{}`{}`", i == 0 ? "" : ", ", externs.entry(i).first);
    if (externs.size() > max_shown_names)
        out += fmt::format(" and {} more", externs.size() - max_shown_names);
    return out;
}

/// The exports on one track.
struct Offer {
    Connection newest;
    std::optional<Connection> rival; ///< one of another plug
};
using Offers = std::map<std::string, Offer>;

Offers offers_of(const std::vector<Outline>& plugs) {
    Offers offers;
    for (std::size_t i = 0; i < plugs.size(); ++i)
        for (const auto& [name, item] : plugs[i].type->exports) {
            const auto [at, is_new] = offers.try_emplace(track_name(name), Offer{{i, name}, {}});
            auto& [newest, rival] = at->second;
            if (is_new)
                continue;
            if (newest.plug != i)
                rival = Connection{i, name};
            else if (is_newer(name, newest.exported))
                newest.exported = name;
        }
    return offers;
}

Result<Connection> best(const std::string& import, const Offer& offer,
                        const std::vector<Outline>& plugs) {
    const auto& [newest, rival] = offer;
    if (rival)
        return fail(
            base::Error(Errc::invalid, fmt::format("import `{}` could come from two plugs", import))
                .because(fmt::format("`{}` exports `{}`, and `{}` exports `{}`",
                                     plugs[newest.plug].name, newest.exported,
                                     plugs[rival->plug].name, rival->exported))
                .help("plug in one of them only"));
    if (plugs[newest.plug].type->exports.contains(import))
        return Connection{newest.plug, import};
    return newest;
}

base::Error nothing_fits(const Outline& socket, const std::vector<Outline>& plugs) {
    auto error = base::Error(Errc::invalid, "no plug exports anything that the socket imports");
    error = std::move(error).because(
        fmt::format("`{}` imports {}", socket.name, list_of(socket.type->imports)));
    for (const auto& plug : plugs)
        error = std::move(error).because(
            fmt::format("`{}` exports {}", plug.name, list_of(plug.type->exports)));
    return error;
}

} // namespace

std::string track_name(std::string_view name) {
    const auto version = version_in(name);
    if (!version)
        return std::string(name);
    return fmt::format("{}@{}", name.substr(0, name.find('@')), wit::track_of(*version));
}

bool is_newer(std::string_view name, std::string_view than) {
    const auto left = version_in(name);
    const auto right = version_in(than);
    return left && right && *left > *right;
}

Result<std::vector<std::optional<Connection>>> connect(const Outline& socket,
                                                       const std::vector<Outline>& plugs) {
    const auto offers = offers_of(plugs);
    std::vector<std::optional<Connection>> made;
    bool any = false;
    for (const auto& [name, item] : socket.type->imports) {
        const auto offered = offers.find(track_name(name));
        made.emplace_back();
        if (offered == offers.end())
            continue;
        made.back() = TENON_TRY(best(name, offered->second, plugs));
        any = true;
    }
    if (!any)
        return fail(nothing_fits(socket, plugs));
    return made;
}

} // namespace tenon::compose
