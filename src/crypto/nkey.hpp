// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// NATS keys: Ed25519 and X25519 keys with a type letter, a CRC-16 and base32 around them.
// Reference:
// https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth ;
// `M` and `V` are wasmCloud's.
#pragma once

#include "base/error.hpp"
#include "crypto/secret.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tenon::crypto {

enum class KeyType : std::uint8_t {
    account,
    cluster,
    module,
    server,
    operator_,
    user,
    service,
    curve
};

struct KeyTypeRow {
    KeyType type;
    char letter;            ///< first letter of a public key
    std::uint8_t prefix;    ///< prefix byte before base32
    std::string_view name;  ///< `account`; also the word in key file names
    std::string_view title; ///< `Account`
};
/// One row a type.
std::span<const KeyTypeRow> key_types() noexcept;
const KeyTypeRow& row_of(KeyType type) noexcept;

/// A public key: 56 characters of text that have been checked.
class PublicKey {
public:
    /// Errors: `Errc::bad_key` (length, prefix, base32) or `Errc::checksum`.
    static Result<PublicKey> parse(std::string_view text);
    static PublicKey of(KeyType type, const std::array<Byte, 32>& key);

    [[nodiscard]] KeyType type() const noexcept { return type_; }
    [[nodiscard]] const std::array<Byte, 32>& bytes() const noexcept { return key_; }
    [[nodiscard]] std::string text() const;
    /// Ed25519 (RFC 8032) over `message`; false also for curve keys and for signatures that are not
    /// 64 bytes.
    [[nodiscard]] bool verifies(Bytes message, Bytes signature) const noexcept;
    friend bool operator==(const PublicKey&, const PublicKey&) = default;

private:
    PublicKey(KeyType type, const std::array<Byte, 32>& key) : type_(type), key_(key) {}
    KeyType type_;
    std::array<Byte, 32> key_;
};

/// A key pair, held as its seed. Wiped from memory when it goes.
class KeyPair {
public:
    static KeyPair generate(KeyType type);
    /// Reads the 58 characters of a seed; one newline behind them is allowed. Errors never repeat
    /// the seed.
    static Result<KeyPair> from_seed(std::string_view text);
    static KeyPair from_bytes(KeyType type, SecretArray<32> seed);

    [[nodiscard]] KeyType type() const noexcept { return type_; }
    /// For curve keys the X25519 public value, as NATS computes it.
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] SecretText seed_text() const;
    /// Ed25519 over `message`. A curve key cannot sign: `Errc::bad_key`.
    [[nodiscard]] Result<std::array<Byte, 64>> sign(Bytes message) const;

    /// NaCl box as NATS seals it (`xkv1`, nonce, box); for curve keys on both sides.
    [[nodiscard]] Result<Buffer> seal(Bytes message, const PublicKey& receiver) const;
    [[nodiscard]] Result<Buffer> open(Bytes sealed, const PublicKey& sender) const;

private:
    KeyPair(KeyType type, SecretArray<32> seed) : type_(type), seed_(std::move(seed)) {}
    KeyType type_;
    SecretArray<32> seed_;
};

/// `count` random characters of `0-9A-Za-z`, each with equal probability; for token ids.
std::string random_base62(std::size_t count);

} // namespace tenon::crypto
