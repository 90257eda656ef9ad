// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names by which components used to call each other. Declared in token.hpp, where they end up.
#include "base/ascii.hpp"
#include "claims/token.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::claims {
namespace {

constexpr std::size_t public_key_size = 56;

using base::is_digit;
using base::is_lower;
using base::is_upper;

bool is_allowed(char c) {
    return is_lower(c) || is_digit(c) || c == '_' || c == '/';
}

/// What wascap makes of an alias, less what is still not allowed.
std::string suggestion(std::string_view alias) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const auto begin = std::min(alias.find_first_not_of(blanks), alias.size());
    const auto end = alias.find_last_not_of(blanks);
    if (begin == alias.size())
        return {};
    std::string result;
    for (char c : alias.substr(begin, end + 1 - begin)) {
        c = base::lower_case(c);
        if (c == ' ' || c == '-' || c == '.')
            c = '_';
        if (is_allowed(c))
            result += c;
    }
    return result;
}

} // namespace

Result<std::string> normalize_call_alias(std::string_view alias) {
    if (alias.empty())
        return fail(Errc::usage, "call alias cannot be empty");
    if (alias.size() == public_key_size &&
        std::ranges::all_of(alias, [](char c) { return is_upper(c) || is_digit(c); }))
        return fail(Errc::usage, "public key cannot be used as a call alias");
    const auto wrong = std::ranges::find_if_not(alias, is_allowed);
    if (wrong != alias.end()) {
        auto error =
            base::Error(Errc::usage,
                        fmt::format("call alias `{}` contains invalid characters", alias))
                .help("valid aliases are lowercase alphanumeric and can contain underscores and "
                      "slashes");
        if (const auto better = suggestion(alias); !better.empty())
            error = std::move(error).help(fmt::format("`{}` would do", better));
        return fail(std::move(error));
    }
    return std::string(alias);
}

} // namespace tenon::claims
