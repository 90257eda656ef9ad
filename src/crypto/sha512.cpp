// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// OpenSSL's door for hashes, as in sha256.cpp: the plain functions, not EVP.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/sha512.hpp"

#include "base/error.hpp"

#include <new>
#include <openssl/sha.h>
#include <type_traits>

namespace tenon::crypto {
namespace {

static_assert(std::is_trivially_copyable_v<SHA512_CTX> &&
              std::is_trivially_destructible_v<SHA512_CTX>);

template <class State> SHA512_CTX* context(State& state) noexcept {
    static_assert(sizeof(SHA512_CTX) <= sizeof(State) && alignof(SHA512_CTX) <= 8);
    return std::launder(reinterpret_cast<SHA512_CTX*>(state.data()));
}

} // namespace

Sha512::Sha512() noexcept {
    TENON_ASSERT(SHA512_Init(new (state_.data()) SHA512_CTX) == 1);
}

Sha512& Sha512::update(Bytes bytes) noexcept {
    TENON_ASSERT(SHA512_Update(context(state_), bytes.data(), bytes.size()) == 1);
    return *this;
}

Digest512 Sha512::finish() noexcept {
    Digest512 digest;
    TENON_ASSERT(SHA512_Final(digest.data(), context(state_)) == 1);
    return digest;
}

Digest512 sha512(Bytes bytes) noexcept {
    return Sha512().update(bytes).finish();
}

} // namespace tenon::crypto
