// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/host_guard.hpp"

#include "base/ascii.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/core.h>

namespace tenon::registry {
namespace {

std::string in_lower_case(std::string_view text) {
    auto out = base::lower_case(text);
    while (out.ends_with('.')) // `localhost.` is fully qualified
        out.pop_back();
    return out;
}

/// The host of a `Host` field, in lower case and without brackets; empty for nonsense.
std::string host_of(std::string_view field) {
    constexpr std::string_view other = "-._:[]";
    const auto may_stand = [&](char c) { return base::is_alphanumeric(c) || other.contains(c); };
    if (!std::ranges::all_of(field, may_stand))
        return {};
    const auto url = net::Url::parse("http://" + std::string(field) + "/");
    return url ? in_lower_case(url->host) : std::string();
}

/// Of names that only look like addresses (`127.0.0.1.example.org`) strangers decide.
bool is_loopback(const std::string& host) {
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (::inet_pton(AF_INET6, host.c_str(), &v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

/// What nearly everybody says; each request is asked, also those that are answered at once.
bool is_usual(std::string_view field) noexcept {
    const auto colon = std::min(field.find(':'), field.size());
    const auto name = field.substr(0, colon);
    return (name == "localhost" || name == "127.0.0.1") &&
           field.find_first_not_of("0123456789", colon + 1) == field.npos;
}

/// Whether a page's origin (RFC 6454) is the server that its request goes to. A proxy in front may
/// speak TLS, so that the scheme need not be ours.
bool same_server(std::string_view origin, std::string_view host) {
    const auto from = net::Url::parse(origin);
    if (!from)
        return false; // `null` too
    const auto to = net::Url::parse(from->scheme + "://" + std::string(host) + "/");
    return to && from->same_origin(*to);
}

} // namespace

HostGuard::HostGuard(const std::vector<std::string>& names) : checks_hosts_(true) {
    for (const auto& name : names)
        names_.insert(host_of(name));
}

bool HostGuard::is_name(std::string_view text) {
    return !host_of(text).empty();
}

bool HostGuard::knows(const std::string& host) const {
    if (host.empty())
        return false;
    return host == "localhost" || host.ends_with(".localhost") || is_loopback(host) ||
           names_.contains(host);
}

std::optional<std::string> HostGuard::refuse(const net::ServerRequest& request) const {
    const auto host = request.headers.find("Host");
    // Without one it was not a browser.
    if (checks_hosts_ && host && !is_usual(*host) && !knows(host_of(*host)))
        return fmt::format("this registry is not called `{}`; its owner can allow the name with "
                           "`--allow-host`",
                           host_of(*host));
    if (request.method == "GET" || request.method == "HEAD")
        return std::nullopt;
    const auto origin = request.headers.find("Origin");
    if (origin && !same_server(*origin, host.value_or("")))
        return "pages of other sites must not change this registry";
    return std::nullopt;
}

} // namespace tenon::registry
