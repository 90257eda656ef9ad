// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keeps web pages of strangers out of a registry that anybody on this machine may use: a page can
// have a browser send requests to 127.0.0.1, and one whose name its owner makes resolve to
// 127.0.0.1 ("DNS rebinding") can read the answers as well. What such requests cannot hide is the
// name that the browser went to, in `Host`, and the page that they come from, in `Origin`.
#pragma once

#include "net/server.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tenon::registry {

class HostGuard {
public:
    /// Checks `Origin` only: for registries that are protected otherwise, or meant for everybody.
    HostGuard() = default;
    /// Also lets only those in who call this machine by one of its own names: `localhost`, whatever
    /// ends with `.localhost`, 127.0.0.0/8, `[::1]`, and `names`.
    explicit HostGuard(const std::vector<std::string>& names);
    /// Whether `text` can be one of `names`: a host's name or address, perhaps with a port.
    [[nodiscard]] static bool is_name(std::string_view text);

    /// Why the request is refused, for the client.
    [[nodiscard]] std::optional<std::string> refuse(const net::ServerRequest& request) const;

private:
    [[nodiscard]] bool knows(const std::string& host) const;

    bool checks_hosts_ = false;
    std::set<std::string, std::less<>> names_;
};

} // namespace tenon::registry
