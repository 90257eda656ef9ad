// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/client_connect.hpp"

#include "net/client_exchange.hpp"
#include "net/dial.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::net {
namespace {

// Longer than that, servers and the boxes between have often forgotten a connection.
constexpr auto longest_idle = std::chrono::seconds(60);

/// https://www.rfc-editor.org/rfc/rfc9110.html#section-9.3.6
Result<Stream> open_tunnel(Stream stream, const Route& route, const ClientOptions& options,
                           const Waiter& waiter) {
    const auto target = host_and_port(route.host, route.port);
    const Content nothing;
    Message message;
    message.head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target);
    if (!options.user_agent.empty())
        message.head += fmt::format("User-Agent: {}\r\n", options.user_agent);
    if (!route.proxy->authorization.empty())
        message.head += fmt::format("Proxy-Authorization: {}\r\n", route.proxy->authorization);
    message.head += "\r\n";
    message.content = &nothing;
    message.answer.max_header_bytes = options.max_header_bytes;
    message.answer.to_connect = true;
    Exchange exchange(std::move(stream));
    if (auto done = exchange.run(message, waiter); !done)
        return fail(std::move(done).error().within("the connection to the proxy"));
    const int status = exchange.answer().status();
    if (status / 100 != 2) {
        base::Error error(Errc::io, fmt::format("the proxy `{}` does not connect to `{}`",
                                                route.proxy->authority(), target));
        error = std::move(error).because(
            fmt::format("it answers {} {}", status, reason_phrase(status)));
        if (status == 407)
            error = std::move(error).help("give user name and password in the proxy's address: "
                                          "`http://user:password@host:port`");
        return fail(std::move(error));
    }
    if (exchange.unread_input())
        return fail(Errc::malformed, fmt::format("the proxy `{}` speaks before it is asked",
                                                 route.proxy->authority()));
    return std::move(exchange).take_stream();
}

Result<base::Fd> dial_route(const Route& route, const ClientOptions& options,
                            const Waiter& waiter) {
    if (!options.unix_socket.empty())
        return dial_unix(options.unix_socket, options.connect_timeout, waiter);
    if (route.proxy) {
        auto fd = dial(route.proxy->host, route.proxy->port, options.connect_timeout, waiter);
        if (!fd)
            return fail(std::move(fd).error().within("the connection to the proxy"));
        return fd;
    }
    return dial(route.host, route.port, options.connect_timeout, waiter);
}

} // namespace

Result<Route> Route::to(const Url& url, const ClientOptions& options) {
    Route route;
    route.scheme = url.scheme;
    route.host = url.host;
    route.port = url.port;
    if (options.unix_socket.empty())
        route.proxy = TENON_TRY(proxy_for(options.proxies, url));
    // What a proxy reads itself goes to any host over one connection.
    const auto proxy = route.proxy ? route.proxy->authority() : std::string();
    route.key =
        route.through_proxy()
            ? fmt::format("proxy {} {}", proxy, route.proxy->authorization)
            : fmt::format("{}://{} {}", url.scheme, host_and_port(url.host, url.port), proxy);
    return route;
}

Result<const TlsClient*> LazyTls::get(const ClientOptions& options) {
    const std::scoped_lock lock(mutex_);
    if (!made_)
        made_ = TENON_TRY(
            TlsClient::create({options.ca_files, options.system_ca_file, options.verify_peer}));
    return &*made_;
}

Result<Stream> connect(const Route& route, const ClientOptions& options, LazyTls& tls,
                       const Waiter& waiter) {
    // First, so that an unreadable file of authorities is told before anything is sent.
    const TlsClient* client = nullptr;
    if (route.scheme == "https")
        client = TENON_TRY(tls.get(options));
    auto stream = Stream(TENON_TRY(dial_route(route, options, waiter)), options.idle_timeout);
    if (client == nullptr)
        return stream;
    if (route.proxy)
        stream = TENON_TRY(open_tunnel(std::move(stream), route, options, waiter));
    TENON_TRY(stream.secure(*client, route.host, options.connect_timeout, waiter));
    return stream;
}

std::optional<Stream> Pool::take(const std::string& key) {
    for (;;) {
        std::optional<Stream> found;
        {
            const std::scoped_lock lock(mutex_);
            const auto oldest = Clock::now() - longest_idle;
            std::erase_if(idle_, [&](const Idle& idle) { return idle.since < oldest; });
            // The youngest is the likeliest to be alive.
            const auto at = std::find_if(idle_.rbegin(), idle_.rend(),
                                         [&](const Idle& idle) { return idle.key == key; });
            if (at == idle_.rend())
                return std::nullopt;
            found = std::move(at->stream);
            idle_.erase(std::next(at).base());
        }
        if (found->fresh())
            return found;
    }
}

void Pool::put(const std::string& key, Stream stream) {
    const std::scoped_lock lock(mutex_);
    if (capacity_ == 0)
        return;
    if (idle_.size() >= capacity_)
        idle_.erase(idle_.begin());
    idle_.push_back({key, std::move(stream), Clock::now()});
}

} // namespace tenon::net
