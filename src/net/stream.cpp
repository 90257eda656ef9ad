// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fmt/core.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

namespace tenon::net {
namespace {

base::Error broke(int error_number) {
    return base::Error(Errc::io, "the connection broke")
        .because(base::system_error({}, error_number).causes().front());
}

/// sendfile(2) has no MSG_NOSIGNAL: a SIGPIPE that it raises in this thread is taken back.
class PipeSignalHeld {
public:
    PipeSignalHeld() noexcept {
        sigset_t pending;
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~PipeSignalHeld() {
        if (raised_ && !was_pending_) {
            const timespec at_once{};
            while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR)
                continue;
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    PipeSignalHeld(const PipeSignalHeld&) = delete;
    PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;

    void raised() noexcept { raised_ = true; }

private:
    sigset_t pipe_, before_;
    bool was_pending_ = false;
    bool raised_ = false;
};

} // namespace

Result<> Stream::secure(const TlsClient& client, const std::string& host,
                        std::chrono::milliseconds limit, const Waiter& waiter) {
    auto session = TENON_TRY(client.session(fd_.get(), host));
    const auto until = after(limit);
    for (;;) {
        const auto attempt = TENON_TRY(session.handshake());
        if (attempt.state == Attempt::State::moved)
            break;
        const bool in = attempt.state == Attempt::State::want_read;
        pollfd entry{fd_.get(), static_cast<short>(in ? POLLIN : POLLOUT), 0};
        if (!TENON_TRY(waiter.wait({&entry, 1}, until)))
            return fail(Errc::timed_out,
                        fmt::format("the TLS handshake with `{}` took longer than {} ms", host,
                                    limit.count()));
    }
    tls_ = std::move(session);
    return {};
}

Result<Attempt> Stream::try_read(MutableBytes into) {
    if (tls_)
        return tls_->read(into);
    for (;;) {
        const auto got = ::recv(fd_.get(), into.data(), into.size(), 0);
        if (got > 0)
            return Attempt{Attempt::State::moved, static_cast<std::size_t>(got)};
        if (got == 0)
            return Attempt{Attempt::State::end, 0};
        if (errno == EAGAIN)
            return Attempt{Attempt::State::want_read, 0};
        if (errno != EINTR)
            return fail(broke(errno));
    }
}

Result<Attempt> Stream::try_write(Bytes from, bool more) {
    if (tls_)
        return tls_->write(from);
    for (;;) {
        const auto sent =
            ::send(fd_.get(), from.data(), from.size(), MSG_NOSIGNAL | (more ? MSG_MORE : 0));
        if (sent >= 0)
            return Attempt{Attempt::State::moved, static_cast<std::size_t>(sent)};
        if (errno == EAGAIN)
            return Attempt{Attempt::State::want_write, 0};
        if (errno != EINTR)
            return fail(broke(errno));
    }
}

Result<Attempt> Stream::try_send_file(int file, std::uint64_t offset, std::uint64_t length) {
    TENON_ASSERT(!tls_);
    // So that a stop is noticed now and then on a connection that never makes us wait.
    constexpr std::uint64_t at_once = 16 * 1024 * 1024;
    auto position = static_cast<off_t>(offset);
    PipeSignalHeld held;
    for (;;) {
        const auto sent = ::sendfile(fd_.get(), file, &position,
                                     static_cast<std::size_t>(std::min(length, at_once)));
        if (sent >= 0)
            return Attempt{Attempt::State::moved, static_cast<std::size_t>(sent)};
        if (errno == EAGAIN)
            return Attempt{Attempt::State::want_write, 0};
        if (errno == EINTR)
            continue;
        const int error = errno;
        if (error == EPIPE)
            held.raised();
        if (error == EINVAL || error == ENOSYS || error == EIO)
            return fail(Errc::unsupported, "the file is not one that sendfile(2) takes");
        return fail(broke(error));
    }
}

Result<std::size_t> Stream::read(MutableBytes into, const Waiter& waiter) {
    TENON_TRY(waiter.check());
    for (;;) {
        const auto attempt = TENON_TRY(try_read(into));
        if (attempt.state == Attempt::State::moved)
            return attempt.bytes;
        if (attempt.state == Attempt::State::end)
            return std::size_t(0);
        TENON_TRY(wait(attempt.state, false, waiter));
    }
}

Result<bool> Stream::wait(Attempt::State wanted, bool or_input, const Waiter& waiter) const {
    const int own = wanted == Attempt::State::want_read ? POLLIN : POLLOUT;
    pollfd entry{fd_.get(), static_cast<short>(or_input ? own | POLLIN : own), 0};
    if (!TENON_TRY(waiter.wait({&entry, 1}, after(idle_))))
        return fail(Errc::timed_out,
                    fmt::format("nothing moved on the connection for {} ms", idle_.count()));
    return own == POLLOUT && or_input && (entry.revents & POLLIN) != 0;
}

bool Stream::fresh() {
    // Under TLS this takes in the tickets that a server sends when it likes.
    Byte byte = 0;
    const auto attempt = try_read({&byte, 1});
    return attempt && attempt->state == Attempt::State::want_read;
}

} // namespace tenon::net
