// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What every verb that signs has in common: its options, the keys that they choose, the time and id
// of the token.
#pragma once

#include "claims/keystore.hpp"
#include "claims/verdict.hpp"
#include "cli/verb.hpp"
#include "project/project.hpp"

#include <optional>
#include <string_view>

namespace tenon::cli {

inline constexpr Option issuer_option{
    .name = "issuer",
    .letter = 'i',
    .kind = ValueKind::file,
    .value = "KEY",
    .help =
        "seed file or seed of the issuer; without it a key of the key directory is used, or made",
    .environment = "WASH_ISSUER_KEY"};
inline constexpr Option subject_option{
    .name = "subject",
    .letter = 's',
    .kind = ValueKind::file,
    .value = "KEY",
    .help =
        "seed file or seed of the subject; without it a key of the key directory is used, or made",
    .environment = "WASH_SUBJECT_KEY"};
inline constexpr Option disable_keygen_option{.name = "disable-keygen",
                                              .help = "fail where a key would have to be made"};
inline constexpr Option jti_option{
    .name = "jti",
    .kind = ValueKind::text,
    .value = "ID",
    .help = "id of the token, instead of a random one; with SOURCE_DATE_EPOCH "
            "set, equal input gives equal bytes"};
inline constexpr Option trusted_issuer_option{
    .name = "issuer",
    .letter = 'i',
    .kind = ValueKind::text,
    .value = "KEY",
    .help = "trust only what was signed by this public key; may be given several times",
    .repeated = true};

/// The options of `claims sign` that choose keys directories: `--directory`, as the environment has
/// it too.
inline constexpr Option directory_option(char letter) {
    return {.name = "directory",
            .letter = letter,
            .kind = ValueKind::directory,
            .value = "DIR",
            .help = "where keys are looked up and made",
            .environment = "WASH_KEYS"};
}

/// The project file of the current directory, for what it says of names, versions and tags; starts
/// no program. A file that cannot be used is a warning, since the options may say all that is
/// needed.
std::optional<project::Project> project_here(Call& call);

/// Key directories for this call: flag and variables, then that of the project file of the current
/// directory, then the defaults. A project file that cannot be read is a warning.
claims::KeyStore key_store(Call& call);

/// One role's key: from its option, or called `name` in the store. Says so when a key was made.
Result<crypto::KeyPair> choose_key(Call& call, const claims::KeyStore& store,
                                   std::string_view option, std::string_view name,
                                   crypto::KeyType type);

/// The account's key, from its option (`issuer`, or `subject` where the account is what a token is
/// about), or called after the user.
Result<crypto::KeyPair> account_key(Call& call, const claims::KeyStore& store,
                                    std::string_view option);

/// `--jti`, or 22 random characters.
Result<std::string> token_id(const Call& call);

/// The public keys given as `--issuer` to a verb that verifies, each checked to be one.
Result<claims::Trust> trust_of(const Call& call);

} // namespace tenon::cli
