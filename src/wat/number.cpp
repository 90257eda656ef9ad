// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/number.hpp"

#include "base/ascii.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace tenon::wat {
namespace {

using std::unexpected;

struct Signed {
    bool is_negative = false;
    bool has_sign = false;
    bool is_hex = false;
    std::string_view digits; ///< behind sign and `0x`
};

Signed take_sign(std::string_view text) {
    Signed out;
    if (text.starts_with('-') || text.starts_with('+')) {
        out.has_sign = true;
        out.is_negative = text[0] == '-';
        text.remove_prefix(1);
    }
    if (text.starts_with("0x")) {
        out.is_hex = true;
        text.remove_prefix(2);
    }
    out.digits = text;
    return out;
}

std::optional<unsigned> digit(char c, bool is_hex) {
    if (is_hex)
        return base::hex_value(c);
    return base::is_digit(c) ? std::optional(static_cast<unsigned>(c - '0')) : std::nullopt;
}

/// Cuts digits off the front, `_` between any two. Empty where there is none, or a `_` is astray.
std::string_view take_digits(std::string_view& text, bool is_hex) {
    std::size_t length = 0;
    while (length < text.size() && (text[length] == '_' || digit(text[length], is_hex)))
        ++length;
    const auto taken = text.substr(0, length);
    if (taken.starts_with('_') || taken.ends_with('_') || taken.contains("__"))
        return {};
    text.remove_prefix(length);
    return taken;
}

Number<std::uint64_t> magnitude(std::string_view text, bool is_hex) {
    const auto digits = take_digits(text, is_hex);
    if (digits.empty() || !text.empty())
        return unexpected(NumberProblem::malformed);
    const std::uint64_t base = is_hex ? 16 : 10;
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (c == '_')
            continue;
        const auto next = *digit(c, is_hex);
        if (value > (UINT64_MAX - next) / base)
            return unexpected(NumberProblem::out_of_range);
        value = value * base + next;
    }
    return value;
}

/// The parts of a floating-point number in the text.
struct Parts {
    std::string_view whole, fraction;
    std::string_view exponent; ///< with its sign; empty for none
};

std::optional<Parts> take_parts(std::string_view text, bool is_hex) {
    Parts parts;
    parts.whole = take_digits(text, is_hex);
    if (parts.whole.empty())
        return std::nullopt;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!text.empty() && digit(text[0], is_hex)) {
            parts.fraction = take_digits(text, is_hex);
            if (parts.fraction.empty())
                return std::nullopt;
        }
    }
    if (!text.empty() && base::lower_case(text[0]) == (is_hex ? 'p' : 'e')) {
        parts.exponent = text.substr(1);
        auto digits = parts.exponent;
        if (digits.starts_with('-') || digits.starts_with('+'))
            digits.remove_prefix(1);
        text = digits;
        if (take_digits(text, false).empty())
            return std::nullopt;
    }
    return text.empty() ? std::optional(parts) : std::nullopt;
}

/// The exponent, as far as it matters: what lies beyond is as good as its limit.
std::int64_t exponent_of(std::string_view text) {
    constexpr std::int64_t limit = std::int64_t{1} << 40;
    const bool is_negative = text.starts_with('-');
    std::int64_t value = 0;
    for (const char c : text)
        if (base::is_digit(c) && value < limit)
            value = value * 10 + (c - '0');
    return is_negative ? -value : value;
}

template <class F> struct Format;
template <> struct Format<float> {
    using Bits = std::uint32_t;
    static constexpr int precision = 24, min_exponent = -149, max_exponent = 127;
};
template <> struct Format<double> {
    using Bits = std::uint64_t;
    static constexpr int precision = 53, min_exponent = -1074, max_exponent = 1023;
};
template <class F> constexpr int fraction_bits = Format<F>::precision - 1;
template <class F> constexpr auto infinity_bits = static_cast<typename Format<F>::Bits>(
    static_cast<typename Format<F>::Bits>(2 * Format<F>::max_exponent + 1) << fraction_bits<F>);

/// `significand` x 2^`exponent`, with a bit more behind it where `is_inexact`. The significand is
/// zero or has its highest bit set.
template <class F> Number<typename Format<F>::Bits>
rounded(std::uint64_t significand, std::int64_t exponent, bool is_inexact) {
    using Bits = typename Format<F>::Bits;
    if (significand == 0)
        return Bits{0};
    // As many low bits go as the precision, or the smallest exponent, leaves no room for.
    std::int64_t drop = 64 - Format<F>::precision;
    if (exponent + drop < Format<F>::min_exponent)
        drop = Format<F>::min_exponent - exponent;
    if (drop > 64)
        return Bits{0};
    const auto kept = drop == 64 ? 0 : significand >> drop;
    const auto half = std::uint64_t{1} << (drop - 1);
    const auto rest = drop == 64 ? significand : significand & ((half << 1) - 1);
    const bool is_up = rest > half || (rest == half && (is_inexact || (kept & 1) != 0));
    // A carry out of the fraction raises the exponent by itself, from subnormal to normal too.
    const auto biased = exponent + drop - Format<F>::min_exponent;
    if (biased > 2 * Format<F>::max_exponent)
        return unexpected(NumberProblem::out_of_range);
    const auto value = static_cast<Bits>(
        (static_cast<std::uint64_t>(biased) << fraction_bits<F>)+kept + (is_up ? 1 : 0));
    if (value >= infinity_bits<F>)
        return unexpected(NumberProblem::out_of_range);
    return value;
}

