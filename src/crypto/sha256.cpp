// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// OpenSSL's door for hashes. The plain functions are used, not EVP: the code that hashes is the
// same (SHA extensions where the processor has them), but EVP's first use costs a millisecond for
// providers and a configuration file, and brings four megabytes and their relocations into a static
// program.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/sha256.hpp"

#include "base/error.hpp"

#include <new>
#include <openssl/sha.h>
#include <type_traits>

namespace tenon::crypto {
namespace {

static_assert(std::is_trivially_copyable_v<SHA256_CTX> &&
              std::is_trivially_destructible_v<SHA256_CTX>);

template <class State> SHA256_CTX* context(State& state) noexcept {
    static_assert(sizeof(SHA256_CTX) <= sizeof(State) && alignof(SHA256_CTX) <= 8);
    return std::launder(reinterpret_cast<SHA256_CTX*>(state.data()));
}

} // namespace

Sha256::Sha256() noexcept {
    TENON_ASSERT(SHA256_Init(new (state_.data()) SHA256_CTX) == 1);
}

Sha256& Sha256::update(Bytes bytes) noexcept {
    TENON_ASSERT(SHA256_Update(context(state_), bytes.data(), bytes.size()) == 1);
    return *this;
}

Digest256 Sha256::finish() noexcept {
    Digest256 digest;
    TENON_ASSERT(SHA256_Final(digest.data(), context(state_)) == 1);
    return digest;
}

Digest256 sha256(Bytes bytes) noexcept {
    return Sha256().update(bytes).finish();
}

} // namespace tenon::crypto
