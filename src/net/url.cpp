// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// URLs are read strictly: what is not plainly a host, a port and a path is refused before anything
// is sent anywhere. No message repeats user information, which holds passwords.
#include "net/url.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/core.h>
#include <sys/un.h>

namespace tenon::net {
namespace {

constexpr std::size_t max_url_bytes = 16 * 1024;
constexpr std::size_t max_host_bytes = 255;
// What fits into an address of a Unix socket, with its closing zero.
constexpr std::size_t max_socket_path = sizeof(sockaddr_un::sun_path) - 1;

/// https://www.rfc-editor.org/rfc/rfc3986.html#section-2.3
constexpr bool is_unreserved(char c) noexcept {
    return base::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// The text for a message: nothing that could be a password, no control characters, not endless.
std::string shown(std::string_view text) {
    if (text.find('@') != text.npos)
        return "the URL";
    constexpr std::size_t enough = 200;
    return fmt::format("`{}{}`", base::printable(text.substr(0, enough)),
                       text.size() > enough ? "…" : "");
}

constexpr std::uint16_t default_port(std::string_view scheme) noexcept {
    return scheme == "http" ? 80 : 443;
}

std::optional<std::uint16_t> port_number(std::string_view digits) noexcept {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() ||
        number > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(number);
}

/// An IPv6 address in its one shortest form (RFC 5952), so that equal addresses are equal texts.
std::optional<std::string> canonical_ipv6(std::string_view text) {
    in6_addr address;
    std::array<char, INET6_ADDRSTRLEN> out;
    if (text.size() >= out.size() ||
        ::inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1)
        return std::nullopt;
    return ::inet_ntop(AF_INET6, &address, out.data(), out.size());
}

bool is_host_name(std::string_view text) noexcept {
    // Labels of DNS, and the underscore that names within container networks have.
    return !text.empty() && text.size() <= max_host_bytes && text.front() != '.' &&
           std::ranges::all_of(text, [](char c) {
               return base::is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
           });
}

struct HostAndPort {
    std::string_view host; ///< as written, IPv6 without brackets
    bool bracketed = false;
    std::optional<std::string_view> port; ///< what follows the colon
};

std::optional<HostAndPort> split_authority(std::string_view text) {
    HostAndPort parts;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos)
            return std::nullopt;
        parts.host = text.substr(1, end - 1);
        parts.bracketed = true;
        text.remove_prefix(end + 1);
        if (!text.empty() && text.front() != ':')
            return std::nullopt;
    } else {
        parts.host = text.substr(0, text.find(':'));
        text.remove_prefix(parts.host.size());
    }
    if (!text.empty())
        parts.port = text.substr(1);
    return parts;
}

/// Reads host and port of an authority into `url`; `whole` is what a message shows.
Result<> read_authority(std::string_view authority, Url& url, std::string_view whole) {
    if (authority.find('@') != authority.npos)
        return fail(base::Error(Errc::usage, "a URL must not hold a user name or password")
                        .help("give credentials by option, variable or configuration file"));
    const auto parts = split_authority(authority);
    if (!parts)
        return fail(Errc::malformed, fmt::format("{} has a bad host", shown(whole)));
    if (parts->bracketed) {
        auto address = canonical_ipv6(parts->host);
        if (!address)
            return fail(Errc::malformed,
                        fmt::format("{} has a bad IPv6 address in its brackets", shown(whole)));
        url.host = *std::move(address);
    } else {
        if (!is_host_name(parts->host))
            return fail(Errc::malformed, fmt::format("{} has {} host", shown(whole),
                                                     parts->host.empty() ? "no" : "a bad"));
        url.host = base::lower_case(parts->host);
    }
    // RFC 3986 section 3.2.3: the colon may stand alone.
    url.port = default_port(url.scheme);
    if (parts->port && !parts->port->empty()) {
        const auto port = port_number(*parts->port);
        if (!port || *port == 0)
            return fail(Errc::malformed, fmt::format("{} has a bad port", shown(whole)));
        url.port = *port;
    }
    return {};
}

/// What may not stand in a request line: blanks and control characters would end it early.
Result<> check_characters(std::string_view text) {
    if (text.size() > max_url_bytes)
        return fail(Errc::limit, fmt::format("a URL of {} bytes is too long (at most {})",
                                             text.size(), max_url_bytes));
    const auto bad = std::ranges::find_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7f;
    });
    if (bad == text.end())
        return {};
    return fail(Errc::malformed, fmt::format("{} holds a blank or control character", shown(text)),
                static_cast<std::uint64_t>(bad - text.begin()));
}

