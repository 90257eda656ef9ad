// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/fit.hpp"

#include "base/utf8.hpp"
#include "component/decode.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

constexpr std::size_t max_shown_bytes = 2000;

/// A definition on further lines stands below the signature.
std::string column(std::string_view who, std::string_view does, std::size_t width,
                   const std::string& wit) {
    const auto head = fmt::format("{} {}", who, does);
    auto out = fmt::format("\n{:<{}}", head, width);
    for (const char c : base::shortened(wit, max_shown_bytes)) {
        out += c;
        if (c == '\n')
            out.append(width, ' ');
    }
    return out;
}

/// The world's share of what is told of two sides.
struct Roles {
    std::string_view needs, has;
};
Roles roles_of(const wit::Difference& difference, SideNames names) {
    if (difference.side == wit::Difference::Side::import)
        return {names.guest, names.target};
    return {names.target, names.guest};
}

} // namespace

Result<Outside> read_outside(Bytes binary, const wasm::ValidateOptions& options) {
    const auto tree = TENON_TRY(component::decode(binary));
    const auto typed = TENON_TRY(component::validate(tree, options));
    Outside out{TENON_TRY(component::decode_wit(tree)), {}};
    for (const auto& [name, item] : typed.imports) {
        if (item.sort == component::Sort::core)
            out.foreign_imports.push_back(fmt::format("the core module `{}`", name));
        if (item.sort == component::Sort::component)
            out.foreign_imports.push_back(fmt::format("the component `{}`", name));
        if (item.sort == component::Sort::value)
            out.foreign_imports.push_back(fmt::format("the value `{}`", name));
    }
    return out;
}

std::string text_of(const wit::Difference& difference, SideNames names) {
    const auto [needs, has] = roles_of(difference, names);
    const auto width = std::max(needs.size() + 6, has.size() + 4) + 2;
    auto out = difference.where();
    if (difference.is_missing()) {
        out += fmt::format(": {} has none", has);
        if (!difference.near.empty())
            out += fmt::format("; it has `{}`", difference.near);
    } else {
        out += difference.item.empty()               ? ": the two differ"
               : difference.item.starts_with("type") ? ": the types differ"
                                                     : ": the signatures differ";
    }
    if (!difference.needed.empty())
        out += column(needs, "wants", width, difference.needed);
    if (!difference.found.empty())
        out += column(has, "has", width, difference.found);
    return out;
}

data::Value json_of(const wit::Difference& difference) {
    auto out = data::Value::object({});
    const bool is_import = difference.side == wit::Difference::Side::import;
    out.set("side", data::Value(is_import ? "import" : "export"));
    const auto set = [&](const char* key, const std::string& value) {
        if (!value.empty())
            out.set(key, data::Value(value));
    };
    set("name", difference.key);
    set("item", difference.item);
    out.set("missing", data::Value(difference.is_missing()));
    set("needed", difference.needed);
    set("found", difference.found);
    set("near", difference.near);
    return out;
}

base::Error misfit(std::string message, const wit::Difference& difference, const wit::Model& target,
                   SideNames names) {
    auto error = base::Error(Errc::invalid, std::move(message));
    const bool is_import = difference.side == wit::Difference::Side::import;
    // An import that the world has not is nowhere in its text.
    if (!is_import)
        error = target.sources.point(std::move(error), difference.needed_at, "wanted here");
    else if (!difference.item.empty())
        error = target.sources.point(std::move(error), difference.found_at);
    return std::move(error).because(text_of(difference, names));
}

} // namespace tenon::cli
