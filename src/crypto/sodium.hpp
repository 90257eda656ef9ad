// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The door to libsodium: Curve25519 in its two uses, and random bytes. Knows nothing of nkeys.
#pragma once

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace tenon::crypto {

void fill_random(MutableBytes bytes) noexcept;
/// Below `bound`, each value with equal probability.
std::uint32_t random_below(std::uint32_t bound) noexcept;

/// Whether two secrets are equal; takes the same time wherever they differ.
[[nodiscard]] bool same_bytes(Bytes left, Bytes right) noexcept;

// Ed25519, https://www.rfc-editor.org/rfc/rfc8032
std::array<Byte, 32> ed25519_public(const SecretArray<32>& seed) noexcept;
std::array<Byte, 64> ed25519_sign(const SecretArray<32>& seed, Bytes message) noexcept;
/// Refuses keys of small order and signatures whose S is not in its canonical form.
bool ed25519_verifies(const std::array<Byte, 32>& key, Bytes message, Bytes signature) noexcept;

// X25519, https://www.rfc-editor.org/rfc/rfc7748, and the box that NaCl builds on it
inline constexpr std::size_t box_nonce_size = 24;
inline constexpr std::size_t box_overhead = 16;
std::array<Byte, 32> x25519_public(const SecretArray<32>& scalar) noexcept;
/// Nothing where the receiver's key is of small order.
std::optional<Buffer> box_seal(Bytes message, Bytes nonce, const std::array<Byte, 32>& receiver,
                               const SecretArray<32>& sender);
/// Nothing where the box was altered or made with other keys.
std::optional<Buffer> box_open(Bytes box, Bytes nonce, const std::array<Byte, 32>& sender,
                               const SecretArray<32>& receiver);

} // namespace tenon::crypto
