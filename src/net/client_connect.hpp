// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Connections to where a URL leads, directly, over a Unix socket or through a proxy, and those that
// wait for another request.
#pragma once

#include "net/proxy.hpp"
#include "net/stream.hpp"

#include <mutex>

namespace tenon::net {

/// The way to a URL's host.
struct Route {
    std::string key; ///< equal for those that can share a connection
    std::string scheme;
    std::string host;
    std::uint16_t port = 0;
    std::optional<Proxy> proxy;

    static Result<Route> to(const Url& url, const ClientOptions& options);
    /// The proxy reads the requests itself, with whole URLs, rather than passing bytes on.
    [[nodiscard]] bool through_proxy() const noexcept { return proxy && scheme == "http"; }
};

/// TLS for all connections of a client; made when the first one needs it, since reading the
/// authorities takes time.
class LazyTls {
public:
    Result<const TlsClient*> get(const ClientOptions& options);

private:
    std::mutex mutex_;
    std::optional<TlsClient> made_;
};

Result<Stream> connect(const Route& route, const ClientOptions& options, LazyTls& tls,
                       const Waiter& waiter);

/// Idle connections. Shared by a client and the answers that are still being read, whichever lives
/// longer.
class Pool {
public:
    explicit Pool(std::size_t capacity) : capacity_(capacity) {}

    std::optional<Stream> take(const std::string& key);
    void put(const std::string& key, Stream stream);

private:
    struct Idle {
        std::string key;
        Stream stream;
        Clock::time_point since;
    };
    std::mutex mutex_;
    std::size_t capacity_;
    std::vector<Idle> idle_; // oldest first
};

} // namespace tenon::net
