// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A registry as a whole: what `registry serve` and `registry gc` call.
#pragma once

#include "net/server.hpp"
#include "registry/access_log.hpp"
#include "registry/gc.hpp"

#include <functional>

namespace tenon::registry {

struct ServeOptions {
    net::Endpoint address{"127.0.0.1", 5000, {}};
    std::optional<base::Path> directory = {}; ///< nothing: in memory
    std::optional<net::ServerTls> tls = {};
    std::optional<base::Path> htpasswd = {};
    bool read_only = false;
    /// Names besides its own by which this machine may be called, where neither password nor TLS
    /// protects a registry on loopback from the pages of strangers.
    std::vector<std::string> allowed_hosts = {};
    /// Beyond loopback one needs TLS and passwords, or this.
    bool insecure_public = false;
    std::uint64_t max_blob_bytes = UINT64_MAX;
    LogFormat log = LogFormat::common;
    /// The log names the client that a proxy in front names.
    bool trust_proxy = false;
    int log_fd = 2;
    /// Uploads that nobody goes on with are removed after `upload_lifetime`, once an hour.
    GcOptions gc = {};
};

/// A registry that is being served; valid until `serve` calls `over`. May be used from any thread.
class Running {
public:
    virtual ~Running() = default;
    /// Where it listens, with the port that the system chose.
    [[nodiscard]] virtual const net::Endpoint& endpoint() const noexcept = 0;
    /// Reads certificate, key and passwords again; what cannot be read stays as it was, and is
    /// told. What SIGHUP wants.
    virtual Result<> reload() = 0;
    virtual Result<GcReport> collect_garbage(const GcOptions& options,
                                             const std::stop_token& stop) = 0;
};

/// Serves until `stop` is asked for. `ready` is called once, when connections are accepted; then
/// `over` is too, however it ends: the last moment in which the `Running` may be used.
/// `usage` for an address that asks for more protection than the options give, `exists` when the
/// directory or the socket is served already.
Result<> serve(const ServeOptions& options, const std::stop_token& stop,
               const std::function<void(Running&)>& ready, const std::function<void()>& over = {});

/// Collects garbage in a directory: through the server that holds it, or where there is none, at
/// once.
Result<GcReport> collect_garbage(const base::Path& directory, const GcOptions& options,
                                 const std::stop_token& stop);

} // namespace tenon::registry
