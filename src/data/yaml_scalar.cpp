// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/yaml_scalar.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace tenon::data {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

using base::is_digit;

std::size_t count_digits(std::string_view text, std::size_t at) noexcept {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count]))
        ++count;
    return count;
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?` in JSON's spelling; empty
/// for anything else.
std::string decimal(std::string_view text) {
    std::string out;
    std::size_t at = 0;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        if (text[0] == '-')
            out += '-';
        at = 1;
    }
    const auto whole = count_digits(text, at);
    auto digits = text.substr(at, whole);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    out += digits.empty() ? "0" : digits;
    at += whole;
    std::size_t part = 0;
    if (at < text.size() && text[at] == '.') {
        part = count_digits(text, at + 1);
        out += '.';
        out += part == 0 ? "0" : text.substr(at + 1, part);
        at += part + 1;
    }
    if (whole == 0 && part == 0)
        return {};
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const auto sign =
            at + 1 < text.size() && (text[at + 1] == '-' || text[at + 1] == '+') ? 1u : 0u;
        const auto power = count_digits(text, at + 1 + sign);
        if (power == 0)
            return {};
        out += text.substr(at, 1 + sign + power);
        at += 1 + sign + power;
    }
    return at == text.size() ? out : std::string();
}

} // namespace

std::optional<Value> resolve_plain_scalar(std::string_view text, Place place) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"}))
        return Value::null(place);
    if (is_one_of(text, {"true", "True", "TRUE"}))
        return Value(true, place);
    if (is_one_of(text, {"false", "False", "FALSE"}))
        return Value(false, place);

    const bool hexadecimal = text.starts_with("0x");
    if (hexadecimal || text.starts_with("0o")) {
        const auto digits = text.substr(2);
        std::uint64_t number = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(),
                                                    number, hexadecimal ? 16 : 8);
        if (!digits.empty() && end == digits.data() + digits.size()) {
            if (problem != std::errc{})
                return std::nullopt;
            return Value(Number{std::to_string(number)}, place);
        }
        return Value(text, place);
    }
    auto unsigned_text = text;
    if (unsigned_text.starts_with('-') || unsigned_text.starts_with('+'))
        unsigned_text.remove_prefix(1);
    if (is_one_of(unsigned_text, {".inf", ".Inf", ".INF"}) ||
        is_one_of(text, {".nan", ".NaN", ".NAN"}))
        return std::nullopt;
    if (auto number = decimal(text); !number.empty()) {
        if (!std::isfinite(std::strtod(number.c_str(), nullptr)))
            return std::nullopt;
        return Value(Number{std::move(number)}, place);
    }
    return Value(text, place);
}

} // namespace tenon::data
