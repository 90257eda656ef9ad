// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_float.hpp"

#include <bit>
#include <cmath>

namespace tenon::wat {
namespace {

/// The shortest digits that give the number again, without an exponent however long that makes it.
template <class Float> void put_decimal(TextOut& to, Float value) {
    char buffer[64];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    if (text.front() == '-') {
        to.put('-');
        text.remove_prefix(1);
    }
    const auto e = text.find('e');
    int exponent = 0;
    const auto* const sign = text.data() + e + 1;
    std::from_chars(*sign == '+' ? sign + 1 : sign, text.data() + text.size(), exponent);
    char digits[40];
    int count = 0;
    for (const char c : text.substr(0, e))
        if (c != '.')
            digits[count++] = c;
    if (exponent < 0) {
        to.put("0.");
        for (int i = -1; i > exponent; --i)
            to.put('0');
        to.put(std::string_view(digits, static_cast<std::size_t>(count)));
        return;
    }
    for (int i = 0; i < count || i <= exponent; ++i) {
        if (i == exponent + 1)
            to.put('.');
        to.put(i < count ? digits[i] : '0');
    }
}

/// Bits of a number, its sign left out. `Float` says how wide its parts are.
template <class Float, class Bits, int exponent_width> void put_float(TextOut& to, Bits bits) {
    constexpr int width = sizeof(Bits) * 8;
    constexpr int fraction_width = width - 1 - exponent_width;
    constexpr int bias = (1 << (exponent_width - 1)) - 1;
    constexpr Bits quiet = Bits{1} << (fraction_width - 1);
    const auto value = std::bit_cast<Float>(bits);
    if ((bits >> (width - 1)) != 0) {
        bits ^= Bits{1} << (width - 1);
        to.put('-');
    }
    auto fraction = static_cast<Bits>(bits & ((Bits{1} << fraction_width) - 1));
    if (std::isinf(value)) {
        to.put(std::signbit(value) ? "inf (;=-inf;)" : "inf (;=inf;)");
        return;
    }
    if (std::isnan(value)) {
        to.put("nan");
        if (fraction != quiet) {
            to.put(":0x");
            to.put_hex(fraction);
        }
        to.put(" (;=NaN;)");
        return;
    }
    if (bits == 0) {
        to.put(std::signbit(value) ? "0x0p+0 (;=-0;)" : "0x0p+0 (;=0;)");
        return;
    }
    to.put("0x1");
    auto exponent = static_cast<int>(bits >> fraction_width) - bias;
    if (fraction != 0) {
        fraction = static_cast<Bits>(fraction << (width - fraction_width));
        if (exponent == -bias) { // subnormal: the first bit that is set is the one before the point
            const int zeros = std::countl_zero(fraction);
            fraction = zeros < width - 1 ? static_cast<Bits>(fraction << (zeros + 1)) : Bits{0};
            exponent -= zeros;
        }
        to.put('.');
        for (; fraction != 0; fraction = static_cast<Bits>(fraction << 4))
            to.put_hex(fraction >> (width - 4));
    }
    to.put(exponent < 0 ? "p" : "p+");
    to.put_number(exponent);
    to.put(" (;=");
    put_decimal(to, value);
    to.put(";)");
}

} // namespace

void put_f32(TextOut& to, std::uint32_t bits) {
    put_float<float, std::uint32_t, 8>(to, bits);
}
void put_f64(TextOut& to, std::uint64_t bits) {
    put_float<double, std::uint64_t, 11>(to, bits);
}

} // namespace tenon::wat
