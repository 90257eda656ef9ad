// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A connected socket with or without TLS: single tries that never wait, and reads that do.
#pragma once

#include "net/tls.hpp"
#include "net/wait.hpp"

#include <optional>

namespace tenon::net {

class Stream {
public:
    /// `fd` must not block. `idle` limits every wait for the peer.
    Stream(base::Fd fd, std::chrono::milliseconds idle) : fd_(std::move(fd)), idle_(idle) {}

    /// Speaks TLS from now on; the handshake takes at most `limit`.
    Result<> secure(const TlsClient& client, const std::string& host,
                    std::chrono::milliseconds limit, const Waiter& waiter);

    [[nodiscard]] std::chrono::milliseconds idle() const noexcept { return idle_; }
    /// Another limit for the waits to come.
    void set_idle(std::chrono::milliseconds idle) noexcept { idle_ = idle; }

    [[nodiscard]] bool secured() const noexcept { return tls_.has_value(); }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    Result<Attempt> try_read(MutableBytes into);
    /// `more` says that further bytes follow at once, so that small ones need not leave alone.
    Result<Attempt> try_write(Bytes from, bool more);
    /// sendfile(2), only where the stream is not secured. 0 bytes moved: the file ends there.
    /// `unsupported` for a file that cannot be sent, or not be read, so.
    Result<Attempt> try_send_file(int file, std::uint64_t offset, std::uint64_t length);

    /// At least one byte unless at the end, which is 0.
    Result<std::size_t> read(MutableBytes into, const Waiter& waiter);
    /// Waits for what an attempt wants, and, with `or_input`, for anything to read. True when there
    /// is something to read and it was not the attempt that wanted it.
    Result<bool> wait(Attempt::State wanted, bool or_input, const Waiter& waiter) const;

    /// Whether an idle connection can be used once more: the peer has neither closed it nor sent
    /// anything unasked.
    [[nodiscard]] bool fresh();

private:
    base::Fd fd_; // outlives the session, whose end writes to it
    std::optional<TlsSession> tls_;
    std::chrono::milliseconds idle_;
};

} // namespace tenon::net
