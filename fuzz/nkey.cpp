// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_crypto
// Keys and their encodings: each text that is accepted is the only text of what it means, and
// whatever is written is read back.
#include "crypto/nkey.hpp"
#include "base/error.hpp"
#include "crypto/encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using tenon::as_bytes, tenon::as_text, tenon::Buffer, tenon::Byte, tenon::Bytes, tenon::Errc;
using tenon::crypto::base32, tenon::crypto::from_base32;
using tenon::crypto::base64, tenon::crypto::from_base64;
using tenon::crypto::base64url, tenon::crypto::from_base64url;
using tenon::crypto::KeyPair, tenon::crypto::KeyType, tenon::crypto::PublicKey;

template <class Write, class Read> void check_encoding(Bytes bytes, Write write, Read read) {
    const auto taken = read(as_text(bytes));
    if (taken)
        TENON_ASSERT(write(*taken) == as_text(bytes));
    else
        TENON_ASSERT(taken.error().code() == Errc::malformed &&
                     taken.error().offset() <= bytes.size());
    const auto again = read(write(bytes));
    TENON_ASSERT(again && std::ranges::equal(*again, bytes));
}

void check_keys(std::string_view text) {
    if (const auto key = PublicKey::parse(text)) {
        TENON_ASSERT(key->text() == text);
        TENON_ASSERT(!KeyPair::from_seed(text));
    }
    if (const auto key = KeyPair::from_seed(text)) {
        TENON_ASSERT(text.starts_with(key->seed_text().get()) && text.size() <= 60);
        const auto shown = key->public_key();
        const auto parsed = PublicKey::parse(shown.text());
        TENON_ASSERT(parsed && *parsed == shown);
        if (const auto signature = key->sign(as_bytes(text)))
            TENON_ASSERT(shown.verifies(as_bytes(text), *signature));
        else
            TENON_ASSERT(key->type() == KeyType::curve);
    }
}

/// The bytes with the checksum that they should have, which a fuzzer does not guess.
std::string with_checksum(Bytes bytes) {
    unsigned crc = 0;
    for (const auto byte : bytes)
        for (int bit = 7; bit >= 0; --bit) {
            const bool high = ((crc >> 15 ^ static_cast<unsigned>(byte) >> bit) & 1) != 0;
            crc = (crc << 1 ^ (high ? 0x1021U : 0U)) & 0xffff;
        }
    Buffer sealed(bytes.begin(), bytes.end());
    sealed.push_back(static_cast<Byte>(crc));
    sealed.push_back(static_cast<Byte>(crc >> 8));
    return base32(sealed);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes{data, size};
    check_encoding(bytes, base32, from_base32);
    check_encoding(bytes, base64url, from_base64url);
    check_encoding(bytes, base64, from_base64);
    check_keys(as_text(bytes));
    check_keys(with_checksum(bytes.first(std::min<std::size_t>(size, 33))));
    check_keys(with_checksum(bytes.first(std::min<std::size_t>(size, 34))));

    static const auto curve = KeyPair::generate(KeyType::curve);
    TENON_ASSERT(!curve.open(bytes, curve.public_key()));
    return 0;
}
