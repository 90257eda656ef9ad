// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/connection.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

std::string text(const Variable& variable, std::string_view name) {
    return variable ? variable(name).value_or("") : std::string();
}

Result<Credentials> given_credentials(ConnectionOptions& options) {
    Credentials credentials;
    const bool password = !options.password.get().empty();
    if (options.user.empty() && !password)
        return credentials;
    if (options.user.empty() || !password)
        return fail(base::Error(Errc::usage, options.user.empty()
                                                 ? "a password without a user name"
                                                 : "a user name without a password")
                        .help("give both, or neither to use what `docker login` has kept"));
    credentials.user = options.user;
    credentials.password = std::move(options.password);
    credentials.source = std::move(options.login_source);
    return credentials;
}

bool is_true(std::string_view text) {
    return text == "true" || text == "1" || text == "TRUE" || text == "True";
}

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == text.npos)
        return "";
    return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

} // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Reference& reference,
                                                     ConnectionOptions options) {
    std::unique_ptr<Connection> made(new Connection());
    made->given_ = TENON_TRY(given_credentials(options));

    net::ClientOptions http;
    http.verify_peer = !options.insecure_skip_tls_verify;
    http.user_agent = options.user_agent;
    http.system_ca_file = text(options.variable, "SSL_CERT_FILE");
    if (options.variable)
        http.proxies = net::Proxies::from_environment(options.variable);
    if (!options.insecure && options.variable)
        http.ca_files = find_authorities(certificate_folders(options.variable), reference.host);
    if (!options.ca_file.empty())
        http.ca_files.push_back(options.ca_file);
    made->client_ = TENON_TRY(net::Client::create(std::move(http)));

    auto environment = HostEnvironment::read(options.variable);
    if (made->given_.anonymous() && environment.registry == reference.host)
        made->given_ = std::move(environment.credentials);
    if (options.variable)
        made->keychain_ = Keychain::from_environment(options.variable, options.warning);

    RegistryOptions registry;
    registry.push = options.push;
    registry.session.plain_http = options.insecure;
    registry.session.warning = options.warning;
    registry.session.note = options.note;
    registry.session.patience = options.patience;
    registry.session.credentials =
        [self = made.get(), host = reference.host,
         stop = options.patience.stop](std::string_view repository) -> Result<Credentials> {
        if (!self->given_.anonymous() || !self->keychain_)
            return self->given_.clone();
        return self->keychain_->find(host, repository, stop);
    };
    made->registry_ =
        TENON_TRY(Registry::open(*made->client_, reference.api_host(), std::move(registry)));
    return made;
}

HostEnvironment HostEnvironment::read(const Variable& variable) {
    HostEnvironment found;
    found.allow_latest = is_true(text(variable, "WASMCLOUD_OCI_ALLOW_LATEST"));
    const auto hosts = text(variable, "WASMCLOUD_OCI_ALLOWED_INSECURE");
    for (std::size_t at = 0; at <= hosts.size();) {
        const auto comma = std::min(hosts.find(',', at), hosts.size());
        if (auto host = trimmed(std::string_view(hosts).substr(at, comma - at)); !host.empty())
            found.insecure_hosts.push_back(std::move(host));
        at = comma + 1;
    }
    for (const auto* prefix : {"WASMCLOUD_OCI_REGISTRY", "OCI_REGISTRY"}) {
        const std::string name = prefix;
        auto registry = text(variable, name);
        auto user = text(variable, name + "_USER");
        auto password = crypto::SecretText::take(text(variable, name + "_PASSWORD"));
        if (registry.empty() || user.empty() || password.get().empty())
            continue;
        found.registry = std::move(registry);
        found.credentials.user = std::move(user);
        found.credentials.password = std::move(password);
        found.credentials.source = name + "_USER";
        break;
    }
    return found;
}

bool HostEnvironment::allows_insecure(std::string_view host) const {
    return std::ranges::find(insecure_hosts, host) != insecure_hosts.end();
}

} // namespace tenon::oci
