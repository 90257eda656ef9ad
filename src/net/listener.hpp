// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sockets that listen at an Endpoint, and the connections that come in there. Knows no protocol.
#pragma once

#include "base/file.hpp"
#include "net/url.hpp"

#include <optional>
#include <span>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace tenon::net {

struct Accepted {
    base::Fd socket;  ///< non-blocking
    std::string peer; ///< `127.0.0.1:40312`, `[::1]:40312`, `unix`
};

class Listener {
public:
    /// `localhost` listens on 127.0.0.1 and, where there is IPv6, on ::1 with the same port; `::`
    /// takes IPv4 too, and where there is no IPv6 only IPv4. `socket_mode` is that of a Unix
    /// socket's file.
    static Result<Listener> open(const Endpoint& endpoint, mode_t socket_mode);

    Listener(Listener&&) noexcept;
    Listener& operator=(Listener&&) = delete;
    /// Removes the Unix socket's file if it is still ours.
    ~Listener();

    /// With the port that the system chose.
    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    [[nodiscard]] std::span<const base::Fd> sockets() const noexcept { return sockets_; }

    enum class Nothing {
        yet,       ///< nobody waits
        for_now,   ///< out of descriptors or memory: asking again at once would fail again
        this_time, ///< the one who waited is gone
    };
    /// The next connection that waits at one of `sockets`.
    static std::expected<Accepted, Nothing> accept(const base::Fd& socket);

private:
    explicit Listener(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

    Result<> open_unix(mode_t mode);
    Result<> open_internet();
    Result<> open_localhost();
    /// Binds and listens at one address; 0 as errno when it went well.
    int open_address(const std::string& host, std::uint16_t port, bool dual);
    [[nodiscard]] base::Error failed(int error_number) const;

    Endpoint endpoint_;
    std::vector<base::Fd> sockets_;
    std::optional<struct stat> file_; // the Unix socket's, to know it again
};

} // namespace tenon::net