/// Bytes beyond ASCII become escapes; everything else stays as it was written.
std::string ascii(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string_view without_fragment(std::string_view text) {
    return text.substr(0, text.find('#'));
}

/// The scheme of a reference, with nothing for a relative one.
std::optional<std::string_view> scheme_of(std::string_view text) {
    const auto end = text.find_first_of(":/?#");
    if (end == text.npos || text[end] != ':' || end == 0 || !base::is_letter(text.front()))
        return std::nullopt;
    const auto scheme = text.substr(0, end);
    const bool valid = std::ranges::all_of(scheme, [](char c) {
        return base::is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
    });
    return valid ? std::optional(scheme) : std::nullopt;
}

/// https://www.rfc-editor.org/rfc/rfc3986.html#section-5.2.4, for a path that begins with `/`.
std::string remove_dot_segments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const auto end = std::min(path.find('/', 1), path.size());
        const auto segment = path.substr(0, end);
        const bool last = end == path.size();
        path.remove_prefix(end);
        if (segment == "/." || segment == "/..") {
            if (segment == "/..")
                out.erase(out.find_last_of('/') == out.npos ? 0 : out.find_last_of('/'));
            if (last)
                out += '/';
        } else {
            out += segment;
        }
    }
    return out.empty() ? "/" : out;
}

void set_path_and_query(Url& url, std::string_view text) {
    const auto mark = text.find('?');
    url.path = ascii(text.substr(0, mark));
    if (!url.path.starts_with('/'))
        url.path.insert(0, 1, '/');
    url.query = mark == text.npos ? std::string() : ascii(text.substr(mark + 1));
}

} // namespace

Result<Url> Url::parse(std::string_view text) {
    TENON_TRY(check_characters(text));
    text = without_fragment(text);
    const auto written = scheme_of(text);
    if (!written || !text.substr(written->size()).starts_with("://")) {
        // `localhost:5000/x` looks like a scheme to the grammar; people mean a host.
        return fail(base::Error(Errc::usage, fmt::format("{} is not an absolute URL", shown(text)))
                        .help("begin it with `https://` or `http://`"));
    }
    Url url;
    url.scheme = base::lower_case(*written);
    if (url.scheme != "http" && url.scheme != "https")
        return fail(Errc::usage,
                    fmt::format("{} is neither an `http` nor an `https` URL", shown(text)));
    const auto rest = text.substr(written->size() + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    TENON_TRY(read_authority(authority, url, text));
    set_path_and_query(url, rest.substr(authority.size()));
    return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
    TENON_TRY(check_characters(reference));
    reference = without_fragment(reference);
    if (scheme_of(reference) || reference.starts_with("//")) {
        auto url = TENON_TRY(parse(scheme_of(reference) ? std::string(reference)
                                                        : fmt::format("{}:{}", scheme, reference)));
        url.path = remove_dot_segments(url.path);
        return url;
    }
    Url url = *this;
    if (reference.empty())
        return url;
    if (reference.starts_with('?')) {
        url.query = ascii(reference.substr(1));
    } else if (reference.starts_with('/')) {
        set_path_and_query(url, reference);
    } else {
        // RFC 3986 section 5.2.3: everything behind the last slash gives way.
        const auto folder = path.substr(0, path.find_last_of('/') + 1);
        set_path_and_query(url, folder + std::string(reference));
    }
    url.path = remove_dot_segments(url.path);
    return url;
}

std::string Url::authority() const {
    if (port != default_port(scheme))
        return host_and_port(host, port);
    return host.find(':') == host.npos ? host : fmt::format("[{}]", host);
}

std::string Url::target() const {
    return query.empty() ? path : fmt::format("{}?{}", path, query);
}

std::string Url::text() const {
    return fmt::format("{}://{}{}", scheme, authority(), target());
}

bool Url::same_origin(const Url& other) const noexcept {
    return scheme == other.scheme && host == other.host && port == other.port;
}

// --- queries

Result<std::vector<Parameter>> parse_query(std::string_view query) {
    // `begin` and `limit` are places in the query, so that an error's offset is one too.
    const auto decode = [&](std::size_t begin, std::size_t limit) -> Result<std::string> {
        auto text = percent_decode(query.substr(begin, limit - begin));
        if (text)
            return text;
        return fail(text.error().code(), text.error().message(),
                    begin + text.error().offset().value_or(0));
    };
    std::vector<Parameter> parameters;
    for (std::size_t at = 0; at < query.size();) {
        const auto end = std::min(query.find('&', at), query.size());
        const auto equals = std::min(query.find('=', at), end);
        if (at != end) {
            Parameter parameter;
            parameter.name = TENON_TRY(decode(at, equals));
            parameter.value = TENON_TRY(decode(std::min(equals + 1, end), end));
            parameters.push_back(std::move(parameter));
        }
        at = end + 1;
    }
    return parameters;
}

Result<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const auto high = at + 1 < text.size() ? base::hex_value(text[at + 1]) : std::nullopt;
        const auto low = at + 2 < text.size() ? base::hex_value(text[at + 2]) : std::nullopt;
        if (!high || !low)
            return fail(Errc::malformed, "`%` is not followed by two hexadecimal digits", at);
        out += static_cast<char>(*high * 16 + *low);
        at += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c) || keep.find(c) != keep.npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

