// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What every verb that talks to a registry has in common: its options, which artifact is meant, who
// one is there, and how the connection is made.
#pragma once

#include "blob/cache.hpp"
#include "cli/verb.hpp"
#include "oci/connection.hpp"
#include "oci/reference.hpp"
#include "project/project.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::cli {

inline constexpr Option registry_option{.name = "registry",
                                        .letter = 'r',
                                        .kind = ValueKind::text,
                                        .value = "REGISTRY",
                                        .help = "registry of a name that does not say one",
                                        .environment = "WASH_REG_URL"};
inline constexpr Option allow_latest_option{.name = "allow-latest",
                                            .help = "allow the tag `latest`"};
inline constexpr Option digest_option{.name = "digest",
                                      .letter = 'd',
                                      .kind = ValueKind::text,
                                      .value = "DIGEST",
                                      .help = "digest that the manifest must have, or the index "
                                              "where the reference names one"};

/// What `open_registry` reads.
inline constexpr std::array connection_options{
    Option{.name = "user",
           .letter = 'u',
           .kind = ValueKind::text,
           .value = "USER",
           .help = "user name; without one, what Docker and Podman know is used",
           .environment = "WASH_REG_USER"},
    Option{.name = "password",
           .letter = 'p',
           .kind = ValueKind::text,
           .value = "PASSWORD",
           .help = "password; others on this machine may see it, so the variable is better",
           .environment = "WASH_REG_PASSWORD"},
    Option{.name = "insecure", .help = "plain HTTP instead of TLS"},
    Option{.name = "insecure-skip-tls-verify",
           .help = "take any certificate; gives up knowing who answers"},
    Option{.name = "ca-file",
           .kind = ValueKind::file,
           .value = "FILE",
           .help = "trust these certificate authorities too (PEM)"}};

/// Where fetched content is kept: `$XDG_CACHE_HOME/tenon/blobs`, else `~/.cache/tenon/blobs`;
/// nothing where neither is known.
[[nodiscard]] std::optional<base::Path> cache_directory(const Call& call);
/// The cache there, made if it is not.
Result<std::optional<blob::Cache>> user_cache(const Call& call);

enum class Direction { push, pull };

/// The artifact that `given` names, with the verb's registry or, where it says none, `fallback` in
/// front of an incomplete name. A name without tag and digest, and the tag `latest` unless it is
/// allowed, are errors.
Result<oci::Reference> artifact_reference(const Call& call, std::string_view given,
                                          const std::optional<std::string>& fallback,
                                          Direction direction);

/// A name that is no file but reads like `ghcr.io/demo/echo:0.1.0`.
[[nodiscard]] bool looks_like_reference(std::string_view target);

/// A name without a registry that nobody would give a file: `acme/echo:0.1.0`, `acme/echo`.
[[nodiscard]] bool may_lack_registry(std::string_view target);

/// Opens the registry of `reference` with the verb's options; says nothing to it yet. Credentials,
/// in this order: `--user` with `--password`; `WASMCLOUD_OCI_REGISTRY*`; the project's file;
/// Docker's and Podman's files and helpers; none.
Result<std::unique_ptr<oci::Connection>> open_registry(Call& call, const oci::Reference& reference,
                                                       const project::RegistrySection& project,
                                                       Direction direction);

} // namespace tenon::cli
