// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/encoding.hpp"

#include "crypto/secret.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::crypto {
namespace {

constexpr Byte no_digit = 0xff;

struct Alphabet {
    int bits; ///< of a digit
    std::string_view digits;
    std::array<Byte, 256> value_of;
};

constexpr Alphabet alphabet(int bits, std::string_view digits) {
    Alphabet made{bits, digits, {}};
    made.value_of.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i)
        made.value_of[static_cast<Byte>(digits[i])] = static_cast<Byte>(i);
    return made;
}

constexpr auto base32_alphabet = alphabet(5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
constexpr auto base64_alphabet =
    alphabet(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
constexpr auto base64url_alphabet =
    alphabet(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

std::string encode(const Alphabet& alphabet, Bytes bytes) {
    const auto digit_bits = static_cast<std::size_t>(alphabet.bits);
    std::string text;
    // In one allocation, padding of base64 included: a text that grows would leave parts of a
    // secret behind.
    text.reserve((bytes.size() * 8 + digit_bits - 1) / digit_bits + 2);
    std::uint32_t window = 0;
    int held = 0;
    for (const auto byte : bytes) {
        window = window << 8 | byte;
        held += 8;
        while (held >= alphabet.bits) {
            held -= alphabet.bits;
            text += alphabet.digits[window >> held & ((1U << alphabet.bits) - 1)];
        }
    }
    if (held > 0)
        text += alphabet.digits[window << (alphabet.bits - held) & ((1U << alphabet.bits) - 1)];
    return text;
}

Result<Buffer> decode(const Alphabet& alphabet, std::string_view text) {
    Buffer bytes;
    bytes.reserve(text.size() * static_cast<std::size_t>(alphabet.bits) / 8);
    const auto broken = [&bytes](std::string_view what, std::size_t at) {
        wipe(bytes); // may be the better part of a seed
        return fail(Errc::malformed, fmt::format("{} at {}", what, at), at);
    };
    std::uint32_t window = 0;
    int held = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto value = alphabet.value_of[static_cast<Byte>(text[at])];
        if (value == no_digit)
            return broken("invalid symbol", at);
        window = window << alphabet.bits | value;
        held += alphabet.bits;
        if (held >= 8) {
            held -= 8;
            bytes.push_back(static_cast<Byte>(window >> held));
        }
    }
    if (held >= alphabet.bits)
        return broken("invalid length", text.size() - 1);
    if ((window & ((1U << held) - 1)) != 0)
        return broken("non-zero trailing bits", text.size() - 1);
    return bytes;
}

} // namespace

std::string base32(Bytes bytes) {
    return encode(base32_alphabet, bytes);
}

std::string base64url(Bytes bytes) {
    return encode(base64url_alphabet, bytes);
}

std::string base64(Bytes bytes) {
    auto text = encode(base64_alphabet, bytes);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

Result<Buffer> from_base32(std::string_view text) {
    return decode(base32_alphabet, text);
}

Result<Buffer> from_base64url(std::string_view text) {
    return decode(base64url_alphabet, text);
}

Result<Buffer> from_base64(std::string_view text) {
    const auto size = text.size();
    if (size % 4 != 0)
        return fail(Errc::malformed, fmt::format("invalid length at {}", size), size);
    auto digits = text;
    for (int i = 0; i < 2 && digits.ends_with('='); ++i)
        digits.remove_suffix(1);
    return decode(base64_alphabet, digits);
}

} // namespace tenon::crypto
