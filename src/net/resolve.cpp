// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// getaddrinfo(3) cannot be interrupted, so it runs in a thread that is left to itself when nobody
// waits for it any more.
#include "net/resolve.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fmt/core.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>

namespace tenon::net {
namespace {

constexpr std::size_t max_addresses = 8;

template <class Sockaddr> Address address_of(const Sockaddr& from) {
    Address address;
    std::memcpy(&address.storage, &from, sizeof from);
    address.length = sizeof from;
    return address;
}

Address v4_address(in_addr host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr = host;
    address.sin_port = htons(port);
    return address_of(address);
}

Address v6_address(const in6_addr& host, std::uint16_t port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = host;
    address.sin6_port = htons(port);
    return address_of(address);
}

std::vector<Address> without_lookup(const std::string& host, std::uint16_t port) {
    in_addr v4;
    in6_addr v6;
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1)
        return {v4_address(v4, port)};
    if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1)
        return {v6_address(v6, port)};
    if (host == "localhost")
        return {v6_address(in6addr_loopback, port), v4_address({htonl(INADDR_LOOPBACK)}, port)};
    return {};
}

/// What the asking and the looking thread share: whichever is done last frees it.
struct Lookup {
    std::string host;
    base::Fd done; // an eventfd; readable when the results below are there
    int error = 0;
    int system_error = 0;
    std::vector<Address> v4, v6;
    Address first;                      // the system's preference (RFC 6724)
    std::atomic<bool> finished = false; // what the looking thread wrote may be read

    Lookup() { // so that nothing is allocated where nobody could catch
        v4.reserve(max_addresses);
        v6.reserve(max_addresses);
    }

    void run() noexcept {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* found = nullptr;
        error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
        system_error = errno;
        for (const auto* at = found; error == 0 && at != nullptr; at = at->ai_next)
            keep(*at);
        if (found != nullptr)
            ::freeaddrinfo(found);
        finished.store(true, std::memory_order_release);
        ::eventfd_write(done.get(), 1);
    }

private:
    void keep(const addrinfo& info) {
        auto& kind = info.ai_family == AF_INET6 ? v6 : v4;
        if ((info.ai_family != AF_INET && info.ai_family != AF_INET6) ||
            kind.size() >= max_addresses)
            return;
        Address address;
        std::memcpy(&address.storage, info.ai_addr, info.ai_addrlen);
        address.length = info.ai_addrlen;
        if (v4.empty() && v6.empty())
            first = address;
        kind.push_back(address);
    }
};

/// The families in turn, beginning with the one that the system prefers (RFC 8305 section 4).
std::vector<Address> in_turn(const Lookup& lookup, std::uint16_t port) {
    const bool v6_first = lookup.first.family() == AF_INET6;
    const auto& preferred = v6_first ? lookup.v6 : lookup.v4;
    const auto& other = v6_first ? lookup.v4 : lookup.v6;
    std::vector<Address> all;
    for (std::size_t i = 0; i < max_addresses; ++i)
        for (const auto* kind : {&preferred, &other})
            if (i < kind->size() && all.size() < max_addresses)
                all.push_back((*kind)[i]);
    for (auto& address : all) {
        // The port lies at the same place in both kinds of address.
        static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
        const auto in_order = htons(port);
        std::memcpy(reinterpret_cast<char*>(&address.storage) + offsetof(sockaddr_in, sin_port),
                    &in_order, sizeof in_order);
    }
    return all;
}

base::Error lookup_error(const Lookup& lookup) {
    auto message = fmt::format("cannot resolve `{}`", lookup.host);
    if (lookup.error == EAI_SYSTEM)
        return base::Error(Errc::io, std::move(message))
            .because(base::system_error({}, lookup.system_error).causes().front());
    if (lookup.error == 0)
        return base::Error(Errc::io, std::move(message)).because("it has no address");
    return base::Error(Errc::io, std::move(message)).because(::gai_strerror(lookup.error));
}

} // namespace

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port,
                                     std::chrono::milliseconds limit, const Waiter& waiter) {
    if (auto known = without_lookup(host, port); !known.empty())
        return known;
    auto lookup = std::make_shared<Lookup>();
    lookup->host = host;
    lookup->done = base::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!lookup->done)
        return fail(base::system_error(fmt::format("cannot resolve `{}`", host), errno));
    try {
        std::thread([lookup] { lookup->run(); }).detach();
    } catch (const std::system_error& error) {
        return fail(
            base::system_error(fmt::format("cannot resolve `{}`", host), error.code().value()));
    }
    pollfd done{lookup->done.get(), POLLIN, 0};
    if (!TENON_TRY(waiter.wait({&done, 1}, after(limit))))
        return fail(Errc::timed_out,
                    fmt::format("resolving `{}` took longer than {} ms", host, limit.count()));
    TENON_ASSERT(lookup->finished.load(std::memory_order_acquire));
    if (lookup->error != 0 || (lookup->v4.empty() && lookup->v6.empty()))
        return fail(lookup_error(*lookup));
    return in_turn(*lookup, port);
}

} // namespace tenon::net
