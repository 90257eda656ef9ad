// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options that describe what a token says, shared by `claims sign` and `claims token`.
#pragma once

#include "cli/signing.hpp"

namespace tenon::cli {

inline constexpr Option name_option{.name = "name",
                                    .letter = 'n',
                                    .kind = ValueKind::text,
                                    .value = "NAME",
                                    .help = "descriptive name"};
inline constexpr Option tag_option{.name = "tag",
                                   .letter = 't',
                                   .kind = ValueKind::text,
                                   .value = "TAG",
                                   .help = "tag to put into the token; may be given several times",
                                   .repeated = true};
inline constexpr Option rev_option{.name = "rev",
                                   .letter = 'r',
                                   .kind = ValueKind::number,
                                   .value = "REV",
                                   .help = "revision number"};
inline constexpr Option ver_option{.name = "ver",
                                   .letter = 'v',
                                   .kind = ValueKind::text,
                                   .value = "VERSION",
                                   .help = "version for people"};
inline constexpr Option call_alias_option{
    .name = "call-alias",
    .letter = 'a',
    .kind = ValueKind::text,
    .value = "ALIAS",
    .help = "alias to call it by: lower-case letters, digits, `_` and `/`"};
inline constexpr Option expires_option{.name = "expires",
                                       .letter = 'x',
                                       .kind = ValueKind::number,
                                       .value = "DAYS",
                                       .help = "days until the token expires (default: never)"};
inline constexpr Option nbf_option{.name = "nbf",
                                   .letter = 'b',
                                   .kind = ValueKind::number,
                                   .value = "DAYS",
                                   .help = "days until the token is valid (default: at once)"};

/// A revision number: 32 bits, signed.
Result<std::optional<std::int32_t>> revision(const Call& call, std::string_view option);

/// The failure of a field that neither an option nor the project gave: ``component name is
/// required``.
Result<> missing(std::string_view what, std::string_view option);

/// Takes from the project what the options left out of a component's or provider's claims.
template <class Claims> void fill_up(Claims& claims, const project::Project& project) {
    if (!claims.name && !project.name.empty())
        claims.name = project.name;
    if (!claims.rev)
        claims.rev = project.revision;
    if (!claims.ver && !project.version.empty())
        claims.ver = project.version;
}

/// A component's metadata from the options, filled up from the project: name, tags, revision,
/// version, call alias.
Result<claims::ComponentClaims> component_metadata(const Call& call,
                                                   const std::optional<project::Project>& project);

/// Claims with the times and the id of this call.
Result<claims::Claims> token_claims(const Call& call, claims::Metadata metadata,
                                    const crypto::PublicKey& subject);

} // namespace tenon::cli
