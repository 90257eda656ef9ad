// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A connection as the server moves bytes over it: a non-blocking socket, with TLS or without. Says
// what to wait for, and waits for nothing itself.
#pragma once

#include "base/bytes.hpp"
#include "base/handle.hpp"
#include "net/server_tls.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon::net {

/// At most one thread at a time uses a channel, but for `cut_off`.
class Channel {
public:
    explicit Channel(base::Fd socket) : socket_(std::move(socket)) {}
    Channel(base::Fd socket, ServerTlsSession tls)
        : socket_(std::move(socket)), tls_(std::move(tls)) {}

    [[nodiscard]] int fd() const noexcept { return socket_.get(); }
    [[nodiscard]] bool tls() const noexcept { return tls_.has_value(); }

    /// Only with TLS. `moved` when it is done. After `broken` the channel is one without TLS if the
    /// peer turned out to speak plain HTTP: it can still be told so.
    Moved shake_hands();
    /// At least one byte when `moved`.
    Moved read(MutableBytes into);
    /// Of `first` and then `second`. After `want_*` it is called again with the same bytes. `more`:
    /// other bytes follow at once, and may share a packet with these.
    Moved write(std::string_view first, std::string_view second, bool more);
    /// Only without TLS. `ended` when the file has no byte there.
    Moved send_file(int file, std::uint64_t offset, std::uint64_t length);
    /// Tells the peer that nothing more will come.
    void end_writing();
    /// Ends all waits for the socket, in whatever thread; nothing moves any more.
    void cut_off() noexcept;
    /// Bytes written that the peer has not taken yet.
    [[nodiscard]] std::uint64_t on_their_way() const noexcept;

private:
    base::Fd socket_;
    std::optional<ServerTlsSession> tls_;
};

} // namespace tenon::net
