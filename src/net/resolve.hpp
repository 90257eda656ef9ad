// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Host names to socket addresses, in a way that a stop or a deadline can end.
#pragma once

#include "net/wait.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace tenon::net {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
    [[nodiscard]] int family() const noexcept { return storage.ss_family; }
};

/// The addresses of a host, those of the two families in turn, at most eight. Addresses and
/// `localhost` (RFC 6761 section 6.3) need nobody's help; other names are looked up as the system
/// does.
Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port,
                                     std::chrono::milliseconds limit, const Waiter& waiter);

} // namespace tenon::net