template <class F> Number<typename Format<F>::Bits> hexadecimal(const Parts& parts) {
    std::uint64_t significand = 0;
    std::int64_t exponent = exponent_of(parts.exponent);
    bool is_inexact = false;
    const auto take = [&](std::string_view digits, std::int64_t place) {
        for (const char c : digits) {
            if (c == '_')
                continue;
            const auto value = *base::hex_value(c);
            if (significand >> 60 == 0) {
                significand = significand << 4 | value;
                exponent -= place;
            } else {
                is_inexact = is_inexact || value != 0;
                exponent += 4 - place;
            }
        }
    };
    take(parts.whole, 0);
    take(parts.fraction, 4);
    if (significand != 0) {
        const int shift = std::countl_zero(significand);
        significand <<= shift;
        exponent -= shift;
    }
    return rounded<F>(significand, exponent, is_inexact);
}

/// Whether the number is at least one, by the places of its digits alone.
bool is_large(const Parts& parts) {
    std::int64_t before_point = 0, leading = 0;
    bool is_leading = true;
    for (const auto part : {parts.whole, parts.fraction}) {
        for (const char c : part) {
            if (c == '_')
                continue;
            is_leading = is_leading && c == '0';
            leading += is_leading ? 1 : 0;
            before_point += part.data() == parts.whole.data() ? 1 : 0;
        }
    }
    return before_point - leading + exponent_of(parts.exponent) > 0;
}

template <class F> Number<typename Format<F>::Bits> decimal(const Parts& parts) {
    std::string plain;
    plain.reserve(parts.whole.size() + parts.fraction.size() + parts.exponent.size() + 2);
    for (const char c : parts.whole)
        if (c != '_')
            plain += c;
    plain += '.';
    for (const char c : parts.fraction)
        if (c != '_')
            plain += c;
    if (parts.fraction.empty())
        plain += '0';
    if (!parts.exponent.empty())
        plain += 'e' + std::to_string(exponent_of(parts.exponent));
    F value = 0;
    const auto [stop, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    // Both too large and too small are out of range there.
    if (error == std::errc::result_out_of_range && !is_large(parts))
        value = 0;
    else if (error != std::errc() || !std::isfinite(value))
        return unexpected(NumberProblem::out_of_range);
    return std::bit_cast<typename Format<F>::Bits>(value);
}

template <class F> Number<typename Format<F>::Bits> parse_nan(std::string_view payload) {
    using Bits = typename Format<F>::Bits;
    if (!payload.starts_with("0x"))
        return unexpected(NumberProblem::malformed);
    const auto value = magnitude(payload.substr(2), true);
    if (!value)
        return unexpected(value.error());
    if (*value == 0 || *value >> fraction_bits<F> != 0)
        return unexpected(NumberProblem::out_of_range);
    return static_cast<Bits>(infinity_bits<F> | static_cast<Bits>(*value));
}

template <class F> Number<typename Format<F>::Bits> parse_float(std::string_view text) {
    using Bits = typename Format<F>::Bits;
    const auto number = take_sign(text);
    const auto with_sign = [&](Number<Bits> bits) {
        if (bits && number.is_negative)
            *bits |= Bits{1} << (sizeof(Bits) * 8 - 1);
        return bits;
    };
    if (!number.is_hex) {
        if (number.digits == "inf")
            return with_sign(infinity_bits<F>);
        if (number.digits == "nan")
            return with_sign(infinity_bits<F> | Bits{1} << (fraction_bits<F> - 1));
        if (number.digits.starts_with("nan:"))
            return with_sign(parse_nan<F>(number.digits.substr(4)));
    }
    const auto parts = take_parts(number.digits, number.is_hex);
    if (!parts)
        return unexpected(NumberProblem::malformed);
    return with_sign(number.is_hex ? hexadecimal<F>(*parts) : decimal<F>(*parts));
}

} // namespace

Number<std::uint64_t> parse_unsigned(std::string_view text, unsigned bits) {
    const auto number = take_sign(text);
    if (number.has_sign)
        return unexpected(NumberProblem::malformed);
    const auto value = magnitude(number.digits, number.is_hex);
    if (value && bits < 64 && *value >> bits != 0)
        return unexpected(NumberProblem::out_of_range);
    return value;
}

Number<std::int64_t> parse_integer(std::string_view text, unsigned bits) {
    const auto number = take_sign(text);
    const auto value = magnitude(number.digits, number.is_hex);
    if (!value)
        return unexpected(value.error());
    const auto half = std::uint64_t{1} << (bits - 1);
    if (number.is_negative) {
        if (*value > half)
            return unexpected(NumberProblem::out_of_range);
        return static_cast<std::int64_t>(0 - *value);
    }
    if (bits < 64 && *value >> bits != 0)
        return unexpected(NumberProblem::out_of_range);
    const auto extension = bits < 64 && *value >= half ? ~((half << 1) - 1) : 0;
    return static_cast<std::int64_t>(*value | extension);
}

Number<std::uint32_t> parse_f32(std::string_view text) {
    return parse_float<float>(text);
}

Number<std::uint64_t> parse_f64(std::string_view text) {
    return parse_float<double>(text);
}

} // namespace tenon::wat
