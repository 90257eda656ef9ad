// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a user's credentials and certificates for registries lie: Docker's and the containers
// tools' files, helper programs, and `certs.d`. What is missing or broken there never stands in the
// way of anonymous use: it becomes a warning.
#pragma once

#include "base/file.hpp"
#include "oci/docker_config.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::oci {

/// Gives an environment variable's value; nothing where it is not set.
using Variable = std::function<std::optional<std::string>(std::string_view)>;
/// Gets what the user should know though the work goes on.
using Warning = std::function<void(const base::Error&)>;

class Keychain {
public:
    /// REGISTRY_AUTH_FILE alone when it is set; else XDG_RUNTIME_DIR/containers/auth.json,
    /// XDG_CONFIG_HOME/containers/auth.json, DOCKER_CONFIG/config.json, each with its default.
    static Keychain from_environment(const Variable& variable, Warning warning);
    Keychain(std::vector<base::Path> files, Warning warning)
        : files_(std::move(files)), warning_(std::move(warning)) {}

    /// The first that any file has; anonymous where none has. Starts `docker-credential-NAME`
    /// where a file says so; an error only when `stop` was asked for.
    Result<Credentials> find(std::string_view host, std::string_view repository,
                             const std::stop_token& stop) const;

    [[nodiscard]] const std::vector<base::Path>& files() const noexcept { return files_; }

private:
    Result<std::optional<Credentials>> ask_helper(const std::string& name, std::string_view host,
                                                  const std::stop_token& stop) const;
    void warn(base::Error error) const;

    std::vector<base::Path> files_;
    Warning warning_;
};

/// The folders in which certificates for one registry are looked for, `HOST:PORT` in each: the
/// user's own first.
std::vector<base::Path> certificate_folders(const Variable& variable);
/// The certificates (`*.crt`) of authorities for a host in the first of the folders that has some.
std::vector<base::Path> find_authorities(const std::vector<base::Path>& folders,
                                         std::string_view host);

} // namespace tenon::oci
