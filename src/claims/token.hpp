// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Claims tokens: a JWT signed with an nkey, as wascap writes and reads it. This file knows the text
// form and the fields; what a token is worth is decided in verdict.hpp.
#pragma once

#include "crypto/nkey.hpp"
#include "data/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::claims {

/// The `wascap` object of a component's (module's, actor's) token, in the order of its fields on
/// the wire.
struct ComponentClaims {
    std::optional<std::string> name;
    std::string hash; ///< upper-case hex; empty in a token that stands alone
    std::optional<std::vector<std::string>> tags;
    std::optional<std::vector<std::string>> caps; ///< contract ids, before 2024-03
    std::optional<std::int32_t> rev;
    std::optional<std::string> ver;
    std::optional<std::string> call_alias;
    bool prov = false;
};

struct ProviderClaims {
    std::optional<std::string> name;
    std::optional<std::string> capid; ///< before v1
    std::string vendor;
    std::optional<std::int32_t> rev;
    std::optional<std::string> ver;
    std::map<std::string, std::string>
        target_hashes; ///< target name, or `world.wasm`, to upper-case hex; written sorted
    std::optional<data::Value> config_schema;
};

/// Accounts, operators and clusters.
struct IdentityClaims {
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> valid_signers;
};

using Metadata = std::variant<ComponentClaims, ProviderClaims, IdentityClaims>;
enum class MetadataKind { component, provider, identity };

struct Claims {
    std::optional<std::uint64_t> expires;    ///< `exp`, seconds since 1970
    std::string id;                          ///< `jti`
    std::uint64_t issued_at = 0;             ///< `iat`, seconds since 1970
    std::string issuer;                      ///< `iss`, as it stands; parse it to use it
    std::string subject;                     ///< `sub`
    std::optional<std::uint64_t> not_before; ///< `nbf`, seconds since 1970
    std::optional<Metadata> metadata;        ///< `wascap`
    std::optional<std::uint64_t> revision;   ///< `wascap_revision`
};

/// The revision that is written today.
inline constexpr std::uint64_t current_revision = 3;

/// A token that was taken apart: everything but the signature's worth is known to be well-formed.
struct Token {
    std::string text;
    std::string algorithm; ///< `alg` of the header, e.g. `Ed25519`
    std::string type;      ///< `typ` of the header, e.g. `jwt`
    Claims claims;
    Buffer signature;

    /// `header.payload`, the bytes that are signed.
    [[nodiscard]] std::string_view signed_part() const noexcept;
};

/// A longer text is refused before anything is allocated for it.
inline constexpr std::size_t max_token_bytes = 1 << 20;

/// Takes a token apart; `kind` says which metadata to expect. Three segments of strict base64url
/// and JSON objects of the right types; unknown fields are ignored, and so is everything that only
/// makes a token worthless (`alg`, `typ`, keys, dates). Does not verify anything. Errors name the
/// segment and the character in it, or the field; their offset counts in the file in which the text
/// begins at `base`.
Result<Token> parse_token(std::string_view text, MetadataKind kind, std::uint64_t base = 0);

/// Seals the claims: fixed header, compact JSON in wire order, signature by `issuer` (whose public
/// key becomes `iss`). Claims that could not be read back (text that is not UTF-8, beyond the size
/// limit) are refused with `Errc::invalid`.
Result<std::string> sign_token(Claims claims, const crypto::KeyPair& issuer);

/// Fresh claims: `iss` left to `sign_token`, `wascap_revision` 3.
struct TokenTimes {
    std::uint64_t now; ///< seconds since 1970
    std::optional<std::uint64_t> expires_in_days;
    std::optional<std::uint64_t> not_before_in_days;
};
Result<Claims> new_claims(Metadata metadata, const crypto::PublicKey& subject, std::string id,
                          const TokenTimes& times);

/// A call alias by wash's rules: lower-case letters, digits, `_` and `/`, not empty, no public key.
/// These hold before wascap's own normalisation and leave it nothing to do; a refused alias is
/// answered with what wascap would make of it.
Result<std::string> normalize_call_alias(std::string_view alias);

} // namespace tenon::claims
