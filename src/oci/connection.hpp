// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The way from a reference to its registry, as a user's flags, files and environment have it: which
// certificates, which proxies, whose credentials, http or https.
#pragma once

#include "oci/client.hpp"
#include "oci/reference.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::oci {

struct ConnectionOptions {
    bool insecure = false;                 ///< plain http
    bool insecure_skip_tls_verify = false; ///< any certificate
    base::Path ca_file = {};
    /// What the user gave for this registry, by flags or a project's file. Else the environment
    /// and the user's own files are asked.
    std::string user = {};
    crypto::SecretText password = {};
    std::string login_source = {}; ///< where `user` stands, for messages
    bool push = false;
    Variable variable = {}; ///< the environment
    Warning warning = {};
    Note note = {};
    net::Patience patience = {};
    std::string user_agent = {};
};

class Connection {
public:
    /// Sends nothing yet. A user without a password, or the reverse, is `usage`.
    static Result<std::unique_ptr<Connection>> open(const Reference& reference,
                                                    ConnectionOptions options);

    [[nodiscard]] Registry& registry() noexcept { return *registry_; }

private:
    Connection() = default;
    std::optional<net::Client> client_;
    std::optional<Registry> registry_;
    Credentials given_;
    std::optional<Keychain> keychain_;
};

/// What a wasmCloud host's environment says: WASMCLOUD_OCI_ALLOW_LATEST,
/// WASMCLOUD_OCI_ALLOWED_INSECURE, and WASMCLOUD_OCI_REGISTRY with _USER and _PASSWORD, which count
/// only together and for that registry. The older OCI_REGISTRY… are read where those are not set.
struct HostEnvironment {
    bool allow_latest = false;
    std::vector<std::string> insecure_hosts;
    std::string registry;
    Credentials credentials;

    static HostEnvironment read(const Variable& variable);
    [[nodiscard]] bool allows_insecure(std::string_view host) const;
};

} // namespace tenon::oci
