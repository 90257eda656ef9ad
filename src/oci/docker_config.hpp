// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What Docker's config.json and the containers tools' auth.json say about registries: which
// credentials, and which helper program keeps them. Only the text; reading files and starting
// helpers is credentials.hpp's.
#pragma once

#include "base/error.hpp"
#include "crypto/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::oci {

/// What is shown to a registry. Empty means anonymous.
struct Credentials {
    std::string user;
    crypto::SecretText password;
    crypto::SecretText identity_token; ///< a refresh token: needs the OAuth2 form
    crypto::SecretText registry_token; ///< a bearer token, used as it is
    std::string source = {};           ///< a file, a program, a flag or a variable, for messages

    [[nodiscard]] bool anonymous() const noexcept;
    [[nodiscard]] Credentials clone() const;
};

class DockerConfig {
public:
    /// `config` when the text is no such file. Messages say where, never what stands there: it may
    /// be a password. Members that are not understood are passed over.
    static Result<DockerConfig> parse(std::string text, const std::string& name);

    /// The helper that keeps a host's credentials: its own of `credHelpers`, else `credsStore`.
    [[nodiscard]] std::optional<std::string> helper(std::string_view host) const;
    /// The entry of `auths` whose key fits best: `host/acme/echo` before `host/acme` before `host`.
    /// Keys match with or without scheme and API version, and Docker Hub under all its names.
    [[nodiscard]] std::optional<Credentials> entry(std::string_view host,
                                                   std::string_view repository) const;

private:
    struct Entry {
        std::string place; ///< host and path, as `normal_place` writes them
        Credentials credentials;
    };
    std::vector<Entry> entries_;
    std::vector<std::pair<std::string, std::string>> helpers_;
    std::optional<std::string> store_;
};

/// The error for text that holds secrets and is no JSON: says where, and nothing of what stands
/// there.
base::Error without_content(const base::Error& error, std::string_view what, Errc code);

/// What a credential helper answers to `get`. The user `<token>` marks an identity token.
/// `malformed` for what is not the helper's JSON; the message holds nothing of it.
Result<Credentials> parse_helper_answer(std::string text);

} // namespace tenon::oci
