// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which proxy a URL goes through, by the rules of golang.org/x/net/http/httpproxy.
#pragma once

#include "net/client.hpp"

namespace tenon::net {

struct Proxy {
    std::string host;
    std::uint16_t port = 0;
    std::string authorization; ///< value of `Proxy-Authorization`; empty: none

    [[nodiscard]] std::string authority() const { return host_and_port(host, port); }
};

/// The proxy for a URL, or none. `config` for a proxy's address that is not understood.
Result<std::optional<Proxy>> proxy_for(const Proxies& proxies, const Url& url);

} // namespace tenon::net