// --- endpoints

std::string host_and_port(std::string_view host, std::uint16_t port) {
    return host.find(':') == host.npos ? fmt::format("{}:{}", host, port)
                                       : fmt::format("[{}]:{}", host, port);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return fail(base::Error(Errc::usage, fmt::format("`{}` is not an address to listen on: {}",
                                                         base::printable(text), why))
                        .help("write `127.0.0.1:5000`, `[::1]:5000`, `localhost:5000`, `:5000` "
                              "or `unix:PATH`"));
    };
    Endpoint endpoint;
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) {
        endpoint.path = text.substr(unix_prefix.size());
        if (endpoint.path.empty())
            return bad("the path of the socket is missing");
        if (endpoint.path.size() > max_socket_path)
            return bad(fmt::format("a socket's path has at most {} bytes", max_socket_path));
        if (endpoint.path.find('\0') != endpoint.path.npos)
            return bad("a path has no NUL character");
        return endpoint;
    }
    const auto parts = split_authority(text);
    if (!parts)
        return bad("the brackets are not those of an IPv6 address");
    if (!parts->port)
        return bad("the port is missing");
    const auto port = port_number(*parts->port);
    if (!port)
        return bad("the port is not a number up to 65535");
    endpoint.port = *port;
    in_addr v4;
    if (parts->bracketed) {
        auto address = canonical_ipv6(parts->host);
        if (!address)
            return bad("the brackets are not those of an IPv6 address");
        endpoint.host = *std::move(address);
    } else if (parts->host.empty()) {
        endpoint.host = "::"; // every interface, of both kinds
    } else if (base::lower_case(parts->host) == "localhost") {
        endpoint.host = "localhost";
    } else if (::inet_pton(AF_INET, std::string(parts->host).c_str(), &v4) == 1) {
        endpoint.host = parts->host;
    } else {
        return bad("the host is neither an address nor `localhost`");
    }
    return endpoint;
}

std::string Endpoint::text() const {
    return host.empty() ? fmt::format("unix:{}", path) : host_and_port(host, port);
}

bool Endpoint::loopback() const noexcept {
    // `host` is an address that was checked or `localhost`; a name cannot begin with `127.`.
    return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

} // namespace tenon::net
