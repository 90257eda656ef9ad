// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Absolute http and https URLs (RFC 3986), relative references to them, and query strings.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::net {

/// An absolute URL. `target()` is what a request line carries.
struct Url {
    std::string scheme = "https"; ///< `http` or `https`, in lower case
    std::string host;             ///< lower case; IPv6 without brackets; without user information
    std::uint16_t port = 443;     ///< the scheme's own where the text has none
    std::string path = "/";       ///< as written, percent-encoded; begins with `/`
    std::string query;            ///< as written, without `?`

    /// `usage` or `malformed` for other schemes, user information, control characters, blanks, bad
    /// ports. A fragment is dropped.
    static Result<Url> parse(std::string_view text);
    /// What a `Location` field names, seen from this URL (RFC 3986 section 5.3; dot segments
    /// removed).
    [[nodiscard]] Result<Url> resolve(std::string_view reference) const;

    /// `host[:port]`, the port only where it is not the scheme's own; IPv6 in brackets.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] std::string target() const; ///< path and query
    [[nodiscard]] std::string text() const;
    /// Scheme, host and port are equal (RFC 6454).
    [[nodiscard]] bool same_origin(const Url& other) const noexcept;
};

struct Parameter {
    std::string name;
    std::string value;
};

/// `a=b&c=d`, percent-decoded, `+` as it is. Malformed escapes are errors.
Result<std::vector<Parameter>> parse_query(std::string_view query);
Result<std::string> percent_decode(std::string_view text);
/// All but the unreserved characters of RFC 3986 section 2.3 (and those in `keep`) become `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = {});

/// `host:port`, IPv6 in brackets.
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

/// Where a server listens, or a client connects without name resolution.
struct Endpoint {
    std::string
        host; ///< an IPv4 or IPv6 address without brackets, or `localhost`; empty for a Unix socket
    std::uint16_t port = 0; ///< 0: the system chooses
    std::string path;       ///< of a Unix socket

    /// `127.0.0.1:5000`, `[::1]:5000`, `localhost:5000`, `:5000` (every interface), `unix:PATH`.
    static Result<Endpoint> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    /// An address of 127.0.0.0/8, ::1, `localhost`, or a Unix socket.
    [[nodiscard]] bool loopback() const noexcept;
};

} // namespace tenon::net
