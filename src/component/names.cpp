// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/names.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace tenon::component {
namespace {

constexpr std::string_view constructor = "[constructor]", method = "[method]", static_ = "[static]";

/// A word of a label: digits anywhere but at the beginning of the first.
bool is_word(std::string_view word, bool is_first) noexcept {
    if (word.empty() || (is_first && base::is_digit(word.front())))
        return false;
    const auto is_none_of = [&](auto predicate) { return std::ranges::none_of(word, predicate); };
    return std::ranges::all_of(word, base::is_alphanumeric) &&
           (is_none_of(base::is_lower) || is_none_of(base::is_upper));
}

/// `a-b`, in lower case: a namespace or package.
bool is_lower_label(std::string_view text) noexcept {
    return is_label(text) && std::ranges::none_of(text, base::is_upper);
}

/// Whether every part between the separators keeps the rule.
bool are_all(std::string_view text, char separator, bool (*is_part)(std::string_view) noexcept) {
    for (;;) {
        const auto end = text.find(separator);
        if (!is_part(text.substr(0, end)))
            return false;
        if (end == text.npos)
            return true;
        text.remove_prefix(end + 1);
    }
}

std::optional<Name> parse_interface(std::string_view text, bool nested) {
    const auto slash = text.find('/');
    if (slash == text.npos)
        return std::nullopt;
    const auto colon = nested ? text.rfind(':', slash) : text.find(':');
    if (colon == text.npos || colon > slash)
        return std::nullopt;
    Name name{Name::Kind::interface, {}, {}, {}, {}, {}, {}};
    name.space = text.substr(0, colon);
    name.package = text.substr(colon + 1, slash - colon - 1);
    auto rest = text.substr(slash + 1);
    if (const auto at = rest.find('@'); at != rest.npos) {
        auto version = base::Version::parse(rest.substr(at + 1));
        if (!version)
            return std::nullopt;
        name.version = *std::move(version);
        rest = rest.substr(0, at);
    }
    name.interface = rest;
    if (!is_lower_label(name.package))
        return std::nullopt;
    const bool is_fine =
        nested ? are_all(name.space, ':', is_lower_label) && are_all(name.interface, '/', is_label)
               : is_lower_label(name.space) && is_label(name.interface);
    return is_fine ? std::optional(name) : std::nullopt;
}

std::optional<Name> parse_function(std::string_view text, Name::Kind kind) {
    const auto dot = text.find('.');
    if (dot == text.npos || !is_label(text.substr(0, dot)) || !is_label(text.substr(dot + 1)))
        return std::nullopt;
    Name name{kind, std::string(text.substr(0, dot)), std::string(text.substr(dot + 1)), {}, {}, {},
              {}};
    return name;
}

} // namespace

bool is_label(std::string_view text) noexcept {
    for (bool is_first = true;; is_first = false) {
        const auto dash = text.find('-');
        if (!is_word(text.substr(0, dash), is_first))
            return false;
        if (dash == text.npos)
            return true;
        text.remove_prefix(dash + 1);
    }
}

std::optional<Name> parse_name(std::string_view text, bool nested) {
    if (text.starts_with(method))
        return parse_function(text.substr(method.size()), Name::Kind::method);
    if (text.starts_with(static_))
        return parse_function(text.substr(static_.size()), Name::Kind::static_);
    const bool makes = text.starts_with(constructor);
    if (makes)
        text.remove_prefix(constructor.size());
    if (is_label(text))
        return Name{makes ? Name::Kind::constructor : Name::Kind::label,
                    std::string(text),
                    {},
                    {},
                    {},
                    {},
                    {}};
    return makes ? std::nullopt : parse_interface(text, nested);
}

std::string unique_form(std::string_view name) {
    auto form = base::lower_case(name);
    for (const auto annotation : {method, static_}) {
        if (!form.starts_with(annotation))
            continue;
        form.erase(0, annotation.size());
        const auto dot = form.find('.');
        if (dot != form.npos && form.substr(0, dot) == form.substr(dot + 1))
            form.resize(dot);
    }
    return form;
}

} // namespace tenon::component
