// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/proxy.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <fmt/core.h>
#include <openssl/evp.h>

namespace tenon::net {
namespace {

/// An IPv4 or IPv6 address in the sixteen bytes of the latter (RFC 4291 section 2.5.5.2).
using AddressBytes = std::array<unsigned char, 16>;
constexpr std::size_t v4_offset = 12;

std::optional<AddressBytes> address_bytes(const std::string& text) {
    AddressBytes bytes{};
    if (::inet_pton(AF_INET, text.c_str(), bytes.data() + v4_offset) == 1) {
        bytes[10] = bytes[11] = 0xff;
        return bytes;
    }
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
        return bytes;
    return std::nullopt;
}

bool is_v4(const AddressBytes& bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) &&
           bytes[10] == 0xff && bytes[11] == 0xff;
}

bool is_loopback(const AddressBytes& bytes) noexcept {
    if (is_v4(bytes))
        return bytes[v4_offset] == 127;
    return std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; }) &&
           bytes.back() == 1;
}

std::string trimmed_lower(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    const auto end = text.find_last_not_of(" \t") + 1;
    return base::lower_case(text.substr(begin, begin < end ? end - begin : 0));
}

std::optional<unsigned> number(std::string_view digits, unsigned limit) noexcept {
    unsigned value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > limit)
            return std::nullopt;
    }
    return digits.empty() ? std::nullopt : std::optional(value);
}

/// Whether the first `bits` bits are equal, counted from where the family's addresses begin.
bool in_block(const AddressBytes& address, const AddressBytes& block, unsigned bits) noexcept {
    if (is_v4(address) != is_v4(block))
        return false;
    if (is_v4(block))
        bits += v4_offset * 8;
    const auto whole = bits / 8;
    if (std::memcmp(address.data(), block.data(), whole) != 0)
        return false;
    const auto mask = static_cast<unsigned char>(0xff00u >> bits % 8);
    return bits % 8 == 0 || ((address[whole] ^ block[whole]) & mask) == 0;
}

struct Exception {
    std::string host; ///< without brackets and port
    std::string port; ///< empty: any
};

Exception split_port(const std::string& entry) {
    const auto colon = entry.rfind(':');
    if (entry.starts_with('[')) {
        const auto end = entry.find(']');
        if (end == entry.npos)
            return {entry, {}};
        return {entry.substr(1, end - 1), colon == end + 1 ? entry.substr(colon + 1) : ""};
    }
    // More than one colon without brackets is an IPv6 address.
    if (colon == entry.npos || entry.find(':') != colon)
        return {entry, {}};
    return {entry.substr(0, colon), entry.substr(colon + 1)};
}

/// https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
bool matches(const std::string& entry, const std::string& host, std::uint16_t port,
             const std::optional<AddressBytes>& address) {
    if (entry.empty())
        return false;
    if (entry == "*")
        return true;
    if (const auto slash = entry.find('/'); slash != entry.npos) {
        const auto block = address_bytes(entry.substr(0, slash));
        const auto bits =
            block ? number(std::string_view(entry).substr(slash + 1), is_v4(*block) ? 32 : 128)
                  : std::nullopt;
        if (bits)
            return address && in_block(*address, *block, *bits);
    }
    const auto exception = split_port(entry);
    if (exception.host.empty() ||
        (!exception.port.empty() && exception.port != fmt::format("{}", port)))
        return false;
    if (const auto wanted = address_bytes(exception.host))
        return address == wanted;
    std::string_view suffix = exception.host;
    if (suffix.starts_with("*."))
        suffix.remove_prefix(1);
    if (suffix.starts_with('.'))
        return host.ends_with(suffix);
    return host == suffix ||
           (host.ends_with(suffix) && host[host.size() - suffix.size() - 1] == '.');
}

bool goes_direct(const std::string& exceptions, const Url& url) {
    const auto address = address_bytes(url.host);
    if (url.host == "localhost" || (address && is_loopback(*address)))
        return true;
    for (std::size_t at = 0; at < exceptions.size();) {
        const auto end = std::min(exceptions.find(',', at), exceptions.size());
        if (matches(trimmed_lower(std::string_view(exceptions).substr(at, end - at)), url.host,
                    url.port, address))
            return true;
        at = end + 1;
    }
    return false;
}

std::string base64(std::string_view text) {
    std::string out((text.size() + 2) / 3 * 4 + 1, '\0'); // EVP adds a zero
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                    reinterpret_cast<const unsigned char*>(text.data()),
                    static_cast<int>(text.size()));
    out.pop_back();
    return out;
}

/// No message here shows the text: it may hold a password.
Result<Proxy> parse_proxy(std::string_view text) {
    const auto bad = [](std::string_view why) {
        return fail(base::Error(Errc::config, fmt::format("the proxy's address {}", why))
                        .help("write `http://[user:password@]host:port`; see the variables "
                              "`HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY`"));
    };
    constexpr std::string_view scheme_end = "://";
    const auto scheme = trimmed_lower(text.substr(0, text.find(scheme_end)));
    if (const auto end = text.find(scheme_end); end != text.npos) {
        if (scheme != "http")
            return bad("has a scheme other than `http`, which is not supported");
        text.remove_prefix(end + scheme_end.size());
    }
    text = text.substr(0, text.find_first_of("/?#"));
    Proxy proxy;
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto user = text.substr(0, at);
        const auto colon = std::min(user.find(':'), user.size());
        const auto name = percent_decode(user.substr(0, colon));
        const auto password = percent_decode(user.substr(std::min(colon + 1, user.size())));
        constexpr std::size_t enough = 4096;
        if (!name || !password || user.size() > enough)
            return bad("has a bad user name or password");
        proxy.authorization = "Basic " + base64(*name + ":" + *password);
        text.remove_prefix(at + 1);
    }
    const auto url = Url::parse(fmt::format("http://{}", text));
    if (!url)
        return bad("has a bad host or port");
    proxy.host = url->host;
    proxy.port = url->port;
    return proxy;
}

} // namespace

Proxies Proxies::from_environment(
    const std::function<std::optional<std::string>(std::string_view)>& variable) {
    const auto either = [&](std::string_view lower, std::string_view upper) {
        auto value = variable(lower);
        if ((!value || value->empty()) && !upper.empty())
            value = variable(upper);
        return value.value_or("");
    };
    // https://httpoxy.org
    const bool cgi = variable("REQUEST_METHOD").has_value();
    const auto all = either("all_proxy", "ALL_PROXY");
    Proxies proxies;
    proxies.http = either("http_proxy", cgi ? "" : "HTTP_PROXY");
    proxies.https = either("https_proxy", "HTTPS_PROXY");
    proxies.none = either("no_proxy", "NO_PROXY");
    if (proxies.http.empty())
        proxies.http = all;
    if (proxies.https.empty())
        proxies.https = all;
    return proxies;
}

Result<std::optional<Proxy>> proxy_for(const Proxies& proxies, const Url& url) {
    const auto& text = url.scheme == "https" ? proxies.https : proxies.http;
    if (text.empty() || goes_direct(proxies.none, url))
        return std::optional<Proxy>();
    auto proxy = TENON_TRY(parse_proxy(text));
    return std::optional<Proxy>(std::move(proxy));
}

} // namespace tenon::net
