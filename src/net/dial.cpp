// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/dial.hpp"

#include "net/resolve.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/un.h>

namespace tenon::net {
namespace {

using base::Fd;

// https://www.rfc-editor.org/rfc/rfc8305.html#section-8
constexpr auto attempt_delay = std::chrono::milliseconds(250);
// A Unix socket whose queue is full cannot be waited for.
constexpr auto queue_delay = std::chrono::milliseconds(10);

std::string cause_of(int error_number) {
    return base::system_error({}, error_number).causes().front();
}

/// Several connections under way, of which the first to be made is taken.
class Race {
public:
    /// True when the connection was made at once.
    bool start(const Address& address) {
        Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!fd)
            return lost(errno);
        if (::connect(fd.get(), address.get(), address.length) == 0) {
            winner_ = std::move(fd);
            return true;
        }
        if (errno != EINPROGRESS)
            return lost(errno);
        entries_.push_back({fd.get(), POLLOUT, 0});
        running_.push_back(std::move(fd));
        return false;
    }

    [[nodiscard]] std::size_t running() const noexcept { return running_.size(); }
    [[nodiscard]] std::span<pollfd> entries() noexcept { return entries_; }

    /// After a wait: true when one of them is connected.
    bool settle() {
        for (std::size_t i = entries_.size(); i-- > 0;) {
            if (entries_[i].revents == 0)
                continue;
            int error = 0;
            socklen_t size = sizeof error;
            if (::getsockopt(entries_[i].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
                error = errno;
            auto fd = std::move(running_[i]);
            const auto place = static_cast<std::ptrdiff_t>(i);
            entries_.erase(entries_.begin() + place);
            running_.erase(running_.begin() + place);
            if (error == 0) {
                winner_ = std::move(fd);
                return true;
            }
            lost(error);
        }
        return false;
    }

    Fd take() { return std::move(winner_); }
    [[nodiscard]] const std::vector<int>& errors() const noexcept { return errors_; }

private:
    bool lost(int error) {
        if (std::ranges::find(errors_, error) == errors_.end())
            errors_.push_back(error);
        return false;
    }

    std::vector<pollfd> entries_;
    std::vector<Fd> running_; // as entries_
    std::vector<int> errors_; // each once
    Fd winner_;
};

/// Gives false when the time is over, and true also when every address has failed.
Result<bool> run_race(Race& race, std::span<const Address> addresses, Clock::time_point until,
                      const Waiter& waiter, bool& won) {
    for (std::size_t next = 0;;) {
        if (next < addresses.size()) {
            won = race.start(addresses[next]);
            ++next;
            if (won)
                return true;
        }
        if (race.running() == 0) {
            if (next == addresses.size())
                return true;
            continue;
        }
        const auto look_again =
            next < addresses.size() ? std::min(after(attempt_delay), until) : until;
        const bool ready = TENON_TRY(waiter.wait(race.entries(), look_again));
        if (ready && race.settle()) {
            won = true;
            return true;
        }
        if (!ready && Clock::now() >= until)
            return false;
    }
}

base::Error too_slow(const std::string& where, std::chrono::milliseconds limit) {
    return {Errc::timed_out,
            fmt::format("connecting to {} took longer than {} ms", where, limit.count())};
}

} // namespace

Result<Fd> dial(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit,
                const Waiter& waiter) {
    const auto addresses = TENON_TRY(resolve(host, port, limit, waiter));
    const auto where = fmt::format("`{}`", host_and_port(host, port));
    Race race;
    bool won = false;
    if (!TENON_TRY(run_race(race, addresses, after(limit), waiter, won)))
        return fail(too_slow(where, limit));
    if (!won) {
        base::Error error(Errc::io, fmt::format("cannot connect to {}", where));
        for (const int cause : race.errors())
            error = std::move(error).because(cause_of(cause));
        return fail(std::move(error));
    }
    auto fd = race.take();
    // Whoever writes here writes whole messages; waiting for more would only delay them.
    const int on = 1;
    if (::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        return fail(base::system_error(fmt::format("cannot connect to {}", where), errno));
    return fd;
}

Result<Fd> dial_unix(const base::Path& path, std::chrono::milliseconds limit,
                     const Waiter& waiter) {
    const auto where = fmt::format("`unix:{}`", path.native());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.native().size() >= sizeof address.sun_path)
        return fail(
            Errc::usage,
            fmt::format("{} is not the path of a socket: it has {} bytes, at most {} are possible",
                        where, path.native().size(), sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto until = after(limit);
    while (!fd ||
           ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (!fd || errno != EAGAIN)
            return fail(base::Error(Errc::io, fmt::format("cannot connect to {}", where))
                            .because(cause_of(errno)));
        if (Clock::now() >= until)
            return fail(too_slow(where, limit));
        TENON_TRY(waiter.wait({}, after(queue_delay)));
    }
    return fd;
}

} // namespace tenon::net
