// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/sodium.hpp"

#include "base/error.hpp"

#include <sodium.h>

namespace tenon::crypto {
namespace {

static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32 &&
              crypto_sign_BYTES == 64);
static_assert(crypto_box_SECRETKEYBYTES == 32 && crypto_box_PUBLICKEYBYTES == 32 &&
              crypto_box_NONCEBYTES == box_nonce_size && crypto_box_MACBYTES == box_overhead);

/// libsodium picks its code for this processor once; a call before that would be slow, and random
/// bytes not yet safe between threads.
void ready() noexcept {
    static const bool done = sodium_init() >= 0;
    TENON_ASSERT(done);
}

struct SigningKey {
    std::array<Byte, 32> public_key;
    SecretArray<crypto_sign_SECRETKEYBYTES> secret;
};

SigningKey expand(const SecretArray<32>& seed) noexcept {
    ready();
    SigningKey key;
    TENON_ASSERT(crypto_sign_seed_keypair(key.public_key.data(), key.secret.get().data(),
                                          seed.get().data()) == 0);
    return key;
}

} // namespace

void fill_random(MutableBytes bytes) noexcept {
    ready();
    randombytes_buf(bytes.data(), bytes.size());
}

std::uint32_t random_below(std::uint32_t bound) noexcept {
    ready();
    return randombytes_uniform(bound);
}

bool same_bytes(Bytes left, Bytes right) noexcept {
    return left.size() == right.size() &&
           sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::array<Byte, 32> ed25519_public(const SecretArray<32>& seed) noexcept {
    return expand(seed).public_key;
}

std::array<Byte, 64> ed25519_sign(const SecretArray<32>& seed, Bytes message) noexcept {
    const auto key = expand(seed);
    std::array<Byte, 64> signature;
    TENON_ASSERT(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                                      key.secret.get().data()) == 0);
    return signature;
}

bool ed25519_verifies(const std::array<Byte, 32>& key, Bytes message, Bytes signature) noexcept {
    if (signature.size() != crypto_sign_BYTES)
        return false;
    ready();
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       key.data()) == 0;
}

std::array<Byte, 32> x25519_public(const SecretArray<32>& scalar) noexcept {
    ready();
    std::array<Byte, 32> key;
    TENON_ASSERT(crypto_scalarmult_base(key.data(), scalar.get().data()) == 0);
    return key;
}

std::optional<Buffer> box_seal(Bytes message, Bytes nonce, const std::array<Byte, 32>& receiver,
                               const SecretArray<32>& sender) {
    TENON_ASSERT(nonce.size() == box_nonce_size);
    ready();
    Buffer box(message.size() + box_overhead);
    if (crypto_box_easy(box.data(), message.data(), message.size(), nonce.data(), receiver.data(),
                        sender.get().data()) != 0)
        return std::nullopt;
    return box;
}

std::optional<Buffer> box_open(Bytes box, Bytes nonce, const std::array<Byte, 32>& sender,
                               const SecretArray<32>& receiver) {
    TENON_ASSERT(nonce.size() == box_nonce_size);
    if (box.size() < box_overhead)
        return std::nullopt;
    ready();
    Buffer message(box.size() - box_overhead);
    if (crypto_box_open_easy(message.data(), box.data(), box.size(), nonce.data(), sender.data(),
                             receiver.get().data()) != 0)
        return std::nullopt;
    return message;
}

} // namespace tenon::crypto
