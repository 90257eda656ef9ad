// LINK: tenon_claims
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokens in files: normalising twice is normalising once, and holds no token at the top; a signed
// file is found good, and its hash is that of the file.
#include "claims/embed.hpp"
#include "crypto/nkey.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

namespace claims = tenon::claims;
namespace crypto = tenon::crypto;
using tenon::Bytes;

constexpr std::uint64_t now = 1'700'000'000;

void require(bool condition) {
    if (!condition)
        std::abort();
}

crypto::KeyPair pair_of(crypto::KeyType type) {
    return crypto::KeyPair::from_bytes(type, {});
}

void check_signing(Bytes wasm, Bytes normalized) {
    const auto subject = pair_of(crypto::KeyType::module).public_key();
    auto claims = claims::new_claims(claims::ComponentClaims(), subject, "1", {now, {}, {}});
    require(claims.has_value());
    const auto result = claims::sign_wasm(wasm, *claims, pair_of(crypto::KeyType::account));
    require(result.has_value());
    require(std::ranges::equal(Bytes(result->wasm).first(normalized.size()), normalized));
    const auto inspected = claims::inspect_wasm(result->wasm, {now, {}});
    require(inspected.has_value() && inspected->has_value());
    require((*inspected)->verdict.reasons.empty() && (*inspected)->token.text == result->token);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const Bytes wasm(bytes, size);
    const auto found = claims::find_token(wasm);
    const auto inspected = claims::inspect_wasm(wasm, {now, {}});
    require(!inspected || inspected->has_value() == found->has_value());

    const auto once = claims::normalize(wasm);
    require(once.has_value() || !found);
    if (!once)
        return 0;
    require(once->size() <= size);
    const auto twice = claims::normalize(*once);
    require(twice.has_value() && *twice == *once);
    const auto none = claims::find_token(*once);
    require(none.has_value() && !none->has_value());
    check_signing(wasm, *once);
    return 0;
}
